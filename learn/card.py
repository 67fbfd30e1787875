"""Trains the shipped policy, measures it over several training seeds, and writes its card. Needs PyTorch.

Run as ``OPENBLAS_NUM_THREADS=1 python -m focalloc.learn.card OUT`` (one thread: the matrices are small), with
``PROCESSES`` side by side. What is finished is not done again, so a run that was stopped goes on; one that goes on with
other code is refused. Copy OUT/small.safetensors and OUT/small.md to where they ship.
"""

from __future__ import annotations

import gc
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

from focalloc.fastpath.policy_file import digest_of, load, save, tensors_of
from focalloc.learn.course import CALIBRATION, calibrated, planned_best
from focalloc.learn.measure import FIRST_EPISODE, RULES, Comparison, Interval, Learned, compared
from focalloc.learn.meta import Gain, MetaSettings, gain_of_adapting, habitual
from focalloc.learn.network import restored
from focalloc.learn.outside import PAGE, outside
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Scenario
from focalloc.learn.standing import TERMS, verdict
from focalloc.learn.texts import language_reference, part
from focalloc.learn.training import Settings, train
from focalloc.spec.errors import InvalidInput
from focalloc.spec.policy import Policy

SETTINGS = Settings(method="hindsight", updates=20, episodes=48, learning_rate=3e-3)
IMITATION = replace(SETTINGS, method="imitate")
REFINEMENT = Settings(method="ppo", updates=12, episodes=24, estimating=3, passes=3, learning_rate=1e-3, entropy=0.0)
SEEDS = range(5)
OTHER_SEEDS = range(2)
EPISODES = 16
HABITS = MetaSettings(rounds=40, users=8, steps=5, inner_rate=5.0, outer_rate=2e-3)
HELD_OUT_USERS = range(500, 560)
PROCESSES = 2
TRAINING = (
    *("texts", "simulator", "projection", "features", "teachers", "rollouts", "network", "recorded", "training"),
    *("measure", "curves", "course"),
)
"""The modules of this folder that policies come from; the others only measure."""


def trained(out: Path, way: str, settings: Settings, seed: int, begin: Policy | None = None) -> Policy:
    """The policy of one training seed, calibrated; trained unless ``out`` has it."""
    path = out / f"{way} {seed}.safetensors"
    if not path.exists():
        settings = replace(settings, seed=seed)
        source = Source(Scenario(), part(language_reference(), "train"))
        network = None if begin is None else restored(begin)
        run = train(settings, source, network=network, checkpoint=path.with_suffix(".checkpoint"))
        policy, notes = calibrated(run.network, settings, source, range(CALIBRATION))
        save(policy, path, seed=str(seed), method=way, memory="trained for a memory_shift of 0 and of 1", **notes)
    return load(path)


def comparisons(policies: Sequence[Policy], names: Sequence[str], noise: str) -> list[Comparison]:
    """The policies against the named rules under one lens, on documents that no training saw."""
    texts, rules = part(language_reference(), "held-out"), {name: RULES[name] for name in names}
    return compared(policies, Scenario(), texts, EPISODES, {noise: NOISES[noise]}, seed=FIRST_EPISODE, rules=rules)


def at_production_terms(policies: Sequence[Policy], noise: str) -> list[Comparison]:
    """The policies against every rule under one lens, at terms that no training saw."""
    terms = TERMS["production"]
    found = {name: rule for name, rule in terms.rules().items() if not isinstance(rule, Learned)}
    noises = {noise: NOISES[noise]}
    return compared(policies, terms.scenario, terms.texts(), terms.episodes, noises, seed=FIRST_EPISODE, rules=found)


def adaptation(policy: Policy) -> Gain:
    """What five edits bring to users drawn anew, in held-out documents."""
    train_source, held_out = (Source(Scenario(), part(language_reference(), name)) for name in ("train", "held-out"))
    known = habitual(policy, train_source, HABITS)
    plan = planned_best(known.network, train_source, SETTINGS.weights, range(CALIBRATION))
    begun = known.network.exported(plan)
    return gain_of_adapting(begun, lambda edits: known.adapted(edits, plan), held_out, HABITS.edits, HELD_OUT_USERS)


def best_rule(one: Comparison) -> str:
    """The rule without learning, and without knowing the future, that shows most of what is needed."""
    return max((rule for rule in one.rules if rule != "clairvoyant"), key=lambda rule: one.rules[rule]["quality"])


def less(one: Comparison, rule: str, figure: str) -> Interval:
    """What the policies have more of a figure than a rule."""
    return Interval(one.learned[figure].mean - one.rules[rule][figure], one.learned[figure].half)


def shortfalls(found: Sequence[Comparison], rule: Callable[[Comparison], str]) -> str:
    """Where the policies are not clearly better than a rule in quality, and where they clearly do more."""
    not_better = [
        f"{one.noise} ({less(one, rule(one), 'quality')})"
        for one in found
        if verdict(less(one, rule(one), "quality"), more_is_better=True) != "better"
    ]
    busier = [
        f"{one.noise} ({less(one, rule(one), 'actions')})"
        for one in found
        if verdict(less(one, rule(one), "actions"), more_is_better=False) == "worse"
    ]
    return (
        f"quality is not clearly better under: {', '.join(not_better) or 'none'}; "
        f"there are clearly more actions under: {', '.join(busier) or 'none'}"
    )


LIMITS = (
    "## Limits",
    "",
    "- But for the first table the need, the users and the lens are simulated.",
    "- Part of the gain over greedy comes from what the policy is told and greedy is not: the cursor, and what the",
    "  lens said before. Compare it with `informed greedy`.",
    "- It has seen one geometry, one budget and one cap. Elsewhere it remains feasible, but may be no good: see above.",
    "- Where it is no better than a rule, or busier, there is room: how far it is from what can be known, and what it",
    "  would have to know for that, is in `standing.md`; what was tried to come nearer, in `trials.md`.",
    "- The intervals are over training seeds, with the episodes fixed; they say nothing about other texts.",
    "",
)
"""Lines of what the card does not say."""


def card(
    digest: str,
    found: Sequence[Comparison],
    gain: Gain | None = None,
    others: dict[str, list[Comparison]] | None = None,
    production: Sequence[Comparison] = (),
) -> str:
    """The card as Markdown."""
    lines = [*_terms(digest), *outside(digest, PAGE.read_text(encoding="utf-8")), *_measured(found)]
    lines += _at_production_terms(production) if production else []
    lines += _other_ways(found, others) if others else []
    lines += [] if gain is None else _adapting(gain)
    return "\n".join([*lines, *LIMITS])


def _terms(digest: str) -> list[str]:
    """What it is, and what it was made from."""
    named = ("updates", "episodes", "passes", "minibatch", "learning_rate")
    settings = ", ".join(f"{name} {getattr(SETTINGS, name)}" for name in named)
    return [
        "# The policy `small`",
        "",
        "A network of integers over the actions that may be taken (`spec/POLICY.md`): it estimates what share of the",
        "coming need each would show or hide, and a plan picks by rank as far as there is room. The answer is",
        "projected onto what is feasible, so it never breaks a rule whatever it has learned; what it has learned is",
        "measured here.",
        "",
        f"- Digest of its tensors: `{digest}`.",
        f"- Made with focalloc {version('focalloc')}, PyTorch {version('torch')}, NumPy {version('numpy')}.",
        "- Trained in hindsight: on its own states, to estimate what came to be needed. Its plan was then calibrated",
        "  on training episodes: the one that earns most among those with no more actions than `informed greedy`.",
        f"  Seed {SEEDS[0]} is the one shipped. Settings: {settings}.",
        "- Data: simulated users at work in the training part of CPython's language reference (`pydoc_data.topics`,",
        "  three of every four topics). No recorded sessions of people went into it.",
        f"- Terms: {Scenario().blocks} level-0 blocks of {Scenario().geometry.span(0)} tokens, arity "
        f"{Scenario().geometry.arity}, budget {Scenario().params.w_max} slots, {Scenario().iterations} iterations.",
        "- Half of its training sessions remembered what the lens said before, by a `memory_shift` of 1.",
        "- Policy, figures and this card come from one run of `python -m focalloc.learn.card OUT`, which refuses to go",
        "  on with other code.",
        "",
    ]


def _measured(found: Sequence[Comparison]) -> list[str]:
    """The policy beside the rules."""
    lines = [
        "## Measured",
        "",
        f"Held-out documents, {EPISODES} episodes per lens, the same for all; each lens but the clean one is in some",
        f"way worse than any in training. Learned: mean and 95 % interval over {len(SEEDS)} training seeds, run as in",
        "production, projected and guarded; in sessions with a `memory_shift` of 1, and in ones without memory.",
        "`quality` is the share of what the next iteration needs that is visible as raw tokens.",
        "`adaptive greedy` is the strategy `enhanced` with thresholds that follow utilisation. `informed greedy` is",
        "greedy on time-averaged scores raised near the cursor: it knows what the policy knows, without learning.",
        "`clairvoyant` sees the future: a reference point, not a contestant.",
        "",
        *_rows(found),
    ]
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
                row += [str(gain := less(one, rule, figure)), verdict(gain, more_is_better=figure == "quality")]
            lines.append("| " + " | ".join(row) + " |")
    return [*lines, *_against(found), *_incidents(found)]


def _rows(found: Sequence[Comparison]) -> list[str]:
    """What each rule and the policies did under each lens, as a table."""
    columns = ("quality", "used", "actions", "reversals")
    lines = [f"| lens | rule | {' | '.join(columns)} |", "|---|---|" + "---|" * len(columns)]
    for one in found:
        for rule, means in one.rules.items():
            lines.append(f"| {one.noise} | {rule} | " + " | ".join(f"{means[column]:.3f}" for column in columns) + " |")
        for name, figures in (("**learned**", one.learned), ("learned, no memory", one.forgetful)):
            lines.append(f"| {one.noise} | {name} | " + " | ".join(str(figures[column]) for column in columns) + " |")
    return lines


def _against(found: Sequence[Comparison]) -> list[str]:
    """Where the policies fall short of greedy, of informed greedy, of the best rule."""
    lines = ["", f"Against greedy, {shortfalls(found, lambda _: 'greedy')}."]
    lines += ["", f"Against informed greedy, {shortfalls(found, lambda _: 'informed greedy')}."]
    named = ", ".join(f"{one.noise}: {best_rule(one)}" for one in found)
    return [*lines, "", f"Against the best rule of each lens ({named}), {shortfalls(found, best_rule)}."]


def _incidents(found: Sequence[Comparison]) -> list[str]:
    """Whether a policy broke a clause, or had to be stood in for."""
    both = [figures for one in found for figures in (one.learned, one.forgetful)]
    return [
        "",
        "Clauses of the safety profile broken by any learned policy in these episodes: "
        f"{sum(one['violations'].mean for one in both):g}.",
        f"Iterations in which greedy had to stand in for one: {sum(one['fallbacks'].mean for one in both):g}.",
        "",
    ]


def _at_production_terms(found: Sequence[Comparison]) -> list[str]:
    """The policies beside the rules where sessions are long and budgets large."""
    terms = TERMS["production"]
    return [
        "## At production terms",
        "",
        f"{terms.said} {terms.episodes} episodes per lens, the same for all; else as above.",
        "",
        *_rows(found),
        *_against(found),
        *_incidents(found),
    ]


def _other_ways(found: Sequence[Comparison], others: dict[str, list[Comparison]]) -> list[str]:
    """The same network, trained in other ways."""
    lines = [
        "## Other ways to learn",
        "",
        f"The same network without a plan, of {len(OTHER_SEEDS)} seeds: imitating the clairvoyant for as many updates,",
        f"and then {REFINEMENT.updates} more of PPO, the first {REFINEMENT.estimating} of which only learn to estimate",
        "returns; on the same episodes. With so few seeds the intervals are wide.",
        "",
        "| lens | " + " | ".join(f"quality, {way} | actions, {way}" for way in ("hindsight", *others)) + " |",
        "|---|" + "---|" * (2 + 2 * len(others)),
    ]
    for i, one in enumerate(found):
        row = [
            str(each.learned[figure])
            for each in (one, *(several[i] for several in others.values()))
            for figure in ("quality", "actions")
        ]
        lines.append(f"| {one.noise} | " + " | ".join(row) + " |")
    return [*lines, ""]


def _adapting(gain: Gain) -> list[str]:
    """What a user's edits do for the user."""
    return [
        "## Adapting to a user",
        "",
        f"{len(HELD_OUT_USERS)} users drawn anew, in held-out documents, known by {HABITS.edits} edits of one episode;",
        "quality on two further episodes, and the gain with its 95 % interval over users. Training draws users of the",
        "same few thousand kinds, so it has met the habits of some, though never their episodes. The edits move four",
        "numbers of the user's and nothing else (`focalloc.learn.meta`). The policy was prepared for that with",
        f"{HABITS.rounds * HABITS.users} users, and its plan calibrated again; it is not the one that is shipped.",
        "",
        "| before | after | gain | |",
        "|---|---|---|---|",
        f"| {gain.before:.3f} | {gain.after:.3f} | {gain.gain} | {verdict(gain.gain, more_is_better=True)} |",
        "",
    ]


def main(out: Path) -> None:
    """Train, measure and write everything to ``out``.

    Raises:
        InvalidInput: ``out`` was begun with other code.
    """
    out.mkdir(parents=True, exist_ok=True)
    for stage, names in (("training", TRAINING), ("measuring", ())):
        if kept(out / f"{stage} code.json", partial(code, names)) != code(names):
            raise InvalidInput("out", str(out), f"was begun with other code of {stage}; give another folder")
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), alone) as pool:

        def everywhere(measure: Callable[[str], list[Comparison]]) -> list[dict[str, Any]]:
            return [asdict(one) for one in chain.from_iterable(pool.map(measure, NOISES))]

        policies = list(pool.map(partial(trained, out, "hindsight", SETTINGS), SEEDS))
        (out / "small.safetensors").write_bytes((out / f"hindsight {SEEDS[0]}.safetensors").read_bytes())
        digest = digest_of(tensors_of(policies[0]))

        def write(**more: Any) -> None:
            (out / "small.md").write_text(card(digest, found, **more), encoding="utf-8")

        measure = partial(comparisons, policies, list(RULES))
        found = _comparisons(kept(out / "figures.json", lambda: everywhere(measure)))
        write()
        saved = kept(out / "gain.json", lambda: asdict(pool.submit(adaptation, policies[0]).result()))
        gain = Gain(saved["before"], saved["after"], Interval(**saved["gain"]))
        write(gain=gain)
        measure = partial(at_production_terms, policies)
        production = _comparisons(kept(out / "production.json", lambda: everywhere(measure)))
        write(gain=gain, production=production)

        def ways() -> dict[str, list[dict[str, Any]]]:
            imitating = list(pool.map(partial(trained, out, "imitation", IMITATION), OTHER_SEEDS))
            reinforced = list(
                pool.map(partial(trained, out, "imitation, then PPO", REFINEMENT), OTHER_SEEDS, imitating)
            )
            return {
                way: everywhere(partial(comparisons, several, ["greedy"]))
                for way, several in (("imitation", imitating), ("then PPO", reinforced))
            }

        others = kept(out / "ways.json", ways)
        ways_found = {way: _comparisons(several) for way, several in others.items()}
        write(gain=gain, production=production, others=ways_found)


def alone() -> None:
    """Have a process use one thread, and leave out of garbage collections what is imported and stays."""
    torch.set_num_threads(1)
    gc.freeze()


def code(names: Sequence[str] = ()) -> str:
    """SHA-256 of these modules of this folder, or of all, in hexadecimal."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not names or path.stem in names:
            found.update(path.read_bytes())
    return found.hexdigest()


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """What ``make`` gave when it was first called for ``path``, as JSON keeps it."""
    if not path.exists():
        path.write_text(json.dumps(make(), indent=1))
    return json.loads(path.read_text())


def _comparisons(saved: list[dict[str, Any]]) -> list[Comparison]:
    return [
        Comparison(one["noise"], one["rules"], _intervals(one["learned"]), _intervals(one["forgetful"]))
        for one in saved
    ]


def _intervals(saved: dict[str, dict[str, float]]) -> dict[str, Interval]:
    return {name: Interval(**one) for name, one in saved.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
