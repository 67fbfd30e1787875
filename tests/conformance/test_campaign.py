"""Campaigns on a real scheduler and real workers on loopback: same outcome, resumed, with a worker killed midway."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("distributed")

from distributed import Client, LocalCluster

from focalloc.cli import main
from focalloc.conformance import campaign, runner
from focalloc.conformance.broken.greedy import NotStrict
from focalloc.conformance.campaign import run_campaign
from focalloc.conformance.report import Report
from focalloc.conformance.runner import Batch, run
from focalloc.conformance.targets import PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import InvalidInput

pytestmark = pytest.mark.slow

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
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as started:
        yield started


def here(open_target: partial[PythonTarget]) -> Report:
    with open_target() as target:
        return run(target, profile="greedy", examples=EXAMPLES, shrink=False, keep_going=True)


def test_a_campaign_finds_what_a_run_finds(cluster: LocalCluster) -> None:
    report = run_campaign(REFERENCE, profile="greedy", examples=EXAMPLES, address=cluster.scheduler_address)
    assert report == here(REFERENCE)
    assert report.status == "pass"


def test_failures_are_kept_once_per_clause_and_shrunk(cluster: LocalCluster, tmp_path: Path) -> None:
    report = run_campaign(
        BROKEN, profile="greedy", examples=EXAMPLES, address=cluster.scheduler_address, save_to=tmp_path
    )
    rough = here(BROKEN)
    assert report.verdicts == rough.verdicts
    assert [failed.id for failed in report.failures] == [failed.id for failed in rough.failures] == ["THR-1"]
    assert runner.size(report.failures[0].case) <= runner.size(rough.failures[0].case)
    assert Path(report.failures[0].path).is_file()


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
    assert {msgspec.json.decode(line, type=Batch).index for line in lines[1:]} == set(range(6))


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


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://nowhere"])
def test_a_scheduler_that_does_not_answer_is_one_clear_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "ANSWERS_WITHIN", 1)
    with pytest.raises(InvalidInput, match="no scheduler answers there"):
        run_campaign(REFERENCE, profile="greedy", examples=BATCH, address=address)


def test_a_cluster_of_this_machine_is_started_and_ended() -> None:
    report = run_campaign(REFERENCE, profile="greedy", examples=20)
    assert report.verdicts == {"pass": 20}
