"""Training a policy: imitation, straight-through Gumbel-softmax, REINFORCE, PPO. Needs PyTorch.

Every update plays fresh episodes drawn from its own seed, so that a run that was stopped and resumed is the same run.

While it trains, a policy draws a choice for each block. What is played is the projection of the choices, each worth
its probability; an action's credit goes to the choices, whatever projection made of them.
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
from focalloc.learn.network import Batch, PolicyNetwork
from focalloc.learn.policy import PolicyConfig
from focalloc.learn.recorded import Recording
from focalloc.learn.rollouts import Source, mean_outcome, play
from focalloc.learn.simulator import RewardWeights, Session
from focalloc.learn.teachers import KEEP, TEACHERS, Lesson
from focalloc.spec.errors import InvalidInput, one_of

Method = Literal["imitate", "gumbel", "reinforce", "ppo"]
METHODS: tuple[Method, ...] = ("imitate", "gumbel", "reinforce", "ppo")

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

    method: Method = "imitate"
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
    """

    settings: Settings
    source: Source | Recording
    network: PolicyNetwork
    optimiser: torch.optim.Optimizer
    history: list[Figures] = field(default_factory=list)

    @classmethod
    def begun(
        cls,
        settings: Settings,
        source: Source | Recording,
        config: PolicyConfig | None = None,
        network: PolicyNetwork | None = None,
    ) -> Training:
        """A run at its beginning, from ``network`` or from a new one of the given size.

        Raises:
            InvalidInput: something else than imitation is to be done with recorded iterations.
        """
        if isinstance(source, Recording) and settings.method != "imitate":
            raise InvalidInput("method", settings.method, "must be imitate, to learn from traces")
        torch.manual_seed(settings.seed)
        network = network or PolicyNetwork(config or PolicyConfig())
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
        episodes = [self.source.draw(rng) for _ in range(settings.episodes)]
        record = Record(self.network, settings, rng, guided=1 - number / (0.5 * settings.updates))
        sessions = play(episodes, record.decide)
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
                "config": asdict(self.network.config),
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
        run = cls.begun(settings, source, PolicyConfig(**saved["config"]))
        run.network.load_state_dict(saved["network"])
        run.optimiser.load_state_dict(saved["optimiser"])
        run.history = saved["history"]
        return run


def train(
    settings: Settings,
    source: Source | Recording,
    config: PolicyConfig | None = None,
    network: PolicyNetwork | None = None,
    checkpoint: Path | None = None,
    report: Callable[[int, Figures], None] | None = None,
) -> Training:
    """Train to the end, from a checkpoint if there is one.

    Args:
        settings: how to train.
        source: where episodes come from; or recorded iterations.
        config: size of a new network.
        network: a network to begin with instead.
        checkpoint: file to resume from if it exists, written after each update.
        report: told the number and figures of each update.

    Raises:
        InvalidInput: the checkpoint is of a run with other settings.
    """
    if checkpoint is not None and checkpoint.exists():
        run = Training.resumed(checkpoint, settings, source)
    else:
        run = Training.begun(settings, source, config, network)
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
        choices: what was chosen for each block, alike.
        lessons: what the teacher would have done, alike; only where the method wants it.
        log_probs: log-probability of each choice.
        values: estimated returns.
    """

    def __init__(self, network: PolicyNetwork, settings: Settings, rng: np.random.Generator, guided: float) -> None:
        self.network, self.settings, self.guided, self._rng = network, settings, guided, rng
        self.seen: list[list[Observation]] = []
        self.choices: list[list[Tensor]] = []
        self.lessons: list[list[Lesson]] = []
        self.log_probs: list[list[Tensor]] = []
        self.values: list[list[float]] = []

    @torch.no_grad()
    def decide(self, sessions: list[Session], seen: list[Observation]) -> list[NDArray[np.float64]]:
        """Choose for each session, by the policy or (now and then, early in imitation) by the teacher."""
        logits, values = self.network(Batch(seen))
        log_probs = functional.log_softmax(logits, dim=-1)
        drawn = torch.distributions.Categorical(logits=logits).sample()  # type: ignore[no-untyped-call]
        sizes = [len(one.features) for one in seen]
        self.seen.append(seen)
        self.choices.append([row[:n] for row, n in zip(drawn, sizes, strict=True)])
        taken = log_probs.gather(-1, drawn.unsqueeze(-1)).squeeze(-1)
        self.log_probs.append([row[:n] for row, n in zip(taken, sizes, strict=True)])
        self.values.append(values.tolist())

        if self.settings.method in ("reinforce", "ppo"):
            rows = zip(log_probs.exp(), sizes, self.choices[-1], strict=True)
            return [played(row[:n], chosen) for row, n, chosen in rows]
        lessons = [TEACHERS[self.settings.teacher](session) for session in sessions]
        self.lessons.append(lessons)
        own = [row[:n].double().numpy() for row, n in zip(logits, sizes, strict=True)]
        guided = self._rng.random(len(sessions)) < self.guided
        return [lesson.logits() if led else mine for lesson, mine, led in zip(lessons, own, guided, strict=True)]


def played(probabilities: Tensor, choices: Tensor) -> NDArray[np.float64]:
    """Logits that stand for choices: the one chosen has its probability, the others 0."""
    chosen = functional.one_hot(choices, 3)
    return (chosen * probabilities).double().numpy()


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
    iterations, count = len(record.seen), len(sessions)
    advantages, returns = credit(record, sessions)
    index = [(t, s) for t in range(iterations) for s in range(count)]
    losses, entropies = [], []
    for _ in range(settings.passes):
        order = rng.permutation(len(index))
        for at in range(0, len(order), settings.minibatch):
            some = [index[i] for i in order[at : at + settings.minibatch]]
            batch = Batch([record.seen[t][s] for t, s in some])
            logits, values = network(batch)
            log_probs = functional.log_softmax(logits, dim=-1)
            free = batch.present & (batch.legal.sum(dim=-1) > 1)  # where there is anything to choose
            spread = -(log_probs.exp() * log_probs.clamp(min=-30)).sum(dim=-1)
            entropy = mean_over(spread, free)
            if settings.method == "imitate":
                loss = imitation_loss(log_probs, [record.lessons[t][s] for t, s in some], free)
            elif settings.method == "gumbel":
                loss = gumbel_loss(logits, [record.lessons[t][s] for t, s in some], free, settings.temperature)
            else:
                chosen = stacked([record.choices[t][s] for t, s in some], free, KEEP)
                new = log_probs.gather(-1, chosen.unsqueeze(-1)).squeeze(-1)
                gain = torch.tensor([advantages[t, s] for t, s in some], dtype=torch.float32)
                if settings.method == "reinforce":
                    loss = -((new * free).sum(dim=-1) * gain).mean() / free.sum(dim=-1).float().mean()
                else:
                    old = stacked([record.log_probs[t][s] for t, s in some], free, 0.0)
                    target = torch.tensor([returns[t, s] for t, s in some], dtype=torch.float32)
                    loss = functional.mse_loss(values, target * (1 - settings.discount))
                    if not only_estimate:
                        loss = loss + clipped_loss(new, old, gain, free, settings.clip)
            if not only_estimate:
                loss = loss - settings.entropy * entropy
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
            entropies.append(entropy.item())
        if settings.method == "reinforce":
            break  # further passes would no longer be on the policy that played
    return {"loss": float(np.mean(losses)), "entropy": float(np.mean(entropies))}


def imitated(
    network: PolicyNetwork,
    optimiser: torch.optim.Optimizer,
    settings: Settings,
    recording: Recording,
    rng: np.random.Generator,
) -> Figures:
    """Take ``passes`` gradient steps on recorded iterations; mean loss, entropy and share of labels hit."""
    steps = []
    for _ in range(settings.passes):
        some = recording.drawn(rng, settings.minibatch)
        batch = Batch([one.seen for one in some])
        log_probs = functional.log_softmax(network(batch)[0], dim=-1)
        free = batch.present & (batch.legal.sum(dim=-1) > 1)
        lessons = [one.lesson for one in some]
        entropy = mean_over(-(log_probs.exp() * log_probs.clamp(min=-30)).sum(dim=-1), free)
        loss = imitation_loss(log_probs, lessons, free) - settings.entropy * entropy
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        hits = mean_over((log_probs.argmax(dim=-1) == taught(lessons, free)[0]).float(), free)
        steps.append((loss.item(), entropy.item(), hits.item()))
    return dict(zip(("loss", "entropy", "agreement"), np.mean(steps, axis=0).tolist(), strict=True))


def mean_over(values: Tensor, where: Tensor) -> Tensor:
    """Mean of ``values`` where the mask holds; 0 if it holds nowhere."""
    return (values * where).sum() / where.sum().clamp(min=1)


def stacked(rows: Sequence[Tensor], like: Tensor, padding: float) -> Tensor:
    """Rows of different lengths side by side, padded to the width of ``like``."""
    found = torch.full(like.shape, padding, dtype=rows[0].dtype)
    for i, row in enumerate(rows):
        found[i, : len(row)] = row
    return found


def taught(lessons: Sequence[Lesson], like: Tensor) -> tuple[Tensor, Tensor]:
    """Labels and weights of several lessons, padded with keeping at weight 0."""
    labels = stacked([torch.from_numpy(lesson.labels) for lesson in lessons], like, KEEP)
    weights = stacked([torch.from_numpy(lesson.weights).float() for lesson in lessons], like, 0.0)
    return labels, weights


def imitation_loss(log_probs: Tensor, lessons: Sequence[Lesson], free: Tensor) -> Tensor:
    """Weighted cross-entropy with what the teacher would have done."""
    return mean_over(missed(log_probs, lessons, free), free)


def missed(log_probs: Tensor, lessons: Sequence[Lesson], free: Tensor) -> Tensor:
    """The same block by block; ``(batch, blocks)``."""
    labels, weights = taught(lessons, free)
    surprise = -log_probs.gather(-1, labels.unsqueeze(-1)).squeeze(-1)
    # a lesson about what the mask forbids (the teacher may wait for a cooldown) teaches nothing
    return surprise.clamp(max=50) * weights * (surprise < 1e6)


def gumbel_loss(logits: Tensor, lessons: Sequence[Lesson], free: Tensor, temperature: float) -> Tensor:
    """Negative gain of a straight-through sample: a lesson's weight for doing as it says, as much lost for another."""
    labels, weights = taught(lessons, free)
    sample = functional.gumbel_softmax(logits, tau=temperature, hard=True)
    right = functional.one_hot(labels, 3)
    return -mean_over((sample * (2 * right - 1)).sum(dim=-1) * weights, free)


def clipped_loss(new: Tensor, old: Tensor, gain: Tensor, free: Tensor, clip: float) -> Tensor:
    """PPO's clipped objective, block by block: all blocks of an iteration share its advantage."""
    ratio = (new - old).exp()
    gains = gain.unsqueeze(-1)
    return -mean_over(torch.minimum(ratio * gains, ratio.clamp(1 - clip, 1 + clip) * gains), free)


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
