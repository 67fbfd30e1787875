"""Contracts of `focalloc.fastpath.kernels.greedy`: cap and budget hold after every action (CAP-1, BUD-1)."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "fits",
        whole=True,
        needs="""
            is_header(header)
            -2**60 <= slots_used <= 2**60
            0 <= delta <= 2**26
            0 <= header[TAU_EXPAND] <= LIMIT
            0 <= header[SOFT_MARGIN] <= LIMIT
        """,
        gives="""
            result == (slots_used + delta <= header[W_MAX]
                and (slots_used + delta <= header[W_SOFT] or aggregate > header[TAU_EXPAND] + header[SOFT_MARGIN]))
        """,
        truth=True,
    ),
    contract(
        "alternate",
        joins=True,
        truth=True,
        needs="""
            is_header(header)
            is_shaped(header)
            is_dear(header)
            0 <= header[DONE] <= header[N_DIFF] and header[N_DIFF] <= 2**26
            header[N_DIFF] <= len(actions)
            header[N_DIFF] <= len(places)
            0 <= header[SLOTS] <= 2**26
            -2**40 <= header[FREED] <= 2**26
            0 <= header[W_MAX] <= 2**26
            0 <= header[W_SOFT] <= 2**26
            0 <= header[TAU_EXPAND] <= LIMIT
            0 <= header[SOFT_MARGIN] <= LIMIT
            are_actions(header, actions, header[DONE])
            0 <= header[TAKEN_EXPANDS] <= expands
            expands <= len(expand_keys)
            expands <= len(expand_tokens)
            0 <= header[TAKEN_COLLAPSES] <= collapses
            collapses <= len(collapse_keys)
            collapses <= len(collapse_families)
            may_expand(header, tags, expand_keys, expands, len(tags))
            all(0 <= expand_tokens[i] < 2**49 for i in range(expands))
            all(0 <= collapse_families[i] < len(family_node)
                and 0 <= family_node[collapse_families[i]] < 2**54
                and 1 <= family_node[collapse_families[i]] % LEVELS
                and family_node[collapse_families[i]] % LEVELS <= header[TOP]
                for i in range(collapses) if at(collapse_families[i]))
            all(place_of(collapse_keys[i]) + header[WIDTH + family_node[collapse_families[i]] % LEVELS] <= len(tags)
                for i in range(collapses) if at(collapse_keys[i]))
        """,
        writes="header tags actions places",
        gives="""
            only(header, DONE, FREED, TAKEN_EXPANDS, TAKEN_COLLAPSES)
            old(header)[DONE] <= header[DONE] <= header[N_DIFF]
            old(header)[TAKEN_EXPANDS] <= header[TAKEN_EXPANDS] <= expands
            old(header)[TAKEN_COLLAPSES] <= header[TAKEN_COLLAPSES] <= collapses
            are_actions(header, actions, header[DONE])
            header[SLOTS] - header[FREED] == used_after(old(header), actions, header[DONE])
            in_budget(old(header), actions, header[DONE])
            implies(result, more and header[TAKEN_EXPANDS] == expands and header[DONE] < header[N_DIFF])
            kept_from(actions, old(actions), header[DONE])
        """,
        loops={
            "while done < header[N_DIFF]": loop(
                keeps="""
                    header[DONE] <= done <= header[N_DIFF]
                    header[TAKEN_EXPANDS] <= e <= expands
                    header[TAKEN_COLLAPSES] <= c <= collapses
                    used == used_after(header, actions, done)
                    used >= -2**41 - done * 2**26
                    used <= max(header[W_MAX], header[SLOTS] - header[FREED])
                    not hungry
                    in_budget(header, actions, done)
                    are_actions(header, actions, done)
                    may_expand(header, tags, expand_keys, expands, len(tags))
                    kept_from(actions, old(actions), done)
                """,
                falls="header[N_DIFF] - done",
            ),
            "while e < expands and tags[place_of(expand_keys[e])] >= MARK": loop(
                keeps="entry(e) <= e <= expands",
                falls="expands - e",
            ),
            "while c < collapses": loop(
                keeps="entry(c) <= c <= collapses",
                falls="collapses - c",
            ),
        },
        before={
            "mark(tags, slot, 1": """
                actions[done] == node_of(level, expand_tokens[e]) * 2 + EXPAND
                expand_parts(actions[done], level, expand_tokens[e])
                level_of(actions[done]) == level and 0 <= actions[done] < 2**60
            """,
            "mark(tags, slot, header": """
                actions[done] == node * 2 + COLLAPSE
                collapse_parts(actions[done], node)
                level_of(actions[done]) == level and 0 <= actions[done] < 2**60
            """,
            "done += 1": """
                shift_one_more(header, actions, done + 1)
                used == used_after(header, actions, done + 1)
                are_actions(header, actions, done + 1)
                in_budget(header, actions, done + 1)
                may_expand(header, tags, expand_keys, expands, len(tags))
            """,
        },
    ),
]
