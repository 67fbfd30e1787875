"""Contracts of `focalloc.fastpath.kernels.scores`."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

FEW = """
                    mean_of_one(fixed, slot, header[UNITS + tags[slot]])
                    mean_of_two(fixed, slot, header[UNITS + tags[slot]])
                    mean_of_four(fixed, slot, header[UNITS + tags[slot]])
"""
"""What the means of so few scores are."""

FIRST_MEANS = (
    "all(worth[j] == mean_at(header, tags, fixed, j) for j in range(END) if 1 <= tags[j] <= header[TOP]"
    " and (header[UNITS + tags[j]] == 1 or tags[j] == of_two or tags[j] == of_four) if at(worth[j]))"
)
"""That the gists at the front have theirs, where they are of one slot, or of two or four at their level."""

SINGLE_MEANS = (
    "all(worth[j] == mean_at(header, tags, fixed, j) for j in range(END) if 1 <= tags[j] <= header[TOP]"
    " and header[UNITS + tags[j]] == 1 if at(worth[j]))"
)
"""That gists of one slot have theirs."""

MEANS_BELOW = (
    "all(worth[j] == mean_at(header, tags, fixed, j) for j in range(slots) if 1 <= tags[j] < level"
    " and tags[j] <= header[TOP] if at(worth[j]))"
)
"""That gists of the levels below have theirs."""

MEANS_UNDER_PEAKS = (
    "all(mean_at(header, tags, fixed, j) <= peaks[j // CHUNK] for j in range({end}) if 1 <= tags[j] if at(tags[j]))"
)
"""That no gist that begins so far is above the peak of its chunk."""

CONTRACTS = [
    contract(
        "take",
        truth=True,
        needs="""
            0 <= slots <= 2**26
            slots <= len(scores)
            slots <= len(tags)
            slots <= len(fixed)
            slots // CHUNK < len(peaks)
        """,
        writes="fixed peaks",
        gives="""
            implies(result, all(-LIMIT < fixed[i] and fixed[i] < LIMIT for i in range(slots)))
            are_below(tags, fixed, peaks, slots, CHUNK)
            kept_from(fixed, old(fixed), slots)
            kept_from(peaks, old(peaks), slots // CHUNK + 1)
        """,
        loops={
            "for chunk in range(whole)": loop(
                keeps="""
                    0 <= misfits <= chunk * CHUNK
                    misfits > 0 or all(-LIMIT < fixed[i] and fixed[i] < LIMIT for i in range(chunk * CHUNK))
                    all(tags[i] < 1 or fixed[i] <= peaks[i // CHUNK] for i in range(chunk * CHUNK))
                    kept_from(fixed, old(fixed), slots)
                    kept_from(peaks, old(peaks), whole)
                """
            ),
            "for i in range(CHUNK)": loop(
                keeps="""
                    0 <= misfits <= chunk * CHUNK + i
                    LOWEST <= peak < LIMIT
                    misfits > 0 or all(-LIMIT < fixed[j] and fixed[j] < LIMIT for j in range(chunk * CHUNK + i))
                    all(tags[j] < 1 or fixed[j] <= peaks[j // CHUNK] for j in range(chunk * CHUNK))
                    all(tags[j] < 1 or fixed[j] <= peak for j in range(chunk * CHUNK, chunk * CHUNK + i))
                    kept_from(fixed, old(fixed), slots)
                """
            ),
            "for slot in range(whole * CHUNK, slots)": loop(
                keeps="""
                    0 <= misfits <= slot
                    LOWEST <= peak < LIMIT
                    misfits > 0 or all(-LIMIT < fixed[j] and fixed[j] < LIMIT for j in range(slot))
                    all(tags[j] < 1 or fixed[j] <= peaks[j // CHUNK] for j in range(whole * CHUNK))
                    all(tags[j] < 1 or fixed[j] <= peak for j in range(whole * CHUNK, slot))
                    kept_from(fixed, old(fixed), slots)
                """
            ),
        },
    ),
    contract(
        "total",
        whole=True,
        needs="""
            0 <= slot
            0 <= slots < 2**30
            slot + slots <= len(fixed)
        """,
        gives="""
            result == sum_of(fixed, slot, slots)
            -LIMIT * slots <= result <= (LIMIT - 1) * slots
        """,
        opens="sum_none(fixed, slot, 0)",
        loops={
            "for i in range(slots)": loop(
                keeps="""
                    score == sum_of(fixed, slot, i)
                    -LIMIT * i <= score <= (LIMIT - 1) * i
                """,
                closes="sum_one_more(fixed, slot, i)",
            )
        },
        closes="""
            sum_one_more(fixed, slot, 2)
            sum_one_more(fixed, slot, 1)
        """,
    ),
    contract(
        "level_of",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
        """,
        gives="""
            0 <= result <= header[TOP]
            implies(result > 0, header[UNITS + result] == units)
            all(header[i] != units for i in range(UNITS + 1, UNITS + result))
            implies(result == 0, all(header[i] != units for i in range(UNITS + 1, UNITS + header[TOP] + 1)))
        """,
        loops={
            "for level in range(1, header[TOP] + 1)": loop(
                keeps="all(header[i] != units for i in range(UNITS + 1, UNITS + level))"
            )
        },
    ),
    contract(
        "blend",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] <= len(worth)
            blocks_fit(header, tags)
        """,
        writes="worth",
        whole=True,
        gives="""
            all(worth[i] == mean_at(header, tags, fixed, i) for i in range(header[SLOTS])
                if 1 <= tags[i] <= header[TOP] if at(worth[i]))
        """,
        loops={
            "for slot in range(whole)": loop(keeps=FIRST_MEANS.replace("END", "slot"), opens=FEW),
            "for slot in range(whole) #2": loop(keeps=FIRST_MEANS.replace("END", "slot"), opens=FEW),
            "for i in range(slots - whole)": loop(
                keeps=f"""
                    {SINGLE_MEANS.replace("END", "whole + i")}
                    {FIRST_MEANS.replace("END", "whole")}
                """,
                opens="mean_of_one(fixed, whole + i, header[UNITS + tags[whole + i]])",
            ),
            "for level in range(1, header[TOP] + 1)": loop(
                keeps=f"""
                    {SINGLE_MEANS.replace("END", "slots")}
                    {FIRST_MEANS.replace("END", "whole")}
                    {MEANS_BELOW}
                """,
                opens="1 <= header[UNITS + level] <= 2**26",
            ),
            "for i in range(slots - first)": loop(
                keeps=f"""
                    {SINGLE_MEANS.replace("END", "slots")}
                    {FIRST_MEANS.replace("END", "whole")}
                    {MEANS_BELOW}
                    all(worth[j] == mean_at(header, tags, fixed, j) for j in range(first + i)
                        if tags[j] == level if at(worth[j]))
                """,
                opens="implies(tags[first + i] == level, first + i + units <= slots)",
            ),
        },
        before={"worth[first + i] = total": "mean_narrow(sum_of(fixed, first + i, units), units)"},
    ),
    contract(
        "begins_within",
        whole=True,
        truth=True,
        needs="""
            0 <= first
            first + CHUNK <= len(tags)
        """,
        gives="""
            implies(not result, all(tags[i] == BODY for i in range(first, first + CHUNK)))
            implies(result, not all(tags[i] == BODY for i in range(first, first + CHUNK)))
        """,
        loops={
            "while at >= 0 and tags[first + at] == BODY": loop(
                keeps="""
                    -1 <= at < CHUNK
                    all(tags[i] == BODY for i in range(first + at + 1, first + CHUNK))
                """,
                falls="at + 1",
            )
        },
    ),
    contract(
        "are_means_known",
        truth=True,
        needs="""
            is_header(header)
            is_shaped(header)
        """,
        gives="implies(result, means_are_known(header, header[TOP] + 1))",
        loops={"for level in range(1, header[TOP] + 1)": loop(keeps="means_are_known(header, level)")},
    ),
    contract(
        "survey_means",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(peaks)
            blocks_fit(header, tags)
            all(tags[i] <= header[TOP] for i in range(header[SLOTS]))
            means_are_known(header, header[TOP] + 1)
        """,
        writes="peaks",
        whole=True,
        gives="below_peaks(header, tags, fixed, peaks, CHUNK)",
        loops={
            "for chunk in range(whole)": loop(keeps=MEANS_UNDER_PEAKS.format(end="chunk * CHUNK")),
            "for i in range(CHUNK + 3)": loop(
                keeps="""
                    LOWEST <= score < LIMIT
                    all(fixed[j] <= score for j in range(first, first + i))
                """
            ),
            "for i in range(CHUNK)": loop(
                keeps=f"""
                    LOWEST <= peak < LIMIT
                    {MEANS_UNDER_PEAKS.format(end="chunk * CHUNK")}
                    all(mean_at(header, tags, fixed, j) <= peak for j in range(first, first + i) if 1 <= tags[j]
                        if at(tags[j]))
                """,
                opens=FEW.replace("slot", "first + i"),
            ),
            "for chunk in range(whole, (slots + CHUNK - 1) // CHUNK)": loop(
                keeps=MEANS_UNDER_PEAKS.format(end="min(slots, chunk * CHUNK)")
            ),
            "for slot in range(chunk * CHUNK, min(slots, (chunk + 1) * CHUNK))": loop(
                keeps="""
                    LOWEST <= highest < LIMIT
                    all(mean_at(header, tags, fixed, j) <= highest for j in range(chunk * CHUNK, slot) if 1 <= tags[j]
                        if at(tags[j]))
                """,
                opens="""
                    implies(tags[slot] >= 1, 1 <= header[UNITS + tags[slot]] <= 2**26)
                    implies(tags[slot] >= 1, slot + header[UNITS + tags[slot]] <= slots)
                """,
            ),
        },
        before={
            "if score <= header[TAU_EXPAND]": "means_near(header, tags, fixed, first, CHUNK, 3, score)",
            "highest = max": "mean_narrow(sum_of(fixed, slot, units), units)",
        },
        closes="below_peaks_is(header, tags, fixed, peaks, CHUNK)",
    ),
    contract(
        "bound_by_scores",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] // CHUNK < len(peaks)
            blocks_fit(header, tags)
            gists_are_whole(header, tags)
            all(tags[i] <= header[TOP] for i in range(header[SLOTS]))
        """,
        writes="peaks",
        whole=True,
        gives="below_peaks(header, tags, fixed, peaks, CHUNK)",
        opens="gists_go_on_is(header, tags)",
        loops={
            "for chunk in range(whole)": loop(keeps=MEANS_UNDER_PEAKS.format(end="chunk * CHUNK")),
            "for i in range(CHUNK)": loop(
                keeps="""
                    LOWEST <= peak < LIMIT
                    all(fixed[j] <= peak for j in range(first, first + i) if tags[j] != 0 and tags[j] != RAW)
                """
            ),
            "while slot < slots and tags[slot] == BODY": loop(
                keeps="""
                    first + CHUNK <= slot <= slots
                    LOWEST <= peak < LIMIT
                    all(tags[j] == BODY for j in range(first + CHUNK, slot))
                    all(fixed[j] <= peak for j in range(first, slot) if tags[j] != 0 and tags[j] != RAW)
                """,
                falls="slots - slot",
            ),
            "for slot in range(whole * CHUNK, slots)": loop(
                keeps="""
                    LOWEST <= peak < LIMIT
                    all(fixed[j] <= peak for j in range(whole * CHUNK, slot) if tags[j] != 0 and tags[j] != RAW)
                """
            ),
        },
        before={
            "peaks[chunk] = int": """
                all(j + header[UNITS + tags[j]] <= slot for j in range(first, first + CHUNK) if 1 <= tags[j]
                    if at(tags[j]))
                means_within(header, tags, fixed, first, CHUNK, slot, peak)
            """,
            "peaks[whole] = int": """
                means_within(header, tags, fixed, whole * CHUNK, slots - whole * CHUNK, slots, peak)
            """,
        },
        closes="below_peaks_is(header, tags, fixed, peaks, CHUNK)",
    ),
    contract(
        "bound",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] // CHUNK < len(peaks)
            blocks_fit(header, tags)
            gists_are_whole(header, tags)
            all(tags[i] <= header[TOP] for i in range(header[SLOTS]))
        """,
        writes="peaks",
        whole=True,
        gives="below_peaks(header, tags, fixed, peaks, CHUNK)",
    ),
    contract(
        "survey",
        any_width="worth peaks",
        needs="""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(worth)
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(peaks)
            low(peaks) <= LOWEST and low(peaks) <= low(worth) and high(worth) <= high(peaks)
        """,
        writes="peaks",
        gives="""
            all(worth[i] <= peaks[i // CHUNK] for i in range(header[SLOTS]) if tags[i] >= 1)
            all(LOWEST <= peaks[c] for c in range((header[SLOTS] + CHUNK - 1) // CHUNK))
            implies(are_preferences(tags, worth, header[SLOTS]),
                within(peaks, 0, (header[SLOTS] + CHUNK - 1) // CHUNK, LOWEST, 2**33))
        """,
        loops={
            "for chunk in range(whole)": loop(
                keeps="""
                    all(worth[i] <= peaks[i // CHUNK] for i in range(chunk * CHUNK) if tags[i] >= 1)
                    all(LOWEST <= peaks[c] for c in range(chunk))
                    implies(are_preferences(tags, worth, header[SLOTS]), within(peaks, 0, chunk, LOWEST, 2**33))
                """
            ),
            "for i in range(CHUNK)": loop(
                keeps="""
                    LOWEST <= peak <= high(peaks)
                    implies(are_preferences(tags, worth, header[SLOTS]), peak <= 2**33)
                    all(worth[j] <= peak for j in range(first, first + i) if tags[j] >= 1)
                """
            ),
            "for slot in range(whole * CHUNK, slots)": loop(
                keeps="""
                    LOWEST <= peak <= high(peaks)
                    implies(are_preferences(tags, worth, header[SLOTS]), peak <= 2**33)
                    all(worth[j] <= peak for j in range(whole * CHUNK, slot) if tags[j] >= 1)
                """
            ),
        },
    ),
    contract(
        "ratio",
        needs="0 < part <= whole < 2**61",
        gives="0 <= result <= 2**20",
        opens="power_none(0)",
        loops={
            "for _ in range(SHIFT)": loop(
                keeps="""
                    0 <= part < whole
                    0 <= gain <= power(_)
                    implies(gain == power(_), part == 0)
                    1 <= power(_) <= 2**20
                """,
                closes="""
                    power_one_more(_)
                    power_positive(_)
                    power_grows(_, 20)
                    power_20(20)
                """,
            )
        },
        closes="power_20(20)",
    ),
    contract(
        "scaled",
        needs="""
            0 <= score <= LIMIT
            0 <= gain <= 2**20
        """,
        gives="0 <= result <= score",
        opens="share_bound(score, gain)",
    ),
    contract(
        "balance",
        needs="""
            0 <= slots <= 2**26
            slots <= len(fixed)
        """,
        writes="fixed",
        gives="kept_from(fixed, old(fixed), slots)",
        loops={
            "for i in range(slots)": loop(
                keeps="""
                    0 <= positive <= i * LIMIT
                    0 <= positive - whole <= i * LIMIT
                """
            ),
            "for i in range(slots) #2": loop(keeps="kept_from(fixed, old(fixed), slots)"),
        },
    ),
]
