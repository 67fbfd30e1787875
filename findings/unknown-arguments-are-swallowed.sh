#!/bin/sh
# Models swallow arguments that they do not know, position ids among them.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama, a BLOOM and an MPT of two layers with random weights.
# Guess: an argument that a model has no use for is refused, as Python refuses one that a function does not
#   have.
# Behaviour: forward() takes whatever it is given and drops what it does not know: a misspelt name, the name that
#   an argument had in another version, and position ids where distances come from ALiBi. Nothing is raised.
# Why it matters: positions with gaps are what a context with summaries is made of. A model that ignores them sees a
#   summary of a thousand tokens as near as one token; and a name that a new version has changed does so for any
#   model.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import AutoModelForCausalLM, BloomConfig, LlamaConfig, MptConfig

tokens = torch.arange(12)[None]
given = {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}
gap = torch.tensor([[0, 1, 2, 3, 4, 5, 20, 21, 22, 23, 24, 25]])
for config in (LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                           num_attention_heads=4),
               BloomConfig(vocab_size=64, hidden_size=32, n_layer=2, n_head=4),
               MptConfig(vocab_size=64, d_model=32, n_layers=2, n_heads=4)):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        plain = model(**given).logits
        for name in ("position_ids", "positions_ids"):
            same = torch.equal(plain, model(**given, **{name: gap}).logits)
            print(f"{config.model_type}: {name} with a gap", "are swallowed" if same else "count")
END

compare <<'END'
llama: position_ids with a gap count
llama: positions_ids with a gap are swallowed
bloom: position_ids with a gap are swallowed
bloom: positions_ids with a gap are swallowed
mpt: position_ids with a gap are swallowed
mpt: positions_ids with a gap are swallowed
END
