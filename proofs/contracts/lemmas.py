"""What is known of the ghosts among the words: what each means, then what follows from what stands before."""

from __future__ import annotations

from focalloc.proofs.contracts.form import definition, lemma

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
    definition("tiled_is(H, T, a, b)", "tiled(H, T, a, b) == blocks_tile(H, T, a, b)"),
    definition("pins_lie_is(P, n, m)", "pins_lie(P, n, m) == ranges_lie(P, n, m)"),
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
    definition("aligned_is(H, T, n)", "aligned(H, T, n) == blocks_are_aligned(H, T, n)"),
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

MEANS = [
    lemma(
        "mean_of_one(F, s, n)",
        "implies(n == 1, mean_of(F, s, n) == F[s])",
        steps=["sum_none(F, s, 0)", "sum_one_more(F, s, 1)"],
    ),
    lemma(
        "means_of_one(H, T, F, n)",
        "implies(all(H[i] == 1 for i in range(UNITS + 1, UNITS + H[TOP] + 1)),"
        " all(mean_at(H, T, F, i) == F[i] for i in range(n) if 1 <= T[i] <= H[TOP] if at(F[i])))",
        by="n",
        steps=[
            "mean_of_one(F, n - 1, H[UNITS + T[n - 1]])",
            "H[UNITS + T[n - 1]] == H[UNITS + T[n - 1]]",
        ],
    ),
    lemma(
        "mean_of_two(F, s, n)",
        "implies(n == 2, mean_of(F, s, n) == (F[s] + F[s + 1]) // 2)",
        steps=["sum_none(F, s, 0)", "sum_one_more(F, s, 1)", "sum_one_more(F, s, 2)"],
    ),
    lemma(
        "mean_of_four(F, s, n)",
        "implies(n == 4, mean_of(F, s, n) == (F[s] + F[s + 1] + F[s + 2] + F[s + 3]) // 4)",
        steps=["sum_none(F, s, 0)", *(f"sum_one_more(F, s, {i})" for i in range(1, 5))],
    ),
]

MEMBERS = [
    lemma("pins_whole(P, n, m)", "implies(pins_lie(P, n, m), n % PIN == 0)", steps=["pins_lie_is(P, n, m)"]),
    lemma(
        "held_alike(T, S, lo, hi)",
        "implies(all(T[j] == S[j] for j in range(lo, hi)),"
        " all(held(S, lo, hi, x) for x in INTEGERS if held(T, lo, hi, x) if at(held(S, lo, hi, x))))",
    ),
    lemma(
        "found_at(T, lo, hi, x, r)",
        "implies(rising(T, lo, hi) and held(T, lo, hi, x) and lo <= r <= hi and all(T[i] < x for i in range(lo, r))"
        " and all(T[i] >= x for i in range(r, hi)), r == where(T, lo, hi, x))",
        steps=["held_where(T, lo, hi, x)", "T[r] == T[r]"],
    ),
]

ARITHMETIC = [
    lemma("product_grows(i, b, u)", "implies(0 <= i < b and u >= 0, 0 <= i * u and i * u + u <= b * u)"),
    lemma(
        "products_grow(b, u)",
        "implies(u >= 0, all(0 <= i * u and i * u + u <= b * u for i in range(b) if at(i * u)))",
    ),
    lemma("product_positive(b, u)", "implies(0 <= b and 0 <= u, 0 <= b * u)"),
    lemma("rest_bound(x, n)", "implies(n >= 1, 0 <= x % n < n and implies(x >= 0, x % n <= x))"),
    lemma("over_bound(x, n)", "implies(n >= 1 and x >= 0, 0 <= x // n <= x)"),
    lemma("over_below(x, n)", "implies(n >= 1 and x < 0, x <= x // n <= -1)"),
    lemma("below(x, c, n)", "implies(n >= 1, (x < c * n) == (x // n < c))"),
    lemma("over_floor(x, n)", "implies(n >= 1, x - n < x // n * n <= x)"),
    lemma("over_times(x, n)", "implies(n >= 1, n * (x // n) <= x)"),
    lemma("whole_spans(x, n)", "implies(n >= 1, 0 <= (x + n - 1) // n * n - x < n)"),
    lemma("over_whole(x, n, q)", "implies(n >= 1 and x == q * n, x // n == q)"),
    lemma("over_next(x, n)", "implies(n >= 1, (x + n) // n == x // n + 1)"),
    lemma(
        "over_falls(x, m, n)",
        "implies(1 <= m <= n and x >= 0, x // n <= x // m)",
        steps=["below(x, x // n, m)", "over_floor(x, n)"],
    ),
    lemma("over_grows(x, y, n)", "implies(n >= 1 and x <= y, x // n <= y // n)", steps=["below(y, x // n, n)"]),
    lemma("over_family(x, b, n)", "implies(n >= 1 and x < b * n + n, x // n <= b)", steps=["below(x, b + 1, n)"]),
    lemma(
        "mean_bound(x, n)",
        "implies(n >= 1 and -LIMIT * n <= x <= LIMIT * n, -LIMIT <= x // n <= LIMIT)",
        steps=["below(x, -LIMIT, n)", "below(x, LIMIT + 1, n)"],
    ),
    lemma(
        "mean_narrow(x, n)",
        "implies(n >= 1 and -LIMIT * n <= x <= (LIMIT - 1) * n, -LIMIT <= x // n < LIMIT)",
        steps=["below(x, -LIMIT, n)", "below(x, LIMIT, n)"],
    ),
    lemma("share_bound(s, g)", "implies(0 <= s and 0 <= g <= 2**20, 0 <= s * g <= s * 2**20)"),
    lemma("places_product(x, n)", "implies(0 <= x <= 2**26 and 0 <= n <= 2**26, 0 <= x * n <= 2**52)"),
    lemma("slots_product(x, n)", "implies(-LIMIT <= x <= LIMIT and -2**26 <= n <= 2**26, -2**57 <= x * n <= 2**57)"),
    lemma("price_product(x, n)", "implies(-2**35 <= x <= 2**35 and -2**26 <= n <= 2**26, -2**61 <= x * n <= 2**61)"),
    lemma("penalty_product(x, n)", "implies(0 <= x <= 2**32 and 0 <= n <= 2**29, 0 <= x * n <= 2**61)"),
    lemma("over_far(x, n)", "implies(n >= 1 and -2**60 <= x <= 2**60, -2**60 <= x // n <= 2**60)"),
    lemma(
        "weight_of_slots(w, x, n)",
        "implies(-LIMIT <= w <= LIMIT and -n <= x <= n, -n * 2**31 <= w * x and w * x <= n * 2**31)",
        steps=[
            "product_positive(LIMIT - w, n + x)",
            "product_positive(LIMIT + w, n - x)",
            "product_positive(LIMIT - w, n - x)",
            "product_positive(LIMIT + w, n + x)",
        ],
    ),
    lemma("most_of_all(i, b, u)", "implies(0 <= i <= b and u >= 0, i * u <= b * u)"),
    lemma("allowance_product(x, n)", "implies(0 <= x <= 2**32 and -2**28 <= n <= 2**26, -2**60 <= x * n <= 2**58)"),
    lemma("far_product(x, n)", "implies(0 <= x <= LIMIT and -2**28 <= n <= 2**28, -2**59 <= x * n <= 2**59)"),
    lemma(
        "halved(q, b)",
        "implies(b >= 1 and q >= 0, all((r + 2) * (b // 2) <= (q + 2) * b and implies(b // 2 >= 1,"
        " r + 2 <= (r + 2) * (b // 2)) for r in range(0, 2 * q + 3) if at((r + 2) * (b // 2))))",
    ),
    lemma("level_product(x, n)", "implies(-2**15 <= x <= 2**15 and 0 <= n <= 2**5, -2**20 <= x * n <= 2**20)"),
    lemma(
        "average_apart(x, y, a, b, r, s, p)",
        "implies(p >= 1 and x == a * p + r and y == b * p + s and 0 <= r < p and 0 <= s < p,"
        " min(x, y) <= x - a + b - (1 if s < r else 0) and x - a + b - (1 if s < r else 0) <= max(x, y))",
        steps=[
            "product_positive(b - a, p - 1)",
            "product_positive(a - b, p - 1)",
            "product_positive(b - a - 1, p - 1)",
            "product_positive(a - b - 1, p - 1)",
        ],
    ),
    lemma(
        "average_between(x, y, p)",
        "implies(p >= 1, min(x, y) <= x - x // p + y // p - (1 if y % p < x % p else 0)"
        " and x - x // p + y // p - (1 if y % p < x % p else 0) <= max(x, y))",
        steps=[
            "implies(p >= 1, x == x // p * p + x % p and 0 <= x % p and x % p < p)",
            "implies(p >= 1, y == y // p * p + y % p and 0 <= y % p and y % p < p)",
            "average_apart(x, y, x // p, y // p, x % p, y % p, p)",
        ],
    ),
    lemma("times_one(x, n)", "implies(n == 1, x * n == x)"),
    lemma("one_times(x, n)", "implies(x == 1, x * n == n)"),
    lemma("product_next(a, w)", "(a + 1) * w == a * w + w"),
    lemma(
        "weighed(w, x)",
        "implies(-2**15 < x < 2**15, -magnitude(w) * (2**15 - 1) <= w * x and w * x <= magnitude(w) * (2**15 - 1))",
        steps=[
            "product_positive(w, 2**15 - 1 - x)",
            "product_positive(w, 2**15 - 1 + x)",
            "product_positive(0 - w, 2**15 - 1 - x)",
            "product_positive(0 - w, 2**15 - 1 + x)",
        ],
    ),
    lemma("weight_product(w, x)", "implies(-2**7 <= w <= 2**7 and -2**15 <= x <= 2**15, -2**22 <= w * x <= 2**22)"),
    lemma("three_weights(w, x)", "implies(-2**9 <= w <= 2**9 and -2**15 <= x <= 2**15, -2**24 <= w * x <= 2**24)"),
    lemma("wish_product(x, n)", "implies(0 <= x <= 2**35 and 0 <= n <= 2**26, 0 <= x * n <= 2**61)"),
    lemma("rows_product(x, n)", "implies(0 <= x <= 2**23 and 0 <= n <= 2**27, 0 <= x * n <= 2**50)"),
    lemma("worth_most(p, d)", "implies(d >= 0 and p <= LIMIT, p * d <= LIMIT * d)"),
    lemma(
        "price_bound(a, p, d)",
        "implies(d >= 1 and a <= 2**34 and p <= LIMIT, (a + p * d) // d <= 2**34 + LIMIT)",
        steps=["worth_most(p, d)", "below(a + p * d, 2**34 + LIMIT + 1, d)"],
    ),
    lemma("times_sum(a, b, u)", "(a + b) * u == a * u + b * u"),
    lemma("times_alike(a, b, u)", "implies(a == b, a * u == b * u)"),
    lemma("times_turned(a, b)", "a * b == b * a"),
    lemma("times_nothing(x, u)", "implies(x == 0, x * u == 0)"),
    lemma("fewer(a, b, u)", "implies(u >= 1 and a * u < b * u, a < b)"),
    lemma(
        "over_twice(x, b)",
        "implies(b >= 1, x // b == 2 * (x // (2 * b)) + x // b % 2)",
        steps=[
            "below(x, 2 * (x // (2 * b)), b)",
            "below(x, 2 * (x // (2 * b)) + 2, b)",
            "below(x, x // (2 * b), 2 * b)",
            "below(x, x // (2 * b) + 1, 2 * b)",
        ],
    ),
    lemma(
        "share_next(q, t, r, w, p, c, v)",
        "implies(q * t + r == w * p and v == 2 * w + c and 0 <= c <= 1,"
        " 2 * q * t + 2 * r + (p if c == 1 else 0) == v * p)",
        steps=["times_sum(2 * w, c, p)", "times_one(c, p)", "times_nothing(c, p)", "times_alike(v, 2 * w + c, p)"],
    ),
    lemma(
        "share_within(q, t, r, w, p)",
        "implies(q * t + r == w * p and 0 <= r and 0 <= p <= t and 1 <= t and 0 <= w, q <= w)",
        steps=[
            "product_positive(w, t - p)",
            "product_positive(q - w - 1, t)",
        ],
    ),
    lemma(
        "least_bound(T, lo, hi)",
        "implies(0 <= lo < hi, all(least(T, lo, hi) <= T[j] for j in range(lo, hi)))",
        by="hi",
        steps=["least_of_one(T, lo)", "least_one_more(T, lo, hi)"],
    ),
    lemma(
        "least_positive(T, lo, hi)",
        "implies(0 <= lo < hi and all(T[j] >= 1 for j in range(lo, hi)), least(T, lo, hi) >= 1)",
        by="hi",
        steps=["least_of_one(T, lo)", "least_one_more(T, lo, hi)", "T[hi - 1] == T[hi - 1]"],
    ),
    lemma(
        "least_alike(T, S, lo, hi)",
        "implies(0 <= lo < hi and all(T[j] == S[j] for j in range(lo, hi)), least(T, lo, hi) == least(S, lo, hi))",
        by="hi",
        steps=[
            "least_of_one(T, lo)",
            "least_of_one(S, lo)",
            "least_one_more(T, lo, hi)",
            "least_one_more(S, lo, hi)",
            "T[hi - 1] == T[hi - 1]",
        ],
        seen_by="least(T, lo, hi), least(S, lo, hi)",
    ),
    lemma(
        "gain_bound(H, n)",
        "implies(n >= 1,"
        " all(least_gain(H, n) <= H[j] - H[j - WIDTH + UNITS] for j in range(WIDTH + 1, WIDTH + 1 + n)))",
        by="n",
        steps=["gain_of_one(H)", "gain_one_more(H, n)"],
    ),
    lemma(
        "gain_positive(H, n)",
        "implies(n >= 1 and all(H[j] > H[j - WIDTH + UNITS] for j in range(WIDTH + 1, WIDTH + 1 + n)),"
        " least_gain(H, n) >= 1)",
        by="n",
        steps=["gain_of_one(H)", "gain_one_more(H, n)", "H[WIDTH + n] == H[WIDTH + n]", "H[WIDTH + 1] == H[WIDTH + 1]"],
    ),
    lemma(
        "gain_alike(H, G, n)",
        "implies(0 <= n < LEVELS and all(H[j] == G[j] for j in range(UNITS, FANOUT)),"
        " n < 1 or least_gain(H, n) == least_gain(G, n))",
        by="n",
        steps=[
            "gain_of_one(H)",
            "gain_of_one(G)",
            "gain_one_more(H, n)",
            "gain_one_more(G, n)",
            "H[WIDTH + n] == H[WIDTH + n]",
            "H[UNITS + n] == H[UNITS + n]",
        ],
        seen_by="least_gain(H, n), least_gain(G, n)",
    ),
    lemma("power_positive(i)", "power(i) >= 1", by="i", steps=["power_none(i)", "power_one_more(i)"]),
    lemma(
        "power_grows(i, j)",
        "implies(i <= j, power(i) <= power(j))",
        by="j",
        steps=["power_none(i)", "power_none(j)", "power_one_more(j)", "power_positive(j - 1)"],
    ),
    lemma("power_5(i)", "power(5) == 32", steps=["power_none(0)", *(f"power_one_more({i})" for i in range(1, 6))]),
    lemma("power_20(i)", "power(20) == 2**20", steps=["power_5(i)", *(f"power_one_more({i})" for i in range(6, 21))]),
    lemma(
        "product_bound(x, n)",
        "implies(-LIMIT <= x <= LIMIT and 0 <= n <= 2**26, -2**57 <= x * n <= 2**57)",
    ),
]

PACKING = [
    lemma("key_round(r, p)", "implies(0 <= p < PLACES, rank_of(key_of(r, p)) == r and place_of(key_of(r, p)) == p)"),
    lemma(
        "key_order(r, p, s, q)",
        "implies(0 <= p < PLACES and 0 <= q < PLACES, (key_of(r, p) < key_of(s, q)) == (r < s or (r == s and p > q)))",
    ),
    lemma("place_in(k)", "0 <= place_of(k) < PLACES and key_of(rank_of(k), place_of(k)) == k"),
    lemma(
        "expand_parts(a, l, t)",
        "implies(a == node_of(l, t) * 2 + EXPAND and 0 <= l < LEVELS and 0 <= t, level_of(a) == l and a % 2 == EXPAND)",
    ),
    lemma(
        "collapse_parts(a, n)",
        "implies(a == n * 2 + COLLAPSE, level_of(a) == n % LEVELS and a % 2 == COLLAPSE)",
        steps=["implies(a == n * 2 + COLLAPSE, a // 2 == n)"],
    ),
]

SUMS = [
    lemma(
        "collapses_grow_to(T, lo, n, t, u)",
        "implies(t <= u, 0 <= collapses_before(T, lo, lo + n, t)"
        " and collapses_before(T, lo, lo + n, t) <= collapses_before(T, lo, lo + n, u))",
        by="n",
        steps=[
            *(f"collapses_none(T, lo, lo + n, {x})" for x in "tu"),
            *(f"collapses_one_more(T, lo, lo + n, {x})" for x in "tu"),
        ],
    ),
    lemma(
        "collapses_grow(T, lo, hi, t, u)",
        "implies(t <= u, 0 <= collapses_before(T, lo, hi, t)"
        " and collapses_before(T, lo, hi, t) <= collapses_before(T, lo, hi, u))",
        steps=["collapses_grow_to(T, lo, hi - lo, t, u)", *(f"collapses_none(T, lo, hi, {x})" for x in "tu")],
    ),
    lemma(
        "collapses_found_to(T, lo, n, t, i)",
        "implies(lo <= i < lo + n and T[i] % 2 == COLLAPSE and T[i] // 2 // LEVELS == t,"
        " collapses_before(T, lo, lo + n, t) + 1 <= collapses_before(T, lo, lo + n, t + 1))",
        by="n",
        steps=[
            *(f"collapses_one_more(T, lo, lo + n, {x})" for x in ("t", "t + 1")),
            "collapses_grow_to(T, lo, n - 1, t, t + 1)",
            "T[i] == T[i]",
        ],
    ),
    lemma(
        "collapses_found(T, lo, hi, t, l)",
        "implies(0 <= t and 0 <= l < LEVELS and held(T, lo, hi, node_of(l, t) * 2 + COLLAPSE),"
        " collapses_before(T, lo, hi, t) + 1 <= collapses_before(T, lo, hi, t + 1))",
        steps=[
            "held_where(T, lo, hi, node_of(l, t) * 2 + COLLAPSE)",
            "collapses_found_to(T, lo, hi - lo, t, where(T, lo, hi, node_of(l, t) * 2 + COLLAPSE))",
        ],
    ),
    lemma(
        "collapses_most_to(T, lo, n, t)",
        "collapses_before(T, lo, lo + n, t) <= odd(T, lo, lo + n)",
        by="n",
        steps=[
            "collapses_none(T, lo, lo + n, t)",
            "odd_none(T, lo, lo + n)",
            "collapses_one_more(T, lo, lo + n, t)",
            "odd_one_more(T, lo, lo + n)",
        ],
    ),
    lemma(
        "collapses_most(T, lo, hi, t)",
        "collapses_before(T, lo, hi, t) <= odd(T, lo, hi)",
        steps=["collapses_most_to(T, lo, hi - lo, t)", "collapses_none(T, lo, hi, t)", "odd_none(T, lo, hi)"],
    ),
    lemma("times_grow(a, b, u)", "implies(a <= b and u >= 0, a * u <= b * u)"),
    lemma(
        "sum_to_peak(F, s, n)",
        "implies(n >= 1, sum_of(F, s, n) <= peak_to(F, s, s + n) * n)",
        by="n",
        steps=[
            "sum_none(F, s, 0)",
            "sum_one_more(F, s, n)",
            "peak_one_more(F, s + n)",
            "product_next(n - 1, peak_to(F, s, s + n))",
            "times_one(n, peak_to(F, s, s + n))",
            "times_turned(n, peak_to(F, s, s + n))",
            "times_turned(n - 1, peak_to(F, s, s + n))",
            "times_grow(peak_to(F, s, s + n - 1), peak_to(F, s, s + n), n - 1)",
        ],
    ),
    lemma(
        "mean_to_peak(F, s, p)",
        "implies(s < p, mean_of(F, s, p - s) <= peak_to(F, s, p))",
        steps=[
            "sum_to_peak(F, s, p - s)",
            "over_family(sum_of(F, s, p - s), peak_to(F, s, p), p - s)",
        ],
        seen_by="peak_to(F, s, p)",
    ),
    lemma(
        "sum_put(F, s, n, i, x)",
        "sum_of(put(F, i, x), s, n) == sum_of(F, s, n) + (x - F[i] if s <= i < s + n else 0)",
        by="n",
        steps=[
            "sum_none(F, s, n)",
            "sum_none(put(F, i, x), s, n)",
            "sum_one_more(F, s, n)",
            "sum_one_more(put(F, i, x), s, n)",
        ],
        seen_by="sum_of(put(F, i, x), s, n)",
    ),
    lemma(
        "sum_bound(F, s, n)",
        "implies(within(F, s, s + n, 0, 2**26),"
        " 0 <= sum_of(F, s, n) and sum_of(F, s, n) <= (n * 2**26 if n > 0 else 0))",
        by="n",
        steps=["sum_none(F, s, n)", "sum_one_more(F, s, n)", "F[s + n - 1] == F[s + n - 1]"],
    ),
    lemma(
        "sum_alike(F, G, s, n)",
        "implies(all(F[i] == G[i] for i in range(s, s + n)), sum_of(F, s, n) == sum_of(G, s, n))",
        by="n",
        steps=[
            "sum_none(F, s, n)",
            "sum_none(G, s, n)",
            "sum_one_more(F, s, n)",
            "sum_one_more(G, s, n)",
            "F[s + n - 1] == F[s + n - 1]",
        ],
    ),
    lemma(
        "sum_nothing(F, s, n)",
        "implies(all(F[i] == 0 for i in range(s, s + n)), sum_of(F, s, n) == 0)",
        by="n",
        steps=["sum_none(F, s, n)", "sum_one_more(F, s, n)", "F[s + n - 1] == F[s + n - 1]"],
    ),
    lemma(
        "sum_grows(F, s, m, n)",
        "implies(0 <= m <= n and all(0 <= F[i] for i in range(s, s + n)), sum_of(F, s, m) <= sum_of(F, s, n))",
        by="n",
        steps=["sum_none(F, s, n)", "sum_none(F, s, m)", "sum_one_more(F, s, n)", "F[s + n - 1] == F[s + n - 1]"],
    ),
    lemma(
        "sum_least(F, s, n)",
        "implies(n >= 0 and all(LOWEST <= F[i] for i in INTEGERS), LOWEST * n <= sum_of(F, s, n))",
        by="n",
        steps=["sum_none(F, s, n)", "sum_one_more(F, s, n)", "F[s + n - 1] == F[s + n - 1]"],
    ),
    lemma(
        "mean_least(F, s, n)",
        "implies(n >= 1 and all(LOWEST <= F[i] for i in INTEGERS), LOWEST <= mean_of(F, s, n))",
        steps=["sum_least(F, s, n)", "below(sum_of(F, s, n), LOWEST, n)"],
    ),
    lemma(
        "means_least(H, T, F, n)",
        "implies(all(LOWEST <= F[i] for i in INTEGERS)"
        " and all(1 <= H[i] for i in range(UNITS + 1, UNITS + H[TOP] + 1)),"
        " all(LOWEST <= mean_at(H, T, F, i) for i in range(n) if 1 <= T[i] <= H[TOP] if at(T[i])))",
        by="n",
        steps=["mean_least(F, n - 1, H[UNITS + T[n - 1]])", "H[UNITS + T[n - 1]] == H[UNITS + T[n - 1]]"],
    ),
]

WEIGHTS = [
    lemma(
        "reach_positive(T, s, w, n)",
        "reach(T, s, w, n) >= 0",
        by="n",
        steps=["reach_none(T, s, w, n)", "reach_one_more(T, s, w, n)"],
    ),
    lemma(
        "reach_grows(T, s, w, m, n)",
        "implies(0 <= m <= n, reach(T, s, w, m) <= reach(T, s, w, n))",
        by="n",
        steps=["reach_none(T, s, w, n)", "reach_one_more(T, s, w, n)", "reach_none(T, s, w, m)"],
    ),
]

STRIDES = [
    lemma("turn_first(s)", "implies(s >= 1, turn(0, s))", steps=["turn_is(0, s)"], seen_by="turn(0, s)"),
    lemma(
        "turn_next(i, s)",
        "implies(s >= 1 and turn(i, s), turn(i + s, s))",
        steps=["turn_is(i, s)", "turn_is(i + s, s)"],
    ),
    lemma("turn_times(i, s)", "implies(s >= 1, turn(i * s, s))", steps=["turn_is(i * s, s)"]),
    lemma(
        "turn_only(i, j, s)",
        "implies(s >= 1 and turn(i, s) and turn(j, s) and i <= j < i + s, i == j)",
        steps=["turn_is(i, s)", "turn_is(j, s)"],
        seen_by="turn(i, s), turn(j, s)",
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
        "none_twice(K, N, n)",
        "implies(all(K[i] != K[j] or N[i] != N[j] for i in range(n) for j in range(i + 1, n) if at(K[i], K[j])),"
        " all(many(K, N, n, k, v) <= 1 for k in INTEGERS for v in INTEGERS if at(many(K, N, n, k, v))))",
        by="n",
        steps=["many_with_one_more(K, N, n)", "pairs_found(K, N, n - 1)", "K[n - 1] == K[n - 1]"],
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
        " and within(T, a, b, RAW, H[TOP]), tiled(H, T, a, b))",
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
        "implies(bodies_follow(H, S) and only_marked(H, T, S), bodies_follow(H, T))",
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
        "whole_gists(H, T)",
        "implies(whole(H, T), gists_end(H, T) and gists_are_whole(H, T) and bodies_follow(H, T))",
        steps=["whole_is(H, T)"],
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
            "P[k - 1] == P[k - 1]",
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

SEARCHES = [
    lemma(
        "added_nothing(R, H, n)",
        "implies(all(H[j] == 0 for j in range(n)), added_by(R, H, n) == 0)",
        by="n",
        steps=["added_none(R, H, n)", "added_one_more(R, H, n)", "H[n - 1] == H[n - 1]"],
    ),
    lemma(
        "added_alike(R, H, G, n)",
        "implies(all(G[j] == H[j] for j in range(n)), added_by(R, G, n) == added_by(R, H, n))",
        by="n",
        steps=[
            "added_none(R, H, n)",
            "added_none(R, G, n)",
            "added_one_more(R, H, n)",
            "added_one_more(R, G, n)",
            "G[n - 1] == G[n - 1]",
        ],
    ),
    lemma(
        "added_set(R, H, G, i, n)",
        "implies(0 <= i < n and H[i] == 0 and all(G[j] == H[j] or j == i for j in range(n)),"
        " added_by(R, G, n) == added_by(R, H, n) + G[i] * R[i * RUN + DELTA])",
        by="n",
        steps=[
            "added_one_more(R, H, n)",
            "added_one_more(R, G, n)",
            "added_alike(R, H, G, n - 1)",
            "G[n - 1] == G[n - 1]",
        ],
    ),
    lemma(
        "added_up(R, H, G, i, n)",
        "implies(0 <= i < n and G[i] == H[i] + 1 and all(G[j] == H[j] or j == i for j in range(n)),"
        " added_by(R, G, n) == added_by(R, H, n) + R[i * RUN + DELTA])",
        by="n",
        steps=[
            "added_one_more(R, H, n)",
            "added_one_more(R, G, n)",
            "added_alike(R, H, G, n - 1)",
            "product_next(H[i], R[i * RUN + DELTA])",
            "G[n - 1] == G[n - 1]",
        ],
    ),
    lemma("differing_none(R, K, n)", "implies(n <= 0, differing(R, K, n))", steps=["differing_is(R, K, n)"]),
    lemma(
        "differing_kept(R, Q, K, J, N, M, n, m)",
        "implies(differing(Q, J, n) and unchanged(R, Q, K, J, N, M, n, m), differing(R, K, n))",
        steps=["differing_is(Q, J, n)", "differing_is(R, K, n)", "unchanged_is(R, Q, K, J, N, M, n, m)"],
    ),
    lemma(
        "differing_more(R, K, n)",
        "implies(n >= 0 and differing(R, K, n) and run_differs(R, K, n), differing(R, K, n + 1))",
        steps=["differing_is(R, K, n)", "differing_is(R, K, n + 1)", "here(n) == n"],
    ),
    lemma(
        "standing_none(H, T, S, R, K, N, n)",
        "implies(n <= 0, standing(H, T, S, R, K, N, n))",
        steps=["standing_is(H, T, S, R, K, N, n)"],
    ),
    lemma(
        "standing_kept(H, T, S, R, Q, K, J, N, M, n, m)",
        "implies(standing(H, T, S, Q, J, M, n) and unchanged(R, Q, K, J, N, M, n, m), standing(H, T, S, R, K, N, n))",
        steps=[
            "standing_is(H, T, S, Q, J, M, n)",
            "standing_is(H, T, S, R, K, N, n)",
            "unchanged_is(R, Q, K, J, N, M, n, m)",
        ],
    ),
    lemma(
        "standing_more(H, T, S, R, K, N, n)",
        "implies(n >= 0 and standing(H, T, S, R, K, N, n) and run_stands(H, T, S, R, K, N, n),"
        " standing(H, T, S, R, K, N, n + 1))",
        steps=["standing_is(H, T, S, R, K, N, n)", "standing_is(H, T, S, R, K, N, n + 1)", "here(n) == n"],
    ),
    lemma(
        "adding_none(H, T, V, R, K, N, n)",
        "implies(n <= 0, adding(H, T, V, R, K, N, n))",
        steps=["adding_is(H, T, V, R, K, N, n)"],
    ),
    lemma(
        "adding_kept(H, T, V, R, Q, K, J, N, M, n, m)",
        "implies(adding(H, T, V, Q, J, M, n) and unchanged(R, Q, K, J, N, M, n, m), adding(H, T, V, R, K, N, n))",
        steps=[
            "adding_is(H, T, V, Q, J, M, n)",
            "adding_is(H, T, V, R, K, N, n)",
            "unchanged_is(R, Q, K, J, N, M, n, m)",
        ],
    ),
    lemma(
        "adding_more(H, T, V, R, K, N, n)",
        "implies(n >= 0 and adding(H, T, V, R, K, N, n) and run_adds(H, T, V, R, K, N, n),"
        " adding(H, T, V, R, K, N, n + 1))",
        steps=["adding_is(H, T, V, R, K, N, n)", "adding_is(H, T, V, R, K, N, n + 1)", "here(n) == n"],
    ),
    lemma(
        "tokens_under(H, T, U, n)",
        "implies(all(U[j] == T[j] for j in INTEGERS), tokens_in(H, U, 0, n) == tokens_in(H, T, 0, n))",
        by="n",
        steps=[
            "tokens_none(H, U, 0, n)",
            "tokens_none(H, T, 0, n)",
            "tokens_one_more(H, U, 0, n)",
            "tokens_one_more(H, T, 0, n)",
        ],
    ),
    lemma(
        "all_under(H, T, U, n)",
        "implies(all(U[j] == T[j] for j in INTEGERS),"
        " all(tokens_in(H, U, 0, i) == tokens_in(H, T, 0, i) for i in range(n) if at(tokens_in(H, U, 0, i))))",
        by="n",
        steps=["tokens_under(H, T, U, n - 1)"],
    ),
    lemma(
        "adding_alike(H, T, U, V, R, K, N, n)",
        "implies(all(U[j] == T[j] for j in INTEGERS) and adding(H, T, V, R, K, N, n), adding(H, U, V, R, K, N, n))",
        steps=[
            "adding_is(H, T, V, R, K, N, n)",
            "adding_is(H, U, V, R, K, N, n)",
            "all_under(H, T, U, PLACES)",
        ],
    ),
    lemma(
        "paired_none(H, S, V, A, R, K, N, n)",
        "implies(n <= 0, paired(H, S, V, A, R, K, N, n))",
        steps=["paired_is(H, S, V, A, R, K, N, n)"],
    ),
    lemma(
        "paired_kept(H, S, V, A, R, Q, K, J, N, M, n, m, p)",
        "implies(p <= n and paired(H, S, V, A, Q, J, M, p) and unchanged(R, Q, K, J, N, M, n, m),"
        " paired(H, S, V, A, R, K, N, p))",
        steps=[
            "paired_is(H, S, V, A, Q, J, M, p)",
            "paired_is(H, S, V, A, R, K, N, p)",
            "unchanged_is(R, Q, K, J, N, M, n, m)",
        ],
    ),
    lemma(
        "paired_more(H, S, V, A, R, K, N, n)",
        "implies(n >= 0 and paired(H, S, V, A, R, K, N, n) and run_is_of_pair(H, S, V, A, R, K, N, n),"
        " paired(H, S, V, A, R, K, N, n + 1))",
        steps=["paired_is(H, S, V, A, R, K, N, n)", "paired_is(H, S, V, A, R, K, N, n + 1)", "here(n) == n"],
    ),
    lemma(
        "paired_elsewhere(H, S, V, A, R, K, N, n, x)",
        "implies(paired(H, S, V, A, R, K, N, n) and n <= 2 * x + 1"
        " and keep_apart(H, S, V, 0, H[FAMILIES]) and all(0 <= A[y] < H[FAMILIES] for y in range(x + 1))"
        " and all(A[y] != A[z] for y in range(x + 1) for z in range(y + 1, x + 1)),"
        " all(r >= 2 * x or place_of(K[j]) < S[A[x]] or place_of(K[j]) >= S[A[x]] + H[WIDTH + V[A[x]] % LEVELS]"
        " for r in range(n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + R[here(r) * RUN + SIZE])"
        " if at(here(r), K[j])))",
        steps=["paired_is(H, S, V, A, R, K, N, n)", "A[x] == A[x]"],
    ),
    lemma(
        "paired_others(H, S, V, A, R, K, N, n, a, z)",
        "implies(paired(H, S, V, A, R, K, N, n) and n <= 2 * a and keep_apart(H, S, V, 0, H[FAMILIES])"
        " and is_shaped(H) and are_families(H, S, V, z) and all(0 <= A[y] < H[FAMILIES] for y in range(a)),"
        " all(held(A, 0, a, f) or place_of(K[j]) != S[f] for f in range(H[FAMILIES]) for r in range(n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + R[here(r) * RUN + SIZE])"
        " if at(S[f], here(r), K[j])))",
        steps=["paired_is(H, S, V, A, R, K, N, n)", "all(V[f] == V[f] for f in range(H[FAMILIES]) if at(S[f]))"],
    ),
    lemma(
        "paired_inside(H, S, V, A, R, K, N, n, a)",
        "implies(paired(H, S, V, A, R, K, N, n) and n <= 2 * a,"
        " all(inside(H, S, V, A, a, place_of(K[j])) for r in range(n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + R[here(r) * RUN + SIZE])"
        " if at(here(r), K[j])))",
        steps=["paired_is(H, S, V, A, R, K, N, n)", "inside_if(H, S, V, A, a)"],
    ),
    lemma(
        "classed_none(H, T, S, V, Q, A, a, R, K, N, m, n)",
        "implies(n <= m, classed(H, T, S, V, Q, A, a, R, K, N, m, n))",
        steps=["classed_is(H, T, S, V, Q, A, a, R, K, N, m, n)"],
    ),
    lemma(
        "classed_kept(H, T, S, V, G, A, a, R, Q, K, J, N, M, n, m, b)",
        "implies(b >= 0 and classed(H, T, S, V, G, A, a, Q, J, M, b, n) and unchanged(R, Q, K, J, N, M, n, m),"
        " classed(H, T, S, V, G, A, a, R, K, N, b, n))",
        steps=[
            "classed_is(H, T, S, V, G, A, a, Q, J, M, b, n)",
            "classed_is(H, T, S, V, G, A, a, R, K, N, b, n)",
            "unchanged_is(R, Q, K, J, N, M, n, m)",
        ],
    ),
    lemma(
        "classed_more(H, T, S, V, G, A, a, R, K, N, b, n)",
        "implies(b <= n and classed(H, T, S, V, G, A, a, R, K, N, b, n)"
        " and run_is_class(H, T, S, V, G, A, a, R, K, N, n), classed(H, T, S, V, G, A, a, R, K, N, b, n + 1))",
        steps=[
            "classed_is(H, T, S, V, G, A, a, R, K, N, b, n)",
            "classed_is(H, T, S, V, G, A, a, R, K, N, b, n + 1)",
            "here(n) == n",
        ],
    ),
    lemma(
        "classed_under(H, T, S, V, F, G, A, a, R, K, N, b, n)",
        "implies(F[DELTAS] == G[DELTAS] and classed(H, T, S, V, F, A, a, R, K, N, b, n),"
        " classed(H, T, S, V, G, A, a, R, K, N, b, n))",
        steps=[
            "classed_is(H, T, S, V, F, A, a, R, K, N, b, n)",
            "classed_is(H, T, S, V, G, A, a, R, K, N, b, n)",
        ],
    ),
    lemma(
        "classed_others(H, T, S, V, G, A, a, R, K, N, b, n, d)",
        "implies(0 <= b and classed(H, T, S, V, G, A, a, R, K, N, b, n) and standing(H, T, S, R, K, N, n)"
        " and rising(S, 0, H[FAMILIES]) and (n == b or G[DELTAS] > 1)"
        " and all(R[here(r) * RUN + DELTA] != -d for r in range(b, n) if at(here(r))),"
        " all(place_of(K[j]) != S[f] for f in range(H[FAMILIES]) for r in range(b, n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + R[here(r) * RUN + SIZE])"
        " if R[here(r) * RUN + DELTA] < 0 and H[WIDTH + V[f] % LEVELS] - H[UNITS + V[f] % LEVELS] == d"
        " if at(S[f], here(r), K[j])))",
        steps=["classed_is(H, T, S, V, G, A, a, R, K, N, b, n)", "standing_is(H, T, S, R, K, N, n)"],
    ),
    lemma(
        "classed_tags(H, T, S, V, G, A, a, R, K, N, b, n, d)",
        "implies(classed(H, T, S, V, G, A, a, R, K, N, b, n)"
        " and all(R[here(r) * RUN + DELTA] < 0 or R[here(r) * RUN + DELTA] != d for r in range(b, n) if at(here(r))),"
        " all(H[WIDTH + T[place_of(K[j])]] - H[UNITS + T[place_of(K[j])]] != d for r in range(b, n)"
        " for j in range(R[here(r) * RUN + BEGIN], R[here(r) * RUN + BEGIN] + R[here(r) * RUN + SIZE])"
        " if R[here(r) * RUN + DELTA] >= 0 if at(here(r), K[j])))",
        steps=["classed_is(H, T, S, V, G, A, a, R, K, N, b, n)"],
    ),
    lemma(
        "classed_outside(H, T, S, V, G, A, a, R, K, N, m, n)",
        "implies(classed(H, T, S, V, G, A, a, R, K, N, m, n), outside(H, S, V, A, a, R, K, N, m, n))",
        steps=["classed_is(H, T, S, V, G, A, a, R, K, N, m, n)", "outside_is(H, S, V, A, a, R, K, N, m, n)"],
    ),
    lemma(
        "standing_alike(H, T, U, S, R, K, N, n)",
        "implies(all(U[j] == T[j] for j in INTEGERS) and standing(H, T, S, R, K, N, n), standing(H, U, S, R, K, N, n))",
        steps=["standing_is(H, T, S, R, K, N, n)", "standing_is(H, U, S, R, K, N, n)"],
    ),
    lemma(
        "stands_under(H, T, U, p, v)",
        "implies(all(U[j] == T[j] for j in INTEGERS) and stands(H, T, p, v), stands(H, U, p, v))",
        steps=[
            "stands_is(H, T, p, v)",
            "stands_is(H, U, p, v)",
            "tokens_under(H, T, U, p)",
            "row_is(T, p, v % LEVELS - 1, H[WIDTH + v % LEVELS], H[UNITS + v % LEVELS - 1])",
            "row_is(U, p, v % LEVELS - 1, H[WIDTH + v % LEVELS], H[UNITS + v % LEVELS - 1])",
        ],
    ),
    lemma(
        "all_stand_under(H, T, U, S, V, n)",
        "implies(all(U[j] == T[j] for j in INTEGERS) and all_stand(H, T, S, V, n), all_stand(H, U, S, V, n))",
        by="n",
        steps=["stands_under(H, T, U, S[n - 1], V[n - 1])"],
    ),
    lemma(
        "drawn(R, K, N, G, n, C, D, m)",
        "implies(are_collected(R, K, N, G, n, 0, C, D, m), are_drawn(R, K, N, G, n, C, D, m))",
        steps=["many_members(C, D, m, m)"],
    ),
    lemma(
        "drawn_stand(H, T, S, V, R, K, N, G, n, C, D, m)",
        "implies(is_shaped(H) and are_families(H, S, V, H[SLOTS]) and standing(H, T, S, R, K, N, n)"
        " and all(G[r] <= R[r * RUN + SIZE] for r in range(n)) and are_drawn(R, K, N, G, n, C, D, m),"
        " within(C, 0, m, 0, UNBOUNDED + 2**60 - 1) and are_choices(H, T, V, C, D, m) and are_placed(S, C, D, m))",
        steps=["standing_is(H, T, S, R, K, N, n)"],
    ),
    lemma(
        "drawn_noted(H, T, S, V, R, K, N, G, n, C, D, m)",
        "implies(standing(H, T, S, R, K, N, n) and adding(H, T, V, R, K, N, n)"
        " and all(G[r] <= R[r * RUN + SIZE] for r in range(n)) and are_drawn(R, K, N, G, n, C, D, m),"
        " are_noted(H, T, C, D, m))",
        steps=["standing_is(H, T, S, R, K, N, n)", "adding_is(H, T, V, R, K, N, n)"],
    ),
    lemma(
        "drawn_apart(H, T, S, R, K, N, G, n, q, w, C, D, m)",
        "implies(are_runs_of(R, n, q, w) and standing(H, T, S, R, K, N, n) and differing(R, K, n)"
        " and all(G[r] <= R[r * RUN + SIZE] for r in range(n)) and are_collected(R, K, N, G, n, 0, C, D, m),"
        " are_elsewhere(C, m))",
        steps=[
            "standing_is(H, T, S, R, K, N, n)",
            "differing_is(R, K, n)",
            "drawn(R, K, N, G, n, C, D, m)",
            "many_members(C, D, m, m)",
            "twice_if_alike(C, D, m)",
        ],
    ),
    lemma(
        "collected_grows(R, K, N, G, r, i, j, k, v)",
        "implies(r >= 0 and 0 <= i <= j, collected(R, K, N, G, r, i, k, v) <= collected(R, K, N, G, r, j, k, v))",
        by="j",
        steps=["collected_one_more(R, K, N, G, r, j)"],
    ),
    lemma(
        "collected_least(R, K, N, G, r, i, n, k, v)",
        "implies(0 <= r < n and 0 <= i <= G[r] and all(0 <= G[q] for q in range(n)),"
        " collected(R, K, N, G, r, i, k, v) <= collected(R, K, N, G, n, 0, k, v))",
        by="n",
        steps=[
            "collected_next(R, K, N, G, n)",
            "collected_grows(R, K, N, G, r, i, G[r], k, v)",
            "collected_grows(R, K, N, G, n - 1, 0, G[n - 1], k, v)",
        ],
    ),
    lemma(
        "slots_in_first(H, T, V, C, D, m, R, K, N, G)",
        "slots_in(H, T, V, C, D, m, R, K, N, G, 0, 0) == 0",
        by="m",
        steps=[
            "slots_in_none(H, T, V, C, D, m, R, K, N, G, 0, 0)",
            "slots_in_one_more(H, T, V, C, D, m, R, K, N, G, 0, 0)",
        ],
    ),
    lemma(
        "slots_in_all(H, T, V, C, D, m, R, K, N, G, n)",
        "implies(all(collected(R, K, N, G, n, 0, C[x], D[x]) >= 1 for x in range(m) if at(C[x]) if at(D[x])),"
        " slots_in(H, T, V, C, D, m, R, K, N, G, n, 0) == slots_of_choice(H, T, V, C, D, m))",
        by="m",
        steps=[
            "slots_in_none(H, T, V, C, D, m, R, K, N, G, n, 0)",
            "slots_in_one_more(H, T, V, C, D, m, R, K, N, G, n, 0)",
            "chosen_none(H, T, V, C, D, m)",
            "chosen_one_more(H, T, V, C, D, m)",
            "C[m - 1] == C[m - 1]",
        ],
    ),
    lemma(
        "slots_in_next(H, T, V, C, D, m, R, K, N, G, n)",
        "implies(n >= 1, slots_in(H, T, V, C, D, m, R, K, N, G, n, 0)"
        " == slots_in(H, T, V, C, D, m, R, K, N, G, n - 1, G[n - 1]))",
        by="m",
        steps=[
            "slots_in_none(H, T, V, C, D, m, R, K, N, G, n, 0)",
            "slots_in_none(H, T, V, C, D, m, R, K, N, G, n - 1, G[n - 1])",
            "slots_in_one_more(H, T, V, C, D, m, R, K, N, G, n, 0)",
            "slots_in_one_more(H, T, V, C, D, m, R, K, N, G, n - 1, G[n - 1])",
            "collected_next(R, K, N, G, n)",
        ],
    ),
    lemma(
        "slots_in_step(H, T, V, C, D, m, R, K, N, G, n, i, k, v)",
        "implies(n >= 0 and i >= 1 and k == turn_at(R, K, n, i - 1) and v == N[R[n * RUN + BEGIN] + i - 1]"
        " and collected(R, K, N, G, n, i - 1, k, v) == 0 and many(C, D, m, k, v) <= 1,"
        " slots_in(H, T, V, C, D, m, R, K, N, G, n, i) == slots_in(H, T, V, C, D, m, R, K, N, G, n, i - 1)"
        " + (slots_for(H, T, V, k, v) if many(C, D, m, k, v) >= 1 else 0))",
        by="m",
        steps=[
            "slots_in_none(H, T, V, C, D, m, R, K, N, G, n, i)",
            "slots_in_none(H, T, V, C, D, m, R, K, N, G, n, i - 1)",
            "slots_in_one_more(H, T, V, C, D, m, R, K, N, G, n, i)",
            "slots_in_one_more(H, T, V, C, D, m, R, K, N, G, n, i - 1)",
            "collected_one_more(R, K, N, G, n, i)",
            "many_with_one_more(C, D, m)",
        ],
    ),
    lemma(
        "slots_in_run(H, T, V, C, D, m, R, K, N, G, n, i, d)",
        "implies(n >= 0 and i >= 0"
        " and all(many(C, D, m, turn_at(R, K, n, here(x)), N[R[n * RUN + BEGIN] + here(x)]) == 1"
        " and collected(R, K, N, G, n, here(x), turn_at(R, K, n, here(x)), N[R[n * RUN + BEGIN] + here(x)]) == 0"
        " and slots_for(H, T, V, turn_at(R, K, n, here(x)), N[R[n * RUN + BEGIN] + here(x)]) == d"
        " for x in range(i) if at(here(x))),"
        " slots_in(H, T, V, C, D, m, R, K, N, G, n, i) == slots_in(H, T, V, C, D, m, R, K, N, G, n, 0) + i * d)",
        by="i",
        steps=[
            "here(i - 1) == i - 1",
            "slots_in_step(H, T, V, C, D, m, R, K, N, G, n, i, turn_at(R, K, n, i - 1), N[R[n * RUN + BEGIN] + i - 1])",
            "product_next(i - 1, d)",
            "times_nothing(0, d)",
        ],
    ),
    lemma(
        "slots_in_runs(H, T, V, C, D, m, R, K, N, G, n)",
        "implies(n >= 0 and all(0 <= G[r] for r in range(n))"
        " and all(many(C, D, m, turn_at(R, K, here(r), here(x)), N[R[here(r) * RUN + BEGIN] + here(x)]) == 1"
        " and collected(R, K, N, G, here(r), here(x), turn_at(R, K, here(r), here(x)),"
        " N[R[here(r) * RUN + BEGIN] + here(x)]) == 0"
        " and slots_for(H, T, V, turn_at(R, K, here(r), here(x)), N[R[here(r) * RUN + BEGIN] + here(x)])"
        " == R[here(r) * RUN + DELTA]"
        " for r in range(n) for x in range(G[here(r)]) if at(here(r), here(x))),"
        " slots_in(H, T, V, C, D, m, R, K, N, G, n, 0) == added_by(R, G, n))",
        by="n",
        steps=[
            "slots_in_first(H, T, V, C, D, m, R, K, N, G)",
            "added_none(R, G, n)",
            "added_one_more(R, G, n)",
            "slots_in_next(H, T, V, C, D, m, R, K, N, G, n)",
            "here(n - 1) == n - 1",
            "slots_in_run(H, T, V, C, D, m, R, K, N, G, n - 1, G[n - 1], R[(n - 1) * RUN + DELTA])",
        ],
    ),
    lemma(
        "collected_positive(R, K, N, G, r, i, k, v)",
        "implies(r >= 0 and i >= 0 and all(0 <= G[q] for q in range(r)), collected(R, K, N, G, r, i, k, v) >= 0)",
        steps=[
            "collected_grows(R, K, N, G, r, 0, i, k, v)",
            "collected_least(R, K, N, G, 0, 0, r, k, v)",
            "G[0] == G[0]",
        ],
    ),
    lemma(
        "collected_once(H, T, S, R, K, N, G, n, q, w, k, v)",
        "implies(are_runs_of(R, n, q, w) and standing(H, T, S, R, K, N, n) and differing(R, K, n)"
        " and all(G[r] <= R[r * RUN + SIZE] for r in range(n)), collected(R, K, N, G, n, 0, k, v) <= 1)",
        steps=[
            "here(run_with(R, K, N, G, n, k, v)) == run_with(R, K, N, G, n, k, v)",
            "standing_is(H, T, S, R, K, N, n)",
            "differing_is(R, K, n)",
        ],
    ),
    lemma(
        "counted_run(H, T, S, R, K, N, G, n, q, w, r, i)",
        "implies(are_runs_of(R, n, q, w) and standing(H, T, S, R, K, N, n) and differing(R, K, n)"
        " and all(0 <= G[p] for p in range(n)) and all(G[p] <= R[p * RUN + SIZE] for p in range(n))"
        " and 0 <= r < n and 0 <= i <= G[r],"
        " all(collected(R, K, N, G, n, 0, turn_at(R, K, r, here(x)), N[R[r * RUN + BEGIN] + here(x)]) == 1"
        " and collected(R, K, N, G, r, here(x), turn_at(R, K, r, here(x)), N[R[r * RUN + BEGIN] + here(x)]) == 0"
        " for x in range(i) if at(here(x))))",
        by="i",
        steps=[
            "here(i - 1) == i - 1",
            "collected_one_more(R, K, N, G, r, i)",
            "collected_least(R, K, N, G, r, i, n, turn_at(R, K, r, i - 1), N[R[r * RUN + BEGIN] + i - 1])",
            "collected_positive(R, K, N, G, r, i - 1, turn_at(R, K, r, i - 1), N[R[r * RUN + BEGIN] + i - 1])",
            "collected_once(H, T, S, R, K, N, G, n, q, w, turn_at(R, K, r, i - 1), N[R[r * RUN + BEGIN] + i - 1])",
        ],
    ),
    lemma(
        "counted_runs(H, T, S, R, K, N, G, n, q, w, p)",
        "implies(are_runs_of(R, n, q, w) and standing(H, T, S, R, K, N, n) and differing(R, K, n)"
        " and all(0 <= G[r] for r in range(n)) and all(G[r] <= R[r * RUN + SIZE] for r in range(n)) and p <= n,"
        " all(collected(R, K, N, G, n, 0, turn_at(R, K, here(r), here(x)), N[R[here(r) * RUN + BEGIN] + here(x)]) == 1"
        " and collected(R, K, N, G, here(r), here(x), turn_at(R, K, here(r), here(x)),"
        " N[R[here(r) * RUN + BEGIN] + here(x)]) == 0"
        " for r in range(p) for x in range(G[here(r)]) if at(here(r), here(x))))",
        by="p",
        steps=["here(p - 1) == p - 1", "counted_run(H, T, S, R, K, N, G, n, q, w, p - 1, G[p - 1])"],
    ),
    lemma(
        "runs_adding(H, T, S, V, R, K, N, G, n)",
        "implies(standing(H, T, S, R, K, N, n) and adding(H, T, V, R, K, N, n)"
        " and all(G[r] <= R[r * RUN + SIZE] for r in range(n)),"
        " all(slots_for(H, T, V, turn_at(R, K, here(r), here(x)), N[R[here(r) * RUN + BEGIN] + here(x)])"
        " == R[here(r) * RUN + DELTA] for r in range(n) for x in range(G[here(r)]) if at(here(r), here(x))))",
        steps=["standing_is(H, T, S, R, K, N, n)", "adding_is(H, T, V, R, K, N, n)"],
    ),
    lemma(
        "adds_as_many(H, T, S, V, R, K, N, G, n, q, w, C, D, m)",
        "implies(n >= 0 and are_runs_of(R, n, q, w) and standing(H, T, S, R, K, N, n) and differing(R, K, n)"
        " and adding(H, T, V, R, K, N, n) and all(0 <= G[r] for r in range(n))"
        " and all(G[r] <= R[r * RUN + SIZE] for r in range(n)) and are_collected(R, K, N, G, n, 0, C, D, m),"
        " slots_of_choice(H, T, V, C, D, m) == added_by(R, G, n))",
        steps=[
            "counted_runs(H, T, S, R, K, N, G, n, q, w, n)",
            "runs_adding(H, T, S, V, R, K, N, G, n)",
            "many_members(C, D, m, m)",
            "slots_in_all(H, T, V, C, D, m, R, K, N, G, n)",
            "slots_in_runs(H, T, V, C, D, m, R, K, N, G, n)",
        ],
    ),
    lemma(
        "choice_alike(H, T, U, V, C, E, D, F, m)",
        "implies(all(U[j] == T[j] for j in INTEGERS) and all(E[x] == C[x] for x in range(m))"
        " and all(F[x] == D[x] for x in range(m)),"
        " slots_of_choice(H, U, V, E, F, m) == slots_of_choice(H, T, V, C, D, m))",
        by="m",
        steps=[
            "chosen_none(H, T, V, C, D, m)",
            "chosen_none(H, U, V, E, F, m)",
            "chosen_one_more(H, T, V, C, D, m)",
            "chosen_one_more(H, U, V, E, F, m)",
            "E[m - 1] == E[m - 1]",
            "F[m - 1] == F[m - 1]",
        ],
    ),
    lemma(
        "choice_told(H, G, T, V, C, D, m)",
        "implies(H[TOP] < LEVELS and all(H[j] == G[j] for j in range(UNITS, FANOUT)) and are_choices(H, T, V, C, D, m),"
        " slots_of_choice(G, T, V, C, D, m) == slots_of_choice(H, T, V, C, D, m))",
        by="m",
        steps=[
            "chosen_none(H, T, V, C, D, m)",
            "chosen_none(G, T, V, C, D, m)",
            "chosen_one_more(H, T, V, C, D, m)",
            "chosen_one_more(G, T, V, C, D, m)",
            "C[m - 1] == C[m - 1]",
            "D[m - 1] == D[m - 1]",
        ],
    ),
    lemma(
        "listed_at(H, Q, n)",
        "implies(deltas_are_listed(H, Q) and 1 <= n <= H[TOP],"
        " held(Q, DELTA_LIST, DELTA_LIST + Q[DELTAS], H[WIDTH + n] - H[UNITS + n]))",
        steps=["H[WIDTH + n] == H[WIDTH + n]"],
    ),
    lemma(
        "listed_alike(H, G, Q, P)",
        "implies(G[TOP] == H[TOP] and all(G[j] == H[j] for j in range(UNITS, OFFSETS)) and H[TOP] < LEVELS"
        " and P[DELTAS] == Q[DELTAS]"
        " and all(P[j] == Q[j] for j in range(DELTA_LIST, DELTA_LIST + Q[DELTAS]) if at(Q[j]))"
        " and deltas_are_listed(H, Q), deltas_are_listed(G, P))",
    ),
    lemma(
        "drawn_clear(H, T, S, V, A, Q, R, K, N, G, n, C, D, m)",
        "implies(is_shaped(H) and are_families(H, S, V, H[SLOTS]) and keep_apart(H, S, V, 0, H[FAMILIES])"
        " and are_heads(Q, R, G) and are_exclusive(Q, G, 0) and n == Q[RUNS]"
        " and all(0 <= A[x] < H[FAMILIES] for x in range(Q[PAIRS]))"
        " and all(A[x] != A[y] for x in range(Q[PAIRS]) for y in range(x + 1, Q[PAIRS]))"
        " and standing(H, T, S, R, K, N, n) and paired(H, S, V, A, R, K, N, 2 * Q[PAIRS])"
        " and outside(H, S, V, A, Q[PAIRS], R, K, N, 2 * Q[PAIRS], n) and are_drawn(R, K, N, G, n, C, D, m),"
        " pairs_are_clear(H, S, V, A, Q[PAIRS], C, D, m))",
        steps=[
            "standing_is(H, T, S, R, K, N, n)",
            "paired_is(H, S, V, A, R, K, N, 2 * Q[PAIRS])",
            "outside_is(H, S, V, A, Q[PAIRS], R, K, N, 2 * Q[PAIRS], n)",
            "inside_if(H, S, V, A, Q[PAIRS])",
        ],
    ),
    lemma(
        "runs_end(R, n, q)",
        "implies(all(R[here(r) * RUN + BEGIN] + R[here(r) * RUN + SIZE] <= q for r in range(n) if at(here(r))),"
        " all(R[j] + R[j - 1] <= q for j in range(n * RUN) if j % RUN == SIZE if at(R[j], R[j - 1])))",
        by="n",
        steps=["here(n - 1) == n - 1"],
    ),
    lemma(
        "paired_singly(H, S, V, A, R, K, N, a)",
        "implies(paired(H, S, V, A, R, K, N, 2 * a),"
        " all(R[j] >= 1 for j in range(2 * a * RUN) if j % (2 * RUN) == SIZE))",
        by="a",
        steps=[
            "paired_is(H, S, V, A, R, K, N, 2 * a)",
            "paired_is(H, S, V, A, R, K, N, 2 * (a - 1))",
            "here(2 * a - 2) == 2 * a - 2",
        ],
    ),
    lemma(
        "not_placed(C, n, p)",
        "implies(all(C[i] >= UNBOUNDED or place_of(C[i]) != p for i in range(n)), not placed(C, n, p))",
        by="n",
        steps=["placed_one_more(C, n)"],
    ),
    lemma(
        "placed_at(C, n, i)",
        "implies(0 <= i < n and C[i] < UNBOUNDED, placed(C, n, place_of(C[i])))",
        by="n",
        steps=["placed_one_more(C, n)"],
    ),
    lemma(
        "placed_all(C, m, n)",
        "implies(m <= n, all(placed(C, n, place_of(C[i])) for i in range(m) if C[i] < UNBOUNDED))",
        by="m",
        steps=["placed_at(C, n, m - 1)"],
    ),
    lemma(
        "clear_inside(H, S, N, f, C, n)",
        "implies(is_clear(H, S, N, f, C, n),"
        " all(not placed(C, n, p) for p in range(S[f], S[f] + H[WIDTH + N[f] % LEVELS]) if at(placed(C, n, p))))",
        by="n",
        steps=["placed_one_more(C, n)"],
    ),
    lemma(
        "depth_positive(S, n)",
        "all(0 <= depth(S, x) for x in range(n) if at(depth(S, x)))",
        by="n",
        steps=["depth_next(S, n - 1)"],
    ),
    lemma(
        "depth_alike(S, T, n)",
        "implies(all(S[j] == T[j] for j in range(n * STATE))"
        " and all(0 <= S[here(x) * STATE + PARENT] and S[here(x) * STATE + PARENT] < here(x)"
        " for x in range(1, n) if at(here(x))),"
        " all(depth(S, x) == depth(T, x) for x in range(n) if at(depth(S, x))))",
        by="n",
        steps=["depth_next(S, n - 1)", "depth_next(T, n - 1)", "here(n - 1) == n - 1"],
    ),
    lemma(
        "depth_deeper(S, m, n, d)",
        "implies(0 <= m and all(0 <= S[here(x) * STATE + PARENT] and S[here(x) * STATE + PARENT] < m"
        " and depth(S, S[here(x) * STATE + PARENT]) == d for x in range(m, n) if at(here(x))),"
        " m < 1 or are_at(S, m, n, d + 1))",
        by="n",
        steps=["depth_next(S, n - 1)", "here(n - 1) == n - 1"],
    ),
    lemma("led_one(H, R, S, n)", "implies(n <= 1, led(H, R, S, n))", steps=["led_is(H, R, S, n)"]),
    lemma(
        "led_at(H, R, S, n, x)",
        "implies(led(H, R, S, n) and 1 <= x < n,"
        " comes_from(H, R, S, S, x, x, depth(S, x) - 1) and depth(S, x) == depth(S, S[x * STATE + PARENT]) + 1)",
        steps=["led_is(H, R, S, n)", "depth_next(S, x)", "here(x) == x"],
    ),
    lemma(
        "led_by(H, G, R, S, n)",
        "implies(led(H, R, S, n) and H[PAIRS] == G[PAIRS], led(G, R, S, n))",
        steps=["led_is(H, R, S, n)", "led_is(G, R, S, n)"],
    ),
    lemma(
        "led_less(H, R, S, m, n)",
        "implies(led(H, R, S, n) and m <= n, led(H, R, S, m))",
        steps=["led_is(H, R, S, n)", "led_is(H, R, S, m)"],
    ),
    lemma(
        "led_depth(H, R, S, T, n)",
        "implies(led(H, R, S, n) and all(T[j] == S[j] for j in range(n * STATE)),"
        " all(depth(T, x) == depth(S, x) for x in range(n) if at(depth(T, x))))",
        steps=[
            "led_is(H, R, S, n)",
            "depth_alike(T, S, n)",
        ],
    ),
    lemma(
        "led_alike(H, R, S, T, n)",
        "implies(led(H, R, S, n) and all(T[j] == S[j] for j in range(n * STATE)), led(H, R, T, n))",
        steps=["led_is(H, R, S, n)", "led_is(H, R, T, n)", "led_depth(H, R, S, T, n)"],
    ),
    lemma(
        "grown_none(H, R, T, O, a, b, n, d)",
        "implies(b <= a, grown(H, R, T, O, a, b, n, d))",
        steps=["grown_is(H, R, T, O, a, b, n, d)"],
    ),
    lemma(
        "grown_at(H, R, T, O, a, b, n, d, x)",
        "implies(grown(H, R, T, O, a, b, n, d) and a <= x < b, comes_from(H, R, T, O, x, n, d)"
        " and is_outcome(H, T[x * STATE + COUNT], T[x * STATE + NET], T[x * STATE + VALUE]))",
        steps=["grown_is(H, R, T, O, a, b, n, d)", "here(x) == x"],
    ),
    lemma(
        "grown_outcomes(H, R, T, O, a, b, n, d)",
        "implies(grown(H, R, T, O, a, b, n, d), are_outcomes(H, T, a, b))",
        steps=["grown_is(H, R, T, O, a, b, n, d)"],
    ),
    lemma(
        "grown_kept(H, R, S, T, O, a, b, n, d)",
        "implies(grown(H, R, S, O, a, b, n, d) and all(T[j] == S[j] for j in range(a * STATE, b * STATE)),"
        " grown(H, R, T, O, a, b, n, d))",
        steps=["grown_is(H, R, S, O, a, b, n, d)", "grown_is(H, R, T, O, a, b, n, d)"],
    ),
    lemma(
        "grown_less(H, R, T, O, a, b, c, n, d)",
        "implies(grown(H, R, T, O, a, b, n, d) and c <= b, grown(H, R, T, O, a, c, n, d))",
        steps=["grown_is(H, R, T, O, a, b, n, d)", "grown_is(H, R, T, O, a, c, n, d)"],
    ),
    lemma(
        "grown_more(H, R, T, O, a, b, n, d)",
        "implies(grown(H, R, T, O, a, b, n, d) and comes_from(H, R, T, O, b, n, d)"
        " and is_outcome(H, T[b * STATE + COUNT], T[b * STATE + NET], T[b * STATE + VALUE]),"
        " grown(H, R, T, O, a, b + 1, n, d))",
        steps=["grown_is(H, R, T, O, a, b, n, d)", "grown_is(H, R, T, O, a, b + 1, n, d)"],
    ),
    lemma(
        "grown_from(H, R, S, T, a, b, n, d)",
        "implies(grown(H, R, T, S, a, b, n, d) and led(H, R, S, n) and all(T[j] == S[j] for j in range(n * STATE)),"
        " grown(H, R, T, T, a, b, n, d))",
        steps=[
            "grown_is(H, R, T, S, a, b, n, d)",
            "grown_is(H, R, T, T, a, b, n, d)",
            "led_depth(H, R, S, T, n)",
        ],
    ),
    lemma(
        "led_further(H, R, S, T, m, n, d)",
        "implies(m >= 1 and led(H, R, S, m) and all(T[j] == S[j] for j in range(m * STATE))"
        " and grown(H, R, T, S, m, n, m, d), led(H, R, T, n) and are_at(T, m, n, d + 1) and are_outcomes(H, T, m, n))",
        steps=[
            "grown_from(H, R, S, T, m, n, m, d)",
            "grown_is(H, R, T, T, m, n, m, d)",
            "led_alike(H, R, S, T, m)",
            "led_is(H, R, T, m)",
            "led_is(H, R, T, n)",
            "depth_deeper(T, m, n, d)",
        ],
    ),
]

CHOICES = [
    lemma(
        "expand_acts(H, T, p, l, t, a)",
        "implies(is_shaped(H) and spans_are_told(H) and whole(H, T) and within(T, 0, H[SLOTS], RAW, H[TOP])"
        " and aligned(H, T, H[SLOTS]) and 0 <= p < H[SLOTS] and T[p] == l and 1 <= l <= H[TOP] and 0 <= t < 2**49"
        " and t == H[FIRST] + tokens_in(H, T, 0, p) and a == node_of(l, t) * 2 + EXPAND,"
        " before(H, a) == H[UNITS + l] and p + H[UNITS + l] <= H[SLOTS] and has_tokens(H, T, a, p)"
        " and (p + H[UNITS + l] == H[SLOTS] or T[p + H[UNITS + l]] >= 0)"
        " and all(T[j] < 0 for j in range(p + 1, p + H[UNITS + l])))",
        steps=[
            "expand_parts(a, l, t)",
            "whole_is(H, T)",
            "aligned_is(H, T, H[SLOTS])",
            "T[p] == T[p] and H[UNITS + l] == H[UNITS + l]",
            "gist_spans(H, T, p, l)",
            "a // 2 == node_of(l, t) or not (a == node_of(l, t) * 2 + EXPAND)",
            "node_of(l, t) // LEVELS == t and node_of(l, t) % LEVELS == l or not (1 <= l and l < LEVELS)",
        ],
    ),
    lemma(
        "collapse_acts(H, T, p, v, a)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and multiplied(H) and whole(H, T)"
        " and within(T, 0, H[SLOTS], RAW, H[TOP]) and stands(H, T, p, v) and 1 <= v % LEVELS <= H[TOP] and 0 <= p"
        " and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and a == v * 2 + COLLAPSE,"
        " before(H, a) == H[WIDTH + v % LEVELS] and has_tokens(H, T, a, p) and T[p] >= 0"
        " and (p + H[WIDTH + v % LEVELS] == H[SLOTS] or T[p + H[WIDTH + v % LEVELS]] >= 0))",
        steps=[
            "collapse_parts(a, v)",
            "family_whole(H, T, p, v)",
            "end_told(H, T, p, v)",
            "stands_is(H, T, p, v)",
            "turn_first(H[UNITS + v % LEVELS - 1])",
            "a // 2 == v or not (a == v * 2 + COLLAPSE)",
            "H[WIDTH + v % LEVELS] == H[WIDTH + v % LEVELS] and H[UNITS + v % LEVELS - 1] == H[UNITS + v % LEVELS - 1]",
            "turn(p - p, H[UNITS + v % LEVELS - 1]) == turn(0, H[UNITS + v % LEVELS - 1])",
            "T[p] == T[p]",
        ],
    ),
    lemma(
        "choice_acts(H, T, S, V, C, D, A, P, m)",
        "implies(is_choice(H, T, S, V, C, D, m) and are_actions_of(T, V, C, D, A, P, m),"
        " ends_lie(H, T, A, P, m) and slots_of_choice(H, T, V, C, D, m) == shifted(H, A, m)"
        " and all(T[P[i]] >= 0 and P[i] >= 0 and P[i] + before(H, A[i]) <= H[SLOTS]"
        " and before(H, A[i]) == (H[WIDTH + V[D[i]] % LEVELS] if C[i] >= UNBOUNDED else H[UNITS + T[place_of(C[i])]])"
        " and (C[i] >= UNBOUNDED or all(T[j] < 0 for j in range(P[i] + 1, P[i] + before(H, A[i]))))"
        " for i in range(m) if at(P[i]) if at(C[i])))",
        by="m",
        steps=[
            "ends_none(H, T, A, P)",
            "ends_lie_is(H, T, A, P, m)",
            "chosen_none(H, T, V, C, D, m)",
            "shift_none(H, A, m)",
            "chosen_one_more(H, T, V, C, D, m)",
            "shift_one_more(H, A, m)",
            "ends_next(H, T, A, P, m - 1)",
            "C[m - 1] == C[m - 1] and D[m - 1] == D[m - 1] and A[m - 1] == A[m - 1] and P[m - 1] == P[m - 1]",
            "S[D[m - 1]] == S[D[m - 1]] and V[D[m - 1]] == V[D[m - 1]]",
            "expand_acts(H, T, P[m - 1], T[P[m - 1]], D[m - 1], A[m - 1])",
            "expand_parts(A[m - 1], T[P[m - 1]], D[m - 1])",
            "collapse_parts(A[m - 1], V[D[m - 1]])",
            "collapse_acts(H, T, P[m - 1], V[D[m - 1]], A[m - 1])",
        ],
    ),
    lemma(
        "choice_apart(H, T, S, V, C, D, A, P, m)",
        "implies(is_choice(H, T, S, V, C, D, m) and are_actions_of(T, V, C, D, A, P, m) and are_elsewhere(C, m)"
        " and are_clear(H, S, V, C, D, m, m), are_apart(H, A, P, m) and stand_clear(H, S, A, P, m))",
        steps=["choice_acts(H, T, S, V, C, D, A, P, m)", "all_begin(H, T, S, V, H[FAMILIES])"],
    ),
]

REGIONS = [
    lemma(
        "begin_kept(H, T, A, B, n, m)",
        "implies(begin_blocks(H, T, A, n) and all(listed(A, n, B[here(x) * START + SLOT]) for x in range(m)"
        " if at(here(x))), begin_blocks(H, T, B, m))",
    ),
    lemma(
        "key_moved(k, p)",
        "implies(0 <= p and place_of(k) + p < PLACES, place_of(k - p) == place_of(k) + p"
        " and (k - p >= UNBOUNDED) == (k >= UNBOUNDED) and (k - p >= 0) == (k >= 0))",
        seen_by="place_of(k - p)",
    ),
    lemma(
        "choice_moved(H, T, S, V, G, U, E, M, C, D, P, Q, m, p, g)",
        "implies(is_moved(H, T, S, V, G, U, E, M, p, g) and are_choices(G, U, M, C, D, m)"
        " and within(C, 0, m, 0, UNBOUNDED + 2**60 - 1)"
        " and all(P[i] == C[i] - p and Q[i] == D[i] + (g if C[i] >= UNBOUNDED else 0) for i in range(m)),"
        " within(P, 0, m, 0, UNBOUNDED + 2**60 - 1) and are_choices(H, T, V, P, Q, m)"
        " and slots_of_choice(H, T, V, P, Q, m) == slots_of_choice(G, U, M, C, D, m)"
        " and all(place_of(P[i]) == place_of(C[i]) + p and (P[i] >= UNBOUNDED) == (C[i] >= UNBOUNDED)"
        " for i in range(m) if at(P[i])))",
        by="m",
        steps=[
            "chosen_none(H, T, V, P, Q, m)",
            "chosen_none(G, U, M, C, D, m)",
            "chosen_one_more(H, T, V, P, Q, m)",
            "chosen_one_more(G, U, M, C, D, m)",
            "P[m - 1] == P[m - 1] and Q[m - 1] == Q[m - 1] and C[m - 1] == C[m - 1] and D[m - 1] == D[m - 1]",
            "key_moved(C[m - 1], p)",
            "M[D[m - 1]] == M[D[m - 1]] and U[place_of(C[m - 1])] == U[place_of(C[m - 1])]",
            "G[WIDTH + M[D[m - 1]] % LEVELS] == G[WIDTH + M[D[m - 1]] % LEVELS]",
            "G[UNITS + M[D[m - 1]] % LEVELS] == G[UNITS + M[D[m - 1]] % LEVELS]",
            "G[WIDTH + U[place_of(C[m - 1])]] == G[WIDTH + U[place_of(C[m - 1])]]",
            "G[UNITS + U[place_of(C[m - 1])]] == G[UNITS + U[place_of(C[m - 1])]]",
        ],
    ),
    lemma(
        "placed_moved(H, T, S, V, G, U, E, M, C, D, P, Q, m, p, g)",
        "implies(is_moved(H, T, S, V, G, U, E, M, p, g) and are_choices(G, U, M, C, D, m)"
        " and within(C, 0, m, 0, UNBOUNDED + 2**60 - 1)"
        " and all(P[i] == C[i] - p and Q[i] == D[i] + (g if C[i] >= UNBOUNDED else 0) for i in range(m))"
        " and are_placed(E, C, D, m), are_placed(S, P, Q, m))",
        by="m",
        steps=[
            "P[m - 1] == P[m - 1] and Q[m - 1] == Q[m - 1] and C[m - 1] == C[m - 1] and D[m - 1] == D[m - 1]",
            "key_moved(C[m - 1], p)",
            "E[D[m - 1]] == E[D[m - 1]]",
        ],
    ),
    lemma(
        "clear_moved(H, T, S, V, G, U, E, M, C, D, P, Q, m, p, g, n)",
        "implies(is_moved(H, T, S, V, G, U, E, M, p, g) and are_choices(G, U, M, C, D, m) and n <= m"
        " and within(C, 0, m, 0, UNBOUNDED + 2**60 - 1)"
        " and all(P[i] == C[i] - p and Q[i] == D[i] + (g if C[i] >= UNBOUNDED else 0) for i in range(m))"
        " and are_clear(G, E, M, C, D, m, n), are_clear(H, S, V, P, Q, m, n))",
        by="n",
        steps=[
            "P[n - 1] == P[n - 1] and Q[n - 1] == Q[n - 1] and C[n - 1] == C[n - 1] and D[n - 1] == D[n - 1]",
            "key_moved(C[n - 1], p)",
            "E[D[n - 1]] == E[D[n - 1]] and M[D[n - 1]] == M[D[n - 1]]",
            "G[WIDTH + M[D[n - 1]] % LEVELS] == G[WIDTH + M[D[n - 1]] % LEVELS]",
            "implies(is_moved(H, T, S, V, G, U, E, M, p, g) and are_choices(G, U, M, C, D, m)"
            " and within(C, 0, m, 0, UNBOUNDED + 2**60 - 1)"
            " and all(P[i] == C[i] - p and Q[i] == D[i] + (g if C[i] >= UNBOUNDED else 0) for i in range(m)),"
            " all(place_of(C[i] - p) == place_of(C[i]) + p and place_of(P[i]) == place_of(C[i]) + p"
            " and (P[i] >= UNBOUNDED) == (C[i] >= UNBOUNDED) for i in range(m) if at(P[i])))",
        ],
    ),
    lemma(
        "mass_at(R, n, r)",
        "implies(masses_fit(R, n) and 0 <= r < n, 0 <= R[r * REGION + DEMAND] and 0 <= R[r * REGION + MASS]"
        " and R[r * REGION + DEMAND] <= (R[r * REGION + REGION + SLOT] - R[r * REGION + SLOT]) * 2**31"
        " and R[r * REGION + MASS] <= (R[r * REGION + REGION + SLOT] - R[r * REGION + SLOT]"
        " + R[r * REGION + REGION + FAMILY] - R[r * REGION + FAMILY]) * 2**31)",
        steps=["masses_fit_is(R, n)", "here(r) == r"],
    ),
    lemma(
        "region_at(H, T, S, R, n, r)",
        "implies(regions_lie(H, T, S, R, n) and 0 <= r < n,"
        " begins_region(H, T, S, R[r * REGION + SLOT], R[r * REGION + FAMILY])"
        " and R[r * REGION + TOKEN] == H[FIRST] + tokens_in(H, T, 0, R[r * REGION + SLOT])"
        " and (r == n - 1 or (R[r * REGION + SLOT] < R[r * REGION + REGION + SLOT]"
        " and R[r * REGION + FAMILY] <= R[r * REGION + REGION + FAMILY]"
        " and begins_region(H, T, S, R[r * REGION + REGION + SLOT], R[r * REGION + REGION + FAMILY]))))",
        steps=["regions_lie_is(H, T, S, R, n)", "here(r) == r", "here(r + 1) == r + 1"],
    ),
    lemma(
        "turn_finest(H, x, l, n)",
        "implies(is_shaped(H) and spans_multiply(H) and 0 <= l <= n <= H[TOP] and turn(x, H[SPAN + n]),"
        " turn(x, H[SPAN + l]))",
        by="n",
        steps=[
            "spans_multiply_at(H, n)",
            "turn_finer(x, H[FANOUT + n], H[SPAN + n - 1])",
            "l == n or n < 1 or H[SPAN + n - 1] >= 1 and H[FANOUT + n] >= 1 or not is_shaped(H) or n > H[TOP]",
        ],
    ),
    lemma(
        "ends_before(H, T, p, v, b)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and multiplied(H) and whole(H, T)"
        " and within(T, 0, H[SLOTS], RAW, H[TOP]) and stands(H, T, p, v) and 1 <= v % LEVELS <= H[TOP]"
        " and 0 <= p and p + H[WIDTH + v % LEVELS] <= H[SLOTS] and p < b and is_border(H, T, b),"
        " p + H[WIDTH + v % LEVELS] <= b)",
        steps=[
            "end_told(H, T, p, v)",
            "stands_is(H, T, p, v)",
            "turn_finest(H, H[FIRST] + tokens_in(H, T, 0, b), v % LEVELS, H[TOP])",
            "H[WIDTH + v % LEVELS] == H[WIDTH + v % LEVELS] and H[SPAN + v % LEVELS] == H[SPAN + v % LEVELS]",
            "family_whole(H, T, p, v)",
            "tokens_up_to(H, T, p + H[WIDTH + v % LEVELS])",
            "tokens_up_to(H, T, b)",
            "tokens_in(H, T, 0, b) == tokens_in(H, T, 0, b) and tokens_in(H, T, 0, p) == tokens_in(H, T, 0, p)",
            "turn_only(H[FIRST] + tokens_in(H, T, 0, p), H[FIRST] + tokens_in(H, T, 0, b), H[SPAN + v % LEVELS])",
        ],
    ),
    lemma(
        "all_end_before(H, T, F, N, m, b)",
        "implies(is_shaped(H) and spans_are_told(H) and spans_multiply(H) and multiplied(H) and whole(H, T)"
        " and within(T, 0, H[SLOTS], RAW, H[TOP]) and all_stand(H, T, F, N, m)"
        " and lie_between(H, F, N, 0, m, 0, H[SLOTS]) and is_border(H, T, b),"
        " all(F[f] + H[WIDTH + N[f] % LEVELS] <= b for f in range(m) if F[f] < b if at(F[f])))",
        by="m",
        steps=[
            "F[m - 1] == F[m - 1]",
            "N[m - 1] == N[m - 1]",
            "ends_before(H, T, F[m - 1], N[m - 1], b)",
        ],
    ),
]

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
]
"""The coarsest tiling, and what is made of it."""

PARTS = (
    *(DEFINITIONS, MEANS, MEMBERS, ARITHMETIC, PACKING, SUMS, WEIGHTS, STRIDES, HEAPS, ORDERED),
    *(ACTIONS, TAKEN, BEGUN, MARKS, TOKENS, TILES, WHOLE, SPLICES, ROWS, MOVED),
    *(STANDING, CLEAR, ALIGNED, HAD, TOLD, FAMILIES, SEARCHES, CHOICES, REGIONS, ENDS, COARSE),
)

LEMMAS = {one.name: one for part in PARTS for one in part}
