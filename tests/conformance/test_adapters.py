"""What an adapter can know of an allocator: its record of edits, or what a difference of contexts tells, not more."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from focalloc.conformance import Report, actions_between, run_conformance
from focalloc.conformance.worlds import random_context, random_geometry
from focalloc.spec import Action, Block, Geometry, InvalidInput
from focalloc.spec.actions import applied, family, parent

TREE = Geometry((2, 2))


@pytest.mark.parametrize(
    ("before", "after", "actions"),
    [
        ([(2, 0)], [(2, 0)], []),
        ([(2, 0), (2, 4)], [(1, 0), (1, 2), (2, 4)], [Action("expand", 2, 0)]),
        ([(0, 0), (1, 2)], [(0, 0), (0, 2)], [Action("expand", 1, 2)]),
        ([(1, 0), (1, 2), (1, 4), (1, 6)], [(2, 0), (2, 4)], [Action("collapse", 2, 0), Action("collapse", 2, 4)]),
    ],
)
def test_what_is_plain_is_named(
    before: list[tuple[int, int]], after: list[tuple[int, int]], actions: list[Action]
) -> None:
    assert actions_between(TREE, before, after) == actions


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([(1, 0), (1, 2), (1, 4), (1, 6)], [(1, 0), (2, 2), (1, 6)], "CTX"),  # one unaligned collapse
        ([(2, 0)], [(0, 0), (0, 2)], "more than one action"),  # two levels at once
        ([(2, 0)], [(0, 0), (1, 2)], "more than one action"),
        ([(0, 0), (0, 2)], [(2, 0)], "more than one action"),
        ([(2, 0)], [(1, 0)], "covers other tokens"),
        ([(2, 0)], [(2, 0), (2, 4)], "covers other tokens"),
        ([(2, 0)], [], "CTX"),
        ([(2, 0), (1, 4), (1, 6)], [(1, 0), (1, 2), (2, 4)], "does not show their order"),
    ],
)
def test_what_is_not_plain_is_refused(before: list[tuple[int, int]], after: list[tuple[int, int]], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        actions_between(TREE, before, after)


@pytest.mark.parametrize("first", ["expand", "collapse"])
def test_an_order_that_is_known_is_kept(first: Any) -> None:
    found = actions_between(TREE, [(2, 0), (1, 4), (1, 6)], [(1, 0), (1, 2), (2, 4)], first=first)
    assert sorted(found) == [Action("collapse", 2, 4), Action("expand", 2, 0)]
    assert found[0].kind == first


@pytest.mark.parametrize("seed", range(200))
def test_of_any_edits_what_is_named_leads_there_and_one_edit_per_place_is_named_as_it_was(seed: int) -> None:
    rng = random.Random(seed)
    geometry = random_geometry(rng)
    before = random_context(rng, geometry, 4)
    after, done, touched = before, list[Action](), set[Block]()
    for _ in range(rng.randint(0, 4)):
        action = rng.choice(possible(geometry, after) or [None])
        if action is None:
            break
        after = applied(geometry, after, action)
        done.append(action)
        touched |= {action.node, *family(geometry, action.node)}
    single = len(touched) == sum(1 + len(family(geometry, action.node)) for action in done)
    try:
        named = actions_between(geometry, before, after, first="collapse")
    except InvalidInput:
        assert not single
        return
    if single:
        assert sorted(named) == sorted(done)
    reached = before
    for action in named:
        reached = applied(geometry, reached, action)
    assert reached == after


def possible(geometry: Geometry, context: Sequence[Block]) -> list[Action]:
    blocks = set(context)
    nodes = {node for block in context if (node := parent(geometry, block)) is not None}
    return [Action("expand", *block) for block in context if block.level > 0] + [
        Action("collapse", *node) for node in sorted(nodes) if blocks.issuperset(family(geometry, node))
    ]


# THE EXAMPLES


def judged(adapter: type[Any]) -> Report:
    return run_conformance(adapter, examples=150, save_to=None, keep_going=True, shrink=False)


@pytest.mark.torch
@pytest.mark.parametrize("name", ["tensors", "in_place"])
def test_an_example_keeps_every_clause_of_what_it_supports(name: str) -> None:
    report = judged(example(name).Adapter)
    assert report.verdicts == {"pass": 150}
    assert "protected_tokens but 0" in report.left_out or name == "in_place"


def example(name: str) -> Any:
    pytest.importorskip("torch")
    if name == "tensors":
        from focalloc.conformance.examples import tensors

        return tensors
    from focalloc.conformance.examples import in_place

    return in_place


@pytest.mark.torch
def test_an_edit_off_the_grid_is_no_action_that_was_never_taken() -> None:
    """What an earlier adapter took for two expands: a collapse that is not aligned."""
    tensors = example("tensors")

    class Off(tensors.TensorFocus):  # type: ignore[misc]
        def _replace(self, slot: int, level: int, direction: int) -> None:
            super()._replace(slot, level, direction)
            if direction < 0:
                self.positions[slot] += 1

    class Adapter(tensors.Adapter):  # type: ignore[misc]
        def open(self, *given: Any) -> None:
            super().open(*given)
            self.focus.__class__ = Off

    report = judged(Adapter)
    assert report.failures
    for failed in report.failures:
        assert failed.id == "error", failed.message
        assert "CTX" in failed.message


@pytest.mark.torch
def test_a_record_that_leaves_an_edit_out_is_found_by_the_context() -> None:
    in_place = example("in_place")

    class Adapter(in_place.Adapter):  # type: ignore[misc]
        def step(self, scores: Sequence[int]) -> list[Action]:
            return [action for action in super().step(scores) if action.kind == "expand"]

    assert "CTX-6" in {failed.id for failed in judged(Adapter).failures}
