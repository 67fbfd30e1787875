"""Files of policies: what is saved is loaded, and whatever else a file may be is refused in one sentence."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focalloc.conformance.worlds import random_policy
from focalloc.fastpath.policy_file import ENTRY, digest_of, load, load_with_notes, save, seal_of, tensors_of
from focalloc.spec import InvalidInput
from focalloc.spec.policy import FEATURES, FORMAT

safetensors = pytest.importorskip("safetensors.numpy")

ONE = random_policy(random.Random(0), 4)
CONFIG = {"hidden": 4, "shortlist": 8, "encode_shift": 2, "mix_shift": 6, "plan": [3, 2, 1]}


def about(**change: object) -> dict[str, object]:
    """What a good file says of itself, sealed, with some of it changed before that."""
    config = {name: getattr(ONE, name) for name in CONFIG}
    said: dict[str, object] = {"format": FORMAT, "config": config, "features": FEATURES, "notes": {}}
    said = {name: one for name, one in (said | {"digest": digest_of(tensors_of(ONE))} | change).items() if one != ...}
    return said | {"seal": seal_of(said)}


def write(path: Path, said: object, tensors: dict[str, Any] | None = None) -> Path:
    safetensors.save_file(tensors_of(ONE) if tensors is None else tensors, path, metadata={ENTRY: json.dumps(said)})
    return path


def changed(**tensors: Any) -> dict[str, Any]:
    """The tensors with some in place of others; ``...`` takes one away."""
    found = tensors_of(ONE) | {name.replace("_", "."): one for name, one in tensors.items()}
    return {name: one for name, one in found.items() if one is not ...}


def test_a_saved_policy_is_the_same_when_loaded(tmp_path: Path) -> None:
    for seed in range(20):
        one = random_policy(random.Random(seed))
        save(one, tmp_path / "p.safetensors", trained="a while", seed=str(seed))
        assert load_with_notes(tmp_path / "p.safetensors") == (one, {"trained": "a while", "seed": str(seed)})
        save(load(tmp_path / "p.safetensors"), tmp_path / "q.safetensors", trained="a while", seed=str(seed))
        assert (tmp_path / "p.safetensors").read_bytes() == (tmp_path / "q.safetensors").read_bytes()
    assert load(write(tmp_path / "p.safetensors", about())) == ONE


@pytest.mark.parametrize("path", [1, None, b"p.safetensors", ["p.safetensors"]])
def test_what_is_no_path_is_refused(path: Any) -> None:
    for call in (load, lambda path: save(ONE, path)):
        with pytest.raises(InvalidInput, match=r"^policy = .*: must be a path$"):
            call(path)


def test_what_is_no_file_of_tensors_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(InvalidInput, match="is not a file"):
            load(path)
    path = tmp_path / "p.safetensors"
    for content in (b"", b"not a policy at all", b"\xff" * 100):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match="no safetensors file"):
            load(path)
    save(ONE, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidInput, match="no safetensors file"):
        load(path)
    with pytest.raises(InvalidInput, match="No such file"):
        save(ONE, tmp_path / "none" / "p.safetensors")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (None, "is no policy of format"),
        ([], "is no policy of format"),
        ({}, "is no policy of format"),
        (about(format="focalloc-policy-2"), "is no policy of format focalloc-policy-3"),
        (about(features=FEATURES[:-1]), "other features"),
        (about(features=[*FEATURES[1:], FEATURES[0]]), "other features"),
        (about(config=...), "policy = 'config': is missing"),
        (about(more=1), "policy = 'more': is nothing that a policy says"),
        (about(config=3), "policy.config = 3: must have hidden"),
        (about(config=CONFIG | {"heads": 2}), "and nothing else"),
        (about(config=CONFIG | {"hidden": 5}), r"policy.encode.weight = \(2, 4, 17\): must have shape \(2, 5, 17\)"),
        (about(config=CONFIG | {"hidden": "4"}), "policy.hidden = '4': must be an integer"),
        (about(config=CONFIG | {"hidden": 4.0}), "policy.hidden = 4.0: must be an integer"),
        (about(config=CONFIG | {"shortlist": True}), "policy.shortlist = True: must be an integer"),
        (about(config=CONFIG | {"plan": [1, 2]}), r"policy.plan = \[1, 2\]: must be 3 integers or null"),
        (about(config=CONFIG | {"plan": "123"}), "policy.plan = '123': must be 3 integers or null"),
        (about(config=CONFIG | {"plan": [1, 2, True]}), "policy.plan.stay = True: must be an integer"),
        (about(config=CONFIG | {"plan": [2**31, 2, 3]}), "policy.plan.show = 2147483648: must lie between"),
        (about(config=CONFIG | {"mix_shift": 32}), "policy.mix_shift = 32: must lie between 0 and 31"),
        (about(notes={"trained": {"by": "whom"}}), "policy.notes = .*: must be strings by name"),
        (about(notes=["by", "whom"]), "policy.notes"),
        (about(digest=digest_of(changed(gate_bias=np.zeros((2, 1), np.int32)))), "its tensors are not"),
        (about(digest=None), "its tensors are not"),
        (about() | {"notes": {"trained": "by nobody"}}, "what it says of itself"),
        (about() | {"config": CONFIG | {"encode_shift": 3}}, "what it says of itself"),
        (about() | {"digest": "0" * 64}, "what it says of itself"),
        (about() | {"seal": None}, "what it says of itself"),
    ],
)
def test_what_says_something_else_is_refused(said: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        load(write(tmp_path / "p.safetensors", said))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "is no policy"),
        ({ENTRY: "{"}, "unreadable metadata: it is not JSON"),
        ({ENTRY: "[" * 100_000}, "unreadable metadata: it is nested too deeply"),
        ({ENTRY: json.dumps(about())[:-1] + ', "seal": 0}'}, "has the key 'seal' twice"),
        ({ENTRY: json.dumps(about()), "more": "of it"}, "has metadata beside its entry focalloc"),
    ],
)
def test_other_metadata_is_refused(entry: dict[str, str], message: str, tmp_path: Path) -> None:
    safetensors.save_file(tensors_of(ONE), tmp_path / "p.safetensors", metadata=entry)
    with pytest.raises(InvalidInput, match=message):
        load(tmp_path / "p.safetensors")


def test_nested_metadata_of_the_file_itself_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "p.safetensors", about())
    rewrite(path, lambda header: header["__metadata__"].update({ENTRY: about()}))
    with pytest.raises(InvalidInput, match="is no safetensors file"):
        load(path)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        (changed(mix_bias=...), "policy = 'mix.bias': is missing"),
        (changed(more_bias=np.zeros(1, np.int32)), "policy = 'more.bias': is not a tensor of a policy"),
        (changed(more=np.zeros(1, np.int32)), "policy = 'more': is not a tensor of a policy"),
        (changed(gate_bias=np.zeros((2, 2), np.int32)), r"policy.gate.bias = \(2, 2\): must have shape \(2, 1\)"),
        (changed(gate_bias=np.zeros((2,), np.int32)), "policy.gate.bias"),
        (changed(prefer_weight=np.zeros((2, 4), np.int8)), "policy.prefer.weight"),
        (changed(gate_weight=np.full((2, 1, 10), -128, np.int8)), r"policy.gate.expand.weight\[0\] = -128"),
        (changed(gate_bias=np.full((2, 1), -(2**31), np.int32)), r"policy.gate.expand.bias\[0\] = -2147483648"),
        (
            changed(
                encode_weight=np.full((2, 4, 17), 127, np.int8), encode_bias=np.full((2, 4), 2**31 - 2**26, np.int32)
            ),
            r"policy.encode.expand\[0\] = .*: a sum may leave 32 bits",
        ),
    ],
)
def test_other_tensors_are_refused(tensors: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        load(write(tmp_path / "p.safetensors", about(digest=digest_of(tensors)), tensors))


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("BF16", 2),
        ("F16", 2),
        ("F32", 4),
        ("F64", 8),
        ("F8_E4M3", 1),
        ("F8_E5M2", 1),
        ("U8", 1),
        ("I16", 2),
        ("I64", 8),
    ],
)
@pytest.mark.parametrize(("ending", "due"), [("weight", "I8"), ("bias", "I32")])
def test_numbers_of_other_types_are_refused_by_name(
    kind: str, size: int, ending: str, due: str, tmp_path: Path
) -> None:
    path = tmp_path / "p.safetensors"
    save(ONE, path)
    rewrite(path, lambda header: retype(header, ending, kind, size))
    with pytest.raises(InvalidInput, match=rf"^policy\.\w+\.{ending} = '{kind}': must be {due} \(POL-7\)$"):
        load(path)


def rewrite(path: Path, edit: Any) -> None:
    """Edit the header of a file; its tensors become zeros, as many bytes as the header says."""
    length = int.from_bytes(path.read_bytes()[:8], "little")
    header = json.loads(path.read_bytes()[8 : 8 + length])
    edit(header)
    end = max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))


def retype(header: dict[str, Any], ending: str, kind: str, size: int) -> None:
    """Say of the tensors of such names that they are of another type."""
    end = 0
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            length = last - first
            if name.endswith(ending):
                length = length // (1 if entry["dtype"] == "I8" else 4) * size
                entry["dtype"] = kind
            entry["data_offsets"] = [end, end := end + length]


def test_two_policies_differ_where_any_number_does(tmp_path: Path) -> None:
    save(ONE, tmp_path / "p.safetensors")
    before = digest_of(tensors_of(ONE))
    for name in tensors_of(ONE):
        tensors = tensors_of(ONE)
        tensors[name].reshape(-1)[-1] ^= 1
        assert digest_of(tensors) != before
    assert load(tmp_path / "p.safetensors") != replace(ONE, mix_shift=ONE.mix_shift + 1)
