#!/bin/sh
# An attention mask that is shorter than the cache hides the newest slots, and nothing is said.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama of two layers with random weights.
# Guess: a mask that does not fit is an error, or is taken for the slots that it was made for, and later ones are
#   visible, as they are without a mask.
# Behaviour: it is taken for the first slots, and all later ones are hidden, those of the tokens of the call among
#   them: a token then does not even see itself. Nothing is raised.
# Why it matters: an edit that makes a row longer makes the old mask too short. The new slots, just what came into
#   focus at the end, are in the cache and are not seen.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                     num_attention_heads=4)).eval()


def said(mask):
    """Logits of a thirteenth token behind a cache of twelve."""
    cache = DynamicCache(config=model.config)
    with torch.no_grad():
        model(torch.arange(12)[None], cache=cache)
        return model(torch.tensor([[7]]), cache=cache, attention_mask=mask).logits


ones = torch.ones(1, 13, dtype=torch.long)
hidden = ones.clone()
hidden[:, 8:] = 0
short = said(ones[:, :8])
print("a mask of 8 ones is as one of 13:", torch.allclose(short, said(ones), atol=1e-5))
print("a mask of 8 ones is as 8 ones and 5 zeros:", torch.allclose(short, said(hidden), atol=1e-5))
END

compare <<'END'
a mask of 8 ones is as one of 13: False
a mask of 8 ones is as 8 ones and 5 zeros: True
END
