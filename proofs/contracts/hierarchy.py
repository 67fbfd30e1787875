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
        "list_regions",
        joins=True,
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(worth)
            are_plain(header, tags, header[SLOTS])
            tags[0] >= 0
            0 <= header[FIRST] < 2**49
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) < 2**49
            0 <= header[END] < 2**49
            0 <= header[PROTECTED] < 2**49
            families_fit(header, family_slot)
            families_fit(header, family_node)
            header[FAMILIES] <= 2**26
            are_families(header, family_slot, family_node, len(fixed))
            ledger_fits(header, ledger_action)
            0 <= header[TAU_EXPAND] < LIMIT
            0 <= header[TAU_COLLAPSE] < LIMIT
            (header[SLOTS] + 1) * REGION <= len(regions)
        """,
        writes="regions",
        gives="""
            1 <= result <= header[SLOTS]
            all(0 <= regions[j] <= header[SLOTS] for j in range((result + 1) * REGION) if j % REGION == SLOT)
            all(0 <= regions[j] <= header[FAMILIES] for j in range((result + 1) * REGION) if j % REGION == FAMILY)
            all(0 <= regions[j] <= 2**58 for j in range(result * REGION) if j % REGION == MASS)
            all(0 <= regions[j] <= 2**58 for j in range(result * REGION) if j % REGION == DEMAND)
        """,
        opens="""
            tokens_none(header, tags, 0, 0)
            tokens_up_to(header, tags, header[SLOTS])
        """,
        loops={
            "for slot in range(header[SLOTS])": loop(
                keeps="""
                    0 <= size <= slot
                    implies(slot >= 1, size >= 1)
                    0 <= family <= header[FAMILIES]
                    token == header[FIRST] + tokens_in(header, tags, 0, slot)
                    header[FIRST] <= token
                    all(0 <= regions[j] <= header[SLOTS] for j in range(size * REGION) if j % REGION == SLOT)
                    all(0 <= regions[j] <= family for j in range(size * REGION) if j % REGION == FAMILY)
                    all(0 <= regions[j] <= slot * 2**31 for j in range(size * REGION) if j % REGION == MASS)
                    all(0 <= regions[j] <= slot * 2**31 for j in range(size * REGION) if j % REGION == DEMAND)
                """,
                opens="rest_bound(token, header[SPAN + header[TOP]])",
                closes="tokens_one_more(header, tags, 0, slot)",
            ),
            "while family < header[FAMILIES] and family_slot[family] < slot": loop(
                keeps="entry(family) <= family <= header[FAMILIES]",
                falls="header[FAMILIES] - family",
            ),
            "for r in range(size)": loop(
                keeps="""
                    all(0 <= regions[j] <= 2**57 for j in range(r * REGION, size * REGION) if j % REGION == MASS)
                    all(0 <= regions[j] <= 2**58 for j in range(r * REGION) if j % REGION == MASS)
                    all(0 <= regions[j] <= 2**58 for j in range(size * REGION) if j % REGION == DEMAND)
                    all(0 <= regions[j] <= header[SLOTS] for j in range((size + 1) * REGION) if j % REGION == SLOT)
                    all(0 <= regions[j] <= header[FAMILIES] for j in range((size + 1) * REGION) if j % REGION == FAMILY)
                """,
            ),
            "for f in range(regions[at + FAMILY], regions[at + REGION + FAMILY])": loop(
                keeps="""
                    0 <= regions[r * REGION + MASS] <= 2**57 + f * 2**31
                    all(0 <= regions[j] <= 2**57 for j in range((r + 1) * REGION, size * REGION) if j % REGION == MASS)
                    all(0 <= regions[j] <= 2**58 for j in range(r * REGION) if j % REGION == MASS)
                    all(0 <= regions[j] <= 2**58 for j in range(size * REGION) if j % REGION == DEMAND)
                    all(0 <= regions[j] <= header[SLOTS] for j in range((size + 1) * REGION) if j % REGION == SLOT)
                    all(0 <= regions[j] <= header[FAMILIES] for j in range((size + 1) * REGION) if j % REGION == FAMILY)
                """,
                opens="""
                    0 <= family_slot[f] and 1 <= family_node[f] % LEVELS and family_node[f] % LEVELS <= header[TOP]
                    0 <= family_node[f] and family_node[f] < 2**54
                    1 <= header[WIDTH + family_node[f] % LEVELS] <= 2**26
                    mean_narrow(sum_of(fixed, family_slot[f], header[WIDTH + family_node[f] % LEVELS]),
                        header[WIDTH + family_node[f] % LEVELS])
                """,
            ),
        },
        before={
            "at = (size - 1)": """
                tags[slot] <= header[TOP] and 1 <= size
                tokens_in(header, tags, 0, slot) + header[SPAN + tags[slot]]
                    <= tokens_in(header, tags, 0, header[SLOTS])
            """,
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
        "add_claims",
        needs="""
            is_header(session.header)
            is_shaped(session.header)
            0 <= session.header[FIRST] < session.header[END]
            session.header[END] < 2**49
            len(work.header) >= QUERY
            are_runs(work.header, work.runs, len(work.item_keys))
            len(work.item_keys) <= len(work.item_notes)
            work.header[RUNS] <= len(work.heads)
            are_heads(work.header, work.runs, work.heads)
            sum_of(work.heads, 0, work.header[RUNS]) <= 2**30
            all(0 <= work.item_notes[j] and work.item_notes[j] < len(family_node)
                and session.header[FIRST] <= family_node[work.item_notes[j]] // LEVELS
                and family_node[work.item_notes[j]] // LEVELS < session.header[END]
                for r in range(work.header[RUNS])
                for j in range(work.runs[here(r) * RUN + BEGIN],
                    work.runs[here(r) * RUN + BEGIN] + work.heads[here(r)])
                if work.runs[here(r) * RUN + DELTA] < 0 if at(here(r), work.item_notes[j]))
            all(session.header[FIRST] <= work.item_notes[j] and work.item_notes[j] < session.header[END]
                for r in range(work.header[RUNS])
                for j in range(work.runs[here(r) * RUN + BEGIN],
                    work.runs[here(r) * RUN + BEGIN] + work.heads[here(r)])
                if work.runs[here(r) * RUN + DELTA] >= 0 if at(here(r), work.item_notes[j]))
            (session.header[END] - 1) // session.header[SPAN + session.header[TOP]]
                - session.header[FIRST] // session.header[SPAN + session.header[TOP]] < len(claims.actions)
            (session.header[END] - 1) // session.header[SPAN + session.header[TOP]]
                - session.header[FIRST] // session.header[SPAN + session.header[TOP]] < len(claims.slots)
        """,
        writes="claims.actions claims.slots",
        gives="""
            result == (session.header[END] - 1) // session.header[SPAN + session.header[TOP]]
                - session.header[FIRST] // session.header[SPAN + session.header[TOP]] + 1
            within(claims.actions, 0, result, 0, 2**30)
            within(claims.slots, 0, result, -2**56, 2**56)
        """,
        opens="""
            sum_none(work.heads, 0, 0)
            over_bound(session.header[FIRST], session.header[SPAN + session.header[TOP]])
            over_bound(session.header[END] - 1, session.header[SPAN + session.header[TOP]])
            over_grows(session.header[FIRST], session.header[END] - 1, session.header[SPAN + session.header[TOP]])
        """,
        loops={
            "for r in range(size)": loop(
                keeps="""
                    within(claims.actions, 0, r, 0, 0)
                    within(claims.slots, 0, r, 0, 0)
                """
            ),
            "for r in range(work.header[RUNS])": loop(
                keeps="""
                    0 <= sum_of(work.heads, 0, r)
                    within(claims.actions, 0, size, 0, sum_of(work.heads, 0, r))
                    within(claims.slots, 0, size, -2**26 * sum_of(work.heads, 0, r), 2**26 * sum_of(work.heads, 0, r))
                """,
                opens="""
                    here(r) == r
                    0 <= work.heads[r] and work.heads[r] <= work.runs[r * RUN + SIZE]
                    work.runs[r * RUN + SIZE] + work.runs[r * RUN + BEGIN] <= len(work.item_keys)
                    sum_one_more(work.heads, 0, r + 1)
                    sum_grows(work.heads, 0, r + 1, work.header[RUNS])
                """,
            ),
            "for i in range(work.heads[r])": loop(
                keeps="""
                    within(claims.actions, 0, size, 0, sum_of(work.heads, 0, r) + i)
                    within(claims.slots, 0, size, -2**26 * (sum_of(work.heads, 0, r) + i),
                        2**26 * (sum_of(work.heads, 0, r) + i))
                """,
                opens="-2**26 <= work.runs[r * RUN + DELTA] and work.runs[r * RUN + DELTA] <= 2**26",
            ),
        },
        before={
            "claims.actions[token": """
                session.header[FIRST] <= token and token < session.header[END]
                over_grows(session.header[FIRST], token, span)
                over_grows(token, session.header[END] - 1, span)
            """,
        },
    ),
    contract(
        "place_region",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            rising(family_slot, 0, header[FAMILIES])
            tokens_are_told(header, tags, family_slot, family_node)
            within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_tags(header, tags, 0, header[SLOTS])
            0 <= header[FIRST] < header[END]
            header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            header[END] < 2**49
            2 * REGION <= len(table)
            0 <= region
            region <= (header[END] - 1) // header[SPAN + header[TOP]] - header[FIRST] // header[SPAN + header[TOP]]
        """,
        writes="table",
        gives="""
            kept_from(table, old(table), 2 * REGION)
            0 <= table[SLOT] <= table[REGION + SLOT]
            table[REGION + SLOT] <= header[SLOTS]
            0 <= table[FAMILY] <= table[REGION + FAMILY]
            table[REGION + FAMILY] <= header[FAMILIES]
            header[FIRST] <= table[TOKEN] < header[END]
            all(table[SLOT] <= family_slot[f] for f in range(table[FAMILY], header[FAMILIES]))
            all(family_slot[f] < table[REGION + SLOT] for f in range(table[REGION + FAMILY]))
        """,
        opens="""
            over_bound(header[FIRST], header[SPAN + header[TOP]])
            over_bound(header[END] - 1, header[SPAN + header[TOP]])
            over_floor(header[END] - 1, header[SPAN + header[TOP]])
            over_floor(header[FIRST], header[SPAN + header[TOP]])
            most_of_all(header[FIRST] // header[SPAN + header[TOP]],
                header[FIRST] // header[SPAN + header[TOP]] + region, header[SPAN + header[TOP]])
            most_of_all(header[FIRST] // header[SPAN + header[TOP]] + region,
                (header[END] - 1) // header[SPAN + header[TOP]], header[SPAN + header[TOP]])
            product_positive(header[FIRST] // header[SPAN + header[TOP]] + region, header[SPAN + header[TOP]])
            tokens_none(header, tags, 0, 0)
        """,
        loops={
            "for at in range(0, 2 * REGION, REGION)": loop(
                keeps="""
                    at == 0 or at == REGION or at == 2 * REGION
                    0 <= token < 2**50 + at * 2**31
                    implies(at == 0, token < header[END] and header[FIRST] < token + span)
                    implies(at >= REGION, header[FIRST] < token)
                    kept_from(table, old(table), 2 * REGION)
                    implies(at >= REGION, 0 <= table[SLOT] and table[SLOT] < header[SLOTS])
                    implies(at >= REGION, 0 <= table[FAMILY] and table[FAMILY] <= header[FAMILIES])
                    implies(at >= REGION, header[FIRST] <= table[TOKEN] and table[TOKEN] < header[END])
                    implies(at >= REGION, table[SLOT] == 0
                        or header[FIRST] + tokens_in(header, tags, 0, table[SLOT]) < token)
                    implies(at >= REGION, all(family_slot[f] < table[SLOT] for f in range(table[FAMILY])))
                    implies(at >= REGION, all(table[SLOT] <= family_slot[f]
                        for f in range(table[FAMILY], header[FAMILIES])))
                    implies(at == 2 * REGION, table[SLOT] <= table[REGION + SLOT]
                        and table[REGION + SLOT] <= header[SLOTS])
                    implies(at == 2 * REGION, table[FAMILY] <= table[REGION + FAMILY]
                        and table[REGION + FAMILY] <= header[FAMILIES])
                    implies(at == 2 * REGION, all(family_slot[f] < table[REGION + SLOT]
                        for f in range(table[REGION + FAMILY])))
                """,
            )
        },
        before={
            "table[at + FAMILY]": """
                tokens_from(header, tags, slot + 1, header[SLOTS])
                at == 0 or table[SLOT] <= slot
            """,
        },
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
