"""The journal of a campaign: what was judged, of what, and that nobody has touched it since.

JSON Lines. Each line holds an entry and a digest of it and of the line before, so that a line that was edited, left out
or moved is noticed. The first entry says which campaign it is, by content: the digest of what the allocator is made of
(`focalloc.conformance.contents`) is part of it. A journal is refused as a whole; nothing in it is believed in part.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Self

import msgspec

from focalloc.conformance.capabilities import Capabilities
from focalloc.conformance.decoding import decoded
from focalloc.conformance.report import Versions
from focalloc.conformance.runner import Batch
from focalloc.spec.errors import InvalidInput


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """First entry of a journal: which campaign it belongs to.

    Attributes:
        target: the allocator.
        contents: digest of what it is made of.
        profile: what it is judged by.
        seed: the campaign's.
        examples: sessions to judge.
        within: what the allocator supports.
        limits: seconds that an answer may take, and a first one.
        versions: what it runs on.
    """

    target: str
    contents: str
    profile: str
    seed: int
    examples: int
    within: Capabilities
    limits: tuple[float, float]
    versions: Versions


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a journal.

    Attributes:
        entry: a `Header`, then one `Batch` after the other.
        digest: of the entry and of the digest before it.
    """

    entry: msgspec.Raw
    digest: str


BEGINS = b'{"entry":'
"""How a journal begins: what does not is somebody's file, and not to be written over."""


class Journal:
    """A journal, read and ready for more.

    Args:
        path: the file; it need not be there.
        header: the campaign it has to belong to.
        sizes: sessions of each batch of that campaign.

    Attributes:
        done: the batches in it, by number.

    Raises:
        InvalidInput: the file is no journal, belongs to another campaign or to what the allocator was before, was
            edited, is written to by another process, or cannot be written.
    """

    def __init__(self, path: Path, header: Header, sizes: Sequence[int]) -> None:
        self.done: dict[int, Batch] = {}
        self._path, self._digest = path, ""
        with ExitStack() as unless_kept:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file: IO[bytes] = unless_kept.enter_context(path.open("a+b"))
                self._lock()
                self._file.seek(0)
                text = self._file.read()
                whole = text.rfind(b"\n") + 1  # what follows the last line's end was cut off as the campaign stopped
                if not whole and text[: len(BEGINS)] != BEGINS[: len(text)]:
                    self._refuse("is no journal of a campaign")
                for number, line in enumerate(text[:whole].splitlines(), 1):
                    self._read(number, line, header, sizes)
                self._file.truncate(whole)
                if not whole:
                    self._write(header)
            except OSError as error:
                raise InvalidInput("journal", str(path), error.strerror or str(error)) from error
            unless_kept.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, batch: Batch) -> None:
        """Write a batch down."""
        self.done[batch.index] = batch
        self._write(batch)

    def _lock(self) -> None:
        """Keep other campaigns out, where the file system can; the lock ends with this process at the latest."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._refuse("another campaign is writing to it")
        except OSError:  # no locks there
            pass

    def _write(self, entry: Header | Batch) -> None:
        text = msgspec.json.encode(entry)
        self._digest = _digest(self._digest, text)
        self._file.write(msgspec.json.encode(Line(msgspec.Raw(text), self._digest)) + b"\n")
        self._file.flush()

    def _read(self, number: int, line: bytes, header: Header, sizes: Sequence[int]) -> None:
        found = self._decoded(line, Line)
        text = bytes(found.entry)
        self._digest = _digest(self._digest, text)
        if found.digest != self._digest:
            self._refuse(f"line {number} is not as it was written, or one before it is missing")
        if number == 1:
            self._same(self._decoded(text, Header), header)
            return
        batch = self._decoded(text, Batch)
        if why := unsound(batch, header, sizes) or ("it is there twice" if batch.index in self.done else ""):
            self._refuse(f"line {number} cannot be true: batch {batch.index}: {why}")
        self.done[batch.index] = batch

    def _same(self, found: Header, header: Header) -> None:
        if found == header:
            return
        if msgspec.structs.replace(found, contents=header.contents) == header:
            self._refuse("was begun with an allocator that has changed since; begin another")
        names = [name for name in header.__struct_fields__ if getattr(found, name) != getattr(header, name)]
        told = ", ".join(f"{name} {getattr(found, name)}" for name in names if name != "contents")
        self._refuse(f"belongs to another campaign: {told}")

    def _decoded(self, text: bytes, kind: Any) -> Any:
        try:
            return decoded(text, kind)
        except msgspec.DecodeError as error:
            raise InvalidInput("journal", str(self._path), f"is no journal of a campaign: {error}") from error

    def _refuse(self, why: str) -> None:
        raise InvalidInput("journal", str(self._path), why)


def unsound(batch: Batch, header: Header, sizes: Sequence[int]) -> str:
    """Why ``batch`` cannot be one of the campaign; empty if it can."""
    if not 0 <= batch.index < len(sizes):
        return f"there are {len(sizes)}"
    size, verdicts = sizes[batch.index], batch.verdicts
    unknown = verdicts.get("unknown", 0)
    if min(*verdicts.values(), batch.answered, 0) < 0 or sum(verdicts.values()) != batch.examples + unknown:
        return f"its verdicts do not add up to {batch.examples} sessions"
    if batch.examples + unknown != size:
        return f"{batch.examples} sessions judged and {unknown} unknown, of {size}"
    for reasons, counted in ((batch.skips, verdicts.get("skip", 0)), (batch.lost, unknown)):
        if sum(reasons.values()) != counted:
            return f"its reasons do not add up to {counted}: {', '.join(reasons)}"
    bad = verdicts.get("fail", 0) + verdicts.get("error", 0)
    if len({failed.id for failed in batch.failures}) != len(batch.failures) or bool(bad) != bool(batch.failures):
        return f"{len(batch.failures)} failures are kept of {bad}"
    origin = (header.target, header.profile, header.seed, batch.index)
    if any((one.target, one.profile, one.seed, one.batch) != origin for one in batch.failures):
        return "a failure in it is of another campaign"
    return ""


def _digest(before: str, entry: bytes) -> str:
    return hashlib.blake2b(before.encode() + entry, digest_size=16).hexdigest()
