"""The reference as an allocator object, for comparison and for judging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from focalloc.refimpl.edits import Answer, edits
from focalloc.refimpl.greedy import greedy
from focalloc.refimpl.hierarchy import hierarchical
from focalloc.refimpl.hybrid import hybrid
from focalloc.refimpl.ingest import let_go, new_blocks, reclaim
from focalloc.refimpl.knapsack import knapsack
from focalloc.refimpl.layout import layout
from focalloc.refimpl.objective import multi_objective
from focalloc.refimpl.preparation import prepared
from focalloc.refimpl.projection import project, projection
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Context, positions
from focalloc.spec.errors import InvalidInput, one_of, truth
from focalloc.spec.filling import checked_tokens
from focalloc.spec.geometry import Geometry
from focalloc.spec.ingest import checked_size
from focalloc.spec.layout import checked_outline
from focalloc.spec.params import OFFERED, Params
from focalloc.spec.pins import Pins, pinned, unpinned
from focalloc.spec.projection import saturated
from focalloc.spec.scores import checked_scores
from focalloc.spec.state import State, advanced, all_acted, ingested_tokens, opened, released

Strategy = Callable[[State, Sequence[int]], list[Action]]

STRATEGIES: dict[str, Strategy] = {
    "greedy": greedy,
    "enhanced": greedy,
    "knapsack": knapsack,
    "hybrid": hybrid,
    "multi_objective": multi_objective,
    "hierarchical": hierarchical,
    "projection": projection,
}
"""Strategy name -> function from the state and the slot scores to the answer."""


def answered(state: State, scores: Sequence[int]) -> list[Action]:
    """The actions of the next iteration from ``state``, whose parameters name the strategy."""
    return STRATEGIES[state.params.strategy](*prepared(state, scores))


class ReferenceAllocator:
    """Runs one strategy over a session, slowly and plainly.

    Every call is answered (ANS-1), arguments are only read (ANS-2), and senseless ones are refused before anything
    changes (ANS-3); `Geometry` and `Params` refuse what breaks GEO-1 to GEO-3, PAR-1 and PAR-2 when they are made.

    Speaks the allocator protocol: `open`, `step`, `ingest`, the optional calls `pin`, `unpin`, `release` and
    `ingest_tokens`, and the optional reports `context`, `positions`, `pins` and `unfilled`.
    """

    offers = OFFERED
    """Optional parameters that it follows."""

    def __init__(self) -> None:
        self._state: State | None = None

    @property
    def state(self) -> State:
        """The state after the last call; raises `InvalidInput` before `open`."""
        if self._state is None:
            raise InvalidInput("allocator", "not open", "call open(geometry, params, context) first")
        return self._state

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start a session, in place of any earlier one.

        Raises:
            InvalidInput: the context breaks CTX-1 to CTX-4, or the strategy is unknown.
        """
        one_of("strategy", params.strategy, STRATEGIES)
        self._state = opened(geometry, params, context)

    def step(self, scores: Sequence[int], *, cursor: int | None = None) -> Answer:
        """Run one iteration and return its actions in order; context, ledger and memory follow (CTX-6, COO-2, MEM-2).

        Args:
            scores: one fixed-point score per slot, oldest first.
            cursor: the token that nearness is measured from; by default the end of the context (CUR-1).

        Raises:
            InvalidInput: the scores break SCO-1 or SCO-2, or the cursor CUR-1; the state is unchanged.
        """
        state = self.state
        checked_scores(state.geometry, state.context, scores)
        actions = answered(state.pointed(cursor), scores)
        return self._went_on(advanced(state, actions, scores), actions)

    def prefer(self, logits: Sequence[Sequence[float]]) -> Answer:
        """Run one iteration of strategy ``projection`` by a policy's logits in place of scores.

        Args:
            logits: floats (expand, keep, collapse) per block, oldest first; what is too large saturates.

        Raises:
            InvalidInput: the strategy is another, or the logits break PRO-1; the state is unchanged.
        """
        state = self.state
        if state.params.strategy != "projection":
            raise InvalidInput("strategy", state.params.strategy, "must be projection, to follow logits")
        actions = project(state, [[saturated(one, f"logits[{i}]") for one in row] for i, row in enumerate(logits)])
        return self._went_on(advanced(state, actions), actions)

    def ingest(self, blocks: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        """Append ``blocks`` level-0 blocks and return the collapses that made room for them.

        Args:
            blocks: how many.
            scores: one fixed-point score per slot, oldest first.
            release: whether the oldest blocks leave where collapses do not make enough room (REL-4); the answer's
                ``released`` is the token that the context begins with if any have.

        Raises:
            InvalidInput: ``blocks`` breaks PAR-3, the scores SCO-1 or SCO-2, or the longer context CTX-4.
            NoRoom: legal collapses do not free enough. In every case the state is unchanged.
        """
        tokens = checked_size(blocks) * self.state.geometry.span(0)
        return self._ingested(tokens, scores, release=release)

    def ingest_tokens(self, tokens: int, scores: Sequence[int], *, release: bool = False) -> Answer:
        """Say that ``tokens`` more tokens have come: they fill the last block, then new ones (FIL-1).

        Raises:
            InvalidInput: ``tokens`` breaks PAR-4; the rest as of `ingest`.
            NoRoom: as of `ingest`, but only where a new block begins (FIL-3).
        """
        return self._ingested(checked_tokens(tokens), scores, release=release)

    def _ingested(self, tokens: int, scores: Sequence[int], *, release: bool) -> Answer:
        state = self.state
        checked_scores(state.geometry, state.context, scores)
        truth("release", release)
        blocks = new_blocks(state, tokens)
        collapses = reclaim(state, scores, blocks, release=release) if blocks else []
        front = let_go(all_acted(state, collapses), blocks) if release and blocks else None
        return self._went_on(ingested_tokens(state, collapses, tokens, front), collapses)

    def release(self, token: int) -> Answer:
        """Let go of all blocks before ``token``, at which a block begins; the answer has no actions (REL-2, REL-3).

        Raises:
            InvalidInput: no block begins there (REL-1); the state is unchanged.
        """
        return self._went_on(released(self.state, token), [])

    def pin(self, first: int, last: int, collapse: bool = True, expand: bool = False) -> None:
        """From the next call on nothing collapses, or expands, that has tokens from ``first`` to before ``last``.

        Raises:
            InvalidInput: that is no range of tokens, or nothing is asked for.
        """
        self._state = replace(self.state, pins=pinned(self.state.pins, first, last, collapse=collapse, expand=expand))

    def unpin(self, first: int, last: int, collapse: bool = True, expand: bool = True) -> None:
        """Lift what is pinned there; arguments and refusals as of `pin`."""
        self._state = replace(self.state, pins=unpinned(self.state.pins, first, last, collapse=collapse, expand=expand))

    def pins(self) -> Pins:
        """What is pinned (PIN-3)."""
        return self.state.pins

    def unfilled(self) -> int:
        """Tokens of the last block that have not come yet (FIL-1)."""
        return self.state.unfilled

    def _went_on(self, after: State, actions: list[Action]) -> Answer:
        """Go on from the state ``after`` an answer of these actions."""
        before, self._state = self.state, after
        front = after.context[0].start
        released = None if front == before.context[0].start else front
        came = before.unfilled > 0 and after.next_token > before.next_token
        filled = before.context[-1] if came else None
        return Answer(actions, edits(after.geometry, before.context, after.context, filled), released)

    def layout(self, first: int, last: int, scores: Sequence[int] | None = None, cursor: int | None = None) -> Context:
        """A context that shows tokens ``first`` up to ``last`` under the session's geometry and parameters (LAY).

        Args:
            first: first token.
            last: token after the last.
            scores: a fixed-point score per smallest span; None where all are wanted alike.
            cursor: where nearness is measured; by default ``last``.

        Raises:
            InvalidInput: the arguments make no sense (`checked_outline`), or the budget is too small (LAY-3).
        """
        return layout(checked_outline(self.state.geometry, self.state.params_told, first, last, scores, cursor))

    def context(self) -> Context:
        """The working context, oldest block first."""
        return self.state.context

    def positions(self) -> list[int]:
        """Token position of each slot (CTX-5)."""
        return positions(self.state.geometry, self.state.context)
