"""Reports in files, known failures, other programs, several processes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import partial
from importlib.resources import files
from pathlib import Path

import jsonschema
import msgspec
import pytest

from focalloc.conformance.assessing import assess
from focalloc.conformance.broken.greedy import NotStrict
from focalloc.conformance.examples.plain import Plain
from focalloc.conformance.judge import Moment, judged
from focalloc.conformance.known import load_known, with_known
from focalloc.conformance.messages import same_schema
from focalloc.conformance.outcomes import outcomes
from focalloc.conformance.page import page
from focalloc.conformance.report import Known, Report, save_failure
from focalloc.conformance.reports import checked_path, schema, to_html, to_json, to_junit, write_report
from focalloc.conformance.runner import BATCH, run, run_conformance, run_in_processes
from focalloc.conformance.targets import ProgramTarget, PythonTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec.clauses import profile_clauses
from focalloc.spec.errors import InvalidInput

EXAMPLES = files("focalloc.conformance.examples")


@pytest.fixture(scope="module")
def failed() -> Report:
    return run_conformance(Plain, profile="greedy", examples=BATCH, shrink=False, save_to=None)


@pytest.fixture(scope="module")
def passed() -> Report:
    return run_conformance(ReferenceAllocator, profile="greedy", examples=20, save_to=None)


def test_the_shipped_schema_is_the_one_that_reports_have(failed: Report, passed: Report) -> None:
    shipped = json.loads((files("focalloc.conformance") / "report.schema.json").read_text())
    assert same_schema(shipped, schema())
    for report in (failed, passed):
        jsonschema.validate(json.loads(to_json(report, {})), shipped)
    assert json.loads(to_json(failed, {}))["status"] == "fail"


def test_junit_has_a_test_per_clause_and_its_counts_add_up(failed: Report) -> None:
    suite = ET.fromstring(to_junit(failed, {})).find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    names = [case.get("name", "").split()[0] for case in cases]
    assert names[:-1] == list(profile_clauses("greedy"))
    broken = {name for name, case in zip(names, cases, strict=True) if case.find("failure") is not None}
    assert broken == {failure.id for failure in failed.failures}
    unjudged = {name for name, case in zip(names, cases, strict=True) if case.find("skipped") is not None}
    assert {"ING-1", "CTX-5", "COO-2"} <= unjudged
    assert suite.get("failures") == str(len(broken))
    assert suite.get("skipped") == str(len(unjudged))
    assert suite.get("tests") == str(len(cases))


def test_what_failed_says_in_junit_how_it_is_seen_again_and_what_was_skipped_does_not(
    failed: Report, tmp_path: Path
) -> None:
    kept = msgspec.structs.replace(failed, failures=tuple(save_failure(one, tmp_path) for one in failed.failures))
    suite = ET.fromstring(to_junit(kept, {}))
    broken = [(mark.text or "").splitlines() for mark in suite.iter("failure")]
    replays = [one.replay for one in outcomes(kept) if one.result == "failed"]
    assert all(replays)
    assert [lines[-2:] for lines in broken] == [[f"seed {failed.seed}", replay] for replay in replays]
    assert not any((mark.text or "").strip() for mark in suite.iter("skipped"))


def test_a_pass_has_no_failures_in_junit_and_one_that_judged_nothing_has(passed: Report) -> None:
    assert ET.fromstring(to_junit(passed, {})).get("failures") == "0"
    nothing = run_conformance(ReferenceAllocator, examples=0, save_to=None)
    assert ET.fromstring(to_junit(nothing, {})).get("errors") == "1"


def marks(report: Report, kind: str) -> dict[str, str]:
    """The tests that the XML says ``kind`` of, by their first word, and why."""
    cases = ET.fromstring(to_junit(report, {})).iter("testcase")
    return {case.get("name", "").split()[0]: mark.get("message", "") for case in cases for mark in case.findall(kind)}


def test_what_was_skipped_or_lost_is_no_pass_in_any_report(passed: Report) -> None:
    ingest = [clause for clause in profile_clauses("greedy") if clause.startswith("ING")]
    stakes = passed.stakes | dict.fromkeys(ingest, 10)  # a clause that never was would have another reason
    skipping = msgspec.structs.replace(passed, skips={"ingest: not yet": 3}, stakes=stakes)
    assert set(ingest) <= set(marks(skipping, "skipped"))
    assert marks(skipping, "skipped")["ING-1"] == "not judged, or not in full: ingest: not yet"
    assert page(skipping, {}).count("not judged, or not in full: ingest: not yet") == len(ingest)
    lost = msgspec.structs.replace(passed, verdicts={"pass": 20, "unknown": 40}, lost={"it fell": 40})
    assert (lost.status, set(marks(lost, "error"))) == ("unknown", {"Sessions"})
    assert set(marks(lost, "skipped")) == set(profile_clauses("greedy"))
    text = page(lost, {})
    assert "held" not in text
    assert "40 sessions unknown: it fell." in text


def test_a_session_that_broke_down_is_in_every_report() -> None:
    with ProgramTarget("false") as target:
        report = run(target, examples=5, shrink=False)
    assert set(marks(report, "error")) == {"Sessions"}
    assert '<a href="#error">error</a>' in page(report, {})
    known = with_known(report, declared("error"))
    assert "known failure" in marks(known, "skipped")["Sessions"]
    assert '<tr class="known">' in page(known, {})


def test_the_page_is_self_contained_and_escapes_what_it_is_told(failed: Report) -> None:
    text = page(failed, {})
    assert "does not conform" in text
    assert "{{" not in text
    assert not any(word in text for word in ("http:", "https:", "<script", "src="))
    for failure in failed.failures:
        assert f'<section class="failure" id="{failure.id}">' in text
    hostile = page(msgspec.structs.replace(failed, target="<script>alert(1)</script>"), {})
    assert "<script>" not in hostile


def test_the_page_shows_the_reported_context_beside_the_one_that_follows() -> None:
    class Torn(ReferenceAllocator):
        def context(self) -> list[tuple[int, int]]:
            return [(block.level, block.start + 7) for block in self.state.context]

    report = run_conformance(Torn, examples=5, shrink=False, save_to=None)
    moments: dict[str, list[Moment]] = {failed.id: [] for failed in report.failures}
    with PythonTarget(Torn) as target:
        for failed in report.failures:
            judged(target, failed.case, "safety", moments[failed.id].append)
    assert "CTX-6" in moments
    last = moments["CTX-6"][-1]
    assert last.after is not None
    shown = page(report, moments)
    assert f"{last.reported} instead of {[tuple(block) for block in last.after.context]}" in shown


def test_every_writer_writes_and_an_unknown_suffix_is_refused(failed: Report, tmp_path: Path) -> None:
    for suffix, start in ((".json", b"{"), (".xml", b"<?xml"), (".html", b"<!doctype html>")):
        write_report(failed, tmp_path / f"report{suffix}", {})
        assert (tmp_path / f"report{suffix}").read_bytes().startswith(start)
    for path in (tmp_path / "report.pdf", tmp_path / "no" / "report.html"):
        with pytest.raises(InvalidInput, match="report"):
            checked_path(path)
    assert to_html(failed, {}).decode("utf-8")


def declared(*ids: str) -> tuple[Known, ...]:
    return tuple(Known(one, "not done yet", "https://example.org/1") for one in ids)


def test_a_known_failure_that_passes_fails_its_own_test_and_no_other(passed: Report) -> None:
    def not_passed(*ids: str) -> list[str]:
        found = outcomes(with_known(passed, declared(*ids)))
        return [one.id for one in found if one.result == "failed"]

    assert not_passed() == []
    assert not_passed("THR-1") == ["THR-1"]
    assert not_passed("skip:ingest") == ["error"]
    assert not_passed("error", "THR-1") == ["THR-1", "error"]


def test_beside_a_failure_what_was_not_judged_to_its_end_is_no_pass(failed: Report) -> None:
    cut = msgspec.structs.replace(failed, stakes=dict.fromkeys(failed.stakes, 9), not_offered=(), skips={})
    assert "passed" in {one.result for one in outcomes(cut)}
    some, *_ = cut.verdicts
    verdicts = cut.verdicts | {some: cut.verdicts[some] - 1, "unknown": 1}
    cut = msgspec.structs.replace(cut, examples=cut.examples - 1, verdicts=verdicts, lost={"too late": 1})
    assert "passed" not in {one.result for one in outcomes(cut)}


def test_known_failures_do_not_count_and_ones_that_pass_do(failed: Report, passed: Report) -> None:
    ids = [failure.id for failure in failed.failures]
    excused = with_known(failed, declared(*ids))
    assert excused.status == "pass"
    reserve = f" but for known failures ({', '.join(ids)})"
    assert f"PASS{reserve}" in excused.summary()
    assert f"conforms{reserve}" in page(excused, {})
    assert (failed.reserve, passed.reserve) == ("", "")
    assert with_known(failed, declared(*ids[1:])).status == "fail"
    outlived = with_known(failed, declared(*ids, "TAI-1"))
    assert outlived.status == "fail"
    assert "TAI-1: declared as a known failure (not done yet), but it passes" in outlived.summary()
    assert with_known(passed, declared("GRE-4")).status == "fail"
    assert "known failure" in to_junit(with_known(failed, declared(*ids)), {}).decode()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[{"id": "XYZ-1", "reason": "old", "link": "#1"}]', "stale"),
        ('[{"id": "KNA-1", "reason": "of another profile", "link": "#1"}]', "stale"),
        ('[{"id": "GRE-4", "reason": " ", "link": "#1"}]', "needs a reason"),
        ('[{"id": "GRE-4", "reason": "a", "link": ""}]', "needs a link"),
        ('[{"id": "GRE-4", "reason": "a"}]', "missing required field `link`"),
        ('[{"id": "GRE-4", "reason": "a", "link": "#1"}, {"id": "GRE-4", "reason": "b", "link": "#2"}]', "twice"),
        ('[{"id": "GRE-4", "reason": "a", "link": "#1", "until": "May"}]', "unknown field `until`"),
        ('{"id": "GRE-4"}', "JSON array"),
        ("nonsense", "JSON array"),
    ],
)
def test_a_list_of_known_failures_that_makes_no_sense_is_refused(text: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(text)
    with pytest.raises(InvalidInput, match=rule):
        load_known(tmp_path / "known.json", "greedy")


def test_a_list_of_known_failures_is_read(tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(
        '[{"id": "GRE-4", "reason": "ties are random", "link": "https://example.org/1"}]'
    )
    assert load_known(tmp_path / "known.json", "greedy") == (
        Known("GRE-4", "ties are random", "https://example.org/1"),
    )
    with pytest.raises(InvalidInput, match="xfail"):
        load_known(tmp_path / "absent.json", "greedy")


def test_several_processes_find_what_one_finds() -> None:
    examples = BATCH + 50
    with PythonTarget(NotStrict) as target:
        alone = run(target, profile="greedy", examples=examples, keep_going=True)
    open_target = partial(PythonTarget, NotStrict)
    together = run_in_processes(open_target, 2, profile="greedy", examples=examples, keep_going=True)
    assert together == alone
    assert [failure.id for failure in alone.failures] == ["THR-1"]
    known = [Known("THR-1", "is not strict", "a page")]
    assessed = assess(open_target, profile="greedy", examples=examples, keep_going=True, known=known, pictures=True)
    assert (assessed.report.exit_status, [one.id for one in assessed.report.known]) == (0, ["THR-1"])
    assert {clause: len(moments) > 0 for clause, moments in assessed.pictures.items()} == {"THR-1": True}


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_the_javascript_example_is_greedy() -> None:
    with ProgramTarget(f"node {EXAMPLES / 'greedy.mjs'}") as target:
        assert run(target, profile="greedy", examples=150).status == "pass"


def by_node(*said: dict[str, object]) -> list[dict[str, object]]:
    lines = "".join(f"{json.dumps(one)}\n" for one in said)
    done = subprocess.run(
        ["node", str(EXAMPLES / "greedy.mjs")], input=lines, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_the_javascript_example_works_at_the_end_of_the_line_of_tokens() -> None:
    last = {"cmd": "open", "geometry": {"arity": [4, 4]}, "params": {}, "context": [[0, 2**48 - 16], [0, 2**48 - 12]]}
    shape = {"arity": [4, 4], "cost": [1, 1, 1]}
    assert by_node(
        last | {"geometry": shape},
        {"cmd": "ingest", "blocks": 3, "scores": [0] * 8},
        {"cmd": "ingest", "blocks": 2, "scores": [0] * 8},
        {"cmd": "step", "scores": [0] * 16},
        last | {"geometry": shape, "context": [[0, 2**48]]},
    ) == [
        {"ok": True},
        {"error": "blocks: out of range"},
        {"actions": []},
        {"actions": []},
        {"error": "context: out of range"},
    ]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_sums_beyond_2_53_are_exact_in_the_javascript_example() -> None:
    """A gist whose mean is a step above the threshold, or that less the least that one of its slots can make."""
    slots, score = 2**23 + 3, 2**31 - 3
    params = {"w_max": 2**26, "tau_expand": score - 1}
    shape = {"arity": [2], "cost": [slots, slots]}
    opening = {"cmd": "open", "geometry": shape, "params": params, "context": [[1, 0]]}
    for less, actions in ((0, [["expand", 1, 0]]), (1, [])):
        row = [score] * (slots - 1) + [score - less]
        assert by_node(opening, {"cmd": "step", "scores": row})[-1] == {"actions": actions}


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_the_c_example_is_safe_and_says_that_it_does_not_ingest(tmp_path: Path) -> None:
    subprocess.run(["cc", "-O1", "-o", str(tmp_path / "safe"), str(EXAMPLES / "safe.c")], check=True)
    with ProgramTarget(str(tmp_path / "safe")) as target:
        report = run(target, examples=150)
    assert report.status == "skip"
    assert with_known(report, declared("skip:ingest")).status == "pass"


def test_the_python_example_is_safe() -> None:
    assert run_conformance(Plain, examples=100, save_to=None).status == "pass"


@pytest.mark.torch
def test_the_tensor_example_is_safe_where_it_applies() -> None:
    pytest.importorskip("torch")
    from focalloc.conformance.examples.tensors import Adapter

    report = run_conformance(Adapter, examples=100, save_to=None)
    assert report.verdicts == {"pass": 100}
    assert "PASS within what it supports" in report.summary()


def test_a_program_that_hangs_breaks_its_clause_and_its_last_words_are_told() -> None:
    with ProgramTarget("sh -c 'echo $((6 * 7)) >&2; exec sleep 60'", 0.5, 0.5) as target:
        report = run(target, examples=5, shrink=False)
    assert [failed.id for failed in report.failures] == ["ANS-1"]
    assert "hello" in report.summary()
    assert "the end of its stderr:\n    |   42" in report.summary()
    assert ">ANS-1</a>" in page(report, {})
    assert "the end of its stderr" not in page(report, {}).partition("</table>")[0]


def test_a_program_that_dies_is_an_error_with_its_last_words() -> None:
    dying = f"{sys.executable} -c \"import sys; sys.stderr.write('ouch'); sys.exit(3)\""
    with ProgramTarget(dying) as target:
        report = run(target, examples=5, shrink=False)
    assert report.status == "error"
    assert "status 3" in report.summary()
    assert "ouch" in report.summary()
    assert "hello" in report.summary()
