"""Sessions with Numba's bounds checks on: no compiled kernel goes beyond the end of a table.

What ships checks no index. `python3 -m pytest -m slow tests/fastpath/test_bounds.py` compiles all kernels once more,
with checks, in a process of its own and away from the machine code that is kept, and takes every strategy through
sessions there: the ones that the judge draws, and long ones, alone and many at once, those of policies, too. Numba
counts a negative index from the end before it looks, as Python does, so one that is negative but not beyond the front
passes here; proofs refuse it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from focalloc import Allocator, Batch, NoRoom, Plan
from focalloc.conformance import run_conformance
from focalloc.conformance.worlds import random_policy, random_scores, random_state
from focalloc.fastpath.allocator import STRATEGIES
from focalloc.fastpath.machine_code import kernel
from focalloc.spec.scores import SCORE_SCALE

EXAMPLES = 60
"""Sessions of the judge per strategy."""

COMPILING = 900
"""Seconds that a call may take, as any may be the first to need a kernel."""

SESSIONS, TURNS = 12, 250
"""Long sessions per strategy, and the calls of each."""


@kernel
def cell(table: NDArray[np.int64], at: int) -> int:
    """One cell of a table."""
    return int(table[at])


@kernel
def cell_after(table: NDArray[np.int64], at: int) -> int:
    """The same, in a kernel that another one calls."""
    return cell(table, at + 1)


@pytest.mark.alone
@pytest.mark.parametrize("read", [cell, cell_after])
def test_checks_are_on(read: object) -> None:
    view = np.arange(9)[2:6]
    assert callable(read)
    assert read(view, 2) in (4, 5)
    with pytest.raises(IndexError):
        read(view, 4)
    with pytest.raises(IndexError):
        read(view, -6)


@pytest.mark.alone
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_sessions_of_the_judge(strategy: str) -> None:
    report = run_conformance(
        Allocator,
        profile=strategy,
        examples=EXAMPLES,
        seed=3,
        timeout=COMPILING,
        start_timeout=COMPILING,
        save_to=None,
        isolate=False,
    )
    report.raise_for_failures()


@pytest.mark.alone
@pytest.mark.filterwarnings("ignore:w_max")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_long_sessions(strategy: str) -> None:
    acted = ingested = partial = 0
    for seed in range(SESSIONS):
        rng = random.Random(f"{strategy} {seed}")
        start = random_state(rng, strategy, rng.choice([4, 12, 60]), [1, 2, 3, 5, 33])
        allocator = Allocator(start.geometry, start.params)
        allocator.load(start.context)
        for _ in range(TURNS):
            row = np.array(random_scores(rng, start.geometry, allocator.context())) / SCORE_SCALE
            stop = int(allocator.state().end)
            try:
                if rng.random() < 0.15:
                    allocator.ingest(rng.choice([1, 1, 2, 5]), row)
                    ingested += 1
                elif rng.random() < 0.2:
                    allocator.ingest_tokens(rng.randint(1, 2 * start.geometry.span(0)), row, release=rng.random() < 0.5)
                    partial += allocator.unfilled() > 0
                else:
                    cursor = rng.choice([None, stop, rng.randint(int(allocator.starts[0]), stop)])
                    acted += len(allocator.step(row, cursor=cursor))
            except NoRoom:  # nothing else that would collapse
                continue
            assert len(allocator.slot_positions) == allocator.used
            assert len(allocator.levels) == len(allocator.starts)
    assert acted > 100
    assert ingested > 100
    assert partial > 100


@pytest.mark.alone
@pytest.mark.filterwarnings("ignore:w_max")
def test_long_sessions_by_policies() -> None:
    acted = 0
    for seed in range(SESSIONS):
        rng = random.Random(f"policies {seed}")
        start = random_state(rng, "greedy", rng.choice([4, 12, 60]), [1, 2, 3, 5, 33])
        allocator = Allocator(strategy="learned", policy=random_policy(rng))
        allocator.resume(start)
        for _ in range(TURNS):
            row = np.array(random_scores(rng, start.geometry, allocator.context())) / SCORE_SCALE
            stop = int(allocator.state().end)
            cursor = rng.choice([None, stop, rng.randint(int(allocator.starts[0]), stop)])
            acted += len(allocator.step(row, cursor=cursor))
    assert acted > 100


@pytest.mark.alone
@pytest.mark.filterwarnings("ignore:w_max")
@pytest.mark.parametrize("threads", [1, 3])
def test_long_sessions_in_a_batch(threads: int) -> None:
    rng = random.Random(threads)
    members = []
    for strategy in (*STRATEGIES, "learned") * 2:
        basis = "greedy" if strategy == "learned" else strategy
        start = random_state(rng, basis, rng.choice([4, 12, 60]), [1, 2, 3, 5])
        one = Allocator(strategy="learned", policy=random_policy(rng)) if strategy == "learned" else Allocator()
        one.resume(start)
        members.append(one)
    batch = Batch(members, threads=threads)
    projecting = [one for one in members if one.params.strategy == "projection"]
    acted = ingested = preferred = 0
    for _ in range(TURNS):
        rows = [np.array(random_scores(rng, one.geometry, one.context())) / SCORE_SCALE for one in members]
        stops = [int(one.state().end) for one in members]
        cursors = [rng.choice([None, stop, int(one.starts[0])]) for one, stop in zip(members, stops, strict=True)]
        plans = batch.step(rows, cursors=cursors)
        assert all(isinstance(plan, Plan) for plan in plans)
        acted += sum(len(plan) for plan in plans if isinstance(plan, Plan))
        if rng.random() < 0.2:
            logits = [np.array([[rng.gauss(0, 1) for _ in range(3)] for _ in one.levels]) for one in projecting]
            preferred += sum(len(plan) for plan in Batch(projecting).prefer(logits) if isinstance(plan, Plan))
        if rng.random() < 0.15:
            one = rng.choice(members)
            row = np.array(random_scores(rng, one.geometry, one.context())) / SCORE_SCALE
            try:
                one.ingest(rng.choice([1, 2, 5]), row)
                ingested += 1
            except NoRoom:  # nothing else that would collapse
                continue
    assert acted > 100
    assert ingested > 10
    assert preferred > 10


@pytest.mark.slow
def test_no_kernel_goes_beyond_the_end_of_a_table(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "alone", __file__]
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 0, ended.stdout
    assert f"{5 + 2 * len(STRATEGIES)} passed" in ended.stdout
