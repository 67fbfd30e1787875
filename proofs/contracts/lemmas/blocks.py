"""Of the blocks of a context: their tokens, and that they lie whole."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

TOKENS = [
    lemma("blocks_span(b, s)", "implies(0 <= b <= 2**26 and 0 <= s <= 2**31, 0 <= b * s <= 2**57)"),
    lemma(
        "tokens_bound(H, T, s, n)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, s, s + n),"
        " 0 <= tokens_in(H, T, s, n) and tokens_in(H, T, s, n) <= (n * 2**31 if n >= 0 else 0))",
        by="n",
        steps=["tokens_none(H, T, s, n)", "tokens_one_more(H, T, s, n)"],
    ),
    lemma(
        "tokens_add(H, T, s, m, n)",
        "implies(m >= 0 and n >= 0, tokens_in(H, T, s, m + n) == tokens_in(H, T, s, m) + tokens_in(H, T, s + m, n))",
        by="n",
        steps=[
            "tokens_none(H, T, s + m, n)",
            "tokens_one_more(H, T, s, m + n)",
            "tokens_one_more(H, T, s + m, n)",
        ],
    ),
    lemma(
        "tokens_up_to(H, T, n)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, n),"
        " all(tokens_in(H, T, 0, i) + H[SPAN + T[i]] <= tokens_in(H, T, 0, n)"
        " for i in range(n) if at(tokens_in(H, T, 0, i))))",
        by="n",
        steps=["tokens_one_more(H, T, 0, n)", "H[SPAN + T[n - 1]] == H[SPAN + T[n - 1]]"],
    ),
    lemma(
        "tokens_never_fall(H, T, n)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, n),"
        " all(tokens_in(H, T, 0, i) + H[SPAN + T[i]] <= tokens_in(H, T, 0, j)"
        " for i in range(n) for j in range(i + 1, n + 1) if at(tokens_in(H, T, 0, i), tokens_in(H, T, 0, j))))",
        by="n",
        steps=["tokens_up_to(H, T, n)"],
    ),
    lemma(
        "tokens_inside(H, T, s, n)",
        "implies(H[SPAN + BODY] == 0 and H[SPAN + RAW] == 0 and n >= 1"
        " and all(RAW <= T[j] and T[j] < 0 for j in range(s + 1, s + n)),"
        " tokens_in(H, T, s, n) == H[SPAN + T[s]])",
        by="n",
        steps=["tokens_none(H, T, s, 0)", "tokens_one_more(H, T, s, n)", "T[s + n - 1] == T[s + n - 1]"],
    ),
    lemma(
        "tokens_from(H, T, m, n)",
        "implies(is_shaped(H) and spans_are_told(H) and 0 <= m and are_tags(H, T, m, n),"
        " all(tokens_in(H, T, 0, m) <= tokens_in(H, T, 0, i) for i in range(m, n) if at(tokens_in(H, T, 0, i))))",
        by="n",
        steps=["tokens_one_more(H, T, 0, n - 1)", "H[SPAN + T[n - 2]] == H[SPAN + T[n - 2]]"],
    ),
    lemma(
        "tokens_marked(H, G, T, S, n)",
        "implies(is_shaped(G) and spans_are_told(G) and all(H[j] == G[j] for j in range(SPAN + RAW, UNITS))"
        " and are_tags(G, T, 0, n) and only_marked(G, T, S),"
        " all(tokens_in(H, T, 0, i) == tokens_in(G, S, 0, i) for i in range(n) if at(tokens_in(H, T, 0, i)))"
        " and tokens_in(H, T, 0, n) == tokens_in(G, S, 0, n))",
        by="n",
        steps=[
            "tokens_none(H, T, 0, n)",
            "tokens_none(G, S, 0, n)",
            "tokens_one_more(H, T, 0, n)",
            "tokens_one_more(G, S, 0, n)",
            "T[n - 1] == T[n - 1]",
        ],
    ),
    lemma(
        "marked_looked_up(H, T, S, A, P, i)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, H[SLOTS]) and only_marked(H, T, S)"
        " and is_looked_up(H, T, A, P, i), is_looked_up(H, S, A, P, i))",
        steps=["tokens_marked(H, H, T, S, H[SLOTS])"],
    ),
    lemma(
        "marked_in_turn(H, T, S, A, P, n)",
        "implies(n >= 0 and H[TOP] < LEVELS and within(S, 0, H[SLOTS], RAW, H[TOP]) and P[n] < H[SLOTS]"
        " and 1 <= level_of(A[n]) <= H[TOP] and all(T[j] == S[j] + MARK * begun(H, A, P, n, j) for j in INTEGERS),"
        " stands_for(H, T, P[n], A[n] % 2, level_of(A[n])) == in_turn(H, S, A, P, n))",
        steps=["in_turn_is(H, S, A, P, n)"],
    ),
    lemma(
        "in_turn_put(H, S, A, P, i, m, y)",
        "implies(0 <= i < m, in_turn(H, S, A, put(P, m, y), i) == in_turn(H, S, A, P, i))",
        steps=["in_turn_is(H, S, A, put(P, m, y), i)", "in_turn_is(H, S, A, P, i)"],
        seen_by="in_turn(H, S, A, put(P, m, y), i)",
    ),
    lemma(
        "below_no_level(H, T, s, n)",
        "tokens_below(H, T, s, n, 0) == 0",
        by="n",
        steps=["below_none(H, T, s, n, 0)", "below_one_more(H, T, s, n, 0)"],
    ),
    lemma(
        "below_next_level(H, T, s, n, m)",
        "implies(is_shaped(H) and spans_are_told(H) and 0 <= m <= H[TOP],"
        " tokens_below(H, T, s, n, m + 1) == tokens_below(H, T, s, n, m) + at_level(T, s, n, m) * H[SPAN + m])",
        by="n",
        steps=[
            "below_none(H, T, s, n, m)",
            "below_none(H, T, s, n, m + 1)",
            "at_level_none(T, s, n, m)",
            "below_one_more(H, T, s, n, m)",
            "below_one_more(H, T, s, n, m + 1)",
            "at_level_one_more(T, s, n, m)",
            "H[SPAN + m + MARK] == H[SPAN + m] or not (is_shaped(H) and spans_are_told(H) and 0 <= m <= H[TOP])",
        ],
    ),
    lemma(
        "below_all_levels(H, T, s, n)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, s, s + n),"
        " tokens_below(H, T, s, n, H[TOP] + 1) == tokens_in(H, T, s, n))",
        by="n",
        steps=[
            "below_none(H, T, s, n, H[TOP] + 1)",
            "tokens_none(H, T, s, n)",
            "below_one_more(H, T, s, n, H[TOP] + 1)",
            "tokens_one_more(H, T, s, n)",
        ],
    ),
]

TILES = [
    lemma(
        "multiplied_at(H, l)",
        "implies(multiplied(H) and 1 <= l <= H[TOP], H[WIDTH + l] == H[FANOUT + l] * H[UNITS + l - 1])",
        steps=["multiplied_is(H)"],
    ),
    lemma("tiled_none(H, T, a, b)", "implies(b <= a, tiled(H, T, a, b))", steps=["tiled_is(H, T, a, b)"]),
    lemma(
        "tiled_moved(H, T, S, a, b, d)",
        "implies(within(H, UNITS, UNITS + H[TOP] + 1, 1, 2**26) and tiled(H, T, a, b)"
        " and all(S[j] == T[j - d] for j in range(a + d, b + d)),"
        " tiled(H, S, a + d, b + d))",
        steps=["tiled_is(H, T, a, b)", "tiled_is(H, S, a + d, b + d)"],
    ),
    lemma(
        "tiled_joined(H, T, a, b, c)",
        "implies(a <= b <= c and tiled(H, T, a, b) and tiled(H, T, b, c), tiled(H, T, a, c))",
        steps=["tiled_is(H, T, a, b)", "tiled_is(H, T, b, c)", "tiled_is(H, T, a, c)"],
    ),
    lemma(
        "tiled_alike(H, G, T, a, b)",
        "implies(tiled(H, T, a, b) and H[TOP] == G[TOP]"
        " and all(G[j] == H[j] for j in range(UNITS, UNITS + H[TOP] + 1)), tiled(G, T, a, b))",
        steps=["tiled_is(H, T, a, b)", "tiled_is(G, T, a, b)"],
    ),
    lemma(
        "tiled_stretch(H, T, a, b)",
        "implies(whole(H, T) and 0 <= a <= b <= H[SLOTS] and (a == b or T[a] >= 0) and (b == H[SLOTS] or T[b] >= 0)"
        " and within(T, a, b, RAW, H[TOP]) and H[TOP] < LEVELS, tiled(H, T, a, b))",
        steps=["whole_is(H, T)", "tiled_is(H, T, a, b)"],
    ),
    lemma(
        "tiled_block(H, T, p, l)",
        "implies(is_shaped(H) and 0 <= l <= H[TOP] and T[p] == l"
        " and all(T[j] == (RAW if l == 0 else BODY) for j in range(p + 1, p + H[UNITS + l])),"
        " tiled(H, T, p, p + H[UNITS + l]))",
        steps=["tiled_is(H, T, p, p + H[UNITS + l])", "H[UNITS + l] == H[UNITS + l]"],
    ),
    lemma(
        "tiled_written(H, T, p, n, l)",
        "implies(is_shaped(H) and 0 <= l <= H[TOP] and n >= 0 and are_written(H, T, p, n, l),"
        " tiled(H, T, p, p + n * H[UNITS + l]))",
        by="n",
        steps=[
            "tiled_none(H, T, p, p + n * H[UNITS + l])",
            "turn_times(n - 1, H[UNITS + l])",
            "product_next(n - 1, H[UNITS + l])",
            "tiled_block(H, T, p + (n - 1) * H[UNITS + l], l)",
            "tiled_joined(H, T, p, p + (n - 1) * H[UNITS + l], p + n * H[UNITS + l])",
        ],
    ),
]

WHOLE = [
    lemma(
        "blocks_most(T, n)",
        "implies(n >= 0, 0 <= blocks_before(T, n) <= n)",
        by="n",
        steps=["blocks_none(T, n)", "blocks_one_more(T, n)"],
    ),
    lemma(
        "blocks_go_on(T, s, n)",
        "implies(s >= 0 and all(T[j] < 0 for j in range(s, s + n)), blocks_before(T, s + n) == blocks_before(T, s)"
        " or n < 0)",
        by="n",
        steps=["blocks_one_more(T, s + n)", "T[s + n - 1] == T[s + n - 1]"],
    ),
    lemma(
        "tiled_whole(H, T)",
        "implies(is_shaped(H) and H[SLOTS] > 0 and tiled(H, T, 0, H[SLOTS]), whole(H, T))",
        steps=["tiled_is(H, T, 0, H[SLOTS])", "whole_is(H, T)"],
    ),
    lemma(
        "blocks_end_marked(H, T, S)",
        "implies(H[TOP] < LEVELS and blocks_end(H, S) and only_marked(H, T, S), blocks_end(H, T))",
    ),
    lemma(
        "are_whole_marked(H, T, S)",
        "implies(H[TOP] < LEVELS and blocks_are_whole(H, S) and only_marked(H, T, S), blocks_are_whole(H, T))",
    ),
    lemma(
        "bodies_follow_marked(H, T, S)",
        "implies(H[TOP] < LEVELS and bodies_follow(H, S) and only_marked(H, T, S), bodies_follow(H, T))",
    ),
    lemma(
        "whole_marked(H, T, S)",
        "implies(H[TOP] < LEVELS and whole(H, S) and only_marked(H, T, S), whole(H, T))",
        steps=[
            "whole_is(H, S)",
            "whole_is(H, T)",
            "blocks_end_marked(H, T, S)",
            "are_whole_marked(H, T, S)",
            "bodies_follow_marked(H, T, S)",
        ],
    ),
    lemma(
        "insides_are_body(H, T, n)",
        "implies(H[TOP] < LEVELS and whole(H, T) and are_tags(H, T, 0, H[SLOTS]) and n <= H[SLOTS],"
        " all(T[j] == BODY for s in range(n) for j in range(s + 1, min(n, s + H[UNITS + T[s]]))"
        " if 1 <= T[s] and T[s] <= H[TOP] if at(T[s], T[j])))",
        by="n",
        steps=["whole_is(H, T)", "T[n - 1] == T[n - 1]", "T[n - 2] == T[n - 2]"],
    ),
    lemma(
        "whole_gists(H, T)",
        "implies(H[TOP] < LEVELS and whole(H, T) and are_tags(H, T, 0, H[SLOTS]),"
        " gists_end(H, T) and gists_are_whole(H, T) and gists_go_on(H, T) and bodies_follow(H, T))",
        steps=["gists_go_on_is(H, T)", "whole_is(H, T)", "insides_are_body(H, T, H[SLOTS])"],
    ),
    lemma(
        "peaks_marked(H, G, T, S, F, P, c)",
        "implies(below_peaks(G, S, F, P, c) and is_shaped(G) and H[SLOTS] == G[SLOTS]"
        " and all(H[j] == G[j] for j in range(UNITS, FANOUT)) and are_tags(G, T, 0, G[SLOTS]) and only_marked(G, T, S),"
        " below_peaks(H, T, F, P, c))",
        steps=["below_peaks_is(G, S, F, P, c)", "below_peaks_is(H, T, F, P, c)"],
    ),
    lemma(
        "peaks_of_one(H, T, F, P, c)",
        "implies(are_below(T, F, P, H[SLOTS], c) and all(H[i] == 1 for i in range(UNITS + 1, UNITS + H[TOP] + 1))"
        " and all(T[i] <= H[TOP] for i in range(H[SLOTS])), below_peaks(H, T, F, P, c))",
        steps=["below_peaks_is(H, T, F, P, c)", "means_of_one(H, T, F, H[SLOTS])"],
    ),
    lemma(
        "block_ends(H, T, s)",
        "implies(whole(H, T) and 0 <= s < H[SLOTS] and 0 <= T[s] <= H[TOP], s + H[UNITS + T[s]] <= H[SLOTS]"
        " and (s + H[UNITS + T[s]] == H[SLOTS] or T[s + H[UNITS + T[s]]] >= 0))",
        steps=["whole_is(H, T)"],
    ),
    lemma(
        "block_goes_on(H, T, s, j)",
        "implies(whole(H, T) and 0 <= s < H[SLOTS] and 0 <= T[s] <= H[TOP] and s < j < s + H[UNITS + T[s]], T[j] < 0)",
        steps=["whole_is(H, T)"],
    ),
    lemma(
        "goes_on_behind(H, T, s)",
        "implies(whole(H, T) and 0 <= s < H[SLOTS], (s > 0 or T[s] >= 0)"
        " and (T[s] != BODY or T[s - 1] == BODY or T[s - 1] >= 1)"
        " and (T[s] != RAW or T[s - 1] == RAW or T[s - 1] == 0 or T[s - 1] == MARK))",
        steps=["whole_is(H, T)"],
    ),
    lemma(
        "raw_goes_on(H, T, b, m)",
        "implies(H[TOP] < LEVELS and whole(H, T) and 1 <= m < b <= H[SLOTS] and (b == H[SLOTS] or T[b] >= 0)"
        " and are_plain(H, T, H[SLOTS]) and H[UNITS] >= 1 and all(T[j] == RAW for j in range(m, b)),"
        " T[m - 1] == RAW or (T[m - 1] == 0 and m - 1 + H[UNITS] == b))",
        steps=["goes_on_behind(H, T, m)", "block_ends(H, T, m - 1)", "block_goes_on(H, T, m - 1, b)"],
    ),
    lemma(
        "raw_before(H, T, b, n)",
        "implies(H[TOP] < LEVELS and whole(H, T) and 1 <= b <= H[SLOTS] and (b == H[SLOTS] or T[b] >= 0)"
        " and are_plain(H, T, H[SLOTS]) and T[b - 1] == RAW and 0 <= n < b and H[UNITS] >= 1"
        " and (n <= H[UNITS] - 2 or (b >= H[UNITS] and T[b - H[UNITS]] == RAW)),"
        " all(T[j] == RAW for j in range(b - 1 - n, b)))",
        by="n",
        steps=["goes_on_behind(H, T, b - n)", "raw_goes_on(H, T, b, b - n)"],
    ),
    lemma(
        "raw_begins(H, T, b)",
        "implies(H[TOP] < LEVELS and whole(H, T) and 1 <= b <= H[SLOTS] and (b == H[SLOTS] or T[b] >= 0)"
        " and are_plain(H, T, H[SLOTS]) and T[b - 1] == RAW and H[UNITS] >= 1,"
        " b >= H[UNITS] and T[b - H[UNITS]] == 0 and all(T[j] == RAW for j in range(b - H[UNITS] + 1, b)))",
        steps=[
            "goes_on_behind(H, T, 0)",
            "raw_before(H, T, b, b - 1)",
            "raw_before(H, T, b, H[UNITS] - 2)",
            "raw_goes_on(H, T, b, b - H[UNITS] + 1)",
        ],
    ),
    lemma(
        "tiled_follow(H, T)",
        "implies(H[SLOTS] >= 0 and tiled(H, T, 0, H[SLOTS]), follow_each_other(H, T))",
        steps=["tiled_is(H, T, 0, H[SLOTS])"],
    ),
    lemma(
        "tiled_rest(H, T, a, m, b)",
        "implies(is_shaped(H) and tiled(H, T, a, b) and a <= m <= b and (m == b or T[m] >= 0), tiled(H, T, m, b))",
        steps=["tiled_is(H, T, a, b)", "tiled_is(H, T, m, b)"],
    ),
    lemma(
        "row_whole(H, T, p, n, l)",
        "implies(is_shaped(H) and whole(H, T) and 0 <= l <= H[TOP] and 0 <= p and n >= 0"
        " and p + n * H[UNITS + l] <= H[SLOTS] and row(T, p, l, n * H[UNITS + l], H[UNITS + l]),"
        " all((T[j] >= 0) == turn(j - p, H[UNITS + l]) for j in range(p, p + n * H[UNITS + l])))",
        by="n",
        steps=[
            "H[UNITS + l] == H[UNITS + l]",
            "whole_is(H, T)",
            "row_is(T, p, l, n * H[UNITS + l], H[UNITS + l])",
            "row_is(T, p, l, (n - 1) * H[UNITS + l], H[UNITS + l])",
            "turn_times(n - 1, H[UNITS + l])",
            "product_next(n - 1, H[UNITS + l])",
            "product_positive(n - 1, H[UNITS + l])",
        ],
    ),
    lemma(
        "row_ends(H, T, p, n, l)",
        "implies(is_shaped(H) and whole(H, T) and 0 <= l <= H[TOP] and 0 <= p and n >= 1"
        " and p + n * H[UNITS + l] <= H[SLOTS] and row(T, p, l, n * H[UNITS + l], H[UNITS + l]),"
        " p + n * H[UNITS + l] == H[SLOTS] or T[p + n * H[UNITS + l]] >= 0)",
        steps=[
            "H[UNITS + l] == H[UNITS + l]",
            "whole_is(H, T)",
            "row_is(T, p, l, n * H[UNITS + l], H[UNITS + l])",
            "turn_times(n - 1, H[UNITS + l])",
            "product_next(n - 1, H[UNITS + l])",
            "product_positive(n - 1, H[UNITS + l])",
            "T[p + (n - 1) * H[UNITS + l]] == T[p + (n - 1) * H[UNITS + l]]",
        ],
    ),
    lemma(
        "family_whole(H, T, p, v)",
        "implies(is_shaped(H) and multiplied(H) and whole(H, T) and stands(H, T, p, v) and 1 <= v % LEVELS <= H[TOP]"
        " and 0 <= p and p + H[WIDTH + v % LEVELS] <= H[SLOTS],"
        " all((T[j] >= 0) == turn(j - p, H[UNITS + v % LEVELS - 1]) for j in range(p, p + H[WIDTH + v % LEVELS]))"
        " and (p + H[WIDTH + v % LEVELS] == H[SLOTS] or T[p + H[WIDTH + v % LEVELS]] >= 0))",
        steps=[
            "multiplied_at(H, v % LEVELS)",
            "stands_is(H, T, p, v)",
            "H[FANOUT + v % LEVELS] == H[FANOUT + v % LEVELS]",
            "row_whole(H, T, p, H[FANOUT + v % LEVELS], v % LEVELS - 1)",
            "row_ends(H, T, p, H[FANOUT + v % LEVELS], v % LEVELS - 1)",
        ],
    ),
    lemma(
        "families_whole(H, T, F, N, m)",
        "implies(is_shaped(H) and multiplied(H) and whole(H, T) and all_stand(H, T, F, N, m)"
        " and lie_between(H, F, N, 0, m, 0, H[SLOTS]),"
        " all((T[j] >= 0) == turn(j - F[f], H[UNITS + N[f] % LEVELS - 1])"
        " for f in range(m) for j in range(F[f], F[f] + H[WIDTH + N[f] % LEVELS]) if at(F[f], T[j]))"
        " and all(F[f] + H[WIDTH + N[f] % LEVELS] == H[SLOTS] or T[F[f] + H[WIDTH + N[f] % LEVELS]] >= 0"
        " for f in range(m) if at(F[f])))",
        by="m",
        steps=["F[m - 1] == F[m - 1]", "N[m - 1] == N[m - 1]", "family_whole(H, T, F[m - 1], N[m - 1])"],
    ),
    lemma(
        "ends_none(H, T, A, P)",
        "ends_lie(H, T, A, P, 0)",
        steps=["ends_lie_is(H, T, A, P, 0)"],
    ),
    lemma(
        "ends_put(H, T, A, P, n, i, x, y)",
        "implies(n <= i, ends_lie(H, T, put(A, i, x), put(P, i, y), n) == ends_lie(H, T, A, P, n))",
        steps=["ends_lie_is(H, T, A, P, n)", "ends_lie_is(H, T, put(A, i, x), put(P, i, y), n)"],
        seen_by="ends_lie(H, T, put(A, i, x), put(P, i, y), n)",
    ),
    lemma(
        "ends_put_place(H, T, A, P, n, i, y)",
        "implies(n <= i and ends_lie(H, T, A, P, n), ends_lie(H, T, A, put(P, i, y), n))",
        steps=["ends_lie_is(H, T, A, P, n)", "ends_lie_is(H, T, A, put(P, i, y), n)"],
    ),
    lemma(
        "ends_next(H, T, A, P, n)",
        "implies(ends_lie(H, T, A, P, n) and n >= 0 and T[P[n]] >= 0 and (P[n] + before(H, A[n]) == H[SLOTS]"
        " or T[P[n] + before(H, A[n])] >= 0) and has_tokens(H, T, A[n], P[n]), ends_lie(H, T, A, P, n + 1))",
        steps=["ends_lie_is(H, T, A, P, n)", "ends_lie_is(H, T, A, P, n + 1)"],
    ),
    lemma(
        "ends_marked(H, G, T, S, A, P, n)",
        "implies(are_actions(H, A, n) and is_shaped(G) and spans_are_told(G) and alike(H, G)"
        " and are_tags(H, T, 0, H[SLOTS]) and only_marked(H, T, S),"
        " ends_lie(H, T, A, P, n) == ends_lie(G, S, A, P, n))",
        steps=[
            "ends_lie_is(H, T, A, P, n)",
            "ends_lie_is(G, S, A, P, n)",
            "tokens_marked(H, G, T, S, H[SLOTS])",
        ],
    ),
]
