"""Other people's actions: checked against every clause of profile ``safety``, and only then applied.

The kernel decides; where it says no, the predicates of the spec say why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.plan import Plan
from focalloc.spec.actions import (
    KINDS,
    Action,
    as_actions,
    consumed,
    impossible_collapse,
    impossible_expand,
    malformed,
    off_grid,
    produced,
    signed_delta,
)
from focalloc.spec.blocks import Block
from focalloc.spec.candidates import not_fresh, over_budget, tail_collapse
from focalloc.spec.clauses import Violation
from focalloc.spec.cooldown import too_early
from focalloc.spec.errors import as_integer
from focalloc.spec.filling import partial_collapse
from focalloc.spec.geometry import MAX_TOKEN, Geometry
from focalloc.spec.params import Params
from focalloc.spec.pins import pinned_collapse, pinned_expand
from focalloc.spec.violations import over_cap

if TYPE_CHECKING:
    from focalloc.fastpath.tables import Tables

LEVELS = 32


def apply_checked(
    tables: Tables,
    geometry: Geometry,
    params: Params,
    actions: Sequence[Sequence[object]],
    scores: NDArray[np.int32] | None = None,
) -> Plan | Violation:
    """Run one iteration with ``actions`` if they conform; else the first clause they break, and nothing has changed.

    The iteration is told ``scores``, one per slot, if there are any (MEM-1); they fit.

    The clause is that of the first violation that `focalloc.spec.violations` finds under profile ``safety``.
    """
    from focalloc.fastpath.kernels import layout as k
    from focalloc.fastpath.kernels.calls import run_apply, run_prepare

    packed = _packed(geometry, actions)
    if packed is None or len(packed) > params.n_diff:
        found = malformed(geometry, actions)
        found = found or over_cap(params.n_diff, as_actions(actions)) + off_grid(geometry, as_actions(actions))
        return found[0]
    # more actions than there are slots cannot all fit, and the table of actions is no longer
    done = min(len(packed), len(tables.actions))
    for i in range(done):
        tables.actions[i] = packed[i]
    heard = 0
    if scores is not None and params.memory_shift > 0:
        run_prepare(scores, tables.tags, tables.scratch, tables.state, -1)
        heard = 1
    fit = run_apply(tables.tags, tables.scratch, tables.state, done, heard)
    if fit == k.LEDGER_FULL:
        tables.widen_ledger(done)
        return apply_checked(tables, geometry, params, actions, scores)
    if fit < len(packed):
        return _misfit(tables, geometry, params, as_actions(actions[: fit + 1]))
    header = tables.header
    splices = tables.splices[: k.SPLICE * header[k.SPLICES]].tobytes()
    return Plan(packed, header[k.ITERATION], geometry, splices, header[k.SLOTS])


def _packed(geometry: Geometry, actions: Sequence[Sequence[object]]) -> list[int] | None:
    """The actions packed; None if one of them breaks ACT-1 or ACT-2, or is otherwise out of the ordinary."""
    top, spans = geometry.top, geometry.spans
    packed = []
    for action in actions:
        if not isinstance(action, tuple | list) or len(action) != 3:
            return None
        kind, level, start = action
        level, start = as_integer(level), as_integer(start)
        if level is None or start is None or not 1 <= level <= top:
            return None
        if kind not in KINDS or start % spans[level] != 0 or start < 0:
            return None
        # no node starts at the last token or behind it
        packed.append((min(start, MAX_TOKEN) * LEVELS + level) * 2 + (kind == "collapse"))
    return packed


def _misfit(tables: Tables, geometry: Geometry, params: Params, actions: tuple[Action, ...]) -> Violation:
    """Why the last of ``actions`` cannot be applied after the others, in the words of the spec."""
    from focalloc.fastpath.kernels import layout as k

    *before, action = actions
    header = tables.header
    slots = header[k.SLOTS] + sum(signed_delta(geometry, one) for one in actions)
    at_start = _present(tables, consumed(geometry, action))
    gone = {block for one in before for block in consumed(geometry, one)}
    made = {block for one in before for block in produced(geometry, one)}
    now = (at_start - gone) | made
    found = impossible_expand(now, action) + impossible_collapse(geometry, now, action)
    found += [] if found else not_fresh(geometry, at_start, action)
    found += tail_collapse(geometry, params, header[k.END], action)
    found += partial_collapse(geometry, header[k.UNFILLED], header[k.END], action)
    found += pinned_collapse(geometry, tables.pins, action) + pinned_expand(geometry, tables.pins, action)
    found += too_early(tables.ledger(), action, header[k.ITERATION] + 1, params.min_gap)
    found += over_budget(params, slots, action)
    return Violation(found[0].clause, found[0].message, len(before))


def _present(tables: Tables, blocks: Sequence[Block]) -> set[Block]:
    """Those of ``blocks`` that are in the context."""
    starts, levels = tables.starts(), tables.levels()
    at = np.minimum(np.searchsorted(starts, [block.start for block in blocks]), len(starts) - 1).tolist()
    return {block for block, i in zip(blocks, at, strict=True) if starts[i] == block.start and levels[i] == block.level}
