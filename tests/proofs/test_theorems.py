"""Every theorem is proved, by a proof that could have failed; and the runner says so when it does fail."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib import import_module
from itertools import groupby
from pathlib import Path

import pytest
import z3

from focalloc import refimpl
from focalloc.fastpath import kernels
from focalloc.proofs import catalogue
from focalloc.proofs.catalogue import named, theorems
from focalloc.proofs.engines.smt import Answer, Reply, ask_cvc5, ask_z3, smt2
from focalloc.proofs.runner import Result, judged, killed, prove, prove_all
from focalloc.proofs.sources import Mutation, Source
from focalloc.proofs.theorem import THEOREMS, Evidence, Obligation, Survey, Technique, Theorem
from focalloc.proofs.theorem import theorem as state_theorem
from focalloc.proofs.theorems.spec import budget
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


@pytest.mark.slow  # `focalloc verify` proves them, with every planted bug
@pytest.mark.parametrize("name", QUICK)
def test_quick_theorem_holds_and_every_planted_bug_is_found(name: str) -> None:
    check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_full_theorem_holds_and_every_planted_bug_is_found(name: str) -> None:
    check(name)


def test_bugs_that_are_planted_in_kernels_have_their_places_there() -> None:
    text = Source.of(kernels).text
    others = ("words-mean-what-they-say", "edits-compose")  # which are about modules of their own
    about = [one for one in THEOREMS.values() if one.file.startswith("kernels/") and one.name not in others]
    lost = [(one.name, bug.name) for one in about for bug in one.mutations if bug.old and text.count(bug.old) != 1]
    assert lost == []


@pytest.mark.parametrize("theorem", THEOREMS.values(), ids=lambda theorem: theorem.name)
def test_theorem_is_stated_completely(theorem: Theorem) -> None:
    assert theorem.sentence.endswith((".", ".)"))
    assert set(theorem.clauses) <= set(clauses())
    assert theorem.mutations
    assert len({bug.name for bug in theorem.mutations}) == len(theorem.mutations)
    assert (Path(inspect.getfile(catalogue)).parent / "theorems" / theorem.file).is_file()


KNOWN_MISTAKES = {
    "N_diff tested once per round": {
        "cap-in-every-round": "N_diff tested once per round",
        "turns-are-greedy": "N_diff tested once per round",
        "step-is-the-reference": "N_diff tested once per round",
        "short-sessions-conform": "N_diff tested once per round",
    },
    "a head that never fits": {
        "greedy-ends": "a head that never fits keeps the loop alive",
        "turns-are-greedy": "a head that never fits keeps the loop alive",
        "step-is-the-reference": "a head that never fits keeps the loop alive",
    },
    "cooldown one iteration short": {
        "reversals-wait": "cooldown one iteration short",
        "reference-cools-alike": "cooldown one iteration short",
        "step-is-the-reference": "the cooldown is forgotten one iteration early",
        "short-sessions-conform": "cooldown one iteration short",
    },
    "cooldown one iteration long": {
        "reversals-wait": "cooldown one iteration long",
        "reference-cools-alike": "cooldown one iteration long",
        "step-is-the-reference": "the cooldown lasts one iteration longer",
    },
    "pruning one iteration early": {
        "ledger-remembers-enough": "pruned one iteration early",
        "cooldown-by-contract": "pruned one iteration early",
        "ledger-in-code": "the cooldown is forgotten one iteration early",
    },
    "a partial family": {
        "row-stays-in-one-piece": "a partial family collapses",
        "step-is-the-reference": "a partial family collapses",
        "short-sessions-conform": "partial family",
    },
    "an unaligned family": {
        "row-stays-in-one-piece": "an unaligned family collapses",
        "step-is-the-reference": "an unaligned family collapses",
        "short-sessions-conform": "unaligned family",
    },
    "a family not re-validated after its child was expanded": {
        "turns-are-greedy": "a family is not re-validated after its child was expanded",
        "step-is-the-reference": "a family is not re-validated after its child was expanded",
        "short-sessions-conform": "a family is not re-validated after its child was expanded",
    },
    "a removed child left in the queue": {
        "turns-are-greedy": "a removed child stays in the queue",
        "step-is-the-reference": "a removed child stays in the queue",
        "short-sessions-conform": "a removed child stays in the queue",
    },
    "budget test with <": {
        "room-is-one-rule": "budget test with <",
        "turns-are-greedy": "budget test with <",
        "step-is-the-reference": "budget test with <",
        "short-sessions-conform": "budget test with <",
    },
    "the refund counted twice": {
        "budget-on-every-prefix": "the refund is counted twice",
        "turns-are-greedy": "the refund is counted twice",
        "short-sessions-conform": "the refund is counted twice",
    },
    "truncation instead of the floor": {
        "aggregates-may-be-compared-as-sums": "truncated instead of floored",
        "step-is-the-reference": "an aggregate is truncated",
        "aggregates-by-contract": "truncates",
    },
}
"""Mistakes that implementations make -> theorems of the quick set and the planted bug by which each must notice it."""


@pytest.mark.parametrize("mistake", KNOWN_MISTAKES)
def test_known_mistakes_are_planted_in_models_kernels_and_reference(mistake: str) -> None:
    for name, bug in KNOWN_MISTAKES[mistake].items():
        assert name in QUICK
        assert bug in [planted.name for planted in THEOREMS[name].mutations]


def test_only_the_loops_that_have_a_theorem_could_go_on_for_ever() -> None:
    """All others of the reference run over sequences that are there, and no function comes back to itself."""
    folder = Path(inspect.getfile(refimpl)).parent
    modules = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")}
    loops = [name for name, module in modules.items() for node in ast.walk(module) if isinstance(node, ast.While)]
    assert sorted(loops) == ["greedy", "ingest"], "greedy-ends and reclaiming-ends are about these; what about others?"
    functions = [node for module in modules.values() for node in module.body if isinstance(node, ast.FunctionDef)]
    calls: dict[str, set[str]] = {one.name: set() for one in functions}
    for one in functions:
        for node in ast.walk(one):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls:
                calls[one.name].add(node.func.id)
    list(TopologicalSorter(calls).static_order())  # raises if there is a circle


def test_a_theorem_without_a_planted_bug_cannot_be_stated() -> None:
    with pytest.raises(RuntimeError, match="nothing shows that it can fail"):
        state_theorem("idle", "A sentence.", clauses="", technique=Technique.INDUCTION, mutations=[])(
            lambda _: iter(())
        )


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


def test_a_planted_bug_that_stays_undecided_is_not_caught() -> None:
    """A solver that gives up on a bug has not refuted it."""

    def stated(bug: Mutation) -> Iterator[Evidence]:
        yield Survey("all", 1, 1, undecided="the solver gave up" if bug.name else "")

    bug = Mutation("hard")
    theorem = Theorem("invented", "A sentence.", (), Technique.EXHAUSTION, "none", "nothing", (bug,), stated)
    verdict = prove(theorem)
    assert verdict.result is Result.PROVED
    assert (verdict.survivors, verdict.caught, verdict.exit_code) == (["hard"], 0, 1)


def test_a_bug_is_caught_by_any_of_the_evidence() -> None:
    def stated(bug: Mutation) -> Iterator[Evidence]:
        yield Survey("some", 1, 1, undecided="the solver gave up" if bug.name else "")
        yield Survey("others", 1, 1, counterexample="here" if bug.name else "")

    bug = Mutation("seen")
    theorem = Theorem("invented", "A sentence.", (), Technique.EXHAUSTION, "none", "nothing", (bug,), stated)
    verdict = prove(theorem)
    assert (verdict.survivors, verdict.caught, verdict.exit_code) == ([], 1, 0)


def test_a_bug_that_fits_no_more_is_none_that_is_noticed() -> None:
    """Whoever changes code under proof is told which planted bugs have to change with it."""

    def stated(bug: Mutation) -> Iterator[Evidence]:
        Source.of(budget, bug)
        yield Obligation("fine", X + 1 > X)

    bug = Mutation("stale", "a text that is nowhere")
    theorem = Theorem("invented", "A sentence.", (), Technique.INDUCTION, "none", "nothing", (bug,), stated)
    verdict = prove(theorem)
    assert verdict.survivors is not None
    assert "stale: 'a text that is nowhere' occurs 0 times" in verdict.survivors[0]
    assert verdict.exit_code == 1


def test_no_evidence_proves_nothing() -> None:
    verdict = prove(invented(), mutations=False)
    assert verdict.result is Result.UNKNOWN
    assert verdict.exit_code == 3


def test_a_question_takes_the_same_steps_among_others() -> None:
    """A solver that tries tactics first takes a third of them here once some contexts are there beside its own."""
    a, b, c = z3.Ints("a b c")
    text = smt2([a > 0, b > 0, c > 0, a * a + b * b == c * c, a + b <= c])
    alone = ask_z3(text).rlimit
    others = []
    for _ in range(12):
        others.append(z3.Context())
        z3.Solver(ctx=others[-1]).from_string(text)
        assert ask_z3(text).rlimit == alone > 1000


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


def test_an_obligation_is_proved_as_a_whole_or_in_all_its_parts() -> None:
    goals = {"one": X > 2, "another": X > 4, "a third": X > 1}
    parts = [Obligation(name, goal, [X > 3]) for name, goal in goals.items()]
    right, wrong = ([one for one in parts if one.name != left_out] for left_out in ("another", ""))
    for some, result in ((right, Result.PROVED), (wrong, Result.REFUTED)):
        whole = Obligation("all", z3.And([one.goal for one in some]), [X > 3], parts=some)
        verdict = prove(invented(whole), mutations=False)
        assert verdict.result is result
        names = ["all"] if result is Result.PROVED else [one.name for one in some]
        assert [one.name for one in verdict.findings] == names
    assert [one.name for one in verdict.findings if one.result is Result.REFUTED] == ["another"]


def test_what_is_undecided_as_a_whole_is_asked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [Obligation("one", X + 1 > X, steps=9), Obligation("another", X + 2 > X, steps=9)]
    whole = Obligation("both", z3.And([one.goal for one in parts]), steps=1, parts=parts)

    def limited(text: str, rlimit: int = 0) -> Reply:
        return ask_z3(text) if rlimit == 9 else Reply(Answer.UNKNOWN, {}, rlimit)

    monkeypatch.setattr("focalloc.proofs.runner.ask_z3", limited)
    verdict = prove(invented(whole), mutations=False)
    assert ([one.name for one in verdict.findings], verdict.result) == (["one", "another"], Result.PROVED)
    monkeypatch.undo()
    monkeypatch.setattr("focalloc.proofs.runner.ask_cvc5", lambda text: Reply(Answer.UNKNOWN, {}, 0))
    verdict = prove(invented(whole), mutations=False, second_solver=True)
    assert (verdict.asked_second, verdict.undecided_by_second, verdict.exit_code) == (2, ["one", "another"], 3)


def test_a_witness_must_exist() -> None:
    assert judged(invented(), Obligation("there is one", X == 4, [X > 3], witness=True)).result is Result.PROVED
    assert judged(invented(), Obligation("there is none", X == 2, [X > 3], witness=True)).result is Result.REFUTED


def test_the_second_solver_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    good = invented(Obligation("fine", X + 1 > X), Survey("all", 3, 1))
    verdict = prove(good, mutations=False, second_solver=True)
    assert (verdict.asked_second, verdict.seconded, verdict.exit_code) == (1, 1, 0)
    monkeypatch.setattr("focalloc.proofs.runner.ask_cvc5", lambda text: Reply(Answer.SAT, {}, 0))
    verdict = prove(good, mutations=False, second_solver=True)
    assert (verdict.asked_second, verdict.seconded, verdict.exit_code) == (1, 0, 1)
    assert verdict.objections == ["the second solver disagrees on fine"]
    monkeypatch.setattr("focalloc.proofs.runner.ask_cvc5", lambda text: Reply(Answer.UNKNOWN, {}, 0))
    verdict = prove(good, mutations=False, second_solver=True)
    assert (verdict.asked_second, verdict.seconded, verdict.exit_code) == (1, 0, 3)
    assert verdict.undecided_by_second == ["fine"]


def test_proofs_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    witness = Obligation("there is one", X == 4, [X > 3], witness=True)
    good = invented(Obligation("fine", X + 1 > X), witness, Survey("all", 3, 1))
    verdict = prove(good, mutations=False, check_proofs=True)
    assert (verdict.asked_proofs, verdict.checked_proofs, verdict.exit_code) == (1, 1, 0)
    assert verdict.proof_steps > 0
    wrong = prove(invented(Obligation("wrong", X > 4, [X > 3])), mutations=False, check_proofs=True)
    assert (wrong.asked_proofs, wrong.exit_code) == (0, 1)
    unknown, solved = Reply(Answer.UNKNOWN, {}, 0), Reply(Answer.SAT, {}, 0)
    said: list[tuple[tuple[Reply, str], int, str]] = [
        ((unknown, ""), 3, ""),
        ((Reply(Answer.UNSAT, {}, 0), "(step @p1 false :rule trust)"), 3, ""),
        ((Reply(Answer.UNSAT, {}, 0), ""), 1, "the proof is wrong: fine: it does not end in false"),
        ((solved, ""), 1, "the proof is wrong: fine: cvc5 says that it has a counterexample"),
    ]
    for reply, status, objection in said:
        monkeypatch.setattr("focalloc.proofs.runner.prove_by_cvc5", lambda text, reply=reply: reply)
        verdict = prove(good, mutations=False, check_proofs=True)
        assert (verdict.asked_proofs, verdict.checked_proofs, verdict.exit_code) == (1, 0, status)
        assert verdict.objections == ([objection] if objection else [])
        assert len(verdict.without_proof) + len(verdict.with_holes) == (status == 3)


def test_the_second_solver_gives_up_by_its_own_count() -> None:
    a, b, c = z3.Ints("a b c")
    hard = smt2([a * a * a + b * b * b == c * c * c + 33, a > 3, b > a, c > b])
    assert ask_cvc5(hard, rlimit=1000).answer is Answer.UNKNOWN


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_the_second_solver_agrees_on_every_formula_of_the_quick_set(name: str) -> None:
    verdict = prove(THEOREMS[name], mutations=False, second_solver=True)
    assert verdict.seconded == verdict.asked_second
    assert verdict.asked_second >= sum(isinstance(one, Obligation) for one in THEOREMS[name].evidence())


@pytest.mark.slow
def test_every_proof_of_a_lemma_that_the_second_solver_gives_is_checked() -> None:
    verdict = prove(THEOREMS["words-mean-what-they-say"], mutations=False, check_proofs=True)
    assert (verdict.refused_proofs, verdict.with_holes) == ([], [])
    assert verdict.checked_proofs == verdict.asked_proofs - len(verdict.without_proof)
    assert verdict.checked_proofs > 0.95 * verdict.asked_proofs


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


def test_the_readme_states_every_theorem_in_order() -> None:
    text = (Path(inspect.getfile(catalogue)).parent / "README.md").read_text(encoding="utf-8")
    _, _, listed = text.partition("A test holds this list against the code.\n\n")
    paragraphs = listed.partition("\n\n## What is trusted")[0].split("\n\n")
    # whether a counterexample is a session is seen by having one, see tests/cli/test_prove.py
    shown = re.compile(r"\| (a session|values|a session or a call) \|$", re.MULTILINE)
    stated = [shown.sub("|", one) for one in paragraphs]
    assert stated == [
        paragraph
        for chapter, theorems in groupby(THEOREMS.values(), key=lambda one: one.file.partition("/")[0])
        for paragraph in shown_together(chapter, list(theorems))
    ]


def shown_together(chapter: str, theorems: list[Theorem]) -> list[str]:
    """What is true of one thing: a table, then each theorem, file by file."""
    heading, about = described(chapter)
    rows = [
        f"| [{one.name}](#{one.name}) | {' '.join(one.clauses)} | {one.technique} | {'full' if one.full else 'quick'} |"
        for one in theorems
    ]
    table = ["| theorem | clauses | established by | set | counterexample |", "|---|---|---|---|---|", *rows]
    shown = [f"### {heading.rstrip('.')}", about, "\n".join(table)]
    for file, group in groupby(theorems, key=lambda one: one.file):
        shown += [f"#### `{file}`", described(file.removesuffix(".py").replace("/", "."))[0]]
        for one in group:
            shown += [f"##### {one.name}", one.sentence, f"- bounds: {one.bounds}\n- assumes: {one.assumes}"]
    return shown


def described(module: str) -> tuple[str, str]:
    """The first paragraph of what a module says of itself, and the rest."""
    first, _, rest = (inspect.getdoc(import_module(f"focalloc.proofs.theorems.{module}")) or "").partition("\n\n")
    return first, rest
