"""``focalloc train``: train a policy in the simulator, and say how it compares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from focalloc.cli.options import Json, choice

if TYPE_CHECKING:
    from rich.table import Table

    from focalloc.learn.simulator import Scenario
    from focalloc.learn.texts import Text
    from focalloc.spec.policy import Policy

METHODS = ("hindsight", "imitate", "gumbel", "reinforce", "ppo")
"""Those of `focalloc.learn.training`, which takes PyTorch to be read."""

TEACHERS = ("clairvoyant", "optimum", "recorded")

FIGURES = ("quality", "used", "actions", "reversals", "milliseconds")
"""What is compared in the end, per iteration."""


def train(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder for the policy, checkpoints and curves; made if need be.")
    ],
    method: Annotated[str, choice("How to learn; by default hindsight, from traces imitate.", METHODS)] = "",
    updates: Annotated[int, typer.Option(min=1, help="Updates by that method.")] = 24,
    warm_up: Annotated[int, typer.Option(min=0, help="Updates of imitation before it.")] = 0,
    teacher: Annotated[
        str, choice("Whom to imitate; recorded in traces only, clairvoyant in the simulator only.", TEACHERS)
    ] = "",
    episodes: Annotated[int, typer.Option(min=1, help="Episodes per update.")] = 48,
    learning_rate: Annotated[float, typer.Option(help="Step size of Adam at the beginning.")] = 3e-3,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything.")] = 0,
    texts: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Of text to work in; by default Python's own language reference."),
    ] = None,
    traces: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="A recorded trace, or a folder of them, to imitate in place of the simulator."
        ),
    ] = None,
    begin_with: Annotated[Path | None, typer.Option("--from", metavar="FILE", help="A policy to go on from.")] = None,
    hidden: Annotated[int, typer.Option(min=1, max=64, help="Activations per item of a new network.")] = 32,
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
    from focalloc.fastpath.policy_file import load
    from focalloc.learn.course import Course
    from focalloc.learn.recorded import Recording
    from focalloc.learn.rollouts import Source
    from focalloc.learn.simulator import Scenario
    from focalloc.learn.texts import folder, language_reference, part
    from focalloc.learn.training import Settings

    torch.set_num_threads(1)
    recording = None if traces is None else Recording.of(traces, teacher or "recorded")
    settings = Settings(
        method=method or ("hindsight" if recording is None else "imitate"),  # type: ignore[arg-type]  # checked there
        seed=seed,
        updates=updates,
        teacher="clairvoyant" if recording is not None or not teacher else teacher,
        episodes=episodes,
        learning_rate=learning_rate,
    )
    documents = language_reference() if texts is None else folder(texts)
    course = Course(settings, warm_up, None if begin_with is None else load(begin_with), hidden)
    with progress() as bar:
        tasks = {stage: bar.add_task(stage, total=one.updates) for stage, one in course.stages.items()}
        done = course.run(
            recording or Source(Scenario(), part(documents, "train")),
            out,
            lambda stage, number: bar.update(tasks[stage], completed=number),
        )
    rows = _compared(done.policy, Scenario(), part(documents, "held-out"), measure) if measure else []
    if as_json:
        print_json({"policy": str(done.file), "seed": seed, "compared": rows})
        return
    console = output()
    console.print(f"policy {done.file}, curves {done.curves}, seed {seed}", soft_wrap=True)
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
