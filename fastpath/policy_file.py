"""Files of learned policies: safetensors of integers, sealed (clause POL-7 of ``POLICY.md``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from focalloc.spec.errors import InvalidInput, file_path
from focalloc.spec.files import unusable, write
from focalloc.spec.json_text import from_json
from focalloc.spec.policy import FEATURES, FORMAT, LAYERS, SIZES, Layer, Pair, Policy, PolicyPlan, checked_sizes, shapes

ENTRY = "focalloc"
"""The one entry of the metadata; the order of several would differ from file to file."""

KINDS = {"weight": ("I8", np.int8), "bias": ("I32", np.int32)}
"""Type of a tensor by the end of its name, as the file and as NumPy calls it."""

Tensors = dict[str, NDArray[Any]]


def tensors_of(policy: Policy) -> Tensors:
    """The tensors of a policy by name, as its file has them."""
    found: Tensors = {}
    for name in LAYERS:
        pair: Pair = getattr(policy, name)
        found[f"{name}.weight"] = np.array([layer.weight for layer in pair], np.int8)
        found[f"{name}.bias"] = np.array([layer.bias for layer in pair], np.int32)
    return found


def digest_of(tensors: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 of the tensors, in the order of their names, in hexadecimal."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        sizes = ",".join(map(str, tensors[name].shape))
        found.update(f"{name} {sizes}\n".encode())
        found.update(tensors[name].astype(tensors[name].dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()


def seal_of(about: Mapping[str, object]) -> str:
    """SHA-256 of what a file says of itself, the digest of its tensors included, in hexadecimal."""
    said = {name: one for name, one in about.items() if name != "seal"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def save(policy: Policy, path: str | Path, **notes: str) -> None:
    """Write a policy to ``path``, with ``notes`` for people; equal policies and notes give equal bytes.

    Raises:
        InvalidInput: the file cannot be written, or safetensors is not there.
    """
    dumps = _safetensors(path).numpy.save
    tensors = tensors_of(policy)
    about: dict[str, object] = {
        "format": FORMAT,
        "config": {name: getattr(policy, name) for name in SIZES} | {"plan": policy.plan},
        "features": FEATURES,
        "notes": notes,
        "digest": digest_of(tensors),
    }
    about["seal"] = seal_of(about)
    write("policy", file_path("policy", path), dumps(tensors, {ENTRY: json.dumps(about, sort_keys=True)}))


def load(path: str | Path) -> Policy:
    """The policy saved at ``path``.

    Raises:
        InvalidInput: there is no such file, it is no policy of this format, some number breaks POL-6, or the file is
            not as it was saved; says which.
    """
    return load_with_notes(path)[0]


def load_with_notes(path: str | Path) -> tuple[Policy, dict[str, str]]:
    """`load`, and what the file tells people."""
    about, tensors = _read(path)
    config, notes = about["config"], about["notes"]
    if not isinstance(config, dict) or config.keys() != {*SIZES, "plan"}:
        raise InvalidInput("policy.config", config, f"must have {', '.join(SIZES)} and plan, and nothing else (POL-7)")
    if not isinstance(notes, dict) or not all(isinstance(one, str) for one in notes.values()):
        raise InvalidInput("policy.notes", notes, "must be strings by name (POL-7)")
    if about["seal"] != seal_of(about):
        raise InvalidInput("policy", str(path), "is damaged: what it says of itself is not what was saved")
    if about["digest"] != digest_of(tensors):
        raise InvalidInput("policy", str(path), "is damaged: its tensors are not those that were saved")
    return _policy(config, tensors), notes


def _safetensors(path: str | Path) -> Any:
    try:
        import safetensors
        import safetensors.numpy
    except ImportError:
        raise InvalidInput("policy", str(path), "needs the package safetensors: pip install focalloc[policy]") from None
    return safetensors


def _read(path: str | Path) -> tuple[dict[str, Any], Tensors]:
    """What a file says of itself, and its tensors, every one of the type of its name."""
    library = _safetensors(path)
    if not file_path("policy", path).is_file():
        raise InvalidInput("policy", str(path), "is not a file")
    tensors: Tensors = {}
    try:
        with library.safe_open(path, framework="np") as file:
            about = _about(path, file.metadata() or {})
            for name in list(file.keys()):  # it is no mapping
                kind, _ = KINDS.get(name.rpartition(".")[2], ("", None))
                if not kind:
                    raise InvalidInput("policy", name, "is not a tensor of a policy (POL-7)")
                if (found := file.get_slice(name).get_dtype()) != kind:
                    raise InvalidInput(f"policy.{name}", found, f"must be {kind} (POL-7)")
                tensors[name] = file.get_tensor(name)
            return about, tensors
    except library.SafetensorError as error:
        raise InvalidInput("policy", str(path), f"is no safetensors file: {error}") from None
    except OSError as error:
        raise unusable("policy", Path(path), error) from None


def _about(path: str | Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    """What a file says of itself: all that POL-7 asks for, and of this format."""
    try:
        about = from_json("metadata", metadata.get(ENTRY, "null"))
    except InvalidInput as no:
        raise InvalidInput("policy", str(path), f"has unreadable metadata: it {no.rule}") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InvalidInput("policy", str(path), f"is no policy of format {FORMAT}")
    if metadata.keys() != {ENTRY}:
        raise InvalidInput("policy", str(path), f"has metadata beside its entry {ENTRY} (POL-7)")
    expected = {"format", "config", "features", "notes", "digest", "seal"}
    for name in sorted(expected ^ about.keys()):
        raise InvalidInput(
            "policy", name, "is missing" if name in expected else "is nothing that a policy says (POL-7)"
        )
    if about["features"] != list(FEATURES):
        raise InvalidInput("policy", str(path), "was trained on other features than this package has (POL-2)")
    return about


def _policy(config: Mapping[str, Any], tensors: Tensors) -> Policy:
    """The policy of these sizes and tensors; what does not fit is refused by `Policy`, or named here."""
    sizes = checked_sizes(**{name: config[name] for name in SIZES})
    plan, count = config["plan"], len(PolicyPlan._fields)
    if plan is not None and (not isinstance(plan, list) or len(plan) != count):
        raise InvalidInput("policy.plan", plan, f"must be {count} integers or null (POL-7)")
    hidden = sizes["hidden"]
    expected: dict[str, tuple[int, ...]] = {}
    for name, (rows, inputs) in shapes(hidden).items():
        expected |= {f"{name}.weight": (2, rows, inputs), f"{name}.bias": (2, rows)}
    for name in sorted(expected.keys() ^ tensors.keys()):
        raise InvalidInput("policy", name, "is missing" if name in expected else "is not a tensor of a policy (POL-7)")
    for name, shape in expected.items():
        if tensors[name].shape != shape:
            raise InvalidInput(f"policy.{name}", tensors[name].shape, f"must have shape {shape} (POL-7)")
    gate, encode, mix, prefer = (_pair(tensors, name) for name in LAYERS)
    made = None if plan is None else PolicyPlan(*plan)
    shifts = sizes["encode_shift"], sizes["mix_shift"]
    return Policy(hidden, sizes["shortlist"], *shifts, gate, encode, mix, prefer, made)


def _pair(tensors: Tensors, name: str) -> Pair:
    """The two layers of a name."""
    weights, biases = tensors[f"{name}.weight"].tolist(), tensors[f"{name}.bias"].tolist()
    first, second = (Layer(tuple(map(tuple, rows)), tuple(bias)) for rows, bias in zip(weights, biases, strict=True))
    return first, second
