"""A session with the answers that were given in it, so that it can be judged although nobody is there to answer.

``focalloc prove`` writes the counterexample of a refuted theorem as a transcript; ``focalloc replay`` has `Reciter`
say the answers again, or asks a target the same questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from focalloc.conformance.cases import Case
from focalloc.spec.actions import Action
from focalloc.spec.params import OFFERED

WrittenAction = tuple[str, int, int]


class WrittenRelaxation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A relaxation (LPR) as data; every number is a fraction as text.

    Attributes:
        bound: the bound.
        shares: (kind, level, start, part) of each action that is done at least in part.
        prices: of a slot and of an action.
    """

    bound: str
    shares: tuple[tuple[str, int, int, str], ...]
    prices: tuple[str, str]


class Transcript(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A session and how it was answered.

    Attributes:
        case: the session.
        answers: the actions of each step; as text, why there were none.
        profile: what to judge it by.
        source: where it comes from, a sentence.
        relaxations: where one was asked for at each step, what it was.
    """

    case: Case
    answers: tuple[tuple[WrittenAction, ...] | str, ...]
    profile: str
    source: str = ""
    relaxations: tuple[WrittenRelaxation, ...] = ()


class Reciter:
    """An allocator that gives the answers of a transcript, whatever it is asked.

    Args:
        transcript: the transcript.
    """

    offers = OFFERED

    def __init__(self, transcript: Transcript) -> None:
        self._answers = iter(transcript.answers)
        self._relaxations = iter(transcript.relaxations)
        if transcript.relaxations:  # the judge asks whoever has the method
            self.relaxation = self._relaxation

    def open(self, *_: object) -> None:
        """Nothing depends on it."""

    def step(self, _: Sequence[int], *, cursor: int | None = None) -> list[WrittenAction]:
        """The next answer, wherever the cursor stands."""
        answer = next(self._answers, "the transcript ends here")
        if not isinstance(answer, str):
            return list(answer)
        raise RuntimeError(answer)

    def prefer(self, _: object) -> list[WrittenAction]:
        """The next answer."""
        return self.step(())

    def ingest(self, _: int, scores: Sequence[int]) -> list[WrittenAction]:
        """The next answer."""
        return self.step(scores)

    def _relaxation(self, _: Sequence[int]) -> tuple[Any, ...]:
        said = next(self._relaxations)
        shares: Mapping[Action, str] = {Action(*action): part for *action, part in said.shares}  # type: ignore[arg-type]
        return said.bound, shares, *said.prices
