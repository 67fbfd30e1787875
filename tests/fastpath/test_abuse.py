"""Whatever is passed to a public entry: it is used rightly, or refused with one clear error and nothing has changed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import focalloc
from focalloc import Action, Allocator, Geometry, InvalidInput, NoRoom, Params, violations
from focalloc.fastpath.guard import Guarded
from focalloc.spec.projection import saturated, violations_of_projection
from focalloc.spec.state import advanced

TINY, PARAMS = Geometry((2, 2)), Params(w_max=8, cooldown_steps=3)
CONTEXT = [(2, 0), (1, 4), (0, 6)]


def tiny() -> Allocator:
    """Four slots: a level-2 gist, a level-1 gist, two raw tokens."""
    allocator = Allocator()
    allocator.open(TINY, PARAMS, CONTEXT)
    return allocator


# THE TABLE IN THE README


README = files("focalloc.fastpath").joinpath("README.md").read_text()


@pytest.mark.filterwarnings("error")
def test_the_snippets_in_the_readme_run() -> None:
    snippets = re.findall(r"^```python\n(.+?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len(snippets) >= 5
    exec("\n".join(snippets), {})


def _rows() -> list[tuple[str, str]]:
    table = README.split("## What it says to senseless input")[1].split("\n## ")[0]
    return re.findall(r"^\| `(.+?)` \| (.+?) \|$", table, flags=re.MULTILINE)


NAMES: dict[str, Any] = {
    "np": np,
    "nan": float("nan"),
    "inf": float("inf"),
    **{name: getattr(focalloc, name) for name in ("Allocator", "Geometry", "Params")},
}


@pytest.mark.parametrize(("call", "answer"), _rows())
def test_the_table_in_the_readme_is_true(call: str, answer: str) -> None:
    allocator = tiny()
    before = allocator.snapshot()
    if answer == "accepted":
        eval(call, {"alloc": allocator, **NAMES})
    else:
        with pytest.raises((InvalidInput, NoRoom)) as no:
            eval(call, {"alloc": allocator, **NAMES})
        assert answer == f"{type(no.value).__name__}: {no.value}"
        assert allocator.snapshot() == before


REPORTS = {"state", "terms", "recent", "memory", "context", "positions", "ledger_size", "pins", "unfilled"}
ARGUMENTLESS = REPORTS | {"snapshot", "warmup"}


def test_the_table_covers_every_public_entry() -> None:
    named = {match for call, _ in _rows() for match in re.findall(r"alloc\.(\w+)\(", call)}
    entries = {name for name in vars(Allocator) if not name.startswith("_") and callable(getattr(Allocator, name))}
    assert entries - named == ARGUMENTLESS


# FUZZING


NUMBERS = st.one_of(
    st.floats(),
    st.floats(-4, 4),
    st.integers(),
    st.integers(-(2**22), 2**22),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
    st.binary(max_size=4),
    st.complex_numbers(),
    st.sampled_from([np.float32(1), np.int8(1), np.bool_(True), np.float64("nan"), np.datetime64(1, "s"), object()]),
)
LAYOUTS = ["plain", "strided", "reversed", "broadcast", "frozen", "masked", "subclass", "view"]
DTYPES = "?bBhHiIlLqQefdgFDSUVO" + "M"


@st.composite
def arrays(draw: st.DrawFn, slots: int) -> Any:
    """Arrays of any type, shape, layout and content, mostly of the right length."""
    length = draw(st.sampled_from([slots, slots, slots, slots, 0, 1, slots - 1, slots + 1, 3 * slots]))
    shape = draw(st.sampled_from([(length,)] * 6 + [(), (length, 1), (1, length), (2, length)]))
    kind = draw(st.sampled_from(DTYPES + "ffffddddiiiill"))
    order = draw(st.sampled_from("=<>"))
    dtype = np.dtype("M8[s]") if kind == "M" else np.dtype(f"{kind}4" if kind in "SUV" else kind).newbyteorder(order)
    rows = np.zeros(shape, dtype)
    if rows.size and dtype.kind in "fiu":
        edges = [0, 1, -1, 2**20, -(2**20), 2047.9, -2048, 2**31, 1e300, np.inf, -np.inf, np.nan]
        flat = rows.reshape(-1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = np.array(draw(st.lists(st.sampled_from(edges[:6]), min_size=1, max_size=4)))
            flat[:] = np.resize(values, flat.size).astype(dtype)
            if draw(st.booleans()):
                flat[draw(st.integers(0, flat.size - 1))] = np.array(draw(st.sampled_from(edges))).astype(dtype)
    layout = draw(st.sampled_from(LAYOUTS))
    if layout == "strided":
        rows = np.repeat(rows, 2, axis=-1)[..., ::2] if rows.ndim else rows
    elif layout == "reversed":
        rows = rows[::-1] if rows.ndim else rows
    elif layout == "broadcast" and rows.size:
        rows = np.broadcast_to(rows.flat[0], shape)
    elif layout == "frozen":
        rows.flags.writeable = False
    elif layout == "masked":
        rows = np.ma.masked_array(rows)
    elif layout == "subclass":
        rows = rows.view(np.recarray)
    elif layout == "view" and dtype.kind in "fiu" and dtype.char != "g" and rows.ndim:
        return memoryview(rows)
    return rows


def anything(slots: int) -> st.SearchStrategy[Any]:
    lists = st.lists(NUMBERS, max_size=6) | st.lists(st.floats(-4, 4), min_size=slots, max_size=slots)
    return st.one_of(arrays(slots), arrays(slots), lists, lists.map(tuple), NUMBERS, st.dictionaries(NUMBERS, NUMBERS))


def outcome(allocator: Allocator, call: Callable[[], Any]) -> Any:
    """What ``call`` returns, or None if it was refused; refused or not, the session must be sound."""
    state, bytes_before = allocator.state(), allocator.snapshot()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()
    except (InvalidInput, NoRoom):
        assert allocator.state() == state
        assert allocator.snapshot() == bytes_before
        return None
    finally:
        allocator._check()


@settings(max_examples=300)
@given(st.data(), st.booleans())
def test_scores_of_any_kind(data: st.DataObject, per_block: bool) -> None:
    allocator = tiny()
    state = allocator.state()
    scores = data.draw(anything(len(state.context) if per_block else state.used))
    shown = repr(scores)
    plan = outcome(allocator, lambda: allocator.step(scores, per_block=per_block))
    assert repr(scores) == shown, "the scores belong to the caller"
    if plan is not None:
        assert allocator.state() == advanced(state, list(plan))
        assert violations(state, [0] * state.used, list(plan)) == []
        again = tiny()
        exact = np.asarray(scores, np.float64 if np.asarray(scores).dtype.kind == "f" else np.int64)
        assert again.step(exact, per_block=per_block) == plan, "the same scores in plain clothes"


def in_threes(given: Any) -> Any:
    return given.reshape(3, 3) if isinstance(given, np.ndarray) and given.size == 9 else given


@settings(max_examples=200)
@given(st.data())
def test_logits_of_any_kind(data: st.DataObject) -> None:
    allocator = tiny()
    allocator.open(TINY, replace(PARAMS, strategy="projection"), CONTEXT)
    state = allocator.state()
    rows = data.draw(arrays(9).map(in_threes) | anything(3))
    shown = repr(rows)
    plan = outcome(allocator, lambda: allocator.prefer(rows))
    assert repr(rows) == shown, "the logits belong to the caller"
    if plan is not None:
        fixed = [[saturated(float(one)) for one in row] for row in rows]
        assert violations_of_projection(state, fixed, list(plan)) == []


@settings(max_examples=200)
@given(st.data())
def test_ingests_of_any_kind(data: st.DataObject) -> None:
    allocator = tiny()
    blocks = data.draw(st.integers(-2, 6) | NUMBERS)
    scores = data.draw(st.none() | anything(allocator.used))
    used = allocator.used
    plan = outcome(allocator, lambda: allocator.ingest(blocks, scores, per_block=data.draw(st.booleans())))
    if plan is not None:
        assert allocator.used == used + 2 * blocks - len(plan), "every collapse of this geometry frees one slot"


PAIR = st.tuples(st.integers(-1, 3), st.integers(-4, 12)) | st.lists(NUMBERS, max_size=3) | NUMBERS
ACTION = st.tuples(NUMBERS, NUMBERS, NUMBERS) | st.tuples(st.just("expand"), NUMBERS, NUMBERS) | NUMBERS


@settings(max_examples=200)
@given(st.data())
def test_contexts_and_terms_of_any_kind(data: st.DataObject) -> None:
    allocator = tiny()
    context = data.draw(st.lists(PAIR, max_size=4) | NUMBERS | st.just(CONTEXT) | arrays(4))
    if data.draw(st.booleans()):
        opened = outcome(allocator, lambda: allocator.load(context) or True)
    else:
        geometry = data.draw(st.just(TINY) | st.just(Geometry()) | NUMBERS)
        params = data.draw(st.just(PARAMS) | NUMBERS | st.just({"w_max": 8}))
        opened = outcome(allocator, lambda: allocator.open(geometry, params, context) or True)
    if opened:
        assert allocator.iteration == 0
        assert allocator.context() == tuple(map(tuple, context))


@settings(max_examples=200)
@given(st.lists(ACTION) | NUMBERS)
def test_actions_of_any_kind(actions: Any) -> None:
    allocator, guarded = tiny(), Guarded(lambda view, scores: actions)
    guarded.open(TINY, PARAMS, CONTEXT)
    state = allocator.state()
    plan = outcome(allocator, lambda: allocator.apply(actions))
    fallback = guarded.step([0.0] * 4).fallback
    if isinstance(actions, list):
        assert (fallback is None) == (plan is not None)
    if plan is not None:
        assert allocator.state() == advanced(state, [Action(*action) for action in actions]) == guarded.state()


@settings(max_examples=100)
@given(NUMBERS | st.binary(max_size=60) | arrays(4))
def test_snapshots_of_any_kind(snapshot: Any) -> None:
    for entry in ("restore", "resume"):
        allocator = tiny()
        assert outcome(allocator, lambda: getattr(allocator, entry)(snapshot)) is None  # noqa: B023, called at once


@settings(max_examples=100)
@given(NUMBERS, NUMBERS, NUMBERS)
def test_constructors_of_any_kind(geometry: Any, params: Any, strategy: Any) -> None:
    try:
        allocator = Allocator(geometry, params, strategy)
    except InvalidInput:
        return
    assert (geometry, params, strategy) == (None, None, None)
    assert (allocator.geometry, allocator.params) == (Geometry(), Params())


# ALIASING


def test_the_allocators_own_arrays_as_scores() -> None:
    """Views are copies, so scores that came out of the allocator are scores like any other."""
    allocator = tiny()
    assert allocator.step(allocator.slot_positions).iteration == 1
    allocator.ingest(1, allocator.slot_positions)
    for view in (allocator.levels, allocator.starts, allocator.slot_positions):
        assert not view.flags.writeable
    before = [allocator.levels.tolist(), allocator.starts.tolist()]
    old = allocator.levels
    allocator.step(np.full(allocator.used, -1.0))
    assert before[0] == old.tolist(), "a view does not change under its holder"


def test_scores_are_left_alone_and_not_kept() -> None:
    scores = np.array([3.0, 1.0, -1.0, -1.0], np.float32)
    kept = scores.copy()
    allocator, other = tiny(), tiny()
    plan = allocator.step(scores)
    assert (scores == kept).all()
    scores[:] = np.nan
    assert plan == other.step(kept)
    assert allocator.snapshot() == other.snapshot()
