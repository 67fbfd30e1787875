"""Two checkouts beside each other: how long a step takes in the one, as a share of what it takes in the other.

    python benchmarks/paired.py OLD NEW [STRATEGY ...]

Each checkout is a folder as it is cloned. Either has a process of its own; they step the same sessions in turn, a short
stretch each, so that whatever else the machine does meets both. Of each stretch counts the time of the processor, and
of all stretches the ratio of the fastest ones and the median of the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

KINDS = (
    ("greedy", 1024, 4, {}),
    ("greedy", 8192, 4, {}),
    ("greedy", 8192, 64, {}),
    ("greedy", 8192, 4, {"memory_shift": 3, "lean": 2**20}),
    ("enhanced", 8192, 4, {"tie_break": "recency"}),
    ("knapsack", 8192, 4, {}),
    ("hybrid", 8192, 4, {"top_k": 8}),
    ("multi_objective", 8192, 4, {"churn_weight": 2**14, "cursor_weight": 2**14}),
    ("hierarchical", 8192, 16, {}),
    ("projection", 8192, 4, {}),
    ("learned", 8192, 4, {}),
    ("learned", 8192, 4, {"memory_shift": 3, "lean": 2**20}),
)
"""Strategy, budget in slots, most actions, further parameters."""

STRETCHES = 15

WORKER = """
import json, sys, time
import numpy as np
from focalloc import Allocator, Geometry, Params

sessions = {}
for line in sys.stdin:
    which, (strategy, slots, n_diff, more), steps = json.loads(line)
    if which not in sessions:
        geometry = Geometry((32, 32))
        named = {} if strategy == "learned" else {"strategy": strategy}  # which a Params does not know
        chosen = Allocator(geometry, Params(w_max=slots, n_diff=n_diff, **named, **more), strategy)
        tops = slots // 64
        raw = slots // 64
        chosen.load([(2, i * 1024) for i in range(tops)] + [(1, tops * 1024 + i * 32) for i in range(slots // 4)]
                    + [(0, tops * 1024 + slots // 4 * 32 + i * 32) for i in range(raw)])
        sessions[which] = chosen, np.random.default_rng(1)
    chosen, random = sessions[which]
    rows = [random.normal(size=2 * slots).astype(np.float32) for _ in range(steps)]
    spent = 0
    for row in rows:
        row = row[: chosen.used]
        began = time.process_time_ns()
        chosen.step(row)
        spent += time.process_time_ns() - began
    print(spent / steps, flush=True)
"""


def started(checkout: Path, folder: Path) -> subprocess.Popen[str]:
    """A process that steps sessions with the package of a checkout."""
    site = folder / checkout.name / "focalloc"
    site.mkdir(parents=True)
    others = (checkout / name for name in ("spec", "refimpl", "fastpath", "learn"))
    for part in (*(checkout / "focalloc").iterdir(), *others):
        (site / part.name).symlink_to(part)
    environment = os.environ | {"PYTHONPATH": str(site.parent), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-P", "-c", WORKER]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def asked(worker: subprocess.Popen[str], which: int, steps: int) -> float:
    """Nanoseconds that a step took."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    print(json.dumps([which, KINDS[which], steps]), file=worker.stdin, flush=True)
    return float(worker.stdout.readline())


def main() -> None:
    """Print a line for each kind of session."""
    strategies = sorted({kind[0] for kind in KINDS})
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", type=Path, help="a checkout")
    parser.add_argument("new", type=Path, help="the one that is compared with it")
    parser.add_argument("strategies", nargs="*", metavar="strategy", help=f"only these, of {chr(44).join(strategies)}")
    chosen = parser.parse_args()
    old, new = chosen.old.resolve(), chosen.new.resolve()
    with tempfile.TemporaryDirectory() as folder:
        workers = [started(one, Path(folder, str(i))) for i, one in enumerate((old, new))]
        for which, (strategy, slots, n_diff, more) in enumerate(KINDS):
            if chosen.strategies and strategy not in chosen.strategies:
                continue
            for worker in workers:
                asked(worker, which, 5)  # compiled by then
            times = [[asked(worker, which, 40) for worker in workers] for _ in range(STRETCHES)]
            before, after = (min(column) for column in zip(*times, strict=True))
            ratio = median(two / one for one, two in times)
            kind = f"{strategy}, {slots} slots, n_diff {n_diff}{''.join(f', {name}' for name in more)}"
            print(f"{kind:<60} {before / 1e3:8.1f} us  fastest {after / before:.3f}  median {ratio:.3f}", flush=True)
        for worker in workers:
            worker.communicate("")


if __name__ == "__main__":
    main()
