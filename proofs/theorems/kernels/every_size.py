"""Theorems about the shipped kernels for tables of any length, by the contracts in `focalloc.proofs.contracts`.

Each says of some kernels that they keep their contracts whenever their needs are met: every index in its table, every
number in its width, every divisor positive, every loop ends, and what the contract gives.
"""

from __future__ import annotations

from collections.abc import Iterator

from focalloc.proofs.contracts import BY_FILE, CONTRACTS
from focalloc.proofs.contracts.lemmas import LEMMAS
from focalloc.proofs.engines.deductive.evidence import lemmas_hold, of_every_size
from focalloc.proofs.engines.deductive.playing import words_run
from focalloc.proofs.sources import AS_SHIPPED, Mutation
from focalloc.proofs.theorem import Evidence, Technique, theorem


def contracts_of(*files: str) -> list[str]:
    """The contracts of the kernels in some files."""
    return [one.name for file in files for one in BY_FILE[file]]


def with_parts(*kernels: str) -> tuple[str, ...]:
    """The contracts of some kernels, and what stands beside them."""
    return tuple(one.name for one in CONTRACTS.values() if one.kernel in kernels)


TOKENS = ("tokens_between", "token_at", "slot_with", "slot_at", "slot_holding")
"""The kernels that count tokens."""

OF_SEARCHES = with_parts(
    *("run_knapsacks", "run_objectives_of_many", "run_recomputes", "run_hierarchies", "run_hierarchies_by_price"),
    *("run_projections", "run_logits_of_many"),
)
"""Calls of searches for many sessions."""

MANY = (*with_parts("tell", "run_steps", "sets_out", "arrives", "run_ties", "run_policies"), *OF_SEARCHES)
"""What a call for many sessions does."""

PREPARES = with_parts("run_prepare", "run_prepares")
"""What takes the scores for a call of its own."""

STEP = sorted(with_parts("step"), key=lambda name: name != "step/best")  # which says all that `step` does
"""What is said of a greedy iteration."""

INGESTS = with_parts("run_ingest")
"""What the call of an ingest does."""

CALLS = [one for one in contracts_of("calls") if one not in (*STEP, *INGESTS, "run_layout", *MANY, *PREPARES)]
"""What calls do around an iteration, which has a theorem of its own, as has what comes in."""

INGEST = [*contracts_of("ingest"), *INGESTS]
"""The kernels of an ingest, and its call."""

TURNS = ("fits", "alternate", "alternate/best")
"""What is said of the kernels that take turns; `select` has a theorem of its own."""

PLACES = [one for one in contracts_of("packing", "pins", "places") if one not in TOKENS]


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
    full=True,
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
    "scores-of-every-size",
    "Sums of scores are exact, and so are means, rounded down; a chunk's peak is no lower than what a survey finds in "
    "it, or where gists take several slots than the mean of any that begins in it; balance makes no score greater; and "
    "thresholds that adapt stay between their ends, by a total that is that of the ring.",
    clauses="SCO-3 BAL-1 ADA-1 ADA-2",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("scores", "thresholds"),
    mutations=[
        Mutation("a sum that does not fit", "score += fixed[slot + i]", "score += fixed[slot + i] << 40"),
        Mutation("the last chunk is taken without its first score",
                 "for slot in range(whole * CHUNK, slots):\n        number = fixed_point(scores[slot])",
                 "for slot in range(whole * CHUNK + 1, slots):\n        number = fixed_point(scores[slot])"),
        Mutation("a mean of two is rounded up",
                 "half = np.int32((fixed[slot] + fixed[slot + 1]) >> 1)\n            worth",
                 "half = np.int32((fixed[slot] + fixed[slot + 1] + 1) >> 1)\n            worth"),
        Mutation("gists of three slots have no means at the front",
                 "first = whole if level == of_two or level == of_four else 0", "first = whole"),
        Mutation("the last mean of four reaches beyond the context", "whole = max(slots - 3, 0)\n    if",
                 "whole = max(slots - 2, 0)\n    if"),
        Mutation("what is left of a chunk counts for a whole one",
                 "if whole * CHUNK < slots:\n        peaks[whole] = LOWEST", "if True:\n        peaks[whole] = LOWEST"),
        Mutation("the last score of a context is not looked at for a peak",
                 "for slot in range(whole * CHUNK, slots):\n        peak = max(peak, fixed[slot] if",
                 "for slot in range(whole * CHUNK, slots - 1):\n        peak = max(peak, fixed[slot] if"),
        Mutation("a gist is looked at up to the end of its chunk",
                 "if slot < slots and tags[slot] == BODY and begins_within(tags, first):",
                 "if slot < 0 and tags[slot] == BODY and begins_within(tags, first):"),
        Mutation("a chunk is passed over whatever lies behind it",
                 "for i in range(CHUNK + 3):\n            score = max(score",
                 "for i in range(CHUNK):\n            score = max(score"),
        Mutation("the mean of two odd scores is rounded down twice for a peak", "half if tags[at] == by_two",
                 "np.int32((one >> 1) + (two >> 1)) if tags[at] == by_two"),
        Mutation("a score grows by balance", "return score * gain >> SHIFT", "return score * gain >> 1"),
        Mutation("the ring has one place more", "(adaptive[NEXT] + 1) % window", "(adaptive[NEXT] + 1) % (window + 1)"),
        Mutation("the total keeps what leaves the ring", "adaptive[TOTAL] += slots - adaptive[at]",
                 "adaptive[TOTAL] += slots"),
    ],
    full=True,
)  # fmt: skip
def scores_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Fixed point, aggregates, balance, thresholds."""
    yield from of_every_size(bug, *contracts_of("scores", "thresholds"))


@theorem(
    "places-of-every-size",
    "Keys and nodes are packed without loss; families are found by halving; marks go to the blocks that they are "
    "meant for and to nothing else, and so does what a pin rules out, whatever the length of the context. Families "
    "that are listed of a context stand where they are listed, with their tokens; none that is complete is left out, "
    "unless a pin bars it. A pin bars a node exactly if one of its ranges meets the node's tokens; it is placed at the "
    "slots of the blocks that its ranges meet, and bars a gist exactly if that is in one of those.",
    clauses="GEO-2 ACT-4 PIN-1 PIN-2",
    technique=Technique.DEDUCTION,
    kernels=PLACES,
    mutations=[
        Mutation("halving does not end", "if family_slot[middle] < slot:\n            low = middle + 1",
                 "if family_slot[middle] < slot:\n            low = middle"),
        Mutation("the last block is not looked at for a mark",
                 "for at in range(slot, slot + slots, stride):  # noqa: SIM110",
                 "for at in range(slot, slot + slots - 1, stride):  # noqa: SIM110"),
        Mutation("a mark too many", "for at in range(slot, slot + slots, stride):\n        tags[at] += MARK",
                 "for at in range(slot, slot + slots + 1, stride):\n        tags[at] += MARK"),
        Mutation("families are listed a slot too late", "family_slot[families] = slot\n",
                 "family_slot[families] = slot + 1\n"),
        Mutation("a coarser gist completes a family", "if tags[first + i * stride] != level:",
                 "if tags[first + i * stride] < level:"),
        Mutation("an incomplete family is listed",
                 "and family_of(header, tags, slot, level, token) == slot",
                 "and slot + header[WIDTH + level + 1] <= header[SLOTS]"),
        Mutation("a family that leaves the context counts", "first + header[WIDTH + level + 1] > header[SLOTS]",
                 "first > header[SLOTS]"),
        Mutation("a family just behind another is passed over", "if begins and slot >= behind and",
                 "if begins and slot > behind and"),
        Mutation("a family at the end of the context is incomplete",
                 "first + header[WIDTH + level + 1] > header[SLOTS]:",
                 "first + header[WIDTH + level + 1] >= header[SLOTS]:"),
        Mutation("gists of the second level have no families", "            level < header[TOP]\n",
                 "            level < min(header[TOP], 2)\n"),
        Mutation("a range holds the token behind it", "if ranges[middle * PIN + 1] <= first:",
                 "if ranges[middle * PIN + 1] < first:"),
        Mutation("a range just behind a node bars it", "and ranges[low * PIN] < last", "and ranges[low * PIN] <= last"),
        Mutation("the first range is not looked at", "low = 0\n    high = len(ranges) // PIN",
                 "low = 1\n    high = len(ranges) // PIN"),
        Mutation("a pin bars the gist behind it", "if no_expand[middle * PIN + 3] <= slot:",
                 "if no_expand[middle * PIN + 3] < slot:"),
        Mutation("a pin bars the gist before it", "and no_expand[low * PIN + 2] <= slot",
                 "and no_expand[low * PIN + 2] <= slot + 1"),
        Mutation("a block that ends where a range begins meets it",
                 "token + header[SPAN + tags[slot]] <= no_expand[at]:",
                 "token + header[SPAN + tags[slot]] < no_expand[at]:"),
        Mutation("a block that begins where a range ends meets it", "and until < no_expand[at + 1]:",
                 "and until <= no_expand[at + 1]:"),
        Mutation("a pin ends at its length", "no_expand[at + 3] = behind", "no_expand[at + 3] = behind - slot"),
        Mutation("a pin reaches beyond the context", "while behind < header[SLOTS] and until < no_expand[at + 1]:",
                 "while until < no_expand[at + 1]:"),
        Mutation("the last slot of a pin is left out", "for slot in range(no_expand[at + 2], no_expand[at + 3]):",
                 "for slot in range(no_expand[at + 2], no_expand[at + 3] - 1):"),
    ],
    full=True,
)  # fmt: skip
def places_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Geometry, halving, pins and marks."""
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
    heavy=True,
)  # fmt: skip
def tokens_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Tokens are counted through the tags."""
    yield from of_every_size(bug, *TOKENS)


@theorem(
    "leans-of-every-size",
    "A lean raises blocks of the context and nothing else, up to the greatest score that there is, and its walks to "
    "both ends end, wherever the cursor is. Neither it nor a mean over time leaves a gist's first score above the peak "
    "of its chunk.",
    clauses="MEM-1 MEM-3",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("memory"),
    assumes="blocks take up all slots and families are listed with their tokens, as `Tables.check` asserts",
    mutations=[
        Mutation("a raised score does not fit", "min(fixed[first + i] + added, LIMIT - 1)", "fixed[first + i] + added"),
        Mutation("the peak of the next chunk rises", "peaks[first // CHUNK] = max(peaks[first // CHUNK], fixed[first])",
                 "peaks[first // CHUNK + 1] = max(peaks[first // CHUNK], fixed[first])"),
        Mutation("the peak of a means' chunk is its last mean",
                 "peak = max(np.int32(LOWEST) if slot % CHUNK == 0 else peak, ", "peak = max(np.int32(LOWEST), "),
        Mutation("what is cut off borrows the other way", "np.int32(score & mask) < np.int32(mean & mask)",
                 "np.int32(score & mask) > np.int32(mean & mask)"),
        Mutation("what does not fit is told", "header[HEARD] = header[SLOTS] if misfits == 0 else 0",
                 "header[HEARD] = header[SLOTS]"),
        Mutation("where no block begins less than any score is told",
                 "        told[slot] = int(mean)", "        told[slot] = int(mean) if tags[slot] >= 0 else LOWEST"),
        Mutation("the walk to the end passes it", "while slot < header[SLOTS]:\n        halvings",
                 "while slot <= header[SLOTS]:\n        halvings"),
    ],
    full=True,
)  # fmt: skip
def leans_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Which scores are raised."""
    yield from of_every_size(bug, *contracts_of("memory"))


@theorem(
    "ledger-of-every-size",
    "The ledger forgets the oldest entries that can no longer forbid anything, up to the first that can; it finds what "
    "bars an action; it enters an action with its iteration; and it makes space without losing a live entry. An "
    "iteration begins with all entries that are too young for their reversal.",
    clauses="COO-1 COO-2",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("ledger"),
    mutations=[
        Mutation("an entry is forgotten an iteration early",
                 "    header[ITERATION] += 1\n    forget(header, session.ledger_iteration)\n    return 0",
                 "    header[ITERATION] += 2\n    forget(header, session.ledger_iteration)\n"
                 "    header[ITERATION] -= 1\n    return 0"),
        Mutation("nothing stops at the end", "while at < header[LEDGER_TO] and header[ITERATION]",
                 "while header[ITERATION]"),
        Mutation("the cooldown lasts one iteration longer", "ledger_iteration[at] >= header[MIN_GAP]",
                 "ledger_iteration[at] > header[MIN_GAP]"),
        Mutation("live entries are moved from the wrong place",
                 "ledger_iteration[i] = ledger_iteration[header[LEDGER_FROM] + i]",
                 "ledger_iteration[i] = ledger_iteration[i + 1]"),
        Mutation("entries are had back from before the first", "while at > 0 and ledger_iteration[at - 1] ==",
                 "while ledger_iteration[at - 1] =="),
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
    "leaves out none that is better than the worst it keeps, though it looks at a sample first; and so it does with "
    "chunks, by their peaks. What it finds to expand are gists at rest and above the threshold, none twice, none "
    "marked and none that a pin bars, with keys that fall from below the ceiling, each with its first token; and if "
    "no gist is above the peak of its chunk, it leaves out none at rest that is better than the worst it finds, or "
    "any while it finds fewer than are asked for.",
    clauses="THR-1 TAI-1 COO-1 PIN-2 GRE-2 GRE-3 GRE-4",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("candidates"),
    assumes="nothing",
    mutations=[
        Mutation("the sample sets the bar too high", "threshold = max(threshold, rank_of(keys[0]) - sought.cursor - 1)",
                 "threshold = max(threshold, rank_of(keys[0]) - sought.cursor + 1)"),
        Mutation("once full, it is one too picky",
                 "bar = max(bar, rank_of(keys[0]) - sought.cursor)",
                 "bar = max(bar, rank_of(keys[0]) - sought.cursor + 1)"),
        Mutation("nearness counts the other way once the list is full",
                 "bar = max(bar, rank_of(keys[0]) - sought.cursor)",
                 "bar = max(bar, rank_of(keys[0]) + sought.cursor)"),
        Mutation("what is wished for is noted by its slot",
                 "members, family_slot[family])\n"
                 "                size = offer(keys, notes, size, sought.room, key, family)",
                 "members, family_slot[family])\n"
                 "                size = offer(keys, notes, size, sought.room, key, family_slot[family])"),
        Mutation("what frees less is wished for as well",
                 "(sought.delta == 0 or delta_at(header, level) == sought.delta):\n            if end_of",
                 "(sought.delta == 0 or delta_at(header, level) <= sought.delta):\n            if end_of"),
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
        Mutation("what a pin bars is found", "key < ceiling and not is_held(no_expand, slot):", "key < ceiling:"),
        Mutation("a gist counts in both of its chunks", "while begun < length and tags[first + begun] == BODY:",
                 "while begun < 0 and tags[first + begun] == BODY:"),
        Mutation("a gist is looked for by its first slot", "(tags[first + i] >= 1 or tags[first + i] == BODY) and",
                 "tags[first + i] >= 1 and"),
        Mutation("a gist is looked at for each of its slots", "tags[first + i] == BODY) and first + i >= seen:",
                 "tags[first + i] == BODY):"),
        Mutation("resting ones take the place of others", "wanted = room + count_collapses(header, ledger_action)",
                 "wanted = room + min(0, count_collapses(header, ledger_action))"),
        Mutation("it goes on only if it has found too few", "if full and (size < wanted or keys[0] <",
                 "if full and (size < wanted or keys[0] < 0 <"),
        Mutation("the first chunk is looked at in the end", "if key_of(peaks[chunk], chunk * CHUNK) > least and",
                 "if chunk == 0 and"),
        Mutation("half of the threshold is enough to expand", "least = key_of(header[TAU_EXPAND], 0)\n    lowest",
                 "least = key_of(header[TAU_EXPAND] // 2, 0)\n    lowest"),
        Mutation("what rests expands", "if not is_barred(header, ledger_action, node_of(tags[slot], token) * 2",
                 "if not is_barred(header, ledger_action, node_of(tags[slot], 0) * 2"),
        Mutation("tokens are counted twice", "        slot = place\n        if not is_barred",
                 "        if not is_barred"),
    ],
    full=True,
)  # fmt: skip
def candidates_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """The loops over families and chunks."""
    yield from of_every_size(bug, *contracts_of("candidates"))


@theorem(
    "turns-of-every-size",
    "However long the queues, the shipped loop of turns ends, makes no more actions than the cap allows, and every "
    "prefix of them that grows stays within the budget; none takes more than was in use. They replace separate blocks, "
    "which are marked, and no others are; what they replace is beyond the threshold of its kind, no collapse is of the "
    "tail, and none undoes what is in the ledger; each is at its node's token. Each is the head of its queue, the "
    "first that no action before has made impossible; after a turn comes one of the other kind, and one passes only "
    "where its queue has no head, or that is an expand that does not fit. Nothing that it has passed in its queues is "
    "open any more; and it stops, short of the cap, only where that is so of all collapses, and of all expands or up "
    "to one that does not fit; or at an expand's turn where its queue has run out and there may be more, as no turn "
    "passes for that.",
    clauses="CAP-1 BUD-1 SOF-1 THR-1 TAI-1 COO-1 GRE-1 GRE-5 GRE-6",
    technique=Technique.DEDUCTION,
    kernels=TURNS,
    assumes="the queues hold keys of gists and families of the context (candidates-of-every-size); families are whole, "
    "as `Tables.check` asserts",
    mutations=[
        Mutation("expands are not charged", "used += delta", "used += 0"),
        Mutation("budget test with <", "if after > header[W_MAX]:\n        return False",
                 "if after > header[W_MAX] + 1:\n        return False"),
        Mutation("N_diff tested once per round", "# COLLAPSE TURN\n        if done < header[N_DIFF]:",
                 "# COLLAPSE TURN\n        if done <= header[N_DIFF]:"),
        Mutation("a collapse marks its first block only",
                 "mark(tags, slot, header[WIDTH + level], header[UNITS + level - 1])\n                used -=",
                 "mark(tags, slot, header[UNITS + level - 1], header[UNITS + level - 1])\n                used -="),
        Mutation("an expand goes by the token of the one before", "node_of(level, expand_tokens[e]) * 2 + EXPAND",
                 "node_of(level, expand_tokens[max(e - 1, 0)]) * 2 + EXPAND"),
        Mutation("a head that does not fit is passed over", "done += 1\n                e += 1",
                 "done += 1\n            e += 1"),
        Mutation("a collapse only where no expand was", "        if done < header[N_DIFF]:\n            while",
                 "        if done < min(before + 1, header[N_DIFF]):\n            while"),
        Mutation("one action in a round is not enough to go on", "if done == before:\n            break",
                 "if done <= before + 1:\n            break"),
        Mutation("collapses go on where there may be more expands", "if e == expands and more:",
                 "if e == expands and more and c == collapses:"),
        Mutation("the refund counted twice", "used -= header[WIDTH + level] - header[UNITS + level]",
                 "used -= 2 * (header[WIDTH + level] - header[UNITS + level])"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def turns_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Cap and budget on every prefix, and whose turn it is."""
    yield from of_every_size(bug, *TURNS)


@theorem(
    "selection-of-every-size",
    "However wide the families and however often collapses take the rest of the queue away, the shipped selection "
    "ends, makes no more actions than the cap allows, and whenever it looks for the next best expands, it allows for "
    "at least as many gists as are marked by then. What it chooses are separate gists and listed families of the "
    "context, beyond the threshold of their kind; each prefix that grows stays within the budget, no collapse is of "
    "the tail, and none undoes what is in the ledger. Expands and collapses take turns, an expand first: at each the "
    "best acts of those that the actions before leave, and one passes only where they leave none, or that is an expand "
    "that does not fit. No gist or family that is left open comes before one that is chosen; and where fewer are "
    "chosen than the cap allows, no family is open, and no gist but behind one that does not fit.",
    clauses="CAP-1 BUD-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6 THR-1 TAI-1 COO-1",
    technique=Technique.DEDUCTION,
    kernels=["select", "select/best"],
    assumes="of gists that are left open, and of turns, that no gist is above the peak of its chunk, as "
    "calls-of-every-size proves it; of turns, that entries of the ledger are recent, as step-of-every-size has it",
    mutations=[
        Mutation("the next best are not looked for",
                 "expands == n_diff)\n        if hungry:\n            # collapses took",
                 "False)\n        if hungry:\n            # collapses took"),
        Mutation("one collapse less is found than may be taken",
                 "Sought(n_diff, 0, 0, collapse_keys", "Sought(n_diff - 1, 0, 0, collapse_keys"),
        Mutation("a collapse takes one block away",
                 "spoilt += header[FANOUT + family_node[collapse_families[c]] % LEVELS]", "spoilt += 1"),
        Mutation("half of the threshold is enough to collapse", "header[TAU_COLLAPSE])\n    spoilt = 0",
                 "header[TAU_COLLAPSE] // 2)\n    spoilt = 0"),
        Mutation("a collapse is left out", "for c in range(taken, header[TAKEN_COLLAPSES]):",
                 "for c in range(taken + 1, header[TAKEN_COLLAPSES]):"),
        Mutation("a second search gives its turn to a collapse", "header[TAKEN_COLLAPSES]\n        hungry =",
                 "header[TAKEN_COLLAPSES]\n        if spoilt > 0:\n"
                 "            alternate(session, 0, min(collapses, taken + 1), False)\n        hungry ="),
    ],
    full=True,
)  # fmt: skip
def selection_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """How what is found is chosen from, and what a second search has to allow for."""
    yield from of_every_size(bug, "select/best", "select")  # the first says all that the other does


@theorem(
    "application-of-every-size",
    "However many actions on separate blocks are applied, in whatever order, whatever is copied, moved or written lies "
    "in its table, the context has as many slots as its actions leave, its blocks lie whole one after the other, none "
    "of them marked, what no action replaces has moved as a whole, each action is in the ledger, and no more slots "
    "remember than there are; families are listed in order, apart from each other and in the context, never more than "
    "there is room for, and their blocks stand where they are listed; if none that was complete was left out, unless a "
    "pin bars it, none is; blocks and families begin at their tokens, and the context ends where it did; and ranges "
    "where nothing expands stay in order, in the context. Those of actions from elsewhere that pass replace separate "
    "whole blocks, at their tokens, too; and the first that does not pass is the first that may not be made after "
    "those before it, by rules for what it replaces, budget, cooldown, tail and pins.",
    clauses="CTX-3 CTX-6 GEO-2 ACT-3 ACT-4 ACT-5 BUD-1 COO-1 TAI-1 PIN-1 PIN-2 MEM-2",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("application"),
    assumes="actions on separate blocks, at their tokens; those from elsewhere begin at multiples of what they span",
    mutations=[
        Mutation("an expand that fills the budget is a misfit",
                 "if used + header[WIDTH + level] - header[UNITS + level] > header[W_MAX]:",
                 "if used + header[WIDTH + level] - header[UNITS + level] >= header[W_MAX]:"),
        Mutation("the tail may collapse on request",
                 "if token + header[SPAN + level] > header[END] - header[PROTECTED]:",
                 "if token + header[SPAN + level] > header[END]:"),
        Mutation("what is pinned may collapse on request",
                 "if is_pinned(header, session.no_collapse, node):\n                break",
                 "if is_pinned(header, session.no_expand, node):\n                break"),
        Mutation("gaps are measured from where the last action began", "length += places[i] - source",
                 "length += places[i] - first"),
        Mutation("a block too many is written", "for i in range(blocks):", "for i in range(blocks + 1):"),
        Mutation("a block is written behind its place", "tags[slot + i * units] = level",
                 "tags[slot + (i + 1) * units] = level"),
        Mutation("children are gists like their parent", "length, header[FANOUT + level], level - 1, header",
                 "length, header[FANOUT + level], level, header"),
        Mutation("a family that has moved is listed where it was",
                 "copy(family_slot, source, spare_slot, size, kept, shift)",
                 "copy(family_slot, source, spare_slot, size, kept, 0)"),
        Mutation("what follows the last action is forgotten", "header[SLOTS] = first + length + rest",
                 "header[SLOTS] = first + length"),
        Mutation("each splice counts twice", "            count += 1\n        behind",
                 "            count += 2\n        behind"),
        Mutation("a family may reach beyond the end",
                 "if slot + header[WIDTH + level] > header[SLOTS]:\n        return False",
                 "if slot > header[SLOTS]:\n        return False"),
        Mutation("an action is sorted in with another's place", "key_of(0, places[i]), actions[i])",
                 "key_of(0, places[i]), actions[0])"),
        Mutation("more is remembered than there is", "counted = min(before, known - places[i])", "counted = before"),
        Mutation("ranges of pins lose their tokens", "no_expand[at + 2] = low + grown",
                 "no_expand[at + 1] = low + grown"),
        Mutation("ranges of pins end where they begin, but for the first", "no_expand[at + 3] = high + grown + inside",
                 "no_expand[at + 3] = low + grown if at > 0 else high + grown + inside"),
        Mutation("ranges of pins keep their length", "high + grown + inside", "high + grown"),
        Mutation("a family that an action breaks stays", "            kept -= 1\n", "            kept -= 0\n"),
        Mutation("a family is listed by each action that completes it",
                 "if slot < behind or end > ahead or is_pinned(", "if is_pinned("),
        Mutation("what is replaced stays in part",
                 "        source = places[i] + slots_before(header, actions[i])\n        level =",
                 "        source = places[i] + slots_before(header, actions[i]) - 1\n        level ="),
        Mutation("a completed family begins where its last gist does",
                 "return node_of(level + 1, start - start % header[SPAN + level + 1])",
                 "return node_of(level + 1, start)"),
        Mutation("an action is looked for a node too early", "slot = slot_at(session, token)\n        places[fit]",
                 "slot = slot_at(session, token - header[SPAN + level])\n        places[fit]"),
        Mutation("the first action is not entered", "for i in range(done):\n        record(",
                 "for i in range(1, done):\n        record("),
        Mutation("the first block of a collapse stays marked",
                 "for j in range(header[FANOUT + level]):\n"
                 "                tags[places[i] + j * header[UNITS + level - 1]] -=",
                 "for j in range(1, header[FANOUT + level]):\n"
                 "                tags[places[i] + j * header[UNITS + level - 1]] -="),
        Mutation("the first member of a family is not looked at",
                 "for i in range(header[FANOUT + level]):  # noqa: SIM110, kernels have no generators\n"
                 "        if tags[slot",
                 "for i in range(1, header[FANOUT + level]):  # noqa: SIM110, kernels have no generators\n"
                 "        if tags[slot"),
        Mutation("a collapse from elsewhere marks its first block only",
                 "mark(tags, slot, header[WIDTH + level], header[UNITS + level - 1])\n        used +=",
                 "mark(tags, slot, header[UNITS + level - 1], header[UNITS + level - 1])\n        used +="),
        Mutation("what was looked at stays marked", "    unmark(session, fit)\n    return fit", "    return fit"),
        Mutation("an action from elsewhere may exceed the budget by a slot",
                 "if used + header[WIDTH + level] - header[UNITS + level] > header[W_MAX]:",
                 "if used + header[WIDTH + level] - header[UNITS + level] > header[W_MAX] + 1:"),
        Mutation("a family that ends where an action begins goes",
                 "slot_behind(header, family_slot, family_node, until - 1) > places[i]:",
                 "slot_behind(header, family_slot, family_node, until - 1) >= places[i]:"),
        Mutation("a collapse completes no family",
                 "return family_of(header, tags, slot, node % LEVELS, node // LEVELS)", "return -1"),
        Mutation("a family that ends where the next action begins is not listed",
                 "ahead = min(ahead, places[i + 1] + shift)", "ahead = min(ahead, places[i + 1] + shift - 1)"),
        Mutation("a family just behind the last is not listed", "if slot < behind or end > ahead",
                 "if slot <= behind or end > ahead"),
        Mutation("children of an expand are no family", "        if slot < 0:\n            continue",
                 "        if slot < 0 or actions[i] % 2 == EXPAND:\n            continue"),
        Mutation("dropped families stay", "header[FAMILIES] = first + size + rest",
                 "header[FAMILIES] = first + size + rest + 2"),
        Mutation("what an action makes was told less than any score", "spare_means[size] = mean",
                 "spare_means[size] = LOWEST"),
        Mutation("what was told does not change places with what is remembered",
                 "header[HALF] = 1 - header[HALF]", "header[HALF] = header[HALF] + 0"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def application_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Tags, places and families."""
    yield from of_every_size(bug, *contracts_of("application"))


@theorem(
    "ingest-of-every-size",
    "Blocks are appended where there is room for them, with a family at most; tokens fill as many blocks as they "
    "make, and leave less than a block unfilled. A reclaim ends, however many rounds it takes, stays within its "
    "tables, and keeps what an iteration keeps of them, with no family left out of the list that was not before; if "
    "it does not give up, there is room for what is needed. So it is with an ingest as a whole, whatever it collapses "
    "or lets go: it leaves what an iteration keeps as it found it, with no more slots than the budget or than before, "
    "and as many blocks as the tokens make; or it says why not, and the context ends where it did. A reclaim only "
    "collapses, of all listed families that may the least wanted first, or the oldest where scores are equal, and of "
    "those that it makes at once none but the last completes a family, so that none that was not listed yet would "
    "have gone before; it does so only where the new blocks do not fit, and none but while they and those ahead do "
    "not; it ends short of that only where no listed family may collapse, and gives up only where the new blocks do "
    "not fit even then. Whether a collapse completes a parent's family is seen, and the scores that collapses leave "
    "are their families' aggregates.",
    clauses="ING-1 ING-2 ING-3 ING-4 ING-5 ING-6 FIL-1 FIL-2 FIL-3",
    technique=Technique.DEDUCTION,
    kernels=INGEST,
    mutations=[
        Mutation("a family too many", "header[FAMILIES] += 1\n    header[SLOTS] += header[UNITS]",
                 "header[FAMILIES] += 2\n    header[SLOTS] += header[UNITS]"),
        Mutation("a new block is no family", "header[FAMILIES] += 1\n    header[SLOTS] += header[UNITS]",
                 "header[FAMILIES] += 0\n    header[SLOTS] += header[UNITS]"),
        Mutation("whole blocks make one more", "(tokens - header[UNFILLED] + header[SPAN] - 1) // header[SPAN]",
                 "(tokens - header[UNFILLED] + header[SPAN]) // header[SPAN]"),
        Mutation("more collapses are listed than there is room for", "if size == sought.room or end_of", "if end_of"),
        Mutation("members are looked for behind the end", "if slot >= header[SLOTS] or not is_gist_to_be",
                 "if not is_gist_to_be"),
        Mutation("means are written from where the last family ended", "        source = places[i] + width\n",
                 "        source = places[i] + width\n        to = source\n"),
        Mutation("a reclaim stops one slot too early", "while header[SLOTS] + wanted > header[W_MAX]:",
                 "while header[SLOTS] + wanted > header[W_MAX] + 1:"),
        Mutation("the same family is collapsed again", "reclaimed[done + i] = notes[i]\n        i += 1\n",
                 "reclaimed[done + i] = notes[i]\n        i += 0\n"),
        Mutation("room is looked for only where there is none already",
                 "if blocks > 0 and header[SLOTS] + needed > header[W_MAX]:",
                 "if blocks > 0 and header[SLOTS] > header[W_MAX]:"),
        Mutation("more collapses are listed than there is room for any", "if most > half or not has_room",
                 "if not has_room"),
        Mutation("a slot too few leaves", "oldest_slots(header, session.tags, header[SLOTS] + needed - header[W_MAX])",
                 "oldest_slots(header, session.tags, header[SLOTS] + needed - header[W_MAX] - 1)"),
        Mutation("a block too few is appended", "for _ in range(blocks):", "for _ in range(blocks - 1):"),
        Mutation("pins stay where they were", "append_block(session)\n    place_pins(session)\n",
                 "append_block(session)\n"),
        Mutation("pins are placed before blocks are appended",
                 "    for _ in range(blocks):\n        append_block(session)\n    place_pins(session)\n",
                 "    place_pins(session)\n    for _ in range(blocks):\n        append_block(session)\n"),
        Mutation("what rests is taken for the oldest",
                 "if not is_barred(header, ledger_action, node * 2 + EXPAND):\n            keys[size]",
                 "if not is_barred(header, ledger_action, node * 2 + COLLAPSE):\n            keys[size]"),
        Mutation("it gives up while one is left", "if found == 0:\n            return done",
                 "if found <= 1:\n            return done"),
        Mutation("one is collapsed without need", "while i < found and lacking > 0 and not completed:",
                 "while i < found and lacking >= 0 and not completed:"),
        Mutation("a batch goes on although a family has become complete",
                 "while i < found and lacking > 0 and not completed:", "while i < found and lacking > 0:"),
        Mutation("what the first of a batch completes is not seen",
                 "completed = completes(header, tags, node, places[i - 1])",
                 "completed = i > 1 and completes(header, tags, node, places[i - 1])"),
        Mutation("the worst of what was looked up goes first", "places[i] = place_of(keys[i])\n",
                 "places[i] = place_of(keys[found - 1 - i])\n"),
        Mutation("no member on the left is looked at", "if slot < 0 or not is_gist_to_be(tags[slot], level):",
                 "if slot < 0:"),
        Mutation("an ingest has one more remembered than there is", "    fill(header, tokens)\n    for _",
                 "    header[REMEMBERED] += 1\n    fill(header, tokens)\n    for _"),
        Mutation("a mean leaves out the last slot", "mean = total(fixed, places[i], width) // width",
                 "mean = total(fixed, places[i], width - 1) // width"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def ingest_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """New blocks, tokens that fill them, and whole families to collapse."""
    yield from of_every_size(bug, *INGEST)


@theorem(
    "release-of-every-size",
    "Whatever leaves at the front, as many slots stay as there were less those, with their tags; the front moves by "
    "the tokens that left; what is remembered and what the ledger holds is of what stays. Blocks lie whole one after "
    "the other, families stand where they are listed, with their tokens, none is left out of the list, and entries of "
    "the ledger are recent and in order, as before.",
    clauses="REL-2 REL-3 REL-4",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("releasing"),
    mutations=[
        Mutation("what stays is taken from one slot further", "copy(tags, slots, tags, 0, header[SLOTS], 0)",
                 "copy(tags, slots + 1, tags, 0, header[SLOTS], 0)"),
        Mutation("entries that stay do not move up", "ledger_action[kept] = ledger_action[at]",
                 "ledger_action[at] = ledger_action[at]"),
        Mutation("families that stay are other ones", "copy(family_node, gone, family_node, 0, header[FAMILIES], 0)",
                 "copy(family_node, 0, family_node, 0, header[FAMILIES], 0)"),
        Mutation("the first family that stays leaves as well", "gone = families_before(header, family_slot, 0, slots)",
                 "gone = families_before(header, family_slot, 0, slots + 1)"),
        Mutation("less than nothing is remembered", "header[KNOWN] = max(0, header[KNOWN] - slots)",
                 "header[KNOWN] = header[KNOWN] - slots"),
        Mutation("what is first then was told less than any score",
                 "copy(session.memory, slots, session.memory, 0, header[KNOWN], 0)",
                 "copy(session.memory, slots, session.memory, 0, header[KNOWN], 0)\n"
                 "    if header[KNOWN] > 0:\n        session.memory[0] = LOWEST"),
    ],
    full=True,
)  # fmt: skip
def release_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From the front."""
    yield from of_every_size(bug, *contracts_of("releasing"))


SWAPPED = """done = select(session)
    if done == 2 and session.actions[0] % 2 == EXPAND and session.actions[1] % 2 == COLLAPSE:
        action, place = session.actions[0], session.places[0]
        session.actions[0] = session.actions[1]
        session.places[0] = session.places[1]
        session.actions[1] = action
        session.places[1] = place
    # APPLY"""
"""An expand and a collapse, in an order in which they fit as well."""


@theorem(
    "step-of-every-size",
    "From tables as they are between any two calls, however long the context, the shipped greedy iteration ends, and "
    "stays within its tables; it makes no more actions than the cap allows, after each of which the slots fit the "
    "budget or are no more than before it; they replace separate gists and listed families of the context, each "
    "beyond the threshold of its kind; no collapse is of the tail, and none undoes what happened too short a time "
    "ago. It gives back tables in which blocks, none of them marked, lie whole one after the other; families are in "
    "order, apart, in the context and not too many, their blocks stand where they are listed, and if none was left "
    "out that is complete, none is; all begin and end at the tokens that the blocks before lead to, at multiples of "
    "what they span; ranges of pins are in the context, and entries of the ledger are recent and in order. Expands and "
    "collapses take turns, an expand first: at each the best acts of those that the actions before leave, and one "
    "passes only where they leave none, or that is an expand that does not fit. No gist or family that is left open "
    "comes before one that is chosen; and where fewer are chosen than the cap allows, no family is open, and of open "
    "gists the first does not fit.",
    clauses="ACT-3 ACT-4 ACT-5 BUD-1 CAP-1 CTX-6 THR-1 TAI-1 COO-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6",
    technique=Technique.DEDUCTION,
    kernels=STEP,
    assumes="tables as `Tables.check` asserts them; of gists that are left open, and of turns, that no gist is above "
    "the peak of its chunk, as calls-of-every-size proves it",
    mutations=[
        Mutation("a full ledger stops nothing", "    if refused:\n        return refused\n    # CANDIDATES and SELECT",
                 "    # CANDIDATES and SELECT"),
        Mutation("places are applied", "select(session)\n    # APPLY\n    apply(session, done, session.actions)",
                 "select(session)\n    # APPLY\n    apply(session, done, session.places)"),
        Mutation("the last is not applied", "select(session)\n    # APPLY\n    apply(session, done, session.actions)",
                 "select(session)\n    # APPLY\n    apply(session, max(0, done - 1), session.actions)"),
        Mutation("of two actions the collapse is told first", "done = select(session)\n    # APPLY", SWAPPED),
        Mutation("all slots remember something if one does", "apply(session, done, session.actions)\n    return done",
                 "apply(session, done, session.actions)\n"
                 "    if session.header[KNOWN] > 0:\n        session.header[KNOWN] = session.header[SLOTS]\n"
                 "    return done"),
    ],
    full=True,
)  # fmt: skip
def step_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """By the contracts of what it calls."""
    yield from of_every_size(bug, *STEP)


@theorem(
    "calls-of-every-size",
    "The tables that a call cuts out of its arrays lie in them, apart from each other, however long they are; and "
    "what calls do around an iteration stays in them: whatever the scores, all are taken or none, a step ends, makes "
    "no more actions than the cap allows and leaves no more slots than the budget, or than there were; whatever is "
    "made of the scores, no gist is above the peak of its chunk, so that in a step the best act by turns, and it "
    "leaves nothing open that comes before what it chooses, as step-of-every-size says; actions from elsewhere are "
    "applied if all of them fit, and else the context stays; a release moves what stays to the front; thresholds that "
    "adapt count from the next iteration on, what is remembered has room, and as many collapses as a reclaim has room "
    "for free what is needed, or are more than there are slots; positions are written where there is room for all, "
    "and a row is gathered as splices say. Tables as a context is written to them, once families are listed and pins "
    "placed, and tables after a release or an iteration, are what an iteration and a reclaim need of blocks, families "
    "and ledger; and of the former every complete family is listed that no pin bars, as it is of the latter if it was "
    "before. What else any of these calls needs of a session, all of them leave; and no mean over time falls to the "
    "lowest score.",
    clauses="SCO-1 BUD-1 CAP-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6 ADA-1 TIE-2 REL-3 ING-2 EDI-2",
    technique=Technique.DEDUCTION,
    kernels=CALLS,
    assumes="arrays laid out as their header says, as `Tables` lays them out, and tables as `Tables.check` asserts "
    "them; a float that does not fit 32 bits becomes some number of 32 bits",
    mutations=[
        Mutation("peaks begin in the scores", "scratch[capacity : capacity + header[CHUNK_ROOM]]",
                 "scratch[capacity - 1 : capacity + header[CHUNK_ROOM]]"),
        Mutation("what is remembered needs no room", "if state[MEMORY] > 0 and state[REMEMBERED] + entries >",
                 "if state[MEMORY] > 0 and state[REMEMBERED] >"),
        Mutation("thresholds that adapt count at once", "adaptive[EXPAND_NOW] = expand",
                 "adaptive[EXPAND_NOW] = adaptive[EXPAND_NOW]"),
        Mutation("the budget is observed in place of its use", "observe(adaptive, state[SLOTS])",
                 "observe(adaptive, state[W_MAX])"),
        Mutation("more is remembered than is kept", "    state[REMEMBERED] = kept\n",
                 "    state[REMEMBERED] = kept + 1\n"),
        Mutation("the top frees more than it does", "for level in range(2, header[TOP] + 1):\n        least",
                 "for level in range(2, header[TOP]):\n        least"),
        Mutation("scores are taken however many there are",
                 "if len(scores) != slots:\n        return WRONG_LENGTH\n    return 0 if take",
                 "if len(scores) < 0:\n        return WRONG_LENGTH\n    return 0 if take"),
        Mutation("there is no end to measure nearness from",
                 "header[CURSOR_TOKEN] = header[END] if cursor < 0 else cursor", "header[CURSOR_TOKEN] = cursor"),
        Mutation("balanced scores keep the peaks that they had",
                 "if header[MULTI_SLOT] == 0:  # else peaks", "if header[MULTI_SLOT] == 1:  # else peaks"),
        Mutation("gists of several slots have the peaks of their first scores",
                 "if session.header[MULTI_SLOT] == 1:\n            bound(",
                 "if session.header[MULTI_SLOT] == 2:\n            bound("),
        Mutation("an iteration goes by scores that were not taken",
                 "    if done == 0:\n        if session.header[MULTI_SLOT] == 1:",
                 "    if done <= 0:\n        if session.header[MULTI_SLOT] == 1:"),
        Mutation("an iteration counts that a misfit stops",
                 "header[ITERATION] -= 1\n        header[LEDGER_FROM] = oldest\n    else:",
                 "header[LEDGER_FROM] = oldest\n    else:"),
        Mutation("misfits are applied", "fit = first_misfit(session, done)\n    if fit < done:",
                 "fit = first_misfit(session, done)\n    if fit < 0:"),
        Mutation("pins stay where they were", "session.family_node)\n    place_pins(session)\n",
                 "session.family_node)\n"),
        Mutation("families are listed by their nodes", "state[at[8] : at[9]], state[at[9] : at[10]])\n",
                 "state[at[9] : at[10]], state[at[8] : at[9]])\n"),
        Mutation("nothing is released", "release(session, slots)\n        forget_what_left(state)\n        place",
                 "forget_what_left(state)\n        place"),
        Mutation("positions are written to a row that is too short",
                 "if len(positions) < slots:\n        return", "if len(positions) < 0:\n        return"),
        Mutation("what a splice takes out is gathered", "old = splices[at] + splices[at + 1]", "old = splices[at]"),
        Mutation("aggregates lie among the peaks", "aggregates = scratch[len(session.fixed) + len(session.peaks) :]",
                 "aggregates = scratch[len(session.fixed) :]"),
        Mutation("aggregates have the peaks of scores", "survey(session.header, session.tags, found.worth, found",
                 "survey(session.header, session.tags, session.fixed, found"),
        Mutation("a full ledger is entered", "return refused if refused else let_go",
                 "return 0 if refused else let_go"),
        Mutation("a row of another length counts as told", "        refused = WRONG_LENGTH\n    else:\n",
                 "        refused = WRONG_LENGTH\n        header[HEARD] = header[SLOTS]\n    else:\n"),
        Mutation("what stays remembered happened later", "iterations[kept] = iterations[at]\n            kept",
                 "iterations[kept] = iterations[at] + 1\n            kept"),
        Mutation("a release has as much told as before",
                 "session.header[HEARD] = 0\n        release(session, slots)", "release(session, slots)"),
        Mutation("each iteration lowers the threshold of the next",
                 "if done >= 0:\n            observe_use(state)\n    take_back",
                 "if done >= 0:\n            observe_use(state)\n"
                 "            state[TAU_EXPAND] -= LIMIT\n    take_back"),
        Mutation("a misfit has what was told change places with what is remembered",
                 "header[ITERATION] -= 1\n        header[LEDGER_FROM] = oldest\n    else:",
                 "header[ITERATION] -= 1\n        header[LEDGER_FROM] = oldest\n"
                 "        header[HALF] = 1 - header[HALF]\n    else:"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def calls_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """What lies around an iteration."""
    yield from of_every_size(bug, *CALLS)


@theorem(
    "sessions-of-every-size",
    "A call for many sessions, by scores, by logits, by any search or by a policy's answers, has each of them do in "
    "its rows what it would alone, however many there are: it is handed its own scores or logits, stays in its rows "
    "and in work space that may hold whatever another has left there, and leaves in them what an iteration keeps; its "
    "actions and splices are told in the row of its call, and who held the interpreter lock does so again.",
    clauses="BUD-1",
    technique=Technique.DEDUCTION,
    kernels=MANY,
    assumes="calls that name separate sessions, and rows of states that end with how the work space is to be laid out, "
    "as `Batch` makes them; weights as POL-6 has them, of 2**10 activations at most",
    mutations=[
        Mutation("the action behind is told", "call[TOLD + j] = actions[j]", "call[TOLD + j] = actions[j + 1]"),
        Mutation("splices are told among the actions", "call[TOLD + room + j] = splices[j]",
                 "call[TOLD + j] = splices[j]"),
        Mutation("a session is handed the scores of those behind it",
                 "row = scores[calls[i, GIVEN] : calls[i, GIVEN_TO]]\n        state[",
                 "row = scores[calls[i, GIVEN] : len(scores)]\n        state["),
        Mutation("the lock is not given up any more",
                 "state[session, UNLOCKED] = -state[session, UNLOCKED]\n        tell", "tell"),
        Mutation("what another session did is told", "tell(state[session], done, calls[i])",
                 "tell(state[i], done, calls[i])"),
        Mutation("scores that are refused are gone by", "if call[RETURNED] < 0:\n        return False",
                 "if call[RETURNED] < -9:\n        return False"),
        Mutation("the last of what is asked is left out", "for j in range(WORK_HEADER):\n        space[j]",
                 "for j in range(WORK_HEADER - 1):\n        space[j]"),
        Mutation("a session is handed the logits of those behind it",
                 "row = logits[calls[i, GIVEN] : calls[i, GIVEN_TO]]", "row = logits[calls[i, GIVEN] : len(logits)]"),
        Mutation("what another session did by logits is told",
                 "done = run_logits(row, tags[session], scratch[session], state[session], space)\n"
                 "            arrives(state[session], done",
                 "done = run_logits(row, tags[session], scratch[session], state[session], space)\n"
                 "            arrives(state[i], done"),
        Mutation("what another session did by the optimum is told",
                 "done = run_knapsack(tags[session], scratch[session], state[session], space)\n"
                 "            arrives(state[session], done",
                 "done = run_knapsack(tags[session], scratch[session], state[session], space)\n"
                 "            arrives(state[i], done"),
        Mutation("a session goes by the scores of another",
                 "run_objectives(tags[session], scratch[session]", "run_objectives(tags[session], scratch[i]"),
        Mutation("a choice is made in the state of another",
                 "run_recompute(tags[session], scratch[session], state[session], space)",
                 "run_recompute(tags[session], scratch[session], state[i], space)"),
        Mutation("regions are those of another", "run_hierarchy(tags[session]", "run_hierarchy(tags[i]"),
        Mutation("one action less is told than regions claimed",
                 "done = run_hierarchy_by_price(tags[session], scratch[session], state[session], space)\n",
                 "done = run_hierarchy_by_price(tags[session], scratch[session], state[session], space) - 1\n"),
        Mutation("a projection goes on without work space of its own",
                 "if sets_out(state[session], space, calls[i]):\n            done = run_projection(",
                 "if calls[i, RETURNED] >= 0:\n            done = run_projection("),
        Mutation("an iteration with other ties is told that was not",
                 "if sets_out(state[session], space, calls[i]):\n            done = run_tied(",
                 "if not sets_out(state[session], space, calls[i]):\n            done = run_tied("),
        Mutation("work space is laid out as for another session",
                 "if sets_out(state[session], space, calls[i]):\n            row",
                 "if sets_out(state[i], space, calls[i]):\n            row"),
        Mutation("what another session did by a policy's answer is told",
                 "asked[DIFFERS] = space[DIFFERS]\n            arrives(state[session], done",
                 "asked[DIFFERS] = space[DIFFERS]\n            arrives(state[i], done"),
        Mutation("all slots of a session that stepped remember something",
                 "state[session, UNLOCKED] = -state[session, UNLOCKED]\n        tell",
                 "state[session, UNLOCKED] = -state[session, UNLOCKED]\n"
                 "        state[session, KNOWN] = state[session, SLOTS]\n        tell"),
        Mutation("all slots of a session that searched remember something",
                 "done = run_knapsack(tags[session], scratch[session], state[session], space)\n",
                 "done = run_knapsack(tags[session], scratch[session], state[session], space)\n"
                 "            state[session, KNOWN] = state[session, SLOTS]\n"),
        Mutation("who arrives has the lock", "    state[UNLOCKED] = -state[UNLOCKED]\n    tell", "    tell"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def sessions_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """What is told, and each in its rows."""
    yield from of_every_size(bug, *MANY)


@theorem(
    "prepares-of-every-size",
    "Scores that are taken for a call of its own, of one session or of many, go by its cursor, however many they are; "
    "it is said whether there are as many as slots; they are noted as they were told in a session that keeps that, one "
    "for each slot and apart from all others; and all else that an iteration needs stays.",
    clauses="SCO-1 CUR-1",
    technique=Technique.DEDUCTION,
    kernels=PREPARES,
    assumes="arrays laid out as their header says, as `Tables` lays them out, and tables as `Tables.check` asserts "
    "them; calls that name separate sessions, as `Batch` makes them",
    mutations=[
        Mutation("a score is noted behind its slot", "noted[slot] = np.int32", "noted[slot + 1] = np.int32"),
        Mutation("scores are noted where there is no place for it", "if refused == 0 and state[TOLD_AT] > 0:",
                 "if refused == 0:"),
        Mutation("what is noted begins before its place",
                 "scratch[state[TOLD_AT] if state[TOLD_AT] > 0 else len(scratch) :]",
                 "scratch[state[TOLD_AT] - 1 if state[TOLD_AT] > 0 else len(scratch) :]"),
        Mutation("a session is handed the scores of all", "run_prepare(row, tags[session]",
                 "run_prepare(scores, tags[session]"),
        Mutation("what came of it is told as the number of the session", "calls[i, RETURNED] = refused",
                 "calls[i, NUMBER] = refused"),
        Mutation("what is refused counts as told", "np.int32(fixed_point(scores[slot]))\n    return refused",
                 "np.int32(fixed_point(scores[slot]))\n    if refused != 0 and state[MEMORY_SHIFT] > 0:\n"
                 "        state[HEARD] = state[SLOTS]\n    return refused"),
        Mutation("what all slots are told counts where nothing is remembered",
                 "        calls[i, RETURNED] = refused\n",
                 "        calls[i, RETURNED] = refused\n        state[session, HEARD] = state[session, SLOTS]\n"),
        Mutation("the cursor stands at the number of the session",
                 "calls[i, RETURNED])\n        calls[i, RETURNED] = refused",
                 "calls[i, NUMBER])\n        calls[i, RETURNED] = refused"),
    ],
    full=True,
)  # fmt: skip
def prepares_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """What a call takes that goes on by itself."""
    yield from of_every_size(bug, *PREPARES)
