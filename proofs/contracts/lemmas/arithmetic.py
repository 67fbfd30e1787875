"""Of numbers, sums and what is packed into keys."""

from __future__ import annotations

from focalloc.proofs.contracts.form import lemma

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
        "sum_at_most(F, s, n, x)",
        "implies(n >= 0 and all(F[i] <= x for i in range(s, s + n)), sum_of(F, s, n) <= x * n)",
        by="n",
        steps=[
            "sum_none(F, s, n)",
            "sum_one_more(F, s, n)",
            "F[s + n - 1] == F[s + n - 1]",
            "times_turned(n, x)",
            "times_turned(n - 1, x)",
            "product_next(n - 1, x)",
        ],
    ),
    lemma(
        "mean_at_most(F, s, n, x)",
        "implies(n >= 1 and all(F[i] <= x for i in range(s, s + n)), mean_of(F, s, n) <= x)",
        steps=["sum_at_most(F, s, n, x)", "over_family(sum_of(F, s, n), x, n)"],
    ),
    lemma(
        "means_near(H, T, F, s, n, w, x)",
        "implies(0 <= s and n >= 0 and w >= 0 and all(F[i] <= x for i in range(s, s + n + w))"
        " and all(1 <= H[i] and H[i] <= w + 1 for i in range(UNITS + 1, UNITS + H[TOP] + 1)),"
        " all(mean_at(H, T, F, i) <= x for i in range(s, s + n) if 1 <= T[i] and T[i] <= H[TOP] if at(T[i])))",
        by="n",
        steps=[
            "mean_at_most(F, s + n - 1, H[UNITS + T[s + n - 1]], x)",
            "H[UNITS + T[s + n - 1]] == H[UNITS + T[s + n - 1]]",
        ],
    ),
    lemma(
        "means_within(H, T, F, s, n, e, x)",
        "implies(0 <= s and n >= 0 and s + n <= H[SLOTS] and is_shaped(H) and gists_go_on(H, T)"
        " and all(i + H[UNITS + T[i]] <= e for i in range(s, s + n) if 1 <= T[i] and T[i] <= H[TOP] if at(T[i]))"
        " and all(F[i] <= x for i in range(s, e) if T[i] != 0 and T[i] != RAW),"
        " all(mean_at(H, T, F, i) <= x for i in range(s, s + n) if 1 <= T[i] and T[i] <= H[TOP] if at(T[i])))",
        by="n",
        steps=[
            "gists_go_on_is(H, T)",
            "H[UNITS + T[s + n - 1]] == H[UNITS + T[s + n - 1]]",
            "implies(n >= 1 and 0 <= s and s + n <= H[SLOTS] and is_shaped(H) and gists_go_on(H, T)"
            " and s + n - 1 + H[UNITS + T[s + n - 1]] <= e"
            " and all(F[i] <= x for i in range(s, e) if T[i] != 0 and T[i] != RAW)"
            " and 1 <= T[s + n - 1] and T[s + n - 1] <= H[TOP],"
            " all(F[i] <= x for i in range(s + n - 1, s + n - 1 + H[UNITS + T[s + n - 1]])))",
            "mean_at_most(F, s + n - 1, H[UNITS + T[s + n - 1]], x)",
        ],
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
        "sum_narrow(F, s, n)",
        "implies(n >= 0 and within(F, s, s + n, -LIMIT, LIMIT - 1),"
        " -LIMIT * n <= sum_of(F, s, n) and sum_of(F, s, n) <= (LIMIT - 1) * n)",
        by="n",
        steps=["sum_none(F, s, n)", "sum_one_more(F, s, n)", "F[s + n - 1] == F[s + n - 1]"],
    ),
    lemma(
        "mean_slight(F, s, n)",
        "implies(n >= 1 and within(F, s, s + n, -LIMIT, LIMIT - 1), -LIMIT <= mean_of(F, s, n) < LIMIT)",
        steps=["sum_narrow(F, s, n)", "mean_narrow(sum_of(F, s, n), n)"],
    ),
    lemma(
        "sum_above(F, s, n)",
        "implies(n >= 0 and all(LOWEST < F[i] for i in range(s, s + n)), (LOWEST + 1) * n <= sum_of(F, s, n))",
        by="n",
        steps=["sum_none(F, s, n)", "sum_one_more(F, s, n)", "F[s + n - 1] == F[s + n - 1]"],
    ),
    lemma(
        "mean_above(F, s, n)",
        "implies(n >= 1 and all(LOWEST < F[i] for i in range(s, s + n)), LOWEST < sum_of(F, s, n) // n)",
        steps=["sum_above(F, s, n)", "below(sum_of(F, s, n), LOWEST + 1, n)"],
    ),
    lemma(
        "means_slight(H, S, N, F, m)",
        "implies(all(-LIMIT <= F[i] < LIMIT for i in INTEGERS)"
        " and all(H[WIDTH + N[f] % LEVELS] >= 1 for f in range(m) if at(N[f])),"
        " all(-LIMIT <= mean_of(F, S[f], H[WIDTH + N[f] % LEVELS]) < LIMIT for f in range(m) if at(N[f])))",
        by="m",
        steps=["mean_slight(F, S[m - 1], H[WIDTH + N[m - 1] % LEVELS])", "N[m - 1] == N[m - 1]"],
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
        "means_least(H, T, F, n)",
        "implies(all(-LIMIT <= F[i] < LIMIT for i in INTEGERS)"
        " and all(1 <= H[i] for i in range(UNITS + 1, UNITS + H[TOP] + 1)),"
        " all(LOWEST <= mean_at(H, T, F, i) for i in range(n) if 1 <= T[i] <= H[TOP] if at(T[i])))",
        by="n",
        steps=["mean_slight(F, n - 1, H[UNITS + T[n - 1]])", "H[UNITS + T[n - 1]] == H[UNITS + T[n - 1]]"],
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
        "reach_put(T, n, i, x)",
        "reach(put(T, i, x), 0, 1, n) <= reach(T, 0, 1, n) + (magnitude(x - T[i]) if 0 <= i < n else 0)",
        by="n",
        steps=[
            "reach_none(T, 0, 1, n)",
            "reach_none(put(T, i, x), 0, 1, n)",
            "reach_one_more(T, 0, 1, n)",
            "reach_one_more(put(T, i, x), 0, 1, n)",
        ],
        seen_by="reach(put(T, i, x), 0, 1, n)",
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
