"""Of laying a history out."""

from __future__ import annotations

from focalloc.proofs.contracts.form import definition, lemma

ENDS = [
    lemma(
        "turn_sum(x, y, s)",
        "implies(s >= 1 and turn(x, s) and turn(y, s), turn(x + y, s))",
        steps=[
            "turn_is(x, s)",
            "turn_is(y, s)",
            "implies(s >= 1, x == x // s * s + x % s and y == y // s * s + y % s)",
            "turn_times(x // s + y // s, s)",
            "(x // s + y // s) * s == x // s * s + y // s * s",
        ],
    ),
    lemma(
        "turn_coarse(x, s, t)",
        "implies(s >= 1 and t >= 1 and turn(x, s) and turn(s, t), turn(x, t))",
        steps=[
            "turn_is(x, s)",
            "turn_is(s, t)",
            "implies(s >= 1 and t >= 1, x == x // s * s + x % s and s == s // t * t + s % t)",
            "turn_times(x // s * (s // t), t)",
            "x // s * (s // t) * t == x // s * (s // t * t)",
        ],
    ),
    lemma(
        "spans_divide(H, l)",
        "implies(is_shaped(H) and spans_multiply(H) and 0 <= l <= H[TOP], turn(H[SPAN + l], H[SPAN]))",
        by="l",
        steps=[
            "H[SPAN] == H[SPAN] and H[SPAN + l] == H[SPAN + l] and H[SPAN + l - 1] == H[SPAN + l - 1]",
            "turn_times(1, H[SPAN])",
            "spans_multiply_at(H, l)",
            "turn_times(H[FANOUT + l], H[SPAN + l - 1])",
            "turn_coarse(H[SPAN + l], H[SPAN + l - 1], H[SPAN])",
        ],
    ),
    lemma(
        "end_turns(H, T, n)",
        "implies(geometry(H) and n >= 0 and aligned(H, T, n) and within(T, 0, n, RAW, H[TOP])"
        " and turn(H[FIRST], H[SPAN]), turn(H[FIRST] + tokens_in(H, T, 0, n), H[SPAN]))",
        by="n",
        steps=[
            "geometry_is(H)",
            "tokens_none(H, T, 0, n)",
            "tokens_one_more(H, T, 0, n)",
            "aligned_less(H, T, n - 1, n)",
            "T[n - 1] == T[n - 1] and H[SPAN] == H[SPAN] and H[SPAN + T[n - 1]] == H[SPAN + T[n - 1]]",
            "spans_divide(H, T[n - 1])",
            "turn_sum(H[FIRST] + tokens_in(H, T, 0, n - 1), H[SPAN + T[n - 1]], H[SPAN])",
        ],
    ),
    lemma(
        "front_turns(H, T, n)",
        "implies(geometry(H) and n >= 1 and aligned(H, T, n) and 0 <= T[0] <= H[TOP], turn(H[FIRST], H[SPAN]))",
        steps=[
            "geometry_is(H)",
            "tokens_none(H, T, 0, 0)",
            "aligned_is(H, T, n)",
            "T[0] == T[0] and H[SPAN] == H[SPAN] and H[SPAN + T[0]] == H[SPAN + T[0]]",
            "spans_divide(H, T[0])",
            "turn_coarse(H[FIRST], H[SPAN + T[0]], H[SPAN])",
        ],
    ),
    lemma(
        "noted_moved(H, T, S, V, G, U, E, M, C, D, P, Q, m, p, g)",
        "implies(is_moved(H, T, S, V, G, U, E, M, p, g) and are_choices(G, U, M, C, D, m)"
        " and within(C, 0, m, 0, UNBOUNDED + 2**60 - 1)"
        " and all(P[i] == C[i] - p and Q[i] == D[i] + (g if C[i] >= UNBOUNDED else 0) for i in range(m))"
        " and all(H[j] == G[j] for j in range(SPAN + RAW, UNITS)) and within(U, 0, G[SLOTS], RAW, MARK + LEVELS)"
        " and G[FIRST] == H[FIRST] + tokens_in(H, T, 0, p) and are_noted(G, U, C, D, m), are_noted(H, T, P, Q, m))",
        by="m",
        steps=[
            "P[m - 1] == P[m - 1] and Q[m - 1] == Q[m - 1] and C[m - 1] == C[m - 1] and D[m - 1] == D[m - 1]",
            "key_moved(C[m - 1], p)",
            "tokens_moved(H, G, T, U, p, G[SLOTS])",
            "tokens_add(H, T, 0, p, place_of(C[m - 1]))",
        ],
    ),
]

COARSE = [
    definition("coarsest_bound(H, a, z)", "implies(is_shaped(H), 0 <= coarsest(H, a, z) <= H[TOP])",
               seen_by="coarsest(H, a, z)"),
    definition(
        "coarsest_is(H, a, z, l)",
        "implies(is_shaped(H) and spans_multiply(H) and is_coarsest(H, a, z, l), coarsest(H, a, z) == l)",
    ),
    definition("coarse_none(H, a, z)", "implies(a >= z, coarse_slots(H, a, z) == 0)", seen_by="coarse_slots(H, a, z)"),
    definition(
        "coarse_next(H, a, z)",
        "implies(is_shaped(H) and a < z, coarse_slots(H, a, z) == H[UNITS + coarsest(H, a, z)]"
        " + coarse_slots(H, a + H[SPAN + coarsest(H, a, z)], z))",
        seen_by="coarse_slots(H, a, z), coarsest(H, a, z)",
    ),
    lemma(
        "coarse_positive(H, z, k)",
        "implies(is_shaped(H), all(coarse_slots(H, a, z) >= 0 for a in INTEGERS if z - a <= k"
        " if 0 <= coarsest(H, a, z) if at(coarse_slots(H, a, z))))",
        by="k",
    ),
    lemma(
        "turn_rest(x, s)",
        "implies(s >= 1, turn(x - x % s, s) and 0 <= x % s and x % s < s)",
        steps=["turn_times(x // s, s)", "implies(s >= 1, x == x // s * s + x % s and 0 <= x % s and x % s < s)"],
    ),
    lemma(
        "coarse_run(H, a, z, l, k)",
        "implies(is_shaped(H) and spans_multiply(H) and is_coarsest(H, a, z, l) and k >= 0"
        " and a + k * H[SPAN + l] <= z"
        " and (l == H[TOP] or a + k * H[SPAN + l] <= a - a % H[SPAN + l + 1] + H[SPAN + l + 1]),"
        " coarse_slots(H, a, z) == k * H[UNITS + l] + coarse_slots(H, a + k * H[SPAN + l], z)"
        " and turn(a + k * H[SPAN + l], H[SPAN + l]))",
        by="k",
        steps=[
            "H[SPAN + l] == H[SPAN + l] and H[UNITS + l] == H[UNITS + l] and H[SPAN + l + 1] == H[SPAN + l + 1]",
            "times_nothing(0, H[SPAN + l])",
            "times_nothing(0, H[UNITS + l])",
            "product_next(k - 1, H[SPAN + l])",
            "product_next(k - 1, H[UNITS + l])",
            "product_positive(k - 1, H[SPAN + l])",
            "most_of_all(1, k - 1, H[SPAN + l])",
            "turn_rest(a, H[SPAN + l + 1])",
            "turn_only(a - a % H[SPAN + l + 1], a + (k - 1) * H[SPAN + l], H[SPAN + l + 1])",
            "turn_next(a + (k - 1) * H[SPAN + l], H[SPAN + l])",
            "coarsest_is(H, a + (k - 1) * H[SPAN + l], z, l)",
            "coarse_next(H, a + (k - 1) * H[SPAN + l], z)",
        ],
    ),
    lemma(
        "units_span(H, l)",
        "implies(is_shaped(H) and spans_multiply(H) and multiplied(H) and is_dear(H) and 0 <= l <= H[TOP],"
        " H[UNITS + l] <= H[SPAN + l] * H[UNITS])",
        by="l",
        steps=[
            "H[SPAN + l] == H[SPAN + l] and H[UNITS + l] == H[UNITS + l] and H[WIDTH + l] == H[WIDTH + l]",
            "H[SPAN] == H[SPAN] and H[UNITS] == H[UNITS] and H[FANOUT + l] == H[FANOUT + l]",
            "most_of_all(1, H[SPAN], H[UNITS])",
            "spans_multiply_at(H, l)",
            "multiplied_at(H, l)",
            "most_of_all(H[UNITS + l - 1], H[SPAN + l - 1] * H[UNITS], H[FANOUT + l])",
        ],
    ),
    lemma(
        "units_of_many(H, l, k)",
        "implies(k >= 0 and H[UNITS + l] <= H[SPAN + l] * H[UNITS], k * H[UNITS + l] <= k * H[SPAN + l] * H[UNITS])",
        steps=["most_of_all(H[UNITS + l], H[SPAN + l] * H[UNITS], k)"],
    ),
    lemma(
        "turn_past(x, y, s)",
        "implies(s >= 1 and turn(x, s) and turn(y, s) and x < y, x + s <= y)",
        steps=["turn_is(x, s)", "turn_is(y, s)", "turn_next(x, s)", "turn_only(x, y, s)"],
    ),
    definition("weights_none(H, f, N, n)", "implies(n <= 0, weights(H, f, N, n) == 0)"),
    definition(
        "weights_one_more(H, f, N, n)",
        "implies(n >= 1, weights(H, f, N, n) == weights(H, f, N, n - 1) + H[f + N[n - 1] % LEVELS])",
    ),
    lemma(
        "weights_put(H, f, N, n, i, x)",
        "weights(H, f, put(N, i, x), n)"
        " == weights(H, f, N, n) + (H[f + x % LEVELS] - H[f + N[i] % LEVELS] if 0 <= i < n else 0)",
        by="n",
        steps=[
            "weights_none(H, f, N, n)",
            "weights_none(H, f, put(N, i, x), n)",
            "weights_one_more(H, f, N, n)",
            "weights_one_more(H, f, put(N, i, x), n)",
        ],
        seen_by="weights(H, f, put(N, i, x), n)",
    ),
    lemma(
        "spans_least(H, l)",
        "implies(is_shaped(H) and spans_multiply(H) and 0 <= l <= H[TOP], H[SPAN] <= H[SPAN + l])",
        by="l",
        steps=[
            "H[SPAN] == H[SPAN] and H[SPAN + l] == H[SPAN + l] and H[FANOUT + l] == H[FANOUT + l]",
            "spans_multiply_at(H, l)",
            "most_of_all(1, H[FANOUT + l], H[SPAN + l - 1])",
        ],
    ),
    lemma(
        "weights_least(H, N, a, z, n)",
        "implies(is_shaped(H) and spans_multiply(H) and are_blocks(H, N, n, a, z),"
        " max(0, n) <= weights(H, UNITS, N, n) and max(0, n) * H[SPAN] <= weights(H, SPAN, N, n))",
        by="n",
        steps=[
            "weights_none(H, UNITS, N, n)",
            "weights_none(H, SPAN, N, n)",
            "weights_one_more(H, UNITS, N, n)",
            "weights_one_more(H, SPAN, N, n)",
            "N[n - 1] == N[n - 1]",
            "H[UNITS + N[n - 1] % LEVELS] == H[UNITS + N[n - 1] % LEVELS]",
            "spans_least(H, N[n - 1] % LEVELS)",
            "product_next(n - 1, H[SPAN])",
            "times_nothing(0, H[SPAN])",
        ],
    ),
    lemma(
        "spans_counted(x, y, s)",
        "implies(s >= 1 and turn(x, s) and turn(y, s), x // s + y // s == (x + y) // s)",
        steps=["turn_is(x, s)", "turn_is(y, s)", "over_whole(x + y, s, x // s + y // s)"],
    ),
    lemma(
        "turn_less(x, y, s)",
        "implies(s >= 1 and turn(x, s) and turn(y, s), turn(x - y, s))",
        steps=["turn_is(x, s)", "turn_is(y, s)", "turn_times(x // s - y // s, s)",
               "implies(s >= 1, x == x // s * s + x % s and y == y // s * s + y % s)"],
    ),
    lemma(
        "span_passed(t, s, w)",
        "implies(s >= 1 and w >= s and turn(w, s) and turn(t, s) and t >= 0,"
        " (t + s) // w <= t // w + 1 and (t + s - 1) // w == t // w)",
        steps=[
            "turn_times(t // w + 1, w)",
            "turn_coarse((t // w + 1) * w, w, s)",
            "product_next(t // w, w)",
            "implies(w >= 1, t == t // w * w + t % w and 0 <= t % w and t % w < w)",
            "turn_past(t, (t // w + 1) * w, s)",
            "t + s <= (t // w + 1) * w or not (s >= 1 and w >= s and turn(w, s) and turn(t, s) and t >= 0)",
            "over_grows(t + s, (t // w + 1) * w, w)",
            "over_whole((t // w + 1) * w, w, t // w + 1)",
            "over_grows(t, t + s - 1, w)",
            "over_times(t + s - 1, w)",
            "most_of_all(t // w + 1, (t + s - 1) // w, w)",
        ],
    ),
    lemma(
        "spans_few(H, T, n)",
        "implies(is_shaped(H) and spans_multiply(H) and spans_are_told(H) and n >= 1 and aligned(H, T, n)"
        " and within(T, 0, n, RAW, H[TOP]) and H[FIRST] >= 0 and T[0] >= 0,"
        " (H[FIRST] + tokens_in(H, T, 0, n) - 1) // H[SPAN + H[TOP]]"
        " <= H[FIRST] // H[SPAN + H[TOP]] + n - 1 and tokens_in(H, T, 0, n) >= 1)",
        by="n",
        steps=[
            "tokens_none(H, T, 0, 0)",
            "tokens_one_more(H, T, 0, n)",
            "aligned_is(H, T, n)",
            "aligned_less(H, T, n - 1, n)",
            "T[n - 1] == T[n - 1] and H[SPAN + T[n - 1]] == H[SPAN + T[n - 1]]",
            "H[SPAN + H[TOP]] == H[SPAN + H[TOP]]",
            "turn_times(1, H[SPAN + H[TOP]])",
            "turn_first(H[SPAN + T[n - 1]])",
            "turn_finest(H, H[SPAN + H[TOP]], T[n - 1], H[TOP])",
            "turn_past(0, H[SPAN + H[TOP]], H[SPAN + T[n - 1]])",
            "tokens_bound(H, T, 0, n - 1)",
            "over_next(H[FIRST] + tokens_in(H, T, 0, n - 1) - 1, H[SPAN + H[TOP]])",
            "over_grows(H[FIRST] + tokens_in(H, T, 0, n - 1), H[FIRST] + tokens_in(H, T, 0, n - 1) - 1"
            " + H[SPAN + H[TOP]], H[SPAN + H[TOP]])",
            "span_passed(H[FIRST] + tokens_in(H, T, 0, n - 1), H[SPAN + T[n - 1]], H[SPAN + H[TOP]])",
        ],
    ),
    lemma(
        "regions_few(H, T)",
        "implies(is_shaped(H) and spans_multiply(H) and spans_are_told(H) and H[SLOTS] >= 1 and aligned(H, T, H[SLOTS])"
        " and within(T, 0, H[SLOTS], RAW, H[TOP]) and H[FIRST] >= 0 and T[0] >= 0"
        " and H[END] == H[FIRST] + tokens_in(H, T, 0, H[SLOTS]), H[FIRST] < H[END]"
        " and H[FIRST] // H[SPAN + H[TOP]] <= (H[END] - 1) // H[SPAN + H[TOP]]"
        " and (H[END] - 1) // H[SPAN + H[TOP]] - H[FIRST] // H[SPAN + H[TOP]] < H[SLOTS])",
        steps=[
            "spans_few(H, T, H[SLOTS])",
            "H[SPAN + H[TOP]] == H[SPAN + H[TOP]]",
            "over_grows(H[END] - 1, H[FIRST] + tokens_in(H, T, 0, H[SLOTS]) - 1, H[SPAN + H[TOP]])",
            "over_grows(H[FIRST], H[END] - 1, H[SPAN + H[TOP]])",
        ],
    ),
    lemma(
        "tokens_lie(H, T, n)",
        "implies(is_shaped(H) and spans_are_told(H) and within(T, 0, n, RAW, H[TOP]), all(0 <= tokens_in(H, T, 0, i)"
        " and (T[i] < 0 or tokens_in(H, T, 0, i) < tokens_in(H, T, 0, n)) for i in range(n)"
        " if at(tokens_in(H, T, 0, i))))",
        by="n",
        steps=[
            "tokens_one_more(H, T, 0, n)",
            "tokens_bound(H, T, 0, n - 1)",
            "T[n - 1] == T[n - 1] and H[SPAN + T[n - 1]] == H[SPAN + T[n - 1]]",
        ],
    ),
    lemma(
        "families_lie(H, T, F, N, m, n)",
        "implies(is_shaped(H) and spans_are_told(H) and within(T, 0, n, RAW, H[TOP]) and all_stand(H, T, F, N, m)"
        " and all(0 <= F[f] < n for f in range(m)) and all(1 <= N[f] % LEVELS <= H[TOP] for f in range(m)),"
        " all(H[FIRST] <= N[f] // LEVELS < H[FIRST] + tokens_in(H, T, 0, n) for f in range(m) if at(N[f])))",
        steps=["told_by(H, T, F, N, m)", "all_begin(H, T, F, N, m)", "tokens_lie(H, T, n)"],
    ),
    lemma(
        "notes_lie(H, T, F, N, R, K, M, G, n)",
        "implies(is_shaped(H) and spans_are_told(H) and within(T, 0, H[SLOTS], RAW, H[TOP])"
        " and standing(H, T, F, R, K, M, n) and adding(H, T, N, R, K, M, n)"
        " and all(G[r] <= R[r * RUN + SIZE] for r in range(n))"
        " and all(H[FIRST] <= N[f] // LEVELS < H[END] for f in range(H[FAMILIES]) if at(N[f]))"
        " and H[END] == H[FIRST] + tokens_in(H, T, 0, H[SLOTS]),"
        " all(0 <= M[j] < H[FAMILIES] and H[FIRST] <= N[M[j]] // LEVELS < H[END] for r in range(n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + G[here(r)])"
        " if R[here(r) * RUN + DELTA] < 0 if at(here(r), M[j]))"
        " and all(H[FIRST] <= M[j] < H[END] for r in range(n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + G[here(r)])"
        " if R[here(r) * RUN + DELTA] >= 0 if at(here(r), M[j])))",
        steps=["standing_is(H, T, F, R, K, M, n)", "adding_is(H, T, N, R, K, M, n)", "tokens_lie(H, T, H[SLOTS])"],
    ),
]
"""The coarsest tiling, and what is made of it."""
