"""Contracts of `focalloc.fastpath.kernels.refined_calls`: greedy iterations with other ties."""

from __future__ import annotations

from focalloc.proofs.contracts.calls import (
    ADAPTED,
    ADAPTIVE,
    AGGREGATES,
    ARRAYS,
    HISTORY,
    REMEMBERED_IN,
    REMEMBERED_TWICE,
    RING_TOLD,
    ROOM,
    SESSION,
    TERMS,
    lasting_alone,
    lasting_of_many,
    still_alike,
    still_marked,
)
from focalloc.proofs.contracts.form import besides, contract, lines
from focalloc.proofs.contracts.invariants import KEPT, STILL_COMPLETE, complete_of, still_complete
from focalloc.proofs.contracts.search_calls import ACTED_IN_TURNS, SCORED, for_many, still_complete_of_many

TIED = """
    header[ITERATION] + 1 < 2**62
    0 <= header[N_DIFF] < 2**26
    0 <= header[TAU_COLLAPSE] < LIMIT
    implies(len(adaptive) > 0, 0 <= adaptive[COLLAPSE_NOW] < LIMIT)
    header[FIRST] <= header[CURSOR_TOKEN] < 2**49
    implies(header[MULTI_SLOT] == 0, all(header[i] == 1 for i in range(UNITS + 1, UNITS + header[TOP] + 1)))
    0 <= header[ALIKE] <= 2**26
    header[MEMORY] <= 2**34
    header[OFFSETS + 21] - header[OFFSETS + 20] <= 2**26
    WORK_HEADER <= cells(space)
"""
"""What other ties need beyond an iteration."""

LONG = "((len(space) - WORK_HEADER) // COLUMNS)"

COLUMNS_OF = {
    name: f"space[WORK_HEADER + {i} * {LONG}:{f'WORK_HEADER + {i + 1} * {LONG}' if i < 7 else ''}]"
    for i, name in enumerate(("keys", "notes", "ranks", "slots", "tokens", "nodes", "ages", "more_keys"))
}
"""The columns of its work space."""

ALONE = [
    contract(
        "run_tied",
        cuts={
            **SESSION,
            **AGGREGATES,
            "adaptive": ADAPTIVE["adaptive"],
            "history": HISTORY["history"],
            **COLUMNS_OF,
        },
        needs="\n".join(
            (
                *lines(ARRAYS),
                *lines(ADAPTED),
                *lines(RING_TOLD),
                *lines(REMEMBERED_IN),
                *lines(REMEMBERED_TWICE),
                *KEPT,
                *lines(ROOM),
                *lines(TERMS),
                *lines(SCORED),
                *lines(TIED),
            )
        ),
        writes="""header tags spare peaks aggregates memory told no_expand splices ledger_action ledger_iteration
            actions places collapse_keys collapse_families expand_keys expand_tokens chunk_keys chunk_notes
            family_slot family_node spare_slot spare_node adaptive acted iterations
            keys notes ranks slots tokens nodes ages more_keys""",
        gives="\n".join((*lines(ACTED_IN_TURNS), *KEPT)),
        before={
            "long =": still_alike("old(header)"),
            "worths = surveyed": """
                multiplied_is(header)
                multiplied(header)
                tiled_follow(header, tags)
                tiled_whole(header, tags)
                whole_gists(header, tags)
            """,
            "done = select_tied": """
                means_of_one(header, tags, fixed, header[SLOTS])
                means_least(header, tags, fixed, header[SLOTS])
                all(worths.worth[i] == mean_at(header, tags, fixed, i) or worths.worth[i] == LOWEST
                    for i in range(header[SLOTS]) if 1 <= tags[i] <= header[TOP] if at(worths.worth[i]))
                all(worths.worth[i] <= mean_at(header, tags, fixed, i) for i in range(header[SLOTS])
                    if 1 <= tags[i] <= header[TOP] if at(worths.worth[i]))
                worth_within_means(header, tags, fixed, worths.worth)
                families_whole(header, tags, family_slot, family_node, header[FAMILIES])
                spans_multiply_is(header)
                geometry_is(header)
                told_by(header, tags, family_slot, family_node, header[FAMILIES])
                told_rise(header, tags, family_slot, family_node, header[FAMILIES])
                all_there_marked(header, tags, tags, family_slot, family_node, header[FAMILIES])
                are_there_is(header, tags, family_slot, family_node, header[FAMILIES])
                least_positive(header, WIDTH + 1, WIDTH + 1 + header[TOP])
                families_take(header, family_slot, family_node, 0, header[FAMILIES])
                most_of_all(1, least_width(header), header[FAMILIES])
                times_turned(least_width(header), header[FAMILIES])
                header[FAMILIES] <= header[SLOTS]
            """,
            "apply": f"""{still_marked("prior(header)")}
                all(0 <= places[i] and places[i] + before(header, actions[i]) <= header[SLOTS]
                    for i in range(done) if at(places[i]))
            """,
            "take_back": still_alike("prior(header)"),
        },
        closes=still_alike("old(header)"),
    ),
]
"""That of the call for one session."""

CONTRACTS = [
    *ALONE,
    for_many(
        "run_ties",
        *ALONE,
        cuts={"history": "history_in(state[calls[i, NUMBER]])"},
        writes="collapse_keys collapse_families acted iterations",
    ),
]

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "run_tied": {
            "gives": STILL_COMPLETE,
            "before": {
                "long =": still_complete("old(header)"),
                "worths = surveyed": still_complete("old(header)"),
                "apply": complete_of("prior(header)", "old(tags)"),
                "take_back": still_complete("prior(header)"),
            },
            "closes": still_complete("old(header)"),
        },
        "run_ties": still_complete_of_many("run_tied"),
    },
)

CONTRACTS = besides(
    CONTRACTS, "lasting", {"run_tied": lasting_alone(ALONE[0]), "run_ties": lasting_of_many(ALONE[0])}
)
