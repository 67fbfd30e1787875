"""Sessions to learn from: someone works in a text, and a noisy lens says which parts of it matter.

Everything that does not depend on the allocator is drawn beforehand (`Episode`): where the cursor goes, what is
needed at each iteration, and what the lens will say about every node of the tree at every iteration. So two
allocators can be compared on the same noise. A `Session` then plays one allocator through an episode.

What is needed at an iteration is ground truth that no allocator sees: a window of blocks near the cursor, and the
blocks elsewhere whose words are most like those at the cursor. The lens sees it late, biased and noisy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.opening import laid_out
from focalloc.learn.texts import Text
from focalloc.spec.actions import OPPOSITE, Action, Kind
from focalloc.spec.blocks import Block, Context
from focalloc.spec.errors import InvalidInput
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.scores import SCORE_SCALE
from focalloc.spec.state import State, advanced, opened

Floats = NDArray[np.float64]

RECALLED = 0.75
"""What a block that is recalled is needed, where one at the cursor is needed 1."""

STRONGEST = 10.0
"""The lens never says more than this in magnitude."""


@dataclass(frozen=True)
class Noise:
    """How far the lens is from the truth.

    Attributes:
        spread: standard deviation of the error of each node's score, drawn anew at each iteration.
        bias: added to every score.
        lag: iterations by which the lens is late.
        flips: probability that an adversary turns the sign of a wanted node's score for one iteration.
    """

    spread: float = 0.0
    bias: float = 0.0
    lag: int = 0
    flips: float = 0.0


NOISES: dict[str, Noise] = {
    "clean": Noise(),
    "noisy": Noise(spread=0.8),
    "lagging": Noise(lag=4),
    "noisy and lagging": Noise(spread=0.8, lag=4),
    "biased": Noise(spread=0.3, bias=0.5),
    "adversarial": Noise(spread=0.3, flips=0.4),
}
"""Named settings, for measurement. All but the clean one lie outside of what `any_noise` draws for training."""


def any_noise(rng: np.random.Generator) -> Noise:
    """A lens of its own quality: from perfect to half noise, up to three iterations late."""
    return Noise(
        spread=float(rng.uniform(0, 0.7)),
        bias=float(rng.uniform(-0.2, 0.3)),
        lag=int(rng.integers(0, 4)),
        flips=float(rng.uniform(0, 0.3)),
    )


@dataclass(frozen=True)
class User:
    """How someone moves through a text and what they need there.

    Attributes:
        speed: level-0 blocks that the cursor moves per iteration while reading on.
        jump: probability per iteration of going somewhere else.
        back: probability that a jump goes back to a place visited before.
        width: level-0 blocks needed around the cursor.
        lead: level-0 blocks that the needed window lies ahead of the cursor; negative for behind.
        recall: level-0 blocks needed elsewhere, the ones whose words are most like those at the cursor.
    """

    speed: float = 0.25
    jump: float = 0.08
    back: float = 0.4
    width: int = 4
    lead: int = 0
    recall: int = 3


def any_user(rng: np.random.Generator) -> User:
    """A user with habits of their own."""
    return User(
        speed=float(rng.choice([0.0, 0.25, 0.5])),
        jump=float(rng.choice([0.04, 0.08, 0.12])),
        back=float(rng.choice([0.2, 0.6])),
        width=int(rng.integers(2, 6)),
        lead=int(rng.integers(-4, 5)),
        recall=int(rng.integers(0, 5)),
    )


@dataclass(frozen=True)
class Scenario:
    """The terms of an episode.

    Attributes:
        geometry: shape of the tree.
        params: the allocator's parameters; by default the budget is about what one place in the text needs.
        blocks: length of the text in level-0 blocks; whole top-level nodes.
        iterations: length of the episode.
        user: who works.
        noise: how good the lens is.
        full: whether the context begins with its budget used up, the end of the text in detail (LAY), as after a long
            session; else it begins with the whole text in top-level gists.

    Raises:
        InvalidInput: the text is not made of whole top-level nodes, or they alone overrun the budget.
    """

    geometry: Geometry = Geometry((16, 8))  # noqa: RUF009  # frozen
    params: Params = Params(w_max=160)  # noqa: RUF009  # frozen
    blocks: int = 64
    iterations: int = 48
    user: User = User()
    noise: Noise = Noise(spread=0.5, lag=2)
    full: bool = False

    def __post_init__(self) -> None:
        per_top = self.geometry.spans[-1] // self.geometry.span(0)
        if self.blocks < 1 or self.blocks % per_top:
            raise InvalidInput("blocks", self.blocks, f"must be a positive multiple of {per_top}, a top-level node")
        if self.tops * self.geometry.slots(self.geometry.top) > self.params.w_max:
            raise InvalidInput("w_max", self.params.w_max, "must hold the text in top-level gists at least")

    @property
    def tokens(self) -> int:
        """Length of the text in tokens."""
        return self.blocks * self.geometry.span(0)

    @property
    def tops(self) -> int:
        """Length of the text in top-level nodes."""
        return self.tokens // self.geometry.spans[-1]


@dataclass(frozen=True, eq=False)
class Episode:
    """One session's circumstances, fixed beforehand.

    Attributes:
        scenario: the terms.
        text: what is worked in.
        cursor: level-0 block of the cursor at each iteration, and one iteration beyond; ``(iterations + 1,)``.
        need: share of what iteration ``t`` needs that lies in each level-0 block; ``(iterations + 1, blocks)``, rows
            sum to 1.
        lens: what the lens says of each node, per level; ``(iterations, nodes of the level)``.
    """

    scenario: Scenario
    text: Text
    cursor: NDArray[np.int64]
    need: Floats
    lens: tuple[Floats, ...]

    def relevance(self, iteration: int) -> Floats:
        """Ground truth per token at ``iteration``; ``(tokens,)``, sums to 1."""
        span = self.scenario.geometry.span(0)
        per_token: Floats = np.repeat(self.need[iteration] / span, span)
        return per_token

    @property
    def opening(self) -> Context:
        """What the context begins with."""
        geometry, tokens = self.scenario.geometry, self.scenario.tokens
        if self.scenario.full:
            return laid_out(geometry, self.scenario.params, 0, tokens, None, None)
        return tuple(Block(geometry.top, start) for start in range(0, tokens, geometry.spans[-1]))


def episode(scenario: Scenario, text: Text, rng: np.random.Generator) -> Episode:
    """Draw an episode.

    Args:
        scenario: its terms.
        text: at least ``scenario.tokens`` tokens.
        rng: the source of all chance in it.

    Raises:
        InvalidInput: the text is too short.
    """
    if len(text.tokens) < scenario.tokens:
        raise InvalidInput("text", len(text.tokens), f"must have at least {scenario.tokens} tokens")
    cursor = _walk(scenario, rng)
    places, visits = np.unique(cursor, return_inverse=True)
    like = likeness(text, scenario, places.tolist())
    need = np.stack([needed(scenario.user, place, row) for place, row in zip(places.tolist(), like, strict=True)])
    need = need[visits]
    return Episode(scenario, text, cursor, need, _lens(scenario, need, rng))


def _walk(scenario: Scenario, rng: np.random.Generator) -> NDArray[np.int64]:
    """Where the cursor is at each iteration: it reads on at the user's speed and now and then jumps."""
    user, last = scenario.user, scenario.blocks - 1
    place, visited, cursor = float(rng.integers(scenario.blocks)), list[float](), []
    for _ in range(scenario.iterations + 1):
        cursor.append(int(place))
        place += user.speed
        if rng.random() < user.jump or place > last:
            visited.append(float(cursor[-1]))
            return_to = float(rng.choice(visited))
            place = return_to if rng.random() < user.back else float(rng.integers(scenario.blocks))
    return np.array(cursor)


def likeness(text: Text, scenario: Scenario, places: Sequence[int]) -> Floats:
    """Cosine similarity of the words of some level-0 blocks to those of each, rarer words counting more.

    Returns:
        ``(places, blocks)``.
    """
    blocks, span = scenario.blocks, scenario.geometry.span(0)
    number: dict[str, int] = {}
    words = np.array([number.setdefault(word, len(number)) for word in text.tokens[: scenario.tokens]], np.int64)
    pairs, times = np.unique(np.repeat(np.arange(blocks), span) * len(number) + words, return_counts=True)
    block, word = np.divmod(pairs, len(number))
    weights = times * np.log(blocks / np.bincount(word, minlength=len(number)))[word]
    weights /= np.maximum(np.sqrt(np.bincount(block, weights**2, blocks)), 1e-12)[block]
    rows = np.zeros((len(places), blocks))
    for row, place in zip(rows, places, strict=True):
        own = np.zeros(len(number))
        own[word[block == place]] = weights[block == place]
        row[:] = np.bincount(block, weights * own[word], blocks)
    return rows


def needed(user: User, place: int, like: Floats) -> Floats:
    """Share of the need per level-0 block, with the cursor in block ``place``, which is ``like`` each block so much."""
    blocks = len(like)
    first = place + user.lead - user.width // 2
    window = np.clip(np.arange(first, first + user.width), 0, blocks - 1)
    need = np.zeros(blocks)
    need[window] = 1.0
    elsewhere = np.where(need > 0, -1.0, like)
    best = np.argsort(-elsewhere, kind="stable")[: user.recall]
    need[best[elsewhere[best] > 0]] = RECALLED
    shares: Floats = need / need.sum()
    return shares


def truth(geometry: Geometry, need: Floats) -> tuple[Floats, ...]:
    """What a perfect lens would say of each node, per level, in -1..1, for rows of need per level-0 block.

    1 for what is needed most, -1 for what is not needed. A gist is as wanted as the best block in its span; a level
    is never asked to compress harder than its parent is, so that what lies beside a wanted block is kept.
    """
    wanted = [2 * need / need.max(axis=-1, keepdims=True) - 1] * 2
    for arity in geometry.arity[1:]:
        wanted.append(wanted[-1].reshape(*need.shape[:-1], -1, arity).max(axis=-1))
    for level in range(geometry.top - 1, -1, -1):
        fanout = wanted[level].shape[-1] // wanted[level + 1].shape[-1]
        parents = np.repeat(wanted[level + 1], fanout, axis=-1)
        wanted[level] = np.maximum(wanted[level], np.minimum(0, parents))
    return tuple(wanted)


def _lens(scenario: Scenario, need: Floats, rng: np.random.Generator) -> tuple[Floats, ...]:
    """What the lens will say: the truth of ``lag`` iterations ago, some wanted nodes flipped, biased and noisy."""
    noise, iterations = scenario.noise, scenario.iterations
    late = np.maximum(np.arange(iterations) - noise.lag, 0)
    said = []
    for level in truth(scenario.geometry, need):
        seen = level[late]
        flipped = (rng.random(seen.shape) < noise.flips) & (seen > 0)
        seen = np.where(flipped, -seen, seen) + noise.bias + noise.spread * rng.standard_normal(seen.shape)
        said.append(np.clip(seen, -STRONGEST, STRONGEST))
    return tuple(said)


@dataclass(frozen=True)
class Outcome:
    """What one iteration led to.

    Attributes:
        quality: share of what the next iteration needs that is visible at level 0; 0..1.
        used: slots used, as a share of ``w_max``.
        actions: number of actions applied.
        reversals: how many of them undid the latest action on their node.
        coverage: share of the cursor's block and its two neighbours that is visible at level 0.
    """

    quality: float
    used: float
    actions: float
    reversals: float
    coverage: float


class Session:
    """One allocator's way through an episode. The state moves by the rules of the spec alone.

    Args:
        drawn: the episode.
    """

    def __init__(self, drawn: Episode) -> None:
        self.episode = drawn
        scenario = drawn.scenario
        self.state: State = opened(scenario.geometry, scenario.params, drawn.opening)
        self.outcomes: list[Outcome] = []
        self._latest: dict[Block, Kind] = {}

    @property
    def iteration(self) -> int:
        """Number of the iteration about to run, from 0."""
        return self.state.iteration

    @property
    def over(self) -> bool:
        """Whether the episode has ended."""
        return self.iteration >= self.episode.scenario.iterations

    @property
    def cursor(self) -> int:
        """Token position of the cursor: the first token of its level-0 block."""
        return int(self.episode.cursor[self.iteration]) * self.state.geometry.span(0)

    def scores(self) -> list[int]:
        """What the lens says now: one fixed-point score per slot of the context."""
        return list(np.repeat(self.block_scores(), self._slots()).tolist())

    def block_scores(self) -> NDArray[np.int64]:
        """The same, one score per block."""
        geometry, lens = self.state.geometry, self.episode.lens
        said = [lens[level][self.iteration, start // geometry.span(level)] for level, start in self.state.context]
        fixed: NDArray[np.int64] = np.rint(np.array(said) * SCORE_SCALE).astype(np.int64)
        return fixed

    def _slots(self) -> list[int]:
        return [self.state.geometry.slots(block.level) for block in self.state.context]

    def visible(self) -> Floats:
        """1 for each level-0 block of the text that is in the context as raw tokens, else 0."""
        shown = np.zeros(self.episode.scenario.blocks)
        span = self.state.geometry.span(0)
        shown[[block.start // span for block in self.state.context if block.level == 0]] = 1
        return shown

    def step(self, actions: Sequence[Action]) -> Outcome:
        """Apply ``actions`` as the next iteration.

        Raises:
            InvalidInput: an action is not legal at its turn (ACT-1 to ACT-4).
        """
        self.state = advanced(self.state, actions, self.scores())
        reversals = sum(self._latest.get(action.node) == OPPOSITE[action.kind] for action in actions)
        self._latest.update({action.node: action.kind for action in actions})
        now, shown = self.iteration, self.visible()
        place = int(self.episode.cursor[now])
        outcome = Outcome(
            quality=float(shown @ self.episode.need[now]),
            used=self.state.used / self.state.params.w_max,
            actions=len(actions),
            reversals=reversals,
            coverage=float(shown[max(place - 1, 0) : place + 2].mean()),
        )
        self.outcomes.append(outcome)
        return outcome


@dataclass(frozen=True)
class RewardWeights:
    """Weights of the four terms of the reward.

    Attributes:
        task: per unit of `Outcome.quality`.
        budget: per share of the budget left unused.
        churn: taken off per action.
        relevance: per unit of `Outcome.coverage`.
    """

    task: float = 1.0
    budget: float = 0.02
    churn: float = 0.02
    relevance: float = 0.05

    def reward(self, outcome: Outcome) -> float:
        """The reward of one iteration."""
        return (
            self.task * outcome.quality
            + self.budget * (1 - outcome.used)
            - self.churn * outcome.actions
            + self.relevance * outcome.coverage
        )
