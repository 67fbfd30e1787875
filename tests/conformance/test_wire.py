"""Wire protocol 1: the shipped schema, a well-behaved program, and every way to misbehave."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.conformance import messages
from focalloc.conformance.process import Misbehaved, ProcessAllocator, Refused, Skipped, TimedOut
from focalloc.conformance.runner import run
from focalloc.conformance.server import Servable, serve
from focalloc.conformance.targets import ProgramTarget
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Action, Geometry, InvalidInput, Params
from focalloc.spec.printable import printable

TINY = Geometry((2, 2))
PARAMS = Params(w_max=8)
CONTEXT = [(2, 0), (2, 4)]

WELCOME = '{"protocol": 1, "name": "x", "version": "1", "strategies": []}'
POLITE = f"""
import sys, os, time, subprocess
def say(text): sys.stdout.write(text + chr(10)); sys.stdout.flush()
def hear(): return sys.stdin.readline()
hear(); say({WELCOME!r})
"""
OPENED = POLITE + """hear(); say('{"ok": true}'); hear()\n"""


def program(source: str, timeout: float = 5.0) -> ProcessAllocator:
    return ProcessAllocator([sys.executable, "-S", "-c", source], timeout, timeout)


def test_the_shipped_schema_is_the_one_the_messages_have() -> None:
    shipped = json.loads((files("focalloc.conformance") / "protocol-1.schema.json").read_text())
    assert messages.same_schema(shipped, messages.schema())
    assert not messages.same_schema(shipped, messages.schema() | {"anyOf": []})
    jsonschema.Draft202012Validator.check_schema(shipped)


def test_a_host_passes_on_all_that_an_answer_may_say() -> None:
    for answer in (messages.Ready, messages.Done, messages.Chosen, messages.Laid):
        assert set(answer.__struct_fields__) <= messages.Hosted.__annotations__.keys()
        assert messages.SAID.get(answer, "ok") in answer.__struct_fields__
    assert set(messages.ANSWERED_BY.values()) <= {*messages.SAID, messages.Done, messages.Welcome}


EXAMPLES = [
    messages.Hello(),
    messages.Open(geometry=Geometry(), params=Params(), context=[(2, 0), (1, 1024), (0, 1056)]),
    messages.Step([0, 838860, -48000]),
    messages.Ingest(1, [0]),
    messages.Layout(0, 1024, [838860] * 32, 7),
    messages.Layout(0, 1024),
    messages.Close(),
    messages.Welcome(protocol=1, name="acme-allocator", version="2.1", strategies=["greedy"]),
    messages.Done(True),
    messages.Chosen([("expand", 1, 1024)]),
    messages.Laid([(1, 0), (0, 32)]),
    messages.Refusal("why"),
    messages.Skip("why"),
]


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_every_message_satisfies_its_schema(message: messages.Command | messages.Answer) -> None:
    schema = {**messages.schema(), "anyOf": [{"$ref": f"#/$defs/{type(message).__name__}"}]}
    jsonschema.validate(json.loads(msgspec.json.encode(message)), schema)


def test_open_is_written_as_documented() -> None:
    line = messages.command_line(messages.Open(geometry=Geometry(), params=Params(), context=[(2, 0), (1, 1024)]))
    assert json.loads(line) == {
        "cmd": "open",
        "geometry": {"arity": [32, 32], "cost": [1, 1, 1]},
        "score_scale": 1048576,
        "params": Params().to_dict(),
        "context": [[2, 0], [1, 1024]],
    }


def conversation(
    *commands: messages.Command | bytes, factory: Callable[[], Servable] = ReferenceAllocator
) -> list[dict[str, Any]]:
    lines = [c if isinstance(c, bytes) else messages.command_line(c) for c in commands]
    answers = io.BytesIO()
    serve(factory, io.BytesIO(b"".join(lines)), answers, name="r", version="0", strategies=["greedy"])
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def test_the_server_answers_each_command_once_and_survives_nonsense() -> None:
    opened = messages.Open(geometry=TINY, params=PARAMS, context=[(2, 0)])
    answers = conversation(
        messages.Step([0]),
        messages.Hello(),
        b"{nonsense\n",
        b'{"cmd": "dance"}\n',
        b'\xff\xfe"\n',
        b"[" * 100_000 + b"\n",
        opened,
        messages.Step([0, 0]),
        messages.Step([2**20]),
        messages.Ingest(1, [0, 0]),
        messages.Hello(protocol=2),
        messages.Open(geometry=TINY, params=PARAMS, context=[(2, 1)]),
        messages.Step([0] * 4),
        messages.Close(),
        messages.Step([0] * 4),
    )
    assert [next(iter(answer)) for answer in answers] == [
        "error",
        "protocol",
        "error",
        "error",
        "error",
        "error",
        "ok",
        "error",
        "actions",
        "actions",
        "error",
        "error",
        "actions",
        "ok",
    ]
    assert answers[8]["actions"] == [["expand", 2, 0]]
    assert "SCO-2" in str(answers[7]["error"])
    assert "CTX-2" in str(answers[11]["error"])


def test_the_server_offers_what_the_allocator_has() -> None:
    opened = messages.Open(geometry=TINY, params=PARAMS, context=[(2, 0)])
    hello, _, *answers, _ = conversation(
        messages.Hello(),
        opened,
        messages.IngestTokens(3, [0]),
        messages.Step([0] * 5, cursor=1),
        messages.Step([0] * 5, cursor=-1),
        messages.Pin(0, 2),
        messages.Layout(0, 8),
        messages.Prefer([(0.0, 0.0, 0.0)]),
        messages.Release(4),
        messages.Close(),
    )
    assert {"ingest_tokens", "cursor", "unfilled", "pin", "layout", "lean"} <= set(hello["offers"])
    tokens, step, no_cursor, pinned, laid, preferred, released = answers
    assert (tokens["actions"], tokens["unfilled"]) == ([], 1)
    assert (step["actions"], step["unfilled"]) == ([], 1)
    assert "CUR-1" in no_cursor["error"]
    assert pinned["pins"] == [[[0, 2]], []]
    assert laid == {"blocks": [[0, 0], [0, 2], [0, 4], [0, 6]]}
    assert "strategy = " in preferred["error"]
    assert (released["context"], released["edits"]) == ([[0, 4], [0, 6]], [[0, 1, 0, 0]])


class Least:
    """An allocator without anything that it need not have, of which one call is to come."""

    supports: ClassVar[Any] = {"without": ["open"]}

    def open(self, *_: object) -> None:
        """Start a session."""

    def step(self, scores: Sequence[int], /) -> list[Action]:
        """Do nothing."""
        return []

    def ingest(self, blocks: int, scores: Sequence[int], /) -> list[Action]:
        """Not yet."""
        raise NotImplementedError("not yet")


def test_the_server_offers_nothing_else() -> None:
    opened = messages.Open(geometry=TINY, params=PARAMS, context=[(2, 0)])
    wanting = [messages.Step([0], cursor=0), messages.Ingest(1, [0], release=True), messages.IngestTokens(1, [0])]
    wanting += [messages.Pin(0, 1), messages.Unpin(0, 1), messages.Release(0), messages.Layout(0, 4)]
    wanting += [messages.Prefer([(0.0, 0.0, 0.0)]), messages.Relaxation([0])]
    asked = (messages.Hello(), opened, messages.Step([0]), messages.Ingest(1, [0]))
    hello, done, step, ingest, *refused = conversation(*asked, *wanting, factory=Least)
    assert hello["offers"] == ["ingest", "ingest_scores"]
    assert hello["supports"] == {"without": ["open"]}
    assert (done, step, ingest) == ({"ok": True}, {"actions": []}, {"skipped": "not yet"})
    assert all("is not offered" in answer["error"] for answer in refused)


def test_what_is_served_is_judged_by_all_that_it_offers() -> None:
    with ProgramTarget(f"{sys.executable} -c {shlex.quote(SERVER)}") as target:
        report = run(target, profile="greedy", examples=40)
    assert report.status == "pass"
    assert report.not_offered == ("ledger_size",)
    assert {"FIL-1", "FIL-3", "CUR-1", "PIN-3", "REL-2", "EDI-1", "LAY-1", "MEM-3"} <= {
        clause for clause, times in report.stakes.items() if times
    }


@given(st.binary(max_size=80).filter(lambda line: b"\n" not in line))
def test_the_server_answers_any_line_at_all(line: bytes) -> None:
    assert len(conversation(line + b"\n")) == 1


SERVER = """
import sys
from focalloc.conformance.server import serve
from focalloc.refimpl import ReferenceAllocator
serve(ReferenceAllocator, sys.stdin.buffer, sys.stdout.buffer, name="ref", version="0", strategies=["greedy"])
"""


def test_a_program_behaves_as_the_object_it_wraps() -> None:
    plain = ReferenceAllocator()
    plain.open(TINY, PARAMS, CONTEXT)
    with ProcessAllocator([sys.executable, "-c", SERVER]) as remote:
        assert remote.start().name == "ref"
        for _ in range(2):
            plain.open(TINY, PARAMS, CONTEXT)
            remote.open(TINY, PARAMS, CONTEXT)
            for scores in ([2**20, -(2**20)], [0, 2**20, -(2**20)]):
                assert [Action(*a) for a in remote.step(scores)] == plain.step(scores)  # type: ignore[arg-type]
            used = plain.state.used
            assert [Action(*a) for a in remote.ingest(1, [0] * used)] == plain.ingest(1, [0] * used)  # type: ignore[arg-type]
            with pytest.raises(Refused, match="SCO-2"):
                remote.step([])


Provoke = Callable[[ProcessAllocator], object]


def one_step(allocator: ProcessAllocator) -> object:
    allocator.open(TINY, PARAMS, CONTEXT)
    return allocator.step([0, 0])


BAD = [
    ("dies at once", "import sys; sys.exit(3)", Misbehaved, "status 3"),
    ("dies in a step", OPENED + "os._exit(4)", Misbehaved, "status 4"),
    ("is killed", OPENED + "os.kill(os.getpid(), 9)", Misbehaved, "SIGKILL"),
    ("never answers", "import time; time.sleep(60)", TimedOut, "does it flush its output"),
    ("hangs", OPENED + "time.sleep(60)", TimedOut, "no answer within"),
    ("half a line", OPENED + """sys.stdout.write('{"act'); sys.stdout.flush(); time.sleep(60)""", TimedOut, "no"),
    ("half a line and gone", OPENED + """sys.stdout.write('{"act')""", Misbehaved, "status 0"),
    ("garbage", OPENED + "say('Traceback (most recent call last)')", Misbehaved, "not the protocol"),
    ("not UTF-8", OPENED +
     r"""os.write(1, b'{"actions": [["\xff", 1, 0]]}\n'); hear()""", Misbehaved, "not the protocol"),
    ("an array", OPENED + "say('[]')", Misbehaved, "not the protocol"),
    ("wrong answer", OPENED + """say('{"ok": true}')""", Misbehaved, "not the protocol"),
    ("pairs", OPENED + """say('{"actions": [["expand", 1]]}')""", Misbehaved, "not the protocol"),
    ("floats", OPENED + """say('{"actions": [["expand", 1.5, 0]]}')""", Misbehaved, "not the protocol"),
    ("nesting", OPENED + "say('[' * 100000)", Misbehaved, "not the protocol"),
    ("wrong protocol", "input(); print('{\"protocol\": 2, \"name\": \"x\", \"version\": \"\", \"strategies\": []}')",
     Misbehaved, "speaks protocol 2"),
    ("leaves its stdout behind", OPENED + "subprocess.Popen(['sleep', '60']); os._exit(5)", Misbehaved, "status 5"),
    ("closes stdout", OPENED + "os.close(1); time.sleep(60)", Misbehaved, "closed its stdout"),
    ("refuses", OPENED + """say('{"error": "no mood"}'); hear()""", Refused, "no mood"),
    ("skips", OPENED + """say('{"skipped": "no ingest"}'); hear()""", Skipped, "no ingest"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "kind", "reason"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_misbehaviour_has_a_name_and_context(source: str, kind: type[Exception], reason: str) -> None:
    limit = 1.5 if kind is TimedOut else 20.0
    allocator = program("import sys; sys.stderr.write('my last words');" + source, limit)
    with pytest.raises(kind, match=reason) as caught:
        one_step(allocator)
    allocator.close()
    assert caught.value.conversation[-1][0] in "<>"  # type: ignore[attr-defined]
    assert "my last words" in caught.value.stderr  # type: ignore[attr-defined]


def test_output_nobody_asked_for_is_noticed() -> None:
    allocator = program(OPENED + """say('{"actions": []}' + chr(10) + '{"actions": []}'); hear(); hear()""")
    one_step(allocator)
    with pytest.raises(Misbehaved, match="without being asked"):
        step_until_refused(allocator)
    allocator.close()


def step_until_refused(allocator: ProcessAllocator) -> None:
    for _ in range(100):
        allocator.step([0, 0])


@pytest.mark.parametrize("flood", ["while True: sys.stdout.write('x' * 65536)", "say('x' * 1050000); time.sleep(60)"])
def test_an_answer_that_is_too_long_is_cut_off(flood: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focalloc.conformance.process.LINE_LIMIT", 2**20)
    with pytest.raises(Misbehaved, match="without ending a line"):
        one_step(program(OPENED + f"\n{flood}"))


def test_a_program_that_never_reads_cannot_block_the_judge() -> None:
    allocator = program(POLITE + "time.sleep(60)", timeout=0.5)
    allocator.start()
    with pytest.raises(TimedOut):
        allocator.step([2**31 - 1] * 2**20)


def test_a_program_that_reads_no_more_is_not_waited_for() -> None:
    deaf = OPENED + """os.close(0); say('{"actions": []}'); time.sleep(60)"""
    allocator = program(deaf, timeout=30.0)
    one_step(allocator)
    began = time.monotonic()
    with pytest.raises(Misbehaved, match="closed its stdin"):
        allocator.step([0, 0])
    assert time.monotonic() - began < 10


def awaited(file: Path) -> None:
    """Wait until ``file`` is there."""
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_work_is_done_while_an_answer_is_awaited_and_what_is_left_when_asked_for(tmp_path: Path) -> None:
    heard, worked = tmp_path / "heard", tmp_path / "worked"
    waits = f"""
hear(); say('{{"ok": true}}')
while hear():
    open({str(heard)!r}, 'w')
    while not os.path.exists({str(worked)!r}): time.sleep(0.01)
    say('{{"actions": []}}')
"""
    allocator = program(POLITE + waits, timeout=30.0)
    allocator.open(TINY, PARAMS, CONTEXT)
    allocator.meanwhile += [lambda: awaited(heard), worked.touch]
    assert allocator.step([0, 0]) == []
    assert allocator.meanwhile == []
    left: list[int] = []
    allocator.meanwhile.append(lambda: left.append(1))
    allocator.catch_up()
    allocator.catch_up()
    assert left == [1]
    allocator.close()


def test_idle_work_is_done_while_an_answer_is_not_there_yet_and_the_rest_when_asked_for(tmp_path: Path) -> None:
    worked = tmp_path / "worked"
    waits = f"""
hear(); say('{{"ok": true}}')
while hear():
    while not os.path.exists({str(worked)!r}): time.sleep(0.01)
    say('{{"actions": []}}')
"""
    allocator = program(POLITE + waits, timeout=30.0)
    allocator.open(TINY, PARAMS, CONTEXT)
    later: list[int] = []

    def work() -> None:
        worked.touch()
        time.sleep(0.5)  # by when the answer is there

    allocator.idly += [work, lambda: later.append(1)]
    assert allocator.step([0, 0]) == []
    assert later == []
    allocator.finish()
    assert later == [1]
    allocator.close()


def test_a_program_that_does_not_exist_is_named() -> None:
    with pytest.raises(InvalidInput, match="exec = 'no-such-program --x': no-such-program is no program here"):
        ProcessAllocator("no-such-program --x")


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_no_process_outlives_its_allocator() -> None:
    unheeding = "import signal\nfor number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)"
    child = "\nchild = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
    grandchild = POLITE + unheeding + child
    allocator = program(
        grandchild + """hear(); say('{"error": "%d %d"}' % (os.getpid(), child.pid)); time.sleep(60)""", 0.7
    )
    with pytest.raises(Refused) as caught:
        allocator.open(TINY, PARAMS, CONTEXT)
    allocator.close()
    for pid in map(int, str(caught.value).split()):
        deadline = time.monotonic() + 5  # the kernel takes its moment to carry out a kill
        while running(pid):
            assert time.monotonic() < deadline


def running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_daemon_that_left_its_session_is_ended_too() -> None:
    daemon = """
child = os.fork()
if child == 0:
    os.setsid(); time.sleep(60)
hear(); say('{"error": "%d"}' % child); hear()
"""
    allocator = program(POLITE + daemon)
    with pytest.raises(Refused) as caught:
        allocator.open(TINY, PARAMS, CONTEXT)
    assert running(int(str(caught.value)))
    allocator.close()
    deadline = time.monotonic() + 5
    while running(int(str(caught.value))):
        assert time.monotonic() < deadline


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="needs real-time signals")
def test_a_signal_without_a_name_is_told_by_its_number() -> None:
    with pytest.raises(Misbehaved, match="ended by signal 36"):
        one_step(program(OPENED + "os.kill(os.getpid(), 36); time.sleep(60)"))


def test_what_a_program_says_cannot_write_over_a_terminal() -> None:
    assert printable("a\0b\x1b[31mc\r\nd é") == "a\\x00b\\x1b[31mc\\r\nd é"


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_ends_the_program(number: signal.Signals, tmp_path: Path, focalloc: list[str]) -> None:
    hangs = tmp_path / "hangs.py"
    note = tmp_path / "pid"
    hangs.write_text(OPENED + f"open({str(note)!r}, 'w').write(str(os.getpid()) + chr(10)); time.sleep(600)")
    command = [*focalloc, "conform", "--exec", f"{sys.executable} -S {hangs}", "--timeout", "300"]
    judge = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while not (note.exists() and note.read_text().endswith("\n")):
            assert time.monotonic() < deadline
        judge.send_signal(number)
        said, _ = judge.communicate(timeout=60)
    finally:
        judge.kill()
    assert judge.returncode == 130
    assert b"Traceback" not in said
    assert not running(int(note.read_text()))
