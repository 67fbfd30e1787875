"""A decode loop for many sessions, as a server would run it: ingest, score, step, read positions.

    python tests/fastpath/serving_example.py

Every session reads the same document from a place of its own, with a question of its own in mind. The document is
real; LensNet is played by BM25 (`focalloc.conformance.recorded.Lens`) and the model by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from focalloc import Allocator, Batch, Geometry, Params, Plan
from focalloc.conformance.recorded import DEFAULT_QUERIES, Focus, Lens, default_document
from focalloc.fastpath.edits import Edits

GEOMETRY = Geometry((32, 32))
PARAMS = Params(w_max=1024, protected_tokens=128)


@dataclass(frozen=True)
class Session:
    """One user's session.

    Attributes:
        query: what the user asked.
        focus: scores for it.
        allocator: the working context.
        origin: its first token, from which positions are counted; rotary angles need small ones.
        buffer: memory for them.
    """

    query: str
    focus: Focus
    allocator: Allocator
    origin: int
    buffer: NDArray[np.int64]

    def positions(self) -> NDArray[np.int64]:
        """Where each slot stands."""
        return self.allocator.write_positions(self.buffer, self.origin)


@dataclass(frozen=True)
class Turn:
    """What one turn of the loop gives to the next forward pass of one session.

    Attributes:
        plan: what the step decided.
        edits: what ingest and step together changed in slots, for the KV cache to follow.
        positions: where each slot stands, for rotary position encoding: tokens from the session's first one on; in
            memory that the next turn writes to.
    """

    plan: Plan
    edits: Edits
    positions: NDArray[np.int64]


def opened(lens: Lens, sessions: int) -> list[Session]:
    """Sessions that begin at different blocks of the document."""
    found = []
    for number, query in enumerate(islice(cycle(DEFAULT_QUERIES), sessions)):
        allocator, origin = Allocator(GEOMETRY, PARAMS), number * GEOMETRY.span(2)
        allocator.open(GEOMETRY, PARAMS, [(0, origin)])
        found.append(Session(query, lens.focus(query), allocator, origin, np.empty(PARAMS.w_max, np.int64)))
    return found


def serve(sessions: list[Session], turns: int, threads: int = 1) -> Iterator[list[Turn]]:
    """Run the loop; each turn is 32 decoded tokens of every session."""
    batch = Batch([session.allocator for session in sessions], threads=threads)
    scores = np.zeros((len(sessions), PARAMS.w_max), np.int32)
    for _ in range(turns):
        came = []
        for row, session in zip(scores, sessions, strict=True):
            # 32 tokens were decoded: make room for them where detail is wanted least
            came.append(session.allocator.ingest(1, session.focus.scores(session.allocator.context())).edits)
            # LensNet looks at what is there now
            row[: session.allocator.used] = session.focus.scores(session.allocator.context())
        # the focus moves, in all sessions at once
        plans = batch.step(scores)
        turn = []
        for plan, edits, session in zip(plans, came, sessions, strict=True):
            if not isinstance(plan, Plan):
                raise plan  # senseless scores; this session is as it was, the others have gone on
            turn.append(Turn(plan, edits.then(plan.edits), session.positions()))
        yield turn


def main() -> None:
    lens = Lens(default_document(), GEOMETRY)
    sessions = opened(lens, 24)
    Batch([]).warmup()
    actions = [0] * len(sessions)
    for turn in serve(sessions, turns=200, threads=2):
        for number, one in enumerate(turn):
            actions[number] += len(one.plan)
    for session, count in zip(sessions, actions, strict=True):
        allocator = session.allocator
        levels = np.bincount(allocator.levels, minlength=3)
        print(
            f"{allocator.used:5} slots  {levels[2]:3} + {levels[1]:3} gists, {levels[0]:2} blocks of raw tokens  "
            f"{count:4} actions  {session.query}"
        )


if __name__ == "__main__":
    main()
