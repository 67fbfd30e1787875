"""Kernels as Numba compiles them, without what they have no use for, and their machine code on disk.

This is built on parts of Numba that are not promised to stay, so `machine_code` asks for it only with versions that it
has been tried with. A first step in a decode loop waits for all that Numba does; left out here are its memory
management, as kernels allocate nothing, and, where the machine code is found on disk, whatever only compiling asks for.

The machine code is never needed: whatever goes wrong when it is read or written, it counts as not found.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

import numba
import numpy as np
from numba import types
from numba.core import entrypoints
from numba.core.caching import FunctionCache
from numba.core.registry import CPUDispatcher
from numba.core.serialize import dumps
from numba.np import numpy_support

OPTIONS = {"nopython": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}
"""Of Numba's compiler: no Python objects, no exceptions, no memory management, no way in for C, which nobody takes."""

save_thread = types.ExternalFunction("PyEval_SaveThread", types.intp())
restore_thread = types.ExternalFunction("PyEval_RestoreThread", types.void(types.intp))


class Kernel(CPUDispatcher):
    """A function that Numba compiles for each combination of types that it is called with, or finds on disk.

    Args:
        function: plain loops over integers and arrays.
        by_constants: as for `machine_code.kernel`, and so the next.
        inlined: whether its machine code becomes part of its callers'.
        stamp: a digest of all that the machine code is made from; None to keep none.
    """

    def __init__(self, function: Callable[..., object], by_constants: bool, inlined: bool, stamp: str | None) -> None:
        super().__init__(py_func=function, targetoptions=OPTIONS | {"forceinline": inlined})
        self._by_constants = by_constants
        self._cache = MachineCode(function, stamp)

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

    Numba's own class for it says where and in what form. The files are ours: one for each combination of types, which
    begins with a digest of the rest, since machine code that is damaged ends the process.

    Args:
        function: the kernel.
        stamp: as for `Kernel`; what is kept under another one is dropped.
    """

    def __init__(self, function: Callable[..., object], stamp: str | None) -> None:
        self._function = function
        self.stamp = stamp

    @cached_property
    def _numbas(self) -> FunctionCache | None:
        if self.stamp is None:
            return None
        with suppress(Exception):  # neither folder can be written, or what the user says of them makes no sense
            return FunctionCache(self._function)  # type: ignore[no-untyped-call]
        return None

    @property
    def cache_path(self) -> str | None:
        """The folder; None for nowhere."""
        return None if self._numbas is None else self._numbas.cache_path

    def load_overload(self, sig: object, target_context: Any) -> Any:
        """The compiled function for these types; None if it is not there, and then all is ready to compile it."""
        if self._numbas is not None:
            with suppress(Exception):
                key = sig, target_context.codegen().magic_tuple()  # the file's name says which kernel of which source
                kept = self._file(key).read_bytes()
                digest, content = kept[: blake2b.MAX_DIGEST_SIZE], kept[blake2b.MAX_DIGEST_SIZE :]
                if digest == blake2b(content).digest():
                    found, reduced = pickle.loads(content)
                    if found == key:
                        return self._numbas._impl.rebuild(target_context, reduced)
        entrypoints.init_all()  # type: ignore[no-untyped-call]
        return None

    def save_overload(self, sig: object, compiled: Any) -> None:
        """Keep a compiled function."""
        if self._numbas is None or not self._numbas._impl.check_cachable(compiled):
            return
        with suppress(Exception):
            self._numbas._impl.locator.ensure_cache_path()
            key = sig, compiled.codegen.magic_tuple()
            content = dumps((key, self._numbas._impl.reduce(compiled)))  # type: ignore[no-untyped-call]
            file = self._file(key)
            made = file.with_suffix(f".{uuid4().hex[:16]}")
            try:
                made.write_bytes(blake2b(content).digest() + content)
                os.replace(made, file)
            finally:
                made.unlink(missing_ok=True)
            self._drop(but=file)

    def flush(self) -> None:
        """Forget what is kept."""
        with suppress(Exception):
            self._drop()

    def _file(self, key: object) -> Path:
        return Path(str(self.cache_path), f"{self._prefix}{self._edition}.{_short(repr(key).encode())}.code")

    @property
    def _prefix(self) -> str:
        return f"{self._function.__module__}.{self._function.__qualname__}."

    @property
    def _edition(self) -> str:
        return _short(f"{numba.__version__} {np.__version__} {self.stamp}".encode())

    def _drop(self, but: Path | None = None) -> None:
        """Remove all files of the kernel, or those of other editions than ``but``'s."""
        for file in Path(str(self.cache_path)).glob(f"{self._prefix}*.code"):
            if but is None or not file.name.startswith(f"{self._prefix}{self._edition}."):
                file.unlink(missing_ok=True)


def _short(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()
