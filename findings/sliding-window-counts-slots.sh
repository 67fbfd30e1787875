#!/bin/sh
# A sliding window counts entries of the cache, not positions.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Mistral of one layer with random weights and a window of
#   4.
# Guess: with position ids given, a window of 4 reaches 4 positions back: rotary encoding measures distance by
#   them.
# Behaviour: the window is the last 4 slots. A token 2000 positions away is seen where it is 2 slots away; one
#   2 positions away is not where it is 7 slots away.
# Why it matters: a context in which one slot stands for 32 or 1024 tokens has a window that reaches further
#   the more is summarised; and an expand pushes out of the window what the model could see before.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import MistralConfig, MistralForCausalLM

torch.manual_seed(0)
model = MistralForCausalLM(MistralConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=1,
                                         num_attention_heads=4, num_key_value_heads=4, sliding_window=4)).eval()


def last_sees(slot, positions):
    """Whether another token in that slot changes what the last one predicts."""
    said = []
    for token in (slot, 50):
        tokens = torch.arange(12)[None].clone()
        tokens[0, slot] = token
        with torch.no_grad():
            said.append(model(tokens, position_ids=torch.tensor([positions]),
                              attention_mask=torch.ones_like(tokens)).logits[0, -1])
    return not torch.equal(*said)


apart = [1000 * slot for slot in range(12)]
print("2 slots and 2000 positions away is seen:", last_sees(9, apart))
print("7 slots and 2 positions away is seen:", last_sees(4, [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]))
END

compare <<'END'
2 slots and 2000 positions away is seen: True
7 slots and 2 positions away is seen: False
END
