"""The published schema and what a side reads agree on every message, however it is written."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from focalloc.conformance import messages
from focalloc.spec import Geometry, Params

SCHEMA = json.loads((files("focalloc.conformance") / "protocol-1.schema.json").read_text())

COMMANDS: dict[str, messages.Command] = {
    "hello": messages.Hello(),
    "fresh": messages.Fresh(),
    "open": messages.Open(geometry=Geometry(), params=Params(), context=[(2, 0)]),
    "step": messages.Step([0]),
    "prefer": messages.Prefer([]),
    "relaxation": messages.Relaxation([0]),
    "ingest": messages.Ingest(1, [0]),
    "ingest_tokens": messages.IngestTokens(3, [0]),
    "layout": messages.Layout(0, 4, [0], 2),
    "pin": messages.Pin(0, 2),
    "unpin": messages.Unpin(0, 2),
    "release": messages.Release(2),
    "close": messages.Close(),
}

KEYS = {
    key
    for name in {one.__name__ for one in (*messages.ANSWERED_BY.values(), messages.Refusal, messages.Skip)}
    for key in SCHEMA["$defs"][name]["properties"]
} - {"supports"}  # whether what is supported makes sense, is more than a schema can say
"""Keys of answers, some of which must not stand together."""

NUMBERS = ("0", "1", "-1", "1.0", "1e0", "1.5", "-0.0", "1e400", "9007199254740993", "12" * 20, "10e-1")
TEXTS = ('""', '"expand"', '"1/2"', '"-7"', '"1/x"', '"\\ud800"', '"\\ud83d\\ude00"', '"collapse"')
WORDS = ("true", "false", "null")

atoms = st.sampled_from((*NUMBERS, *TEXTS, *WORDS))
actions = st.tuples(st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
lists = st.one_of(
    st.lists(atoms, max_size=3),
    st.lists(actions.map(lambda items: f"[{','.join(items)}]"), max_size=2),
    st.lists(st.lists(atoms, max_size=4).map(lambda items: f"[{','.join(items)}]"), max_size=2),
).map(lambda items: f"[{','.join(items)}]")
values = st.one_of(atoms, lists, st.just("{}"))
objects = st.dictionaries(st.sampled_from([*sorted(KEYS), "x"]), values, max_size=6).map(
    lambda pairs: "{" + ",".join(f'"{key}":{value}' for key, value in pairs.items()) + "}"
)
right = {
    "hello": '"protocol":{0},"name":{1},"version":{1},"strategies":[{1}]',
    "fresh": '"ok":true,"offers":[{1}]',
    "open": '"ok":true,"context":[[{0},{0}]],"ledger_size":{0}',
    "step": '"actions":[[{1},{0},{0}]],"positions":[{0}]',
    "relaxation": '"bound":"1/2","shares":[[{1},{0},{0},"1"]],"prices":["0","-3/4"]',
    "layout": '"blocks":[[{0},{0}]]',
    "release": '"ok":true,"pins":[[[{0},{0}]],[]],"edits":[[{0},{0},{0},{0}]]',
    "ingest": '"actions":[],"released":{0}',
    "error": '"error":{1}',
}
nearly = st.builds(
    lambda form, number, text, more: "{" + form.format(number, text) + more + "}",
    st.sampled_from(sorted(right.values())),
    st.sampled_from(NUMBERS),
    st.sampled_from(TEXTS),
    st.sampled_from(("", ',"x":1', ',"error":"no"', ',"skipped":null', ',"ok":true', ',"x":1e400')),
)


def allowed(name: str, text: str) -> bool:
    """Whether the schema has ``text`` as an answer to the command ``name``."""
    expected = messages.ANSWERED_BY[type(COMMANDS[name])].__name__
    whole = {"$defs": SCHEMA["$defs"], "anyOf": [{"$ref": f"#/$defs/{one}"} for one in (expected, "Refusal", "Skip")]}
    keys: list[list[str]] = []
    value = json.loads(text, object_pairs_hook=lambda pairs: (keys.append([key for key, _ in pairs]), dict(pairs))[1])
    once = all(len(set(names)) == len(names) for names in keys)  # what a schema cannot ask for
    return once and bool(jsonschema.Draft202012Validator(whole).is_valid(value))


def read(name: str, text: str) -> bool:
    try:
        messages.read_answer(text.encode(), COMMANDS[name])
    except msgspec.DecodeError:
        return False
    return True


@pytest.mark.parametrize("name", COMMANDS)
@settings(max_examples=60, deadline=None)
@given(text=st.one_of(nearly, nearly, objects, values))
@example(text='{"protocol":1e0,"name":"","version":"","strategies":[],"x":1e400,"error":null}')
@example(text='{"actions":[["expand",1.0,1e0]]}')
@example(text='{"error":"\\ud800"}')
@example(text='"\\ud800"')
@example(text='{"protocol":1,"name":"\\ud800","version":"","strategies":[],"\\ud800":1}')
def test_an_answer_is_read_if_and_only_if_the_schema_has_it(name: str, text: str) -> None:
    assert read(name, text) == allowed(name, text)


def test_no_command_is_left_out() -> None:
    assert {type(command) for command in COMMANDS.values()} == set(messages.ANSWERED_BY)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"open"}))  # whose values have to make sense, too
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_command_is_read_if_and_only_if_the_schema_has_it(name: str, data: st.DataObject) -> None:
    sent = json.loads(messages.command_line(COMMANDS[name]))
    said = {key: json.dumps(value) for key, value in sent.items()}
    for key in data.draw(st.lists(st.sampled_from([*sorted(said), "x"]), max_size=2)):
        said[key] = data.draw(st.one_of(values, st.just('"pin"'), st.just("[[1.0,0.5,1e0]]")))
    for key in data.draw(st.lists(st.sampled_from(sorted(said)), max_size=1)):
        del said[key]
    text = "{" + ",".join(f'"{key}":{value}' for key, value in said.items()) + "}"
    whole = {"$defs": SCHEMA["$defs"], "anyOf": [{"$ref": f"#/$defs/{one.__name__}"} for one in messages.ANSWERED_BY]}
    try:
        messages.read_command(text.encode())
    except msgspec.DecodeError:
        read = False
    else:
        read = True
    assert read == jsonschema.Draft202012Validator(whole).is_valid(json.loads(text)), text


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_read_however_its_numbers_are_written(name: str) -> None:
    line = messages.command_line(COMMANDS[name])
    reals = json.dumps(json.loads(line, parse_int=lambda digits: float(digits) if len(digits) < 15 else int(digits)))
    assert messages.read_command(reals.encode()) == messages.read_command(line)


def test_a_key_twice_is_refused_although_a_schema_cannot_say_so() -> None:
    assert not read("step", '{"actions":[["expand",9,0]],"actions":[]}')
