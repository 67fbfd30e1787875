"""Theorems about hierarchical planning: what claims at the price of a slot, and what regions do with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import z3

from focalloc.fastpath.kernels import layout as code
from focalloc.fastpath.workspace import Regions
from focalloc.proofs.engines.memory import unpacked, work_on
from focalloc.proofs.sources import Mutation
from focalloc.proofs.theorem import Evidence, Obligation, Technique, theorem
from focalloc.proofs.theorems.kernels.dominance import begun, beside
from focalloc.proofs.theorems.reference.optima import Settings, surveyed
from focalloc.refimpl.hierarchy import hierarchical
from focalloc.spec.actions import Action
from focalloc.spec.state import State

ANY_CLAIMS = Mutation("what claims need not be worth most at its price")


@theorem(
    "dearer-slots-are-claimed-less",
    "Of two prices of a slot, what claims at the higher one adds no more slots. So a search by halves finds the least "
    "price at which the claims fit.",
    clauses="HIE-1 HIE-2",
    technique=Technique.INDUCTION,
    assumes="the first candidates of a queue are worth most together of all sets of as many or fewer",
    mutations=[ANY_CLAIMS],
)
def dearer_slots_are_claimed_less(bug: Mutation) -> Iterator[Evidence]:
    """Either set of claims is one that could have claimed at the other's price, and is worth no more there."""
    low, high = z3.Ints("price higher_price")
    (worth, slots), (other_worth, other_slots) = z3.Ints("worth slots"), z3.Ints("worth_then slots_then")
    best = [worth - low * slots >= other_worth - low * other_slots]
    best_then = [other_worth - high * other_slots >= worth - high * slots]
    given = [low >= 0, low < high, *best, *([] if bug is ANY_CLAIMS else best_then)]
    yield Obligation("fewer slots, or as many", other_slots <= slots, given)


def shared(functions: Mapping[str, Any], state: State, scores: Sequence[int]) -> list[Action]:
    """What the kernels select in the first iteration of hierarchical planning, on lists."""
    session, region, space, cut = begun(state, scores, Regions)
    slots = len(scores)
    worth = list(scores)
    functions["blend"](session.header, session.tags, session.fixed, worth)
    work = work_on(space, [0] * slots, [0] * slots)
    regions = code.Regions(region, worth, cut[22], cut[25], cut[26])
    if state.params.region_share == "price":
        worths = code.Worths(worth, [0] * slots)
        functions["survey"](session.header, session.tags, worth, worths.peaks)
        claims = code.Claims([0] * slots, [0] * slots)
        done = functions["select_by_price"](session, worths, work, regions, claims)
    else:
        done = functions["select_by_region"](session, work, regions)
    functions["name_actions"](session, done, regions.turns, regions.notes)
    return [unpacked(session.actions[q]) for q in range(done)]


@theorem(
    "regions-kernel-is-the-reference",
    "The shipped kernels, which let the best few of each class claim and search each region as a session of its own, "
    "select what the reference's regions do.",
    clauses="HIE-1 HIE-2 HIE-3 KNA-5 BUD-1 CAP-1",
    technique=Technique.EXHAUSTION,
    bounds="arities 2 and 2, cost (2, 2, 3); contexts of 3 blocks in 2 and 3 regions, 4 scores per block; caps 1 and "
    "2; from two slots over the budget to room for two; with and without a soft budget; by mass and by price; chunks "
    "of 1 slot; no action remembered",
    mutations=[
        Mutation("a share that comes out even is one less", "while rest >= total:", "while rest > total:"),
        Mutation("slots that are freed are not passed on", "net += net_of(session, count,",
                 "net += 0 * net_of(session, count,"),
        Mutation("what is worth nothing claims", "        best = 0\n", "        best = -1\n"),
        Mutation("of equal claims the one of more slots goes first", "runs[r * RUN + DELTA] > best:",
                 "runs[r * RUN + DELTA] >= max(best, 1):"),
        Mutation("the price is one too high", "claim(work, cap, low)", "claim(work, cap, low + 1)"),
        Mutation("claims of younger regions are not kept", "most_left -= claims.actions[r]", "most_left -= 0"),
        Mutation("slots that younger regions claim are not kept", "room_left -= claims.slots[r]", "room_left -= 0"),
        Mutation("a region begins one slot late", "slot = slot_holding(session, token) if",
                 "slot = slot_holding(session, token) + 1 if"),
    ],
    full=True,
)  # fmt: skip
def regions_kernel_is_the_reference(bug: Mutation) -> Iterator[Evidence]:
    """`select_by_region`, `select_by_price` and all that they call, the search included, as shipped but uncompiled."""
    contexts = [((1, 0), (1, 2), (2, 4)), ((0, 2), (1, 4), (1, 6)), ((2, 0), (2, 4), (1, 8))]
    contexts += [((0, 0), (0, 2), (0, 4)), ((1, 0), (0, 2), (2, 4))]
    shares: list[Settings] = [{}, {"region_share": "price"}]
    settings = [share | soft for share in shares for soft in ({}, {"below_soft": 1})]
    yield from surveyed("hierarchical", contexts, settings, *beside(hierarchical, shared, bug))
