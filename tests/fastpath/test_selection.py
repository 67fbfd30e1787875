"""Greedy selection where the fast path could go wrong: emptied queues, borders of chunks, large caps, long ledgers."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.kernels import candidates, scores
from focalloc.fastpath.kernels.layout import BODY, CHUNK, HEADER, SLOTS, TOP, UNITS
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

COLD = -(2**30)
EIGHTS = Geometry((8, 8))


def both(geometry: Geometry, params: Params, context: list[tuple[int, int]], scores: list[int]) -> list[Action]:
    """The answer on which the reference and the fast path agree."""
    answers = []
    for allocator in (ReferenceAllocator(), Allocator()):
        allocator.open(geometry, params, context)
        answers.append(list(allocator.step(scores)))
    assert answers[0] == answers[1]
    return answers[0]


def test_a_collapse_that_takes_the_whole_queue_of_expands_away_makes_room_for_the_next_best() -> None:
    # b: a family of seven hot gists and an icy one; its collapse leaves nothing of the best three but a
    context = [(2, 0), *((1, 64 + 8 * i) for i in range(8)), (2, 128)]
    scores = [10**6, *[9 * 10**5] * 7, COLD, 5 * 10**5]
    answer = both(EIGHTS, Params(w_max=100, n_diff=3), context, scores)
    assert answer == [Action("expand", 2, 0), Action("collapse", 2, 64), Action("expand", 2, 128)]


def test_the_queue_can_be_emptied_more_than_once() -> None:
    family = lambda start: [(1, start + 8 * i) for i in range(8)]  # noqa: E731
    context = [(2, 0), *family(64), (2, 128), *family(192), (2, 256)]
    scores = [10**6, *[9 * 10**5] * 7, 2 * COLD + 1, 8 * 10**5, *[7 * 10**5] * 7, COLD, 6 * 10**5]
    answer = both(EIGHTS, Params(w_max=200, n_diff=5), context, scores)
    assert [(action.kind, action.start) for action in answer] == [
        ("expand", 0),
        ("collapse", 64),
        ("expand", 128),
        ("collapse", 192),
        ("expand", 256),
    ]


def test_what_stands_behind_a_wide_family_that_was_taken_away_is_found_with_its_token() -> None:
    wide = 700
    hot = dict.fromkeys(range(0, wide, 50), 100)  # the best of every chunk, and all of them collapse
    context = [(1, 2 * i) for i in range(wide + 3)]
    scores = [*(hot.get(slot, -50) for slot in range(wide)), 50, 0, 0]
    params = Params(w_max=len(context), n_diff=2, tau_expand=0, tau_collapse=0)
    answer = both(Geometry((2, wide)), params, context, scores)
    assert answer == [Action("collapse", 2, 0), Action("expand", 1, 2 * wide)]


def test_an_expand_takes_away_the_collapse_of_its_family_and_the_next_one_acts() -> None:
    context = [*((1, 8 * i) for i in range(8)), (0, 64)]
    scores = [10**6, *[COLD] * 7, *[-(10**6)] * 8]
    answer = both(EIGHTS, Params(w_max=100, n_diff=2), context, scores)
    assert answer == [Action("expand", 1, 0), Action("collapse", 1, 64)]


@pytest.mark.parametrize("slots", [63, 64, 65, 127, 128, 129, 192])
@pytest.mark.parametrize("n_diff", [1, 2, 3])
def test_the_best_is_found_wherever_it_stands(slots: int, n_diff: int) -> None:
    geometry = Geometry((2,))
    context = [(1, 2 * i) for i in range(slots)]
    for hot in range(slots):
        scores = [300_000] * slots
        scores[hot] = 300_001
        expected = [hot, *(i for i in range(n_diff) if i != hot)][:n_diff]
        answer = both(geometry, Params(w_max=10**4, n_diff=n_diff), context, scores)
        assert [action.start // 2 for action in answer] == expected


def test_of_two_that_tie_across_chunks_the_earlier_acts() -> None:
    geometry, slots = Geometry((2,)), 1024
    scores = [0] * slots
    for i in (70, 500, 900):
        scores[i] = 10**6
    answer = both(geometry, Params(w_max=10**4, n_diff=2), [(1, 2 * i) for i in range(slots)], scores)
    assert [action.start for action in answer] == [140, 1000]


def test_gists_of_several_slots_may_straddle_chunks() -> None:
    geometry = Geometry((4, 4), (1, 3, 5))
    context = [(2, 16 * i) for i in range(40)]
    for hot in range(40):
        scores = [300_000] * 200
        scores[5 * hot + 4] = 300_004  # the mean, 300 000.8, is rounded down: a tie after all
        answer = both(geometry, Params(w_max=10**4, n_diff=1), context, scores)
        assert answer == [Action("expand", 2, 0)]
        scores[5 * hot + 4] = 300_005
        answer = both(geometry, Params(w_max=10**4, n_diff=1), context, scores)
        assert answer == [Action("expand", 2, 16 * hot)]


def test_resting_gists_do_not_hide_the_others() -> None:
    """More resting gists than the cap, each in a chunk of its own and hotter than everything else."""
    geometry = Geometry((2, 40))
    blocks: list[tuple[int, int]] = []
    for i in range(12):
        blocks += [(0, 80 * i), *((1, 80 * i + 2 * j) for j in range(1, 40))]
    params = Params(w_max=10**4, n_diff=4, cooldown_steps=50)
    pair = (ReferenceAllocator(), Allocator())
    for allocator in pair:
        allocator.open(geometry, params, blocks)
    for step in range(8):
        context = pair[0].context()
        scores = []
        for block in context:
            if block.level == 0:
                scores += [-(10**6)] * 2
            else:
                scores.append(10**6 if block.start % 80 == 0 else 0 if step < 3 else 300_000 + block.start)
        answers = [list(allocator.step(scores)) for allocator in pair]
        assert answers[0] == answers[1]
        assert len(answers[0]) == 4
        pair[1]._check()


def test_the_largest_cap_and_the_longest_cooldown() -> None:
    geometry = Geometry((2, 2))
    context = [(1, 2 * i) for i in range(400)]
    params = Params(w_max=10**4, n_diff=2**16, cooldown_steps=2**31)
    pair = (ReferenceAllocator(), Allocator())
    for allocator in pair:
        allocator.open(geometry, params, context)
    for sign in (1, -1, 1, -1):
        scores = [sign * 10**6] * pair[0].state.used
        answers = [list(allocator.step(scores)) for allocator in pair]
        assert answers[0] == answers[1]
        pair[1]._check()
    assert pair[1].ledger_size() == len(pair[0].state.ledger) > 0


def test_a_ledger_that_outgrows_its_table_is_moved_and_widened() -> None:
    allocator = Allocator()
    allocator.open(Geometry((2, 2)), Params(w_max=100, n_diff=4, cooldown_steps=1000), [(2, 4 * i) for i in range(50)])
    room = len(allocator._tables.table("ledger_action"))  # type: ignore[union-attr]
    for _ in range(60):
        levels = allocator.levels
        allocator.step(np.where(np.repeat(levels, np.where(levels == 0, 2, 1)) == 2, 1.0, 0.0))
        allocator._check()
    assert len(allocator._tables.table("ledger_action")) > room  # type: ignore[union-attr]
    assert allocator.ledger_size() == 50


def test_scores_that_sum_beyond_32_bits() -> None:
    geometry = Geometry((32, 32))
    context = [*((1, 32 * i) for i in range(32)), (0, 1024)]
    extreme = 2**31 - 1
    answer = both(geometry, Params(w_max=10**4), context, [-extreme] * 32 + [-extreme + 1] * 32)
    assert answer == [Action("collapse", 2, 0), Action("collapse", 1, 1024)]


def test_blocks_come_back_as_they_were_called() -> None:
    allocator = Allocator()
    context = [Block(2, 0), Block(1, 1024), Block(0, 1056)]
    allocator.open(Geometry(), Params(), context)
    assert allocator.context() == tuple(context)


class Counted(list[int]):
    """A table that counts how often it is read."""

    reads = 0

    def __getitem__(self, at: Any) -> Any:
        type(self).reads += 1
        return super().__getitem__(at)


def reads_of_a_wide_gist(slots: int) -> int:
    """How often the tags and scores of a context are read that begins with a gist of so many slots."""
    header = [0] * HEADER
    header[SLOTS], header[TOP], header[UNITS], header[UNITS + 1] = slots + 2, 1, 4, slots
    tags = Counted([1] + [BODY] * (slots - 1) + [0, 0])
    fixed, peaks = Counted([7] * (slots + 2)), [0] * (slots // CHUNK + 1)
    Counted.reads = 0
    scores.bound(header, tags, fixed, peaks)
    session: Any = SimpleNamespace(
        header=header, tags=tags, fixed=fixed, expand_keys=[0], expand_tokens=[0], no_expand=[]
    )
    for chunk in range(len(peaks)):
        candidates.pick_expands(session, chunk, 0, 2**60, 0, 1)
    return Counted.reads


@pytest.mark.usefixtures("uncompiled")
def test_a_gist_of_many_slots_is_read_once_and_not_once_per_chunk() -> None:
    few, many = reads_of_a_wide_gist(2**11), reads_of_a_wide_gist(2**13)
    assert 3.5 < many / few < 4.5
