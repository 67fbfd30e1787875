"""Contracts of `focalloc.fastpath.kernels.policy_calls`: whether a policy's answer is another than greedy's."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

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
]
