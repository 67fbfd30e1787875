"""PyTorch tensors as scores: each kind is taken as the numbers that it holds, or refused with what to call on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from focalloc import Allocator, Batch, Geometry, InvalidInput, Params, Recorder

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

CONTEXT = [(2, 0), (1, 4), (0, 6)]
VALUES = [0.7333, -0.4111, 0.3, -0.2999]


def tiny() -> Allocator:
    """Four slots: a level-2 gist, a level-1 gist, two raw tokens."""
    allocator = Allocator()
    allocator.open(Geometry((2, 2)), Params(w_max=8, cooldown_steps=3, tau_expand=0, tau_collapse=0), CONTEXT)
    return allocator


# what a caller may have, and the numbers that it holds; the second rounds them by itself
TAKEN: dict[str, Callable[[Any], Any]] = {
    "float32": lambda row: row,
    "float64": lambda row: row.double(),
    "float16": lambda row: row.half(),
    "bfloat16": lambda row: row.bfloat16(),
    "float8": lambda row: row.to(torch.float8_e4m3fn),
    "requires_grad": lambda row: row.clone().requires_grad_(),
    "part of a graph": lambda row: row.clone().requires_grad_() * 1,
    "bfloat16 with a gradient": lambda row: row.bfloat16().requires_grad_(),
    "a parameter": lambda row: torch.nn.Parameter(row.clone()),
    "strided": lambda row: row.repeat_interleave(2)[::2],
    "flipped": lambda row: row.flip(0).flip(0),
    "one number for all": lambda row: row[:1].expand(4),
    "negated as a view": lambda row: torch._neg_view(row),
    "int32": lambda row: (row * 2**20).int(),
    "uint8": lambda row: (row.abs() * 200).to(torch.uint8),
}
ELSEWHERE = r"tensor of float32 on meta'.*: must be in the memory of the host: call \.cpu\(\)"
REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "meta": (lambda row: row.to("meta"), ELSEWHERE),
    "sparse": (lambda row: row.to_sparse(), r"call \.to_dense\(\)"),
    "quantised": (lambda row: torch.quantize_per_tensor(row, 0.1, 0, torch.qint8), r"call \.dequantize\(\)"),
    "bool": (lambda row: row > 0, "array of bool"),
    "complex": (lambda row: row.to(torch.complex64).conj(), "array of complex64"),
}
CALLS: dict[str, Callable[[Allocator, Any], Any]] = {
    "step": lambda one, row: list(one.step(row)),
    "step per block": lambda one, row: list(one.step(row if row.is_sparse else row[:3], per_block=True)),
    "ingest": lambda one, row: list(one.ingest(3, row)),
    "relaxation": lambda one, row: one.relaxation(row),
    "batch of rows": lambda one, row: unless_refused(Batch([one]).step([row])[0]),
    "batch": lambda one, row: unless_refused(Batch([one]).step(row[None])[0]),
}


def unless_refused(answer: Any) -> list[Any]:
    """A session's answer in a batch; raises what stands in its place."""
    if isinstance(answer, InvalidInput):
        raise answer
    return list(answer)


def numbers(tensor: Any) -> np.ndarray[Any, Any]:
    """What a tensor holds, one number after the other."""
    values = [one.item() for one in tensor]
    return np.array(values, np.float64 if isinstance(values[0], float) else np.int64)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", TAKEN)
def test_a_tensor_is_taken_as_the_numbers_that_it_holds(kind: str, call: str) -> None:
    tensor = TAKEN[kind](torch.tensor(VALUES))
    one, other = tiny(), tiny()
    assert CALLS[call](one, tensor) == CALLS[call](other, torch.from_numpy(numbers(tensor)))
    assert one.snapshot() == other.snapshot()


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", REFUSED)
def test_a_tensor_is_refused_with_what_to_call(kind: str, call: str) -> None:
    make, sentence = REFUSED[kind]
    tensor = make(torch.tensor(VALUES))
    allocator = tiny()
    before = allocator.snapshot()
    with pytest.raises(InvalidInput, match=sentence):
        CALLS[call](allocator, tensor)
    assert allocator.snapshot() == before


def test_a_batch_takes_a_matrix_as_a_matrix_and_rows_as_rows() -> None:
    rows = torch.tensor([[*VALUES, 9.0], [*reversed(VALUES), 9.0]], dtype=torch.bfloat16, requires_grad=True)
    alone = [tiny(), tiny()]
    expected = [one.step(row[:4].float().tolist()) for one, row in zip(alone, rows, strict=True)]
    assert list(Batch([tiny(), tiny()]).step(rows)) == expected, "what a row has beyond the slots is ignored"
    mixed = [rows[0, :4], rows[1, :4].to("meta")]
    first, second = Batch([tiny(), tiny()]).step(mixed)
    assert first == expected[0]
    assert isinstance(second, InvalidInput)
    assert ".cpu()" in str(second)


def test_logits_and_traces_take_tensors_too(tmp_path: Any) -> None:
    one, other = (Allocator(Geometry((2, 2)), Params(w_max=8), strategy="projection") for _ in range(2))
    for allocator in (one, other):
        allocator.load(CONTEXT)
    logits = torch.randn(3, 3, generator=torch.Generator().manual_seed(1), dtype=torch.bfloat16).requires_grad_()
    assert one.prefer(logits) == other.prefer(logits.detach().float().numpy())
    with pytest.raises(InvalidInput, match=r"^logits = .*call \.cpu\(\)"):
        one.prefer(logits.to("meta"))
    with Recorder(tiny(), tmp_path / "t.jsonl") as recorder:
        assert recorder.step(torch.tensor(VALUES, requires_grad=True)) == tiny().step(VALUES)
