"""The policy network in PyTorch: a transformer encoder over the blocks, a head of three logits per block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from focalloc.learn.features import Observation
from focalloc.learn.policy import ILLEGAL, Policy, PolicyConfig

FONDNESS_FOR_KEEPING = 1.0
"""Bias that an untrained network has towards leaving blocks as they are."""


class Batch:
    """Observations side by side, padded to the longest.

    Attributes:
        features: ``(batch, blocks, inputs)`` float32, zero where padded.
        legal: ``(batch, blocks, 3)`` bool; in padded rows only keeping is legal.
        present: ``(batch, blocks)`` bool, False where padded.
    """

    def __init__(self, seen: Sequence[Observation]) -> None:
        longest = max(len(one.features) for one in seen)
        width = seen[0].features.shape[1]
        features = np.zeros((len(seen), longest, width), np.float32)
        legal = np.zeros((len(seen), longest, 3), np.bool_)
        legal[:, :, 1] = True
        present = np.zeros((len(seen), longest), np.bool_)
        for i, one in enumerate(seen):
            features[i, : len(one.features)] = one.features
            legal[i, : len(one.legal)] = one.legal
            present[i, : len(one.legal)] = True
        self.features, self.legal, self.present = map(torch.from_numpy, (features, legal, present))


class PolicyNetwork(nn.Module):
    """Logits per block, and an estimate of the return from the state as a whole.

    Args:
        config: its size.
    """

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.config = config
        self.inlet = nn.Linear(config.inputs, config.hidden)
        layer = nn.TransformerEncoderLayer(
            config.hidden, config.heads, 2 * config.hidden, dropout=0.0, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(
            layer, config.layers, norm=nn.LayerNorm(config.hidden), enable_nested_tensor=False
        )
        self.head = nn.Linear(config.hidden, 3)
        self.value = nn.Linear(config.hidden, 1)
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias.copy_(torch.tensor([0.0, FONDNESS_FOR_KEEPING, 0.0]))

    def forward(self, batch: Batch, shift: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits ``(batch, blocks, 3)``, `ILLEGAL` where the mask forbids; and values ``(batch,)``.

        A value is a return times one less the discount, so of the size of one reward.

        Args:
            batch: the observations.
            shift: what to add to the inlet's bias, per observation; ``(batch, hidden)``.
        """
        rows = self.inlet(batch.features)
        if shift is not None:
            rows = rows + shift.unsqueeze(1)
        rows = self.encoder(rows, src_key_padding_mask=~batch.present)
        logits = self.head(rows).masked_fill(~batch.legal, ILLEGAL)
        weight = batch.present.unsqueeze(-1).to(rows.dtype)
        pooled = (rows * weight).sum(dim=1) / weight.sum(dim=1)
        return logits, self.value(pooled.detach()).squeeze(-1)  # estimating must not bend what deciding needs

    def exported(self) -> Policy:
        """The same policy without PyTorch; the value estimate, which only training needs, is left out."""
        weights = {name: tensor.detach().numpy().copy() for name, tensor in self.state_dict().items()}
        return Policy(self.config, {name: array for name, array in weights.items() if not name.startswith("value.")})


def restored(policy: Policy) -> PolicyNetwork:
    """A network that begins where ``policy`` stands; its value estimate is 0 everywhere."""
    network = PolicyNetwork(policy.config)
    weights = {name: torch.from_numpy(array.copy()) for name, array in policy.weights.items()}
    network.load_state_dict(weights, strict=False)
    with torch.no_grad():
        network.value.weight.zero_()
        network.value.bias.zero_()
    return network
