"""An allocator that conforms, cut into pieces that can be broken one at a time.

Each method is one rule of the spec. A broken allocator overrides one of them and inherits the rest, so that what is
wrong with it is what one reads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from focalloc.refimpl import candidates as refimpl
from focalloc.refimpl.candidates import Choice
from focalloc.refimpl.edits import Answer, edits
from focalloc.refimpl.greedy import has_room, overlap
from focalloc.refimpl.ingest import collapsed_scores
from focalloc.refimpl.preparation import adapt, balance, lean, remember
from focalloc.refimpl.ties import rank
from focalloc.spec import Action, Block, Geometry, InvalidInput, NoRoom, Params, State, advanced, ingested, opened
from focalloc.spec.blocks import positions
from focalloc.spec.edits import Edit
from focalloc.spec.ingest import checked_size
from focalloc.spec.params import OFFERED
from focalloc.spec.pins import Pins, pinned, unpinned
from focalloc.spec.scores import checked_scores
from focalloc.spec.state import acted


class Sound:
    """Greedy, by the rules."""

    offers: tuple[str, ...] = OFFERED
    state: State

    # WHAT THE JUDGE CALLS

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start a session."""
        self.state = opened(geometry, params, context)

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Run one iteration."""
        self.check(scores)
        kept, self.state = self.state, self.prepared()
        answer = self.select(self.balanced(self.leant(self.averaged(scores))))
        self.state = kept
        with contextlib.suppress(InvalidInput):  # a broken answer may be impossible, but it is still the answer
            self.state = self.inherited(kept, advanced(kept, answer, scores))
            return Answer(answer, self.edits(kept))
        return answer

    def ingest(self, blocks: int, scores: list[int]) -> Sequence[Sequence[object]]:
        """Make room for ``blocks`` level-0 blocks and append them."""
        checked_size(blocks)
        self.check(scores)
        kept, collapses = self.state, self.reclaim(blocks * self.state.geometry.slots(0), scores)
        with contextlib.suppress(InvalidInput):
            self.state = ingested(self.state, collapses, blocks)
            return Answer(collapses, self.edits(kept))
        raise InvalidInput("blocks", blocks, "there is no room for so many")

    def edits(self, before: State) -> list[Edit]:
        """What a call changed in slots, given the state before it; where an answer has none, nothing is said of it."""
        return edits(self.state.geometry, before.context, self.state.context)

    def context(self) -> Sequence[Block]:
        """The working context."""
        return self.state.context

    def pin(self, first: int, last: int, collapse: bool, expand: bool) -> None:
        """Pin a range."""
        self.state = replace(self.state, pins=pinned(self.state.pins, first, last, collapse=collapse, expand=expand))

    def unpin(self, first: int, last: int, collapse: bool, expand: bool) -> None:
        """Lift what is pinned there."""
        self.state = replace(self.state, pins=unpinned(self.state.pins, first, last, collapse=collapse, expand=expand))

    def pins(self) -> Pins:
        """What is pinned."""
        return self.state.pins

    def positions(self) -> Sequence[int]:
        """The token position of each slot."""
        return positions(self.state.geometry, self.state.context)

    def ledger_size(self) -> int:
        """How many actions are remembered."""
        return len(self.state.ledger)

    # WHAT COMES BEFORE SELECTION

    def prepared(self) -> State:
        """The state that the next iteration selects in: with adapted thresholds, and without what is forgotten."""
        state = self.state
        return replace(state.ticked, params=self.adapted(state.params), iteration=state.iteration)

    def adapted(self, params: Params) -> Params:
        """The parameters with the thresholds of the next iteration."""
        return adapt(params, self.state.recent)

    def averaged(self, scores: Sequence[int]) -> Sequence[int]:
        """What stands for the scores, if there is a memory."""
        state = self.state
        return remember(state.memory, scores, state.params.memory_shift) if state.params.memory_shift else scores

    def leant(self, row: Sequence[int]) -> Sequence[int]:
        """The same, leaning to the cursor."""
        return lean(self.state, row) if self.state.params.lean else row

    def inherited(self, before: State, after: State) -> State:
        """The state ``after`` an iteration, with what its slots remember."""
        return after

    def balanced(self, scores: Sequence[int]) -> Sequence[int]:
        """The scores that candidates are formed from."""
        return balance(scores) if self.state.params.balance else scores

    # WHAT IS A CANDIDATE

    def check(self, scores: Sequence[int]) -> None:
        """Refuse senseless scores."""
        checked_scores(self.state.geometry, self.state.context, scores)

    def legal(self, scores: Sequence[int]) -> list[Choice]:
        """Every legal action with its aggregate, by position."""
        return [self.weighed(choice, scores) for choice in refimpl.legal_choices(self.state, scores)]

    def weighed(self, choice: Choice, scores: Sequence[int]) -> Choice:
        """``choice`` with its aggregate and cost as this allocator understands them."""
        return choice

    def is_cooling(self, action: Action, iteration: int) -> bool:
        """Whether the cooldown forbids ``action``."""
        return refimpl.is_cooling(self.state, action, iteration)

    def is_protected(self, action: Action) -> bool:
        """Whether the protected tail forbids ``action``."""
        return refimpl.is_protected(self.state, action)

    def is_pinned(self, action: Action) -> bool:
        """Whether a pin forbids ``action``."""
        return refimpl.is_pinned(self.state, action)

    def passes(self, choice: Choice) -> bool:
        """Whether ``choice`` passes its threshold."""
        params = self.state.params
        if choice.action.kind == "expand":
            return choice.aggregate > params.tau_expand
        return choice.aggregate < -params.tau_collapse

    def candidates(self, scores: Sequence[int]) -> list[Choice]:
        """What the next iteration may choose from."""
        return [
            choice
            for choice in self.legal(scores)
            if self.passes(choice)
            and not self.is_cooling(choice.action, self.state.iteration + 1)
            and not self.is_protected(choice.action)
            and not self.is_pinned(choice.action)
        ]

    # WHAT IS SELECTED

    def cap(self) -> int:
        """Most actions of one iteration."""
        return self.state.params.n_diff

    def rank(self, choice: Choice) -> tuple[int, ...]:
        """Place in the queue."""
        return rank(choice)

    def has_room(self, used: int, choice: Choice) -> bool:
        """Whether an expand fits."""
        return has_room(self.state.params, used, choice)

    def still_possible(self, choice: Choice, done: Action) -> bool:
        """Whether ``choice`` is open after ``done``."""
        return not overlap(self.state.geometry, choice.action, done)

    def select(self, scores: Sequence[int]) -> list[Action]:
        """The answer: turns of the two queues until neither can act."""
        found = sorted(self.candidates(scores), key=self.rank)
        queues = {kind: [c for c in found if c.action.kind == kind] for kind in ("expand", "collapse")}
        chosen: list[Action] = []
        used, passes = self.state.used, 0
        while passes < 2 and len(chosen) < self.cap():
            for kind in ("expand", "collapse"):
                passes += 1
                queue = queues[kind]
                if len(chosen) < self.cap() and queue and (kind == "collapse" or self.has_room(used, queue[0])):
                    head = queue.pop(0)
                    chosen.append(head.action)
                    used += head.delta
                    passes = 0
                    queues = {k: [c for c in q if self.still_possible(c, head.action)] for k, q in queues.items()}
        return chosen

    # HOW ROOM IS MADE

    def reclaimable(self, state: State, scores: Sequence[int]) -> list[Choice]:
        """Collapses that an ingest may make."""
        return [
            choice
            for choice in refimpl.legal_choices(state, scores)
            if choice.action.kind == "collapse"
            and not refimpl.is_cooling(state, choice.action, state.iteration)
            and not refimpl.is_protected(state, choice.action)
            and not refimpl.is_pinned(state, choice.action)
        ]

    def first_to_go(self, possible: Sequence[Choice]) -> Choice:
        """The collapse among them that comes first."""
        return min(possible, key=self.rank)

    def lacks_room(self, state: State, needed: int) -> bool:
        """Whether ``needed`` more slots do not fit."""
        return state.used + needed > state.params.w_max

    def ahead(self) -> int:
        """Slots that room is made for beyond the need, once any has to be made."""
        return self.state.params.reclaim_ahead * self.state.geometry.slots(0)

    def carried(self, state: State, row: list[int], choice: Choice) -> list[int]:
        """The scores after a collapse on the way."""
        return collapsed_scores(state, row, choice)

    def reclaim(self, needed: int, scores: Sequence[int]) -> list[Action]:
        """The collapses that make room for ``needed`` slots."""
        state, row = self.state, list(scores)
        collapses: list[Action] = []
        wanted = needed + self.ahead() if self.lacks_room(state, needed) else needed
        while self.lacks_room(state, wanted):
            possible = self.reclaimable(state, row)
            if not possible and not self.lacks_room(state, needed):
                break
            if not possible:
                raise NoRoom(needed, 0)
            choice = self.first_to_go(possible)
            row = self.carried(state, row, choice)
            state = acted(state, choice.action)
            collapses.append(choice.action)
        return collapses
