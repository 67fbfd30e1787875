#!/bin/sh
# Llama 4 scales attention by the number of slots in the cache, padding included.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama 4 of two layers with random weights, one of them
#   without rotary encoding, and a floor_scale of 8 instead of 8192.
# Guess: attention is tempered by position, as position ids say; what pads a batch on the left is hidden by the
#   mask and changes nothing.
# Behaviour: layers without rotary encoding count the entries of the cache, whatever position ids and mask
#   say. The same session says something else if a longer one lies beside it. With the scale beyond what the
#   padded row can have, it does not.
# Why it matters: a batch of sessions has rows of different lengths all the time, and each edit of one moves the
#   padding of the others. What a session sees then depends on its neighbours, from 8192 slots on.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import Llama4ForCausalLM, Llama4TextConfig


def model_of(floor_scale):
    torch.manual_seed(0)
    model = Llama4ForCausalLM(Llama4TextConfig(
        vocab_size=64, hidden_size=32, intermediate_size=64, intermediate_size_mlp=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=4, head_dim=8, num_local_experts=2, num_experts_per_tok=1,
        no_rope_layers=[1, 0], floor_scale=floor_scale)).eval()
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, 0, 0.15)
    return model


def said(model, padding):
    tokens = torch.cat([torch.zeros(padding, dtype=torch.long), torch.arange(12)])[None]
    mask = torch.ones_like(tokens)
    mask[:, :padding] = 0
    places = (mask.cumsum(-1) - 1).clamp(min=0)
    with torch.no_grad():
        return model(tokens, attention_mask=mask, position_ids=places).logits[0, -1]


for floor_scale in (8, 8192):
    model = model_of(floor_scale)
    same = torch.allclose(said(model, 0), said(model, 20), atol=1e-4)
    print(f"floor_scale {floor_scale}: the same beside a session that is 20 slots longer: {same}")
END

compare <<'END'
floor_scale 8: the same beside a session that is 20 slots longer: False
floor_scale 8192: the same beside a session that is 20 slots longer: True
END
