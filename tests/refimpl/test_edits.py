"""Edits of the reference held against the judge, and against what a row of any kind becomes."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from focalloc.conformance.worlds import random_history
from focalloc.refimpl.edits import composed, edits, gather
from focalloc.spec.edits import edits_violations, row


@pytest.mark.clause("EDI-1", "EDI-2", "EDI-3")
def test_the_reference_conforms() -> None:
    changed = 0
    for seed in range(200):
        states = random_history(random.Random(seed))
        for old, new in pairwise(states):
            found = edits(old.geometry, old.context, new.context)
            told = [edit.splice for edit in found]
            assert edits_violations(old.geometry, old.context, new.context, told) == [], seed
            changed += len(found) > 1
    assert changed > 50


def test_a_gathered_row_is_the_new_one_wherever_it_says_what_was() -> None:
    for seed in range(100):
        states = random_history(random.Random(seed))
        for old, new in pairwise(states):
            was, now = row(old.geometry, old.context), row(new.geometry, new.context)
            taken = gather(len(was), edits(old.geometry, old.context, new.context))
            assert [None if slot == -1 else was[slot] for slot in taken] == [
                held if held[0] in old.context else None for held in now
            ]


def test_composed_edits_do_what_all_of_them_do() -> None:
    for seed in range(100):
        states = random_history(random.Random(seed))
        geometry, start = states[0].geometry, states[0]
        together, taken = edits(geometry, start.context, start.context), list(range(start.used))
        for old, new in pairwise(states):
            these = edits(geometry, old.context, new.context)
            together = composed(geometry, start.used, together, these, new.context)
            taken = [-1 if slot == -1 else taken[slot] for slot in gather(old.used, these)]
        assert gather(start.used, together) == taken
        held = [block for block, _ in row(geometry, states[-1].context)]
        for edit in together:
            assert edit.blocks == tuple(dict.fromkeys(held[edit.at : edit.at + edit.after]))
