"""Contracts of `focalloc.fastpath.kernels.memory`: where a lean is added, and that no score overflows (MEM-3)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

ALONG = """
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(peaks) * CHUNK
            follow_each_other(header, tags)
            are_plain(header, tags, header[SLOTS])
            whole(header, tags)
            are_below(tags, fixed, peaks, header[SLOTS], CHUNK)
"""
"""What a walk along the blocks needs."""

CONTRACTS = [
    contract(
        "averaged",
        needs="""
            1 <= shift <= 16
            mask == power(shift) - 1
            -LIMIT <= mean < LIMIT
            -LIMIT <= score < LIMIT
        """,
        gives="min(mean, score) <= result <= max(mean, score)",
        opens="""
            power_positive(shift)
            power_grows(shift, 20)
            power_20(0)
            powers_are(shift)
            mask + 1 == power(shift)
            average_between(mean, score, power(shift))
        """,
    ),
    contract(
        "take_told",
        truth=True,
        needs="""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            0 <= header[KNOWN] <= header[SLOTS]
            1 <= header[MEMORY_SHIFT] <= 16
            header[SLOTS] <= len(scores)
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(told)
            header[KNOWN] <= len(memory)
            header[SLOTS] // CHUNK < len(peaks)
            all(-LIMIT < memory[j] for j in range(header[KNOWN]))
        """,
        writes="header fixed peaks told",
        gives="""
            only(header, HEARD)
            are_below(tags, fixed, peaks, header[SLOTS], CHUNK)
            header[HEARD] == (header[SLOTS] if result else 0)
            implies(result, all(-LIMIT < fixed[i] and fixed[i] < LIMIT for i in range(header[SLOTS])))
            implies(result, all(-LIMIT < told[i] for i in range(header[SLOTS])))
        """,
        opens="""
            power_positive(header[MEMORY_SHIFT])
            power_grows(header[MEMORY_SHIFT], 20)
            power_20(0)
        """,
        loops={
            "for chunk in range(whole)": loop(
                keeps="""
                    0 <= misfits <= chunk * CHUNK
                    misfits > 0 or all(-LIMIT < fixed[j] and fixed[j] < LIMIT for j in range(chunk * CHUNK))
                    misfits > 0 or all(-LIMIT < told[j] for j in range(chunk * CHUNK))
                    are_below(tags, fixed, peaks, chunk * CHUNK, CHUNK)
                    kept_from(fixed, old(fixed), header[SLOTS])
                    kept_from(told, old(told), header[SLOTS])
                """
            ),
            "for i in range(CHUNK)": loop(
                keeps="""
                    LOWEST <= peak < LIMIT
                    0 <= misfits <= chunk * CHUNK + i
                    misfits > 0 or all(-LIMIT < fixed[j] and fixed[j] < LIMIT for j in range(chunk * CHUNK + i))
                    misfits > 0 or all(-LIMIT < told[j] for j in range(chunk * CHUNK + i))
                    are_below(tags, fixed, peaks, chunk * CHUNK, CHUNK)
                    all(tags[j] < 1 or fixed[j] <= peak for j in range(chunk * CHUNK, chunk * CHUNK + i))
                    kept_from(fixed, old(fixed), header[SLOTS])
                    kept_from(told, old(told), header[SLOTS])
                """
            ),
            "for slot in range(whole * CHUNK, header[SLOTS])": loop(
                keeps="""
                    LOWEST <= peak < LIMIT
                    0 <= misfits <= slot
                    misfits > 0 or all(-LIMIT < fixed[j] and fixed[j] < LIMIT for j in range(slot))
                    misfits > 0 or all(-LIMIT < told[j] for j in range(slot))
                    are_below(tags, fixed, peaks, slot, CHUNK)
                    implies(slot % CHUNK > 0, slot > whole * CHUNK and peak == peaks[slot // CHUNK])
                    kept_from(fixed, old(fixed), header[SLOTS])
                    kept_from(told, old(told), header[SLOTS])
                """
            ),
        },
    ),
    contract(
        "first_of",
        needs="""
            is_header(header)
            is_shaped(header)
            1 <= behind <= len(tags)
            behind <= 2**26
        """,
        gives="""
            -2**26 <= result < behind
            implies(tags[behind - 1] == RAW, result == behind - header[UNITS])
            implies(tags[behind - 1] != RAW, result >= 0 and (result == 0 or tags[result] != BODY))
            implies(tags[behind - 1] != RAW, all(tags[j] == BODY for j in range(result + 1, behind)))
        """,
        loops={
            "while slot > 0 and tags[slot] == BODY": loop(
                keeps="""
                    0 <= slot < behind
                    all(tags[j] == BODY for j in range(slot + 1, behind))
                """,
                falls="slot",
            ),
        },
    ),
    contract(
        "raise_block",
        whole=True,
        needs="""
            0 <= first
            0 <= slots
            first + slots <= len(fixed)
            first < len(fixed)
            first < len(tags)
            first < len(peaks) * CHUNK
            0 <= added < 2**62
        """,
        writes="fixed peaks",
        gives="""
            kept_outside(fixed, old(fixed), first, first + slots)
            all(fixed[i] == min(old(fixed)[i] + added, LIMIT - 1) for i in range(first, first + slots))
            kept_outside(peaks, old(peaks), first // CHUNK, first // CHUNK + 1)
            implies(tags[first] > 0, peaks[first // CHUNK] == max(old(peaks)[first // CHUNK], fixed[first]))
            implies(tags[first] <= 0, peaks == old(peaks))
        """,
        loops={
            "for i in range(slots)": loop(
                keeps="""
                    kept_outside(fixed, old(fixed), first, first + i)
                    all(fixed[j] == min(old(fixed)[j] + added, LIMIT - 1) for j in range(first, first + i))
                """
            )
        },
    ),
    contract(
        "lean_before",
        needs=f"""{ALONG}            behind <= header[SLOTS]
            behind <= 0 or behind == header[SLOTS] or tags[behind] >= 0
            added < 2**62
        """,
        writes="fixed peaks",
        gives="are_below(tags, fixed, peaks, header[SLOTS], CHUNK)",
        loops={
            "while behind > 0 and added > 0": loop(
                keeps="""
                    behind <= header[SLOTS]
                    behind <= 0 or behind == header[SLOTS] or tags[behind] >= 0
                    added < 2**62
                    are_below(tags, fixed, peaks, header[SLOTS], CHUNK)
                """,
                falls="behind",
            )
        },
        before={
            "raise_block": """
                raw_begins(header, tags, behind)
                goes_on_behind(header, tags, first)
                goes_on_behind(header, tags, first + 1)
                implies(tags[behind - 1] == RAW, tags[first] == 0)
                implies(tags[behind - 1] != RAW, tags[first] >= 0)
                implies(tags[behind - 1] == RAW, all(tags[j] < 1 for j in range(first + 1, behind)))
                tags[first] >= 0 and all(tags[j] < 1 for j in range(first + 1, behind))
            """,
            "halvings = 1 if": """
                1 <= header[SPAN]
                over_bound(header[SPAN + tags[first]], header[SPAN])
            """
        },
    ),
    contract(
        "lean_from",
        needs=f"""{ALONG}            0 <= slot <= header[SLOTS]
            implies(slot < header[SLOTS], tags[slot] >= 0)
            0 <= token <= 2**60 + slot * 2**31
            0 <= header[CURSOR_TOKEN] < 2**60
            0 <= header[LEAN] < 2**62
        """,
        writes="fixed peaks",
        gives="are_below(tags, fixed, peaks, header[SLOTS], CHUNK)",
        opens="whole_is(header, tags)",
        loops={
            "while slot < header[SLOTS]": loop(
                keeps="""
                    are_below(tags, fixed, peaks, header[SLOTS], CHUNK)
                    0 <= slot <= header[SLOTS]
                    implies(slot < header[SLOTS], tags[slot] >= 0)
                    0 <= token <= 2**60 + slot * 2**31
                """,
                falls="header[SLOTS] - slot",
                opens="""
                    1 <= header[SPAN]
                    1 <= header[UNITS + tags[slot]]
                    over_bound(max(token - header[CURSOR_TOKEN], 0), header[SPAN])
                """,
            )
        },
    ),
    contract(
        "lean_to_cursor",
        needs=f"""{ALONG}            families_fit(header, family_slot)
            families_fit(header, family_node)
            rising(family_slot, 0, header[FAMILIES])
            tokens_are_told(header, tags, family_slot, family_node)
            within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
            0 <= header[FIRST] < 2**49
            header[FIRST] <= header[CURSOR_TOKEN] < 2**60
            0 <= header[LEAN] < 2**62
        """,
        writes="fixed peaks",
        gives="are_below(tags, fixed, peaks, header[SLOTS], CHUNK)",
        before={
            "token = token_at": "tokens_none(header, tags, 0, 0)",
            "halvings = (cursor": """
                1 <= header[SPAN]
                over_bound(cursor - token, header[SPAN])
            """,
        },
    ),
]
