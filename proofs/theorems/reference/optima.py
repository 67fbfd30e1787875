"""Theorems about the strategies that weigh whole choices: optimum, hybrid, several objectives, regions, relaxation.

Each runs the reference on every small world and has the spec's own judge look for a better choice. Scores go by block
and come from few values, so chosen that different choices are often worth the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from types import ModuleType
from typing import Any

from focalloc.proofs.engines.sessions import refuted, session
from focalloc.proofs.engines.trees import Pairs, context_by_context
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import Evidence, Session, Survey, Technique, theorem
from focalloc.refimpl import hierarchy, hybrid, knapsack, objective
from focalloc.refimpl import relaxation as relaxing
from focalloc.spec.blocks import Context, used
from focalloc.spec.geometry import Geometry
from focalloc.spec.params import Params
from focalloc.spec.relaxation import relaxation_violations
from focalloc.spec.scores import slot_scores
from focalloc.spec.state import State, opened
from focalloc.spec.violations import violations

ALPHABET = (-6, -2, 2, 4)
"""Scores of a block: so cold that its family collapses although another is wanted, cold, wanted, wanted as two are."""

SHAPE = Geometry((2, 2), (2, 2, 3))
"""A node of level 1 costs 2 slots more when expanded, one of level 2 only 1."""

CONTEXTS = (
    ((2, 0),),
    ((1, 0), (1, 2)),
    ((1, 0), (0, 2)),
    ((0, 0), (0, 2)),
    ((1, 0), (1, 2), (2, 4)),
    ((1, 0), (1, 2), (0, 4)),
    ((2, 0), (2, 4), (1, 8)),
)
"""Cuts through one top-level node (but for mirror images), and what can stand beside it."""

Settings = dict[str, Any]
Faulty = Callable[[State, Sequence[int]], tuple[bool, str]]
Told = Callable[[State, Sequence[int]], Session | None]
"""As `case_by_case` takes them, for scores."""

REST: Settings = {"tau_expand": 1, "tau_collapse": 1, "cooldown_steps": 0}


def worlds(context: Context, strategy: str, several: Sequence[Settings]) -> Iterator[State]:
    """Every cap and budget with each of the settings; ``below_soft`` is how far the soft budget lies below the hard."""
    slots = used(SHAPE, context)
    for n_diff, room, settings in product((1, 2), (-2, 0, 2), several):
        w_max = slots + room
        below = settings.get("below_soft", 0)
        if w_max - below < 1:
            continue
        others = {name: value for name, value in settings.items() if name != "below_soft"}
        params = Params(w_max=w_max, w_soft=w_max - below, n_diff=n_diff, strategy=strategy, **(REST | others))
        yield opened(SHAPE, params, context)


def surveyed(
    strategy: str, contexts: Sequence[Pairs], several: Sequence[Settings], faulty: Faulty, told: Told
) -> Iterator[Survey]:
    """Every world of every context under all scores."""

    def cases(context: Context) -> Iterator[tuple[State, Sequence[int]]]:
        rows = [slot_scores(SHAPE, context, blocks) for blocks in product(ALPHABET, repeat=len(context))]
        return product(worlds(context, strategy, several), rows)

    return context_by_context(contexts, cases, faulty, told)


def judged(module: ModuleType, name: str, profile: str, bug: Mutation) -> tuple[Faulty, Told]:
    """The reference's answer by the judge of a profile, and the session in which it is given."""
    answer: Callable[..., Any] = Source.of(module, bug).python[name]

    def faulty(state: State, row: Sequence[int]) -> tuple[bool, str]:
        actions = answer(state, row)
        found = violations(state, row, actions, profile)
        return bool(actions), str(found[0]) if found else ""

    return faulty, lambda state, row: refuted(state, [row], answer)


@theorem(
    "optimum-is-exact",
    "The reference's optimum pays a debt first, and no admissible choice is more useful, or as useful with fewer "
    "actions, or then with fewer slots; its collapses go first.",
    clauses="KNA-1 KNA-2 KNA-3 KNA-4 KNA-5 SOF-1 BUD-1 CAP-1 ACT-3 ACT-5",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2, cost (2, 2, 3); contexts of up to 3 blocks, 4 scores per block; caps 1 and 2; from two "
    "slots over the budget to room for two; with and without a soft budget",
    mutations=[
        Mutation("what is too much is chosen all the same", "return within or", "return within +"),
        Mutation("the last slot is never used", "delta <= limit]", "delta < limit]"),
        Mutation("the more actions the better", "utility, len(selection.chosen)", "utility, -len(selection.chosen)"),
        Mutation("as many slots as will do", "selection.delta, places", "0, places"),
        Mutation("conflicts are overlooked", "tables[bisect_right(ends, choice.action.start)]", "tables[-1]"),
        Mutation("expands go first", 'return choice.action.kind == "expand", *rank',
                 'return choice.action.kind == "collapse", *rank'),
        Mutation("the soft budget is left out", "params.w_soft < params.w_max:", "False:"),
    ],
)  # fmt: skip
def optimum_is_exact(bug: Mutation) -> Iterator[Evidence]:
    """`refimpl.knapsack` on every world."""
    settings = [{}, {"below_soft": 1, "soft_margin": 2}]
    yield from surveyed("knapsack", CONTEXTS, settings, *judged(knapsack, "knapsack", "knapsack", bug))


@theorem(
    "pruned-optimum-is-exact",
    "The reference's hybrid answers the exact optimum of the first top_k candidates of each queue.",
    clauses="HYB-1 KNA-1 KNA-2 KNA-3 KNA-4 KNA-5",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2, cost (2, 2, 3); contexts of 2 and 3 blocks, 4 scores per block; top_k 1 and 2; caps 1 and "
    "2; from two slots over the budget to room for two",
    mutations=[
        Mutation("one expand more is looked at", "expands[: state.params.top_k]", "expands[: state.params.top_k + 1]"),
        Mutation("one collapse less is looked at", "collapses[: state.params.top_k]",
                 "collapses[: state.params.top_k - 1]"),
        Mutation("the queues are not in order", "sorted(choices(state, scores), key=rank)", "choices(state, scores)"),
    ],
)  # fmt: skip
def pruned_optimum_is_exact(bug: Mutation) -> Iterator[Evidence]:
    """`refimpl.hybrid` on every world."""
    contexts = [((0, 0), (0, 2)), ((1, 0), (1, 2), (2, 4)), ((1, 0), (1, 2), (0, 4))]
    yield from surveyed("hybrid", contexts, [{"top_k": 1}, {"top_k": 2}], *judged(hybrid, "hybrid", "hybrid", bug))


@theorem(
    "all-things-are-weighed",
    "The reference's answer for several objectives is admissible, and no admissible choice is worth more, or as much "
    "with fewer actions, or then with fewer slots.",
    clauses="MUL-1 MUL-2 KNA-1 KNA-5",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2, cost (2, 2, 3); contexts of up to 3 blocks, 4 scores per block; four sets of "
    "weights; caps 1 and 2; from two slots over the budget to room for two",
    mutations=[
        Mutation("what is computed anew costs nothing", "anew = params.recompute_weight * changed(state, selection)",
                 "anew = 0"),
        Mutation("slots are counted as they were before", "return state.used + selection.delta - first",
                 "return state.used - first"),
        Mutation("the youngest action says where it begins", "oldest = min(choice", "oldest = max(choice"),
        Mutation("of all that is as large one is the best, wherever it begins", "selections.append(one)",
                 "selections = [*tables[-1].values(), one]"),
        Mutation("conflicts are overlooked", "tables[bisect_right(starts, -end(state.geometry, choice.action))]",
                 "tables[-1]"),
        Mutation("actions cost nothing", "churn = params.churn_weight * len(selection.chosen)", "churn = 0"),
        Mutation("less than the target is a gain", "abs(state.used + selection.delta - params.goal)",
                 "(state.used + selection.delta - params.goal)"),
        Mutation("nearness falls off too soon", "state.at) + 1)", "state.at) + 2)"),
        Mutation("being near is against a collapse", "choice.aggregate + sign * more", "choice.aggregate + more"),
        Mutation("as many actions as will do", "*preference(selection)[1:]", "*preference(selection)[2:]"),
    ],
)  # fmt: skip
def all_things_are_weighed(bug: Mutation) -> Iterator[Evidence]:
    """`refimpl.objective` on every world."""
    settings: list[Settings] = [
        {"churn_weight": 3, "cursor_weight": 4},
        {"budget_weight": 2, "cursor_weight": 2},
        {"recompute_weight": 1},
        {"recompute_weight": 1, "budget_weight": 1, "below_soft": 1, "soft_margin": 2},
    ]
    judgement = judged(objective, "multi_objective", "multi_objective", bug)
    yield from surveyed("multi_objective", CONTEXTS, settings, *judgement)


@theorem(
    "regions-keep-to-their-shares",
    "In the reference's hierarchical answer each region keeps to its share of the actions and of the slots, and no "
    "choice inside its shares is more useful, or as useful with fewer actions, or then with fewer slots.",
    clauses="HIE-1 HIE-2 HIE-3 KNA-5 BUD-1 CAP-1",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2, cost (2, 2, 3); contexts of 3 blocks in 2 and 3 regions, 4 scores per block; caps 1 "
    "and 2; from two slots over the budget to room for two; with and without a soft budget; by mass and by price",
    mutations=[
        Mutation("actions taken are forgotten", "actions - len(chosen)", "actions"),
        Mutation("slots added are forgotten", "slots - sum(choice.delta for choice in chosen)", "slots"),
        Mutation("every region may use all there is", "<= start]", "< 2**60]"),
        Mutation("the least preferred is chosen", "best = min(", "best = max("),
        Mutation("beyond the soft budget expands go on", "if state.used > params.w_soft:", "if False:"),
        Mutation("what younger regions claim is taken", "most - len(younger)", "most"),
        Mutation("slots that younger regions claim are taken", "room - sum(choice.delta for choice in younger)",
                 "room"),
        Mutation("the price is one too low", "2**digit - 1", "2**digit"),
        Mutation("of equal claims the one of more slots goes first", "one.delta, one.action.start", "-one.delta, 0"),
        Mutation("what is worth nothing claims", "if worth(choice) > 0", "if worth(choice) >= 0"),
    ],
)  # fmt: skip
def regions_keep_to_their_shares(bug: Mutation) -> Iterator[Evidence]:
    """`refimpl.hierarchy` on every world."""
    contexts = [((1, 0), (1, 2), (2, 4)), ((0, 2), (1, 4), (1, 6)), ((2, 0), (2, 4), (1, 8))]
    contexts += [((0, 0), (0, 2), (0, 4)), ((1, 0), (0, 2), (2, 4))]
    shares: list[Settings] = [{}, {"region_share": "price"}]
    settings = [share | soft for share in shares for soft in ({}, {"below_soft": 1})]
    judgement = judged(hierarchy, "hierarchical", "hierarchical", bug)
    yield from surveyed("hierarchical", contexts, settings, *judgement)


@theorem(
    "bound-is-attained-and-proved",
    "The reference's relaxation has feasible shares, at most two of them in part, and they are worth the bound that "
    "its prices prove.",
    clauses="LPR-1 LPR-2 LPR-3",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2, cost (2, 2, 3); contexts of up to 3 blocks, 4 scores per block; caps 1 and 2; from two "
    "slots over the budget to room for two",
    mutations=[
        Mutation("the dearest price is taken", "price = min(prices(found)", "price = max(prices(found)"),
        Mutation("room is given away", "shared(at_least, at_most, room) if price > 0",
                 "shared(at_least, at_most, 0) if price > 0"),
        Mutation("an exchange counts twice", "shares[choice.action] = 1 - part", "shares[choice.action] = 1"),
        Mutation("an action has no price", "worths[most - 1] if 0 < most", "Fraction(0) if 0 < most"),
        Mutation("a debt is overlooked", "if not ending_within(state.params.w_max, state, found):", "if False:"),
    ],
)  # fmt: skip
def bound_is_attained_and_proved(bug: Mutation) -> Iterator[Evidence]:
    """`refimpl.relaxation` on every world."""
    relax = Source.of(relaxing, bug).python["relaxation"]

    def faulty(state: State, row: Sequence[int]) -> tuple[bool, str]:
        bound = relax(state, row)
        found = relaxation_violations(state, row, bound)
        return bool(bound.shares), str(found[0]) if found else ""

    def told(state: State, row: Sequence[int]) -> Session:
        bound = relax(state, row)
        shares = [(*action, str(share)) for action, share in bound.shares.items()]
        prices = str(bound.slot_price), str(bound.action_price)
        relaxation = {"bound": str(bound.bound), "shares": shares, "prices": prices}
        return session(
            state, [row], [knapsack.knapsack(state, row)], "the relaxation is wrong", "knapsack", [relaxation]
        )

    yield from surveyed("knapsack", CONTEXTS, [{}], faulty, told)
