"""Releases judged on examples worked by hand: level-1 nodes of four tokens, level-2 nodes of sixteen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from focalloc.refimpl.allocator import ReferenceAllocator
from focalloc.spec import (
    Block,
    Geometry,
    InvalidInput,
    NoRoom,
    Params,
    Pins,
    State,
    opened,
    reclaim_violations,
    released,
)
from focalloc.spec.cooldown import Entry
from focalloc.spec.ingest import sufficient_budget_of
from focalloc.spec.release import cut, let_go_in_vain, misreleased, still_pinned

STATE = opened(Geometry((4, 4)), Params(w_max=12), [(2, 0), (1, 16), (1, 20), (0, 24), (0, 28)])


def let_go(state: State, actions: Sequence[tuple[str, int, int]] | None, front: object) -> list[str]:
    found = reclaim_violations(state, [0] * state.used, 1, actions, "greedy", release=True, front=front)
    return [one.clause for one in found]


@pytest.mark.clause("REL-1")
def test_a_context_is_released_to_where_a_block_begins() -> None:
    for token in (0, 16, 20, 24, 28):
        assert not cut(STATE.context, token)
    for token, nearest in ((1, 0), (15, 16), (18, 16), (32, 28), (2**60, 28), (-5, 0)):
        with pytest.raises(InvalidInput, match=rf"token = {token}: .* is left; the nearest is {nearest} "):
            released(STATE, token)
    for senseless in (16.0, "16", None, True):
        with pytest.raises(InvalidInput, match=r"must be an integer \(REL-1\)"):
            released(STATE, senseless)  # type: ignore[arg-type]


@pytest.mark.clause("REL-2")
def test_what_is_left_is_what_it_was() -> None:
    after = released(STATE, 20)
    assert after.context == STATE.context[2:]
    assert not misreleased(after.context, list(after.context))
    for wrong in ([], STATE.context, STATE.context[1:], STATE.context[3:], after.context[:-1], (Block(0, 20),)):
        assert misreleased(after.context, wrong)
    assert released(STATE, 0) == STATE


@pytest.mark.clause("REL-2", "REL-3")
def test_what_concerns_only_what_left_is_forgotten() -> None:
    ledger = {Block(1, 12): Entry("expand", 0), Block(2, 16): Entry("expand", 0), Block(1, 20): Entry("collapse", 0)}
    pins = Pins(((0, 4), (8, 21), (40, 44)), ((16, 20),))
    after = released(replace(STATE, ledger=ledger, pins=pins), 20)
    assert set(after.ledger) == {Block(2, 16), Block(1, 20)}  # one of them reaches over the front
    assert after.pins == Pins(((8, 21), (40, 44)), ())
    assert not still_pinned(after.pins, [[[8, 21], [40, 44]], []])
    assert still_pinned(after.pins, [[[0, 4], [8, 21], [40, 44]], [[16, 20]]])


@pytest.mark.clause("REL-4")
def test_an_ingest_lets_go_of_as_little_as_will_do() -> None:
    """All that collapses leave is two gists, in a budget of five that is to take four new slots."""
    collapses = [("collapse", 1, 24), ("collapse", 1, 28), ("collapse", 2, 16)]
    assert let_go(STATE, collapses[:1], None) == []  # collapses suffice
    assert let_go(STATE, collapses[:1], 16) == ["REL-4"]
    tight = replace(STATE, params=Params(w_max=5))
    assert let_go(tight, collapses, 16) == []
    assert let_go(tight, collapses, None) == ["ING-2"]
    assert let_go(tight, collapses, 32) == ["REL-4"]  # one more than is needed
    assert let_go(tight, collapses, 4) == ["REL-1"]
    assert let_go(tight, collapses, "all") == ["REL-1"]
    assert let_go(tight, collapses[:2], 20) == ["REL-4"]  # something was still to collapse
    assert let_go(tight, None, None) == ["REL-4"]
    assert let_go(replace(STATE, params=Params(w_max=4)), collapses, 32) == []  # to the last
    assert let_go(replace(STATE, params=Params(w_max=3)), None, None) == []  # too many by themselves
    three = [Block(2, 16 * i) for i in range(3)]
    [found] = let_go_in_vain(STATE.geometry, three, 48, 0, 4, 6)
    assert (found.where, found.message[:18]) == (2, "(2, 32) was let go")
    told = reclaim_violations(tight, [0] * STATE.used, 1, collapses, front=16)
    assert [one.clause for one in told] == ["REL-4"]  # which it was not told that it may


@pytest.mark.clause("REL-4", "EDI-1", "EDI-2", "EDI-3")
def test_the_reference_runs_for_ever_where_it_may_let_go() -> None:
    one = ReferenceAllocator()
    one.open(Geometry((2, 2)), Params(w_max=6, protected_tokens=4), [(0, 0)])
    fronts = []
    for _ in range(20):
        before = one.state
        answer = one.ingest(1, [0] * before.used, release=True)
        assert not let_go(before, list(answer), answer.released)
        assert one.state.used <= 6
        assert one.state.context[0].start == (answer.released or before.context[0].start)
        fronts.append(one.state.context[0].start)
    assert fronts[-1] > 20
    assert one.release(one.context()[1].start).released == one.context()[0].start
    assert one.release(one.context()[0].start).released is None
    with pytest.raises(NoRoom):
        one.ingest(4, [0] * one.state.used, release=True)


def test_the_bound_grows_with_what_is_kept_only() -> None:
    long = opened(Geometry((4, 4)), Params(), [(2, 16 * i) for i in range(100)])
    short = opened(long.geometry, long.params, [(2, 16 * i) for i in range(10)])
    assert sufficient_budget_of(released(long, 16 * 90)) == sufficient_budget_of(short) < sufficient_budget_of(long)
