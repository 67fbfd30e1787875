"""A smaller session that fails in the same way: fewer steps, fewer blocks, and nothing that is not needed.

Every change makes a session simpler by `size`, so that the search ends: steps go first, then blocks, then whatever is
not at its simplest value: a start of 0, the default of a parameter, an arity of 2, a short row of small scores. Each
kind of change goes through a session from large parts to small ones, and on from what it has reached, so that it takes
few tries more than there are parts; all kinds are gone through again until none finds anything, by large parts only as
long as they do find something. No session is tried twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import compress, cycle, islice

from msgspec.structs import replace as changed

from focalloc.conformance.cases import Case, Opening, Pairs, Pinning, Step, size, to_json
from focalloc.spec import Block, Context, Geometry, InvalidInput, Params
from focalloc.spec.actions import family, is_complete, parent, parent_start
from focalloc.spec.blocks import end, used
from focalloc.spec.scores import SCORE_LIMIT
from focalloc.spec.state import opened


def shrunk(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The simplest session found that ``fails`` as ``case`` does; `StopIteration` from ``fails`` ends the search."""
    search = Search(case, fails)
    try:
        while True:
            before = search.case
            for change in CHANGES:
                change(search)
            if search.case != before:
                search.stretches = STRETCHES[0]
            elif search.stretches == STRETCHES[-1]:
                return before
            else:
                search.stretches = STRETCHES[STRETCHES.index(search.stretches) + 1]
    except StopIteration:
        return search.case


STRETCHES = (8, 64, 512, 4096)
"""How many stretches something is cut into: the second at first, fewer once anything was found, and more as long as
nothing is, so that no kind of change takes the tries of others."""


class Search:
    """The simplest session found so far, and whether another one is simpler and fails as well.

    Args:
        case: a session that fails.
        fails: whether one does.

    Attributes:
        stretches: how many stretches something is cut into, one of `STRETCHES`, or up to twice as many.
    """

    def __init__(self, case: Case, fails: Callable[[Case], bool]) -> None:
        self.case = case
        self.stretches = STRETCHES[1]
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

    def finest(self, many: int) -> int:
        """The smallest stretch to look at of so many items."""
        return max(1, many // self.stretches)


def _can_be_opened(case: Case) -> bool:
    try:
        opened(case.geometry, case.params, case.context)
    except InvalidInput:
        return False
    return True


def do_without(
    length: Callable[[], int], without: Callable[[int, int], bool], at_least: int = 0, finest: int = 1
) -> None:
    """Have stretches of something left out: nearly all of it, halves of that, quarters, down to single items.

    Args:
        length: how many items there are now.
        without: leaves out the items from one place up to another, if it can.
        at_least: items that have to stay.
        finest: the smallest stretch to try.
    """
    width = length() - at_least
    while width >= finest:
        first = 0
        while first + width <= length() and length() - width >= at_least:
            if not without(first, first + width):
                first += width
        width //= 2


def lower(value: Callable[[], int], to: Callable[[int], bool], least: int) -> None:
    """Have a number made as small as it can be: ``least``, else less by half of what is above that, a quarter, down to
    one.

    Args:
        value: the number now.
        to: makes it that small, if it can.
        least: what it has to be.
    """
    less = value() - least
    while less >= 1:
        while value() - less >= least and to(value() - less):
            pass
        less //= 2


# WHAT CAN BE MADE SIMPLER

LASTING = ("cooldown_steps", "adaptive_window", "recency_memory")
"""Parameters that say for how many iterations something lasts, so that a shorter session needs a lower one."""


def fewer_steps(search: Search) -> None:
    """Without some of the steps: some in a row, or all that call the same."""

    def without(first: int, last: int) -> bool:
        steps = search.case.steps
        return search.takes(changed(search.case, steps=steps[:first] + steps[last:]))

    do_without(lambda: len(search.case.steps), without, finest=search.finest(len(search.case.steps)))
    for kind in sorted({(step.call, step.extra != 0) for step in search.case.steps}):
        others = tuple(step for step in search.case.steps if (step.call, step.extra != 0) != kind)
        search.takes(changed(search.case, steps=others))


def sooner(search: Search) -> None:
    """Without as many steps as something lasts shorter."""
    for name in LASTING:
        if name != "recency_memory" or search.case.params.tie_break == "recency":
            _sooner(search, name)


def _sooner(search: Search, name: str) -> None:
    def now() -> int:
        value: int = getattr(search.case.params, name)
        return value

    def to(fewer: int) -> bool:
        return search.takes_one_of(_shorter(search.case, name, fewer, now() - fewer))

    lower(now, to, max(2, now() - len(search.case.steps) + 1))


def _shorter(case: Case, name: str, lower: int, by: int) -> Iterator[Case]:
    places = len(case.steps) - by + 1
    for first in range(0, places, max(1, places // 8)):
        yield from _with_params(changed(case, steps=case.steps[:first] + case.steps[first + by :]), **{name: lower})


def fewer_blocks(search: Search) -> None:
    """Without some blocks at either end, without top-level nodes in between, in a row or cut alike, or with families
    collapsed."""
    width = len(search.case.context) - 1
    while width >= 1:
        while width < (many := len(search.case.context)) and (
            search.takes_one_of(_holding(search.case, search.case.context[:-width], range(many - width, many)))
            or search.takes_one_of(_holding(search.case, search.case.context[width:], range(width)))
        ):
            pass
        width //= 2
    _fewer_nodes(search)
    _fewer_families(search)


TRIES_EACH = 6
"""Sessions with the same blocks that `_holding` gives."""


def _fewer_nodes(search: Search) -> None:
    """Without top-level nodes between the first and the last: all that are cut alike, or some in a row."""
    for cut in sorted(set(_cuts(search.case).values())):
        starts = {start for start, levels in _cuts(search.case).items() if levels == cut}
        search.takes_one_of(_without_nodes(search.case, starts))

    def without(first: int, last: int) -> bool:
        return search.takes_one_of(_without_nodes(search.case, set(list(_cuts(search.case))[first:last])))

    many = len(_cuts(search.case))
    do_without(lambda: len(_cuts(search.case)), without, finest=search.finest(TRIES_EACH * many))


def _cuts(case: Case) -> dict[int, tuple[int, ...]]:
    """Start of each top-level node between the first and the last -> the levels of its blocks."""
    span = case.geometry.span(case.geometry.top)
    levels: dict[int, list[int]] = {}
    for block in case.context:
        levels.setdefault(block.start // span * span, []).append(block.level)
    return {start: tuple(levels[start]) for start in list(levels)[1:-1]}


def _without_nodes(case: Case, starts: set[int]) -> Iterator[Case]:
    """``case`` without these top-level nodes; what is behind them moves up."""
    span, by, context, gone = case.geometry.span(case.geometry.top), 0, [], []
    for at, (level, start) in enumerate(case.context):
        if start // span * span in starts:
            gone.append(at)
            by += span if start % span == 0 else 0
        else:
            context.append(Block(level, start - by))
    return _holding(case, tuple(context), gone)


def _fewer_families(search: Search) -> None:
    """With whole families collapsed."""

    def whole() -> list[Block]:
        geometry, blocks = search.case.geometry, set(search.case.context)
        parents = dict.fromkeys(parent(geometry, block) for block in search.case.context)
        return [node for node in parents if node is not None and is_complete(geometry, blocks, node)]

    def without(first: int, last: int) -> bool:
        nodes, context = whole()[first:last], search.case.context
        for node in nodes:
            context = _collapsed(search.case.geometry, context, node)
        more = search.case.params.w_max + sum(search.case.geometry.delta(node.level) for node in nodes)
        turned = _merged(search.case, nodes, -1)  # which leave more in use than they did
        cases = (search.case, _merged(search.case, nodes, 1), turned, *_with_params(turned, w_max=more))
        return search.takes_one_of(one for case in cases for one in _holding(case, context, ()))

    do_without(lambda: len(whole()), without, finest=search.finest(TRIES_EACH * len(whole())))


def _merged(case: Case, nodes: Sequence[Block], turn: int) -> Case:
    """``case`` with rows by block or by slot as they have to be once the families of ``nodes`` are collapsed: each node
    with the first score of its family, or with ``turn`` -1 with the negative of it, so that what collapsed expands."""
    geometry, first = case.geometry, {family(case.geometry, node)[0]: node for node in nodes}
    others = {block for node in nodes for block in family(geometry, node)[1:]}

    def merged(step: Step) -> Step:
        if len(step.scores) < 2 or step.per == "token":
            return step
        row, left = [], cycle(step.scores)
        for block in case.context:
            scores = list(islice(left, 1 if step.per == "block" else geometry.slots(block.level)))
            if block in first:
                row += [turn * scores[0]] * (1 if step.per == "block" else geometry.slots(first[block].level))
            elif block not in others:
                row += scores
        return changed(step, scores=tuple(row))

    return changed(case, steps=tuple(map(merged, case.steps)))


def _holding(case: Case, context: Context, gone: Sequence[int]) -> Iterator[Case]:
    """``case`` with these blocks, where those in places ``gone`` are left out: with as much room as there was, with
    the budgets as they are, or with as much room as there was once they had expanded; with scores on the blocks that
    they lay on or with rows as they are."""
    freed = used(case.geometry, case.context) - used(case.geometry, context)
    spread = sum(case.geometry.deltas[case.context[at].level] for at in gone)
    less = (0,) if case.params.w_max == Params().w_max else (freed, 0, freed + spread)
    moved = tuple(_moved_on(step, case, gone) for step in case.steps)
    for steps in (moved, case.steps):
        fewer = changed(case, context=context, steps=steps)
        for by in dict.fromkeys(less):
            if case.params.w_max > by:
                yield from _with_params(fewer, w_max=case.params.w_max - by, w_soft=max(1, case.params.w_soft - by))


def _moved_on(step: Step, case: Case, gone: Sequence[int]) -> Step:
    """``step`` with its row as it has to be once the blocks in places ``gone`` are, if it is no longer than the
    context."""
    row = step.scores
    if len(row) < 2 or step.per == "token" or not gone:
        return step
    of_block = [1 if step.per == "block" else case.geometry.slots(level) for level, _ in case.context]
    if len(row) < sum(of_block) and gone[-1] < len(gone):
        by = sum(of_block[: len(gone)]) % len(row)
        return changed(step, scores=row[by:] + row[:by])
    if len(row) > sum(of_block) or (len(row) < sum(of_block) and gone[0] == len(of_block) - len(gone)):
        return step
    left_out = set(gone)
    kept = [at not in left_out for at, slots in enumerate(of_block) for _ in range(slots)]
    return changed(step, scores=tuple(compress(cycle(row), kept)) or (0,))


def _collapsed(geometry: Geometry, context: Context, node: Block) -> Context:
    members = set(family(geometry, node))
    return tuple(
        node if block.start == node.start else block
        for block in context
        if block not in members or block.start == node.start
    )


def blocks_alike(search: Search) -> None:
    """With as many gists of level 1 side by side, in a tree of no more levels, with scores alike in each row and
    ingests of one block: with room to expand none of them, or all."""
    case, geometry = search.case, Geometry(search.case.geometry.arity[:1], search.case.geometry.cost[:2])
    context = tuple(Block(1, at * geometry.span(1)) for at in range(len(case.context)))
    beyond = case.params.tau_expand + 1
    rows = tuple(changed(step, scores=(beyond,)) if any(step.scores) else step for step in case.steps)
    least = tuple(changed(step, ingest=1) if step.ingest else step for step in rows)
    slots, more = used(geometry, context), len(context) * geometry.delta(1)
    for steps in (case.steps, rows, least):
        for w_max in dict.fromkeys((case.params.w_max, slots, slots + more)):
            alike = changed(case, geometry=geometry, context=context, steps=steps)
            if search.takes_one_of(_with_params(alike, w_max=w_max, w_soft=w_max)):
                return


def nearer_zero(search: Search) -> None:
    """With every block moved towards token 0, those of later openings and what is pinned included."""
    for span in sorted(set(search.case.geometry.spans), reverse=True):
        whole = search.case.context[0].start // span
        for by in (whole * span, (whole - 1) * span, whole // 2 * span):
            if 0 < by <= search.case.context[0].start:
                search.takes(_moved(search.case, by))


def _moved(case: Case, by: int) -> Case:
    def moved(step: Step) -> Step:
        if step.pin is not None:
            first = max(0, step.pin.first - by)
            return changed(step, pin=changed(step.pin, first=first, last=max(first + 1, step.pin.last - by)))
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
    for names in (("tau_expand", "tau_collapse"), ("tau_expand",), ("tau_collapse",)):
        search.takes_one_of(_with_usual_thresholds(search.case, names))
    for name in (field.name for field in fields(Params) if field.name != "strategy"):
        _usual_param(search, name)


def _usual_param(search: Search, name: str) -> None:
    """With one parameter at its default, else lower."""

    def now() -> int:
        value: int = getattr(search.case.params, name)
        return value

    def to(value: object) -> bool:
        return search.takes_one_of(_with_param(search.case, name, value))

    plain = search.case.params.w_max if name == "w_soft" else getattr(Params(), name)
    if now() == plain or to(plain) or not isinstance(plain, int):
        return
    if not any(map(to, (0, 1, 2, 5))):
        lower(now, to, 6)


def _with_usual_thresholds(case: Case, names: Sequence[str]) -> Iterator[Case]:
    """``case`` with these thresholds at their default, and scores that lie beyond them by as much as they did."""
    usual: dict[str, int] = {name: getattr(Params(), name) for name in names}

    def beyond(score: int) -> int:
        name = "tau_expand" if score > 0 else "tau_collapse"
        was: int = getattr(case.params, name)
        if name not in usual or abs(score) <= was:
            return score
        far = min(SCORE_LIMIT - 1, abs(score) - was + usual[name])
        return far if score > 0 else -far

    steps = tuple(changed(step, scores=tuple(map(beyond, step.scores))) for step in case.steps)
    yield from _with_params(changed(case, steps=steps), **usual)


def _with_param(case: Case, name: str, value: object) -> Iterator[Case]:
    yield from _with_params(case, **{name: value})
    if name == "w_max":
        yield from _with_params(case, w_max=value, w_soft=0)


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
    for shape in _plain_shapes(search.case.geometry):
        _takes_tree(search, *shape)
    for at in range(search.case.geometry.top):
        _smaller_arity(search, at)
    for at in range(len(search.case.geometry.cost)):
        cost = search.case.geometry.cost
        _takes_tree(search, search.case.geometry.arity, (*cost[:at], 1, *cost[at + 1 :]))


def _takes_tree(search: Search, arity: tuple[int, ...], cost: tuple[int, ...]) -> bool:
    levels = [block.level for block in search.case.context]
    return search.takes_one_of(_in_tree(search.case, arity, cost, levels))


def _smaller_arity(search: Search, at: int) -> None:
    def to(fewer: int) -> bool:
        arity, cost = search.case.geometry.arity, search.case.geometry.cost
        if fewer >= arity[at]:
            return False
        if at and any(search.takes_one_of(_narrower(search.case, at, fewer, left)) for left in (0, arity[at] - fewer)):
            return True
        return _takes_tree(search, (*arity[:at], fewer, *arity[at + 1 :]), cost)

    if not any(map(to, (2, 3, search.case.geometry.arity[at] // 2))):
        lower(lambda: search.case.geometry.arity[at], to, 4)


def _narrower(case: Case, at: int, fewer: int, left: int) -> Iterator[Case]:
    """``case`` in a tree in which nodes above level ``at`` have ``fewer`` children: so many of each node, as far as
    they are there, from child ``left`` on if its last one is, and all else where it was."""
    old, ends = case.geometry, {end(case.geometry, block) for block in case.context}
    try:
        geometry = Geometry((*old.arity[:at], fewer, *old.arity[at + 1 :]), old.cost)
    except InvalidInput:
        return
    context, gone = [], []
    for i, (level, start) in enumerate(case.context):
        above = range(max(level, 1), old.top)
        place, digits = start // old.span(level), []
        for arity in (old.arity[one] for one in above):
            place, digit = divmod(place, arity)
            digits.append(digit)
        if level <= at:
            last = end(old, Block(at + 1, parent_start(start, old.span(at + 1))))
            digits[at - max(level, 1)] -= left if last in ends else 0
            if not 0 <= digits[at - max(level, 1)] < fewer:
                gone.append(i)
                continue
        for one, digit in zip(reversed(above), reversed(digits), strict=True):
            place = place * geometry.arity[one] + digit
        context.append(Block(level, place * geometry.span(level)))
    if context:
        steps = tuple(_moved_on(step, case, gone) for step in case.steps)
        yield from _with_rooms(case, changed(case, geometry=geometry, context=tuple(context), steps=steps))


Shape = tuple[tuple[int, ...], tuple[int, ...]]


def _plain_shapes(geometry: Geometry) -> Iterator[Shape]:
    yield (2,) * geometry.top, ()
    yield geometry.arity, ()


def _in_tree(case: Case, arity: tuple[int, ...], cost: tuple[int, ...], levels: Sequence[int]) -> Iterator[Case]:
    """``case`` in another tree, if there is one: blocks of ``levels`` side by side, as far as they are aligned; with
    the budget as it is, with as much room as there was, in slots or in new blocks, and with room that is short by as
    much as there was, or in excess."""
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
    yield from _with_rooms(case, changed(case, geometry=geometry, context=tuple(blocks)))


def _with_rooms(case: Case, moved: Case) -> Iterator[Case]:
    """``moved``, which is ``case`` in another tree, with the budgets that `_in_tree` says."""
    yield moved
    if case.params.w_max == Params().w_max:
        return
    geometry, blocks = moved.geometry, moved.context
    room, soft = case.params.w_max - used(case.geometry, case.context), case.params.w_soft
    was, now = (case.geometry.slots(0), *case.geometry.deltas[1:]), (geometry.slots(0), *geometry.deltas[1:])
    whole, rest = divmod(room, was[0])
    rooms = {room: None, whole * now[0] + rest: None}  # in slots, and in new blocks
    for least, less in zip(was[1:], now[1:], strict=False):
        rooms |= dict.fromkeys((room - least + less, room + least - less))  # beside one more action, or one less
    for room in rooms:
        w_max = used(geometry, blocks) + room
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


def neutral_rows(search: Search) -> None:
    """With the rows of some steps neutral, many at once."""

    def neutral(first: int, last: int) -> bool:
        steps = search.case.steps
        rows = tuple(changed(step, scores=()) for step in steps[first:last])
        search.takes(changed(search.case, steps=(*steps[:first], *rows, *steps[last:])))
        return False  # they are still there

    do_without(lambda: len(search.case.steps), neutral, finest=search.finest(len(search.case.steps)))


def smaller_ingests(search: Search) -> None:
    """With an ingest of fewer blocks, or tokens, into a budget that is smaller by as many slots."""
    for at in range(len(search.case.steps)):
        for name in ("ingest", "tokens"):
            if getattr(search.case.steps[at], name) is not None:
                _smaller_ingest(search, at, name)


def _smaller_ingest(search: Search, at: int, name: str) -> None:
    def now() -> int:
        number: int = getattr(search.case.steps[at], name)
        return number

    def to(fewer: int) -> bool:
        case = search.case
        steps = (*case.steps[:at], changed(case.steps[at], **{name: fewer}), *case.steps[at + 1 :])
        less = (now() - fewer) * case.geometry.slots(0) // (1 if name == "ingest" else case.geometry.span(0))
        w_max, soft = case.params.w_max - less, case.params.w_soft
        w_soft = w_max if soft == case.params.w_max else min(soft, w_max)
        return w_max >= 1 and search.takes_one_of(_with_params(changed(case, steps=steps), w_max=w_max, w_soft=w_soft))

    lower(now, to, 1)


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

    def _lower(self, name: str, least: int) -> None:
        def now() -> int:
            number: int = getattr(self.step, name)
            return number

        lower(now, lambda fewer: self.takes(**{name: fewer}), least)

    def row(self) -> None:
        """Neutral, shorter, neutral in part, of smaller scores, over slots."""

        def neutral(first: int, last: int) -> bool:
            row = self.step.scores
            self.takes(scores=row[:first] + (0,) * (last - first) + row[last:])
            return False  # they are still there

        self.takes(scores=())
        finest = self._search.finest(len(self.step.scores))
        do_without(lambda: len(self.step.scores), self._without("scores"), 1, finest)
        do_without(lambda: len(self.step.scores), neutral, finest=finest)
        for at, score in enumerate(self.step.scores):
            params, sign = self._search.case.params, 1 if score > 0 else -1
            beyond = (params.tau_expand if score > 0 else params.tau_collapse) + 1
            for simple in dict.fromkeys((sign, sign * beyond, int(score / 2)) if score else ()):
                if self.takes(scores=(*self.step.scores[:at], simple, *self.step.scores[at + 1 :])):
                    break
        self.takes(per="slot")

    def call(self) -> None:
        """An ingest or a release of fewer blocks, a simpler pin, a cursor at the end or near the front."""
        for name, least in (("ingest", 1), ("tokens", 1), ("release", 0)):
            blocks = getattr(self.step, name)
            if blocks is not None:
                self._lower(name, least)
        if self.step.cursor is not None and not self.takes(cursor=None):
            nearer = (0, 1, self.step.cursor // 2) if self.step.cursor > 0 else (-1, -2)
            any(self.takes(cursor=one) for one in nearer if abs(one) < abs(self.step.cursor))
        if self.step.may_release:
            self.takes(may_release=False)
        if self.step.pin is not None:
            self.pin(self.step.pin)

    def pin(self, pin: Pinning) -> None:
        """Of one kind, of fewer tokens."""
        if pin.collapse and pin.expand and not self.takes(pin=changed(pin, expand=False)):
            self.takes(pin=changed(pin, collapse=False))

        def now() -> Pinning:
            assert self.step.pin is not None
            return self.step.pin

        lower(lambda: now().last, lambda last: self.takes(pin=changed(now(), last=last)), pin.first + 1)

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
    neutral_rows,
    sooner,
    fewer_blocks,
    blocks_alike,
    nearer_zero,
    usual_params,
    simpler_tree,
    plainer_rows,
    smaller_ingests,
    simpler_steps,
)
"""Every kind of change, in the order in which they are tried."""
