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

ROOMY = """
            min(hard, (wanted.last - wanted.first) // header[SPAN]) <= len(wants)
            min(hard, (wanted.last - wanted.first) // header[SPAN]) <= len(nodes)
            min(hard, (wanted.last - wanted.first) // header[SPAN]) <= len(blocks)
"""
"""Room for as many blocks as there can be."""

FITTING = """
                    weights_least(header, nodes, wanted.first, wanted.last, size)
                    weights_least(header, blocks, wanted.first, wanted.last, done)
                    times_sum(size, done, header[SPAN])
                    product_next(size + done, header[SPAN])
                    below(wanted.last - wanted.first, size + done + 1, header[SPAN])
                    below(wanted.last - wanted.first, size + done, header[SPAN])"""
"""That so many blocks are no more than there can be."""


def of_both(line: str) -> str:
    """A line of what nodes are together, about their slots and about what they span."""
    return " and ".join(line.replace("FIELD", field) for field in ("UNITS", "SPAN"))


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
            spans_multiply(header)
            0 <= level <= header[TOP]
            0 <= wanted.first <= start
            start + header[SPAN + level] <= wanted.last
            start < 2**50
            turn(wanted.first, header[SPAN])
            turn(start, header[SPAN])
            len(scores) == 0 or (wanted.last - wanted.first) // header[SPAN] <= len(scores)
        """,
        opens="""
            over_bound(start - wanted.first, header[SPAN])
            over_bound(header[SPAN + level], header[SPAN])
            turn_less(start, wanted.first, header[SPAN])
            spans_divide(header, level)
            spans_least(header, level)
            spans_counted(start - wanted.first, header[SPAN + level], header[SPAN])
            over_grows(start - wanted.first + header[SPAN + level], wanted.last - wanted.first, header[SPAN])
            below(header[SPAN + level], 1, header[SPAN])
            one_times(1, header[SPAN])
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
            are_nodes(header, nodes, size, wanted.first, wanted.last)
            lies_between(header, node, wanted.first, wanted.last)
            1 <= node % LEVELS
        """,
        writes="wants nodes",
        gives=f"""
            are_nodes(header, nodes, size + 1, wanted.first, wanted.last)
            kept_from(wants, old(wants), size + 1)
            kept_from(nodes, old(nodes), size + 1)
            {of_both("weights(header, FIELD, nodes, size + 1)"
                     " == weights(header, FIELD, old(nodes), size) + header[FIELD + node % LEVELS]")}
        """,
        opens="""
            weights_one_more(header, UNITS, nodes, size + 1)
            weights_one_more(header, SPAN, nodes, size + 1)
        """,
        loops={
            "while at > 0": loop(
                keeps=f"""
                    0 <= at <= size
                    are_nodes(header, nodes, size, wanted.first, wanted.last)
                    implies(at < size, are_nodes(header, nodes, size + 1, wanted.first, wanted.last))
                    kept_from(wants, old(wants), size + 1)
                    kept_from(nodes, old(nodes), size + 1)
                    {of_both("weights(header, FIELD, nodes, size + 1) - header[FIELD + nodes[at] % LEVELS]"
                             " == weights(header, FIELD, old(nodes), size)")}
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
            are_nodes(header, nodes, size, wanted.first, wanted.last)
        """,
        writes="wants nodes",
        gives=f"""
            are_nodes(header, nodes, size - 1, wanted.first, wanted.last)
            kept_from(wants, old(wants), size)
            kept_from(nodes, old(nodes), size)
            {of_both("weights(header, FIELD, nodes, size - 1)"
                     " == weights(header, FIELD, old(nodes), size) - header[FIELD + old(nodes)[0] % LEVELS]")}
        """,
        opens="""
            weights_one_more(header, UNITS, nodes, size)
            weights_one_more(header, SPAN, nodes, size)
            weights_none(header, UNITS, nodes, size - 1)
            weights_none(header, SPAN, nodes, size - 1)
        """,
        loops={
            "while child < size - 1": loop(
                keeps=f"""
                    0 <= at < size
                    at == 0 or at < size - 1
                    child == 2 * at + 1
                    are_nodes(header, nodes, size, wanted.first, wanted.last)
                    kept_from(wants, old(wants), size)
                    kept_from(nodes, old(nodes), size)
                    {of_both("weights(header, FIELD, nodes, size - 1) - header[FIELD + nodes[at] % LEVELS]"
                             " == weights(header, FIELD, old(nodes), size - 1)"
                             " - header[FIELD + old(nodes)[0] % LEVELS]")}
                    nodes[size - 1] == old(nodes)[size - 1]
                """,
                falls="size - at",
            )
        },
        closes="""
            weights_none(header, UNITS, nodes, size - 1)
            weights_none(header, SPAN, nodes, size - 1)
        """,
    ),
    contract(
        "lay_out_history",
        needs=f"""{HISTORY}{ROOMY}
            header[FANOUT + 1] == 1
            0 <= wanted.cursor < 2**60
            len(scores) == 0 or (wanted.last - wanted.first) // header[SPAN] <= len(scores)
            soft <= hard <= 2**39
            coarse_slots(header, wanted.first, wanted.last) <= hard
        """,
        writes="wants nodes blocks",
        gives="""
            0 <= result
            are_blocks(header, blocks, result, wanted.first, wanted.last)
            weights(header, UNITS, blocks, result) <= hard
            weights(header, SPAN, blocks, result) == wanted.last - wanted.first
        """,
        opens="""
            spans_multiply_is(header)
            multiplied_is(header)
            spans_multiply_at(header, 1)
            multiplied_at(header, 1)
            one_times(header[FANOUT + 1], header[SPAN])
            one_times(header[FANOUT + 1], header[UNITS])
            weights_none(header, UNITS, nodes, 0)
            weights_none(header, SPAN, nodes, 0)
            weights_none(header, UNITS, blocks, 0)
            weights_none(header, SPAN, blocks, 0)
        """,
        loops={
            "while at < wanted.last": loop(
                keeps="""
                    wanted.first <= at <= wanted.last
                    turn(at, header[SPAN])
                    0 <= size
                    are_nodes(header, nodes, size, wanted.first, wanted.last)
                    weights(header, SPAN, nodes, size) == at - wanted.first
                    weights(header, UNITS, nodes, size) + coarse_slots(header, at, wanted.last) == slots
                """,
                falls="wanted.last - at",
                opens="""
                    turn_past(at, wanted.last, header[SPAN])
                    weights_least(header, nodes, wanted.first, wanted.last, size)
                """,
            ),
            "while size > 0": loop(
                keeps="""
                    0 <= size
                    0 <= done
                    slots <= hard
                    are_nodes(header, nodes, size, wanted.first, wanted.last)
                    are_blocks(header, blocks, done, wanted.first, wanted.last)
                    weights(header, SPAN, nodes, size) + weights(header, SPAN, blocks, done)
                        == wanted.last - wanted.first
                    weights(header, UNITS, nodes, size) + weights(header, UNITS, blocks, done) == slots
                """,
                falls="(hard - slots, size)",
                closes="""
                    weights_one_more(header, UNITS, blocks, done)
                    weights_one_more(header, SPAN, blocks, done)
                """,
                opens=f"""{FITTING}
                """,
            ),
            "for i in range(header[FANOUT + level])": loop(
                keeps="""
                    0 <= size
                    are_nodes(header, nodes, size, wanted.first, wanted.last)
                    weights(header, SPAN, nodes, size) + weights(header, SPAN, blocks, done)
                        == wanted.last - wanted.first - header[SPAN + level] + i * header[SPAN + level - 1]
                    weights(header, UNITS, nodes, size) + weights(header, UNITS, blocks, done)
                        == slots - header[WIDTH + level] + i * header[UNITS + level - 1]
                """,
                opens=f"""{FITTING}
                    product_grows(i, header[FANOUT + level], header[SPAN + level - 1])
                    product_grows(i, header[FANOUT + level], header[UNITS + level - 1])
                    product_next(i, header[SPAN + level - 1])
                    product_next(i, header[UNITS + level - 1])
                    turn_times(i, header[SPAN + level - 1])
                    turn_sum(start, i * header[SPAN + level - 1], header[SPAN + level - 1])
                    turn_coarse(start + i * header[SPAN + level - 1], header[SPAN + level - 1], header[SPAN])
                """,
            ),
        },
        closes="""
            weights_none(header, UNITS, nodes, size)
            weights_none(header, SPAN, nodes, size)
        """,
        before={
            "add(wanted, frontier, size, want_of(wanted, level, at)": """
                spans_divide(header, level)
                spans_least(header, level)
                turn_coarse(at, header[SPAN + level], header[SPAN])
                turn_sum(at, header[SPAN + level], header[SPAN])
                coarsest_is(header, at, wanted.last, level)
                coarse_next(header, at, wanted.last)
                coarse_positive(header, wanted.last, wanted.last - at)
                product_next(size, header[SPAN])
                below(wanted.last - wanted.first, size + 1, header[SPAN])
                node_of(level, at) % LEVELS == level and node_of(level, at) // LEVELS == at
            """,
            "blocks[done] = node_of": "node_of(0, start) % LEVELS == 0 and node_of(0, start) // LEVELS == start",
            "for i in range(header": """
                turn_finest(header, start, level - 1, level)
                spans_multiply_at(header, level)
                multiplied_at(header, level)
                spans_divide(header, level - 1)
                spans_least(header, level - 1)
            """,
            "add(wanted, frontier, size, want_of(wanted, level - 1": """
                node_of(level - 1, child) % LEVELS == level - 1 and node_of(level - 1, child) // LEVELS == child
            """,
        },
    ),
]
