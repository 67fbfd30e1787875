"""Wire protocol 1 from the other side: any allocator object on stdin and stdout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Protocol

import msgspec

from focalloc.conformance import messages
from focalloc.spec.blocks import checked_context
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE


class Servable(Protocol):
    """What `serve` needs of an allocator."""

    def open(self, geometry: Geometry, params: Params, context: Sequence[tuple[int, int]], /) -> object:
        """Start a session."""
        ...

    def step(self, scores: Sequence[int], /) -> Sequence[Sequence[object]]:
        """Run one iteration."""
        ...

    def ingest(self, blocks: int, scores: Sequence[int], /) -> Sequence[Sequence[object]]:
        """Append level-0 blocks."""
        ...


def serve(
    factory: Callable[[], Servable],
    commands: IO[bytes],
    answers: IO[bytes],
    *,
    name: str,
    version: str,
    strategies: Sequence[str],
) -> None:
    """Answer commands line by line until ``close`` or the end of ``commands``.

    What the allocator refuses, and what is not the protocol, is answered ``{"error": ...}``.

    Args:
        factory: makes the allocator of each session.
        commands: where commands come from.
        answers: where answers go.
        name: how the program introduces itself.
        version: its version.
        strategies: the strategies it knows.
    """
    allocator: Servable | None = None

    def obey(command: messages.Command) -> messages.Answer:
        nonlocal allocator
        match command:
            case messages.Hello(protocol=protocol):
                if protocol != messages.PROTOCOL:
                    raise InvalidInput("protocol", protocol, f"must be {messages.PROTOCOL}")
                return messages.Welcome(protocol=protocol, name=name, version=version, strategies=list(strategies))
            case messages.Open():
                if command.score_scale != SCORE_SCALE:
                    raise InvalidInput("score_scale", command.score_scale, f"must be {SCORE_SCALE}")
                fresh = factory()
                fresh.open(command.geometry, command.params, checked_context(command.geometry, command.context))
                allocator = fresh
                return messages.Done(True)
            case messages.Close():
                return messages.Done(True)
        if allocator is None:
            raise InvalidInput("session", "not open", "open one first")
        match command:
            case messages.Step(scores=scores):
                return _chosen(allocator.step(scores))
            case messages.Ingest(blocks=blocks, scores=scores):
                return _chosen(allocator.ingest(blocks, scores))
        raise InvalidInput("cmd", type(command).__name__.lower(), "is not offered")

    for line in commands:
        command = None
        try:
            command = messages.read_command(line)
            answer = obey(command)
        except (InvalidInput, NoRoom, msgspec.DecodeError, UnicodeDecodeError) as error:
            answer = messages.Refusal(str(error))
        answers.write(messages.answer_line(answer))
        answers.flush()
        if isinstance(command, messages.Close):
            return


def _chosen(actions: Sequence[Sequence[object]]) -> messages.Chosen:
    return messages.Chosen([msgspec.convert(tuple(action), messages.WireAction) for action in actions])
