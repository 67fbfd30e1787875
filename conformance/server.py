"""Wire protocol 1 from the other side: any allocator object on stdin and stdout."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Protocol

import msgspec

from focalloc.conformance import messages
from focalloc.conformance.capabilities import ALL, declared
from focalloc.conformance.host import BESIDE, obeyed, offered, plain
from focalloc.spec.blocks import checked_context
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE

NEEDED: Mapping[type[messages.Command], str] = {
    messages.Ingest: "ingest",
    messages.IngestTokens: "ingest_tokens",
    messages.Prefer: "prefer",
    messages.Relaxation: "relaxation",
    messages.Layout: "layout",
    messages.Pin: "pin",
    messages.Unpin: "pin",
    messages.Release: "release",
}
"""Command -> what an allocator has to offer for it."""


class Servable(Protocol):
    """What `serve` needs of an allocator. Whatever else it has of the calls and reports of wire protocol 1 is offered:
    a ``step`` that takes ``cursor``, ``ingest_tokens``, ``unfilled`` and so on, named as in the protocol."""

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

    What the allocator refuses, and what is not the protocol, is answered ``{"error": ...}``; what it does not
    implement, ``{"skipped": ...}``.

    Args:
        factory: makes the allocator of each session, and one to see what it offers and supports.
        commands: where commands come from.
        answers: where answers go.
        name: how the program introduces itself.
        version: its version.
        strategies: the strategies it knows.
    """
    served = _Served(factory, name, version, strategies)
    for line in commands:
        command = None
        answer: messages.Answer
        try:
            command = messages.read_command(line)
            answer = served.answer(command)
        except NotImplementedError as no:
            answer = messages.Skip(str(no) or "not implemented")
        except (InvalidInput, NoRoom, msgspec.DecodeError, UnicodeDecodeError) as error:
            answer = messages.Refusal(str(error))
        answers.write(messages.answer_line(answer))
        answers.flush()
        if isinstance(command, messages.Close):
            return


class _Served:
    """The allocator of the session, if one is open; arguments as of `serve`."""

    def __init__(self, factory: Callable[[], Servable], name: str, version: str, strategies: Sequence[str]) -> None:
        self._factory, self._name, self._version, self._strategies = factory, name, version, list(strategies)
        self._allocator: Servable | None = None
        self._offers: list[str] = []

    def answer(self, command: messages.Command) -> messages.Answer:
        """The answer to ``command``; raises what the allocator raises, and `InvalidInput` for what is not offered."""
        said: dict[str, Any]
        match command:
            case messages.Hello(protocol=protocol):
                return self._welcome(protocol)
            case messages.Close():
                return messages.Done(True)
            case messages.Open():
                self._open(command)
                said = {"ok": True}
            case _:
                said = obeyed(self._able(command), command, self._offers)
        if not isinstance(command, BESIDE):
            for what in messages.REPORTS:
                if what in self._offers:
                    with contextlib.suppress(NotImplementedError):
                        said[what] = plain(getattr(self._allocator, what)())
        answer: messages.Answer = msgspec.convert(said.get("relaxation", said), messages.ANSWERED_BY[type(command)])
        return answer

    def _welcome(self, protocol: int) -> messages.Welcome:
        if protocol != messages.PROTOCOL:
            raise InvalidInput("protocol", protocol, f"must be {messages.PROTOCOL}")
        one = self._factory()
        supports = declared(getattr(one, "supports", None))
        return messages.Welcome(
            protocol=protocol,
            name=self._name,
            version=self._version,
            strategies=self._strategies,
            supports=None if supports == ALL else supports,
            offers=offered(one),
        )

    def _open(self, command: messages.Open) -> None:
        if command.score_scale != SCORE_SCALE:
            raise InvalidInput("score_scale", command.score_scale, f"must be {SCORE_SCALE}")
        fresh = self._factory()
        fresh.open(command.geometry, command.params, checked_context(command.geometry, command.context))
        self._allocator, self._offers = fresh, offered(fresh)

    def _able(self, command: messages.Command) -> Servable:
        """The allocator, if it can be asked this."""
        if self._allocator is None:
            raise InvalidInput("session", "not open", "open one first")
        needed = {NEEDED.get(type(command), "")}
        if isinstance(command, messages.Step) and command.cursor is not msgspec.UNSET:
            needed.add("cursor")
        if isinstance(command, messages.Ingest | messages.IngestTokens) and command.release:
            needed.add("release")
        for what in needed - {"", *self._offers}:
            raise InvalidInput("cmd", what, "is not offered")
        return self._allocator
