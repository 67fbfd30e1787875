#!/bin/sh
# A gap in position ids cuts attention, unless a mask is given.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama of two layers with random weights.
# Guess: position ids say where a token stands, and an attention mask of ones changes nothing: it is what
#   stands for no mask.
# Behaviour: without a cache and without a mask, every jump other than +1 starts a new packed sequence: tokens
#   behind a gap see nothing of what is before it. With a mask of ones, or with a cache, they see all.
# Why it matters: a context that tiles a long history has a gap wherever a summary stands. Prefill without a
#   cache, and training with gradient checkpointing, which turns the cache off, then run without the past, and
#   no loss says so.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                     num_attention_heads=4, max_position_embeddings=2**30)).eval()

tokens = torch.arange(12)[None]
gap = torch.tensor([[0, 1, 2, 3, 4, 5, 20, 21, 22, 23, 24, 25]])
with torch.no_grad():
    bare = model(tokens, position_ids=gap, use_cache=False).logits[:, 6:]
    alone = model(tokens[:, 6:], position_ids=gap[:, 6:], use_cache=False).logits
    cached = model(tokens, position_ids=gap, use_cache=True).logits[:, 6:]
    masked = model(tokens, position_ids=gap, use_cache=False, attention_mask=torch.ones_like(tokens)).logits[:, 6:]
print("what follows the gap is as if nothing came before:", torch.allclose(bare, alone, atol=1e-5))
print("the same with a mask of ones:", torch.allclose(masked, alone, atol=1e-5))
print("with a mask of ones as with a cache:", torch.allclose(masked, cached, atol=1e-5))
END

compare <<'END'
what follows the gap is as if nothing came before: True
the same with a mask of ones: False
with a mask of ones as with a cache: True
END
