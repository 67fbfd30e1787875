"""Training a policy: hindsight, imitation, straight-through Gumbel-softmax, REINFORCE, PPO. Needs PyTorch.

Every update plays fresh episodes drawn from its own seed, so that a run that was stopped and resumed is the same run.

In hindsight a policy learns to estimate what each item will turn out to be worth, and a plan (POL-8) decides. By the
other methods it learns whether to do it, without a plan. While it is reinforced, a policy draws a choice for each item.
What is played is the projection of the choices, each worth its probability; an action's credit goes to the choices,
whatever projection made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from focalloc.learn.features import Observation
from focalloc.learn.network import UNIT, Batch, Judgement, PolicyNetwork
from focalloc.learn.recorded import Recording
from focalloc.learn.rollouts import Look, Source, look, mean_outcome, play, remembering
from focalloc.learn.simulator import Floats, RewardWeights, Session
from focalloc.learn.teachers import TEACHERS, Lesson, hindsight
from focalloc.spec.errors import InvalidInput, one_of
from focalloc.spec.policy import PolicyPlan, planned
from focalloc.spec.scores import SCORE_SCALE

Method = Literal["hindsight", "imitate", "gumbel", "reinforce", "ppo"]
METHODS: tuple[Method, ...] = ("hindsight", "imitate", "gumbel", "reinforce", "ppo")

SHARE = 10
"""What a whole share of the coming need is worth, in units of the last sums: shares are small, and sums are rounded."""


def plan_of(show: float, leave: float, stay: float) -> PolicyPlan:
    """A plan whose bounds are shares of the coming need."""
    return PolicyPlan(*(round(SHARE * UNIT * bound) for bound in (show, leave, stay)))


PLAN = plan_of(0.03, 0.01, 0.03)
"""What decides while a policy learns in hindsight; the one that is exported is calibrated."""

Figures = dict[str, float]
"""What one update reports: loss, entropy, mean reward and the mean outcome of the episodes it played."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to train.

    Attributes:
        method: what an update does.
        seed: seed of everything.
        updates: number of updates.
        episodes: episodes played per update.
        passes: passes over an update's data.
        minibatch: observations per gradient step.
        learning_rate: of Adam, falling linearly to a tenth.
        discount: what a reward one iteration later counts.
        smoothing: lambda of the generalised advantage (PPO).
        clip: how far a choice's probability may move per update (PPO).
        estimating: first updates, in which only the value estimate learns (PPO). A policy that something else has
            trained comes without one, and advantages over a blind estimate say little of its choices.
        entropy: weight of the entropy bonus.
        temperature: of the Gumbel-softmax.
        teacher: whom to imitate.
        weights: weights of the reward's terms.

    Raises:
        InvalidInput: the method or the teacher is unknown, or a count is not positive.
    """

    method: Method = "hindsight"
    seed: int = 0
    updates: int = 40
    episodes: int = 16
    passes: int = 2
    minibatch: int = 64
    learning_rate: float = 1e-3
    discount: float = 0.9
    smoothing: float = 0.9
    clip: float = 0.2
    estimating: int = 0
    entropy: float = 0.003
    temperature: float = 0.5
    teacher: str = "clairvoyant"
    weights: RewardWeights = field(default_factory=RewardWeights)

    def __post_init__(self) -> None:
        one_of("method", self.method, METHODS)
        if self.estimating < 0:
            raise InvalidInput("estimating", self.estimating, "must be at least 0")
        one_of("teacher", self.teacher, TEACHERS)
        for name in ("updates", "episodes", "passes", "minibatch"):
            if getattr(self, name) < 1:
                raise InvalidInput(name, getattr(self, name), "must be at least 1")


@dataclass
class Training:
    """A run: what it has reached, and how to go on.

    Attributes:
        settings: how to train.
        source: where episodes come from; or recorded iterations, which are imitated.
        network: what is trained.
        optimiser: its optimiser.
        history: figures of each update so far.
        looking: what the network sees of a session.
    """

    settings: Settings
    source: Source | Recording
    network: PolicyNetwork
    optimiser: torch.optim.Optimizer
    history: list[Figures] = field(default_factory=list)
    looking: Look = look

    @classmethod
    def begun(
        cls,
        settings: Settings,
        source: Source | Recording,
        hidden: int | None = None,
        network: PolicyNetwork | None = None,
    ) -> Training:
        """A run at its beginning, from ``network`` or from a new one of the given size.

        Raises:
            InvalidInput: something else than imitation is to be done with recorded iterations.
        """
        if isinstance(source, Recording) and settings.method != "imitate":
            raise InvalidInput("method", settings.method, "must be imitate, to learn from traces")
        torch.manual_seed(settings.seed)
        network = network or (PolicyNetwork() if hidden is None else PolicyNetwork(hidden))
        optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
        return cls(settings, source, network, optimiser)

    @property
    def done(self) -> bool:
        """Whether every update has been made."""
        return len(self.history) >= self.settings.updates

    def update(self) -> Figures:
        """Play episodes or draw recorded iterations, learn from them, and report."""
        number, settings = len(self.history), self.settings
        torch.manual_seed(settings.seed * 1_000_003 + number)
        rng = np.random.default_rng([settings.seed, number])
        for group in self.optimiser.param_groups:
            group["lr"] = settings.learning_rate * (1 - 0.9 * number / settings.updates)
        if isinstance(self.source, Recording):
            figures = imitated(self.network, self.optimiser, settings, self.source, rng)
            self.history.append(figures)
            return figures
        # every other session remembers what the lens said before: a policy must do with either
        episodes = [remembering(self.source.draw(rng), i % 2) for i in range(settings.episodes)]
        record = Record(self.network, settings, rng, guided=1 - 4 * number / settings.updates)
        sessions = play(episodes, record.decide, looking=self.looking)
        only_estimate = settings.method == "ppo" and number < settings.estimating
        losses = learned(self.network, self.optimiser, record, sessions, rng, only_estimate=only_estimate)
        rewards = [settings.weights.reward(outcome) for session in sessions for outcome in session.outcomes]
        figures = losses | {"reward": float(np.mean(rewards))} | mean_outcome(sessions)
        self.history.append(figures)
        return figures

    def save(self, path: Path) -> None:
        """Write a checkpoint; it appears under its name only once it is complete."""
        partial = path.with_suffix(".partial")
        torch.save(
            {
                "settings": asdict(self.settings),
                "hidden": self.network.hidden,
                "network": self.network.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "history": self.history,
            },
            partial,
        )
        partial.replace(path)

    @classmethod
    def resumed(cls, path: Path, settings: Settings, source: Source | Recording) -> Training:
        """The run saved at ``path``.

        Raises:
            InvalidInput: it was begun with other settings.
        """
        saved = torch.load(path, weights_only=True)
        if saved["settings"] != asdict(settings):
            raise InvalidInput("checkpoint", str(path), "was begun with other settings; remove it or repeat them")
        run = cls.begun(settings, source, saved["hidden"])
        run.network.load_state_dict(saved["network"])
        run.optimiser.load_state_dict(saved["optimiser"])
        run.history = saved["history"]
        return run


def train(
    settings: Settings,
    source: Source | Recording,
    hidden: int | None = None,
    network: PolicyNetwork | None = None,
    checkpoint: Path | None = None,
    report: Callable[[int, Figures], None] | None = None,
) -> Training:
    """Train to the end, from a checkpoint if there is one.

    Args:
        settings: how to train.
        source: where episodes come from; or recorded iterations.
        hidden: activations per item of a new network.
        network: a network to begin with instead.
        checkpoint: file to resume from if it exists, written after each update.
        report: told the number and figures of each update.

    Raises:
        InvalidInput: the checkpoint is of a run with other settings.
    """
    if checkpoint is not None and checkpoint.exists():
        run = Training.resumed(checkpoint, settings, source)
    else:
        run = Training.begun(settings, source, hidden, network)
    while not run.done:
        figures = run.update()
        if checkpoint is not None:
            run.save(checkpoint)
        if report is not None:
            report(len(run.history), figures)
    return run


class Record:
    """Plays a network and notes what learning needs of each iteration.

    Attributes:
        seen: observations, ``[iteration][session]``.
        choices: whether each item was chosen, alike; only where choices are drawn.
        chances: log-probability of each choice, alike.
        worths: what each item turned out to be worth, alike; only in hindsight.
        lessons: what the teacher would have done, alike; only where the method wants it.
        values: estimated returns.
    """

    def __init__(self, network: PolicyNetwork, settings: Settings, rng: np.random.Generator, guided: float) -> None:
        self.network, self.settings, self.guided, self._rng = network, settings, guided, rng
        self.seen: list[list[Observation]] = []
        self.choices: list[list[NDArray[np.bool_]]] = []
        self.chances: list[list[Floats]] = []
        self.worths: list[list[Floats]] = []
        self.lessons: list[list[Lesson]] = []
        self.values: list[list[float]] = []

    @torch.no_grad()
    def decide(self, sessions: list[Session], seen: list[Observation]) -> list[Floats]:
        """Choose for each session, by the policy or (now and then, early) by the teacher."""
        batch = Batch(seen)
        said = self.network(batch)
        self.seen.append(seen)
        self.values.append(said.value.tolist())
        if self.settings.method in ("reinforce", "ppo"):
            probability = torch.where(said.listed, said.worth.sigmoid(), 0)
            drawn = torch.rand_like(probability) < probability
            self.choices.append(batch.rows(drawn))
            self.chances.append(batch.rows(log_probability(said.worth, drawn)))
            return batch.rows(drawn * probability)
        guided = self._rng.random(len(sessions)) < self.guided
        teacher, looks_back = TEACHERS[self.settings.teacher], self.settings.method == "hindsight"
        if looks_back:
            self.worths.append([hindsight(*pair) for pair in zip(sessions, seen, strict=True)])
        else:
            self.lessons.append([teacher(*pair) for pair in zip(sessions, seen, strict=True)])
        found = preferences(batch, seen, said, PLAN if looks_back else None)
        for i in np.flatnonzero(guided):
            found[i] = (teacher(sessions[i], seen[i]) if looks_back else self.lessons[-1][i]).preferences()
        return found


def preferences(batch: Batch, seen: Sequence[Observation], said: Judgement, plan: PolicyPlan | None) -> list[Floats]:
    """What the policy that would be exported now prefers, per session; 0 for what is on no shortlist."""
    worths = [UNIT * row for row in batch.rows(torch.where(said.listed, said.worth, 0))]
    if plan is None:
        return [row / SCORE_SCALE for row in worths]
    found = []
    for one, worth, gate, listed in zip(seen, worths, batch.rows(said.gate), batch.rows(said.listed), strict=True):
        order = [i for i in np.lexsort((-gate, one.collapses)).tolist() if listed[i]]
        known = {one.actions[i]: round(worth[i]) for i in order}
        by_action = planned(plan, one.geometry, one.room, known)
        found.append(np.array([by_action.get(action, 0) for action in one.actions]) / SCORE_SCALE)
    return found


def log_probability(worth: Tensor, chosen: Tensor) -> Tensor:
    """Logarithm of the probability of choices, where an item's worth is its logit."""
    return functional.logsigmoid(torch.where(chosen, worth, -worth))


def learned(
    network: PolicyNetwork,
    optimiser: torch.optim.Optimizer,
    record: Record,
    sessions: list[Session],
    rng: np.random.Generator,
    *,
    only_estimate: bool = False,
) -> Figures:
    """Take gradient steps on what was recorded, or on the value estimate alone; mean loss and entropy."""
    settings = record.settings
    advantages, returns = credit(record, sessions)
    index = [(t, s) for t in range(len(record.seen)) for s in range(len(sessions))]
    losses, entropies = [], []
    for _ in range(settings.passes):
        order = rng.permutation(len(index))
        for at in range(0, len(order), settings.minibatch):
            some = [index[i] for i in order[at : at + settings.minibatch]]
            batch = Batch([record.seen[t][s] for t, s in some])
            said = network(batch)
            spread = entropy(said)
            if settings.method == "hindsight":
                loss = estimation_loss(said, batch, [record.worths[t][s] for t, s in some])
            elif settings.method == "imitate":
                loss = imitation_loss(said, batch, [record.lessons[t][s] for t, s in some])
            elif settings.method == "gumbel":
                loss = gumbel_loss(said, batch, [record.lessons[t][s] for t, s in some], settings.temperature)
            else:
                chosen = batch.spread([record.choices[t][s] for t, s in some]) > 0
                new = log_probability(said.worth, chosen)
                gain = torch.tensor([advantages[t, s] for t, s in some])
                if settings.method == "reinforce":
                    loss = -mean_over(new * gain.unsqueeze(-1), said.listed)
                else:
                    old = batch.spread([record.chances[t][s] for t, s in some])
                    target = torch.tensor([returns[t, s] for t, s in some])
                    loss = functional.mse_loss(said.value, target * (1 - settings.discount))
                    if not only_estimate:
                        loss = loss + clipped_loss(new, old, gain, said.listed, settings.clip)
            if not only_estimate and settings.method != "hindsight":
                loss = loss - settings.entropy * spread
                loss = loss + gate_loss(said, said.worth.detach(), said.listed)
            stepped(network, optimiser, loss)
            losses.append(loss.item())
            entropies.append(spread.item())
        if settings.method == "reinforce":
            break  # further passes would no longer be on the policy that played
    figures = {"loss": float(np.mean(losses))}
    return figures if settings.method == "hindsight" else figures | {"entropy": float(np.mean(entropies))}


def imitated(
    network: PolicyNetwork,
    optimiser: torch.optim.Optimizer,
    settings: Settings,
    recording: Recording,
    rng: np.random.Generator,
) -> Figures:
    """Take ``passes`` gradient steps on recorded iterations; mean loss, entropy and share of items decided alike."""
    steps = []
    for _ in range(settings.passes):
        some = recording.drawn(rng, settings.minibatch)
        batch, lessons = Batch([one.seen for one in some]), [one.lesson for one in some]
        said = network(batch)
        spread = entropy(said)
        loss = imitation_loss(said, batch, lessons) - settings.entropy * spread
        stepped(network, optimiser, loss + gate_loss(said, said.worth.detach(), said.listed))
        hits = ((said.worth > 0) == (batch.spread([one.wanted for one in lessons]) > 0)).double()
        steps.append((loss.item(), spread.item(), mean_over(hits, said.listed).item()))
    return dict(zip(("loss", "entropy", "agreement"), np.mean(steps, axis=0).tolist(), strict=True))


def stepped(network: PolicyNetwork, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step down the slope of ``loss``, of bounded length."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()


def mean_over(values: Tensor, where: Tensor) -> Tensor:
    """Mean of ``values`` where the mask holds; 0 if it holds nowhere."""
    return torch.where(where, values, 0).sum() / where.sum().clamp(min=1)


def entropy(said: Judgement) -> Tensor:
    """Mean entropy of the choices, in nats."""
    probability = said.worth.sigmoid()
    spread = -probability * functional.logsigmoid(said.worth) - (1 - probability) * functional.logsigmoid(-said.worth)
    return mean_over(spread, said.listed)


def estimation_loss(said: Judgement, batch: Batch, worths: Sequence[Floats]) -> Tensor:
    """Mean squared error of the estimated worths; the gates learn to list what is worth most, and least."""
    return mean_over(misjudged(said, batch, worths), said.listed) + gate_loss(
        said, SHARE * batch.spread(worths), torch.cat(batch.present, dim=1), batch.present[0].shape[1]
    )


def misjudged(said: Judgement, batch: Batch, worths: Sequence[Floats]) -> Tensor:
    """Squared error of each estimate; ``(batch, items)``."""
    return (said.worth - SHARE * batch.spread(worths)) ** 2


def gate_loss(said: Judgement, target: Tensor, where: Tensor, turned: int | None = None) -> Tensor:
    """How far the gates are from what they should list by.

    Args:
        said: what the network says.
        target: what is to be listed first; ``(batch, items)``.
        where: the items that count.
        turned: the first item from which on what is worth least is to be listed first.
    """
    if turned is not None:
        target = torch.cat([target[:, :turned], -target[:, turned:]], dim=1)
    return mean_over((said.gate - target) ** 2, where)


def imitation_loss(said: Judgement, batch: Batch, lessons: Sequence[Lesson]) -> Tensor:
    """Weighted cross-entropy with what the teacher would have done."""
    wanted = batch.spread([lesson.wanted for lesson in lessons]) > 0
    return mean_over(-log_probability(said.worth, wanted) * batch.spread([one.weights for one in lessons]), said.listed)


def gumbel_loss(said: Judgement, batch: Batch, lessons: Sequence[Lesson], temperature: float) -> Tensor:
    """Negative gain of a straight-through sample: a lesson's weight for doing as it says, as much lost for another."""
    wanted = batch.spread([lesson.wanted for lesson in lessons])
    both = torch.stack([said.worth, torch.zeros_like(said.worth)], dim=-1)
    sample = functional.gumbel_softmax(both, tau=temperature, hard=True)[..., 0]
    alike = (2 * sample - 1) * (2 * wanted - 1)
    return -mean_over(alike * batch.spread([lesson.weights for lesson in lessons]), said.listed)


def clipped_loss(new: Tensor, old: Tensor, gain: Tensor, where: Tensor, clip: float) -> Tensor:
    """PPO's clipped objective, item by item: all items of an iteration share its advantage."""
    ratio = (new - old).exp()
    gains = gain.unsqueeze(-1)
    return -mean_over(torch.minimum(ratio * gains, ratio.clamp(1 - clip, 1 + clip) * gains), where)


def credit(record: Record, sessions: list[Session]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Advantages (normalised over the update) and returns, ``(iterations, sessions)``.

    REINFORCE uses the discounted return less its mean over the sessions at the same iteration; PPO the generalised
    advantage over the value estimate.
    """
    settings = record.settings
    rewards = np.array([[settings.weights.reward(o) for o in session.outcomes] for session in sessions]).T
    returns, following = np.zeros_like(rewards), np.zeros(len(sessions))
    for t in range(len(rewards) - 1, -1, -1):
        returns[t] = following = rewards[t] + settings.discount * following
    if settings.method == "ppo":
        # the episode is cut off, not over: what would follow its end is worth what its last state is estimated at
        values = np.array(record.values) / (1 - settings.discount)
        after = np.vstack([values[1:], values[-1:]])
        surprise = rewards + settings.discount * after - values
        advantages, following = np.zeros_like(rewards), np.zeros(len(sessions))
        for t in range(len(rewards) - 1, -1, -1):
            advantages[t] = following = surprise[t] + settings.discount * settings.smoothing * following
        returns = advantages + values
    else:
        advantages = returns - returns.mean(axis=1, keepdims=True)
    spread = advantages.std()
    return (advantages - advantages.mean()) / (spread if spread > 1e-8 else 1.0), returns
