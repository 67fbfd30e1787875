"""The policy network in PyTorch, with the rounding of `focalloc.spec.policy`: what is trained is what is exported.

Weights are kept as reals and rounded to what the file holds on their way into every sum; slopes pass through the
rounding as if it were not there. All sums are of whole numbers and far below 2^53, so that 64-bit floats hold them
exactly and the network says what the exported policy says, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from focalloc.learn.features import SHORTLIST, Observation
from focalloc.spec.policy import CHEAP, CLIP, FEATURES, LARGEST_WEIGHT, LAYERS, ONE, Layer, Policy, PolicyPlan

SHIFT = 6
"""Bits behind the point of a weight, so that activations are to the scale of features: ``ONE`` for 1."""

UNIT = ONE << SHIFT
"""1.0 as a sum: what biases are multiplied by, and what the last sums are divided by to be read."""

KINDS = (0, 1)
"""Expands, then collapses."""


class Batch:
    """Observations side by side: first the expands, padded to the most of any, then the collapses alike.

    Attributes:
        features: of each kind ``(batch, items of it, features)`` float64, zero where padded.
        present: of each kind ``(batch, items of it)`` bool, False where padded.
    """

    def __init__(self, seen: Sequence[Observation]) -> None:
        self._places = [(np.flatnonzero(~one.collapses), np.flatnonzero(one.collapses)) for one in seen]
        self._most = [max(len(places[kind]) for places in self._places) for kind in KINDS]
        rows = self.spread([one.features for one in seen])
        self.features = torch.split(rows, self._most, dim=1)
        there = self.spread([np.ones(len(one.features)) for one in seen]) > 0
        self.present = torch.split(there, self._most, dim=1)

    def spread(self, rows: Sequence[NDArray[Any]]) -> Tensor:
        """What is known of the items of each observation as one tensor, zero where padded; ``(batch, items, ...)``."""
        padded = np.zeros((len(rows), sum(self._most), *rows[0].shape[1:]))
        for i, (row, (expands, collapses)) in enumerate(zip(rows, self._places, strict=True)):
            padded[i, : len(expands)] = row[expands]
            padded[i, self._most[0] : self._most[0] + len(collapses)] = row[collapses]
        return torch.from_numpy(padded)

    def rows(self, padded: Tensor) -> list[NDArray[Any]]:
        """The other way about: one row per observation, in the order of its items."""
        found = []
        for row, (expands, collapses) in zip(padded.numpy(), self._places, strict=True):
            one = np.empty(len(expands) + len(collapses), row.dtype)
            one[expands] = row[: len(expands)]
            one[collapses] = row[self._most[0] : self._most[0] + len(collapses)]
            found.append(one)
        return found


class Judgement(NamedTuple):
    """What a network says of a batch; ``(batch, items)`` each, as `Batch.spread` has them.

    Attributes:
        worth: the last sums, over `UNIT`.
        gate: what the shortlists are chosen by, over `UNIT`.
        listed: whether the item is on its shortlist.
        value: an estimate of the return from the state as a whole, times one less the discount; ``(batch,)``.
    """

    worth: Tensor
    gate: Tensor
    listed: Tensor
    value: Tensor


class PolicyNetwork(nn.Module):
    """What a `Policy` computes, differentiable.

    Args:
        hidden: activations of an item.
        features: of an item; with others than those of POL-2 it cannot be exported.
    """

    def __init__(self, hidden: int = 32, features: int = len(FEATURES)) -> None:
        super().__init__()
        self.hidden = hidden
        sizes = {"gate": (len(CHEAP), 1), "encode": (features, hidden), "mix": (5 * hidden, hidden)}
        sizes["prefer"] = (hidden, 1)
        for name, (inputs, rows) in sizes.items():
            pair = [nn.Linear(inputs, rows, dtype=torch.float64) for _ in KINDS]
            setattr(self, name, nn.ModuleList(pair))
        self.value = nn.Linear(4 * hidden, 1, dtype=torch.float64)

    def forward(self, batch: Batch, shift: Tensor | None = None) -> Judgement:
        """Judge the items of a batch.

        Args:
            batch: the observations.
            shift: what to add to the biases of ``encode``, per observation; ``(batch, 2, hidden)``.
        """
        gate, listed, alone, context = [], [], [], []
        for kind, (rows, present) in enumerate(zip(batch.features, batch.present, strict=True)):
            sums = self._sums("gate", kind, rows[..., : len(CHEAP)]).squeeze(-1)
            gate.append(sums / UNIT)
            listed.append(best(sums.detach(), present, SHORTLIST))
            sums = self._sums("encode", kind, rows, None if shift is None else shift[:, kind])
            alone.append(activations(sums))
            context += pooled(alone[-1], listed[-1])
        together = torch.cat(context, dim=-1)
        worth = []
        for kind, rows in enumerate(alone):
            inputs = torch.cat([rows, together.unsqueeze(1).expand(-1, rows.shape[1], -1)], dim=-1)
            mixed = activations(self._sums("mix", kind, inputs))
            worth.append(self._sums("prefer", kind, mixed).squeeze(-1) / UNIT)
        # estimating must not bend what deciding needs
        value = self.value(together.detach() / ONE).squeeze(-1)
        return Judgement(torch.cat(worth, dim=1), torch.cat(gate, dim=1), torch.cat(listed, dim=1), value)

    def _sums(self, name: str, kind: int, rows: Tensor, shift: Tensor | None = None) -> Tensor:
        layer = getattr(self, name)[kind]
        bias = layer.bias if shift is None else (layer.bias + shift).unsqueeze(1)
        sums: Tensor = functional.linear(rows, whole_weight(layer.weight)) + through(torch.round, bias * UNIT)
        return sums

    def exported(self, plan: PolicyPlan | None = None) -> Policy:
        """The policy that says the same; the value estimate, which only training needs, is left out."""
        gate, encode, mix, prefer = (
            (whole_layer(expands), whole_layer(collapses))
            for expands, collapses in (getattr(self, name) for name in LAYERS)
        )
        return Policy(self.hidden, SHORTLIST, SHIFT, SHIFT, gate, encode, mix, prefer, plan)


def whole_layer(layer: nn.Linear) -> Layer:
    """A layer as the file holds it."""
    weight, bias = whole_weight(layer.weight.detach()), (layer.bias.detach() * UNIT).round()
    return Layer(tuple(map(tuple, weight.long().tolist())), tuple(bias.long().tolist()))


def whole_weight(weight: Tensor) -> Tensor:
    """Weights as the file holds them."""
    return through(torch.round, (weight * 2**SHIFT).clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT))


def through(function: Callable[[Tensor], Tensor], numbers: Tensor) -> Tensor:
    """``function(numbers)``, with the slopes of ``numbers``."""
    return function(numbers).detach() + (numbers - numbers.detach())  # the difference is 0, to the last bit


def activations(sums: Tensor) -> Tensor:
    """What a layer hands on (POL-4)."""
    return through(torch.floor, (sums / 2**SHIFT).clamp(0, CLIP))


def best(gate: Tensor, present: Tensor, count: int) -> Tensor:
    """The ``count`` greatest of each row, the first of equals first (POL-3)."""
    if gate.shape[1] <= count:
        return present
    order = torch.argsort(-gate.masked_fill(~present, -torch.inf), dim=1, stable=True)
    listed = torch.zeros_like(present).scatter(1, order[:, :count], True)
    return listed & present


def pooled(rows: Tensor, listed: Tensor) -> list[Tensor]:
    """Floored means and maxima over the shortlists (POL-4); ``(batch, hidden)`` each."""
    mask = listed.unsqueeze(-1)
    shown = rows * mask
    means = through(torch.floor, shown.sum(dim=1) / mask.sum(dim=1).clamp(min=1))
    if rows.shape[1] == 0:
        return [means, torch.zeros_like(means)]
    return [means, shown.amax(dim=1)]  # activations are not negative


def restored(policy: Policy) -> PolicyNetwork:
    """A network that begins where ``policy`` stands; its value estimate is 0 everywhere."""
    network = PolicyNetwork(policy.hidden)
    with torch.no_grad():
        for name in LAYERS:
            for layer, one in zip(getattr(network, name), getattr(policy, name), strict=True):
                layer.weight.copy_(torch.tensor(one.weight, dtype=torch.float64) / 2**SHIFT)
                layer.bias.copy_(torch.tensor(one.bias, dtype=torch.float64) / UNIT)
        network.value.weight.zero_()
        network.value.bias.zero_()
    return network
