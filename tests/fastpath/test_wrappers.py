"""What is used in an allocator's place: which calls it knows, and that none that changes the session passes by."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from focalloc import Action, Allocator, Batch, Geometry, Guarded, InvalidInput, Params, Recorder, Telemetry
from focalloc.fastpath import wrapper
from focalloc.fastpath.trace import events
from focalloc.fastpath.wrapper import LOOKS, Wrapper

TINY = Geometry((2, 2))
PARAMS = Params(w_max=12, cooldown_steps=0, tau_expand=0, tau_collapse=0, strategy="projection")
BLOCKS = [(2, 0), (1, 4), (1, 6), (2, 8)]
LOGITS = np.array([[9.0, 0, 0], [0, 0, 9], [0, 0, 9], [0, 0, 0]])


def tiny(params: Params = PARAMS) -> Allocator:
    allocator = Allocator(TINY, params)
    allocator.load(BLOCKS)
    return allocator


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


WRAPPERS: dict[str, Callable[[Allocator, Path], Any]] = {
    "recorder": lambda allocator, path: Recorder(allocator, path / "t.jsonl"),
    "telemetry": lambda allocator, _: Telemetry(allocator),
    "both": lambda allocator, path: Recorder(Telemetry(allocator), path / "t.jsonl"),
}


def test_every_call_of_an_allocator_is_known_to_change_something_or_nothing() -> None:
    """The list of those that change a session stands in one place."""
    changes = {*get_args(wrapper.Call), *get_args(wrapper.Hold), *get_args(wrapper.Start)}
    assert public(Allocator) | {"geometry", "params"} <= changes | LOOKS | {"warmup"}
    assert not changes & LOOKS
    assert changes <= set(vars(Wrapper))
    for kind in (Recorder, Telemetry, Guarded):
        assert issubclass(kind, Wrapper)
        assert not changes & set(vars(kind)) - {"step"}


@pytest.mark.parametrize("make", WRAPPERS)
def test_what_is_not_known_is_refused_and_not_passed_on(make: str, tmp_path: Path) -> None:
    class Newer(Allocator):
        def compact(self) -> None:
            self.apply([])

    allocator = Newer(TINY, PARAMS)
    allocator.load(BLOCKS)
    user = WRAPPERS[make](allocator, tmp_path)
    with pytest.raises(AttributeError, match=r"has no compact; its allocator may have, but what is not known"):
        user.compact()
    with pytest.raises(AttributeError):
        _ = user._tables
    assert not hasattr(user, "no_such_thing")
    assert user.used == allocator.used
    assert user.context() == allocator.context()


@pytest.mark.parametrize("make", WRAPPERS)
def test_whatever_changes_the_session_is_the_allocators_doing(make: str, tmp_path: Path) -> None:
    alone, user = tiny(), WRAPPERS[make](tiny(), tmp_path)
    kept = alone.snapshot()
    for do in (
        lambda one: one.step(np.full(one.used, 0.5)),
        lambda one: one.prefer(np.zeros((len(one.levels), 3))),
        lambda one: one.ingest(),
        lambda one: one.restore(kept),
        lambda one: one.prefer(LOGITS),
        lambda one: one.apply([]),
        lambda one: one.resume(alone.state()),
        lambda one: one.load([(1, 0)]),
        lambda one: one.open(TINY, PARAMS, [(2, 0)]),
        lambda one: one.step([0.5]),
    ):
        assert do(alone) == do(user)
        assert user.state() == alone.state()


@pytest.mark.parametrize("make", ["alone", *WRAPPERS, "guarded"])
def test_a_warning_names_the_line_of_the_user(make: str, tmp_path: Path) -> None:
    user: Any = tiny() if make == "alone" else Guarded(no_actions, TINY, PARAMS) if make == "guarded" else None
    user = user or WRAPPERS[make](tiny(), tmp_path)
    with pytest.warns(UserWarning, match="only sure to find room") as warned:
        user.load(BLOCKS)
    assert warned[0].filename == __file__


def no_actions(view: Any, scores: Any) -> list[Any]:
    return []


def test_a_trace_holds_whatever_changed_the_session(tmp_path: Path) -> None:
    allocator = tiny()
    with Recorder(allocator, tmp_path / "t.jsonl") as user:
        user.step(np.zeros(4, np.float32))
        user.prefer(LOGITS)
        user.step(np.array([0, 0, 0, 0.9], np.float32))
        user.apply([])
        allocator.prefer(np.zeros((len(allocator.levels), 3)))  # past the recorder
        user.ingest()
        user.load([(1, 0)])
        user.step([0.1])
    found = list(events(tmp_path / "t.jsonl"))
    assert [(event.session, event.call) for event in found] == [
        *((0, call) for call in ("step", "apply", "step", "apply")),
        (1, "ingest"),
        (2, "step"),
    ]
    assert found[-1].after == allocator.state()
    assert found[3].before.iteration == 3
    assert found[4].before.iteration == 5


def test_telemetry_is_told_whatever_changed_the_session() -> None:
    told: list[str] = []
    user = Telemetry(tiny(), lambda record: told.append(record.call))
    user.step(np.zeros(4, np.float32))
    user.prefer(LOGITS)
    user.apply([])
    user.ingest()
    assert told == ["step", "prefer", "apply", "ingest"]


# GUARDED


class Unkind(BaseException):
    """What nobody expects of a selector."""


@pytest.mark.parametrize("deadline", [None, 60.0])
@pytest.mark.parametrize("error", [Unkind, SystemExit, GeneratorExit, MemoryError, RecursionError, StopIteration])
def test_every_exception_of_a_selector_is_answered_by_a_fallback(
    error: type[BaseException], deadline: float | None
) -> None:
    def select(view: Any, scores: Any) -> Any:
        raise error

    user, alone = Guarded(select, TINY, PARAMS, deadline=deadline), tiny()
    user.load(BLOCKS)
    plan = user.step([0.5, 0.0, 0.0, 0.0])
    assert plan.fallback is not None
    assert plan.fallback.reason == "exception"
    assert plan == alone.step([0.5, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("deadline", [None, 60.0])
def test_a_keyboard_interrupt_in_a_selector_is_passed_on_and_nothing_has_changed(deadline: float | None) -> None:
    def select(view: Any, scores: Any) -> Any:
        raise KeyboardInterrupt

    user = Guarded(select, TINY, PARAMS, deadline=deadline)
    user.load(BLOCKS)
    before = user.snapshot()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            user.step([0.5, 0.0, 0.0, 0.0])
    assert user.snapshot() == before
    assert user.fallbacks == type(user.fallbacks)(maxlen=user.fallbacks.maxlen)


class Unpleasant:
    """Raises, whatever it is asked, and not what one would catch."""

    def __index__(self) -> int:
        raise Unkind

    def __eq__(self, other: object) -> bool:
        raise Unkind

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("place", range(3))
def test_an_answer_that_raises_when_it_is_looked_at_is_a_failure_too(place: int) -> None:
    action: list[Any] = ["expand", 1, 0]
    action[place] = Unpleasant()
    user = Guarded(lambda view, scores: [action], TINY, PARAMS)
    user.load(BLOCKS)
    plan = user.step([0.5, 0.0, 0.0, 0.0])
    assert plan.fallback is not None
    assert plan.fallback.reason == "exception"


class Counting:
    """An allocator that cannot be resumed, and counts how often it is opened."""

    def __init__(self) -> None:
        self.allocator, self.opened = Allocator(), 0

    def open(self, geometry: Geometry, params: Params, context: Any) -> None:
        self.opened += 1
        self.allocator.open(geometry, params, context)

    def step(self, scores: list[int]) -> Any:
        return self.allocator.step(scores)


def test_a_selector_is_opened_anew_after_whatever_else_changed_the_session() -> None:
    selector = Counting()
    user = Guarded(selector, TINY, PARAMS)
    user.load(BLOCKS)
    kept = user.snapshot()
    others: list[Callable[[], object]] = [
        lambda: user.ingest(),
        lambda: user.apply([]),
        lambda: user.prefer(np.zeros((len(user.levels), 3))),
        lambda: user.restore(kept),
        lambda: user.load(BLOCKS),
        lambda: user.allocator.step([0.0] * user.used),  # past the guard
    ]
    for change in others:
        user.step([0] * user.used)
        opened = selector.opened
        user.step([0] * user.used)
        assert selector.opened == opened
        change()
        user.step([0] * user.used)
        assert selector.opened == opened + 1, change
    assert not user.fallbacks


# COPIES


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
@pytest.mark.parametrize("strategy", ["greedy", "knapsack", "projection"])
def test_a_copy_is_another_allocator_in_the_same_state(strategy: str, duplicate: Callable[[Any], Any]) -> None:
    allocator = Allocator(TINY, PARAMS, strategy)
    assert duplicate(allocator).params == allocator.params
    with pytest.raises(InvalidInput):
        _ = duplicate(allocator).used
    allocator.load(BLOCKS)
    allocator.step([0.5, 0.0, 0.0, 0.0])
    other = duplicate(allocator)
    before = allocator.snapshot()
    assert other.snapshot() == before
    other.ingest()
    other.step([0.5] * other.used)
    assert allocator.snapshot() == before
    allocator._check()


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_what_cannot_be_copied_says_so(duplicate: Callable[[Any], Any], tmp_path: Path) -> None:
    allocator = tiny(Params(w_max=12))
    for one in (Batch([allocator]), Recorder(allocator, tmp_path / "t"), Telemetry(allocator), Guarded(allocator)):
        with pytest.raises(TypeError, match="can be neither copied nor pickled"):
            duplicate(one)


# INTEGERS OF OTHER LIBRARIES


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64, np.uint16])
def test_numpy_integers_are_integers(kind: type) -> None:
    geometry = Geometry(tuple(kind(arity) for arity in TINY.arity), tuple(map(kind, TINY.cost)))
    params = Params(w_max=kind(12), n_diff=kind(4), cooldown_steps=kind(0), strategy="projection")
    assert (geometry, params) == (TINY, Params(w_max=12, n_diff=4, cooldown_steps=0, strategy="projection"))
    assert {type(value) for value in (*geometry.arity, *geometry.cost, params.w_max, params.n_diff)} == {int}
    allocator, twin = Allocator(geometry, params), Allocator(TINY, params)
    allocator.load([(kind(level), kind(start)) for level, start in BLOCKS])
    twin.load(BLOCKS)
    assert allocator.apply([("expand", kind(2), kind(0))]) == twin.apply([("expand", 2, 0)])
    assert allocator.apply([Action("collapse", kind(2), kind(0))]) == [("collapse", 2, 0)]
    twin.apply([("collapse", 2, 0)])
    allocator.ingest(kind(2))
    twin.ingest(2)
    again = Allocator(geometry, params)
    again.load(zip(allocator.levels, allocator.starts, strict=True))
    assert again.context() == twin.context()
    assert allocator.snapshot() == twin.snapshot()
    assert {type(part) for block in again.context() for part in block} == {int}


@pytest.mark.parametrize("truth", [True, np.True_])
def test_truth_values_are_no_integers(truth: object) -> None:
    allocator = tiny()
    for call in (
        lambda: Geometry((2, truth)),  # type: ignore[arg-type]
        lambda: Params(n_diff=truth),  # type: ignore[arg-type]
        lambda: allocator.load([(truth, 0)]),
        lambda: allocator.apply([("expand", truth, 0)]),
        lambda: allocator.ingest(truth),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidInput):
            call()


class Column:
    """A column of a table, as pandas, Polars and Arrow have it: a null among integers makes floats of them."""

    def __init__(self, *values: object, kind: Any = None) -> None:
        self.values = np.array([np.nan if value is None else value for value in values], kind)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:  # type: ignore[type-arg]
        return self.values.astype(dtype) if dtype is not None else self.values


@pytest.mark.parametrize(
    "scores",
    [
        Column(838860, 5, None, 0),
        Column(838860, 5, None, 0, kind=object),
        [838860, 5, None, 0],
        [838860, 5, float("nan"), 0],
        [0.5, 5, None, 0],
        np.array([0.5, 0.5, np.nan, 3000.0]),
    ],
)
def test_a_missing_score_is_named_by_its_place(scores: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        tiny().step(scores)
    assert refused.value.field == "scores[2]"


def test_columns_of_tables_are_scores() -> None:
    assert tiny().step(Column(838860, 0, 0, 0)) == tiny().step([838860, 0, 0, 0])  # type: ignore[arg-type]


# THE LAST ITERATION


def test_a_session_ends_where_snapshots_end() -> None:
    allocator = tiny()
    last = 2**62
    allocator.resume(type(allocator.state())(TINY, PARAMS, allocator.context(), {}, last - 1))
    allocator.step([0.0] * 4)
    assert allocator.iteration == last
    other = Allocator()
    other.restore(allocator.snapshot())
    for call in (
        lambda: other.step([0.0] * 4),
        lambda: other.apply([]),
        lambda: other.prefer(np.zeros((4, 3))),
    ):
        with pytest.raises(InvalidInput, match="is the last that a session can have"):
            call()
    other.ingest()
    assert other.iteration == last
