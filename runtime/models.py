"""Which models a working context can be kept for, found out by asking them; what is refused, is so with the reason.

A model is taken if it is seen to do what `focalloc.runtime.context` builds on. That holds for models nobody has heard
of yet, and for another version of transformers: what has changed is refused, not believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import DynamicCache

from focalloc.spec.errors import InvalidInput

FIXED_SCALING = frozenset({"default", "linear", "llama3", "yarn", "proportional"})
"""Scalings of rotary angles by which a key stays what it is, whatever comes later."""

MERGING = 2**24
"""From this position on the float32 angles of neighbours coincide."""

ATTENDING = frozenset({"full_attention", "sliding_attention", "chunked_attention"})
"""Kinds of layers that keep a key and a value for each slot."""


def check_model(model: Any, longest: int, exact: bool) -> int:
    """Refuse a model for which a working context cannot be right.

    Args:
        model: a causal language model of transformers.
        longest: most slots that a row can have, decoded tokens included.
        exact: whether entries behind an edit are computed anew; only then is right what a window or a chunk cuts off.

    Returns:
        The positions that it can tell apart.

    Raises:
        InvalidInput: it is in training mode, scales its rotary angles by what else is in the call, has layers without
            keys and values, windows that would be kept over an edit, attention scaled by the number of slots, does not
            take embeddings, positions and a cache, takes no notice of positions, or sees what pads a batch.
    """
    config = model.config.get_text_config()
    kind = config.model_type
    if model.training:
        raise InvalidInput("model", kind, "must not drop anything out: call .eval() on it")
    for scaling in _scalings(config):
        if scaling not in FIXED_SCALING:
            rule = f"scales rotary angles by {scaling!r}, so that keys depend on the farthest position of a call"
            raise InvalidInput("model", kind, rule)
    layers = set(getattr(config, "layer_types", None) or ())
    if layers - ATTENDING:
        raise InvalidInput("model", kind, f"has layers without a key per slot: {', '.join(sorted(layers - ATTENDING))}")
    for name, layer in (("sliding_window", "sliding_attention"), ("attention_chunk_size", "chunked_attention")):
        size = getattr(config, name, None)
        if size is not None and size < longest and not exact and (not layers or layer in layers):
            rule = (
                f"has {name} = {size}, which counts slots: an edit moves it for all later slots; raise it to the "
                f"{longest} that a row can have, or use mode 'exact'"
            )
            raise InvalidInput("model", kind, rule)
    tuned, scale = getattr(config, "attn_temperature_tuning", False), getattr(config, "floor_scale", longest + 1)
    if tuned and not all(getattr(config, "no_rope_layers", None) or [True]) and scale <= longest:
        rule = (
            f"scales attention by the number of slots from floor_scale = {scale} on, padding for longer sessions of a "
            f"batch included; a row can have {longest}"
        )
        raise InvalidInput("model", kind, rule)
    _probe(model, kind, bool(getattr(config, "alibi", kind in ("bloom", "mpt"))))
    return _positions(model, config)


def _scalings(config: Any) -> Iterator[str]:
    """Kinds of scaling that a configuration names, for all layers or by kind of layer."""
    found = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    for one in [found, *(part for part in found.values() if isinstance(part, dict))]:
        scaling = one.get("rope_type", one.get("type"))
        if scaling is not None:
            yield scaling


@torch.no_grad()
def _probe(model: Any, kind: str, alibi: bool) -> None:
    """See a model do what is asked of it, on four rows."""
    table = model.get_input_embeddings()
    rows = table(torch.arange(4, device=table.weight.device)[None])
    mask = torch.ones(1, 4, dtype=torch.long, device=rows.device)
    near, apart = (torch.tensor([places], device=rows.device) for places in ((0, 1, 2, 3), (0, 1, 2, 5)))

    def said(positions: torch.Tensor, calls: Sequence[slice], padding: int = 0) -> torch.Tensor:
        """Logits of the last row after some calls, behind slots that the mask hides."""
        cache = DynamicCache()
        padded = [torch.nn.functional.pad(one, (padding, 0)) for one in (positions, mask)]
        shown = torch.nn.functional.pad(rows, (0, 0, padding, 0))
        for some in calls:
            logits: torch.Tensor = forward(
                model, cache, shown[:, some], padded[0][:, some], padded[1][:, : some.stop]
            ).logits
        return logits

    try:
        here, there = (said(one, (slice(0, 2), slice(2, 4))) for one in (near, apart))
    except InvalidInput:
        raise
    except (TypeError, ValueError) as no:
        rule = f"must take cache, inputs_embeds, position_ids and attention_mask: {no}"
        raise InvalidInput("model", kind, rule) from no
    for rule, logits in (
        ("must compute the same in two calls as in one", said(apart, (slice(0, 4),))),
        ("must not see what pads a batch on the left", said(apart, (slice(0, 5), slice(5, 7)), padding=3)),
    ):
        if not torch.allclose(logits, there, atol=1e-2, rtol=1e-2):
            raise InvalidInput("model", kind, rule)
    if torch.equal(here, there):
        why = "its distances (ALiBi) are those of slots" if alibi else "it was seen to"
        raise InvalidInput("model", kind, f"must not ignore position_ids, by which gists have their distances; {why}")


def forward(
    model: Any, cache: Any, rows: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor, **more: Any
) -> Any:
    """What a model says to ``rows``, whose keys and values go behind what ``cache`` has; logits of the last row only.

    Args:
        model: the model.
        cache: is grown.
        rows: embeddings, ``(sessions, slots, width)``.
        positions: ``(sessions, slots)``.
        mask: 1 for each slot of the cache and of the rows that is there, ``(sessions, all slots)``. Always given:
            without one a gap in positions may begin another sequence.
        more: further arguments of the model.

    Raises:
        InvalidInput: the cache does not have an entry for each slot, in each layer, as where a hook prunes it.
    """
    given = {"inputs_embeds": rows, "position_ids": positions, "attention_mask": mask}
    done = model(**given, cache=cache, use_cache=True, logits_to_keep=1, **more)
    if {part.shape[-2] for layer in cache.layers for part in (layer.keys, layer.values)} != {mask.shape[1]}:
        kind = model.config.get_text_config().model_type
        raise InvalidInput("model", kind, "must keep one key and one value for each slot in each layer")
    return done


def _positions(model: Any, config: Any) -> int:
    """Positions that a model can tell apart: as many as it has embeddings for, or as float32 angles can."""
    most = getattr(config, "max_position_embeddings", None)
    if most is not None:
        for module in model.modules():
            learned = isinstance(module, torch.nn.Embedding) and module is not model.get_input_embeddings()
            if learned and most <= module.num_embeddings <= most + 2:
                return int(most)
    return MERGING
