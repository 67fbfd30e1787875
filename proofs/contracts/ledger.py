"""Contracts of `focalloc.fastpath.kernels.ledger`: it forgets what is old enough, and nothing else (COO-1, COO-2)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "forget",
        whole=True,
        needs="""
            is_header(header)
            ledger_fits(header, ledger_iteration)
            0 <= header[ITERATION]
            all(0 <= ledger_iteration[i] for i in range(header[LEDGER_FROM], header[LEDGER_TO]))
        """,
        writes="header",
        gives="""
            only(header, LEDGER_FROM)
            old(header)[LEDGER_FROM] <= header[LEDGER_FROM] <= header[LEDGER_TO]
            all(header[ITERATION] - ledger_iteration[i] >= header[MIN_GAP]
                for i in range(old(header)[LEDGER_FROM], header[LEDGER_FROM]))
            implies(header[LEDGER_FROM] < header[LEDGER_TO],
                header[ITERATION] - ledger_iteration[header[LEDGER_FROM]] < header[MIN_GAP])
        """,
        loops={
            "while at < header[LEDGER_TO] and header[ITERATION] - ledger_iteration[at] >= header[MIN_GAP]": loop(
                keeps="""
                    header[LEDGER_FROM] <= at <= header[LEDGER_TO]
                    all(header[ITERATION] - ledger_iteration[i] >= header[MIN_GAP]
                        for i in range(header[LEDGER_FROM], at))
                """,
                falls="header[LEDGER_TO] - at",
            )
        },
    ),
    contract(
        "unforget",
        whole=True,
        needs="""
            is_header(header)
            ledger_fits(header, ledger_iteration)
            0 <= header[ITERATION] < 2**62
            0 <= header[MIN_GAP]
        """,
        writes="header",
        gives="""
            only(header, LEDGER_FROM)
            0 <= header[LEDGER_FROM] <= old(header)[LEDGER_FROM]
            all(ledger_iteration[i] == max(0, header[ITERATION] - header[MIN_GAP] + 1)
                for i in range(header[LEDGER_FROM], old(header)[LEDGER_FROM]))
            implies(header[LEDGER_FROM] > 0, ledger_iteration[header[LEDGER_FROM] - 1]
                != max(0, header[ITERATION] - header[MIN_GAP] + 1))
        """,
        loops={
            "while at > 0 and ledger_iteration[at - 1] == last": loop(
                keeps="""
                    0 <= at <= header[LEDGER_FROM]
                    all(ledger_iteration[i] == last for i in range(at, header[LEDGER_FROM]))
                """,
                falls="at",
            )
        },
    ),
    contract(
        "is_barred",
        whole=True,
        needs="""
            is_header(header)
            ledger_fits(header, ledger_action)
        """,
        gives="result == held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], opposite)",
        truth=True,
        loops={
            "for at in range(header[LEDGER_FROM], header[LEDGER_TO])": loop(
                keeps="all(ledger_action[i] != opposite for i in range(header[LEDGER_FROM], at))"
            )
        },
    ),
    contract(
        "count_collapses",
        whole=True,
        needs="""
            is_header(header)
            ledger_fits(header, ledger_action)
        """,
        gives="""
            result == odd(ledger_action, header[LEDGER_FROM], header[LEDGER_TO])
            0 <= result <= header[LEDGER_TO] - header[LEDGER_FROM]
        """,
        opens="odd_none(ledger_action, header[LEDGER_FROM], header[LEDGER_FROM])",
        loops={
            "for at in range(header[LEDGER_FROM], header[LEDGER_TO])": loop(
                keeps="""
                    collapses == odd(ledger_action, header[LEDGER_FROM], at)
                    0 <= collapses <= at - header[LEDGER_FROM]
                """,
                closes="odd_one_more(ledger_action, header[LEDGER_FROM], at)",
            )
        },
    ),
    contract(
        "record",
        whole=True,
        needs="""
            is_header(header)
            0 <= header[LEDGER_TO]
            header[LEDGER_TO] < len(ledger_action)
            header[LEDGER_TO] < len(ledger_iteration)
        """,
        writes="header ledger_action ledger_iteration",
        gives="""
            only(header, LEDGER_TO)
            header[LEDGER_TO] == old(header)[LEDGER_TO] + 1
            only(ledger_action, old(header)[LEDGER_TO])
            only(ledger_iteration, old(header)[LEDGER_TO])
            ledger_action[old(header)[LEDGER_TO]] == action
            ledger_iteration[old(header)[LEDGER_TO]] == header[ITERATION]
        """,
    ),
    contract(
        "has_space",
        whole=True,
        needs="""
            is_header(header)
            ledger_fits(header, ledger_action)
            ledger_fits(header, ledger_iteration)
            header[LEDGER_TO] <= header[LEDGER_ROOM]
            header[LEDGER_ROOM] < 2**60
            0 <= entries < 2**60
        """,
        writes="header ledger_action ledger_iteration",
        truth=True,
        gives="""
            only(header, LEDGER_FROM, LEDGER_TO)
            0 <= header[LEDGER_FROM] <= header[LEDGER_TO]
            header[LEDGER_TO] <= header[LEDGER_ROOM]
            header[LEDGER_TO] - header[LEDGER_FROM] == old(header)[LEDGER_TO] - old(header)[LEDGER_FROM]
            header[LEDGER_TO] <= old(header)[LEDGER_TO]
            header[LEDGER_FROM] == 0 or ledger_action == old(ledger_action)
            moved_along(header, ledger_action, old(header), old(ledger_action))
            moved_along(header, ledger_iteration, old(header), old(ledger_iteration))
            result == (header[LEDGER_TO] + entries <= header[LEDGER_ROOM])
        """,
        loops={
            "for i in range(size)": loop(
                keeps="""
                    all(ledger_action[j] == old(ledger_action)[header[LEDGER_FROM] + j] for j in range(i))
                    all(ledger_iteration[j] == old(ledger_iteration)[header[LEDGER_FROM] + j] for j in range(i))
                    kept_from(ledger_action, old(ledger_action), i)
                    kept_from(ledger_iteration, old(ledger_iteration), i)
                """
            )
        },
    ),
    contract(
        "begin",
        needs="""
            is_header(header)
            ledger_fits(header, ledger_action)
            ledger_fits(header, ledger_iteration)
            header[LEDGER_TO] <= header[LEDGER_ROOM]
            header[LEDGER_ROOM] < 2**60
            0 <= header[N_DIFF] < 2**60
            0 <= header[ITERATION] < 2**62
            entries_are_recent(header, ledger_iteration)
        """,
        writes="header ledger_action ledger_iteration",
        gives="""
            only(header, LEDGER_FROM, LEDGER_TO, ITERATION)
            result == 0 or result == LEDGER_FULL
            0 <= header[LEDGER_FROM] <= header[LEDGER_TO]
            header[LEDGER_TO] <= header[LEDGER_ROOM]
            header[LEDGER_TO] - header[LEDGER_FROM] <= old(header)[LEDGER_TO] - old(header)[LEDGER_FROM]
            implies(result == 0, header[ITERATION] == old(header)[ITERATION] + 1)
            implies(result == 0, header[LEDGER_TO] + header[N_DIFF] <= header[LEDGER_ROOM])
            implies(result == LEDGER_FULL, header[ITERATION] == old(header)[ITERATION])
            entries_are_recent(header, ledger_iteration)
            implies(ledger_acts(old(header), old(ledger_action)), ledger_acts(header, ledger_action))
            implies(result == 0,
                all(ledger_iteration[i] < header[ITERATION] for i in range(header[LEDGER_FROM], header[LEDGER_TO])))
            implies(result == 0, all(header[ITERATION] - old(ledger_iteration)[j] >= header[MIN_GAP]
                or held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], old(ledger_action)[j])
                for j in range(old(header)[LEDGER_FROM], old(header)[LEDGER_TO]) if at(old(ledger_action)[j])))
            implies(result == 0,
                all(still_bars(old(header), old(ledger_action), old(ledger_iteration), header[ITERATION], x)
                    for x in INTEGERS if held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], x)
                    if at(held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], x))))
            implies(result == 0,
                all(not still_bars(old(header), old(ledger_action), old(ledger_iteration), header[ITERATION], x)
                    for x in INTEGERS if not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], x)
                    if at(held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO], x))))
        """,
        before={
            "forget": """
                ledger_iteration[header[LEDGER_FROM]] == ledger_iteration[header[LEDGER_FROM]]
                all(old(ledger_action)[j] == ledger_action[j - old(header)[LEDGER_TO] + header[LEDGER_TO]]
                    and old(ledger_iteration)[j] == ledger_iteration[j - old(header)[LEDGER_TO] + header[LEDGER_TO]]
                    for j in range(old(header)[LEDGER_FROM], old(header)[LEDGER_TO]) if at(old(ledger_action)[j]))
            """
        },
    ),
]
