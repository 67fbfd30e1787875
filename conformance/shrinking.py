"""A smaller session that fails in the same way: fewer steps, fewer blocks, and nothing that is not needed.

Every change makes a session simpler by `size`, so that the search ends: steps go first, then blocks, then whatever is
not at its simplest value: a start of 0, the default of a parameter, an arity of 2, a short row of small scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace

from msgspec.structs import replace as changed

from focalloc.conformance.cases import Case, Pairs, Step, size
from focalloc.spec import Block, Context, Geometry, InvalidInput, Params
from focalloc.spec.actions import family, parent
from focalloc.spec.blocks import used
from focalloc.spec.state import opened

Change = Callable[[Case], Iterator[Case]]


def shrunk(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The simplest session found that ``fails`` as ``case`` does; `StopIteration` from ``fails`` ends the search."""
    try:
        while True:
            before = case
            for change in CHANGES:
                case = _as_far_as_it_goes(case, change, fails)
            if case == before:
                return case
    except StopIteration:
        return case


def _as_far_as_it_goes(case: Case, change: Change, fails: Callable[[Case], bool]) -> Case:
    """``case`` after every change of one kind that leaves it failing."""
    found = True
    while found:
        found = False
        for simpler in _sensible(change(case)):
            if size(simpler) < size(case) and fails(simpler):
                case, found = simpler, True
                break
    return case


def _sensible(candidates: Iterator[Case]) -> Iterator[Case]:
    """Those of ``candidates`` that can be opened."""
    for case in candidates:
        try:
            opened(case.geometry, case.params, case.context)
        except InvalidInput:
            continue
        yield case


def without(items: Sequence[object], at_least: int = 0) -> Iterator[list[int]]:
    """Places of ``items`` to keep: all but half of them, all but a quarter, ..., all but one."""
    length = len(items)
    width = length - at_least
    while width >= 1:
        for first in range(0, length, width):
            kept = [i for i in range(length) if not first <= i < first + width]
            if at_least <= len(kept) < length:
                yield kept
        width //= 2


# WHAT CAN BE MADE SIMPLER


def fewer_steps(case: Case) -> Iterator[Case]:
    """Without some of the steps."""
    for kept in without(case.steps):
        yield changed(case, steps=tuple(case.steps[i] for i in kept))


def fewer_blocks(case: Case) -> Iterator[Case]:
    """Without some blocks at either end, or with a family collapsed."""
    context = case.context
    width = len(context) - 1
    while width >= 1:
        yield changed(case, context=context[:-width])
        yield changed(case, context=context[width:])
        width //= 2
    for node in dict.fromkeys(parent(case.geometry, block) for block in context):
        if node is not None and set(family(case.geometry, node)) <= set(context):
            yield changed(case, context=_collapsed(case.geometry, context, node))


def _collapsed(geometry: Geometry, context: Context, node: Block) -> Context:
    members = set(family(geometry, node))
    return tuple(
        node if block.start == node.start else block
        for block in context
        if block not in members or block.start == node.start
    )


def nearer_zero(case: Case) -> Iterator[Case]:
    """With every block moved towards token 0, those of later openings included."""
    first = case.context[0].start
    for span in sorted(set(case.geometry.spans), reverse=True):
        for by in (first // span * span, (first // span - 1) * span, first // span // 2 * span):
            if by > 0:
                yield _moved(case, by)


def _moved(case: Case, by: int) -> Case:
    def moved(step: Step) -> Step:
        if step.open is None or not step.open.context:
            return step
        pairs: Pairs = tuple((level, max(0, start - by)) for level, start in step.open.context)
        return changed(step, open=changed(step.open, context=pairs))

    context = tuple(Block(level, start - by) for level, start in case.context)
    return changed(case, context=context, steps=tuple(map(moved, case.steps)))


def usual_params(case: Case) -> Iterator[Case]:
    """With parameters at their default, else lower."""
    usual = Params()
    kept = {"strategy": case.params.strategy, "w_max": case.params.w_max, "w_soft": case.params.w_soft}
    yield from _with_params(case, **{f.name: getattr(usual, f.name) for f in fields(Params)} | kept)
    yield changed(case, told="in full")
    for name in (field.name for field in fields(Params) if field.name != "strategy"):
        value = getattr(case.params, name)
        plain = case.params.w_max if name == "w_soft" else getattr(usual, name)
        if value == plain:
            continue
        together = {"w_soft": 0} if name == "w_max" else {}
        for simple in (plain, 0, 1, 2, 5, value // 2, value - 1) if isinstance(value, int) else (plain,):
            yield from _with_params(case, **{name: simple})
            if together:
                yield from _with_params(case, **{name: simple}, **together)


def _with_params(case: Case, **values: object) -> Iterator[Case]:
    try:
        yield changed(case, params=replace(case.params, **values))  # type: ignore[arg-type]
    except InvalidInput:
        return


def simpler_tree(case: Case) -> Iterator[Case]:
    """In a tree of fewer levels, of smaller arities or of cheaper units; blocks keep their levels and their order."""
    arity, cost = case.geometry.arity, case.geometry.cost
    levels = [block.level for block in case.context]
    for at in range(len(arity)):  # without level `at`: what lay above it moves down
        lower = [level - (level > at) for level in levels]
        yield from _in_tree(case, arity[:at] + arity[at + 1 :], cost[:at] + cost[at + 1 :], lower)
    shapes: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((2,) * len(arity), ()), (arity, ())]
    for at, whole in enumerate(arity):
        shapes += [((*arity[:at], fewer, *arity[at + 1 :]), cost) for fewer in (2, 3, whole // 2) if 1 < fewer < whole]
    shapes += [(arity, (*cost[:at], 1, *cost[at + 1 :])) for at in range(len(cost))]
    for shape in shapes:
        yield from _in_tree(case, *shape, levels)


def _in_tree(case: Case, arity: tuple[int, ...], cost: tuple[int, ...], levels: Sequence[int]) -> Iterator[Case]:
    """``case`` in another tree, if there is one: blocks of ``levels`` side by side, as far as they are aligned; with
    the budget as it is, with as much room as there was, and with room that is short by as much as there was."""
    try:
        geometry = Geometry(arity, cost)
    except InvalidInput:
        return
    if levels[0] > geometry.top:
        return
    at = case.context[0].start // case.geometry.span(case.context[0].level) * geometry.span(levels[0])
    blocks = []
    for level in levels:
        if level <= geometry.top and at % geometry.span(level) == 0:
            blocks.append(Block(level, at))
            at += geometry.span(level)
    moved = changed(case, geometry=geometry, context=tuple(blocks))
    yield moved
    room, soft = case.params.w_max - used(case.geometry, case.context), case.params.w_soft
    for least, less in zip((0, *case.geometry.deltas[1:]), (0, *geometry.deltas[1:]), strict=False):
        w_max = used(geometry, blocks) + room - least + less
        yield from _with_params(moved, w_max=w_max, w_soft=w_max if soft == case.params.w_max else min(w_max, soft))


def simpler_steps(case: Case) -> Iterator[Case]:
    """With shorter rows of smaller scores, smaller ingests and smaller openings."""
    for at, step in enumerate(case.steps):
        for simpler in _simpler_step(step, case.params):
            yield changed(case, steps=(*case.steps[:at], simpler, *case.steps[at + 1 :]))


def _simpler_step(step: Step, params: Params) -> Iterator[Step]:
    if step.scores:
        yield changed(step, scores=())
        for kept in without(step.scores, 1):
            yield changed(step, scores=tuple(step.scores[i] for i in kept))
        for i, score in enumerate(step.scores):
            tau = params.tau_expand if score > 0 else params.tau_collapse
            sign = 1 if score > 0 else -1
            for one in dict.fromkeys((0, sign, sign * (tau + 1), int(score / 2))):
                yield changed(step, scores=(*step.scores[:i], one, *step.scores[i + 1 :]))
    if step.per != "slot":
        yield changed(step, per="slot")
    if step.logits:
        for kept in without(step.logits, 1):
            yield changed(step, logits=tuple(step.logits[i] for i in kept))
    if step.pin is not None and step.pin.collapse and step.pin.expand:
        yield changed(step, pin=changed(step.pin, expand=False))
        yield changed(step, pin=changed(step.pin, collapse=False))
    if step.may_release:
        yield changed(step, may_release=False)
    if step.release is not None:
        for blocks in (0, 1, step.release // 2, step.release - 1):
            if 0 <= blocks < step.release:
                yield changed(step, release=blocks)
    if step.ingest is not None:
        for blocks in (1, step.ingest // 2, step.ingest - 1):
            if 0 < blocks < step.ingest:
                yield changed(step, ingest=blocks)
    if step.open is not None and step.open.context:
        for kept in without(step.open.context, 1):
            yield changed(step, open=changed(step.open, context=tuple(step.open.context[i] for i in kept)))
    if step.open is not None and step.open.params:
        yield changed(step, open=changed(step.open, params=None))
        for name in step.open.params:
            rest = {other: value for other, value in step.open.params.items() if other != name}
            yield changed(step, open=changed(step.open, params=rest or None))
    if step.open is not None and step.open.geometry:
        yield changed(step, open=changed(step.open, geometry=None))


CHANGES: tuple[Change, ...] = (fewer_steps, fewer_blocks, nearer_zero, usual_params, simpler_tree, simpler_steps)
"""Every kind of change, in the order in which they are tried."""
