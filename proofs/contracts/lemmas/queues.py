"""Of lists with notes: what is in them, heaps, and what is in order."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

MEMBERS = [
    lemma(
        "first_reached(E, n, c, x, a, b)",
        "implies(ascend(E, n, c) and 0 <= c < PIN - 1 and 0 <= x <= n // PIN"
        " and all(E[j] <= a for j in range(x * PIN) if j % PIN == c + 1)"
        " and (x == n // PIN or E[x * PIN + c + 1] > a),"
        " meets(E, n, c, a, b) == (x < n // PIN and E[x * PIN + c] < b))",
        steps=["ascend_is(E, n, c)", "meets_is(E, n, c, a, b)", "E[x * PIN + c] == E[x * PIN + c]"],
    ),
    lemma(
        "covers_in_turn(H, T, a, b, p, q, c, d, u, v)",
        "implies(covers(H, T, a, b, p, q) and covers(H, T, c, d, u, v) and a <= c and b <= d, p <= u and q <= v)",
        steps=["covers_is(H, T, a, b, p, q)", "covers_is(H, T, c, d, u, v)", "T[u] == T[u] and T[v] == T[v]"],
    ),
    lemma("pins_whole(P, n, m)", "implies(pins_lie(P, n, m), n % PIN == 0)", steps=["pins_lie_is(P, n, m)"]),
    lemma(
        "held_alike(T, S, lo, hi)",
        "implies(all(T[j] == S[j] for j in range(lo, hi)),"
        " all(held(S, lo, hi, x) for x in INTEGERS if held(T, lo, hi, x) if at(held(S, lo, hi, x))))",
    ),
    lemma(
        "held_within(T, lo, hi, e)",
        "implies(hi <= e, all(held(T, lo, e, x) for x in INTEGERS if held(T, lo, hi, x) if at(held(T, lo, e, x))))",
    ),
    lemma(
        "found_at(T, lo, hi, x, r)",
        "implies(rising(T, lo, hi) and held(T, lo, hi, x) and lo <= r <= hi and all(T[i] < x for i in range(lo, r))"
        " and all(T[i] >= x for i in range(r, hi)), r == where(T, lo, hi, x))",
        steps=["held_where(T, lo, hi, x)", "T[r] == T[r]"],
    ),
    lemma(
        "first_ahead(T, n, i)",
        "implies(rising(T, 0, n) and 0 <= i < n, all(held(T, 0, i, x) or T[i] <= x"
        " for x in INTEGERS if held(T, 0, n, x) if at(held(T, 0, n, x))))",
        steps=["T[i] == T[i]"],
    ),
    lemma(
        "all_first_ahead(T, n, m)",
        "implies(rising(T, 0, n) and m <= n, all(held(T, 0, i, x) or T[i] <= x"
        " for i in range(m) for x in INTEGERS if held(T, 0, n, x) or T[n - 1] <= x if at(T[i], held(T, 0, n, x))))",
        by="m",
        steps=["first_ahead(T, n, m - 1)", "T[m - 1] == T[m - 1]", "T[n - 1] == T[n - 1]"],
    ),
    lemma(
        "held_further(T, n, x)",
        "implies(n >= 0, held(put(T, n, x), 0, n + 1, x) and all(held(put(T, n, x), 0, n + 1, y) for y in INTEGERS"
        " if held(T, 0, n, y) if at(held(put(T, n, x), 0, n + 1, y))))",
        steps=["put(T, n, x)[n] == x", "held_alike(T, put(T, n, x), 0, n)", "held_within(put(T, n, x), 0, n, n + 1)"],
    ),
]

HEAPS = [
    lemma(
        "many_one_more(K, N, n, k, v)",
        "implies(n >= 1, many(K, N, n, k, v) == many(K, N, n - 1, k, v) + is_pair(K[n - 1], N[n - 1], k, v))",
        steps=["many_with_one_more(K, N, n)"],
    ),
    lemma("root_least(K, n)", "implies(heap(K, n), least_first(K, n))", by="n", steps=["parent(n - 1)"]),
    lemma(
        "many_positive(K, N, n, k, v)",
        "many(K, N, n, k, v) >= 0",
        by="n",
        steps=["many_none(K, N, n, k, v)", "many_one_more(K, N, n, k, v)"],
        seen_by="many(K, N, n, k, v)",
    ),
    lemma(
        "many_put(K, N, n, k, v, i, x, y)",
        "many(put(K, i, x), put(N, i, y), n, k, v) == many(K, N, n, k, v)"
        " + (is_pair(x, y, k, v) - is_pair(K[i], N[i], k, v) if 0 <= i < n else 0)",
        by="n",
        steps=[
            "many_none(K, N, n, k, v)",
            "many_one_more(K, N, n, k, v)",
            "many_none(put(K, i, x), put(N, i, y), n, k, v)",
            "many_one_more(put(K, i, x), put(N, i, y), n, k, v)",
        ],
        seen_by="many(put(K, i, x), put(N, i, y), n, k, v)",
    ),
    lemma(
        "many_member(K, N, n, i)",
        "implies(0 <= i < n, many(K, N, n, K[i], N[i]) >= 1)",
        by="n",
        steps=[
            "many_none(K, N, n, K[i], N[i])",
            "many_one_more(K, N, n, K[i], N[i])",
            "many_positive(K, N, n - 1, K[i], N[i])",
        ],
    ),
    lemma(
        "many_members(K, N, n, m)",
        "implies(m <= n, all(many(K, N, n, K[i], N[i]) >= 1 for i in range(m) if at(K[i]) if at(N[i])))",
        by="m",
        steps=["many_member(K, N, n, m - 1)"],
    ),
    lemma(
        "places_in(K, N, n, m)",
        "implies(keys_of_places(K, N, n) and m <= n, all(0 <= K[i] < PLACES for i in range(m)))",
        by="m",
        steps=["many_member(K, N, n, m - 1)"],
    ),
    lemma(
        "keys_in(K, N, n, m, a, b)",
        "implies(keys_within(K, N, n, a, b) and m <= n, all(a <= K[i] <= b for i in range(m)))",
        by="m",
        steps=["many_member(K, N, n, m - 1)"],
    ),
    lemma(
        "notes_in(K, N, n, m, a, b)",
        "implies(notes_within(K, N, n, a, b) and m <= n, all(a <= N[i] <= b for i in range(m)))",
        by="m",
        steps=["many_member(K, N, n, m - 1)"],
    ),
    lemma(
        "many_push(K, N, n, m, k, v, x, y)",
        "implies(n >= 0 and m == n + 1,"
        " many(put(K, n, x), put(N, n, y), m, k, v) == many(K, N, n, k, v) + is_pair(x, y, k, v))",
        steps=["many_one_more(put(K, n, x), put(N, n, y), n + 1, k, v)", "many_put(K, N, n, k, v, n, x, y)"],
        seen_by="many(put(K, n, x), put(N, n, y), m, k, v)",
    ),
]

ORDERED = [
    lemma(
        "many_mirrored(K, P, N, n)",
        "implies(all(P[i] == PLACES - 1 - K[i] for i in range(n)),"
        " all(many(P, N, n, p, v) == many(K, N, n, PLACES - 1 - p, v)"
        " for p in INTEGERS for v in INTEGERS if at(many(P, N, n, p, v))))",
        by="n",
        steps=["many_with_one_more(P, N, n)", "many_with_one_more(K, N, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "pairs_found(K, N, n)",
        "all(0 <= pair_at(K, N, n, k, v) < n and K[pair_at(K, N, n, k, v)] == k and N[pair_at(K, N, n, k, v)] == v"
        " for k in INTEGERS for v in INTEGERS if many(K, N, n, k, v) >= 1 if at(many(K, N, n, k, v)))",
        by="n",
        steps=["many_with_one_more(K, N, n)", "pair_with_one_more(K, N, n)"],
    ),
    lemma(
        "best_ahead(K, N, n, i)",
        "implies(falling(K, 0, n) and 0 <= i < n, all(many(K, N, i, k, v) >= 1 or k <= K[i]"
        " for k in INTEGERS for v in INTEGERS if many(K, N, n, k, v) >= 1 or k <= K[n - 1]"
        " if at(many(K, N, i, k, v))))",
        steps=["pairs_found(K, N, n)", "many_members(K, N, i, i)", "K[i] == K[i]", "K[n - 1] == K[n - 1]"],
    ),
    lemma(
        "all_best_ahead(K, N, n, m)",
        "implies(falling(K, 0, n) and m <= n, all(many(K, N, i, k, v) >= 1 or k <= K[i]"
        " for i in range(m) for k in INTEGERS for v in INTEGERS if many(K, N, n, k, v) >= 1 or k <= K[n - 1]"
        " if at(K[i], many(K, N, n, k, v))))",
        by="m",
        steps=["best_ahead(K, N, n, m - 1)"],
    ),
    lemma(
        "collapses_in_order(A, P, B, Q, n)",
        "implies(all(A[i] % 2 == COLLAPSE for i in range(n))"
        " and all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
        " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v))),"
        " all(B[i] % 2 == COLLAPSE for i in range(n)))",
        steps=["many_members(Q, B, n, n)", "pairs_found(P, A, n)"],
    ),
    lemma(
        "none_twice(K, N, n)",
        "implies(all(K[i] != K[j] or N[i] != N[j] for i in range(n) for j in range(i + 1, n) if at(K[i], K[j])),"
        " all(many(K, N, n, k, v) <= 1 for k in INTEGERS for v in INTEGERS if at(many(K, N, n, k, v))))",
        by="n",
        steps=["many_with_one_more(K, N, n)", "pairs_found(K, N, n - 1)", "K[n - 1] == K[n - 1]"],
    ),
    lemma(
        "gists_spot(H, T, F, n)",
        "implies(n <= PLACES, all(spot(gist_key(H, T, F, s)) == s for s in range(n) if at(T[s])))",
    ),
    lemma(
        "queued_more(K, n)",
        "implies(n >= 1, all(is_queued(K, n, j) for j in INTEGERS if is_queued(K, n - 1, j)"
        " if at(is_queued(K, n - 1, j))) and is_queued(K, n, spot(K[n - 1])))",
        steps=["queued_one_more(K, n)"],
    ),
    lemma(
        "queued_still(K, n, m)",
        "implies(n <= m, all(is_queued(K, m, j) for j in INTEGERS if is_queued(K, n, j) if at(is_queued(K, n, j))))",
        by="m",
        steps=["queued_none(K, n, 0)", "queued_more(K, m)"],
    ),
    lemma(
        "queued_before(H, T, F, K, n)",
        "implies(all(K[i] > K[j] for i in range(n) for j in range(i + 1, n))"
        " and all(K[i] == gist_key(H, T, F, spot(K[i])) for i in range(n) if at(K[i])),"
        " all(gist_key(H, T, F, j) >= K[n - 1] for j in INTEGERS if is_queued(K, n, j) if at(is_queued(K, n, j))))",
        by="n",
        steps=["queued_one_more(K, n)", "K[n - 1] == K[n - 1]", "K[n - 2] == K[n - 2]"],
    ),
    lemma(
        "first_or_worse(K, N, n, m)",
        "implies(1 <= m <= n and all(K[i] > K[j] for i in range(n) for j in range(i + 1, n)),"
        " all(many(K, N, m, k, v) >= 1 or k <= K[m - 1]"
        " for k in INTEGERS for v in INTEGERS if many(K, N, n, k, v) >= 1 if at(many(K, N, n, k, v))))",
        steps=["pairs_found(K, N, n)", "many_members(K, N, m, m)"],
    ),
    lemma(
        "open_wait(H, T, F, K, N, n, e, U, m)",
        "implies(0 <= e <= n and m <= PLACES and all(K[i] > K[j] for i in range(n) for j in range(i + 1, n))"
        " and all(U[spot(K[i])] >= MARK or U[spot(K[i])] < 0 for i in range(e) if at(K[i])),"
        " all((e < 1 or gist_key(H, T, F, s) < K[e - 1]) and (e >= n or gist_key(H, T, F, s) <= K[e])"
        " and (e < n or many(K, N, n, gist_key(H, T, F, s), token_of(H, T, s)) == 0)"
        " for s in range(m) if 0 <= U[s] and U[s] < MARK"
        " and (many(K, N, n, gist_key(H, T, F, s), token_of(H, T, s)) >= 1"
        " or (n >= 1 and gist_key(H, T, F, s) <= K[n - 1])) if at(U[s])))",
        steps=["pairs_found(K, N, n)", "gists_spot(H, T, F, m)", "K[e - 1] == K[e - 1]", "K[n - 1] == K[n - 1]"],
    ),
    lemma(
        "none_below_top(K, N, n)",
        "implies(heap(K, n), are_beyond(K, N, n, K[0]))",
        steps=["root_least(K, n)", "pairs_found(K, N, n)"],
    ),
    lemma(
        "twice_if_alike(K, N, n)",
        "all(many(K, N, n, K[j], N[j]) >= 2 for i in range(n) for j in range(i + 1, n)"
        " if K[i] == K[j] and N[i] == N[j] if at(K[i], K[j]))",
        by="n",
        steps=["many_with_one_more(K, N, n)", "many_members(K, N, n - 1, n - 1)"],
    ),
    lemma(
        "apart_differ(K, N, n)",
        "implies(apart_places(K, N, n), places_differ(K, 0, n))",
        steps=["twice_if_alike(K, N, n)", "many_members(K, N, n, n)"],
    ),
    lemma(
        "found_in_nothing(K, N, n, Q, B)",
        "found_among(K, N, n, Q, B, 0) == 0",
        by="n",
        steps=[
            "found_none(K, N, n, Q, B, 0)",
            "found_one_more(K, N, n, Q, B, 0)",
            "many_none(Q, B, 0, K[n - 1], N[n - 1])",
        ],
    ),
    lemma(
        "found_next(K, N, n, Q, B, m)",
        "implies(m >= 1, found_among(K, N, n, Q, B, m) <= found_among(K, N, n, Q, B, m - 1)"
        " + many(K, N, n, Q[m - 1], B[m - 1]))",
        by="n",
        steps=[
            "found_none(K, N, n, Q, B, m)",
            "found_none(K, N, n, Q, B, m - 1)",
            "found_one_more(K, N, n, Q, B, m)",
            "found_one_more(K, N, n, Q, B, m - 1)",
            "many_one_more(Q, B, m, K[n - 1], N[n - 1])",
            "many_one_more(K, N, n, Q[m - 1], B[m - 1])",
            "many_positive(K, N, n, Q[m - 1], B[m - 1])",
        ],
    ),
    lemma(
        "found_few(K, N, n, Q, B, m, j)",
        "implies(m >= 0 and are_once(K, N, n), found_among(K, N, n, Q, B, m)"
        " <= m - (1 if 0 <= j < m and many(K, N, n, Q[j], B[j]) == 0 else 0))",
        by="m",
        steps=["found_in_nothing(K, N, n, Q, B)", "found_next(K, N, n, Q, B, m)"],
    ),
    lemma(
        "found_all(K, N, n, Q, B, m)",
        "implies(n >= 0 and all(many(Q, B, m, K[i], N[i]) >= 1 for i in range(n) if at(K[i])),"
        " found_among(K, N, n, Q, B, m) == n)",
        by="n",
        steps=["found_none(K, N, n, Q, B, m)", "found_one_more(K, N, n, Q, B, m)", "K[n - 1] == K[n - 1]"],
    ),
    lemma(
        "near_bound(H, V, c, n)",
        "implies(is_header(H) and 1 <= H[SPAN] and 0 <= c, all(c // (1 + away(H, V, f) // H[SPAN]) <= c"
        " for f in range(n) if at(V[f])))",
        by="n",
        steps=["over_bound(away(H, V, n - 1), H[SPAN])", "over_bound(c, 1 + away(H, V, n - 1) // H[SPAN])"],
    ),
    lemma(
        "unbarred_none(E, c, K, N)",
        "unbarred(E, c, K, N, 0)",
        steps=["unbarred_is(E, c, K, N, 0)", "many_none(K, N, 0, 0, 0)"],
    ),
    lemma(
        "unbarred_one_more(E, c, K, N, n, L, M, m, p)",
        "implies(unbarred(E, c, K, N, n) and not bars(E, c, spot(p)) and all(many(K, N, n, k, v) >= 1 or k == p"
        " for k in INTEGERS for v in INTEGERS if many(L, M, m, k, v) >= 1 if at(many(L, M, m, k, v))),"
        " unbarred(E, c, L, M, m))",
        steps=["unbarred_is(E, c, K, N, n)", "unbarred_is(E, c, L, M, m)"],
    ),
    lemma(
        "near_none(H, V, n)",
        "implies(1 <= H[SPAN], all(0 // (1 + away(H, V, f) // H[SPAN]) == 0"
        " for f in range(n) if at(V[f])))",
        by="n",
        steps=["over_bound(away(H, V, n - 1), H[SPAN])", "over_bound(0, 1 + away(H, V, n - 1) // H[SPAN])"],
    ),
    lemma(
        "fall_far(K, n, c)",
        "implies(n >= 1 and K[0] < c and all(K[i] > K[j] for i in range(n) for j in range(i + 1, n)),"
        " K[n - 1] + n <= c)",
        by="n",
        steps=["K[n - 1] == K[n - 1]", "K[n - 2] == K[n - 2]"],
    ),
    lemma(
        "in_order_apart(H, A, P, B, Q, n, slots)",
        "implies(is_shaped(H) and are_actions(H, A, n) and are_apart(H, A, P, n)"
        " and all(0 <= P[i] and P[i] + before(H, A[i]) <= slots for i in range(n))"
        " and all(Q[i] <= Q[j] for i in range(n) for j in range(i + 1, n))"
        " and all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
        " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v))),"
        " are_actions(H, B, n) and lie_apart(H, B, Q, n, slots))",
        steps=[
            "many_members(Q, B, n, n)",
            "twice_if_alike(Q, B, n)",
            "none_twice(P, A, n)",
            "pairs_found(P, A, n)",
        ],
    ),
    lemma(
        "shift_in_nothing(H, P, A, n, Q, B)",
        "shifted_in(H, P, A, n, Q, B, 0) == 0",
        by="n",
        steps=["shift_in_none(H, P, A, n, Q, B, 0)", "shift_in_one_more(H, P, A, n, Q, B, 0)"],
    ),
    lemma(
        "shift_in_next(H, P, A, n, Q, B, m)",
        "implies(m >= 1 and many(Q, B, m - 1, Q[m - 1], B[m - 1]) == 0 and many(P, A, n, Q[m - 1], B[m - 1]) <= 1,"
        " shifted_in(H, P, A, n, Q, B, m) == shifted_in(H, P, A, n, Q, B, m - 1)"
        " + (added(H, B[m - 1]) if many(P, A, n, Q[m - 1], B[m - 1]) >= 1 else 0))",
        by="n",
        steps=[
            "shift_in_none(H, P, A, n, Q, B, m)",
            "shift_in_none(H, P, A, n, Q, B, m - 1)",
            "shift_in_one_more(H, P, A, n, Q, B, m)",
            "shift_in_one_more(H, P, A, n, Q, B, m - 1)",
            "many_one_more(Q, B, m, P[n - 1], A[n - 1])",
            "many_one_more(P, A, n, Q[m - 1], B[m - 1])",
        ],
    ),
    lemma(
        "shift_in_all(H, P, A, n, Q, B, m)",
        "implies(all(many(Q, B, m, P[i], A[i]) >= 1 for i in range(n) if at(P[i])),"
        " shifted_in(H, P, A, n, Q, B, m) == shifted(H, A, n))",
        by="n",
        steps=[
            "shift_in_none(H, P, A, n, Q, B, m)",
            "shift_none(H, A, n)",
            "shift_in_one_more(H, P, A, n, Q, B, m)",
            "shift_one_more(H, A, n)",
        ],
    ),
    lemma(
        "shift_in_order(H, P, A, n, Q, B, m)",
        "implies(all(many(P, A, n, Q[j], B[j]) == 1 for j in range(m) if at(Q[j]))"
        " and all(Q[i] != Q[j] or B[i] != B[j] for i in range(m) for j in range(i + 1, m) if at(Q[i], Q[j])),"
        " shifted_in(H, P, A, n, Q, B, m) == (shifted(H, B, m) if m >= 0 else shifted_in(H, P, A, n, Q, B, m)))",
        by="m",
        steps=[
            "shift_in_nothing(H, P, A, n, Q, B)",
            "shift_none(H, B, m)",
            "shift_one_more(H, B, m)",
            "shift_in_next(H, P, A, n, Q, B, m)",
            "pairs_found(Q, B, m - 1)",
            "many_positive(Q, B, m - 1, Q[m - 1], B[m - 1])",
            "Q[m - 1] == Q[m - 1]",
        ],
    ),
    lemma(
        "in_order_alike(H, A, P, B, Q, n)",
        "implies(n >= 0 and is_shaped(H) and are_actions(H, A, n) and are_apart(H, A, P, n)"
        " and all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
        " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v))),"
        " shifted(H, B, n) == shifted(H, A, n))",
        steps=[
            "many_members(Q, B, n, n)",
            "many_members(P, A, n, n)",
            "twice_if_alike(Q, B, n)",
            "none_twice(P, A, n)",
            "all(many(Q, B, n, P[i], A[i]) >= 1 for i in range(n) if at(P[i]))"
            " or not all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
            " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v)))",
            "shift_in_all(H, P, A, n, Q, B, n)",
            "shift_in_order(H, P, A, n, Q, B, n)",
        ],
    ),
]
