"""Of splices and of what moves with them."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

SPLICES = [
    lemma(
        "spliced_none(H, A, P, n, z, T, S, f, B)",
        "spliced(H, A, P, n, z, T, S, f, B, 0, 0)",
        steps=["spliced_is(H, A, P, n, z, T, S, f, B, 0, 0)"],
    ),
    lemma(
        "spliced_kept(H, A, P, n, z, T, S, f, B, m, k, U, V, g, e)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, z) and 0 <= k <= n and m <= k + 1"
        " and spliced(H, A, P, n, z, T, S, f, B, m, k)"
        " and (k < 1 or P[k - 1] + before(H, A[k - 1]) + shifted(H, A, k) <= e)"
        " and (m <= k or (P[k] if k < n else z) + shifted(H, A, k) <= e)"
        " and all(U[q] == laid(T, S, f, q) for q in INTEGERS if q < g and q < e)"
        " and all(V[q] == laid(T, S, f, q + g) for q in range(e - g)),"
        " spliced(H, A, P, n, z, U, V, g, B, m, k))",
        steps=[
            "made_fit(H, A, P, k, z)",
            "spliced_is(H, A, P, n, z, T, S, f, B, m, k)",
            "spliced_is(H, A, P, n, z, U, V, g, B, m, k)",
        ],
    ),
    lemma(
        "ends_lie_at(H, T, A, P, n, i)",
        "implies(ends_lie(H, T, A, P, n) and 0 <= i < n, T[P[i]] >= 0 and (P[i] + before(H, A[i]) == H[SLOTS]"
        " or T[P[i] + before(H, A[i])] >= 0))",
        steps=["ends_lie_is(H, T, A, P, n)"],
    ),
    lemma(
        "spliced_stretch(H, A, P, n, z, T, S, f, B, k, a, b)",
        "implies((a <= 0 if k < 1 else a <= P[k - 1] + before(H, A[k - 1])) and b >= (P[k] if k < n else z)"
        " and spliced(H, A, P, n, z, T, S, f, B, k, k)"
        " and all(laid(T, S, f, j + shifted(H, A, k)) == B[j] for j in range(a, b) if at(B[j])),"
        " spliced(H, A, P, n, z, T, S, f, B, k + 1, k))",
        steps=[
            "spliced_is(H, A, P, n, z, T, S, f, B, k, k)",
            "spliced_is(H, A, P, n, z, T, S, f, B, k + 1, k)",
        ],
    ),
    lemma(
        "spliced_spare(H, A, P, n, z, T, S, f, B, k, a, b, c)",
        "implies((a <= 0 if k < 1 else a <= P[k - 1] + before(H, A[k - 1])) and b >= (P[k] if k < n else z)"
        " and spliced(H, A, P, n, z, T, S, f, B, k, k) and f + c == a + shifted(H, A, k) and c >= 0"
        " and all(S[j] == B[j - c + a] for j in range(c, c + b - a)),"
        " spliced(H, A, P, n, z, T, S, f, B, k + 1, k))",
        steps=["spliced_stretch(H, A, P, n, z, T, S, f, B, k, a, b)"],
    ),
    lemma(
        "spliced_expand(H, A, P, n, z, T, S, f, B, k, c)",
        "implies(f + c == P[k] + shifted(H, A, k) and c >= 0 and spliced(H, A, P, n, z, T, S, f, B, k + 1, k)"
        " and all(S[j] == made_of(A[k])"
        " for j in range(c, c + after(H, A[k])) if turn(j - c, H[UNITS + made_of(A[k])])),"
        " spliced(H, A, P, n, z, T, S, f, B, k + 1, k + 1))",
        steps=[
            "spliced_is(H, A, P, n, z, T, S, f, B, k + 1, k)",
            "spliced_is(H, A, P, n, z, T, S, f, B, k + 1, k + 1)",
        ],
    ),
    lemma(
        "spliced_all(H, A, P, n, z, T, S, f, B)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, z) and n >= 0"
        " and spliced(H, A, P, n, z, T, S, f, B, n + 1, n) and z + shifted(H, A, n) <= f,"
        " have_moved(H, A, P, n, z, T, B) and are_made(H, A, P, n, T))",
        steps=["made_fit(H, A, P, n, z)", "spliced_is(H, A, P, n, z, T, S, f, B, n + 1, n)"],
    ),
]

ROWS = [
    lemma(
        "spans_multiply_at(H, l)",
        "implies(spans_multiply(H) and 1 <= l <= H[TOP], H[SPAN + l] == H[FANOUT + l] * H[SPAN + l - 1])",
        steps=["spans_multiply_is(H)", "H[SPAN + l] == H[SPAN + l]"],
    ),
    lemma(
        "tokens_of_row(H, T, p, n, l)",
        "implies(is_shaped(H) and spans_are_told(H) and 0 <= l <= H[TOP] and n >= 0"
        " and all((T[j] >= 0) == turn(j - p, H[UNITS + l]) and RAW <= T[j]"
        " for j in range(p, p + n * H[UNITS + l])) and row(T, p, l, n * H[UNITS + l], H[UNITS + l]),"
        " tokens_in(H, T, p, n * H[UNITS + l]) == n * H[SPAN + l])",
        by="n",
        steps=[
            "H[UNITS + l] == H[UNITS + l]",
            "tokens_none(H, T, p, n * H[UNITS + l])",
            "row_is(T, p, l, n * H[UNITS + l], H[UNITS + l])",
            "row_is(T, p, l, (n - 1) * H[UNITS + l], H[UNITS + l])",
            "turn_times(n - 1, H[UNITS + l])",
            "product_next(n - 1, H[UNITS + l])",
            "product_next(n - 1, H[SPAN + l])",
            "product_positive(n - 1, H[UNITS + l])",
            "tokens_add(H, T, p, (n - 1) * H[UNITS + l], H[UNITS + l])",
            "tokens_inside(H, T, p + (n - 1) * H[UNITS + l], H[UNITS + l])",
        ],
    ),
    lemma(
        "aligned_once(x, y, s, k, t, b)",
        "implies(t >= 1 and s == b * t and 0 <= k < b and y == x + k * t and turn(x, s) and turn(y, s), k == 0)",
        steps=["product_grows(k, b, t)", "most_of_all(1, k, t)", "turn_only(x, y, s)"],
    ),
    lemma(
        "tokens_into_row(H, T, p, n, l, k)",
        "implies(is_shaped(H) and spans_are_told(H) and 0 <= l <= H[TOP] and 0 <= k <= n"
        " and all((T[j] >= 0) == turn(j - p, H[UNITS + l]) and RAW <= T[j]"
        " for j in range(p, p + n * H[UNITS + l])) and row(T, p, l, n * H[UNITS + l], H[UNITS + l]),"
        " tokens_in(H, T, p, k * H[UNITS + l]) == k * H[SPAN + l])",
        steps=[
            "H[UNITS + l] == H[UNITS + l]",
            "most_of_all(k, n, H[UNITS + l])",
            "row_is(T, p, l, n * H[UNITS + l], H[UNITS + l])",
            "row_is(T, p, l, k * H[UNITS + l], H[UNITS + l])",
            "tokens_of_row(H, T, p, k, l)",
        ],
    ),
    lemma(
        "block_of_row(T, p, q, l, n, u)",
        "implies(u >= 1 and row(T, p, l, n * u, u) and all((T[j] >= 0) == turn(j - p, u) for j in range(p, p + n * u))"
        " and p <= q < p + n * u and T[q] >= 0,"
        " T[q] == l and q - p == (q - p) // u * u and 0 <= (q - p) // u and (q - p) // u < n)",
        steps=[
            "row_is(T, p, l, n * u, u)",
            "turn_is(q - p, u)",
            "below(q - p, n, u)",
            "over_bound(q - p, u)",
        ],
    ),
    lemma(
        "turn_finer(x, b, t)",
        "implies(t >= 1 and b >= 1 and turn(x, b * t), turn(x, t))",
        steps=[
            "product_grows(0, b, t)",
            "turn_is(x, b * t)",
            "turn_times(x // (b * t) * b, t)",
            "x // (b * t) * b * t == x // (b * t) * (b * t)",
        ],
    ),
    lemma(
        "row_spans(H, T, p, l)",
        "implies(is_geometry(H) and 1 <= l <= H[TOP] and 0 <= p"
        " and all((T[j] >= 0) == turn(j - p, H[UNITS + l - 1]) and RAW <= T[j] for j in range(p, p + H[WIDTH + l]))"
        " and row(T, p, l - 1, H[WIDTH + l], H[UNITS + l - 1]),"
        " tokens_in(H, T, 0, p + H[WIDTH + l]) == tokens_in(H, T, 0, p) + H[SPAN + l])",
        steps=[
            "multiplied_at(H, l)",
            "spans_multiply_at(H, l)",
            "H[FANOUT + l] == H[FANOUT + l] and H[UNITS + l - 1] == H[UNITS + l - 1]",
            "product_positive(H[FANOUT + l], H[UNITS + l - 1])",
            "tokens_of_row(H, T, p, H[FANOUT + l], l - 1)",
            "tokens_add(H, T, 0, p, H[WIDTH + l])",
        ],
    ),
    lemma(
        "gist_spans(H, T, p, l)",
        "implies(is_shaped(H) and spans_are_told(H) and 0 <= l <= H[TOP] and 0 <= p and T[p] == l"
        " and all(RAW <= T[j] and T[j] < 0 for j in range(p + 1, p + H[UNITS + l])),"
        " tokens_in(H, T, 0, p + H[UNITS + l]) == tokens_in(H, T, 0, p) + H[SPAN + l])",
        steps=[
            "H[UNITS + l] == H[UNITS + l]",
            "tokens_inside(H, T, p, H[UNITS + l])",
            "tokens_add(H, T, 0, p, H[UNITS + l])",
        ],
    ),
]

MOVED = [
    lemma(
        "tokens_rise(H, T, n)",
        "implies(is_shaped(H) and spans_are_told(H) and are_tags(H, T, 0, n),"
        " all(tokens_in(H, T, 0, i) <= tokens_in(H, T, 0, n) for i in range(n + 1) if at(tokens_in(H, T, 0, i))))",
        by="n",
        steps=["tokens_one_more(H, T, 0, n)", "H[SPAN + T[n - 1]] == H[SPAN + T[n - 1]]"],
    ),
    lemma(
        "tokens_moved(H, G, T, S, d, n)",
        "implies(all(S[j] == T[j + d] for j in range(n)) and all(H[j] == G[j] for j in range(SPAN + RAW, UNITS))"
        " and within(S, 0, n, RAW, MARK + LEVELS),"
        " all(tokens_in(G, S, 0, i) == tokens_in(H, T, d, i) for i in range(n + 1) if at(tokens_in(G, S, 0, i))))",
        by="n",
        steps=[
            "tokens_none(G, S, 0, n)",
            "tokens_none(H, T, d, n)",
            "tokens_none(G, S, 0, 0)",
            "tokens_none(H, T, d, 0)",
            "tokens_one_more(G, S, 0, n)",
            "tokens_one_more(H, T, d, n)",
            "S[n - 1] == S[n - 1]",
        ],
    ),
    lemma(
        "tokens_copied(H, G, T, S, a, c, n)",
        "implies(all(S[j] == T[j - c + a] and RAW <= S[j] and S[j] <= MARK for j in range(c, c + n))"
        " and all(H[j] == G[j] for j in range(SPAN + RAW, UNITS)),"
        " tokens_in(G, S, c, n) == tokens_in(H, T, a, n))",
        by="n",
        steps=[
            "tokens_none(G, S, c, n)",
            "tokens_none(H, T, a, n)",
            "tokens_one_more(G, S, c, n)",
            "tokens_one_more(H, T, a, n)",
            "S[c + n - 1] == S[c + n - 1]",
        ],
    ),
    lemma(
        "stretch_lies(H, A, P, n, z, i, a, b)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, z) and 0 <= i <= n"
        " and 0 <= a <= b and b <= z and stay_behind(H, A, P, n, z, i, a, b),"
        " 0 <= a + shifted(H, A, i) and b + shifted(H, A, i) <= z + shifted(H, A, n))",
        steps=[
            "shift_none(H, A, 0)",
            "made_fit(H, A, P, n, z)",
            "layout_stays(H, A, P, n, z)",
            "shifted(H, A, i) == shifted(H, A, i)",
            "P[n - 1] == P[n - 1] and P[i] == P[i]",
        ],
    ),
    lemma(
        "stretch_moved(H, G, A, P, n, z, S, T, i, a, b)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i <= n and 0 <= a <= b and b <= z"
        " and stay_behind(H, A, P, n, z, i, a, b),"
        " 0 <= a + shifted(H, A, i) and b + shifted(H, A, i) <= G[SLOTS]"
        " and all(S[j] == T[j - shifted(H, A, i)] for j in range(a + shifted(H, A, i), b + shifted(H, A, i))))",
        steps=[
            "stretch_lies(H, A, P, n, z, i, a, b)",
            "all(S[j] == T[here(j - shifted(H, A, i))] for j in range(a + shifted(H, A, i), b + shifted(H, A, i)))"
            " or not (have_moved(H, A, P, n, z, S, T) and 0 <= a and b <= z"
            " and 0 <= i <= n and stay_behind(H, A, P, n, z, i, a, b))",
        ],
    ),
    lemma(
        "stretch_tokens(H, G, A, P, n, z, S, T, i, a, b)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i <= n and 0 <= a <= b and b <= z"
        " and stay_behind(H, A, P, n, z, i, a, b)"
        " and tokens_in(G, S, 0, a + shifted(H, A, i)) == tokens_in(H, T, 0, a),"
        " tokens_in(G, S, 0, b + shifted(H, A, i)) == tokens_in(H, T, 0, b))",
        steps=[
            "stretch_moved(H, G, A, P, n, z, S, T, i, a, b)",
            "tokens_copied(H, G, T, S, a, a + shifted(H, A, i), b - a)",
            "tokens_add(G, S, 0, a + shifted(H, A, i), b - a)",
            "tokens_add(H, T, 0, a, b - a)",
        ],
    ),
    lemma(
        "made_row(H, A, P, n, S, i)",
        "implies(are_made(H, A, P, n, S) and 0 <= i < n,"
        " row(S, P[i] + shifted(H, A, i), made_of(A[i]), after(H, A[i]), H[UNITS + made_of(A[i])]))",
        steps=[
            "row_is(S, P[i] + shifted(H, A, i), made_of(A[i]), after(H, A[i]), H[UNITS + made_of(A[i])])",
            "all(S[here(j)] == made_of(A[i]) for j in range(P[i] + shifted(H, A, i),"
            " P[i] + shifted(H, A, i) + after(H, A[i]))"
            " if turn(j - P[i] - shifted(H, A, i), H[UNITS + made_of(A[i])]) if at(S[j]))"
            " or not (are_made(H, A, P, n, S) and 0 <= i < n)",
        ],
    ),
    lemma(
        "made_whole(H, G, A, P, n, z, S, T, i)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n,"
        " row(S, P[i] + shifted(H, A, i), made_of(A[i]), after(H, A[i]), G[UNITS + made_of(A[i])])"
        " and after(H, A[i]) == (H[FANOUT + level_of(A[i])] if A[i] % 2 == EXPAND else 1) * G[UNITS + made_of(A[i])]"
        " and 0 <= P[i] + shifted(H, A, i) and P[i] + shifted(H, A, i) + after(H, A[i]) <= G[SLOTS]"
        " and all((S[j] >= 0) == turn(j - (P[i] + shifted(H, A, i)), G[UNITS + made_of(A[i])]) and RAW <= S[j]"
        " for j in range(P[i] + shifted(H, A, i), P[i] + shifted(H, A, i) + after(H, A[i]))))",
        steps=[
            "made_row(H, A, P, n, S, i)",
            "made_fit(H, A, P, n, z)",
            "shifted(H, A, i) == shifted(H, A, i)",
            "P[n - 1] == P[n - 1] and P[i] == P[i]",
            "multiplied_at(G, level_of(A[i]))",
            "G[FANOUT + level_of(A[i])] == H[FANOUT + level_of(A[i])]"
            " or not carried_out(H, G, A, P, n, z, S, T) or not (0 <= i < n)",
            "row_whole(G, S, P[i] + shifted(H, A, i),"
            " H[FANOUT + level_of(A[i])] if A[i] % 2 == EXPAND else 1, made_of(A[i]))",
        ],
    ),
    lemma(
        "made_tokens(H, G, A, P, n, z, S, T, i)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n,"
        " tokens_in(G, S, 0, P[i] + shifted(H, A, i) + after(H, A[i]))"
        " == tokens_in(G, S, 0, P[i] + shifted(H, A, i)) + G[SPAN + level_of(A[i])])",
        steps=[
            "made_whole(H, G, A, P, n, z, S, T, i)",
            "spans_multiply_at(G, level_of(A[i]))",
            "tokens_of_row(G, S, P[i] + shifted(H, A, i),"
            " H[FANOUT + level_of(A[i])] if A[i] % 2 == EXPAND else 1, made_of(A[i]))",
            "tokens_add(G, S, 0, P[i] + shifted(H, A, i), after(H, A[i]))",
            "P[i] == P[i] and G[FANOUT + level_of(A[i])] == H[FANOUT + level_of(A[i])]"
            " or not carried_out(H, G, A, P, n, z, S, T) or not (0 <= i < n)",
        ],
    ),
    lemma(
        "tokens_had(H, T, A, P, n, i)",
        "implies(ends_lie(H, T, A, P, n) and 0 <= i < n, has_tokens(H, T, A[i], P[i]))",
        steps=["ends_lie_is(H, T, A, P, n)", "P[i] == P[i]"],
    ),
    lemma(
        "tokens_behind(H, G, A, P, n, z, S, T, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 1 <= k <= n,"
        " tokens_in(G, S, 0, P[k - 1] + shifted(H, A, k - 1)) == tokens_in(H, T, 0, P[k - 1])"
        " and tokens_in(G, S, 0, P[k - 1] + before(H, A[k - 1]) + shifted(H, A, k))"
        " == tokens_in(H, T, 0, P[k - 1] + before(H, A[k - 1])))",
        by="k",
        steps=[
            "shift_none(H, A, 0)",
            "tokens_none(G, S, 0, 0)",
            "tokens_none(H, T, 0, 0)",
            "shift_one_more(H, A, k)",
            "P[k - 1] == P[k - 1]",
            "P[k - 2] == P[k - 2]",
            "stretch_tokens(H, G, A, P, n, z, S, T, k - 1, P[k - 2] + before(H, A[k - 2]) if k >= 2 else 0, P[k - 1])",
            "made_tokens(H, G, A, P, n, z, S, T, k - 1)",
            "tokens_had(H, T, A, P, n, k - 1)",
            "G[SPAN + level_of(A[k - 1])] == H[SPAN + level_of(A[k - 1])]"
            " or not carried_out(H, G, A, P, n, z, S, T) or not (1 <= k <= n)",
        ],
    ),
    lemma(
        "tokens_stay(H, G, A, P, n, z, S, T, i, p)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i <= n and 0 <= p <= z"
        " and stay_behind(H, A, P, n, z, i, p, p),"
        " tokens_in(G, S, 0, p + shifted(H, A, i)) == tokens_in(H, T, 0, p))",
        steps=[
            "shift_none(H, A, 0)",
            "tokens_none(G, S, 0, 0)",
            "tokens_none(H, T, 0, 0)",
            "tokens_behind(H, G, A, P, n, z, S, T, i)",
            "P[i - 1] == P[i - 1]",
            "stretch_tokens(H, G, A, P, n, z, S, T, i, P[i - 1] + before(H, A[i - 1]) if i >= 1 else 0, p)",
        ],
    ),
]
