"""Bounded model checking: every short session of a small world, the reference as shipped against the judge.

Sessions are gone through breadth first, so that what goes wrong goes wrong in as few iterations as it can. It is shown
as a session: ``focalloc prove`` writes it to a file, and ``focalloc replay`` runs it against the spec.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from focalloc.proofs.engines.sessions import refuted
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.refimpl import candidates as reference_candidates
from focalloc.refimpl import greedy as reference_greedy
from focalloc.spec import Action, Geometry, Params, State, advanced, opened, violations
from focalloc.spec.actions import family
from focalloc.spec.blocks import Block
from focalloc.spec.scores import slot_scores

ALPHABET = (-9, 0, 3, 5)
"""Scores of a block: so cold that its family is too, lukewarm, wanted, wanted more."""

Rows = tuple[Sequence[int], ...]


def greedy_with(bug: Mutation) -> Any:
    """The reference's greedy, with ``bug`` planted in it or in its candidates."""
    plain = {
        module: Source.of(module, Mutation(bug.name, bug.old, bug.new) if bug.module == name else AS_SHIPPED).python
        for name, module in (("greedy", reference_greedy), ("candidates", reference_candidates))
    }
    greedy = plain[reference_greedy]["greedy"]
    greedy.__globals__.update(choices=plain[reference_candidates]["choices"])
    return greedy


def judged(greedy: Any, state: State, scores: Sequence[int]) -> tuple[list[Action], str]:
    """An answer, and what the judge first objects to; what raises is no answer."""
    try:
        actions: list[Action] = greedy(state, scores)
    except (LookupError, ArithmeticError, ValueError) as raised:
        return [], f"{type(raised).__name__}: {raised}"
    wrong = violations(state, scores, actions, "greedy")
    return actions, str(wrong[0]) if wrong else ""


def searched(start: State, iterations: int, bug: Mutation) -> Survey:
    """Every session of so many iterations from ``start``; states that differ only in their age are one."""
    greedy = greedy_with(bug)
    seen = {key(start)}
    frontier: list[tuple[State, Rows]] = [(start, ())]
    answers = acting = 0
    for _ in range(iterations):
        following: list[tuple[State, Rows]] = []
        for state, rows in frontier:
            for blocks in product(ALPHABET, repeat=len(state.context)):
                scores = slot_scores(state.geometry, state.context, blocks)
                now: Rows = (*rows, scores)
                actions, wrong = judged(greedy, state, scores)
                answers += 1
                acting += bool(actions)
                if wrong:
                    told = f"in iteration {len(now)} of scores {list(now)}: {wrong}"
                    session = partial(refuted, start, now, greedy, told)
                    return Survey("sessions", answers, acting, told, session=session)
                after = advanced(state, actions)
                if key(after) not in seen:
                    seen.add(key(after))
                    following.append((after, now))
        frontier = following
    return Survey(f"{len(seen)} states, {answers} answers", answers, acting)


def key(state: State) -> tuple[object, ...]:
    """What the future of a session depends on."""
    return state.context, frozenset(
        (node, entry.kind, state.iteration - entry.iteration) for node, entry in state.ledger.items()
    )


@theorem(
    "short-sessions-conform",
    "In every short session over a small context the reference's greedy answers as the judge asks, ledger included.",
    clauses="ACT-2 ACT-3 ACT-4 BUD-1 CAP-1 COO-1 TAI-1 THR-1 SOF-1 GRE-1 GRE-2 GRE-3 GRE-4 GRE-5 GRE-6",
    technique=Technique.MODEL_CHECKING,
    bounds="arity (2, 2), 6 tokens; every session of 4 iterations of block scores -9, 0, 3 and 5; n_diff 1 to 3",
    mutations=[
        Mutation("cooldown one iteration short", "< max(1, state.params.cool", "< max(1, -1 + state.params.cool",
                 "candidates"),
        Mutation("N_diff tested once per round", "if collapses and len(chosen) < state.params.n_diff:", "if collapses:",
                 "greedy"),
        Mutation("a head that does not fit is given up", "        # COLLAPSE TURN", "        elif expands:\n"
                 "            expands.pop(0)\n\n        # COLLAPSE TURN", "greedy"),
        Mutation("a family is not re-validated after its child was expanded",
                 "collapses = [c for c in collapses if not overlap(state.geometry, c.action, head.action)]", "pass",
                 "greedy"),
        Mutation("a removed child stays in the queue",
                 "expands = [c for c in expands if not overlap(state.geometry, c.action, head.action)]", "pass",
                 "greedy"),
        Mutation("partial family", "length if len(run) == length and all(", "length if all(", "candidates"),
        Mutation("unaligned family", "or start % geometry.span(level + 1) != 0:", "or False:", "candidates"),
        Mutation("budget test with <", "return after <= params.w_max and", "return after < params.w_max and", "greedy"),
        Mutation("the refund is counted twice", "            used += head.delta\n            expands", "            "
                 "used += 2 * head.delta\n            expands", "greedy"),
        Mutation("the protected tail is one token short", "node_end > state.end -", "node_end > 1 + state.end -",
                 "candidates"),
    ],
)  # fmt: skip
def short_sessions_conform(bug: Mutation) -> Iterator[Evidence]:
    """`greedy`, `choices` and what they call, as shipped."""
    for w_max, n_diff, protected in ((4, 3, 1), (3, 2, 0), (4, 1, 2)):
        params = Params(
            w_max=w_max, n_diff=n_diff, tau_expand=1, tau_collapse=1, cooldown_steps=2, protected_tokens=protected,
            w_soft=w_max - 1, soft_margin=3,
        )  # fmt: skip
        yield searched(opened(Geometry((2, 2)), params, [(2, 0), (1, 4)]), 4, bug)


# REST

MILD = (-3, 0, 1, 5)
"""Scores of a block: cold, but beside a lukewarm one not cold enough for the family to be so; lukewarm; wanted."""


@dataclass(frozen=True)
class Lasso:
    """A session under scores that never change, run until a state comes round again.

    Attributes:
        actions: on the way to the loop and once around it.
        restless: how many of them are in the loop.
        repeated: whether a node was acted on twice.
        rows: the scores of each iteration.
    """

    actions: int
    restless: int
    repeated: bool
    rows: Rows


def lasso(start: State, worth: Mapping[Block, int], greedy: Any) -> Lasso:
    """Run ``greedy`` from ``start`` on fixed scores per block."""
    state, nodes, rows = start, list[Block](), list[Sequence[int]]()
    met: dict[tuple[object, ...], int] = {}
    while key(state) not in met:
        met[key(state)] = len(nodes)
        rows.append(slot_scores(state.geometry, state.context, [worth[block] for block in state.context]))
        actions = greedy(state, rows[-1])
        nodes += [action.node for action in actions]
        state = advanced(state, actions)
    return Lasso(len(nodes), len(nodes) - met[key(state)], len(set(nodes)) < len(nodes), tuple(rows))


def is_coherent(geometry: Geometry, params: Params, worth: Mapping[Block, int]) -> bool:
    """Whether no node is hot enough to expand while its family is cold enough to collapse."""
    for node in worth:
        if node.level == 0:
            continue
        children = family(geometry, node)
        weights = [geometry.slots(child.level) for child in children]
        summed = sum(worth[child] * weight for child, weight in zip(children, weights, strict=True))
        if worth[node] > params.tau_expand and summed // sum(weights) < -params.tau_collapse:
            return False
    return True


@theorem(
    "only-incoherent-scores-keep-it-busy",
    "Under scores that depend on the block only and never change, the reference's greedy comes to rest and acts on no "
    "node twice, if they are coherent; and of those that are not, some keep it busy for ever.",
    clauses="THR-1 COO-1 GRE-6",
    technique=Technique.MODEL_CHECKING,
    bounds="arity (2, 2), one tree; every block scores -3, 0, 1 or 5; n_diff 2; cooldowns of 1 and 3",
    mutations=[
        Mutation("expands have no threshold", "choice.aggregate <= params.tau_expand if", "False if", "candidates"),
        Mutation("a family is judged by its first block", "aggregate = mean(scores[slot[i] : slot[i + members]])",
                 "aggregate = mean(scores[slot[i] : slot[i + 1]])", "candidates"),
    ],
)  # fmt: skip
def only_incoherent_scores_keep_it_busy(bug: Mutation) -> Iterator[Evidence]:
    """Every assignment of scores to the blocks of the tree, each until its states repeat."""
    greedy, geometry = greedy_with(bug), Geometry((2, 2))
    blocks = [Block(2, 0), Block(1, 0), Block(1, 2), Block(0, 0), Block(0, 2)]
    for cooldown in (1, 3):
        params = Params(w_max=4, n_diff=2, tau_expand=1, tau_collapse=1, cooldown_steps=cooldown)
        start = opened(geometry, params, [(2, 0)])
        coherent = busy = calm = 0
        wrong, session = "", None
        for values in product(MILD, repeat=len(blocks)):
            worth = dict(zip(blocks, values, strict=True))
            run = lasso(start, worth, greedy)
            if not is_coherent(geometry, params, worth):
                busy += run.restless > 0
                continue
            coherent += 1
            calm += run.actions > 0
            if (run.restless or run.repeated) and not wrong:
                told = ", ".join(f"{tuple(block)}: {value}" for block, value in worth.items())
                wrong = f"coherent scores {told}, and {run.restless} actions again and again"
                session = partial(refuted, start, run.rows, greedy, wrong)
        yield Survey(f"cooldown {cooldown}: coherent scores lead to rest", coherent, calm, wrong, session=session)
        missing = "" if busy else "no scores keep it busy"
        yield Survey(f"cooldown {cooldown}: incoherent scores need not", len(MILD) ** len(blocks), busy, missing)
