"""What a focus is worth to a model: loss on the next bytes against the budget, for several ways to spend it.

``python -m focalloc.runtime.worth OUT`` trains small readers (`focalloc.runtime.reader`), has each read held-out text
in many ways, and writes ``worth.json``, ``worth.svg`` and the tables of ``runtime/worth.md`` to a folder. Needs the
extras ``learn`` and ``torch``.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.edits import Edits
from focalloc.fastpath.learned import SHIPPED
from focalloc.fastpath.policy_file import digest_of, load, tensors_of
from focalloc.runtime.context import Mode, WorkingContext
from focalloc.runtime.reader import (
    BYTES,
    GEOMETRY,
    Reader,
    Training,
    reference_text,
    tokens_of,
    trained,
    turning_back,
)
from focalloc.spec.blocks import Block, Context
from focalloc.spec.edits import Edit
from focalloc.spec.errors import InvalidInput
from focalloc.spec.params import Params
from focalloc.spec.scores import quantise

MODES: tuple[Mode, ...] = ("exact", "repair", "reuse")
WHOLE, LAST, RECENT, FORESEEN = "whole history", "last tokens", "gists by age", "foresight"
FOCUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "greedy": ("greedy", {}),
    "adaptive greedy": (
        "enhanced",
        {
            "strategy": "enhanced",
            "adaptive_window": 8,
            "tau_min": quantise(0.02),
            "tau_max": quantise(2.0),
            "tie_break": "recency",
        },
    ),
    "informed greedy": ("greedy", {"memory_shift": 1, "lean": quantise(2.0)}),
    "exact optimum": ("knapsack", {}),
    "learned policy": ("learned", {"memory_shift": 1}),
    FORESEEN: ("greedy", {}),
}
"""Ways that follow scores: their strategies and terms, those of the policy's card. All but one go by what the model
attends to; foresight is told what is read again, and is a limit, not a contestant."""
WAYS = (LAST, RECENT, *FOCUSED)

LASTS = 0.25
"""Share of the budget that the last tokens have for themselves, whatever is attended to."""

AHEAD = 64
"""Bytes that foresight looks ahead."""


@dataclass(frozen=True)
class Trial:
    """How the ways are compared.

    Attributes:
        sessions: passages of the held-out text, side by side.
        history: bytes that each has before it begins; a multiple of the largest span.
        read: bytes on which the loss is taken; in six of ten stretches of them something is read again.
        budgets: slots.
        repair: slots computed anew behind an edit, in mode ``repair``.
        seed: of where the passages begin, and of what is read again.
    """

    sessions: int = 16
    history: int = 384
    read: int = 256
    budgets: tuple[int, ...] = (48, 64, 96)
    repair: int = 8
    seed: int = 0


@dataclass(frozen=True)
class Measured:
    """What one way came to.

    Attributes:
        way: how the budget is spent.
        mode: what becomes of entries behind an edit.
        budget: slots.
        losses: of each session, nats per byte.
        shown: slots of a row, on average.
        computed: slots that the model computed after each block of eight bytes, on average.
    """

    way: str
    mode: str
    budget: int
    losses: tuple[float, ...]
    shown: float
    computed: float

    @property
    def loss(self) -> float:
        """Over all sessions, nats per byte."""
        return float(np.mean(self.losses))

    def less(self, other: Measured) -> tuple[float, float]:
        """What it loses more than another on the same bytes, and half the width of the 95 % interval over sessions."""
        more = np.subtract(self.losses, other.losses)
        return float(more.mean()), float(1.96 * more.std(ddof=1) / math.sqrt(len(more)))


class LastTokens:
    """The last tokens and nothing else, in an allocator's place: as many whole blocks as the budget holds.

    Args:
        budget: slots.
        end: token behind the history.
    """

    def __init__(self, budget: int, end: int) -> None:
        self.geometry, self.params = GEOMETRY, Params(w_max=budget)
        self._end, self._span = end, GEOMETRY.span(0)
        self._count = min(budget, end) // self._span

    @property
    def levels(self) -> NDArray[np.int64]:
        """All zero."""
        return np.zeros(self._count, np.int64)

    @property
    def starts(self) -> NDArray[np.int64]:
        """First tokens of the blocks."""
        return np.arange(self._end - self.used, self._end, self._span)

    @property
    def used(self) -> int:
        """Slots."""
        return self._count * self._span

    def unfilled(self) -> int:
        """None: its blocks are whole."""
        return 0

    def context(self) -> Context:
        """The blocks."""
        return tuple(Block(0, start) for start in self.starts.tolist())

    def write_positions(self, out: NDArray[np.int64], origin: int) -> NDArray[np.int64]:
        """As `Allocator.write_positions`."""
        out[: self.used] = np.arange(self._end - self.used, self._end) - origin
        return out[: self.used]

    def ingest(self, blocks: int, scores: ArrayLike, *, release: bool = True) -> Any:
        """As `Allocator.ingest`; what no longer fits is gone."""
        before, span = self.used, self._span
        self._end += blocks * span
        self._count = min(self._count + blocks, self.params.w_max // span)
        gone, came = before + blocks * span - self.used, tuple(self.context()[-blocks:])
        edits = [Edit(0, gone, 0, 0, ())] if gone else []
        edits.append(Edit(before, 0, before - gone, blocks * span, came))
        return _Plan(Edits(edits, before, GEOMETRY.block_slots))

    def step(self, scores: ArrayLike) -> Any:
        """Nothing ever comes into focus."""
        return _Plan(Edits([], self.used, GEOMETRY.block_slots))


@dataclass(frozen=True)
class _Plan:
    """What is asked of a plan here."""

    edits: Edits


def opened(way: str, budget: int, history: int) -> Allocator:
    """What decides, at the end of a history of which it shows the most recent part in detail."""
    if way == LAST:
        return cast(Allocator, LastTokens(budget, history))
    strategy, terms = FOCUSED.get(way, ("greedy", {}))
    params = Params(
        w_max=budget,
        protected_tokens=int(LASTS * budget),
        cooldown_steps=1,
        w_soft=budget - GEOMETRY.slots(0),  # room for the next block, whatever comes into focus
        soft_margin=2**30,
    )
    found = Allocator(GEOMETRY, replace(params, **terms), strategy)
    found.open(GEOMETRY, found.params, Allocator(GEOMETRY, params).layout(0, history))
    return found


@dataclass(frozen=True)
class Passage:
    """What a session reads.

    Attributes:
        tokens: their numbers.
        source: where each byte was read before, or -1.
    """

    tokens: torch.Tensor
    source: NDArray[np.int64]

    def foreseen(self, at: int, allocator: Allocator) -> NDArray[np.float32]:
        """Scores by what will be read again within `AHEAD` bytes from ``at`` on: 1 for a slot of it, -1 for others."""
        wanted = self.source[at : at + AHEAD]
        found = []
        for level, start in allocator.context():
            end = start + GEOMETRY.span(level)
            found += [1.0 if ((start <= wanted) & (wanted < end)).any() else -1.0] * GEOMETRY.slots(level)
        return np.array(found, np.float32)


def passages(trial: Trial) -> list[Passage]:
    """Passages of the text that is held out, in which a reader turns back."""
    _, held_out = reference_text()
    rng, length = np.random.default_rng([trial.seed, 1]), trial.history + trial.read
    found = []
    for start in rng.integers(0, len(held_out) - length, trial.sessions):
        read, source = turning_back(held_out[start : start + length], trial.history, rng)
        found.append(Passage(tokens_of(read), source))
    return found


@torch.no_grad()
def lived(
    reader: Reader, read: Sequence[Passage], way: str, mode: Mode, budget: int, trial: Trial
) -> tuple[NDArray[np.float64], float, float]:
    """Sessions that read on to their ends.

    Returns:
        The loss of each session, nats per byte; slots shown, and slots computed per block, on average.
    """
    allocators = [opened(way, budget, trial.history) for _ in read]
    texts = [one.tokens for one in read]
    context = WorkingContext(reader.model, allocators, reader.embed(texts), mode=mode, repair=trial.repair)
    loss, shown, computed = torch.zeros(len(texts)), 0, 0
    span, blocks = GEOMETRY.span(0), trial.read // GEOMETRY.span(0)
    for begin in range(trial.history, trial.history + trial.read, span):
        for at in range(begin, begin + span):
            came_next = torch.stack([text[at] for text in texts])
            loss += torch.nn.functional.cross_entropy(context.logits, came_next % BYTES, reduction="none")
            context.decode(came_next, watch=True)
        # the oldest leave where all that could be given up came into focus just now
        attended = zip(allocators, context.attention(), strict=True)
        came = [one.ingest(1, scores, release=True).edits for one, scores in attended]
        changed = []
        for one, passage, seen, edits in zip(allocators, read, context.attention(*came), came, strict=True):
            told = passage.foreseen(begin + span, one) if way == FORESEEN else seen
            # without a focus no slot is wanted more than another
            moved = one.step(told if way in FOCUSED else np.zeros_like(told))
            changed.append(edits.then(moved.edits))
        context.follow(*changed)
        shown, computed = shown + sum(context.lengths), computed + sum(context.computed)
    turns = blocks * len(texts)
    return (loss / trial.read).double().numpy(), shown / turns, computed / turns


Cell = tuple[str, Mode, int]
"""A way, a mode, and a budget: what is measured at once."""


def cells(trial: Trial, every_mode: bool) -> list[Cell]:
    """What a reader is measured in: the whole history, and every way with every budget, in mode ``exact`` or in all."""
    modes = MODES if every_mode else MODES[:1]
    ways: list[Cell] = [(way, mode, budget) for mode in modes for budget in trial.budgets for way in WAYS]
    return [(WHOLE, "exact", trial.history + trial.read), *ways]


def compared(reader: Reader, trial: Trial, wanted: Sequence[Cell]) -> Iterator[Measured]:
    """What a reader comes to, on the same bytes."""
    reader.model.eval()
    reader.model.set_attn_implementation("eager")  # only this one tells what it attends to
    read = passages(trial)
    for way, mode, budget in wanted:
        losses, shown, computed = lived(reader, read, LAST if way == WHOLE else way, mode, budget, trial)
        yield Measured(way, mode, budget, tuple(losses.tolist()), shown, computed)


def pooled(runs: Sequence[Sequence[Measured]]) -> list[Measured]:
    """What several readers came to, as one, in what all of them were measured in."""
    shared = [{(one.way, one.mode, one.budget): one for one in run} for run in runs]
    found = []
    for name in shared[0]:
        same = [run[name] for run in shared if name in run]
        if len(same) == len(runs):
            losses = tuple(loss for one in same for loss in one.losses)
            figures = (float(np.mean([getattr(one, figure) for one in same])) for figure in ("shown", "computed"))
            found.append(Measured(*name, losses, *figures))
    return found


def table(found: Sequence[Measured]) -> Iterator[str]:
    """The figures as lines of Markdown."""
    yield "| budget | way | mode | loss | behind the whole history | slots shown | computed per block |"
    yield "|---|---|---|---|---|---|---|"
    for one in found:
        behind = "{:.3f} ± {:.3f}".format(*one.less(found[0])) if one.way != WHOLE else ""
        slots = f"{one.shown:.0f} | {one.computed:.0f}"
        yield f"| {one.budget} | {one.way} | {one.mode} | {one.loss:.3f} | {behind} | {slots} |"


def contest(runs: Sequence[Sequence[Measured]], way: str = "learned policy", mode: Mode = "exact") -> Iterator[str]:
    """What one way loses more than each other, as lines of Markdown: less is better, below 0 it is the better one."""
    yield f"| budget | {way} less | loss | by reader |"
    yield "|---|---|---|---|"
    for budget in dict.fromkeys(one.budget for one in runs[0] if one.way == way):
        all_of_them, *each = (
            {one.way: one for one in run if (one.budget, one.mode) == (budget, mode)} for run in (pooled(runs), *runs)
        )
        for other in all_of_them:
            if other != way:
                more, half = all_of_them[way].less(all_of_them[other])
                single = ", ".join(f"{one[way].less(one[other])[0]:.3f}" for one in each)
                yield f"| {budget} | {other} | {more:.3f} ± {half:.3f} | {single} |"


def draw(found: Sequence[Measured], path: Path) -> None:
    """Loss against the budget in mode ``exact``: a line per way, and the whole history as a level."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    whole, *others = (one for one in found if one.mode == "exact")
    with rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "focalloc"}):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        ax = figure.subplots()
        ax.axhline(whole.loss, color="#1d2433", lw=1, ls=":", label=WHOLE)
        for i, way in enumerate(dict.fromkeys(one.way for one in others)):
            some = [one for one in others if one.way == way]
            line, budgets, losses = (
                "o--" if way == FORESEEN else "o-",
                [one.budget for one in some],
                [one.loss for one in some],
            )
            ax.plot(budgets, losses, line, ms=3, lw=1, color=f"C{i}", label=way)
        ax.set_xticks(sorted({one.budget for one in others}), minor=False)
        ax.set(xlabel="budget (slots)", ylabel="loss (nats per byte)")
        figure.legend(loc="outside right upper", fontsize="small", frameon=False)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def read_weights(reader: Reader, path: Path) -> None:
    """Put weights of `write_weights` into a reader of the same sizes."""
    kept: Mapping[str, Any] = torch.load(path, weights_only=True)
    reader.model.load_state_dict(kept["model"])
    reader.gists.load_state_dict(kept["gists"])


def write_weights(reader: Reader, path: Path) -> None:
    """Keep the weights of a reader."""
    torch.save({"model": reader.model.state_dict(), "gists": reader.gists.state_dict()}, path)


class Kept:
    """A reader and what it came to, in a folder; what lies there is not made again.

    Args:
        training: how it is trained.
        trial: what it is measured in.
        out: the folder.

    Raises:
        InvalidInput: what lies there was made on other terms.
    """

    def __init__(self, training: Training, trial: Trial, out: Path) -> None:
        self.training, self.trial = training, trial
        self._weights, self._figures = (out / f"reader-{training.seed}.{kind}" for kind in ("pt", "json"))
        self._terms = json.loads(json.dumps({"training": asdict(training), "trial": asdict(trial)}))
        saved = json.loads(self._figures.read_text(encoding="utf-8")) if self._figures.exists() else self._terms
        self.measured = [Measured(**one | {"losses": tuple(one["losses"])}) for one in saved.pop("measured", [])]
        if saved != self._terms:
            raise InvalidInput("out", str(out), "was begun on other terms; give another folder")

    def reader(self) -> Reader:
        """The reader, trained."""
        if self._weights.exists():
            reader = Reader(self.training)
            read_weights(reader, self._weights)
        else:
            reader = trained(self.training, lambda i, loss: print(f"update {i}: {loss:.3f}") if i % 50 == 0 else None)
            write_weights(reader, self._weights)
        return reader

    def go_on(self, every_mode: bool) -> None:
        """Measure what is not measured yet, and print it."""
        done = {(one.way, one.mode, one.budget) for one in self.measured}
        for one in compared(
            self.reader(), self.trial, [one for one in cells(self.trial, every_mode) if one not in done]
        ):
            self.measured.append(one)
            saved = self._terms | {"measured": [asdict(one) for one in self.measured]}
            self._figures.write_text(json.dumps(saved, indent=1) + "\n", encoding="utf-8")
            print(list(table([self.measured[0], one]))[-1], flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, measure, and write tables and a picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder; what lies there is not made again")
    parser.add_argument("--readers", type=int, default=3, help="to train; the first reads in every mode")
    parser.add_argument("--updates", type=int, default=Training.updates)
    parser.add_argument("--drills", type=int, default=Training.drills)
    parser.add_argument("--sessions", type=int, default=Trial.sessions)
    parser.add_argument("--threads", type=int, default=2)
    told = parser.parse_args(arguments)
    torch.set_num_threads(told.threads)
    told.out.mkdir(parents=True, exist_ok=True)
    readers = [
        Kept(
            Training(drills=told.drills, updates=told.updates, seed=seed),
            Trial(sessions=told.sessions, seed=seed),
            told.out,
        )
        for seed in range(told.readers)
    ]
    for i, one in enumerate(readers):
        one.go_on(every_mode=i == 0)
    runs = [one.measured for one in readers]
    whole, *others = runs[0]
    modes = sorted(others, key=lambda one: (one.budget, WAYS.index(one.way), MODES.index(one.mode)))
    policy = f"- Policy: `{digest_of(tensors_of(load(SHIPPED)))}`."
    tables = [policy, "", *table(pooled(runs)), "", *contest(runs), "", *table([whole, *modes])]
    (told.out / "worth.md").write_text("\n".join(tables) + "\n", encoding="utf-8")
    draw(pooled(runs), told.out / "worth.svg")


if __name__ == "__main__":
    main()
