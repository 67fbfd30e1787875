"""Of families: where they stand, apart, at their tokens."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

STANDING = [
    lemma(
        "shifts_alike(H, G, A, n)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[j] == G[j] for j in range(UNITS, FANOUT)),"
        " all(shifted(H, A, i) == shifted(G, A, i) for i in range(n + 1) if at(shifted(G, A, i))))",
        by="n",
        steps=["shift_alike(H, G, A, n)"],
    ),
    lemma(
        "shifts_same(H, A, B, n)",
        "implies(all(A[i] == B[i] for i in range(n)),"
        " all(shifted(H, A, i) == shifted(H, B, i) for i in range(n + 1) if at(shifted(H, B, i))))",
        by="n",
        steps=["shift_same(H, A, B, n)"],
    ),
    lemma(
        "row_after(H, A, P, n, z, S, T, p, l, w, u, i)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, z) and have_moved(H, A, P, n, z, S, T)"
        " and stays_plain(H, T, A, P, n, z) and row_or_marks(T, p, l, w, u) and 0 <= l and 0 <= p and p + w <= z"
        " and 0 <= i <= n and stay_behind(H, A, P, n, z, i, p, p + w), row(S, p + shifted(H, A, i), l, w, u))",
        steps=[
            "row_or_marks_is(T, p, l, w, u)",
            "row_is(S, p + shifted(H, A, i), l, w, u)",
            "none_taken(H, A, P, n, p, p + w)",
            "all(S[j] == T[here(j - shifted(H, A, i))] for j in range(p + shifted(H, A, i), p + shifted(H, A, i) + w))"
            " or not (have_moved(H, A, P, n, z, S, T) and 0 <= p and p + w <= z"
            " and 0 <= i <= n and stay_behind(H, A, P, n, z, i, p, p + w))",
        ],
    ),
    lemma(
        "stands_after(H, G, A, P, n, z, S, T, p, v, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and stays_plain(H, T, A, P, n, z)"
        " and is_there(H, T, p, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= z and k <= n + 1,"
        " all(stands(G, S, p + shifted(G, A, i), v) for i in range(k)"
        " if stay_behind(H, A, P, n, z, i, p, p + H[WIDTH + v % LEVELS]) if at(shifted(G, A, i))))",
        by="k",
        steps=[
            "H[WIDTH + v % LEVELS] == H[WIDTH + v % LEVELS] and H[UNITS + v % LEVELS - 1] == H[UNITS + v % LEVELS - 1]",
            "shift_alike(H, G, A, k - 1)",
            "row_after(H, A, P, n, z, S, T, p, v % LEVELS - 1, H[WIDTH + v % LEVELS],"
            " H[UNITS + v % LEVELS - 1], k - 1)",
            "tokens_stay(H, G, A, P, n, z, S, T, k - 1, p)",
            "G[SPAN + v % LEVELS] == H[SPAN + v % LEVELS]"
            " or not (carried_out(H, G, A, P, n, z, S, T) and 1 <= v % LEVELS <= H[TOP])",
            "stands_is(G, S, p + shifted(G, A, k - 1), v)",
        ],
    ),
    lemma(
        "some_stay_standing(H, G, A, P, n, z, S, T, F, N, m)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and stays_plain(H, T, A, P, n, z)"
        " and all_there(H, T, F, N, m) and lie_between(H, F, N, 0, m, 0, z),"
        " all(stands(G, S, F[f] + shifted(G, A, i), N[f]) for f in range(m) for i in range(n + 1)"
        " if stay_behind(H, A, P, n, z, i, F[f], F[f] + H[WIDTH + N[f] % LEVELS])"
        " if at(F[f], shifted(G, A, i))))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "stands_after(H, G, A, P, n, z, S, T, F[m - 1], N[m - 1], n + 1)",
        ],
    ),
    lemma(
        "stay_after(H, G, A, P, n, z, S, T, F, N)",
        "implies(carried_out(H, G, A, P, n, z, S, T)"
        " and stays_plain(H, T, A, P, n, z) and all_there(H, T, F, N, H[FAMILIES])"
        " and lie_between(H, F, N, 0, H[FAMILIES], 0, z) and G[FAMILIES] == H[FAMILIES], stay(G, A, P, n, z, S, F, N))",
        steps=[
            "some_stay_standing(H, G, A, P, n, z, S, T, F, N, H[FAMILIES])",
            "stay_is(G, A, P, n, z, S, F, N)",
        ],
    ),
    lemma(
        "some_stand_after(H, A, P, n, z, T, F, N, i, a, b)",
        "implies(stay(H, A, P, n, z, T, F, N) and 0 <= i <= n and 0 <= a and b <= H[FAMILIES]"
        " and keep_apart(H, F, N, 0, H[FAMILIES]) and is_shaped(H)"
        " and all(1 <= N[f] % LEVELS <= H[TOP] for f in range(H[FAMILIES]))"
        " and (a >= b or i < 1 or P[i - 1] + before(H, A[i - 1]) <= F[a])"
        " and (a >= b or F[b - 1] + H[WIDTH + N[b - 1] % LEVELS] <= (P[i] if i < n else z)),"
        " all(stands(H, T, F[f] + shifted(H, A, i), N[f]) for f in range(a, b) if at(F[f]) if at(N[f])))",
        steps=["stay_is(H, A, P, n, z, T, F, N)"],
    ),
    lemma(
        "began(H, G, A, P, n, z, S, T, i)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n,"
        " begins_at(G, S, P[i] + shifted(G, A, i), A[i] // 2))",
        steps=[
            "level_is(A[i])",
            "P[i] == P[i] and A[i] == A[i]",
            "G[SPAN + level_of(A[i])] == H[SPAN + level_of(A[i])]"
            " or not (carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n)",
            "shift_alike(H, G, A, i)",
            "tokens_behind(H, G, A, P, n, z, S, T, i + 1)",
            "tokens_had(H, T, A, P, n, i)",
        ],
    ),
    lemma(
        "all_began(H, G, A, P, n, z, S, T, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and k <= n, begin_after(G, A, P, k, S))",
        by="k",
        steps=[
            "begin_after_is(G, A, P, k, S)",
            "begin_after_is(G, A, P, k - 1, S)",
            "P[k - 1] == P[k - 1] and A[k - 1] == A[k - 1] and shifted(G, A, k - 1) == shifted(G, A, k - 1)",
            "began(H, G, A, P, n, z, S, T, k - 1)",
        ],
    ),
    lemma(
        "begins_after(H, A, P, n, T, i)",
        "implies(begin_after(H, A, P, n, T) and 0 <= i < n, begins_at(H, T, P[i] + shifted(H, A, i), A[i] // 2))",
        steps=["begin_after_is(H, A, P, n, T)", "P[i] == P[i] and shifted(H, A, i) == shifted(H, A, i)"],
    ),
    lemma(
        "made_stands(H, G, A, P, n, z, S, T, i)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n and A[i] % 2 == EXPAND,"
        " stands(G, S, P[i] + shifted(G, A, i), A[i] // 2))",
        steps=[
            "level_is(A[i])",
            "shift_alike(H, G, A, i)",
            "began(H, G, A, P, n, z, S, T, i)",
            "made_row(H, A, P, n, S, i)",
            "P[i] == P[i] and A[i] == A[i]",
            "H[WIDTH + level_of(A[i])] == G[WIDTH + level_of(A[i])]"
            " or not (carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n)",
            "H[UNITS + made_of(A[i])] == G[UNITS + made_of(A[i])]"
            " or not (carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n)",
            "stands_is(G, S, P[i] + shifted(G, A, i), A[i] // 2)",
        ],
    ),
    lemma(
        "made_stand_after(H, G, A, P, n, z, S, T, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and k <= n, expanded_stand(G, A, P, k, S))",
        by="k",
        steps=["P[k - 1] == P[k - 1]", "made_stands(H, G, A, P, n, z, S, T, k - 1)"],
    ),
    lemma(
        "stands_alike(H, G, T, p, v, z)",
        "implies(1 <= v % LEVELS <= H[TOP] and H[TOP] < LEVELS and stands(H, T, p, v) and 0 <= p <= z"
        " and within(T, 0, z, RAW, H[TOP]) and G[FIRST] == H[FIRST]"
        " and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS)), stands(G, T, p, v))",
        steps=["stands_is(H, T, p, v)", "stands_is(G, T, p, v)", "tokens_moved(H, G, T, T, 0, z)"],
    ),
    lemma(
        "all_stand_alike(H, G, T, F, N, m, z)",
        "implies(lie_between(H, F, N, 0, m, 0, z) and is_shaped(H) and all_stand(H, T, F, N, m)"
        " and within(T, 0, z, RAW, H[TOP]) and G[FIRST] == H[FIRST]"
        " and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS)), all_stand(G, T, F, N, m))",
        by="m",
        steps=[
            "N[m - 1] == N[m - 1]",
            "F[m - 1] == F[m - 1]",
            "H[WIDTH + N[m - 1] % LEVELS] == H[WIDTH + N[m - 1] % LEVELS]",
            "stands_alike(H, G, T, F[m - 1], N[m - 1], z)",
        ],
    ),
    lemma(
        "aligned_alike(H, G, T, n)",
        "implies(aligned(H, T, n) and H[TOP] < LEVELS and within(T, 0, n, RAW, MARK + LEVELS) and G[FIRST] == H[FIRST]"
        " and G[TOP] == H[TOP] and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS)), aligned(G, T, n))",
        steps=["aligned_is(H, T, n)", "aligned_is(G, T, n)", "tokens_moved(H, G, T, T, 0, n)"],
    ),
    lemma(
        "row_plain(H, T, p, l, w, u, z)",
        "implies(row_or_marks(T, p, l, w, u) and 0 <= p and p + w <= z and H[TOP] < LEVELS and l >= 0"
        " and within(T, 0, z, RAW, H[TOP]), row(T, p, l, w, u))",
        steps=["row_or_marks_is(T, p, l, w, u)", "row_is(T, p, l, w, u)"],
    ),
    lemma(
        "all_there_plain(H, T, F, N, m, z)",
        "implies(all_there(H, T, F, N, m) and lie_between(H, F, N, 0, m, 0, z) and H[TOP] < LEVELS"
        " and within(T, 0, z, RAW, H[TOP]), all_stand(H, T, F, N, m))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "row_plain(H, T, F[m - 1], N[m - 1] % LEVELS - 1, H[WIDTH + N[m - 1] % LEVELS],"
            " H[UNITS + N[m - 1] % LEVELS - 1], z)",
            "stands_is(H, T, F[m - 1], N[m - 1])",
        ],
    ),
    lemma(
        "row_marked(H, T, S, p, l, w, u)",
        "implies(row(S, p, l, w, u) and only_marked(H, T, S), row_or_marks(T, p, l, w, u))",
        steps=["row_or_marks_is(T, p, l, w, u)", "row_is(S, p, l, w, u)"],
    ),
    lemma(
        "all_there_marked(H, T, S, F, N, m)",
        "implies(all_stand(H, S, F, N, m) and only_marked(H, T, S) and is_shaped(H) and spans_are_told(H)"
        " and are_tags(H, T, 0, H[SLOTS]) and lie_between(H, F, N, 0, m, 0, H[SLOTS]), all_there(H, T, F, N, m))",
        by="m",
        steps=[
            "tokens_marked(H, H, T, S, H[SLOTS])",
            "H[WIDTH + N[m - 1] % LEVELS] == H[WIDTH + N[m - 1] % LEVELS]",
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "row_marked(H, T, S, F[m - 1], N[m - 1] % LEVELS - 1, H[WIDTH + N[m - 1] % LEVELS],"
            " H[UNITS + N[m - 1] % LEVELS - 1])",
            "stands_is(H, S, F[m - 1], N[m - 1])",
        ],
    ),
    lemma(
        "row_marked_more(H, T, S, p, l, w, u)",
        "implies(row_or_marks(S, p, l, w, u) and only_marked(H, T, S) and 0 <= l and H[TOP] < LEVELS,"
        " row_or_marks(T, p, l, w, u))",
        steps=["row_or_marks_is(T, p, l, w, u)", "row_or_marks_is(S, p, l, w, u)"],
    ),
    lemma(
        "all_there_marked_more(H, T, S, F, N, m)",
        "implies(all_there(H, S, F, N, m) and only_marked(H, T, S) and is_shaped(H) and spans_are_told(H)"
        " and are_tags(H, T, 0, H[SLOTS]) and lie_between(H, F, N, 0, m, 0, H[SLOTS]), all_there(H, T, F, N, m))",
        by="m",
        steps=[
            "tokens_marked(H, H, T, S, H[SLOTS])",
            "H[WIDTH + N[m - 1] % LEVELS] == H[WIDTH + N[m - 1] % LEVELS]",
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "row_marked_more(H, T, S, F[m - 1], N[m - 1] % LEVELS - 1, H[WIDTH + N[m - 1] % LEVELS],"
            " H[UNITS + N[m - 1] % LEVELS - 1])",
        ],
    ),
    lemma(
        "multiplied_alike(H, G)",
        "implies(multiplied(H) and H[TOP] == G[TOP] and H[TOP] < LEVELS"
        " and all(G[j] == H[j] for j in range(UNITS, OFFSETS)), multiplied(G))",
        steps=["multiplied_is(H)", "multiplied_is(G)"],
    ),
    lemma(
        "spans_multiply_alike(H, G)",
        "implies(spans_multiply(H) and H[TOP] == G[TOP] and H[TOP] < LEVELS"
        " and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS)), spans_multiply(G))",
        steps=["spans_multiply_is(H)", "spans_multiply_is(G)"],
    ),
    lemma(
        "whole_alike(H, G, T)",
        "implies(whole(H, T) and H[TOP] == G[TOP] and H[SLOTS] == G[SLOTS] and H[TOP] < LEVELS"
        " and all(G[j] == H[j] for j in range(UNITS, FANOUT)), whole(G, T))",
        steps=["whole_is(H, T)", "whole_is(G, T)"],
    ),
    lemma(
        "in_order_ends(H, G, T, A, P, B, Q, n)",
        "implies(ends_lie(H, T, A, P, n) and are_actions(H, A, n) and is_shaped(G) and spans_are_told(G)"
        " and alike(H, G) and are_tags(H, T, 0, H[SLOTS])"
        " and all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
        " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v))),"
        " ends_lie(G, T, B, Q, n))",
        steps=[
            "many_members(Q, B, n, n)",
            "pairs_found(P, A, n)",
            "ends_lie_is(H, T, A, P, n)",
            "ends_lie_is(G, T, B, Q, n)",
            "tokens_marked(H, G, T, T, H[SLOTS])",
        ],
    ),
]

CLEAR = [
    lemma(
        "all_begin(H, T, F, N, m)",
        "implies(is_shaped(H) and all_stand(H, T, F, N, m) and all(1 <= N[f] % LEVELS <= H[TOP] for f in range(m)),"
        " all(is_of(T[F[f]], N[f] % LEVELS - 1) for f in range(m) if at(F[f]) if at(N[f])))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1] and N[m - 1] == N[m - 1]",
            "stands_is(H, T, F[m - 1], N[m - 1])",
            "row_is(T, F[m - 1], N[m - 1] % LEVELS - 1, H[WIDTH + N[m - 1] % LEVELS],"
            " H[UNITS + N[m - 1] % LEVELS - 1])",
            "turn_first(H[UNITS + N[m - 1] % LEVELS - 1])",
            "H[WIDTH + N[m - 1] % LEVELS] == H[WIDTH + N[m - 1] % LEVELS]",
            "T[F[m - 1]] == T[F[m - 1]]",
            "turn(F[m - 1] - F[m - 1], H[UNITS + N[m - 1] % LEVELS - 1]) == turn(0, H[UNITS + N[m - 1] % LEVELS - 1])",
        ],
    ),
    lemma(
        "apart_by_tokens(H, T, p, l, t, q, v)",
        "implies(is_shaped(H) and spans_multiply(H) and spans_are_told(H) and 1 <= l <= H[TOP]"
        " and row(T, p, l - 1, H[WIDTH + l], H[UNITS + l - 1])"
        " and all((T[j] >= 0) == turn(j - p, H[UNITS + l - 1]) and RAW <= T[j] for j in range(p, p + H[WIDTH + l]))"
        " and H[WIDTH + l] == H[FANOUT + l] * H[UNITS + l - 1] and 0 <= p"
        " and t == H[FIRST] + tokens_in(H, T, 0, p) and turn(t, H[SPAN + l])"
        " and 1 <= v % LEVELS and is_of(T[q], v % LEVELS - 1)"
        " and v // LEVELS == H[FIRST] + tokens_in(H, T, 0, q) and turn(v // LEVELS, H[SPAN + v % LEVELS]),"
        " q <= p or p + H[WIDTH + l] <= q)",
        steps=[
            "H[UNITS + l - 1] == H[UNITS + l - 1] and H[SPAN + l - 1] == H[SPAN + l - 1]",
            "block_of_row(T, p, q, l - 1, H[FANOUT + l], H[UNITS + l - 1])",
            "tokens_add(H, T, 0, p, q - p)",
            "tokens_into_row(H, T, p, H[FANOUT + l], l - 1, (q - p) // H[UNITS + l - 1])",
            "spans_multiply_at(H, l)",
            "aligned_once(t, v // LEVELS, H[SPAN + l], (q - p) // H[UNITS + l - 1], H[SPAN + l - 1], H[FANOUT + l])",
        ],
    ),
    lemma(
        "all_apart_by_tokens(H, T, p, l, t, F, N, m)",
        "implies(is_shaped(H) and spans_multiply(H) and spans_are_told(H) and 1 <= l <= H[TOP]"
        " and row(T, p, l - 1, H[WIDTH + l], H[UNITS + l - 1])"
        " and all((T[j] >= 0) == turn(j - p, H[UNITS + l - 1]) and RAW <= T[j] for j in range(p, p + H[WIDTH + l]))"
        " and H[WIDTH + l] == H[FANOUT + l] * H[UNITS + l - 1] and 0 <= p"
        " and t == H[FIRST] + tokens_in(H, T, 0, p) and turn(t, H[SPAN + l])"
        " and all(1 <= N[f] % LEVELS and is_of(T[F[f]], N[f] % LEVELS - 1)"
        " and N[f] // LEVELS == H[FIRST] + tokens_in(H, T, 0, F[f]) and turn(N[f] // LEVELS, H[SPAN + N[f] % LEVELS])"
        " for f in range(m) if at(F[f]) if at(N[f])),"
        " all(F[f] <= p or p + H[WIDTH + l] <= F[f] for f in range(m)))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1] and N[m - 1] == N[m - 1]",
            "apart_by_tokens(H, T, p, l, t, F[m - 1], N[m - 1])",
        ],
    ),
]

ALIGNED = [
    lemma(
        "rest_whole(x, b, t)",
        "implies(t >= 1 and b >= 1 and turn(x, t), turn(x - x % (b * t), b * t) and turn(x - x % (b * t), t)"
        " and x % (b * t) // t * t == x % (b * t) and 0 <= x % (b * t) // t and x % (b * t) // t < b)",
        steps=[
            "product_grows(0, b, t)",
            "turn_is(x, t)",
            "turn_is(x - x % (b * t), b * t)",
            "implies(b * t >= 1, x == x // (b * t) * (b * t) + x % (b * t)"
            " and 0 <= x % (b * t) and x % (b * t) < b * t)",
            "implies(t >= 1, x == x // t * t + x % t)",
            "turn_times(x // (b * t), b * t)",
            "turn_finer(x - x % (b * t), b, t)",
            "turn_is(x - x % (b * t), t)",
            "over_whole(x % (b * t), t, x // t - x // (b * t) * b)",
            "(x // t - x // (b * t) * b) * t == x // t * t - x // (b * t) * (b * t)",
            "below(x % (b * t), b, t)",
        ],
    ),
    lemma(
        "completed_told(H, T, q, p, l, t)",
        "implies(sound(H, T) and 1 <= l < H[TOP]"
        " and t == H[FIRST] + tokens_in(H, T, 0, q) and turn(t, H[SPAN + l])"
        " and p == q - t % H[SPAN + l + 1] // H[SPAN + l] * H[UNITS + l]"
        " and row(T, p, l, H[WIDTH + l + 1], H[UNITS + l]) and 0 <= p and p + H[WIDTH + l + 1] <= H[SLOTS],"
        " t - t % H[SPAN + l + 1] == H[FIRST] + tokens_in(H, T, 0, p)"
        " and turn(t - t % H[SPAN + l + 1], H[SPAN + l + 1]))",
        steps=[
            "sound_is(H, T)",
            "H[FANOUT + l + 1] == H[FANOUT + l + 1] and H[SPAN + l] == H[SPAN + l] and H[UNITS + l] == H[UNITS + l]",
            "multiplied_at(H, l + 1)",
            "spans_multiply_at(H, l + 1)",
            "rest_whole(t, H[FANOUT + l + 1], H[SPAN + l])",
            "row_whole(H, T, p, H[FANOUT + l + 1], l)",
            "tokens_into_row(H, T, p, H[FANOUT + l + 1], l, t % H[SPAN + l + 1] // H[SPAN + l])",
            "product_positive(t % H[SPAN + l + 1] // H[SPAN + l], H[UNITS + l])",
            "tokens_add(H, T, 0, p, t % H[SPAN + l + 1] // H[SPAN + l] * H[UNITS + l])",
        ],
    ),
    lemma(
        "aligned_stretch(H, G, T, S, a, c, m)",
        "implies(m >= 0 and 0 <= a and 0 <= c and is_shaped(G) and aligned(H, T, a + m) and aligned(G, S, c)"
        " and all(S[j] == T[j - c + a] and RAW <= S[j] and S[j] <= G[TOP] for j in range(c, c + m))"
        " and tokens_in(G, S, 0, c) == tokens_in(H, T, 0, a) and G[FIRST] == H[FIRST] and G[TOP] == H[TOP]"
        " and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS)),"
        " aligned(G, S, c + m) and tokens_in(G, S, 0, c + m) == tokens_in(H, T, 0, a + m))",
        by="m",
        steps=[
            "aligned_is(H, T, a + m)",
            "aligned_is(H, T, a + m - 1)",
            "aligned_is(G, S, c + m)",
            "aligned_is(G, S, c + m - 1)",
            "S[c + m - 1] == S[c + m - 1]",
            "T[a + m - 1] == T[a + m - 1]",
            "tokens_one_more(G, S, 0, c + m)",
            "tokens_one_more(H, T, 0, a + m)",
            "G[SPAN + S[c + m - 1]] == H[SPAN + S[c + m - 1]]"
            " or not (m >= 1 and is_shaped(G) and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS))"
            " and RAW <= S[c + m - 1] and S[c + m - 1] <= G[TOP])",
        ],
    ),
    lemma(
        "aligned_gap(H, T, q, m)",
        "implies(m >= 0 and aligned(H, T, q) and all(T[j] < 0 for j in range(q, q + m)), aligned(H, T, q + m))",
        steps=["aligned_is(H, T, q)", "aligned_is(H, T, q + m)"],
    ),
    lemma(
        "aligned_next(H, T, q, l)",
        "implies(0 <= q and aligned(H, T, q) and T[q] == l and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + l]),"
        " aligned(H, T, q + 1))",
        steps=["aligned_is(H, T, q)", "aligned_is(H, T, q + 1)"],
    ),
    lemma(
        "aligned_row(H, T, q, n, l)",
        "implies(is_shaped(H) and spans_are_told(H) and 0 <= l <= H[TOP] and 0 <= q and n >= 0 and aligned(H, T, q)"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q), H[SPAN + l])"
        " and all((T[j] >= 0) == turn(j - q, H[UNITS + l]) and RAW <= T[j] for j in range(q, q + n * H[UNITS + l]))"
        " and row(T, q, l, n * H[UNITS + l], H[UNITS + l]),"
        " aligned(H, T, q + n * H[UNITS + l])"
        " and turn(H[FIRST] + tokens_in(H, T, 0, q + n * H[UNITS + l]), H[SPAN + l]))",
        by="n",
        steps=[
            "H[UNITS + l] == H[UNITS + l] and H[SPAN + l] == H[SPAN + l]",
            "row_is(T, q, l, n * H[UNITS + l], H[UNITS + l])",
            "row_is(T, q, l, (n - 1) * H[UNITS + l], H[UNITS + l])",
            "turn_times(n - 1, H[UNITS + l])",
            "product_next(n - 1, H[UNITS + l])",
            "product_positive(n - 1, H[UNITS + l])",
            "aligned_next(H, T, q + (n - 1) * H[UNITS + l], l)",
            "aligned_gap(H, T, q + (n - 1) * H[UNITS + l] + 1, H[UNITS + l] - 1)",
            "gist_spans(H, T, q + (n - 1) * H[UNITS + l], l)",
            "turn_next(H[FIRST] + tokens_in(H, T, 0, q + (n - 1) * H[UNITS + l]), H[SPAN + l])",
        ],
    ),
    lemma(
        "aligned_less(H, T, m, n)",
        "implies(aligned(H, T, n) and m <= n, aligned(H, T, m))",
        steps=["aligned_is(H, T, m)", "aligned_is(H, T, n)"],
    ),
    lemma(
        "aligned_kept(H, G, A, P, n, z, S, T, i, a, b)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i <= n and 0 <= a <= b and b <= z"
        " and stay_behind(H, A, P, n, z, i, a, b) and aligned(H, T, z) and aligned(G, S, a + shifted(H, A, i))"
        " and tokens_in(G, S, 0, a + shifted(H, A, i)) == tokens_in(H, T, 0, a),"
        " aligned(G, S, b + shifted(H, A, i)))",
        steps=[
            "stretch_moved(H, G, A, P, n, z, S, T, i, a, b)",
            "aligned_less(H, T, b, z)",
            "aligned_stretch(H, G, T, S, a, a + shifted(H, A, i), b - a)",
        ],
    ),
    lemma(
        "aligned_made(H, G, A, P, n, z, S, T, i)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n and aligned(G, S, P[i] + shifted(H, A, i)),"
        " aligned(G, S, P[i] + shifted(H, A, i) + after(H, A[i])))",
        steps=[
            "level_is(A[i])",
            "P[i] == P[i] and A[i] == A[i]",
            "made_whole(H, G, A, P, n, z, S, T, i)",
            "shift_alike(H, G, A, i)",
            "began(H, G, A, P, n, z, S, T, i)",
            "spans_multiply_at(G, level_of(A[i]))",
            "G[SPAN + level_of(A[i]) - 1] == G[SPAN + level_of(A[i]) - 1]"
            " and G[FANOUT + level_of(A[i])] == G[FANOUT + level_of(A[i])]",
            "turn_finer(A[i] // 2 // LEVELS, G[FANOUT + level_of(A[i])], G[SPAN + level_of(A[i]) - 1])",
            "aligned_row(G, S, P[i] + shifted(H, A, i),"
            " H[FANOUT + level_of(A[i])] if A[i] % 2 == EXPAND else 1, made_of(A[i]))",
            "H[FANOUT + level_of(A[i])] >= 1 or not (carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n)",
            "G[FANOUT + level_of(A[i])] == H[FANOUT + level_of(A[i])]"
            " or not (carried_out(H, G, A, P, n, z, S, T) and 0 <= i < n)",
        ],
    ),
    lemma("aligned_none(H, T)", "aligned(H, T, 0)", steps=["aligned_is(H, T, 0)"]),
    lemma(
        "aligned_behind(H, G, A, P, n, z, S, T, k)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and aligned(H, T, z) and 1 <= k <= n,"
        " aligned(G, S, P[k - 1] + before(H, A[k - 1]) + shifted(H, A, k)))",
        by="k",
        steps=[
            "aligned_none(G, S)",
            "shift_none(H, A, 0)",
            "tokens_none(G, S, 0, 0)",
            "tokens_none(H, T, 0, 0)",
            "shift_one_more(H, A, k)",
            "P[k - 1] == P[k - 1]",
            "P[k - 2] == P[k - 2]",
            "tokens_behind(H, G, A, P, n, z, S, T, k - 1)",
            "aligned_kept(H, G, A, P, n, z, S, T, k - 1, P[k - 2] + before(H, A[k - 2]) if k >= 2 else 0, P[k - 1])",
            "aligned_made(H, G, A, P, n, z, S, T, k - 1)",
        ],
    ),
    lemma(
        "aligned_after(H, G, A, P, n, z, S, T)",
        "implies(carried_out(H, G, A, P, n, z, S, T) and aligned(H, T, z) and z >= 0, aligned(G, S, G[SLOTS])"
        " and tokens_in(G, S, 0, G[SLOTS]) == tokens_in(H, T, 0, z))",
        steps=[
            "aligned_none(G, S)",
            "shift_none(H, A, 0)",
            "tokens_none(G, S, 0, 0)",
            "tokens_none(H, T, 0, 0)",
            "P[n - 1] == P[n - 1]",
            "tokens_behind(H, G, A, P, n, z, S, T, n)",
            "aligned_behind(H, G, A, P, n, z, S, T, n)",
            "aligned_kept(H, G, A, P, n, z, S, T, n, P[n - 1] + before(H, A[n - 1]) if n >= 1 else 0, z)",
            "tokens_stay(H, G, A, P, n, z, S, T, n, z)",
        ],
    ),
]

HAD = [
    lemma(
        "geometry_alike(H, G)",
        "implies(geometry(H) and alike(H, G), geometry(G))",
        steps=[
            "geometry_is(H)",
            "geometry_is(G)",
            "multiplied_alike(H, G)",
            "spans_multiply_alike(H, G)",
        ],
    ),
    lemma(
        "aligned_marked(H, G, T, S)",
        "implies(aligned(G, S, G[SLOTS]) and is_shaped(G) and spans_are_told(G) and alike(H, G)"
        " and are_tags(G, T, 0, G[SLOTS]) and only_marked(G, T, S), aligned(H, T, H[SLOTS]))",
        steps=[
            "aligned_is(G, S, G[SLOTS])",
            "aligned_is(H, T, G[SLOTS])",
            "tokens_marked(H, G, T, S, G[SLOTS])",
        ],
    ),
    lemma(
        "are_there_at(H, T, F, N, n, f)",
        "implies(are_there(H, T, F, N, n) and 0 <= f < n, is_there(H, T, F[f], N[f]))",
        steps=["are_there_is(H, T, F, N, n)", "F[f] == F[f] and N[f] == N[f]"],
    ),
    lemma(
        "all_there_alike(H, G, T, F, N, m)",
        "implies(all_there(G, T, F, N, m) and is_shaped(G) and spans_are_told(G) and alike(H, G)"
        " and are_tags(G, T, 0, G[SLOTS]) and lie_between(G, F, N, 0, m, 0, G[SLOTS]), all_there(H, T, F, N, m))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "H[WIDTH + N[m - 1] % LEVELS] == H[WIDTH + N[m - 1] % LEVELS]",
            "H[UNITS + N[m - 1] % LEVELS - 1] == H[UNITS + N[m - 1] % LEVELS - 1]",
            "H[SPAN + N[m - 1] % LEVELS] == H[SPAN + N[m - 1] % LEVELS]",
            "tokens_marked(H, G, T, T, G[SLOTS])",
        ],
    ),
    lemma(
        "are_there_marked(H, G, T, S, F, N, m)",
        "implies(are_there(G, S, F, N, m) and is_shaped(G) and spans_are_told(G) and alike(H, G)"
        " and are_tags(G, T, 0, G[SLOTS]) and only_marked(G, T, S) and lie_between(G, F, N, 0, m, 0, G[SLOTS]),"
        " are_there(H, T, F, N, m))",
        steps=[
            "are_there_is(G, S, F, N, m)",
            "are_there_is(H, T, F, N, m)",
            "all_there_marked_more(G, T, S, F, N, m)",
            "all_there_alike(H, G, T, F, N, m)",
        ],
    ),
    lemma(
        "expand_has_tokens(H, T, a, p)",
        "implies(geometry(H) and aligned(H, T, H[SLOTS]) and a % 2 == EXPAND and 1 <= level_of(a) <= H[TOP]"
        " and 0 <= p and p + H[UNITS + level_of(a)] <= H[SLOTS] and T[p] == level_of(a)"
        " and all(RAW <= T[j] and T[j] < 0 for j in range(p + 1, p + H[UNITS + level_of(a)]))"
        " and a // 2 // LEVELS == H[FIRST] + tokens_in(H, T, 0, p), has_tokens(H, T, a, p))",
        steps=[
            "geometry_is(H)",
            "level_is(a)",
            "aligned_is(H, T, H[SLOTS])",
            "H[UNITS + level_of(a)] == H[UNITS + level_of(a)]",
            "gist_spans(H, T, p, level_of(a))",
        ],
    ),
    lemma(
        "collapse_has_tokens(H, T, a, p)",
        "implies(geometry(H) and a % 2 != EXPAND and 1 <= level_of(a) <= H[TOP] and is_there(H, T, p, a // 2)"
        " and 0 <= p and p + H[WIDTH + level_of(a)] <= H[SLOTS]"
        " and all((T[j] >= 0) == turn(j - p, H[UNITS + level_of(a) - 1]) and RAW <= T[j] and T[j] < MARK"
        " for j in range(p, p + H[WIDTH + level_of(a)])), has_tokens(H, T, a, p))",
        steps=[
            "geometry_is(H)",
            "level_is(a)",
            "row_or_marks_is(T, p, level_of(a) - 1, H[WIDTH + level_of(a)], H[UNITS + level_of(a) - 1])",
            "row_is(T, p, level_of(a) - 1, H[WIDTH + level_of(a)], H[UNITS + level_of(a) - 1])",
            "row_spans(H, T, p, level_of(a))",
        ],
    ),
]

TOLD = [
    lemma(
        "told_by(H, T, F, N, m)",
        "implies(all_stand(H, T, F, N, m), all(N[f] // LEVELS == H[FIRST] + tokens_in(H, T, 0, F[f])"
        " and turn(N[f] // LEVELS, H[SPAN + N[f] % LEVELS]) for f in range(m) if at(F[f]) if at(N[f])))",
        by="m",
        steps=["F[m - 1] == F[m - 1]", "N[m - 1] == N[m - 1]", "stands_is(H, T, F[m - 1], N[m - 1])"],
    ),
    lemma(
        "aligned_moved(H, G, T, S, d, n)",
        "implies(0 <= d and n >= 0 and aligned(H, T, d + n) and is_shaped(H)"
        " and all(S[j] == T[j + d] for j in range(n))"
        " and G[FIRST] == H[FIRST] + tokens_in(H, T, 0, d) and G[TOP] == H[TOP] and within(S, 0, n, RAW, H[TOP])"
        " and all(H[j] == G[j] for j in range(SPAN + RAW, OFFSETS)),"
        " aligned(G, S, n) and tokens_in(G, S, 0, n) + tokens_in(H, T, 0, d) == tokens_in(H, T, 0, d + n))",
        by="n",
        steps=[
            "aligned_none(G, S)",
            "tokens_none(G, S, 0, 0)",
            "aligned_is(H, T, d + n)",
            "aligned_less(H, T, d + n - 1, d + n)",
            "aligned_is(G, S, n)",
            "aligned_is(G, S, n - 1)",
            "S[n - 1] == S[n - 1]",
            "T[d + n - 1] == T[d + n - 1]",
            "tokens_one_more(G, S, 0, n)",
            "tokens_one_more(H, T, 0, d + n)",
            "G[SPAN + S[n - 1]] == H[SPAN + S[n - 1]]"
            " or not (n >= 1 and is_shaped(H) and all(G[j] == H[j] for j in range(SPAN + RAW, OFFSETS))"
            " and within(S, 0, n, RAW, H[TOP]))",
        ],
    ),
    lemma(
        "row_moved(T, S, p, l, w, u, d)",
        "implies(row(T, p + d, l, w, u) and all(S[j] == T[j + d] for j in range(p, p + w)), row(S, p, l, w, u))",
        steps=["row_is(T, p + d, l, w, u)", "row_is(S, p, l, w, u)"],
    ),
    lemma(
        "all_stand_moved(H, G, T, S, F, N, E, M, m, g, d, z)",
        "implies(all_stand(H, T, F, N, g + m) and 0 <= g and 0 <= d and is_shaped(H)"
        " and G[FIRST] == H[FIRST] + tokens_in(H, T, 0, d)"
        " and all(E[f] == F[f + g] - d and M[f] == N[f + g] for f in range(m)) and lie_between(H, E, M, 0, m, 0, z)"
        " and all(S[j] == T[j + d] for j in range(z)) and all(H[j] == G[j] for j in range(SPAN + RAW, OFFSETS))"
        " and within(S, 0, z, RAW, MARK), all_stand(G, S, E, M, m))",
        by="m",
        steps=[
            "E[m - 1] == E[m - 1]",
            "M[m - 1] == M[m - 1]",
            "F[m - 1 + g] == F[m - 1 + g] and N[m - 1 + g] == N[m - 1 + g]",
            "H[WIDTH + M[m - 1] % LEVELS] == H[WIDTH + M[m - 1] % LEVELS]",
            "stands_is(H, T, F[m - 1 + g], N[m - 1 + g])",
            "stands_is(G, S, E[m - 1], M[m - 1])",
            "row_moved(T, S, E[m - 1], M[m - 1] % LEVELS - 1, H[WIDTH + M[m - 1] % LEVELS],"
            " H[UNITS + M[m - 1] % LEVELS - 1], d)",
            "tokens_moved(H, G, T, S, d, z)",
            "tokens_add(H, T, 0, d, E[m - 1])",
        ],
    ),
    lemma(
        "end_told(H, T, p, v)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and multiplied(H) and whole(H, T)"
        " and within(T, 0, H[SLOTS], RAW, H[TOP]) and stands(H, T, p, v) and 1 <= v % LEVELS <= H[TOP]"
        " and 0 <= p and p + H[WIDTH + v % LEVELS] <= H[SLOTS],"
        " tokens_in(H, T, 0, p + H[WIDTH + v % LEVELS]) == tokens_in(H, T, 0, p) + H[SPAN + v % LEVELS])",
        steps=[
            "family_whole(H, T, p, v)",
            "stands_is(H, T, p, v)",
            "multiplied_at(H, v % LEVELS)",
            "spans_multiply_at(H, v % LEVELS)",
            "H[FANOUT + v % LEVELS] == H[FANOUT + v % LEVELS] and H[UNITS + v % LEVELS - 1]"
            " == H[UNITS + v % LEVELS - 1]",
            "product_positive(H[FANOUT + v % LEVELS], H[UNITS + v % LEVELS - 1])",
            "tokens_of_row(H, T, p, H[FANOUT + v % LEVELS], v % LEVELS - 1)",
            "tokens_add(H, T, 0, p, H[WIDTH + v % LEVELS])",
        ],
    ),
    lemma(
        "told_rise(H, T, F, N, m)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and multiplied(H) and whole(H, T)"
        " and within(T, 0, H[SLOTS], RAW, H[TOP]) and all_stand(H, T, F, N, m)"
        " and lie_between(H, F, N, 0, m, 0, H[SLOTS]) and keep_apart(H, F, N, 0, m),"
        " all(end(H, N, f) == H[FIRST] + tokens_in(H, T, 0, F[f] + H[WIDTH + N[f] % LEVELS])"
        " for f in range(m) if at(N[f]))"
        " and all(end(H, N, f) <= end(H, N, g) for f in range(m) for g in range(f + 1, m) if at(N[f], N[g])))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "told_by(H, T, F, N, m)",
            "end_told(H, T, F[m - 1], N[m - 1])",
            "tokens_rise(H, T, F[m - 1])",
            "H[SPAN + N[m - 1] % LEVELS] == H[SPAN + N[m - 1] % LEVELS]",
        ],
    ),
]

FAMILIES = [
    lemma(
        "rise_far(S, n)",
        "implies(n >= 1 and S[0] >= 0 and rising(S, 0, n), S[n - 1] >= n - 1)",
        by="n",
        steps=["S[n - 1] == S[n - 1]", "S[n - 2] == S[n - 2]"],
    ),
    lemma(
        "families_take(H, S, N, f, n)",
        "implies(is_shaped(H) and n >= 1"
        " and all(1 <= N[g] % LEVELS <= H[TOP] for g in range(f, f + n)) and keep_apart(H, S, N, f, f + n),"
        " n * least_width(H) <= S[f + n - 1] + H[WIDTH + N[f + n - 1] % LEVELS] - S[f])",
        by="n",
        steps=[
            "least_bound(H, WIDTH + 1, WIDTH + 1 + H[TOP])",
            "N[f + n - 1] == N[f + n - 1]",
            "S[f + n - 1] == S[f + n - 1]",
            "S[f + n - 2] == S[f + n - 2]",
            "least_width(H) <= H[WIDTH + N[f + n - 1] % LEVELS] or not (is_shaped(H) and n >= 1"
            " and all(1 <= N[g] % LEVELS <= H[TOP] for g in range(f, f + n)))",
            "times_sum(n - 1, 1, least_width(H))",
        ],
    ),
]

OF_FAMILIES = [
    lemma(
        "of_families_none(F, N, O, A, P)",
        "are_of_families(F, N, O, A, P, 0)",
        steps=["of_families_is(F, N, O, A, P, 0)"],
    ),
    lemma(
        "of_families_alike(F, N, O, A, B, P, n)",
        "implies(are_of_families(F, N, O, A, P, n) and all(A[k] == B[k] for k in range(n)),"
        " are_of_families(F, N, O, B, P, n))",
        steps=["of_families_is(F, N, O, A, P, n)", "of_families_is(F, N, O, B, P, n)"],
    ),
    lemma(
        "of_families_one_more(F, N, O, A, P, Q, n)",
        "implies(n >= 0 and are_of_families(F, N, O, A, P, n) and all(P[k] == Q[k] for k in range(n))"
        " and Q[n] == F[O[n]] and A[n] == N[O[n]] * 2 + COLLAPSE, are_of_families(F, N, O, A, Q, n + 1))",
        steps=["of_families_is(F, N, O, A, P, n)", "of_families_is(F, N, O, A, Q, n + 1)"],
    ),
    lemma(
        "of_families_inside(H, F, N, O, A, P, n)",
        "implies(is_shaped(H) and are_families(H, F, N, H[SLOTS]) and are_of_families(F, N, O, A, P, n)"
        " and within(O, 0, n, 0, H[FAMILIES] - 1),"
        " are_actions(H, A, n) and all(A[k] % 2 == COLLAPSE for k in range(n))"
        " and all(0 <= P[k] and P[k] + before(H, A[k]) <= H[SLOTS] for k in range(n)))",
        by="n",
        steps=[
            "of_families_is(F, N, O, A, P, n)",
            "of_families_is(F, N, O, A, P, n - 1)",
            "O[n - 1] == O[n - 1] and A[n - 1] == A[n - 1] and P[n - 1] == P[n - 1]",
            "F[O[n - 1]] == F[O[n - 1]] and N[O[n - 1]] == N[O[n - 1]]",
            "collapse_parts(A[n - 1], N[O[n - 1]])",
        ],
    ),
    lemma(
        "of_families_clear(H, F, N, O, A, P, f, n)",
        "implies(is_shaped(H) and are_families(H, F, N, H[SLOTS]) and are_of_families(F, N, O, A, P, n)"
        " and within(O, 0, n, 0, H[FAMILIES] - 1)"
        " and keep_apart(H, F, N, 0, H[FAMILIES]) and 0 <= f < H[FAMILIES],"
        " all(P[k] + before(H, A[k]) <= F[f] or F[f] + H[WIDTH + N[f] % LEVELS] <= P[k] or O[k] == f"
        " for k in range(n)) and all(F[f] <= P[k] or P[k] + before(H, A[k]) <= F[f] for k in range(n)))",
        by="n",
        steps=[
            "of_families_is(F, N, O, A, P, n)",
            "of_families_is(F, N, O, A, P, n - 1)",
            "O[n - 1] == O[n - 1] and A[n - 1] == A[n - 1] and P[n - 1] == P[n - 1]",
            "F[O[n - 1]] == F[O[n - 1]] and N[O[n - 1]] == N[O[n - 1]] and F[f] == F[f] and N[f] == N[f]",
            "H[WIDTH + N[f] % LEVELS] == H[WIDTH + N[f] % LEVELS]",
            "collapse_parts(A[n - 1], N[O[n - 1]])",
        ],
    ),
    lemma(
        "of_families_apart(H, F, N, O, A, P, n)",
        "implies(is_shaped(H) and are_families(H, F, N, H[SLOTS]) and are_of_families(F, N, O, A, P, n)"
        " and within(O, 0, n, 0, H[FAMILIES] - 1)"
        " and keep_apart(H, F, N, 0, H[FAMILIES]) and all(O[j] != O[k] for j in range(n) for k in range(j + 1, n)),"
        " are_apart(H, A, P, n))",
        by="n",
        steps=[
            "of_families_is(F, N, O, A, P, n)",
            "of_families_is(F, N, O, A, P, n - 1)",
            "O[n - 1] == O[n - 1] and A[n - 1] == A[n - 1] and P[n - 1] == P[n - 1]",
            "F[O[n - 1]] == F[O[n - 1]] and N[O[n - 1]] == N[O[n - 1]]",
            "collapse_parts(A[n - 1], N[O[n - 1]])",
            "of_families_clear(H, F, N, O, A, P, O[n - 1], n - 1)",
        ],
    ),
    lemma(
        "of_families_stand_clear(H, F, N, O, A, P, n, m)",
        "implies(is_shaped(H) and are_families(H, F, N, H[SLOTS]) and are_of_families(F, N, O, A, P, n)"
        " and within(O, 0, n, 0, H[FAMILIES] - 1)"
        " and keep_apart(H, F, N, 0, H[FAMILIES]) and m <= H[FAMILIES],"
        " all(F[f] <= P[k] or P[k] + before(H, A[k]) <= F[f] for f in range(m) for k in range(n) if at(F[f], P[k])))",
        by="m",
        steps=["of_families_clear(H, F, N, O, A, P, m - 1, n)"],
    ),
]
