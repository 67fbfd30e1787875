#!/bin/sh
# A quantised cache shows its newest entries as its keys and values, and cropping it takes those away only.
#
# Version: transformers 5.24.0 with torch 2.13.0 and optimum-quanto 0.2.7, a Llama of two layers with random weights.
# Guess: it is a dynamic cache that takes less memory: layer.keys has an entry for each slot, and crop() takes the
#   last ones away, or says that it cannot.
# Behaviour: layer.keys has what has come since all was last quantised, nothing at first, and with "fp8" never
#   anything. crop() with "quanto" cuts that and leaves the length: of 38 entries 36 are left, and the length stays
#   38. Whenever enough have come all entries are made plain and quantised together, the old ones again.
# Why it matters: whoever edits a cache by its keys and values edits an empty tail and loses the rest, and one that was
#   cropped has masks and positions that are too long. Nothing is raised.
set -eu
packages="transformers==5.24.0 torch==2.13.0 optimum-quanto==0.2.7"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import LlamaConfig, LlamaForCausalLM, QuantizedCache

torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=128, intermediate_size=64, num_hidden_layers=2,
                                     num_attention_heads=2)).eval()
tokens = torch.arange(38)[None]


def told(cache, what):
    keys = cache.layers[0].keys
    print(f"{what}: length {cache.get_seq_length()}, keys of {keys.shape[2] if keys.dim() == 4 else 0} slots")


for backend, more in ("quanto", {"residual_length": 8}), ("fp8", {}):
    cache = QuantizedCache(backend, config=model.config, **more)
    with torch.no_grad():
        model(tokens[:, :32], cache=cache)
        told(cache, f"{backend}, 32 came")
        model(tokens[:, 32:], cache=cache)
        told(cache, f"{backend}, 6 more came")
    if backend == "quanto":
        cache.crop(-2)
        told(cache, f"{backend}, 2 cropped")
        layer = cache.layers[0]
        given, _ = layer.update(*(torch.zeros(1, 2, 1, 64) for _ in range(2)))
        print(f"{backend}, 1 more: length {cache.get_seq_length()}, attended to {given.shape[2]}")
END

compare <<'END'
quanto, 32 came: length 32, keys of 0 slots
quanto, 6 more came: length 38, keys of 6 slots
quanto, 2 cropped: length 38, keys of 4 slots
quanto, 1 more: length 39, attended to 37
fp8, 32 came: length 32, keys of 0 slots
fp8, 6 more came: length 38, keys of 0 slots
END
