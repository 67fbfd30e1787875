"""A trained policy at work: the network's arithmetic in NumPy, weights from a safetensors file.

Equal to the PyTorch network within `TOLERANCE`. The file carries its configuration and the names of the features it
was trained on, so that a policy for other features is refused instead of misread.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from focalloc.learn.features import FEATURES, Observation
from focalloc.spec.errors import InvalidInput, whole_number
from focalloc.spec.json_text import from_json

FORMAT = "focalloc-policy-2"
"""Name and version of the file format: safetensors of 32-bit floats with one entry of metadata, `ENTRY`, as JSON.

The object has ``format``, ``config`` (of `PolicyConfig`), ``features`` (`FEATURES`), ``digest`` (of the weights, see
`digest_of`), ``notes``, and a ``seal`` over all of these (see `seal_of`). One entry, as the order of several would
differ from file to file.
"""

ENTRY = "focalloc"

TOLERANCE = 1e-4
"""Largest difference of a logit between PyTorch and NumPy, for logits of order 1 to 10."""

ILLEGAL = -1e9
"""Logit of what the mask forbids."""

Array = NDArray[np.float32]


@dataclass(frozen=True)
class PolicyConfig:
    """Size of the network.

    Attributes:
        hidden: width of a block's representation, a multiple of ``heads``.
        layers: encoder layers.
        heads: attention heads.
        embedding: width of the embeddings that stand behind the features; 0 for none.

    Raises:
        InvalidInput: a size is out of range.
    """

    hidden: int = 256
    layers: int = 2
    heads: int = 4
    embedding: int = 0

    def __post_init__(self) -> None:
        for name, low in (("hidden", 1), ("layers", 0), ("heads", 1), ("embedding", 0)):
            whole_number(name, getattr(self, name), low, 2**16)
        if self.hidden % self.heads:
            raise InvalidInput("hidden", self.hidden, f"must be a multiple of heads = {self.heads}")

    @property
    def inputs(self) -> int:
        """Columns of the features, embeddings included."""
        return len(FEATURES) + self.embedding

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each weight by name, as PyTorch's encoder calls them."""
        width = self.hidden
        found: dict[str, tuple[int, ...]] = {"inlet.weight": (width, self.inputs), "inlet.bias": (width,)}
        for i in range(self.layers):
            layer = f"encoder.layers.{i}."
            found |= {
                layer + "self_attn.in_proj_weight": (3 * width, width),
                layer + "self_attn.in_proj_bias": (3 * width,),
                layer + "self_attn.out_proj.weight": (width, width),
                layer + "self_attn.out_proj.bias": (width,),
                layer + "linear1.weight": (2 * width, width),
                layer + "linear1.bias": (2 * width,),
                layer + "linear2.weight": (width, 2 * width),
                layer + "linear2.bias": (width,),
            }
            found |= {layer + f"norm{n}.{part}": (width,) for n in (1, 2) for part in ("weight", "bias")}
        return found | {
            "encoder.norm.weight": (width,),
            "encoder.norm.bias": (width,),
            "head.weight": (3, width),
            "head.bias": (3,),
        }


def digest_of(weights: Mapping[str, Array]) -> str:
    """SHA-256 of the weights, in the order of their names, in hexadecimal."""
    found = hashlib.sha256()
    for name in sorted(weights):
        found.update(f"{name} {weights[name].shape}".encode())
        found.update(np.ascontiguousarray(weights[name], dtype="<f4").tobytes())
    return found.hexdigest()


def seal_of(about: Mapping[str, object]) -> str:
    """SHA-256 of what a file says of itself, the digest of its weights included, in hexadecimal."""
    said = {name: one for name, one in about.items() if name != "seal"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


class Policy:
    """A network with its weights, without PyTorch.

    Args:
        config: its size.
        weights: float32 arrays by name, as `PolicyConfig.shapes` has them.

    Raises:
        InvalidInput: a weight is missing, superfluous, of the wrong shape or not finite.
    """

    def __init__(self, config: PolicyConfig, weights: Mapping[str, Array]) -> None:
        shapes = config.shapes()
        for name in sorted(shapes.keys() ^ weights.keys()):
            raise InvalidInput("policy", name, "is missing" if name in shapes else "is not a weight of this network")
        for name, shape in shapes.items():
            if weights[name].shape != shape:
                raise InvalidInput(f"policy.{name}", weights[name].shape, f"must have shape {shape}")
            if not np.isfinite(weights[name]).all():
                raise InvalidInput(f"policy.{name}", "not finite", "every weight must be finite")
        self.config = config
        self.weights = {name: np.ascontiguousarray(weights[name], dtype=np.float32) for name in shapes}

    def logits(self, seen: Observation) -> Array:
        """Logits (expand, keep, collapse) per block, `ILLEGAL` where the mask forbids; ``(blocks, 3)``.

        Raises:
            InvalidInput: the features have another width than the network.
        """
        if seen.features.shape[1:] != (self.config.inputs,):
            raise InvalidInput("features", seen.features.shape, f"must have {self.config.inputs} columns")
        rows = self._linear("inlet", seen.features)
        for i in range(self.config.layers):
            layer = f"encoder.layers.{i}."
            rows = rows + self._attention(layer + "self_attn.", self._norm(layer + "norm1", rows))
            inner = np.maximum(self._linear(layer + "linear1", self._norm(layer + "norm2", rows)), 0)
            rows = rows + self._linear(layer + "linear2", inner)
        logits = self._linear("head", self._norm("encoder.norm", rows))
        return np.where(seen.legal, logits, np.float32(ILLEGAL))

    def fonder_of_keeping(self, margin: float) -> Policy:
        """The same policy with ``margin`` added to every logit for keeping; below 0 it becomes more active."""
        bias = self.weights["head.bias"] + np.array([0, margin, 0], np.float32)
        return Policy(self.config, self.weights | {"head.bias": bias})

    def _linear(self, name: str, rows: Array) -> Array:
        out: Array = rows @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]
        return out

    def _norm(self, name: str, rows: Array) -> Array:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(1e-5))
        out: Array = centred / scale * self.weights[name + ".weight"] + self.weights[name + ".bias"]
        return out

    def _attention(self, name: str, rows: Array) -> Array:
        blocks, width = rows.shape
        heads = self.config.heads
        stacked = rows @ self.weights[name + "in_proj_weight"].T + self.weights[name + "in_proj_bias"]
        query, key, value = stacked.reshape(blocks, 3, heads, width // heads).transpose(1, 2, 0, 3)
        match = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(width // heads))
        match = np.exp(match - match.max(axis=-1, keepdims=True))
        mixed = (match / match.sum(axis=-1, keepdims=True)) @ value
        return self._linear(name + "out_proj", mixed.transpose(1, 0, 2).reshape(blocks, width))

    def save(self, path: Path, **notes: str) -> None:
        """Write the policy to ``path``, with ``notes`` for people; equal policies give equal bytes."""
        from safetensors.numpy import save_file

        about = {
            "format": FORMAT,
            "config": asdict(self.config),
            "features": FEATURES,
            "digest": digest_of(self.weights),
            "notes": notes,
        }
        about["seal"] = seal_of(about)
        save_file(self.weights, path, metadata={ENTRY: json.dumps(about, sort_keys=True)})


def load(path: str | Path) -> Policy:
    """The policy saved at ``path``.

    Raises:
        InvalidInput: there is no such file, it is no policy, one of other numbers or for other features, or not as it
            was saved; says which.
    """
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise InvalidInput("policy", str(path), "needs the package safetensors: pip install focalloc[policy]") from None
    if not Path(path).is_file():
        raise InvalidInput("policy", str(path), "is not a file")
    try:
        with safe_open(path, framework="np") as file:
            entry = (file.metadata() or {}).get(ENTRY, "null")
            names = list(file.keys())  # it is no mapping
            for name in names:
                if (kind := file.get_slice(name).get_dtype()) != "F32":
                    raise InvalidInput(f"policy.{name}", kind, "must be F32: 32-bit floats")
            weights = {name: file.get_tensor(name) for name in names}
    except SafetensorError as error:
        raise InvalidInput("policy", str(path), f"is no safetensors file: {error}") from None
    try:
        about = from_json("metadata", entry)
    except InvalidInput as no:
        raise InvalidInput("policy", str(path), f"has unreadable metadata: it {no.rule}") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InvalidInput("policy", str(path), f"is no policy of format {FORMAT}")
    if about.get("features") != list(FEATURES):
        raise InvalidInput("policy", str(path), "was trained on other features than this package has")
    try:
        config = PolicyConfig(**about["config"])
    except (KeyError, TypeError) as error:
        raise InvalidInput("policy", str(path), f"has no readable configuration: {error}") from None
    policy = Policy(config, weights)
    if about.get("seal") != seal_of(about):
        raise InvalidInput("policy", str(path), "is damaged: what it says of itself is not what was saved")
    if about.get("digest") != digest_of(weights):
        raise InvalidInput("policy", str(path), "is damaged: its weights are not those that were saved")
    return policy
