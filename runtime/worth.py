"""What a focus is worth to a model: loss on the next bytes against the budget, for several ways to spend it.

``python -m focalloc.runtime.worth OUT`` trains a small reader (`focalloc.runtime.reader`), has it read held-out text in
many ways, and writes ``worth.json`` and ``worth.svg`` to a folder; what came out is on ``runtime/worth.md``. Needs the
extras ``learn`` and ``torch``.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from focalloc.fastpath.allocator import Allocator
from focalloc.fastpath.edits import Edits
from focalloc.runtime.context import Mode, WorkingContext
from focalloc.runtime.reader import GEOMETRY, Reader, Training, reference_text, trained
from focalloc.spec.blocks import Block, Context
from focalloc.spec.edits import Edit
from focalloc.spec.errors import NoRoom
from focalloc.spec.params import Params

MODES: tuple[Mode, ...] = ("exact", "repair", "reuse")
WHOLE, LAST, RECENT = "whole history", "last tokens", "gists by age"
FOCUSED = {"greedy": "greedy", "exact optimum": "knapsack", "learned policy": "learned"}
"""Ways that follow what the model attends to, and their strategies."""

LASTS = 0.5
"""Share of the budget that the last tokens have for themselves, whatever is attended to."""


@dataclass(frozen=True)
class Trial:
    """How the ways are compared.

    Attributes:
        sessions: passages of the held-out text, side by side.
        history: bytes that each has before it begins; a multiple of the largest span.
        read: bytes on which the loss is taken.
        budgets: slots.
        repair: slots computed anew behind an edit, in mode ``repair``.
    """

    sessions: int = 12
    history: int = 256
    read: int = 256
    budgets: tuple[int, ...] = (32, 48, 64, 128)
    repair: int = 8


@dataclass(frozen=True)
class Measured:
    """What one way came to.

    Attributes:
        way: how the budget is spent.
        mode: what becomes of entries behind an edit.
        budget: slots.
        loss: nats per byte, over all sessions.
        behind: loss less that of the whole history, on the same bytes; nats per byte.
        error: standard error of that, over sessions.
        shown: slots of a row, on average.
        computed: slots that the model computed after each block of eight bytes, on average.
    """

    way: str
    mode: str
    budget: int
    loss: float
    behind: float
    error: float
    shown: float
    computed: float


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

    def ingest(self, blocks: int, scores: ArrayLike) -> Any:
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
    params = Params(
        w_max=budget,
        protected_tokens=int(LASTS * budget),
        cooldown_steps=1,
        w_soft=budget - GEOMETRY.slots(0),  # room for the next block, whatever comes into focus
        soft_margin=2**30,
    )
    found = Allocator(GEOMETRY, params, FOCUSED.get(way, "greedy"))
    found.open(GEOMETRY, found.params, Allocator(GEOMETRY, params).layout(0, history))
    return found


@torch.no_grad()
def lived(
    reader: Reader, texts: Sequence[torch.Tensor], way: str, mode: Mode, budget: int, trial: Trial
) -> tuple[NDArray[np.float64], float, float]:
    """Sessions that read on to their ends.

    Returns:
        The loss of each session, nats per byte; slots shown, and slots computed per block, on average.
    """
    allocators = [opened(way, budget, trial.history) for _ in texts]
    context = WorkingContext(reader.model, allocators, reader.embed(texts), mode=mode, repair=trial.repair)
    loss, shown, computed = torch.zeros(len(texts)), 0, 0
    span, blocks = GEOMETRY.span(0), trial.read // GEOMETRY.span(0)
    for begin in range(trial.history, trial.history + trial.read, span):
        for at in range(begin, begin + span):
            read = torch.stack([text[at] for text in texts])
            loss += torch.nn.functional.cross_entropy(context.logits, read, reduction="none")
            context.decode(read, watch=True)
        seen, changed = context.attention(), list[Edits]()
        came = [one.ingest(1, scores).edits for one, scores in zip(allocators, seen, strict=True)]
        for one, scores, edits in zip(allocators, context.attention(*came), came, strict=True):
            # without a focus no slot is wanted more than another
            moved = one.step(scores if way in FOCUSED else np.zeros_like(scores))
            changed.append(edits.then(moved.edits))
        context.follow(*changed)
        shown, computed = shown + sum(context.lengths), computed + sum(context.computed)
    turns = blocks * len(texts)
    return (loss / trial.read).double().numpy(), shown / turns, computed / turns


def compared(reader: Reader, trial: Trial, modes: Sequence[Mode] = MODES) -> Iterator[Measured]:
    """Every way in every mode with every budget, on the same bytes; one that runs out of room is left out."""
    reader.model.eval()
    reader.model.set_attn_implementation("eager")  # only this one tells what it attends to
    _, held_out = reference_text()
    length = trial.history + trial.read
    starts = np.linspace(0, len(held_out) - length, trial.sessions).astype(int)
    texts = [held_out[start : start + length] for start in starts]
    whole, shown, computed = lived(reader, texts, LAST, "exact", length, trial)
    yield Measured(WHOLE, "exact", length, float(whole.mean()), 0.0, 0.0, shown, computed)
    for budget in trial.budgets:
        for way in (LAST, RECENT, *FOCUSED):
            for mode in modes:
                try:
                    loss, shown, computed = lived(reader, texts, way, mode, budget, trial)
                except NoRoom:  # what came into focus may not be given up yet, and the last tokens have the rest
                    continue
                behind = loss - whole
                error = float(behind.std(ddof=1) / math.sqrt(len(behind)))
                yield Measured(way, mode, budget, float(loss.mean()), float(behind.mean()), error, shown, computed)


def table(found: Iterable[Measured]) -> Iterator[str]:
    """The figures as lines of Markdown."""
    yield "| budget | way | mode | loss | behind the whole history | slots shown | computed per block |"
    yield "|---|---|---|---|---|---|---|"
    for one in found:
        behind = f"{one.behind:.3f} ± {one.error:.3f}" if one.way != WHOLE else ""
        slots = f"{one.shown:.0f} | {one.computed:.0f}"
        yield f"| {one.budget} | {one.way} | {one.mode} | {one.loss:.3f} | {behind} | {slots} |"


def draw(found: Sequence[Measured], path: Path) -> None:
    """One panel per mode: loss against the budget, a line per way, and the whole history as a level."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    (whole,) = (one for one in found if one.way == WHOLE)
    modes = list(dict.fromkeys(one.mode for one in found))
    with rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "focalloc"}):
        figure = Figure(figsize=(3.2 * len(modes), 3.2), layout="constrained")
        for ax, mode in zip(figure.subplots(1, len(modes), sharey=True, squeeze=False)[0], modes, strict=True):
            ax.axhline(whole.loss, color="#1d2433", lw=1, ls=":", label=WHOLE)
            for i, way in enumerate(dict.fromkeys(one.way for one in found if one.way != WHOLE)):
                some = [one for one in found if (one.way, one.mode) == (way, mode)]
                ax.plot(
                    [one.budget for one in some], [one.loss for one in some], "o-", ms=3, lw=1, color=f"C{i}", label=way
                )
            ax.set_xscale("log", base=2)
            ax.set_xticks(sorted({one.budget for one in found if one.way != WHOLE}), minor=False)
            ax.xaxis.set_major_formatter("{x:.0f}")
            ax.set(title=mode, xlabel="budget (slots)")
        figure.axes[0].set_ylabel("loss (nats per byte)")
        figure.axes[0].legend(fontsize="x-small", frameon=False)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def read_weights(reader: Reader, path: Path) -> None:
    """Put weights of `write_weights` into a reader of the same sizes."""
    kept: Mapping[str, Any] = torch.load(path, weights_only=True)
    reader.model.load_state_dict(kept["model"])
    reader.gists.load_state_dict(kept["gists"])


def write_weights(reader: Reader, path: Path) -> None:
    """Keep the weights of a reader."""
    torch.save({"model": reader.model.state_dict(), "gists": reader.gists.state_dict()}, path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, compare, print a table, and write figures and picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder; a reader that lies there is not trained again")
    parser.add_argument("--updates", type=int, default=Training.updates)
    parser.add_argument("--sessions", type=int, default=Trial.sessions)
    parser.add_argument("--threads", type=int, default=2)
    told = parser.parse_args(arguments)
    torch.set_num_threads(told.threads)
    told.out.mkdir(parents=True, exist_ok=True)
    training, trial, kept = Training(updates=told.updates), Trial(sessions=told.sessions), told.out / "reader.pt"
    if kept.exists():
        reader = Reader(training)
        read_weights(reader, kept)
    else:
        reader = trained(training, lambda i, loss: print(f"update {i}: {loss:.3f}") if i % 50 == 0 else None)
        write_weights(reader, kept)
    found = list[Measured]()
    for one in compared(reader, trial):
        found.append(one)
        print(*list(table(found))[-1 if len(found) > 1 else 0 :], sep="\n", flush=True)
    (told.out / "worth.json").write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    draw(found, told.out / "worth.svg")


if __name__ == "__main__":
    main()
