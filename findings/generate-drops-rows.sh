#!/bin/sh
# generate() drops the first rows of the embeddings that it is given, as many as the cache is long.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama of two layers with random weights.
# Guess: given a cache and embeddings of what is new, generate() does what forward() does: it appends them.
# Behaviour: generate() takes the embeddings for the whole history and leaves out as many leading rows as the
#   cache has entries. Of 10 new rows behind a cache of 8 the model sees 2. forward() sees all 10.
# Why it matters: a runtime that edits a cache hands over new rows as embeddings, since summaries have no
#   token ids. It loses most of them without a word, and what is generated reads like a bad summary.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                     num_attention_heads=4, max_position_embeddings=2**30)).eval()

from transformers import DynamicCache

tokens = torch.arange(8)[None]
rows = model.get_input_embeddings()(torch.arange(20, 30)[None])
mask = torch.ones(1, 18, dtype=torch.long)
seen = []
model.model.layers[0].register_forward_pre_hook(lambda layer, given: seen.append(given[0].shape[1]))


def filled():
    cache = DynamicCache(config=model.config)
    model(tokens, cache=cache)
    seen.clear()
    return cache


with torch.no_grad():
    cache = filled()
    model(inputs_embeds=rows, cache=cache, attention_mask=mask)
    print(f"forward() behind a cache of 8: {seen[0]} of 10 rows")
    cache = filled()
    model.generate(inputs_embeds=rows, cache=cache, attention_mask=mask, max_new_tokens=1, do_sample=False)
    print(f"generate() behind a cache of 8: {seen[0]} of 10 rows")
END

compare <<'END'
forward() behind a cache of 8: 10 of 10 rows
generate() behind a cache of 8: 2 of 10 rows
END
