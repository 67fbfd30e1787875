"""Contracts of `focalloc.fastpath.kernels.opening`: blocks of the coarsest tiling, and a heap of what is wanted."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

WANTED = """
            is_header(header)
            is_shaped(header)
            0 <= wanted.cursor < 2**60
"""
"""What comparing nodes needs."""

HISTORY = """
            is_header(header)
            is_shaped(header)
            has_spans(header)
            has_products(header)
            is_dear(header)
            0 <= wanted.first <= wanted.last
            wanted.last < 2**50
            turn(wanted.first, header[SPAN])
            turn(wanted.last, header[SPAN])
            (wanted.last - wanted.first) * header[UNITS] <= 2**60
"""
"""A history of whole blocks, and the geometry by which it is laid out."""

CONTRACTS = [
    contract(
        "coarsest_level",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            0 <= at < 2**50
            turn(at, header[SPAN])
            at + header[SPAN] <= last
        """,
        gives="is_coarsest(header, at, last, result)",
        loops={
            "while at % header[SPAN + level] != 0 or at + header[SPAN + level] > last": loop(
                keeps="""
                    0 <= level <= header[TOP]
                    0 <= at % header[SPAN + level] <= 2**31
                    level == header[TOP] or not fits_between(header, at, last, level + 1)
                """,
                falls="level",
                opens="turn_is(at, header[SPAN + level])",
                closes="rest_bound(at, header[SPAN + level])",
            )
        },
        opens="""
            rest_bound(at, header[SPAN + header[TOP]])
            turn_is(at, header[SPAN])
        """,
        closes="turn_is(at, header[SPAN + level])",
    ),
    contract(
        "count_alike",
        needs="""
            is_header(header)
            is_shaped(header)
            spans_multiply(header)
            0 <= level <= header[TOP]
            0 <= at < 2**50
            turn(at, header[SPAN + level])
            at + header[SPAN + level] <= last
            last < 2**50
        """,
        gives="""
            1 <= result <= last
            at + result * header[SPAN + level] <= last
            level == header[TOP]
                or at + result * header[SPAN + level] <= at - at % header[SPAN + level + 1] + header[SPAN + level + 1]
        """,
        before={
            "above = min": """
                rest_bound(at, wide)
                spans_multiply_at(header, level + 1)
                rest_whole(at, header[FANOUT + level + 1], header[SPAN + level])
                product_grows(at % wide // header[SPAN + level], header[FANOUT + level + 1], header[SPAN + level])
            """,
            "return": """
                over_bound(above - at, header[SPAN + level])
                over_floor(above - at, header[SPAN + level])
                below(above - at, 1, header[SPAN + level])
                one_times(1, header[SPAN + level])
            """,
        },
    ),
    contract(
        "count_coarsest",
        whole=True,
        needs=HISTORY,
        gives="""
            result == coarse_slots(header, wanted.first, wanted.last)
            0 <= result <= (wanted.last - wanted.first) * header[UNITS]
        """,
        opens="""
            spans_multiply_is(header)
            multiplied_is(header)
            times_nothing(0, header[UNITS])
        """,
        loops={
            "while at < wanted.last": loop(
                keeps="""
                    wanted.first <= at <= wanted.last
                    turn(at, header[SPAN])
                    slots + coarse_slots(header, at, wanted.last)
                        == coarse_slots(header, wanted.first, wanted.last)
                    0 <= slots <= (at - wanted.first) * header[UNITS]
                """,
                falls="wanted.last - at",
                opens="""
                    turn_past(at, wanted.last, header[SPAN])
                    most_of_all(at - wanted.first, wanted.last - wanted.first, header[UNITS])
                """,
            )
        },
        before={
            "slots += count": """
                coarse_run(header, at, wanted.last, level, count)
                units_span(header, level)
                product_positive(count, header[UNITS + level])
                most_of_all(1, count, header[SPAN + level])
                one_times(1, header[SPAN + level])
                units_of_many(header, level, count)
                times_sum(at - wanted.first, count * header[SPAN + level], header[UNITS])
                most_of_all(at - wanted.first + count * header[SPAN + level], wanted.last - wanted.first, header[UNITS])
                spans_divide(header, level)
                turn_coarse(at + count * header[SPAN + level], header[SPAN + level], header[SPAN])
            """,
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
