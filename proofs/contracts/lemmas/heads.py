"""Of the best that may act after so many actions, and of turns: what is said of queues, said without them."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

OPEN = "is_open(H, T, F, E, c, L, I, w, y, {})"
DUE = "is_due(H, F, S, N, L, I, w, z, {})"
BEST_OPEN = "best_open(H, T, F, E, c, L, I, w, y, A, P, {})"
BEST_DUE = "best_due(H, F, S, N, L, I, w, z, A, P, {})"
FREE = "first_free(H, A, P, n, S, N, R, x)"
FIRST = "first_open(H, A, P, n, K, x)"
TURNS = "take_turns(H, T, F, E, c, L, I, S, N, w, y, z, A, P, {})"
PLACED = "all(0 <= S[f] and S[f] < PLACES for f in range(H[FAMILIES]) if at(S[f]))"
"""That families stand in slots that a key has room for."""

READY = (
    "-mean_of(F, S[{0}], H[WIDTH + N[{0}] % LEVELS]) > z and end(H, N, {0}) <= H[END] - H[PROTECTED]"
    " and not held(L, H[LEDGER_FROM], H[LEDGER_TO], N[{0}] * 2)"
)
"""A family may collapse, by a ledger that holds only what is recent."""

KEY_AT = (
    "((0 // (1 + away(H, N, {0}) // H[SPAN]) + -mean_of(F, S[{0}], H[WIDTH + N[{0}] % LEVELS])) * PLACES"
    " + (PLACES - 1 - S[{0}]))"
)
"""Its key, which nothing raises."""

WANTED = (
    "is_wanted(H, T, F, E, c, {0}, key_of(y, 0), UNBOUNDED)"
    " and not held(L, H[LEDGER_FROM], H[LEDGER_TO], node_of(T[{0}], token_of(H, T, {0})) * 2 + COLLAPSE)"
)
"""A gist may expand, by such a ledger."""

SAME = (
    "are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT))"
    " and H[SLOTS] == G[SLOTS] and H[FAMILIES] == G[FAMILIES]"
    " and all(A[i] == B[i] and P[i] == Q[i] for i in range(n))"
)
"""That headers and actions agree on what actions replace."""


def there(text: str) -> str:
    """The same by another header and ledger, and by other tables of actions."""
    return (
        text.replace("(H,", "(G,").replace("L, I,", "M, J,").replace("A, P,", "B, Q,").replace("range(H[", "range(G[")
    )


OPEN_THERE = (
    "H[SLOTS] <= PLACES and all(T[s] < LEVELS for s in range(H[SLOTS]) if at(T[s]))"
    f" and all({OPEN.format('s')} == {there(OPEN.format('s'))} for s in range(H[SLOTS]) if at(T[s]))"
)
"""That they agree on which gists may expand."""

DUE_THERE = (
    f"{PLACED} and all({DUE.format('f')} == {there(DUE.format('f'))} for f in range(H[FAMILIES]) if at(N[f]))"
)
"""That they agree on which families may collapse."""

HEADS = [
    lemma(
        "recent_bar(H, L, I)",
        "implies(entries_are_recent(H, I), all(held(L, H[LEDGER_FROM], H[LEDGER_TO], x)"
        " == still_bars(H, L, I, H[ITERATION], x) for x in INTEGERS"
        " if at(held(L, H[LEDGER_FROM], H[LEDGER_TO], x)) if at(still_bars(H, L, I, H[ITERATION], x))))",
    ),
    lemma(
        "open_found(H, A, P, n, K, x)",
        f"implies(x >= 0, 0 <= {FIRST} <= x and ({FIRST} == x or not taken(H, A, P, n, spot(K[{FIRST}])))"
        f" and all(taken(H, A, P, n, spot(K[i])) for i in range({FIRST}) if at(K[i])))",
        by="x",
        steps=["open_none(H, A, P, n, K, x)", "open_one_more(H, A, P, n, K, x)", "K[x - 1] == K[x - 1]"],
    ),
    lemma(
        "free_found(H, A, P, n, S, N, R, x)",
        f"implies(x >= 0, 0 <= {FREE} <= x"
        f" and ({FREE} == x or not blocked(H, A, P, n, S[R[{FREE}]], H[WIDTH + N[R[{FREE}]] % LEVELS]))"
        f" and all(blocked(H, A, P, n, S[R[i]], H[WIDTH + N[R[i]] % LEVELS]) for i in range({FREE}) if at(R[i])))",
        by="x",
        steps=["free_none(H, A, P, n, S, N, R, x)", "free_one_more(H, A, P, n, S, N, R, x)", "R[x - 1] == R[x - 1]"],
    ),
    lemma(
        "open_alike(H, G, A, P, n, K, x)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT)),"
        " first_open(H, A, P, n, K, x) == first_open(G, A, P, n, K, x))",
        by="x",
        steps=[
            "open_none(H, A, P, n, K, x)",
            "open_one_more(H, A, P, n, K, x)",
            "open_none(G, A, P, n, K, x)",
            "open_one_more(G, A, P, n, K, x)",
            "taken_alike(H, G, A, P, n, spot(K[x - 1]))",
        ],
    ),
    lemma(
        "free_alike(H, G, A, P, n, S, N, R, x)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT)),"
        " first_free(H, A, P, n, S, N, R, x) == first_free(G, A, P, n, S, N, R, x))",
        by="x",
        steps=[
            "free_none(H, A, P, n, S, N, R, x)",
            "free_one_more(H, A, P, n, S, N, R, x)",
            "free_none(G, A, P, n, S, N, R, x)",
            "free_one_more(G, A, P, n, S, N, R, x)",
            "blocked_alike(H, G, A, P, n, S[R[x - 1]], H[WIDTH + N[R[x - 1]] % LEVELS])",
        ],
    ),
    lemma(
        "taken_grows(H, A, P, m, n)",
        "implies(m <= n, all(taken(H, A, P, n, j) for j in INTEGERS if taken(H, A, P, m, j)"
        " if at(taken(H, A, P, m, j)) if at(taken(H, A, P, n, j))))",
        by="n",
        steps=["taken_one_more(H, A, P, n)"],
    ),
    lemma(
        "taken_there(H, G, A, P, B, Q, n)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT))"
        " and all(A[i] == B[i] and P[i] == Q[i] for i in range(n)),"
        " all(taken(H, A, P, n, j) == taken(G, B, Q, n, j)"
        " for j in INTEGERS if at(taken(H, A, P, n, j)) if at(taken(G, B, Q, n, j))))",
        by="n",
        steps=["taken_one_more(H, A, P, n)", "taken_one_more(G, B, Q, n)", "A[n - 1] == A[n - 1]"],
    ),
    lemma(
        "blocked_there(H, G, A, P, B, Q, n)",
        "implies(are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT))"
        " and all(A[i] == B[i] and P[i] == Q[i] for i in range(n)),"
        " all(blocked(H, A, P, n, s, u) == blocked(G, B, Q, n, s, u)"
        " for s in INTEGERS for u in INTEGERS if at(blocked(H, A, P, n, s, u)) if at(blocked(G, B, Q, n, s, u))))",
        by="n",
        steps=["blocked_one_more(H, A, P, n)", "blocked_one_more(G, B, Q, n)", "A[n - 1] == A[n - 1]"],
    ),
    lemma(
        "are_dues_queued(H, F, S, N, L, I, z, D, R, x, r)",
        "implies(entries_are_recent(H, I) and 1 <= H[SPAN]"
        f" and all(0 <= R[j] and R[j] < H[FAMILIES] and {READY.format('R[j]')} and D[j] == {KEY_AT.format('R[j]')}"
        " for j in range(x) if at(R[j]) if at(D[j]))"
        " and all(R[i] != R[j] for i in range(x) for j in range(i + 1, x) if at(R[i], R[j]))"
        " and all(D[i] >= D[j] for i in range(x) for j in range(i, x))"
        f" and all(many(D, R, x, {KEY_AT.format('f')}, f) >= 1 or (x == r and {KEY_AT.format('f')} <= D[x - 1])"
        f" for f in range(H[FAMILIES]) if {READY.format('f')} if at(N[f])),"
        " dues_queued(H, F, S, N, L, I, H[ITERATION], z, D, R, x, r))",
        steps=[
            "dues_queued_is(H, F, S, N, L, I, H[ITERATION], z, D, R, x, r)",
            "recent_bar(H, L, I)",
            "near_none(H, N, H[FAMILIES])",
        ],
    ),
    lemma(
        "are_opens_queued(H, T, F, E, c, L, I, y, U, K, V, x, r)",
        "implies(entries_are_recent(H, I) and all(0 <= spot(K[i]) and spot(K[i]) < H[SLOTS]"
        f" and K[i] == gist_key(H, T, F, spot(K[i])) and {WANTED.format('spot(K[i])')}"
        " for i in range(x) if at(K[i])) and all(K[i] > K[j] for i in range(x) for j in range(i + 1, x))"
        " and all(many(K, V, x, gist_key(H, T, F, s), token_of(H, T, s)) >= 1"
        " or (x == r and gist_key(H, T, F, s) <= K[x - 1])"
        f" for s in range(H[SLOTS]) if U[s] < MARK and {WANTED.format('s')} if at(U[s])),"
        " opens_queued(H, T, F, E, c, L, I, H[ITERATION], y, U, K, V, x, r))",
        steps=["opens_queued_is(H, T, F, E, c, L, I, H[ITERATION], y, U, K, V, x, r)", "recent_bar(H, L, I)"],
    ),
    lemma(
        "due_at(H, F, S, N, L, I, w, z, A, P, n, D, R, x, r)",
        f"implies(0 <= n < r and 0 <= x and dues_queued(H, F, S, N, L, I, w, z, D, R, x, r) and {PLACED}"
        " and keep_apart(H, S, N, 0, H[FAMILIES]) and stand_clear(H, S, A, P, n),"
        f" ({BEST_DUE.format('n')} < 0) == ({FREE} == x)"
        f" and ({FREE} == x or S[{BEST_DUE.format('n')}] == S[R[{FREE}]]))",
        steps=[
            "dues_queued_is(H, F, S, N, L, I, w, z, D, R, x, r)",
            "free_found(H, A, P, n, S, N, R, x)",
            "few_blocked(H, A, P, n, S, N, R, x)",
            "blocked_one_by_one(H, A, P, n, S, N, R, x)",
            "pairs_found(D, R, x)",
            "best_due_is(H, F, S, N, L, I, w, z, A, P, n)",
            f"N[{BEST_DUE.format('n')}] == N[{BEST_DUE.format('n')}]",
            f"N[R[{FREE}]] == N[R[{FREE}]]",
            f"S[{BEST_DUE.format('n')}] == S[{BEST_DUE.format('n')}]",
            f"S[R[{FREE}]] == S[R[{FREE}]]",
        ],
    ),
    lemma(
        "open_at(H, T, F, E, c, L, I, w, y, A, P, m, n, U, K, V, x, r)",
        "implies(0 <= m <= n and 0 <= x and H[SLOTS] <= PLACES and marks_are_taken(H, U, A, P, m)"
        " and opens_queued(H, T, F, E, c, L, I, w, y, U, K, V, x, r),"
        f" ({FIRST} == x or {BEST_OPEN.format('n')} == spot(K[{FIRST}]))"
        f" and ({FIRST} < x or x >= r or {BEST_OPEN.format('n')} < 0))",
        steps=[
            "opens_queued_is(H, T, F, E, c, L, I, w, y, U, K, V, x, r)",
            "open_found(H, A, P, n, K, x)",
            "taken_grows(H, A, P, m, n)",
            "pairs_found(K, V, x)",
            "gists_spot(H, T, F, H[SLOTS])",
            "best_open_is(H, T, F, E, c, L, I, w, y, A, P, n)",
            f"T[{BEST_OPEN.format('n')}] == T[{BEST_OPEN.format('n')}]",
            f"U[{BEST_OPEN.format('n')}] == U[{BEST_OPEN.format('n')}]",
            f"K[{FIRST}] == K[{FIRST}]",
            f"T[spot(K[{FIRST}])] == T[spot(K[{FIRST}])]",
        ],
    ),
    lemma(
        "best_open_there(H, G, T, F, E, c, L, I, M, J, w, y, A, P, B, Q, n)",
        f"implies({SAME} and {OPEN_THERE}, {BEST_OPEN.format('n')} == {there(BEST_OPEN.format('n'))})",
        steps=[
            "taken_there(H, G, A, P, B, Q, n)",
            "gists_spot(H, T, F, H[SLOTS])",
            "best_open_is(H, T, F, E, c, L, I, w, y, A, P, n)",
            "best_open_is(G, T, F, E, c, M, J, w, y, B, Q, n)",
            f"T[{BEST_OPEN.format('n')}] == T[{BEST_OPEN.format('n')}]",
            f"T[{there(BEST_OPEN.format('n'))}] == T[{there(BEST_OPEN.format('n'))}]",
        ],
    ),
    lemma(
        "best_due_there(H, G, F, S, N, L, I, M, J, w, z, A, P, B, Q, n)",
        f"implies({SAME} and {DUE_THERE}, ({BEST_DUE.format('n')} < 0) == ({there(BEST_DUE.format('n'))} < 0)"
        f" and ({BEST_DUE.format('n')} < 0"
        f" or S[{BEST_DUE.format('n')}] == S[{there(BEST_DUE.format('n'))}]))",
        steps=[
            "blocked_there(H, G, A, P, B, Q, n)",
            "best_due_is(H, F, S, N, L, I, w, z, A, P, n)",
            "best_due_is(G, F, S, N, M, J, w, z, B, Q, n)",
            f"N[{BEST_DUE.format('n')}] == N[{BEST_DUE.format('n')}]",
            f"N[{there(BEST_DUE.format('n'))}] == N[{there(BEST_DUE.format('n'))}]",
            f"S[{BEST_DUE.format('n')}] == S[{BEST_DUE.format('n')}]",
            f"S[{there(BEST_DUE.format('n'))}] == S[{there(BEST_DUE.format('n'))}]",
        ],
    ),
    lemma(
        "take_turns_there(H, G, T, F, E, c, L, I, M, J, S, N, w, y, z, A, P, B, Q, n)",
        f"implies({SAME} and {OPEN_THERE} and {DUE_THERE} and H[W_MAX] == G[W_MAX] and H[W_SOFT] == G[W_SOFT]"
        f" and H[SOFT_MARGIN] == G[SOFT_MARGIN], {TURNS.format('n')} == {there(TURNS.format('n'))})",
        by="n",
        steps=[
            "take_turns_none(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n)",
            "take_turns_none(G, T, F, E, c, M, J, S, N, w, y, z, B, Q, n)",
            "take_turns_one_more(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n)",
            "take_turns_one_more(G, T, F, E, c, M, J, S, N, w, y, z, B, Q, n)",
            "A[n - 1] == A[n - 1]",
            "A[n - 2] == A[n - 2]",
            "best_open_there(H, G, T, F, E, c, L, I, M, J, w, y, A, P, B, Q, n - 1)",
            "best_due_there(H, G, F, S, N, L, I, M, J, w, z, A, P, B, Q, n - 1)",
            "best_open_is(H, T, F, E, c, L, I, w, y, A, P, n - 1)",
            "gists_spot(H, T, F, H[SLOTS])",
            f"T[{BEST_OPEN.format('n - 1')}] == T[{BEST_OPEN.format('n - 1')}]",
            "shift_alike(H, G, A, n - 1)",
            "shift_same(G, A, B, n - 1)",
        ],
    ),
    lemma(
        "turns_go_on(H, G, T, U, F, E, c, L, I, S, N, w, y, z, A, P, m, n, K, V, x, D, R, k, r)",
        f"implies(0 <= m <= n and n <= r and 0 <= x and 0 <= k"
        " and are_actions(H, A, n) and H[TOP] < LEVELS and all(H[i] == G[i] for i in range(UNITS, FANOUT))"
        " and H[SLOTS] <= PLACES and all(T[s] < LEVELS for s in range(H[SLOTS]) if at(T[s]))"
        " and H[W_MAX] == G[W_MAX] and H[W_SOFT] == G[W_SOFT] and H[SOFT_MARGIN] == G[SOFT_MARGIN]"
        " and y == G[TAU_EXPAND] and H[SLOTS] == G[SLOTS] and G[FREED] == -shifted(G, A, G[DONE])"
        f" and {PLACED} and keep_apart(H, S, N, 0, H[FAMILIES]) and stand_clear(H, S, A, P, n)"
        " and marks_are_taken(H, U, A, P, m)"
        " and all(U[spot(K[i])] == T[spot(K[i])] for i in range(x) if at(K[i]))"
        " and dues_queued(H, F, S, N, L, I, w, z, D, R, k, r)"
        " and opens_queued(H, T, F, E, c, L, I, w, y, U, K, V, x, r)"
        " and by_turns(G, U, A, P, K, S, N, R, m, n, x, k)"
        " and (x < r or all(first_open(G, A, P, i, K, x) < x for i in range(m, n)"
        " if A[i] % 2 == COLLAPSE and (i == m or A[i - 1] % 2 == COLLAPSE) if at(A[i])))"
        f" and {TURNS.format('m')} and (m == 0 or A[m - 1] % 2 == COLLAPSE or {BEST_DUE.format('m')} < 0),"
        f" {TURNS.format('n')})",
        by="n",
        steps=[
            "by_turns_one_more(G, U, A, P, K, S, N, R, m, n, x, k)",
            "take_turns_one_more(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n)",
            "A[n - 1] == A[n - 1]",
            "due_at(H, F, S, N, L, I, w, z, A, P, n - 1, D, R, k, r)",
            "open_at(H, T, F, E, c, L, I, w, y, A, P, m, n - 1, U, K, V, x, r)",
            "open_found(H, A, P, n - 1, K, x)",
            "free_found(H, A, P, n - 1, S, N, R, k)",
            "open_alike(H, G, A, P, n - 1, K, x)",
            "free_alike(H, G, A, P, n - 1, S, N, R, k)",
            "opens_queued_is(H, T, F, E, c, L, I, w, y, U, K, V, x, r)",
            "shift_alike(H, G, A, n - 1)",
            "K[first_open(H, A, P, n - 1, K, x)] == K[first_open(H, A, P, n - 1, K, x)]",
        ],
    ),
]
