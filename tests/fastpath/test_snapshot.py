"""A snapshot brings a session back exactly, in any process; what is no sound snapshot is refused."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc import Allocator, Geometry, InvalidInput, NoRoom, Params, State
from focalloc.conformance.cases import Case
from focalloc.conformance.worlds import drawn
from focalloc.fastpath import snapshot as snapshots
from focalloc.spec.params import CORE
from focalloc.spec.state import opened

A_SESSION = st.sampled_from(drawn("greedy", 300))


@st.composite
def sessions(draw: st.DrawFn, cases: st.SearchStrategy[Case] = A_SESSION) -> Allocator:
    """An allocator some iterations and ingests into the session that a case opens."""
    case = draw(cases)
    allocator = Allocator()
    allocator.open(case.geometry, case.params, case.context)
    go_on(allocator, draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 6)))
    return allocator


def go_on(allocator: Allocator, seed: int, calls: int) -> list[Any]:
    """Iterate and ingest on scores that depend on ``seed`` only; what was answered."""
    random = np.random.default_rng(seed)
    answers: list[Any] = []
    for _ in range(calls):
        scores = random.integers(-4, 5, 2**14, dtype=np.int32) * 2**18
        answers.append(list(allocator.step(scores[: allocator.used])))
        if random.random() < 0.3:
            try:
                answers.append(list(allocator.ingest(1, -scores[: allocator.used])))
            except (NoRoom, InvalidInput) as no:
                answers.append(str(no))
    return answers


@given(sessions())
def test_bytes_and_json_give_the_same_state_back(allocator: Allocator) -> None:
    state = allocator.state()
    assert snapshots.from_bytes(snapshots.to_bytes(state)) == state
    assert snapshots.from_json(json.loads(json.dumps(snapshots.to_json(state)))) == state


@given(sessions(), st.integers(0, 2**32 - 1))
def test_a_restored_session_goes_on_exactly_alike(allocator: Allocator, seed: int) -> None:
    other = Allocator()
    other.restore(allocator.snapshot())
    assert go_on(other, seed, 6) == go_on(allocator, seed, 6)
    assert other.snapshot() == allocator.snapshot()


ELSEWHERE = """
import sys
import numpy as np
from focalloc import Allocator
allocator = Allocator()
allocator.restore(sys.stdin.buffer.read())
random = np.random.default_rng(7)
for _ in range(20):
    allocator.step(random.normal(size=allocator.used).astype(np.float32))
    allocator.ingest(1)
sys.stdout.buffer.write(allocator.snapshot())
"""


def test_another_process_goes_on_exactly_alike() -> None:
    allocator = Allocator(Geometry(), Params(w_max=2400, n_diff=7, cooldown_steps=5))
    allocator.load([(2, 0), *((1, 1024 + 32 * i) for i in range(32)), *((0, 2048 + 32 * i) for i in range(32))])
    random = np.random.default_rng(1)
    for _ in range(20):
        allocator.step(random.normal(size=allocator.used))
    taken = allocator.snapshot()
    assert allocator.state().ledger, "a session without cooldowns would show little"
    random = np.random.default_rng(7)
    for _ in range(20):
        allocator.step(random.normal(size=allocator.used).astype(np.float32))
        allocator.ingest(1)
    there = subprocess.run([sys.executable, "-c", ELSEWHERE], input=taken, capture_output=True, check=True)
    assert there.stdout == allocator.snapshot()


def running() -> Allocator:
    allocator = Allocator(Geometry((2, 2)), Params(w_max=8, cooldown_steps=3))
    allocator.open(Geometry((2, 2)), Params(w_max=8, cooldown_steps=3), [(2, 0), (1, 4), (0, 6)])
    allocator.step([1.0, -1.0, -1.0, -1.0])
    assert allocator.state().ledger
    return allocator


@given(st.data())
def test_damaged_bytes_are_refused_and_change_nothing(data: st.DataObject) -> None:
    allocator = running()
    before = allocator.snapshot()
    damaged = bytearray(before)
    how = data.draw(st.sampled_from(["flip", "cut", "longer", "other"]))
    if how == "flip":
        damaged[data.draw(st.integers(0, len(before) - 1))] ^= data.draw(st.integers(1, 255))
    elif how == "cut":
        del damaged[data.draw(st.integers(0, len(before) - 1)) :]
    elif how == "longer":
        damaged += data.draw(st.binary(min_size=1, max_size=8))
    else:
        damaged = bytearray(data.draw(st.binary(max_size=80)))
    with pytest.raises(InvalidInput, match="snapshot"):
        allocator.restore(bytes(damaged))
    assert allocator.snapshot() == before


def test_a_newer_snapshot_is_refused() -> None:
    allocator = running()
    whole = snapshots.to_json(allocator.state())
    with pytest.raises(InvalidInput, match=r"snapshot\.version = 2: is newer than 1"):
        snapshots.from_json({**whole, "version": 2, "something": "new"})
    newer = bytearray(allocator.snapshot())
    newer[len(snapshots.MAGIC)] += 1
    with pytest.raises(InvalidInput, match=r"snapshot\.version = 2: is newer than 1"):
        allocator.restore(bytes(newer))


def _set(whole: dict[str, Any], path: tuple[Any, ...], value: object) -> None:
    for key in path[:-1]:
        whole = whole[key]
    whole[path[-1]] = value


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("version",), 0, "snapshot.version"),
        (("version",), True, "snapshot.version"),
        (("extra",), 1, "snapshot.extra"),
        (("iteration",), -1, "snapshot.iteration"),
        (("iteration",), 1.0, "snapshot.iteration"),
        (("geometry",), None, "snapshot.geometry"),
        (("geometry", "arity"), [1], "geometry"),
        (("geometry", "shape"), [2], "snapshot.geometry.shape"),
        (("params", "w_max"), 0, "w_max"),
        (("params", "mood"), 0, "snapshot.params.mood"),
        (("context", "start"), 1, "context[0]"),
        (("context", "start"), -4, "snapshot.context.start"),
        (("context", "runs"), [], "context[0]"),
        (("context", "runs"), [[0, 0]], "snapshot.context.runs[0][1]"),
        (("context", "runs"), [[0, 2**40]], "snapshot.context.runs[0][1]"),
        (("context", "runs"), [[3, 1]], "snapshot.context.runs[0][0]"),
        (("context", "runs"), [[0]], "snapshot.context.runs[0]"),
        (("context", "runs"), "00", "snapshot.context.runs"),
        (("ledger",), [["expand", 1, 1, 1]], "snapshot.ledger[0]"),
        (("ledger",), [["grow", 1, 0, 1]], "snapshot.ledger[0]"),
        (("ledger",), [["expand", 1, 0, 2]], "snapshot.ledger[0][3]"),
        (("ledger",), [["expand", 1, 0, 1], ["collapse", 1, 0, 1]], "snapshot.ledger[1]"),
        (("ledger",), {}, "snapshot.ledger"),
    ],
)
def test_a_senseless_object_is_refused_by_field(path: tuple[Any, ...], value: object, field: str) -> None:
    whole = copy.deepcopy(snapshots.to_json(running().state()))
    _set(whole, path, value)
    with pytest.raises(InvalidInput) as no:
        snapshots.from_json(whole)
    assert no.value.field == field


@pytest.mark.parametrize("key", ["version", "iteration", "geometry", "params", "context", "ledger"])
def test_a_missing_field_is_named(key: str) -> None:
    whole = snapshots.to_json(running().state())
    del whole[key]
    with pytest.raises(InvalidInput) as no:
        snapshots.from_json(whole)
    assert no.value.field == f"snapshot.{key}"


@pytest.mark.parametrize("nonsense", [None, 7, "focalloc", [], {1: 2}])
def test_what_is_no_snapshot_at_all_is_refused(nonsense: Any) -> None:
    for read in (snapshots.from_bytes, snapshots.from_json):
        with pytest.raises(InvalidInput, match="snapshot"):
            read(nonsense)


def adapted() -> Allocator:
    """A session whose thresholds were told as 900 and 800, and are others by now."""
    params = Params(w_max=64, adaptive_window=1, tau_expand=900, tau_collapse=800)
    allocator = Allocator(Geometry((2, 2)), params)
    allocator.load([(2, 0), (2, 4)])
    for _ in range(8):
        allocator.step(np.zeros(allocator.used, np.float32))
    assert allocator.terms().tau_expand < 800
    return allocator


def test_what_thresholds_were_before_they_adapted_is_kept() -> None:
    """A layout goes by them, and so does the next session that is loaded."""
    allocator = adapted()
    wanted = np.array([1000, 850, 0, 890], np.int32)
    restored, resumed = Allocator(), Allocator()
    restored.restore(allocator.snapshot())
    resumed.resume(allocator.state())
    everybody = (allocator, restored, resumed, copy.deepcopy(allocator))
    for _ in range(2):
        for one in everybody:
            assert (one.params.tau_expand, one.params.tau_collapse) == (900, 800)
            assert one.layout(0, 8, wanted) == allocator.layout(0, 8, wanted)
            assert (one.terms(), one.state()) == (allocator.terms(), allocator.state())
        for one in everybody:
            one.step(np.zeros(one.used, np.float32))


@pytest.mark.parametrize(
    ("told", "field"),
    [(7, "told"), ([900], "told"), ([0, 800], "told[0]"), ([900, None], "told[1]"), ([900.0, 800], "told[0]")],
)
def test_senseless_thresholds_of_before_are_refused(told: object, field: str) -> None:
    whole = snapshots.to_json(adapted().state())
    assert whole["told"] == [900, 800]
    with pytest.raises(InvalidInput) as no:
        snapshots.from_json(whole | {"told": told})
    assert no.value.field == f"snapshot.{field}"
    now = [whole["params"]["tau_expand"], whole["params"]["tau_collapse"]]
    with pytest.raises(InvalidInput, match="must be other thresholds"):
        snapshots.from_json(whole | {"told": now})
    with pytest.raises(InvalidInput, match="must not be there where thresholds do not adapt"):
        snapshots.from_json(snapshots.to_json(running().state()) | {"told": [900, 800]})


def test_a_snapshot_holds_every_field_of_the_state() -> None:
    """A field that a later spec adds must not be lost silently."""
    geometry, params = Geometry((2, 2)), Params()
    known = ["geometry", "params", "context", "ledger", "iteration", "recent", "pins", "memory", "unfilled", "told"]
    assert [field.name for field in fields(State)] == [*known, "cursor"]  # which an iteration is told and does not last
    whole = snapshots.to_json(opened(geometry, params, [(0, 0)]))
    assert set(whole["params"]) == set(CORE)
    assert set(whole["geometry"]) == {field.name for field in fields(Geometry)}
