"""Contracts of `focalloc.fastpath.kernels.search_calls`: the tables of a search, cut out of their array."""

from __future__ import annotations

from focalloc.proofs.contracts.calls import STATE, TELLING, TOLD, TOLD_OF, WHOLE
from focalloc.proofs.contracts.form import contract, loop

WORK = {"query": "space[:WORK_HEADER]"}
"""The header of the array of a search."""

LIES_IN_SPACE = """
            work_lies_apart(query)
            query[WORK_OFFSETS + WORK_TABLES] <= cells(space)
"""
"""That its tables lie in it."""

OF_REGIONS = """
            is_header(header)
            0 <= header[CAPACITY] <= query[WORK_OFFSETS + 29] - query[WORK_OFFSETS + 28]
"""
"""That there is room for two numbers of each slot of a region."""

ASKED = """
            header[OFFSETS + TABLES] <= cells(state) - WORK_HEADER
            -1 <= header[UNLOCKED] <= 1
"""
"""That a row of a state ends with the header of the session's own work space."""

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
    contract(
        "region_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}{OF_REGIONS}""",
        gives="""
            len(result.header) == query[WORK_OFFSETS + 22] - query[WORK_OFFSETS + 21]
            len(result.tags) == 8 * (query[WORK_OFFSETS + 28] - query[WORK_OFFSETS + 27])
            len(result.fixed) == header[CAPACITY]
            2 * header[CAPACITY] + len(result.peaks) == 2 * (query[WORK_OFFSETS + 29] - query[WORK_OFFSETS + 28])
        """,
    ),
    contract(
        "regions_of",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}{OF_REGIONS}""",
        gives="""
            result.worth == worth
            len(result.turns) == query[WORK_OFFSETS + 26] - query[WORK_OFFSETS + 25]
            len(result.notes) == query[WORK_OFFSETS + 27] - query[WORK_OFFSETS + 26]
        """,
    ),
    contract(
        "worths_of_region",
        cuts=WORK,
        seen_through=True,
        whole=True,
        needs=f"""{LIES_IN_SPACE}{OF_REGIONS}""",
        gives="""
            len(result.worth) == header[CAPACITY]
            result.peaks == regions.region.peaks
        """,
    ),
    contract(
        "sets_out",
        cuts={**STATE, **WORK, "asked": "state[len(state) - WORK_HEADER:]"},
        whole=True,
        truth=True,
        needs=f"""{WHOLE}{ASKED}
            WORK_HEADER <= cells(space)
            RETURNED < len(call)
        """,
        writes="header query",
        gives="""
            result == (call[RETURNED] >= 0)
            only(header, UNLOCKED)
            header[UNLOCKED] == (-old(header)[UNLOCKED] if result else old(header)[UNLOCKED])
            implies(result, all(query[j] == asked[j] for j in range(WORK_HEADER)))
            implies(not result, query == old(query))
        """,
        loops={
            "for j in range(WORK_HEADER)": loop(
                keeps="""
                    all(query[k] == asked[k] for k in range(j))
                """
            )
        },
    ),
    contract(
        "arrives",
        cuts=TOLD_OF,
        whole=True,
        needs=f"""{TELLING}
            -1 <= header[UNLOCKED] <= 1
        """,
        writes="header call",
        gives=f"""{TOLD}
            only(header, UNLOCKED)
            header[UNLOCKED] == -old(header)[UNLOCKED]
        """,
    ),
]
