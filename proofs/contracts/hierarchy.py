"""Contracts of `focalloc.fastpath.kernels.hierarchy`: what claims at a price, and the tables of a region."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CLAIMED = """
            len(header) >= QUERY
            are_runs(header, runs, len(item_keys))
            are_ranks(item_keys)
            header[RUNS] <= len(heads)
            0 <= cap <= 2**26
"""
"""What claiming needs."""

CONTRACTS = [
    contract(
        "share",
        needs="""
            0 <= whole < 2**58
            0 <= part <= total
            total < 2**58
        """,
        gives="0 <= result <= 4 * whole + 4",
        before={
            "if whole // bit": "over_bound(whole, bit)",
        },
        loops={
            "while bit <= whole // 2": loop(
                keeps="""
                    1 <= bit
                    bit == 1 or bit <= whole
                """,
                falls="whole - bit",
            ),
            "while bit > 0": loop(
                keeps="""
                    0 <= bit <= max(1, whole)
                    0 <= quotient
                    0 <= rest < total
                    quotient <= 4 * whole + 4
                    implies(bit > 0, (quotient + 2) * bit <= 2 * max(1, whole))
                    implies(bit > 0, quotient + 2 <= (quotient + 2) * bit)
                """,
                falls="bit",
                opens="""
                    halved(quotient, bit)
                    product_positive(quotient, bit)
                """,
            ),
            "while rest >= total": loop(
                keeps="""
                    0 <= rest
                    entry(quotient) <= quotient <= entry(quotient) + 2
                    rest < 3 * total
                    implies(quotient > entry(quotient), rest < 2 * total)
                    implies(quotient > entry(quotient) + 1, rest < total)
                """,
                falls="rest",
            ),
        },
    ),
    contract(
        "copy_region",
        needs="""
            0 <= at < 2**40
            at + REGION + REGION <= len(regions.table)
            0 <= table_at(regions, at, SLOT) <= table_at(regions, at + REGION, SLOT)
            table_at(regions, at + REGION, SLOT) <= len(session.tags)
            table_at(regions, at + REGION, SLOT) <= len(session.fixed)
            table_at(regions, at + REGION, SLOT) <= len(regions.worth)
            table_at(regions, at + REGION, SLOT) - table_at(regions, at, SLOT) <= len(regions.region.tags)
            table_at(regions, at + REGION, SLOT) - table_at(regions, at, SLOT) <= len(regions.region.fixed)
            table_at(regions, at + REGION, SLOT) - table_at(regions, at, SLOT) <= len(work.worth)
            0 <= table_at(regions, at, FAMILY) <= table_at(regions, at + REGION, FAMILY)
            table_at(regions, at + REGION, FAMILY) <= len(session.family_slot)
            table_at(regions, at + REGION, FAMILY) <= len(session.family_node)
            within(session.family_slot, 0, table_at(regions, at + REGION, FAMILY), 0, 2**26)
            table_at(regions, at + REGION, FAMILY) - table_at(regions, at, FAMILY) <= len(regions.region.family_slot)
            table_at(regions, at + REGION, FAMILY) - table_at(regions, at, FAMILY) <= len(regions.region.family_node)
            is_header(regions.region.header)
        """,
        writes="""regions.region.tags regions.region.fixed work.worth
            regions.region.family_slot regions.region.family_node regions.region.header""",
        loops={"for i in range(slots)": loop(), "for i in range(families)": loop()},
    ),
    contract(
        "claim",
        needs=f"""{CLAIMED}            -2**35 <= price <= 2**35
        """,
        writes="heads",
        gives="""
            -2**52 <= result <= 2**52
            all(0 <= heads[r] <= cap for r in range(header[RUNS]))
            kept_from(heads, old(heads), header[RUNS])
        """,
        loops={
            "for r in range(work.header[RUNS])": loop(
                keeps="""
                    all(heads[i] == 0 for i in range(r))
                    kept_from(heads, old(heads), header[RUNS])
                """
            ),
            "for _ in range(cap)": loop(
                keeps="""
                    all(0 <= heads[i] <= _ for i in range(header[RUNS]))
                    -2**26 * _ <= net <= 2**26 * _
                    kept_from(heads, old(heads), header[RUNS])
                """
            ),
            "for r in range(work.header[RUNS]) #2": loop(
                keeps="""
                    0 <= best
                    -1 <= chosen < r
                """
            ),
        },
        before={
            "if heads[r] < runs": """
                -2**26 <= runs[r * RUN + DELTA] <= 2**26
                runs[r * RUN + BEGIN] >= 0
                runs[r * RUN + SIZE] + runs[r * RUN + BEGIN] <= len(item_keys)
                price_product(price, runs[r * RUN + DELTA])
            """,
            "net += runs": "-2**26 <= runs[chosen * RUN + DELTA] <= 2**26",
        },
    ),
    contract(
        "claim_within",
        needs=CLAIMED,
        writes="heads",
        gives="all(0 <= heads[r] <= cap for r in range(header[RUNS]))",
        loops={"while low < high": loop(keeps="0 <= low <= high and high <= LIMIT", falls="high - low")},
    ),
    contract(
        "add_choice",
        needs="""
            0 <= done
            count <= 2**26
            done + max(0, count) <= len(regions.turns)
            done + max(0, count) <= len(regions.notes)
            done <= 2**26
            count <= len(chosen)
            count <= len(chosen_notes)
            0 <= at
            at + REGION <= len(table)
            0 <= table_at(regions, at, SLOT) <= 2**26
            0 <= table_at(regions, at, FAMILY) <= 2**26
            within(chosen, 0, count, -2**62, 2**62 + 2**61)
            within(chosen_notes, 0, count, 0, 2**60)
            heap(regions.turns, done)
        """,
        writes="regions.turns regions.notes",
        gives="""
            heap(regions.turns, done + max(0, count))
            kept_from(regions.turns, old(regions.turns), done + max(0, count))
            kept_from(regions.notes, old(regions.notes), done + max(0, count))
        """,
        loops={
            "for i in range(count)": loop(
                keeps="""
                    heap(regions.turns, done + i)
                    kept_from(regions.turns, old(regions.turns), done + i)
                    kept_from(regions.notes, old(regions.notes), done + i)
                """,
            )
        },
    ),
]
