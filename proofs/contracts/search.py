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
            are_ranks(item_keys)
"""
"""What taking candidates from runs needs."""

OF_RUN = """
            0 <= run < header[RUNS]
            0 <= index
            index < runs[run * RUN + SIZE]
"""

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
        needs=f"""{RUNS_TOLD}{OF_RUN}            are_ranks(item_keys)
        """,
        gives="""
            result == item_keys[runs[run * RUN + BEGIN] + index] + (UNBOUNDED if runs[run * RUN + DELTA] < 0 else 0)
            -2**60 <= result <= 2**62
        """,
        opens="runs[run * RUN + SIZE] + runs[run * RUN + BEGIN] <= len(item_keys)",
    ),
    contract(
        "gain_of",
        whole=True,
        needs=f"""{RUNS_TOLD}{OF_RUN}            are_costs(header)
            are_ranks(item_keys)
        """,
        gives="""
            result == gain_at(work, run, index)
            -2**34 - LIMIT <= rank_of(item_keys[runs[run * RUN + BEGIN] + index]) - header[CHURN] <= 2**34
            -2**58 <= result <= 2**58
        """,
        opens="""
            runs[run * RUN + SIZE] + runs[run * RUN + BEGIN] <= len(item_keys)
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
            -2**28 <= net <= 2**28
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
            all(0 <= heads[r] for r in range(header[RUNS]))
        """,
        loops={
            "for run in range(query[RUNS])": loop(keeps="all(heads[r] == 0 for r in range(run))"),
            "for _ in range(query[ACTIONS])": loop(
                keeps="""
                    all(0 <= heads[r] <= _ for r in range(header[RUNS]))
                    -2**26 * _ <= net <= 2**26 * _
                """
            ),
        },
        before={"net += delta_of": "-2**26 <= runs[run * RUN + DELTA] <= 2**26"},
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
        "can_fit",
        whole=True,
        truth=True,
        needs="""
            len(header) >= QUERY
            0 <= row <= 2**20
            0 <= header[ACTIONS] <= 2**26
            0 <= count <= header[ACTIONS]
            (row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] < len(bounds)
            0 <= bounds[(row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] - count] <= 2**52
            -2**60 <= net <= 2**60
        """,
        gives="""
            result == (net - bounds[(row * BOUNDS + REFUND) * (header[ACTIONS] + 1) + header[ACTIONS] - count]
                <= header[ROOM])
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
            are_ranks(item_keys)
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
]
