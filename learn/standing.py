"""Where the policy that ships stands: beside every rule, at small and at production terms, and how far from the limit.

Run as ``OPENBLAS_NUM_THREADS=1 python -m focalloc.learn.standing OUT TERMS...``, with ``small``, ``production`` or
both; it writes OUT/standing.md. A lens that is measured is not measured again, so a run that was stopped goes on; one
that goes on with other code is refused. Copy the page to where it ships. It needs no PyTorch.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.learned import SHIPPED
from focalloc.fastpath.policy_file import digest_of, load, tensors_of
from focalloc.learn.limit import LACKS, KnowsTheLaw, Lack
from focalloc.learn.measure import (
    FIRST_EPISODE,
    Adaptive,
    Informed,
    Interval,
    Learned,
    Rule,
    interval,
    knowingly,
    measured,
)
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Scenario, Session
from focalloc.learn.texts import Text, language_reference, library_source, part
from focalloc.spec.actions import Action
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params

FIGURES = ("quality", "used", "actions", "reversals")
"""What the page shows."""

ASKED = 0.8
"""The share of the way from informed greedy to the limit that was asked of a policy."""

LIMIT = "knows the law"
"""The limit's name among the rules."""

WAY = (
    "The way from `informed greedy` to the limit, in quality, and to the limit that does not know the text: the share",
    f"of it that the policy goes, and what is lacking to {ASKED:.0%} of it. A session's text is drawn like all else,",
    "and a policy is not told it, so the second is nearer to what can be known from what a policy is told.",
)
"""What stands above the table of the ways."""

WHY = (
    "Why: learned less the limit, and less the limit without one thing that it knows, in quality. Where the policy is",
    "not clearly worse than the limit without something, what it lacks is about what that is worth. What a policy is",
    "told of the cursor is where it stands, not where it stood; of what the lens said before, no more than a",
    "mean per slot; and of the text nothing. What came of telling it more: [what was tried](trials.md).",
)
"""What stands above the table of what the limit would be without each thing that it knows."""


def lacking(lack: Lack) -> str:
    """The name of the limit that does without something."""
    return f"{LIMIT}, not {lack}"


class Compiled:
    """A strategy of the fast path as a rule. Takes note of each new session by itself.

    Args:
        terms: the parameters that are not those of the session.
    """

    def __init__(self, **terms: Any) -> None:
        self._allocator, self._terms = Allocator(), terms
        self._session: Session | None = None

    def __call__(self, session: Session) -> Sequence[Action]:
        """What the allocator answers, in a session of its own that goes the same way."""
        if session is not self._session:
            self._session, state = session, session.state
            self._allocator.open(state.geometry, replace(state.params, **self._terms), state.context)
        return self._allocator.step(session.scores()).actions


@dataclass(frozen=True)
class Terms:
    """Terms that are measured at.

    Attributes:
        said: the same in a sentence or two.
        scenario: of the episodes.
        texts: gives what is worked in; no training saw any of it.
        episodes: how many per lens.
        rules: gives the rules, by name.
    """

    said: str
    scenario: Scenario
    texts: Callable[[], list[Text]]
    episodes: int
    rules: Callable[[], dict[str, Rule]]


def rules() -> dict[str, Rule]:
    """Every rule without learning, the one that knows the future, and the policy that ships."""
    policy = load(SHIPPED)
    return {
        "greedy": Compiled(),
        "adaptive greedy": Compiled(**Adaptive.TERMS),
        "exact optimum": Compiled(strategy="knapsack"),
        "informed greedy": Informed(),
        "clairvoyant": knowingly,
        "**learned**": Learned(policy),
        "learned, no memory": Learned(policy, 0),
    }


def rules_and_limit() -> dict[str, Rule]:
    """These, and the one that knows the law, and what it would be without each thing that it knows."""
    return {**rules(), LIMIT: KnowsTheLaw(), **{lacking(lack): KnowsTheLaw(lack=lack) for lack in LACKS}}


PRODUCTION = Scenario(Geometry((32, 32)), Params(w_max=8192), blocks=8192, full=True)

TERMS = {
    "small": Terms(
        "The terms that it was trained at: 64 level-0 blocks of 16 tokens, arity (16, 8), budget 160 slots, held-out "
        "topics of CPython's language reference.",
        Scenario(),
        lambda: part(language_reference(), "held-out"),
        16,
        rules_and_limit,
    ),
    "production": Terms(
        "Terms that it never saw: 262,144 tokens of history, arity (32, 32), budget 8192 slots, all of them used from "
        "the first iteration on; the source of Python's own library. A user needs 2 to 9 blocks at a time here, too, "
        "of 8192; the budget holds some 200.",
        PRODUCTION,
        library_source,
        6,
        rules,
    ),
}


def measure(terms: Terms, noise: str) -> dict[str, list[dict[str, float]]]:
    """The figures of each rule under a lens, per episode."""
    source = Source(terms.scenario, terms.texts(), noise=NOISES[noise])
    return measured(source, terms.rules(), range(FIRST_EPISODE, FIRST_EPISODE + terms.episodes))


def over(found: Mapping[str, list[dict[str, float]]], rule: str, figure: str, less: str | None = None) -> Interval:
    """A figure of a rule, less that of another on the same episodes; the interval is over episodes."""
    values = [one[figure] for one in found[rule]]
    if less is not None:
        values = [one - other[figure] for one, other in zip(values, found[less], strict=True)]
    return interval(values)


def verdict(gain: Interval, *, more_is_better: bool) -> str:
    """Better, worse, or not to be told apart."""
    if abs(gain.mean) <= gain.half:
        return "no clear difference"
    return "better" if (gain.mean > 0) == more_is_better else "worse"


def way_gone(found: Mapping[str, list[dict[str, float]]], limit: str = LIMIT) -> tuple[float, Interval]:
    """The share of the way from informed greedy to a limit in quality; and what is lacking to what was asked."""
    learned, informed, best = (
        np.array([one["quality"] for one in found[rule]]) for rule in ("**learned**", "informed greedy", limit)
    )
    share = (learned - informed).mean() / (best - informed).mean()
    return float(share), interval((learned - informed - ASKED * (best - informed)).tolist())


def section(name: str, terms: Terms, found: Mapping[str, Mapping[str, list[dict[str, float]]]]) -> list[str]:
    """What was found at some terms, as lines of Markdown."""
    lines = [f"## {name.capitalize()} terms", "", terms.said, ""]
    many = f"{terms.episodes} episodes of {terms.scenario.iterations} iterations"
    lines += [f"{many} per lens; 95 % intervals over episodes.", ""]
    lines += [f"| lens | rule | {' | '.join(FIGURES)} |", "|---|---|" + "---|" * len(FIGURES)]
    for noise, by_rule in found.items():
        lines += [
            f"| {noise} | {rule} | " + " | ".join(str(over(by_rule, rule, figure)) for figure in FIGURES) + " |"
            for rule in by_rule
        ]
    for rule in ("greedy", "adaptive greedy", "exact optimum", "informed greedy"):
        lines += ["", f"Learned less {rule}, on the same episodes:", "", "| lens | quality | | actions | |"]
        lines += ["|---|---|---|---|---|"]
        for noise, by_rule in found.items():
            cells = [noise]
            for figure in ("quality", "actions"):
                gain = over(by_rule, "**learned**", figure, rule)
                cells += [str(gain), verdict(gain, more_is_better=figure == "quality")]
            lines.append("| " + " | ".join(cells) + " |")
    if all(LIMIT in by_rule for by_rule in found.values()):
        lines += ["", *WAY, ""]
        lines += [
            f"| lens | to the limit | less {ASKED:.0%} of it | | without the text | less {ASKED:.0%} of it | |",
            "|---|---|---|---|---|---|---|",
        ]
        for noise, by_rule in found.items():
            cells = [noise]
            for limit in (LIMIT, lacking("the text")):
                share, left = way_gone(by_rule, limit)
                told = verdict(left, more_is_better=True).replace("better", "reached").replace("worse", "not reached")
                cells += [f"{share:.0%}", str(left), told]
            lines.append(f"| {' | '.join(cells)} |")
        lines += ["", *WHY]
        lines += ["", f"| lens | nothing | {' | '.join(LACKS)} |", "|---|" + "---|" * (1 + len(LACKS))]
        for noise, by_rule in found.items():
            gains = [over(by_rule, "**learned**", "quality", rule) for rule in (LIMIT, *map(lacking, LACKS))]
            cells = [f"{gain}, {verdict(gain, more_is_better=True)}" for gain in gains]
            lines.append(f"| {noise} | {' | '.join(cells)} |")
    broken = sum(one["violations"] for by_rule in found.values() for rows in by_rule.values() for one in rows)
    stood_in = sum(one["fallbacks"] for by_rule in found.values() for rows in by_rule.values() for one in rows)
    lines += ["", f"Clauses of the safety profile broken by any rule: {broken:g}."]
    return [*lines, f"Iterations in which greedy had to stand in for the policy: {stood_in:g}.", ""]


def page(found: Mapping[str, Mapping[str, Mapping[str, list[dict[str, float]]]]]) -> str:
    """All of it as Markdown."""
    lines = [
        "# Where the policy that ships stands",
        "",
        f"Measured by `python -m focalloc.learn.standing OUT {' '.join(found)}`, of the policy whose tensors have the",
        f"digest `{digest_of(tensors_of(load(SHIPPED)))}`.",
        "One policy, so the intervals are over episodes, each with a user, documents and noise of its own, the same",
        "for all rules. How much seeds of training differ is on the [card](small.md), which says what the figures are.",
        "",
        "*Knows the law* is the honest limit (`focalloc.learn.limit`): it knows the text, how users are drawn and",
        "move, and how good the lens is, but not who works, where they go next, or what the lens will say. It weighs",
        "every user that there can be, and looks ten iterations ahead. *Not the text*: where the lens has not spoken",
        "of a place yet, it does not know what is like it. *Not where users were*: it does not know that they return",
        "there. *Not how they move*: it shows what is needed where they are. *Not earlier scores*: it goes by what",
        "the lens says now. *Not any scores*: it goes by the cursor alone.",
        "",
    ]
    for name, by_noise in found.items():
        lines += section(name, TERMS[name], by_noise)
    return "\n".join(lines)


def code() -> str:
    """SHA-256 of this folder's modules, in hexadecimal."""
    folder = Path(__file__).parent
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()


def main(out: Path, names: Sequence[str]) -> None:
    """Measure at these terms, lens by lens, and write the page.

    Raises:
        InvalidInput: there are no such terms, or ``out`` was begun with other code.
    """
    out.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, dict[str, list[dict[str, float]]]]] = {}
    for name in names:
        if name not in TERMS:
            raise InvalidInput("terms", name, f"must be of {', '.join(TERMS)}")
        for noise in NOISES:
            kept = out / f"{name} {noise}.json"
            if not kept.exists():
                kept.write_text(json.dumps({"code": code(), "figures": measure(TERMS[name], noise)}, indent=1))
            saved = json.loads(kept.read_text())
            if saved["code"] != code():
                raise InvalidInput("out", str(kept), "was measured with other code; give another folder")
            found.setdefault(name, {})[noise] = saved["figures"]
    (out / "standing.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(TERMS))
