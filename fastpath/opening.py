"""The context that a history is shown by at first (LAY), fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.kernels import layout as k
from focalloc.fastpath.kernels.calls import run_layout
from focalloc.fastpath.scores import refuse_misfit, score_array
from focalloc.fastpath.tables import write_shape
from focalloc.spec.blocks import Block, Context
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import MAX_SLOTS, Geometry
from focalloc.spec.layout import checked_outline
from focalloc.spec.params import Params
from focalloc.spec.printable import counted
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE


def laid_out(
    geometry: Geometry, params: Params, first: int, last: int, scores: ArrayLike | None, cursor: int | None
) -> Context:
    """As `focalloc.fastpath.allocator.Allocator.layout`, for any geometry and parameters."""
    _, _, begin, end, _, at = checked_outline(geometry, params, first, last, None, cursor)
    spans = (end - begin) // geometry.span(0)
    wants = np.zeros(0, np.int64) if scores is None else _fixed(scores, spans, geometry)
    threshold = -1 if scores is None else params.tau_expand
    header = np.zeros(k.HEADER, np.int64)
    header[k.TOP] = geometry.top
    write_shape(header, geometry)
    terms = np.array([threshold, params.tau_expand + params.soft_margin, params.w_soft, params.w_max], np.int64)
    table = np.empty(3 * min(params.w_max, spans), np.int64)  # a block takes a slot at least
    count = run_layout(header, np.array([begin, end, at], np.int64), wants, terms, table)
    if count < 0:
        raise InvalidInput("w_max", params.w_max, _too_long(geometry, begin, end, -count))
    nodes = np.sort(table[:count])
    levels, starts = (nodes % k.LEVELS).tolist(), (nodes // k.LEVELS).tolist()
    return tuple(map(Block, levels, starts))


def _too_long(geometry: Geometry, first: int, last: int, least: int) -> str:
    """Why a history cannot be shown, and what would do."""
    rule = f"must be at least {least} to show {counted(last - first, 'token')} in gists of level {geometry.top} (LAY-3)"
    return rule if least <= MAX_SLOTS else f"{rule}; that is more than a context may take (CTX-4), so take more levels"


def _fixed(scores: ArrayLike, spans: int, geometry: Geometry) -> NDArray[np.int64]:
    """Scores in fixed point, one per smallest span (SCO-1, SCO-2)."""
    given = score_array(scores)
    if len(given) != spans:
        rule = f"there must be one score per {counted(geometry.span(0), 'token')}, {spans} in all (SCO-2)"
        raise InvalidInput("scores", len(given), rule)
    fixed = given if given.dtype.kind == "i" else np.rint(given * given.dtype.type(SCORE_SCALE))
    if not np.all(np.abs(fixed) < SCORE_LIMIT):  # NaN is not below anything
        refuse_misfit(given)
    return fixed.astype(np.int64)
