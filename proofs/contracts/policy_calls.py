"""Contracts of `focalloc.fastpath.kernels.policy_calls`: whether a policy's answer is another than greedy's."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop
from focalloc.proofs.contracts.search_calls import LIES_IN_SPACE, WORK

CONTRACTS = [
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
