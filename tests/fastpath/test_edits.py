"""The arithmetic of edits, beside that of the reference, which goes slot by slot."""

from __future__ import annotations

import random
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

from focalloc.conformance.worlds import random_history
from focalloc.fastpath.edits import Edits
from focalloc.refimpl.edits import composed, edits, gather
from focalloc.spec import Block, Geometry, InvalidInput, State
from focalloc.spec.edits import Edit


def of(old: State, new: State) -> Edits:
    return Edits(edits(old.geometry, old.context, new.context), old.used, old.geometry.block_slots)


def test_a_gathered_row_is_that_of_the_reference() -> None:
    for seed in range(100):
        for old, new in pairwise(random_history(random.Random(seed))):
            these = of(old, new)
            assert these.gather().tolist() == gather(old.used, list(these))
            assert these.slots_after == new.used
            assert these.first_changed == next(
                (slot for slot, was in enumerate(gather(old.used, list(these))) if slot != was), min(old.used, new.used)
            )


def test_composed_they_are_those_of_the_reference() -> None:
    telling = 0
    for seed in range(200):
        states = random_history(random.Random(seed))
        geometry, slots = states[0].geometry, states[0].used
        wanted: list[Edit] = []
        for old, new in pairwise(states):
            wanted = composed(geometry, slots, wanted, list(of(old, new)), new.context)
        parts = [of(old, new) for old, new in pairwise(states)]
        none, nothing = Edits((), slots, geometry.block_slots), Edits((), states[-1].used, geometry.block_slots)
        assert reduce(Edits.then, parts, none) == wanted, seed
        # in whatever order they are put together
        right = reduce(lambda later, one: one.then(later), reversed(parts), nothing)
        assert right == wanted, seed
        telling += sum(len(part) for part in parts) > len(wanted)
    assert telling > 50


def test_what_is_put_in_and_taken_out_again_leaves_nothing() -> None:
    slots = Geometry((4,), (1, 1)).block_slots
    come = Edits([Edit(3, 0, 3, 4, (Block(0, 12),))], 3, slots)
    go = Edits([Edit(3, 4, 3, 0, ())], 7, slots)
    assert come.then(go) == []
    assert come.then(go).first_changed == 3


def test_gathering_into_an_array_of_ones_own() -> None:
    these = Edits([Edit(1, 1, 1, 4, (Block(0, 4),))], 3, (4, 1))
    out = np.zeros(10, np.int32)
    assert these.gather(out).tolist() == [0, -1, -1, -1, -1, 2]
    assert these.gather(out).base is out
    with pytest.raises(InvalidInput, match=r"out = 5: must have room for 6 slots"):
        these.gather(np.zeros(5, np.int64))


def test_edits_of_another_row_are_refused() -> None:
    these = Edits([Edit(1, 1, 1, 4, (Block(0, 4),))], 3, (4, 1))
    with pytest.raises(InvalidInput, match="must be edits of 6 slots"):
        these.then(these)
