"""Theorems about the shipped kernels for tables of any length, by the contracts in `focalloc.proofs.contracts`.

Each says of some kernels that they keep their contracts whenever their needs are met: every index in its table, every
number in its width, every divisor positive, every loop ends, and what the contract gives.
"""

from __future__ import annotations

from collections.abc import Iterator

from focalloc.proofs.contracts import BY_FILE
from focalloc.proofs.contracts.lemmas import LEMMAS
from focalloc.proofs.engines.deductive.evidence import lemmas_hold, of_every_size
from focalloc.proofs.engines.deductive.playing import words_run
from focalloc.proofs.sources import AS_SHIPPED, Mutation
from focalloc.proofs.theorem import Evidence, Technique, theorem


def contracts_of(*files: str) -> list[str]:
    """The contracts of the kernels in some files that are proved."""
    return [one.name for file in files for one in BY_FILE[file] if not one.assumed]


TOKENS = ("tokens_between", "token_at", "slot_with", "slot_at", "slot_holding")
"""The kernels that count tokens."""

TURNS = ("fits", "alternate")
"""The kernels that take turns; `select` has a theorem of its own."""

PLACES = [one for one in contracts_of("scores", "pins", "places") if one not in TOKENS]


@theorem(
    "words-mean-what-they-say",
    "What is known of the words of contracts follows from their definitions, by induction, each lemma from those "
    "before it; and definitions and lemmas hold of the functions that the words are.",
    clauses="",
    technique=Technique.DEDUCTION,
    mutations=[
        Mutation("a pair is counted twice", ".count((key, note))", ".count((key, note)) * 2"),
        Mutation("the parent of a place is its neighbour", "return (i - 1) // 2", "return i - 1"),
        Mutation("a sum begins one further", "sum(table[first + i] for", "sum(table[first + i + 1] for"),
    ],
)
def words_mean_what_they_say(bug: Mutation) -> Iterator[Evidence]:
    """Run on random tables, and proved of all."""
    yield words_run(bug)
    if bug is AS_SHIPPED:
        yield from lemmas_hold(name for name, one in LEMMAS.items() if not one.definition)


@theorem(
    "best-few-of-every-size",
    "The buffer of the best few is a heap with the worst on top, holds what it held with the key offered in place of a "
    "worse one, and sorts what it holds, whatever its size.",
    clauses="GRE-2 GRE-3 GRE-4",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("best_few"),
    mutations=[
        Mutation("the loop goes one child too far", "while child < size:", "while child <= size:"),
        Mutation("the worse child rises", "keys[child + 1] < keys[child]", "keys[child + 1] > keys[child]"),
        Mutation("notes stay behind", "notes[at] = notes[child]", "notes[at] = note"),
        Mutation("the first two are left in their order", "for last in range(size - 1, 0, -1):",
                 "for last in range(size - 1, 1, -1):"),
    ],
    full=True,
)  # fmt: skip
def best_few_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """What it holds is a multiset of keys with their notes."""
    yield from of_every_size(bug, *contracts_of("best_few"))


@theorem(
    "places-of-every-size",
    "Sums of scores are exact; families are found by halving; marks go to the blocks that they are meant for and to "
    "nothing else, whatever the length of the context.",
    clauses="SCO-3 GEO-2 ACT-4",
    technique=Technique.DEDUCTION,
    kernels=PLACES,
    mutations=[
        Mutation("a sum that does not fit", "score += fixed[slot + i]", "score += fixed[slot + i] << 40"),
        Mutation("halving does not end", "if family_slot[middle] < slot:\n            low = middle + 1",
                 "if family_slot[middle] < slot:\n            low = middle"),
        Mutation("a mark too many", "for at in range(slot, slot + slots, stride):\n        tags[at] += MARK",
                 "for at in range(slot, slot + slots + 1, stride):\n        tags[at] += MARK"),
        Mutation("a family that leaves the context counts", "first + header[WIDTH + level + 1] > header[SLOTS]",
                 "first > header[SLOTS]"),
    ],
)  # fmt: skip
def places_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Geometry, halving, sums and marks."""
    yield from of_every_size(bug, *PLACES)


@theorem(
    "tokens-of-every-size",
    "The token at a slot is the sum of what the blocks before it span, marked or not, whether they are counted one by "
    "one, level by level or from the nearest family; a block that is found for a token holds it; and one that is found "
    "to begin there does, if any does.",
    clauses="CTX-3 CTX-6",
    technique=Technique.DEDUCTION,
    kernels=TOKENS,
    assumes="each family begins at the token that the blocks before it lead to, as `Tables.check` asserts",
    mutations=[
        Mutation("marked blocks are left out of a long count",
                 "if tags[first + i] == level or tags[first + i] == level + MARK:", "if tags[first + i] == level:"),
        Mutation("the top is left out of a long count",
                 "for level in range(header[TOP] + 1):\n                blocks = 0",
                 "for level in range(header[TOP]):\n                blocks = 0"),
        Mutation("the nearest family is taken, its token is not", "known_token = family_node[family] // LEVELS",
                 "known_token = known_token"),
        Mutation("a stride overlaps the last",
                 "here += passed\n        slot += NEAR\n", "here += passed\n        slot += NEAR - 1\n"),
        Mutation("what ends at the token holds it", "here + header[SPAN + tags[slot]] <= token",
                 "here + header[SPAN + tags[slot]] < token"),
        Mutation("what holds the token begins there", "if here == token and slot < header[SLOTS]",
                 "if slot < header[SLOTS]"),
    ],
)  # fmt: skip
def tokens_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Tokens are counted through the tags."""
    yield from of_every_size(bug, *TOKENS)


@theorem(
    "ledger-of-every-size",
    "The ledger forgets the oldest entries that can no longer forbid anything, up to the first that can; it finds what "
    "bars an action; it enters an action with its iteration; and it makes space without losing a live entry.",
    clauses="COO-1 COO-2",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("ledger"),
    mutations=[
        Mutation("nothing stops at the end", "while at < header[LEDGER_TO] and header[ITERATION]",
                 "while header[ITERATION]"),
        Mutation("the cooldown lasts one iteration longer", "ledger_iteration[at] >= header[MIN_GAP]",
                 "ledger_iteration[at] > header[MIN_GAP]"),
        Mutation("live entries are moved from the wrong place",
                 "ledger_iteration[i] = ledger_iteration[header[LEDGER_FROM] + i]",
                 "ledger_iteration[i] = ledger_iteration[i + 1]"),
        Mutation("the last entry is not looked at", "range(header[LEDGER_FROM], header[LEDGER_TO]):  # noqa",
                 "range(header[LEDGER_FROM], header[LEDGER_TO] - 1):  # noqa"),
    ],
    full=True,
)  # fmt: skip
def ledger_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """In order of iterations or not."""
    yield from of_every_size(bug, *contracts_of("ledger"))


@theorem(
    "candidates-of-every-size",
    "Among any number of families the shipped search keeps collapses only that threshold, tail and cooldown allow, and "
    "leaves out none that is better than the worst it keeps; and so it does with chunks, by their peaks.",
    clauses="THR-1 TAI-1 COO-1 GRE-2 GRE-3 GRE-4",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("candidates"),
    assumes="that the sample of families loses none of the best is proved for five families, in collapses-are-found-5",
    mutations=[
        Mutation("once full, it is one too picky",
                 "bar = max(bar, rank_of(keys[0]) - sought.cursor)",
                 "bar = max(bar, rank_of(keys[0]) - sought.cursor + 1)"),
        Mutation("nearness counts the other way once the list is full",
                 "bar = max(bar, rank_of(keys[0]) - sought.cursor)",
                 "bar = max(bar, rank_of(keys[0]) + sought.cursor)"),
        Mutation("another delta is taken", "if sought.delta != 0 and delta_at(header, level) != sought.delta:",
                 "if sought.delta != 0 and delta_at(header, level) < sought.delta:"),
        Mutation("the tail may collapse",
                 "break\n            if not is_barred(header, ledger_action, node * 2 + EXPAND):\n                rank",
                 "pass\n            if not is_barred(header, ledger_action, node * 2 + EXPAND):\n                rank"),
        Mutation("what rests collapses", "if not is_barred(header, ledger_action, node * 2 + EXPAND):\n"
                 "                rank = nearness", "if True:\n                rank = nearness"),
        Mutation("the worst chunk goes first",
                 "sort_best_first(keys, notes, size)\n    return size\n\n\n@kernel\ndef drop",
                 "return size\n\n\n@kernel\ndef drop"),
    ],
    full=True,
)  # fmt: skip
def candidates_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """The loops over families and chunks."""
    yield from of_every_size(bug, *contracts_of("candidates"))


@theorem(
    "turns-of-every-size",
    "However long the queues, the shipped loop of turns ends, makes no more actions than the cap allows, and every "
    "prefix of them that grows stays within the budget; none takes more than was in use.",
    clauses="CAP-1 BUD-1 SOF-1",
    technique=Technique.DEDUCTION,
    kernels=TURNS,
    assumes="the queues hold keys of gists and families of the context (candidates-of-every-size)",
    mutations=[
        Mutation("expands are not charged", "used += delta", "used += 0"),
        Mutation("budget test with <", "if after > header[W_MAX]:\n        return False",
                 "if after > header[W_MAX] + 1:\n        return False"),
        Mutation("N_diff tested once per round", "# COLLAPSE TURN\n        if done < header[N_DIFF]:",
                 "# COLLAPSE TURN\n        if done <= header[N_DIFF]:"),
        Mutation("the refund counted twice", "used -= header[WIDTH + level] - header[UNITS + level]",
                 "used -= 2 * (header[WIDTH + level] - header[UNITS + level])"),
    ],
    full=True,
)  # fmt: skip
def turns_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Cap and budget on every prefix."""
    yield from of_every_size(bug, *TURNS)


@theorem(
    "selection-of-every-size",
    "However wide the families and however often collapses take the rest of the queue away, the shipped selection "
    "ends, makes no more actions than the cap allows, and whenever it looks for the next best expands, it allows for "
    "at least as many gists as are marked by then.",
    clauses="CAP-1 GRE-1 GRE-5",
    technique=Technique.DEDUCTION,
    kernels=["select"],
    assumes="`best_expands` keeps its contract on the tags that turns leave: no more gists than asked for, none of "
    "them marked, with keys that fall from below the ceiling; that it loses none is proved for four gists, in "
    "expands-are-found-4",
    mutations=[
        Mutation("a collapse takes one block away",
                 "spoilt += header[FANOUT + family_node[collapse_families[c]] % LEVELS]", "spoilt += 1"),
        Mutation("a collapse is left out", "for c in range(taken, header[TAKEN_COLLAPSES]):",
                 "for c in range(taken + 1, header[TAKEN_COLLAPSES]):"),
    ],
    full=True,
)  # fmt: skip
def selection_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """What a second search has to allow for."""
    yield from of_every_size(bug, "select")


@theorem(
    "application-of-every-size",
    "However many actions on separate blocks are applied, whatever is copied, moved or written lies in its table, and "
    "the context has as many slots as its actions leave.",
    clauses="CTX-6 GEO-2",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("application"),
    assumes="actions in order of place and on separate blocks",
    mutations=[
        Mutation("gaps are measured from where the last action began", "length += places[i] - source",
                 "length += places[i] - first"),
        Mutation("a block too many is written", "for i in range(blocks):", "for i in range(blocks + 1):"),
        Mutation("a block is written behind its place", "tags[slot + i * units] = level",
                 "tags[slot + (i + 1) * units] = level"),
        Mutation("what follows the last action is forgotten", "header[SLOTS] = first + length + rest",
                 "header[SLOTS] = first + length"),
        Mutation("dropped families stay", "header[FAMILIES] = first + size + rest",
                 "header[FAMILIES] = first + size + rest + 2 * done"),
    ],
    full=True,
)  # fmt: skip
def application_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Tags, places and families."""
    yield from of_every_size(bug, *contracts_of("application"))
