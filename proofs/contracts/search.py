"""Contracts of `focalloc.fastpath.kernels.search`: runs, prices, bounds and states lie in their tables."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

RUNS_TOLD = """
            len(header) >= QUERY
            are_runs(header, runs, len(item_keys))
"""
"""What reading a candidate of a run needs."""

HEADS_TOLD = f"""{RUNS_TOLD}
            header[RUNS] <= len(heads)
            0 <= header[ACTIONS] <= 2**26
            are_costs(header)
            are_ranks(runs, item_keys, header[RUNS])
"""
"""What taking candidates from runs needs."""

OF_RUN = """
            0 <= run < header[RUNS]
            0 <= index
            index < runs[run * RUN + SIZE]
"""

STATED = f"""{RUNS_TOLD}
            0 <= header[RUNS]
            are_costs(header)
            are_ranks(runs, item_keys, header[RUNS])
            are_few(header, runs)
"""
"""What adding up what candidates come to needs."""

SUMS = """
            over_bound(2**26, max(1, header[ACTIONS]))
            over_times(2**26, max(1, header[ACTIONS]))
            places_product(so_far.actions, 2**26 // max(1, header[ACTIONS]))
"""

FILLING = "heads[run] < size_of(work.runs, run) and count < query[ACTIONS] and (net + delta <= query[ROOM])"
"""While what a choice may be filled up with is left."""

REACHED = """
                    0 <= count <= header[ACTIONS]
                    net <= header[ROOM]
                    -2**53 - count * 2**26 <= net
                    magnitude(worth + 2 * header[WEIGHT] * max(0, net - header[TARGET]))
                        <= count * 2**35 + count * (2**26 // max(1, header[ACTIONS])) * 2**31
                    all(0 <= heads[r] for r in range(header[RUNS]))
                    all(heads[r] <= runs[r * RUN + SIZE] for r in range(header[RUNS]))
                    kept_from(heads, old(heads), header[RUNS])
"""
"""What a choice comes to that is filled up while there is room."""

CHOSEN = f"""{RUNS_TOLD}
            are_stages(header)
            are_ranks(runs, item_keys, header[RUNS])
            0 <= stage < header[RUNS] - header[PAIRS]
"""
"""What comparing choices needs."""

BEST = """
                    only(header, BEST_VALUE, BEST_COUNT, BEST_NET, BEST_STATE, BEST_OPTION)
                    implies(found, first <= header[BEST_STATE] and header[BEST_STATE] < last)
                    implies(found, header[BEST_NET] <= header[ROOM])
                    implies(found, depth(states, header[BEST_STATE]) == stage)
                    implies(found, is_option(header, runs, stage, header[BEST_OPTION]))
                    implies(found, states[header[BEST_STATE] * STATE + NET]
                        + adds(header, runs, stage, header[BEST_OPTION]) == header[BEST_NET])
                    implies(found, states[header[BEST_STATE] * STATE + COUNT] + acts(header[BEST_OPTION])
                        <= header[ACTIONS])
"""
"""What is known of the best choice so far."""

CONTRACTS = [
    contract(
        "delta_of",
        whole=True,
        seen_through=True,
        needs="""
            0 <= run < 2**40
            run * RUN + RUN <= len(runs)
        """,
        gives="result == runs[run * RUN + DELTA]",
    ),
    contract(
        "size_of",
        whole=True,
        seen_through=True,
        needs="""
            0 <= run < 2**40
            run * RUN + RUN <= len(runs)
        """,
        gives="result == runs[run * RUN + SIZE]",
    ),
    contract(
        "key_in",
        whole=True,
        needs=f"""{RUNS_TOLD}{OF_RUN}""",
        gives="result == item_keys[runs[run * RUN + BEGIN] + index]",
        opens="runs[run * RUN + SIZE] + runs[run * RUN + BEGIN] <= len(item_keys)",
    ),
    contract(
        "turn_of",
        whole=True,
        needs=f"""{RUNS_TOLD}{OF_RUN}            are_ranks(runs, item_keys, header[RUNS])
        """,
        gives="""
            result == item_keys[runs[run * RUN + BEGIN] + index] + (UNBOUNDED if runs[run * RUN + DELTA] < 0 else 0)
            -2**60 <= result <= 2**62
        """,
        opens="""
            runs[run * RUN + SIZE] + runs[run * RUN + BEGIN] <= len(item_keys)
            rank_at(runs, item_keys, header[RUNS], run, index)
        """,
    ),
    contract(
        "gain_of",
        whole=True,
        needs=f"""{RUNS_TOLD}{OF_RUN}            are_costs(header)
            are_ranks(runs, item_keys, header[RUNS])
        """,
        gives="""
            result == gain_at(work, run, index)
            -2**34 - LIMIT <= rank_of(item_keys[runs[run * RUN + BEGIN] + index]) - header[CHURN] <= 2**34
            -2**58 <= result <= 2**58
        """,
        opens="""
            runs[run * RUN + SIZE] + runs[run * RUN + BEGIN] <= len(item_keys)
            rank_at(runs, item_keys, header[RUNS], run, index)
            -2**26 <= runs[run * RUN + DELTA] <= 2**26
            slots_product(header[WEIGHT] - header[RECOMPUTE], runs[run * RUN + DELTA])
        """,
    ),
    contract(
        "penalty",
        whole=True,
        needs="""
            len(query) >= QUERY
            0 <= query[WEIGHT] <= LIMIT
            -2**28 <= query[TARGET] <= 2**28
            -2**60 <= net <= 2**28
        """,
        gives="""
            result == 2 * query[WEIGHT] * max(0, net - query[TARGET])
            0 <= result <= 2**62
        """,
        opens="penalty_product(2 * query[WEIGHT], max(0, net - query[TARGET]))",
    ),
    contract(
        "best_head",
        needs=f"""{HEADS_TOLD}
            0 <= first <= last
            last <= header[RUNS]
            -2**35 <= price <= 2**35
            all(0 <= heads[r] for r in range(first, last))
        """,
        gives="""
            result == -1 or (first <= result and result < last)
            implies(result != -1, heads[result] < runs[result * RUN + SIZE])
            implies(result != -1, gain_at(work, result, heads[result]) > price * runs[result * RUN + DELTA])
        """,
        loops={
            "for run in range(first, last)": loop(
                keeps="""
                    0 <= most
                    best == -1 or (first <= best and best < run)
                    implies(best != -1, heads[best] < runs[best * RUN + SIZE])
                    implies(best != -1, most > 0)
                    implies(best != -1, most == gain_at(work, best, heads[best]) - price * runs[best * RUN + DELTA])
                """
            )
        },
        before={
            "worth = gain_of": """
                -2**26 <= runs[run * RUN + DELTA] <= 2**26
                price_product(price, runs[run * RUN + DELTA])
            """
        },
    ),
    contract(
        "bound_at",
        needs="""
            len(query) >= QUERY
            0 <= row <= 2**20
            0 <= kind < BOUNDS
            0 <= query[ACTIONS] <= 2**26
        """,
        gives="""
            result == (row * BOUNDS + kind) * (query[ACTIONS] + 1)
            0 <= result <= 2**52
        """,
        opens="rows_product(row * BOUNDS + kind, query[ACTIONS] + 1)",
    ),
    contract(
        "bound_worth",
        needs=f"""{HEADS_TOLD}
            0 <= first <= last
            last <= header[RUNS]
            -2**35 <= price <= 2**35
            0 <= at
            at + header[ACTIONS] < len(bounds)
        """,
        writes="heads bounds",
        gives="""
            kept_outside(bounds, old(bounds), at, at + header[ACTIONS] + 1)
            kept_outside(heads, old(heads), first, last)
            within(bounds, at, at + header[ACTIONS] + 1, 0, HIGHEST_BOUND)
        """,
        loops={
            "for run in range(first, last)": loop(
                keeps="""
                    all(heads[r] == 0 for r in range(first, run))
                    kept_outside(heads, old(heads), first, last)
                """
            ),
            "for m in range(query[ACTIONS])": loop(
                keeps="""
                    within(bounds, at, at + m + 1, 0, HIGHEST_BOUND)
                    all(0 <= heads[r] <= m for r in range(first, last))
                    kept_outside(bounds, old(bounds), at, at + header[ACTIONS] + 1)
                    kept_outside(heads, old(heads), first, last)
                """
            ),
        },
        before={
            "worth = gain_of": """
                -2**26 <= runs[run * RUN + DELTA] <= 2**26
                price_product(price, runs[run * RUN + DELTA])
            """
        },
    ),
    contract(
        "bound_refunds",
        needs=f"""{HEADS_TOLD}
            0 <= first <= last
            last <= header[RUNS]
            0 <= at
            at + header[ACTIONS] < len(bounds)
        """,
        writes="heads bounds",
        gives="""
            kept_outside(bounds, old(bounds), at, at + header[ACTIONS] + 1)
            kept_outside(heads, old(heads), first, last)
            within(bounds, at, at + header[ACTIONS] + 1, 0, 2**52)
        """,
        loops={
            "for run in range(first, last)": loop(
                keeps="""
                    all(heads[r] == 0 for r in range(first, run))
                    kept_outside(heads, old(heads), first, last)
                """
            ),
            "for m in range(query[ACTIONS])": loop(
                keeps="""
                    within(bounds, at, at + m + 1, 0, 2**52)
                    bounds[at + m] <= m * 2**26
                    kept_outside(bounds, old(bounds), at, at + header[ACTIONS] + 1)
                    kept_outside(heads, old(heads), first, last)
                    all(0 <= heads[r] <= m for r in range(first, last))
                """
            ),
            "for run in range(first, last) #2": loop(
                keeps="""
                    0 <= most <= 2**26
                    best == -1 or (first <= best and best < run)
                    implies(best != -1, heads[best] < runs[best * RUN + SIZE])
                """,
                opens="-2**26 <= runs[run * RUN + DELTA] <= 2**26",
            ),
        },
    ),
    contract(
        "take_at_price",
        needs=f"""{HEADS_TOLD}
            0 <= header[PAIRS]
            2 * header[PAIRS] <= header[RUNS]
            -2**35 <= price <= 2**35
        """,
        writes="heads",
        gives="""
            -2**52 <= result <= 2**52
            are_heads(header, runs, heads)
            result == added_by(runs, heads, header[RUNS])
            0 <= sum_of(heads, 2 * header[PAIRS], header[RUNS] - 2 * header[PAIRS]) <= header[ACTIONS]
            kept_from(heads, old(heads), header[RUNS])
        """,
        loops={
            "for run in range(query[RUNS])": loop(
                keeps="""
                    all(heads[r] == 0 for r in range(run))
                    kept_from(heads, old(heads), header[RUNS])
                """
            ),
            "for _ in range(query[ACTIONS])": loop(
                keeps="""
                    all(0 <= heads[r] <= _ for r in range(header[RUNS]))
                    all(heads[r] <= runs[r * RUN + SIZE] for r in range(header[RUNS]))
                    -2**26 * _ <= net <= 2**26 * _
                    sum_of(heads, 2 * header[PAIRS], header[RUNS] - 2 * header[PAIRS]) == _
                    net == added_by(runs, heads, header[RUNS])
                    kept_from(heads, old(heads), header[RUNS])
                """
            ),
        },
        before={
            "net = 0": """
                sum_nothing(heads, 2 * header[PAIRS], header[RUNS] - 2 * header[PAIRS])
                added_nothing(runs, heads, header[RUNS])
            """,
            "net += delta_of": """
                -2**26 <= runs[run * RUN + DELTA] <= 2**26
                added_up(runs, prior(heads), heads, run, header[RUNS])
            """,
        },
    ),
    contract(
        "room_at",
        whole=True,
        needs="""
            len(query) >= QUERY
            0 <= query[WEIGHT] <= LIMIT
        """,
        gives="result == (min(query[ROOM], query[TARGET]) if price < 2 * query[WEIGHT] else query[ROOM])",
    ),
    contract(
        "dearest",
        needs=f"""{HEADS_TOLD}
            0 <= header[PAIRS]
            2 * header[PAIRS] <= header[RUNS]
        """,
        gives="0 <= result <= 2**35",
        loops={
            "for run in range(2 * query[PAIRS], query[RUNS])": loop(
                keeps="0 <= price <= 2**35",
                opens="""
                    over_far(gain_at(work, run, 0), runs[run * RUN + DELTA])
                    price_bound(rank_of(item_keys[runs[run * RUN + BEGIN] + 0]) - header[CHURN],
                        header[WEIGHT] - header[RECOMPUTE], runs[run * RUN + DELTA])
                """,
            )
        },
    ),
    contract(
        "set_mark",
        needs=f"""{STATED}
            header[RUNS] <= len(heads)
            0 <= header[PAIRS]
            2 * header[PAIRS] <= header[RUNS]
            -2**26 <= header[ROOM] <= 2**26
            -2**28 <= header[TARGET] <= 2**28
        """,
        writes="header heads",
        gives="""
            only(header, PRICE, ALLOWANCE, MARK_TO_REACH)
            0 <= header[PRICE] <= 2**35
            -2**62 <= header[ALLOWANCE] <= 2**61 + 2**58
            kept_from(heads, old(heads), header[RUNS])
        """,
        loops={
            "while high - low > 1 + high // (16 * query[ACTIONS] + 1)": loop(
                keeps="""
                    -1 <= low < high
                    high <= 2**35
                    0 <= high // (16 * header[ACTIONS] + 1) <= high
                    kept_from(heads, old(heads), header[RUNS])
                """,
                falls="high - low",
                closes="over_bound(high, 16 * header[ACTIONS] + 1)",
            ),
            "for run in range(2 * query[PAIRS], query[RUNS])": loop(
                keeps="""
                    count == sum_of(heads, 2 * header[PAIRS], run - 2 * header[PAIRS])
                    0 <= count <= header[ACTIONS]
                    magnitude(worth) <= count * 2**35 + count * (2**26 // max(1, header[ACTIONS])) * 2**31
                """,
                opens="""
                    sum_one_more(heads, 2 * header[PAIRS], run - 2 * header[PAIRS] + 1)
                    sum_grows(heads, 2 * header[PAIRS], run - 2 * header[PAIRS] + 1, header[RUNS] - 2 * header[PAIRS])
                    over_bound(2**26, max(1, header[ACTIONS]))
                    over_times(2**26, max(1, header[ACTIONS]))
                """,
            ),
            "for i in range(heads[run])": loop(
                keeps="""
                    magnitude(worth) <= (count + i) * 2**35
                        + (count + i) * (2**26 // max(1, header[ACTIONS])) * 2**31
                """,
                opens="""
                    -(2**26 // max(1, header[ACTIONS])) <= runs[run * RUN + DELTA]
                        and runs[run * RUN + DELTA] <= 2**26 // max(1, header[ACTIONS])
                    weight_of_slots(header[WEIGHT] - header[RECOMPUTE], runs[run * RUN + DELTA],
                        2**26 // max(1, header[ACTIONS]))
                    product_next(count + i, 2**26 // max(1, header[ACTIONS]))
                    product_grows(count + i, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
                """,
            ),
            "for run in range(2 * query[PAIRS], query[RUNS]) #2": loop(
                keeps=REACHED,
            ),
            f"while {FILLING}": loop(
                keeps=REACHED,
                falls="header[ACTIONS] - count",
                opens="""
                    over_bound(2**26, max(1, header[ACTIONS]))
                    over_times(2**26, max(1, header[ACTIONS]))
                    -(2**26 // max(1, header[ACTIONS])) <= runs[run * RUN + DELTA]
                        and runs[run * RUN + DELTA] <= 2**26 // max(1, header[ACTIONS])
                    weight_of_slots(header[WEIGHT] - header[RECOMPUTE], runs[run * RUN + DELTA],
                        2**26 // max(1, header[ACTIONS]))
                    product_next(count, 2**26 // max(1, header[ACTIONS]))
                    product_grows(count, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
                """,
            ),
        },
        before={
            "while high - low": "over_bound(high, 16 * header[ACTIONS] + 1)",
            "query[ALLOWANCE] = min": """
                allowance_product(min(high, 2 * header[WEIGHT]), min(header[ROOM], header[TARGET]))
                price_product(max(0, high - 2 * header[WEIGHT]), header[ROOM])
            """,
            "count = 0": """
                sum_none(heads, 2 * header[PAIRS], 0)
                times_nothing(0, 2**26 // max(1, header[ACTIONS]))
            """,
            "worth -= penalty": """
                over_bound(2**26, max(1, header[ACTIONS]))
                over_times(2**26, max(1, header[ACTIONS]))
                most_of_all(count, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
            """,
            "query[MARK_TO_REACH] = worth": """
                over_bound(2**26, max(1, header[ACTIONS]))
                over_times(2**26, max(1, header[ACTIONS]))
                most_of_all(count, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
            """,
        },
    ),
    contract(
        "set_bounds",
        needs=f"""{HEADS_TOLD}
            0 <= header[PAIRS]
            2 * header[PAIRS] < header[RUNS]
            -2**35 <= header[PRICE] <= 2**35
            header[RUNS] - 2 * header[PAIRS] <= 2**18
            ((header[RUNS] - 2 * header[PAIRS] + 1) * BOUNDS) * (header[ACTIONS] + 1) <= len(bounds)
        """,
        writes="heads bounds",
        gives="""
            within(bounds, max(0, 2 - header[PAIRS]) * BOUNDS * (header[ACTIONS] + 1),
                (header[RUNS] - 2 * header[PAIRS] + 1) * BOUNDS * (header[ACTIONS] + 1), 0, HIGHEST_BOUND)
            kept_from(heads, old(heads), header[RUNS])
        """,
        loops={
            "for row in range(max(0, 2 - query[PAIRS]), last - first + 1)": loop(
                keeps="""
                    within(bounds, max(0, 2 - header[PAIRS]) * BOUNDS * (header[ACTIONS] + 1),
                        row * BOUNDS * (header[ACTIONS] + 1), 0, HIGHEST_BOUND)
                    kept_from(heads, old(heads), header[RUNS])
                """,
                opens="""
                    product_grows(row * BOUNDS + FREE, (header[RUNS] - 2 * header[PAIRS] + 1) * BOUNDS,
                        header[ACTIONS] + 1)
                    product_grows(row * BOUNDS + PAID, (header[RUNS] - 2 * header[PAIRS] + 1) * BOUNDS,
                        header[ACTIONS] + 1)
                    product_grows(row * BOUNDS + REFUND, (header[RUNS] - 2 * header[PAIRS] + 1) * BOUNDS,
                        header[ACTIONS] + 1)
                    product_next(row * BOUNDS + FREE, header[ACTIONS] + 1)
                    product_next(row * BOUNDS + PAID, header[ACTIONS] + 1)
                    product_next(row * BOUNDS + REFUND, header[ACTIONS] + 1)
                    product_positive(row * BOUNDS, header[ACTIONS] + 1)
                """,
            )
        },
    ),
    contract(
        "can_fit",
        whole=True,
        truth=True,
        needs="""
            len(header) >= QUERY
            0 <= row <= 2**20
            0 <= header[ACTIONS] <= 2**26
            0 <= count <= header[ACTIONS]
            (row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] < len(bounds)
            0 <= bounds[(row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] - count] <= HIGHEST_BOUND
            -2**60 <= net <= 2**60
        """,
        gives="""
            result == (net - bounds[(row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] - count]
                <= header[ROOM])
        """,
    ),
    contract(
        "is_promising",
        truth=True,
        needs="""
            len(header) >= QUERY
            0 <= row <= 2**20
            0 <= header[ACTIONS] <= 2**24
            comes_to(so_far, header)
            0 <= header[PRICE] <= 2**35
            -2**62 <= header[ALLOWANCE] <= 2**61 + 2**58
            (row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] < len(bounds)
            within(bounds, (row * BOUNDS + FREE) * (header[ACTIONS] + 1),
                (row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] + 1, 0, HIGHEST_BOUND)
        """,
        gives="""
            implies(result, so_far.net - bounds[(row * BOUNDS + REFUND) * (header[ACTIONS] + 1)
                + header[ACTIONS] - so_far.actions] <= header[ROOM])
        """,
        opens=SUMS
        + """
            price_product(header[PRICE], so_far.net)
            rows_product(row * BOUNDS + FREE, header[ACTIONS] + 1)
            product_next(row * BOUNDS + FREE, header[ACTIONS] + 1)
            product_next(row * BOUNDS + PAID, header[ACTIONS] + 1)
            most_of_all(so_far.actions, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
        """,
    ),
    contract(
        "run_of",
        whole=True,
        needs="""
            len(query) >= QUERY
            0 <= stage < 2**40
            0 <= query[PAIRS] < 2**40
        """,
        gives="result == (2 * stage + 1 if stage < query[PAIRS] else query[PAIRS] + stage)",
    ),
    contract(
        "first_apart",
        needs=f"""{RUNS_TOLD}
            are_stages(header)
            are_ranks(runs, item_keys, header[RUNS])
            0 <= stage < header[RUNS] - header[PAIRS]
            one != other
            -1 <= one <= runs[(2 * stage + 1 if stage < header[PAIRS] else header[PAIRS] + stage) * RUN + SIZE]
            -1 <= other <= runs[(2 * stage + 1 if stage < header[PAIRS] else header[PAIRS] + stage) * RUN + SIZE]
            implies(one == ALONE or other == ALONE, stage < header[PAIRS])
            implies(one == ALONE or other == ALONE, runs[2 * stage * RUN + SIZE] >= 1)
        """,
        gives="-2**62 <= result <= 2**62",
    ),
    contract(
        "goes_first",
        truth=True,
        needs=f"""{CHOSEN}
            0 <= one
            0 <= other
            max(one, other) < 2**40
            (max(one, other) + 1) * STATE <= len(states)
            led(header, runs, states, max(one, other) + 1)
            depth(states, one) == stage
            depth(states, other) == stage
            is_option(header, runs, stage, one_option)
            is_option(header, runs, stage, other_option)
        """,
        loops={
            "while stage >= 0": loop(
                keeps="""
                    0 <= stage <= old(stage)
                    -2**62 <= latest <= 2**62
                    0 <= one <= old(one)
                    0 <= other <= old(other)
                    depth(states, one) == stage
                    depth(states, other) == stage
                    is_option(header, runs, stage, one_option)
                    is_option(header, runs, stage, other_option)
                """,
                falls="stage",
                opens="""
                    depth_positive(states, max(one, other) + 1)
                    led_at(header, runs, states, old(max(one, other)) + 1, one)
                    led_at(header, runs, states, old(max(one, other)) + 1, other)
                """,
            )
        },
    ),
    contract(
        "put",
        whole=True,
        needs="""
            0 <= at < 2**40
            at * STATE + STATE <= len(states)
        """,
        writes="states",
        gives="""
            kept_outside(states, old(states), old(at) * STATE, old(at) * STATE + STATE)
            states[old(at) * STATE + COUNT] == so_far.actions
            states[old(at) * STATE + NET] == so_far.net
            states[old(at) * STATE + VALUE] == so_far.value
            states[old(at) * STATE + PARENT] == parent
            states[old(at) * STATE + OPTION] == option
        """,
    ),
    contract(
        "outcome_of",
        seen_through=True,
        needs="""
            0 <= state < 2**40
            state * STATE + STATE <= len(states)
        """,
    ),
    contract(
        "with_one",
        whole=True,
        needs=f"""{STATED}{OF_RUN}
            comes_to(so_far, header)
            so_far.actions < header[ACTIONS]
        """,
        gives="""
            comes_to(result, header)
            result.actions == so_far.actions + 1
            result.net == so_far.net + runs[run * RUN + DELTA]
            result.value == so_far.value + gain_at(work, run, index)
        """,
        opens=SUMS
        + """
            -(2**26 // max(1, header[ACTIONS])) <= runs[run * RUN + DELTA] <= 2**26 // max(1, header[ACTIONS])
            slots_product(header[WEIGHT] - header[RECOMPUTE], runs[run * RUN + DELTA])
            product_next(so_far.actions, 2**26 // max(1, header[ACTIONS]))
            weight_of_slots(header[WEIGHT] - header[RECOMPUTE], runs[run * RUN + DELTA],
                2**26 // max(1, header[ACTIONS]))
            product_grows(so_far.actions, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
        """,
    ),
    contract(
        "extend",
        needs=f"""{STATED}{CHOSEN}
            0 <= row <= 2**20
            0 <= header[PRICE] <= 2**35
            -2**62 <= header[ALLOWANCE] <= 2**61 + 2**58
            (row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] < len(bounds)
            within(bounds, (row * BOUNDS + FREE) * (header[ACTIONS] + 1),
                (row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] + 1, 0, HIGHEST_BOUND)
            0 <= header[SPACE] < 2**36
            2 * header[SPACE] * STATE <= len(states)
            0 <= first <= last
            last <= header[SPACE]
            are_outcomes(header, states, first, last)
            are_at(states, first, last, stage)
            led(header, runs, states, last)
            implies(stage < header[PAIRS], runs[2 * stage * RUN + SIZE] >= 1)
        """,
        writes="states",
        gives="""
            result == OUT_OF_SPACE or 0 <= result <= header[SPACE]
            kept_outside(states, old(states), header[SPACE] * STATE, 2 * header[SPACE] * STATE)
            grown(header, runs, states, states, header[SPACE], header[SPACE] + result, last, stage)
            led(header, runs, states, last)
        """,
        opens="grown_none(header, runs, states, states, header[SPACE], header[SPACE] + 0, last, stage)",
        closes="""
            grown_none(header, runs, states, states, header[SPACE], header[SPACE] + OUT_OF_SPACE, last, stage)
            grown_from(header, runs, old(states), states, header[SPACE], header[SPACE] + size, last, stage)
            led_alike(header, runs, old(states), states, last)
        """,
        loops={
            "for state in range(first, last)": loop(
                keeps="""
                    0 <= size <= header[SPACE]
                    kept_outside(states, old(states), header[SPACE] * STATE, 2 * header[SPACE] * STATE)
                    grown(header, runs, states, old(states), header[SPACE], header[SPACE] + size, last, stage)
                """,
                opens="""
                    here(state) == state
                    depth(old(states), state) == stage
                    old(states)[state * STATE + COUNT] == states[state * STATE + COUNT]
                    old(states)[state * STATE + NET] == states[state * STATE + NET]
                """,
            ),
            "while True": loop(
                keeps="""
                    0 <= size <= header[SPACE]
                    0 <= option <= runs[run * RUN + SIZE]
                    comes_to(so_far, header)
                    so_far.actions == begun.actions + option
                    so_far.net == begun.net + option * delta
                    kept_outside(states, old(states), header[SPACE] * STATE, 2 * header[SPACE] * STATE)
                    grown(header, runs, states, old(states), header[SPACE], header[SPACE] + size, last, stage)
                """,
                falls="runs[run * RUN + SIZE] - option",
                opens=SUMS
                + """
            product_next(option, delta)
            most_of_all(so_far.actions, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
            rows_product(row * BOUNDS + FREE, header[ACTIONS] + 1)
            product_next(row * BOUNDS + FREE, header[ACTIONS] + 1)
            product_next(row * BOUNDS + PAID, header[ACTIONS] + 1)
                """,
            ),
        },
        before={
            "while True": "times_nothing(0, delta)",
            "size += 1": """
                grown_kept(header, runs, prior(states), states, old(states), header[SPACE], header[SPACE] + size,
                    last, stage)
                grown_more(header, runs, states, old(states), header[SPACE], header[SPACE] + size, last, stage)
            """,
        },
    ),
    contract(
        "sort_extensions",
        needs="""
            len(header) >= QUERY
            0 <= size < 2**36
            0 <= header[SPACE] < 2**36
            (header[SPACE] + size) * STATE <= len(states)
            size <= len(order_keys)
            size <= len(order)
            0 <= header[ACTIONS] <= 2**24
            are_outcomes(header, states, header[SPACE], header[SPACE] + size)
        """,
        writes="order_keys order",
        gives="""
            falling(order_keys, 0, size)
            all(header[SPACE] <= order[i] and order[i] < header[SPACE] + size for i in range(size))
            kept_from(order, old(order), size)
            kept_from(order_keys, old(order_keys), size)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    heap(order_keys, i)
                    notes_within(order_keys, order, i, header[SPACE], header[SPACE] + i - 1)
                    kept_from(order, old(order), size)
                    kept_from(order_keys, old(order_keys), size)
                """,
                opens="""
                    here(header[SPACE] + i) == header[SPACE] + i
                    over_bound(2**26, max(1, header[ACTIONS]))
                    places_product(states[(header[SPACE] + i) * STATE + COUNT], 2**26 // max(1, header[ACTIONS]))
                """,
            )
        },
        closes="notes_in(order_keys, order, size, size, header[SPACE], header[SPACE] + size - 1)",
    ),
    contract(
        "settle",
        needs=f"""{CHOSEN}
            0 <= header[SPACE] < 2**36
            2 * header[SPACE] * STATE <= len(states)
            0 <= size <= header[SPACE]
            size <= len(order)
            1 <= last <= header[SPACE]
            all(header[SPACE] <= order[i] and order[i] < header[SPACE] + size for i in range(size))
            led(header, runs, states, last)
            grown(header, runs, states, states, header[SPACE], header[SPACE] + size, last, stage)
        """,
        writes="states",
        gives="""
            result == OUT_OF_SPACE or old(last) <= result <= header[SPACE]
            kept_outside(states, old(states), old(last) * STATE, header[SPACE] * STATE)
            are_outcomes(header, states, old(last), result)
            led(header, runs, states, result)
            are_at(states, old(last), result, stage + 1)
        """,
        opens="grown_none(header, runs, states, states, last, last, last, stage)",
        closes="""
            led_further(header, runs, old(states), states, old(last), result, stage)
            led_one(header, runs, states, OUT_OF_SPACE)
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    first <= last <= header[SPACE]
                    kept_outside(states, old(states), first * STATE, header[SPACE] * STATE)
                    grown(header, runs, states, old(states), first, last, first, stage)
                """,
                opens="""
                    states[order[i] * STATE + COUNT] == old(states)[order[i] * STATE + COUNT]
                    states[order[i] * STATE + NET] == old(states)[order[i] * STATE + NET]
                    states[order[i] * STATE + PARENT] == old(states)[order[i] * STATE + PARENT]
                    grown_at(header, runs, old(states), old(states), header[SPACE], header[SPACE] + size, first, stage,
                        order[i])
                """,
            )
        },
        before={
            "if one.value == rival.value and": """
                led_alike(header, runs, old(states), states, first)
                led_depth(header, runs, old(states), states, first)
                led_less(header, runs, states, max(parent, states[at + PARENT]) + 1, first)
                grown_at(header, runs, states, old(states), first, last, first, stage, last - 1)
            """,
            "put(states": "grown_less(header, runs, states, old(states), first, last, to, first, stage)",
            "last = to + 1": """
                grown_kept(header, runs, prior(states), states, old(states), first, to, first, stage)
                grown_more(header, runs, states, old(states), first, to, first, stage)
            """,
        },
    ),
    contract(
        "collect",
        whole=True,
        needs=f"""{RUNS_TOLD}
            header[RUNS] <= len(heads)
            len(item_keys) <= len(item_notes)
            are_ranks(runs, item_keys, header[RUNS])
            are_heads(header, runs, heads)
            sum_of(heads, 0, header[RUNS]) <= len(chosen)
            sum_of(heads, 0, header[RUNS]) <= len(chosen_notes)
            sum_of(heads, 0, header[RUNS]) < 2**40
        """,
        writes="chosen chosen_notes",
        gives="""
            result == sum_of(heads, 0, header[RUNS])
            falling(chosen, 0, result)
            are_collected(runs, item_keys, item_notes, heads, header[RUNS], 0, chosen, chosen_notes, result)
            kept_from(chosen, old(chosen), result)
            kept_from(chosen_notes, old(chosen_notes), result)
        """,
        opens="sum_none(heads, 0, 0)",
        loops={
            "for run in range(work.header[RUNS])": loop(
                keeps="""
                    size == sum_of(heads, 0, run)
                    are_collected(runs, item_keys, item_notes, heads, run, 0, chosen, chosen_notes, size)
                    heap(chosen, size)
                    0 <= size
                    kept_from(chosen, old(chosen), sum_of(heads, 0, header[RUNS]))
                    kept_from(chosen_notes, old(chosen_notes), sum_of(heads, 0, header[RUNS]))
                """,
                opens="""
                    sum_one_more(heads, 0, run + 1)
                    sum_grows(heads, 0, run + 1, header[RUNS])
                """,
                closes="collected_next(runs, item_keys, item_notes, heads, run)",
            ),
            "for i in range(work.heads[run])": loop(
                keeps="""
                    size == sum_of(heads, 0, run) + i
                    are_collected(runs, item_keys, item_notes, heads, run, i, chosen, chosen_notes, size)
                    heap(chosen, size)
                    0 <= size
                    kept_from(chosen, old(chosen), sum_of(heads, 0, header[RUNS]))
                    kept_from(chosen_notes, old(chosen_notes), sum_of(heads, 0, header[RUNS]))
                """,
                opens="runs[run * RUN + SIZE] + runs[run * RUN + BEGIN] <= len(item_keys)",
                closes="collected_one_more(runs, item_keys, item_notes, heads, run, i)",
            ),
        },
    ),
    contract(
        "unwind",
        needs=f"""{CHOSEN}
            header[RUNS] <= len(heads)
            0 <= state < 2**40
            (state + 1) * STATE <= len(states)
            led(header, runs, states, state + 1)
            depth(states, state) == stage
            is_option(header, runs, stage, option)
            states[COUNT] == 0 and states[NET] == 0
        """,
        writes="heads",
        gives="""
            are_heads(header, runs, heads)
            are_exclusive(header, heads, 0)
            sum_of(heads, 0, header[RUNS]) == states[old(state) * STATE + COUNT] + acts(old(option))
            added_by(runs, heads, header[RUNS])
                == states[old(state) * STATE + NET] + adds(header, runs, old(stage), old(option))
            kept_from(heads, old(heads), header[RUNS])
        """,
        loops={
            "for run in range(query[RUNS])": loop(
                keeps="""
                    all(heads[r] == 0 for r in range(run))
                    kept_from(heads, old(heads), header[RUNS])
                """
            ),
            "while stage >= 0": loop(
                keeps="""
                    -1 <= stage <= old(stage)
                    implies(stage >= 0, 0 <= state and state <= old(state))
                    are_heads(header, runs, heads)
                    are_exclusive(header, heads, stage + 1)
                    all(heads[r] == 0 for r in range(2 * stage + 2 if stage < header[PAIRS]
                        else header[PAIRS] + stage + 1))
                    implies(stage >= 0, depth(states, state) == stage and is_option(header, runs, stage, option))
                    sum_of(heads, 0, header[RUNS]) + (states[state * STATE + COUNT] + acts(option) if stage >= 0 else 0)
                        == states[old(state) * STATE + COUNT] + acts(old(option))
                    added_by(runs, heads, header[RUNS])
                        + (states[state * STATE + NET] + adds(header, runs, stage, option) if stage >= 0 else 0)
                        == states[old(state) * STATE + NET] + adds(header, runs, old(stage), old(option))
                    kept_from(heads, old(heads), header[RUNS])
                """,
                falls="stage + 1",
                opens="""
                    depth_positive(states, state + 1)
                    led_at(header, runs, states, old(state) + 1, state)
                """,
            ),
        },
        before={
            "while stage >= 0": """
                sum_nothing(heads, 0, header[RUNS])
                added_nothing(runs, heads, header[RUNS])
            """,
            "option = states": """
                added_set(runs, prior(heads), heads, run, header[RUNS])
                added_set(runs, prior(heads), heads, run - 1, header[RUNS])
                one_times(heads[run - 1], runs[(run - 1) * RUN + DELTA])
            """,
        },
    ),
    contract(
        "is_better",
        truth=True,
        needs=f"""{CHOSEN}
            0 <= state
            0 <= header[BEST_STATE]
            max(state, header[BEST_STATE]) < 2**40
            (max(state, header[BEST_STATE]) + 1) * STATE <= len(states)
            led(header, runs, states, max(state, header[BEST_STATE]) + 1)
            depth(states, state) == stage
            depth(states, header[BEST_STATE]) == stage
            is_option(header, runs, stage, option)
            is_option(header, runs, stage, header[BEST_OPTION])
        """,
        gives="""
            implies(whole.value != header[BEST_VALUE], result == (whole.value > header[BEST_VALUE]))
            implies(whole.value == header[BEST_VALUE] and whole.actions != header[BEST_COUNT],
                result == (whole.actions < header[BEST_COUNT]))
            implies(whole.value == header[BEST_VALUE] and whole.actions == header[BEST_COUNT]
                and whole.net != header[BEST_NET], result == (whole.net < header[BEST_NET]))
        """,
    ),
    contract(
        "finish",
        truth=True,
        needs=f"""{STATED}{CHOSEN}
            header[PAIRS] <= stage
            -2**28 <= header[TARGET] <= 2**28
            -2**26 <= header[ROOM] <= 2**26
            0 <= first <= last
            last < 2**36
            last * STATE <= len(states)
            are_outcomes(header, states, first, last)
            led(header, runs, states, last)
            are_at(states, first, last, stage)
        """,
        writes="header",
        gives="""
            only(header, BEST_VALUE, BEST_COUNT, BEST_NET, BEST_STATE, BEST_OPTION)
            implies(result, header[BEST_NET] <= header[ROOM])
            implies(result, states[header[BEST_STATE] * STATE + NET]
                + adds(header, runs, stage, header[BEST_OPTION]) == header[BEST_NET])
            implies(result, first <= header[BEST_STATE] and header[BEST_STATE] < last)
            implies(result, is_option(header, runs, stage, header[BEST_OPTION]))
            implies(result, states[header[BEST_STATE] * STATE + COUNT] + acts(header[BEST_OPTION]) <= header[ACTIONS])
        """,
        loops={
            "for state in range(first, last)": loop(
                keeps=BEST,
                opens="""
                    here(state) == state
                    depth(states, state) == stage
                """,
            ),
            "while True": loop(
                keeps=BEST
                + """
                    0 <= option <= runs[run * RUN + SIZE]
                    comes_to(so_far, header)
                    so_far.actions == states[state * STATE + COUNT] + option
                    so_far.net == states[state * STATE + NET] + option * delta
                """,
                falls="runs[run * RUN + SIZE] - option",
                opens=SUMS
                + """
            product_next(option, delta)
            most_of_all(so_far.actions, max(1, header[ACTIONS]), 2**26 // max(1, header[ACTIONS]))
                """,
            ),
        },
        before={
            "while True": "times_nothing(0, delta)",
            "if not found": """
                led_by(old(header), header, runs, states, last)
                led_less(header, runs, states, max(state, header[BEST_STATE]) + 1, last)
            """,
        },
    ),
    contract(
        "search",
        needs=f"""{STATED}
            2 * header[PAIRS] < header[RUNS]
            0 <= header[PAIRS]
            header[RUNS] - 2 * header[PAIRS] <= 2**18
            header[RUNS] <= len(heads)
            ((header[RUNS] - 2 * header[PAIRS] + 1) * BOUNDS) * (header[ACTIONS] + 1) <= len(bounds)
            -2**26 <= header[ROOM] <= 2**26
            -2**28 <= header[TARGET] <= 2**28
            1 <= header[SPACE] < 2**36
            2 * header[SPACE] * STATE <= len(states)
            header[SPACE] <= len(order_keys)
            header[SPACE] <= len(order)
            all(runs[j] >= 1 for j in range(2 * header[PAIRS] * RUN) if j % (2 * RUN) == SIZE)
            len(item_keys) <= len(item_notes)
            header[ACTIONS] <= len(chosen)
            header[ACTIONS] <= len(chosen_notes)
        """,
        writes="header heads bounds states order_keys order chosen chosen_notes",
        gives="""
            result == NOT_FOUND or result == OUT_OF_SPACE or 0 <= result <= header[ACTIONS]
            falling(chosen, 0, result)
            implies(result >= 0, are_heads(header, runs, heads))
            implies(result >= 0, are_exclusive(header, heads, 0))
            implies(result >= 0, added_by(runs, heads, header[RUNS]) <= header[ROOM])
            implies(result >= 0,
                are_collected(runs, item_keys, item_notes, heads, header[RUNS], 0, chosen, chosen_notes, result))
            kept_from(chosen, old(chosen), max(0, result))
            kept_from(chosen_notes, old(chosen_notes), max(0, result))
            only(header, PRICE, ALLOWANCE, MARK_TO_REACH, BEST_VALUE, BEST_COUNT, BEST_NET, BEST_STATE, BEST_OPTION)
            implies(has_price(old(header)), has_price(header))
        """,
        loops={
            "for stage in range(stages - 1)": loop(
                keeps="""
                    0 <= first <= last
                    1 <= last <= header[SPACE]
                    are_outcomes(header, states, first, last)
                    are_at(states, first, last, stage)
                    led(header, runs, states, last)
                    states[COUNT] == 0 and states[NET] == 0
                """,
                opens="""
                    implies(stage < header[PAIRS], runs[2 * stage * RUN + SIZE] >= 1)
                """,
            )
        },
        before={
            "first = 0": """
                times_nothing(states[COUNT], 2**26 // max(1, header[ACTIONS]))
                states[COUNT] == 0 and states[NET] == 0 and states[VALUE] == 0
                is_outcome(header, states[COUNT], states[NET], states[VALUE])
                led_one(header, runs, states, 1)
            """,
            "sort_extensions": """
                grown_outcomes(header, runs, states, states, header[SPACE], header[SPACE] + size, last, stage)
            """,
            "unwind": """
                led_by(prior(header), header, runs, states, last)
                led_less(header, runs, states, header[BEST_STATE] + 1, last)
                0 <= header[BEST_STATE] and header[BEST_STATE] < last
                depth(states, header[BEST_STATE]) == stages - 1
            """,
            "size = extend": """
                max(0, 2 - header[PAIRS]) <= row and row <= header[RUNS] - 2 * header[PAIRS]
                product_grows(row * BOUNDS + REFUND, (header[RUNS] - 2 * header[PAIRS] + 1) * BOUNDS,
                    header[ACTIONS] + 1)
                most_of_all(max(0, 2 - header[PAIRS]) * BOUNDS, row * BOUNDS + FREE, header[ACTIONS] + 1)
            """,
        },
    ),
]
