"""Contracts of `focalloc.fastpath.kernels.opening`: blocks of the coarsest tiling, and a heap of what is wanted."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

WANTED = """
            is_header(header)
            is_shaped(header)
            0 <= wanted.cursor < 2**60
"""
"""What comparing nodes needs."""

CONTRACTS = [
    contract(
        "coarsest_level",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= at < 2**50
            at % header[SPAN] == 0
            at + header[SPAN] <= last
        """,
        gives="""
            0 <= result <= header[TOP]
            at % header[SPAN + result] == 0
            at + header[SPAN + result] <= last
        """,
        loops={
            "while at % header[SPAN + level] != 0 or at + header[SPAN + level] > last": loop(
                keeps="""
                    0 <= level <= header[TOP]
                    0 <= at % header[SPAN + level] <= 2**31
                """,
                falls="level",
                closes="rest_bound(at, header[SPAN + level])",
            )
        },
        opens="rest_bound(at, header[SPAN + header[TOP]])",
    ),
    contract(
        "count_alike",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= level <= header[TOP]
            0 <= at < 2**50
            at + header[SPAN + level] <= last
            last < 2**50
        """,
        gives="0 <= result <= last",
        before={
            "above = min": "rest_bound(at, wide)",
            "return": "over_bound(above - at, header[SPAN + level])",
        },
    ),
    contract(
        "want_of",
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= level <= header[TOP]
            0 <= wanted.first <= start
            start < 2**50
            len(scores) == 0
                or (start - wanted.first) // header[SPAN] + header[SPAN + level] // header[SPAN] <= len(scores)
            len(scores) == 0 or (start - wanted.first) // header[SPAN] < len(scores)
        """,
        opens="""
            over_bound(start - wanted.first, header[SPAN])
            over_bound(header[SPAN + level], header[SPAN])
        """,
        loops={"for i in range(begin + 1, begin + wanted.header[SPAN + level] // span)": loop()},
    ),
    contract(
        "precedes",
        truth=True,
        needs=f"""{WANTED}
            0 <= node < 2**58
            node % LEVELS <= header[TOP]
            0 <= other < 2**58
            other % LEVELS <= header[TOP]
        """,
        gives="implies(want != other_want, result == (want > other_want))",
        opens="""
            over_bound(max(node // LEVELS - wanted.cursor,
                wanted.cursor - node // LEVELS - header[SPAN + node % LEVELS], 0), header[SPAN])
            over_bound(max(other // LEVELS - wanted.cursor,
                wanted.cursor - other // LEVELS - header[SPAN + other % LEVELS], 0), header[SPAN])
        """,
    ),
    contract(
        "add",
        needs=f"""{WANTED}
            0 <= size < 2**40
            size < len(wants)
            size < len(nodes)
            are_nodes(header, nodes, size)
            0 <= node < 2**58
            node % LEVELS <= header[TOP]
        """,
        writes="wants nodes",
        gives="""
            are_nodes(header, nodes, size + 1)
            kept_from(wants, old(wants), size + 1)
            kept_from(nodes, old(nodes), size + 1)
        """,
        loops={
            "while at > 0": loop(
                keeps="""
                    0 <= at <= size
                    are_nodes(header, nodes, size)
                    implies(at < size, are_nodes(header, nodes, size + 1))
                    kept_from(wants, old(wants), size + 1)
                    kept_from(nodes, old(nodes), size + 1)
                """,
                falls="at",
            )
        },
    ),
    contract(
        "drop_first",
        needs=f"""{WANTED}
            1 <= size < 2**40
            size <= len(wants)
            size <= len(nodes)
            are_nodes(header, nodes, size)
        """,
        writes="wants nodes",
        gives="""
            are_nodes(header, nodes, size - 1)
            kept_from(wants, old(wants), size)
            kept_from(nodes, old(nodes), size)
        """,
        loops={
            "while child < size - 1": loop(
                keeps="""
                    0 <= at < size
                    child == 2 * at + 1
                    are_nodes(header, nodes, size)
                    kept_from(wants, old(wants), size)
                    kept_from(nodes, old(nodes), size)
                """,
                falls="size - at",
            )
        },
    ),
]
