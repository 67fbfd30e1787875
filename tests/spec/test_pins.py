"""Pins judged on examples worked by hand: level-1 nodes of four tokens, level-2 nodes of sixteen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from focalloc.spec import Geometry, InvalidInput, Params, Pins, opened, reclaim_violations, violations
from focalloc.spec.ingest import sufficient_budget, sufficient_budget_of
from focalloc.spec.pins import misremembered, pinned, unpinned

STATE = opened(Geometry((4, 4)), Params(w_max=40), [(2, 0), (1, 16), (1, 20), (0, 24), (0, 28)])


def broken(pins: Pins, *actions: tuple[str, int, int]) -> list[str]:
    state = replace(STATE, pins=pins)
    return [one.clause for one in violations(state, [0] * state.used, actions)]


@pytest.mark.clause("PIN-1", "PIN-2")
def test_a_pin_holds_back_what_has_one_of_its_tokens() -> None:
    collapse = ("collapse", 1, 24)
    assert broken(Pins(((27, 28),), ()), collapse) == ["PIN-1"]
    assert broken(Pins(((20, 24), (28, 29)), ()), collapse) == []
    assert broken(Pins((), ((24, 28),)), collapse) == []
    assert broken(Pins((), ((15, 16),)), ("expand", 2, 0)) == ["PIN-2"]
    assert broken(Pins(((0, 16),), ((16, 17),)), ("expand", 2, 0), ("expand", 1, 20)) == []


@pytest.mark.clause("PIN-1", "ING-3")
def test_an_ingest_keeps_to_pins_and_may_be_refused_for_them() -> None:
    state = replace(STATE, params=Params(w_max=12), pins=Pins(((24, 25),), ()))
    row = [0] * state.used
    assert [one.clause for one in reclaim_violations(state, row, 1, [("collapse", 1, 24)])] == ["PIN-1"]
    assert reclaim_violations(state, row, 1, [("collapse", 1, 28)]) == []
    assert reclaim_violations(replace(state, params=Params(w_max=11)), row, 1, None) == []
    assert reclaim_violations(state, row, 1, None)[0].clause == "ING-3"


@pytest.mark.clause("PIN-3")
def test_pins_are_as_few_ranges_as_will_do() -> None:
    pins = pinned(pinned(pinned(Pins(), 8, 12), 0, 4), 4, 8, expand=True)
    assert pins == Pins(((0, 12),), ((4, 8),))
    assert unpinned(pins, 5, 6) == Pins(((0, 5), (6, 12)), ((4, 5), (6, 8)))
    assert unpinned(pins, 0, 99, collapse=False) == Pins(((0, 12),), ())
    assert not misremembered(pins, [[[0, 12]], [[4, 8]]])
    for wrong in ([[[0, 12]], []], [[[0, 4], [4, 12]], [[4, 8]]], None, [[[0, 12]], [[4, 8]], []]):
        assert misremembered(pins, wrong)
    with pytest.raises(InvalidInput, match=r"last = 4: must lie between 5 and"):
        pinned(Pins(), 4, 4)
    with pytest.raises(InvalidInput, match=r"first = 281474976710656: must lie between 0 and 281474976710655"):
        pinned(Pins(), 2**48, 2**48 + 1)
    for kind in ("collapse", "expand"):
        with pytest.raises(InvalidInput, match=f"{kind} = 1: must be True or False"):
            pinned(Pins(), 0, 4, **{"collapse": True, "expand": True} | {kind: 1})  # type: ignore[arg-type]


@pytest.mark.clause("ING-3")
def test_the_bound_counts_what_is_pinned_of_the_context() -> None:
    plain = sufficient_budget(STATE.geometry, STATE.params, 32)
    assert sufficient_budget_of(STATE) == plain
    waiting = replace(STATE, pins=Pins(((30, 40), (100, 200)), ()))
    assert sufficient_budget_of(waiting) == plain + 4 + 2 * 3
    assert sufficient_budget_of(replace(STATE, pins=Pins(((5, 9),), ((0, 32),)))) == plain + 2 * 4 + 2 * 3
