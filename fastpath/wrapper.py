"""What is used in an allocator's place and has one inside: guarded, watched, recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from numpy.typing import ArrayLike, DTypeLike

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.plan import Plan
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.state import State

Call = Literal["step", "prefer", "apply", "ingest", "ingest_tokens", "release"]
"""The calls that change a session and say how."""

Hold = Literal["pin", "unpin"]
"""The calls that say what must stay as it is."""

Start = Literal["load", "open", "resume", "restore"]
"""The calls that put another session in its place."""

Mark = tuple[object, int, int, int, object, int]
"""As `Allocator._mark`: which session, how far it has come, what is pinned, and what the last block lacks."""

LOOKS = frozenset(
    (
        *("geometry", "params", "used", "iteration", "levels", "starts", "slot_positions"),
        *("context", "positions", "write_positions", "ledger_size", "pins", "unfilled"),
        *("terms", "recent", "state", "snapshot"),
        *("memory", "relaxation", "layout", "offers"),
        *("fallbacks", "fallback_counts", "fallback_share", "disagreement_share", "selector"),
    )
)
"""What only looks, and may be asked of what is inside; of a guarded or a learned allocator too."""


class Wrapper:
    """An allocator in another's place: whatever changes the session goes through `_call` or `_start`.

    What is neither one of those calls nor known to change nothing is refused, not passed on.

    Args:
        allocator: the allocator, in a session or before one.

    Attributes:
        allocator: the allocator.
    """

    def __init__(self, allocator: Allocator | Wrapper) -> None:
        self.allocator = allocator

    def _call(self, call: Call, *arguments: Any, **options: Any) -> Plan:
        """One of the calls that change the session, as the allocator does it."""
        plan: Plan = getattr(self.allocator, call)(*arguments, **options)
        return plan

    def _hold(self, call: Hold, *arguments: Any) -> None:
        """One of the calls that say what must stay; blocks and actions are not theirs."""
        getattr(self.allocator, call)(*arguments)

    def _start(self, call: Start, *arguments: Any) -> None:
        """One of the calls that start a session."""
        getattr(self.allocator, call)(*arguments)

    # WHAT CHANGES THE SESSION

    def step(self, scores: ArrayLike, *, per_block: bool = False, cursor: int | None = None) -> Plan:
        """As `Allocator.step`."""
        return self._call("step", scores, per_block=per_block, cursor=cursor)

    def prefer(self, logits: ArrayLike) -> Plan:
        """As `Allocator.prefer`."""
        return self._call("prefer", logits)

    def apply(self, actions: Sequence[Sequence[object]]) -> Plan:
        """As `Allocator.apply`."""
        return self._call("apply", actions)

    def ingest(
        self, blocks: int = 1, scores: ArrayLike | None = None, *, per_block: bool = False, release: bool = False
    ) -> Plan:
        """As `Allocator.ingest`."""
        return self._call("ingest", blocks, scores, per_block=per_block, release=release)

    def ingest_tokens(
        self, tokens: int, scores: ArrayLike | None = None, *, per_block: bool = False, release: bool = False
    ) -> Plan:
        """As `Allocator.ingest_tokens`."""
        return self._call("ingest_tokens", tokens, scores, per_block=per_block, release=release)

    def release(self, token: int) -> Plan:
        """As `Allocator.release`."""
        return self._call("release", token)

    def pin(self, first: int, last: int, collapse: bool = True, expand: bool = False) -> None:
        """As `Allocator.pin`."""
        self._hold("pin", first, last, collapse, expand)

    def unpin(self, first: int, last: int, collapse: bool = True, expand: bool = True) -> None:
        """As `Allocator.unpin`."""
        self._hold("unpin", first, last, collapse, expand)

    # WHAT STARTS ONE

    def load(self, blocks: Iterable[object]) -> None:
        """As `Allocator.load`."""
        self._start("load", blocks)

    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """As `Allocator.open`."""
        self._start("open", geometry, params, context)

    def resume(self, state: State) -> None:
        """As `Allocator.resume`."""
        self._start("resume", state)

    def restore(self, snapshot: bytes) -> None:
        """As `Allocator.restore`."""
        self._start("restore", snapshot)

    # WHAT ONLY LOOKS

    def warmup(self, *types: DTypeLike) -> None:
        """As `Allocator.warmup`."""
        self.allocator.warmup(*types)

    def __getattr__(self, name: str) -> Any:
        if name in LOOKS:
            return getattr(self.allocator, name)
        raise AttributeError(
            f"a {type(self).__name__} has no {name}; its allocator may have, but what is not known to change nothing "
            "is not passed on",
            name=name,
            obj=self,
        )

    def _mark(self) -> Mark:
        """As `Allocator._mark`."""
        return self.allocator._mark()

    def _check(self) -> None:
        """As `Allocator._check`."""
        self.allocator._check()

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse to be copied or pickled."""
        kind = type(self).__name__
        raise TypeError(f"a {kind} can be neither copied nor pickled; make another, and resume() this one's state()")
