"""``focalloc serve`` as another program sees it."""

from __future__ import annotations

import sys

import pytest

from focalloc.conformance.process import ProcessAllocator
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Geometry, Params


@pytest.mark.parametrize("implementation", ["fast", "reference"])
def test_a_built_in_allocator_answers_over_the_wire_as_in_process(implementation: str) -> None:
    geometry, params, context = Geometry((2, 2)), Params(w_max=8), [(2, 0), (2, 4)]
    plain = ReferenceAllocator()
    plain.open(geometry, params, context)
    with ProcessAllocator([sys.executable, "-m", "focalloc", "serve", "-i", implementation], timeout=60) as remote:
        remote.open(geometry, params, context)
        assert remote.start().name == f"focalloc-{implementation}"
        assert "greedy" in remote.start().strategies
        for scores in ([2**20, -(2**20)], [0, 2**20, -(2**20)]):
            assert [tuple(action) for action in remote.step(scores)] == [tuple(a) for a in plain.step(scores)]
        used = plain.state.used
        assert [tuple(a) for a in remote.ingest(2, [0] * used)] == [tuple(a) for a in plain.ingest(2, [0] * used)]
