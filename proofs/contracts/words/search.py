"""Words for a search: options, prices, states."""

from __future__ import annotations

from typing import Any

from focalloc.fastpath.kernels.layout import (
    ACTIONS,
    ALONE,
    BEGIN,
    CHURN,
    COUNT,
    DELTA,
    LIMIT,
    NET,
    OPTION,
    PAIRS,
    PARENT,
    PLACES,
    RECOMPUTE,
    RUN,
    RUNS,
    SIZE,
    STATE,
    UNBOUNDED,
    VALUE,
    WEIGHT,
    Ints,
    Outcome,
    Search,
)
from focalloc.proofs.contracts.words.choices import slots_for
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at, ghost
from focalloc.proofs.contracts.words.ledger import magnitude
from focalloc.proofs.contracts.words.sums import depth, here, many
from focalloc.proofs.contracts.words.tables import is_pair


@ghost
def collected(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, i: int, turn: int, note: int) -> int:
    """How many of the first ``i`` candidates of run ``n``, and of the first of each run before that, as many as
    ``heads`` says, are applied then and have this note."""
    return sum(
        is_pair(turn_at(runs, item_keys, r, x), item_notes[runs[r * RUN + BEGIN] + x], turn, note)
        for r in range(n + 1)
        for x in range(i if r == n else heads[r])
    )


@ghost
def slots_in(
    header: Ints,
    tags: Ints,
    family_node: Ints,
    turns: Ints,
    notes: Ints,
    m: int,
    runs: Ints,
    item_keys: Ints,
    item_notes: Ints,
    heads: Ints,
    n: int,
    i: int,
) -> int:
    """The slots that those of the first ``m`` candidates add which `collected` counts."""
    return sum(
        slots_for(header, tags, family_node, turns[x], notes[x])
        for x in range(m)
        if collected(runs, item_keys, item_notes, heads, n, i, turns[x], notes[x]) >= 1
    )


@ghost
def run_with(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """The first of ``n`` runs that has such a candidate among its first ones; of no account if there is none."""
    return _first_with(runs, item_keys, item_notes, heads, n, turn, note)[0]


@ghost
def nth_with(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """Which of that run it is first."""
    return _first_with(runs, item_keys, item_notes, heads, n, turn, note)[1]


@ghost
def run_again(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """The last of ``n`` runs that has such a candidate among its first ones; of no account if there is none."""
    return _last_with(runs, item_keys, item_notes, heads, n, turn, note)[0]


@ghost
def nth_again(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> int:
    """Which of that run it is last."""
    return _last_with(runs, item_keys, item_notes, heads, n, turn, note)[1]


@ghost
def led(header: Ints, runs: Ints, states: Ints, n: int) -> bool:
    """`are_led_to`, of which solvers know lemmas only."""
    return are_led_to(header, runs, states, n)


@ghost
def grown(header: Ints, runs: Ints, states: Ints, others: Ints, first: int, last: int, n: int, stage: int) -> bool:
    """`extend_by`, of which solvers know lemmas only."""
    return extend_by(header, runs, states, others, first, last, n, stage)


def _all_with(
    runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int
) -> list[tuple[int, int]]:
    """The candidates among the first ones of ``n`` runs that are applied then and have this note."""
    return [
        (r, x)
        for r in range(n)
        for x in range(heads[r])
        if turn_at(runs, item_keys, r, x) == turn and item_notes[runs[r * RUN + BEGIN] + x] == note
    ]


def _first_with(*told: Any) -> tuple[int, int]:
    return next(iter(_all_with(*told)), (0, 0))


def _last_with(*told: Any) -> tuple[int, int]:
    return next(reversed(_all_with(*told)), (0, 0))


def is_drawn(runs: Ints, item_keys: Ints, item_notes: Ints, heads: Ints, n: int, turn: int, note: int) -> bool:
    """A candidate is among the first of one of ``n`` runs, as many as ``heads`` says."""
    run = run_with(runs, item_keys, item_notes, heads, n, turn, note)
    nth = nth_with(runs, item_keys, item_notes, heads, n, turn, note)
    return (
        0 <= here(run) < n
        and 0 <= nth < heads[run]
        and turn_at(runs, item_keys, run, nth) == turn
        and item_notes[runs[run * RUN + BEGIN] + nth] == note
    )


def are_drawn(
    runs: Ints, keys: Ints, notes: Ints, heads: Ints, n: int, chosen: Ints, chosen_notes: Ints, size: int
) -> bool:
    """`is_drawn`, of the first ``size``."""
    return all(
        is_drawn(runs, keys, notes, heads, n, chosen[i], chosen_notes[i])
        for i in range(size)
        if at(chosen[i])
        if at(chosen_notes[i])
    )


def gain_at(work: Search, run: int, index: int) -> int:
    """What a candidate of a run gains: its rank less what acting costs, and what its slots are worth."""
    return (
        work.item_keys[work.runs[run * RUN + BEGIN] + index] // PLACES
        - work.header[CHURN]
        + (work.header[WEIGHT] - work.header[RECOMPUTE]) * work.runs[run * RUN + DELTA]
    )


def are_runs(header: Ints, runs: Ints, items: int) -> bool:
    """Each run has its candidates among the ``items``, and adds or frees no more slots than a context has."""
    return (
        0 <= header[RUNS] <= 2**20
        and header[RUNS] * RUN <= len(runs)
        and all(0 <= runs[j] < 2**60 for j in range(header[RUNS] * RUN) if j % RUN == BEGIN)
        and all(0 <= runs[j] < 2**60 for j in range(header[RUNS] * RUN) if j % RUN == SIZE)
        and all(-(2**26) <= runs[j] <= 2**26 for j in range(header[RUNS] * RUN) if j % RUN == DELTA)
        and all(
            runs[j] + runs[j - 1] <= items
            for j in range(header[RUNS] * RUN)
            if j % RUN == SIZE
            if at(runs[j], runs[j - 1])
        )
    )


@ghost
def are_ranks(runs: Ints, keys: Ints, n: int) -> bool:
    """Keys of the candidates of the first ``n`` runs are of ranks that scores and nearness come to."""
    return all(
        -(2**60) <= keys[j] < 2**60
        for r in range(n)
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
    )


def are_costs(header: Ints) -> bool:
    """What actions and slots cost (MUL-1)."""
    return 0 <= header[CHURN] <= LIMIT and 0 <= header[WEIGHT] <= LIMIT and 0 <= header[RECOMPUTE] <= LIMIT


def are_few(header: Ints, runs: Ints) -> bool:
    """As many candidates as there are actions add, or free, no more slots than a context has, whichever they are."""
    return 0 <= header[ACTIONS] <= 2**24 and all(
        -(2**26 // max(1, header[ACTIONS])) <= runs[j] <= 2**26 // max(1, header[ACTIONS])
        for j in range(header[RUNS] * RUN)
        if j % RUN == DELTA
    )


def is_outcome(header: Ints, count: int, net: int, value: int) -> bool:
    """So many candidates add as many slots and gain as much as they may at most, where `are_few` holds."""
    return (
        0 <= count <= header[ACTIONS]
        and magnitude(net) <= count * (2**26 // max(1, header[ACTIONS]))
        and magnitude(value) <= count * 2**35 + count * (2**26 // max(1, header[ACTIONS])) * 2**31
    )


def comes_to(so_far: Outcome, header: Ints) -> bool:
    """`is_outcome`, of an outcome."""
    return is_outcome(header, so_far.actions, so_far.net, so_far.value)


def are_outcomes(header: Ints, states: Ints, first: int, last: int) -> bool:
    """`is_outcome`, of the states from ``first`` to before ``last``."""
    return all(
        is_outcome(
            header,
            states[here(x) * STATE + COUNT],
            states[here(x) * STATE + NET],
            states[here(x) * STATE + VALUE],
        )
        for x in range(first, last)
        if at(here(x))
    )


def is_option(header: Ints, runs: Ints, stage: int, option: int) -> bool:
    """A stage can take so many: of its run, or of a pair the collapse alone."""
    return -1 <= option <= runs[(2 * stage + 1 if stage < header[PAIRS] else header[PAIRS] + stage) * RUN + SIZE] and (
        option != ALONE or (stage < header[PAIRS] and runs[2 * stage * RUN + SIZE] >= 1)
    )


def acts(option: int) -> int:
    """How many candidates an option takes."""
    return 1 if option == ALONE else option


def adds(header: Ints, runs: Ints, stage: int, option: int) -> int:
    """The slots that an option of a stage adds."""
    return (
        runs[2 * stage * RUN + DELTA]
        if option == ALONE
        else option * runs[(2 * stage + 1 if stage < header[PAIRS] else header[PAIRS] + stage) * RUN + DELTA]
    )


def comes_from(header: Ints, runs: Ints, states: Ints, others: Ints, state: int, n: int, stage: int) -> bool:
    """A state comes from one among the first ``n`` of ``others``, to which so many stages led, by an option of the
    next."""
    return (
        0 <= states[state * STATE + PARENT] < n
        and depth(others, states[state * STATE + PARENT]) == stage
        and is_option(header, runs, stage, states[state * STATE + OPTION])
        and states[state * STATE + COUNT]
        == others[states[state * STATE + PARENT] * STATE + COUNT] + acts(states[state * STATE + OPTION])
        and states[state * STATE + NET]
        == others[states[state * STATE + PARENT] * STATE + NET]
        + adds(header, runs, stage, states[state * STATE + OPTION])
    )


def are_led_to(header: Ints, runs: Ints, states: Ints, n: int) -> bool:
    """Each of the first ``n`` states but the first comes from one before it, by an option of the stage between."""
    return all(
        comes_from(header, runs, states, states, here(x), here(x), depth(states, here(x)) - 1)
        for x in range(1, n)
        if at(here(x))
    )


def extend_by(header: Ints, runs: Ints, states: Ints, others: Ints, first: int, last: int, n: int, stage: int) -> bool:
    """States from ``first`` to before ``last`` extend ones among the first ``n`` of ``others``, by options of a stage,
    and are outcomes."""
    return are_outcomes(header, states, first, last) and all(
        comes_from(header, runs, states, others, here(x), n, stage) for x in range(first, last) if at(here(x))
    )


def are_at(states: Ints, first: int, last: int, stage: int) -> bool:
    """So many stages led to each of the states from ``first`` to before ``last``."""
    return all(depth(states, x) == stage for x in range(first, last) if at(depth(states, x)))


def turn_at(runs: Ints, item_keys: Ints, run: int, index: int) -> int:
    """When a candidate of a run is applied: collapses, then expands, each by key."""
    return item_keys[runs[run * RUN + BEGIN] + index] + (UNBOUNDED if runs[run * RUN + DELTA] < 0 else 0)


def are_heads(header: Ints, runs: Ints, heads: Ints) -> bool:
    """Of each run no more are taken than it has."""
    return all(heads[r] >= 0 for r in range(header[RUNS])) and all(
        heads[r] <= runs[r * RUN + SIZE] for r in range(header[RUNS])
    )


def are_exclusive(header: Ints, heads: Ints, first: int) -> bool:
    """Of no pair from ``first`` on candidates of both sides are taken."""
    return all(
        heads[here(r)] == 0 or heads[here(r) + 1] == 0
        for r in range(2 * first, 2 * header[PAIRS])
        if r % 2 == 0
        if at(here(r))
    )


def are_collected(
    runs: Ints, keys: Ints, notes: Ints, heads: Ints, n: int, i: int, chosen: Ints, chosen_notes: Ints, size: int
) -> bool:
    """The first ``size`` are what `collected` counts, each as often as it is there."""
    return all(
        many(chosen, chosen_notes, size, k, v) == collected(runs, keys, notes, heads, n, i, k, v)
        for k in INTEGERS
        for v in INTEGERS
        if at(many(chosen, chosen_notes, size, k, v))
    )


def are_stages(header: Ints) -> bool:
    """There are as many runs as pairs and free runs take."""
    return header[PAIRS] >= 0 and 2 * header[PAIRS] <= header[RUNS] <= 2**20
