"""Contracts of `focalloc.fastpath.kernels.policy_calls`: whether a policy's answer is another than greedy's."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop
from focalloc.proofs.contracts.search_calls import LIES_IN_SPACE, WORK

CONTRACTS = [
    contract(
        "network_of",
        cuts={"sizes": "table[:NETWORK]"},
        seen_through=True,
        whole=True,
        needs="""
            cells(table) >= NETWORK
            0 <= sizes[HIDDEN] <= 2**10
            NETWORK + SIDES * (CHEAP + 1) + SIDES * (KNOWN_OF_ITEM + 1) * sizes[HIDDEN]
                + SIDES * (5 * sizes[HIDDEN] + 1) * sizes[HIDDEN] <= cells(table)
        """,
        gives="""
            result.sizes == sizes
            len(result.gate) == SIDES * (CHEAP + 1)
            len(result.encode) == SIDES * (KNOWN_OF_ITEM + 1) * sizes[HIDDEN]
            len(result.mix) == SIDES * (5 * sizes[HIDDEN] + 1) * sizes[HIDDEN]
            NETWORK + len(result.gate) + len(result.encode) + len(result.mix) + len(result.prefer) == cells(table)
        """,
        opens="places_product(SIDES * (5 * sizes[HIDDEN] + 1), sizes[HIDDEN])",
    ),
    contract(
        "look_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}
            is_header(header)
            0 <= header[TOLD_AT] <= cells(scratch)
            0 <= width <= 2**10
            3 * SIDES * LOOK + SIDES + 1 <= query[WORK_OFFSETS + 39] - query[WORK_OFFSETS + 38]
            KNOWN_OF_ITEM * (SIDES * LOOK + 1) + (SIDES * LOOK + 6) * width
                <= 2 * (query[WORK_OFFSETS + 40] - query[WORK_OFFSETS + 39])
        """,
        gives="""
            len(result.told) == cells(scratch) - header[TOLD_AT]
            len(result.listed) == SIDES * LOOK
            len(result.inputs) == KNOWN_OF_ITEM * SIDES * LOOK
            len(result.activations) == SIDES * LOOK * width
            len(result.context) == 4 * width
            len(result.sums) == width
            len(result.mixed) == width
        """,
    ),
    contract(
        "is_another",
        whole=True,
        truth=True,
        needs="""
            0 <= done <= len(actions)
            0 <= rivals <= len(rival)
        """,
        gives="""
            result == (done != rivals or not all(held(rival, 0, rivals, actions[i]) for i in range(done)))
        """,
        loops={
            "for i in range(done)": loop(keeps="all(held(rival, 0, rivals, actions[j]) for j in range(i))"),
            "for j in range(rivals)": loop(
                keeps="""
                    implies(found, held(rival, 0, rivals, actions[i]))
                    implies(not found, all(rival[k] != actions[i] for k in range(j)))
                """,
                opens="held_if(rival, 0, rivals, actions[i], j)",
            ),
        },
    ),
    contract(
        "clear",
        cuts={
            **WORK,
            "worth": "space[query[WORK_OFFSETS + 17]:query[WORK_OFFSETS + 18]]",
            "wishes": "space[query[WORK_OFFSETS + 16]:query[WORK_OFFSETS + 17]]",
        },
        whole=True,
        needs=f"""{LIES_IN_SPACE}
            is_header(header)
            0 <= header[SLOTS] <= len(worth)
            0 <= header[FAMILIES] <= len(wishes)
        """,
        writes="worth wishes",
        gives="""
            all(worth[i] == 0 for i in range(header[SLOTS]))
            kept_from(worth, old(worth), header[SLOTS])
            all(wishes[i] == 0 for i in range(header[FAMILIES]))
            kept_from(wishes, old(wishes), header[FAMILIES])
        """,
        loops={
            "for slot in range(header[SLOTS])": loop(
                keeps="""
                    all(worth[i] == 0 for i in range(slot))
                    kept_from(worth, old(worth), slot)
                """
            ),
            "for family in range(header[FAMILIES])": loop(
                keeps="""
                    all(wishes[i] == 0 for i in range(family))
                    kept_from(wishes, old(wishes), family)
                """
            ),
        },
    ),
]
