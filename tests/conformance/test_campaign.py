"""Campaigns on a real scheduler and real workers on loopback: same outcome, resumed, with a worker killed midway."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed")

import psutil
from distributed import Client, LocalCluster

from focalloc.cli import main
from focalloc.conformance import campaign, runner
from focalloc.conformance.broken.greedy import NotStrict
from focalloc.conformance.campaign import Clock, run_campaign
from focalloc.conformance.report import Report
from focalloc.conformance.runner import Batch, run
from focalloc.conformance.sessions import sessions
from focalloc.conformance.targets import PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import InvalidInput

REFERENCE = partial(PythonTarget, ReferenceAllocator, "reference")
BROKEN = partial(PythonTarget, NotStrict, "broken")
BATCH = 40
EXAMPLES = 6 * BATCH - 10


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the runs into small batches, so that there are several of them to lose and to resume."""
    monkeypatch.setattr(runner, "BATCH", BATCH)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as started:
        yield started


def here(open_target: partial[PythonTarget]) -> Report:
    with open_target() as target:
        return run(target, profile="greedy", examples=EXAMPLES, shrink=False, keep_going=True)


@pytest.mark.slow
def test_a_campaign_finds_what_a_run_finds(cluster: LocalCluster) -> None:
    report = run_campaign(REFERENCE, profile="greedy", examples=EXAMPLES, address=cluster.scheduler_address)
    assert report == here(REFERENCE)
    assert report.status == "pass"


@pytest.mark.slow
def test_failures_are_kept_once_per_clause_and_shrunk(cluster: LocalCluster, tmp_path: Path) -> None:
    report = run_campaign(
        BROKEN, profile="greedy", examples=EXAMPLES, address=cluster.scheduler_address, save_to=tmp_path
    )
    rough = here(BROKEN)
    assert report.verdicts == rough.verdicts
    assert [failed.id for failed in report.failures] == [failed.id for failed in rough.failures] == ["THR-1"]
    assert runner.size(report.failures[0].case) <= runner.size(rough.failures[0].case)
    assert Path(report.failures[0].path).is_file()


@pytest.mark.slow
def test_a_worker_killed_midway_changes_nothing(cluster: LocalCluster) -> None:
    killed: list[int] = []

    def kill_one(batch: Batch) -> None:
        if not killed:
            with Client(cluster.scheduler_address) as client:
                killed.append(min(client.run(os.getpid).values()))
            os.kill(killed[0], signal.SIGKILL)

    report = run_campaign(
        REFERENCE, profile="greedy", examples=EXAMPLES, address=cluster.scheduler_address, watch=kill_one
    )
    assert killed
    assert report == here(REFERENCE)


@pytest.mark.slow
def test_an_interrupted_campaign_goes_on_where_it_stopped(cluster: LocalCluster, tmp_path: Path) -> None:
    journal = tmp_path / "campaign.jsonl"
    seen: list[int] = []

    def stop_after_two(batch: Batch) -> None:
        seen.append(batch.index)
        if len(seen) == 2:
            raise KeyboardInterrupt

    go = partial(
        run_campaign,
        BROKEN,
        profile="greedy",
        examples=EXAMPLES,
        address=cluster.scheduler_address,
        journal=journal,
    )
    with pytest.raises(KeyboardInterrupt):
        go(watch=stop_after_two)
    with journal.open("ab") as book:
        book.write(b'{"index": 5, "exam')  # as a crash in the middle of a line leaves it
    again: list[int] = []
    resumed = go(watch=lambda batch: again.append(batch.index))
    assert again[:2] == seen
    assert sorted(again) == list(range(6))
    assert resumed == run_campaign(BROKEN, profile="greedy", examples=EXAMPLES, address=cluster.scheduler_address)
    with pytest.raises(InvalidInput, match="another campaign"):
        go(seed=1)
    lines = journal.read_bytes().splitlines()
    assert len(lines) == 1 + 6
    assert {json.loads(line)["entry"]["index"] for line in lines[1:]} == set(range(6))


@pytest.mark.slow
def test_something_that_is_no_journal_is_refused(cluster: LocalCluster, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("dear diary\n")
    with pytest.raises(InvalidInput, match="is no journal"):
        run_campaign(
            REFERENCE,
            profile="greedy",
            examples=BATCH,
            address=cluster.scheduler_address,
            journal=tmp_path / "notes.txt",
        )


@pytest.mark.slow
def test_the_command_judges_on_a_cluster_and_goes_on_from_its_journal(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["conform", "focalloc.refimpl:ReferenceAllocator", "--profile", "greedy", "--examples", "60"]
    command += ["--cluster", cluster.scheduler_address, "--journal", "campaign.jsonl"]
    said = []
    for _ in range(2):
        with pytest.raises(SystemExit) as left:
            main(command)
        assert left.value.code == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "PASS by profile greedy (60 of 60 sessions judged: 60 pass; " in said[0]
    assert len(Path("campaign.jsonl").read_bytes().splitlines()) == 1 + 2


@pytest.mark.slow
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://nowhere"])
def test_a_scheduler_that_does_not_answer_is_one_clear_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "ANSWERS_WITHIN", 1)
    with pytest.raises(InvalidInput, match="no scheduler answers there"):
        run_campaign(REFERENCE, profile="greedy", examples=BATCH, address=address)


@pytest.mark.parametrize("limit", [None, 5.0])
def test_a_message_that_is_late_makes_no_end_later(limit: float | None) -> None:
    here = Clock(limit)
    first = pickle.dumps(here)
    time.sleep(0.02)
    there, again = pickle.loads(pickle.dumps(here)), pickle.loads(first)
    assert there is again
    assert (there.until is None) == (limit is None)
    if there.until is not None and here.until is not None:
        assert there.until - here.until < 0.02
    assert pickle.loads(pickle.dumps(Clock(0.0))).is_over
    assert not there.is_over


@pytest.mark.slow
def test_a_campaign_has_a_limit_and_what_it_did_not_reach_is_left_to_the_next(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    class Slow(ReferenceAllocator):
        """Right, and five answers a second."""

        def step(self, scores: Any) -> Any:
            time.sleep(0.2)
            return super().step(scores)

    journal = tmp_path / "campaign.jsonl"
    go = partial(run_campaign, profile="greedy", examples=EXAMPLES, address=cluster.scheduler_address, journal=journal)
    began = time.monotonic()
    report = go(partial(PythonTarget, Slow, "reference"), time_limit=5.0)
    assert time.monotonic() - began < 5.0 + campaign.GRACE
    assert (report.status, report.exit_status) == ("unknown", 3)
    assert sum(report.verdicts.values()) == EXAMPLES
    assert report.lost == {runner.RUN_OVER: report.verdicts["unknown"]}
    assert report.examples > 0
    assert len(journal.read_bytes().splitlines()) == 1  # what was judged in part is judged again as a whole
    assert go(REFERENCE).status == "pass"


@pytest.mark.slow
def test_a_worker_that_does_not_look_at_the_time_is_not_waited_for(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unheeding(PythonTarget):
        """A judge that does not look at the time."""

        def open(self, geometry: Any, params: Any, context: Sequence[object]) -> None:
            time.sleep(8)

    monkeypatch.setattr(campaign, "GRACE", 0.5)
    monkeypatch.setattr(campaign, "BATCHES_PER_WORKER", 1)  # so that some were not even handed out
    began = time.monotonic()
    report = run_campaign(
        partial(Unheeding, ReferenceAllocator, "unheeding"),
        profile="greedy",
        examples=EXAMPLES,
        address=cluster.scheduler_address,
        time_limit=2.0,
    )
    assert time.monotonic() - began < 7
    assert report.verdicts == {"unknown": EXAMPLES}
    assert report.lost == {runner.RUN_OVER: EXAMPLES}


def children() -> set[int]:
    """Processes that this one has started and that have not ended, but for the one that Python keeps to clean up."""
    found = set()
    for one in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile, or is a zombie
            if not any("resource_tracker" in word for word in one.cmdline()):
                found.add(one.pid)
    return found


def test_a_cluster_of_this_machine_is_started_and_ended() -> None:
    before = children()
    seen: set[int] = set()
    report = run_campaign(
        REFERENCE, profile="greedy", examples=BATCH + 10, watch=lambda batch: seen.update(children() - before)
    )
    assert report.verdicts == {"pass": BATCH + 10}
    assert seen
    assert children() <= before


def mortal(deadly: int) -> type[PythonTarget]:
    """A target that ends its judge when ``w_max`` is ``deadly``; of a class that goes to the workers whole."""

    class Mortal(PythonTarget):
        def open(self, geometry: Any, params: Any, context: Sequence[object]) -> None:
            if params.w_max == deadly:
                os._exit(1)
            super().open(geometry, params, context)

    return Mortal


def widths(index: int, size: int) -> set[int]:
    """Every ``w_max`` in the sessions of one batch."""
    return {case.params.w_max for case in sessions("greedy", 0, index * BATCH, size)}


@pytest.mark.slow
def test_only_the_batches_that_end_their_process_are_unknown_and_nothing_is_left_running(tmp_path: Path) -> None:
    sizes = runner.batch_sizes(EXAMPLES)
    first, *others = (widths(index, size) for index, size in enumerate(sizes))
    deadly = min(first.difference(*others))
    before = children()
    journal = tmp_path / "campaign.jsonl"
    report = run_campaign(
        partial(mortal(deadly), ReferenceAllocator, "mortal"), profile="greedy", examples=EXAMPLES, journal=journal
    )
    assert report.verdicts == {"unknown": sizes[0], "pass": EXAMPLES - sizes[0]}
    assert (report.status, report.exit_status) == ("unknown", 3)
    assert f"{sizes[0]} sessions unknown" in report.summary()
    assert children() <= before
    assert len(journal.read_bytes().splitlines()) == 1 + 5  # the one that is unknown would be tried again


@pytest.mark.slow
def test_workers_that_lack_the_allocator_are_one_clear_error(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("class Allocator: pass")
    monkeypatch.syspath_prepend(tmp_path)
    only_here = importlib.import_module("only_here")
    with pytest.raises(InvalidInput, match=r"cluster = 'tcp://.*': a worker has No module named 'only_here'"):
        run_campaign(
            partial(PythonTarget, only_here.Allocator),
            profile="greedy",
            examples=BATCH,
            address=cluster.scheduler_address,
        )


@pytest.mark.slow
def test_a_worker_that_has_another_allocator_is_one_clear_error(cluster: LocalCluster) -> None:
    with pytest.raises(InvalidInput, match="a worker has not the allocator that the campaign began with"):
        run_campaign(
            REFERENCE,
            profile="greedy",
            examples=BATCH,
            address=cluster.scheduler_address,
            contents=lambda: str(os.getpid()),  # another in each process
        )


@pytest.mark.slow
def test_a_program_of_another_version_is_another_allocator(
    cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is told in ``hello`` counts; a program that cannot be started is judged, and no traceback."""
    monkeypatch.chdir(tmp_path)
    version, file = tmp_path / "version", tmp_path / "program.py"
    hello = '{"protocol": 1, "name": "x", "version": "%s", "strategies": []}'
    file.write_text(f"input(); print({hello!r} % open({str(version)!r}).read(), flush=True)")
    command = ["conform", "--exec", f"{sys.executable} {file}", "--examples", "1"]
    command += ["--cluster", cluster.scheduler_address, "--journal", "campaign.jsonl"]
    statuses = []
    for text in ("1", "1", "2", "'"):
        version.write_text(text)
        with pytest.raises(SystemExit) as left:
            main(command)
        statuses.append(left.value.code)
    assert statuses == [1, 1, 2, 2]
    assert capsys.readouterr().err.count("an allocator that has changed since") == 2
    with pytest.raises(SystemExit) as left:
        main(["conform", "--exec", "false", "--examples", "1", "--cluster", cluster.scheduler_address])
    assert left.value.code == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("send", "stop"), [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)], ids=["as a terminal", "as a service"]
)
def test_a_campaign_that_is_stopped_leaves_nothing_running_and_says_nothing(
    send: Callable[[int, int], None], stop: signal.Signals, tmp_path: Path, focalloc: list[str]
) -> None:
    command = [*focalloc, "conform", "focalloc.refimpl:ReferenceAllocator", "--profile", "greedy"]
    command += ["--examples", "1000000", "--cluster", "local", "--journal", "campaign.jsonl"]
    with (tmp_path / "said").open("wb") as said:
        started = psutil.Popen(command, cwd=tmp_path, stdout=said, stderr=said, start_new_session=True)
        try:
            while not (book := tmp_path / "campaign.jsonl").is_file() or book.read_bytes().count(b"\n") < 2:
                with contextlib.suppress(psutil.TimeoutExpired):
                    assert started.wait(0.2) is None
            family = started.children(recursive=True)
            send(started.pid, stop)
            assert started.wait(60) == 130
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive
    assert (tmp_path / "said").read_text() == ""
