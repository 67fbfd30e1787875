"""``focalloc train``: train a policy in the simulator, and say how it compares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from focalloc.cli.options import Json, choice

if TYPE_CHECKING:
    from rich.table import Table

    from focalloc.learn.policy import Policy
    from focalloc.learn.simulator import Scenario
    from focalloc.learn.texts import Text

METHODS = ("imitate", "gumbel", "reinforce", "ppo")
"""Those of `focalloc.learn.training`, which takes PyTorch to be read."""

TEACHERS = ("clairvoyant", "optimum", "recorded")

FIGURES = ("quality", "used", "actions", "reversals", "milliseconds")
"""What is compared in the end, per iteration."""

CALIBRATION = 8
"""Training episodes on which the policy's fondness for keeping is chosen."""


def train(
    out: Annotated[Path, typer.Argument(help="Folder for the policy, checkpoints and curves; made if need be.")],
    method: Annotated[str, choice("How to learn.", METHODS)] = "imitate",
    updates: Annotated[int, typer.Option(min=1, help="Updates by that method.")] = 60,
    warm_up: Annotated[int, typer.Option(min=0, help="Updates of imitation before it.")] = 0,
    teacher: Annotated[
        str, choice("Whom to imitate; recorded in traces only, clairvoyant in the simulator only.", TEACHERS)
    ] = "",
    episodes: Annotated[int, typer.Option(min=1, help="Episodes per update.")] = 16,
    learning_rate: Annotated[float, typer.Option(help="Step size of Adam at the beginning.")] = 1e-3,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything.")] = 0,
    texts: Annotated[
        Path | None, typer.Option(help="Folder of text to work in; by default Python's own language reference.")
    ] = None,
    traces: Annotated[
        Path | None, typer.Option(help="A recorded trace, or a folder of them, to imitate in place of the simulator.")
    ] = None,
    begin_with: Annotated[Path | None, typer.Option("--from", help="A policy to go on from.")] = None,
    hidden: Annotated[int, typer.Option(min=1, help="Width of a new network.")] = 32,
    layers: Annotated[int, typer.Option(min=0, help="Encoder layers of a new network.")] = 2,
    heads: Annotated[int, typer.Option(min=1, help="Attention heads of a new network.")] = 2,
    measure: Annotated[int, typer.Option(min=0, help="Held-out episodes per noise setting to compare on.")] = 4,
    as_json: Json = False,
) -> None:
    """Train a policy and write it to OUT/policy.safetensors, which runs without PyTorch.

    A run that was interrupted goes on from its last update when it is repeated with the same options. Every fourth
    document is held out of training and used for the comparison at the end. Traces are those that
    `focalloc.Recorder` writes in production; they are imitated, and of the simulator only the comparison is left.
    """
    import torch

    from focalloc.cli.terminal import output, print_json, progress
    from focalloc.learn.curves import draw
    from focalloc.learn.measure import calibrated
    from focalloc.learn.network import restored
    from focalloc.learn.policy import PolicyConfig, load
    from focalloc.learn.recorded import Recording
    from focalloc.learn.rollouts import Source
    from focalloc.learn.simulator import Scenario
    from focalloc.learn.texts import folder, language_reference, part
    from focalloc.learn.training import Figures, Settings
    from focalloc.learn.training import train as run

    torch.set_num_threads(1)
    recording = None if traces is None else Recording.of(traces, teacher or "recorded")
    teacher = "clairvoyant" if recording is not None or not teacher else teacher
    last = Settings(
        method=method,  # type: ignore[arg-type]  # checked there
        seed=seed,
        updates=updates,
        teacher=teacher,
        episodes=episodes,
        learning_rate=learning_rate,
        estimating=updates // 6 if warm_up or begin_with else 0,
    )
    stages = {method: last}
    if warm_up:
        stages = {"warm-up": Settings(seed=seed, updates=warm_up, teacher=teacher, episodes=episodes), method: last}
    documents = language_reference() if texts is None else folder(texts)
    source = Source(Scenario(), part(documents, "train"))
    network = None if begin_with is None else restored(load(begin_with))
    config = PolicyConfig(hidden=hidden, layers=layers, heads=heads)
    out.mkdir(parents=True, exist_ok=True)

    histories: dict[str, list[Figures]] = {}
    with progress() as bar:
        for stage, settings in stages.items():
            task = bar.add_task(stage, total=settings.updates)
            done = run(
                settings,
                source if recording is None else recording,
                config,
                network,
                out / f"{stage}.checkpoint",
                lambda number, _, task=task: bar.update(task, completed=number),  # type: ignore[misc]
            )
            network, histories[stage] = done.network, done.history
    assert network is not None
    policy, margin = network.exported(), 0.0
    if recording is None:  # traces do not say what was needed, so nothing says how active to be
        policy, margin = calibrated(policy, source, last.weights, range(seed, seed + CALIBRATION))
    policy.save(out / "policy.safetensors", seed=str(seed), method=method, margin=str(margin))
    draw(histories, out / "curves.svg")

    rows = _compared(policy, source.scenario, part(documents, "held-out"), measure) if measure else []
    if as_json:
        print_json({"policy": str(out / "policy.safetensors"), "seed": seed, "margin": margin, "compared": rows})
        return
    console = output()
    console.print(f"policy {out / 'policy.safetensors'}, curves {out / 'curves.svg'}, seed {seed}", soft_wrap=True)
    if rows:
        console.print(_table(rows, measure))


def _compared(policy: Policy, scenario: Scenario, texts: list[Text], episodes: int) -> list[dict[str, Any]]:
    """The policy beside the rules, per noise setting."""
    from focalloc.cli.terminal import tracked
    from focalloc.learn.measure import compared
    from focalloc.learn.simulator import NOISES

    rows = []
    for name, noise in tracked(NOISES.items(), len(NOISES), "comparing"):
        (found,) = compared([policy], scenario, texts, episodes, {name: noise})
        means = dict(found.rules) | {"learned": {figure: one.mean for figure, one in found.learned.items()}}
        rows += [
            {"lens": name, "rule": rule} | {one: figures[one] for one in FIGURES} for rule, figures in means.items()
        ]
    return rows


def _table(rows: list[dict[str, Any]], episodes: int) -> Table:
    from focalloc.cli.terminal import table

    headings = ("quality", "used", "actions", "reversals", "ms")
    title = f"held-out documents, {episodes} episodes per lens; means per iteration"
    shown = table(("lens", "rule"), headings, title=title)
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        last = after is not None and after["lens"] != row["lens"]
        shown.add_row(row["lens"], row["rule"], *(f"{row[one]:.2f}" for one in FIGURES), end_section=last)
    return shown
