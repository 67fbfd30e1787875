"""A text that is read and then questioned, with as small a working context as is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil, log, prod

from focalloc.conformance.recorded import DEFAULT_QUERIES, Document, Session, Turn
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Context
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

MOST_RELEVANT = 10


def reading(
    document: Document,
    queries: Sequence[str] = DEFAULT_QUERIES,
    geometry: Geometry | None = None,
    w_max: int = 768,
    n_diff: int = 4,
    iterations: int = 16,
) -> Session:
    """A session over ``document``.

    Args:
        document: what is read.
        queries: what is asked.
        geometry: shape of the tree.
        w_max: budget in slots.
        n_diff: most actions per iteration.
        iterations: iterations per question.

    Raises:
        InvalidInput: the budget cannot hold the document, however much of it is collapsed; the rule says what could.
    """
    life = Session(document, tuple(queries), params=Params(n_diff=n_diff), iterations=iterations)
    life = _fitted(life, Geometry() if geometry is None else geometry, w_max)
    if life.tightest > w_max:
        raise InvalidInput("w_max", w_max, _too_tight(life))
    return life


def _fitted(life: Session, geometry: Geometry, w_max: int) -> Session:
    """``life`` with this tree and budget, read in pieces that fit them."""
    return replace(
        life,
        geometry=geometry,
        params=replace(life.params, w_max=w_max, w_soft=0, protected_tokens=4 * geometry.span(0)),
        read_blocks=max(1, min(8, w_max // (3 * geometry.slots(0)))),
    )


def _too_tight(life: Session) -> str:
    """What would do in place of a budget that cannot hold the document, however much of it is collapsed."""
    w_max, enough = life.params.w_max, life.tightest
    while (more := _fitted(life, life.geometry, enough).tightest) > enough:  # it reads in larger pieces
        enough = more
    told = f"{len(life.document.tokens):,} tokens need {life.tightest:,} slots to be read; --w-max {enough} would do"
    for geometry in _other_trees(life.geometry, len(life.document.tokens)):
        if _fitted(life, geometry, w_max).tightest <= w_max:
            return f"{told}, and so would --arity {','.join(map(str, geometry.arity))}"
    return told


def _other_trees(geometry: Geometry, tokens: int) -> Iterator[Geometry]:
    """Trees that need fewer slots for as many tokens: deeper ones, then those with smaller blocks."""
    arity, last = geometry.arity, geometry.arity[-1]
    while prod(arity) < tokens:
        arity = (*arity, last)
        yield Geometry(arity)
    for smaller in (16, 8, 4, 2):
        if smaller < geometry.arity[0]:
            yield Geometry((smaller,) * max(1, ceil(log(tokens, smaller)) - 1))


@dataclass(frozen=True)
class Part:
    """The reading, or one question.

    Attributes:
        number: of the question; -1 for the reading.
        title: the question.
        turns: what was done, in order.
        wanted: the level-0 blocks, by number, that match the question best.
    """

    number: int
    title: str
    turns: list[Turn]
    wanted: list[int]

    @property
    def actions(self) -> list[Action]:
        """All of them, in order."""
        return [action for turn in self.turns for action in turn.actions]

    @property
    def busy(self) -> int:
        """How many iterations passed until the last that did anything, itself counted."""
        return max((i for i, turn in enumerate(self.turns, start=1) if turn.actions), default=0)

    @property
    def found(self) -> int:
        """How many of the blocks that are wanted are raw in the end."""
        last = self.turns[-1].after
        raw = {block.start // last.geometry.span(0) for block in last.context if block.level == 0}
        return len(raw.intersection(self.wanted))


def parts(life: Session, turns: Iterable[Turn]) -> Iterator[Part]:
    """The turns of a session, question by question."""
    for number, played in groupby(turns, key=lambda turn: turn.move.query):
        if number < 0:
            yield Part(number, "Reading", list(played), [])
        else:
            yield Part(number, life.queries[number], list(played), most_relevant(life, number))


def most_relevant(life: Session, query: int) -> list[int]:
    """The level-0 blocks, by number, that match the question best; fewer than ten if fewer match."""
    relevance = life.lens.relevance(life.queries[query])
    best = sorted(range(len(relevance)), key=lambda block: -relevance[block])[:MOST_RELEVANT]
    return [block for block in best if relevance[block] > 0]


def columns(life: Session, most: int) -> list[tuple[int, int]]:
    """The document in equal pieces, ``most`` or one per block; each as its first token and the one behind its last."""
    length = life.lens.blocks * life.geometry.span(0)
    count = min(most, life.lens.blocks)
    return [(length * i // count, length * (i + 1) // count) for i in range(count)]


def finest(geometry: Geometry, context: Context, pieces: Sequence[tuple[int, int]]) -> tuple[int | None, ...]:
    """The finest level in each piece of the document; None where nothing of it is read yet."""
    return tuple(
        min(
            (level for level, start in context if start < end and start + geometry.span(level) > begin),
            default=None,
        )
        for begin, end in pieces
    )
