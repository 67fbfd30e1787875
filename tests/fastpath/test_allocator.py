"""The production allocator as its callers see it: input of every kind, refusals that change nothing, views."""

import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from focalloc.analysis.timing import mixed_context
from focalloc.fastpath.allocator import STRATEGIES, Allocator, Plan
from focalloc.fastpath.kernels import calls
from focalloc.fastpath.kernels.places import write_positions
from focalloc.fastpath.scores import SCORE_TYPES
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec.actions import Action
from focalloc.spec.blocks import Block, positions
from focalloc.spec.errors import InvalidInput, NoRoom
from focalloc.spec.geometry import MAX_TOKEN, Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import quantise

GEOMETRY = Geometry((4, 4))
CONTEXT = [(2, 0), (1, 16), (1, 20), (0, 24), (1, 28), (2, 32)]
SLOTS = 9
PARAMS = Params(w_max=30)
ROW = [0.5, -0.3, 0.25, -0.5, -0.5, -0.5, -0.25, 0.0, 0.75]
ANSWER = [Action("expand", 2, 32), Action("collapse", 1, 24), Action("expand", 2, 0), Action("expand", 1, 20)]


def fresh(params: Params = PARAMS) -> Allocator:
    allocator = Allocator(GEOMETRY, params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        allocator.load(CONTEXT)
    return allocator


def everything(allocator: Allocator) -> object:
    """All that a call may change."""
    tables = allocator._tables
    assert tables is not None
    return (
        allocator.context(),
        allocator.iteration,
        allocator.ledger_size(),
        tables.table("ledger_action").tolist(),
        tables.table("family_slot").tolist(),
    )


def strided(row: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.repeat(row, 2)[::2]


def read_only(row: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    row = row.copy()
    row.flags.writeable = False
    return row


def unaligned(row: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    raw = np.zeros(row.nbytes + 1, np.uint8)
    raw[1:] = np.frombuffer(row.tobytes(), np.uint8)
    return raw[1:].view(row.dtype)


FLOATS = np.array(ROW)
FIXED = np.array([quantise(score) for score in ROW])


@pytest.mark.parametrize(
    "scores",
    [
        FLOATS,
        FLOATS.astype(np.float32),
        FLOATS.astype(np.float16),
        FLOATS.astype(">f4"),
        FLOATS.astype(">f8"),
        FIXED,
        FIXED.astype(np.int32),
        FIXED.astype(">i8"),
        strided(FLOATS),
        FLOATS[::-1].copy()[::-1],
        read_only(FLOATS.astype(np.float32)),
        unaligned(FLOATS.astype(np.float32)),
        memoryview(FLOATS),
        ROW,
        tuple(ROW),
        [np.float32(score) for score in ROW],
        FIXED.tolist(),
        list(FIXED),
    ],
    ids=lambda scores: f"{type(scores).__name__}-{getattr(scores, 'dtype', '')}",
)
def test_scores_of_every_kind_mean_the_same(scores: Any) -> None:
    allocator = fresh()
    plan = allocator.step(scores)
    assert plan.actions == ANSWER
    allocator._check()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.uint64])
def test_integers_of_every_width_are_fixed_point(dtype: type[np.integer[Any]]) -> None:
    allocator = fresh(Params(w_max=30, tau_expand=5))
    assert len(allocator.step(np.array([0, 0, 7, 0, 0, 0, 0, 6, 0], dtype))) == 2


@pytest.mark.parametrize(
    ("scores", "field", "word"),
    [
        (FLOATS[:-1], "scores", "8 scores for 9 slots"),
        (np.append(FLOATS, 0), "scores", "10 scores for 9 slots"),
        (np.array([]), "scores", "0 scores"),
        ([], "scores", "0 scores"),
        (np.where(np.arange(9) == 4, np.nan, FLOATS), "scores[4]", "finite"),
        (np.where(np.arange(9) > 4, np.nan, FLOATS), "scores[5]", "finite"),
        (np.where(np.arange(9) == 0, np.inf, FLOATS).astype(np.float32), "scores[0]", "finite"),
        (np.where(np.arange(9) == 8, -np.inf, FLOATS), "scores[8]", "finite"),
        (np.where(np.arange(9) == 3, 2048.0, FLOATS).astype(np.float32), "scores[3]", "2048"),
        (np.where(np.arange(9) == 3, -2048.0, FLOATS), "scores[3]", "2048"),
        (np.where(np.arange(9) == 3, 1e300, FLOATS), "scores[3]", "2048"),
        (np.where(np.arange(9) == 2, 2**31, FIXED), "scores[2]", "fixed-point"),
        (np.where(np.arange(9) == 2, -(2**31), FIXED), "scores[2]", "fixed-point"),
        (np.where(np.arange(9) == 2, -(2**31), FIXED).astype(np.int32), "scores[2]", "fixed-point"),
        (np.where(np.arange(9) == 2, 2**63 - 1, FIXED), "scores[2]", "fixed-point"),
        (np.full(9, 2**64 - 1, np.uint64), "scores[0]", "fixed-point"),
        (FLOATS.reshape(3, 3), "scores", "one-dimensional"),
        (np.float64(1.0), "scores", "one-dimensional"),
        (FLOATS > 0, "scores", "bool"),
        (FLOATS.astype(complex), "scores", "complex"),
        (FLOATS.astype(np.longdouble), "scores", "floats of 16 to 64 bits"),
        (FLOATS.astype(object), "scores", "object"),
        (FLOATS.astype(str), "scores", "floats"),
        (np.zeros(9, "datetime64[s]"), "scores", "datetime64"),
        ([*ROW[:-1], None], "scores[8]", "must be a number"),
        ([*ROW[:-1], True], "scores[8]", "must be a number"),
        ([*ROW[:-1], 1], "scores[8]", "all fixed-point integers or all floats"),
        ([0] * 8 + [2**31], "scores[8]", "fixed-point"),
        ([0] * 8 + [10**30], "scores[8]", "fixed-point"),
        ([0.0] * 8 + [float("nan")], "scores[8]", "finite"),
        ("123456789", "scores[0]", "must be a number"),
        (None, "scores", "one-dimensional"),
    ],
)
def test_senseless_scores_are_refused_and_nothing_changes(scores: Any, field: str, word: str) -> None:
    allocator = fresh()
    allocator.step(FLOATS)
    allocator.open(GEOMETRY, PARAMS, CONTEXT)
    before = everything(allocator)
    for call in (
        lambda: allocator.step(scores),
        lambda: allocator.ingest(1, scores) if scores is not None else _fail(),
    ):
        with pytest.raises(InvalidInput) as refusal:
            call()
        assert word in str(refusal.value)
        assert refusal.value.field == field
        assert everything(allocator) == before
    allocator._check()
    assert allocator.step(FLOATS).actions == ANSWER


def _fail() -> None:
    raise InvalidInput("scores", None, "one-dimensional")


@pytest.mark.parametrize(
    ("scores", "word"), [([0.5] * 5, "6 in all"), ([0.5] * 9, "6 in all"), ([0.5] * 5 + [float("nan")], "finite")]
)
def test_senseless_scores_per_block_are_refused(scores: list[float], word: str) -> None:
    allocator = fresh()
    before = everything(allocator)
    with pytest.raises(InvalidInput, match=word):
        allocator.step(scores, per_block=True)
    assert everything(allocator) == before


def test_a_score_per_block_stands_for_each_of_its_slots() -> None:
    per_block = [0.5, -0.3, 0.25, -0.5, 0.0, 0.75]
    per_slot = [0.5, -0.3, 0.25, -0.5, -0.5, -0.5, -0.5, 0.0, 0.75]
    one, other = fresh(), fresh()
    assert one.step(np.array(per_block, np.float32), per_block=True) == other.step(per_slot)
    assert one.ingest(3, [0.0] * len(one.levels), per_block=True) == other.ingest(3)
    assert one.context() == other.context()


@pytest.mark.parametrize("blocks", [0, -1, 1.0, True, "1", None, 2**30])
def test_a_senseless_number_of_blocks_is_refused(blocks: Any) -> None:
    allocator = fresh()
    before = everything(allocator)
    with pytest.raises(InvalidInput, match="blocks"):
        allocator.ingest(blocks)
    assert everything(allocator) == before


def test_ingest_without_scores_collapses_the_oldest_first() -> None:
    allocator = fresh(Params(w_max=SLOTS))
    plan = allocator.ingest()
    assert plan == [Action("collapse", 1, 24), Action("collapse", 2, 16)] == ReferenceAnswer.without_scores()
    assert allocator.context()[-1] == Block(0, 48)
    allocator._check()


@pytest.mark.parametrize(("blocks", "n_diff"), [(5, 4), (40, 4), (40, 64)])
def test_an_ingest_may_need_more_collapses_than_any_before_it(blocks: int, n_diff: int) -> None:
    context = [(0, 4 * i) for i in range(100)]
    reference, allocator = ReferenceAllocator(), Allocator()
    for one in (reference, allocator):
        one.open(GEOMETRY, Params(w_max=400, n_diff=n_diff), context)
    for _ in range(2):
        expected = reference.ingest(blocks, [0] * allocator.used)
        assert allocator.ingest(blocks) == expected
        assert allocator.context() == reference.context()
        allocator._check()


class ReferenceAnswer:
    """What the reference says to the same."""

    @staticmethod
    def without_scores() -> list[Action]:
        reference = ReferenceAllocator()
        reference.open(GEOMETRY, Params(w_max=SLOTS), CONTEXT)
        return reference.ingest(1, [0] * SLOTS)


def test_no_room_changes_nothing() -> None:
    allocator = fresh(Params(w_max=SLOTS))
    before = everything(allocator)
    with pytest.raises(NoRoom) as refusal:
        allocator.ingest(2)
    assert (refusal.value.needed, refusal.value.reclaimed) == (8, 6)
    assert everything(allocator) == before
    allocator._check()
    allocator.ingest(1)


def test_the_tokens_may_run_out() -> None:
    allocator = Allocator()
    allocator.open(Geometry((4,)), Params(w_max=9), [(0, MAX_TOKEN - 8)])
    allocator.ingest(1)
    before = everything(allocator)
    with pytest.raises(InvalidInput, match="CTX-4"):
        allocator.ingest(1)
    assert everything(allocator) == before
    allocator._check()


@pytest.mark.parametrize(
    ("context", "clause"),
    [
        ([], "CTX-3"),
        ([(3, 0)], "CTX-1"),
        ([(1, 2)], "CTX-2"),
        ([(1, 0), (1, 24)], "CTX-3"),
        ([(1, 0), (1, 0)], "CTX-3"),
    ],
)
def test_a_senseless_context_is_refused_and_the_session_goes_on(context: list[tuple[int, int]], clause: str) -> None:
    allocator = fresh()
    for start in (allocator.load, lambda blocks: allocator.open(Geometry((8, 8)), Params(), blocks)):
        with pytest.raises(InvalidInput, match=clause):
            start(context)
        assert allocator.context() == tuple(CONTEXT)
        assert allocator.geometry == GEOMETRY
    assert allocator.step(FLOATS).actions == ANSWER


@pytest.mark.parametrize("call", [lambda a: a.step([0.0]), lambda a: a.ingest(), lambda a: a.used, lambda a: a.levels])
def test_nothing_works_before_a_context_is_loaded(call: Callable[[Allocator], object]) -> None:
    with pytest.raises(InvalidInput, match="not loaded"):
        call(Allocator())


def test_an_unknown_strategy_is_refused() -> None:
    with pytest.raises(InvalidInput, match="strategy"):
        Allocator(GEOMETRY, PARAMS, strategy="astrology")


def test_a_tight_budget_draws_a_warning() -> None:
    allocator = Allocator(GEOMETRY, Params(w_max=20))
    with pytest.warns(UserWarning, match="w_max = 20"):
        allocator.load(CONTEXT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Allocator(GEOMETRY, Params(w_max=1000)).load(CONTEXT)


def test_views_cannot_be_written_and_agree_with_the_reference() -> None:
    allocator, reference = fresh(), ReferenceAllocator()
    reference.open(GEOMETRY, PARAMS, CONTEXT)
    for _ in range(3):
        assert allocator.context() == reference.context()
        assert allocator.levels.tolist() == [block.level for block in reference.context()]
        assert allocator.starts.tolist() == [block.start for block in reference.context()]
        assert allocator.slot_positions.tolist() == allocator.positions() == reference.positions()
        assert allocator.used == len(allocator.slot_positions) == reference.state.used
        for view in (allocator.levels, allocator.starts, allocator.slot_positions):
            with pytest.raises(ValueError, match="read-only"):
                view[0] = 1
        row = [quantise(0.5 - i % 3 * 0.5) for i in range(allocator.used)]
        assert allocator.step(row) == reference.step(row)


@pytest.mark.parametrize("geometry", [Geometry((2, 5, 3), (2, 3, 1, 2)), Geometry((3, 4), (4, 1, 3))])
def test_slots_of_one_unit_share_its_position(geometry: Geometry) -> None:
    span = geometry.spans[-1]
    context = [(geometry.top, span), *((0, 2 * span + i * geometry.span(0)) for i in range(span // geometry.span(0)))]
    allocator, reference = Allocator(), ReferenceAllocator()
    for one in (allocator, reference):
        one.open(geometry, Params(), context)
    assert allocator.positions() == reference.positions()


@pytest.mark.clause("CTX-5")
@pytest.mark.parametrize("uncompiled", [False, True])
@pytest.mark.parametrize("geometry", [Geometry((32, 32)), Geometry((2, 3), (1, 1, 2)), Geometry((2, 3), (2, 3, 1))])
def test_positions_are_written_where_one_says_counted_from_where_one_says(geometry: Geometry, uncompiled: bool) -> None:
    context = mixed_context(geometry, 500, random.Random(1))
    first = 5 * geometry.spans[-1]
    context = [Block(level, start + first) for level, start in context]
    allocator = Allocator()
    allocator.open(geometry, Params(w_max=2000), context)
    expected = positions(geometry, tuple(context))
    for origin in (0, first, first + 7, 2**48):
        out: Any = np.full(allocator.used + 3, -7, np.int64)
        if uncompiled:
            tables = allocator._session()
            write_positions.py_func(tables.header, tables.tags.tolist(), out, origin)
        else:
            written = allocator.write_positions(out, origin)
            assert written.base is out
            assert len(written) == len(expected)
        assert out.tolist() == [*(position - origin for position in expected), -7, -7, -7]
        assert allocator.positions() == allocator.slot_positions.tolist() == expected


def test_positions_are_written_nowhere_else() -> None:
    allocator = fresh()
    frozen, strided = np.zeros(99, np.int64), np.zeros(200, np.int64)[::2]
    frozen.flags.writeable = False
    outs = [frozen, strided, np.zeros((1, 99), np.int64), np.zeros(99, ">i8"), np.zeros(99, np.int32), None]
    for out in outs:
        with pytest.raises(InvalidInput, match=r"^out = .*must be a one-dimensional, contiguous, writeable"):
            allocator.write_positions(out)  # type: ignore[arg-type]
    assert not frozen.any()
    assert not strided.any()
    short = np.zeros(allocator.used - 1, np.int64)
    with pytest.raises(InvalidInput, match="is shorter than"):
        allocator.write_positions(short)
    assert not short.any()
    for origin in (-1, 2**48 + 1, 0.0, True):
        with pytest.raises(InvalidInput, match=r"^origin = "):
            allocator.write_positions(np.zeros(99, np.int64), origin)  # type: ignore[arg-type]


def test_a_plan_stays_what_it_was_when_the_session_goes_on() -> None:
    allocator = fresh()
    plan = allocator.step(FLOATS)
    allocator.step(np.zeros(allocator.used))
    assert isinstance(plan, Plan)
    assert plan.actions == list(plan) == ANSWER
    assert (len(plan), plan[0], plan[-2:]) == (4, ANSWER[0], ANSWER[-2:])
    assert (plan.expands, plan.collapses, plan.iteration) == (3, 1, 1)
    assert plan == ANSWER == list(plan)
    assert plan != ANSWER[:-1]
    assert "iteration=1" in repr(plan)


def test_scores_are_not_written_to() -> None:
    allocator = fresh()
    row = FLOATS.copy()
    allocator.step(row)
    assert np.array_equal(row, FLOATS)


def test_allocators_in_different_threads_are_independent() -> None:
    rows = np.random.default_rng(5).normal(0, 0.5, (200, 4000)).astype(np.float32)

    def life() -> list[list[Action]]:
        allocator = Allocator()
        allocator.open(Geometry((8, 8)), Params(w_max=600), [(1, 8 * i) for i in range(256)])
        return [list(allocator.step(row[: allocator.used])) for row in rows]

    expected = life()
    results: list[list[list[Action]]] = []
    threads = [threading.Thread(target=lambda: results.append(life())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_warming_up_leaves_nothing_to_compile_and_the_session_as_it_is() -> None:
    allocator = fresh()
    before = everything(allocator)
    allocator.warmup()
    assert everything(allocator) == before

    def compiled() -> dict[str, int]:
        return {name: len(value.signatures) for name, value in vars(calls).items() if hasattr(value, "signatures")}

    warm = compiled()
    assert warm["run_step"] >= len(SCORE_TYPES)
    for geometry in (GEOMETRY, Geometry((4, 4), (1, 2, 3))):
        allocator.open(geometry, Params(w_max=40), [(2, 0), (0, 16), (0, 20)])
        for dtype in SCORE_TYPES:
            allocator.step(np.ones(allocator.used, dtype))
            allocator.step(np.ones(len(allocator.levels), dtype), per_block=True)
            allocator.ingest(1, np.ones(allocator.used, dtype))
        allocator.ingest()
        allocator.apply([])
    assert compiled() == warm


def test_importing_the_front_door_does_not_import_numba() -> None:
    script = "import sys, focalloc.fastpath.allocator; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.clause("ANS-3")
@pytest.mark.parametrize(
    ("strategy", "by_logits"), [*((strategy, False) for strategy in STRATEGIES), ("projection", True)]
)
def test_a_bad_score_is_refused_by_a_full_ledger_too(strategy: str, by_logits: bool) -> None:
    params = Params(w_max=200, n_diff=4, cooldown_steps=1000, tau_expand=0, tau_collapse=0, strategy=strategy)
    allocator = Allocator(Geometry((2, 2)), params)
    allocator.open(allocator.geometry, params, [Block(1, 2 * i) for i in range(48)])
    assert allocator._tables is not None
    room = len(allocator._tables.table("ledger_action"))
    while len(allocator._tables.table("ledger_action")) == room:
        blocks = len(allocator.context())
        row = np.full((blocks, 3), [1, 0, -1], np.float32) if by_logits else np.full(allocator.used, 0.5, np.float32)
        bad = row.copy()
        bad[-1] = np.nan
        step = allocator.prefer if by_logits else allocator.step
        before = everything(allocator)
        with pytest.raises(InvalidInput, match=r"NaN|finite"):
            step(bad)
        assert everything(allocator) == before
        assert step(row).actions
