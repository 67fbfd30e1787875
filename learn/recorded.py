"""Lessons from production: the sessions of traces that `focalloc.fastpath.trace.Recorder` wrote.

A trace says what the lens said and what was done, not what was needed; so the lessons are what the recorded allocator
did, or the exact optimum of the recorded scores. Of ingests and applied answers nothing can be learned, but the
memory of what was said goes on through them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from focalloc.fastpath.trace import Event, events
from focalloc.learn.features import Observation, observe
from focalloc.learn.teachers import Lesson, lesson_of
from focalloc.refimpl.knapsack import knapsack
from focalloc.spec.actions import Action
from focalloc.spec.errors import InvalidInput, among

SUFFIXES = (".jsonl", ".jsonl.gz")
"""Files of a folder that count as traces."""


class Example(NamedTuple):
    """One recorded iteration: what a policy would have seen, and what it should have done."""

    seen: Observation
    lesson: Lesson


def what_was_done(event: Event) -> Iterable[Action]:
    """The recorded answer."""
    return event.actions


def optimum_of_scores(event: Event) -> Iterable[Action]:
    """The exact optimum for the recorded scores."""
    return knapsack(event.before, event.scores)


RECORDED_TEACHERS: dict[str, Callable[[Event], Iterable[Action]]] = {
    "recorded": what_was_done,
    "optimum": optimum_of_scores,
}
"""Whom to imitate in a trace, by name."""


@dataclass(frozen=True)
class Recording:
    """Recorded iterations to learn from, in place of a simulator.

    Attributes:
        examples: the iterations, in order.
    """

    examples: tuple[Example, ...]

    @classmethod
    def of(cls, path: Path, teacher: str = "recorded") -> Recording:
        """The iterations in a trace, or in every trace of a folder, by name.

        Raises:
            InvalidInput: there is no trace or no iteration, a trace is damaged, or the teacher is unknown.
        """
        if teacher not in RECORDED_TEACHERS:
            raise InvalidInput("teacher", teacher, f"{among(RECORDED_TEACHERS)} to learn from traces")
        files = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES)) if path.is_dir() else [path]
        found = tuple(example for file in files for example in _examples(file, RECORDED_TEACHERS[teacher]))
        if not found:
            raise InvalidInput("traces", str(path), f"must hold at least one iteration ({', '.join(SUFFIXES)})")
        return cls(found)

    def drawn(self, rng: np.random.Generator, count: int) -> list[Example]:
        """``count`` of them at random, or all in random order if there are fewer."""
        order = rng.permutation(len(self.examples))[:count]
        return [self.examples[i] for i in order.tolist()]


def _examples(path: Path, teacher: Callable[[Event], Iterable[Action]]) -> Iterator[Example]:
    for event in events(path):
        if event.call == "step":
            seen = observe(event.before, event.scores)
            yield Example(seen, lesson_of(seen, teacher(event)))
