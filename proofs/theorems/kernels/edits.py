"""Edits of several calls: made one, they do what the calls do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

from focalloc.fastpath import edits as code
from focalloc.fastpath.kernels import calls
from focalloc.proofs.sources import AS_SHIPPED, Mutation, Source
from focalloc.proofs.theorem import Evidence, Survey, Technique, theorem
from focalloc.proofs.theorems.reference.edits import Told, splices
from focalloc.spec.blocks import Block
from focalloc.spec.edits import Edit, scattered


@theorem(
    "edits-compose",
    "Edits made one do what they do one after the other, whatever they are put together first; with edits that change "
    "nothing they stay what they are; and the edits told backwards lead back wherever a slot stayed.",
    clauses="EDI-1 EDI-2",
    technique=Technique.EXHAUSTION,
    bounds="every three lists of edits, one after the other, of rows of at most 2 slots",
    mutations=[
        Mutation("edits that touch stay apart", "spans[0][0] <= high", "(spans[0][0] < high or group == ([], []))"),
        Mutation("what the later ones take out is not taken off", "edit.after - edit.before for edit in theirs",
                 "edit.after for edit in theirs"),
        Mutation("what comes and goes again stays as an edit", "if before or after:", "if True:"),
        Mutation("blocks that were taken out again come", "if not any(", "if any("),
        Mutation("a gathered row begins anew behind each edit", "old = splices[at] + splices[at + 1]",
                 "old = splices[at]", "calls"),
    ],
)  # fmt: skip
def edits_compose(bug: Mutation) -> Iterator[Evidence]:
    """The shipped class is run on rows whose every slot is a block of its own, so that content tells slots apart."""
    edits_of = Source.of(code, bug if bug.module != "calls" else AS_SHIPPED).bare_class("Edits")
    gather = Source.of(calls, bug if bug.module == "calls" else AS_SHIPPED).python["run_gather"]
    edits_of.gather.__globals__["_gatherer"] = lambda: gather
    cases, telling, wrong = 0, 0, ""
    for lengths in product(range(3), repeat=4):
        made = [[_made(edits_of, *pair, told) for told in splices(*pair)] for pair in pairwise(lengths)]
        for one, two, three in product(*made):
            cases += 1
            telling += bool(one) and bool(two)
            try:
                wrong = _fault(edits_of, one, two, three)
            except (ValueError, IndexError) as error:  # an index beyond the row, as NumPy says it
                wrong = f"{one}, {two}, {three}: {error}"
            if wrong:
                break
        if wrong:
            break
    yield Survey("every three", cases, telling, wrong)


def _made(edits_of: Any, before: int, after: int, told: Told) -> Any:
    blocks = [Block(0, slot) for slot in range(after)]
    edits = [Edit(first, gone, at, come, tuple(blocks[at : at + come])) for first, gone, at, come in told]
    return edits_of(edits, before, (1,))


def _fault(edits_of: Any, one: Any, two: Any, three: Any) -> str:
    """What is wrong with these made one; empty if nothing is."""
    both = one.then(two)
    first, second = one.gather().tolist(), two.gather().tolist()
    if both.gather().tolist() != [-1 if slot == -1 else first[slot] for slot in second]:
        return f"{one}, then {two}, gather as {both.gather().tolist()}"
    if any(edit.after != len(edit.blocks) for edit in both):
        return f"{one}, then {two}, hold the blocks {[edit.blocks for edit in both]}"
    if broken := scattered(one.slots, two.slots_after, [edit.splice for edit in both]):
        return f"{one}, then {two}: {broken[0].message}"
    if both.then(three) != one.then(two.then(three)):
        return f"{one}, {two}, {three}: it matters which are made one first"
    none, nothing = edits_of((), one.slots, (1,)), edits_of((), one.slots_after, (1,))
    if not none.then(one) == one == one.then(nothing):
        return f"{one} changes with edits of nothing"
    back = edits_of([Edit(at, after, first, before, ()) for first, before, at, after, _ in one], one.slots_after, (1,))
    if any(slot != -1 and first[slot] != i for i, slot in enumerate(back.gather().tolist())):
        return f"{one} told backwards do not lead back"
    return ""
