#!/bin/sh
# After kvpress has dropped entries of a cache, the next token stands where the cache ends, unless it is told.
#
# Version: kvpress 0.5.5 with transformers 5.2.0 and torch 2.13.0, a Llama of two layers with random weights.
# Guess: entries that are dropped leave a gap, and what comes next stands behind what was read, as it would have.
#   A prompt that is read in two calls is compressed as one that is read in one.
# Behaviour: positions count entries. Of 16 tokens half are dropped, and the next one stands at 8, among those whose
#   keys were kept. Only the first call of a cache is compressed: read in two halves, 16 tokens leave 12 entries.
# Why it matters: distances to what was kept are wrong, and nothing is raised; its own pipeline gives positions, a plain
#   forward() or generate() does not. Whoever keeps a row beside the cache finds fewer entries than it has.
set -eu
packages="kvpress==0.5.5 transformers==5.2.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - 2>"$work/warnings" >"$work/seen" <<'END' || { cat "$work/warnings" >&2; exit 1; }
import torch
from kvpress import KnormPress
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                     num_attention_heads=4)).eval()
tokens, press, places = torch.arange(17)[None], KnormPress(0.5), []


def note(module, given, named):
    places.append(named["position_ids"] if "position_ids" in named else given[1])


model.model.rotary_emb.register_forward_pre_hook(note, with_kwargs=True)
with torch.no_grad():
    for calls in ([16], [8, 8]):
        cache, begin = DynamicCache(), 0
        with press(model):
            for count in calls:
                model(tokens[:, begin : begin + count], past_key_values=cache)
                begin += count
        print(f"16 tokens in {len(calls)} call(s): {cache.get_seq_length()} entries are left")
        model(tokens[:, 16:], past_key_values=cache)
        print(f"the next token stands at {int(places[-1])}")
END

compare <<'END'
16 tokens in 1 call(s): 8 entries are left
the next token stands at 8
16 tokens in 2 call(s): 12 entries are left
the next token stands at 12
END
