"""``focalloc train``: train a policy in the simulator, and say how it compares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from focalloc.learn.policy import Policy
    from focalloc.learn.simulator import Scenario
    from focalloc.learn.texts import Text

CALIBRATION = 8
"""Training episodes on which the policy's fondness for keeping is chosen."""


def train(
    out: Annotated[Path, typer.Argument(help="Folder for the policy, checkpoints and curves; made if need be.")],
    method: Annotated[str, typer.Option(help="imitate, gumbel, reinforce or ppo.")] = "imitate",
    updates: Annotated[int, typer.Option(min=1, help="Updates by that method.")] = 60,
    warm_up: Annotated[int, typer.Option(min=0, help="Updates of imitation before it.")] = 0,
    teacher: Annotated[
        str, typer.Option(help="Whom to imitate: clairvoyant or optimum; in traces recorded or optimum.")
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
) -> None:
    """Train a policy and write it to OUT/policy.safetensors, which runs without PyTorch.

    A run that was interrupted goes on from its last update when it is repeated with the same options. Every fourth
    document is held out of training and used for the comparison at the end. Traces are those that
    `focalloc.Recorder` writes in production; they are imitated, and of the simulator only the comparison is left.
    """
    import torch

    from focalloc.cli.terminal import output, progress
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

    console = output()
    console.print(f"policy {out / 'policy.safetensors'}, curves {out / 'curves.svg'}, seed {seed}")
    if measure:
        _compare(policy, source.scenario, part(documents, "held-out"), measure)


def _compare(policy: Policy, scenario: Scenario, texts: list[Text], episodes: int) -> None:
    """Print the policy beside the rules, per noise setting."""
    from rich.table import Table

    from focalloc.cli.terminal import output, tracked
    from focalloc.learn.measure import compared
    from focalloc.learn.simulator import NOISES

    table = Table(title=f"held-out documents, {episodes} episodes per lens; means per iteration")
    for name in ("lens", "rule", "quality", "used", "actions", "reversals", "ms"):
        table.add_column(name, justify="left" if name in ("lens", "rule") else "right")
    for name, noise in tracked(NOISES.items(), len(NOISES), "comparing"):
        (found,) = compared([policy], scenario, texts, episodes, {name: noise})
        rows = dict(found.rules) | {"learned": {figure: one.mean for figure, one in found.learned.items()}}
        for rule, figures in rows.items():
            shown = [figures[figure] for figure in ("quality", "used", "actions", "reversals", "milliseconds")]
            table.add_row(name, rule, *(f"{value:.2f}" for value in shown))
        table.add_section()
    output().print(table)
