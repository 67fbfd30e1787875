"""Every theorem is proved, by a proof that could have failed; and the runner says so when it does fail."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from focalloc.proofs import catalogue
from focalloc.proofs.catalogue import named, theorems
from focalloc.proofs.enhanced import Ratio
from focalloc.proofs.rounds import Round, one_round
from focalloc.proofs.runner import Result, judged, killed, prove, prove_all
from focalloc.proofs.smt import Answer, ask_cvc5, ask_z3, smt2
from focalloc.proofs.sources import Mutation
from focalloc.proofs.theorem import THEOREMS, Evidence, Obligation, Survey, Technique, Theorem
from focalloc.proofs.tiling import after_collapse, after_expand
from focalloc.spec import Geometry
from focalloc.spec.actions import Action, applied
from focalloc.spec.blocks import Block, end
from focalloc.spec.clauses import clauses
from focalloc.spec.errors import InvalidInput

QUICK = [theorem.name for theorem in theorems()]
SLOW = [theorem.name for theorem in theorems(full=True) if theorem.full]


def check(name: str) -> None:
    theorem = THEOREMS[name]
    # CrossHair is slow, and may not end in hours, in a process where much else has run
    alone = theorem.technique is Technique.CONTRACTS
    verdict = next(prove_all([theorem], jobs=2)) if alone else prove(theorem)
    problems = [f"{f.result}: {f.name}: {f.detail}" for f in verdict.findings if f.result is not Result.PROVED]
    assert not problems
    assert not verdict.vacuous
    assert verdict.covered == len(verdict.findings) > 0
    assert verdict.survivors == []
    assert verdict.exit_code == 0


@pytest.mark.parametrize("name", QUICK)
def test_quick_theorem_holds_and_every_planted_bug_is_found(name: str) -> None:
    check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_full_theorem_holds_and_every_planted_bug_is_found(name: str) -> None:
    check(name)


@pytest.mark.parametrize("theorem", THEOREMS.values(), ids=lambda theorem: theorem.name)
def test_theorem_is_stated_completely(theorem: Theorem) -> None:
    assert theorem.sentence.endswith((".", ".)"))
    assert set(theorem.clauses) <= set(clauses())
    assert theorem.mutations
    assert len({bug.name for bug in theorem.mutations}) == len(theorem.mutations)
    assert (Path(inspect.getfile(catalogue)).parent / theorem.file).is_file()


X = z3.Int("x")


def invented(*evidence: Evidence) -> Theorem:
    def stated(bug: Mutation) -> Iterator[Evidence]:
        yield from evidence

    return Theorem("invented", "A sentence.", (), Technique.INDUCTION, "none", "nothing", (Mutation("idle"),), stated)


def test_a_false_claim_is_refuted_with_values() -> None:
    finding = judged(invented(), Obligation("false", X > 3, [X > 2]))
    assert finding.result is Result.REFUTED
    assert finding.detail == "x = 3"
    assert prove(invented(Obligation("false", X > 3, [X > 2]))).exit_code == 1


def test_a_vacuous_claim_does_not_count() -> None:
    verdict = prove(invented(Obligation("vacuous", X > 3, [X > 2, X < 2])), mutations=False)
    assert verdict.result is Result.PROVED
    assert verdict.vacuous == ["vacuous"]
    assert verdict.exit_code == 1


def test_a_proof_that_notices_no_bug_does_not_count() -> None:
    verdict = prove(invented(Obligation("fine", X + 1 > X)))
    assert verdict.survivors == ["idle"]
    assert verdict.exit_code == 1


def test_no_evidence_proves_nothing() -> None:
    verdict = prove(invented(), mutations=False)
    assert verdict.result is Result.UNKNOWN
    assert verdict.exit_code == 3


def test_unknown_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = smt2([z3.Int("a") ** 3 + z3.Int("b") ** 3 == z3.Int("c") ** 3 + 33, z3.Int("a") > 3])
    assert ask_z3(hard, rlimit=1000).answer is Answer.UNKNOWN
    monkeypatch.setattr("focalloc.proofs.runner.ask_z3", lambda text: ask_z3(hard, rlimit=1000))
    verdict = prove(invented(Obligation("hard", X > 0)), mutations=False)
    assert verdict.result is Result.UNKNOWN
    assert verdict.exit_code == 3


def test_surveys_count_their_cases() -> None:
    assert judged(invented(), Survey("all", 3, 1)).result is Result.PROVED
    assert judged(invented(), Survey("all", 3, 1, counterexample="here")).result is Result.REFUTED
    assert judged(invented(), Survey("all", 3, 1, undecided="because")).result is Result.UNKNOWN
    assert prove(invented(Survey("nothing told", 3, 0)), mutations=False).exit_code == 1


def test_a_witness_must_exist() -> None:
    assert judged(invented(), Obligation("there is one", X == 4, [X > 3], witness=True)).result is Result.PROVED
    assert judged(invented(), Obligation("there is none", X == 2, [X > 3], witness=True)).result is Result.REFUTED


def test_the_second_solver_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    from focalloc.proofs.smt import Reply

    good = invented(Obligation("fine", X + 1 > X))
    assert prove(good, mutations=False, second_solver=True).seconded == 1
    monkeypatch.setattr("focalloc.proofs.runner.ask_cvc5", lambda text: Reply(Answer.SAT, {}, 0))
    assert prove(good, mutations=False, second_solver=True).exit_code == 1
    monkeypatch.setattr("focalloc.proofs.runner.ask_cvc5", lambda text: Reply(Answer.UNKNOWN, {}, 0))
    assert prove(good, mutations=False, second_solver=True).exit_code == 3


def test_written_obligations_are_what_was_asked(tmp_path: Path) -> None:
    (theorem,) = named(["reversals-wait"])
    verdict = prove(theorem, mutations=False, smt2=tmp_path)
    files = sorted((tmp_path / theorem.name).glob("*.smt2"))
    assert len(files) == len(verdict.findings)
    for file in files:
        text = file.read_text()
        assert "; reversals-wait: Opposite actions" in text
        assert "(set-logic ALL)" in text
        assert ask_z3(text).answer is ask_cvc5(text).answer is Answer.UNSAT


def test_an_unknown_name_is_refused_with_a_hint() -> None:
    with pytest.raises(InvalidInput, match="did you mean reversals-wait"):
        named(["reversal-waits"])


def test_only_declared_bugs_are_planted() -> None:
    with pytest.raises(LookupError):
        killed(THEOREMS["reversals-wait"], Mutation("another"))


# MODELS beside what they stand for


@given(
    st.integers(0, 4), st.integers(1, 4), st.integers(0, 6), st.integers(0, 6), st.integers(0, 20), st.integers(0, 20)
)
def test_the_model_of_a_round_is_the_reference(
    done: int, left: int, expands: int, collapses: int, used: int, w_max: int
) -> None:
    """Without conflicts and with equal deltas one round of the reference is determined by the queue lengths."""
    cap = done + left
    now, delta = Round(done, used, expands, collapses), 1
    chosen = [now]
    while chosen[-1].done < cap:
        after = one_round(chosen[-1], cap, w_max, delta, delta, (0, 0))
        if not after.acted:
            break
        chosen.append(after)
    assert reference_rounds(left, used, w_max, expands, collapses) == chosen[-1].done - done


def reference_rounds(cap: int, used: int, w_max: int, expands: int, collapses: int) -> int:
    """How many actions the reference's greedy makes of so many candidates, each worth one slot."""
    from unittest.mock import patch

    from focalloc.proofs.helpers import record
    from focalloc.refimpl import greedy as reference
    from focalloc.refimpl.candidates import Choice

    geometry = Geometry((2,))
    ups = [Choice(Action("expand", 1, 2 * i), 9, 1) for i in range(expands)]
    downs = [Choice(Action("collapse", 1, 100 + 2 * i), -9, -1) for i in range(collapses)]
    params = record(n_diff=cap, w_max=w_max, w_soft=w_max, tau_expand=0, soft_margin=0, tie_break="position")
    state = record(params=params, geometry=geometry, used=used)
    with patch.object(reference, "choices", lambda *_: [*ups, *downs]):
        return len(reference.greedy(state, []))


@given(st.integers(-50, 50), st.integers(1, 20), st.integers(-50, 50), st.integers(1, 20), st.integers(-50, 50))
def test_the_model_of_a_fraction_is_a_fraction(a: int, b: int, c: int, d: int, factor: int) -> None:
    one, other = Ratio(a, b), Ratio(c, d)
    assert (one < other) == (Fraction(a, b) < Fraction(c, d))
    assert (one > other) == (Fraction(a, b) > Fraction(c, d))
    assert math.floor(factor * one) == math.floor(factor * Fraction(a, b))
    assert math.ceil(factor * one) == math.ceil(factor * Fraction(a, b))


@given(st.data())
def test_the_model_of_a_row_is_what_actions_do(data: st.DataObject) -> None:
    geometry = Geometry(data.draw(st.sampled_from([(2, 2), (3, 2), (2, 4)])))
    top = geometry.span(2)
    context = [Block(2, top * i) for i in range(3)]
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(context) - 1))
        if context[at].level > 0:
            context = list(applied(geometry, tuple(context), Action("expand", *context[at])))
    at = data.draw(st.sampled_from([i for i, block in enumerate(context) if block.level > 0] or [0]))
    node = context[at]
    if node.level == 0:
        return
    fanout, span = geometry.fanout(node.level), geometry.span(node.level - 1)
    choose = lambda condition, then, otherwise: then if condition else otherwise  # noqa: E731

    def start(i: int) -> int:
        return context[i].start if 0 <= i < len(context) else -1

    after = applied(geometry, tuple(context), Action("expand", *node))
    model = after_expand(start, at, fanout, lambda j: node.start + j * span, choose)
    assert [model(i) for i in range(len(after))] == [block.start for block in after]
    back = applied(geometry, after, Action("collapse", *node))
    assert back == tuple(context)
    model = after_collapse(lambda i: after[i].start if 0 <= i < len(after) else -1, at, fanout, node.start, choose)
    assert [model(i) for i in range(len(back))] == [block.start for block in back]
    assert end(geometry, after[-1]) == end(geometry, context[-1])


def test_the_readme_states_every_theorem_in_order() -> None:
    text = (Path(inspect.getfile(catalogue)).parent / "README.md").read_text(encoding="utf-8")
    stated = [
        f"### {one.name}\n\n{one.sentence}\n\n- clauses: {' '.join(one.clauses)}\n- technique: {one.technique}\n"
        f"- bounds: {one.bounds}\n- assumes: {one.assumes}\n- file: `{one.file}`{' (full set)' if one.full else ''}\n\n"
        for one in THEOREMS.values()
    ]
    listed = text.partition("assumptions and file.\n\n")[2].partition("## What is trusted")[0]
    assert listed == "".join(stated)
