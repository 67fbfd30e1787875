"""Allocators that do not answer as they should (ANS), and those that lie."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence

from focalloc.conformance.broken import breaks
from focalloc.conformance.broken.sound import Sound
from focalloc.spec import Action, Geometry, Params
from focalloc.spec.scores import SCORE_LIMIT


@breaks("ANS-1")
class Sleeps(Sound):
    """Takes a nap when there is nothing to do."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Sleep until somebody objects."""
        chosen = super().select(scores)
        while not chosen:
            time.sleep(0.01)
        return chosen


@breaks("ANS-2")
class SortsItsInput(Sound):
    """Sorts the scores in place to find the best."""

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Answer rightly, and leave the caller with something else."""
        answer = super().step(scores)
        scores.sort()
        return answer


@breaks("ANS-2")
class KeepsTheContext(Sound):
    """Works on the caller's own list of blocks."""

    given: list[object]

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Keep the list."""
        super().open(geometry, params, context)
        assert isinstance(context, list)
        self.given = context

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Run the iteration and write the new context into the list."""
        answer = super().step(scores)
        self.given[:] = self.state.context
        return answer


@breaks("ANS-3", profile="greedy")
class TakesAnything(Sound):
    """Makes the best of senseless scores instead of refusing them."""

    def step(self, scores: list[int]) -> Sequence[Sequence[object]]:
        """Fill up, cut off and clip."""
        limit = SCORE_LIMIT - 1
        row = (list(scores) + [0] * self.state.used)[: self.state.used]
        return super().step([max(-limit, min(limit, score)) for score in row] if row != scores else scores)


@breaks("ANS-3", shows=("CTX-6",), profile="greedy")
class RefusesTooLate(Sound):
    """Refuses a senseless context, but has thrown its own away by then."""

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Begin with the default context, then look at what was given."""
        blocks = list(context)
        if hasattr(self, "state"):
            super().open(geometry, params, self.state.context[-1:])
        super().open(geometry, params, blocks)


@breaks("GRE-6", profile="greedy")
class ClaimsGreedy(Sound):
    """Claims to be greedy and never does anything."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Leave it all as it is."""
        return []


@breaks("CTX-6", also=("CTX-1", "CTX-2", "CTX-3", "CAP-1", "PIN-3"))
class AnswersForAnother(Sound):
    """Goes on with its first session when a second is opened."""

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Open once only."""
        if not hasattr(self, "state"):
            super().open(geometry, params, context)


@breaks("GRE-1", also=("GRE-2", "GRE-3", "GRE-4", "GRE-5", "BUD-1", "SOF-1"), profile="greedy")
class WrongOrder(Sound):
    """Chooses the right actions and says them backwards."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Reverse the answer."""
        return super().select(scores)[::-1]


_calls = itertools.count()


@breaks("GRE-6", profile="greedy")
class Moody(Sound):
    """Answers by its mood: every third call, whatever the session, it does nothing."""

    def select(self, scores: Sequence[int]) -> list[Action]:
        """Count calls over all sessions of the process."""
        return [] if next(_calls) % 3 == 2 else super().select(scores)
