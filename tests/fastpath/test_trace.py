"""Traces: what is recorded is read back exactly, and what is no trace is refused with line and field."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from focalloc import Allocator, Geometry, Guarded, InvalidInput, NoRoom, Params, Recorder, Telemetry
from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath.trace import Event, events
from focalloc.spec.scores import SCORE_LIMIT, SCORE_SCALE

SCHEMA = Draft202012Validator(json.loads((files("focalloc.fastpath") / "trace-1.schema.json").read_text("utf-8")))
TINY = Geometry((2, 2))


def session(path: Path, strategy: str = "greedy", seed: int = 0) -> list[tuple[Any, ...]]:
    """Record a random session and return what was done, call by call."""
    rng = random.Random(seed)
    state = random_state(rng, strategy, 3, [1, 2, 3])
    done: list[tuple[Any, ...]] = []
    with Recorder(Allocator(), path) as recorder:
        recorder.open(state.geometry, state.params, state.context)
        for _ in range(12):
            before = recorder.state()
            scores = random_scores(rng, state.geometry, before.context)
            call = rng.choice(("step", "step", "ingest", "apply"))
            try:
                if call == "step":
                    plan = recorder.step(scores)
                elif call == "ingest":
                    plan = recorder.ingest(1, scores)
                else:
                    plan, scores = recorder.apply([]), [0] * before.used
            except NoRoom:
                continue
            done.append((call, before, int(call == "ingest"), scores, tuple(plan), recorder.state()))
    return done


def flat(event: Event) -> tuple[Any, ...]:
    return event.call, event.before, event.blocks, list(event.scores), event.actions, event.after


@pytest.mark.parametrize("name", ["trace.jsonl", "trace.jsonl.gz"])
@pytest.mark.parametrize("strategy", ["greedy", "enhanced"])
def test_what_is_recorded_is_read_back_exactly(strategy: str, name: str, tmp_path: Path) -> None:
    calls = set()
    for seed in range(15):
        done = session(tmp_path / name, strategy, seed)
        assert [flat(event) for event in events(tmp_path / name)] == done
        calls |= {call for call, *_ in done}
    assert calls == {"step", "ingest", "apply"}


def test_every_recorded_line_keeps_the_schema(tmp_path: Path) -> None:
    for seed in range(10):
        session(tmp_path / "trace.jsonl", "enhanced", seed)
        for line in (tmp_path / "trace.jsonl").read_text("utf-8").splitlines():
            SCHEMA.validate(json.loads(line))


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32, np.int64])
def test_scores_of_every_type_are_recorded_in_fixed_point(kind: type, tmp_path: Path) -> None:
    still = Params(w_max=64, tau_expand=SCORE_LIMIT - 1, tau_collapse=SCORE_LIMIT - 1)
    with Recorder(Allocator(TINY, still), tmp_path / "t.jsonl") as recorder:
        recorder.load([(0, 0), (1, 2)])
        recorder.step(np.array([0, 1, 2], kind))
        recorder.step([0.25, -0.5], per_block=True)
        recorder.ingest()
    unit = 1 if np.issubdtype(kind, np.integer) else SCORE_SCALE
    first, second, third = events(tmp_path / "t.jsonl")
    assert list(first.scores) == [0, unit, 2 * unit]
    assert list(second.scores) == [SCORE_SCALE // 4] * 2 + [-SCORE_SCALE // 2]
    assert (third.call, third.blocks, list(third.scores)) == ("ingest", 1, [0] * third.before.used)
    assert all(0 < event.seconds < 60 for event in (first, second, third))


def test_another_session_in_the_same_trace_begins_with_its_state(tmp_path: Path) -> None:
    with Recorder(Allocator(TINY, Params(w_max=64)), tmp_path / "t.jsonl") as recorder:
        recorder.load([(1, 0)])
        recorder.step([9.0])
        kept = recorder.snapshot()
        recorder.load([(1, 0), (1, 2)])
        recorder.step([0.0, 0.0])
        recorder.restore(kept)
        recorder.step([0.0, 0.0])
    found = list(events(tmp_path / "t.jsonl"))
    assert [event.session for event in found] == [0, 1, 2]
    assert [event.before.iteration for event in found] == [0, 0, 1]
    assert found[2].before == found[0].after


def test_what_is_refused_is_not_recorded(tmp_path: Path) -> None:
    with Recorder(Allocator(TINY, Params(w_max=64)), tmp_path / "t.jsonl") as recorder:
        recorder.load([(1, 0)])
        for call in (lambda: recorder.step([1.0, 2.0]), lambda: recorder.apply([("collapse", 1, 2)])):
            with pytest.raises(InvalidInput):
                call()
        recorder.step([0.0])
    assert len(list(events(tmp_path / "t.jsonl"))) == 1


def test_it_goes_around_guards_and_telemetry(tmp_path: Path) -> None:
    watched = Telemetry(Guarded(lambda view, scores: [], TINY, Params(w_max=64)))
    with Recorder(watched, tmp_path / "t.jsonl") as recorder:  # type: ignore[arg-type]
        recorder.load([(1, 0)])
        recorder.step([9.0])
    assert watched.last is not None
    assert [event.actions for event in events(tmp_path / "t.jsonl")] == [()]


def test_a_session_outlives_its_trace(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(Allocator(TINY, Params(w_max=64)), tmp_path / "t.jsonl")
    recorder.load([(1, 0)])

    class Full:
        def write(self, _: str) -> None:
            raise OSError(28, "No space left on device")

    recorder._file = Full()  # type: ignore[assignment]
    assert len(recorder.step([9.0])) == 1
    assert len(recorder.step([0.0, 0.0])) == 0
    assert caplog.text.count("goes on unrecorded") == 1


def test_a_file_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"path = .*nowhere"):
        Recorder(Allocator(), tmp_path / "nowhere" / "t.jsonl")


@pytest.mark.parametrize("path", [1, None, b"t.jsonl", ["t.jsonl"]])
def test_what_is_no_path_is_refused(path: Any) -> None:
    rule = r"^path = .*: must be a path$"
    with pytest.raises(InvalidInput, match=rule):
        Recorder(Allocator(), path)
    with pytest.raises(InvalidInput, match=rule):
        list(events(path))


HEAD = {
    "trace": 1,
    "state": {
        "version": 1,
        "iteration": 0,
        "geometry": {"arity": [2, 2], "cost": [1, 1, 1]},
        "params": Params(w_max=4).to_dict(),
        "context": {"start": 0, "runs": [[1, 2]]},
        "ledger": [],
    },
}
STEP: dict[str, Any] = {"event": "step", "scores": [0, 0], "actions": [], "seconds": 0.1}
INGEST: dict[str, Any] = {"event": "ingest", "blocks": 1, "actions": [], "seconds": 0}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "holds no session"),
        ([STEP], r"line 1: trace = None: the first line must have it"),
        (["nonsense"], "line 1 = 'nonsense"),
        (["[]"], "line 1 = .*must be an object"),
        ([HEAD | {"trace": 2}], "line 1: trace = 2: is newer than 1"),
        ([HEAD | {"trace": "1"}], "trace = '1': must be an integer"),
        ([HEAD | {"more": 1}], "line.more = 1: is unknown"),
        ([HEAD | {"state": {}}], "snapshot.version = None"),
        ([HEAD, STEP | {"event": "dance"}], "line 2: event = 'dance': must be one of step, ingest, ingest_tokens"),
        ([HEAD, STEP | {"event": ["step"]}], "event = "),
        ([HEAD, STEP | {"mood": 3}], "line.mood = 3: is unknown"),
        ([HEAD, {"event": "step", "scores": [0, 0], "actions": []}], "line.seconds = None: is missing"),
        ([HEAD, STEP | {"scores": [0]}], r"scores = 1: .*2 slots \(SCO-2\)"),
        ([HEAD, STEP | {"scores": [0, 0.5]}], r"scores\[1\] = 0.5: must be an integer"),
        ([HEAD, STEP | {"scores": [0, 2**31]}], r"scores\[1\] = 2147483648: must lie between"),
        ([HEAD, STEP | {"scores": "no"}], "scores = 'no': must be a list"),
        ([HEAD, STEP | {"per": "word"}], "per = 'word': must be one of slot, block"),
        ([HEAD, STEP | {"per": "block", "scores": [1, 2, 3]}], "one per block, 2 in all"),
        ([HEAD, STEP | {"seconds": -1}], "seconds = -1"),
        ([HEAD, STEP | {"seconds": True}], "seconds = True"),
        ([HEAD, STEP | {"actions": [["expand", 1]]}], r"actions\[0\] = "),
        ([HEAD, STEP | {"actions": [["explode", 1, 0]]}], r"actions\[0\] = "),
        ([HEAD, STEP | {"actions": [["expand", 2, 0]]}], r"line 2: actions = .*ACT-3"),
        ([HEAD, INGEST | {"blocks": 0}], "blocks = 0"),
        ([HEAD, INGEST, INGEST], r"line 3: actions = \[\]: .*ING-2"),
    ],
)
def test_what_is_no_trace_is_refused_with_line_and_field(lines: list[Any], said: str, tmp_path: Path) -> None:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    (tmp_path / "t.jsonl").write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=said):
        list(events(tmp_path / "t.jsonl"))


BY_SCHEMA = [
    HEAD | {"trace": 2},
    HEAD | {"more": 1},
    HEAD | {"state": {}},
    STEP | {"event": "dance"},
    STEP | {"mood": 3},
    STEP | {"scores": [0, 0.5]},
    STEP | {"per": "word"},
    STEP | {"seconds": -1},
    STEP | {"actions": [["expand", 1]]},
    INGEST | {"blocks": 0},
]


@pytest.mark.parametrize("line", BY_SCHEMA, ids=json.dumps)
def test_the_schema_refuses_shapes_that_the_reader_refuses(line: dict[str, Any]) -> None:
    assert all(SCHEMA.is_valid(right) for right in (HEAD, STEP, INGEST))
    assert not SCHEMA.is_valid(line)


def test_missing_and_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        list(events(tmp_path / "none.jsonl"))
    session(tmp_path / "t.jsonl.gz")
    whole = (tmp_path / "t.jsonl.gz").read_bytes()
    (tmp_path / "t.jsonl.gz").write_bytes(whole[:-20])
    with pytest.raises(InvalidInput, match="trace = "):
        list(events(tmp_path / "t.jsonl.gz"))
    (tmp_path / "t.jsonl").write_bytes(b"\xff\xfe\n")
    with pytest.raises(InvalidInput, match="trace = "):
        list(events(tmp_path / "t.jsonl"))
