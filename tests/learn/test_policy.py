"""Policies without PyTorch: loading, saving, refusing; and equality with the network where PyTorch is there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from focalloc.learn.features import FEATURES, Observation
from focalloc.learn.policy import ENTRY, FORMAT, ILLEGAL, TOLERANCE, Policy, PolicyConfig, digest_of, load, seal_of
from focalloc.spec import InvalidInput

safetensors = pytest.importorskip("safetensors.numpy")

SMALL = PolicyConfig(hidden=16, layers=2, heads=2)


def policy(config: PolicyConfig = SMALL, seed: int = 0) -> Policy:
    rng = np.random.default_rng(seed)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in config.shapes().items()}
    return Policy(config, weights)


def seen(blocks: int, width: int = len(FEATURES), seed: int = 1) -> Observation:
    rng = np.random.default_rng(seed)
    legal = rng.random((blocks, 3)) < 0.6
    legal[:, 1] = True
    return Observation(rng.normal(0, 1, (blocks, width)).astype(np.float32), legal)


def test_a_saved_policy_is_the_same_when_loaded(tmp_path: Path) -> None:
    one = policy()
    one.save(tmp_path / "p.safetensors", seed="0")
    two = load(tmp_path / "p.safetensors")
    assert two.config == SMALL
    assert np.array_equal(one.logits(seen(7)), two.logits(seen(7)))
    two.save(tmp_path / "q.safetensors", seed="0")
    assert (tmp_path / "p.safetensors").read_bytes() == (tmp_path / "q.safetensors").read_bytes()


def test_weights_are_saved_row_by_row_however_they_lie_in_memory(tmp_path: Path) -> None:
    one = policy()
    two = Policy(SMALL, {name: np.asfortranarray(weight) for name, weight in one.weights.items()})
    two.save(tmp_path / "p.safetensors")
    loaded = load(tmp_path / "p.safetensors").weights
    assert all(np.array_equal(loaded[name], weight) for name, weight in one.weights.items())


def test_the_mask_forbids() -> None:
    given = seen(9)
    logits = policy().logits(given)
    assert (logits[~given.legal] == np.float32(ILLEGAL)).all()
    assert (np.abs(logits[given.legal]) < 100).all()


def test_the_order_of_blocks_does_not_matter() -> None:
    given = seen(6)
    turned = Observation(given.features[::-1], given.legal[::-1])
    assert np.allclose(policy().logits(turned)[::-1], policy().logits(given), atol=TOLERANCE)


def test_features_of_another_width_are_refused() -> None:
    with pytest.raises(InvalidInput, match="columns"):
        policy().logits(seen(3, width=4))


def test_missing_corrupt_and_mismatched_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not a file"):
        load(tmp_path / "none.safetensors")
    path = tmp_path / "p.safetensors"
    path.write_bytes(b"not a policy at all")
    with pytest.raises(InvalidInput, match="no safetensors file"):
        load(path)
    policy().save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidInput, match="no safetensors file"):
        load(path)
    weights = policy().weights
    config = {"hidden": 16, "layers": 2, "heads": 2}
    good = {"format": FORMAT, "features": FEATURES, "config": config, "digest": digest_of(weights)}
    good["seal"] = seal_of(good)
    for wrong, message in [
        ({"format": "other"}, "format"),
        ({"features": []}, "other features"),
        ({"config": 3}, "configuration"),
        ({"config": {"width": 3}}, "configuration"),
        ({"config": {"hidden": "16"}}, "integer"),
        ({"config": {"hidden": 16, "layers": 1, "heads": 2}}, "not a weight"),
        ({"config": {"hidden": 16, "layers": 3, "heads": 2}}, "is missing"),
        ({"config": {"hidden": 15, "heads": 2}}, "multiple"),
        ({"config": {"hidden": 32, "layers": 2, "heads": 2}}, "shape"),
        ({"digest": digest_of(weights | {"head.bias": np.zeros(3, np.float32)})}, "its weights are not"),
    ]:
        edited = good | wrong
        safetensors.save_file(weights, path, metadata={ENTRY: json.dumps(edited | {"seal": seal_of(edited)})})
        with pytest.raises(InvalidInput, match=message):
            load(path)
    for wrong, message in [
        ({"config": config | {"heads": 4}}, "what it says of itself"),  # which fits the weights as well
        ({"notes": {"trained": "by nobody"}}, "what it says of itself"),
        ({"seal": None}, "what it says of itself"),
    ]:
        safetensors.save_file(weights, path, metadata={ENTRY: json.dumps(good | wrong)})
        with pytest.raises(InvalidInput, match=message):
            load(path)
    safetensors.save_file(weights, path, metadata={ENTRY: json.dumps(good)})
    load(path)
    for entry, message in (({}, "no policy"), ({ENTRY: "{"}, "unreadable"), ({ENTRY: "[]"}, "no policy")):
        safetensors.save_file(weights, path, metadata=entry)
        with pytest.raises(InvalidInput, match=message):
            load(path)
    weights["head.bias"] = np.array([0, np.nan, 0], np.float32)
    safetensors.save_file(weights, path, metadata={ENTRY: json.dumps(good)})
    with pytest.raises(InvalidInput, match="finite"):
        load(path)


@pytest.mark.parametrize(
    ("kind", "size"), [("BF16", 2), ("F16", 2), ("F64", 8), ("F8_E4M3", 1), ("F8_E5M2", 1), ("I8", 1), ("I64", 8)]
)
def test_weights_of_other_kinds_are_refused_by_name(kind: str, size: int, tmp_path: Path) -> None:
    path = tmp_path / "p.safetensors"
    policy().save(path)
    length = int.from_bytes(path.read_bytes()[:8], "little")
    header = json.loads(path.read_bytes()[8 : 8 + length])
    end = 0
    for entry in (entry for name, entry in header.items() if name != "__metadata__"):
        first, last = entry["data_offsets"]
        entry["dtype"], entry["data_offsets"] = kind, [end, end := end + (last - first) // 4 * size]
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))
    with pytest.raises(InvalidInput, match=rf"^policy\.\S+ = '{kind}': must be F32: 32-bit floats$"):
        load(path)


@pytest.mark.torch
@pytest.mark.parametrize("config", [SMALL, PolicyConfig(), PolicyConfig(hidden=24, layers=1, heads=3, embedding=5)])
def test_numpy_and_pytorch_agree(config: PolicyConfig) -> None:
    torch = pytest.importorskip("torch")
    from focalloc.learn.network import Batch, PolicyNetwork, restored

    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = PolicyNetwork(config)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    rows = [seen(blocks, config.inputs, seed) for seed, blocks in enumerate([1, 7, 40])]
    exported = network.exported()
    for training in (True, False):
        network.train(training)
        with torch.no_grad():
            together, _ = network(Batch(rows))
            again, _ = restored(exported)(Batch(rows))
        assert torch.allclose(together, again, atol=TOLERANCE)
        for one, logits in zip(rows, together.numpy(), strict=True):
            legal = one.legal
            mine = exported.logits(one)
            assert np.abs(mine[legal]).max() > 0.1
            assert np.abs(mine - logits[: len(legal)])[legal].max() < TOLERANCE
            assert (logits[: len(legal)][~legal] == np.float32(ILLEGAL)).all()
