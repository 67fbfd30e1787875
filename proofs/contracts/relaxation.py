"""Contracts of `focalloc.fastpath.kernels.relaxation`: candidates are named by their nodes (LPR-1)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop
from focalloc.proofs.contracts.knapsack import APART_TOLD, COLLAPSING, LAID, TOLD, WORTHS

CONTRACTS = [
    contract(
        "lay_out_named",
        any_width="worth work.peaks",
        needs=f"""{TOLD}{WORTHS}{COLLAPSING}{LAID}{APART_TOLD.replace("work.header[APART]", "0")}
            within(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS], 1,
                2**26 // max(1, session.header[N_DIFF]))
            rising(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            deltas_are_listed(session.header, work.header)
            2 * work.header[DELTAS] * session.header[N_DIFF] <= work.header[ITEM_SPACE]
        """,
        writes="""session.header work.header spare_slot spare_node expand_keys expand_tokens pool_keys pool_families
            work.peaks session.chunk_keys session.chunk_notes tags
            work.search.runs work.search.item_keys work.search.item_notes""",
        gives="""
            only(session.header)
            only(tags)
        """,
        loops={
            "for run in range(work.header[RUNS])": loop(
                keeps="""
                    are_candidates(session.header, work.search.runs, work.search.item_keys, work.search.item_notes, run,
                        work.header[RUNS])
                """,
                opens="here(run) == run",
            ),
            "for i in range(first, first + size_of(runs, run))": loop(
                keeps="""
                    are_candidates(session.header, work.search.runs, work.search.item_keys, work.search.item_notes,
                        run + 1, work.header[RUNS])
                    all(
                        (0 <= notes[j] and notes[j] < session.header[FAMILIES] if runs[run * RUN + DELTA] < 0
                        else 0 <= notes[j] and notes[j] <= 2**50 and place_of(keys[j]) < session.header[SLOTS])
                        for j in range(i, first + runs[run * RUN + SIZE]) if at(notes[j]) if at(keys[j]))
                """
            ),
        },
        before={
            "lay_out(session": """
                tokens_marked(session.header, old(session.header), tags, tags, session.header[SLOTS])
                tokens_are_told(session.header, tags, family_slot, family_node)
                all_stand_alike(old(session.header), session.header, tags, family_slot, family_node,
                    session.header[FAMILIES], session.header[SLOTS])
                listed_alike(old(session.header), session.header, old(work.header), work.header)
                deltas_are_listed(session.header, work.header)
                rising(work.header, DELTA_LIST, DELTA_LIST + work.header[DELTAS])
            """,
        },
    ),
]
