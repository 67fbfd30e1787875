"""What a learned policy is, and what it says of a state, to the last bit (``POLICY.md``, clauses POL-1 to POL-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from focalloc.spec.actions import KINDS, Action, Kind, consumed, parent
from focalloc.spec.blocks import Block, Context, end
from focalloc.spec.candidates import possible_actions, tail_collapse
from focalloc.spec.clauses import Violation
from focalloc.spec.cooldown import may_act
from focalloc.spec.cursor import distance
from focalloc.spec.errors import InvalidInput, whole_number
from focalloc.spec.filling import partial_collapse
from focalloc.spec.geometry import Geometry
from focalloc.spec.pins import is_pinned
from focalloc.spec.projection import LARGEST_LOGIT, Logits, preference_violations
from focalloc.spec.scores import floor_mean
from focalloc.spec.state import State, seen

POLICY_VERSION = "1.0"
"""Version of ``POLICY.md``; independent of the spec's, the package's and the file format's."""

FORMAT = "focalloc-policy-3"
"""Name and version of the file format (POL-7)."""

CHEAP = ("told", "seen", "lowest", "highest", "level", "cost", "span", "before", "behind", "holds")
"""Features that are known of every item, in order; what a gate goes by (POL-2, POL-3)."""

FEATURES = (*CHEAP, "left", "right", "used", "room", "cap", "mine", "theirs")
"""Features that are known of an item on a shortlist, in order (POL-2)."""

ONE = 256
"""1.0 as a feature."""

CLIP = 2**15 - 1
"""No feature and no activation is greater in magnitude."""

SCORE_SHIFT = 12
"""From fixed point (SCO-1) to features."""

MOST_ROOM = 4 * ONE
"""Greatest magnitude of feature ``room``."""

MOST_CAP = 16
"""Cap on actions from which on feature ``cap`` is 1.0."""

LARGEST_WEIGHT = 127
LARGEST_SUM = 2**31 - 1
"""No bias and no sum, in whatever order it is added up, is greater in magnitude (POL-6)."""

SIZES = {"hidden": (1, 64), "shortlist": (1, 64), "encode_shift": (0, 31), "mix_shift": (0, 31)}
"""The sizes of a policy, each with its range (POL-6)."""

LAYERS = ("gate", "encode", "mix", "prefer")
"""The layers, in the order in which an item passes through them."""


# POLICIES


class Layer(NamedTuple):
    """What makes sums of inputs.

    Attributes:
        weight: integers per row, one for each input.
        bias: one per row.
    """

    weight: tuple[tuple[int, ...], ...]
    bias: tuple[int, ...]

    def sums(self, inputs: Sequence[int]) -> list[int]:
        """One sum per row."""
        return [
            bias + sum(weight * one for weight, one in zip(row, inputs, strict=True))
            for row, bias in zip(self.weight, self.bias, strict=True)
        ]


Pair = tuple[Layer, Layer]
"""A layer for expands and one for collapses."""


class PolicyPlan(NamedTuple):
    """What makes preferences of worths: bounds of what an item must be worth, in units of the last sums (POL-8).

    Attributes:
        show: what an expand must be worth to be picked.
        leave: what a family must be worth to stay.
        stay: how much more a family counts than an expand that is worth the same.
    """

    show: int
    leave: int
    stay: int


@dataclass(frozen=True)
class Policy:
    """A network of integers (POL-6).

    Attributes:
        hidden: activations of an item.
        shortlist: most items of a kind that are looked at closely.
        encode_shift: how far the sums of ``encode`` are shifted to the right.
        mix_shift: the same of ``mix``.
        gate: what the shortlists are chosen by.
        encode: activations of an item for itself.
        mix: activations of an item among the others.
        prefer: what an item is worth.
        plan: what makes preferences of that; None where it is the preference itself.

    Raises:
        InvalidInput: a size, a weight or a bias is out of its range or a sum might be.
    """

    hidden: int
    shortlist: int
    encode_shift: int
    mix_shift: int
    gate: Pair
    encode: Pair
    mix: Pair
    prefer: Pair
    plan: PolicyPlan | None = None

    def __post_init__(self) -> None:
        checked_sizes(**{name: getattr(self, name) for name in SIZES})
        for name, value in (self.plan._asdict() if self.plan is not None else {}).items():
            whole_number(f"policy.plan.{name}", value, -LARGEST_SUM, LARGEST_SUM)
        for name, shape in shapes(self.hidden).items():
            checked_layers(name, getattr(self, name), shape)


def checked_sizes(**sizes: object) -> dict[str, int]:
    """``sizes`` by name, if they lie within `SIZES`, else raise `InvalidInput`."""
    return {name: whole_number(f"policy.{name}", value, *SIZES[name]) for name, value in sizes.items()}


def shapes(hidden: int) -> dict[str, tuple[int, int]]:
    """Rows and inputs of each layer (POL-7)."""
    return {
        "gate": (1, len(CHEAP)),
        "encode": (hidden, len(FEATURES)),
        "mix": (hidden, 5 * hidden),
        "prefer": (1, hidden),
    }


def checked_layers(name: str, pair: Pair, shape: tuple[int, int]) -> None:
    """Refuse the two layers of a name if their shape, a number or a sum breaks POL-6.

    Raises:
        InvalidInput: it does.
    """
    rows, inputs = shape
    for kind, layer in zip(KINDS, pair, strict=True):
        field = f"policy.{name}.{kind}"
        if len(layer.weight) != rows or len(layer.bias) != rows or any(len(row) != inputs for row in layer.weight):
            raise InvalidInput(field, (len(layer.weight), len(layer.bias)), f"must be {rows} rows of {inputs} (POL-7)")
        for i, (row, bias) in enumerate(zip(layer.weight, layer.bias, strict=True)):
            for weight in row:
                whole_number(f"{field}.weight[{i}]", weight, -LARGEST_WEIGHT, LARGEST_WEIGHT)
            whole_number(f"{field}.bias[{i}]", bias, -LARGEST_SUM, LARGEST_SUM)
            if (most := largest_sum(row, bias)) > LARGEST_SUM:
                raise InvalidInput(f"{field}[{i}]", most, f"a sum may leave 32 bits: more than {LARGEST_SUM} (POL-6)")


def largest_sum(row: Sequence[int], bias: int) -> int:
    """The greatest magnitude that any part of a sum can have, for inputs within `CLIP` (POL-6)."""
    return CLIP * sum(map(abs, row)) + abs(bias)


# ITEMS


class Item(NamedTuple):
    """An action that an iteration may take, and what is known of it at little cost.

    Attributes:
        action: the action.
        slots: the first slot that it replaces, and the one behind the last.
        features: of `CHEAP`, in order.
    """

    action: Action
    slots: tuple[int, int]
    features: tuple[int, ...]


Shortlists = dict[Kind, list[Item]]
"""The items of each kind that are looked at closely, greatest gate first."""


def clipped(number: int) -> int:
    """The nearest feature or activation."""
    return max(-CLIP, min(number, CLIP))


def logarithm(number: int) -> int:
    """``L``: the logarithm of ``1 + number`` to base 2, linear between powers of two (POL-2)."""
    above = 1 + number
    exponent = above.bit_length() - 1
    power = 1 << exponent
    return ONE * exponent + (above - power) * ONE // power


def is_allowed(state: State, action: Action) -> bool:
    """Whether cooldown, tail, filling and pins allow a legal action in the iteration of ``state``, already ticked."""
    geometry = state.geometry
    return (
        may_act(state.ledger, action, state.iteration, state.params.min_gap)
        and not is_pinned(geometry, state.pins, action)
        and not partial_collapse(geometry, state.unfilled, state.end, action)
        and not tail_collapse(geometry, state.params, state.end, action)
    )


def first_slots(geometry: Geometry, context: Context) -> dict[Block, int]:
    """The first slot of each block."""
    found, at = dict[Block, int](), 0
    for block in context:
        found[block] = at
        at += geometry.slots(block.level)
    return found


def items(state: State, scores: Sequence[int]) -> list[Item]:
    """The items of the next iteration if it is told ``scores``, one per slot; in order (POL-1).

    Args:
        state: the state after the last iteration, pointed to the cursor of the next.
        scores: one fixed-point score per slot.
    """
    geometry, at, row, found = state.geometry, first_slots(state.geometry, state.context), seen(state, scores), []
    for action in possible_actions(geometry, set(state.context)):
        if is_allowed(state.ticked, action):
            blocks = consumed(geometry, action)
            slots = at[blocks[0]], at[blocks[-1]] + geometry.slots(blocks[-1].level)
            found.append(Item(action, slots, cheap_features(state, scores, row, action.node, slots)))
    return sorted(found, key=lambda item: (item.action.start, item.slots))


def cheap_features(
    state: State, scores: Sequence[int], row: Sequence[int], node: Block, slots: tuple[int, int]
) -> tuple[int, ...]:
    """What is known of every item (POL-2).

    Args:
        state: as for `items`.
        scores: what the iteration is told.
        row: what it goes by.
        node: the item's node.
        slots: of the item.
    """
    geometry, first, last = state.geometry, *slots
    gap = logarithm(distance(geometry, node, state.at))
    is_before, is_behind = end(geometry, node) <= state.at, node.start > state.at
    return (
        clipped(floor_mean(sum(scores[first:last]), last - first) >> SCORE_SHIFT),
        clipped(floor_mean(sum(row[first:last]), last - first) >> SCORE_SHIFT),
        clipped(min(row[first:last]) >> SCORE_SHIFT),
        clipped(max(row[first:last]) >> SCORE_SHIFT),
        ONE * node.level,
        logarithm(geometry.delta(node.level)),
        logarithm(geometry.span(node.level) // geometry.span(0)),
        gap if is_before else 0,
        gap if is_behind else 0,
        0 if is_before or is_behind else ONE,
    )


def features(state: State, row: Sequence[int], item: Item, lists: Shortlists) -> tuple[int, ...]:
    """What is known of an item on a shortlist (POL-2).

    Args:
        state: as for `items`.
        row: what the iteration goes by (`seen`).
        item: the item.
        lists: the shortlists.
    """
    params, (first, last) = state.params, item.slots
    room = (params.w_max - state.used) * ONE // state.geometry.delta(item.action.level)
    mine = len(lists[item.action.kind])
    return (
        *item.features,
        clipped(row[first - 1] >> SCORE_SHIFT) if first > 0 else 0,
        clipped(row[last] >> SCORE_SHIFT) if last < len(row) else 0,
        clipped(state.used * ONE // params.w_max),
        max(-MOST_ROOM, min(room, MOST_ROOM)),
        ONE // MOST_CAP * min(params.n_diff, MOST_CAP),
        logarithm(mine),
        logarithm(sum(map(len, lists.values())) - mine),
    )


# INFERENCE


def shortlists(policy: Policy, found: Sequence[Item]) -> Shortlists:
    """The items of each kind that a policy looks at closely (POL-3); ``found`` is in order."""
    lists = Shortlists()
    for kind, gate in zip(KINDS, policy.gate, strict=True):
        mine = [item for item in found if item.action.kind == kind]
        lists[kind] = sorted(mine, key=lambda item: -gate.sums(item.features)[0])[: policy.shortlist]
    return lists


def activations(sums: Sequence[int], shift: int) -> list[int]:
    """What a layer hands on (POL-4)."""
    return [max(0, min(one >> shift, CLIP)) for one in sums]


def pooled(rows: Sequence[Sequence[int]], hidden: int) -> list[int]:
    """The floors of the means of ``rows`` by entry, and behind them the maxima; 0 where there are no rows (POL-4)."""
    if not rows:
        return [0] * (2 * hidden)
    columns = list(zip(*rows, strict=True))
    return [floor_mean(sum(column), len(rows)) for column in columns] + list(map(max, columns))


def preferences(policy: Policy, state: State, scores: Sequence[int]) -> dict[Action, int]:
    """What each item on a shortlist is preferred by in the next iteration, fixed point (POL-4, POL-8).

    Args:
        policy: the policy.
        state: the state after the last iteration, pointed to the cursor of the next.
        scores: one fixed-point score per slot, as the iteration is told them.
    """
    worth = worths(policy, state, scores)
    if policy.plan is None:
        return worth
    room = state.params.w_max - state.used
    return planned(policy.plan, state.geometry, room, worth)


def worths(policy: Policy, state: State, scores: Sequence[int]) -> dict[Action, int]:
    """The last sum of each item on a shortlist, expands first, each kind in the order of its shortlist (POL-4).

    Args:
        policy: the policy.
        state: the state after the last iteration, pointed to the cursor of the next.
        scores: one fixed-point score per slot, as the iteration is told them.
    """
    row, lists = seen(state, scores), shortlists(policy, items(state, scores))
    alone = {
        kind: [activations(layer.sums(features(state, row, item, lists)), policy.encode_shift) for item in lists[kind]]
        for kind, layer in zip(KINDS, policy.encode, strict=True)
    }
    context = list(chain.from_iterable(pooled(alone[kind], policy.hidden) for kind in KINDS))
    found = dict[Action, int]()
    for kind, mix, prefer in zip(KINDS, policy.mix, policy.prefer, strict=True):
        for item, mine in zip(lists[kind], alone[kind], strict=True):
            found[item.action] = prefer.sums(activations(mix.sums(mine + context), policy.mix_shift))[0]
    return found


def planned(plan: PolicyPlan, geometry: Geometry, room: int, worth: Mapping[Action, int]) -> dict[Action, int]:
    """Preferences of items: what is worth most is shown as far as there is room for it, and little else moves (POL-8).

    Args:
        plan: the bounds.
        geometry: shape of the tree.
        room: slots left of the budget; below 0 where there are too many.
        worth: of each item, expands first, each kind in the order of its shortlist.
    """

    def rank(action: Action) -> int:
        return worth[action] + (plan.stay if action.kind == "collapse" else 0)

    order = sorted(worth, key=rank, reverse=True)  # of equals the first stays first
    free = room + sum(geometry.delta(action.level) for action in worth if action.kind == "collapse")
    shown = set[Action]()
    for action in order:
        least, cost = plan.show if action.kind == "expand" else plan.leave, geometry.delta(action.level)
        if worth[action] >= least and cost <= free:
            free -= cost
            shown.add(action)

    found = dict.fromkeys(worth, 0)
    lacking = -room
    for action in shown:
        if action.kind == "expand":
            found[action] = max(1, min(worth[action] - plan.show + 1, LARGEST_LOGIT))
            lacking += geometry.delta(action.level)
    for action in reversed(order):
        if action.kind == "collapse" and action not in shown and lacking > 0:
            found[action] = max(1, min(plan.show - worth[action], LARGEST_LOGIT))
            lacking -= geometry.delta(action.level)
    return found


def logits(state: State, worth: dict[Action, int]) -> tuple[Logits, ...]:
    """Preferences as a policy's logits, one triple per block (POL-5)."""

    def of(kind: Kind, node: Block | None) -> int:
        return 0 if node is None else worth.get(Action(kind, *node), 0)

    return tuple(
        Logits(of("expand", block), 0, of("collapse", parent(state.geometry, block))) for block in state.context
    )


def policy_violations(
    policy: Policy, state: State, scores: Sequence[int], actions: Sequence[Action]
) -> Iterator[Violation]:
    """What ``actions`` break as the answer of ``policy`` (POL-5), beside safety.

    Args:
        policy: the policy.
        state: the state after the last iteration, pointed to the cursor of the next.
        scores: one fixed-point score per slot, as the iteration is told them.
        actions: an answer each of whose actions can be applied in order.
    """
    found = preferences(policy, state, scores)
    yield from preference_violations(state.ticked, logits(state, found), actions)
