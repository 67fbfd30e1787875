"""The session over a real document, and the lexical lens that stands in for LensNet."""

from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focalloc.conformance.recorded import (
    ASKED_FOR,
    Document,
    Focus,
    Lens,
    Session,
    default_document,
    play,
    recorded_session,
    signed,
)
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Block, Geometry, InvalidInput, NoRoom, Params, opened, reclaim_violations, violations
from focalloc.spec.actions import family
from focalloc.spec.blocks import used
from focalloc.spec.scores import Aggregates

GEOMETRIES = [Geometry((32, 32)), Geometry((2, 2)), Geometry((4, 3, 2), (1, 1, 2, 3)), Geometry((8,))]


def test_tokens_are_words_and_runs_of_punctuation() -> None:
    document = Document("d", "Don't  panic --\nit's __init__(self): 3.14!")
    assert document.tokens[:6] == ("don", "'", "t", "panic", "--", "it")
    assert document.excerpt(3, 2) == "panic --"
    assert document.excerpt(99, 2) == ""


def test_the_default_document_is_a_real_one() -> None:
    document = default_document()
    assert len(document.tokens) > 10_000
    assert "context" in document.tokens


def test_a_document_shorter_than_a_block_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has 2 tokens; one block takes 8"):
        Lens(Document("d", "two words"), Geometry((8,)))


def lens_over(*blocks: str) -> Lens:
    return Lens(Document("d", " ".join(blocks)), Geometry((2, 2)))


def test_the_block_that_matches_is_the_most_relevant_and_its_neighbours_half_as_much() -> None:
    lens = lens_over("a b", "c d", "e zebra", "g h", "i j")
    assert lens.relevance("the ZEBRA!") == [0, 0.5, 1, 0.5, 0]


@pytest.mark.parametrize("query", ["", "   ", "unicorn", "?!"])
def test_a_question_without_a_match_finds_nothing_relevant(query: str) -> None:
    assert lens_over("a b", "c d").relevance(query) == [0, 0]


def test_a_token_that_the_question_names_gains() -> None:
    focus = lens_over("a b", "e zebra", "c d", "f g").focus("zebra")
    assert focus.scores((Block(0, 0), Block(0, 2))) == [signed(0.5), signed(0.5), signed(1.0), signed(1.0)]
    away = Focus(Geometry((2, 2)), Document("d", "x zebra"), [0.25], frozenset({"zebra"}))
    assert away.scores((Block(0, 0),)) == [signed(0.25), signed(0.25) + ASKED_FOR]


@st.composite
def focuses(draw: st.DrawFn) -> tuple[Geometry, Focus, int]:
    geometry = draw(st.sampled_from(GEOMETRIES))
    blocks = 2 * geometry.spans[-1] // geometry.span(0)
    relevance = draw(st.lists(st.floats(0, 1), min_size=blocks, max_size=blocks))
    words = draw(st.lists(st.sampled_from("ab"), min_size=1, max_size=5))
    tokens = (words * (blocks * geometry.span(0)))[: blocks * geometry.span(0)]
    return geometry, Focus(geometry, Document("d", " ".join(tokens)), relevance, frozenset("a")), blocks


@given(focuses(), st.integers(1, 1000), st.data())
def test_scores_are_coherent(made: tuple[Geometry, Focus, int], tau: int, data: st.DataObject) -> None:
    """No node has both an expand score above the threshold and a family score below its negative."""
    geometry, focus, _ = made
    level = data.draw(st.integers(1, geometry.top))
    count = 2 * geometry.spans[-1] // geometry.span(level)
    node = Block(level, data.draw(st.integers(0, count - 1)) * geometry.span(level))
    members = tuple(family(geometry, node))

    def aggregate(blocks: tuple[Block, ...]) -> int:
        row = focus.scores(blocks)
        assert len(row) == used(geometry, blocks)
        return Aggregates(geometry, blocks, row).of(blocks)

    assert not (aggregate((node,)) > tau and aggregate(members) < -tau)


WORDS = [f"w{i * i % 97}" for i in range(3000)]


def small(geometry: Geometry, iterations: int = 40) -> Session:
    params = Params(w_max=12 * geometry.slots(0) + 40, protected_tokens=2 * geometry.span(0))
    tokens = min(len(WORDS), 12 * geometry.spans[-1])
    document = Document("d", " ".join(WORDS[:tokens]))
    return Session(document, ("w1 w4", "w36 w9 w81", "nothing of it"), geometry, params, iterations, 3)


@pytest.mark.parametrize("geometry", GEOMETRIES[1:], ids=str)
def test_the_reference_conforms_and_comes_to_rest(geometry: Geometry) -> None:
    session = small(geometry)
    turns = list(recorded_session(session))
    assert len(turns) == session.length
    for turn in turns:
        if turn.move.blocks:
            found = reclaim_violations(turn.before, turn.scores, turn.move.blocks, turn.actions, "greedy")
        else:
            found = violations(turn.before, turn.scores, turn.actions, "greedy")
        assert found == []
    assert turns[-1].after.end == session.lens.blocks * geometry.span(0)
    assert any(turn.actions for turn in turns if turn.move.query >= 0)
    for number, part in groupby(turns, key=lambda turn: turn.move.query):
        played = list(part)
        if number >= 0:
            # Coherent scores: each node is acted on at most once while the question stands, so the last is quiet.
            nodes = [action.node for turn in played for action in turn.actions]
            assert len(nodes) == len(set(nodes))
            assert not played[-1].actions


@pytest.mark.parametrize("geometry", GEOMETRIES[1:], ids=str)
@pytest.mark.parametrize("tokens", [40, 203, 900])
def test_reading_is_refused_below_its_tightest_and_never_from_there_on(geometry: Geometry, tokens: int) -> None:
    document = Document("d", " ".join(WORDS[:tokens]))
    for protected, read_blocks in ((0, 1), (3 * geometry.span(0), 2), (17, 3)):
        made = Session(document, (), geometry, Params(protected_tokens=protected), 1, read_blocks)
        for w_max in (made.tightest - 1, made.tightest):
            session = replace(made, params=replace(made.params, w_max=w_max, w_soft=0))
            assert session.tightest == made.tightest
            if w_max < made.tightest and made.lens.blocks > 1:
                with pytest.raises(NoRoom):
                    list(recorded_session(session))
            else:
                list(recorded_session(session))


def test_characters_of_scripts_without_spaces_are_tokens_and_marks_stay_with_their_letter() -> None:
    assert Document("d", "我的cat在。 ที่ไป हिन्दी cafe\u0301").tokens == (
        *("我", "的", "cat", "在", "。"),
        *("ที่", "ไ", "ป", "हिन्दी", "cafe\u0301"),
    )
    lens = lens_over("天气", "猫睡", "睡猫", "很好")
    assert lens.relevance("猫睡")[1] == 1
    assert lens.relevance("猫睡")[2] < 1
    assert lens.focus("猫睡").scores((Block(0, 2), Block(0, 0))) == [signed(1.0)] * 2 + [signed(0.5)] * 2


def test_the_default_session_is_under_pressure() -> None:
    """The budget binds: somewhere a wanted expand has to wait for a collapse."""
    session = Session(iterations=4)
    last = {turn.move.query: turn for turn in recorded_session(session)}
    assert set(last) == {-1, *range(len(session.queries))}
    for turn in last.values():
        assert turn.after.used + session.geometry.delta(1) > session.params.w_max or turn.actions


def test_play_believes_nothing() -> None:
    class Liar(ReferenceAllocator):
        def step(self, scores):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return [("expand", 1, 12345)]

    with pytest.raises((InvalidInput, AttributeError)):
        list(play(small(GEOMETRIES[1]), Liar()))


def test_opening_is_a_context_of_any_geometry() -> None:
    for geometry in GEOMETRIES:
        session = small(geometry)
        assert opened(geometry, session.params, session.opening).used == geometry.slots(0)
