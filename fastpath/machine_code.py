"""How kernels become machine code, and how a new process finds it again. Needs Numba.

What follows leaves out what kernels have no use for, since a first step in a decode loop waits for all of it: Numba's
memory management, as kernels allocate nothing; and, where the machine code is found on disk, whatever only compiling
asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, types
from numba.core import entrypoints
from numba.core.caching import FunctionCache
from numba.core.registry import CPUDispatcher
from numba.extending import overload
from numba.np import numpy_support

from focalloc.spec.errors import InvalidInput
from focalloc.spec.projection import LARGEST_LOGIT
from focalloc.spec.scores import SCORE_SCALE

Function = TypeVar("Function", bound=Callable[..., object])

OPTIONS = {"nopython": True, "error_model": "numpy", "_nrt": False}
"""Of Numba's compiler: no Python objects, no exceptions, no memory management."""

OF_THE_SPEC = {"SCORE_SCALE": SCORE_SCALE, "LARGEST_LOGIT": LARGEST_LOGIT}
"""What kernels compile in of other files."""


def kernel(function: Function, *, by_constants: bool = False) -> Function:
    """Compile on first call and keep the machine code on disk; the plain function is its ``py_func``.

    Args:
        function: plain loops over integers and arrays.
        by_constants: whether to compile it once more for each constant and width of integer that a kernel passes to
            it, as Numba would do with all. That takes twice as long, so it is for where a constant makes a loop faster.

    Raises:
        InvalidInput: compiling is switched off; what then ran would be other code than what is proved and promised.
    """
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        raise InvalidInput("NUMBA_DISABLE_JIT", 1, "must not be set: the fast path is machine code")
    return cast("Function", Kernel(function, by_constants))


# THE INTERPRETER LOCK. To get it back takes milliseconds where another thread is busy, so only what takes long gives it
# up. Numba's own option for that has each kernel compiled once more.

_save_thread = types.ExternalFunction("PyEval_SaveThread", types.intp())
_restore_thread = types.ExternalFunction("PyEval_RestoreThread", types.void(types.intp))


def let_go(long: int) -> int:
    """Give up the interpreter lock unless ``long`` is 0, in a kernel that Python code has called; see `take_back`.

    Other threads then run Python code. Uncompiled it does nothing.
    """
    return 0


def take_back(held: int) -> None:
    """Take the lock back, given what `let_go` returned, once no other thread has it; before every return."""


@overload(let_go, strict=False)
def _let_go(long: Any) -> Callable[[Any], Any]:
    def compiled(long: Any) -> Any:
        return _save_thread() if long != 0 else 0

    return compiled


@overload(take_back, strict=False)
def _take_back(held: Any) -> Callable[[Any], Any]:
    def compiled(held: Any) -> Any:
        if held != 0:
            _restore_thread(held)

    return compiled


@cache
def stamp(folder: Path) -> str | None:
    """A digest of all that machine code is made from; None if the source is not there.

    That is the source of every kernel in ``folder``, how they are compiled, and what the spec has them compile in.
    """
    files = sorted([*folder.glob("*_kernels.py"), folder / Path(__file__).name])
    try:
        return sha256(b"".join([*(file.read_bytes() for file in files), repr(OF_THE_SPEC).encode()])).hexdigest()
    except OSError:  # the package is in an archive
        return None


class Kernel(CPUDispatcher):
    """A function that Numba compiles for each combination of types that it is called with, or finds on disk."""

    def __init__(self, function: Callable[..., object], by_constants: bool) -> None:
        super().__init__(py_func=function, targetoptions=OPTIONS)
        self._by_constants = by_constants
        self._cache = MachineCode(function)

    def get_call_template(self, args: Sequence[Any], kws: Any) -> Any:
        """What another kernel calls, given these types."""
        if not self._by_constants:
            args = tuple(_widened(kind) for kind in args)
        return super().get_call_template(args, kws)

    def typeof_pyval(self, val: object) -> types.Type:
        """The type of an argument. Numba's own way to that of an array imports all of `numpy.ma`."""
        if type(val) is not np.ndarray:
            return super().typeof_pyval(val)
        entry, layout = numpy_support.from_dtype(val.dtype), numpy_support.map_layout(val)
        kind = types.Array(entry, val.ndim, layout, readonly=not val.flags.writeable)
        self._types_active_call.add(kind)  # type: ignore[attr-defined]
        return kind

    def __reduce__(self) -> Any:
        """Pickled by its name; Numba would make another one, by arguments that it does not take."""
        return self.py_func.__qualname__

    def _compilation_chain_init_hook(self) -> None:
        """Numba's extensions are looked for when something is compiled, see `MachineCode.load_overload`."""


def _widened(kind: types.Type) -> types.Type:
    """What a kernel is given by another, in place of an integer of type ``kind``."""
    plain: types.Type = types.unliteral(kind)  # type: ignore[no-untyped-call]
    return types.int64 if plain in types.signed_domain else plain


class MachineCode:
    """The machine code of one kernel on disk: beside the source, else in the user's cache folder, else nowhere.

    Numba's own class for it, used here for the files, first reads all that compiling may ask for, which takes several
    times as long as the rest of the first call. A kernel that is not found reads it when it is compiled.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function
        # Now, at the import: by the first call the source may be another than the one that is going to be compiled.
        self._stamp = stamp(Path(__file__).parent)

    @cached_property
    def _files(self) -> FunctionCache | None:
        if self._stamp is None:
            return None
        try:
            files = FunctionCache(self._function)  # type: ignore[no-untyped-call]
        except RuntimeError:  # neither folder can be written
            return None
        # Numba compares the file of the outermost kernel only, not those of the kernels that it calls.
        files._cache_file._source_stamp = self._stamp
        return files

    @property
    def cache_path(self) -> str | None:
        """The folder; None for nowhere."""
        return None if self._files is None else self._files.cache_path

    def load_overload(self, sig: object, target_context: Any) -> Any:
        """The compiled function for these types; None if it is not there, and then all is ready to compile it."""
        if self._files is not None:
            with self._files._guard_against_spurious_io_errors():
                found = self._files._load_overload(sig, target_context)  # type: ignore[no-untyped-call]
                if found is not None:
                    return found
        entrypoints.init_all()  # type: ignore[no-untyped-call]
        return None

    def save_overload(self, sig: object, compiled: Any) -> None:
        """Keep a compiled function."""
        if self._files is not None:
            self._files.save_overload(sig, compiled)  # type: ignore[no-untyped-call]

    def flush(self) -> None:
        """Forget what is kept."""
        if self._files is not None:
            self._files.flush()  # type: ignore[no-untyped-call]
