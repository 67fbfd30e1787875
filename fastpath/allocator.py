"""The production allocator: compiled kernels behind a small, careful front."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from focalloc.fastpath.admission import apply_checked
from focalloc.fastpath.plan import Plan
from focalloc.fastpath.scores import (
    LOGIT_TYPES,
    SCORE_TYPES,
    fixed_logits,
    logit_array,
    number_type,
    refuse_misfit,
    score_array,
)
from focalloc.fastpath.snapshot import MAX_ITERATION, from_bytes, from_json, to_bytes, to_json
from focalloc.fastpath.turns import in_turn, turn_of
from focalloc.spec.blocks import Block, Context, checked_context
from focalloc.spec.clauses import Violation
from focalloc.spec.cursor import checked_cursor
from focalloc.spec.errors import InvalidInput, NoRoom, as_integer, one_of, truth, whole_number
from focalloc.spec.filling import checked_tokens, filled
from focalloc.spec.geometry import MAX_TOKEN, Geometry
from focalloc.spec.ingest import checked_size, sufficient_budget
from focalloc.spec.memory import Memory
from focalloc.spec.params import OFFERED, Params
from focalloc.spec.pins import Pins, pinned, unpinned
from focalloc.spec.printable import counted
from focalloc.spec.relaxation import Relaxation
from focalloc.spec.release import checked_front
from focalloc.spec.state import State, told_before

__all__ = ["Allocator", "Plan"]

STRATEGIES = ("greedy", "enhanced", "knapsack", "hybrid", "multi_objective", "hierarchical", "projection")
"""Strategies that the fast path has."""

WARMED_WITH = Geometry((2,))
"""What a warmup goes through the calls with: small, whatever an allocator's own is, as one machine code serves all."""

FAR = MAX_ITERATION - 2**50
"""A session that begins at an iteration up to this does not live to see `MAX_ITERATION`."""


class Allocator:
    """Keeps a working context within its budget and as detailed as the scores ask for.

    An allocator holds one session and is used by one thread at a time; different allocators are independent. Every
    call is answered (ANS-1), arguments are only read (ANS-2), and senseless ones are refused before anything changes
    (ANS-3); `Geometry` and `Params` refuse what breaks GEO-1 to GEO-3, PAR-1 and PAR-2 when they are made.

    Args:
        geometry: shape of the tree.
        params: budget, cap, thresholds, cooldown.
        strategy: which strategy selects; by default the one that ``params`` names. With ``"learned"`` a policy
            selects (POL-5), and the strategy of ``params`` stands in should it fail.
        policy: for strategy ``"learned"`` only: a `focalloc.spec.policy.Policy`, or the path of its file; by default
            the one that ships.

    Raises:
        InvalidInput: the strategy is unknown, or the policy file is missing, corrupt or made for something else.

    Example:
        >>> from focalloc import Allocator, Geometry, Params
        >>> allocator = Allocator(Geometry(arity=(32, 32)), Params(w_max=8192))
        >>> allocator.load([(1, 0)])
        >>> list(allocator.step([1.0]))
        [Action(kind='expand', level=1, start=0)]
        >>> allocator.used
        32
    """

    offers = OFFERED
    """Optional parameters that it follows."""

    def __init__(
        self,
        geometry: Geometry | None = None,
        params: Params | None = None,
        strategy: str | None = None,
        *,
        policy: object = None,
    ) -> None:
        self._learned: Any = None
        if strategy == "learned":
            from focalloc.fastpath.learned import Learned

            self._learned, strategy = Learned(policy), None
        elif policy is not None:
            raise InvalidInput("policy", policy, 'goes with strategy "learned" only')
        # Numba is imported here and no earlier, so that importing the package stays quick.
        from focalloc.fastpath import tables
        from focalloc.fastpath.kernels import calls, layout

        self._turn = turn_of(type(self).__name__)
        self._calls, self._layout, self._new_tables = calls, layout, tables.Tables
        self._at_iteration, self._at_slots, self._at_splices = layout.ITERATION, layout.SLOTS, layout.SPLICES
        self._tables: tables.Tables | None = None
        self._workspace: Any = None
        self._learner: Any = None
        geometry = Geometry() if geometry is None else geometry
        params = Params() if params is None else params
        self.geometry, self.params = _checked_terms(geometry, params, strategy)

    def warmup(self, *types: DTypeLike) -> None:
        """Compile everything that the strategy needs, or load it from the cache, so that no later call has to.

        Takes seconds the first time on a machine. The session, if there is one, is not touched. What is compiled serves
        every later session of this strategy and its refinements, whatever its geometry and budget; it does not serve
        `relaxation`.

        Args:
            types: of the arrays of scores and logits to come; by default all that are taken as they are: float32,
                float64, int32 and int64, the last of which Python's own integers become.

        Raises:
            InvalidInput: one of ``types`` is no type that scores may have (SCO-1).
        """
        wanted = [number_type(f"types[{i}]", kind) for i, kind in enumerate(types)]
        geometry = WARMED_WITH
        w_max = geometry.slots(0) + geometry.slots(1)  # so that the ingest below has to reclaim
        params = replace(self.params, w_max=w_max, w_soft=0, protected_tokens=0, n_diff=1)
        twin = Allocator(geometry, params, **self._selection())
        for kind in wanted or SCORE_TYPES:
            twin._start(State(geometry, params, (Block(0, 0),), {}, 0))
            twin.ingest(1, np.zeros(twin.used, kind))
            twin.step(np.zeros(twin.used, kind)).edits.gather()
            twin.apply(())
        twin.write_positions(np.zeros(w_max, np.int64))
        if params.strategy == "projection":
            for kind in wanted or LOGIT_TYPES:
                twin.prefer(np.zeros((len(twin.levels), 3), kind))
        twin.restore(twin.snapshot())
        twin.ingest(1, release=True)
        twin.release(int(twin.starts[0]))
        twin.layout(0, geometry.span(0))
        if self._learned is not None:
            Allocator(params=self.params).warmup(*types)

    def _selection(self) -> dict[str, Any]:
        """What else an allocator is made with that selects as this one does."""
        return {} if self._learned is None else {"strategy": "learned", "policy": self._learned.policy}

    # SESSION

    @in_turn
    def load(self, blocks: Iterable[object]) -> None:
        """Start a session with these ``(level, start)`` blocks, oldest first, in place of any earlier one.

        Warns:
            UserWarning: the budget is below the one at which ingest into this context cannot fail.

        Raises:
            InvalidInput: the context breaks CTX-1 to CTX-4; an earlier session goes on unchanged.
        """
        self._start(State(self.geometry, self.params, checked_context(self.geometry, blocks), {}, 0))
        k, header = self._layout, self._session().header
        enough = sufficient_budget(self.geometry, self.params, header[k.END] - header[k.FIRST])
        if self.params.w_max < enough:
            warnings.warn(
                f"w_max = {self.params.w_max}: ingest into this context is only sure to find room from {enough} on "
                "(ING-3)",
                stacklevel=_way_out(),
            )

    def layout(self, first: int, last: int, scores: ArrayLike | None = None, cursor: int | None = None) -> Context:
        """A context that shows tokens ``first`` up to ``last`` within the budget, for `load` to begin with (LAY).

        What is wanted most is shown in detail as far as there is room: the most recent, or what ``scores`` ask for.
        Only the geometry and the parameters of this allocator matter; a session it may have is left as it is.

        Args:
            first: first token, a multiple of the smallest span.
            last: token after the last, likewise.
            scores: one per smallest span, oldest first, and as for `step`; detail is shown where they lie above
                `Params.tau_expand`. None means that nothing is wanted more than anything else.
            cursor: token from which on the nearer goes first among what is wanted alike; by default ``last``.

        Raises:
            InvalidInput: a token is off the grid or outside the line of tokens (CTX-2 to CTX-4), the scores break SCO-1
                or SCO-2, or the budget is too small for the history however it is shown, and then it says which one
                would do (LAY-3).

        Example:
            >>> from focalloc import Allocator, Geometry, Params
            >>> allocator = Allocator(Geometry(arity=(32, 32)), Params(w_max=64))
            >>> [tuple(block) for block in allocator.layout(0, 2048)]
            [(2, 0), (1, 1024), (1, 1056), (1, 1088), (1, 1120), (1, 1152), (1, 1184), (1, 1216), (1, 1248), (1, 1280)]
        """
        from focalloc.fastpath.opening import laid_out

        return laid_out(self.geometry, self.params, first, last, scores, cursor)

    @in_turn
    def open(self, geometry: Geometry, params: Params, context: Iterable[object]) -> None:
        """Start a session with another geometry and other parameters, as the allocator protocol has it.

        Raises:
            InvalidInput: the context breaks CTX-1 to CTX-4 or the strategy is unknown; nothing has changed.
        """
        geometry, params = _checked_terms(geometry, params)
        self._start(State(geometry, params, checked_context(geometry, context), {}, 0))

    @in_turn
    def state(self) -> State:
        """The state by the spec: all that the next iterations depend on."""
        return self._state()

    def _state(self) -> State:
        tables = self._session()
        ledger, recent, memory = tables.ledger(), self.recent(), tables.memory()
        context, pins, short, terms = tables.context(), tables.pins, tables.unfilled, self.terms()
        known = recent, pins, memory, short, told_before(self.params, terms)
        return State(self.geometry, terms, context, ledger, self.iteration, *known)

    def terms(self) -> Params:
        """The parameters, with the thresholds of the last iteration if they adapt (ADA-1)."""
        if self.params.adaptive_window == 0:
            return self.params
        tau_expand, tau_collapse = self._session().thresholds()
        return replace(self.params, tau_expand=tau_expand, tau_collapse=tau_collapse)

    def recent(self) -> tuple[int, ...]:
        """Slots used after each of the last `Params.adaptive_window` iterations, oldest first (ADA-1)."""
        return self._session().recent()  # type: ignore[no-any-return]

    @in_turn
    def resume(self, state: State) -> None:
        """Go on from ``state``, in place of any earlier session; exactly as the allocator that it came from would.

        Raises:
            InvalidInput: its context breaks CTX-1 to CTX-4, its ledger makes no sense or its strategy is unknown;
                nothing has changed.
        """
        if not isinstance(state, State):
            raise InvalidInput("state", state, "must be a State; restore() takes snapshots")
        self._start(from_json(to_json(state)))

    @in_turn
    def snapshot(self) -> bytes:
        """The state as bytes that `restore` takes, in this process or another (see `focalloc.fastpath.snapshot`)."""
        return to_bytes(self._state())

    @in_turn
    def restore(self, snapshot: bytes) -> None:
        """Go on from a snapshot, in place of any earlier session, geometry and parameters.

        Raises:
            InvalidInput: the snapshot is damaged, incomplete or of a newer version; nothing has changed.
        """
        self._start(from_bytes(snapshot))

    def _start(self, state: State) -> None:
        """Go on from a state that has been checked, in place of any earlier session; from one line to the next."""
        geometry, params = _checked_terms(state.geometry, state.params)
        tables = self._new_tables(geometry, params, state.context)
        workspace: Any = None
        learner: Any = None
        if params.strategy != "greedy":
            from focalloc.fastpath.workspace import workspace_for

            workspace = workspace_for(geometry, params, tables)
        run_step = self._calls.run_step if workspace is None else workspace.run_step
        if self._learned is not None:
            learner, run_step = self._learned.at_work(geometry, params.n_diff, tables, run_step)
        if state.iteration or state.ledger or state.recent:
            tables.recall(state.ledger, state.iteration, state.recent)
        if state.pins != Pins():
            tables.pin(state.pins)
        if state.memory:
            tables.remember(state.memory)
        if state.unfilled:
            tables.leave_unfilled(state.unfilled)
        if state.iteration > FAR:
            run_step = _refusing_the_last(tables, run_step)
        self._tables, self.geometry, self.params, self._workspace, self._learner, self._run_step = (
            tables, geometry, state.params_told, workspace, learner, run_step
        )  # fmt: skip

    def _mark(self) -> tuple[object, int, int, int, object, int]:
        """What is another after every call that changed the session: its tables, iteration, front, end, pins, and what
        the last block lacks."""
        tables, k = self._session(), self._layout
        header = tables.header
        return tables, header[k.ITERATION], header[k.FIRST], header[k.END], tables.pins, tables.unfilled

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied, deep or not, and pickled by its snapshot."""
        made = partial(type(self), self.geometry, self.params, **self._selection())
        return _revived, (made, None if self._tables is None else self.snapshot())

    def _session(self) -> Any:
        if self._tables is None:
            raise InvalidInput("allocator", "not loaded", "call load(blocks) or open(geometry, params, context) first")
        return self._tables

    # ITERATION

    def step(self, scores: ArrayLike, *, per_block: bool = False, cursor: int | None = None) -> Plan:
        """Run one iteration.

        Args:
            scores: one score per slot, oldest first. Floating-point arrays and sequences hold scores, integer ones
                hold fixed point.
            per_block: whether there is one score per block instead.
            cursor: the token that this iteration measures nearness from, of the context or its end: for ties by cursor,
                `Params.lean` and `Params.cursor_weight`. By default the end, where the next token goes (CUR-1).

        Raises:
            InvalidInput: a score is not a finite number below 2048 in magnitude, or there is a wrong number of them
                (SCO-1, SCO-2), or the cursor is no token of the context (CUR-1); the state is unchanged.

        Example:
            >>> from focalloc import Allocator, Params
            >>> allocator = Allocator(params=Params(strategy="enhanced", tie_break="cursor", n_diff=1))
            >>> allocator.load([(1, 0), (1, 32), (1, 64)])
            >>> list(allocator.step([0.5, 0.5, 0.5], cursor=40))
            [Action(kind='expand', level=1, start=32)]
        """
        turn = self._turn
        if turn.taken:
            turn.refuse()
        try:
            turn.taken = True
            tables = self._tables if self._tables is not None else self._session()
            if per_block is not False and truth("per_block", per_block):
                scores = self._per_slot(scores)
            elif (
                type(scores) is not np.ndarray
                or scores.dtype not in SCORE_TYPES
                or not scores.flags.carray
                or scores.ndim != 1
            ):
                scores = score_array(scores)
            at = -1 if cursor is None else self._pointed(cursor)
            done = self._run_step(scores, tables.tags, tables.scratch, tables.state, at)
            plan = self._plan(tables, done) if done >= 0 else self._again(done, scores, at)
            return plan if self._learned is None else self._learned.tell(plan)
        finally:
            turn.taken = False

    def _pointed(self, cursor: object) -> int:
        """``cursor``, if an iteration may be told it (CUR-1)."""
        header, k = self._session().header, self._layout
        first, last = header[k.FIRST], header[k.END]
        return cursor if type(cursor) is int and first <= cursor <= last else checked_cursor(first, last, cursor)

    def _plan(self, tables: Any, done: int) -> Plan:
        """What an iteration of ``done`` actions is told as."""
        header = tables.header
        return Plan(
            tables.actions[:done].tolist(),
            header[self._at_iteration],
            self.geometry,
            tables.splices[: 4 * header[self._at_splices]].tobytes(),
            header[self._at_slots],
        )

    def _again(self, refused: int, scores: NDArray[Any], at: int) -> Plan:
        """What a step comes to that a kernel has put back: scores are refused, a policy fails, or something grows."""
        tables, k = self._session(), self._layout
        if refused == k.LEDGER_FULL:
            tables.widen_ledger(self.params.n_diff)
        elif refused not in (k.WORK_FULL, k.MISFIT):
            self._refuse(scores)
        return self._plan(tables, self._run_step(scores, tables.tags, tables.scratch, tables.state, at))

    @in_turn
    def prefer(self, logits: ArrayLike) -> Plan:
        """Run one iteration of strategy ``projection`` by a policy's logits in place of scores.

        Args:
            logits: floats (expand, keep, collapse) per block, oldest first; ``(blocks, 3)``. Whatever is too large
                saturates (PRO-1).

        Raises:
            InvalidInput: the strategy is another, the shape is wrong or an entry is NaN; the state is unchanged.
        """
        return self._preferred(self._logits(logits))

    def _logits(self, logits: ArrayLike) -> NDArray[np.floating]:
        """Logits that the strategy follows, if it is the one that does, as an array that the kernels take."""
        tables = self._session()
        if self.params.strategy != "projection":
            raise InvalidInput("strategy", self.params.strategy, "must be projection, to follow logits")
        given = logit_array(logits)
        _refuse_the_last(tables)
        return given

    def _preferred(self, given: NDArray[np.floating]) -> Plan:
        """An iteration by logits."""
        tables = self._session()
        done = self._workspace.run_logits(given.reshape(-1), tables.tags, tables.scratch, tables.state)
        if done == self._layout.WRONG_LENGTH or done == self._layout.BAD_SCORE:
            fixed_logits(given, len(tables.levels()))
        if done < 0:
            tables.widen_ledger(self.params.n_diff)
            done = self._workspace.run_logits(given.reshape(-1), tables.tags, tables.scratch, tables.state)
        return self._plan(tables, done)

    @in_turn
    def relaxation(self, scores: ArrayLike) -> Relaxation:
        """What the optimum of the next iteration could be worth if actions could be done in part (LPR).

        Its ``gap`` says how far an answer's utility is from that at most. The session is left as it is, whatever its
        strategy.

        Args:
            scores: as for `step`.

        Raises:
            InvalidInput: as for `step`, or ties go otherwise than by position, or thresholds adapt, or scores are
                averaged, lean or are balanced, which nothing looks ahead to.
        """
        from focalloc.fastpath.relaxation import relaxation

        tables = self._session()
        for name in ("tie_break", "adaptive_window", "balance", "memory_shift", "lean"):
            asked = getattr(self.params, name)
            if asked not in (0, "position"):
                raise InvalidInput(name, asked, "a relaxation takes ties, thresholds and scores as they are")
        given = score_array(scores)
        found = relaxation(self.geometry, self.params.w_max, tables, given)
        if found is None:
            self._refuse(given)
        return found  # type: ignore[return-value]

    @in_turn
    def apply(self, actions: Sequence[Sequence[object]]) -> Plan:
        """Run one iteration with these actions in place of the strategy's, if they conform to profile ``safety``.

        Args:
            actions: ``(kind, level, start)`` triples in the order of application.

        Raises:
            InvalidInput: names the first action that breaks a rule, and the clause; nothing has changed.
        """
        if isinstance(actions, str | bytes) or not isinstance(actions, Sequence):
            raise InvalidInput("actions", actions, "must be a sequence of (kind, level, start) triples (ACT-1)")
        _refuse_the_last(self._session())
        applied = apply_checked(self._session(), self.geometry, self.params, actions)
        if isinstance(applied, Violation):
            at = applied.where
            raise InvalidInput(f"actions[{at}]", actions[at], f"{applied.message} ({applied.clause})")
        return applied

    @in_turn
    def ingest(
        self,
        blocks: int = 1,
        scores: ArrayLike | None = None,
        *,
        per_block: bool = False,
        release: bool = False,
    ) -> Plan:
        """Append level-0 blocks after the last token, once legal collapses have made room for them.

        Args:
            blocks: how many, at least 1.
            scores: as for `step`; None means that no slot is wanted less than another, so the oldest collapse first.
            per_block: as for `step`.
            release: whether the oldest blocks leave where collapses do not make enough room, as few as will do
                (REL-4); `Plan.released` says up to where. A session may then run for ever.

        Returns:
            The reclaiming collapses, which carry the number of the last iteration.

        Raises:
            InvalidInput: as for `step`, or ``blocks`` is out of its range (PAR-3), or the tokens run out (CTX-4).
            NoRoom: legal collapses do not free enough; with ``release``, the new blocks alone exceed the budget. In
                every case the state is unchanged.

        Example:
            >>> from focalloc import Allocator, Geometry, Params
            >>> allocator = Allocator(Geometry(arity=(32, 32)), Params(w_max=64, protected_tokens=32))
            >>> allocator.load([(2, 0)])
            >>> for _ in range(100):
            ...     plan = allocator.ingest(release=True)
            >>> allocator.used, plan.released
            (64, 2240)
        """
        tokens = checked_size(blocks) * self.geometry.span(0)
        return self._ingested(tokens, ("blocks", blocks), scores, per_block=per_block, release=release)

    @in_turn
    def ingest_tokens(
        self,
        tokens: int,
        scores: ArrayLike | None = None,
        *,
        per_block: bool = False,
        release: bool = False,
    ) -> Plan:
        """Say that ``tokens`` more tokens have come: they fill the last block if it lacks some, then new ones (FIL-1).

        The last block may be left partial. It takes the slots of a full one, for which room is made when it begins; it
        does not collapse, and is filled by what comes next. An `ingest` of blocks is one of their tokens.

        Args:
            tokens: how many, at least 1.
            scores: as for `ingest`; those of tokens that have not come yet say nothing.
            per_block: as for `ingest`.
            release: as for `ingest`.

        Returns:
            As of `ingest`; a block that more tokens came to is taken out and put in again by the edits.

        Raises:
            InvalidInput: as for `ingest`, or ``tokens`` is out of its range (PAR-4).
            NoRoom: as for `ingest`, and only where a new block begins (FIL-3).

        Example:
            >>> from focalloc import Allocator
            >>> allocator = Allocator()
            >>> allocator.load([(1, 0)])
            >>> for turn in range(3):  # of 15 tokens each
            ...     plan = allocator.ingest_tokens(15)
            >>> allocator.used, allocator.unfilled(), len(plan.edits)
            (65, 19, 1)
        """
        count = checked_tokens(tokens)
        return self._ingested(count, ("tokens", tokens), scores, per_block=per_block, release=release)

    def _ingested(
        self, tokens: int, said: tuple[str, object], scores: ArrayLike | None, *, per_block: bool, release: bool
    ) -> Plan:
        """Ingest ``tokens`` tokens; ``said`` is the field and the value by which the caller says how many."""
        k, tables = self._layout, self._session()
        short = tables.header[k.UNFILLED]
        blocks, _ = filled(self.geometry, short, tokens)
        truth("per_block", per_block)
        manner = (k.FLAT if scores is None else 0) | (k.LETTING_GO if truth("release", release) else 0)
        if scores is not None:
            self._quantise(scores, per_block)
        before, front = tables.header[k.SLOTS], tables.header[k.FIRST]
        if tables.header[k.END] + blocks * self.geometry.span(0) > MAX_TOKEN:
            self._ingest_carefully(tokens, blocks, manner, undo=True)
            raise InvalidInput(*said, f"the new blocks would lie outside the tokens 0..{MAX_TOKEN} (CTX-4)")
        done = self._calls.run_ingest(tables.tags, tables.scratch, tables.state, tokens, manner, tables.reclaimed)
        if done < 0:
            done = self._ingest_carefully(tokens, blocks, manner, undo=False)
        header, half = tables.header, len(tables.reclaimed) // 2
        places = tables.reclaims[half : half + done].tolist()
        ingested = header[k.END], blocks, before, header[k.FIRST], short > 0
        plan = Plan(tables.reclaims[:done].tolist(), self.iteration, self.geometry, places, header[k.SLOTS], *ingested)
        if header[k.FIRST] != front:
            plan.released = header[k.FIRST]
        return plan

    def _ingest_carefully(self, tokens: int, blocks: int, manner: int, *, undo: bool) -> int:
        """Ingest on copies, for when it may fail half-way; with ``undo`` they are dropped in any case."""
        k, tables = self._layout, self._session()
        for _ in range(2):
            tags, state = tables.copies()
            run = self._calls.run_ingest
            done = int(run(tags, tables.scratch, state, tokens, manner | k.BOLD, tables.reclaimed))
            if done != k.LEDGER_FULL:
                break
            tables.make_space_for_reclaims(blocks)
        if done == k.NO_ROOM:
            slots = int(tables.header[k.SLOTS])
            needed = slots + blocks * self.geometry.slots(0) - self.params.w_max
            raise NoRoom(needed, slots - int(state[k.SLOTS]), bool(manner & k.LETTING_GO))
        if not undo:
            tables.go_on_with(tags, state)
        return done

    @in_turn
    def release(self, token: int) -> Plan:
        """Let go of all blocks before ``token``: the context begins there from then on.

        What is left stays as it is, positions included; what the ledger and pins say of what left is forgotten (REL-2,
        REL-3). A release is no iteration.

        Args:
            token: where a block of the context begins, such as one of `starts`.

        Returns:
            A plan without actions, with the edit that takes the slots out.

        Raises:
            InvalidInput: no block begins there (REL-1), and then it says where the nearest does; nothing has changed.

        Example:
            >>> from focalloc import Allocator
            >>> allocator = Allocator()
            >>> allocator.load([(2, 0), (1, 1024), (0, 1056)])
            >>> plan = allocator.release(1024)
            >>> plan.released, plan.edits.gather().tolist()[:3], allocator.used
            (1024, [1, 2, 3], 33)
        """
        tables = self._session()
        number = as_integer(token)
        front = -1 if number is None or number > MAX_TOKEN else max(-1, number)  # where no block begins, either
        left = self._calls.run_release(tables.tags, tables.scratch, tables.state, front)
        if left < 0:
            checked_front(tables.context(), token)
        gone = np.array([0, left, 0, 0][: 4 * (left > 0)], np.int64).tobytes()
        plan = Plan([], self.iteration, self.geometry, gone, tables.header[self._layout.SLOTS])
        if left:
            plan.released = front
        return plan

    def _quantise(self, scores: ArrayLike, per_block: bool) -> NDArray[np.int32]:
        """Scores in fixed point, one per slot; in the work space, where they last until the next call."""
        tables = self._session()
        slots = self.used
        given = self._per_slot(scores) if per_block else score_array(scores)
        if self._calls.run_take(given, tables.tags, tables.scratch, tables.state):
            self._refuse(given)
        return tables.scratch[:slots]  # type: ignore[no-any-return]

    def _per_slot(self, scores: ArrayLike) -> NDArray[Any]:
        """One score per slot from one per block."""
        given = score_array(scores)
        levels = self._session().levels()
        if len(given) != len(levels):
            rule = f"there must be one per block, {len(levels)} in all (SCO-2)"
            raise InvalidInput("block scores", len(given), rule)
        refuse_misfit(given)
        return np.repeat(given, np.array(self.geometry.block_slots)[levels])

    def _refuse(self, scores: NDArray[Any]) -> None:
        """Say what is wrong with scores that a kernel has refused."""
        slots = self.used
        if len(scores) != slots:
            raise InvalidInput(
                "scores", len(scores), f"{counted(len(scores), 'score')} for {counted(slots, 'slot')} (SCO-2)"
            )
        refuse_misfit(scores)
        raise AssertionError("a kernel refused scores that fit")

    # PINS

    @in_turn
    def pin(self, first: int, last: int, collapse: bool = True, expand: bool = False) -> None:
        """From the next call on, nothing collapses or expands that has tokens from ``first`` to before ``last``.

        Strategies and `ingest` keep to it alike (PIN-1, PIN-2), and snapshots hold it. Tokens that are not in the
        context yet are waited for.

        Args:
            first: first token of the range.
            last: the token just after it.
            collapse: whether nothing collapses there, so that no detail is lost.
            expand: whether nothing expands there, so that no gist is opened.

        Raises:
            InvalidInput: the range is empty or beyond the line of tokens, or neither is asked for; nothing has changed.
        """
        tables = self._session()
        tables.pin(pinned(tables.pins, first, last, collapse=collapse, expand=expand))

    @in_turn
    def unpin(self, first: int, last: int, collapse: bool = True, expand: bool = True) -> None:
        """Lift what is pinned from ``first`` to before ``last``; arguments and refusals as of `pin`."""
        tables = self._session()
        tables.pin(unpinned(tables.pins, first, last, collapse=collapse, expand=expand))

    def pins(self) -> Pins:
        """What is pinned: ranges in order, as few as will do (PIN-3)."""
        return self._session().pins  # type: ignore[no-any-return]

    # FILLING

    def unfilled(self) -> int:
        """Tokens of the last block that have not come yet (FIL-1)."""
        return self._session().unfilled  # type: ignore[no-any-return]

    # MEMORY

    def memory(self) -> Memory:
        """What the first slots remember of what they were told, fixed point; the others nothing yet (MEM-1)."""
        return self._session().memory()  # type: ignore[no-any-return]

    # VIEWS

    @property
    def used(self) -> int:
        """Slots that the context occupies."""
        return int(self._session().header[self._layout.SLOTS])

    @property
    def iteration(self) -> int:
        """Number of the last iteration; 0 before the first."""
        return int(self._session().header[self._layout.ITERATION])

    @property
    def levels(self) -> NDArray[np.int8]:
        """Level of each block, oldest first; read-only."""
        return _frozen(self._session().levels())

    @property
    def starts(self) -> NDArray[np.int64]:
        """First token of each block; read-only."""
        return _frozen(self._session().starts())

    @property
    def slot_positions(self) -> NDArray[np.int64]:
        """Token position of each slot, for rotary position encoding (CTX-5); read-only.

        An array of its own each time; `write_positions` fills one that lasts.
        """
        return _frozen(self._session().positions())

    @in_turn
    def write_positions(self, out: NDArray[np.int64], origin: int = 0) -> NDArray[np.int64]:
        """Write the token position of each slot (CTX-5), less ``origin``, into memory that the caller keeps.

        Attention asks for distances only, and rotary angles in float32 cannot tell neighbours apart from token 2^24 on:
        with one ``origin`` for all that a cache holds, such as the first token of the session, they can.

        Args:
            out: int64, contiguous, with room for a slot each; what lies beyond them is left alone.
            origin: the token to count from, 0..2^48; what is before it has negative positions.

        Returns:
            The part of ``out`` that was written, as a view.

        Raises:
            InvalidInput: ``out`` or ``origin`` is something else; nothing is written.

        Example:
            >>> import numpy as np
            >>> from focalloc import Allocator
            >>> allocator = Allocator()
            >>> allocator.load([(1, 2**30), (1, 2**30 + 32)])
            >>> allocator.write_positions(np.empty(8192, np.int64), origin=2**30).tolist()
            [16, 48]
        """
        tables = self._session()
        if type(out) is not np.ndarray or out.dtype != np.int64 or out.ndim != 1 or not out.flags.carray:
            brought: object = out
            is_array = isinstance(brought, np.ndarray)
            given = f"array of {out.dtype}, shape {out.shape}" if is_array else type(out).__name__
            raise InvalidInput("out", given, "must be a one-dimensional, contiguous, writeable NumPy array of int64")
        slots = self._calls.run_positions(tables.tags, tables.state, out, whole_number("origin", origin, 0, MAX_TOKEN))
        if slots < 0:
            raise InvalidInput("out", len(out), f"is shorter than the {self.used} slots of the context")
        return out[:slots]

    # DRIFT

    @property
    def fallback_share(self) -> float | None:
        """Share of the iterations in which the policy failed; None without one."""
        return None if self._learned is None else self._learned.fallback_share

    @property
    def disagreement_share(self) -> float | None:
        """Share of the policy's answers that were not greedy's; None without one."""
        return None if self._learned is None else self._learned.disagreement_share

    # REPORTS

    def context(self) -> Context:
        """The working context, oldest block first (CTX-6)."""
        return self._session().context()  # type: ignore[no-any-return]

    def positions(self) -> list[int]:
        """Token position of each slot as a plain list (CTX-5)."""
        return self._session().positions().tolist()  # type: ignore[no-any-return]

    def ledger_size(self) -> int:
        """Actions that are remembered for the cooldown (COO-2)."""
        return self._session().ledger_size()  # type: ignore[no-any-return]

    def _check(self) -> None:
        """Assert every internal invariant; for tests."""
        self._session().check()


def _checked_terms(geometry: object, params: object, strategy: str | None = None) -> tuple[Geometry, Params]:
    if not isinstance(geometry, Geometry):
        raise InvalidInput("geometry", geometry, "must be a Geometry")
    if not isinstance(params, Params):
        raise InvalidInput("params", params, "must be a Params")
    if strategy is not None:
        params = replace(params, strategy=strategy)
    one_of("strategy", params.strategy, STRATEGIES)
    return geometry, params


def _way_out() -> int:
    """The ``stacklevel`` of a warning that is for whoever called this package, through wrappers or not."""
    level, frame = 1, sys._getframe(1)
    while str(frame.f_globals.get("__name__")).startswith("focalloc.") and frame.f_back is not None:
        level, frame = level + 1, frame.f_back
    return level


def last_iteration() -> InvalidInput:
    """Why a session has come to its end."""
    return InvalidInput("iteration", MAX_ITERATION, "is the last that a session can have")


def _refuse_the_last(tables: Any) -> None:
    if tables.iteration >= MAX_ITERATION:
        raise last_iteration()


def _refusing_the_last(tables: Any, run_step: Callable[..., int]) -> Callable[..., int]:
    """``run_step``, for a session that may come to the last iteration that snapshots can hold."""

    def run(*arguments: Any) -> int:
        _refuse_the_last(tables)
        return run_step(*arguments)

    return run


def _revived(made: Callable[[], Allocator], snapshot: bytes | None) -> Allocator:
    """The allocator that `Allocator.__reduce__` took apart."""
    allocator = made()
    if snapshot is not None:
        allocator.restore(snapshot)
    return allocator


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
