"""A decode loop: a transformer reads a real document on, two questions in mind, and the focus moves.

    python examples/decode.py

needs ``pip install 'focalloc[torch,conformance]'`` and downloads nothing: the model is a small Llama with random
weights, so the tokens that it is given are the document's own next ones. Who says what matters is BM25 (`Lens`), in
LensNet's place. All else is as in a server: one batch of sessions, padded on the left, whose key-value cache follows
every edit, exactly. At the end it says what a token's time was spent on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from focalloc import Allocator, Block, Geometry, Params
from focalloc.conformance.recorded import DEFAULT_QUERIES, Document, Lens, default_document
from focalloc.runtime.context import WorkingContext

GEOMETRY = Geometry((32, 32))
TURN = 20
"""Tokens of a turn, after which the focus may move; blocks end where they end."""
PARAMS = Params(w_max=1024, protected_tokens=128, reclaim_ahead=2)


class Clock:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Count the time inside."""
        begun = perf_counter()
        yield
        self.spent[what] = self.spent.get(what, 0.0) + perf_counter() - begun


class Embedder:
    """Rows for blocks of a document: tokens by the model's own table, a gist as the mean of its tokens."""

    def __init__(self, model: LlamaForCausalLM, document: Document) -> None:
        self._table = model.get_input_embeddings()
        numbers = {word: i for i, word in enumerate(sorted(set(document.tokens)))}
        self.tokens = torch.tensor([numbers[word] % model.config.vocab_size for word in document.tokens])

    def __call__(self, session: int, blocks: Sequence[Block]) -> torch.Tensor:
        """Rows for the slots of ``blocks``; every session reads the same document."""
        found = []
        for level, start in blocks:
            rows = self._table(self.tokens[start : start + GEOMETRY.span(level)][None])[0].detach()
            found.append(rows.mean(0, keepdim=True) if level else rows)
        return torch.cat(found)


def decode(sessions: int, turns: int, seed: int) -> Clock:
    """Run the loop and print what comes into focus; each turn is `TURN` tokens of every session."""
    torch.manual_seed(seed)
    sizes = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=4096, **sizes)).eval()
    document, span, clock = default_document(), GEOMETRY.span(0), Clock()
    lens, embed = Lens(document, GEOMETRY), Embedder(model, document)
    focuses = [lens.focus(DEFAULT_QUERIES[i % len(DEFAULT_QUERIES)]) for i in range(sessions)]
    allocators = []
    for i in range(sessions):
        allocator = Allocator(GEOMETRY, PARAMS)
        allocator.warmup()
        # each has read the document so far, to another place; a session's row begins with what its budget holds of that
        end = (lens.blocks * (i + 1) // (sessions + 1) - turns) * span
        allocator.load(allocator.layout(0, end))
        allocators.append(allocator)
        print(
            f"session {i} asks: {DEFAULT_QUERIES[i % len(DEFAULT_QUERIES)]}  ({end} tokens in {allocator.used} slots)"
        )
    context = WorkingContext(model, allocators, embed, mode="exact")
    computed, seen = 0, set[tuple[int, int]]()
    for turn in range(turns):
        for _ in range(TURN):
            with clock.on("model"):
                ends = [one.state().next_token + context.decoded for one in allocators]
                context.decode(embed.tokens[ends])
        edits = []
        for i, (allocator, focus) in enumerate(zip(allocators, focuses, strict=True)):
            with clock.on("lens"):
                before = focus.scores(allocator.context())
            with clock.on("allocator"):
                came = allocator.ingest_tokens(TURN, before).edits
            with clock.on("lens"):
                scores = focus.scores(allocator.context())
            with clock.on("allocator"):
                plan = allocator.step(scores)
                edits.append(came.then(plan.edits))
            for kind, level, start in plan:
                if (kind, level) == ("expand", 1) and (i, start) not in seen:
                    seen.add((i, start))
                    print(f"turn {turn}, session {i}: {document.excerpt(start, span)}")
        with clock.on("cache"):
            context.follow(*edits)
        computed += sum(context.computed)
    print(f"slots at the end: {context.lengths}; computed anew per turn and session: {computed // (turns * sessions)}")
    return clock


def main(arguments: Sequence[str] | None = None) -> None:
    """Decode, and say what a token's time was spent on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--turns", type=int, default=24, help=f"of {TURN} tokens each")
    parser.add_argument("--seed", type=int, default=0, help="of the model's weights")
    told = parser.parse_args(arguments)
    clock = decode(told.sessions, told.turns, told.seed)
    whole = sum(clock.spent.values())
    shares = ", ".join(f"{what} {100 * spent / whole:.2f} %" for what, spent in clock.spent.items())
    tokens = told.sessions * told.turns * TURN
    print(f"a token took {1e3 * whole / tokens:.2f} ms: {shares}")


if __name__ == "__main__":
    main()
