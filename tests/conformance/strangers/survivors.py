"""What a default run of the judge makes of the bugs in `LISTS`, as a table. From the root of a checkout::

    python tests/conformance/strangers/survivors.py [--jobs N] [--only KIND] [--keep FOLDER]

Each bug is planted in ``conformance/examples/enhanced.rs`` by itself, compiled, and judged by every profile that the
program claims until one exposes it. With ``--keep`` programs and verdicts stay in a folder, and a run that was
stopped goes on from there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = Path(str(files("focalloc.conformance.examples") / "enhanced.rs"))
LISTS = ("bugs.toml", "later_bugs.toml", "last_bugs.toml", "further_bugs.toml", "new_bugs.toml")
PROFILES = ("enhanced", "greedy", "safety")
RUSTC = ("rustc", "--edition", "2021", "-C", "opt-level=0", "-C", "debuginfo=0", "--cap-lints", "allow")


@dataclass(frozen=True)
class Bug:
    """A bug by its kind, in a sentence, and what it puts for what in the source."""

    kind: str
    says: str
    change: tuple[tuple[str, str], ...]
    listed: str = ""

    def planted(self, source: str) -> str:
        """The source with the bug; raises `ValueError` where a text to replace is not there exactly once."""
        for old, new in self.change:
            if source.count(old) != 1:
                raise ValueError(f"{self.says!r} changes what is there {source.count(old)} times: {old!r}")
            source = source.replace(old, new)
        return source


def bugs() -> list[Bug]:
    """All of them, as written."""
    return [
        Bug(one["kind"], one["says"], tuple((old, new) for old, new in one["change"]), name)
        for name in LISTS
        for one in tomllib.loads((HERE / name).read_text(encoding="utf-8"))["bug"]
    ]


def built(source: str, folder: Path) -> Path:
    """The program that ``source`` compiles to, in ``folder`` by the source's digest."""
    program = folder / hashlib.sha256(source.encode()).hexdigest()[:16]
    if not program.exists():
        text = program.with_suffix(".rs")
        text.write_text(source, encoding="utf-8")
        subprocess.run([*RUSTC, "-o", str(program), str(text)], check=True, capture_output=True, text=True)
    return program


def exposed(program: Path) -> str:
    """Profile and first id by which a default run exposes ``program``; empty if it survives."""
    kept = program.with_suffix(".json")
    if not kept.exists():
        kept.write_text(json.dumps(_exposed(program)), encoding="utf-8")
    found: str = json.loads(kept.read_text(encoding="utf-8"))
    return found


def _exposed(program: Path) -> str:
    """What a run would say, without the rest of the batch in which it found something."""
    from focalloc.conformance.judge import judged
    from focalloc.conformance.report import ids_of
    from focalloc.conformance.runner import DEFAULT_EXAMPLES
    from focalloc.conformance.sessions import sessions
    from focalloc.conformance.targets import ProgramTarget

    for profile in PROFILES:
        with ProgramTarget(str(program)) as target:
            for case in sessions(profile, 0, 0, DEFAULT_EXAMPLES):
                for found in ids_of(judged(target, case, profile)):
                    return f"{profile}: {found}"
    return ""


def outcome(folder: Path, bug: Bug) -> tuple[Bug, str]:
    """A bug, and what `exposed` says of it."""
    return bug, exposed(built(bug.planted(SOURCE.read_text(encoding="utf-8")), folder))


def table(outcomes: list[tuple[Bug, str]]) -> Iterator[str]:
    """Lines of Markdown: each survivor, then how many of each kind and of each list were exposed."""
    for bug, by in outcomes:
        if not by:
            yield f"survives: {bug.kind}: {bug.says}"
    yield "\n| kind | exposed | of |\n|---|---|---|"
    for names in (lambda bug: (bug.kind,)), (lambda bug: (f"all of {bug.listed}", "all")):
        counts, seen = Counter[str](), Counter[str]()
        for bug, by in outcomes:
            counts.update(names(bug))
            seen.update(names(bug) if by else ())
        for name, count in counts.items():
            yield f"| {name} | {seen[name]} | {count} |"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="a kind of bug")
    parser.add_argument("--keep", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = told.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        mine = [bug for bug in bugs() if told.only in ("", bug.kind)]
        if told.jobs == 1:
            outcomes = [outcome(folder, bug) for bug in mine]
        else:
            from concurrent.futures import ProcessPoolExecutor

            with ProcessPoolExecutor(told.jobs) as pool:
                outcomes = list(pool.map(partial(outcome, folder), mine))
    print("\n".join(table(outcomes)))


if __name__ == "__main__":
    main()
