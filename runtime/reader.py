"""A small language model of bytes and the gists that it reads, trained together on the spot.

It is there to measure with (`focalloc.runtime.worth`), and shows how gists can be learned: a gist is made from the
embeddings of what it stands for, goes through the model as any other row does, and is right if the bytes behind it are
foreseen. Nothing is downloaded: the text is the language reference that every CPython carries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from focalloc.runtime.context import Embed
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block, positions
from focalloc.spec.geometry import Geometry

GEOMETRY = Geometry((8, 8))
"""A gist of eight bytes, and one of eight of those."""

WORDS = 256
"""Bytes that there are."""

HELD_OUT = 0.1
"""Share of the text, its end, that no training sees."""


def reference_text() -> tuple[torch.Tensor, torch.Tensor]:
    """The bytes of Python's language reference: what is trained on, and what is held out."""
    from pydoc_data.topics import topics

    whole = "\n\n".join(topics[name].strip() for name in sorted(topics)).encode()
    split = int(len(whole) * (1 - HELD_OUT))
    return tuple(torch.tensor(list(part)) for part in (whole[:split], whole[split:]))  # type: ignore[return-value]


class Gists(torch.nn.Module):
    """Gists of each level, by a perceptron over the rows of their parts.

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
            rows = layer(rows.reshape(len(rows), -1, arity * rows.shape[2]))
        return rows[:, 0]


@dataclass(frozen=True)
class Training:
    """How a reader is trained.

    Attributes:
        updates: steps of the optimiser.
        slots: rows of embeddings per update, all passages together.
        passage: bytes of a passage.
        budgets: slots of a row, one of them drawn for each update; passages are seen whole in every third update.
        width: of the embeddings.
        layers: of the model.
        rate: the highest learning rate.
        seed: of weights and passages.
    """

    updates: int = 1500
    slots: int = 4096
    passage: int = 1024
    budgets: tuple[int, ...] = (64, 128, 256, 512)
    width: int = 128
    layers: int = 4
    rate: float = 3e-3
    seed: int = 0


class Reader:
    """A model of bytes with its gists.

    Args:
        training: gives the sizes and the seed of the weights; nothing is trained yet.

    Attributes:
        model: the language model.
        gists: what makes its gists.
    """

    def __init__(self, training: Training) -> None:
        torch.manual_seed(training.seed)
        sizes = {"hidden_size": training.width, "intermediate_size": 3 * training.width}
        shape = {"num_hidden_layers": training.layers, "num_attention_heads": 4, "max_position_embeddings": 2**16}
        self.model = LlamaForCausalLM(LlamaConfig(vocab_size=WORDS, tie_word_embeddings=True, **sizes, **shape)).eval()
        self.gists = Gists(training.width)

    def rows(self, text: torch.Tensor, blocks: Sequence[Block]) -> torch.Tensor:
        """Embeddings of ``blocks`` of a text, a row per slot."""
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
                    wanted[i, slot : slot + span] = text[start : start + span]
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


def trained(training: Training, told: Callable[[int, float], None] = lambda update, loss: None) -> Reader:
    """A reader, trained on passages of the text in random contexts.

    Args:
        training: how.
        told: is called after each update with its number and its loss.
    """
    reader, (text, _) = Reader(training), reference_text()
    rng = np.random.default_rng(training.seed)
    weights = [*reader.model.parameters(), *reader.gists.parameters()]
    optimiser = torch.optim.AdamW(weights, training.rate, (0.9, 0.95), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, training.rate, total_steps=max(2, training.updates), pct_start=0.1
    )
    whole = [Block(0, start) for start in range(0, training.passage, GEOMETRY.span(0))]
    for update in range(training.updates):
        budget = training.passage if update % 3 == 0 else int(rng.choice(training.budgets))
        starts = rng.integers(0, len(text) - training.passage, max(1, training.slots // budget))
        texts = [text[start : start + training.passage] for start in starts]
        contexts = [whole if update % 3 == 0 else any_context(training.passage, budget, rng) for _ in texts]
        loss = reader.loss(texts, contexts)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        told(update, float(loss.detach()))
    return reader
