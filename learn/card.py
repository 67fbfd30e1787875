"""Trains the shipped policy, measures it over several training seeds, and writes its card. Needs PyTorch.

Run as ``OPENBLAS_NUM_THREADS=1 python -m focalloc.learn.card OUT`` (one thread: the matrices are small, and the time of
a decision is measured); what is finished is not done again. Copy OUT/small.safetensors and OUT/small.md to
``learn/`` to ship them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from focalloc.learn.measure import (
    FIGURES,
    RULES,
    Comparison,
    Figures,
    Interval,
    Learned,
    Rule,
    calibrated,
    compared,
    measured,
)
from focalloc.learn.meta import Gain, MetaSettings, gain_of_adapting, reptile
from focalloc.learn.network import restored
from focalloc.learn.policy import Policy, PolicyConfig, load
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Scenario
from focalloc.learn.texts import language_reference, part
from focalloc.learn.training import Settings, train

CONFIG = PolicyConfig(hidden=32, layers=2, heads=2)
SETTINGS = Settings(method="imitate", updates=50, learning_rate=2e-3)
REFINEMENT = Settings(method="ppo", updates=30, passes=3, learning_rate=5e-4, entropy=0.0)
SEEDS = range(5)
EPISODES = 16
FIRST_EPISODE = 1000
META = MetaSettings(rounds=20, users=3, steps=5, inner_rate=0.03, outer_rate=0.5)
HELD_OUT_USERS = range(500, 516)


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


def refined(out: Path, policy: Policy) -> Policy:
    """``policy`` after some updates of reinforcement, calibrated again; trained unless ``out`` has it."""
    path = out / "refined.safetensors"
    if not path.exists():
        source = Source(Scenario(), part(language_reference(), "train"))
        run = train(REFINEMENT, source, network=restored(policy), checkpoint=out / "refined.checkpoint")
        again, margin = calibrated(run.network.exported(), source, REFINEMENT.weights, range(8))
        again.save(path, seed=str(REFINEMENT.seed), method="imitate, then ppo", margin=str(margin))
    return load(path)


def refinement(before: Policy, after: Policy) -> dict[str, dict[str, Figures]]:
    """Mean figures of one policy before and after, per lens, on the held-out episodes of the comparison."""
    texts = part(language_reference(), "held-out")
    rules: dict[str, Rule] = {"imitation": Learned(before), "then PPO": Learned(after)}
    episodes = range(FIRST_EPISODE, FIRST_EPISODE + EPISODES)
    found = {}
    for name, noise in NOISES.items():
        several = measured(Source(Scenario(), texts, noise=noise), rules, episodes)
        found[name] = {
            rule: {figure: sum(one[figure] for one in figures) / len(figures) for figure in FIGURES}
            for rule, figures in several.items()
        }
    return found


def comparisons(policies: Sequence[Policy]) -> list[Comparison]:
    """The policies against the rules, on documents that no training saw."""
    return compared(policies, Scenario(), part(language_reference(), "held-out"), EPISODES, NOISES, seed=FIRST_EPISODE)


def adaptation(policy: Policy) -> dict[str, Gain]:
    """What five edits bring to held-out users: to the policy as it is, and to one prepared for it by Reptile."""
    network = restored(policy)
    train_source = Source(Scenario(), part(language_reference(), "train"))
    held_out = Source(Scenario(), part(language_reference(), "held-out"))
    prepared = reptile(network, train_source, META)
    return {
        name: gain_of_adapting(one, held_out, META, HELD_OUT_USERS)
        for name, one in (("as trained", network), ("after Reptile", prepared))
    }


def verdict(gain: Interval, *, more_is_better: bool) -> str:
    """Better, worse, or not to be told apart."""
    low, high = gain.mean - gain.half, gain.mean + gain.half
    if low <= 0 <= high:
        return "no clear difference"
    return "better" if (low > 0) == more_is_better else "worse"


def card(
    found: Sequence[Comparison], gains: dict[str, Gain], refinements: dict[str, dict[str, Figures]] | None = None
) -> str:
    """The card as Markdown."""
    named = ("updates", "episodes", "passes", "minibatch", "learning_rate")
    settings = ", ".join(f"{name} {getattr(SETTINGS, name)}" for name in named)
    lines = [
        "# The policy `small`",
        "",
        "A transformer encoder of 2 layers, hidden size 32, over 17 features per block. It is projected onto what is",
        "feasible, so it never breaks a rule whatever it has learned; what it has learned is measured here.",
        "",
        "- Trained by imitating a clairvoyant on the policy's own states, then calibrated. Seed 0 is the one shipped.",
        f"  Settings: {settings}.",
        "- Data: simulated users at work in the training part of CPython's language reference (`pydoc_data.topics`,",
        "  three of every four topics). No recorded sessions of people went into it.",
        f"- Terms: {Scenario().blocks} level-0 blocks of {Scenario().geometry.span(0)} tokens, arity "
        f"{Scenario().geometry.arity}, budget {Scenario().params.w_max} slots, {Scenario().iterations} iterations.",
        "- Written by `python -m focalloc.learn.card`, every figure measured in that run, one BLAS thread.",
        "",
        "## Measured",
        "",
        f"Held-out documents, {EPISODES} episodes per lens, the same for all; each lens but the clean one is in some",
        f"way worse than any in training. Learned: mean and 95 % interval over {len(SEEDS)} training seeds.",
        "`quality` is the share of what the next iteration needs that is visible as raw tokens. `informed greedy` is",
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
    for rule in ("greedy", "informed greedy"):
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
    broken = sum(one.learned["violations"].mean for one in found)
    lines += [
        "",
        f"Clauses of the safety profile broken by any learned policy in these episodes: {broken:g}.",
    ]
    if refinements:
        lines += [
            "",
            "## Going on by reinforcement",
            "",
            f"Seed 0 before and after {REFINEMENT.updates} updates of PPO, on the same episodes: one seed, so no",
            "interval, and not the policy that is shipped.",
            "",
            "| lens | quality | then | actions | then | used | then |",
            "|---|---|---|---|---|---|---|",
        ]
        for noise, both in refinements.items():
            pairs = [
                f"{both[rule][figure]:.3f}"
                for figure in ("quality", "actions", "used")
                for rule in ("imitation", "then PPO")
            ]
            lines.append(f"| {noise} | " + " | ".join(pairs) + " |")
    lines += [
        "",
        "## Adapting to a user",
        "",
        f"{len(HELD_OUT_USERS)} users that no training saw, known by {META.edits} edits of one episode; quality on",
        "two further episodes, and the gain with its 95 % interval over users.",
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
            f"{last[1].after - first[1].after:+.3f}.",
        ]
    lines += [
        "",
        "## Limits",
        "",
        "- The need, the users and the lens are simulated. Nothing here says how a language model fares downstream.",
        "- Part of the gain over greedy comes from what the policy is told and greedy is not: the cursor, and what the",
        "  lens said before. Compare it with `informed greedy`.",
        "- It has seen one geometry, one budget and one cap. Elsewhere it remains feasible, but may be no good.",
        "- The intervals are over training seeds, with the episodes fixed; they say nothing about other texts.",
        "",
    ]
    return "\n".join(lines)


def main(out: Path) -> None:
    """Train, measure and write everything to ``out``."""
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    policies = [trained(out, seed) for seed in SEEDS]
    (out / "small.safetensors").write_bytes((out / f"seed{SEEDS[0]}.safetensors").read_bytes())
    figures = out / "figures.json"
    if not figures.exists():
        found, gains = comparisons(policies), adaptation(policies[0])
        everything = {
            "comparisons": [asdict(one) for one in found],
            "adaptation": {k: asdict(v) for k, v in gains.items()},
        }
        figures.write_text(json.dumps(everything, indent=1))
    saved = json.loads(figures.read_text())
    found = [
        Comparison(one["noise"], one["rules"], _intervals(one["learned"]), _intervals(one["gains"]))
        for one in saved["comparisons"]
    ]
    gains = {
        name: Gain(one["before"], one["after"], Interval(**one["gain"])) for name, one in saved["adaptation"].items()
    }
    methods = out / "refinement.json"
    if not methods.exists():
        methods.write_text(json.dumps(refinement(policies[0], refined(out, policies[0])), indent=1))
    (out / "small.md").write_text(card(found, gains, json.loads(methods.read_text())))


def _intervals(saved: dict[str, dict[str, float]]) -> dict[str, Interval]:
    return {name: Interval(**one) for name, one in saved.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
