"""A sample of mechanical mutants of our own judgement, and what kills each. From the root of a checkout::

    pip install 'cosmic-ray>=8.4'
    python tests/mutation/survey.py spec/greedy.py [--sample 50] [--seed 0] [--keep build/mutation]
    python tests/mutation/survey.py --page [--keep build/mutation]

cosmic-ray makes the mutants of one module and keeps what became of them; it works on a copy of the tree in the folder
of ``--keep``, so that the checkout stays as it is. A survey that was stopped goes on where it was. Each mutant meets
the `KILLERS` in turn; the table says which of them killed it, and the survivors are shown with their change. With
``--page`` the tables of all surveys that were kept are written to ``tests/mutation/README.md``.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]

PACKAGES = ("spec", "refimpl", "fastpath", "conformance", "learn", "proofs")
"""Folders of a checkout that are imported as parts of ``focalloc``."""

QUIET = "-q -x -p no:randomly -p no:cacheprovider"

THEOREMS = "tests/proofs/test_theorems.py::test_quick_theorem_holds_and_every_planted_bug_is_found"
BOOKKEEPING = f"-m pytest {QUIET} tests/proofs/test_theorems.py --deselect {THEOREMS}"

KILLERS: dict[str, tuple[tuple[str, str], ...]] = {
    "spec": (
        ("tests of the spec", f"-m pytest {QUIET} tests/spec"),
        ("tests of the judge", f"-m pytest {QUIET} tests/conformance/test_judge.py"),
        ("vectors", "-m focalloc vectors --check"),
    ),
    "refimpl": (
        ("tests of the reference", f"-m pytest {QUIET} tests/refimpl"),
        ("vectors", "-m focalloc vectors --check"),
    ),
    "conformance": (("tests of the judge", f"-m pytest {QUIET} tests/conformance/test_judge.py"),),
    "conformance/process.py": (
        ("tests of what is asked ahead", f"-m pytest {QUIET} tests/conformance/test_ahead.py"),
        ("tests of the wire", f"-m pytest {QUIET} tests/conformance/test_wire.py"),
        ("tests of isolation", f"-m pytest {QUIET} tests/conformance/test_isolation.py"),
    ),
    "conformance/stakes.py": (("tests of stakes", f"-m pytest {QUIET} tests/conformance/test_stakes.py"),),
    "conformance/outcomes.py": (
        ("tests of reports", f"-m pytest {QUIET} tests/conformance/test_reports.py tests/cli/test_where_users_work.py"),
    ),
    "conformance/reports.py": (("tests of reports", f"-m pytest {QUIET} tests/conformance/test_reports.py"),),
    "conformance/decoding.py": (
        ("tests of journals", f"-m pytest {QUIET} tests/conformance/test_journal.py"),
        ("tests of runs", f"-m pytest {QUIET} tests/conformance/test_runner.py"),
    ),
    "conformance/shrinking.py": (
        ("tests of shrinking", f"-m pytest {QUIET} tests/conformance/test_shrinking.py"),
        ("tests of runs", f"-m pytest {QUIET} tests/conformance/test_runner.py"),
    ),
    "fastpath/kernels": (
        ("tests of selection", f"-m pytest {QUIET} tests/fastpath/test_selection.py tests/fastpath/test_reclaim.py"),
        ("tests against the reference", f"-m pytest {QUIET} tests/fastpath/test_equivalence.py"),
    ),
    "conformance/runner.py": (("tests of runs", f"-m pytest {QUIET} tests/conformance/test_runner.py"),),
    "proofs": (("tests of the bookkeeping", BOOKKEEPING), ("theorems", f"-m pytest {QUIET} {THEOREMS}")),
    "proofs/engines": (
        ("tests of the executors", f"-m pytest {QUIET} tests/proofs/test_executors.py"),
        ("tests of the bookkeeping", BOOKKEEPING),
        ("theorems", f"-m pytest {QUIET} {THEOREMS}"),
    ),
}
"""Module or folder -> what its mutants meet, the quickest first: a name, and what Python is called with."""

POINTLESS = ("_Is", "_IsNot", "BinaryOperator_BitOr", "ExceptionReplacer")
"""Parts of names of operators whose mutants mean the same or are no mistake that anybody makes."""


def copied(to: Path) -> None:
    """A copy of the checkout in ``tree``, in which the packages are linked together as they are installed."""
    tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (to / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / "tree" / name)
    for name in PACKAGES:
        (to / "tree" / "focalloc" / name).symlink_to(Path("..") / name)


def sampled(session: Path, sample: int, seed: int) -> None:
    """Skip all mutants but ``sample`` of them, drawn by ``seed``."""
    from cosmic_ray.work_db import use_db
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    with use_db(str(session)) as found:
        jobs = {
            item.job_id: item.mutations[0].operator_name
            for item in sorted(found.work_items, key=lambda item: (item.mutations[0].start_pos, str(item.mutations)))
        }
        sensible = [job for job, operator in jobs.items() if not any(part in operator for part in POINTLESS)]
        chosen = set(random.Random(seed).sample(sensible, min(sample, len(sensible))))
        for job in jobs.keys() - chosen:
            found.set_result(job, WorkResult(WorkerOutcome.SKIPPED, "not in the sample"))


def killers(module: str) -> tuple[tuple[str, str], ...]:
    """What the mutants of ``module`` meet: of the `KILLERS` that stand for it, the closest; none if there are none."""
    path = Path(module)
    return next((KILLERS[str(one)] for one in (path, *path.parents) if str(one) in KILLERS), ())


def meet(module: str) -> int:
    """What cosmic-ray calls for each mutant: 1 as soon as something kills it, which is the last word of the output."""
    for name, words in killers(module):
        if subprocess.run([sys.executable, *words.split()], capture_output=True, check=False).returncode:
            print(f"KILLED BY {name}")
            return 1
    return 0


def fates(session: Path) -> tuple[Counter[str], list[str]]:
    """How many mutants each killer killed, and each survivor: its place and its change."""
    from cosmic_ray.work_db import use_db
    from cosmic_ray.work_item import WorkerOutcome

    counts: Counter[str] = Counter()
    survivors = []
    with use_db(str(session)) as found:
        places = {item.job_id: item.mutations[0] for item in found.work_items}
        for job, result in found.results:
            if result.worker_outcome is WorkerOutcome.SKIPPED:
                continue
            by = "survives" if not result.is_killed else (result.output or "").rpartition("KILLED BY ")[2].strip()
            counts[by.splitlines()[0] if by else "a time limit"] += 1
            if by == "survives":
                place = places[job]
                changed = [
                    line
                    for line in (result.diff or "").splitlines()
                    if line[:1] in "+-" and line[:3] not in ("---", "+++")
                ]
                survivors.append("\n    ".join([f"{place.definition_name}, line {place.start_pos[0]}", *changed]))
    return counts, sorted(survivors)


PAGE = """# What kills mutants of our own code

A tool, `cosmic-ray`, makes mechanical mutants of a module; `survey.py` beside this page draws a sample of them, by a
seed, and puts each to the tests that should notice. Written by `python tests/mutation/survey.py --page`, from the
surveys that were kept. A survivor either means the same as the original, or wants a test; which, a reader decides. What
was found to want one has it now; of the others it is said below why they mean the same.
"""


MEANS_THE_SAME = {
    'if action.kind <= "collapse" and': "an expand is no less than a collapse, as words go",
    "start + spans[level] == first": "what stands elsewhere is only looked at more closely",
    "spans[level ** 1]": "it is a quick look before the thorough one",
    "score * heavier >= 0": "a score of 0 is scaled to 0",
    "score for score in scores if score > -1": "a score of 0 adds nothing",
    "after, strict=False)": "rows of unlike lengths are the caller's mistake, of which nothing is promised",
    "~selection.utility": "it puts all choices in the same order",
    "if any(level != 0 for level, _": "no level is below 0",
    "indent= 1)": "how far the lines of a report are indented is promised nowhere",
    "places ^ 8": "it is where a search for less goes on, and not what it may find",
    "time.monotonic() % began": "a clock that has run for longer than that leaves the difference",
    "self._news} - {not 1}": "what is no file cannot be closed, and it is not minded",
    "first | width": "it is where a search for less ends, and what is tried last is tried again in smaller pieces",
}
"""What stands in a survivor -> why it means the same as the original."""


def explained(survivor: str) -> str:
    """A survivor, and why it means the same if that is known."""
    reasons = [why for part, why in MEANS_THE_SAME.items() if part in survivor and why not in survivor]
    return survivor + "".join(f"\n    means the same: {why}" for why in reasons)


def page(keep: Path, before: str) -> str:
    """The tables of all surveys in ``keep``, and what the page had ``before`` of other modules."""
    kept = {session.parent.name.rsplit("-", 2)[0] for session in keep.glob("*/session.sqlite")}
    rows = [line for line in before.splitlines() if line[:3] == "| `" and line.split("`")[1] not in kept]
    told = [one.strip() for one in before.partition("was made:\n\n")[2].split("\n\n")]
    survivors = [f"    {explained(one)}\n" for one in told if one and one.partition(":")[0] not in kept]
    for session in sorted(keep.glob("*/session.sqlite")):
        name, _, seed = session.parent.name.rsplit("-", 2)
        counts, left = fates(session)
        killed = ", ".join(f"{by} {count}" for by, count in counts.most_common() if by != "survives")
        rows.append(f"| `{name}` | {seed} | {counts.total()} | {killed} | {counts['survives']} |")
        survivors += [f"    {name}: {explained(one)}\n" for one in left]
    table = "| module | seed | sample | killed by | survive |\n|---|---|---|---|---|\n" + "\n".join(sorted(rows))
    shown = "\n".join(sorted(survivors))
    return f"{PAGE}\n{table}\n\nThe survivors, as they were when the survey was made:\n\n{shown}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "module",
        nargs="?",
        default="",
        help="a file of spec, refimpl, fastpath/kernels, conformance or proofs, from the root",
    )
    parser.add_argument("--page", action="store_true", help="write tests/mutation/README.md instead")
    parser.add_argument("--sample", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "mutation")
    asked = parser.parse_args()
    if asked.page:
        told = Path(__file__).parent / "README.md"
        told.write_text(page(asked.keep, told.read_text(encoding="utf-8")), encoding="utf-8")
        return
    if not killers(asked.module) or not (ROOT / asked.module).is_file():
        parser.error(f"module = {asked.module!r}: must be a file of {', '.join(KILLERS)}")
    name = asked.module.replace("/", "-").removesuffix(".py")
    keep: Path = asked.keep.resolve() / f"{name}-{asked.sample}-{asked.seed}"
    session, config = keep / "session.sqlite", keep / "cosmic-ray.toml"
    command = [sys.executable, "-m", "cosmic_ray.cli"]
    if not session.exists():
        copied(keep)
        config.write_text(
            f'[cosmic-ray]\nmodule-path = "{asked.module}"\ntimeout = 300.0\nexcluded-modules = []\n'
            f'test-command = "{sys.executable} {Path(__file__).resolve()} --meet {asked.module}"\n'
            '[cosmic-ray.distributor]\nname = "local"\n'
        )
        subprocess.run([*command, "init", str(config), str(session)], cwd=keep / "tree", check=True)
        sampled(session, asked.sample, asked.seed)
    unwritten = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # of two changes within a second one would be stale
    subprocess.run([*command, "exec", str(config), str(session)], cwd=keep / "tree", env=unwritten, check=True)
    counts, survivors = fates(session)
    print("\n".join(f"survives: {one}" for one in survivors))
    print("\n| what became of them | mutants |\n|---|---|")
    for by, count in counts.most_common():
        print(f"| {by} | {count} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--meet"]:
        sys.exit(meet(sys.argv[2]))
    main()
