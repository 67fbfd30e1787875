"""How kernels become machine code. Needs Numba.

With the versions of Numba that this has been tried with, kernels are compiled and kept on disk as `kept_code` has it.
With any other they are compiled the plain way, anew in each process, and a warning says so.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import config
from numba.extending import overload

from focalloc.spec.errors import InvalidInput
from focalloc.spec.policy import CLIP, MOST_CAP, MOST_ROOM, ONE, SCORE_SHIFT
from focalloc.spec.projection import LARGEST_LOGIT
from focalloc.spec.scores import SCORE_SCALE

Function = TypeVar("Function", bound=Callable[..., object])

TRIED = ((0, 61), (0, 68))
"""The first and the last minor version of Numba that `kept_code` has been tried with."""

OF_THE_SPEC = {
    "SCORE_SCALE": SCORE_SCALE,
    "LARGEST_LOGIT": LARGEST_LOGIT,
    "CLIP": CLIP,
    "MOST_CAP": MOST_CAP,
    "MOST_ROOM": MOST_ROOM,
    "ONE": ONE,
    "SCORE_SHIFT": SCORE_SHIFT,
}
"""What kernels compile in of other files."""


def _tried() -> bool:
    """Whether this Numba is one that `kept_code` has been tried with; a warning says so where not."""
    minor = tuple(map(int, re.findall(r"\d+", numba.__version__)[:2]))
    if TRIED[0] <= minor <= TRIED[1]:
        return True
    first, last = (".".join(map(str, version)) for version in TRIED)
    warnings.warn(
        f"Numba {numba.__version__} is not one of {first} to {last}, which focalloc has been tried with: the fast path "
        "is compiled the plain way, anew in each process, and long steps keep the interpreter lock",
        RuntimeWarning,
        stacklevel=1,
    )
    return False


PLAIN = not _tried()
"""Whether kernels are compiled the plain way."""

if not PLAIN:
    from focalloc.fastpath import kept_code


def kernel(function: Function, *, by_constants: bool = False, inlined: bool = False) -> Function:
    """Compile on first call and keep the machine code on disk; the plain function is its ``py_func``.

    Args:
        function: plain loops over integers and arrays.
        by_constants: whether to compile it once more for each constant and width of integer that a kernel passes to
            it, as Numba would do with all. That takes twice as long, so it is for where a constant makes a loop faster.
        inlined: whether its machine code becomes part of its callers'. That is for what hands all tables on, as a call
            copies seven words of each; with a loop in it code gets slower, since fewer loops become vector code.

    Raises:
        InvalidInput: compiling is switched off; what then ran would be other code than what is proved and promised.
    """
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        raise InvalidInput("NUMBA_DISABLE_JIT", 1, "must not be set: the fast path is machine code")
    if PLAIN:
        return cast("Function", numba.njit(error_model="numpy", forceinline=inlined)(function))
    # Stamped now, at the import: by the first call the source may be another than the one that is going to be compiled.
    return cast("Function", kept_code.Kernel(function, by_constants, inlined, stamp(Path(__file__).parent)))


@cache
def stamp(folder: Path) -> str | None:
    """A digest of all that machine code is made from; None if the source is not there.

    That is the source of every kernel, which have a folder of their own in ``folder``, how they are compiled, and what
    the spec has them compile in.
    """
    files = sorted([*(folder / "kernels").glob("*.py"), folder / "machine_code.py", folder / "kept_code.py"])
    try:
        return sha256(b"".join([*(file.read_bytes() for file in files), repr(OF_THE_SPEC).encode()])).hexdigest()
    except OSError:  # the package is in an archive
        return None


# THE INTERPRETER LOCK. To get it back takes milliseconds where another thread is busy, so only what takes long gives it
# up. Numba's own option for that has each kernel compiled once more.


def let_go(long: int) -> int:
    """Give up the interpreter lock if ``long`` is above 0, in a kernel that Python code has called; see `take_back`.

    Other threads then run Python code. Uncompiled it does nothing.
    """
    return 0


def take_back(held: int) -> None:
    """Take the lock back, given what `let_go` returned, once no other thread has it; before every return."""


if PLAIN:

    @overload(let_go, strict=False)
    def _keep(long: Any) -> Callable[[Any], Any]:
        return lambda long: 0

    @overload(take_back, strict=False)
    def _kept(held: Any) -> Callable[[Any], Any]:
        return lambda held: None

else:
    _save_thread, _restore_thread = kept_code.save_thread, kept_code.restore_thread

    @overload(let_go, strict=False)
    def _let_go(long: Any) -> Callable[[Any], Any]:
        def compiled(long: Any) -> Any:
            return _save_thread() if long > 0 else 0

        return compiled

    @overload(take_back, strict=False)
    def _take_back(held: Any) -> Callable[[Any], Any]:
        def compiled(held: Any) -> Any:
            if held != 0:
                _restore_thread(held)

        return compiled
