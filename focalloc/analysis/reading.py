"""A text that is read and then questioned, with as small a working context as is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil, log, prod

from focalloc.conformance.recorded import DEFAULT_QUERIES, Document, Session
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
