"""Contracts of `focalloc.fastpath.kernels.calls`: a greedy iteration, from what holds between any two calls."""

from __future__ import annotations

import re
from typing import Any

from focalloc.proofs.contracts.form import Contract, beside, besides, contract, lines, loop, loop_of_rows
from focalloc.proofs.contracts.ingest import WITHIN
from focalloc.proofs.contracts.invariants import (
    BEFORE,
    COMPLETE,
    HAPPENED,
    KEPT,
    MEANS_STAY,
    PINS,
    STILL_COMPLETE,
    complete_of,
    stays,
    still_complete,
)
from focalloc.proofs.contracts.opening import HISTORY as LAID_OUT

REMEMBERED_NOW = """
    0 <= header[KNOWN] <= header[SLOTS]
    0 <= header[HEARD] <= header[SLOTS]
    0 <= header[HALF] <= 1
    implies(header[HEARD] > 0 or header[KNOWN] > 0,
        header[CAPACITY] <= len(memory) and header[CAPACITY] <= len(told))
"""
"""How much is remembered and has been heard, and that it has room."""

ROOM = f"""
    header[W_MAX] <= header[CAPACITY]
    header[CAPACITY] <= 2**26
    header[CAPACITY] <= len(spare)
    header[CAPACITY] <= len(fixed)
    len(fixed) <= PLACES
    header[CAPACITY] // CHUNK < len(peaks)
    header[CAPACITY] // CHUNK < len(chunk_keys)
    header[CAPACITY] // CHUNK < len(chunk_notes)
    0 <= header[N_DIFF] <= 2**26
    header[N_DIFF] <= len(actions)
    header[N_DIFF] <= len(places)
    header[N_DIFF] <= len(collapse_keys)
    header[N_DIFF] <= len(collapse_families)
    0 <= header[LEDGER_ROOM] <= 2**26
    header[LEDGER_ROOM] <= len(ledger_iteration)
    header[N_DIFF] + header[LEDGER_ROOM] <= len(expand_keys)
    header[N_DIFF] + header[LEDGER_ROOM] <= len(expand_tokens)
    SPLICE * header[N_DIFF] <= len(splices)
    {REMEMBERED_NOW.strip()}
"""
"""What there is room for, and what is remembered."""

TERMS = """
    header[ITERATION] < 2**62
    0 <= header[END] < 2**49
    0 <= header[CURSOR_TOKEN] < 2**49
    0 <= header[PROTECTED] < 2**49
    -LIMIT <= header[TAU_COLLAPSE] <= LIMIT
    0 <= header[TAU_EXPAND] < LIMIT
    0 <= header[SOFT_MARGIN] <= LIMIT
    0 <= header[W_MAX]
    0 <= header[W_SOFT] <= 2**26
"""
"""What an iteration goes by."""

OBEYED = """
    implies(result >= 0, have_cooled(old(header), old(ledger_action), old(ledger_iteration), header[ITERATION],
        actions, result))
    implies(result >= 0, end_before_tail(old(header), actions, result))
    implies(result >= 0, always_fit(old(header), actions, result))
    implies(result >= 0, are_wanted(header, fixed, actions, places, result))
    implies(result >= 0, are_in_context(old(header), old(tags), old(family_slot), old(family_node), actions, places,
        result))
    implies(result >= 0, are_apart(old(header), actions, places, result))
"""
"""The rules that the actions of an iteration obey: cooldown, tail, budget, thresholds, each a block of its own."""

GIVEN = f"""
    result == LEDGER_FULL or 0 <= result <= header[N_DIFF]
    implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))
    implies(result >= 0, are_actions(header, actions, result))
    implies(result >= 0, header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, result))
    implies(result >= 0, header[ITERATION] == old(header)[ITERATION] + 1)
    {OBEYED.strip()}
    implies(result >= 0, all(0 <= places[i] and places[i] + before(old(header), actions[i]) <= old(header)[SLOTS]
        for i in range(result) if at(places[i])))
    implies(result >= 0, header[LEDGER_TO] <= header[LEDGER_ROOM])
    implies(result >= 0, 0 <= header[SPLICES] and header[SPLICES] <= result)
    implies(result == LEDGER_FULL, header[SLOTS] == old(header)[SLOTS])
    {REMEMBERED_NOW.strip()}
    only(header, SLOTS, FAMILIES, LEDGER_FROM, LEDGER_TO, ITERATION, DONE, FREED, TAKEN_EXPANDS, TAKEN_COLLAPSES,
        SPLICES, KNOWN, HALF, HEARD)
"""
"""What an iteration gives beyond what it keeps."""

STATE = {"header": "state[:HEADER]"}
"""A state, where only its header is of interest."""

LISTS = {
    "family_slot": 8, "family_node": 9, "spare_slot": 10, "spare_node": 11,
    "ledger_action": 12, "ledger_iteration": 13, "no_collapse": 15, "no_expand": 16,
}  # fmt: skip
"""Tables of a session by their place in its state."""

WHOLE = """
            lies_apart(header)
            header[OFFSETS + TABLES] <= cells(state)
"""
"""That the tables of a state lie in it."""

ARRAYS = f"""{WHOLE}
            0 <= header[CAPACITY] <= cells(tags)
            0 <= header[CHUNK_ROOM]
            header[CAPACITY] + header[CHUNK_ROOM] <= cells(scratch)
            0 <= header[HALF] <= 1
"""
"""That the arrays of a session are as long as its header says."""

SESSION = {"session": "session_of(tags, scratch, state)"}
"""The tables that are cut out of the arrays of a session."""

REMEMBERED_IN = """
            0 <= header[REMEMBERED] <= header[OFFSETS + 21] - header[OFFSETS + 20]
            header[REMEMBERED] <= header[OFFSETS + 22] - header[OFFSETS + 21]
            header[OFFSETS + 22] <= 2**59
            0 <= header[MEMORY]
"""
"""That what is remembered has room."""

REMEMBERED_TWICE = f"""
            header[OFFSETS + 21] - header[OFFSETS + 20] <= header[OFFSETS + 22] - header[OFFSETS + 21]
            header[OFFSETS + 21] - header[OFFSETS + 20] <= 2**40
            {HAPPENED}
"""
"""That both tables of it have as much, and that it happened."""

ADAPTED = """
            len(adaptive) == 0 or RING + adaptive[WINDOW] <= len(adaptive)
            implies(len(adaptive) > 0, 0 <= adaptive[WINDOW] <= 2**26)
            implies(len(adaptive) > 0, 0 <= adaptive[TOTAL] <= 2**52)
            implies(len(adaptive) > 0, 0 <= adaptive[EXPAND_NOW] < LIMIT)
            implies(len(adaptive) > 0, 0 <= adaptive[TAU_MIN] <= adaptive[TAU_MAX])
            implies(len(adaptive) > 0, adaptive[TAU_MAX] < LIMIT)
            0 <= header[W_MAX] <= 2**26
"""
"""What adapting thresholds needs, where any adapt."""

RING_TOLD = """
            0 <= header[SLOTS] <= 2**26
            implies(len(adaptive) > 0 and adaptive[WINDOW] > 0, 0 <= adaptive[NEXT] < adaptive[WINDOW])
            implies(len(adaptive) > 0, 0 <= adaptive[FILLED] <= adaptive[WINDOW])
            implies(len(adaptive) > 0, adaptive[TOTAL] == sum_of(adaptive, RING, adaptive[WINDOW]))
            implies(len(adaptive) > 0, within(adaptive, RING, RING + adaptive[WINDOW], 0, 2**26))
"""
"""What observing needs beyond that."""

OBSERVED = f"""
            implies(len(adaptive) > 0,
                adaptive[COLLAPSE_NOW] == old(adaptive)[COLLAPSE_NOW] or adaptive[COLLAPSE_NOW] == adaptive[EXPAND_NOW])
            {ADAPTED.strip()}{RING_TOLD.rstrip()}
"""
"""What observing leaves, as it needs it."""

ADAPTIVE = {**STATE, "adaptive": "state[state[OFFSETS + 19]:state[OFFSETS + 20]]"}
"""A state, and its table of thresholds that adapt."""

HISTORY = {**STATE, "history": "history_in(state)"}
"""A state, and what it remembers beyond the ledger."""

OPENED = """
            header[FANOUT + 1] == 1
            header[FIRST] + tokens_in(header, tags, 0, header[SLOTS]) < 2**49
"""
"""What looking for the families of a context needs beyond `BEFORE`."""

ENDS = """
    header[FIRST] <= header[END]
    0 <= header[END] < 2**49
    header[END] < 2**49
    0 <= header[SLOTS] <= 2**26
"""
"""That a context ends where one may."""

TOKENS_BOUND = """
    are_tags(header, tags, 0, header[SLOTS])
    tokens_bound(header, tags, 0, header[SLOTS])
"""
"""That no context has less than no tokens."""

PINS_TOLD = """
            ascend(no_collapse, len(no_collapse), 0)
            ascend(no_expand, len(no_expand), 0)
"""
"""What finding anew what pins bar needs: that their ranges are in order."""

AGGREGATES = {"aggregates": "scratch[len(session.fixed) + len(session.peaks):]"}
"""Where the aggregates of gists go."""

BLENDED = """
            is_header(header)
            is_shaped(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            len(fixed) + len(peaks) <= cells(scratch)
            blocks_fit(header, tags)
            implies(header[MULTI_SLOT] != 0 or len(no_expand) > 0, header[SLOTS] <= len(aggregates))
            pins_lie(no_expand, len(no_expand), header[SLOTS])
"""
"""What aggregates need."""

TAKING = """
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 < header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] // CHUNK < len(peaks)
            0 <= header[MEMORY_SHIFT] <= 16
            0 <= header[KNOWN] <= header[SLOTS]
            implies(header[MEMORY_SHIFT] > 0, header[SLOTS] <= len(told) and header[KNOWN] <= len(memory))
            implies(header[MEMORY_SHIFT] > 0, all(-LIMIT < memory[j] for j in range(header[KNOWN])))
            0 <= header[LEAN] < LIMIT
            follow_each_other(header, tags)
            whole(header, tags)
            are_plain(header, tags, header[SLOTS])
            families_fit(header, family_slot)
            families_fit(header, family_node)
            rising(family_slot, 0, header[FAMILIES])
            tokens_are_told(header, tags, family_slot, family_node)
            within(family_slot, 0, header[FAMILIES], 0, header[SLOTS] - 1)
            0 <= header[FIRST] < 2**49
            header[FIRST] <= header[END] < 2**49
            -1 <= cursor < 2**49
            cursor == -1 or cursor >= header[FIRST]
"""
"""What taking scores, and what an iteration makes of them, needs."""

AROUND = """
            implies(len(adaptive) > 0, -LIMIT <= adaptive[COLLAPSE_NOW] <= LIMIT)
            all(-LIMIT < memory[j] for j in range(header[KNOWN]))
            0 <= header[MEMORY_SHIFT] <= 16
            implies(header[MEMORY_SHIFT] > 0, header[CAPACITY] <= len(memory) and header[CAPACITY] <= len(told))
            0 <= header[LEAN] < LIMIT
            header[CAPACITY] == len(fixed)
            header[FIRST] <= header[END]
            -1 <= cursor < 2**49
            cursor == -1 or cursor >= header[FIRST]
            0 <= header[MULTI_SLOT] <= 1
            implies(header[MULTI_SLOT] == 0, all(header[i] == 1 for i in range(UNITS + 1, UNITS + header[TOP] + 1)))
"""
"""What a step goes by beyond an iteration."""

STEPPED = (
    *lines(ARRAYS), *lines(ADAPTED), *lines(RING_TOLD), *KEPT, *lines(ROOM), *lines(TERMS), *lines(AROUND),
)  # fmt: skip
"""What `run_step` needs."""

OF_CALL = {"calls": "i"} | dict.fromkeys(("tags", "scratch", "state"), "calls[i, NUMBER]")
"""The rows of a call: its own, and those of its session."""

SESSION_OF_CALL = {"its": "session_of(tags[calls[i, NUMBER]], scratch[calls[i, NUMBER]], state[calls[i, NUMBER]])"}
"""The tables that are cut out of the rows of its session."""

NAMED = """
    0 <= calls[i, NUMBER] < rows(state)
    calls[i, NUMBER] < rows(tags)
    calls[i, NUMBER] < rows(scratch)
    TOLD <= len(calls[i])
"""
"""That a call names a session."""

CALLED = f"""{NAMED}
    0 <= header[UNLOCKED] <= 1
    TOLD + (1 + SPLICE) * header[N_DIFF] <= len(calls[i])
    calls[i, SPLICED] == 0
"""
"""What going through calls needs of each."""

HANDED = """
    0 <= calls[i, GIVEN] <= calls[i, GIVEN_TO]
    calls[i, GIVEN_TO] <= len(scores)
"""
"""That what it is given lies in what all are given."""


NOTED = {"noted": "scratch[state[TOLD_AT] if state[TOLD_AT] > 0 else len(scratch):]"}
"""Where what an iteration is told is noted, in a session that keeps that."""

PREPARED = """
            0 < header[CAPACITY] <= 2**26
            header[CAPACITY] // CHUNK < header[CHUNK_ROOM]
            0 <= header[MEMORY_SHIFT] <= 16
            implies(header[MEMORY_SHIFT] > 0, header[CAPACITY] <= len(memory) and header[CAPACITY] <= len(told))
            all(-LIMIT < memory[j] for j in range(header[KNOWN]))
            0 <= header[LEAN] < LIMIT
            header[FIRST] <= header[END]
            header[END] < 2**49
            -1 <= cursor < 2**49
            cursor == -1 or cursor >= header[FIRST]
            header[TOLD_AT] == 0 or header[CAPACITY] + header[CHUNK_ROOM] <= header[TOLD_AT]
            implies(header[TOLD_AT] > 0, header[TOLD_AT] + header[CAPACITY] <= cells(scratch))
"""
"""What taking scores for a call of its own needs."""


def of_spans(text: str) -> str:
    """The same of a history whose ends are told in a table."""
    return text.replace("wanted.first", "span[0]").replace("wanted.last", "span[1]")


def of_call(needed: tuple[str, ...]) -> str:
    """The same where the cursor stands in the call."""
    return re.sub(r"\bcursor\b", "calls[i, RETURNED]", "\n".join(needed))


def of_done(given: tuple[str, ...]) -> tuple[str, ...]:
    """The same before it is returned how many actions there are."""
    return tuple(re.sub(r"\bresult\b", "done", line) for line in given)


NOTED_OF_CALL = {
    name: re.sub(r"\b(state|scratch)\b", r"\1[calls[i, NUMBER]]", text) for name, text in NOTED.items()
}
"""The same of the session of a call."""


TOLD_OF = {
    **STATE,
    "actions": "state[state[OFFSETS]:state[OFFSETS + 1]]",
    "splices": "state[state[OFFSETS + 14]:state[OFFSETS + 15]]",
}
"""What is told of an iteration."""

TELLING = f"""{WHOLE}
            TOLD <= len(call)
            done <= len(actions)
            TOLD + (1 + SPLICE) * done <= len(call)
            implies(done > 0, 0 <= header[SPLICES] <= done)
            implies(done > 0, SPLICE * header[SPLICES] <= len(splices))
            implies(done <= 0, call[SPLICED] == 0)
"""
"""That there is room for it."""

TOLD = """
            call[RETURNED] == done
            call[ITERATED] == header[ITERATION]
            call[SLOTS_LEFT] == header[SLOTS]
            call[SPLICED] == (header[SPLICES] if done > 0 else 0)
            all(call[TOLD + j] == actions[j] for j in range(done))
            all(call[TOLD + (len(call) - TOLD) // (1 + SPLICE) + j] == splices[j]
                for j in range(SPLICE * call[SPLICED]))
            all(call[j] == old(call)[j] for j in range(RETURNED))
"""
"""What a call tells then."""


UNCHANGED = """
    tokens_none(old(header), old(tags), 0, 0)
    only_marked(old(header), tags, old(tags))
    tiled_moved(old(header), old(tags), tags, 0, header[SLOTS], 0)
    all_stand_moved(old(header), old(header), old(tags), tags, family_slot, family_node,
        family_slot, family_node, header[FAMILIES], 0, 0, header[SLOTS])
    aligned_marked(old(header), old(header), tags, old(tags))
    tokens_marked(old(header), old(header), tags, old(tags), header[SLOTS])
    tiled(old(header), tags, 0, header[SLOTS]) and aligned(old(header), tags, header[SLOTS])
    all_stand(old(header), tags, family_slot, family_node, header[FAMILIES])
    header[END] == header[FIRST] + tokens_in(old(header), tags, 0, header[SLOTS])
"""
"""That blocks and families are as they were, in tags that are the same."""


def still_marked(before: str) -> str:
    """What a header still says of blocks and families once they are marked; ``before`` is what counted them."""
    return f"""
                shift_alike(header, {before}, actions, done)
                multiplied_alike(prior(header), header)
                spans_multiply_alike(prior(header), header)
                are_tags(header, tags, 0, header[SLOTS])
                aligned_marked(header, prior(header), tags, old(tags))
                aligned(header, tags, header[SLOTS])
                tokens_marked(header, {before}, tags, old(tags), header[SLOTS])
                whole_marked(prior(header), tags, old(tags))
                whole_alike(prior(header), header, tags)
                whole(header, tags)
                ends_marked(header, prior(header), tags, old(tags), actions, places, done)
                ends_lie(header, tags, actions, places, done)
                all_there_marked(prior(header), tags, old(tags), family_slot, family_node, header[FAMILIES])
                all_there_alike(header, prior(header), tags, family_slot, family_node, header[FAMILIES])
                all_there(header, tags, family_slot, family_node, header[FAMILIES])"""


def still_alike(before: str) -> str:
    """What a header that has been written to elsewhere still says of blocks and families, as it did ``before``."""
    return f"""
                tiled_alike({before}, header, tags, 0, header[SLOTS])
                aligned_alike({before}, header, tags, header[SLOTS])
                all_stand_alike({before}, header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
                tokens_marked(header, {before}, tags, tags, header[SLOTS])"""


INGESTED = """
            header[W_MAX] <= header[CAPACITY]
            0 <= header[W_MAX]
            header[CAPACITY] <= 2**26
            header[CAPACITY] <= len(spare)
            1 <= len(collapse_keys)
            len(collapse_keys) <= len(collapse_families)
            len(collapse_keys) <= len(places)
            SPLICE * len(collapse_keys) <= len(splices)
            0 <= header[LEDGER_ROOM] <= 2**26
            header[LEDGER_ROOM] <= len(ledger_iteration)
            header[LEDGER_ROOM] <= len(expand_keys)
            header[LEDGER_ROOM] <= len(expand_tokens)
            0 <= header[ITERATION] < 2**62
            0 <= header[CURSOR_TOKEN] < 2**49
            0 <= header[PROTECTED] < 2**49
            0 <= header[AHEAD] <= 2**39
            0 <= header[UNFILLED] < header[SPAN]
            header[FANOUT + 1] == 1
            0 <= tokens
            (tokens + header[SPAN]) * header[UNITS] <= 2**39
            0 <= header[END] and header[END] + tokens + header[SPAN] < 2**49
            0 <= header[TAIL] < 2**49
"""
"""What an ingest has room for, and goes by."""

STEP = contract(
    "step",
    needs="\n".join((*KEPT, *lines(ROOM), *lines(TERMS))),
    writes="""header tags spare memory told no_expand splices ledger_action ledger_iteration actions places
        collapse_keys collapse_families expand_keys expand_tokens chunk_keys chunk_notes
        family_slot family_node spare_slot spare_node""",
    gives="\n".join((*KEPT, *lines(GIVEN))),
    before={
        "return refused": """
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
        """,
        "done = select": """
            multiplied_is(header)
            multiplied(header)
            tiled_whole(old(header), tags)
            whole_alike(old(header), header, tags)
            whole(header, tags)
            whole_gists(header, tags)
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
            all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            families_whole(header, tags, family_slot, family_node, header[FAMILIES])
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            spans_multiply_is(header)
            geometry_is(header)
            told_by(header, tags, family_slot, family_node, header[FAMILIES])
            told_rise(header, tags, family_slot, family_node, header[FAMILIES])
            all_there_marked(header, tags, tags, family_slot, family_node, header[FAMILIES])
            are_there_is(header, tags, family_slot, family_node, header[FAMILIES])
            aligned(header, tags, header[SLOTS])
        """,
        "apply": f"""{still_marked("old(header)")}
                are_plain(header, old(tags), header[SLOTS])
                have_cooled(old(header), old(ledger_action), old(ledger_iteration), header[ITERATION], actions, done)
                end_before_tail(old(header), actions, done)
                are_actions(prior(header), actions, done)
                shifts_alike(prior(header), old(header), actions, done)
                always_fit(old(header), actions, done)
                are_wanted(header, fixed, actions, places, done)
                are_in_context(old(header), old(tags), old(family_slot), old(family_node), actions, places, done)
                are_apart(old(header), actions, places, done)
                all(0 <= places[i] and places[i] + before(old(header), actions[i]) <= old(header)[SLOTS]
                    for i in range(done) if at(places[i]))
        """,
    },
)
"""An iteration, from the ledger on."""

RUN_STEP = contract(
    "run_step",
    cuts={**SESSION, "adaptive": ADAPTIVE["adaptive"]},
    needs="\n".join(STEPPED),
    writes="""header tags spare fixed peaks memory told no_expand splices ledger_action ledger_iteration
        actions places collapse_keys collapse_families expand_keys expand_tokens chunk_keys chunk_notes
        family_slot family_node spare_slot spare_node adaptive""",
    gives="\n".join(
        (
            "result == LEDGER_FULL or result == WRONG_LENGTH or result == BAD_SCORE"
            " or 0 <= result <= header[N_DIFF]",
            "implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))",
            "implies(result >= 0, are_actions(header, actions, result))",
            "implies(result >= 0, header[ITERATION] == old(header)[ITERATION] + 1)",
            *lines(OBEYED),
            "implies(result < 0, header[SLOTS] == old(header)[SLOTS])",
            "(result == WRONG_LENGTH) == (len(scores) != old(header)[SLOTS])",
            "implies(result >= 0, 0 <= header[SPLICES] and header[SPLICES] <= result)",
            "only(header, SLOTS, FAMILIES, LEDGER_FROM, LEDGER_TO, ITERATION, DONE, FREED, TAKEN_EXPANDS,"
            " TAKEN_COLLAPSES, SPLICES, KNOWN, HALF, HEARD, TAU_EXPAND, TAU_COLLAPSE, CURSOR_TOKEN)",
            *KEPT,
        )
    ),
    before={
        "done = take_for_step": """
            tiled_follow(header, tags)
            tiled_whole(header, tags)
            told_by(header, tags, family_slot, family_node, header[FAMILIES])
        """,
        "bound": """
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            tiled_whole(header, tags)
            whole_gists(header, tags)
        """,
        "done = step": still_alike("old(header)"),
        "observe_use": """
            sum_alike(adaptive, old(adaptive), RING, adaptive[WINDOW])
            are_actions(prior(header), actions, done)
            shifts_alike(prior(header), old(header), actions, done)
            always_fit(old(header), actions, done)
            tokens_marked(prior(header), old(header), prior(tags), old(tags), old(header)[SLOTS])
            are_in_context(old(header), old(tags), old(family_slot), old(family_node), actions, places, done)
        """,
    },
    closes="""
        tokens_marked(header, old(header), tags, tags, header[SLOTS])
        tiled_alike(old(header), header, tags, 0, header[SLOTS])
        aligned_alike(old(header), header, tags, header[SLOTS])
        all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
    """,
)
"""An iteration, from its scores on."""

OPEN = (
    "is_open(old(header), old(tags), fixed, old(no_expand), len(no_expand), old(ledger_action), old(ledger_iteration),"
    " header[ITERATION], header[TAU_EXPAND], s)"
)
"""A gist in slot ``s`` may be expanded."""

WAITING = f"not taken(old(header), actions, places, result, s) and {OPEN}"
"""A gist in slot ``s`` is not replaced, though it might have been expanded."""

READY = (
    "is_due(old(header), fixed, old(family_slot), old(family_node), old(ledger_action), old(ledger_iteration),"
    " header[ITERATION], header[TAU_COLLAPSE], f)"
)
"""A family may collapse, as long as it is whole."""

BLOCKED = (
    "blocked(old(header), actions, places, result, old(family_slot)[f],"
    " old(header)[WIDTH + old(family_node)[f] % LEVELS])"
)
"""A family has lost slots to an action."""

CHOSEN_FROM = (
    "is_wanted(prior(header), old(tags), fixed, no_expand, len(no_expand), s, key_of(header[TAU_EXPAND], 0), UNBOUNDED)"
    " and not held(ledger_action, header[LEDGER_FROM], header[LEDGER_TO],"
    " node_of(old(tags)[s], token_of(prior(header), old(tags), s)) * 2 + COLLAPSE)"
)
"""The same to the selection."""

HEAD = "spot(expand_keys[header[TAKEN_EXPANDS]])"
HEAD_OPEN = (
    f"(0 <= {HEAD} < old(header)[SLOTS]"
    f" and expand_keys[header[TAKEN_EXPANDS]] == gist_key(old(header), old(tags), fixed, {HEAD})"
    f" and not taken(old(header), actions, places, done, {HEAD}) and {OPEN.replace(' s)', f' {HEAD})')})"
)
"""The expand that is next in the queue is of a gist that waits."""

WAITS = re.sub(r"\bresult\b", "done", WAITING)

WAITED = lines(f"""
    1 <= prior(header)[SPAN]
    near_none(prior(header), family_node, header[FAMILIES])
    all(family_key(old(header), fixed, old(family_slot), old(family_node), f) == prior(key_at(session, 0, f))
        for f in range(old(header)[FAMILIES]) if at(old(family_node)[f]))
    all(gist_key(old(header), old(tags), fixed, s) == gist_key(prior(header), old(tags), fixed, s)
        for s in range(old(header)[SLOTS]) if 1 <= old(tags)[s] if at(old(tags)[s]))
    all(tags[s] < MARK for s in range(old(header)[SLOTS]) if not taken(old(header), actions, places, done, s)
        if at(old(tags)[s]))
    all({CHOSEN_FROM} for s in range(old(header)[SLOTS]) if {OPEN} if at(old(tags)[s]))
    are_replaced(old(header), tags, actions, places, done)
    taken_marked(old(header), tags, actions, places, done)
    all(not taken(old(header), actions, places, done, s) for s in range(old(header)[SLOTS])
        if 1 <= old(tags)[s] and tags[s] < MARK if at(old(tags)[s]))
    all({OPEN} for s in range(old(header)[SLOTS]) if {CHOSEN_FROM} if at(old(tags)[s]))
    implies(below_peaks(old(header), old(tags), fixed, peaks, CHUNK) and done < header[N_DIFF],
        all({HEAD_OPEN} for s in range(old(header)[SLOTS]) if {WAITS} if at(old(tags)[s])))
    implies(below_peaks(old(header), old(tags), fixed, peaks, CHUNK) and done < header[N_DIFF],
        all(gist_key(old(header), old(tags), fixed, s) <= expand_keys[header[TAKEN_EXPANDS]]
                and misfits(header, old(tags), old(header)[SLOTS] + shifted(old(header), actions, done),
                    expand_keys[header[TAKEN_EXPANDS]])
            for s in range(old(header)[SLOTS]) if {WAITS} if at(old(tags)[s])))
""")
"""What the selection knows of those that wait, in what the iteration began with."""

TURNS = (
    "take_turns(old(header), old(tags), fixed, old(no_expand), len(no_expand), old(ledger_action),"
    " old(ledger_iteration), old(family_slot), old(family_node), header[ITERATION], header[TAU_EXPAND],"
    " header[TAU_COLLAPSE], actions, places, {})"
)
"""Of so many actions, which go by turns."""

TURNS_THERE = (
    "take_turns_there(prior(header), old(header), old(tags), fixed, old(no_expand), len(no_expand), {},"
    " old(ledger_action), old(ledger_iteration), old(family_slot), old(family_node), header[ITERATION],"
    " header[TAU_EXPAND], header[TAU_COLLAPSE], actions, places, actions, places, done)"
)
"""That they do so by another header, and by another ledger."""

AS_OPEN = OPEN.replace("old(header)", "prior(header)").replace("old(ledger", "(ledger")
AS_READY = READY.replace("old(header)", "prior(header)").replace("old(ledger", "(ledger")
"""The same to the selection, by the ledger that it goes by."""

TURNED = lines(f"""
    recent_bar(prior(header), ledger_action, ledger_iteration)
    all({OPEN} == {AS_OPEN} for s in range(old(header)[SLOTS]) if at(old(tags)[s]))
    all({READY} == {AS_READY} for f in range(old(header)[FAMILIES]) if at(old(family_node)[f]))
    {TURNS_THERE.format("ledger_action, ledger_iteration")}
    implies(below_peaks(old(header), old(tags), fixed, peaks, CHUNK), {TURNS.format("done")})
""")
"""That they do so in what the iteration began with."""

FIRST = lines(f"""
    implies(result >= 0 and below_peaks(old(header), old(tags), fixed, peaks, CHUNK),
        all(gist_key(old(header), old(tags), fixed, s) < gist_key(old(header), old(tags), fixed, places[i])
            for s in range(old(header)[SLOTS]) for i in range(result) if actions[i] % 2 == EXPAND and {WAITING}
            if at(old(tags)[s], places[i])))
    implies(result >= 0 and result < header[N_DIFF] and below_peaks(old(header), old(tags), fixed, peaks, CHUNK),
        all(misfits(header, old(tags), old(header)[SLOTS] + shifted(old(header), actions, result),
                    gist_key(old(header), old(tags), fixed, s))
                or not all(gist_key(old(header), old(tags), fixed, t) <= gist_key(old(header), old(tags), fixed, s)
                    for t in range(old(header)[SLOTS]) if {WAITING.replace(" s)", " t)")} if at(old(tags)[t]))
            for s in range(old(header)[SLOTS]) if {WAITING} if at(old(tags)[s])))
    implies(result >= 0, all(is_queued(collapse_keys, header[TAKEN_COLLAPSES], places[i])
        for i in range(result) if actions[i] % 2 == COLLAPSE if at(places[i])))
    implies(result >= 0,
        all(family_key(old(header), fixed, old(family_slot), old(family_node), f) <= collapse_keys[i]
            for f in range(old(header)[FAMILIES]) for i in range(header[TAKEN_COLLAPSES])
            if {READY} and not {BLOCKED} if at(old(family_node)[f], collapse_keys[i])))
    implies(result >= 0 and result < header[N_DIFF],
        all({BLOCKED} for f in range(old(header)[FAMILIES]) if {READY} if at(old(family_node)[f])))
    implies(result >= 0 and below_peaks(old(header), old(tags), fixed, peaks, CHUNK), {TURNS.format("result")})
""")
"""No gist that waits comes before one that is expanded, no family before one that collapses, and below the cap none
waits."""

WAITED_SINCE = lines(f"""
    all(gist_key(old(header), old(tags), fixed, s) == gist_key(prior(header), old(tags), fixed, s)
        for s in range(old(header)[SLOTS]) if 1 <= old(tags)[s] if at(old(tags)[s]))
    all({OPEN.replace("old(header)", "prior(header)")}
        for s in range(old(header)[SLOTS]) if {OPEN} if at(old(tags)[s]))
    all(not taken(prior(header), actions, places, done, s)
        for s in range(old(header)[SLOTS]) if not taken(old(header), actions, places, done, s) if at(old(tags)[s]))
""")
"""What the iteration knows of those that wait, in what the call began with."""

SINCE_TURNED = lines(f"""
    all({OPEN} == {OPEN.replace("old(header)", "prior(header)")}
        for s in range(old(header)[SLOTS]) if at(old(tags)[s]))
    all({READY} == {READY.replace("old(header)", "prior(header)")}
        for f in range(old(header)[FAMILIES]) if at(old(family_node)[f]))
    {TURNS_THERE.format("old(ledger_action), old(ledger_iteration)")}
    implies(done >= 0, {TURNS.format("done")})
""")
"""That actions take turns in what the call began with."""

FROM_SCORES = tuple(
    line.replace(" and below_peaks(old(header), old(tags), fixed, peaks, CHUNK)", "") for line in FIRST
)
"""The same where peaks are made of the scores, too."""

CONTRACTS = [
    contract(
        "session_of",
        cuts=STATE,
        seen_through=True,
        whole=True,
        needs=ARRAYS,
        gives="""
            result.header == header
            len(result.tags) == header[CAPACITY]
            len(result.fixed) == header[CAPACITY]
            len(result.peaks) == header[CHUNK_ROOM]
            len(result.ledger_action) == header[OFFSETS + 13] - header[OFFSETS + 12]
            len(result.memory) == 2 * (header[OFFSETS + 18 + header[HALF]] - header[OFFSETS + 17 + header[HALF]])
        """,
    ),
    contract(
        "aggregates_in",
        cuts=AGGREGATES,
        seen_through=True,
        needs=BLENDED,
        writes="aggregates",
        gives="""
            header[SLOTS] <= len(result.worth)
            result.peaks == peaks
            implies(header[MULTI_SLOT] == 0 and len(no_expand) == 0, result.worth == fixed)
        """,
    ),
    contract(
        "surveyed",
        cuts=AGGREGATES,
        seen_through=True,
        needs=f"""{BLENDED}
            (header[SLOTS] + CHUNK - 1) // CHUNK <= len(peaks)
            implies(header[MULTI_SLOT] == 0 and len(no_expand) == 0,
                all(fixed[i] <= peaks[i // CHUNK] for i in range(header[SLOTS]) if tags[i] >= 1))
            0 <= header[MULTI_SLOT] <= 1
        """,
        writes="aggregates peaks",
        gives="""
            header[SLOTS] <= len(result.worth)
            implies(header[MULTI_SLOT] == 0 and len(no_expand) == 0, result.worth == fixed and peaks == old(peaks))
            all(result.worth[i] <= result.peaks[i // CHUNK] for i in range(header[SLOTS]) if tags[i] >= 1)
        """,
    ),
    contract(
        "take_all",
        needs="""
            is_header(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(tags)
            header[SLOTS] <= len(fixed)
            header[SLOTS] // CHUNK < len(peaks)
        """,
        writes="fixed peaks",
        gives="""
            result == 0 or result == WRONG_LENGTH or result == BAD_SCORE
            (result == WRONG_LENGTH) == (len(scores) != header[SLOTS])
            implies(result == 0, all(-LIMIT < fixed[i] and fixed[i] < LIMIT for i in range(header[SLOTS])))
            implies(result == 0, are_below(tags, fixed, peaks, header[SLOTS], CHUNK))
            implies(result == WRONG_LENGTH, fixed == old(fixed) and peaks == old(peaks))
        """,
        whole=True,
    ),
    contract(
        "take_for_step",
        needs=TAKING,
        writes="header fixed peaks told",
        gives="""
            only(header, CURSOR_TOKEN, HEARD)
            header[CURSOR_TOKEN] == (header[END] if cursor < 0 else cursor)
            result == 0 or result == WRONG_LENGTH or result == BAD_SCORE
            (result == WRONG_LENGTH) == (len(scores) != header[SLOTS])
            implies(header[MEMORY_SHIFT] == 0, header[HEARD] == old(header)[HEARD])
            header[HEARD] == old(header)[HEARD] or header[HEARD] == 0 or header[HEARD] == header[SLOTS]
            implies(header[MEMORY_SHIFT] > 0 and result == 0, header[HEARD] == header[SLOTS])
            implies(result == 0 and header[MULTI_SLOT] == 0, are_below(tags, fixed, peaks, header[SLOTS], CHUNK))
        """,
        before={
            "lean_to_cursor": """
                are_tags(header, tags, 0, header[SLOTS])
                whole_alike(old(header), header, tags)
                tokens_marked(header, old(header), tags, tags, header[SLOTS])
                tokens_are_told(header, tags, family_slot, family_node)
            """,
        },
    ),
    contract(
        "run_load",
        cuts={
            **STATE,
            "row": "tags[:]",
            **{name: f"state[state[OFFSETS + {i}]:state[OFFSETS + {i + 1}]]" for name, i in LISTS.items()},
        },
        needs=re.sub(r"\btags\b", "row", "\n".join((*lines(WHOLE), *BEFORE, *PINS, *lines(OPENED)))),
        writes="header family_slot family_node",
        gives=re.sub(r"\btags\b", "row", "\n".join((*KEPT, *lines(ENDS), "only(header, FAMILIES, END)"))),
        closes="""
            tiled_alike(old(header), header, row, 0, header[SLOTS])
            aligned_alike(old(header), header, row, header[SLOTS])
            tokens_marked(header, old(header), row, row, header[SLOTS])
            are_tags(header, row, 0, header[SLOTS])
            tokens_bound(header, row, 0, header[SLOTS])
        """,
    ),
    contract(
        "run_pin",
        cuts=SESSION,
        needs="\n".join((*lines(ARRAYS), *BEFORE, *lines(OPENED), *lines(PINS_TOLD))),
        writes="header family_slot family_node no_expand",
        gives="\n".join(
            (
                *KEPT,
                *lines(ENDS),
                "only(header, FAMILIES, END)",
                "pins_cover(header, tags, no_expand, len(no_expand))",
            )
        ),
        before={
            "place_pins": """
                tiled_alike(old(header), header, tags, 0, header[SLOTS])
                aligned_alike(old(header), header, tags, header[SLOTS])
            """,
        },
        closes="""
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
            are_tags(header, tags, 0, header[SLOTS])
            tokens_bound(header, tags, 0, header[SLOTS])
        """,
    ),
    contract(
        "run_positions",
        cuts={**STATE, "row": "tags[:]"},
        needs="""
            cells(state) >= HEADER
            is_header(header)
            is_shaped(header)
            spans_are_told(header)
            0 <= header[SLOTS] <= 2**26
            header[SLOTS] <= len(row)
            are_tags(header, row, 0, header[SLOTS])
            0 <= header[FIRST] < 2**49
            -2**60 <= origin <= 2**60
        """,
        writes="positions",
        gives="""
            result == (WRONG_LENGTH if len(positions) < header[SLOTS] else header[SLOTS])
            implies(result >= 0, kept_from(positions, old(positions), header[SLOTS]))
            implies(result < 0, kept_from(positions, old(positions), 0))
            all(header[FIRST] - origin <= positions[i] <= header[FIRST] - origin + header[SLOTS] * 2**32
                for i in range(result))
        """,
    ),
    contract(
        "run_take",
        cuts=SESSION,
        needs=f"""{ARRAYS}
            0 < header[SLOTS] <= header[CAPACITY]
            header[CAPACITY] <= 2**26
            header[CAPACITY] // CHUNK < header[CHUNK_ROOM]
        """,
        writes="fixed peaks",
        gives="""
            result == 0 or result == WRONG_LENGTH or result == BAD_SCORE
            (result == WRONG_LENGTH) == (len(scores) != header[SLOTS])
            implies(result == 0, all(-LIMIT < fixed[i] and fixed[i] < LIMIT for i in range(header[SLOTS])))
        """,
        whole=True,
    ),
    contract(
        "run_prepare",
        cuts={**SESSION, **NOTED},
        needs="\n".join((*lines(ARRAYS), *KEPT, *lines(PREPARED), *lines(REMEMBERED_NOW))),
        writes="header fixed peaks told noted",
        gives="\n".join(
            (
                *lines("""
                    only(header, CURSOR_TOKEN, HEARD)
                    header[CURSOR_TOKEN] == (header[END] if cursor < 0 else cursor)
                    result == 0 or result == WRONG_LENGTH or result == BAD_SCORE
                    (result == WRONG_LENGTH) == (len(scores) != header[SLOTS])
                    implies(header[MEMORY_SHIFT] == 0, header[HEARD] == old(header)[HEARD])
                    implies(header[MEMORY_SHIFT] > 0 and result == 0, header[HEARD] == header[SLOTS])
                    kept_from(noted, old(noted), header[SLOTS] if result == 0 else 0)
                """),
                *KEPT,
            )
        ),
        loops={
            "for slot in range(slots)": loop(keeps="kept_from(noted, old(noted), slot)"),
        },
        before={
            "refused = take_for_step": """
                tiled_follow(header, tags)
                told_by(header, tags, family_slot, family_node, header[FAMILIES])
                tiled_whole(header, tags)
            """,
        },
        closes=still_alike("old(header)"),
    ),
    contract(
        "history_in",
        cuts=STATE,
        seen_through=True,
        whole=True,
        needs=WHOLE,
        gives="""
            result.size == header[REMEMBERED]
            result.memory == header[MEMORY]
            len(result.acted) == header[OFFSETS + 21] - header[OFFSETS + 20]
            len(result.iterations) == header[OFFSETS + 22] - header[OFFSETS + 21]
        """,
    ),
    contract(
        "adapt_terms",
        cuts=ADAPTIVE,
        needs=f"""{WHOLE}{ADAPTED}        """,
        writes="header adaptive",
        gives="""
            only(header, TAU_EXPAND, TAU_COLLAPSE)
            only(adaptive, EXPAND_NOW, COLLAPSE_NOW)
            adaptive[EXPAND_NOW] == old(adaptive)[EXPAND_NOW] and adaptive[COLLAPSE_NOW] == old(adaptive)[COLLAPSE_NOW]
            implies(len(adaptive) > 0 and header[BINDING] != 0 and -LIMIT <= adaptive[COLLAPSE_NOW] <= LIMIT,
                0 <= header[TAU_EXPAND] and header[TAU_EXPAND] < LIMIT
                and -LIMIT <= header[TAU_COLLAPSE] and header[TAU_COLLAPSE] <= LIMIT)
            implies(len(adaptive) > 0 and header[BINDING] != 0 and 0 <= adaptive[COLLAPSE_NOW] < LIMIT,
                0 <= header[TAU_COLLAPSE] < LIMIT)
            implies(len(adaptive) == 0 or header[BINDING] == 0,
                header[TAU_EXPAND] == old(header)[TAU_EXPAND] and header[TAU_COLLAPSE] == old(header)[TAU_COLLAPSE])
        """,
    ),
    contract(
        "observe_use",
        cuts=ADAPTIVE,
        needs=f"""{WHOLE}{ADAPTED}{RING_TOLD}        """,
        writes="adaptive",
        gives=f"""{OBSERVED.rstrip()}
            implies(len(adaptive) > 0 and adaptive[WINDOW] > 0, adaptive[RING + old(adaptive)[NEXT]] == header[SLOTS])
        """,
        before={"observe": "sum_alike(adaptive, old(adaptive), RING, adaptive[WINDOW])"},
    ),
    contract(
        "has_room",
        cuts=STATE,
        truth=True,
        needs=f"""{WHOLE}{REMEMBERED_IN}
            ledger_fits(header, ledger_action)
            ledger_fits(header, ledger_iteration)
            header[LEDGER_TO] <= header[LEDGER_ROOM]
            header[LEDGER_ROOM] < 2**59
            0 <= entries < 2**59
        """,
        writes="header ledger_action ledger_iteration",
        gives="""
            only(header, LEDGER_FROM, LEDGER_TO)
            0 <= header[LEDGER_FROM] <= header[LEDGER_TO]
            header[LEDGER_TO] <= old(header)[LEDGER_TO]
            implies(entries_are_recent(old(header), old(ledger_iteration)),
                entries_are_recent(header, ledger_iteration))
            implies(ledger_acts(old(header), old(ledger_action)), ledger_acts(header, ledger_action))
            implies(result, header[LEDGER_TO] + entries <= header[LEDGER_ROOM])
            implies(result and header[MEMORY] > 0,
                header[REMEMBERED] + entries <= header[OFFSETS + 21] - header[OFFSETS + 20])
        """,
    ),
    contract(
        "remember_actions",
        cuts=HISTORY,
        needs=f"""{WHOLE}{REMEMBERED_IN}
            0 <= done <= 2**26
            implies(header[MEMORY] > 0, header[REMEMBERED] + done <= header[OFFSETS + 21] - header[OFFSETS + 20])
            implies(header[MEMORY] > 0, header[REMEMBERED] + done <= header[OFFSETS + 22] - header[OFFSETS + 21])
            header[REMEMBERED] <= 2**40
            done <= len(actions)
            done <= len(session.expand_keys)
            done <= len(session.expand_tokens)
            within(actions, 0, done, 0, 2**60)
            0 <= header[ITERATION] < 2**62
            within(iterations, 0, header[REMEMBERED], 0, 2**62)
        """,
        writes="header acted iterations session.expand_keys session.expand_tokens",
        gives="""
            only(header, REMEMBERED)
            implies(header[MEMORY] > 0,
                done <= header[REMEMBERED] and header[REMEMBERED] <= old(header)[REMEMBERED] + done)
            implies(header[MEMORY] <= 0, header[REMEMBERED] == old(header)[REMEMBERED])
            implies(acted_on(old(header), old(acted), old(header)[REMEMBERED]) and are_actions(header, actions, done),
                acted_on(header, acted, header[REMEMBERED]))
        """,
    ),
    contract(
        "forget_what_left",
        cuts=HISTORY,
        needs=f"""{WHOLE}{REMEMBERED_IN}
            is_shaped(header)
            acted_on(header, acted, header[REMEMBERED])
        """,
        writes="header acted iterations",
        gives="""
            only(header, REMEMBERED)
            0 <= header[REMEMBERED] <= old(header)[REMEMBERED]
            acted_on(header, acted, header[REMEMBERED])
        """,
        loops={
            "for at in range(history.size)": loop(
                keeps="""
                    0 <= kept <= at
                    acted_on(header, acted, kept)
                    all(acted[j] == old(acted)[j] for j in range(at, header[REMEMBERED]))
                """
            )
        },
    ),
    contract(
        "enter",
        cuts=ADAPTIVE,
        needs="\n".join(
            (
                *lines(WHOLE),
                *lines(ADAPTED),
                *lines(RING_TOLD),
                *KEPT,
                "header[LEDGER_ROOM] < 2**59",
                "header[LEDGER_ROOM] <= len(ledger_iteration)",
                "header[ITERATION] < 2**62",
                "0 <= header[N_DIFF] < 2**59",
            )
        ),
        writes="header adaptive ledger_action ledger_iteration",
        gives="\n".join(
            (
                *lines("""
                    result >= 0 or result == LEDGER_FULL
                    only(header, LEDGER_FROM, LEDGER_TO, ITERATION, TAU_EXPAND, TAU_COLLAPSE)
                    header[LEDGER_TO] - header[LEDGER_FROM] <= old(header)[LEDGER_TO] - old(header)[LEDGER_FROM]
                    implies(result >= 0, header[ITERATION] == old(header)[ITERATION] + 1)
                    implies(result < 0, header[ITERATION] == old(header)[ITERATION])
                    implies(result >= 0, header[LEDGER_TO] + header[N_DIFF] <= header[LEDGER_ROOM])
                    implies(result >= 0, all(ledger_iteration[i] < header[ITERATION]
                        for i in range(header[LEDGER_FROM], header[LEDGER_TO])))
                    implies(0 <= old(header)[TAU_EXPAND] < LIMIT
                        and (len(adaptive) == 0 or -LIMIT <= adaptive[COLLAPSE_NOW] <= LIMIT),
                        0 <= header[TAU_EXPAND] < LIMIT)
                    implies(0 <= old(header)[TAU_COLLAPSE] < LIMIT
                        and (len(adaptive) == 0 or 0 <= adaptive[COLLAPSE_NOW] < LIMIT),
                        0 <= header[TAU_COLLAPSE] < LIMIT)
                    all(adaptive[j] == old(adaptive)[j] for j in INTEGERS)
                """),
                *lines(ADAPTED),
                *lines(RING_TOLD),
                *KEPT,
            )
        ),
        before={"refused = begin": "sum_alike(adaptive, old(adaptive), RING, adaptive[WINDOW])"},
        closes=still_alike("old(header)"),
    ),
    STEP,
    beside(
        STEP,
        "best",
        gives="\n".join(FIRST),
        before={
            "done = select": "peaks_marked(header, old(header), tags, tags, fixed, peaks, CHUNK)",
            "apply": "\n".join((*WAITED, *of_done(FIRST[:-1]), *TURNED, *of_done(FIRST[-1:]))),
        },
    ),
    RUN_STEP,
    beside(
        RUN_STEP,
        "best",
        gives="\n".join(FROM_SCORES),
        before={
            "adapt_terms": """
                peaks_of_one(header, tags, fixed, peaks, CHUNK)
                below_peaks(header, tags, fixed, peaks, CHUNK)
            """,
            "done = step": "peaks_marked(header, prior(header), tags, tags, fixed, peaks, CHUNK)",
            "observe_use": "\n".join(
                (*WAITED_SINCE, *of_done(FROM_SCORES[:-1]), *SINCE_TURNED, *of_done(FROM_SCORES[-1:]))
            ),
        },
    ),
    contract(
        "tell",
        cuts=TOLD_OF,
        whole=True,
        needs=TELLING,
        writes="call",
        gives=TOLD,
        loops={
            "for j in range(done)": loop(
                keeps="""
                    all(call[k] == entry(call)[k] for k in range(TOLD))
                    all(call[k] == actions[k - TOLD] for k in range(TOLD, TOLD + j))
                """
            ),
            "for j in range(SPLICE * call[SPLICED])": loop(
                keeps="""
                    all(call[k] == entry(call)[k] for k in range(TOLD + room))
                    all(call[k] == splices[k - TOLD - room] for k in range(TOLD + room, TOLD + room + j))
                """
            ),
        },
    ),
    contract(
        "run_steps",
        loops={
            "for i in range(len(calls))": loop_of_rows(
                OF_CALL,
                cuts={
                    **SESSION_OF_CALL,
                    "adaptive": "state[calls[i, NUMBER]][its.header[OFFSETS + 19]:its.header[OFFSETS + 20]]",
                },
                needs=of_call((*STEPPED, *lines(CALLED), *lines(HANDED))),
                writes="""calls[i] header tags spare fixed peaks memory told no_expand splices ledger_action
                    ledger_iteration actions places collapse_keys collapse_families expand_keys expand_tokens
                    chunk_keys chunk_notes family_slot family_node spare_slot spare_node adaptive""",
                gives="\n".join(
                    (
                        "header[UNLOCKED] == old(header)[UNLOCKED]",
                        "calls[i, ITERATED] == header[ITERATION]",
                        "calls[i, SLOTS_LEFT] == header[SLOTS]",
                        "calls[i, NUMBER] == old(calls[i, NUMBER])",
                        "implies(calls[i, RETURNED] >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))",
                        "implies(calls[i, RETURNED] >= 0, header[ITERATION] == old(header)[ITERATION] + 1)",
                        "implies(calls[i, RETURNED] < 0, header[SLOTS] == old(header)[SLOTS])",
                        "(calls[i, RETURNED] == WRONG_LENGTH)"
                        " == (old(calls[i, GIVEN_TO]) - old(calls[i, GIVEN]) != old(header)[SLOTS])",
                        "all(calls[i, TOLD + j] == actions[j] for j in range(calls[i, RETURNED]) if at(actions[j]))",
                        *KEPT,
                    )
                ),
            )
        },
        before={
            "done = run_step": still_alike("old(header)"),
            "tell": still_alike("prior(header)"),
        },
    ),
    contract(
        "run_prepares",
        loops={
            "for i in range(len(calls))": loop_of_rows(
                OF_CALL,
                cuts={**SESSION_OF_CALL, **NOTED_OF_CALL},
                needs=of_call(
                    (*lines(ARRAYS), *KEPT, *lines(PREPARED), *lines(REMEMBERED_NOW), *lines(NAMED), *lines(HANDED))
                ),
                writes="calls[i] header fixed peaks told noted",
                gives="\n".join(
                    (
                        *lines("""
                            only(header, CURSOR_TOKEN, HEARD)
                            header[CURSOR_TOKEN]
                                == (header[END] if old(calls[i, RETURNED]) < 0 else old(calls[i, RETURNED]))
                            calls[i, RETURNED] == 0 or calls[i, RETURNED] == WRONG_LENGTH
                                or calls[i, RETURNED] == BAD_SCORE
                            (calls[i, RETURNED] == WRONG_LENGTH)
                                == (calls[i, GIVEN_TO] - calls[i, GIVEN] != header[SLOTS])
                            calls[i, NUMBER] == old(calls[i, NUMBER])
                            calls[i, GIVEN] == old(calls[i, GIVEN]) and calls[i, GIVEN_TO] == old(calls[i, GIVEN_TO])
                        """),
                        *KEPT,
                    )
                ),
            )
        },
        before={"calls[i, RETURNED] = refused": still_alike("old(header)")},
    ),
    contract(
        "run_apply",
        cuts={**SESSION, "adaptive": ADAPTIVE["adaptive"], "history": HISTORY["history"]},
        needs="\n".join(
            (
                *lines(ARRAYS),
                *lines(ADAPTED),
                *lines(RING_TOLD),
                *lines(REMEMBERED_IN),
                *lines(REMEMBERED_TWICE),
                *KEPT,
                *lines(ROOM),
                *lines(TERMS),
                "header[ITERATION] + 1 < 2**62",
                "0 <= done <= header[N_DIFF]",
                "are_actions(header, actions, done)",
                "actions_are_aligned(header, actions, done)",
            )
        ),
        writes="""header tags spare memory told no_expand splices ledger_action ledger_iteration
            places expand_keys expand_tokens family_slot family_node spare_slot spare_node adaptive
            acted iterations""",
        gives="\n".join(
            (
                "result == LEDGER_FULL or 0 <= result <= done",
                "implies(result < done, header[SLOTS] == old(header)[SLOTS])",
                "implies(result < done, header[ITERATION] == old(header)[ITERATION])",
                "implies(result < done, all(tags[j] == old(tags)[j] for j in INTEGERS))",
                "implies(result == done, header[SLOTS] == old(header)[SLOTS] + shifted(old(header), actions, done))",
                "implies(result == done, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))",
                "implies(result == done, header[ITERATION] == old(header)[ITERATION] + 1)",
                "only(header, SLOTS, FAMILIES, LEDGER_FROM, LEDGER_TO, ITERATION, SPLICES, KNOWN, HALF, HEARD,"
                " REMEMBERED)",
                *KEPT,
            )
        ),
        before={
            "if not has_room": "tiled_follow(header, tags)",
            "fit = first_misfit": f"""
                alike(old(header), header)
                entries_are_recent(header, ledger_iteration)
                spans_multiply_is(header){still_alike("old(header)")}
            """,
            "apply": """
                multiplied_is(header)
                spans_multiply_is(header)
                alike(header, prior(header))
                shift_alike(header, prior(header), actions, done)
                ends_marked(header, prior(header), tags, tags, actions, places, done)
                ends_lie(header, tags, actions, places, done)
                alike(header, old(header))
                shift_alike(header, old(header), actions, done)
                are_tags(header, tags, 0, header[SLOTS])
                only_marked(old(header), tags, old(tags))
                tiled_moved(old(header), old(tags), tags, 0, header[SLOTS], 0)
                tiled_alike(old(header), header, tags, 0, header[SLOTS])
                tiled_whole(header, tags)
                tokens_marked(header, old(header), tags, old(tags), header[SLOTS])
                aligned_marked(header, old(header), tags, old(tags))
                aligned(header, tags, header[SLOTS])
                all_there_marked(old(header), tags, old(tags), family_slot, family_node, header[FAMILIES])
                all_there_alike(header, old(header), tags, family_slot, family_node, header[FAMILIES])
                all_there(header, tags, family_slot, family_node, header[FAMILIES])
            """,
            "remember_actions": """
                0 < header[SLOTS] and header[SLOTS] <= header[CAPACITY]
                header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS])
                header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            """,
            "observe_use": f"""
                sum_alike(adaptive, old(adaptive), RING, adaptive[WINDOW]){still_alike("prior(header)")}
                tiled(header, tags, 0, header[SLOTS]) and aligned(header, tags, header[SLOTS])
                all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            """,
            "header[ITERATION] -=": UNCHANGED,
        },
        closes="""
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
        """,
    ),
    contract(
        "run_gather",
        whole=True,
        any_width="out",
        needs="""
            follow_in_order(splices, len(out))
            all(splices[j] - 1 <= high(out) for j in range(len(splices)) if j % SPLICE == 0)
            low(out) <= -1
            behind(splices, len(splices), 0) + len(out) - behind(splices, len(splices), 2) - 1 <= high(out)
        """,
        writes="out",
        gives="""
            are_gathered(splices, out, len(splices))
            all(out[i] == i - behind(splices, len(splices), 2) + behind(splices, len(splices), 0)
                for i in range(behind(splices, len(splices), 2), len(out)))
        """,
        loops={
            "for at in range(0, len(splices), SPLICE)": loop(
                keeps="""
                    at % SPLICE == 0 and at <= len(splices)
                    old == behind(splices, at, 0)
                    done == behind(splices, at, 2)
                    0 <= old <= 2**61
                    0 <= done <= len(out)
                    all(splices[j + 2] + splices[j + 3] <= done for j in range(at) if j % SPLICE == 0 if at(splices[j]))
                    are_gathered(splices, out, at)
                """,
                opens="""
                    at + SPLICE <= len(splices)
                    old <= splices[at] and splices[at] - 1 <= high(out)
                    splices[at + 2] == done + splices[at] - old
                    0 <= splices[at + 3] and splices[at + 2] + splices[at + 3] <= len(out)
                """,
                closes="""
                    all(j < at - SPLICE or j == at - SPLICE for j in range(at) if j % SPLICE == 0 if at(splices[j]))
                """,
            ),
            "for i in range(kept)": loop(
                keeps="""
                    all(out[k] == k - done + old for k in range(done, done + i))
                    all(out[k] == entry(out)[k] for k in INTEGERS if k < done)
                """
            ),
            "for i in range(splices[at + 3])": loop(
                keeps="""
                    all(out[k] == -1 for k in range(done + kept, done + kept + i))
                    all(out[k] == entry(out)[k] for k in INTEGERS if k < done + kept)
                """
            ),
            "for i in range(len(out) - done)": loop(
                keeps="""
                    all(out[k] == k - done + old for k in range(done, done + i))
                    all(out[k] == entry(out)[k] for k in INTEGERS if k < done)
                """
            ),
        },
    ),
    contract(
        "most_collapses",
        whole=True,
        needs="""
            is_header(header)
            is_shaped(header)
            is_dear(header)
            0 <= header[SLOTS] <= 2**26
            0 <= header[W_MAX] <= 2**26
            0 <= needed <= 2**60
        """,
        gives="""
            result <= header[SLOTS]
            result == header[SLOTS]
                or header[SLOTS] + needed - header[W_MAX] <= result * least_gain(header, header[TOP])
            implies(header[SLOTS] + needed > header[W_MAX], result >= min(1, header[SLOTS]))
        """,
        opens="gain_of_one(header)",
        loops={
            "for level in range(2, header[TOP] + 1)": loop(
                keeps="""
                    least == least_gain(header, level - 1)
                    1 <= least <= 2**26
                """,
                opens="""
                    header[WIDTH + level] > header[UNITS + level]
                    gain_one_more(header, level)
                """,
            )
        },
        before={
            "least = header": "header[WIDTH + 1] > header[UNITS + 1]",
            "return min": """
                whole_spans(header[SLOTS] + needed - header[W_MAX], least)
                over_bound(header[SLOTS] + needed - header[W_MAX] + least - 1, least)
                over_below(header[SLOTS] + needed - header[W_MAX] + least - 1, least)
                times_nothing(0, least)
                fewer(0, (header[SLOTS] + needed - header[W_MAX] + least - 1) // least, least)
            """,
        },
    ),
    contract(
        "run_ingest",
        cuts={
            **SESSION,
            "history": HISTORY["history"],
            "collapses": "reclaimed[:len(reclaimed) // 2]",
            "gists": "reclaimed[len(reclaimed) // 2:]",
        },
        needs="\n".join(
            (
                *lines(ARRAYS),
                *lines(REMEMBERED_IN),
                *lines(REMEMBERED_TWICE),
                *KEPT,
                *lines(INGESTED),
                *lines(REMEMBERED_NOW),
                "acted_on(header, acted, header[REMEMBERED])",
            )
        ),
        writes="""header tags spare fixed memory told no_expand splices ledger_action ledger_iteration places
            collapse_keys collapse_families expand_keys expand_tokens family_slot family_node spare_slot spare_node
            acted iterations collapses gists""",
        gives="\n".join(
            (
                *lines("""
                    result >= 0 or result == NO_ROOM or result == LEDGER_FULL or result == UNSURE
                    result <= len(collapses)
                    implies(result >= 0, header[SLOTS] <= max(header[W_MAX], old(header)[SLOTS]))
                    implies(result >= 0,
                        header[END] == old(header)[END] + blocks_of(old(header), tokens) * header[SPAN])
                    implies(result == LEDGER_FULL or result == UNSURE,
                        header[SLOTS] == old(header)[SLOTS] and all(tags[j] == old(tags)[j] for j in INTEGERS))
                    implies(result < 0, header[END] == old(header)[END])
                    implies(result >= 0, pins_cover(header, tags, no_expand, len(no_expand)))
                    header[HEARD] == 0
                    0 <= header[UNFILLED] < header[SPAN]
                    only(header, SLOTS, FIRST, END, FAMILIES, LEDGER_FROM, LEDGER_TO, SPLICES, KNOWN, HALF, HEARD,
                        UNFILLED, PROTECTED, REMEMBERED)
                """),
                *KEPT,
            )
        ),
        before={
            "blocks = blocks_of": f"""
                pins_whole(no_expand, len(no_expand), header[SLOTS])
                multiplied_is(old(header))
                spans_multiply_is(old(header))
                geometry_is(old(header))
                rise_far(family_slot, header[FAMILIES])
                tiled_follow(old(header), tags)
                front_turns(old(header), tags, header[SLOTS])
                end_turns(old(header), tags, header[SLOTS])
                turn(header[END], header[SPAN]){still_alike("old(header)")}
            """,
            "needed = blocks": """
                product_positive(blocks, header[UNITS])
                most_of_all(blocks, tokens + header[SPAN], header[UNITS])
                0 <= blocks * header[UNITS] and blocks * header[UNITS] <= 2**39
            """,
            "if most > half": """
                tiled_follow(header, tags)
                gain_alike(header, old(header), header[TOP])
            """,
            "return LEDGER_FULL": f"""
                header[SLOTS] == old(header)[SLOTS]
                least_alike(header, old(header), WIDTH + 1, WIDTH + 1 + header[TOP]){still_alike("old(header)")}
            """,
            "if manner & BOLD": "header[SLOTS] == old(header)[SLOTS]",
            "return UNSURE": f"""
                least_alike(header, old(header), WIDTH + 1, WIDTH + 1 + header[TOP]){still_alike("old(header)")}
            """,
            "at_once = min": still_alike("old(header)"),
            "done = reclaim": """
                gain_positive(header, header[TOP])
                gain_alike(header, old(header), header[TOP])
                most_of_all(most, len(collapses), least_gain(header, header[TOP]))
                most_of_all(most, len(gists), least_gain(header, header[TOP]))
                most_of_all(most, header[LEDGER_ROOM] - header[LEDGER_TO], least_gain(header, header[TOP]))
            """,
            "remember_actions": """
                fewer(done - 1, most, least_gain(old(header), old(header)[TOP]))
                0 <= done and done <= most
            """,
            "lets_go = done": "header[KNOWN] <= len(memory)",
            "if lets_go:\n    gone": f"""
                header[KNOWN] == prior(header)[KNOWN]
                header[KNOWN] <= len(memory){still_alike("prior(header)")}
                tiled_follow(header, tags)
            """,
            "release": """
                tokens_up_to(header, tags, header[SLOTS])
                header[FIRST] + tokens_in(header, tags, 0, gone) <= header[END]
                tokens_bound(header, tags, 0, gone)
            """,
            "for i in range(done)": f"""{still_alike("prior(header)")}
                all_stand(header, tags, family_slot, family_node, header[FAMILIES])
            """,
            "for _ in range(blocks)": f"""{still_alike("prior(header)")}
                all_stand(header, tags, family_slot, family_node, header[FAMILIES])
                whole_spans(tokens - old(header)[UNFILLED], old(header)[SPAN])
                header[END] == old(header)[END]
                header[SPAN] == old(header)[SPAN]
                header[END] + blocks * header[SPAN] < 2**49
                product_positive(blocks, header[UNITS])
                times_nothing(0, header[UNITS])
                times_nothing(0, header[SPAN])
                times_nothing(blocks, header[UNITS])
                times_nothing(blocks, header[SPAN])
                most_of_all(1, blocks, header[UNITS])
            """,
            "place_pins": """
                least_alike(header, old(header), WIDTH + 1, WIDTH + 1 + header[TOP])
            """,
        },
        loops={
            "for i in range(done)": loop(keeps="within(gists, i, done, -2**53, 2**53)"),
            "for _ in range(blocks)": loop(
                keeps="\n".join(
                    (
                        *WITHIN,
                        *lines("""
                            all(header[j] == entry(header)[j] for j in INTEGERS
                                if j != SLOTS and j != END and j != FAMILIES)
                            header[SLOTS] == entry(header)[SLOTS] + _ * header[UNITS]
                            header[END] == entry(header)[END] + _ * header[SPAN]
                        """),
                    )
                ),
                opens="""
                    product_grows(_, blocks, header[UNITS])
                    product_grows(_, blocks, header[SPAN])
                    product_next(_, header[UNITS])
                    product_next(_, header[SPAN])
                """,
            ),
        },
    ),
    contract(
        "run_leave_unfilled",
        cuts=STATE,
        needs="cells(state) >= HEADER",
        writes="header",
        gives="""
            only(header, UNFILLED, PROTECTED)
            header[UNFILLED] == unfilled
            header[PROTECTED] == max(header[TAIL], min(1, unfilled))
            implies(old(0 <= header[UNFILLED] < header[SPAN]) and 0 <= unfilled < header[SPAN],
                0 <= header[UNFILLED] < header[SPAN])
            implies(old(0 <= header[PROTECTED] < 2**49) and 0 <= header[TAIL] < 2**49 and 0 <= unfilled,
                0 <= header[PROTECTED] < 2**49)
        """,
        whole=True,
    ),
    contract(
        "run_release",
        cuts={**SESSION, "history": HISTORY["history"]},
        needs="\n".join(
            (
                *lines(ARRAYS),
                *lines(REMEMBERED_IN),
                *KEPT,
                "header[CAPACITY] <= 2**26",
                *lines(REMEMBERED_NOW),
                "acted_on(header, acted, header[REMEMBERED])",
                "header[END] < 2**49",
            )
        ),
        writes="""header tags memory family_slot family_node ledger_action ledger_iteration acted iterations
            no_expand""",
        gives="\n".join(
            (
                "-1 <= result < old(header)[SLOTS]",
                "header[SLOTS] == old(header)[SLOTS] - max(0, result)",
                "implies(result <= 0, header[FIRST] == old(header)[FIRST])",
                "implies(result > 0, header[FIRST] == token)",
                "implies(result > 0, pins_cover(header, tags, no_expand, len(no_expand)))",
                "implies(result > 0, all(tags[j] == old(tags)[j + result] for j in range(header[SLOTS])))",
                "implies(result > 0, 0 <= header[REMEMBERED] and header[REMEMBERED] <= old(header)[REMEMBERED])",
                "only(header, SLOTS, FIRST, FAMILIES, LEDGER_FROM, LEDGER_TO, KNOWN, HEARD, REMEMBERED)",
                *KEPT,
            )
        ),
        before={
            "slots = slot_at": """
                pins_whole(no_expand, len(no_expand), header[SLOTS])
                told_by(header, tags, family_slot, family_node, header[FAMILIES])
            """,
            "release": """
                tiled_alike(old(header), header, tags, 0, header[SLOTS])
                aligned_alike(old(header), header, tags, header[SLOTS])
                all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
                are_tags(header, tags, 0, header[SLOTS])
                tokens_marked(header, old(header), tags, tags, header[SLOTS])
                header[FIRST] + tokens_in(header, tags, 0, slots) == token
                tokens_up_to(header, tags, header[SLOTS])
                header[FIRST] + tokens_in(header, tags, 0, slots) <= header[END]
                tokens_bound(header, tags, 0, slots)
            """,
            "place_pins": """
                header[SLOTS] == old(header)[SLOTS] - slots
                header[FIRST] == token and 0 <= token and token < 2**49
                tiled_alike(prior(header), header, tags, 0, header[SLOTS])
                aligned_alike(prior(header), header, tags, header[SLOTS])
                all_stand_alike(prior(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
                tokens_marked(header, prior(header), tags, tags, header[SLOTS])
                header[END] == header[FIRST] + tokens_in(header, tags, 0, header[SLOTS])
            """,
        },
        closes="""
            tiled_alike(old(header), header, tags, 0, header[SLOTS])
            aligned_alike(old(header), header, tags, header[SLOTS])
            all_stand_alike(old(header), header, tags, family_slot, family_node, header[FAMILIES], header[SLOTS])
            tokens_marked(header, old(header), tags, tags, header[SLOTS])
        """,
    ),
    contract(
        "run_layout",
        cuts={
            "blocks": "table[:len(table) // 3]",
            "wants": "table[len(table) // 3:2 * (len(table) // 3)]",
            "nodes": "table[2 * (len(table) // 3):]",
        },
        needs=of_spans(f"""{LAID_OUT}
            3 <= len(span)
            4 <= len(terms)
            header[FANOUT + 1] == 1
            0 <= span[2] < 2**60
            len(scores) == 0 or (span[1] - span[0]) // header[SPAN] <= len(scores)
            terms[2] <= terms[3] <= 2**39
            min(terms[3], (span[1] - span[0]) // header[SPAN]) <= cells(table) // 3
        """),
        writes="wants nodes blocks",
        gives="""
            implies(coarse_slots(header, span[0], span[1]) > terms[3],
                result == -coarse_slots(header, span[0], span[1]))
            implies(coarse_slots(header, span[0], span[1]) <= terms[3],
                0 <= result and are_blocks(header, blocks, result, span[0], span[1])
                and weights(header, UNITS, blocks, result) <= terms[3]
                and weights(header, SPAN, blocks, result) == span[1] - span[0])
        """,
    ),
]

CONTRACTS = besides(
    CONTRACTS,
    "complete",
    {
        "run_load": {"gives": re.sub(r"\btags\b", "row", COMPLETE)},
        "run_pin": {"gives": COMPLETE},
        "run_prepare": {"gives": STILL_COMPLETE, "closes": still_complete("old(header)")},
        "run_prepares": {
            "loops": {"for i in range(len(calls))": loop_of_rows({}, gives=STILL_COMPLETE)},
            "before": {"calls[i, RETURNED] = refused": still_complete("old(header)")},
        },
        "step": {
            "gives": STILL_COMPLETE,
            "before": {
                "return refused": still_complete("old(header)"),
                "done = select": still_complete("old(header)"),
                "apply": complete_of("prior(header)", "old(tags)"),
            },
        },
        "run_step": {
            "gives": STILL_COMPLETE,
            "before": {"done = step": still_complete("old(header)")},
            "closes": still_complete("old(header)"),
        },
        "run_apply": {
            "gives": STILL_COMPLETE,
            "before": {
                "apply": complete_of("old(header)", "old(tags)"),
                "observe_use": still_complete("prior(header)"),
                "header[ITERATION] -=": complete_of("old(header)", "old(tags)"),
            },
            "closes": complete_of("old(header)", "old(tags)") + still_complete("old(header)"),
        },
        "run_release": {
            "gives": STILL_COMPLETE,
            "before": {"release": still_complete("old(header)"), "place_pins": still_complete("prior(header)")},
        },
        "run_ingest": {
            "gives": STILL_COMPLETE,
            "before": {
                "blocks = blocks_of": still_complete("old(header)"),
                "return LEDGER_FULL": still_complete("old(header)"),
                "return UNSURE": still_complete("old(header)"),
                "at_once = min": still_complete("old(header)"),
                "if lets_go:\n    gone": still_complete("prior(header)"),
                "for i in range(done)": still_complete("prior(header)"),
                "for _ in range(blocks)": still_complete("prior(header)"),
            },
            "loops": {"for _ in range(blocks)": loop(keeps=STILL_COMPLETE)},
        },
        "run_steps": {
            "loops": {"for i in range(len(calls))": loop_of_rows({}, gives=STILL_COMPLETE)},
            "before": {
                "done = run_step": still_complete("old(header)"),
                "tell": still_complete("prior(header)"),
            },
        },
    },
)

FOR_ONCE = re.compile(
    r"\b(cursor|tokens|done|heard|calls)\b|memory\[j\]|peaks\[i|2\*\*62|header\[FIRST\] <= header\[CURSOR_TOKEN\]"
)
"""What is needed of what a call is given, of the scores that it goes by, of means over time, and of numbers that grow
with each call."""

OF_WORK = re.compile(
    r"\b(work|query|asked|space|wishes|worth|less|entries|chosen|chosen_notes|pool_\w+|apart_\w+|regions|starts|claims"
    r"|weighed|look|layers|rival|network)\b"
)
"""What is needed of work space."""

ADAPTED_BETWEEN = (
    "implies(len(adaptive) > 0, -LIMIT <= adaptive[COLLAPSE_NOW] <= LIMIT)",
    "implies(len(adaptive) > 0, 0 <= adaptive[COLLAPSE_NOW] < LIMIT)",
    "0 <= header[TAU_COLLAPSE] < LIMIT",
)
"""Between what thresholds of collapses adapt, as greedy and as other strategies need it."""


def lasting(one: Contract) -> str:
    """What a call needs of a session beside `KEPT` and `FOR_ONCE`, and what others need and it may write to."""
    needed = [line for line in one.needs if line not in KEPT and not FOR_ONCE.search(line) and not OF_WORK.search(line)]
    others = [MEANS_STAY]
    if "history" in one.cuts:
        others += [stays("acted_on(header, acted, header[REMEMBERED])"), stays(HAPPENED)]
    if "adaptive" in one.cuts:
        others += [stays(ADAPTED_BETWEEN[0]), stays(*ADAPTED_BETWEEN[1:])]
    return "\n".join((*needed, *(line for line in others if line not in needed)))


RING_STAYS = "sum_alike(adaptive, old(adaptive), RING, old(adaptive)[WINDOW])"
"""That the total of the ring is what it was, where no cell of it was written to."""


def lasting_alone(one: Contract, more: str = "") -> dict[str, Any]:
    """The part of a call for one session that says so, and ``more``."""
    return {"gives": "\n".join((lasting(one), *lines(more))), "closes": RING_STAYS if "adaptive" in one.cuts else ""}


def lasting_of_many(one: Contract) -> dict[str, Any]:
    """That of a call for many sessions, where ``one`` is what it does for each."""
    closes = RING_STAYS if "adaptive" in one.cuts else ""
    return {"loops": {"for i in range(len(calls))": loop_of_rows({}, gives=lasting(one), closes=closes)}}


CURSOR_LIES = """
    header[FIRST] <= header[CURSOR_TOKEN] < 2**49
    0 <= header[CURSOR_TOKEN] < 2**49
"""
"""That iterations measure nearness from a token that is not before the context."""

OF_ONE = {one.name: one for one in CONTRACTS}
"""The contracts of this file."""

CONTRACTS = besides(
    CONTRACTS,
    "lasting",
    {
        "take_for_step": {"gives": MEANS_STAY},
        "run_prepare": lasting_alone(OF_ONE["run_prepare"], CURSOR_LIES),
        "remember_actions": {"gives": stays(HAPPENED)},
        "forget_what_left": {
            "gives": stays(HAPPENED),
            "loops": {
                "for at in range(history.size)": loop(
                    keeps=f"implies(old({HAPPENED}), {HAPPENED.replace('header[REMEMBERED]', 'history.size')})"
                )
            },
        },
        "step": {"gives": MEANS_STAY},
        "run_step": lasting_alone(RUN_STEP),
        "run_steps": lasting_of_many(RUN_STEP),
        "run_prepares": lasting_of_many(OF_ONE["run_prepare"]),
        "run_apply": lasting_alone(OF_ONE["run_apply"]),
        "run_ingest": {**lasting_alone(OF_ONE["run_ingest"], ENDS), "closes": TOKENS_BOUND},
        "run_release": {**lasting_alone(OF_ONE["run_release"], ENDS), "closes": TOKENS_BOUND},
    },
)

CONTRACTS = besides(
    CONTRACTS,
    "least",
    {
        "run_ingest": {
            "gives": """
                all(collapses[k] % 2 == COLLAPSE for k in range(result))
                implies(old(header)[SLOTS] + blocks_of(old(header), tokens) * header[UNITS] <= header[W_MAX],
                    result == 0)
                implies(result >= 1 and manner & LETTING_GO == 0,
                    header[SLOTS] - added(header, collapses[result - 1]) + header[AHEAD] > header[W_MAX])
                implies(result == NO_ROOM, none_is_free(session)
                    and header[SLOTS] + blocks_of(old(header), tokens) * header[UNITS] > header[W_MAX])
            """,
        }
    },
)
