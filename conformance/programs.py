"""Another program under judgement: a `Target` that speaks wire protocol 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from focalloc.conformance import messages, process
from focalloc.conformance.capabilities import ALL, Capabilities
from focalloc.conformance.targets import Lost, NoAnswer, Refused, Skipped
from focalloc.spec import Geometry, Params, Violation


class ProgramTarget:
    """A program that is started when it is first needed, and again after it died or was ended.

    Args:
        command: the program and its arguments, as one would type them.
        timeout: limit of one answer, in seconds.
    """

    speaks_raw = True
    only = ALL

    def __init__(self, command: str, timeout: float = 10.0) -> None:
        self.name = command
        self._limit = f"{timeout:g} s"
        self._program = process.ProcessAllocator(command, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._program.close(politely=error is None)

    def close(self) -> None:
        """End the program."""
        self._program.close()

    def begin(self) -> None:
        """Start the program if it is not running; a new session replaces the old one."""
        self._call(self._program.start)

    def supports(self) -> Capabilities:
        """What it said in answer to ``hello``."""
        welcome: messages.Welcome = self._call(self._program.start)
        return welcome.supports or ALL

    def offers(self, what: str) -> bool:
        """Whether the protocol has the optional call ``what``; a program that lacks it answers ``skipped``."""
        return what == "ingest"

    def knows_ingest_scores(self) -> bool:
        """Yes: they are part of the message."""
        return True

    def open(
        self, geometry: Geometry | Mapping[str, Any], params: Params | Mapping[str, Any], context: Sequence[object]
    ) -> None:
        """Send ``open``, senseless values as they are."""
        blocks: Any = [tuple(block) if isinstance(block, tuple | list) else block for block in context]
        shape: Any = geometry
        values: Any = params
        self._call(lambda: self._program.send(messages.Open(geometry=shape, params=values, context=blocks)))

    def step(self, scores: Sequence[int]) -> object:
        """Send ``step`` and return the actions."""
        return self._call(lambda: list(self._program.step(scores)))

    def prefer(self, logits: Sequence[Sequence[float]]) -> object:
        """The protocol has no logits."""
        raise NotImplementedError("prefer")

    def relaxation(self, scores: Sequence[int]) -> object:
        """The protocol has no relaxations."""
        raise NotImplementedError("relaxation")

    def ingest(self, blocks: int, scores: Sequence[int]) -> object:
        """Send ``ingest`` and return the reclaiming collapses."""
        return self._call(lambda: list(self._program.ingest(blocks, scores)))

    def report(self, what: str) -> object:
        """The protocol has no reports."""
        raise NotImplementedError(what)

    def changed(self) -> list[Violation]:
        """A program cannot change what it was sent."""
        return []

    def _call(self, function: Callable[[], Any]) -> Any:  # noqa: ANN401, RUF100  # whatever the answer holds
        try:
            return function()
        except process.Refused as no:
            raise Refused(no.reason) from no
        except process.Skipped as no:
            raise Skipped(no.reason) from no
        except process.TimedOut as late:
            raise NoAnswer(self._limit, _context(late)) from late
        except process.Misbehaved as lost:
            raise Lost(f"{lost.reason}\n{_context(lost)}".rstrip()) from lost


def _context(error: process.ProgramError) -> str:
    """What was said last, over the wire and to stderr."""
    lines = []
    if error.conversation:
        lines += ["the last messages:", *(f"  {line}" for line in error.conversation)]
    if error.stderr.strip():
        lines += ["the end of its stderr:", *(f"  {line}" for line in error.stderr.strip().splitlines()[-12:])]
    return "\n".join(lines)
