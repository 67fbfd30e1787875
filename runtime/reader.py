"""A small language model of bytes and the gists that it reads, trained together on the spot.

It is there to measure with (`focalloc.runtime.worth`), and shows how gists can be learned: a gist is made from the
embeddings of what it stands for, goes through the model as any other row does, and is right if the bytes behind it are
foreseen. Nothing is downloaded: the text is the language reference that every CPython carries. Its reader turns back
now and then and reads again what was read before, so that there is something to find in a history.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import LlamaConfig, LlamaForCausalLM

from focalloc.runtime.context import Embed
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block, positions
from focalloc.spec.geometry import Geometry

GEOMETRY = Geometry((8, 8))
"""A gist of eight bytes, and one of eight of those."""

BYTES = 256
"""Bytes that there are."""

KNOWN = 3
"""Bytes that a token knows: its own, and those just before it. A large model learns in its first layers to look back by
some tokens, which is what it takes to recall; one that is trained in minutes is given it."""

HELD_OUT = 0.1
"""Share of the text, its end, that no training sees."""


def reference_text() -> tuple[torch.Tensor, torch.Tensor]:
    """The bytes of Python's language reference: what is trained on, and what is held out."""
    from pydoc_data.topics import topics

    whole = "\n\n".join(topics[name].strip() for name in sorted(topics)).encode()
    split = int(len(whole) * (1 - HELD_OUT))
    return tuple(torch.tensor(list(part)) for part in (whole[:split], whole[split:]))  # type: ignore[return-value]


def tokens_of(text: torch.Tensor) -> torch.Tensor:
    """Numbers of the tokens of bytes, along the last axis; the byte of a token is its number modulo `BYTES`."""
    before = (torch.nn.functional.pad(text, (back, 0))[..., : text.shape[-1]] for back in range(KNOWN))
    return sum((one << 8 * back for back, one in enumerate(before)), torch.zeros_like(text))


def turning_back(text: torch.Tensor, begin: int, rng: np.random.Generator) -> tuple[torch.Tensor, NDArray[np.int64]]:
    """A passage whose reader turns back: from ``begin`` on, six of ten stretches are what was read before.

    Stretches have 64 to 128 bytes and begin anywhere; what is read again is as likely from one place as from another.

    Returns:
        What is read, and where each byte was read before, or -1.
    """
    read, source, at = text.clone(), np.full(len(text), -1), begin
    while at < len(read):
        length = min(int(rng.integers(64, 129)), len(read) - at)
        if rng.random() < 0.6 and at >= length:
            first = int(rng.integers(0, at - length + 1))
            read[at : at + length] = read[first : first + length].clone()
            source[at : at + length] = np.arange(first, first + length)
        at += length
    return read, source


class Tokens(torch.nn.Module):
    """Embeddings of tokens: the sum of one for each byte that they know."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.parts = torch.nn.ModuleList(torch.nn.Embedding(BYTES, width) for _ in range(KNOWN))
        for part in self.parts:
            torch.nn.init.normal_(cast(torch.Tensor, part.weight), 0, SPREAD)

    @property
    def weight(self) -> torch.Tensor:
        """Embeddings of the bytes themselves."""
        return cast(torch.Tensor, self.parts[0].weight)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Rows for the numbers of tokens."""
        rows = [part(tokens >> 8 * back & BYTES - 1) for back, part in enumerate(self.parts)]
        return torch.stack(rows).sum(0)


SPREAD = 0.1
"""Standard deviation of weights at first; with the usual 0.02 a model this narrow is long in finding anything."""


class Gists(torch.nn.Module):
    """Gists of each level: the rows of their parts added up, so that what looks for one of them finds the gist at
    first already, and a perceptron over them.

    Args:
        width: of the model's embeddings.
        geometry: shape of the tree; gists take one slot.
    """

    def __init__(self, width: int, geometry: Geometry = GEOMETRY) -> None:
        super().__init__()
        self.levels = torch.nn.ModuleList(
            torch.nn.Sequential(
                torch.nn.Linear(arity * width, 2 * width), torch.nn.GELU(), torch.nn.Linear(2 * width, width)
            )
            for arity in geometry.arity
        )
        self._arity = geometry.arity

    def forward(self, rows: torch.Tensor, level: int) -> torch.Tensor:
        """A gist for each block of ``level``, from the embeddings of its tokens; ``(blocks, span, width)``."""
        for arity, layer in zip(self._arity[:level], self.levels, strict=False):
            parts = rows.reshape(len(rows), -1, arity, rows.shape[2])
            rows = parts.sum(2) / math.sqrt(arity) + layer(parts.flatten(2))
        return rows[:, 0]


@dataclass(frozen=True)
class Training:
    """How a reader is trained.

    Attributes:
        drills: updates on random bytes that repeat, by which it learns to recall; they come first.
        updates: updates on passages of the text.
        slots: rows of embeddings per update on passages, all of them together.
        passage: bytes of a passage.
        begun: bytes of it before its reader first turns back.
        budgets: slots of a row, one of them drawn for each update; passages are seen whole in every third update.
        width: of the embeddings.
        layers: of the model.
        rate: the highest learning rate.
        seed: of weights and passages.
    """

    drills: int = 450
    updates: int = 500
    slots: int = 3072
    passage: int = 640
    begun: int = 192
    budgets: tuple[int, ...] = (64, 128, 256)
    width: int = 64
    layers: int = 2
    rate: float = 3e-3
    seed: int = 0

    def share(self, update: int) -> float:
        """Learning rate of an update, drills counted, as a share of the highest: it rises, stays, and falls at last."""
        fallen = max(0, update - self.drills) / max(1, self.updates)
        return min(1.0, (update + 1) / 30) * (0.02 + 0.49 * (1 + math.cos(math.pi * fallen)))


class Reader:
    """A model of bytes with its gists.

    Args:
        training: gives the sizes and the seed of the weights; nothing is trained yet.

    Attributes:
        model: the language model; it takes tokens (`tokens_of`) and foresees bytes.
        gists: what makes its gists.
    """

    def __init__(self, training: Training) -> None:
        torch.manual_seed(training.seed)
        sizes = {"hidden_size": training.width, "intermediate_size": 3 * training.width, "initializer_range": SPREAD}
        shape = {"num_hidden_layers": training.layers, "num_attention_heads": 4, "max_position_embeddings": 2**16}
        self.model = LlamaForCausalLM(LlamaConfig(vocab_size=BYTES, **sizes, **shape)).eval()
        self.model.set_input_embeddings(Tokens(training.width))
        self.gists = Gists(training.width)

    def rows(self, text: torch.Tensor, blocks: Sequence[Block]) -> torch.Tensor:
        """Embeddings of ``blocks`` of a text of tokens, a row per slot."""
        table, found = self.model.get_input_embeddings(), [torch.empty(0)] * len(blocks)
        for level in {block.level for block in blocks}:
            own = [i for i, block in enumerate(blocks) if block.level == level]
            span = GEOMETRY.span(level)
            tokens = torch.stack([text[blocks[i].start : blocks[i].start + span] for i in own])
            made = table(tokens) if level == 0 else self.gists(table(tokens), level)[:, None]
            for i, one in zip(own, made, strict=True):
                found[i] = one
        return torch.cat(found)

    def embed(self, texts: Sequence[torch.Tensor]) -> Embed:
        """What a `focalloc.runtime.context.WorkingContext` asks for blocks of sessions over these texts."""
        return lambda session, blocks: self.rows(texts[session], blocks)

    def loss(self, texts: Sequence[torch.Tensor], contexts: Sequence[Sequence[Block]]) -> torch.Tensor:
        """Mean negative logarithm, in nats, of what the model gives each byte that is shown as itself."""
        shown = [self.rows(text, blocks) for text, blocks in zip(texts, contexts, strict=True)]
        longest = max(map(len, shown))
        rows = torch.zeros(len(shown), longest, shown[0].shape[1])
        at, mask = torch.zeros(2, len(shown), longest, dtype=torch.long)
        wanted = torch.full((len(shown), longest), -100)
        for i, (text, blocks, own) in enumerate(zip(texts, contexts, shown, strict=True)):
            begin = longest - len(own)  # padded on the left, as a working context is
            rows[i, begin:], mask[i, begin:] = own, 1
            at[i, begin:] = torch.tensor(positions(GEOMETRY, blocks))
            slot = begin
            for level, start in blocks:
                if level == 0:
                    span = GEOMETRY.span(0)
                    wanted[i, slot : slot + span] = text[start : start + span] % BYTES
                slot += GEOMETRY.slots(level)
        said = self.model(inputs_embeds=rows, position_ids=at, attention_mask=mask, use_cache=False).logits
        return torch.nn.functional.cross_entropy(said[:, :-1].flatten(0, 1), wanted[:, 1:].flatten())


def any_context(passage: int, budget: int, rng: np.random.Generator) -> list[Block]:
    """A context of a passage that ends in detail and has as much more of it anywhere as the budget allows."""
    top, span = GEOMETRY.top, GEOMETRY.span(0)
    tail = span * int(rng.integers(2, 1 + max(2, min(16, budget // span // 4))))
    begins = (passage - tail) // GEOMETRY.span(top) * GEOMETRY.span(top)
    blocks = [Block(top, start) for start in range(0, begins, GEOMETRY.span(top))]
    blocks += [Block(1, start) for start in range(begins, passage - tail, span)]
    room = budget - len(blocks) - tail
    while fit := [i for i, (level, _) in enumerate(blocks) if level and GEOMETRY.delta(level) <= room]:
        i = int(rng.choice(fit))
        room -= GEOMETRY.delta(blocks[i].level)
        blocks[i : i + 1] = family(GEOMETRY, blocks[i])
    return blocks + [Block(0, start) for start in range(passage - tail, passage, span)]


def _drills(training: Training, rng: np.random.Generator) -> torch.Tensor:
    """Rows of 64 random bytes; each repeats its first 4 to 24 over and over."""
    periods = rng.integers(4, 25, 32)
    return torch.from_numpy(np.stack([np.resize(rng.integers(0, BYTES, period), 64) for period in periods]))


def _lessons(reader: Reader, training: Training, rng: np.random.Generator) -> Iterator[torch.Tensor]:
    """The loss of each update."""
    text, _ = reference_text()
    for _ in range(training.drills):
        drill = _drills(training, rng)
        said = reader.model(tokens_of(drill), use_cache=False).logits
        yield torch.nn.functional.cross_entropy(said[:, 24:-1].flatten(0, 1), drill[:, 25:].flatten())
    whole = [Block(0, start) for start in range(0, training.passage, GEOMETRY.span(0))]
    for update in range(training.updates):
        budget = training.passage if update % 3 == 0 else int(rng.choice(training.budgets))
        starts = rng.integers(0, len(text) - training.passage, max(1, training.slots // budget))
        passages = [text[start : start + training.passage] for start in starts]
        texts = [tokens_of(turning_back(one, training.begun, rng)[0]) for one in passages]
        contexts = [whole if update % 3 == 0 else any_context(training.passage, budget, rng) for _ in texts]
        yield reader.loss(texts, contexts)


def trained(training: Training, told: Callable[[int, float], None] = lambda update, loss: None) -> Reader:
    """A reader, trained to recall, and then on passages of the text in random contexts.

    Args:
        training: how.
        told: is called after each update with its number and its loss.
    """
    reader, rng = Reader(training), np.random.default_rng(training.seed)
    weights = [*reader.model.parameters(), *reader.gists.parameters()]
    optimiser = torch.optim.AdamW(weights, training.rate, (0.9, 0.95), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, training.share)
    for update, loss in enumerate(_lessons(reader, training, rng)):
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        told(update, float(loss.detach()))
    return reader
