"""Two checkouts beside each other: how fast the judge of the one is, as a share of the other's.

    python benchmarks/judging.py OLD NEW [SECONDS] [--runs N] [--profiles NAME ...]

Each checkout is a folder as it is cloned, and judges its own allocators in Python as its own ``PythonTarget`` does.

First the same sessions for both, which tells what it costs to put a session to an allocator and to judge it: they are
drawn once, by NEW, and put to both as JSON; those that OLD cannot read are left out, and counted. Both
judge the same stretch of sessions in turn, the order changing each time, until SECONDS (10) are over for a target. What
counts is the time on the clock, as judge and allocator may be two processes: the ratio of the fastest rounds and the
median of the ratios. On a machine that is busy otherwise, judge and allocator do not get two processors; so the time on
processors is told beside it, of the judge and of all that it started, and the line at the end says how busy it was.

Then N (0) default runs of ``focalloc conform`` by each checkout in turn, each with the sessions that it draws itself:
how long NEW takes for one as a share of OLD, and how many answers are judged in a second of it. With ``--profiles``
these are of the reference by each of them, and the same sessions are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

TARGETS = (
    ("focalloc.refimpl.allocator", "ReferenceAllocator", "greedy"),
    ("focalloc", "Allocator", "greedy"),
    ("focalloc.conformance.examples.plain", "Plain", "safety"),
)
"""Module, factory, and profile to judge by."""

SESSIONS = 250
"""How many are drawn for each target."""

STRETCH = 125
"""How many are judged at a time."""

DRAW = """
import json, sys
from dataclasses import asdict
from focalloc import Params
from focalloc.conformance.cases import to_json
from focalloc.conformance.sessions import sessions

usual = asdict(Params())
for case in sessions(sys.argv[1], 1, 0, int(sys.argv[2])):
    said = json.loads(to_json(case))
    said["params"] = {name: value for name, value in said["params"].items() if value != usual[name]}
    said.pop("told", None)
    print(json.dumps(said))
"""
"""What is as usual is left out, and how much of it is told: a checkout from before can read what does without it."""

WORKER = """
import importlib, inspect, json, sys, time
from focalloc.conformance.cases import from_json
from focalloc.conformance.judge import judged
from focalloc.conformance.targets import PythonTarget

counts = "stakes" in inspect.signature(judged).parameters
if counts:
    from focalloc.conformance.stakes import Stakes

module, factory, profile = sys.argv[1:]
cases = []
for line in json.loads(sys.stdin.readline()):
    try:
        cases.append(from_json(line))
    except Exception:
        cases.append(None)
print(json.dumps([case is not None for case in cases]), flush=True)
with PythonTarget(getattr(importlib.import_module(module), factory)) as target:
    for line in sys.stdin:
        chosen = [cases[i] for i in json.loads(line)]
        began = time.perf_counter()
        more = {"stakes": Stakes(profile)} if counts else {}  # as over a batch of a run
        verdicts = [judged(target, case, profile, **more) for case in chosen]
        spent = time.perf_counter() - began
        answered = sum(verdict.answered for verdict in verdicts)
        print(json.dumps([spent, answered, [verdict.status for verdict in verdicts]]), flush=True)
"""


def environment(checkout: Path, folder: Path) -> dict[str, str]:
    """Variables by which the package is that of a checkout, with what Python compiles of it kept, as an installed one's
    is."""
    site = folder / "focalloc"
    if not site.exists():
        site.mkdir(parents=True)
        others = (checkout / name for name in ("spec", "refimpl", "fastpath", "conformance", "proofs", "learn"))
        for part in (*(checkout / "focalloc").iterdir(), *others):
            if part.exists():
                (site / part.name).symlink_to(part)
    kept = {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    return os.environ | kept | {"PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}


class Worker:
    """A process that judges with the package of a checkout.

    Args:
        variables: its environment.
        target: one of `TARGETS`.
        cases: sessions as JSON.
    """

    def __init__(self, variables: dict[str, str], target: tuple[str, str, str], cases: list[str]) -> None:
        command = [sys.executable, "-P", "-c", WORKER, *target]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables
        )
        self.reads: list[bool] = self._said(cases)

    def _said(self, asked: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def judged(self, which: list[int]) -> tuple[float, int, list[str]]:
        """Seconds that these sessions took, answers that were judged in them, and the status of each."""
        spent, answered, verdicts = self._said(which)
        return spent, answered, verdicts

    def busy(self) -> float:
        """Seconds that it and all that descends from it have spent on processors, where ``/proc`` tells."""
        return processor_time(self._process.pid)

    def close(self) -> None:
        """End it."""
        self._process.communicate("")


def processor_time(process: int) -> float:
    """Seconds that a process and its living descendants have spent on processors; 0 where ``/proc`` does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return 0.0
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK") + sum(processor_time(int(child)) for child in children)


def whole_runs(target: tuple[str, str, str], variables: list[dict[str, str]], folder: str, runs: int) -> None:
    """Have each checkout judge by default, ``runs`` times in turn, and print how long that takes."""
    module, factory, profile = target
    command = [sys.executable, "-P", "-m", "focalloc", "conform", f"{module}:{factory}", "--profile", profile]
    times: list[list[float]] = [[], []]
    busy: list[list[float]] = [[], []]
    answered = [0, 0]
    for one in variables:  # what Python has to compile is by then
        subprocess.run([*command, "--examples", "1"], env=one, cwd=folder, capture_output=True, check=True)
    for i in range(runs):
        for which in (0, 1) if i % 2 == 0 else (1, 0):
            began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            ended = subprocess.run(
                command, env=variables[which], cwd=folder, capture_output=True, text=True, check=False
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times[which].append(time.perf_counter() - began)
            busy[which].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            found = re.search(r"PASS .*?([\d,]+) answers", ended.stdout, re.DOTALL)
            if found is None:
                raise SystemExit(f"no pass of {module}:{factory}: {ended.stdout}{ended.stderr}")
            answered[which] = int(found[1].replace(",", ""))
    old, new = map(median, times)
    print(
        f"  a default run by {profile} {old:.1f} -> {new:.1f} s, "
        f"ratio {median(b / a for a, b in zip(*times, strict=True)):.2f} (on processors {median(busy[0]):.1f} -> "
        f"{median(busy[1]):.1f} s, {median(b / a for a, b in zip(*busy, strict=True)):.2f}); "
        f"{answered[0]} -> {answered[1]} answers, {answered[0] / old:.0f} -> {answered[1] / new:.0f} a second",
        flush=True,
    )


def main() -> None:
    """Print what was measured of each target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", type=Path, help="a checkout")
    parser.add_argument("new", type=Path, help="the one that is compared with it")
    parser.add_argument("seconds", type=float, nargs="?", default=10.0, help="for each target")
    parser.add_argument("--runs", type=int, default=0, help="default runs of each target")
    parser.add_argument("--profiles", nargs="+", default=[], help="of the reference by these, and nothing else")
    told = parser.parse_args()
    checkouts, seconds = [told.old.resolve(), told.new.resolve()], told.seconds
    with tempfile.TemporaryDirectory() as folder:
        old, new = (environment(one, Path(folder, str(i))) for i, one in enumerate(checkouts))
        for profile in told.profiles:
            whole_runs((*TARGETS[0][:2], profile), [old, new], folder, max(1, told.runs))
        for target in () if told.profiles else TARGETS:
            draw = [sys.executable, "-P", "-c", DRAW, target[2], str(SESSIONS)]
            cases = subprocess.run(draw, env=new, check=True, capture_output=True, text=True).stdout.splitlines()
            workers = [Worker(variables, target, cases) for variables in (old, new)]
            compare(target, workers, seconds)
            for worker in workers:
                worker.close()
            if told.runs:
                whole_runs(target, [old, new], folder, told.runs)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} over the last minute")


def compare(target: tuple[str, str, str], workers: list[Worker], seconds: float) -> None:
    """Have both judge the same sessions in turn, and print what came of it."""
    both = [i for i, read in enumerate(zip(*(worker.reads for worker in workers), strict=True)) if all(read)]
    verdicts = [worker.judged(both)[2] for worker in workers]  # what has to be compiled is by then
    same = [i for i, one, other in zip(both, *verdicts, strict=True) if one == other == "pass"]
    stretches = [same[i : i + STRETCH] for i in range(0, len(same), STRETCH)]
    if not stretches:
        raise SystemExit(f"{target[0]}:{target[1]}: of the sessions the checkouts read {len(both)}, and pass none")
    times: list[list[float]] = []
    rates: list[tuple[float, float]] = []
    busy = [-worker.busy() for worker in workers]
    until = time.monotonic() + seconds
    while time.monotonic() < until or not times:
        for stretch in stretches:
            order = (0, 1) if len(times) // len(stretches) % 2 == 0 else (1, 0)
            took = {which: workers[which].judged(stretch) for which in order}
            times.append([took[0][0], took[1][0]])
            rates.append((took[0][1] / took[0][0], took[1][1] / took[1][0]))
    busy = [since + worker.busy() for since, worker in zip(busy, workers, strict=True)]
    before, after = (median(column) for column in zip(*rates, strict=True))
    ratios = [one / two for one, two in times]
    fastest = sum(min(one for one, _ in times[i :: len(stretches)]) for i in range(len(stretches)))
    fastest /= sum(min(two for _, two in times[i :: len(stretches)]) for i in range(len(stretches)))
    print(
        f"{target[0] + ':' + target[1]:<44} {before:6.0f} -> {after:6.0f} answers/s"
        f"  fastest {fastest:.3f}  median {median(ratios):.3f}"
        f"  on processors {busy[0] / busy[1] if busy[1] else float('nan'):.3f}"
        f"  ({len(same)} sessions; {SESSIONS - len(both)} unread, {len(both) - len(same)} not passed by both)",
        flush=True,
    )


if __name__ == "__main__":
    main()
