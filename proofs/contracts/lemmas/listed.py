"""Of the list of families: that no family is left out."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

LISTED = [
    lemma(
        "node_parts(v, l, t)",
        "implies(v == node_of(l, t) and 0 <= l < LEVELS, v % LEVELS == l and v // LEVELS == t)",
    ),
    lemma(
        "held_more(F, E, a, n, b, m, x)",
        "implies(held(F, a, n, x) and b <= a and n <= m and all(E[j] == F[j] for j in range(a, n)), held(E, b, m, x))",
        steps=["held_where(F, a, n, x)", "held_if(E, b, m, x, where(F, a, n, x))"],
    ),
    lemma(
        "family_apart(H, T, E, c, q, v, p)",
        "implies(sound(H, T) and stands(H, T, q, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= q"
        " and q + H[WIDTH + v % LEVELS] <= H[SLOTS] and begins_family(H, T, E, c, p),"
        " p <= q or q + H[WIDTH + v % LEVELS] <= p)",
        steps=[
            "sound_is(H, T)",
            "begins_family_is(H, T, E, c, p)",
            "stands_is(H, T, q, v)",
            "stands_is(H, T, p, node_at(H, T, p))",
            "multiplied_at(H, v % LEVELS)",
            "family_whole(H, T, q, v)",
            "apart_by_tokens(H, T, q, v % LEVELS, v // LEVELS, p, node_at(H, T, p))",
        ],
    ),
    lemma(
        "begins_alike(H, G, T, E, c, p)",
        "implies(is_shaped(H) and H[TOP] == G[TOP] and H[SLOTS] == G[SLOTS] and H[FIRST] == G[FIRST]"
        " and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS)) and 0 <= p <= H[SLOTS]"
        " and within(T, 0, H[SLOTS], RAW, MARK + LEVELS) and begins_family(G, T, E, c, p),"
        " begins_family(H, T, E, c, p))",
        steps=[
            "begins_family_is(G, T, E, c, p)",
            "begins_family_is(H, T, E, c, p)",
            "tokens_moved(H, G, T, T, 0, H[SLOTS])",
            "H[WIDTH + T[p] + 1] == H[WIDTH + T[p] + 1] and H[SPAN + T[p] + 1] == H[SPAN + T[p] + 1]"
            " and H[UNITS + T[p]] == H[UNITS + T[p]]",
            "stands_is(G, T, p, node_at(H, T, p))",
            "stands_is(H, T, p, node_at(H, T, p))",
            "pinned_is(G, E, c, node_at(H, T, p))",
            "pinned_is(H, E, c, node_at(H, T, p))",
        ],
    ),
    lemma(
        "begins_marked(H, G, T, S, E, c, p)",
        "implies(is_shaped(G) and spans_are_told(G) and alike(H, G) and are_tags(G, T, 0, G[SLOTS])"
        " and only_marked(G, T, S) and 0 <= p < G[SLOTS] and begins_family(H, T, E, c, p),"
        " begins_family(G, S, E, c, p))",
        steps=[
            "begins_family_is(H, T, E, c, p)",
            "begins_family_is(G, S, E, c, p)",
            "tokens_marked(H, G, T, S, G[SLOTS])",
            "T[p] == S[p] or not (only_marked(G, T, S) and begins_family(H, T, E, c, p) and is_shaped(G)"
            " and alike(H, G))",
            "H[WIDTH + T[p] + 1] == H[WIDTH + T[p] + 1] and H[SPAN + T[p] + 1] == H[SPAN + T[p] + 1]"
            " and H[UNITS + T[p]] == H[UNITS + T[p]]",
            "stands_is(H, T, p, node_at(H, T, p))",
            "stands_is(G, S, p, node_at(H, T, p))",
            "row_is(T, p, T[p], H[WIDTH + T[p] + 1], H[UNITS + T[p]])",
            "row_is(S, p, T[p], H[WIDTH + T[p] + 1], H[UNITS + T[p]])",
            "pinned_is(H, E, c, node_at(H, T, p))",
            "pinned_is(G, E, c, node_at(H, T, p))",
        ],
    ),
    lemma(
        "all_listed_marked(H, G, T, S, E, c, F, n, t)",
        "implies(is_shaped(G) and spans_are_told(G) and alike(H, G) and are_tags(G, T, 0, G[SLOTS])"
        " and only_marked(G, T, S) and t <= G[SLOTS] and all_listed(G, S, E, c, F, n, t),"
        " all_listed(H, T, E, c, F, n, t))",
        by="t",
        steps=[
            "all_listed_is(H, T, E, c, F, n, t)",
            "all_listed_is(G, S, E, c, F, n, t)",
            "all_listed_is(H, T, E, c, F, n, t - 1)",
            "all_listed_is(G, S, E, c, F, n, t - 1)",
            "begins_marked(H, G, T, S, E, c, t - 1)",
        ],
    ),
    lemma(
        "all_listed_alike(H, G, T, E, c, F, n, t)",
        "implies(is_shaped(H) and H[TOP] == G[TOP] and H[SLOTS] == G[SLOTS] and H[FIRST] == G[FIRST]"
        " and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS)) and t <= H[SLOTS]"
        " and within(T, 0, H[SLOTS], RAW, MARK + LEVELS) and all_listed(H, T, E, c, F, n, t),"
        " all_listed(G, T, E, c, F, n, t))",
        by="t",
        steps=[
            "all_listed_is(H, T, E, c, F, n, t)",
            "all_listed_is(G, T, E, c, F, n, t)",
            "all_listed_is(H, T, E, c, F, n, t - 1)",
            "all_listed_is(G, T, E, c, F, n, t - 1)",
            "begins_alike(H, G, T, E, c, t - 1)",
        ],
        seen_by="all_listed(H, T, E, c, F, n, t), all_listed(G, T, E, c, F, n, t)",
    ),
    lemma(
        "all_listed_more(H, T, E, c, F, S, n, m, t)",
        "implies(all_listed(H, T, E, c, F, n, t) and n <= m and all(S[j] == F[j] for j in range(n)),"
        " all_listed(H, T, E, c, S, m, t))",
        by="t",
        steps=[
            "all_listed_is(H, T, E, c, F, n, t)",
            "all_listed_is(H, T, E, c, S, m, t)",
            "all_listed_is(H, T, E, c, F, n, t - 1)",
            "all_listed_is(H, T, E, c, S, m, t - 1)",
            "held_more(F, S, 0, n, 0, m, t - 1)",
        ],
    ),
    lemma(
        "all_listed_next(H, T, E, c, F, n, t, u)",
        "implies(all_listed(H, T, E, c, F, n, t) and all(T[j] < 0 for j in range(t + 1, t + u))"
        " and (held(F, 0, n, t) or not begins_family(H, T, E, c, t)), all_listed(H, T, E, c, F, n, t + u))",
        by="u",
        steps=[
            "all_listed_is(H, T, E, c, F, n, t)",
            "all_listed_is(H, T, E, c, F, n, t + u)",
            "all_listed_is(H, T, E, c, F, n, t + u - 1)",
            "begins_family_is(H, T, E, c, t + u - 1)",
        ],
    ),
    lemma(
        "begins_moved(H, G, T, S, E, c, p, d, z)",
        "implies(is_shaped(H) and H[TOP] == G[TOP] and all(H[j] == G[j] for j in range(SPAN + RAW, OFFSETS))"
        " and 0 <= d and G[FIRST] == H[FIRST] + tokens_in(H, T, 0, d) and all(S[j] == T[j + d] for j in range(z))"
        " and within(S, 0, z, RAW, G[TOP]) and 0 <= p < z and begins_family(G, S, E, c, p)"
        " and p + G[WIDTH + S[p] + 1] <= z and z + d <= H[SLOTS], begins_family(H, T, E, c, p + d))",
        steps=[
            "begins_family_is(G, S, E, c, p)",
            "begins_family_is(H, T, E, c, p + d)",
            "T[p + d] == S[p] or not (0 <= p < z and all(S[j] == T[j + d] for j in range(z)))",
            "G[WIDTH + S[p] + 1] == G[WIDTH + S[p] + 1] and G[SPAN + S[p] + 1] == G[SPAN + S[p] + 1]"
            " and G[UNITS + S[p]] == G[UNITS + S[p]]",
            "tokens_moved(H, G, T, S, d, z)",
            "tokens_add(H, T, 0, d, p)",
            "stands_is(G, S, p, node_at(G, S, p))",
            "stands_is(H, T, p + d, node_at(G, S, p))",
            "row_moved(S, T, p + d, S[p], G[WIDTH + S[p] + 1], G[UNITS + S[p]], 0 - d)",
            "pinned_is(G, E, c, node_at(G, S, p))",
            "pinned_is(H, E, c, node_at(G, S, p))",
        ],
    ),
    lemma(
        "held_moved(F, M, n, m, g, d, x)",
        "implies(held(F, 0, n, x + d) and x >= 0 and all(F[i] < d for i in range(g)) and n == g + m and g >= 0"
        " and all(M[i] == F[i + g] - d for i in range(m)), held(M, 0, m, x))",
        steps=[
            "held_where(F, 0, n, x + d)",
            "M[where(F, 0, n, x + d) - g] == M[where(F, 0, n, x + d) - g]",
            "held_if(M, 0, m, x, where(F, 0, n, x + d) - g)",
        ],
    ),
    lemma(
        "all_listed_moved(H, G, T, S, E, c, F, M, n, m, g, d, t)",
        "implies(is_shaped(H) and H[TOP] == G[TOP] and all(H[j] == G[j] for j in range(SPAN + RAW, OFFSETS))"
        " and 0 <= d and G[FIRST] == H[FIRST] + tokens_in(H, T, 0, d)"
        " and all(S[j] == T[j + d] for j in range(G[SLOTS])) and within(S, 0, G[SLOTS], RAW, G[TOP])"
        " and G[SLOTS] + d <= H[SLOTS] and all(F[i] < d for i in range(g)) and n == g + m and g >= 0"
        " and all(M[i] == F[i + g] - d for i in range(m)) and t <= G[SLOTS]"
        " and all_listed(H, T, E, c, F, n, t + d), all_listed(G, S, E, c, M, m, t))",
        by="t",
        steps=[
            "all_listed_is(H, T, E, c, F, n, t + d)",
            "all_listed_is(H, T, E, c, F, n, t - 1 + d)",
            "all_listed_is(G, S, E, c, M, m, t)",
            "all_listed_is(G, S, E, c, M, m, t - 1)",
            "begins_family_is(G, S, E, c, t - 1)",
            "begins_moved(H, G, T, S, E, c, t - 1, d, G[SLOTS])",
            "held_moved(F, M, n, m, g, d, t - 1)",
        ],
    ),
    lemma(
        "family_ends_before(H, T, E, c, p, z)",
        "implies(sound(H, T) and H[FANOUT + 1] == 1 and begins_family(H, T, E, c, p) and 0 <= p < z and z < H[SLOTS]"
        " and T[z] == 0, p + H[WIDTH + T[p] + 1] <= z)",
        steps=[
            "sound_is(H, T)",
            "whole_is(H, T)",
            "begins_family_is(H, T, E, c, p)",
            "stands_is(H, T, p, node_at(H, T, p))",
            "multiplied_at(H, T[p] + 1)",
            "one_times(H[FANOUT + 1], H[UNITS])",
            "H[UNITS + T[p]] == H[UNITS + T[p]]",
            "node_at(H, T, p) % LEVELS == T[p] + 1 or not (is_geometry(H) and begins_family(H, T, E, c, p))",
            "family_whole(H, T, p, node_at(H, T, p))",
            "block_of_row(T, p, z, T[p], H[FANOUT + T[p] + 1], H[UNITS + T[p]])",
            "T[p] == 0 or p + H[WIDTH + T[p] + 1] <= z or not (is_geometry(H) and begins_family(H, T, E, c, p)"
            " and whole(H, T) and 0 <= p < z and z < H[SLOTS] and T[z] == 0)",
        ],
    ),
    lemma(
        "all_listed_longer(H, G, T, S, E, c, F, n, t)",
        "implies(is_shaped(H) and sound(G, S) and H[FANOUT + 1] == 1 and H[TOP] == G[TOP] and H[FIRST] == G[FIRST]"
        " and all(H[j] == G[j] for j in range(SPAN + RAW, OFFSETS)) and H[SLOTS] < G[SLOTS] and S[H[SLOTS]] == 0"
        " and all(S[j] == T[j] for j in range(H[SLOTS])) and t <= H[SLOTS] and all_listed(H, T, E, c, F, n, t),"
        " all_listed(G, S, E, c, F, n, t))",
        by="t",
        steps=[
            "sound_is(G, S)",
            "tokens_none(H, T, 0, 0)",
            "all_listed_is(H, T, E, c, F, n, t)",
            "all_listed_is(H, T, E, c, F, n, t - 1)",
            "all_listed_is(G, S, E, c, F, n, t)",
            "all_listed_is(G, S, E, c, F, n, t - 1)",
            "family_ends_before(G, S, E, c, t - 1, H[SLOTS])",
            "begins_moved(H, G, T, S, E, c, t - 1, 0, H[SLOTS])",
        ],
    ),
]

TURNS = [
    lemma(
        "head_apart(H, T, E, c, p, x, v)",
        "implies(sound(H, T) and begins_family(H, T, E, c, p) and 0 <= p and 1 <= v % LEVELS"
        " and T[x] == v % LEVELS - 1 and begins_at(H, T, x, v), x <= p or p + H[WIDTH + T[p] + 1] <= x)",
        steps=[
            "sound_is(H, T)",
            "begins_family_is(H, T, E, c, p)",
            "stands_is(H, T, p, node_at(H, T, p))",
            "node_at(H, T, p) % LEVELS == T[p] + 1 or not (is_geometry(H) and begins_family(H, T, E, c, p))",
            "node_at(H, T, p) // LEVELS == H[FIRST] + tokens_in(H, T, 0, p)"
            " or not (is_geometry(H) and begins_family(H, T, E, c, p))",
            "multiplied_at(H, T[p] + 1)",
            "family_whole(H, T, p, node_at(H, T, p))",
            "apart_by_tokens(H, T, p, T[p] + 1, node_at(H, T, p) // LEVELS, x, v)",
        ],
    ),
    lemma(
        "family_clear(H, T, E, c, q, v, p)",
        "implies(sound(H, T) and stands(H, T, q, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= q"
        " and q + H[WIDTH + v % LEVELS] <= H[SLOTS] and 0 <= p and begins_family(H, T, E, c, p),"
        " (q + H[WIDTH + v % LEVELS] <= p or p + H[WIDTH + T[p] + 1] <= q + H[WIDTH + v % LEVELS])"
        " and (p == q or q + H[WIDTH + v % LEVELS] <= p or p + H[WIDTH + T[p] + 1] <= q)"
        " and implies(p == q, T[p] == v % LEVELS - 1))",
        steps=[
            "sound_is(H, T)",
            "family_apart(H, T, E, c, q, v, p)",
            "stands_is(H, T, q, v)",
            "row_is(T, q, v % LEVELS - 1, H[WIDTH + v % LEVELS], H[UNITS + v % LEVELS - 1])",
            "turn_first(H[UNITS + v % LEVELS - 1])",
            "T[q] == v % LEVELS - 1 or not (is_geometry(H) and stands(H, T, q, v) and 1 <= v % LEVELS <= H[TOP])",
            "head_apart(H, T, E, c, p, q, v)",
        ],
    ),
    lemma(
        "clear_behind_to(H, T, E, c, q, v, n)",
        "implies(sound(H, T) and stands(H, T, q, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= q"
        " and q + H[WIDTH + v % LEVELS] <= H[SLOTS],"
        " all(q + H[WIDTH + v % LEVELS] <= p or p + H[WIDTH + T[p] + 1] <= q + H[WIDTH + v % LEVELS]"
        " for p in range(n) if begins_family(H, T, E, c, p) if at(begins_family(H, T, E, c, p))))",
        by="n",
        steps=["family_clear(H, T, E, c, q, v, n - 1)"],
    ),
    lemma(
        "clear_behind(H, T, E, c, q, v)",
        "implies(sound(H, T) and stands(H, T, q, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= q"
        " and q + H[WIDTH + v % LEVELS] <= H[SLOTS], none_across(H, T, E, c, q + H[WIDTH + v % LEVELS]))",
        steps=[
            "clear_behind_to(H, T, E, c, q, v, H[SLOTS])",
            "none_across_is(H, T, E, c, q + H[WIDTH + v % LEVELS])",
        ],
    ),
    lemma(
        "rest_is(x, r, n)",
        "implies(n >= 1 and turn(x, n) and 0 <= r < n, (x + r) % n == r)",
        steps=["turn_is(x, n)"],
    ),
    lemma(
        "block_of_family(H, T, E, c, p, s)",
        "implies(sound(H, T) and begins_family(H, T, E, c, p) and 0 <= p <= s and s < p + H[WIDTH + T[p] + 1]"
        " and T[s] >= 0, T[s] == T[p] and s == p + (s - p) // H[UNITS + T[p]] * H[UNITS + T[p]]"
        " and 0 <= (s - p) // H[UNITS + T[p]] and (s - p) // H[UNITS + T[p]] < H[FANOUT + T[p] + 1]"
        " and tokens_in(H, T, 0, s) == tokens_in(H, T, 0, p) + (s - p) // H[UNITS + T[p]] * H[SPAN + T[p]]"
        " and turn(H[FIRST] + tokens_in(H, T, 0, p), H[SPAN + T[p] + 1]))",
        steps=[
            "sound_is(H, T)",
            "begins_family_is(H, T, E, c, p)",
            "stands_is(H, T, p, node_at(H, T, p))",
            "node_at(H, T, p) % LEVELS == T[p] + 1 or not (is_geometry(H) and begins_family(H, T, E, c, p))",
            "node_at(H, T, p) // LEVELS == H[FIRST] + tokens_in(H, T, 0, p)"
            " or not (is_geometry(H) and begins_family(H, T, E, c, p))",
            "multiplied_at(H, T[p] + 1)",
            "H[FANOUT + T[p] + 1] == H[FANOUT + T[p] + 1] and H[SPAN + T[p]] == H[SPAN + T[p]]"
            " and H[UNITS + T[p]] == H[UNITS + T[p]]",
            "family_whole(H, T, p, node_at(H, T, p))",
            "block_of_row(T, p, s, T[p], H[FANOUT + T[p] + 1], H[UNITS + T[p]])",
            "tokens_into_row(H, T, p, H[FANOUT + T[p] + 1], T[p], (s - p) // H[UNITS + T[p]])",
            "tokens_add(H, T, 0, p, s - p)",
        ],
    ),
    lemma(
        "place_in_family(x, t, k, s, u, b)",
        "implies(u >= 1 and 0 <= k < b and s == b * u and t == x + k * u and turn(x, s),"
        " t % s == k * u and t % s // u == k)",
        steps=[
            "product_grows(k, b, u)",
            "product_grows(0, b, u)",
            "rest_is(x, k * u, s)",
            "over_whole(k * u, u, k)",
        ],
    ),
    lemma(
        "collapse_makes(H, T, E, c, s, v, p)",
        "implies(sound(H, T) and T[s] == v % LEVELS and begins_at(H, T, s, v) and 0 <= s and 0 <= p"
        " and s + H[UNITS + v % LEVELS] <= H[SLOTS] and begins_family(H, T, E, c, p)"
        " and p < s + H[UNITS + v % LEVELS] and s < p + H[WIDTH + T[p] + 1],"
        " T[p] == v % LEVELS and H[FIRST] + tokens_in(H, T, 0, p) == v // LEVELS - v // LEVELS % H[SPAN + T[p] + 1]"
        " and p == s - v // LEVELS % H[SPAN + T[p] + 1] // H[SPAN + T[p]] * H[UNITS + T[p]])",
        steps=[
            "sound_is(H, T)",
            "whole_is(H, T)",
            "begins_family_is(H, T, E, c, p)",
            "p <= s or not (whole(H, T) and begins_family(H, T, E, c, p) and 0 <= s and T[s] == v % LEVELS"
            " and within(T, 0, H[SLOTS], RAW, H[TOP]) and s + H[UNITS + v % LEVELS] <= H[SLOTS]"
            " and p < s + H[UNITS + v % LEVELS] and is_geometry(H))",
            "spans_multiply_at(H, T[p] + 1)",
            "H[SPAN + T[p]] == H[SPAN + T[p]]",
            "block_of_family(H, T, E, c, p, s)",
            "place_in_family(H[FIRST] + tokens_in(H, T, 0, p), v // LEVELS, (s - p) // H[UNITS + T[p]],"
            " H[SPAN + T[p] + 1], H[SPAN + T[p]], H[FANOUT + T[p] + 1])",
        ],
    ),
    lemma(
        "only_made(H, T, E, c, a, s, n)",
        "implies(sound(H, T) and 1 <= level_of(a) <= H[TOP] and 0 <= s and s + after(H, a) <= H[SLOTS]"
        " and begins_at(H, T, s, a // 2) and (stands(H, T, s, a // 2) if a % 2 == EXPAND else T[s] == level_of(a)),"
        " all(p == made_at(H, a, s) and H[FIRST] + tokens_in(H, T, 0, p) == token_made(H, a)"
        " and T[p] == made_of(a) for p in range(n) if begins_family(H, T, E, c, p)"
        " and p < s + after(H, a) and s < p + H[WIDTH + T[p] + 1] if at(begins_family(H, T, E, c, p))))",
        by="n",
        steps=[
            "level_is(a)",
            "family_clear(H, T, E, c, s, a // 2, n - 1)",
            "collapse_makes(H, T, E, c, s, a // 2, n - 1)",
        ],
    ),
]

STRETCHES = [
    lemma(
        "reach_behind(H, O, N, x, lo, hi, m)",
        "implies(all(x < O[j] for j in range(hi, m)) and (lo == hi"
        " or (lo == hi - 1 and x < O[hi - 1] + H[WIDTH + N[hi - 1] % LEVELS])),"
        " all(x < O[j] or x < O[j] + H[WIDTH + N[j] % LEVELS] for j in range(lo, m)))",
        steps=["O[hi - 1] == O[hi - 1]"],
    ),
    lemma(
        "across_at(H, T, E, c, x, y)",
        "implies(x == y and none_across(H, T, E, c, x), none_across(H, T, E, c, y))",
    ),
    lemma("pinned_at(H, E, c, v, u)", "implies(v == u and pinned(H, E, c, v), pinned(H, E, c, u))"),
    lemma(
        "listed_by_at(H, T, E, c, F, f, S, s, t, e, g, r, u, d)",
        "implies(listed_by(H, T, E, c, F, f, S, s, t, e) and f == g and s == r and t == u and e == d,"
        " listed_by(H, T, E, c, F, g, S, r, u, d))",
    ),
    lemma(
        "copied_held(O, S, a, k, b, d, m)",
        "implies(0 <= b and b + k <= m and all(S[j] == O[j - b + a] + d for j in range(b, b + k)),"
        " all(held(S, 0, m, O[j] + d) for j in range(a, a + k) if at(O[j])))",
        by="k",
        steps=["S[b + k - 1] == S[b + k - 1]", "held_if(S, 0, m, O[a + k - 1] + d, b + k - 1)"],
    ),
    lemma(
        "listed_by_more(H, T, E, c, F, f, S, s, G, g, R, r, t, e)",
        "implies(listed_by(H, T, E, c, F, f, S, s, t, e)"
        " and all(held(G, 0, g, F[j]) or held(R, 0, r, F[j]) for j in range(f) if at(F[j]))"
        " and all(held(G, 0, g, S[j]) or held(R, 0, r, S[j]) for j in range(s) if at(S[j])),"
        " listed_by(H, T, E, c, G, g, R, r, t, e))",
        by="t",
        steps=[
            *(f"listed_by_is(H, T, E, c, F, f, S, s, {x}, e)" for x in ("t", "t - 1")),
            *(f"listed_by_is(H, T, E, c, G, g, R, r, {x}, e)" for x in ("t", "t - 1")),
            "held_where(F, 0, f, t - 1)",
            "held_where(S, 0, s, t - 1)",
        ],
    ),
    lemma(
        "stretch_listed(H, A, P, n, z, T, E, c, O, N, F, f, S, s, i, lo, hi, y, x, t)",
        "implies(is_shaped(H) and are_actions(H, A, n) and 0 <= i <= n and 0 <= lo and t <= H[SLOTS]"
        " and listed_before(H, A, P, n, z, T, E, c, O) and heads_stay(H, A, P, n, z, T, O, N)"
        " and implies(i >= 1, listed_by(H, T, E, c, F, f, S, s, y, x)"
        " and y == P[i - 1] + before(H, A[i - 1]) + shifted(H, A, i)) and implies(i == 0, y == 0)"
        " and x == (P[i] if i < n else z) + shifted(H, A, i)"
        " and implies(lo > 0, i >= 1 and all(O[j] <= P[i - 1] for j in range(lo)))"
        " and all(i < n and (P[i] < O[j] or P[i] < O[j] + H[WIDTH + N[j] % LEVELS]) for j in range(hi, H[FAMILIES]))"
        " and all(held(F, 0, f, O[j] + shifted(H, A, i)) or held(S, 0, s, O[j] + shifted(H, A, i))"
        " for j in range(lo, hi) if at(O[j])), listed_by(H, T, E, c, F, f, S, s, t, x))",
        by="t",
        steps=[
            "shift_none(H, A, 0)",
            *(f"listed_by_is(H, T, E, c, F, f, S, s, {x}, x)" for x in ("t", "t - 1", "y")),
            "begins_family_is(H, T, E, c, t - 1)",
            "listed_before_is(H, A, P, n, z, T, E, c, O)",
            "heads_stay_is(H, A, P, n, z, T, O, N)",
            "shifted(H, A, i) == shifted(H, A, i)",
            "H[WIDTH + T[t - 1] + 1] == H[WIDTH + T[t - 1] + 1]",
            "P[i - 1] == P[i - 1]",
            "held_where(O, 0, H[FAMILIES], t - 1 - shifted(H, A, i))",
            "O[where(O, 0, H[FAMILIES], t - 1 - shifted(H, A, i))] =="
            " O[where(O, 0, H[FAMILIES], t - 1 - shifted(H, A, i))]",
        ],
    ),
    lemma(
        "held_nowhere(S, n)",
        "implies(n <= 0, all(not held(S, 0, n, x) for x in INTEGERS if at(held(S, 0, n, x))))",
    ),
    lemma(
        "ends_inside(H, T, E, c, n)",
        "implies(is_shaped(H), all(p + H[WIDTH + T[p] + 1] <= H[SLOTS] and H[WIDTH + T[p] + 1] >= 1"
        " for p in range(n) if begins_family(H, T, E, c, p) if at(begins_family(H, T, E, c, p))))",
        by="n",
        steps=["begins_family_is(H, T, E, c, n - 1)"],
    ),
    lemma(
        "makes(H, T, E, c, a, s)",
        "implies(sound(H, T) and 1 <= level_of(a) <= H[TOP] and 0 <= s and s + after(H, a) <= H[SLOTS]"
        " and begins_at(H, T, s, a // 2) and (stands(H, T, s, a // 2) if a % 2 == EXPAND else T[s] == level_of(a))"
        " and 0 <= made_at(H, a, s) and begins_family(H, T, E, c, made_at(H, a, s))"
        " and made_at(H, a, s) < s + after(H, a)"
        " and s < made_at(H, a, s) + H[WIDTH + T[made_at(H, a, s)] + 1],"
        " T[made_at(H, a, s)] == made_of(a) and made_of(a) < H[TOP]"
        " and made_at(H, a, s) + H[WIDTH + made_of(a) + 1] <= H[SLOTS]"
        " and row(T, made_at(H, a, s), made_of(a), H[WIDTH + made_of(a) + 1], H[UNITS + made_of(a)])"
        " and not pinned(H, E, c, node_at(H, T, made_at(H, a, s)))"
        " and node_at(H, T, made_at(H, a, s)) == node_of(made_of(a) + 1, token_made(H, a)))",
        steps=[
            "sound_is(H, T)",
            "only_made(H, T, E, c, a, s, made_at(H, a, s) + 1)",
            "begins_family_is(H, T, E, c, made_at(H, a, s))",
            "stands_is(H, T, made_at(H, a, s), node_at(H, T, made_at(H, a, s)))",
        ],
    ),
    lemma(
        "turn_listed(H, T, E, c, F, f, S, s, a, x, e)",
        "implies(listed_by(H, T, E, c, F, f, S, s, x, x) and sound(H, T) and 1 <= level_of(a) <= H[TOP]"
        " and 0 <= x and x + after(H, a) <= H[SLOTS] and begins_at(H, T, x, a // 2)"
        " and (stands(H, T, x, a // 2) if a % 2 == EXPAND else T[x] == level_of(a))"
        " and (held(F, 0, f, made_at(H, a, x)) or held(S, 0, s, made_at(H, a, x))"
        " or not (0 <= made_at(H, a, x) and begins_family(H, T, E, c, made_at(H, a, x))"
        " and made_at(H, a, x) < x + after(H, a) and x < made_at(H, a, x) + H[WIDTH + T[made_at(H, a, x)] + 1]"
        " and made_at(H, a, x) + H[WIDTH + T[made_at(H, a, x)] + 1] <= e)),"
        " listed_by(H, T, E, c, F, f, S, s, x + after(H, a), e))",
        steps=[
            "sound_is(H, T)",
            "only_made(H, T, E, c, a, x, x + after(H, a))",
            "listed_by_is(H, T, E, c, F, f, S, s, x, x)",
            "listed_by_is(H, T, E, c, F, f, S, s, x + after(H, a), e)",
            "ends_inside(H, T, E, c, x + after(H, a))",
        ],
    ),
    lemma(
        "listed_by_all(H, T, E, c, F, n, S)",
        "implies(is_shaped(H) and listed_by(H, T, E, c, F, n, S, 0, H[SLOTS], H[SLOTS]),"
        " all_listed(H, T, E, c, F, n, H[SLOTS]))",
        steps=[
            "listed_by_is(H, T, E, c, F, n, S, 0, H[SLOTS], H[SLOTS])",
            "all_listed_is(H, T, E, c, F, n, H[SLOTS])",
            "held_nowhere(S, 0)",
            "ends_inside(H, T, E, c, H[SLOTS])",
        ],
    ),
]

LISTED_BEFORE = [
    lemma(
        "began_before(H, G, A, P, n, z, S, T, E, c, i, p)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and z == H[SLOTS] and 0 <= i <= n and 0 <= p"
        " and begins_family(G, S, E, c, p) and stay_behind(G, A, P, n, z, i, p - shifted(G, A, i),"
        " p - shifted(G, A, i) + G[WIDTH + S[p] + 1]), 0 <= p - shifted(G, A, i) and p - shifted(G, A, i) < z"
        " and begins_family(H, T, E, c, p - shifted(G, A, i)))",
        steps=[
            "shift_none(H, A, 0)",
            "shift_alike(H, G, A, i)",
            "P[i - 1] == P[i - 1] and P[i] == P[i]",
            "begins_family_is(G, S, E, c, p)",
            "begins_family_is(H, T, E, c, p - shifted(G, A, i))",
            "G[WIDTH + S[p] + 1] == H[WIDTH + S[p] + 1] and G[UNITS + S[p]] == H[UNITS + S[p]]"
            " and G[SPAN + S[p] + 1] == H[SPAN + S[p] + 1] and H[WIDTH + S[p] + 1] >= 1"
            " or not (carried_out(H, G, A, P, n, z, S, T) and begins_family(G, S, E, c, p))",
            "stretch_moved(H, G, A, P, n, z, S, T, i, p - shifted(G, A, i),"
            " p - shifted(G, A, i) + G[WIDTH + S[p] + 1])",
            "tokens_stay(H, G, A, P, n, z, S, T, i, p - shifted(G, A, i))",
            "S[p] == T[p - shifted(G, A, i)] or not (carried_out(H, G, A, P, n, z, S, T) and 0 <= i <= n and 0 <= p"
            " and begins_family(G, S, E, c, p) and stay_behind(G, A, P, n, z, i, p - shifted(G, A, i),"
            " p - shifted(G, A, i) + G[WIDTH + S[p] + 1]))",
            "stands_is(G, S, p, node_at(G, S, p))",
            "stands_is(H, T, p - shifted(G, A, i), node_at(G, S, p))",
            "row_moved(S, T, p - shifted(G, A, i), S[p], G[WIDTH + S[p] + 1], G[UNITS + S[p]], shifted(G, A, i))",
            "pinned_is(G, E, c, node_at(G, S, p))",
            "pinned_is(H, E, c, node_at(G, S, p))",
        ],
    ),
    lemma(
        "listed_before_to(H, G, A, P, n, z, S, T, E, c, F, i, t)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and z == H[SLOTS] and 0 <= i <= n"
        " and all_listed(H, T, E, c, F, H[FAMILIES], z),"
        " all(held(F, 0, H[FAMILIES], p - shifted(G, A, i)) for p in range(t) if begins_family(G, S, E, c, p)"
        " and stay_behind(G, A, P, n, z, i, p - shifted(G, A, i), p - shifted(G, A, i) + G[WIDTH + S[p] + 1])"
        " if at(begins_family(G, S, E, c, p))))",
        by="t",
        steps=["all_listed_is(H, T, E, c, F, H[FAMILIES], z)", "began_before(H, G, A, P, n, z, S, T, E, c, i, t - 1)"],
    ),
    lemma(
        "listed_before_up_to(H, G, A, P, n, z, S, T, E, c, F, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and z == H[SLOTS] and k <= n + 1"
        " and all_listed(H, T, E, c, F, H[FAMILIES], z),"
        " all(held(F, 0, H[FAMILIES], p - shifted(G, A, i)) for i in range(k) for p in range(G[SLOTS])"
        " if begins_family(G, S, E, c, p)"
        " and stay_behind(G, A, P, n, z, i, p - shifted(G, A, i), p - shifted(G, A, i) + G[WIDTH + S[p] + 1])"
        " if at(shifted(G, A, i), begins_family(G, S, E, c, p))))",
        by="k",
        steps=["listed_before_to(H, G, A, P, n, z, S, T, E, c, F, k - 1, G[SLOTS])"],
    ),
    lemma(
        "listed_before_after(H, G, A, P, n, z, S, T, E, c, F)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and z == H[SLOTS] and G[FAMILIES] == H[FAMILIES]"
        " and all_listed(H, T, E, c, F, H[FAMILIES], z), listed_before(G, A, P, n, z, S, E, c, F))",
        steps=[
            "listed_before_up_to(H, G, A, P, n, z, S, T, E, c, F, n + 1)",
            "listed_before_is(G, A, P, n, z, S, E, c, F)",
        ],
    ),
    lemma(
        "head_after(H, G, A, P, n, z, S, T, p, v, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and stays_plain(H, T, A, P, n, z)"
        " and is_there(H, T, p, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= p < z and k <= n + 1,"
        " all(S[p + shifted(G, A, i)] == v % LEVELS - 1 and begins_at(G, S, p + shifted(G, A, i), v) for i in range(k)"
        " if stay_behind(H, A, P, n, z, i, p, p + 1) if at(shifted(G, A, i))))",
        by="k",
        steps=[
            "H[WIDTH + v % LEVELS] == H[WIDTH + v % LEVELS] and H[UNITS + v % LEVELS - 1] == H[UNITS + v % LEVELS - 1]",
            "shift_alike(H, G, A, k - 1)",
            "row_or_marks_is(T, p, v % LEVELS - 1, H[WIDTH + v % LEVELS], H[UNITS + v % LEVELS - 1])",
            "turn_first(H[UNITS + v % LEVELS - 1])",
            "T[p] == T[p]",
            "none_taken(H, A, P, n, p, p + 1)",
            "stretch_moved(H, G, A, P, n, z, S, T, k - 1, p, p + 1)",
            "tokens_stay(H, G, A, P, n, z, S, T, k - 1, p)",
            "S[p + shifted(G, A, k - 1)] == S[p + shifted(G, A, k - 1)]",
            "G[SPAN + v % LEVELS] == H[SPAN + v % LEVELS]"
            " or not (carried_out(H, G, A, P, n, z, S, T) and 1 <= v % LEVELS <= H[TOP])",
        ],
    ),
    lemma(
        "some_heads_after(H, G, A, P, n, z, S, T, F, N, m)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and stays_plain(H, T, A, P, n, z)"
        " and all_there(H, T, F, N, m) and lie_between(H, F, N, 0, m, 0, z),"
        " all(S[F[f] + shifted(G, A, i)] == N[f] % LEVELS - 1 and begins_at(G, S, F[f] + shifted(G, A, i), N[f])"
        " for f in range(m) for i in range(n + 1) if stay_behind(H, A, P, n, z, i, F[f], F[f] + 1)"
        " if at(F[f], shifted(G, A, i))))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "H[WIDTH + N[m - 1] % LEVELS] == H[WIDTH + N[m - 1] % LEVELS]",
            "head_after(H, G, A, P, n, z, S, T, F[m - 1], N[m - 1], n + 1)",
        ],
    ),
    lemma(
        "heads_stay_after(H, G, A, P, n, z, S, T, F, N)",
        "implies(carried_out(H, G, A, P, n, z, S, T)"
        " and stays_plain(H, T, A, P, n, z) and all_there(H, T, F, N, H[FAMILIES])"
        " and lie_between(H, F, N, 0, H[FAMILIES], 0, z) and G[FAMILIES] == H[FAMILIES],"
        " heads_stay(G, A, P, n, z, S, F, N))",
        steps=[
            "some_heads_after(H, G, A, P, n, z, S, T, F, N, H[FAMILIES])",
            "heads_stay_is(G, A, P, n, z, S, F, N)",
        ],
    ),
    lemma(
        "collapsed_stand_after(H, G, A, P, n, z, S, T, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and k <= n, collapsed_stand(G, A, P, k, S))",
        by="k",
        steps=[
            "level_is(A[k - 1])",
            "P[k - 1] == P[k - 1] and A[k - 1] == A[k - 1]",
            "shift_alike(H, G, A, k - 1)",
            "made_row(H, A, P, n, S, k - 1)",
            "row_is(S, P[k - 1] + shifted(H, A, k - 1), made_of(A[k - 1]), after(H, A[k - 1]),"
            " H[UNITS + made_of(A[k - 1])])",
            "turn_first(H[UNITS + made_of(A[k - 1])])",
            "H[UNITS + level_of(A[k - 1])] == H[UNITS + level_of(A[k - 1])]",
            "S[P[k - 1] + shifted(H, A, k - 1)] == S[P[k - 1] + shifted(H, A, k - 1)]",
        ],
    ),
]

BATCHES = [
    lemma(
        "parents_are_aligned(H, T, l, n)",
        "implies(is_shaped(H) and spans_multiply(H) and 1 <= l < H[TOP],"
        " all(turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + l]) for q in range(n)"
        " if turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + l + 1]) if at(tokens_in(H, T, 0, q))))",
        by="n",
        steps=[
            "spans_multiply_at(H, l + 1)",
            "H[FANOUT + l + 1] == H[FANOUT + l + 1] and H[SPAN + l] == H[SPAN + l]",
            "turn_finer(H[FIRST] + tokens_in(H, T, 0, n - 1), H[FANOUT + l + 1], H[SPAN + l])",
        ],
    ),
    lemma(
        "spans_there_marked(H, T, S, v, p)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, H[SLOTS]) and only_marked(H, T, S)"
        " and 0 <= p and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and 1 <= v % LEVELS <= H[TOP]"
        " and spans_there(H, S, v, p), spans_there(H, T, v, p))",
        steps=["tokens_marked(H, H, T, S, H[SLOTS])", "H[WIDTH + v % LEVELS] == H[WIDTH + v % LEVELS]"],
    ),
    lemma(
        "completes_nothing(H, T)",
        "implies(are_plain(H, T, H[SLOTS]) and H[TOP] < LEVELS, completes_only(H, T, -1))",
        steps=["completes_only_is(H, T, -1)"],
    ),
    lemma(
        "completes_any(H, T, p)",
        "implies(completes_only(H, T, -1), completes_only(H, T, p))",
        steps=["completes_only_is(H, T, -1)", "completes_only_is(H, T, p)"],
    ),
    lemma(
        "no_parent_begins_inside(H, T, v, p, n)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and begins_at(H, T, p, v) and 1 <= v % LEVELS < H[TOP] and 0 <= p < H[SLOTS] and T[p] >= 0"
        " and n <= H[SLOTS] + 1, all(q <= p or tokens_in(H, T, 0, q) >= tokens_in(H, T, 0, p) + H[SPAN + v % LEVELS]"
        " for q in range(n) if turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + v % LEVELS + 1])"
        " if at(tokens_in(H, T, 0, q))))",
        by="n",
        steps=[
            "tokens_never_fall(H, T, H[SLOTS])",
            "parents_are_aligned(H, T, v % LEVELS, H[SLOTS] + 1)",
            "H[SPAN + T[p]] >= 1 or not (is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, H[SLOTS])"
            " and 0 <= p and p < H[SLOTS] and T[p] >= 0)",
            "H[SPAN + v % LEVELS] == H[SPAN + v % LEVELS]",
            "turn_only(v // LEVELS, H[FIRST] + tokens_in(H, T, 0, n - 1), H[SPAN + v % LEVELS])",
        ],
    ),
    lemma(
        "holds_family(H, T, v, p, q, j)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS < H[TOP] and 0 <= p and T[p] >= 0"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and p <= j < p + H[WIDTH + v % LEVELS] and 0 <= q <= j"
        " and T[j] >= 0 and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + v % LEVELS + 1]), q <= p)",
        steps=[
            "no_parent_begins_inside(H, T, v, p, H[SLOTS] + 1)",
            "tokens_never_fall(H, T, H[SLOTS])",
            "H[SPAN + T[j]] >= 1 or not (is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, H[SLOTS])"
            " and 0 <= j and j < H[SLOTS] and T[j] >= 0)",
            "tokens_in(H, T, 0, q) <= tokens_in(H, T, 0, j) or not (is_shaped(H) and spans_are_told(H)"
            " and are_tags(H, T, 0, H[SLOTS]) and 0 <= q and q <= j and j < H[SLOTS])",
        ],
    ),
    lemma(
        "new_held(H, T, v, p, s, q, r, j)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and T[p] >= 0"
        " and 0 <= q <= s and s < r <= H[SLOTS] and MARK <= T[s] <= MARK + H[TOP] - 2"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + T[s] - MARK + 2])"
        " and to_be_gists(T, q, r, T[s] - MARK + 1)"
        " and q <= j < r and p <= j < p + H[WIDTH + v % LEVELS] and T[j] == v % LEVELS - 1 + MARK, q <= p < r)",
        steps=["T[j] == T[j] and T[s] == T[s]", "holds_family(H, T, v, p, q, j)"],
    ),
    lemma(
        "some_new_held(H, T, S, v, p, s, q, r, n)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and T[p] >= 0"
        " and 0 <= q <= s and s < r <= H[SLOTS] and MARK <= T[s] <= MARK + H[TOP] - 2"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + T[s] - MARK + 2])"
        " and to_be_gists(T, q, r, T[s] - MARK + 1)"
        " and all(T[j] == S[j] or (p <= j and j < p + H[WIDTH + v % LEVELS] and T[j] == v % LEVELS - 1 + MARK)"
        " for j in range(H[SLOTS])) and n <= r, (q <= p and p < r) or all(T[j] == S[j] for j in range(q, n)))",
        by="n",
        steps=["T[n - 1] == T[n - 1]", "new_held(H, T, v, p, s, q, r, n - 1)"],
    ),
    lemma(
        "completes_next_at(H, T, S, v, p, s, q, r)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and T[p] >= 0"
        " and only_marked(H, T, S) and completes_only(H, S, -1)"
        " and 0 <= q <= s and s < r <= H[SLOTS] and MARK <= T[s] <= MARK + H[TOP] - 2"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + T[s] - MARK + 2])"
        " and to_be_gists(T, q, r, T[s] - MARK + 1)"
        " and tokens_in(H, T, 0, r) == tokens_in(H, T, 0, q) + H[SPAN + T[s] - MARK + 2]"
        " and all(T[j] == S[j] or (p <= j and j < p + H[WIDTH + v % LEVELS] and T[j] == v % LEVELS - 1 + MARK)"
        " for j in range(H[SLOTS])), q <= p and p < r)",
        steps=[
            "completes_only_is(H, S, -1)",
            "tokens_marked(H, H, T, S, H[SLOTS])",
            "some_new_held(H, T, S, v, p, s, q, r, r)",
        ],
    ),
    lemma(
        "completes_next_to(H, T, S, v, p, s, q, n)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and T[p] >= 0"
        " and only_marked(H, T, S) and completes_only(H, S, -1)"
        " and all(T[j] == S[j] or (p <= j and j < p + H[WIDTH + v % LEVELS] and T[j] == v % LEVELS - 1 + MARK)"
        " for j in range(H[SLOTS]))"
        " and 0 <= q <= s and n <= H[SLOTS], all(q <= p and p < r for r in range(s + 1, n + 1)"
        " if MARK <= T[s] and T[s] <= MARK + H[TOP] - 2"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + T[s] - MARK + 2])"
        " and tokens_in(H, T, 0, r) == tokens_in(H, T, 0, q) + H[SPAN + T[s] - MARK + 2]"
        " and to_be_gists(T, q, r, T[s] - MARK + 1)"
        " if at(tokens_in(H, T, 0, r))))",
        by="n",
        steps=["completes_next_at(H, T, S, v, p, s, q, n)"],
    ),
    lemma(
        "completes_next_from(H, T, S, v, p, s, m)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and T[p] >= 0"
        " and only_marked(H, T, S) and completes_only(H, S, -1)"
        " and all(T[j] == S[j] or (p <= j and j < p + H[WIDTH + v % LEVELS] and T[j] == v % LEVELS - 1 + MARK)"
        " for j in range(H[SLOTS]))"
        " and m <= s + 1, all(q <= p and p < r for q in range(m) for r in range(s + 1, H[SLOTS] + 1)"
        " if MARK <= T[s] and T[s] <= MARK + H[TOP] - 2"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + T[s] - MARK + 2])"
        " and tokens_in(H, T, 0, r) == tokens_in(H, T, 0, q) + H[SPAN + T[s] - MARK + 2]"
        " and to_be_gists(T, q, r, T[s] - MARK + 1)"
        " if at(tokens_in(H, T, 0, q), tokens_in(H, T, 0, r))))",
        by="m",
        steps=["completes_next_to(H, T, S, v, p, s, m - 1, H[SLOTS])"],
    ),
    lemma(
        "completes_next_of(H, T, S, v, p, n)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and T[p] >= 0"
        " and only_marked(H, T, S) and completes_only(H, S, -1)"
        " and all(T[j] == S[j] or (p <= j and j < p + H[WIDTH + v % LEVELS] and T[j] == v % LEVELS - 1 + MARK)"
        " for j in range(H[SLOTS])),"
        " all(q <= p and p < r for s in range(n) for q in range(s + 1) for r in range(s + 1, H[SLOTS] + 1)"
        " if MARK <= T[s] and T[s] <= MARK + H[TOP] - 2"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + T[s] - MARK + 2])"
        " and tokens_in(H, T, 0, r) == tokens_in(H, T, 0, q) + H[SPAN + T[s] - MARK + 2]"
        " and to_be_gists(T, q, r, T[s] - MARK + 1)"
        " if at(T[s], tokens_in(H, T, 0, q), tokens_in(H, T, 0, r))))",
        by="n",
        steps=["completes_next_from(H, T, S, v, p, n - 1, n)"],
    ),
    lemma(
        "completes_next(H, T, S, v, p)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and are_tags(H, T, 0, H[SLOTS])"
        " and spans_there(H, T, v, p) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and T[p] >= 0"
        " and only_marked(H, T, S) and completes_only(H, S, -1)"
        " and all(T[j] == S[j] or (p <= j and j < p + H[WIDTH + v % LEVELS] and T[j] == v % LEVELS - 1 + MARK)"
        " for j in range(H[SLOTS])), completes_only(H, T, p))",
        steps=["completes_only_is(H, T, p)", "completes_next_of(H, T, S, v, p, H[SLOTS])"],
    ),
    lemma(
        "completes_none(H, T, v, p)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, H[SLOTS]) and completes_only(H, T, p)"
        " and begins_at(H, T, p, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= p < H[SLOTS]"
        " and T[p] == v % LEVELS - 1 + MARK"
        " and (v % LEVELS == H[TOP] or all(not to_be_gists(T, q, r, v % LEVELS)"
        " for q in range(p + 1) for r in range(p + 1, H[SLOTS] + 1)"
        " if H[FIRST] + tokens_in(H, T, 0, q) == v // LEVELS // H[SPAN + v % LEVELS + 1] * H[SPAN + v % LEVELS + 1]"
        " and H[FIRST] + tokens_in(H, T, 0, r) == v // LEVELS // H[SPAN + v % LEVELS + 1] * H[SPAN + v % LEVELS + 1]"
        " + H[SPAN + v % LEVELS + 1] if at(tokens_in(H, T, 0, q), tokens_in(H, T, 0, r)))),"
        " completes_only(H, T, -1))",
        steps=[
            "completes_only_is(H, T, p)",
            "completes_only_is(H, T, -1)",
            "tokens_never_fall(H, T, H[SLOTS])",
            "over_floor(v // LEVELS, H[SPAN + v % LEVELS + 1])",
            "turn_times(v // LEVELS // H[SPAN + v % LEVELS + 1], H[SPAN + v % LEVELS + 1])",
            "H[SPAN + T[p]] >= 1 or not (is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, H[SLOTS])"
            " and 0 <= p and p < H[SLOTS] and T[p] >= 0)",
        ],
    ),
]
