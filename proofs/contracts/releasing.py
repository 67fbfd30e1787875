"""Contracts of `focalloc.fastpath.kernels.releasing`: the oldest blocks leave, whatever they are."""

from __future__ import annotations

from focalloc.proofs.contracts.form import besides, contract, loop
from focalloc.proofs.contracts.invariants import MEANS_STAY, STILL_COMPLETE

CONTRACTS = [
    contract(
        "oldest_slots",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            follow_each_other(header, tags)
            excess <= header[SLOTS]
        """,
        gives="""
            0 <= result <= header[SLOTS]
            excess <= result
            implies(result < header[SLOTS], tags[result] >= 0)
        """,
        loops={
            "while slots < excess": loop(
                keeps="""
                    0 <= slots <= header[SLOTS]
                    implies(slots < header[SLOTS], tags[slots] >= 0)
                """,
                falls="header[SLOTS] - slots",
                opens="1 <= header[UNITS + tags[slots]]",
            )
        },
    ),
    contract(
        "forget_nodes_before",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            ledger_fits(header, ledger_action)
            ledger_fits(header, ledger_iteration)
            ledger_acts(header, ledger_action)
            entries_are_recent(header, ledger_iteration)
        """,
        writes="header ledger_action ledger_iteration",
        gives="""
            only(header, LEDGER_TO)
            header[LEDGER_FROM] <= header[LEDGER_TO] <= old(header)[LEDGER_TO]
            kept_outside(ledger_action, old(ledger_action), header[LEDGER_FROM], old(header)[LEDGER_TO])
            kept_outside(ledger_iteration, old(ledger_iteration), header[LEDGER_FROM], old(header)[LEDGER_TO])
            all(end_of(header, ledger_action[i] // 2) > token for i in range(header[LEDGER_FROM], header[LEDGER_TO]))
            ledger_acts(header, ledger_action)
            entries_are_recent(header, ledger_iteration)
        """,
        loops={
            "for at in range(header[LEDGER_FROM], header[LEDGER_TO])": loop(
                keeps="""
                    header[LEDGER_FROM] <= kept <= at
                    kept_outside(ledger_action, old(ledger_action), header[LEDGER_FROM], at)
                    kept_outside(ledger_iteration, old(ledger_iteration), header[LEDGER_FROM], at)
                    all(end_of(header, ledger_action[i] // 2) > token for i in range(header[LEDGER_FROM], kept))
                    all(0 <= ledger_action[i] < 2**60 and ledger_action[i] // 2 % LEVELS <= header[TOP]
                        for i in range(kept))
                    all(0 <= ledger_iteration[i] <= header[ITERATION]
                        and header[ITERATION] - ledger_iteration[i] < header[MIN_GAP]
                        for i in range(header[LEDGER_FROM], kept))
                    all(ledger_iteration[i] <= ledger_iteration[j]
                        for i in range(header[LEDGER_FROM], kept) for j in range(i + 1, kept))
                    all(ledger_iteration[i] <= ledger_iteration[j]
                        for i in range(header[LEDGER_FROM], kept) for j in range(at, header[LEDGER_TO]))
                """
            )
        },
    ),
    contract(
        "release",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= slots
            slots <= header[SLOTS] and header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            are_plain(header, tags, header[SLOTS])
            tiled(header, tags, 0, header[SLOTS])
            aligned(header, tags, header[SLOTS])
            slots == header[SLOTS] or tags[slots] >= 0
            0 <= header[FIRST] < 2**49
            0 <= header[KNOWN] <= header[SLOTS]
            header[KNOWN] <= len(memory)
            families_fit(header, family_slot)
            families_fit(header, family_node)
            are_families(header, family_slot, family_node, header[SLOTS])
            rising(family_slot, 0, header[FAMILIES])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            ledger_fits(header, ledger_action)
            ledger_fits(header, ledger_iteration)
            ledger_acts(header, ledger_action)
            entries_are_recent(header, ledger_iteration)
        """,
        writes="header tags memory family_slot family_node ledger_action ledger_iteration",
        gives="""
            only(header, FIRST, SLOTS, KNOWN, FAMILIES, LEDGER_TO)
            header[FIRST] == old(header)[FIRST] + tokens_in(old(header), old(tags), 0, slots)
            header[SLOTS] == old(header)[SLOTS] - slots
            all(tags[i] == old(tags)[i + slots] for i in range(header[SLOTS]))
            0 <= header[KNOWN] <= header[SLOTS]
            header[KNOWN] <= old(header)[KNOWN]
            0 <= header[FAMILIES] <= old(header)[FAMILIES]
            tiled(header, tags, 0, header[SLOTS])
            aligned(header, tags, header[SLOTS])
            are_families(header, family_slot, family_node, header[SLOTS])
            rising(family_slot, 0, header[FAMILIES])
            keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
            all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
                == old(header)[FIRST] + tokens_in(old(header), old(tags), 0, old(header)[SLOTS])
            header[LEDGER_FROM] <= header[LEDGER_TO] <= old(header)[LEDGER_TO]
            ledger_acts(header, ledger_action)
            entries_are_recent(header, ledger_iteration)
        """,
        before={
            "forget_nodes_before": """
                tiled_rest(old(header), old(tags), 0, slots, old(header)[SLOTS])
                tiled_moved(old(header), old(tags), tags, slots, old(header)[SLOTS], -slots)
                all_stand_moved(old(header), header, old(tags), tags, old(family_slot), old(family_node),
                    family_slot, family_node, header[FAMILIES], gone, slots, header[SLOTS])
                all_stand(header, tags, family_slot, family_node, header[FAMILIES])
                aligned_moved(old(header), header, old(tags), tags, slots, header[SLOTS])
            """,
        },
        closes="""
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            all_stand_alike(prior(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
            aligned_alike(prior(header), header, tags, header[SLOTS])
            tokens_marked(header, prior(header), tags, tags, header[SLOTS])
        """,
    ),
]

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "release": {
            "gives": STILL_COMPLETE,
            "before": {
                "forget_nodes_before": """
                    all_listed_moved(old(header), header, old(tags), tags, no_collapse, len(no_collapse),
                        old(family_slot), family_slot, old(header)[FAMILIES], header[FAMILIES], gone, slots,
                        header[SLOTS])
                """
            },
            "closes": """
                all_listed_alike(prior(header), header, tags, no_collapse, len(no_collapse), family_slot,
                    header[FAMILIES], header[SLOTS])
            """,
        },
    },
)

CONTRACTS = besides(CONTRACTS, "lasting", {"release": {"gives": MEANS_STAY}})
