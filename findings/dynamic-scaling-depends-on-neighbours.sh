#!/bin/sh
# With "dynamic" scaling of rotary angles a session depends on its neighbours and on earlier calls.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama of two layers with random weights, trained for 16
#   positions as far as its configuration says.
# Guess: the angles of a session are stretched by how long that session is.
# Behaviour: they are stretched by the farthest position of the whole call, so a long session in the batch changes
#   what a short one says. A call with one token behind a long cache takes other angles than the keys have that
#   are kept there: decoding by a cache differs from computing the whole.
# Why it matters: keys that an edit leaves in place were turned by angles of another time, and which ones depends
#   on who shared the batch. No cache that is kept over edits, or over growth, is right.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM


def model_of(kind):
    torch.manual_seed(0)
    scaling = {"rope_type": kind, "rope_theta": 1e4, "factor": 4.0}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                         num_attention_heads=4, max_position_embeddings=16,
                                         rope_parameters=scaling)).eval()
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, 0, 0.15)
    return model


short, long = torch.arange(12), torch.arange(40)
batch = torch.stack([torch.cat([torch.zeros(28, dtype=torch.long), short]), long])
mask = torch.ones_like(batch)
mask[0, :28] = 0
places = (mask.cumsum(-1) - 1).clamp(min=0)
for kind in ("linear", "dynamic"):
    with torch.no_grad():
        alone = model_of(kind)(short[None], attention_mask=mask[:1, 28:], position_ids=places[:1, 28:]).logits[0, -1]
        beside = model_of(kind)(batch, attention_mask=mask, position_ids=places).logits[0, -1]
        whole = model_of(kind)(long[None]).logits[0, -1]
        model, cache = model_of(kind), DynamicCache()
        for token in long:
            grown = model(token[None, None], cache=cache).logits[0, -1]
    print(f"{kind}: the same beside a longer session:", torch.allclose(alone, beside, atol=1e-3))
    print(f"{kind}: the same token by token as at once:", torch.allclose(grown, whole, atol=1e-3))
END

compare <<'END'
linear: the same beside a longer session: True
linear: the same token by token as at once: True
dynamic: the same beside a longer session: False
dynamic: the same token by token as at once: False
END
