"""Trains the shipped policy, measures it over several training seeds, and writes its card. Needs PyTorch.

Run as ``OPENBLAS_NUM_THREADS=1 python -m focalloc.learn.card OUT`` (one thread: the matrices are small, and the time of
a decision is measured), with ``PROCESSES`` side by side. What is finished is not done again, so a run that was stopped
goes on; one that goes on with other code is refused. Copy OUT/small.safetensors and OUT/small.md to ``learn/`` to ship
them.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from focalloc.learn.measure import (
    FIRST_EPISODE,
    RULES,
    Comparison,
    Interval,
    calibrated,
    compared,
)
from focalloc.learn.meta import Gain, MetaSettings, UserEdits, adapted, gain_of_adapting, habitual, reptile
from focalloc.learn.network import restored
from focalloc.learn.policy import Policy, PolicyConfig, digest_of, load
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Scenario
from focalloc.learn.texts import language_reference, part
from focalloc.learn.training import Settings, train
from focalloc.spec.errors import InvalidInput

CONFIG = PolicyConfig(hidden=32, layers=2, heads=2)
SETTINGS = Settings(method="imitate", updates=50, learning_rate=2e-3)
REFINEMENT = Settings(method="ppo", updates=24, estimating=4, passes=3, learning_rate=5e-4, entropy=0.0)
SEEDS = range(5)
REFINED_SEEDS = range(3)
EPISODES = 16
META = MetaSettings(rounds=20, users=3, steps=5, inner_rate=0.03, outer_rate=0.5)
HABITS = MetaSettings(rounds=300, users=12, steps=5, inner_rate=20.0, outer_rate=3e-3)
HELD_OUT_USERS = range(500, 560)
PROCESSES = 2


def trained(out: Path, seed: int) -> Policy:
    """The policy of one training seed, calibrated; trained unless ``out`` has it."""
    path = out / f"seed{seed}.safetensors"
    if not path.exists():
        settings = replace(SETTINGS, seed=seed)
        source = Source(Scenario(), part(language_reference(), "train"))
        run = train(settings, source, CONFIG, checkpoint=out / f"seed{seed}.checkpoint")
        policy, margin = calibrated(run.network.exported(), source, settings.weights, range(8))
        policy.save(path, seed=str(seed), method=settings.method, margin=str(margin))
    return load(path)


def refined(out: Path, seed: int, policy: Policy) -> Policy:
    """``policy`` after some updates of reinforcement, calibrated again; trained unless ``out`` has it."""
    path = out / f"seed{seed} refined.safetensors"
    if not path.exists():
        settings = replace(REFINEMENT, seed=seed)
        source = Source(Scenario(), part(language_reference(), "train"))
        run = train(settings, source, network=restored(policy), checkpoint=path.with_suffix(".checkpoint"))
        again, margin = calibrated(run.network.exported(), source, settings.weights, range(8))
        again.save(path, seed=str(seed), method="imitate, then ppo", margin=str(margin))
    return load(path)


def comparisons(policies: Sequence[Policy], names: Sequence[str], noise: str) -> list[Comparison]:
    """The policies against the named rules under one lens, on documents that no training saw."""
    texts, rules = part(language_reference(), "held-out"), {name: RULES[name] for name in names}
    return compared(policies, Scenario(), texts, EPISODES, {noise: NOISES[noise]}, seed=FIRST_EPISODE, rules=rules)


def adaptation(policy: Policy, way: str) -> Gain:
    """What five edits bring to users drawn anew, in held-out documents, in one of the `WAYS`."""
    train_source, held_out = (Source(Scenario(), part(language_reference(), name)) for name in ("train", "held-out"))
    if way == "by habits":
        known = habitual(policy, train_source, HABITS)
        begun, margin = calibrated(known.network.exported(), train_source, SETTINGS.weights, range(8))

        def adapt(edits: UserEdits) -> Policy:
            return known.adapted(edits).fonder_of_keeping(margin)

    else:
        network = restored(policy)
        network = reptile(network, train_source, META) if way == "after Reptile" else network
        begun = network.exported()

        def adapt(edits: UserEdits) -> Policy:
            return adapted(network, edits, META.steps, META.inner_rate).exported()

    return gain_of_adapting(begun, adapt, held_out, META.edits, HELD_OUT_USERS)


WAYS = ("as trained", "after Reptile", "by habits")
"""How a policy adapts: every weight of it as it is, every weight of one prepared by Reptile, or a user's habits."""


def verdict(gain: Interval, *, more_is_better: bool) -> str:
    """Better, worse, or not to be told apart."""
    low, high = gain.mean - gain.half, gain.mean + gain.half
    if low <= 0 <= high:
        return "no clear difference"
    return "better" if (low > 0) == more_is_better else "worse"


def shortfalls(found: Sequence[Comparison], rule: str) -> str:
    """Where the policies are not clearly better than ``rule`` in quality, and where they clearly do more."""
    not_better, busier = [], []
    for one in found:
        gain, more = (
            Interval(one.learned[figure].mean - one.rules[rule][figure], one.learned[figure].half)
            for figure in ("quality", "actions")
        )
        not_better += [one.noise] if verdict(gain, more_is_better=True) != "better" else []
        busier += [one.noise] if verdict(more, more_is_better=False) == "worse" else []
    return (
        f"quality is not clearly better under: {', '.join(not_better) or 'none'}; "
        f"there are clearly more actions under: {', '.join(busier) or 'none'}"
    )


LIMITS = (
    "## Limits",
    "",
    "- The need, the users and the lens are simulated. Nothing here says how a language model fares downstream.",
    "- Part of the gain over greedy comes from what the policy is told and greedy is not: the cursor, and what the",
    "  lens said before. Compare it with `informed greedy`.",
    "- It has seen one geometry, one budget and one cap. Elsewhere it remains feasible, but may be no good.",
    "- The intervals are over training seeds, with the episodes fixed; they say nothing about other texts.",
    "",
)
"""Lines of what the card does not say."""


def card(
    digest: str, found: Sequence[Comparison], gains: dict[str, Gain], refinements: Sequence[Comparison] = ()
) -> str:
    """The card as Markdown."""
    reinforced = _reinforced(found, refinements) if refinements else []
    return "\n".join([*_terms(digest), *_measured(found), *reinforced, *_adapting(gains), *LIMITS])


def _terms(digest: str) -> list[str]:
    """What it is, and what it was made from."""
    named = ("updates", "episodes", "passes", "minibatch", "learning_rate")
    settings = ", ".join(f"{name} {getattr(SETTINGS, name)}" for name in named)
    return [
        "# The policy `small`",
        "",
        "A transformer encoder of 2 layers, hidden size 32, over 17 features per block. It is projected onto what is",
        "feasible, so it never breaks a rule whatever it has learned; what it has learned is measured here.",
        "",
        f"- Digest of its weights: `{digest}`.",
        f"- Made with focalloc {version('focalloc')}, PyTorch {version('torch')}, NumPy {version('numpy')}.",
        "- Trained by imitating a clairvoyant on the policy's own states, then calibrated. Seed 0 is the one shipped.",
        f"  Settings: {settings}.",
        "- Data: simulated users at work in the training part of CPython's language reference (`pydoc_data.topics`,",
        "  three of every four topics). No recorded sessions of people went into it.",
        f"- Terms: {Scenario().blocks} level-0 blocks of {Scenario().geometry.span(0)} tokens, arity "
        f"{Scenario().geometry.arity}, budget {Scenario().params.w_max} slots, {Scenario().iterations} iterations.",
        "- Policy, figures and this card come from one run of `python -m focalloc.learn.card OUT`, which refuses to go",
        f"  on with other code; {PROCESSES} processes, one BLAS thread. Other work ran beside them: compare times",
        "  within a lens only, and with care.",
        "",
    ]


def _measured(found: Sequence[Comparison]) -> list[str]:
    """The policy beside the rules."""
    lines = [
        "## Measured",
        "",
        f"Held-out documents, {EPISODES} episodes per lens, the same for all; each lens but the clean one is in some",
        f"way worse than any in training. Learned: mean and 95 % interval over {len(SEEDS)} training seeds, run as in",
        "production, projected and guarded; the time is of all of that, that of the rules is of the plain reference.",
        "`quality` is the share of what the next iteration needs that is visible as raw tokens.",
        "`adaptive greedy` is the strategy `enhanced` with thresholds that follow utilisation. `informed greedy` is",
        "greedy on time-averaged scores raised near the cursor: it knows what the policy knows, without learning.",
        "`clairvoyant` sees the future: a reference point, not a contestant.",
        "",
        "| lens | rule | quality | used | actions | reversals | ms per decision |",
        "|---|---|---|---|---|---|---|",
    ]
    columns = ("quality", "used", "actions", "reversals", "milliseconds")
    for one in found:
        for rule in RULES:
            cells = " | ".join(f"{one.rules[rule][column]:.3f}" for column in columns)
            lines.append(f"| {one.noise} | {rule} | {cells} |")
        lines.append(
            f"| {one.noise} | **learned** | " + " | ".join(str(one.learned[column]) for column in columns) + " |"
        )
    for rule in ("greedy", "adaptive greedy", "exact optimum", "informed greedy"):
        lines += [
            "",
            f"Learned less {rule}, on the same episodes:",
            "",
            "| lens | quality | | actions | | reversals | |",
            "|---|---|---|---|---|---|---|",
        ]
        for one in found:
            row = [one.noise]
            for figure in ("quality", "actions", "reversals"):
                mine = one.learned[figure]
                gain = Interval(mine.mean - one.rules[rule][figure], mine.half)
                row += [str(gain), verdict(gain, more_is_better=figure == "quality")]
            lines.append("| " + " | ".join(row) + " |")
    for rule in ("greedy", "informed greedy"):
        lines += ["", f"Against {rule}, {shortfalls(found, rule)}."]
    broken = sum(one.learned["violations"].mean for one in found)
    fallbacks = sum(one.learned["fallbacks"].mean for one in found)
    return [
        *lines,
        "",
        f"Clauses of the safety profile broken by any learned policy in these episodes: {broken:g}.",
        f"Iterations in which greedy had to stand in for one: {fallbacks:g}.",
        "",
    ]


def _reinforced(found: Sequence[Comparison], refinements: Sequence[Comparison]) -> list[str]:
    """After more training, by reinforcement."""
    lines = [
        "## Going on by reinforcement",
        "",
        f"The first {len(REFINED_SEEDS)} of the seeds after {REFINEMENT.updates} more updates, of PPO, the first",
        f"{REFINEMENT.estimating} of which only learn to estimate returns; on the same episodes.",
        "With so few seeds the intervals are wide; it is not the policy that is shipped.",
        "",
        "| lens | quality | quality, then PPO | actions | actions, then PPO | used, then PPO |",
        "|---|---|---|---|---|---|",
    ]
    for before, after in zip(found, refinements, strict=True):
        row = [
            str(one.learned[figure])
            for figure, several in (("quality", (before, after)), ("actions", (before, after)), ("used", (after,)))
            for one in several
        ]
        lines.append(f"| {before.noise} | " + " | ".join(row) + " |")
    return [*lines, ""]


def _adapting(gains: dict[str, Gain]) -> list[str]:
    """What a user's edits do for the user."""
    lines = [
        "## Adapting to a user",
        "",
        f"{len(HELD_OUT_USERS)} users drawn anew, in held-out documents, known by {META.edits} edits of one episode;",
        "quality on two further episodes, and the gain with its 95 % interval over users. Training draws users of the",
        "same few thousand kinds, so it has met the habits of some, though never their episodes. The edits move every",
        "weight of the policy as it is, or as Reptile has prepared it; or, by habits, four numbers of the user's and",
        "nothing else (`focalloc.learn.meta`). Reptile prepared with",
        f"{META.rounds * META.users} users, habits with {HABITS.rounds * HABITS.users} and a calibration after them,",
        "so the rows do not say which way is better for the same effort.",
        "",
        "| policy | before | after | gain | |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {one.before:.3f} | {one.after:.3f} | {one.gain} | {verdict(one.gain, more_is_better=True)} |"
        for name, one in gains.items()
    ]
    if len(gains) > 1:
        first, *_, last = gains.items()
        lines += [
            "",
            f"A gain is within its row. Across rows: {last[0]} and adapted, less {first[0]} and adapted, is "
            f"{last[1].after - first[1].after:+.3f};",
            "part of that may come from the training that prepares a policy, which is not what is shipped.",
        ]
    return [*lines, ""]


def main(out: Path) -> None:
    """Train, measure and write everything to ``out``.

    Raises:
        InvalidInput: ``out`` was begun with other code.
    """
    out.mkdir(parents=True, exist_ok=True)
    if kept(out / "code.json", code) != code():
        raise InvalidInput("out", str(out), "was begun with other code; give another folder")
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), torch.set_num_threads, (1,)) as pool:

        def everywhere(policies: Sequence[Policy], rules: Sequence[str]) -> list[dict[str, Any]]:
            found = pool.map(partial(comparisons, policies, rules), NOISES)
            return [asdict(one) for one in chain.from_iterable(found)]

        policies = list(pool.map(partial(trained, out), SEEDS))
        (out / "small.safetensors").write_bytes((out / f"seed{SEEDS[0]}.safetensors").read_bytes())
        digest = digest_of(policies[0].weights)

        def figures() -> dict[str, Any]:
            learning = [pool.submit(adaptation, policies[0], way) for way in reversed(WAYS)]  # the longest first
            return {
                "comparisons": everywhere(policies, list(RULES)),
                "gains": {way: asdict(one.result()) for way, one in zip(WAYS, reversed(learning), strict=True)},
            }

        found = kept(out / "figures.json", figures)
        gains = {
            name: Gain(one["before"], one["after"], Interval(**one["gain"])) for name, one in found["gains"].items()
        }
        found = _comparisons(found["comparisons"])
        (out / "small.md").write_text(card(digest, found, gains), encoding="utf-8")

        def after_ppo() -> list[dict[str, Any]]:
            several = [policies[seed] for seed in REFINED_SEEDS]
            return everywhere(list(pool.map(partial(refined, out), REFINED_SEEDS, several)), ["greedy"])

        refinements = _comparisons(kept(out / "refinement.json", after_ppo))
        (out / "small.md").write_text(card(digest, found, gains, refinements), encoding="utf-8")


def code() -> str:
    """SHA-256 of this folder's modules, in hexadecimal: what trains and measures."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """What ``make`` gave when it was first called for ``path``, as JSON keeps it."""
    if not path.exists():
        path.write_text(json.dumps(make(), indent=1))
    return json.loads(path.read_text())


def _comparisons(saved: list[dict[str, Any]]) -> list[Comparison]:
    return [
        Comparison(one["noise"], one["rules"], _intervals(one["learned"]), _intervals(one["gains"])) for one in saved
    ]


def _intervals(saved: dict[str, dict[str, float]]) -> dict[str, Interval]:
    return {name: Interval(**one) for name, one in saved.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
