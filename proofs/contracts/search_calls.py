"""Contracts of `focalloc.fastpath.kernels.search_calls`: the tables of a search, cut out of their array."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract

WORK = {"query": "space[:WORK_HEADER]"}
"""The header of the array of a search."""

LIES_IN_SPACE = """
            work_lies_apart(query)
            query[WORK_OFFSETS + WORK_TABLES] <= cells(space)
"""
"""That its tables lie in it."""

CONTRACTS = [
    contract(
        "work_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=LIES_IN_SPACE,
        gives="""
            result.header == query
            result.worth == worth
            result.peaks == peaks
            len(result.pool_keys) == query[WORK_OFFSETS + 1] - query[WORK_OFFSETS]
            len(result.wishes) == query[WORK_OFFSETS + 17] - query[WORK_OFFSETS + 16]
        """,
    ),
    contract(
        "wide_worths",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=LIES_IN_SPACE,
        gives="""
            len(result.worth) == query[WORK_OFFSETS + 18] - query[WORK_OFFSETS + 17]
            len(result.peaks) == query[WORK_OFFSETS + 20] - query[WORK_OFFSETS + 19]
        """,
    ),
]
