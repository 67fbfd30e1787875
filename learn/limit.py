"""How good one can be who knows how the simulator works, but not what it draws: the honest limit, not the clairvoyant.

It knows the text, where the cursor is and was, how users are drawn and move, and how good the lens is. It does not
know who works, where they go next, or what the lens will say. So it weighs every user that there can be by what the
lens has said so far, the way they move by how the cursor has moved, and shows what is then needed most in expectation
over the next iterations. It is as slow as that takes, and holds a table of all that anyone may need anywhere.

What each of these is worth is seen by taking it away (`Lack`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Literal, get_args

import numpy as np

from focalloc.learn.features import observe
from focalloc.learn.projection import project
from focalloc.learn.simulator import RECALLED, STRONGEST, Episode, Floats, Session, User, likeness, needed, truth
from focalloc.learn.teachers import DISCOUNT, HORIZON, Bounds, by_worth
from focalloc.spec.actions import Action
from focalloc.spec.scores import SCORE_SCALE

KINDS = tuple(
    User(width=width, lead=lead, recall=recall) for width, lead, recall in product(range(2, 6), range(-4, 5), range(5))
)
"""What users can need, all alike likely (`simulator.any_user`)."""

SPEEDS, JUMPS, BACKS = (0.0, 0.25, 0.5), (0.04, 0.08, 0.12), (0.2, 0.6)
"""How they can move, likewise."""

LEAST_SPREAD = 0.05
"""The lens is never taken to be more exact than this."""

BOUNDS = Bounds(show=0.03, leave=0.0, stay=0.03)
"""When a block is shown; of a few that were tried on training documents, where most was shown."""


Lack = Literal["the text", "where users were", "how they move", "earlier scores", "any scores"]
"""What the limit may have to do without: what the text says at places that the lens has not spoken of, so that what is
recalled there may be anywhere; that users return to where they were; that they move at all, so that it shows what is
needed where they are; what the lens said in earlier iterations; and what it says in this one, too."""

LACKS: tuple[Lack, ...] = get_args(Lack)


@dataclass
class Motion:
    """How the cursor has moved, if the user reads on at ``speed``.

    Attributes:
        speed: level-0 blocks per iteration.
        landed: the iteration and the place at which they last arrived by a jump.
        visited: the places that were left by jumps.
        steps: moves so far.
        jumps: of each jump the share of `visited` that lay where it led to.
    """

    speed: float
    landed: tuple[int, int]
    visited: list[int] = field(default_factory=list)
    steps: int = 0
    jumps: list[float] = field(default_factory=list)

    def go_on(self, iteration: int, before: int, place: int) -> None:
        """The cursor, which was in block ``before``, is in ``place``."""
        self.steps += 1
        since, start = self.landed
        if int(start + self.speed * (iteration - since)) != place:
            self.visited.append(before)
            self.jumps.append(self.visited.count(place) / len(self.visited))
            self.landed = iteration, place

    def habits(self, blocks: int) -> tuple[Floats, list[tuple[float, float]]]:
        """The logarithm of how likely all that is with each rate of jumps and of returns; and those rates."""
        rates = list(product(JUMPS, BACKS))
        found = np.zeros(len(rates))
        for i, (jump, back) in enumerate(rates):
            found[i] = (self.steps - len(self.jumps)) * np.log(1 - jump)
            for share in self.jumps:
                found[i] += np.log(jump * (back * share + (1 - back) / blocks))
        return found, rates

    def ahead(self, iteration: int, place: int, blocks: int, rate: tuple[float, float]) -> Floats:
        """Discounted share of the next `HORIZON` iterations that the cursor spends in each block; ``(blocks,)``."""
        jump, back = rate
        left = [*self.visited, place]
        landing = back * np.bincount(left, minlength=blocks) / len(left) + (1 - back) / blocks
        since, start = self.landed
        fading, found = DISCOUNT ** np.arange(HORIZON), np.zeros(blocks)
        for k, weight in enumerate(fading, start=1):
            at = int(start + self.speed * (iteration + k - since))
            stayed = (1 - jump) ** k if at < blocks else 0.0
            if stayed:
                found[at] += weight * stayed
            moved = np.zeros(blocks)
            for age in range(k):  # since the last of the jumps
                on = int(self.speed * age)
                share = jump * (1 - jump) ** age
                moved[on:] += share * landing[: blocks - on]
                moved[-1] += share * landing[blocks - on :].sum()
            found += weight * (1 - stayed) * moved / moved.sum()
        shares: Floats = found / fading.sum()
        return shares


class Beliefs:
    """What can be known of an episode so far.

    Args:
        drawn: the episode, of which only what is known of it is looked at.
        lack: what of it is not known, either.
    """

    def __init__(self, drawn: Episode, lack: Lack | None = None) -> None:
        self._drawn, self._lack = drawn, lack
        self._kinds = np.zeros(len(KINDS))
        self._motions = [Motion(speed, (0, int(drawn.cursor[0]))) for speed in SPEEDS]

    @cached_property
    def needs(self) -> Floats:
        """What each kind of user needs with the cursor in each block; ``(kinds, blocks, blocks)``."""
        scenario = self._drawn.scenario
        like = likeness(self._drawn.text, scenario, range(scenario.blocks))
        return np.array([[needed(kind, place, row) for place, row in enumerate(like)] for kind in KINDS])

    @cached_property
    def unread(self) -> Floats:
        """The same, as far as it can be known without the text; ``(kinds, blocks, blocks)``."""
        blocks = self._drawn.scenario.blocks
        return np.array([[unread(kind, place, blocks) for place in range(blocks)] for kind in KINDS])

    def hear(self, session: Session) -> None:
        """Take in what the lens says, and where the cursor is."""
        drawn, now = self._drawn, session.iteration
        if now > 0:
            for motion in self._motions:
                motion.go_on(now, int(drawn.cursor[now - 1]), int(drawn.cursor[now]))
        if self._lack == "any scores":
            return
        if self._lack == "earlier scores":
            self._kinds[:] = 0
        geometry, noise = session.state.geometry, drawn.scenario.noise
        true = truth(geometry, self.needs[:, drawn.cursor[max(now - noise.lag, 0)]])
        context = session.state.context
        meant = np.stack([true[level][:, start // geometry.span(level)] for level, start in context], axis=1)
        said = session.block_scores() / SCORE_SCALE
        spread = max(noise.spread, LEAST_SPREAD)

        def density(expected: Floats) -> Floats:
            found: Floats = np.exp(-(((said - np.clip(expected, -STRONGEST, STRONGEST)) / spread) ** 2) / 2)
            return found

        flipped = np.where(meant > 0, noise.flips, 0)
        told = (1 - flipped) * density(meant + noise.bias) + flipped * density(noise.bias - meant)
        self._kinds += np.log(told + 1e-12).sum(axis=1)

    def worth(self, iteration: int) -> Floats:
        """Expected discounted share of the need of the next `HORIZON` iterations in each level-0 block."""
        scenario, cursor = self._drawn.scenario, self._drawn.cursor
        blocks, place, kinds = scenario.blocks, int(cursor[iteration]), likely(self._kinds)
        needs: Floats = np.tensordot(kinds, self.needs, axes=1)
        if self._lack == "the text":
            spoken_of = cursor[: max(iteration - scenario.noise.lag, 0) + 1]
            known, needs = needs[spoken_of], np.tensordot(kinds, self.unread, axes=1)
            needs[spoken_of] = known
        if self._lack == "how they move":
            now: Floats = needs[place]
            return now
        ways = [(motion, *motion.habits(blocks)) for motion in self._motions]
        chances = likely(np.concatenate([chance for _, chance, _ in ways]))
        stays = np.zeros(blocks)
        for chance, (motion, rate) in zip(chances, ((m, one) for m, _, rates in ways for one in rates), strict=True):
            if chance > 1e-3:
                jump, back = rate
                back = 0.0 if self._lack == "where users were" else back
                stays += chance * motion.ahead(iteration, place, blocks, (jump, back))
        expected: Floats = stays @ needs
        return expected


def unread(user: User, place: int, blocks: int) -> Floats:
    """What is needed with the cursor in block ``place``, where what is recalled may be any block outside the window."""
    window = needed(replace(user, recall=0), place, np.zeros(blocks))
    recalled = RECALLED * user.recall / max(int((window == 0).sum()), 1)
    need = np.where(window > 0, 1.0, recalled)
    shares: Floats = need / need.sum()
    return shares


def likely(logarithms: Floats) -> Floats:
    """Probabilities that are in proportion to what these are the logarithms of."""
    found = np.exp(logarithms - logarithms.max())
    shares: Floats = found / found.sum()
    return shares


class KnowsTheLaw:
    """The rule. Takes note of each new session by itself.

    Args:
        bounds: when a block is shown.
        lack: what it has to do without.
    """

    def __init__(self, bounds: Bounds = BOUNDS, lack: Lack | None = None) -> None:
        self._bounds, self._lack = bounds, lack
        self._session: Session | None = None

    def __call__(self, session: Session) -> Sequence[Action]:
        """What is best in expectation, projected."""
        if session is not self._session:
            self._session, self._beliefs = session, Beliefs(session.episode, self._lack)
        self._beliefs.hear(session)
        seen = observe(session.state, session.scores())
        lesson = by_worth(session, seen, self._beliefs.worth(session.iteration), self._bounds)
        return project(session.state, seen.logits(lesson.preferences(), len(session.state.context)))
