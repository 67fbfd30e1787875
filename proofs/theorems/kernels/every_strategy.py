"""Theorems about what other strategies add to greedy, for tables of any length, by contracts as in `every_size`.

Most are about safety: every index in its table, every number in its width, every loop ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from focalloc.proofs.engines.deductive.evidence import of_every_size
from focalloc.proofs.sources import Mutation
from focalloc.proofs.theorem import Evidence, Technique, theorem
from focalloc.proofs.theorems.kernels.every_size import MANY, contracts_of, with_parts

SEARCHES = with_parts("decide", "run_knapsack", "run_projection")
"""Iterations of strategies that search."""

BY_LOGITS = with_parts("run_logits")
"""Iterations by a policy's logits."""

WEIGHED = with_parts("run_objectives")
"""Iterations of strategies that weigh several objectives."""

RECOMPUTED = with_parts("run_recompute")
"""The same where what is computed anew has a weight."""

REGIONAL = with_parts("run_hierarchy", "run_hierarchy_by_price")
"""Planning by regions."""

RELAXED = with_parts("run_candidates")
"""What the relaxation of the optimum is called by."""

ANSWERS = ("select_preferred", "select_by_policy")
"""What a policy's answer is made by."""

ANSWERED = with_parts("run_policy")
"""Iterations by a policy's answer."""

LOOKS = [one for one in contracts_of("policy", "policy_calls") if one not in (*ANSWERS, *ANSWERED, *MANY)]
"""What a policy looks at, and makes of it."""

WHOLE = (*RELAXED, *SEARCHES, *BY_LOGITS, *WEIGHED, *RECOMPUTED, *REGIONAL)
"""Calls of strategies that search, from scores that are taken or logits on."""

SPACES = [one for one in contracts_of("search_calls") if one not in (*MANY, *WHOLE)]
"""How tables of searches are cut out."""

CHOICES = contracts_of("knapsack", "objectives", "hierarchy", "recompute", "relaxation")
"""The parts of the optimum and of the strategies that are made of it."""

LAYOUTS = [*contracts_of("opening"), "run_layout"]
"""What lays a history out, and its call."""


@theorem(
    "ties-of-every-size",
    "What is remembered is found by halving and stays within its room; candidates are numbered by distance each once; "
    "the best expands between two slots lie between them, and what is gathered, named and kept are gists and families "
    "of the context, however many there are; of both, no more are found than are asked for. The selection ends, and "
    "what it chooses obeys what a step's choice does: cap, budget after each action, separate gists and families, "
    "tail, rests, thresholds.",
    clauses="TIE-1 TIE-2 CAP-1 BUD-1 ACT-1 THR-1 TAI-1 COO-1",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("ties"),
    mutations=[
        Mutation("halving does not end", "if ascending[middle] < number:\n            low = middle + 1",
                 "if ascending[middle] < number:\n            low = middle"),
        Mutation("what is new is written behind its room", "acted[kept + i] = actions[i]",
                 "acted[kept + i + 1] = actions[i]"),
        Mutation("what is done now happens later", "iterations[kept + i] = now", "iterations[kept + i] = now + 1"),
        Mutation("the far end moves by two", "ages[high] = number\n            high -= 1",
                 "ages[high] = number\n            high -= 2"),
        Mutation("what is numbered by distance is one more", "number_by_distance(session.header, ties, kind, size)",
                 "number_by_distance(session.header, ties, kind, size + 1)"),
        Mutation("an expand is counted that is not there", "        size += found\n", "        size += found + 1\n"),
        Mutation("a tie more than there is room for",
                 "if room == 0:\n                            lowest = least + 1\n    return size",
                 "if room == 0:\n                            lowest = least + 1\n    return size + 1"),
        Mutation("an expand more is gathered than there can be", "tags[slot] < MARK and size < most:",
                 "tags[slot] < MARK and size <= most:"),
        Mutation("a collapse more is gathered than there can be", "if size < most and not is_barred",
                 "if size <= most and not is_barred"),
        Mutation("the walk from the end passes over a family", "family = high\n            high -= 1",
                 "family = high\n            high -= 2"),
        Mutation("a token is counted from where the next is", "        slot = slots[i]\n        node = node_of",
                 "        slot = slots[i] + 1\n        node = node_of"),
        Mutation("families are named by their slots", "rise(more_keys, ages, i, key_of(0, notes[i]), rank_of(keys[i]))",
                 "rise(more_keys, ages, i, key_of(0, place_of(keys[i])), rank_of(keys[i]))"),
        Mutation("one more is kept than is asked for", "    if size <= room:\n        return size\n    # BY RANK",
                 "    if size <= room + 1:\n        return size\n    # BY RANK"),
        Mutation("the queue goes by places", "queue_keys[turn] = key_of(ranks[i], slots[i])",
                 "queue_keys[turn] = key_of(slots[i], ranks[i])"),
        Mutation("a collapse is noted by the family behind",
                 "queue_families[turn] = families_before(header, family_slot, 0, slot)",
                 "queue_families[turn] = families_before(header, family_slot, 0, slot + 1)"),
        Mutation("a tied expand undoes a collapse", "node * 2 + COLLAPSE):\n            ranks[left]",
                 "node * 2 + EXPAND):\n            ranks[left]"),
        Mutation("a tied collapse undoes an expand", "node * 2 + EXPAND):\n                nodes[size]",
                 "node * 2 + COLLAPSE):\n                nodes[size]"),
        Mutation("a token stays with another that is left out", "tokens[kept] = tokens[i]",
                 "tokens[kept] = tokens[kept]"),
        Mutation("expands below the threshold are gathered", "bar = header[TAU_EXPAND]\n    if stop",
                 "bar = -header[TAU_EXPAND]\n    if stop"),
        Mutation("the last chunk is looked at as a whole", "length = min(stop, (chunk + 1) * CHUNK) - first",
                 "length = (chunk + 1) * CHUNK - first"),
    ],
    full=True,
)  # fmt: skip
def ties_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """By cursor and by recency."""
    yield from of_every_size(bug, *contracts_of("ties"))


@theorem(
    "ties-in-calls-of-every-size",
    "An iteration with other ties leaves what it needs itself of blocks, families, pins and ledger, makes no more "
    "actions than the cap allows and leaves no more slots than the budget, or than there were, however long the "
    "context, whatever is remembered and however little work space there is; or says why not, and the context is as it "
    "was. Its columns lie in its work space, apart from each other.",
    clauses="TIE-1 TIE-2 CAP-1 BUD-1 CTX-6",
    technique=Technique.DEDUCTION,
    kernels=with_parts("run_tied"),
    assumes="arrays laid out as their headers say, as `Tables` lays them out, and tables as `Tables.check` asserts "
    "them",
    mutations=[
        Mutation("two columns overlap", "space[at + 2 * long : at + 3 * long]", "space[at + long : at + 3 * long]"),
        Mutation("one action more is made than is chosen",
                 "done = select_tied(session, ties)\n    # APPLY\n    apply(session, done, session.actions)",
                 "done = select_tied(session, ties)\n    # APPLY\n    apply(session, done + 1, session.actions)"),
        Mutation("no room is made for what is remembered",
                 "if not has_room(session, state, header[N_DIFF]):\n        return LEDGER_FULL\n    at",
                 "if not has_room(session, state, 0):\n        return LEDGER_FULL\n    at"),
        Mutation("there is work space for one side of the cursor", "else 2 * found", "else found"),
        Mutation("what is remembered takes no work space", "header[N_DIFF] + header[REMEMBERED] + header[LEDGER_TO]",
                 "header[N_DIFF] + header[LEDGER_TO]"),
        Mutation("the last action is not told", "take_back(held)\n    return done\n\n\n@kernel\ndef run_ties",
                 "take_back(held)\n    return done - 1\n\n\n@kernel\ndef run_ties"),
    ],
    full=True,
)  # fmt: skip
def ties_in_calls_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From scores that are taken to actions."""
    yield from of_every_size(bug, *with_parts("run_tied"))


@theorem(
    "runs-of-every-size",
    "Whatever the runs, no candidate is read beyond them, gains and prices fit, and each bound is written where there "
    "is room for one per action that is left; the exact search over them ends, keeps its states in their space, each "
    "with the one that it came from, and chooses no more candidates than there are actions: the first of each run, "
    "each once, of no pair both sides, and what adds no more slots than there is room for.",
    clauses="KNA-2 MUL-1",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("search"),
    assumes="keys of ranks below 2**34, weights and costs below 2**31; as many candidates as there are actions, 2**24 "
    "at most, add or free no more than 2**26 slots",
    mutations=[
        Mutation("a candidate behind the run is looked at",
                 "if heads[run] < size_of(work.runs, run):\n            worth",
                 "if heads[run] <= size_of(work.runs, run):\n            worth"),
        Mutation("a bound too many", "for m in range(query[ACTIONS]):\n        run = best_head",
                 "for m in range(query[ACTIONS] + 1):\n        run = best_head"),
        Mutation("expands come before collapses", "return key + UNBOUNDED if delta_of(work.runs, run) < 0",
                 "return key + UNBOUNDED if delta_of(work.runs, run) > 0"),
        Mutation("a slot of a run that adds none has a price", "if delta_of(work.runs, run) > 0 and size_of",
                 "if delta_of(work.runs, run) >= 0 and size_of"),
        Mutation("a choice is filled up by what is not there",
                 "while heads[run] < size_of(work.runs, run) and count",
                 "while heads[run] <= size_of(work.runs, run) and count"),
        Mutation("choices are compared at the stages behind", "stage -= 1\n        one_option",
                 "stage += 1\n        one_option"),
        Mutation("one extension more than there is space for",
                 "if size == space:\n                    return OUT_OF_SPACE\n"
                 "                put(states, space + size, so_far, state, option)",
                 "if size > space:\n                    return OUT_OF_SPACE\n"
                 "                put(states, space + size, so_far, state, option)"),
        Mutation("states reach into the extensions", "if to == query[SPACE]:", "if to > query[SPACE]:"),
        Mutation("a collapse alone is taken of the expands", "heads[run - 1] = 1", "heads[run] = 1"),
        Mutation("a choice ends beyond the room", "if so_far.net <= query[ROOM]:", "if so_far.net <= query[ROOM] + 1:"),
        Mutation("the first of a run is chosen again", "rise(chosen, chosen_notes, size, turn_of(work, run, i), note)",
                 "rise(chosen, chosen_notes, size, turn_of(work, run, 0), note)"),
        Mutation("a collapse is taken with the expands of its pair", "            heads[run] = option\n",
                 "            heads[run] = option\n            if stage < query[PAIRS] and option > 1:\n"
                 "                heads[run] -= 1\n                heads[run - 1] += 1\n"),
        Mutation("what a pair's collapse adds is what its expands do", "so_far = with_one(work, begun, run - 1, 0)",
                 "so_far = with_one(work, begun, run, 0)"),
        Mutation("notes are those of the next", "note = work.item_notes[work.runs[run * RUN + BEGIN] + i]",
                 "note = work.item_notes[work.runs[run * RUN + BEGIN] + i + 1]"),
    ],
    full=True,
)  # fmt: skip
def runs_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Candidates, gains, prices, bounds."""
    yield from of_every_size(bug, *contracts_of("search"))


@theorem(
    "choices-of-every-size",
    "The best of each class are gists and families of the context, none twice, and are laid out in runs, the families "
    "set apart marked meanwhile; the optimum searches them until no family is chosen together with the expand of a "
    "member, which ends, and chooses separate blocks, no more than may act and no more slots than the budget has room "
    "for, and notes what it expands with its token, also where it leaves nearness to the cursor out of their order, "
    "which then is by keys less what that was worth; "
    "what claims at a price is in its run; a region is listed, placed and copied whole into its tables, has its share "
    "of the actions and of the room, and is searched like a context, and what is chosen in all regions are separate "
    "blocks of the context, too, in order, within the budget; so it is with what lies behind each place where a choice "
    "may begin, until none can be better, which ends; the best of a stretch, and what they gain together, stay in "
    "theirs; worth fits.",
    clauses="KNA-1 MUL-1 HIE-1",
    technique=Technique.DEDUCTION,
    kernels=CHOICES,
    mutations=[
        Mutation("keys keep what nearness is worth", "chosen[i] = max(least, turn)",
                 "chosen[i] = max(least, chosen[i])"),
        Mutation("an expand is as near as its first block",
                 "node = node_of(tags[place_of(chosen[i])], chosen_notes[i])", "node = node_of(1, chosen_notes[i])"),
        Mutation("a choice is sorted with nearness in its keys",
                 "    key_by_aggregates(session, work, done)\n    for i", "    for i"),
        Mutation("the end of the keys is passed", "while size > 0 and keys[size - 1] < floor:",
                 "while keys[size - 1] < floor:"),
        Mutation("a run's notes are its keys", "item_notes[items + i] = notes[i]", "item_notes[items + i] = keys[i]"),
        Mutation("all the budget is room", "return header[W_MAX] - header[SLOTS]\n", "return header[W_MAX]\n"),
        Mutation("nearness counts against an expand", "worth[slot] = aggregates[slot] + nearness(",
                 "worth[slot] = aggregates[slot] - nearness("),
        Mutation("what is not there claims", "if heads[r] < runs[r * RUN + SIZE]:",
                 "if heads[r] <= runs[r * RUN + SIZE]:"),
        Mutation("a region's scores begin one further", "region.fixed[i] = session.fixed[first + i]",
                 "region.fixed[i] = session.fixed[first + i + 1]"),
        Mutation("the best of a stretch push into the one before", "while at > first and leading[at - 1] < value:",
                 "while leading[at - 1] < value:"),
        Mutation("the last place is kept", "if place < first or place > last:", "if place < first or place >= last:"),
        Mutation("collapses are classed as expands", "(kind if delta < 0 else query[DELTAS] + kind)",
                 "(kind if delta > 0 else query[DELTAS] + kind)"),
        Mutation("the bar is that of the best class", "least = min(least, starts.leading[stretch * room + room - 1])",
                 "least = max(least, starts.leading[stretch * room + room - 1])"),
        Mutation("what leads must be beaten", "starts.leading[stretch * room + room - 1] >= value",
                 "starts.leading[stretch * room + room - 1] > value"),
        Mutation("what collapses gain together is written behind", "leading[TOGETHER * room + i] = whole",
                 "leading[AT_PRICE * room + i] = whole"),
        Mutation("what costs more than it gains counts", "min(whole + max(0, starts.leading[AT_PRICE * room + i])",
                 "min(whole + min(0, starts.leading[AT_PRICE * room + i])"),
        Mutation("what a collapse frees is added", "return -delta_at(header, family_node[note] % LEVELS)",
                 "return delta_at(header, family_node[note] % LEVELS)"),
        Mutation("a collapse is named an expand", "actions[i] = family_node[chosen_notes[i]] * 2 + COLLAPSE",
                 "actions[i] = family_node[chosen_notes[i]] * 2 + EXPAND"),
        Mutation("a choice in order leaves out the last",
                 "sort_best_first(chosen, chosen_notes, done)\n\n\n@kernel\ndef is_called_for",
                 "sort_best_first(chosen, chosen_notes, done - 1)\n\n\n@kernel\ndef is_called_for"),
        Mutation("a choice keeps the notes of another", "work.chosen_notes[i] = work.other_notes[i]",
                 "work.chosen_notes[i] = work.chosen_notes[i]"),
        Mutation("an expand is looked for one slot further",
                 "            at = first + i\n            if worth[at] >= least",
                 "            at = first + i + 1\n            if worth[at] >= least"),
        Mutation("a member too many is looked at",
                 "i in range(header[FANOUT + level + 1]):\n        slot = place",
                 "i in range(header[FANOUT + level + 1] + 1):\n        slot = place"),
        Mutation("the floor of none is the last", "work.header[EXPAND_FLOOR] = keys[size - 1] if size == room",
                 "work.header[EXPAND_FLOOR] = keys[size - 1] if size <= room"),
        Mutation("floors are looked for where none are asked for", "if work.header[TOP_K] > 0:",
                 "if work.header[TOP_K] >= 0:"),
        Mutation("members lie a slot apart", "tags[place + i * header[UNITS + level - 1]] += by",
                 "tags[place + i * header[UNITS + level]] += by"),
        Mutation("a collapse is noted by its place among those apart",
                 "notes[i] = families_before(header, session.family_slot, 0, place_of(keys[i]))",
                 "notes[i] = families_before(header, session.family_slot, 0, place_of(keys[i]) + 1)"),
        Mutation("the pool of a delta begins in the one before", "work.pool_keys[d * header[N_DIFF] + i] = keys[i]",
                 "work.pool_keys[d * header[N_DIFF] + i - 1] = keys[i]"),
        Mutation("a family set apart is noted by its key", "notes[0] = apart_families[x]", "notes[0] = apart_keys[x]"),
        Mutation("families stay marked", "    mark_families(session, work, -MARK)\n    return items",
                 "    return items"),
        Mutation("a region's families begin with the next", "                regions[at + FAMILY] = family\n",
                 "                regions[at + FAMILY] = family + 1\n"),
        Mutation("claims are said to be of a region more", "return add_claims(session, work.search, claims)",
                 "return add_claims(session, work.search, claims) + 1"),
        Mutation("a choice by price lies as it was joined",
                 "    sort_best_first(regions.turns, regions.notes, done)\n    # each region", "    # each region"),
        Mutation("behind the last region stands nothing",
                 "    regions[size * REGION + FAMILY] = header[FAMILIES]\n", ""),
        Mutation("a region begins one slot further", "        table[at + SLOT] = slot\n",
                 "        table[at + SLOT] = slot + 1\n"),
        Mutation("an expand is named by its key", "notes[i] = node_of(session.tags[place_of(keys[i])], notes[i])",
                 "notes[i] = node_of(session.tags[keys[i]], notes[i])"),
        Mutation("a place is listed behind a gap", "starts.table[listed * START + SLOT] = one.place",
                 "starts.table[(listed + 1) * START + SLOT] = one.place"),
        Mutation("a collapse frees what its members add", "Candidate(place, rank, -delta_at(header, level), -1)",
                 "Candidate(place, rank, -delta_at(header, level - 1), -1)"),
        Mutation("the coarsest gist has a family", "if level < header[TOP]:\n            family",
                 "if level <= header[TOP]:\n            family"),
        Mutation("the slot behind a chunk is looked at", "for slot in range(behind - 1, begin - 1, -1):",
                 "for slot in range(behind, begin - 1, -1):"),
        Mutation("a choice stays marked", "            tags[place_of(chosen[i])] -= MARK\n",
                 "            tags[place_of(chosen[i])] -= 0\n"),
        Mutation("conflicts of the lower levels are overlooked", "if level > 1 and is_marked(tags, place",
                 "if level > 2 and is_marked(tags, place"),
        Mutation("a family set apart stays in its class", "if not is_apart(work, pool_families[at]):",
                 "if not is_apart(work, at):"),
        Mutation("all that is laid out may act", "work.header[ACTIONS] = min(session.header[N_DIFF], items)",
                 "work.header[ACTIONS] = items"),
        Mutation("a choice with conflicts will do", "if done < 0 or not set_conflicts_apart(",
                 "if done >= 0 or not set_conflicts_apart("),
        Mutation("the last attempt counts as the best",
                 "            done = keep_preferred(session, work, size, done)\n    if work.header[CURSOR] > 0",
                 "            done = size\n    if work.header[CURSOR] > 0"),
        Mutation("an order leaves notes where they were", "rise(chosen, chosen_notes, i, chosen[i], chosen_notes[i])",
                 "rise(chosen, chosen_notes, i, chosen[i], chosen_notes[done - 1])"),
        Mutation("a collapse is keyed as an expand", "chosen[i] = max(least, turn)",
                 "chosen[i] = max(least, turn) % UNBOUNDED"),
        Mutation("nearness moves places", "nearness(header, work.header[CURSOR], node) * PLACES",
                 "nearness(header, work.header[CURSOR], node)"),
        Mutation("the best chunk is looked at twice",
                 "first = chunk_notes[c] * CHUNK\n        if size == header[N_DIFF] and key_of(rank_of",
                 "first = chunk_notes[c // 2] * CHUNK\n        if size == header[N_DIFF] and key_of(rank_of"),
        Mutation("all members are looked for at the first",
                 "slot = place + i * header[UNITS + level]\n        token = node // LEVELS + i",
                 "slot = place\n        token = node // LEVELS + i"),
        Mutation("families that free more are listed as well",
                 "size += 1 if delta_at(header, family_node[family] % LEVELS) == delta else 0",
                 "size += 1 if delta_at(header, family_node[family] % LEVELS) >= delta else 0"),
        Mutation("a claim counts in the next region", "claims.actions[token // span - oldest] += 1",
                 "claims.actions[token // span - oldest + 1] += 1"),
        Mutation("members are noted with the token of the next",
                 "        token = node // LEVELS + i * header[SPAN + level]\n        barred",
                 "        token = node // LEVELS + (i + 1) * header[SPAN + level]\n        barred"),
        Mutation("what is best in a chunk is noted with the token of another",
                 "                slot = at\n", "                slot = at - 1\n"),
        Mutation("what is left over makes no more of a share", "while rest >= total:", "while rest > total:"),
        Mutation("a region may act as if none had before",
                 "most = min(header[N_DIFF], share(work.header[CAP], mass_so_far, mass)) - done",
                 "most = min(header[N_DIFF], share(work.header[CAP], mass_so_far, mass))"),
        Mutation("one action more than a region may make", "region.header[N_DIFF] = most\n",
                 "region.header[N_DIFF] = most + 1\n"),
        Mutation("the token of a region is that of the next", "region.header[FIRST] = table[at + TOKEN]",
                 "region.header[FIRST] = table[at + REGION + TOKEN]"),
        Mutation("places are not moved along", "        turns[i] -= slot  #", "        turns[i] += slot  #"),
        Mutation("families of a region are counted from the next", "            notes[i] += family\n",
                 "            notes[i] += family + 1\n"),
        Mutation("the place that was searched stays listed", "left = drop(starts, left, place, ",
                 "left = drop(starts, left, place + 1, "),
        Mutation("a suffix begins with its bound", "place = starts.table[at + SLOT]\n",
                 "place = starts.table[at + BOUND]\n"),
        Mutation("a suffix may add one slot more",
                 "search_suffixes(session, work, regions, asked, room_in(header, attempt), done)",
                 "search_suffixes(session, work, regions, asked, room_in(header, attempt) + 1, done)"),
        Mutation("a region has room for all that there can be", "left = min(header[CAPACITY], share(",
                 "left = max(header[CAPACITY], share("),
        Mutation("a share of nothing", "if total == 0:\n        return 0", "if total < 0:\n        return 0"),
        Mutation("a choice is added behind a gap", "rise(regions.turns, regions.notes, done + i, work",
                 "rise(regions.turns, regions.notes, done + i + 1, work"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def choices_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Whatever goes around the search."""
    yield from of_every_size(bug, *CHOICES)


@theorem(
    "preferences-of-every-size",
    "Logits saturate, or are said to be no numbers; what each block's expand and collapse are preferred by is written "
    "at its first slot, three logits a block, and a family's wish is that of all its members; all of it fits.",
    clauses="PRO-1 PRO-2",
    technique=Technique.DEDUCTION,
    kernels=contracts_of("projection"),
    assumes="a float that does not fit 32 bits becomes some number of 32 bits; one that is held between two that fit "
    "becomes one between them",
    mutations=[
        Mutation("wishes begin with the second member", "wish += less[family_slot[family] + i]\n",
                 "wish += less[family_slot[family] + i + 1]\n"),
        Mutation("logits of a block are four", "            at += 3\n", "            at += 4\n"),
        Mutation("members are counted from the second", "total(fixed, family_slot[family] + i * slots, slots)",
                 "total(fixed, family_slot[family] + (i + 1) * slots, slots)"),
        Mutation("what is too large is written as it is",
                 "np.int32(min(max(np.float64(number), -LARGEST), LARGEST))", "np.int32(number)"),
        Mutation("a logit behind the last", "for i in range(len(logits)):\n        number = fixed_point(logits[i])  #",
                 "for i in range(len(logits) + 1):\n        number = fixed_point(logits[i])  #"),
        Mutation("preferences are four times as much", "more = fixed[entry] - keep",
                 "more = 4 * (fixed[entry] - keep)"),
        Mutation("what does not fit is forgotten by the next", "far = np.int32(far | (", "far = np.int32(0 | ("),
    ],
    full=True,
)  # fmt: skip
def preferences_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """What a policy prefers, as scores or as logits."""
    yield from of_every_size(bug, *contracts_of("projection"))


@theorem(
    "spaces-of-every-size",
    "The tables of a search, and those of a region, that a call cuts out of the array for them lie in it, apart from "
    "each other, however long they are. What ends an iteration that searches leaves the context whole, and within "
    "its budget if what is chosen is: the choice is made, as actions on separate blocks at their tokens, or all is as "
    "it was before.",
    clauses="BUD-1 CTX-6",
    technique=Technique.DEDUCTION,
    kernels=SPACES,
    assumes="an array laid out as its header says, as `Workspace` lays it out",
    mutations=[
        Mutation("two tables of a search overlap", "        header,\n        space[at[4] : at[5]],",
                 "        header,\n        space[at[4] : at[6]],"),
        Mutation("what expands are worth runs into its peaks", "return Worths(space[at[17] : at[18]], ",
                 "return Worths(space[at[17] : at[20]], "),
        Mutation("an iteration is undone twice", "session.header[ITERATION] -= 1\n        unforget",
                 "session.header[ITERATION] -= 2\n        unforget"),
        Mutation("what is chosen is named by its notes", "name_actions(session, done, turns, notes)",
                 "name_actions(session, done, notes, turns)"),
        Mutation("one action more is made than is chosen",
                 "turns, notes)\n        apply(session, done, session.actions)",
                 "turns, notes)\n        apply(session, done + 1, session.actions)"),
        Mutation("peaks of a region are its worths", "scores[2 * capacity :]", "scores[capacity:]"),
        Mutation("worths of a region are one further", "[capacity : 2 * capacity], regions",
                 "[capacity + 1 : 2 * capacity], regions"),
        Mutation("turns and notes of regions are one table",
                 "notes = space[at[26] : at[27]]\n    return Regions",
                 "notes = space[at[25] : at[27]]\n    return Regions"),
    ],
    full=True,
)  # fmt: skip
def spaces_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """By the offsets in its header."""
    yield from of_every_size(bug, *SPACES)


@theorem(
    "relaxations-of-every-size",
    "Candidates of the next iteration are laid out for the relaxation of the optimum within their tables, however many "
    "there are; and of the session nothing has changed afterwards but work space and peaks: neither its context nor "
    "what its ledger holds, nor which iteration it is in.",
    clauses="",
    technique=Technique.DEDUCTION,
    kernels=RELAXED,
    assumes="arrays laid out as their headers say, as `Tables` and `Workspace` lay them out, with room for so many",
    mutations=[
        Mutation("the next iteration has begun",
                 "    header[ITERATION] -= 1\n    header[LEDGER_FROM] = oldest\n    take",
                 "    header[LEDGER_FROM] = oldest\n    take"),
        Mutation("what the ledger has forgotten is not had back",
                 "    header[ITERATION] -= 1\n    header[LEDGER_FROM] = oldest\n    take",
                 "    header[ITERATION] -= 1\n    take"),
        Mutation("the ledger begins where it began after that",
                 "    oldest = header[LEDGER_FROM]\n    header[ITERATION] += 1\n"
                 "    forget(header, session.ledger_iteration)\n    lay_out_named(",
                 "    header[ITERATION] += 1\n    forget(header, session.ledger_iteration)\n"
                 "    oldest = header[LEDGER_FROM]\n    lay_out_named("),
    ],
    full=True,
)  # fmt: skip
def relaxations_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From the arrays of a session and of a search."""
    yield from of_every_size(bug, *RELAXED)


@theorem(
    "searches-of-every-size",
    "An iteration of the exact optimum, or of a projection by scores, from scores that are taken on, ends and stays "
    "within its tables, however long the context and however much work space: it makes no more actions than the cap "
    "allows and leaves no more slots than the budget, or than there were; or it says that the ledger is full or that "
    "it had too little space, and then slots, tags and the number of the iteration are what they were. Either way it "
    "leaves of blocks, families, tokens, pins and ledger what an iteration keeps, and the header of its work space as "
    "the next search needs it.",
    clauses="BUD-1 CAP-1 KNA-1 HYB-1 PRO-1",
    technique=Technique.DEDUCTION,
    kernels=SEARCHES,
    assumes="arrays laid out as their headers say, as `Tables` and `Workspace` lay them out, and tables as "
    "`Tables.check` asserts them",
    mutations=[
        Mutation("candidates are noted by when they are applied",
                 "select_optimum(session, work)\n    return leave(session, state, done, work.chosen, work.chosen_notes",
                 "select_optimum(session, work)\n    return leave(session, state, done, work.chosen, work.chosen"),
        Mutation("an action more is made than is chosen",
                 "done = select_optimum(session, work)\n    return leave(session, state, done,",
                 "done = select_optimum(session, work)\n    return leave(session, state, done + 1,"),
        Mutation("a full ledger stops no search", "if held < 0:\n        return held\n    # of several deltas",
                 "if held < -99:\n        return held\n    # of several deltas"),
        Mutation("wishes of a projection are written by node",
                 "session.fixed, session.family_slot, session.family_node, work.wishes)",
                 "session.fixed, session.family_node, session.family_slot, work.wishes)"),
        Mutation("what the next search aims at is forgotten", "    # CANDIDATES\n    set_floors(session, work)",
                 "    work.header[GOAL] = -UNBOUNDED\n    set_floors(session, work)"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def searches_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From when scores are taken to the end."""
    yield from of_every_size(bug, *SEARCHES)


@theorem(
    "logits-of-every-size",
    "An iteration of a projection by logits ends and stays within its tables, however many logits there are and "
    "whatever they are: it makes no more actions than the cap allows and leaves no more slots than the budget, or than "
    "there were; or it says why not, as it does wherever there are other than three logits for each block, and then "
    "slots, tags and the number of the iteration are what they were. Either way it leaves of blocks, families, tokens, "
    "pins and ledger what an iteration keeps.",
    clauses="BUD-1 CAP-1 PRO-1",
    technique=Technique.DEDUCTION,
    kernels=BY_LOGITS,
    assumes="arrays laid out as their headers say, as `Tables` and `Workspace` lay them out, and tables as "
    "`Tables.check` asserts them; of floats what `preferences-of-every-size` assumes",
    mutations=[
        Mutation("a full ledger does not stop it",
                 "held < 0:\n        return held\n    work = work_of(space, worths)\n    # CANDIDATES\n    header",
                 "held < -99:\n        return held\n    work = work_of(space, worths)\n    # CANDIDATES\n    header"),
        Mutation("logits of more blocks than there are slots are taken", "if len(logits) > 3 * header[SLOTS]:",
                 "if len(logits) > 4 * header[SLOTS]:"),
        Mutation("logits of too few blocks are gone by",
                 "if len(logits) != spread(header,", "if len(logits) > spread(header,"),
        Mutation("an iteration counts twice", "work.wishes)\n    return decide(session, state, work, held)\n\n\n# MANY",
                 "work.wishes)\n    header[ITERATION] += 1\n    return decide(session, state, work, held)\n\n\n# MANY"),
        Mutation("what collapses are preferred by is looked for by node",
                 "header, less, session.family_slot, session.family_node, work.wishes)",
                 "header, less, session.family_node, session.family_slot, work.wishes)"),
    ],
    full=True,
)  # fmt: skip
def logits_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From logits to the end."""
    yield from of_every_size(bug, *BY_LOGITS)


@theorem(
    "objectives-of-every-size",
    "An iteration of the optimum of several objectives ends and stays within its tables, however long the context and "
    "however much work space: it makes no more actions than the cap allows and leaves no more slots than the budget, "
    "or than there were; or it says why not, and then slots, tags and the number of the iteration are what they were. "
    "Either way it leaves of blocks, families, tokens, pins and ledger what an iteration keeps.",
    clauses="BUD-1 CAP-1 MUL-1",
    technique=Technique.DEDUCTION,
    kernels=WEIGHED,
    assumes="arrays laid out as their headers say, as `Tables` and `Workspace` lay them out, and tables as "
    "`Tables.check` asserts them",
    mutations=[
        Mutation("a full ledger does not stop it",
                 "if held < 0:\n        return held\n    found = aggregates_in(session, scratch)\n    work =",
                 "if held < -99:\n        return held\n    found = aggregates_in(session, scratch)\n    work ="),
        Mutation("an iteration counts twice", "session.header[SLOTS]\n    return decide(session, state, work, held)",
                 "session.header[SLOTS]\n    session.header[ITERATION] += 1\n"
                 "    return decide(session, state, work, held)"),
    ],
    full=True,
)  # fmt: skip
def objectives_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From when scores are taken to the end."""
    yield from of_every_size(bug, *WEIGHED)


@theorem(
    "recomputation-of-every-size",
    "What `objectives-of-every-size` says of an iteration of the optimum of several objectives holds where what is "
    "computed anew has a weight, too, and choices are sought from one slot after the other as the oldest.",
    clauses="BUD-1 CAP-1 MUL-1",
    technique=Technique.DEDUCTION,
    kernels=RECOMPUTED,
    assumes="arrays laid out as their headers say, as `Tables` and `Workspace` lay them out, and tables as "
    "`Tables.check` asserts them",
    mutations=[
        Mutation("a full ledger does not stop it",
                 "if held < 0:\n        return held\n    found = aggregates_in(session, scratch)\n    weigh(",
                 "if held < -99:\n        return held\n    found = aggregates_in(session, scratch)\n    weigh("),
        Mutation("an action more is made than is chosen", "regions, starts)\n    return leave(session, state, done,",
                 "regions, starts)\n    return leave(session, state, done + 1,"),
        Mutation("an iteration counts twice", "regions, starts)\n    return leave(",
                 "regions, starts)\n    session.header[ITERATION] += 1\n    return leave("),
    ],
    full=True,
)  # fmt: skip
def recomputation_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From when scores are taken to the end."""
    yield from of_every_size(bug, *RECOMPUTED)


@theorem(
    "hierarchies-of-every-size",
    "An iteration of hierarchical planning, from scores that are taken on, ends and stays within its tables, however "
    "long the context and however many regions it has, each searched for its share by mass of the cap and the room, or "
    "for what its candidates claim at the price of a slot, with a cap of up to 2**26: all regions together make no "
    "more actions than the cap allows and leave no more slots than the budget, or than there were; or it says "
    "why not, and "
    "then slots, tags and the number of the iteration are what they were. Either way it leaves of blocks, families, "
    "tokens, pins and ledger what an iteration keeps.",
    clauses="BUD-1 CAP-1 HIE-1",
    technique=Technique.DEDUCTION,
    kernels=REGIONAL,
    assumes="arrays laid out as their headers say, as `Tables` and `Workspace` lay them out, and tables as "
    "`Tables.check` asserts them",
    mutations=[
        Mutation("a full ledger does not stop it",
                 "if held < 0:\n        return held\n    found = aggregates_in(session, scratch)\n    regions =",
                 "if held < -99:\n        return held\n    found = aggregates_in(session, scratch)\n    regions ="),
        Mutation("an action more is made than is chosen",
                 "select_by_region(session, work, regions)\n    return leave(session, state, done,",
                 "select_by_region(session, work, regions)\n    return leave(session, state, done + 1,"),
        Mutation("an iteration counts twice", "select_by_region(session, work, regions)\n    return leave(",
                 "select_by_region(session, work, regions)\n    session.header[ITERATION] += 1\n    return leave("),
        Mutation("by price an action more is made than is chosen",
                 "select_by_price(session, worths, work, regions, claims)\n    return leave(session, state, done,",
                 "select_by_price(session, worths, work, regions, claims)\n    return leave(session, state, done + 1,"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def hierarchies_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From when scores are taken to the end."""
    yield from of_every_size(bug, *REGIONAL)


@theorem(
    "policies-of-every-size",
    "Features (POL-2), activations and their means (POL-4) are clipped; gates (POL-3) fit 32 bits, stand where gists "
    "begin, and are surveyed within their tables, however many there are; sums of the first layer, and what all items "
    "come to, fit 32 bits where weights are as POL-6 has them; shortlists hold items of the context, preferences of "
    "them fit, and go to the places of their items, and off again; what greedy would do is listed, and no mark of it "
    "stays; an answer is another than greedy's if its actions are, in whatever order. The layers of a policy, and the "
    "tables of a look at items, lie in their arrays, apart.",
    clauses="SCO-1",
    technique=Technique.DEDUCTION,
    kernels=LOOKS,
    mutations=[
        Mutation("a gate behind the last is looked at", "for at in range(whole * GATES, count):",
                 "for at in range(whole * GATES, count + 1):"),
        Mutation("features are clipped on one side only", "return max(-CLIP, min(score >> SCORE_SHIFT, CLIP))",
                 "return min(score >> SCORE_SHIFT, CLIP)"),
        Mutation("activations may be negative", "max(0, min(sums[first + i] >> shift, CLIP))",
                 "min(sums[first + i] >> shift, CLIP)"),
        Mutation("the logarithm is that of the number", "np.float64(1 + number)", "np.float64(number)"),
        Mutation("a mean begins one slot further", "heard += told[first + i]\n", "heard += told[first + i + 1]\n"),
        Mutation("the last weight of a gate is its neighbour's", "gate[first + 3] * known[3]",
                 "gate[first + 4] * known[3]"),
        Mutation("an item goes by its neighbour's inputs",
                 "factor = inputs[(side * LOOK + item) * KNOWN_OF_ITEM + one]",
                 "factor = inputs[(side * LOOK + item) * KNOWN_OF_ITEM + one + 1]"),
        Mutation("what all come to begins with the second", "factor = context[one]\n", "factor = context[one + 1]\n"),
        Mutation("means of collapses lie further on", "mean = 2 * side * width", "mean = 3 * side * width"),
        Mutation("the last preference of a chunk is its peak",
                 "peaks[place // CHUNK] = max(peaks[place // CHUNK], look.values[item])",
                 "peaks[place // CHUNK] = look.values[item]"),
        Mutation("raw tokens have a gate", "if level > 0:\n            starts[here] = start",
                 "if level >= 0:\n            starts[here] = start"),
        Mutation("what is no gist has a score", "gates[slot] = gates[slot] + more if gates[slot] > LOWEST else LOWEST",
                 "gates[slot] = gates[slot] + more"),
        Mutation("what is no gist has scores", "if gates[slot] > LOWEST:\n            units",
                 "if gates[slot] >= LOWEST:\n            units"),
        Mutation("a family in the tail has a gate",
                 "for family in range(families):\n        node = family_node[family]",
                 "for family in range(families + 1):\n        node = family_node[family]"),
        Mutation("what is known of an item is written to the next", "inputs[to + 16] =", "inputs[to + 17] ="),
        Mutation("an item is ranked by its neighbour's place", "at = side * LOOK + item\n            rank",
                 "at = side * LOOK + item + 1\n            rank"),
        Mutation("a gate goes by more of a place than there is", "return weights[at + 8] * far",
                 "return weights[at + 10] * far"),
        Mutation("smallest spans are those of the level above",
                 "base[SIDES * LEVELS + level] = header[SPAN + level] // header[SPAN]",
                 "base[SIDES * LEVELS + level] = header[SPAN + level + 1] // header[SPAN]"),
        Mutation("an item is mixed with the activations of the next", "own = (side * LOOK + item) * width",
                 "own = (side * LOOK + item + 1) * width"),
        Mutation("the bias of a worth is a weight", "worth = prefer[last + width]\n",
                 "worth = prefer[last + width - 1] + prefer[last + width]\n"),
        Mutation("a shortlist holds one more", "size, room, key_of(int(gates[at]), place), note)",
                 "size, room + 1, key_of(int(gates[at]), place), note)"),
        Mutation("a shortlist has the collapses' families by place", "        note = at\n            if side",
                 "        note = place + 1\n            if side"),
        Mutation("a family before the first is looked at",
                 "while families > 0 and end_of(header, session.family_node[families - 1]) > header[END]",
                 "while families >= 0 and end_of(header, session.family_node[families - 1]) > header[END]"),
        Mutation("what stays is noted one further", "notes[stays] = at", "notes[stays + 1] = at"),
        Mutation("what may go is looked for on both lists",
                 "cost = delta_at(header, item_node(session, look, COLLAPSE, at % LOOK) % LEVELS)",
                 "cost = delta_at(header, item_node(session, look, COLLAPSE, at) % LEVELS)"),
        Mutation("items are encoded before they are described", "        for item in range(look.sizes[side]):\n"
                 "            describe(session, look, side, item)\n        encode_items(network, look, side)\n",
                 "        encode_items(network, look, side)\n        for item in range(look.sizes[side]):\n"
                 "            describe(session, look, side, item)\n"),
        Mutation("what greedy would take stays marked", "    unmark(session, done)\n    return done\n",
                 "    return done\n"),
        Mutation("the last of greedy's actions is not looked for", "for j in range(rivals):",
                 "for j in range(rivals - 1):"),
        Mutation("a layer begins in the one before", "table[encode:mix]", "table[gate:mix]"),
        Mutation("activations of a look are those of one item", "activations = inputs + listed * width",
                 "activations = inputs + width"),
        Mutation("the last slot keeps what another session left",
                 "for slot in range(header[SLOTS]):\n        worth[slot] = 0",
                 "for slot in range(header[SLOTS] - 1):\n        worth[slot] = 0"),
        Mutation("wishes of expands are taken off", "work.wishes[look.marks[LOOK + item]] = 0",
                 "work.wishes[look.marks[item]] = 0"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def policies_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """Numbers, gates, activations."""
    yield from of_every_size(bug, *LOOKS)


@theorem(
    "answers-of-every-size",
    "What is chosen by a policy's preferences are separate blocks of the context, no more than may act and within its "
    "budget, however many there are; and neither the thresholds and the soft budget, which do not bind it (POL-5), nor "
    "anything else that an iteration goes by has changed afterwards. From listing items on, what they are preferred by "
    "is handed to the search as numbers that fit, and taken off again.",
    clauses="CAP-1 BUD-1",
    technique=Technique.DEDUCTION,
    kernels=ANSWERS,
    assumes="weights as POL-6 has them",
    mutations=[
        Mutation("what is taken off is handed on again", "    take_off(work, look)\n    return done",
                 "    take_off(work, look)\n    hand_on(session, work, look)\n    return done"),
        Mutation("the cap is told behind the sizes", "look.sizes[SIDES] = work.header[CAP]",
                 "look.sizes[SIDES + 1] = work.header[CAP]"),
        Mutation("the soft budget stays the hard one", "header[W_SOFT], header[SOFT_MARGIN] = w_soft, margin",
                 "header[SOFT_MARGIN] = margin"),
        Mutation("thresholds are put back the wrong way round",
                 "header[TAU_EXPAND], header[TAU_COLLAPSE] = tau_expand, tau_collapse\n",
                 "header[TAU_EXPAND], header[TAU_COLLAPSE] = tau_collapse, tau_expand\n"),
        Mutation("the margin is that of none", "header[W_SOFT], header[SOFT_MARGIN] = w_soft, margin",
                 "header[W_SOFT] = w_soft"),
    ],
    full=True,
    heavy=True,
)  # fmt: skip
def answers_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From what it prefers to actions."""
    yield from of_every_size(bug, *ANSWERS)


@theorem(
    "policy-calls-of-every-size",
    "An iteration by a policy's answer, from scores that are taken on, ends and stays within its tables, however long "
    "the context and however much work space: it makes no more actions than the cap allows and leaves no more slots "
    "than the budget, or than there were; or it says that the ledger is full, that it had too little space or that an "
    "action does not fit, and then slots, tags and the number of the iteration are what they were. Either way it "
    "leaves of blocks, families, tokens, pins and ledger what an iteration keeps, and in its work space, where a "
    "policy's preferences were, what it found.",
    clauses="CAP-1 BUD-1",
    technique=Technique.DEDUCTION,
    kernels=ANSWERED,
    assumes="arrays laid out as their headers say, as `Tables` and `Workspace` lay them out, and tables as "
    "`Tables.check` asserts them; weights as POL-6 has them, of 2**10 activations at most; 0 where preferences go",
    mutations=[
        Mutation("no room is made for what is done", "if not has_room(session, state, header[N_DIFF]):\n"
                 "        return LEDGER_FULL\n    adapt_terms", "if not has_room(session, state, 0):\n"
                 "        return LEDGER_FULL\n    adapt_terms"),
        Mutation("an action more is made than fits",
                 "if answer >= 0:\n        apply(session, done,", "if answer >= 0:\n        apply(session, done + 1,"),
        Mutation("two iterations are undone",
                 "        header[ITERATION] -= 1\n        header[LEDGER_FROM] = oldest\n    take_back(held)\n"
                 "    return answer", "        header[ITERATION] -= 2\n        header[LEDGER_FROM] = oldest\n"
                 "    take_back(held)\n    return answer"),
    ],
    full=True,
)  # fmt: skip
def policy_calls_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """From when scores are taken to the end."""
    yield from of_every_size(bug, *ANSWERED)


@theorem(
    "layouts-of-every-size",
    "The coarsest block that begins at a token is aligned and ends in time, and no coarser one does, whatever the "
    "history; the slots of the coarsest tiling are counted, however many blocks follow each other, and a history is "
    "laid out if they fit the budget; the heap of what may be expanded keeps what is in it, in its tables; and laying "
    "out ends, with blocks that lie in the history, each at a multiple of what it spans, span as many tokens together "
    "as it has, and take no more slots than the budget, however much is wanted.",
    clauses="LAY-1 LAY-2 LAY-3 LAY-4",
    technique=Technique.DEDUCTION,
    kernels=LAYOUTS,
    mutations=[
        Mutation("a block may reach beyond the end", " or at + header[SPAN + level] > last:\n        level -= 1",
                 ":\n        level -= 1"),
        Mutation("blocks that follow each other count as one", "slots += count * header[UNITS + level]",
                 "slots += header[UNITS + level]"),
        Mutation("finer blocks go on where a coarser one begins", "above = min(last, at - at % wide + wide)",
                 "above = last"),
        Mutation("children behind the last are looked at", "while child < size - 1:", "while child <= size:"),
        Mutation("children begin one further", "child = start + i * header[SPAN + level - 1]",
                 "child = start + (i + 1) * header[SPAN + level - 1]"),
        Mutation("what fills the budget is expanded", "slots + delta > (hard if", "slots >= (hard if"),
        Mutation("what is expanded takes no more slots", "slots += delta\n        if level == 1:",
                 "if level == 1:"),
        Mutation("raw tokens span what the gist does not", "blocks[done] = node_of(0, start)",
                 "blocks[done] = node_of(0, start + delta)"),
        Mutation("a node is wanted by the scores behind it", "begin = (start - wanted.first) // span",
                 "begin = (start - wanted.first) // span + 1"),
        Mutation("what does not fit is laid out", "if least > terms[3]:", "if least > terms[3] + 1:"),
        Mutation("the heap runs into the blocks", "Frontier(table[room : 2 * room], table[2 * room :], table[:room])",
                 "Frontier(table[room : 2 * room], table[2 * room :], table[: 2 * room])"),
        Mutation("the first has a parent", "    while at > 0:\n        above", "    while at >= 0:\n        above"),
    ],
    full=True,
)  # fmt: skip
def layouts_of_every_size(bug: Mutation) -> Iterator[Evidence]:
    """The coarsest tiling, a heap, and what is expanded."""
    yield from of_every_size(bug, *LAYOUTS)
