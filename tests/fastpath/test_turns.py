"""Turns without an interpreter lock, under one that has it: what is asked of threads is asked by hand."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from focalloc import Allocator, Batch, InUse
from focalloc.fastpath import turns
from focalloc.fastpath.turns import Turn, TurnWithoutLock, turn_of


def test_to_look_at_a_turn_is_to_take_it() -> None:
    turn = TurnWithoutLock("Allocator")
    assert not turn.taken
    assert turn.taken
    turn.taken = True
    turn.taken = False
    turn.taken = False
    assert not turn.taken


def test_another_thread_is_refused_and_so_is_the_same_within_its_call() -> None:
    wanted = TurnWithoutLock("Allocator")

    def call() -> None:
        turn = wanted
        if turn.taken:
            turn.refuse()
        try:
            turn.taken = True
            deed()
        finally:
            turn.taken = False

    refused: list[str] = []

    def again() -> None:
        try:
            call()
        except InUse as no:
            refused.append(str(no))

    def elsewhere() -> None:
        thread = threading.Thread(target=again)
        thread.start()
        thread.join()

    deeds = [again, elsewhere, lambda: None]

    def deed() -> None:
        deeds.pop(0)()

    call()
    call()
    assert len(refused) == 2
    call()
    assert len(refused) == 2


def test_a_turn_that_was_left_behind_can_be_had_by_its_thread() -> None:
    turn = TurnWithoutLock("Allocator")
    assert not turn.taken  # and whatever was going to take it has gone
    if turn.taken:
        held, turn = turn, TurnWithoutLock("Allocator")  # no variable `turn` has it
        held.refuse()


def test_everything_works_by_such_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(turn_of("Allocator"), Turn)
    monkeypatch.setattr(turns.sys, "_is_gil_enabled", lambda: False, raising=False)
    allocators = [Allocator(), Allocator()]
    for one in allocators:
        one.load([(1, 0)])
        assert isinstance(one._turn, TurnWithoutLock)
    batch = Batch(allocators)
    assert [plan.expands for plan in batch.step([np.ones(1), np.ones(1)])] == [1, 1]
    assert len(allocators[0].step(np.zeros(32))) == 0
    del batch
    assert allocators[0].used == 32
    allocators[0].snapshot()
