"""What was at stake: would another answer have broken this clause here, where the one that was given did not?

A clause that nothing could have broken has not been judged, however many sessions there were. The exact question is as
dear as judging every other answer, so each clause has a cheap stand-in, stated beside it. It is *over* if it may count
answers at which every way of breaking the clause breaks another one too, *under* if it misses some, and *exact* if
neither. All of them look at the state that an iteration or an ingest begins with. Counting a clause ends at `ENOUGH`
in each batch, so that what is long known to be at stake costs no time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import combinations

from focalloc.spec import Action, Context, State
from focalloc.spec.actions import OPPOSITE, consumed, fits, is_complete, parent, signed_delta
from focalloc.spec.adaptation import balanced, lowered, raised
from focalloc.spec.candidates import Candidate, beyond_threshold, expand_limit, possible_actions, reaches_tail
from focalloc.spec.clauses import clauses, profile_clauses
from focalloc.spec.cooldown import may_act
from focalloc.spec.greedy import last_acted
from focalloc.spec.hierarchy import regions
from focalloc.spec.ingest import reclaimable
from focalloc.spec.knapsack import least_possible_use, utility
from focalloc.spec.layout import Outline, detailed
from focalloc.spec.objective import worth
from focalloc.spec.pins import is_pinned
from focalloc.spec.projection import as_logits, preferred
from focalloc.spec.scores import Aggregates
from focalloc.spec.state import seen
from focalloc.spec.violations import SCORE_DRIVEN

ENOUGH = 10
"""Times that a clause is seen to be at stake in a batch before it is no longer looked at."""


class Stakes:
    """How often each clause of a profile was at stake.

    Args:
        profile: what is judged by; None where nobody wants to know.
    """

    def __init__(self, profile: str | None) -> None:
        self.profile = profile or "safety"
        self.counts: Counter[str] = Counter()
        self._wanted = set(profile_clauses(profile)) if profile else set[str]()

    def note(self, clauses: Iterable[str]) -> None:
        """Count each of ``clauses`` once."""
        for one in self._wanted.intersection(clauses):
            self.counts[one] += 1
            if self.counts[one] >= ENOUGH:
                self._wanted.discard(one)

    def iteration(self, state: State, scores: Sequence[int], actions: Sequence[Action]) -> None:
        """An iteration that conforms was answered from ``state``."""
        wanted = self._wanted - NOT_OF_ITERATIONS - ({"SCO-3"} if self.profile == "safety" else set())
        if wanted and (wanted := wanted - out_of_question(state)):
            self.note(of_iteration(state, scores, actions, self.profile, wanted))

    def ingest(self, state: State, actions: Sequence[Action] | None, blocks: int) -> None:
        """An ingest was granted by the collapses ``actions``, or rightly refused."""
        if not self._wanted.isdisjoint(OF_INGEST):
            self.note(of_ingest(state, actions, blocks))

    def let_go(self, may: bool, *, refused: bool, released: bool) -> None:
        """An ingest that ``may`` let go was answered, or rightly ``refused``.

        REL-1 (exact): what it says that it ``released`` could have cut a block. REL-4 (over): it lets go, of the right
        number of blocks, or could have let go where there was no need.
        """
        if may:
            self.note(("REL-1", "REL-4") if released else ("REL-4",))

    def filled(self, *, room: bool) -> None:
        """An ingest of tokens was answered, or rightly refused.

        FIL-3 (exact): it needed no ``room``, and could have been refused.
        """
        if not room:
            self.note(("FIL-3",))

    def refused(self, why: str) -> None:
        """Senseless input was refused. Exact: accepting it would have broken ANS-3 and the clause that it breaks."""
        self.note(("ANS-3", *re.findall(r"\b[A-Z]{3}-\d+\b", why)))

    def reported(self, what: str, state: State) -> None:
        """A report was made. Exact: a wrong one would have broken the clause."""
        if what == "context":
            self.note(("CTX-1", "CTX-2", "CTX-3", "CTX-4", "CTX-6"))
        elif what == "positions":
            self.note(("CTX-5",))
        elif what == "pins":
            if any(state.pins):
                self.note(("PIN-3",))
        elif what == "unfilled":
            if state.unfilled:
                self.note(("FIL-1",))
        elif what == "edits":
            self.note(("EDI-1", "EDI-2", "EDI-3"))
        elif state.iteration >= state.params.memory and state.ledger:  # over: something had to be forgotten, maybe
            self.note(("COO-2",))

    def laid_out(self, outline: Outline, blocks: Context | None) -> None:
        """A layout was given, or rightly refused.

        LAY-1, LAY-3 (exact): the history could have been cut short, or refused. LAY-2 (over): not everything fits raw.
        LAY-4 (over): something is not wanted, or does not fit. LAY-5 (over): something is shown in detail.
        """
        if blocks is None:
            self.note(("LAY-3",))
            return
        self.note(("LAY-1", "LAY-3"))
        raw = (outline.last - outline.first) // outline.geometry.span(0) * outline.geometry.slots(0)
        if raw > outline.params.w_max:
            self.note(("LAY-2",))
        if any(block.level for block in blocks):
            self.note(("LAY-4",))
        if detailed(outline, blocks):
            self.note(("LAY-5",))


OF_INGEST = frozenset(("ING-1", "ING-2", "ING-3", "ING-4", "ING-5", "ING-6"))

OF_OTHERS = ("GEO", "CTX", "PAR", "LPR", "LAY", "REL", "EDI")
NOT_OF_ITERATIONS = {one for one in clauses() if one[:3] in OF_OTHERS} | OF_INGEST
NOT_OF_ITERATIONS |= {"CUR-1", "SCO-1", "SCO-2", "COO-2", "ANS-2", "ANS-3", "PRO-1", "PIN-3", "FIL-1", "FIL-3"}
"""What the answer to an iteration never puts at stake."""


def of_ingest(state: State, actions: Sequence[Action] | None, blocks: int) -> Iterator[str]:
    """The clauses that an answer to an ingest put at stake.

    ING-1 (over): a gist could have been expanded. ING-2, ING-3 (exact): room had to be made, or there was none.
    ING-4 (over): there were two collapses to choose from. ING-5 (over): there were more than were needed.
    ING-6 (exact): what made room for the new blocks made none for those ahead, and something was left to collapse.
    """
    if any(level > 0 for level, _ in state.context):
        yield "ING-1"
    if actions is None or actions:
        yield "ING-3"
    if actions:
        yield "ING-2"
    possible = reclaimable(state, set(state.context))
    if actions and len(possible) > 1:
        yield "ING-4"
    if actions is not None and len(possible) > len(actions):
        yield "ING-5"
    if actions and state.params.reclaim_ahead and _could_stop_short(state, actions, blocks):
        yield "ING-6"


def _could_stop_short(state: State, actions: Sequence[Action], blocks: int) -> bool:
    """Whether the new blocks fitted before the last of ``actions``, which ING-6 alone asks for."""
    freed = sum(state.geometry.delta(action.level) for action in actions[:-1])
    return fits(state.used - freed, blocks * state.geometry.slots(0), state.params.w_max)


def out_of_question(state: State) -> set[str]:
    """Clauses that no answer to an iteration puts at stake in ``state``, as is seen without a look at the candidates:
    nothing is pinned or cools down, there is room for any expand or for none, a refinement is not asked for."""
    params, largest = state.params, state.used + max(state.geometry.deltas[1:])
    after = [state.used + state.geometry.delta(level) for level, _ in state.context if level]  # each expand by itself
    seen = {
        ("COO-1", "TIE-2"): bool(state.ledger),
        ("TAI-1",): params.protected_tokens > 0,
        ("FIL-2",): state.unfilled > 0,
        ("PIN-1",): bool(state.pins.collapse),
        ("PIN-2",): bool(state.pins.expand),
        ("BUD-1",): largest > params.w_max,
        ("GRE-5",): len(after) > 1 and min(after) <= params.w_max and max(after) > params.w_soft,
        ("SOF-1",): params.soft_margin > 0 and params.w_soft < largest,
        ("ADA-1", "ADA-2"): params.adaptive_window > 0,
        ("BAL-1",): params.balance > 0,
        ("GRE-4",): params.tie_break == "position",
        ("TIE-1",): params.tie_break == "cursor",
        ("KNA-1", "PRO-6"): state.used > params.w_max,
    }
    return {one for clauses, could_be in seen.items() if not could_be for one in clauses}


def unwanted(now: State, row: Sequence[int], profile: str) -> set[str]:
    """Clauses that no answer to an iteration puts at stake, as no score of ``row`` is so high or so low that anything
    may expand or collapse: a mean lies between its scores. ``now`` is ticked."""
    if profile not in SCORE_DRIVEN:
        return set()
    hot, cold = max(row) > now.params.tau_expand, min(row) < -now.params.tau_collapse
    return {*(() if hot else OF_EXPANDS), *(() if cold else OF_COLLAPSES), *(() if hot or cold else OF_ANY)}


OF_EXPANDS = ("GRE-1", "GRE-2", "GRE-5", "BUD-1", "SOF-1")
OF_COLLAPSES = ("GRE-1", "GRE-3", "KNA-1")
OF_ANY = (
    *("GRE-4", "GRE-6", "TIE-1", "TIE-2", "KNA-2", "KNA-3", "KNA-4", "KNA-5"),
    *("HYB-1", "MUL-1", "MUL-2", "HIE-1", "HIE-2", "HIE-3"),
)
"""What takes a candidate for an expand, one for a collapse, or any, where thresholds bind."""

OF_ANSWERS = {"KNA-2", "KNA-3", "KNA-4", "KNA-5", "MUL-1", "MUL-2", "PRO-4", "PRO-5"}
"""What takes an action that was done."""

OF_PREPARATION = frozenset(("ADA-1", "ADA-2", "MEM-1", "MEM-2", "MEM-3", "BAL-1"))

WITHOUT_CANDIDATES = OF_PREPARATION | {"ANS-1", "ACT-1", "ACT-2", "ACT-3", "ACT-4", "ACT-5"}
"""What is seen to be at stake without a look at the candidates."""

HOLDING_BACK = frozenset(("TAI-1", "FIL-2", "COO-1", "PIN-1", "PIN-2", "THR-1", "BUD-1", "SOF-1"))
"""What may hold an action back, and is seen from the state and that action alone."""


def of_iteration(
    state: State, scores: Sequence[int], actions: Sequence[Action], profile: str, wanted: Set[str]
) -> Iterator[str]:
    """The clauses that the answer to an iteration put at stake.

    ACT-1 to ACT-3 and ANS-1 (over): anything could have been said, or nothing. ACT-4 (over): a family is there in part.
    ACT-5 (over): something was done, and the cap left room to go on from it. CAP-1 (over): more was legal than the cap
    allows. BUD-1, SOF-1, COO-1, TAI-1, PIN-1, PIN-2, THR-1 (over): some action is held back by this clause and by no
    other of them. SCO-3 (over): rounding decides the mean of some family.
    """
    now = state.ticked
    geometry, params, blocks = now.geometry, now.params, set(now.context)
    yield "ANS-1"
    if params.n_diff:
        yield from ("ACT-1", "ACT-2", "ACT-3")
    if "ACT-4" in wanted and params.n_diff:
        parents = {node for block in now.context if (node := parent(geometry, block)) is not None}
        if any(not is_complete(geometry, blocks, node) for node in parents):
            yield "ACT-4"
    if 0 < len(actions) < params.n_diff:
        yield "ACT-5"
    if not wanted.isdisjoint(OF_PREPARATION):
        yield from _of_preparation(state, now, scores, wanted)
    if wanted <= WITHOUT_CANDIDATES:
        return
    row = seen(now, scores)
    wanted = wanted - unwanted(now, row, profile) - (set() if actions else OF_ANSWERS)
    if wanted <= WITHOUT_CANDIDATES:
        return
    possible = possible_actions(geometry, blocks)
    if profile != "safety" and "SCO-3" in wanted and any(sum(one) % len(one) for one in _rows(now, row, possible)):
        yield "SCO-3"
    free, pool, held = _sorted_out(now, possible, row, profile, wanted - WITHOUT_CANDIDATES)
    yield from held
    if len(free) > params.n_diff:
        yield "CAP-1"
    if profile in ("greedy", "enhanced"):
        yield from _of_greedy(now, pool)
    elif profile != "safety":
        yield from _of_optimum(now, free, pool, row, actions, profile)


def _rows(now: State, row: Sequence[int], legal: Sequence[Action]) -> Iterator[Sequence[int]]:
    """The scores of each family that could collapse, as far as a row of slots is told in order."""
    offset, starts = 0, {}
    for level, start in now.context:
        starts[start] = offset
        offset += now.geometry.slots(level)
    for _, level, start in legal:
        last = starts.get(start + now.geometry.span(level), offset)
        yield row[starts[start] : last]


def _of_preparation(state: State, now: State, scores: Sequence[int], wanted: Set[str]) -> Iterator[str]:
    """ADA-1 (over): thresholds moved. ADA-2 (over): they would have moved further. MEM-1 (over): a slot is told what it
    does not remember. MEM-2 (over): something is remembered where there was an action since the iteration before. MEM-3
    (over): scores lean. BAL-1 (over): a score changed.
    """
    before, after = state.params, now.params
    if before != after:
        yield "ADA-1"
    window = before.adaptive_window
    if window and len(state.recent) >= window and after.tau_expand in (after.tau_min, after.tau_max):
        total = sum(state.recent)
        low, high = 5 * total < 4 * window * before.w_max, 20 * total > 19 * window * before.w_max
        if (low and lowered(before.tau_expand) < after.tau_min) or (high and raised(before.tau_expand) > after.tau_max):
            yield "ADA-2"
    if any(score != mean for score, mean in zip(scores, state.memory, strict=False)):
        yield "MEM-1"
    if state.memory and any(entry.iteration == state.iteration for entry in state.ledger.values()):
        yield "MEM-2"
    if after.lean:
        yield "MEM-3"
    if after.balance and "BAL-1" in wanted:
        row = seen(replace(state, params=replace(after, balance=0)), scores)
        if min(row) < 0 < max(row) and balanced(row) != list(row):
            yield "BAL-1"


def _sorted_out(
    now: State, legal: Sequence[Action], row: Sequence[int], profile: str, wanted: Set[str]
) -> tuple[list[Candidate], list[Candidate], set[str]]:
    """Legal actions that cooldown and tail allow, those that thresholds allow too, and what held the others back.

    Where nothing else is ``wanted``, only what is wanted of `HOLDING_BACK` is told, as most aggregates need not be
    known for that.
    """
    params, clauses, last, gap = now.params, set[str](), now.end, now.params.min_gap
    all_wanted, unrated = profile in ("safety", "projection"), profile == "safety" and params.w_soft == params.w_max
    little, aggregates = wanted <= HOLDING_BACK, Aggregates(now.geometry, now.context, row)
    only_cooling = wanted == {"COO-1"}
    by_worth = not wanted.isdisjoint(("THR-1", "BUD-1", "SOF-1"))
    free, pool = [], []
    for action in legal:
        if only_cooling and action[1:] not in now.ledger:
            continue
        kind, level, start = action
        held: list[str] = []
        if kind == "collapse" and reaches_tail(start + now.geometry.span(level), last, params.protected_tokens):
            held.append("TAI-1")
        elif kind == "collapse" and reaches_tail(start + now.geometry.span(level), last, now.protected):
            held.append("FIL-2")
        if not may_act(now.ledger, action, now.iteration, gap):
            held.append("COO-1")
        if is_pinned(now.geometry, now.pins, action):
            held.append("PIN-1" if kind == "collapse" else "PIN-2")
        if len(held) > 1 or (little and (held[0] not in wanted if held else not by_worth)):
            continue  # whatever it is worth
        one = Candidate(action, 0 if unrated else aggregates.of(consumed(now.geometry, action)))
        if not held:
            free.append(one)
        if not (all_wanted or beyond_threshold(kind, one.aggregate, params.tau_expand, params.tau_collapse)):
            held.append("THR-1")
        elif not held:
            pool.append(one)
        if kind == "expand" and (after := now.used + now.geometry.delta(level)) > params.w_max:
            held.append("BUD-1")
        elif kind == "expand" and after > expand_limit(params, one.aggregate):
            held.append("SOF-1")
        if len(held) == 1 and params.n_diff:
            clauses.add(held[0])
    return free, pool, clauses


def _of_greedy(now: State, pool: Sequence[Candidate]) -> Iterator[str]:
    """GRE and TIE, all (over) by the queues at the first turns.

    GRE-1: both kinds are there. GRE-2, GRE-3: two of a kind are worth unlike much. GRE-4, TIE-1, TIE-2: two are worth
    the same, and TIE-2: one of them was acted on. GRE-5: the head does not fit, another does. GRE-6: something can act.
    """
    if not now.params.n_diff:
        return
    expands = sorted((one for one in pool if one.action.kind == "expand"), key=lambda one: -one.aggregate)
    collapses = [one for one in pool if one.action.kind == "collapse"]

    def has_room(one: Candidate) -> bool:
        delta = now.geometry.delta(one.action.level)
        return fits(now.used, delta, expand_limit(now.params, one.aggregate))

    head = bool(expands) and has_room(expands[0])
    if head and collapses:
        yield "GRE-1"
    if head and expands[0].aggregate != expands[-1].aggregate:
        yield "GRE-2"
    if len({one.aggregate for one in collapses}) > 1:
        yield "GRE-3"
    if head or collapses:
        yield "GRE-6"
    if expands and not head and any(map(has_room, expands)):
        yield "GRE-5"
    lowest = min((one.aggregate for one in collapses), default=0)
    tied = [one for one in expands if head and one.aggregate == expands[0].aggregate]
    others = [one for one in collapses if one.aggregate == lowest]
    for queue in (tied, others):
        if len(queue) > 1:
            known = len({last_acted(now.ledger, one) for one in queue}) > 1
            clause = {"position": "GRE-4", "cursor": "TIE-1", "recency": "TIE-2" if known else ""}
            yield clause[now.params.tie_break]


def _of_optimum(
    now: State,
    free: Sequence[Candidate],
    pool: Sequence[Candidate],
    row: Sequence[int],
    actions: Sequence[Action],
    profile: str,
) -> Iterator[str]:
    """KNA, HYB, MUL, HIE and PRO.

    KNA-1, PRO-6 (exact): a debt can be paid. KNA-2, MUL-1, PRO-4 (over): something was done. KNA-3, KNA-4, MUL-2, PRO-5
    (over and under): one action is worth as much as two others that were not done, or as one that leaves more in use;
    whether these fit is not asked. KNA-5 (exact): two actions have an order. HYB-1 (over): a queue is longer than
    ``top_k``. HIE-1, HIE-2 (over): a region has more candidates, or costs more, than is left to it. HIE-3 (over):
    something can be done in one. PRO-2 (over): something is not wanted. PRO-3 (exact): all that is wanted is feasible.
    """
    geometry, params = now.geometry, now.params
    if profile == "projection":
        pool = preferred(now, as_logits(now, row))
        if len(free) > len(pool) and params.n_diff:
            yield "PRO-2"
        taken = [block for one in pool for block in consumed(geometry, one.action)]
        after = now.used + sum(signed_delta(geometry, one.action) for one in pool)
        if 0 < len(pool) <= params.n_diff and len(taken) == len(set(taken)) and after <= params.w_max:
            yield "PRO-3"
    if now.used > params.w_max and fits(least_possible_use(geometry, pool, params.n_diff, now.used), 0, params.w_max):
        yield from ("KNA-1", "PRO-6")
    if actions:
        yield from ("KNA-2", "MUL-1", "PRO-4")
    if len(actions) > 1:
        yield "KNA-5"
    if profile == "hybrid" and any(sum(one.action.kind == kind for one in pool) > params.top_k for kind in OPPOSITE):
        yield "HYB-1"
    if profile == "hierarchical":
        pool = pool if now.used <= params.w_soft else [one for one in pool if one.action.kind == "collapse"]
        for region in regions(now, pool, actions):
            costs = sum(max(0, signed_delta(geometry, one.action)) for one in region.pool)
            if len(region.pool) > region.most:
                yield "HIE-1"
            if costs > region.room:
                yield "HIE-2"
            if region.pool and region.most > 0:
                yield "HIE-3"
    else:
        yield from _of_exchange(now, pool, actions, profile)


def _of_exchange(now: State, pool: Sequence[Candidate], actions: Sequence[Action], profile: str) -> Iterator[str]:
    done = set(actions)
    weigh = (lambda one: worth(now, one)) if profile == "multi_objective" else utility
    if profile == "multi_objective" and (now.params.budget_weight or now.params.recompute_weight):
        return  # what is left in use counts too, or what is computed anew, so that worths are no sums
    mine = [one for one in pool if one.action in done]
    others = [one for one in pool if one.action not in done][:12]
    sums = {weigh(a) + weigh(b) for a, b in combinations(others, 2)}
    for one in mine:
        if weigh(one) in sums and len(actions) < now.params.n_diff:
            yield from ("KNA-3", "MUL-2", "PRO-5")
        delta = signed_delta(now.geometry, one.action)
        if any(weigh(other) == weigh(one) and signed_delta(now.geometry, other.action) > delta for other in others):
            yield from ("KNA-4", "MUL-2", "PRO-5")
