#!/bin/sh
# Rotary angles of neighbouring positions are equal from 2^24 on.
#
# Version: transformers 5.24.0 with torch 2.13.0, a Llama with random weights.
# Guess: position ids are 64-bit integers, so a token is told from its neighbour wherever it stands.
# Behaviour: angles are computed in float32, which has no odd numbers beyond 2^24: twelve neighbours have
#   seven different encodings there, and two in a row share one.
# Why it matters: a history without an end has such positions after 17 million tokens. Nothing is refused;
#   order between neighbours is gone. What counts is distance, so a constant taken off all positions of a
#   session brings it back.
set -eu
packages="transformers==5.24.0 torch==2.13.0"
. "$(dirname "$0")/common"

"$python" - >"$work/seen" <<'END'
import torch
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
model = LlamaForCausalLM(LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                     num_attention_heads=4, max_position_embeddings=2**30)).eval()

for first in (0, 2**20, 2**24, 2**25):
    cosines, _ = model.model.rotary_emb(torch.zeros(1, 1, 32), torch.arange(first, first + 12)[None])
    print(f"{len(torch.unique(cosines[0], dim=0))} encodings of 12 positions from {first} on")
END

compare <<'END'
12 encodings of 12 positions from 0 on
12 encodings of 12 positions from 1048576 on
7 encodings of 12 positions from 16777216 on
4 encodings of 12 positions from 33554432 on
END
