"""What each ghost among the words means."""

from __future__ import annotations

from focalloc.proofs.contracts.form import definition

DEFINITIONS = [
    definition("parent(i)", "implies(i >= 1, 2 * up(i) + 1 <= i <= 2 * up(i) + 2)", seen_by="up(i)"),
    definition("many_none(K, N, n, k, v)", "implies(n <= 0, many(K, N, n, k, v) == 0)", seen_by="many(K, N, n, k, v)"),
    definition(
        "many_with_one_more(K, N, n)",
        "implies(n >= 1, all(many(K, N, n, k, v) == many(K, N, n - 1, k, v) + is_pair(K[n - 1], N[n - 1], k, v)"
        " for k in INTEGERS for v in INTEGERS if at(many(K, N, n, k, v))))",
    ),
    definition(
        "pair_with_one_more(K, N, n)",
        "implies(n >= 1, all(pair_at(K, N, n, k, v)"
        " == (n - 1 if K[n - 1] == k and N[n - 1] == v else pair_at(K, N, n - 1, k, v))"
        " for k in INTEGERS for v in INTEGERS if at(pair_at(K, N, n, k, v))))",
    ),
    definition("sum_none(F, s, n)", "implies(n <= 0, sum_of(F, s, n) == 0)"),
    definition("sum_one_more(F, s, n)", "implies(n >= 1, sum_of(F, s, n) == sum_of(F, s, n - 1) + F[s + n - 1])"),
    definition("least_of_one(T, lo)", "least(T, lo, lo + 1) == T[lo]"),
    definition(
        "least_one_more(T, lo, hi)",
        "implies(hi > lo + 1, least(T, lo, hi) == min(least(T, lo, hi - 1), T[hi - 1]))",
    ),
    definition("gain_of_one(H)", "least_gain(H, 1) == H[WIDTH + 1] - H[UNITS + 1]"),
    definition(
        "gain_one_more(H, n)",
        "implies(n > 1, least_gain(H, n) == min(least_gain(H, n - 1), H[WIDTH + n] - H[UNITS + n]))",
    ),
    definition(
        "peak_one_more(F, p)",
        "all(peak_to(F, s, p) == (F[p - 1] if s == p - 1 else max(peak_to(F, s, p - 1), F[p - 1]))"
        " for s in INTEGERS if s < p if at(peak_to(F, s, p)))",
    ),
    definition(
        "below_peaks_is(H, T, F, P, c)",
        "below_peaks(H, T, F, P, c) == all(mean_at(H, T, F, s) <= P[s // c]"
        " for s in range(H[SLOTS]) if 1 <= T[s] and T[s] < MARK if at(T[s]))",
    ),
    definition(
        "meets_is(E, n, c, a, b)",
        "meets(E, n, c, a, b) == (not all(E[j] >= b or E[j + 1] <= a for j in range(n) if j % PIN == c))",
    ),
    definition("bars_is(E, n, s)", "bars(E, n, s) == meets(E, n, 2, s, s + 1)"),
    definition(
        "pinned_is(H, E, n, v)",
        "pinned(H, E, n, v) == meets(E, n, 0, v // LEVELS, v // LEVELS + H[SPAN + v % LEVELS])",
    ),
    definition(
        "in_or_worse_is(K, N, n, r, k)",
        "is_in_or_worse(K, N, n, r, k) == (many(K, N, n, k, 0) >= 1 or (n == r and k <= K[0]))",
        seen_by="is_in_or_worse(K, N, n, r, k)",
    ),
    definition("reach_none(T, s, w, n)", "implies(n <= 0, reach(T, s, w, n) == 0)", seen_by="reach(T, s, w, n)"),
    definition(
        "reach_one_more(T, s, w, n)",
        "implies(n >= 1, reach(T, s, w, n) == reach(T, s, w, n - 1) + magnitude(T[s + (n - 1) * w]))",
    ),
    definition("power_none(i)", "implies(i <= 0, power(i) == 1)"),
    definition("power_one_more(i)", "implies(i >= 1, power(i) == 2 * power(i - 1))"),
    definition("powers_are(i)", "is_power(power(i))"),
    definition("power_of_one(b)", "implies(b == 1, is_power(b))"),
    definition("power_twice(b)", "implies(is_power(b), is_power(2 * b))"),
    definition("power_halved(b)", "implies(is_power(b) and b > 1, b % 2 == 0 and is_power(b // 2))"),
    definition("odd_none(T, lo, hi)", "implies(hi <= lo, odd(T, lo, hi) == 0)"),
    definition("odd_one_more(T, lo, hi)", "implies(hi > lo, odd(T, lo, hi) == odd(T, lo, hi - 1) + T[hi - 1] % 2)"),
    definition("collapses_none(T, lo, hi, t)", "implies(hi <= lo, collapses_before(T, lo, hi, t) == 0)"),
    definition(
        "collapses_one_more(T, lo, hi, t)",
        "implies(hi > lo, collapses_before(T, lo, hi, t) == collapses_before(T, lo, hi - 1, t)"
        " + (1 if T[hi - 1] % 2 == COLLAPSE and T[hi - 1] // 2 // LEVELS < t else 0))",
    ),
    definition(
        "held_if(T, lo, hi, x, i)",
        "implies(lo <= i < hi and T[i] == x, held(T, lo, hi, x))",
        seen_by="held(T, lo, hi, x), T[i]",
    ),
    definition(
        "held_where(T, lo, hi, x)",
        "implies(held(T, lo, hi, x), lo <= where(T, lo, hi, x) < hi and T[where(T, lo, hi, x)] == x)",
        seen_by="held(T, lo, hi, x)",
    ),
    definition("unbarred_is(E, c, K, N, n)", "unbarred(E, c, K, N, n) == are_unbarred(E, c, K, N, n)"),
    definition(
        "was_done_if(A, I, lo, hi, t, x, j)",
        "implies(lo <= j < hi and A[j] == x and I[j] > t, was_done(A, I, lo, hi, t, x))",
        seen_by="was_done(A, I, lo, hi, t, x), A[j]",
    ),
    definition(
        "was_done_when(A, I, lo, hi, t, x)",
        "implies(was_done(A, I, lo, hi, t, x), lo <= when_done(A, I, lo, hi, t, x)"
        " and when_done(A, I, lo, hi, t, x) < hi and A[when_done(A, I, lo, hi, t, x)] == x"
        " and I[when_done(A, I, lo, hi, t, x)] > t)",
        seen_by="was_done(A, I, lo, hi, t, x)",
    ),
    definition("spot_is(k)", "spot(k) == place_of(k)", seen_by="spot(k)"),
    definition("level_is(a)", "level_of(a) == a // 2 % LEVELS", seen_by="level_of(a)"),
    definition("turn_is(i, s)", "implies(s != 0, turn(i, s) == (i % s == 0))"),
    definition("shift_none(H, A, n)", "implies(n <= 0, shifted(H, A, n) == 0)"),
    definition(
        "shift_one_more(H, A, n)", "implies(n >= 1, shifted(H, A, n) == shifted(H, A, n - 1) + added(H, A[n - 1]))"
    ),
    definition("shift_in_none(H, P, A, n, Q, B, m)", "implies(n <= 0, shifted_in(H, P, A, n, Q, B, m) == 0)"),
    definition(
        "shift_in_one_more(H, P, A, n, Q, B, m)",
        "implies(n >= 1, shifted_in(H, P, A, n, Q, B, m) == shifted_in(H, P, A, n - 1, Q, B, m)"
        " + (added(H, A[n - 1]) if many(Q, B, m, P[n - 1], A[n - 1]) >= 1 else 0))",
    ),
    definition(
        "blocked_none(H, A, P, n, s, w)",
        "implies(n <= 0, not blocked(H, A, P, n, s, w))",
        seen_by="blocked(H, A, P, n, s, w)",
    ),
    definition(
        "blocked_one_more(H, A, P, n)",
        "implies(n >= 1, all(blocked(H, A, P, n, s, w)"
        " == (blocked(H, A, P, n - 1, s, w) or (P[n - 1] < s + w and s < P[n - 1] + before(H, A[n - 1])))"
        " for s in INTEGERS for w in INTEGERS if at(blocked(H, A, P, n, s, w))))",
    ),
    definition(
        "open_none(H, A, P, n, K, x)",
        "implies(x <= 0, first_open(H, A, P, n, K, x) == 0)",
    ),
    definition(
        "open_one_more(H, A, P, n, K, x)",
        "implies(x >= 1, first_open(H, A, P, n, K, x) == (first_open(H, A, P, n, K, x - 1)"
        " if first_open(H, A, P, n, K, x - 1) < x - 1"
        " else (x if taken(H, A, P, n, spot(K[x - 1])) else x - 1)))",
    ),
    definition(
        "free_none(H, A, P, n, S, N, F, x)",
        "implies(x <= 0, first_free(H, A, P, n, S, N, F, x) == 0)",
    ),
    definition(
        "free_one_more(H, A, P, n, S, N, F, x)",
        "implies(x >= 1, first_free(H, A, P, n, S, N, F, x) == (first_free(H, A, P, n, S, N, F, x - 1)"
        " if first_free(H, A, P, n, S, N, F, x - 1) < x - 1"
        " else (x if blocked(H, A, P, n, S[F[x - 1]], H[WIDTH + N[F[x - 1]] % LEVELS]) else x - 1)))",
    ),
    definition(
        "by_turns_none(H, T, A, P, K, S, N, F, f, n, e, c)",
        "implies(n <= f, by_turns(H, T, A, P, K, S, N, F, f, n, e, c))",
    ),
    definition(
        "by_turns_one_more(H, T, A, P, K, S, N, F, f, n, e, c)",
        "implies(n > f, by_turns(H, T, A, P, K, S, N, F, f, n, e, c)"
        " == (by_turns(H, T, A, P, K, S, N, F, f, n - 1, e, c)"
        " and (expands_by_turns(H, T, A, P, K, S, N, F, f, n - 1, e, c) if A[n - 1] % 2 == EXPAND"
        " else collapses_by_turns(H, T, A, P, K, S, N, F, f, n - 1, e, c))))",
    ),
    definition(
        "best_open_is(H, T, F, E, c, L, I, w, y, A, P, n)",
        "(best_open(H, T, F, E, c, L, I, w, y, A, P, n) == -1"
        " or (0 <= best_open(H, T, F, E, c, L, I, w, y, A, P, n) < H[SLOTS]"
        " and not taken(H, A, P, n, best_open(H, T, F, E, c, L, I, w, y, A, P, n))"
        " and is_open(H, T, F, E, c, L, I, w, y, best_open(H, T, F, E, c, L, I, w, y, A, P, n))))"
        " and all(best_open(H, T, F, E, c, L, I, w, y, A, P, n) >= 0"
        " and gist_key(H, T, F, s) <= gist_key(H, T, F, best_open(H, T, F, E, c, L, I, w, y, A, P, n))"
        " for s in range(H[SLOTS]) if not taken(H, A, P, n, s) and is_open(H, T, F, E, c, L, I, w, y, s)"
        " if at(T[s]))",
    ),
    definition(
        "best_due_is(H, F, S, N, L, I, w, z, A, P, n)",
        "(best_due(H, F, S, N, L, I, w, z, A, P, n) == -1"
        " or (0 <= best_due(H, F, S, N, L, I, w, z, A, P, n) < H[FAMILIES]"
        " and not blocked(H, A, P, n, S[best_due(H, F, S, N, L, I, w, z, A, P, n)],"
        " H[WIDTH + N[best_due(H, F, S, N, L, I, w, z, A, P, n)] % LEVELS])"
        " and is_due(H, F, S, N, L, I, w, z, best_due(H, F, S, N, L, I, w, z, A, P, n))))"
        " and all(best_due(H, F, S, N, L, I, w, z, A, P, n) >= 0"
        " and family_key(H, F, S, N, f) <= family_key(H, F, S, N, best_due(H, F, S, N, L, I, w, z, A, P, n))"
        " for f in range(H[FAMILIES]) if not blocked(H, A, P, n, S[f], H[WIDTH + N[f] % LEVELS])"
        " and is_due(H, F, S, N, L, I, w, z, f) if at(N[f]))",
    ),
    definition(
        "dues_queued_is(H, F, S, N, L, I, w, z, D, R, x, r)",
        "dues_queued(H, F, S, N, L, I, w, z, D, R, x, r) == (all(0 <= R[j] < H[FAMILIES]"
        " and is_due(H, F, S, N, L, I, w, z, R[j]) and D[j] == family_key(H, F, S, N, R[j])"
        " for j in range(x) if at(R[j]))"
        " and all(R[i] != R[j] for i in range(x) for j in range(i + 1, x) if at(R[i], R[j]))"
        " and all(D[i] >= D[j] for i in range(x) for j in range(i, x))"
        " and all(many(D, R, x, family_key(H, F, S, N, f), f) >= 1"
        " or (x == r and family_key(H, F, S, N, f) <= D[x - 1])"
        " for f in range(H[FAMILIES]) if is_due(H, F, S, N, L, I, w, z, f) if at(N[f])))",
    ),
    definition(
        "opens_queued_is(H, T, F, E, c, L, I, w, y, U, K, V, x, r)",
        "opens_queued(H, T, F, E, c, L, I, w, y, U, K, V, x, r) == (all(0 <= spot(K[i]) < H[SLOTS]"
        " and K[i] == gist_key(H, T, F, spot(K[i])) and is_open(H, T, F, E, c, L, I, w, y, spot(K[i]))"
        " for i in range(x) if at(K[i]))"
        " and all(K[i] > K[j] for i in range(x) for j in range(i + 1, x))"
        " and all(many(K, V, x, gist_key(H, T, F, s), token_of(H, T, s)) >= 1"
        " or (x == r and gist_key(H, T, F, s) <= K[x - 1])"
        " for s in range(H[SLOTS]) if U[s] < MARK and is_open(H, T, F, E, c, L, I, w, y, s) if at(T[s])))",
    ),
    definition(
        "take_turns_none(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n)",
        "implies(n <= 0, take_turns(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n))",
    ),
    definition(
        "take_turns_one_more(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n)",
        "implies(n >= 1, take_turns(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n)"
        " == (take_turns(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n - 1)"
        " and (expands_on_turn(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n - 1) if A[n - 1] % 2 == EXPAND"
        " else collapses_on_turn(H, T, F, E, c, L, I, S, N, w, y, z, A, P, n - 1))))",
    ),
    definition("hits_none(H, A, P, i, S, N, F, m)", "implies(m <= 0, hits(H, A, P, i, S, N, F, m) == 0)"),
    definition(
        "hits_one_more(H, A, P, i, S, N, F, m)",
        "implies(m >= 1, hits(H, A, P, i, S, N, F, m) == hits(H, A, P, i, S, N, F, m - 1)"
        " + (1 if P[i] < S[F[m - 1]] + H[WIDTH + N[F[m - 1]] % LEVELS] and S[F[m - 1]] < P[i] + before(H, A[i])"
        " else 0))",
    ),
    definition("all_blocked_none(H, A, P, n, S, N, F, m)", "implies(m <= 0, all_blocked(H, A, P, n, S, N, F, m) == 0)"),
    definition(
        "all_blocked_one_more(H, A, P, n, S, N, F, m)",
        "implies(m >= 1, all_blocked(H, A, P, n, S, N, F, m) == all_blocked(H, A, P, n, S, N, F, m - 1)"
        " + (1 if blocked(H, A, P, n, S[F[m - 1]], H[WIDTH + N[F[m - 1]] % LEVELS]) else 0))",
    ),
    definition("found_none(K, N, n, Q, B, m)", "implies(n <= 0, found_among(K, N, n, Q, B, m) == 0)"),
    definition(
        "found_one_more(K, N, n, Q, B, m)",
        "implies(n >= 1, found_among(K, N, n, Q, B, m) == found_among(K, N, n - 1, Q, B, m)"
        " + (1 if many(Q, B, m, K[n - 1], N[n - 1]) >= 1 else 0))",
    ),
    definition(
        "taken_none(H, A, P, n, j)", "implies(n <= 0, not taken(H, A, P, n, j))", seen_by="taken(H, A, P, n, j)"
    ),
    definition(
        "taken_one_more(H, A, P, n)",
        "implies(n >= 1, all(taken(H, A, P, n, j)"
        " == (taken(H, A, P, n - 1, j) or (P[n - 1] <= j and j < P[n - 1] + before(H, A[n - 1])))"
        " for j in INTEGERS if at(taken(H, A, P, n, j))))",
    ),
    definition(
        "inside_none(H, S, N, F, n, j)",
        "implies(n <= 0, not inside(H, S, N, F, n, j))",
        seen_by="inside(H, S, N, F, n, j)",
    ),
    definition(
        "inside_one_more(H, S, N, F, n)",
        "implies(n >= 1, all(inside(H, S, N, F, n, j) == (inside(H, S, N, F, n - 1, j)"
        " or (S[F[n - 1]] <= j and j < S[F[n - 1]] + H[WIDTH + N[F[n - 1]] % LEVELS]))"
        " for j in INTEGERS if at(inside(H, S, N, F, n, j))))",
    ),
    definition(
        "begun_none(H, A, P, n, j)", "implies(n <= 0, begun(H, A, P, n, j) == 0)", seen_by="begun(H, A, P, n, j)"
    ),
    definition(
        "begun_one_more(H, A, P, n)",
        "implies(n >= 1, all(begun(H, A, P, n, j)"
        " == begun(H, A, P, n - 1, j) + (1 if replaces(H, A[n - 1], P[n - 1], j) else 0)"
        " for j in INTEGERS if at(begun(H, A, P, n, j))))",
    ),
    definition("marks_none(T, n)", "implies(n <= 0, marks(T, n) == 0)"),
    definition(
        "marks_one_more(T, n)", "implies(n >= 1, marks(T, n) == marks(T, n - 1) + (1 if T[n - 1] >= MARK else 0))"
    ),
    definition("blocks_none(T, n)", "implies(n <= 0, blocks_before(T, n) == 0)"),
    definition(
        "blocks_one_more(T, n)",
        "implies(n >= 1, blocks_before(T, n) == blocks_before(T, n - 1) + (1 if T[n - 1] >= 0 else 0))",
    ),
    definition("replaced_none(H, N, F, lo, hi)", "implies(hi <= lo, replaced(H, N, F, lo, hi) == 0)"),
    definition(
        "replaced_one_more(H, N, F, lo, hi)",
        "implies(hi > lo, replaced(H, N, F, lo, hi)"
        " == replaced(H, N, F, lo, hi - 1) + H[FANOUT + N[F[hi - 1]] % LEVELS])",
    ),
    definition("tokens_none(H, T, s, n)", "implies(n <= 0, tokens_in(H, T, s, n) == 0)"),
    definition(
        "tokens_one_more(H, T, s, n)",
        "implies(n >= 1, tokens_in(H, T, s, n) == tokens_in(H, T, s, n - 1) + H[SPAN + T[s + n - 1]])",
    ),
    definition("below_none(H, T, s, n, m)", "implies(n <= 0, tokens_below(H, T, s, n, m) == 0)"),
    definition(
        "below_one_more(H, T, s, n, m)",
        "implies(n >= 1, tokens_below(H, T, s, n, m) == tokens_below(H, T, s, n - 1, m)"
        " + (H[SPAN + T[s + n - 1]] if is_below(T[s + n - 1], m) else 0))",
    ),
    definition("depth_first(S, x)", "implies(x <= 0, depth(S, x) == 0)", seen_by="depth(S, x)"),
    definition(
        "depth_next(S, x)",
        "implies(x >= 1, depth(S, x) == (depth(S, S[x * STATE + PARENT]) + 1"
        " if 0 <= S[x * STATE + PARENT] < x else 0))",
    ),
    definition(
        "collected_none(R, K, N, H, k, v)",
        "collected(R, K, N, H, 0, 0, k, v) == 0",
        seen_by="collected(R, K, N, H, 0, 0, k, v)",
    ),
    definition(
        "collected_one_more(R, K, N, H, n, i)",
        "implies(n >= 0 and i >= 1, all(collected(R, K, N, H, n, i, k, v) == collected(R, K, N, H, n, i - 1, k, v)"
        " + is_pair(turn_at(R, K, n, i - 1), N[R[n * RUN + BEGIN] + i - 1], k, v)"
        " for k in INTEGERS for v in INTEGERS if at(collected(R, K, N, H, n, i, k, v))))",
    ),
    definition(
        "collected_next(R, K, N, H, n)",
        "implies(n >= 1, all(collected(R, K, N, H, n, 0, k, v) == collected(R, K, N, H, n - 1, H[n - 1], k, v)"
        " for k in INTEGERS for v in INTEGERS if at(collected(R, K, N, H, n, 0, k, v))))",
    ),
    definition("added_none(R, H, n)", "implies(n <= 0, added_by(R, H, n) == 0)"),
    definition(
        "added_one_more(R, H, n)",
        "implies(n >= 1, added_by(R, H, n) == added_by(R, H, n - 1) + H[n - 1] * R[(n - 1) * RUN + DELTA])",
    ),
    definition("chosen_none(H, T, V, C, D, m)", "implies(m <= 0, slots_of_choice(H, T, V, C, D, m) == 0)"),
    definition(
        "chosen_one_more(H, T, V, C, D, m)",
        "implies(m >= 1, slots_of_choice(H, T, V, C, D, m)"
        " == slots_of_choice(H, T, V, C, D, m - 1) + slots_for(H, T, V, C[m - 1], D[m - 1]))",
    ),
    definition(
        "slots_in_none(H, T, V, C, D, m, R, K, N, G, n, i)",
        "implies(m <= 0, slots_in(H, T, V, C, D, m, R, K, N, G, n, i) == 0)",
    ),
    definition(
        "slots_in_one_more(H, T, V, C, D, m, R, K, N, G, n, i)",
        "implies(m >= 1, slots_in(H, T, V, C, D, m, R, K, N, G, n, i)"
        " == slots_in(H, T, V, C, D, m - 1, R, K, N, G, n, i)"
        " + (slots_for(H, T, V, C[m - 1], D[m - 1]) if collected(R, K, N, G, n, i, C[m - 1], D[m - 1]) >= 1 else 0))",
    ),
    definition(
        "among_none(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "implies(n <= 0, slots_among(H, T, V, C, D, n, Q, B, m, P, E, k) == 0)",
    ),
    definition(
        "among_one_more(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "implies(n >= 1, slots_among(H, T, V, C, D, n, Q, B, m, P, E, k)"
        " == slots_among(H, T, V, C, D, n - 1, Q, B, m, P, E, k) + (slots_for(H, T, V, C[n - 1], D[n - 1])"
        " if many(C, D, n - 1, C[n - 1], D[n - 1])"
        " < many(Q, B, m, C[n - 1], D[n - 1]) + many(P, E, k, C[n - 1], D[n - 1]) else 0))",
    ),
    definition(
        "adding_is(H, T, V, R, K, N, n)",
        "adding(H, T, V, R, K, N, n) == all(run_adds(H, T, V, R, K, N, here(r)) for r in range(n) if at(here(r)))",
    ),
    definition(
        "collected_where(R, K, N, H, n, k, v)",
        "implies(collected(R, K, N, H, n, 0, k, v) >= 1, 0 <= run_with(R, K, N, H, n, k, v) < n"
        " and 0 <= nth_with(R, K, N, H, n, k, v) < H[run_with(R, K, N, H, n, k, v)]"
        " and turn_at(R, K, run_with(R, K, N, H, n, k, v), nth_with(R, K, N, H, n, k, v)) == k"
        " and N[R[run_with(R, K, N, H, n, k, v) * RUN + BEGIN] + nth_with(R, K, N, H, n, k, v)] == v)",
        seen_by="run_with(R, K, N, H, n, k, v)",
    ),
    definition(
        "collected_twice(R, K, N, H, n, k, v)",
        "implies(collected(R, K, N, H, n, 0, k, v) >= 2, 0 <= here(run_again(R, K, N, H, n, k, v)) < n"
        " and 0 <= nth_again(R, K, N, H, n, k, v) < H[run_again(R, K, N, H, n, k, v)]"
        " and turn_at(R, K, run_again(R, K, N, H, n, k, v), nth_again(R, K, N, H, n, k, v)) == k"
        " and (run_with(R, K, N, H, n, k, v) != run_again(R, K, N, H, n, k, v)"
        " or nth_with(R, K, N, H, n, k, v) != nth_again(R, K, N, H, n, k, v)))",
        seen_by="run_with(R, K, N, H, n, k, v)",
    ),
    definition(
        "ranks_are(R, K, n)",
        "are_ranks(R, K, n) == all(-(2**60) <= K[j] < 2**60 for r in range(n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + R[here(r) * RUN + SIZE])"
        " if at(here(r), K[j]))",
    ),
    definition("differing_is(R, K, n)", "differing(R, K, n) == items_differ(R, K, n)"),
    definition(
        "unchanged_is(R, Q, K, J, N, M, n, m)", "unchanged(R, Q, K, J, N, M, n, m) == runs_kept(R, Q, K, J, N, M, n, m)"
    ),
    definition(
        "standing_is(H, T, S, R, K, N, n)",
        "standing(H, T, S, R, K, N, n) == all(run_stands(H, T, S, R, K, N, here(r)) for r in range(n) if at(here(r)))",
    ),
    definition(
        "paired_is(H, S, V, A, R, K, N, n)",
        "paired(H, S, V, A, R, K, N, n)"
        " == all(run_is_of_pair(H, S, V, A, R, K, N, here(r)) for r in range(n) if at(here(r)))",
    ),
    definition(
        "classed_is(H, T, S, V, Q, A, a, R, K, N, m, n)",
        "classed(H, T, S, V, Q, A, a, R, K, N, m, n)"
        " == all(run_is_class(H, T, S, V, Q, A, a, R, K, N, here(r)) for r in range(m, n) if at(here(r)))",
    ),
    definition(
        "outside_is(H, S, V, A, a, R, K, N, m, n)",
        "outside(H, S, V, A, a, R, K, N, m, n)"
        " == all(run_is_outside(H, S, V, A, a, R, K, N, here(r)) for r in range(m, n) if at(here(r)))",
    ),
    definition("queued_none(K, n, j)", "implies(n <= 0, not is_queued(K, n, j))", seen_by="is_queued(K, n, j)"),
    definition(
        "queued_one_more(K, n)",
        "implies(n >= 1, all(is_queued(K, n, j) == (is_queued(K, n - 1, j) or spot(K[n - 1]) == j)"
        " for j in INTEGERS if at(is_queued(K, n, j))))",
    ),
    definition("placed_none(C, n, j)", "implies(n <= 0, not placed(C, n, j))", seen_by="placed(C, n, j)"),
    definition(
        "placed_one_more(C, n)",
        "implies(n >= 1, all(placed(C, n, j)"
        " == (placed(C, n - 1, j) or (C[n - 1] < UNBOUNDED and place_of(C[n - 1]) == j))"
        " for j in INTEGERS if at(placed(C, n, j))))",
    ),
    definition("here_is(x)", "here(x) == x", seen_by="here(x)"),
    definition("led_is(H, R, S, n)", "led(H, R, S, n) == are_led_to(H, R, S, n)"),
    definition(
        "grown_is(H, R, T, O, a, b, n, d)",
        "grown(H, R, T, O, a, b, n, d) == extend_by(H, R, T, O, a, b, n, d)",
    ),
    definition("gists_go_on_is(H, T)", "gists_go_on(H, T) == gists_are_whole(H, T)"),
    definition("tiled_is(H, T, a, b)", "tiled(H, T, a, b) == blocks_tile(H, T, a, b)"),
    definition("pins_lie_is(P, n, m)", "pins_lie(P, n, m) == ranges_lie(P, n, m)"),
    definition(
        "end_moved_none(H, A, P, n)",
        "implies(n <= 0, all(end_moved(H, A, P, n, s) == s for s in INTEGERS if at(end_moved(H, A, P, n, s))))",
    ),
    definition(
        "end_moved_one_more(H, A, P, n)",
        "implies(n >= 1, all(end_moved(H, A, P, n, s) == (end_moved(H, A, P, n - 1, s) if P[n - 1] >= s else"
        " max(s, P[n - 1] + before(H, A[n - 1])) + shifted(H, A, n))"
        " for s in INTEGERS if at(end_moved(H, A, P, n, s))))",
    ),
    definition(
        "covers_is(H, T, a, b, p, q)",
        "covers(H, T, a, b, p, q) == (0 <= p <= q <= H[SLOTS] and (p == H[SLOTS] or T[p] >= 0)"
        " and (q == H[SLOTS] or T[q] >= 0) and all((s < p) == (token_of(H, T, s) + H[SPAN + T[s]] <= a)"
        " and (s < q) == (s < p or token_of(H, T, s) < b) for s in range(H[SLOTS]) if T[s] >= 0 if at(T[s])))",
    ),
    definition("pins_cover_is(H, T, E, n)", "pins_cover(H, T, E, n) == ranges_cover(H, T, E, n)"),
    definition("ascend_is(E, n, c)", "ascend(E, n, c) == ranges_ascend(E, n, c)"),
    definition("whole_is(H, T)", "whole(H, T) == unmarked_are_whole(H, T)"),
    definition(
        "spliced_is(H, A, P, n, z, T, S, f, B, m, k)",
        "spliced(H, A, P, n, z, T, S, f, B, m, k) == is_spliced(H, A, P, n, z, T, S, f, B, m, k)",
    ),
    definition(
        "row_is(T, p, l, w, u)",
        "row(T, p, l, w, u) == all(T[j] == l for j in range(p, p + w) if turn(j - p, u))",
    ),
    definition(
        "stands_is(H, T, p, v)",
        "stands(H, T, p, v) == (begins_at(H, T, p, v)"
        " and row(T, p, v % LEVELS - 1, H[WIDTH + v % LEVELS], H[UNITS + v % LEVELS - 1]))",
    ),
    definition(
        "row_or_marks_is(T, p, l, w, u)",
        "row_or_marks(T, p, l, w, u) == all(is_of(T[j], l) for j in range(p, p + w) if turn(j - p, u))",
    ),
    definition("spans_multiply_is(H)", "spans_multiply(H) == has_spans(H)"),
    definition("begin_after_is(H, A, P, n, T)", "begin_after(H, A, P, n, T) == nodes_begin(H, A, P, n, T)"),
    definition("geometry_is(H)", "geometry(H) == is_geometry(H)"),
    definition("are_there_is(H, T, F, N, n)", "are_there(H, T, F, N, n) == all_there(H, T, F, N, n)"),
    definition("sound_is(H, T)", "sound(H, T) == is_sound(H, T)"),
    definition("in_turn_is(H, T, A, P, i)", "in_turn(H, T, A, P, i) == stands_in_turn(H, T, A, P, i)"),
    definition("aligned_is(H, T, n)", "aligned(H, T, n) == blocks_are_aligned(H, T, n)"),
    definition(
        "begins_family_is(H, T, E, c, p)",
        "begins_family(H, T, E, c, p) == (0 <= T[p] and T[p] < H[TOP] and p + H[WIDTH + T[p] + 1] <= H[SLOTS]"
        " and stands(H, T, p, node_at(H, T, p)) and not pinned(H, E, c, node_at(H, T, p)))",
    ),
    definition(
        "of_families_is(F, N, O, A, P, n)",
        "are_of_families(F, N, O, A, P, n) == all(P[k] == F[O[k]] and A[k] == N[O[k]] * 2 + COLLAPSE for k in range(n)"
        " if at(P[k]) if at(A[k]))",
    ),
    definition("completes_only_is(H, T, p)", "completes_only(H, T, p) == all_completed_hold(H, T, p)"),
    definition(
        "all_listed_is(H, T, E, c, F, n, t)",
        "all_listed(H, T, E, c, F, n, t) == all(held(F, 0, n, p) for p in range(t)"
        " if begins_family(H, T, E, c, p) if at(begins_family(H, T, E, c, p)))",
    ),
    definition(
        "listed_by_is(H, T, E, c, F, m, S, n, t, e)",
        "listed_by(H, T, E, c, F, m, S, n, t, e) == all(held(F, 0, m, p) or held(S, 0, n, p) for p in range(t)"
        " if begins_family(H, T, E, c, p) and p + H[WIDTH + T[p] + 1] <= e if at(begins_family(H, T, E, c, p)))",
    ),
    definition(
        "none_across_is(H, T, E, c, x)",
        "none_across(H, T, E, c, x) == all(x <= p or p + H[WIDTH + T[p] + 1] <= x for p in range(H[SLOTS])"
        " if begins_family(H, T, E, c, p) if at(begins_family(H, T, E, c, p)))",
    ),
    definition(
        "listed_before_is(H, A, P, n, z, T, E, c, F)",
        "listed_before(H, A, P, n, z, T, E, c, F) == all(held(F, 0, H[FAMILIES], p - shifted(H, A, i))"
        " for i in range(n + 1) for p in range(H[SLOTS]) if begins_family(H, T, E, c, p)"
        " and stay_behind(H, A, P, n, z, i, p - shifted(H, A, i), p - shifted(H, A, i) + H[WIDTH + T[p] + 1])"
        " if at(shifted(H, A, i), begins_family(H, T, E, c, p)))",
    ),
    definition(
        "heads_stay_is(H, A, P, n, z, T, F, N)",
        "heads_stay(H, A, P, n, z, T, F, N) == heads_go_on(H, A, P, n, z, T, F, N)",
    ),
    definition("regions_lie_is(H, T, S, R, n)", "regions_lie(H, T, S, R, n) == are_regions(H, T, S, R, n)"),
    definition("masses_fit_is(R, n)", "masses_fit(R, n) == weigh_as_much(R, n, n)"),
    definition("listed_if(T, n, x)", "implies(0 <= x < n, listed(T, n, T[x * START + SLOT]))"),
    definition(
        "listed_where(T, n, p)",
        "implies(listed(T, n, p), 0 <= here(nth_listed(T, n, p)) < n and T[nth_listed(T, n, p) * START + SLOT] == p)",
        seen_by="listed(T, n, p)",
    ),
    definition("multiplied_is(H)", "multiplied(H) == has_products(H)"),
    definition(
        "stay_is(H, A, P, n, z, T, F, N)", "stay(H, A, P, n, z, T, F, N) == go_on_standing(H, A, P, n, z, T, F, N)"
    ),
    definition("ends_lie_is(H, T, A, P, n)", "ends_lie(H, T, A, P, n) == take_whole_blocks(H, T, A, P, n)"),
    definition("at_level_none(T, s, n, m)", "implies(n <= 0, at_level(T, s, n, m) == 0)"),
    definition(
        "at_level_one_more(T, s, n, m)",
        "implies(n >= 1, at_level(T, s, n, m) == at_level(T, s, n - 1, m) + (1 if is_of(T[s + n - 1], m) else 0))",
    ),
]
