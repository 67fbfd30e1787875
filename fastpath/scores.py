"""Scores as a caller may give them -> an array the kernels take (SCO-1)."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.spec.errors import InvalidInput
from focalloc.spec.projection import LARGEST_LOGIT
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE, quantise

SCORE_TYPES = frozenset(np.dtype(kind) for kind in (np.float32, np.float64, np.int32, np.int64))
"""Types of scores that the kernels take; integers are fixed point."""


def without_torch(given: Any, field: str) -> Any:
    """``given``; if it is a PyTorch tensor, the NumPy array of its numbers, which shares its memory if it can.

    A gradient is left behind, and types that NumPy lacks, such as bfloat16, become float32, which holds them exactly.

    Raises:
        InvalidInput: the tensor is on another device, or not dense; says what to call.
    """
    torch = sys.modules.get("torch")  # where nobody has imported it, there are no tensors
    if torch is None or not isinstance(given, torch.Tensor):
        return given
    told = f"tensor of {given.dtype}".replace("torch.", "")
    if given.device.type != "cpu":
        raise InvalidInput(field, f"{told} on {given.device}", "must be in the memory of the host: call .cpu() on it")
    if given.layout != torch.strided or given.is_quantized:
        call = ".dequantize()" if given.is_quantized else ".to_dense()"
        raise InvalidInput(field, f"{told}, not dense", f"must hold a number for each: call {call} on it")
    plain = given.detach().resolve_conj().resolve_neg()
    if plain.is_floating_point() and plain.dtype not in (torch.float16, torch.float32, torch.float64):
        plain = plain.float()
    return plain.numpy()


def score_array(scores: ArrayLike) -> NDArray[Any]:
    """Return ``scores`` as an array that the kernels take: one-dimensional, contiguous, writeable, of a known type.

    Raises:
        InvalidInput: they are no one-dimensional array or sequence of floats, or of integers.
    """
    if type(scores) is np.ndarray and scores.dtype in SCORE_TYPES and scores.flags.carray and scores.ndim == 1:
        return scores
    scores = without_torch(scores, "scores")
    if isinstance(scores, bytes | bytearray):
        raise InvalidInput("scores", scores, "must be numbers (SCO-1)")
    if isinstance(scores, Sequence) and not isinstance(scores, memoryview):
        return _from_sequence(scores)
    if isinstance(scores, np.ma.MaskedArray):
        raise InvalidInput("scores", "masked array", "must say a score for every slot; fill it first (SCO-2)")
    given = np.asarray(scores)
    if given.ndim != 1:
        raise InvalidInput("scores", f"array of shape {given.shape}", "must be one-dimensional (SCO-2)")
    if type(scores) is not np.ndarray:
        _refuse_missing(given)
    if given.dtype.kind not in "fiu" or given.dtype.itemsize > 8:
        raise InvalidInput("scores", f"array of {given.dtype}", "must be floats of 16 to 64 bits, or integers (SCO-1)")
    native = given.dtype.newbyteorder("=")
    if native == np.float16:
        native = np.dtype(np.float32)
    elif native == np.uint64:
        given = np.minimum(given, SCORE_LIMIT)  # out of range either way; int64 could not hold it
    return np.require(given, native if native in SCORE_TYPES else np.dtype(np.int64), ["C", "A", "W", "E"])


def _from_sequence(scores: Sequence[object]) -> NDArray[Any]:
    """A sequence of Python or NumPy numbers; all fixed point or all floats, for a mixture could mean either."""
    given: list[Any] = list(scores)
    kinds = set(map(type, given))
    if len(kinds) > 1:
        _refuse_missing(given)
    if kinds == {float} or (kinds == {int} and min(given) > -SCORE_LIMIT and max(given) < SCORE_LIMIT):
        return np.array(given, np.float64 if float in kinds else np.int64)
    whole = bool(given) and isinstance(given[0], numbers.Integral)
    for i, score in enumerate(given):
        if isinstance(score, bool | np.bool_) or not isinstance(score, numbers.Real):
            raise InvalidInput(f"scores[{i}]", score, "must be a number (SCO-1)")
        if isinstance(score, numbers.Integral) != whole:
            raise InvalidInput(f"scores[{i}]", score, "scores are all fixed-point integers or all floats (SCO-1)")
        if isinstance(score, numbers.Integral) and not -SCORE_LIMIT < int(score) < SCORE_LIMIT:
            _refuse_fixed(i, int(score))
    return np.array(given, np.int64 if whole else np.float64)


def _refuse_missing(scores: NDArray[Any] | list[Any]) -> None:
    """Refuse the first score that is missing, as a column of a table may have it: None, NaN, or a kind of its own.

    Before anything else, as such a column makes floats of the integers beside it.
    """
    if isinstance(scores, np.ndarray) and scores.dtype.kind == "f":
        missing = np.flatnonzero(np.isnan(scores)).tolist()
    elif isinstance(scores, list) or scores.dtype.kind == "O":
        missing = [i for i, score in enumerate(scores) if not isinstance(score, numbers.Real) or score != score]
    else:
        return
    for i in missing:
        score = scores[i]
        rule = "must be finite (SCO-1)" if isinstance(score, numbers.Real) else "must be a number (SCO-1)"
        raise InvalidInput(f"scores[{i}]", float(score) if isinstance(score, np.floating) else score, rule)


def _refuse_fixed(i: int, score: int) -> None:
    raise InvalidInput(f"scores[{i}]", score, f"fixed-point scores lie strictly within +-{SCORE_LIMIT} (SCO-1)")


def refuse_misfit(scores: NDArray[Any]) -> None:
    """Raise `InvalidInput` for the first score that does not fit, if there is one."""
    for i, score in enumerate(scores.tolist()):
        if isinstance(score, float):
            quantise(score, f"scores[{i}]")
        elif not -SCORE_LIMIT < score < SCORE_LIMIT:
            _refuse_fixed(i, score)


def number_type(field: str, kind: Any) -> np.dtype[Any]:
    """Return ``kind`` as a NumPy type that scores may have (SCO-1), else raise `InvalidInput`."""
    rule = "must be a NumPy type of floats of 16 to 64 bits, or of integers (SCO-1)"
    try:
        number: np.dtype[Any] = np.dtype(kind)
    except TypeError:
        raise InvalidInput(field, kind, rule) from None
    if kind is None or number.kind not in "fiu" or number.itemsize > 8:
        raise InvalidInput(field, kind, rule)
    return number


LOGIT_TYPES = (np.dtype(np.float32), np.dtype(np.float64))
"""Types of logits that the kernels take."""


def logit_array(logits: ArrayLike) -> NDArray[np.floating]:
    """Return ``logits`` as an array that the kernels take: of three columns, in the order expand, keep, collapse.

    Raises:
        InvalidInput: they are no numbers, or not in rows of three (PRO-1).
    """
    if type(logits) is np.ndarray and logits.dtype in LOGIT_TYPES and logits.flags.carray and logits.shape[1:] == (3,):
        return logits
    if isinstance(logits, np.ma.MaskedArray):
        raise InvalidInput("logits", "masked array", "must say logits for every block; fill it first (PRO-1)")
    logits = without_torch(logits, "logits")
    try:
        given = np.asarray(logits)
        if given.dtype.kind not in "fiu":
            raise TypeError
    except (TypeError, ValueError):
        raise InvalidInput("logits", type(logits).__name__, "must be an array of numbers (PRO-1)") from None
    if given.ndim != 2 or given.shape[1] != 3:
        raise InvalidInput("logits", given.shape, "must be (expand, keep, collapse) for each block (PRO-1)")
    native = given.dtype.newbyteorder("=")
    return np.require(given, native if native in LOGIT_TYPES else np.dtype(np.float64), ["C", "A", "W", "E"])


def fixed_logits(logits: ArrayLike, blocks: int) -> NDArray[np.int64]:
    """Fixed-point logits, saturated (PRO-1); ``(blocks, 3)``.

    Raises:
        InvalidInput: as for `logit_array`, or there is not one row per block, or an entry is NaN.
    """
    given = logit_array(logits).astype(np.float64)
    if len(given) != blocks:
        raise InvalidInput("logits", len(given), f"must be one triple per block, {blocks} in all (PRO-1)")
    for first in np.flatnonzero(np.isnan(given).any(axis=1)).tolist():
        raise InvalidInput(f"logits[{first}]", given[first].tolist(), "must not be NaN (PRO-1)")
    largest = LARGEST_LOGIT / SCORE_SCALE
    fixed: NDArray[np.int64] = np.rint(np.clip(given, -largest, largest) * SCORE_SCALE).astype(np.int64)
    return fixed
