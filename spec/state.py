"""The state between iterations, and what an iteration and an ingest make of it (clause CTX-6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Any

from focalloc.spec.actions import Action, applied, check_legal, checked_actions, consumed, produced
from focalloc.spec.adaptation import adapted, balanced
from focalloc.spec.blocks import Block, Context, checked_context, continued, end, used
from focalloc.spec.cooldown import Entry, Ledger, recorded, remembered
from focalloc.spec.cursor import checked_cursor
from focalloc.spec.filling import filled
from focalloc.spec.geometry import Geometry
from focalloc.spec.memory import Memory, inherited, leant, told
from focalloc.spec.params import Params
from focalloc.spec.pins import NO_PINS, Pins
from focalloc.spec.release import checked_front, from_front, left_ledger, left_pins


@dataclass(frozen=True)
class State:
    """Everything the rules depend on, between two iterations.

    Attributes:
        geometry: shape of the tree.
        params: the parameters; the thresholds are those that the last iteration had (ADA-1).
        context: the working context, oldest block first.
        ledger: latest action per recently acted node.
        iteration: number of the last iteration; 0 before the first.
        recent: slots used after each of the last ``adaptive_window`` iterations, oldest first.
        pins: where nothing collapses, and where nothing expands.
        memory: what the first slots remember of what they were told; the others remember nothing yet (MEM-1).
        unfilled: tokens of the last block that have not come yet (FIL).
        told: the thresholds of an expand and of a collapse that `open` was told, if they have adapted to others since;
            None if they are those of ``params``.
        cursor: the token that the iteration under way measures nearness from, if it is told one; None between two
            iterations, since no cursor outlives its own (CUR-1).

    Example:
        >>> from focalloc import Allocator
        >>> allocator = Allocator()
        >>> allocator.load([(1, 0), (0, 32)])
        >>> allocator.state().used, allocator.state().end
        (33, 64)
    """

    geometry: Geometry
    params: Params
    context: Context
    ledger: Ledger
    iteration: int
    recent: tuple[int, ...] = ()
    pins: Pins = NO_PINS
    memory: Memory = ()
    unfilled: int = 0
    told: tuple[int, int] | None = None
    cursor: int | None = None

    @cached_property
    def used(self) -> int:
        """Slots the context occupies."""
        return used(self.geometry, self.context)

    @property
    def end(self) -> int:
        """Token position just after the context; where the last block is partial, where it will end (FIL)."""
        return end(self.geometry, self.context[-1])

    @property
    def next_token(self) -> int:
        """Position of the token that comes next."""
        return self.end - self.unfilled

    @property
    def protected(self) -> int:
        """Length of the tail in which nothing collapses, a partial block included (TAI-1, FIL-2)."""
        return max(self.params.protected_tokens, min(1, self.unfilled))

    @property
    def at(self) -> int:
        """The token that nearness is measured from: the cursor, or the end of the context (CUR-1)."""
        return self.end if self.cursor is None else self.cursor

    @property
    def params_told(self) -> Params:
        """The parameters as they were told at `open`, before any threshold adapted; a layout goes by them (LAY)."""
        if self.told is None:
            return self.params
        return replace(self.params, tau_expand=self.told[0], tau_collapse=self.told[1])

    def pointed(self, cursor: object) -> State:
        """This, in an iteration that is told ``cursor``; None for the end of the context.

        Raises:
            InvalidInput: it breaks CUR-1.
        """
        if cursor is self.cursor is None:
            return self
        at = None if cursor is None else checked_cursor(self.context[0].start, self.end, cursor)
        return after(self, cursor=at)

    @cached_property
    def ticked(self) -> State:
        """The state at the start of the next iteration: its number is one higher, old ledger entries are forgotten
        and thresholds adapted (COO-2, ADA-1)."""
        iteration, params = self.iteration + 1, adapted(self.params, self.recent)
        ledger = remembered(self.ledger, iteration, params.memory)
        before = self.told if params is self.params else told_before(self.params_told, params)
        return after(self, params=params, iteration=iteration, ledger=ledger, told=before)


_DERIVED = tuple(name for name, one in vars(State).items() if isinstance(one, cached_property))
"""What a state keeps of itself, and one after it has to find anew."""


def after(state: State, **changes: Any) -> State:
    """``state`` with some of its fields changed: what `dataclasses.replace` makes of it, in a fraction of the time."""
    made = object.__new__(State)
    made.__dict__.update(state.__dict__, **changes)
    for name in _DERIVED:
        made.__dict__.pop(name, None)
    return made


def told_before(params_told: Params, params: Params) -> tuple[int, int] | None:
    """What `State.told` is beside ``params``, where they were ``params_told`` before any threshold adapted."""
    before = params_told.tau_expand, params_told.tau_collapse
    return None if before == (params.tau_expand, params.tau_collapse) else before


def opened(geometry: Geometry, params: Params, context: Iterable[object]) -> State:
    """The state after ``open``: no iteration yet, an empty ledger.

    Raises:
        InvalidInput: the context breaks CTX-1 to CTX-4.
    """
    return State(geometry, params, checked_context(geometry, context), {}, 0)


def remembering(state: State, scores: Sequence[int]) -> State:
    """The state whose slots have been told ``scores``, one each (MEM-1)."""
    shift = state.params.memory_shift
    return after(state, memory=told(state.memory, scores, shift)) if shift else state


def seen(state: State, scores: Sequence[int]) -> Sequence[int]:
    """What the next iteration goes by if it is told ``scores``, one per slot: remembered, leaning and balanced, each as
    far as the parameters ask for it (MEM-1, MEM-3, BAL-1)."""
    params = state.params
    row = remembering(state, scores).memory if params.memory_shift else scores
    row = leant(state.geometry, state.context, row, params.lean, state.at) if params.lean else row
    return balanced(row) if params.balance else row


def acted(state: State, action: Action) -> State:
    """The state after one legal ``action`` at the current iteration."""
    context = applied(state.geometry, state.context, action)
    ledger = recorded(state.ledger, action, state.iteration)
    memory = inherited(state.geometry, state.context, state.memory, (action,), context)
    return after(state, context=context, ledger=ledger, memory=memory)


def all_acted(state: State, actions: Sequence[Sequence[object]]) -> State:
    """The state after ``actions`` one by one, as `acted` makes it of each; the context is put in order once.

    Raises:
        InvalidInput: an action is not legal at its turn (ACT-1 to ACT-4).
    """
    if not actions:
        return state
    geometry, blocks, ledger = state.geometry, set(state.context), dict(state.ledger)
    done = checked_actions(geometry, actions)
    for action in done:
        check_legal(geometry, blocks, action)
        blocks.difference_update(consumed(geometry, action))
        blocks.update(produced(geometry, action))
        ledger[action.node] = Entry(action.kind, state.iteration)
    context = tuple(sorted(blocks, key=attrgetter("start")))
    memory = inherited(geometry, state.context, state.memory, done, context)
    return after(state, context=context, ledger=ledger, memory=memory)


def advanced(state: State, actions: Sequence[Sequence[object]], scores: Sequence[int] | None = None) -> State:
    """The state after an iteration that applied ``actions``, `Action` objects or plain triples, in order (CTX-6).

    Args:
        state: the state after the last iteration.
        actions: the answer.
        scores: what the iteration was told, one per slot; only a memory needs them (MEM-1). None if it went by
            logits.

    Raises:
        InvalidInput: an action is not legal at its turn (ACT-1 to ACT-4).
    """
    now = state.pointed(None).ticked
    state = all_acted(now if scores is None else remembering(now, scores), actions)
    window = state.params.adaptive_window
    return after(state, recent=(*state.recent, state.used)[-window:]) if window else state


def released(state: State, token: int) -> State:
    """The state after a release to ``token`` (REL-2, REL-3).

    Raises:
        InvalidInput: no block of the context begins there (REL-1).
    """
    front = checked_front(state.context, token)
    if front == state.context[0].start:
        return state
    context = from_front(state.context, front)
    return after(
        state,
        context=context,
        ledger=left_ledger(state.geometry, state.ledger, front),
        pins=left_pins(state.pins, front),
        memory=state.memory[state.used - used(state.geometry, context) :],
    )


def filled_between(before: State, after: State) -> Block | None:
    """The block that lacked tokens before a call to which some came in it: to rows beside the context another (EDI)."""
    return before.context[-1] if before.unfilled and after.next_token != before.next_token else None


def ingested(state: State, collapses: Sequence[Sequence[object]], blocks: int, front: int | None = None) -> State:
    """The state after an ingest that reclaimed by ``collapses`` and appended ``blocks`` level-0 blocks (CTX-6).

    Args:
        state: before it.
        collapses: in order.
        blocks: how many.
        front: where the context begins since, if the ingest let the oldest blocks go (REL-4).

    Raises:
        InvalidInput: a collapse is not legal at its turn, what is let go cuts a block, or the longer context breaks
            CTX-4.
    """
    return ingested_tokens(state, collapses, blocks * state.geometry.span(0), front)


def ingested_tokens(
    state: State, collapses: Sequence[Sequence[object]], tokens: int, front: int | None = None
) -> State:
    """The state after an ingest of ``tokens`` tokens (FIL-1); else as `ingested`."""
    geometry, stop = state.geometry, state.end
    blocks, unfilled = filled(geometry, state.unfilled, tokens)
    state = all_acted(state, collapses)
    if state.unfilled:  # a block that is filled is another one
        state = after(state, memory=state.memory[: state.used - geometry.slots(0)])
    span = geometry.span(0)
    new = tuple(Block(0, stop + i * span) for i in range(blocks))
    if front is not None:  # all that was there may leave, and nothing that is new
        state = released(after(state, context=state.context + new[:1]), front)
        new = new[1:]
    return after(state, context=continued(geometry, state.context, new), unfilled=unfilled)
