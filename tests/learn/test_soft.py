"""Soft assignments: convexity, gradients, and the hard limit."""

from __future__ import annotations

import numpy as np
import pytest

from focalloc.learn.projection import project
from focalloc.learn.soft import blend, from_fractions, renderings, soft_context, soft_used, softmax
from focalloc.refimpl.relaxation import relaxation
from focalloc.spec import Action, Block, Geometry, InvalidInput, Params, State, advanced, opened
from focalloc.spec.actions import consumed

GEOMETRY = Geometry((4, 3), (1, 1, 2))
CONTEXT = [(2, 0), (1, 12), (0, 16), (1, 20), (1, 24), (1, 28), (1, 32)]
STATE = opened(GEOMETRY, Params(w_max=30), CONTEXT)


def embed(block: Block) -> list[float]:
    return [float(block.level), float(block.start), 1.0]


def one_hot(state: State, actions: list[Action]) -> np.ndarray:
    return from_fractions(state, dict.fromkeys(actions, 1.0))


def test_softmax_is_convex_and_hardens_as_it_cools() -> None:
    logits = np.random.default_rng(0).normal(size=(9, 3))
    for temperature in (10, 1, 0.1):
        weights = softmax(logits, temperature)
        assert np.allclose(weights.sum(axis=1), 1)
        assert (weights >= 0).all()
    hard = softmax(logits, 1e-6)
    assert (hard.argmax(axis=1) == logits.argmax(axis=1)).all()
    assert set(hard.ravel()) == {0.0, 1.0}


def test_fractions_become_convex_weights() -> None:
    fractions = {
        Action("collapse", 2, 24): 0.25,
        Action("expand", 1, 28): 0.75,
        Action("expand", 2, 0): 0.5,
        Action("collapse", 1, 16): 0.1,
    }
    weights = from_fractions(STATE, fractions)
    assert weights.sum(axis=1).tolist() == [1] * 7
    assert weights[0].tolist() == [0.5, 0.5, 0]
    assert weights[2].tolist() == [0, 0.9, 0.1]
    assert weights[5].tolist() == [0.75, 0, 0.25]
    for wrong in (
        {Action("expand", 2, 0): -0.1},
        {Action("expand", 2, 24): 0.1},
        {Action("collapse", 2, 24): 1.25},
    ):
        with pytest.raises(InvalidInput, match="fractions"):
            from_fractions(STATE, wrong)


def test_an_expand_yields_what_a_collapse_has_of_its_block() -> None:
    weights = from_fractions(STATE, {Action("expand", 1, 28): 0.75, Action("collapse", 2, 24): 0.5})
    assert weights[5].tolist() == [0.5, 0, 0.5]
    assert weights[4].tolist() == [0, 0.5, 0.5]


def test_relaxed_optima_become_convex_weights_within_the_budget() -> None:
    exclusive = partial = 0
    rng = np.random.default_rng(0)
    for w_max in range(STATE.used, STATE.used + 6):
        state = opened(GEOMETRY, Params(w_max=w_max, n_diff=3), CONTEXT)
        for _ in range(60):
            shares = relaxation(state, rng.integers(-(10**6), 10**6, state.used).tolist()).shares
            weights = from_fractions(state, {action: float(share) for action, share in shares.items()})
            assert (weights >= 0).all()
            assert np.allclose(weights.sum(axis=1), 1)
            assert soft_used(state, weights) <= w_max + 1e-9
            claimed = [block for action in shares for block in consumed(GEOMETRY, action)]
            exclusive += len(claimed) != len(set(claimed))
            partial += any(share < 1 for share in shares.values())
    assert exclusive > 5  # what is asked about did happen
    assert partial > 5


@pytest.mark.parametrize("seed", range(30))
def test_the_hard_limit_is_the_discrete_context_exactly(seed: int) -> None:
    actions = project(STATE, np.random.default_rng(seed).normal(0, 2, (7, 3)))
    after = advanced(STATE, actions)
    weights = one_hot(STATE, actions)
    assert [block for block, _ in soft_context(STATE, weights)] == list(after.context)
    assert {degree for _, degree in soft_context(STATE, weights)} == {1.0}
    assert soft_used(STATE, weights) == after.used
    expanded, current, collapsed = renderings(STATE, embed)
    mixed = blend(weights, expanded, current, collapsed)
    kinds = {block: action.kind for action in actions for block in consumed(GEOMETRY, action)}
    rendered = {"expand": expanded, "collapse": collapsed, None: current}
    for i, block in enumerate(STATE.context):
        assert np.array_equal(mixed[i], rendered[kinds.get(block)][i])


def test_renderings_pool_families_and_stand_in_at_the_ends() -> None:
    expanded, current, collapsed = renderings(STATE, embed)
    assert expanded[0].tolist() == [1, 4, 1]
    assert expanded[2].tolist() == current[2].tolist() == [0, 16, 1]
    assert collapsed[0].tolist() == current[0].tolist()
    assert collapsed[3].tolist() == [2, 12, 1]


def test_degrees_in_between_use_slots_in_between() -> None:
    weights = np.tile([0.0, 1.0, 0.0], (7, 1))
    weights[0] = [0.5, 0.5, 0]  # level 2 of 2 slots, into 3 of one slot
    weights[4:, 1], weights[4:, 2] = 0.25, 0.75
    weights[5] = [0, 0.5, 0.5]  # the member that wants it least decides
    assert soft_used(STATE, weights) == pytest.approx(2.5 + 1 + 4 + 1 + (0.5 * 3 + 0.5 * 2))
    assert dict(soft_context(STATE, weights))[Block(2, 24)] == 0.5


def test_weights_that_are_not_convex_or_not_possible_are_refused() -> None:
    keep = np.tile([0.0, 1.0, 0.0], (7, 1))
    for row, wrong in ((0, [0.5, 0.6, 0]), (0, [-0.5, 1.5, 0]), (2, [0.5, 0.5, 0])):
        weights = keep.copy()
        weights[row] = wrong
        with pytest.raises(InvalidInput, match="weights"):
            soft_context(STATE, weights)
    with pytest.raises(InvalidInput, match="shape"):
        soft_context(STATE, keep[:3])


@pytest.mark.torch
def test_pytorch_agrees_and_gradients_are_right() -> None:
    torch = pytest.importorskip("torch")
    logits = torch.randn(7, 3, dtype=torch.float64, requires_grad=True)
    parts = [torch.from_numpy(part).requires_grad_() for part in renderings(STATE, embed)]

    def mixed(given: object, *renderings: object) -> object:
        return blend(torch.softmax(given, dim=-1), *renderings)

    assert torch.autograd.gradcheck(mixed, (logits, *parts))
    plain = blend(softmax(logits.detach().numpy()), *(part.detach().numpy() for part in parts))
    assert np.allclose(plain, mixed(logits, *parts).detach().numpy(), atol=1e-12)
