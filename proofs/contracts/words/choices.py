"""Words for choices: runs of candidates, classes, and what is chosen of them."""

from __future__ import annotations

from focalloc.fastpath.kernels.layout import (
    AT_PRICE,
    BEGIN,
    CLASSES,
    COLLAPSE,
    CURSOR_TOKEN,
    DELTA,
    DELTA_LIST,
    DELTAS,
    EXPAND,
    FAMILIES,
    FIRST,
    LEVELS,
    N_DIFF,
    OF_COLLAPSES,
    OF_EXPANDS,
    PLACES,
    POOL_SIZES,
    RAW,
    RUN,
    SIZE,
    SLOTS,
    SPAN,
    TOP,
    UNBOUNDED,
    UNITS,
    WIDTH,
    Ints,
    Search,
)
from focalloc.fastpath.kernels.packing import node_of, place_of
from focalloc.proofs.contracts.words.actions import is_shaped, multiplied, spans_multiply
from focalloc.proofs.contracts.words.blocks import aligned, spans_are_told, whole
from focalloc.proofs.contracts.words.families import all_stand, are_families, keep_apart
from focalloc.proofs.contracts.words.ghosts import INTEGERS, at, ghost
from focalloc.proofs.contracts.words.sums import held, here, inside, many, tokens_in
from focalloc.proofs.contracts.words.tables import places_differ, within


@ghost
def slots_of_choice(header: Ints, tags: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int) -> int:
    """The slots that the first ``n`` candidates add."""
    return sum(slots_for(header, tags, family_node, turns[i], notes[i]) for i in range(n))


@ghost
def slots_among(
    header: Ints,
    tags: Ints,
    family_node: Ints,
    turns: Ints,
    notes: Ints,
    n: int,
    first: Ints,
    first_notes: Ints,
    m: int,
    second: Ints,
    second_notes: Ints,
    k: int,
) -> int:
    """The slots that those of the first ``n`` candidates add which stand on two other lists, each as often as there."""
    return sum(
        slots_for(header, tags, family_node, turns[i], notes[i])
        for i in range(n)
        if many(turns, notes, i, turns[i], notes[i])
        < many(first, first_notes, m, turns[i], notes[i]) + many(second, second_notes, k, turns[i], notes[i])
    )


@ghost
def adding(header: Ints, tags: Ints, family_node: Ints, runs: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """`run_adds` of the first ``n`` runs."""
    return all(run_adds(header, tags, family_node, runs, keys, notes, r) for r in range(n))


@ghost
def unchanged(
    runs: Ints, runs_before: Ints, keys: Ints, keys_before: Ints, notes: Ints, notes_before: Ints, n: int, items: int
) -> bool:
    """`runs_kept`, of which solvers know lemmas only."""
    return runs_kept(runs, runs_before, keys, keys_before, notes, notes_before, n, items)


@ghost
def differing(runs: Ints, keys: Ints, n: int) -> bool:
    """`items_differ`, of which solvers know lemmas only."""
    return items_differ(runs, keys, n)


@ghost
def standing(header: Ints, tags: Ints, family_slot: Ints, runs: Ints, keys: Ints, notes: Ints, n: int) -> bool:
    """`run_stands` of the first ``n`` runs."""
    return all(run_stands(header, tags, family_slot, runs, keys, notes, r) for r in range(n))


@ghost
def paired(
    header: Ints, family_slot: Ints, family_node: Ints, families: Ints, runs: Ints, keys: Ints, notes: Ints, n: int
) -> bool:
    """`run_is_of_pair` of the first ``n`` runs."""
    return all(run_is_of_pair(header, family_slot, family_node, families, runs, keys, notes, r) for r in range(n))


@ghost
def classed(
    header: Ints,
    tags: Ints,
    family_slot: Ints,
    family_node: Ints,
    query: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    first: int,
    last: int,
) -> bool:
    """`run_is_class` of the runs from ``first`` to before ``last``."""
    return all(
        run_is_class(header, tags, family_slot, family_node, query, families, apart, runs, keys, notes, r)
        for r in range(first, last)
    )


@ghost
def outside(
    header: Ints,
    family_slot: Ints,
    family_node: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    first: int,
    last: int,
) -> bool:
    """`run_is_outside` of the runs from ``first`` to before ``last``."""
    return all(
        run_is_outside(header, family_slot, family_node, families, apart, runs, keys, notes, r)
        for r in range(first, last)
    )


def deltas_are_listed(header: Ints, query: Ints) -> bool:
    """The slots that an expand of each level adds are among those of the geometry."""
    return all(
        held(query, DELTA_LIST, DELTA_LIST + query[DELTAS], header[j] - header[j - WIDTH + UNITS])
        for j in range(WIDTH + 1, WIDTH + 1 + header[TOP])
    )


def are_leading(header: Ints, query: Ints, sizes: Ints, leading: Ints) -> bool:
    """No stretch has more than there is room for, and what candidates gain, one by one and together, fits."""
    return (
        within(sizes, 0, CLASSES + 2 * query[DELTAS], 0, header[N_DIFF])
        and within(leading, 0, sizes[OF_EXPANDS], -(2**62), 2**62)
        and within(leading, header[N_DIFF], header[N_DIFF] + sizes[OF_COLLAPSES], -(2**62), 2**62)
        and within(leading, 2 * header[N_DIFF], 2 * header[N_DIFF] + sizes[OF_COLLAPSES], -(2**61), 2**61)
        and within(leading, 3 * header[N_DIFF], 3 * header[N_DIFF] + sizes[AT_PRICE], -(2**62), 2**62)
    )


def are_choices(header: Ints, tags: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The first ``n`` are collapses of families and expands of gists, of the context."""
    return all(
        place_of(turns[i]) < header[SLOTS]
        and (
            0 <= notes[i] < header[FAMILIES]
            and 1 <= family_node[notes[i]] % LEVELS <= header[TOP]
            and 0 <= family_node[notes[i]] < 2**54
            if turns[i] >= UNBOUNDED
            else 0 <= notes[i] < 2**49 and 1 <= tags[place_of(turns[i])] <= header[TOP]
        )
        for i in range(n)
        if at(turns[i])
        if at(notes[i])
    )


def is_expand(header: Ints, tags: Ints, delta: int, key: int, note: int) -> bool:
    """A gist that adds so many slots begins at the place of a key, whose note is its token."""
    return (
        place_of(key) < header[SLOTS]
        and 1 <= tags[place_of(key)] <= header[TOP]
        and header[WIDTH + tags[place_of(key)]] - header[UNITS + tags[place_of(key)]] == delta
        and 0 <= note < 2**49
        and note == header[FIRST] + tokens_in(header, tags, 0, place_of(key))
    )


def are_expands(header: Ints, tags: Ints, delta: int, keys: Ints, notes: Ints, n: int) -> bool:
    """`is_expand`, of the first ``n``."""
    return all(is_expand(header, tags, delta, keys[i], notes[i]) for i in range(n) if at(keys[i]) if at(notes[i]))


def expands_within(header: Ints, tags: Ints, delta: int, keys: Ints, notes: Ints, n: int) -> bool:
    """The same, whatever their order."""
    return all(
        is_expand(header, tags, delta, k, v)
        for k in INTEGERS
        for v in INTEGERS
        if many(keys, notes, n, k, v) >= 1
        if at(many(keys, notes, n, k, v))
    )


def are_noted(header: Ints, tags: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The expands among the first ``n`` are noted with the tokens that their gists begin at."""
    return all(
        notes[i] == header[FIRST] + tokens_in(header, tags, 0, place_of(turns[i]))
        for i in range(n)
        if turns[i] < UNBOUNDED
        if at(turns[i])
        if at(notes[i])
    )


def are_actions_of(
    tags: Ints, family_node: Ints, turns: Ints, notes: Ints, actions: Ints, places: Ints, n: int
) -> bool:
    """The first ``n`` actions, with their places, are the candidates that are chosen."""
    return all(
        places[i] == place_of(turns[i])
        and actions[i]
        == (
            family_node[notes[i]] * 2 + COLLAPSE
            if turns[i] >= UNBOUNDED
            else node_of(tags[place_of(turns[i])], notes[i]) * 2 + EXPAND
        )
        for i in range(n)
        if at(turns[i])
        if at(actions[i])
        if at(places[i])
    )


def is_choice(header: Ints, tags: Ints, family_slot: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The first ``n`` candidates are separate blocks of a context in which blocks and families lie whole."""
    return (
        is_shaped(header)
        and spans_are_told(header)
        and spans_multiply(header)
        and multiplied(header)
        and whole(header, tags)
        and within(tags, 0, header[SLOTS], RAW, header[TOP])
        and aligned(header, tags, header[SLOTS])
        and are_families(header, family_slot, family_node, header[SLOTS])
        and keep_apart(header, family_slot, family_node, 0, header[FAMILIES])
        and all_stand(header, tags, family_slot, family_node, header[FAMILIES])
        and header[FIRST] >= 0
        and are_choices(header, tags, family_node, turns, notes, n)
        and are_placed(family_slot, turns, notes, n)
        and are_noted(header, tags, turns, notes, n)
    )


def near(header: Ints, weight: int, node: int) -> int:
    """What acting on a node is worth for being near the cursor, where at the cursor it is worth ``weight`` (MUL-1)."""
    return weight // (
        1
        + max(
            node // LEVELS - header[CURSOR_TOKEN],
            header[CURSOR_TOKEN] - node // LEVELS - header[SPAN + node % LEVELS],
            0,
        )
        // header[SPAN]
    )


def without_nearness(header: Ints, tags: Ints, family_node: Ints, weight: int, key: int, note: int) -> int:
    """The key of what is chosen with what nearness to the cursor is worth taken from its rank, which stays 0 at least:
    where the rank is an aggregate and that, the key of the aggregate."""
    return max(
        key % PLACES + (UNBOUNDED if key >= UNBOUNDED else 0),
        key
        - near(header, weight, family_node[note] if key >= UNBOUNDED else node_of(tags[place_of(key)], note)) * PLACES,
    )


def keep_their_kind(turns: Ints, others: Ints, n: int) -> bool:
    """The first ``n`` of two lists are at the same places, and collapses are the same."""
    return all(
        place_of(turns[i]) == place_of(others[i]) and (turns[i] >= UNBOUNDED) == (others[i] >= UNBOUNDED)
        for i in range(n)
        if at(turns[i])
    )


def are_placed(family_slot: Ints, turns: Ints, notes: Ints, n: int) -> bool:
    """The collapses among the first ``n`` are at the slots of their families."""
    return all(
        place_of(turns[i]) == family_slot[notes[i]]
        for i in range(n)
        if turns[i] >= UNBOUNDED
        if at(turns[i])
        if at(notes[i])
    )


def are_elsewhere(turns: Ints, n: int) -> bool:
    """No two of the first ``n`` that are both collapses, or both expands, are at one place."""
    return all(
        place_of(turns[i]) != place_of(turns[j])
        for i in range(n)
        for j in range(i + 1, n)
        if (turns[i] >= UNBOUNDED) == (turns[j] >= UNBOUNDED)
        if at(turns[i], turns[j])
    )


def is_clear(header: Ints, family_slot: Ints, family_node: Ints, family: int, turns: Ints, n: int) -> bool:
    """None of the first ``n`` is an expand in the slots of a family."""
    return all(
        place_of(turns[j]) < family_slot[family]
        or place_of(turns[j]) >= family_slot[family] + header[WIDTH + family_node[family] % LEVELS]
        for j in range(n)
        if turns[j] < UNBOUNDED
        if at(turns[j])
    )


def are_clear(header: Ints, family_slot: Ints, family_node: Ints, turns: Ints, notes: Ints, n: int, m: int) -> bool:
    """None of the first ``n`` is an expand in the slots of a family that one of the first ``m`` collapses."""
    return all(
        is_clear(header, family_slot, family_node, notes[i], turns, n)
        for i in range(m)
        if turns[i] >= UNBOUNDED
        if at(notes[i])
    )


def slots_for(header: Ints, tags: Ints, family_node: Ints, turn: int, note: int) -> int:
    """The slots that a candidate adds."""
    return (
        header[UNITS + family_node[note] % LEVELS] - header[WIDTH + family_node[note] % LEVELS]
        if turn >= UNBOUNDED
        else header[WIDTH + tags[place_of(turn)]] - header[UNITS + tags[place_of(turn)]]
    )


def are_set_apart(header: Ints, family_slot: Ints, keys: Ints, families: Ints, n: int) -> bool:
    """The first ``n`` on a list are families of the context, none twice, each with a key of its place."""
    return all(
        0 <= families[x] < header[FAMILIES] and place_of(keys[x]) == family_slot[families[x]]
        for x in range(n)
        if at(families[x])
        if at(keys[x])
    ) and all(families[x] != families[y] for x in range(n) for y in range(x + 1, n))


def are_pooled(header: Ints, family_slot: Ints, query: Ints, keys: Ints, families: Ints, n: int) -> bool:
    """In the stretches of the first ``n`` deltas stand as many collapses as it says, no more than there is room for."""
    return all(0 <= query[j] <= header[N_DIFF] for j in range(POOL_SIZES, POOL_SIZES + n)) and all(
        0 <= families[j] < header[FAMILIES] and place_of(keys[j]) == family_slot[families[j]] and 0 <= keys[j] < 2**60
        for d in range(n)
        for j in range(here(d) * header[N_DIFF], here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        if at(here(d), keys[j])
        if at(here(d), families[j])
    )


def are_told_apart(header: Ints, family_node: Ints, query: Ints, keys: Ints, families: Ints, n: int) -> bool:
    """In the stretches of the first ``n`` deltas no two collapses are at one place, and if there are several deltas,
    each frees as many slots as its delta says."""
    return all(
        place_of(keys[j]) != place_of(keys[k])
        for d in range(n)
        for j in range(here(d) * header[N_DIFF], here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        for k in range(j + 1, here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        if at(here(d), keys[j], keys[k])
    ) and all(
        query[DELTAS] <= 1
        or header[WIDTH + family_node[families[j]] % LEVELS] - header[UNITS + family_node[families[j]] % LEVELS]
        == query[DELTA_LIST + here(d)]
        for d in range(n)
        for j in range(here(d) * header[N_DIFF], here(d) * header[N_DIFF] + query[POOL_SIZES + here(d)])
        if at(here(d), families[j])
    )


def are_runs_of(runs: Ints, n: int, items: int, most: int) -> bool:
    """The first ``n`` runs have their candidates among the ``items``, one run behind the other, and each adds or frees
    no more than ``most`` slots."""
    return (
        all(0 <= runs[j] < 2**60 for j in range(n * RUN) if j % RUN == BEGIN)
        and all(0 <= runs[j] < 2**60 for j in range(n * RUN) if j % RUN == SIZE)
        and all(-most <= runs[j] <= most for j in range(n * RUN) if j % RUN == DELTA)
        and all(runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE] <= items for r in range(n) if at(here(r)))
        and all(
            runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE] <= runs[here(s) * RUN + BEGIN]
            for r in range(n)
            for s in range(r + 1, n)
            if at(here(r), here(s))
        )
    )


def are_candidates(header: Ints, runs: Ints, keys: Ints, notes: Ints, first: int, last: int) -> bool:
    """Those of the runs from ``first`` to before ``last`` are families of the context, or gists in it with tokens."""
    return all(
        (
            0 <= notes[j] < header[FAMILIES]
            if runs[here(r) * RUN + DELTA] < 0
            else 0 <= notes[j] <= 2**50 and place_of(keys[j]) < header[SLOTS]
        )
        and -(2**60) <= keys[j] < 2**60
        for r in range(first, last)
        for j in range(runs[here(r) * RUN + BEGIN], runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE])
        if at(here(r), keys[j])
        if at(here(r), notes[j])
    )


def runs_kept(
    runs: Ints, runs_before: Ints, keys: Ints, keys_before: Ints, notes: Ints, notes_before: Ints, n: int, items: int
) -> bool:
    """The first ``n`` runs, whose candidates are among the ``items``, are what they were."""
    return (
        all(runs[j] == runs_before[j] for j in range(n * RUN))
        and all(keys[j] == keys_before[j] for j in range(items))
        and all(notes[j] == notes_before[j] for j in range(items))
        and all(
            runs_before[here(r) * RUN + BEGIN] >= 0
            and runs_before[here(r) * RUN + BEGIN] + runs_before[here(r) * RUN + SIZE] <= items
            for r in range(n)
            if at(here(r))
        )
    )


def run_stands(header: Ints, tags: Ints, family_slot: Ints, runs: Ints, keys: Ints, notes: Ints, r: int) -> bool:
    """The candidates of a run are families at their slots, or gists that are not marked."""
    return all(
        0 <= keys[j] < 2**60
        and (
            0 <= notes[j] < header[FAMILIES] and place_of(keys[j]) == family_slot[notes[j]]
            if runs[r * RUN + DELTA] < 0
            else 0 <= notes[j] < 2**49
            and place_of(keys[j]) < header[SLOTS]
            and 1 <= tags[place_of(keys[j])] <= header[TOP]
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def run_adds(header: Ints, tags: Ints, family_node: Ints, runs: Ints, keys: Ints, notes: Ints, r: int) -> bool:
    """Each candidate of a run adds as many slots as the run says, and that of an expand is noted with its token."""
    return all(
        (
            header[WIDTH + family_node[notes[j]] % LEVELS] - header[UNITS + family_node[notes[j]] % LEVELS]
            == -runs[r * RUN + DELTA]
            if runs[r * RUN + DELTA] < 0
            else header[WIDTH + tags[place_of(keys[j])]] - header[UNITS + tags[place_of(keys[j])]]
            == runs[r * RUN + DELTA]
            and place_of(keys[j]) < header[SLOTS]
            and notes[j] == header[FIRST] + tokens_in(header, tags, 0, place_of(keys[j]))
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def run_differs(runs: Ints, keys: Ints, n: int) -> bool:
    """No candidate of run ``n`` is at the place of another of that run, or of a run of its kind before."""
    return places_differ(keys, runs[n * RUN + BEGIN], runs[n * RUN + BEGIN] + runs[n * RUN + SIZE]) and all(
        place_of(keys[j]) != place_of(keys[k])
        for r in range(n)
        for j in range(runs[here(r) * RUN + BEGIN], runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE])
        for k in range(runs[n * RUN + BEGIN], runs[n * RUN + BEGIN] + runs[n * RUN + SIZE])
        if (runs[here(r) * RUN + DELTA] < 0) == (runs[n * RUN + DELTA] < 0)
        if at(here(r), keys[j], keys[k])
    )


def run_is_of_pair(
    header: Ints, family_slot: Ints, family_node: Ints, families: Ints, runs: Ints, keys: Ints, notes: Ints, r: int
) -> bool:
    """A run is the collapse of a family set apart, or behind that the expands of its members."""
    return (
        (runs[r * RUN + DELTA] < 0) == (r % 2 == 0)
        and (r % 2 == 1 or runs[r * RUN + SIZE] == 1)
        and all(
            family_slot[families[r // 2]] <= place_of(keys[j])
            and place_of(keys[j])
            < family_slot[families[r // 2]] + header[WIDTH + family_node[families[r // 2]] % LEVELS]
            and (r % 2 == 1 or notes[j] == families[r // 2])
            for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
            if at(keys[j])
            if at(notes[j])
        )
    )


def run_is_class(
    header: Ints,
    tags: Ints,
    family_slot: Ints,
    family_node: Ints,
    query: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    r: int,
) -> bool:
    """The candidates of a run are outside the families set apart; and each adds as many slots as the run says, unless
    there is one delta only."""
    return all(
        (
            not held(families, 0, apart, notes[j])
            and (
                query[DELTAS] <= 1
                or header[WIDTH + family_node[notes[j]] % LEVELS] - header[UNITS + family_node[notes[j]] % LEVELS]
                == -runs[r * RUN + DELTA]
            )
            if runs[r * RUN + DELTA] < 0
            else not inside(header, family_slot, family_node, families, apart, place_of(keys[j]))
            and header[WIDTH + tags[place_of(keys[j])]] - header[UNITS + tags[place_of(keys[j])]]
            == runs[r * RUN + DELTA]
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def run_is_outside(
    header: Ints,
    family_slot: Ints,
    family_node: Ints,
    families: Ints,
    apart: int,
    runs: Ints,
    keys: Ints,
    notes: Ints,
    r: int,
) -> bool:
    """The candidates of a run are other families than those set apart, or outside them."""
    return all(
        (
            not held(families, 0, apart, notes[j])
            if runs[r * RUN + DELTA] < 0
            else not inside(header, family_slot, family_node, families, apart, place_of(keys[j]))
        )
        for j in range(runs[r * RUN + BEGIN], runs[r * RUN + BEGIN] + runs[r * RUN + SIZE])
        if at(keys[j])
        if at(notes[j])
    )


def pairs_are_clear(
    header: Ints, family_slot: Ints, family_node: Ints, families: Ints, apart: int, turns: Ints, notes: Ints, n: int
) -> bool:
    """None of the first ``n`` is an expand in the slots of a family set apart that another one of them collapses."""
    return all(
        is_clear(header, family_slot, family_node, notes[i], turns, n)
        for i in range(n)
        if turns[i] >= UNBOUNDED and held(families, 0, apart, notes[i])
        if at(notes[i])
    )


def items_differ(runs: Ints, keys: Ints, n: int) -> bool:
    """No two collapses, and no two expands, of the first ``n`` runs are at one place."""
    return all(
        place_of(keys[j]) != place_of(keys[k])
        for r in range(n)
        for s in range(n)
        for j in range(runs[here(r) * RUN + BEGIN], runs[here(r) * RUN + BEGIN] + runs[here(r) * RUN + SIZE])
        for k in range(runs[here(s) * RUN + BEGIN], runs[here(s) * RUN + BEGIN] + runs[here(s) * RUN + SIZE])
        if j != k and (runs[here(r) * RUN + DELTA] < 0) == (runs[here(s) * RUN + DELTA] < 0)
        if at(here(r), here(s), keys[j], keys[k])
    )


def are_laid_out(header: Ints, work: Search, n: int, items: int) -> bool:
    """The first ``n`` runs of a search lie among its ``items``, and are candidates of a context."""
    return are_runs_of(work.runs, n, items, 2**26 // max(1, header[N_DIFF])) and are_candidates(
        header, work.runs, work.item_keys, work.item_notes, 0, n
    )


def are_slight(header: Ints, n: int) -> bool:
    """As many actions add, or free, no more slots than a context has, whichever they are."""
    return 0 <= n <= 2**24 and all(
        1 <= header[j] - header[j - WIDTH + UNITS] <= 2**26 // max(1, n)
        for j in range(WIDTH + 1, WIDTH + 1 + header[TOP])
    )
