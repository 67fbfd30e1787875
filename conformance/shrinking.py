"""A smaller session that fails in the same way: fewer steps, fewer blocks, and nothing that is not needed.

Every change makes a session simpler by `size`, so that the search ends: steps go first, then blocks, then whatever is
not at its simplest value: a start of 0, the default of a parameter, an arity of 2, a short row of small scores. Each
kind of change goes through a session from large parts to small ones, and on from what it has reached, so that it takes
few tries more than there are parts; all kinds are gone through again until none finds anything. No session is tried
twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace

from msgspec.structs import replace as changed

from focalloc.conformance.cases import Case, Opening, Pairs, Step, size, to_json
from focalloc.spec import Block, Context, Geometry, InvalidInput, Params
from focalloc.spec.actions import family, parent
from focalloc.spec.blocks import used
from focalloc.spec.state import opened


def shrunk(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The simplest session found that ``fails`` as ``case`` does; `StopIteration` from ``fails`` ends the search."""
    search = Search(case, fails)
    try:
        while True:
            before = search.case
            for change in CHANGES:
                change(search)
            if search.case == before:
                return before
    except StopIteration:
        return search.case


class Search:
    """The simplest session found so far, and whether another one is simpler and fails as well.

    Args:
        case: a session that fails.
        fails: whether one does.
    """

    def __init__(self, case: Case, fails: Callable[[Case], bool]) -> None:
        self.case = case
        self._fails = fails
        self._tried = {to_json(case)}

    def takes(self, simpler: Case) -> bool:
        """Go on from ``simpler``, if it is, can be opened, was not tried before and fails."""
        text = to_json(simpler)
        if text in self._tried or size(simpler) >= size(self.case) or not _can_be_opened(simpler):
            return False
        self._tried.add(text)
        if self._fails(simpler):
            self.case = simpler
            return True
        return False

    def takes_one_of(self, several: Iterable[Case]) -> bool:
        """Go on from the first of ``several`` that it takes."""
        return any(map(self.takes, several))


def _can_be_opened(case: Case) -> bool:
    try:
        opened(case.geometry, case.params, case.context)
    except InvalidInput:
        return False
    return True


def do_without(length: Callable[[], int], without: Callable[[int, int], bool], at_least: int = 0) -> None:
    """Have stretches of something left out: nearly all of it, halves of that, quarters, down to single items.

    Args:
        length: how many items there are now.
        without: leaves out the items from one place up to another, if it can.
        at_least: items that have to stay.
    """
    width = length() - at_least
    while width >= 1:
        first = 0
        while first + width <= length() and length() - width >= at_least:
            if not without(first, first + width):
                first += width
        width //= 2


# WHAT CAN BE MADE SIMPLER

LASTING = ("cooldown_steps", "adaptive_window", "recency_memory")
"""Parameters that say for how many iterations something lasts, so that a shorter session needs a lower one."""


def fewer_steps(search: Search) -> None:
    """Without some of the steps."""

    def without(first: int, last: int) -> bool:
        steps = search.case.steps
        return search.takes(changed(search.case, steps=steps[:first] + steps[last:]))

    do_without(lambda: len(search.case.steps), without)


def sooner(search: Search) -> None:
    """Without as many steps as something lasts shorter."""
    for name in LASTING:
        value = getattr(search.case.params, name)
        for lower in dict.fromkeys((2, value // 2, value - 1)):
            if lower < value < lower + len(search.case.steps):
                search.takes_one_of(_shorter(search.case, name, lower, value - lower))


def _shorter(case: Case, name: str, lower: int, by: int) -> Iterator[Case]:
    for first in range(len(case.steps) - by + 1):
        yield from _with_params(changed(case, steps=case.steps[:first] + case.steps[first + by :]), **{name: lower})


def fewer_blocks(search: Search) -> None:
    """Without some blocks at either end, without a top-level node in between, or with a family collapsed."""
    width = len(search.case.context) - 1
    while width >= 1:
        while width < len(search.case.context) and (
            search.takes_one_of(_holding(search.case, search.case.context[:-width], 0))
            or search.takes_one_of(_holding(search.case, search.case.context[width:], width))
        ):
            pass
        width //= 2
    geometry, span = search.case.geometry, search.case.geometry.span(search.case.geometry.top)
    for start in sorted({block.start // span * span for block in search.case.context})[-2:0:-1]:
        kept = [block for block in search.case.context if block.start < start]
        kept += [Block(level, at - span) for level, at in search.case.context if at >= start + span]
        search.takes_one_of(_holding(search.case, tuple(kept), 0))
    for node in dict.fromkeys(parent(geometry, block) for block in search.case.context):
        if node is not None and set(family(geometry, node)) <= set(search.case.context):
            search.takes_one_of(_holding(search.case, _collapsed(geometry, search.case.context, node), 0))


def _holding(case: Case, context: Context, dropped: int) -> Iterator[Case]:
    """``case`` with these blocks, where ``dropped`` of its first are gone: with as much room as there was or with the
    budgets as they are, with scores on the blocks that they lay on or with rows as they are."""
    slots = used(case.geometry, case.context[:dropped])
    freed = used(case.geometry, case.context) - used(case.geometry, context)
    w_max, w_soft = case.params.w_max - freed, case.params.w_soft - freed
    moved = tuple(_moved_on(step, dropped, slots) for step in case.steps)
    for steps in (moved, case.steps):
        fewer = changed(case, context=context, steps=steps)
        if w_max >= 1:
            yield from _with_params(fewer, w_max=w_max, w_soft=max(1, w_soft))
        yield fewer


def _moved_on(step: Step, blocks: int, slots: int) -> Step:
    """``step`` with its row as it has to be once so many of the first blocks are gone."""
    if len(step.scores) < 2 or step.per == "token":
        return step
    by = (blocks if step.per == "block" else slots) % len(step.scores)
    return changed(step, scores=step.scores[by:] + step.scores[:by])


def _collapsed(geometry: Geometry, context: Context, node: Block) -> Context:
    members = set(family(geometry, node))
    return tuple(
        node if block.start == node.start else block
        for block in context
        if block not in members or block.start == node.start
    )


def nearer_zero(search: Search) -> None:
    """With every block moved towards token 0, those of later openings included."""
    for span in sorted(set(search.case.geometry.spans), reverse=True):
        whole = search.case.context[0].start // span
        for by in (whole * span, (whole - 1) * span, whole // 2 * span):
            if 0 < by <= search.case.context[0].start:
                search.takes(_moved(search.case, by))


def _moved(case: Case, by: int) -> Case:
    def moved(step: Step) -> Step:
        if step.open is None or not step.open.context:
            return step
        pairs: Pairs = tuple((level, start - by if start >= by else start) for level, start in step.open.context)
        return changed(step, open=changed(step.open, context=pairs))

    context = tuple(Block(level, start - by) for level, start in case.context)
    return changed(case, context=context, steps=tuple(map(moved, case.steps)))


def usual_params(search: Search) -> None:
    """With parameters at their default, else lower."""
    usual, told = Params(), search.case.params
    kept = {"strategy": told.strategy, "w_max": told.w_max, "w_soft": told.w_soft}
    search.takes_one_of(_with_params(search.case, **{f.name: getattr(usual, f.name) for f in fields(Params)} | kept))
    search.takes(changed(search.case, told="in full"))
    for name in (field.name for field in fields(Params) if field.name != "strategy"):
        search.takes_one_of(_lower(search.case, name))


def _lower(case: Case, name: str) -> Iterator[Case]:
    """With one parameter at its default, else lower."""
    value = getattr(case.params, name)
    plain = case.params.w_max if name == "w_soft" else getattr(Params(), name)
    if value == plain:
        return
    for simple in (plain, 0, 1, 2, 5, value // 2, value - 1) if isinstance(value, int) else (plain,):
        yield from _with_params(case, **{name: simple})
        if name == "w_max":
            yield from _with_params(case, w_max=simple, w_soft=0)


def _with_params(case: Case, **values: object) -> Iterator[Case]:
    try:
        yield changed(case, params=replace(case.params, **values))  # type: ignore[arg-type]
    except InvalidInput:
        return


def simpler_tree(search: Search) -> None:
    """In a tree of fewer levels, of smaller arities or of cheaper units; blocks keep their levels and their order."""
    for at in reversed(range(search.case.geometry.top)):  # without level `at`: what lay above it moves down
        arity, cost = search.case.geometry.arity, search.case.geometry.cost
        lower = [block.level - (block.level > at) for block in search.case.context]
        without = arity[:at] + arity[at + 1 :], cost[:at] + cost[at + 1 :]
        search.takes_one_of(_in_tree(search.case, *without, lower))
    for make in (_plain_shapes, _smaller_arities, _cheaper_units):
        for shape in make(search.case.geometry):
            levels = [block.level for block in search.case.context]
            search.takes_one_of(_in_tree(search.case, *shape, levels))


Shape = tuple[tuple[int, ...], tuple[int, ...]]


def _plain_shapes(geometry: Geometry) -> Iterator[Shape]:
    yield (2,) * geometry.top, ()
    yield geometry.arity, ()


def _smaller_arities(geometry: Geometry) -> Iterator[Shape]:
    for at, whole in enumerate(geometry.arity):
        for fewer in (2, 3, whole // 2):
            if 1 < fewer < whole:
                yield (*geometry.arity[:at], fewer, *geometry.arity[at + 1 :]), geometry.cost


def _cheaper_units(geometry: Geometry) -> Iterator[Shape]:
    for at in range(len(geometry.cost)):
        yield geometry.arity, (*geometry.cost[:at], 1, *geometry.cost[at + 1 :])


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


def plainer_rows(search: Search) -> None:
    """With all rows of scores changed alike: neutral, the same all over, as the last one, just beyond a threshold, or
    laid over slots."""
    params = search.case.params

    def weaker(score: int) -> int:
        return min(score, params.tau_expand + 1) if score > 0 else max(score, -params.tau_collapse - 1)

    changes: tuple[Callable[[Step], Step], ...] = (
        lambda step: changed(step, scores=()),
        lambda step: changed(step, scores=step.scores[:1]),
        lambda step: changed(step, scores=search.case.steps[-1].scores, per=search.case.steps[-1].per),
        lambda step: changed(step, scores=tuple(map(weaker, step.scores))),
        lambda step: changed(step, per="slot"),
    )
    for change in changes:
        rows = tuple(change(step) if step.scores else step for step in search.case.steps)
        search.takes(changed(search.case, steps=rows))


def simpler_steps(search: Search) -> None:
    """With shorter rows of smaller scores, smaller ingests and smaller openings."""
    for at in range(len(search.case.steps)):
        _SimplerStep(search, at).all()


class _SimplerStep:
    """One step of the session that a search is at."""

    def __init__(self, search: Search, at: int) -> None:
        self._search, self._at = search, at

    @property
    def step(self) -> Step:
        return self._search.case.steps[self._at]

    def takes(self, **fields: object) -> bool:
        """Go on with this step changed, if the search takes that."""
        steps = list(self._search.case.steps)
        steps[self._at] = changed(self.step, **fields)
        return self._search.takes(changed(self._search.case, steps=tuple(steps)))

    def all(self) -> None:
        self.row()
        do_without(lambda: len(self.step.logits), self._without("logits"), 1)
        self.call()
        self.opening()

    def _without(self, name: str) -> Callable[[int, int], bool]:
        def without(first: int, last: int) -> bool:
            items = getattr(self.step, name)
            return self.takes(**{name: items[:first] + items[last:]})

        return without

    def row(self) -> None:
        """Neutral, shorter, neutral in part, of smaller scores, over slots."""

        def neutral(first: int, last: int) -> bool:
            row = self.step.scores
            self.takes(scores=row[:first] + (0,) * (last - first) + row[last:])
            return False  # they are still there

        self.takes(scores=())
        do_without(lambda: len(self.step.scores), self._without("scores"), 1)
        do_without(lambda: len(self.step.scores), neutral)
        for at, score in enumerate(self.step.scores):
            params, sign = self._search.case.params, 1 if score > 0 else -1
            beyond = (params.tau_expand if score > 0 else params.tau_collapse) + 1
            for simple in dict.fromkeys((sign, sign * beyond, int(score / 2)) if score else ()):
                if self.takes(scores=(*self.step.scores[:at], simple, *self.step.scores[at + 1 :])):
                    break
        self.takes(per="slot")

    def call(self) -> None:
        """An ingest or a release of fewer blocks, a pin of one kind, a cursor at the end or near the front."""
        for name, least in (("ingest", 1), ("tokens", 1), ("release", 0)):
            blocks = getattr(self.step, name)
            if blocks is not None:
                any(self.takes(**{name: one}) for one in (least, 1, blocks // 2, blocks - 1) if least <= one < blocks)
        if self.step.cursor is not None and not self.takes(cursor=None):
            nearer = (0, 1, self.step.cursor // 2) if self.step.cursor > 0 else (-1, -2)
            any(self.takes(cursor=one) for one in nearer if abs(one) < abs(self.step.cursor))
        if self.step.may_release:
            self.takes(may_release=False)
        pin = self.step.pin
        if pin is not None and pin.collapse and pin.expand and not self.takes(pin=changed(pin, expand=False)):
            self.takes(pin=changed(pin, collapse=False))

    def opening(self) -> None:
        """Fewer blocks, fewer parameters, no geometry."""

        def now() -> Opening:
            return self.step.open or Opening()

        def opens(**fields: object) -> bool:
            return self.takes(open=changed(now(), **fields))

        def without(first: int, last: int) -> bool:
            blocks = now().context or ()
            return opens(context=blocks[:first] + blocks[last:])

        if self.step.open is None:
            return
        do_without(lambda: len(now().context or ()), without, 1)
        params = now().params
        if params and not opens(params=None):
            for name in params:
                rest = {other: value for other, value in (now().params or {}).items() if other != name}
                opens(params=rest or None)
        if now().geometry:
            opens(geometry=None)


CHANGES: tuple[Callable[[Search], None], ...] = (
    fewer_steps,
    sooner,
    fewer_blocks,
    nearer_zero,
    usual_params,
    simpler_tree,
    plainer_rows,
    simpler_steps,
)
"""Every kind of change, in the order in which they are tried."""
