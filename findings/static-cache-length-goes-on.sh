#!/bin/sh
# The length that a static cache has told goes on counting.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama of two layers with random weights.
# Guess: get_seq_length() gives a number, as it does for a dynamic cache: what was asked before a call can be
#   compared with what is asked after it.
# Behaviour: a static cache hands out the tensor that it counts in. After the next call the length that was noted
#   has become the new one, and "length after - length before" is always 0.
# Why it matters: whoever edits a cache notes how long it was, to cut back what a trial added or to check that a
#   call added what it should. Both are silently never done.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM, StaticCache

torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                     num_attention_heads=4)).eval()
tokens = torch.arange(12)[None]
for cache in (DynamicCache(config=model.config), StaticCache(config=model.config, max_cache_len=32)):
    with torch.no_grad():
        model(tokens[:, :8], cache=cache)
        before = cache.get_seq_length()
        model(tokens[:, 8:], cache=cache)
    print(f"{type(cache).__name__}: 4 slots came, and the lengths differ by", int(cache.get_seq_length() - before))
END

compare <<'END'
DynamicCache: 4 slots came, and the lengths differ by 4
StaticCache: 4 slots came, and the lengths differ by 0
END
