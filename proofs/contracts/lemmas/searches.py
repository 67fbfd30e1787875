"""Of runs, choices and regions."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

SEARCHES = [
    lemma(
        "rank_at(R, K, n, r, i)",
        "implies(are_ranks(R, K, n) and 0 <= r < n and 0 <= i < R[r * RUN + SIZE],"
        " -(2**60) <= K[R[r * RUN + BEGIN] + i] < 2**60)",
        steps=["ranks_are(R, K, n)", "here(r) == r"],
    ),
    lemma(
        "candidates_rank(H, R, K, N, n)",
        "implies(are_candidates(H, R, K, N, 0, n), are_ranks(R, K, n))",
        steps=["ranks_are(R, K, n)"],
    ),
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
        "deltas_within(Q, P, b)",
        "implies(P[DELTAS] == Q[DELTAS] and Q[DELTAS] <= LEVELS"
        " and all(P[j] == Q[j] for j in range(DELTA_LIST, DELTA_LIST + LEVELS))"
        " and within(Q, DELTA_LIST, DELTA_LIST + Q[DELTAS], 1, b),"
        " within(P, DELTA_LIST, DELTA_LIST + P[DELTAS], 1, b))",
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
    lemma(
        "choice_aligned(H, T, S, V, C, D, A, P, m)",
        "implies(is_choice(H, T, S, V, C, D, m) and are_actions_of(T, V, C, D, A, P, m), actions_are_aligned(H, A, m))",
        by="m",
        steps=[
            "aligned_is(H, T, H[SLOTS])",
            "C[m - 1] == C[m - 1] and D[m - 1] == D[m - 1] and A[m - 1] == A[m - 1] and P[m - 1] == P[m - 1]",
            "S[D[m - 1]] == S[D[m - 1]] and V[D[m - 1]] == V[D[m - 1]]",
            "expand_parts(A[m - 1], T[P[m - 1]], D[m - 1])",
            "collapse_parts(A[m - 1], V[D[m - 1]])",
            "stands_is(H, T, P[m - 1], V[D[m - 1]])",
        ],
    ),
]

JOINED = [
    lemma(
        "among_nothing(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "implies(m <= 0 and k <= 0, slots_among(H, T, V, C, D, n, Q, B, m, P, E, k) == 0)",
        by="n",
        steps=[
            "among_none(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_one_more(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "many_positive(C, D, n - 1, C[n - 1], D[n - 1])",
        ],
    ),
    lemma(
        "among_turned(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "slots_among(H, T, V, C, D, n, Q, B, m, P, E, k) == slots_among(H, T, V, C, D, n, P, E, k, Q, B, m)",
        by="n",
        steps=[
            "among_none(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_none(H, T, V, C, D, n, P, E, k, Q, B, m)",
            "among_one_more(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_one_more(H, T, V, C, D, n, P, E, k, Q, B, m)",
        ],
    ),
    lemma(
        "among_next(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "implies(m >= 1, slots_among(H, T, V, C, D, n, Q, B, m, P, E, k)"
        " == slots_among(H, T, V, C, D, n, Q, B, m - 1, P, E, k) + (slots_for(H, T, V, Q[m - 1], B[m - 1])"
        " if many(C, D, n, Q[m - 1], B[m - 1])"
        " > many(Q, B, m - 1, Q[m - 1], B[m - 1]) + many(P, E, k, Q[m - 1], B[m - 1]) else 0))",
        by="n",
        steps=[
            "among_none(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_none(H, T, V, C, D, n, Q, B, m - 1, P, E, k)",
            "among_one_more(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_one_more(H, T, V, C, D, n, Q, B, m - 1, P, E, k)",
            "many_one_more(Q, B, m, C[n - 1], D[n - 1])",
            "many_one_more(C, D, n, Q[m - 1], B[m - 1])",
        ],
    ),
    lemma(
        "among_whole(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "implies(all(many(C, D, n, x, y) <= many(Q, B, m, x, y) + many(P, E, k, x, y)"
        " for x in INTEGERS for y in INTEGERS if at(many(C, D, n, x, y))),"
        " slots_among(H, T, V, C, D, n, Q, B, m, P, E, k) == slots_of_choice(H, T, V, C, D, n))",
        by="n",
        steps=[
            "among_none(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_one_more(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "chosen_none(H, T, V, C, D, n)",
            "chosen_one_more(H, T, V, C, D, n)",
            "many_with_one_more(C, D, n)",
            "many_one_more(C, D, n, C[n - 1], D[n - 1])",
            "all(many(C, D, n - 1, x, y) <= many(C, D, n, x, y) for x in INTEGERS for y in INTEGERS"
            " if at(many(C, D, n - 1, x, y)))",
        ],
    ),
    lemma(
        "among_first(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "implies(k <= 0 and all(many(Q, B, m, x, y) <= many(C, D, n, x, y)"
        " for x in INTEGERS for y in INTEGERS if at(many(Q, B, m, x, y))),"
        " slots_among(H, T, V, C, D, n, Q, B, m, P, E, k) == slots_of_choice(H, T, V, Q, B, m))",
        by="m",
        steps=[
            "among_nothing(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_next(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "chosen_none(H, T, V, Q, B, m)",
            "chosen_one_more(H, T, V, Q, B, m)",
            "many_one_more(Q, B, m, Q[m - 1], B[m - 1])",
            "many_with_one_more(Q, B, m)",
            "all(many(Q, B, m - 1, x, y) <= many(Q, B, m, x, y) for x in INTEGERS for y in INTEGERS"
            " if at(many(Q, B, m - 1, x, y)))",
        ],
    ),
    lemma(
        "among_both(H, T, V, C, D, n, Q, B, m, P, E, k)",
        "implies(all(many(Q, B, m, x, y) + many(P, E, k, x, y) <= many(C, D, n, x, y)"
        " for x in INTEGERS for y in INTEGERS if at(many(P, E, k, x, y)) if at(many(Q, B, m, x, y))),"
        " slots_among(H, T, V, C, D, n, Q, B, m, P, E, k)"
        " == slots_of_choice(H, T, V, Q, B, m) + slots_of_choice(H, T, V, P, E, k))",
        by="k",
        steps=[
            "among_first(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_turned(H, T, V, C, D, n, Q, B, m, P, E, k)",
            "among_turned(H, T, V, C, D, n, Q, B, m, P, E, k - 1)",
            "among_next(H, T, V, C, D, n, P, E, k, Q, B, m)",
            "chosen_none(H, T, V, P, E, k)",
            "chosen_one_more(H, T, V, P, E, k)",
            "many_one_more(P, E, k, P[k - 1], E[k - 1])",
            "many_with_one_more(P, E, k)",
            "all(many(P, E, k - 1, x, y) <= many(P, E, k, x, y) for x in INTEGERS for y in INTEGERS"
            " if at(many(P, E, k - 1, x, y)))",
        ],
    ),
    lemma(
        "slots_joined(H, T, V, P, Q, n, A, B, a, C, D, c)",
        "implies(are_joined(P, Q, n, A, B, a, C, D, c), slots_of_choice(H, T, V, P, Q, n)"
        " == slots_of_choice(H, T, V, A, B, a) + slots_of_choice(H, T, V, C, D, c))",
        steps=[
            "among_whole(H, T, V, P, Q, n, A, B, a, C, D, c)",
            "among_both(H, T, V, P, Q, n, A, B, a, C, D, c)",
        ],
    ),
    lemma(
        "choices_joined(H, T, S, V, P, Q, n, A, B, a, C, D, c)",
        "implies(are_joined(P, Q, n, A, B, a, C, D, c)"
        " and within(A, 0, a, 0, UNBOUNDED + 2**60 - 1) and within(C, 0, c, 0, UNBOUNDED + 2**60 - 1)"
        " and are_choices(H, T, V, A, B, a) and are_choices(H, T, V, C, D, c)"
        " and are_placed(S, A, B, a) and are_placed(S, C, D, c)"
        " and are_noted(H, T, A, B, a) and are_noted(H, T, C, D, c),"
        " within(P, 0, n, 0, UNBOUNDED + 2**60 - 1) and are_choices(H, T, V, P, Q, n) and are_placed(S, P, Q, n)"
        " and are_noted(H, T, P, Q, n))",
        steps=["many_members(P, Q, n, n)", "pairs_found(A, B, a)", "pairs_found(C, D, c)"],
    ),
    lemma(
        "places_joined(P, Q, n, A, B, a, C, D, c, p, z)",
        "implies(are_joined(P, Q, n, A, B, a, C, D, c) and p <= z"
        " and all(place_of(A[i]) < p for i in range(a) if at(A[i]))"
        " and all(place_of(C[i]) < z for i in range(c) if at(C[i])),"
        " all(place_of(P[i]) < z for i in range(n) if at(P[i])))",
        steps=["many_members(P, Q, n, n)", "pairs_found(A, B, a)", "pairs_found(C, D, c)"],
    ),
    lemma(
        "elsewhere_joined(P, Q, n, A, B, a, C, D, c, p)",
        "implies(are_joined(P, Q, n, A, B, a, C, D, c) and are_elsewhere(A, a) and are_elsewhere(C, c)"
        " and all(place_of(A[i]) < p for i in range(a) if at(A[i]))"
        " and all(p <= place_of(C[i]) for i in range(c) if at(C[i])), are_elsewhere(P, n))",
        steps=[
            "many_members(P, Q, n, n)",
            "twice_if_alike(P, Q, n)",
            "none_twice(A, B, a)",
            "none_twice(C, D, c)",
            "pairs_found(A, B, a)",
            "pairs_found(C, D, c)",
        ],
    ),
    lemma(
        "clear_joined(H, T, S, V, P, Q, n, A, B, a, C, D, c, p)",
        "implies(are_joined(P, Q, n, A, B, a, C, D, c)"
        " and are_choices(H, T, V, A, B, a) and are_choices(H, T, V, C, D, c)"
        " and are_placed(S, A, B, a) and are_placed(S, C, D, c)"
        " and are_clear(H, S, V, A, B, a, a) and are_clear(H, S, V, C, D, c, c)"
        " and all(S[f] + H[WIDTH + V[f] % LEVELS] <= p for f in range(H[FAMILIES]) if S[f] < p if at(S[f]))"
        " and all(place_of(A[i]) < p for i in range(a) if at(A[i]))"
        " and all(p <= place_of(C[i]) for i in range(c) if at(C[i])), are_clear(H, S, V, P, Q, n, n))",
        steps=["many_members(P, Q, n, n)", "pairs_found(A, B, a)", "pairs_found(C, D, c)"],
    ),
]

SORTED = [
    lemma(
        "choice_keyed(H, T, S, V, C, P, D, m)",
        "implies(keep_their_kind(P, C, m) and are_choices(H, T, V, C, D, m) and are_placed(S, C, D, m)"
        " and are_elsewhere(C, m) and are_noted(H, T, C, D, m) and are_clear(H, S, V, C, D, m, m),"
        " are_choices(H, T, V, P, D, m) and are_placed(S, P, D, m) and are_elsewhere(P, m)"
        " and are_noted(H, T, P, D, m) and are_clear(H, S, V, P, D, m, m))",
    ),
    lemma(
        "slots_keyed(H, T, V, C, P, D, m)",
        "implies(keep_their_kind(P, C, m), slots_of_choice(H, T, V, P, D, m) == slots_of_choice(H, T, V, C, D, m))",
        by="m",
        steps=[
            "chosen_none(H, T, V, C, D, m)",
            "chosen_none(H, T, V, P, D, m)",
            "chosen_one_more(H, T, V, C, D, m)",
            "chosen_one_more(H, T, V, P, D, m)",
            "P[m - 1] == P[m - 1]",
        ],
    ),
    lemma(
        "choice_sorted(H, T, S, V, C, D, P, Q, n)",
        "implies(same_pairs(P, Q, C, D, n) and within(C, 0, n, 0, UNBOUNDED + 2**60 - 1)"
        " and are_choices(H, T, V, C, D, n) and are_placed(S, C, D, n) and are_elsewhere(C, n)"
        " and are_noted(H, T, C, D, n) and are_clear(H, S, V, C, D, n, n),"
        " within(P, 0, n, 0, UNBOUNDED + 2**60 - 1) and are_choices(H, T, V, P, Q, n) and are_placed(S, P, Q, n)"
        " and are_elsewhere(P, n) and are_noted(H, T, P, Q, n) and are_clear(H, S, V, P, Q, n, n))",
        steps=[
            "many_members(P, Q, n, n)",
            "twice_if_alike(P, Q, n)",
            "none_twice(C, D, n)",
            "pairs_found(C, D, n)",
        ],
    ),
    lemma(
        "slots_sorted(H, T, V, C, D, P, Q, n)",
        "implies(same_pairs(P, Q, C, D, n), slots_of_choice(H, T, V, P, Q, n) == slots_of_choice(H, T, V, C, D, n))",
        steps=["slots_joined(H, T, V, P, Q, n, C, D, n, C, D, 0)", "chosen_none(H, T, V, C, D, 0)"],
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
        "border_at(H, T, s, t)",
        "implies(is_shaped(H) and spans_multiply(H) and aligned(H, T, H[SLOTS]) and 0 <= s < H[SLOTS]"
        " and 0 <= T[s] <= H[TOP] and turn(t, H[SPAN + H[TOP]]) and H[FIRST] + tokens_in(H, T, 0, s) <= t"
        " and t < H[FIRST] + tokens_in(H, T, 0, s + 1),"
        " t == H[FIRST] + tokens_in(H, T, 0, s) and is_border(H, T, s))",
        steps=[
            "T[s] == T[s] and H[SPAN + T[s]] == H[SPAN + T[s]]",
            "aligned_is(H, T, H[SLOTS])",
            "tokens_one_more(H, T, 0, s + 1)",
            "turn_finest(H, t, T[s], H[TOP])",
            "turn_only(H[FIRST] + tokens_in(H, T, 0, s), t, H[SPAN + T[s]])",
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
