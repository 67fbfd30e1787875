"""Of actions: what they replace, add and mark."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

ACTIONS = [
    lemma(
        "layout_fits(H, A, P, n, slots)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, slots),"
        " all(P[i - 1] + before(H, A[i - 1]) + shifted(H, A, i) <= P[n - 1] + before(H, A[n - 1]) + shifted(H, A, n)"
        " for i in range(1, n + 1) if at(shifted(H, A, i))))",
        by="n",
        steps=["shift_one_more(H, A, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "layout_stays(H, A, P, n, slots)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, slots),"
        " all(1 <= P[i - 1] + before(H, A[i - 1]) + shifted(H, A, i)"
        " for i in range(1, n + 1) if at(shifted(H, A, i))))",
        by="n",
        steps=[
            "shift_none(H, A, 0)",
            "shift_one_more(H, A, n)",
            "P[n - 1] == P[n - 1]",
            "P[n - 2] == P[n - 2]",
            "shifted(H, A, n - 1) == shifted(H, A, n - 1)",
        ],
    ),
    lemma(
        "made_fit(H, A, P, n, slots)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, slots),"
        " all(0 <= P[i] + shifted(H, A, i) and P[i] + shifted(H, A, i) + before(H, A[i]) + added(H, A[i])"
        " <= P[n - 1] + before(H, A[n - 1]) + shifted(H, A, n) for i in range(n) if at(shifted(H, A, i))))",
        by="n",
        steps=[
            "shift_none(H, A, 0)",
            "shift_one_more(H, A, n)",
            "shift_one_more(H, A, n - 1)",
            "P[n - 1] == P[n - 1]",
            "P[n - 2] == P[n - 2]",
            "shifted(H, A, n - 2) == shifted(H, A, n - 2)",
        ],
    ),
    lemma(
        "some_stay(H, A, P, n, slots)",
        "implies(n >= 1 and is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, slots),"
        " 1 <= P[n - 1] + before(H, A[n - 1]) + shifted(H, A, n))",
        by="n",
        steps=["shift_none(H, A, 0)", "shift_one_more(H, A, n)", "P[n - 1] == P[n - 1]", "P[n - 2] == P[n - 2]"],
    ),
    lemma(
        "ends_moved_before(H, A, P, n, slots)",
        "implies(n >= 0 and is_shaped(H) and are_actions(H, A, n + 1) and lie_apart(H, A, P, n + 1, slots),"
        " all(end_moved(H, A, P, n, s) <= P[n] + shifted(H, A, n)"
        " for s in INTEGERS if s <= P[n] if at(end_moved(H, A, P, n, s))))",
        by="n",
        steps=[
            "shift_none(H, A, 0)",
            "shift_one_more(H, A, n)",
            "end_moved_none(H, A, P, 0)",
            "end_moved_one_more(H, A, P, n)",
            "P[n] == P[n] and P[n - 1] == P[n - 1]",
        ],
    ),
    lemma(
        "ends_moved_ascend(H, A, P, n, slots)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, slots),"
        " all(end_moved(H, A, P, n, s) <= end_moved(H, A, P, n, t) for s in INTEGERS for t in INTEGERS if s <= t"
        " if at(end_moved(H, A, P, n, s), end_moved(H, A, P, n, t))))",
        by="n",
        steps=[
            "end_moved_none(H, A, P, n)",
            "end_moved_one_more(H, A, P, n)",
            "shift_one_more(H, A, n)",
            "ends_moved_before(H, A, P, n - 1, slots)",
            "P[n - 1] == P[n - 1]",
        ],
    ),
    lemma(
        "end_moved_found(H, A, P, n, slots, i, s)",
        "implies(is_shaped(H) and are_actions(H, A, n) and lie_apart(H, A, P, n, slots) and 0 <= i <= n"
        " and (i == n or P[i] >= s) and (i == 0 or P[i - 1] < s), end_moved(H, A, P, n, s)"
        " == (s if i == 0 else max(s, P[i - 1] + before(H, A[i - 1])) + shifted(H, A, i)))",
        by="n",
        steps=[
            "end_moved_none(H, A, P, 0)",
            "end_moved_one_more(H, A, P, n)",
            "P[n - 1] == P[n - 1] and P[i] == P[i]",
        ],
    ),
    lemma(
        "shift_alike(H, G, A, n)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[j] == G[j] for j in range(UNITS, FANOUT)),"
        " shifted(H, A, n) == shifted(G, A, n))",
        by="n",
        steps=[
            "shift_none(H, A, n)",
            "shift_none(G, A, n)",
            "shift_one_more(H, A, n)",
            "shift_one_more(G, A, n)",
            "A[n - 1] == A[n - 1]",
        ],
    ),
    lemma(
        "shift_same(H, A, B, n)",
        "implies(all(A[i] == B[i] for i in range(n)), shifted(H, A, n) == shifted(H, B, n))",
        by="n",
        steps=[
            "shift_none(H, A, n)",
            "shift_none(H, B, n)",
            "shift_one_more(H, A, n)",
            "shift_one_more(H, B, n)",
            "A[n - 1] == A[n - 1]",
        ],
    ),
    lemma(
        "shift_put(H, A, n, i, x)",
        "implies(n <= i, shifted(H, put(A, i, x), n) == shifted(H, A, n))",
        by="n",
        steps=[
            "shift_none(H, A, n)",
            "shift_none(H, put(A, i, x), n)",
            "shift_one_more(H, A, n)",
            "shift_one_more(H, put(A, i, x), n)",
        ],
        seen_by="shifted(H, put(A, i, x), n)",
    ),
]

TAKEN = [
    lemma(
        "none_taken(H, A, P, n, lo, hi)",
        "implies(all(P[k] + before(H, A[k]) <= lo or hi <= P[k] for k in range(n)),"
        " all(not taken(H, A, P, n, j) for j in range(lo, hi) if at(taken(H, A, P, n, j))))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "none_inside(H, S, N, F, n, lo, hi)",
        "implies(all(S[F[x]] + H[WIDTH + N[F[x]] % LEVELS] <= lo or hi <= S[F[x]] for x in range(n)),"
        " all(not inside(H, S, N, F, n, j) for j in range(lo, hi) if at(inside(H, S, N, F, n, j))))",
        by="n",
        steps=["inside_one_more(H, S, N, F, n)", "F[n - 1] == F[n - 1]"],
    ),
    lemma(
        "hits_nothing(H, A, P, i, S, N, F, m)",
        "implies(all(S[F[j]] + H[WIDTH + N[F[j]] % LEVELS] <= P[i] or P[i] + before(H, A[i]) <= S[F[j]]"
        " for j in range(m)), hits(H, A, P, i, S, N, F, m) == 0)",
        by="m",
        steps=["hits_none(H, A, P, i, S, N, F, m)", "hits_one_more(H, A, P, i, S, N, F, m)", "F[m - 1] == F[m - 1]"],
    ),
    lemma(
        "hits_once(H, A, P, i, S, N, F, m)",
        "implies(all(0 <= F[j] and F[j] < H[FAMILIES] for j in range(m))"
        " and all(F[j] != F[k] for j in range(m) for k in range(j + 1, m) if at(F[j], F[k]))"
        " and keep_apart(H, S, N, 0, H[FAMILIES])"
        " and all(S[f] <= P[i] or P[i] + before(H, A[i]) <= S[f] for f in range(H[FAMILIES]) if at(S[f])),"
        " hits(H, A, P, i, S, N, F, m) <= 1)",
        by="m",
        steps=[
            "hits_none(H, A, P, i, S, N, F, m)",
            "hits_one_more(H, A, P, i, S, N, F, m)",
            "F[m - 1] == F[m - 1]",
            "hits_nothing(H, A, P, i, S, N, F, m - 1)",
        ],
    ),
    lemma(
        "all_blocked_next(H, A, P, n, S, N, F, m)",
        "implies(n >= 1, all_blocked(H, A, P, n, S, N, F, m)"
        " <= all_blocked(H, A, P, n - 1, S, N, F, m) + hits(H, A, P, n - 1, S, N, F, m))",
        by="m",
        steps=[
            "hits_none(H, A, P, n - 1, S, N, F, m)",
            "hits_one_more(H, A, P, n - 1, S, N, F, m)",
            "all_blocked_none(H, A, P, n, S, N, F, m)",
            "all_blocked_none(H, A, P, n - 1, S, N, F, m)",
            "all_blocked_one_more(H, A, P, n, S, N, F, m)",
            "all_blocked_one_more(H, A, P, n - 1, S, N, F, m)",
            "blocked_one_more(H, A, P, n)",
        ],
    ),
    lemma(
        "blocked_by_nothing(H, A, P, S, N, F, m)",
        "all_blocked(H, A, P, 0, S, N, F, m) == 0",
        by="m",
        steps=["all_blocked_none(H, A, P, 0, S, N, F, m)", "all_blocked_one_more(H, A, P, 0, S, N, F, m)"],
    ),
    lemma(
        "few_blocked(H, A, P, n, S, N, F, m)",
        "implies(n >= 0 and all(0 <= F[j] and F[j] < H[FAMILIES] for j in range(m))"
        " and all(F[j] != F[k] for j in range(m) for k in range(j + 1, m) if at(F[j], F[k]))"
        " and keep_apart(H, S, N, 0, H[FAMILIES]) and stand_clear(H, S, A, P, n),"
        " all_blocked(H, A, P, n, S, N, F, m) <= n)",
        by="n",
        steps=[
            "blocked_by_nothing(H, A, P, S, N, F, m)",
            "all_blocked_next(H, A, P, n, S, N, F, m)",
            "P[n - 1] == P[n - 1]",
            "hits_once(H, A, P, n - 1, S, N, F, m)",
        ],
    ),
    lemma(
        "blocked_one_by_one(H, A, P, n, S, N, F, m)",
        "implies(m >= 0 and all(blocked(H, A, P, n, S[F[j]], H[WIDTH + N[F[j]] % LEVELS])"
        " for j in range(m) if at(F[j])), all_blocked(H, A, P, n, S, N, F, m) == m)",
        by="m",
        steps=[
            "all_blocked_none(H, A, P, n, S, N, F, m)",
            "all_blocked_one_more(H, A, P, n, S, N, F, m)",
            "F[m - 1] == F[m - 1]",
        ],
    ),
    lemma(
        "inside_bound(H, S, N, F, n, lo, hi)",
        "implies(all(lo <= S[F[x]] and S[F[x]] + H[WIDTH + N[F[x]] % LEVELS] <= hi for x in range(n)),"
        " all(lo <= j and j < hi for j in INTEGERS if inside(H, S, N, F, n, j) if at(inside(H, S, N, F, n, j))))",
        by="n",
        steps=["inside_one_more(H, S, N, F, n)", "F[n - 1] == F[n - 1]"],
    ),
    lemma(
        "inside_if(H, S, N, F, n)",
        "all(inside(H, S, N, F, n, j) for x in range(n)"
        " for j in range(S[F[x]], S[F[x]] + H[WIDTH + N[F[x]] % LEVELS]) if at(F[x], inside(H, S, N, F, n, j)))",
        by="n",
        steps=["inside_one_more(H, S, N, F, n)", "F[n - 1] == F[n - 1]"],
    ),
    lemma(
        "taken_if(H, A, P, n)",
        "all(taken(H, A, P, n, j) for i in range(n) for j in range(P[i], P[i] + before(H, A[i]))"
        " if at(P[i], taken(H, A, P, n, j)))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "taken_alike(H, G, A, P, n, j)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT)),"
        " taken(H, A, P, n, j) == taken(G, A, P, n, j))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "taken_one_more(G, A, P, n)", "A[n - 1] == A[n - 1]"],
        seen_by="taken(H, A, P, n, j), taken(G, A, P, n, j)",
    ),
    lemma(
        "taken_put(H, A, P, n, j, i, x, y)",
        "implies(n <= i, taken(H, put(A, i, x), put(P, i, y), n, j) == taken(H, A, P, n, j))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "taken_one_more(H, put(A, i, x), put(P, i, y), n)"],
        seen_by="taken(H, put(A, i, x), put(P, i, y), n, j)",
    ),
    lemma(
        "blocked_alike(H, G, A, P, n, s, w)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT)),"
        " blocked(H, A, P, n, s, w) == blocked(G, A, P, n, s, w))",
        by="n",
        steps=["blocked_one_more(H, A, P, n)", "blocked_one_more(G, A, P, n)", "A[n - 1] == A[n - 1]"],
        seen_by="blocked(H, A, P, n, s, w), blocked(G, A, P, n, s, w)",
    ),
    lemma(
        "blocked_put(H, A, P, n, s, w, i, x, y)",
        "implies(n <= i, blocked(H, put(A, i, x), put(P, i, y), n, s, w) == blocked(H, A, P, n, s, w))",
        by="n",
        steps=["blocked_one_more(H, A, P, n)", "blocked_one_more(H, put(A, i, x), put(P, i, y), n)"],
        seen_by="blocked(H, put(A, i, x), put(P, i, y), n, s, w)",
    ),
    lemma(
        "blocked_if_taken(H, A, P, n, s, w)",
        "all(blocked(H, A, P, n, s, w) for j in range(s, s + w) if taken(H, A, P, n, j) if at(taken(H, A, P, n, j)))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "blocked_one_more(H, A, P, n)"],
    ),
    lemma(
        "actions_joined(H, S, R, A, m, n)",
        "implies(are_actions(H, S, m) and all(R[j] == S[j] for j in range(m)) and are_actions(H, A, n)"
        " and all(R[j] == A[j - m] for j in range(m, m + n)), are_actions(H, R, m + n))",
    ),
    lemma(
        "marked_only(H, T, S, p, l, w, u)",
        "implies(marked_up_to(T, S, p, w, u, p + w) and row(S, p, l, w, u) and 0 <= l <= H[TOP] and 0 <= p"
        " and p + w <= H[SLOTS], only_marked(H, T, S))",
        steps=["row_is(S, p, l, w, u)"],
    ),
    lemma(
        "marked_stays_plain(H, T, S, A, P, n, z, w, u)",
        "implies(n >= 1 and w == before(H, A[n - 1]) and marked_up_to(T, S, P[n - 1], w, u, P[n - 1] + w)"
        " and stays_plain(H, S, A, P, n - 1, z), stays_plain(H, T, A, P, n, z))",
        steps=["taken_one_more(H, A, P, n)"],
    ),
    lemma(
        "not_marked_not_taken(H, T, A, P, n, x)",
        "implies(0 <= T[x] < MARK and all(T[j] >= MARK or T[j] < 0"
        " for i in range(n) for j in range(P[i], P[i] + before(H, A[i])) if at(P[i], T[j])),"
        " not taken(H, A, P, n, x))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "none_blocked(H, A, P, n, s, w)",
        "implies(all(P[i] + before(H, A[i]) <= s or s + w <= P[i] for i in range(n)), not blocked(H, A, P, n, s, w))",
        by="n",
        steps=["blocked_one_more(H, A, P, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "open_put(H, A, P, n, K, x, i, a, p)",
        "implies(n <= i, first_open(H, put(A, i, a), put(P, i, p), n, K, x) == first_open(H, A, P, n, K, x))",
        by="x",
        steps=[
            "open_none(H, A, P, n, K, x)",
            "open_none(H, put(A, i, a), put(P, i, p), n, K, x)",
            "open_one_more(H, A, P, n, K, x)",
            "open_one_more(H, put(A, i, a), put(P, i, p), n, K, x)",
        ],
        seen_by="first_open(H, put(A, i, a), put(P, i, p), n, K, x)",
    ),
    lemma(
        "none_open(H, A, P, n, K, x)",
        "implies(x >= 0 and all(taken(H, A, P, n, spot(K[i])) for i in range(x) if at(K[i])),"
        " first_open(H, A, P, n, K, x) == x)",
        by="x",
        steps=["open_none(H, A, P, n, K, x)", "open_one_more(H, A, P, n, K, x)", "K[x - 1] == K[x - 1]"],
    ),
    lemma(
        "open_is(H, A, P, n, K, x, e)",
        "implies(0 <= e <= x and all(taken(H, A, P, n, spot(K[i])) for i in range(e) if at(K[i]))"
        " and (e == x or not taken(H, A, P, n, spot(K[e]))), first_open(H, A, P, n, K, x) == e)",
        by="x",
        steps=[
            "none_open(H, A, P, n, K, x)",
            "none_open(H, A, P, n, K, x - 1)",
            "open_one_more(H, A, P, n, K, x)",
        ],
    ),
    lemma(
        "free_put(H, A, P, n, S, N, F, x, i, a, p)",
        "implies(n <= i,"
        " first_free(H, put(A, i, a), put(P, i, p), n, S, N, F, x) == first_free(H, A, P, n, S, N, F, x))",
        by="x",
        steps=[
            "free_none(H, A, P, n, S, N, F, x)",
            "free_none(H, put(A, i, a), put(P, i, p), n, S, N, F, x)",
            "free_one_more(H, A, P, n, S, N, F, x)",
            "free_one_more(H, put(A, i, a), put(P, i, p), n, S, N, F, x)",
        ],
        seen_by="first_free(H, put(A, i, a), put(P, i, p), n, S, N, F, x)",
    ),
    lemma(
        "none_free(H, A, P, n, S, N, F, x)",
        "implies(x >= 0"
        " and all(blocked(H, A, P, n, S[F[i]], H[WIDTH + N[F[i]] % LEVELS]) for i in range(x) if at(F[i])),"
        " first_free(H, A, P, n, S, N, F, x) == x)",
        by="x",
        steps=[
            "free_none(H, A, P, n, S, N, F, x)",
            "free_one_more(H, A, P, n, S, N, F, x)",
            "F[x - 1] == F[x - 1]",
        ],
    ),
    lemma(
        "free_is(H, A, P, n, S, N, F, x, c)",
        "implies(0 <= c <= x"
        " and all(blocked(H, A, P, n, S[F[i]], H[WIDTH + N[F[i]] % LEVELS]) for i in range(c) if at(F[i]))"
        " and (c == x or not blocked(H, A, P, n, S[F[c]], H[WIDTH + N[F[c]] % LEVELS])),"
        " first_free(H, A, P, n, S, N, F, x) == c)",
        by="x",
        steps=[
            "none_free(H, A, P, n, S, N, F, x)",
            "none_free(H, A, P, n, S, N, F, x - 1)",
            "free_one_more(H, A, P, n, S, N, F, x)",
        ],
    ),
    lemma(
        "by_turns_put(H, T, A, P, K, S, N, F, f, n, e, c, i, a, p)",
        "implies(n <= i and 0 <= f and H[DONE] <= f, by_turns(H, T, put(A, i, a), put(P, i, p), K, S, N, F, f, n, e, c)"
        " == by_turns(H, T, A, P, K, S, N, F, f, n, e, c))",
        by="n",
        steps=[
            "by_turns_none(H, T, A, P, K, S, N, F, f, n, e, c)",
            "by_turns_none(H, T, put(A, i, a), put(P, i, p), K, S, N, F, f, n, e, c)",
            "by_turns_one_more(H, T, A, P, K, S, N, F, f, n, e, c)",
            "by_turns_one_more(H, T, put(A, i, a), put(P, i, p), K, S, N, F, f, n, e, c)",
        ],
        seen_by="by_turns(H, T, put(A, i, a), put(P, i, p), K, S, N, F, f, n, e, c)",
    ),
    lemma(
        "taken_among(H, A, P, m, B, Q, n)",
        "implies(all(many(Q, B, n, P[i], A[i]) >= 1 for i in range(m) if at(P[i])),"
        " all(taken(H, B, Q, n, j) for j in INTEGERS if taken(H, A, P, m, j) if at(taken(H, A, P, m, j))))",
        by="m",
        steps=[
            "taken_one_more(H, A, P, m)",
            "taken_if(H, B, Q, n)",
            "pairs_found(Q, B, n)",
            "P[m - 1] == P[m - 1]",
        ],
    ),
    lemma(
        "taken_bound(H, A, P, n, lo, hi)",
        "implies(all(lo <= P[i] and P[i] + before(H, A[i]) <= hi for i in range(n)),"
        " all(lo <= j and j < hi for j in INTEGERS if taken(H, A, P, n, j) if at(taken(H, A, P, n, j))))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "taken_marked(H, T, A, P, n)",
        "implies(are_replaced(H, T, A, P, n), all(T[j] >= MARK or T[j] < 0"
        " for j in INTEGERS if taken(H, A, P, n, j) if at(taken(H, A, P, n, j))))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "P[n - 1] == P[n - 1]"],
    ),
    lemma(
        "in_order_plain(H, T, A, P, B, Q, n, slots)",
        "implies(n >= 0 and stays_plain(H, T, A, P, n, slots)"
        " and all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
        " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v))),"
        " stays_plain(H, T, B, Q, n, slots))",
        steps=[
            "many_members(P, A, n, n)",
            "all(many(Q, B, n, P[i], A[i]) >= 1 for i in range(n) if at(P[i]))"
            " or not all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
            " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v)))",
            "taken_among(H, A, P, n, B, Q, n)",
        ],
    ),
    lemma(
        "in_order_clear(H, S, A, P, B, Q, n)",
        "implies(stand_clear(H, S, A, P, n)"
        " and all(many(Q, B, n, k, v) == many(P, A, n, k, v)"
        " for k in INTEGERS for v in INTEGERS if at(many(Q, B, n, k, v))),"
        " stand_clear(H, S, B, Q, n))",
        steps=["many_members(Q, B, n, n)", "pairs_found(P, A, n)"],
    ),
]

BEGUN = [
    lemma(
        "collapses_whole(H, T, S, V, A, P, n)",
        "implies(families_are_whole(H, T, S, V)"
        " and all(many(S, V, H[FAMILIES], P[i], A[i] // 2) >= 1 for i in range(n) if A[i] % 2 != EXPAND if at(P[i])),"
        " all((T[j] >= 0) == turn(j - P[i], H[UNITS + level_of(A[i]) - 1])"
        " for i in range(n) for j in range(P[i], P[i] + H[WIDTH + level_of(A[i])])"
        " if A[i] % 2 != EXPAND if at(P[i], T[j])))",
        steps=["pairs_found(S, V, H[FAMILIES])"],
    ),
    lemma(
        "begun_positive(H, A, P, n, j)",
        "begun(H, A, P, n, j) >= 0",
        by="n",
        steps=["begun_one_more(H, A, P, n)"],
        seen_by="begun(H, A, P, n, j)",
    ),
    lemma(
        "begun_grows(H, A, P, m, n)",
        "implies(0 <= m <= n, all(begun(H, A, P, m, j) <= begun(H, A, P, n, j)"
        " for j in INTEGERS if at(begun(H, A, P, m, j))))",
        by="n",
        steps=["begun_one_more(H, A, P, n)"],
    ),
    lemma(
        "begun_put(H, A, P, n, j, i, y)",
        "implies(n <= i, begun(H, A, put(P, i, y), n, j) == begun(H, A, P, n, j))",
        by="n",
        steps=["begun_one_more(H, A, P, n)", "begun_one_more(H, A, put(P, i, y), n)"],
        seen_by="begun(H, A, put(P, i, y), n, j)",
    ),
    lemma(
        "begun_whole(H, T, A, P, n)",
        "implies(is_shaped(H) and are_actions(H, A, n) and are_apart(H, A, P, n) and stand_whole(H, T, A, P, n),"
        " all(begun(H, A, P, n, j) == (1 if taken(H, A, P, n, j) and T[j] >= 0 else 0)"
        " for j in INTEGERS if at(begun(H, A, P, n, j))))",
        by="n",
        steps=[
            "begun_one_more(H, A, P, n)",
            "taken_one_more(H, A, P, n)",
            "P[n - 1] == P[n - 1]",
            "none_taken(H, A, P, n - 1, P[n - 1], P[n - 1] + before(H, A[n - 1]))",
        ],
    ),
]

MARKS = [
    lemma(
        "marks_put(T, n, i, x)",
        "marks(put(T, i, x), n) == marks(T, n)"
        " + ((1 if x >= MARK else 0) - (1 if T[i] >= MARK else 0) if 0 <= i < n else 0)",
        by="n",
        steps=[
            "marks_none(T, n)",
            "marks_none(put(T, i, x), n)",
            "marks_one_more(T, n)",
            "marks_one_more(put(T, i, x), n)",
        ],
        seen_by="marks(put(T, i, x), n)",
    ),
    lemma(
        "marks_nowhere(T, n)",
        "implies(all(T[i] < MARK for i in range(n)), marks(T, n) == 0)",
        by="n",
        steps=["marks_none(T, n)", "marks_one_more(T, n)", "T[n - 1] == T[n - 1]"],
    ),
    lemma(
        "replaced_alike(H, G, N, F, lo, hi)",
        "implies(0 <= lo and all(H[j] == G[j] for j in range(FANOUT, FANOUT + LEVELS)),"
        " replaced(H, N, F, lo, hi) == replaced(G, N, F, lo, hi))",
        by="hi",
        steps=[
            "replaced_none(H, N, F, lo, hi)",
            "replaced_none(G, N, F, lo, hi)",
            "replaced_one_more(H, N, F, lo, hi)",
            "replaced_one_more(G, N, F, lo, hi)",
        ],
    ),
]
