"""A cache that follows edits, beside a forward pass from scratch, in small models of many architectures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Block, Geometry, InvalidInput, Params

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytestmark = pytest.mark.torch

from focalloc.runtime.context import Embed, Mode, WorkingContext  # noqa: E402

SIZES = {"vocab_size": 257, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
SHAPE: dict[str, Any] = {**SIZES, "num_attention_heads": 4, "max_position_embeddings": 4096}
PAIRED = {**SHAPE, "num_key_value_heads": 2, "head_dim": 8}
SMALL = {"vocab_size": 257, "n_layer": 2, "n_head": 4}
OPT = {"ffn_dim": 64, "word_embed_proj_dim": 32}
EXPERTS = {"intermediate_size_mlp": 64, "num_local_experts": 2, "num_experts_per_tok": 1}
THETA = {"rope_theta": 1e4, "factor": 2.0}
YARN, DYNAMIC = ({"rope_parameters": {"rope_type": kind, **THETA}} for kind in ("yarn", "dynamic"))
LONG = {"rope_type": "longrope", "short_factor": [1.0] * 4, "long_factor": [2.0] * 4, "rope_theta": 1e4}

TAKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("LlamaConfig", PAIRED),
    "llama by yarn": ("LlamaConfig", PAIRED | YARN),
    "qwen2": ("Qwen2Config", PAIRED),
    "qwen3": ("Qwen3Config", PAIRED),
    "gpt2": ("GPT2Config", SMALL | {"n_embd": 32, "n_positions": 2048}),
    "gemma": ("GemmaConfig", PAIRED),
    "gemma2": ("Gemma2Config", PAIRED),
    "phi3": ("Phi3Config", SHAPE | {"pad_token_id": 0}),
    "gpt-neox": ("GPTNeoXConfig", SHAPE),
    "falcon": ("FalconConfig", SHAPE | {"alibi": False}),
    "opt": ("OPTConfig", SHAPE | OPT),
}
WINDOWED: dict[str, tuple[str, dict[str, Any], str]] = {
    "gemma3": ("Gemma3TextConfig", PAIRED, "sliding_window"),
    "mistral": ("MistralConfig", PAIRED, "sliding_window"),
    "llama4": ("Llama4TextConfig", PAIRED | EXPERTS | {"no_rope_layers": [1, 0]}, "attention_chunk_size"),
    "llama4, all chunked": ("Llama4TextConfig", PAIRED | EXPERTS, "attention_chunk_size"),
}
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "bloom": ("BloomConfig", SMALL | {"hidden_size": 32}, r"'bloom': must not ignore position_ids.*ALiBi"),
    "mpt": ("MptConfig", {"vocab_size": 257, "d_model": 32, "n_layers": 2, "n_heads": 4}, r"'mpt': .*ALiBi"),
    "falcon by alibi": ("FalconConfig", SHAPE | {"alibi": True}, r"'falcon': must not ignore position_ids.*ALiBi"),
    "dynamic": ("LlamaConfig", PAIRED | DYNAMIC, "'llama': scales rotary angles by 'dynamic'"),
    "longrope": (
        "Phi3Config",
        SHAPE | {"pad_token_id": 0, "original_max_position_embeddings": 2048, "rope_parameters": LONG},
        "'phi3': scales rotary angles by 'longrope'",
    ),
    "llama4 by slots": (
        "Llama4TextConfig",
        PAIRED | EXPERTS | {"attention_chunk_size": 64, "no_rope_layers": [1, 0], "floor_scale": 64},
        r"'llama4_text': scales attention by the number of slots from floor_scale = 64 on, padding",
    ),
    "mamba": (
        "MambaConfig",
        {"vocab_size": 257, "hidden_size": 32, "num_hidden_layers": 2},
        "'mamba': has layers without",
    ),
    "recurrent": ("RecurrentGemmaConfig", SIZES | {"num_attention_heads": 4}, "'recurrent_gemma': has layers without"),
}

GEOMETRY = Geometry((4, 4))
CONTEXTS = [[(2, 0), (1, 16), (0, 20), (0, 24), (0, 28)], [(2, 160), (2, 176), (0, 192)]]
PARAMS = Params(w_max=60, n_diff=3, cooldown_steps=1)


def windowed(architecture: str, slots: int) -> Any:
    """A model that looks back for so many slots only, in some of its layers."""
    config, settings, name = WINDOWED[architecture]
    return model_of(config, settings | {name: slots})


def model_of(config: str, settings: dict[str, Any]) -> Any:
    """A model with random weights, large enough that what is attended to matters."""
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(getattr(transformers, config)(**settings)).eval()
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, 0, 0.15)
    return model


def opened(contexts: Sequence[Sequence[tuple[int, int]]] = CONTEXTS, geometry: Geometry = GEOMETRY) -> list[Allocator]:
    found = []
    for context in contexts:
        allocator = Allocator(geometry, PARAMS)
        allocator.load(context)
        found.append(allocator)
    return found


def embedding(model: Any, geometry: Geometry = GEOMETRY) -> Embed:
    """Tokens are a function of their place, a gist is the mean of its tokens, scaled for each of its slots."""
    table = model.get_input_embeddings()

    def embed(session: int, blocks: Sequence[Block]) -> Any:
        found = []
        for level, start in blocks:
            rows = table((torch.arange(start, start + geometry.span(level)) * 7 + session)[None] % 257)[0].detach()
            parts = [rows.mean(0) * (i + 1) for i in range(geometry.slots(level))]
            found.append(torch.stack(parts) if level else rows.repeat_interleave(geometry.cost[0], 0))
        return torch.cat(found)

    return embed


def moved(allocator: Allocator, rng: np.random.Generator, ingest: bool = True) -> Any:
    """What a turn with random scores changes."""
    came = allocator.ingest(1).edits if ingest else None
    edits = allocator.step(rng.normal(0, 0.5, allocator.used).astype(np.float32)).edits
    return edits if came is None else came.then(edits)


@torch.no_grad()
def from_scratch(model: Any, allocator: Allocator, rows: Any, token: int) -> Any:
    """Logits behind a row and one more token, without a cache."""
    rows = torch.cat([rows, model.get_input_embeddings()(torch.tensor([[token]]))[0]])
    positions = torch.tensor([*allocator.positions(), allocator.state().end]) - int(allocator.starts[0])
    mask = torch.ones(1, len(rows), dtype=torch.long)
    given = {"inputs_embeds": rows[None], "position_ids": positions[None], "attention_mask": mask}
    return model(**given, use_cache=False).logits[0, -1]


def far(logits: Any, truth: Any) -> float:
    """The largest difference of two rows of logits, beside how much those of one differ."""
    return float((logits - truth).abs().max() / truth.std())


def lived(
    model: Any, mode: Mode, turns: int = 8, geometry: Geometry = GEOMETRY, repair: int = 4
) -> tuple[float, float]:
    """How far off the logits of a session are on average, and the share of slots that was computed."""
    allocators, embed, rng = opened(geometry=geometry), embedding(model, geometry), np.random.default_rng(0)
    context = WorkingContext(model, allocators, embed, mode=mode, repair=repair)
    errors, computed, slots = [], 0, 0
    for turn in range(turns):
        context.follow(*(moved(one, rng, ingest=turn % 2 == 0) for one in allocators))
        computed, slots = computed + sum(context.computed), slots + sum(context.lengths)
        logits = context.decode(torch.tensor([5, 9]))
        for i, allocator in enumerate(allocators):
            assert context.lengths[i] == allocator.used
            rows = embed(i, allocator.context())
            assert torch.allclose(context.embeddings(i), rows)
            assert (context.positions(i) + int(CONTEXTS[i][0][1])).tolist() == allocator.positions()
            errors.append(far(logits[i], from_scratch(model, allocator, rows, (5, 9)[i])))
    return (max(errors) if mode == "exact" else float(np.mean(errors))), computed / slots


@pytest.mark.parametrize("architecture", [*TAKEN, *WINDOWED])
def test_exact_is_a_forward_pass_from_scratch(architecture: str) -> None:
    model = model_of(*TAKEN[architecture]) if architecture in TAKEN else windowed(architecture, 16)
    error, _ = lived(model, "exact")
    assert error < 1e-4


def test_gists_and_tokens_may_take_several_slots() -> None:
    error, _ = lived(model_of(*TAKEN["llama"]), "exact", geometry=Geometry((4, 4), (1, 1, 2)))
    assert error < 1e-4


@pytest.mark.parametrize("mode", ["exact", "reuse"])
def test_what_is_let_go_leaves_the_row_and_exact_goes_on_for_ever(mode: Mode) -> None:
    """Positions that are learned, of which there are 128; by then a session has gone through more tokens than that."""
    config, settings = TAKEN["gpt2"]
    model, allocators = model_of(config, settings | {"n_positions": 128}), opened()
    embed, rng = embedding(model), np.random.default_rng(5)
    context = WorkingContext(model, allocators, embed, mode=mode)

    def turn() -> None:
        edits = []
        for one in allocators:
            came = moved(one, rng)
            front = int(one.starts[min(len(one.levels) - 1, 1)])
            edits.append(came.then(one.release(front).edits) if one.used > 30 else came)
        context.follow(*edits)
        logits = context.decode(torch.tensor([5, 9]))
        for i, one in enumerate(allocators):
            rows = embed(i, one.context())
            assert torch.allclose(context.embeddings(i), rows)
            if mode == "exact":
                assert far(logits[i], from_scratch(model, one, rows, (5, 9)[i])) < 1e-4

    def turns() -> None:
        for _ in range(60):
            turn()

    if mode == "exact":
        turns()
        assert min(int(one.starts[0]) for one in allocators) > 128
    else:
        with pytest.raises(InvalidInput, match="128 positions"):
            turns()


def came_in_parts(mode: Mode, whole: bool) -> None:
    """A session whose tokens come a few at a time, beside a forward pass from scratch over those that are there."""
    model, allocators, rng = model_of(*TAKEN["llama"]), opened(), np.random.default_rng(6)
    unknown = embedding(model)

    def embed(session: int, blocks: Sequence[Block]) -> Any:
        rows, one = unknown(session, blocks), allocators[session]
        lacking = one.unfilled() if blocks[-1] == one.context()[-1] else 0
        if whole:
            rows[len(rows) - lacking :] = float("nan")  # nobody looks at these
        return rows if whole else rows[: len(rows) - lacking]

    context = WorkingContext(model, allocators, embed, mode=mode)
    partial = 0
    for turn in range(8):
        edits = []
        for one in allocators:
            came = one.ingest_tokens(int(rng.integers(1, 7))).edits if turn % 3 else one.step([0.0] * one.used).edits
            edits.append(came.then(moved(one, rng, ingest=False)))
        context.follow(*edits)
        logits = context.decode(torch.tensor([5, 9]))
        for i, one in enumerate(allocators):
            partial += one.unfilled() > 0
            there = one.used - one.unfilled()
            assert context.lengths[i] == there
            assert len(context.attention()[i]) == one.used
            rows = unknown(i, one.context())[:there]
            assert torch.allclose(context.embeddings(i), rows)
            at = torch.tensor([*one.positions()[:there], one.state().next_token]) - int(one.starts[0])
            token = model.get_input_embeddings()(torch.tensor([[(5, 9)[i]]]))[0].detach()
            with torch.no_grad():
                given = {"inputs_embeds": torch.cat([rows, token])[None], "position_ids": at[None]}
                mask = torch.ones(1, there + 1, dtype=torch.long)
                truth = model(**given, attention_mask=mask, use_cache=False).logits[0, -1]
            assert mode != "exact" or far(logits[i], truth) < 1e-4
    assert partial


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("mode", ["exact", "reuse"])
def test_a_row_ends_with_the_last_token_that_came(mode: Mode, whole: bool) -> None:
    came_in_parts(mode, whole)


@pytest.mark.parametrize("architecture", TAKEN)
def test_what_reuse_saves_and_loses_and_repair_wins_back(architecture: str) -> None:
    """With random weights, so errors are large; that they shrink with what is repaired is what counts."""
    model = model_of(*TAKEN[architecture])
    found = [lived(model, "reuse"), *(lived(model, "repair", repair=slots) for slots in (4, 60))]
    print(architecture, *(f"error {error:.2g} with {share:.2f} computed;" for error, share in found))
    errors, shares = zip(*found, strict=True)
    assert errors[0] > 1e-3
    assert errors[2] < 1e-4, "all slots behind an edit are repaired, so it is exact"
    assert shares[0] < shares[1] < shares[2]
    assert errors[1] < errors[0]


def test_reuse_keeps_bit_for_bit_what_no_edit_names() -> None:
    model = model_of(*TAKEN["llama"])
    allocators, rng = opened(), np.random.default_rng(3)
    context = WorkingContext(model, allocators, embedding(model), mode="reuse")
    for _ in range(6):
        before = [context.entries(i) for i in range(2)]
        edits = [moved(one, rng) for one in allocators]
        context.decode(torch.tensor([1, 2]))
        context.follow(*edits)
        for i, one in enumerate(edits):
            source = torch.from_numpy(one.gather())
            kept = source >= 0
            assert context.computed[i] == int((~kept).sum())
            for old, new in zip(before[i], context.entries(i), strict=True):
                for was, now in zip(old, new, strict=True):
                    assert torch.equal(now[:, :, kept], was[:, :, source[kept]])


def test_sessions_in_a_batch_are_as_each_alone() -> None:
    model = model_of(*TAKEN["qwen3"])
    together, rng, same = opened(), np.random.default_rng(4), np.random.default_rng(4)
    batch = WorkingContext(model, together, embedding(model))
    alone = [
        WorkingContext(model, [one], lambda _, blocks, i=i: embedding(model)(i, blocks))  # type: ignore[misc]
        for i, one in enumerate(opened())
    ]
    for _ in range(4):
        batch.follow(*(moved(one, rng) for one in together))
        assert len(set(batch.lengths)) == 2, "one of them is padded"
        for one in alone:
            one.follow(moved(one._allocators[0], same))  # type: ignore[arg-type]
        for tokens in ([3, 4], [8, 1], [5, 5]):
            logits = batch.decode(torch.tensor(tokens))
            for i, one in enumerate(alone):
                assert far(one.decode(torch.tensor(tokens[i : i + 1]))[0], logits[i]) < 1e-4


def test_decoding_sees_what_was_decoded_and_can_be_asked_without_trace() -> None:
    model = model_of(*TAKEN["llama"])
    (allocator, _), embed = opened(), embedding(model)
    context = WorkingContext(model, [allocator], embed)
    asked = context.decode(torch.tensor([7]), keep=False)
    assert context.decoded == 0
    first = context.decode(torch.tensor([7]))
    assert torch.equal(asked, first)
    second = context.decode(torch.tensor([11]))
    row = torch.cat([embed(0, allocator.context()), model.get_input_embeddings()(torch.tensor([7])).detach()])
    positions = torch.tensor([*allocator.positions(), allocator.state().end, allocator.state().end + 1])
    rows = torch.cat([row, model.get_input_embeddings()(torch.tensor([11])).detach()])
    with torch.no_grad():
        mask = torch.ones(1, len(rows), dtype=torch.long)
        truth = model(inputs_embeds=rows[None], position_ids=positions[None], attention_mask=mask).logits[0, -1]
    assert far(second[0], truth) < 1e-4
    assert torch.equal(context.logits, second)


def test_attention_becomes_scores() -> None:
    model = model_of(*TAKEN["llama"])
    model.set_attn_implementation("eager")
    allocators = opened()
    context = WorkingContext(model, allocators, embedding(model))
    assert [scores.tolist() for scores in context.attention()] == [[0.0] * one.used for one in allocators]
    for tokens in ([1, 2], [3, 4]):
        context.decode(torch.tensor(tokens), watch=True)
    found = context.attention()
    for scores, allocator in zip(found, allocators, strict=True):
        share = (1 + scores) / (1 - scores) / allocator.used  # the formula, backwards
        assert share.sum() == pytest.approx(1, abs=1e-4)
        assert scores.std() > 0.05
    came = [one.ingest(1, scores).edits for one, scores in zip(allocators, found, strict=True)]
    for scores, old, edits in zip(context.attention(*came), found, came, strict=True):
        source = edits.gather()
        assert scores.tolist() == [float(old[i]) if i >= 0 else 0.0 for i in source]
    context.follow(*came)
    assert not context.attention()[0].any()
    model.set_attn_implementation("sdpa")
    before = context.logits
    with pytest.raises(InvalidInput, match=r"^attention = 'sdpa': .*set_attn_implementation\('eager'\)"):
        context.decode(torch.tensor([1, 2]), watch=True)
    assert (context.decoded, context.logits is before) == (0, True)


# REFUSALS


@pytest.mark.parametrize("mode", ["exact", "reuse", "repair"])
@pytest.mark.parametrize("architecture", REFUSED)
def test_models_that_cannot_be_right_are_refused_by_name(architecture: str, mode: Mode) -> None:
    config, settings, sentence = REFUSED[architecture]
    model = model_of(config, settings)
    with pytest.raises(InvalidInput, match=sentence):
        WorkingContext(model, opened(), embedding(model), mode=mode)


@pytest.mark.parametrize("mode", ["reuse", "repair"])
@pytest.mark.parametrize("architecture", WINDOWED)
def test_windows_are_for_exact_only_unless_they_hold_the_whole_row(architecture: str, mode: Mode) -> None:
    model = windowed(architecture, 16)
    with pytest.raises(InvalidInput, match=f"has {WINDOWED[architecture][2]} = 16, which counts slots"):
        WorkingContext(model, opened(), embedding(model), mode=mode)
    wide = windowed(architecture, 64)
    WorkingContext(wide, opened(), embedding(wide), mode=mode)


class Changed(torch.nn.Module):  # type: ignore[misc]
    """A model as another version might have it."""

    def __init__(self, model: Any, **changes: Any) -> None:
        super().__init__()
        self.model, self.config, self.changes = model, model.config, changes

    def get_input_embeddings(self) -> Any:
        return self.model.get_input_embeddings()

    def forward(self, **given: Any) -> Any:
        if "unmasked" in self.changes:
            given["attention_mask"] = torch.ones_like(given["attention_mask"])
        done = self.model(**given, **{k: v for k, v in self.changes.items() if k not in ("halve", "unmasked")})
        if "halve" in self.changes:
            for layer in given["cache"].layers:
                layer.keys, layer.values = layer.keys[:, :, -2:], layer.values[:, :, -2:]
        return done


def test_a_model_that_behaves_otherwise_is_not_believed() -> None:
    model = model_of(*TAKEN["llama"])
    with pytest.raises(InvalidInput, match="must take cache, inputs_embeds"):
        WorkingContext(Changed(model, cache=None).eval(), opened(), embedding(model))
    with pytest.raises(InvalidInput, match="one key and one value for each slot"):
        WorkingContext(Changed(model, halve=True).eval(), opened(), embedding(model))
    with pytest.raises(InvalidInput, match="must not see what pads a batch"):
        WorkingContext(Changed(model, unmasked=True).eval(), opened(), embedding(model))
    with pytest.raises(InvalidInput, match=r"call \.eval\(\) on it"):
        WorkingContext(model.train(), opened(), embedding(model))


def test_a_model_that_attends_by_pages_is_refused() -> None:
    """What batches continuously sets a model so; it holds no mask for each session's slots."""
    model = model_of(*TAKEN["llama"])
    model.set_attn_implementation("paged|eager")
    with pytest.raises(InvalidInput, match="must compute the same in two calls as in one"):
        WorkingContext(model, opened(), embedding(model))


def test_what_prunes_a_cache_later_on_is_found_and_nothing_has_changed() -> None:
    """As libraries do that compress caches: by a hook behind attention, while a context manager is open."""
    model = model_of(*TAKEN["llama"])
    allocators, rng = opened(), np.random.default_rng(5)
    context = WorkingContext(model, allocators, embedding(model))

    def prune(module: Any, given: Any, named: Any, said: Any) -> None:
        layer = named["cache"].layers[module.layer_idx]
        layer.keys, layer.values = layer.keys[:, :, 1:], layer.values[:, :, 1:]

    hook = model.model.layers[1].self_attn.register_forward_hook(prune, with_kwargs=True)
    kept, edits = (context.logits, context.lengths), [moved(one, rng) for one in allocators]
    with pytest.raises(InvalidInput, match=r"^model = 'llama': must keep one key and one value for each slot"):
        context.decode(torch.tensor([1, 2]))
    with pytest.raises(InvalidInput, match=r"^model = 'llama': must keep one key and one value for each slot"):
        context.follow(*edits)
    assert ((context.logits, context.lengths), context.decoded) == (kept, 0)
    hook.remove()
    context.follow(*edits)


@pytest.mark.slow
def test_a_compiled_model_is_as_it_was() -> None:
    """Traced, not compiled to machine code, so that no compiler is needed."""
    model = model_of(*TAKEN["llama"])
    found = []
    for one in (model, torch.compile(model, backend="eager", dynamic=True)):
        allocators, rng = opened(), np.random.default_rng(6)
        context = WorkingContext(one, allocators, embedding(model), mode="reuse")
        for _ in range(3):
            context.follow(*(moved(allocator, rng) for allocator in allocators))
        found.append(context.decode(torch.tensor([1, 2])))
    assert far(*found) < 1e-4


class Swallows(Changed):
    """A model of a version that calls an argument by another name, and drops the old one without a word."""

    def forward(self, **given: Any) -> Any:
        return self.model(**{name: one for name, one in given.items() if name != self.changes["name"]})


@pytest.mark.parametrize("name", ["cache", "inputs_embeds", "position_ids", "attention_mask"])
def test_a_version_that_swallows_what_it_took_before_is_refused(name: str) -> None:
    model = model_of(*TAKEN["llama"])
    with pytest.raises(InvalidInput, match=r"^model = 'llama': must"):
        WorkingContext(Swallows(model, name=name).eval(), opened(), embedding(model))


def test_positions_beyond_what_a_model_can_tell_apart_are_refused() -> None:
    small = model_of("GPT2Config", SMALL | {"n_embd": 32, "n_positions": 40})
    (allocator, _) = opened()
    context = WorkingContext(small, [allocator], embedding(small))
    came = allocator.ingest(2).edits
    context.follow(came)
    with pytest.raises(InvalidInput, match=r"^position = 40: the model can tell 40 positions apart"):
        context.decode(torch.tensor([1]))
    came = allocator.ingest(1).edits
    with pytest.raises(InvalidInput, match=r"^position = 43: .*begin another session"):
        context.follow(came)
    far_away = [(2, 2**40), (1, 2**40 + 16), (0, 2**40 + 20)]
    WorkingContext(small, opened([far_away]), embedding(small))  # counted from the first token of its own


def test_a_plan_that_is_left_out_is_found_and_nothing_has_changed() -> None:
    model = model_of(*TAKEN["llama"])
    allocators, rng = opened(), np.random.default_rng(5)
    context = WorkingContext(model, allocators, embedding(model))
    kept = context.entries(0), context.logits
    lost = [moved(one, rng) for one in allocators]
    edits = [moved(one, rng) for one in allocators]
    with pytest.raises(InvalidInput, match="no plan may be left out"):
        context.follow(*edits)
    with pytest.raises(InvalidInput, match="must be one for each of 2 sessions"):
        context.follow(edits[0])
    assert (context.entries(0), context.logits) == kept
    context.follow(*(first.then(second) for first, second in zip(lost, edits, strict=True)))
    assert context.lengths == [one.used for one in allocators]


def test_a_plan_that_is_left_out_is_found_even_where_no_length_tells() -> None:
    model = model_of(*TAKEN["llama"])
    (allocator,) = opened([[(1, 0), (0, 4), (1, 8)]])
    context = WorkingContext(model, [allocator], embedding(model))
    assert sorted(allocator.step([1.0, -1.0, -1.0, -1.0, -1.0, 0.0])) == [("collapse", 1, 4), ("expand", 1, 0)]
    nothing = allocator.step([0.0] * 6)
    assert not nothing
    with pytest.raises(InvalidInput, match="no plan may be left out"):
        context.follow(nothing.edits)


def test_senseless_arguments_are_refused() -> None:
    model = model_of(*TAKEN["llama"])
    embed = embedding(model)
    with pytest.raises(InvalidInput, match=r"^mode = "):
        WorkingContext(model, opened(), embed, mode="fast")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"^repair = -1"):
        WorkingContext(model, opened(), embed, mode="repair", repair=-1)
    with pytest.raises(InvalidInput, match=r"^allocators = 0"):
        WorkingContext(model, [], embed)
    with pytest.raises(InvalidInput, match=r"^embeddings = \(1, 32\): must be a row of 32 for each of 14 slots"):
        WorkingContext(model, opened(), lambda session, blocks: torch.zeros(1, 32))
    context = WorkingContext(model, opened(), embed)
    with pytest.raises(InvalidInput, match=r"^tokens = \(1,\): must be one for each of 2 sessions"):
        context.decode(torch.tensor([1]))
    for option in ("keep", "watch"):
        with pytest.raises(InvalidInput, match=rf"^{option} = 'no': must be True or False"):
            context.decode(torch.tensor([1, 2]), **{option: "no"})


def test_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "runtime" / "README.md"
    (snippet,) = re.findall(r"^```python\n(.+?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    exec(snippet, {})
    assert len(capsys.readouterr().out.splitlines()) == 4
