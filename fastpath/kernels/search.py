"""Exact search for the most useful choice among sorted runs of candidates, as plain loops (clauses KNA-2 to KNA-4).

A *run* is a row of candidates of one kind and one delta, best key first. Of a run only the beginning can be chosen:
whoever takes k of it takes the first k. So a choice is a number for each run, and the search goes through the runs one
by one and keeps a list of *states*, each the best way to spend a number of actions and of slots on the runs so far.

Some runs come in *pairs*: a collapse alone in its run, and the expands of its family's members, which it excludes.
All other runs are free of each other.

What a candidate *gains* is its rank, less what each action costs, plus what its slots are worth on the way to a target;
beyond the target each slot costs twice that. So the sum of the gains less this penalty is, but for a constant, the
utility less the churn and the distance from the target (MUL-1), and without churn and target it is the utility.

A state is dropped if another does no worse with as many actions and no more slots, or if a bound says that nothing
that can still be added makes it as useful as a choice already known. There are at most as many states as numbers of
candidates per run with the sum ``n``: for r runs ``(n + r)! / (n! r!)``, a polynomial in n of degree r, and a geometry
of L levels has at most 2 L runs that are not paired. Each pair extends each state in at most n + 1 ways.

All numbers fit 64 bits. Ranks lie below 2**32 and weights below 2**31, refunds add up to at most 2**26 slots and the
room and the target are less than that in magnitude, so a state that can still end within the room is 2**27 slots or
fewer off and worth less than 2**60. Prices lie below 2**33, and bounds are cut off at 2**61.
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
def key_in(runs: Ints, keys: Ints, run: int, index: int) -> int:
    """The key of one candidate of ``run``."""
    return keys[runs[run * RUN + BEGIN] + index]


@kernel
def turn_of(runs: Ints, keys: Ints, run: int, index: int) -> int:
    """When a candidate is applied, the greater the earlier: collapses, then expands, each by key (KNA-5)."""
    key = key_in(runs, keys, run, index)
    return key + UNBOUNDED if delta_of(runs, run) < 0 else key


@kernel
def gain_of(query: Ints, runs: Ints, keys: Ints, run: int, index: int) -> int:
    """What one candidate of ``run`` gains."""
    return rank_of(key_in(runs, keys, run, index)) - query[CHURN] + query[WEIGHT] * delta_of(runs, run)


@kernel
def penalty(query: Ints, net: int) -> int:
    """What the slots beyond the target cost."""
    return 2 * query[WEIGHT] * max(0, net - query[TARGET])


# BOUNDS


@kernel
def best_head(query: Ints, runs: Ints, keys: Ints, heads: Ints, first: int, last: int, price: int) -> int:
    """The run whose next candidate is worth most after paying for its slots, if more than 0; else -1.

    Of equally good ones it is the first run.
    """
    best = -1
    most = 0
    for run in range(first, last):
        if heads[run] < size_of(runs, run):
            worth = gain_of(query, runs, keys, run, heads[run]) - price * delta_of(runs, run)
            if worth > most:
                most = worth
                best = run
    return best


@kernel
def bound_at(query: Ints, row: int, kind: int) -> int:
    """Where the bounds of one kind begin that hold from ``row`` on; there is one for each number of actions left."""
    return (row * BOUNDS + kind) * (query[ACTIONS] + 1)


@kernel
def bound_worth(
    query: Ints, runs: Ints, keys: Ints, heads: Table, first: int, last: int, price: int, bounds: Table, at: int
) -> None:
    """Write what the best m candidates of some runs are worth together after paying for their slots, for each m."""
    for run in range(first, last):
        heads[run] = 0
    bounds[at] = 0
    for m in range(query[ACTIONS]):
        run = best_head(query, runs, keys, heads, first, last, price)
        bounds[at + m + 1] = bounds[at + m]
        if run >= 0:
            worth = gain_of(query, runs, keys, run, heads[run]) - price * delta_of(runs, run)
            bounds[at + m + 1] = min(bounds[at + m] + worth, HIGHEST_BOUND)
            heads[run] += 1


@kernel
def bound_refunds(query: Ints, runs: Ints, heads: Table, first: int, last: int, bounds: Table, at: int) -> None:
    """Write the most slots that m candidates of some runs can free, for each m."""
    for run in range(first, last):
        heads[run] = 0
    bounds[at] = 0
    for m in range(query[ACTIONS]):
        most = 0
        best = -1
        for run in range(first, last):
            if -delta_of(runs, run) > most and heads[run] < size_of(runs, run):
                most = -delta_of(runs, run)
                best = run
        bounds[at + m + 1] = bounds[at + m] + most
        if best >= 0:
            heads[best] += 1


@kernel
def take_at_price(query: Ints, runs: Ints, keys: Ints, heads: Table, price: int) -> int:
    """Take the candidates of the free runs that are worth most at ``price``; return the slots that they add.

    Leaves how many of each run in ``heads``.
    """
    for run in range(query[RUNS]):
        heads[run] = 0
    net = 0
    for _ in range(query[ACTIONS]):
        run = best_head(query, runs, keys, heads, 2 * query[PAIRS], query[RUNS], price)
        if run < 0:
            break
        heads[run] += 1
        net += delta_of(runs, run)
    return net


@kernel
def room_at(query: Ints, price: int) -> int:
    """The slots that may be added at ``price``: up to the target while a slot beyond it costs more."""
    return min(query[ROOM], query[TARGET]) if price < 2 * query[WEIGHT] else query[ROOM]


@kernel
def dearest(query: Ints, runs: Ints, keys: Ints) -> int:
    """A price of a slot at which no expand of the free runs is worth taking."""
    price = 2 * query[WEIGHT]
    for run in range(2 * query[PAIRS], query[RUNS]):
        if delta_of(runs, run) > 0 and size_of(runs, run) > 0:
            price = max(price, gain_of(query, runs, keys, run, 0) // delta_of(runs, run) + 1)
    return price


@kernel
def set_mark(query: Table, runs: Ints, keys: Ints, heads: Table) -> None:
    """Find the price at which what is taken just fits, and the worth of what is then taken with the rest filled up.

    Pairs are left out, so that what is taken is a choice. If it fits at no price, any worth will do.
    """
    low = -1
    high = dearest(query, runs, keys)
    while high - low > 1:
        middle = (low + high) // 2
        if take_at_price(query, runs, keys, heads, middle) <= room_at(query, middle):
            high = middle
        else:
            low = middle
    query[PRICE] = high
    # a slot up to the target counts at the price, one beyond it as far as the price exceeds what it costs
    query[ALLOWANCE] = min(high, 2 * query[WEIGHT]) * min(query[ROOM], query[TARGET])
    query[ALLOWANCE] += max(0, high - 2 * query[WEIGHT]) * query[ROOM]
    query[MARK_TO_REACH] = -HIGHEST_BOUND
    net = take_at_price(query, runs, keys, heads, high)
    if net > query[ROOM]:
        return
    count = 0
    worth = 0
    for run in range(2 * query[PAIRS], query[RUNS]):
        for i in range(heads[run]):
            worth += gain_of(query, runs, keys, run, i)
        count += heads[run]
    worth -= penalty(query, net)
    for run in range(2 * query[PAIRS], query[RUNS]):
        delta = delta_of(runs, run)
        while heads[run] < size_of(runs, run) and count < query[ACTIONS] and net + delta <= query[ROOM]:
            more = gain_of(query, runs, keys, run, heads[run]) + penalty(query, net) - penalty(query, net + delta)
            if more <= 0:
                break
            worth += more
            heads[run] += 1
            count += 1
            net += delta
    query[MARK_TO_REACH] = worth


@kernel
def set_bounds(query: Ints, runs: Ints, keys: Ints, heads: Table, bounds: Table) -> None:
    """Fill the bounds: row 0 for all runs, row i + 1 for the free runs from the i-th on."""
    first = 2 * query[PAIRS]
    last = query[RUNS]
    for row in range(last - first + 1):
        since = 0 if row == 0 else first + row - 1
        bound_worth(query, runs, keys, heads, since, last, 0, bounds, bound_at(query, row, FREE))
        bound_worth(query, runs, keys, heads, since, last, query[PRICE], bounds, bound_at(query, row, PAID))
        bound_refunds(query, runs, heads, since, last, bounds, bound_at(query, row, REFUND))


@kernel
def can_fit(query: Ints, bounds: Ints, row: int, count: int, net: int) -> bool:
    """Whether a state can still end within the room."""
    return net - bounds[bound_at(query, row, REFUND) + query[ACTIONS] - count] <= query[ROOM]


@kernel
def is_promising(query: Ints, bounds: Ints, row: int, count: int, net: int, value: int) -> bool:
    """Whether a state can still end within the room, and be worth as much as the mark."""
    if not can_fit(query, bounds, row, count, net):
        return False
    left = query[ACTIONS] - count
    if value + bounds[bound_at(query, row, FREE) + left] < query[MARK_TO_REACH]:
        return False
    paid = value - query[PRICE] * net + query[ALLOWANCE]
    return paid + bounds[bound_at(query, row, PAID) + left] >= query[MARK_TO_REACH]


# STATES


@kernel
def run_of(query: Ints, stage: int) -> int:
    """The run that ``stage`` chooses from: the expands of a pair, or a free run."""
    return 2 * stage + 1 if stage < query[PAIRS] else query[PAIRS] + stage


@kernel
def first_apart(query: Ints, runs: Ints, keys: Ints, stage: int, one: int, other: int) -> int:
    """When the earliest candidate is applied that only one of two different options has, negative if ``other`` has."""
    run = run_of(query, stage)
    if one == ALONE or other == ALONE:
        turn = turn_of(runs, keys, run - 1, 0)
        return turn if one == ALONE else -turn
    if one > other:
        return turn_of(runs, keys, run, other)
    return -turn_of(runs, keys, run, one)


@kernel
def goes_first(
    query: Ints,
    runs: Ints,
    keys: Ints,
    states: Ints,
    stage: int,
    one: int,
    one_option: int,
    other: int,
    other_option: int,
) -> bool:
    """Whether of two different choices of equal merit the one goes first: where they differ, it acts earlier.

    Args:
        stage: the stage at which the options are taken.
        one: the state of the one before that.
        other: the state of the other before that.
    """
    latest = 0
    while stage >= 0:
        if one_option != other_option:
            turn = first_apart(query, runs, keys, stage, one_option, other_option)
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
def put(states: Table, at: int, count: int, net: int, value: int, parent: int, option: int) -> None:
    """Write a state."""
    at *= STATE
    states[at + COUNT] = count
    states[at + NET] = net
    states[at + VALUE] = value
    states[at + PARENT] = parent
    states[at + OPTION] = option


@kernel
def extend(
    query: Ints,
    runs: Ints,
    keys: Ints,
    bounds: Ints,
    stage: int,
    row: int,
    states: Table,
    first: int,
    last: int,
) -> int:
    """Write every promising extension of some states by a stage's options; return how many, or `OUT_OF_SPACE`.

    Extensions are written behind the space for states, where there is as much again.
    """
    size = 0
    space = query[SPACE]
    run = run_of(query, stage)
    delta = delta_of(runs, run)
    for state in range(first, last):
        count = states[state * STATE + COUNT]
        net = states[state * STATE + NET]
        value = states[state * STATE + VALUE]
        option = 0
        before = size
        while True:
            if is_promising(query, bounds, row, count, net, value):
                if size == space:
                    return OUT_OF_SPACE
                put(states, space + size, count, net, value, state, option)
                size += 1
            elif size > before or (delta > 0 and not can_fit(query, bounds, row, count, net)):
                # each bound is concave in the option, so what is promising is an interval
                break
            if option == size_of(runs, run) or count == query[ACTIONS]:
                break
            value += gain_of(query, runs, keys, run, option)
            count += 1
            net += delta
            option += 1
        if stage < query[PAIRS] and states[state * STATE + COUNT] < query[ACTIONS]:
            count = states[state * STATE + COUNT] + 1
            net = states[state * STATE + NET] + delta_of(runs, run - 1)
            value = states[state * STATE + VALUE] + gain_of(query, runs, keys, run - 1, 0)
            if is_promising(query, bounds, row, count, net, value):
                if size == space:
                    return OUT_OF_SPACE
                put(states, space + size, count, net, value, state, ALONE)
                size += 1
    return size


@kernel
def sort_extensions(query: Ints, states: Ints, size: int, order_keys: Table, order: Table) -> None:
    """Write the order of the extensions by count, then net."""
    for i in range(size):
        at = (query[SPACE] + i) * STATE
        rise(order_keys, order, i, -(states[at + COUNT] * 2 * NETS + states[at + NET] + NETS), at)
    sort_best_first(order_keys, order, size)


@kernel
def settle(
    query: Ints, runs: Ints, keys: Ints, stage: int, states: Table, last: int, size: int, order: Ints
) -> int:
    """Append the extensions that no other makes superfluous; return the new end, or `OUT_OF_SPACE`.

    In order of slots, each of the states with as many actions must be more useful than the one before.
    """
    first = last
    for i in range(size):
        at = order[i]
        value = states[at + VALUE]
        to = last
        if last > first and states[(last - 1) * STATE + COUNT] == states[at + COUNT]:
            rival = (last - 1) * STATE
            if value < states[rival + VALUE]:
                continue
            if states[at + NET] == states[rival + NET]:
                to = last - 1
            if value == states[rival + VALUE] and (
                to == last
                or not goes_first(
                    query,
                    runs,
                    keys,
                    states,
                    stage,
                    states[at + PARENT],
                    states[at + OPTION],
                    states[rival + PARENT],
                    states[rival + OPTION],
                )
            ):
                continue
        if to == query[SPACE]:
            return OUT_OF_SPACE
        put(states, to, states[at + COUNT], states[at + NET], value, states[at + PARENT], states[at + OPTION])
        last = to + 1
    return last


# THE SEARCH


@kernel
def collect(query: Ints, runs: Ints, keys: Ints, notes: Ints, heads: Ints, chosen: Table, chosen_notes: Table) -> int:
    """Write when each of the first candidates of each run is applied, and its note, in that order; return how many."""
    size = 0
    for run in range(query[RUNS]):
        for i in range(heads[run]):
            rise(chosen, chosen_notes, size, turn_of(runs, keys, run, i), notes[runs[run * RUN + BEGIN] + i])
            size += 1
    sort_best_first(chosen, chosen_notes, size)
    return size


@kernel
def unwind(query: Ints, states: Ints, stage: int, state: int, option: int, heads: Table) -> None:
    """Write how many of each run a choice takes."""
    for run in range(query[RUNS]):
        heads[run] = 0
    while stage >= 0:
        run = run_of(query, stage)
        if option == ALONE:
            heads[run - 1] = 1
        else:
            heads[run] = option
        option = states[state * STATE + OPTION]
        state = states[state * STATE + PARENT]
        stage -= 1


@kernel
def is_better(
    query: Ints,
    runs: Ints,
    keys: Ints,
    states: Ints,
    stage: int,
    state: int,
    option: int,
    count: int,
    net: int,
    value: int,
) -> bool:
    """Whether a complete choice is preferred to the best so far."""
    if value != query[BEST_VALUE]:
        return value > query[BEST_VALUE]
    if count != query[BEST_COUNT]:
        return count < query[BEST_COUNT]
    if net != query[BEST_NET]:
        return net < query[BEST_NET]
    return goes_first(query, runs, keys, states, stage, state, option, query[BEST_STATE], query[BEST_OPTION])


@kernel
def finish(query: Table, runs: Ints, keys: Ints, states: Ints, stage: int, first: int, last: int) -> bool:
    """Complete every state by some of the last run, and note the best; return whether any fits."""
    found = False
    run = run_of(query, stage)
    delta = delta_of(runs, run)
    for state in range(first, last):
        count = states[state * STATE + COUNT]
        net = states[state * STATE + NET]
        gained = states[state * STATE + VALUE]
        option = 0
        while True:
            if net <= query[ROOM]:
                value = gained - penalty(query, net)
                if not found or is_better(query, runs, keys, states, stage, state, option, count, net, value):
                    found = True
                    query[BEST_VALUE] = value
                    query[BEST_COUNT] = count
                    query[BEST_NET] = net
                    query[BEST_STATE] = state
                    query[BEST_OPTION] = option
            elif delta > 0:
                break
            if option == size_of(runs, run) or count == query[ACTIONS]:
                break
            gained += gain_of(query, runs, keys, run, option)
            count += 1
            net += delta
            option += 1
    return found


@kernel
def search(
    query: Table,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    heads: Table,
    bounds: Table,
    states: Table,
    order_keys: Table,
    order: Table,
    chosen: Table,
    chosen_notes: Table,
) -> int:
    """Find the preferred choice of at most `ACTIONS` candidates that add at most `ROOM` slots.

    It is the one of the greatest worth, then of the fewest actions, then of the fewest slots, then the one that acts
    earlier where they differ.

    Args:
        query: everything before the price is given; the rest is work space, as are the other tables from
            ``heads`` to ``order``.
        runs: first the pairs, each its collapse and then its expands, then at least one free run, by ascending delta.
        keys: the candidates' keys.
        notes: the candidates' notes.
        states: of twice the space.
        chosen: gets when each chosen candidate is applied, the first one first.
        chosen_notes: gets their notes.

    Returns:
        How many are chosen; `NOT_FOUND`; or `OUT_OF_SPACE`.
    """
    if query[PAIRS] == 0 and take_at_price(query, runs, keys, heads, 0) <= room_at(query, 0):
        # neither room nor target binds: the best candidates of all, of equally useful ones the least dear
        return collect(query, runs, keys, notes, heads, chosen, chosen_notes)
    set_mark(query, runs, keys, heads)
    set_bounds(query, runs, keys, heads, bounds)
    put(states, 0, 0, 0, 0, 0, 0)
    first = 0
    last = 1
    stages = query[RUNS] - query[PAIRS]
    for stage in range(stages - 1):
        # while a pair is left, anything may still be added
        row = 0 if stage < query[PAIRS] - 1 else stage - query[PAIRS] + 2
        size = extend(query, runs, keys, bounds, stage, row, states, first, last)
        if size == OUT_OF_SPACE:
            return OUT_OF_SPACE
        sort_extensions(query, states, size, order_keys, order)
        first = last
        last = settle(query, runs, keys, stage, states, last, size, order)
        if last == OUT_OF_SPACE:
            return OUT_OF_SPACE
    if not finish(query, runs, keys, states, stages - 1, first, last):
        return NOT_FOUND
    unwind(query, states, stages - 1, query[BEST_STATE], query[BEST_OPTION], heads)
    return collect(query, runs, keys, notes, heads, chosen, chosen_notes)
