"""Exact search for the most useful choice among sorted runs of candidates, as plain loops (clauses KNA-2 to KNA-4).

A *run* is a row of candidates of one kind and one delta, best key first. Of a run only the beginning can be chosen:
whoever takes k of it takes the first k. So a choice is a number for each run, and the search goes through the runs one
by one and keeps a list of *states*, each the best way to spend a number of actions and of slots on the runs so far.

Some runs come in *pairs*: a collapse alone in its run, and the expands of its family's members, which it excludes.
All other runs are free of each other.

What a candidate *gains* is its rank, less what each action costs, plus what its slots are worth on the way to a target
less what they cost as they are computed anew; beyond the target each slot costs twice what it was worth. So the sum of
the gains less this penalty is, but for a constant, the utility less the churn, the distance from the target and the
slots added that are computed anew (MUL-1), and without weights it is the utility.

A state is dropped if another does no worse with as many actions and no more slots, or if a bound says that nothing
that can still be added makes it as useful as a choice already known. There are at most as many states as numbers of
candidates per run with the sum ``n``: for r runs ``(n + r)! / (n! r!)``, a polynomial in n of degree r, and a geometry
of L levels has at most 2 L runs that are not paired. Each pair extends each state in at most n + 1 ways.

All numbers fit 64 bits. Ranks lie below 2**32, weights below 2**31, and so does what a slot gains; refunds add up to at
most 2**26 slots and the room and the target are less than that in magnitude, so a state that can still end within the
room is 2**27 slots or fewer off and worth less than 2**60. Prices lie below 2**33, and bounds are cut off at 2**61.
"""

from __future__ import annotations

from focalloc.fastpath.kernels.best_few import rise, sort_best_first
from focalloc.fastpath.kernels.layout import (
    ACTIONS,
    ALLOWANCE,
    ALONE,
    BEGIN,
    BEST_COUNT,
    BEST_NET,
    BEST_OPTION,
    BEST_STATE,
    BEST_VALUE,
    BOUNDS,
    CHURN,
    COUNT,
    DELTA,
    FREE,
    HIGHEST_BOUND,
    MARK_TO_REACH,
    NET,
    NETS,
    NOT_FOUND,
    OPTION,
    OUT_OF_SPACE,
    PAID,
    PAIRS,
    PARENT,
    PRICE,
    RECOMPUTE,
    REFUND,
    ROOM,
    RUN,
    RUNS,
    SIZE,
    SPACE,
    STATE,
    TARGET,
    UNBOUNDED,
    VALUE,
    WEIGHT,
    Ints,
    Outcome,
    Search,
    Table,
)
from focalloc.fastpath.kernels.packing import rank_of
from focalloc.fastpath.machine_code import kernel

# RUNS


@kernel
def delta_of(runs: Ints, run: int) -> int:
    """Slots that each candidate of ``run`` adds."""
    return runs[run * RUN + DELTA]


@kernel
def size_of(runs: Ints, run: int) -> int:
    """How many candidates ``run`` has."""
    return runs[run * RUN + SIZE]


@kernel
def key_in(work: Search, run: int, index: int) -> int:
    """The key of one candidate of ``run``."""
    return work.item_keys[work.runs[run * RUN + BEGIN] + index]


@kernel
def turn_of(work: Search, run: int, index: int) -> int:
    """When a candidate is applied, the greater the earlier: collapses, then expands, each by key (KNA-5)."""
    key = key_in(work, run, index)
    return key + UNBOUNDED if delta_of(work.runs, run) < 0 else key


@kernel
def gain_of(work: Search, run: int, index: int) -> int:
    """What one candidate of ``run`` gains."""
    query = work.header
    per_slot = query[WEIGHT] - query[RECOMPUTE]
    return rank_of(key_in(work, run, index)) - query[CHURN] + per_slot * delta_of(work.runs, run)


@kernel
def penalty(query: Ints, net: int) -> int:
    """What the slots beyond the target cost."""
    return 2 * query[WEIGHT] * max(0, net - query[TARGET])


# BOUNDS


@kernel
def best_head(work: Search, first: int, last: int, price: int) -> int:
    """The run whose next candidate is worth most after paying for its slots, if more than 0; else -1.

    Of equally good ones it is the first run.
    """
    heads = work.heads
    best = -1
    most = 0
    for run in range(first, last):
        if heads[run] < size_of(work.runs, run):
            worth = gain_of(work, run, heads[run]) - price * delta_of(work.runs, run)
            if worth > most:
                most = worth
                best = run
    return best


@kernel
def bound_at(query: Ints, row: int, kind: int) -> int:
    """Where the bounds of one kind begin that hold from ``row`` on; there is one for each number of actions left."""
    return (row * BOUNDS + kind) * (query[ACTIONS] + 1)


@kernel
def bound_worth(work: Search, first: int, last: int, price: int, at: int) -> None:
    """Write what the best m candidates of some runs are worth together after paying for their slots, for each m."""
    query, heads, bounds = work.header, work.heads, work.bounds
    for run in range(first, last):
        heads[run] = 0
    bounds[at] = 0
    for m in range(query[ACTIONS]):
        run = best_head(work, first, last, price)
        bounds[at + m + 1] = bounds[at + m]
        if run >= 0:
            worth = gain_of(work, run, heads[run]) - price * delta_of(work.runs, run)
            bounds[at + m + 1] = min(bounds[at + m] + worth, HIGHEST_BOUND)
            heads[run] += 1


@kernel
def bound_refunds(work: Search, first: int, last: int, at: int) -> None:
    """Write the most slots that m candidates of some runs can free, for each m."""
    query, heads, bounds = work.header, work.heads, work.bounds
    for run in range(first, last):
        heads[run] = 0
    bounds[at] = 0
    for m in range(query[ACTIONS]):
        most = 0
        best = -1
        for run in range(first, last):
            if -delta_of(work.runs, run) > most and heads[run] < size_of(work.runs, run):
                most = -delta_of(work.runs, run)
                best = run
        bounds[at + m + 1] = bounds[at + m] + most
        if best >= 0:
            heads[best] += 1


@kernel
def take_at_price(work: Search, price: int) -> int:
    """Take the candidates of the free runs that are worth most at ``price``; return the slots that they add.

    Leaves how many of each run in ``heads``.
    """
    query, heads = work.header, work.heads
    for run in range(query[RUNS]):
        heads[run] = 0
    net = 0
    for _ in range(query[ACTIONS]):
        run = best_head(work, 2 * query[PAIRS], query[RUNS], price)
        if run < 0:
            break
        heads[run] += 1
        net += delta_of(work.runs, run)
    return net


@kernel
def room_at(query: Ints, price: int) -> int:
    """The slots that may be added at ``price``: up to the target while a slot beyond it costs more."""
    return min(query[ROOM], query[TARGET]) if price < 2 * query[WEIGHT] else query[ROOM]


@kernel
def dearest(work: Search) -> int:
    """A price of a slot at which no expand of the free runs is worth taking."""
    query = work.header
    price = 2 * query[WEIGHT]
    for run in range(2 * query[PAIRS], query[RUNS]):
        if delta_of(work.runs, run) > 0 and size_of(work.runs, run) > 0:
            price = max(price, gain_of(work, run, 0) // delta_of(work.runs, run) + 1)
    return price


@kernel
def set_mark(work: Search) -> None:
    """Find about the price at which what is taken just fits, and the worth of what is then taken, the rest filled up.

    Pairs are left out, so that what is taken is a choice. If it fits at no price, any worth will do.
    """
    query, heads = work.header, work.heads
    low = -1
    high = dearest(work)
    while high - low > 1 + high // (16 * query[ACTIONS] + 1):  # any price will do; the more choices, the closer
        middle = (low + high) // 2
        if take_at_price(work, middle) <= room_at(work.header, middle):
            high = middle
        else:
            low = middle
    query[PRICE] = high
    # a slot up to the target counts at the price, one beyond it as far as the price exceeds what it costs
    query[ALLOWANCE] = min(high, 2 * query[WEIGHT]) * min(query[ROOM], query[TARGET])
    query[ALLOWANCE] += max(0, high - 2 * query[WEIGHT]) * query[ROOM]
    query[MARK_TO_REACH] = -HIGHEST_BOUND
    net = take_at_price(work, high)
    if net > query[ROOM]:
        return
    count = 0
    worth = 0
    for run in range(2 * query[PAIRS], query[RUNS]):
        for i in range(heads[run]):
            worth += gain_of(work, run, i)
        count += heads[run]
    worth -= penalty(work.header, net)
    for run in range(2 * query[PAIRS], query[RUNS]):
        delta = delta_of(work.runs, run)
        while heads[run] < size_of(work.runs, run) and count < query[ACTIONS] and net + delta <= query[ROOM]:
            more = gain_of(work, run, heads[run]) + penalty(work.header, net) - penalty(work.header, net + delta)
            if more <= 0:
                break
            worth += more
            heads[run] += 1
            count += 1
            net += delta
    query[MARK_TO_REACH] = worth


@kernel
def set_bounds(work: Search) -> None:
    """Fill the bounds: row 0 for all runs, row i + 1 for the free runs from the i-th on; as far as `search` asks."""
    query = work.header
    first = 2 * query[PAIRS]
    last = query[RUNS]
    for row in range(max(0, 2 - query[PAIRS]), last - first + 1):
        since = 0 if row == 0 else first + row - 1
        bound_worth(work, since, last, 0, bound_at(work.header, row, FREE))
        bound_worth(work, since, last, query[PRICE], bound_at(work.header, row, PAID))
        bound_refunds(work, since, last, bound_at(work.header, row, REFUND))


@kernel
def can_fit(work: Search, row: int, count: int, net: int) -> bool:
    """Whether a state can still end within the room."""
    query, bounds = work.header, work.bounds
    return net - bounds[bound_at(work.header, row, REFUND) + query[ACTIONS] - count] <= query[ROOM]


@kernel
def is_promising(work: Search, row: int, so_far: Outcome) -> bool:
    """Whether a state can still end within the room, and be worth as much as the mark."""
    query, bounds = work.header, work.bounds
    if not can_fit(work, row, so_far.actions, so_far.net):
        return False
    left = query[ACTIONS] - so_far.actions
    if so_far.value + bounds[bound_at(work.header, row, FREE) + left] < query[MARK_TO_REACH]:
        return False
    paid = so_far.value - query[PRICE] * so_far.net + query[ALLOWANCE]
    return paid + bounds[bound_at(work.header, row, PAID) + left] >= query[MARK_TO_REACH]


# STATES


@kernel
def run_of(query: Ints, stage: int) -> int:
    """The run that ``stage`` chooses from: the expands of a pair, or a free run."""
    return 2 * stage + 1 if stage < query[PAIRS] else query[PAIRS] + stage


@kernel
def first_apart(work: Search, stage: int, one: int, other: int) -> int:
    """When the earliest candidate is applied that only one of two different options has, negative if ``other`` has."""
    run = run_of(work.header, stage)
    if one == ALONE or other == ALONE:
        turn = turn_of(work, run - 1, 0)
        return turn if one == ALONE else -turn
    if one > other:
        return turn_of(work, run, other)
    return -turn_of(work, run, one)


@kernel
def goes_first(work: Search, stage: int, one: int, one_option: int, other: int, other_option: int) -> bool:
    """Whether of two different choices of equal merit the one goes first: where they differ, it acts earlier.

    Args:
        stage: the stage at which the options are taken.
        one: the state of the one before that.
        other: the state of the other before that.
    """
    states = work.states
    latest = 0
    while stage >= 0:
        if one_option != other_option:
            turn = first_apart(work, stage, one_option, other_option)
            if abs(turn) > abs(latest):
                latest = turn
        if one == other:
            break
        stage -= 1
        one_option = states[one * STATE + OPTION]
        one = states[one * STATE + PARENT]
        other_option = states[other * STATE + OPTION]
        other = states[other * STATE + PARENT]
    return latest > 0


@kernel
def put(states: Table, at: int, so_far: Outcome, parent: int, option: int) -> None:
    """Write a state."""
    at *= STATE
    states[at + COUNT] = so_far.actions
    states[at + NET] = so_far.net
    states[at + VALUE] = so_far.value
    states[at + PARENT] = parent
    states[at + OPTION] = option


@kernel
def outcome_of(states: Ints, state: int) -> Outcome:
    """What a state comes to."""
    at = state * STATE
    return Outcome(states[at + COUNT], states[at + NET], states[at + VALUE])


@kernel
def with_one(work: Search, so_far: Outcome, run: int, index: int) -> Outcome:
    """What a state comes to once it has one candidate of ``run`` as well."""
    return Outcome(so_far.actions + 1, so_far.net + delta_of(work.runs, run), so_far.value + gain_of(work, run, index))


@kernel
def extend(work: Search, stage: int, row: int, first: int, last: int) -> int:
    """Write every promising extension of some states by a stage's options; return how many, or `OUT_OF_SPACE`.

    Extensions are written behind the space for states, where there is as much again.
    """
    query, states = work.header, work.states
    size = 0
    space = query[SPACE]
    run = run_of(work.header, stage)
    delta = delta_of(work.runs, run)
    for state in range(first, last):
        begun = outcome_of(states, state)
        so_far = begun
        option = 0
        before = size
        while True:
            if is_promising(work, row, so_far):
                if size == space:
                    return OUT_OF_SPACE
                put(states, space + size, so_far, state, option)
                size += 1
            elif size > before or (delta > 0 and not can_fit(work, row, so_far.actions, so_far.net)):
                # each bound is concave in the option, so what is promising is an interval
                break
            if option == size_of(work.runs, run) or so_far.actions == query[ACTIONS]:
                break
            so_far = with_one(work, so_far, run, option)
            option += 1
        if stage < query[PAIRS] and begun.actions < query[ACTIONS]:
            so_far = with_one(work, begun, run - 1, 0)
            if is_promising(work, row, so_far):
                if size == space:
                    return OUT_OF_SPACE
                put(states, space + size, so_far, state, ALONE)
                size += 1
    return size


@kernel
def sort_extensions(work: Search, size: int) -> None:
    """Write the order of the extensions by count, then net."""
    for i in range(size):
        state = work.header[SPACE] + i
        one = outcome_of(work.states, state)
        rise(work.order_keys, work.order, i, -(one.actions * 2 * NETS + one.net + NETS), state)
    sort_best_first(work.order_keys, work.order, size)


@kernel
def settle(work: Search, stage: int, last: int, size: int) -> int:
    """Append the extensions that no other makes superfluous; return the new end, or `OUT_OF_SPACE`.

    In order of slots, each of the states with as many actions must be more useful than the one before.
    """
    query, states, order = work.header, work.states, work.order
    first = last
    for i in range(size):
        one = outcome_of(states, order[i])
        parent = states[order[i] * STATE + PARENT]
        option = states[order[i] * STATE + OPTION]
        to = last
        if last > first:
            rival = outcome_of(states, last - 1)
            if rival.actions == one.actions:
                at = (last - 1) * STATE
                if one.value < rival.value:
                    continue
                if one.net == rival.net:
                    to = last - 1
                if one.value == rival.value and (
                    to == last or not goes_first(work, stage, parent, option, states[at + PARENT], states[at + OPTION])
                ):
                    continue
        if to == query[SPACE]:
            return OUT_OF_SPACE
        put(states, to, one, parent, option)
        last = to + 1
    return last


# THE SEARCH


@kernel
def collect(work: Search, chosen: Table, chosen_notes: Table) -> int:
    """Write when each of the first candidates of each run is applied, and its note, in that order; return how many."""
    size = 0
    for run in range(work.header[RUNS]):
        for i in range(work.heads[run]):
            note = work.item_notes[work.runs[run * RUN + BEGIN] + i]
            rise(chosen, chosen_notes, size, turn_of(work, run, i), note)
            size += 1
    sort_best_first(chosen, chosen_notes, size)
    return size


@kernel
def unwind(work: Search, stage: int, state: int, option: int) -> None:
    """Write how many of each run a choice takes."""
    query, states, heads = work.header, work.states, work.heads
    for run in range(query[RUNS]):
        heads[run] = 0
    while stage >= 0:
        run = run_of(work.header, stage)
        if option == ALONE:
            heads[run - 1] = 1
        else:
            heads[run] = option
        option = states[state * STATE + OPTION]
        state = states[state * STATE + PARENT]
        stage -= 1


@kernel
def is_better(work: Search, stage: int, state: int, option: int, whole: Outcome) -> bool:
    """Whether a complete choice is preferred to the best so far."""
    query = work.header
    if whole.value != query[BEST_VALUE]:
        return whole.value > query[BEST_VALUE]
    if whole.actions != query[BEST_COUNT]:
        return whole.actions < query[BEST_COUNT]
    if whole.net != query[BEST_NET]:
        return whole.net < query[BEST_NET]
    return goes_first(work, stage, state, option, query[BEST_STATE], query[BEST_OPTION])


@kernel
def finish(work: Search, stage: int, first: int, last: int) -> bool:
    """Complete every state by some of the last run, and note the best; return whether any fits."""
    query, states = work.header, work.states
    found = False
    run = run_of(work.header, stage)
    delta = delta_of(work.runs, run)
    for state in range(first, last):
        so_far = outcome_of(states, state)
        option = 0
        while True:
            if so_far.net <= query[ROOM]:
                whole = Outcome(so_far.actions, so_far.net, so_far.value - penalty(work.header, so_far.net))
                if not found or is_better(work, stage, state, option, whole):
                    found = True
                    query[BEST_VALUE] = whole.value
                    query[BEST_COUNT] = whole.actions
                    query[BEST_NET] = whole.net
                    query[BEST_STATE] = state
                    query[BEST_OPTION] = option
            elif delta > 0:
                break
            if option == size_of(work.runs, run) or so_far.actions == query[ACTIONS]:
                break
            so_far = with_one(work, so_far, run, option)
            option += 1
    return found


@kernel
def search(work: Search, chosen: Table, chosen_notes: Table) -> int:
    """Find the preferred choice of at most `ACTIONS` candidates that add at most `ROOM` slots.

    It is the one of the greatest worth, then of the fewest actions, then of the fewest slots, then the one that acts
    earlier where they differ.

    Args:
        work: in its header everything before the price is given; and the runs, first the pairs, each its collapse and
            then its expands, then at least one free run, by ascending delta, with keys and notes of their candidates.
        chosen: gets when each chosen candidate is applied, the first one first.
        chosen_notes: gets their notes.

    Returns:
        How many are chosen; `NOT_FOUND`; or `OUT_OF_SPACE`.
    """
    query = work.header
    if query[PAIRS] == 0 and take_at_price(work, 0) <= room_at(work.header, 0):
        # neither room nor target binds: the best candidates of all, of equally useful ones the least dear
        return collect(work, chosen, chosen_notes)
    set_mark(work)
    set_bounds(work)
    put(work.states, 0, Outcome(0, 0, 0), 0, 0)
    first = 0
    last = 1
    stages = query[RUNS] - query[PAIRS]
    for stage in range(stages - 1):
        # while a pair is left, anything may still be added
        row = 0 if stage < query[PAIRS] - 1 else stage - query[PAIRS] + 2
        size = extend(work, stage, row, first, last)
        if size == OUT_OF_SPACE:
            return OUT_OF_SPACE
        sort_extensions(work, size)
        first = last
        last = settle(work, stage, last, size)
        if last == OUT_OF_SPACE:
            return OUT_OF_SPACE
    if not finish(work, stages - 1, first, last):
        return NOT_FOUND
    unwind(work, stages - 1, query[BEST_STATE], query[BEST_OPTION])
    return collect(work, chosen, chosen_notes)
