"""``focalloc compare``: what is played, what is measured, how sure a difference is, and how it is told."""

from __future__ import annotations

import json
import random
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from focalloc import Allocator, Geometry, InvalidInput, NoRoom, Params, Recorder
from focalloc.analysis.comparison import FEWEST, MEASURES, QUALITY, compare, difference, play
from focalloc.analysis.contenders import Contender, contender
from focalloc.analysis.pictures import VARIABLES
from focalloc.analysis.scenes import (
    GROUPS,
    Leaves,
    Move,
    Nodes,
    Scene,
    Seen,
    all_simulated,
    generated,
    recorded,
    traced,
)
from focalloc.cli.compare import LENSES
from focalloc.conformance.worlds import random_scores, random_state
from focalloc.fastpath.trace import Event, events
from focalloc.learn.measure import FIRST_EPISODE, greedily, measuring
from focalloc.learn.measure import played as simulated_by
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Scenario
from focalloc.learn.texts import language_reference, part
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Block, quantise
from focalloc.spec.blocks import used
from focalloc.spec.scores import SCORE_SCALE
from tests.cli.command import run

TINY = Geometry((2, 2))
GREEDY = contender("greedy")


# WHO


def test_a_contender_is_a_strategy_with_parameters_of_its_own() -> None:
    one = contender("enhanced:tie_break=cursor,tau_expand=0.5,n_diff=8")
    params = one.params(Params(w_max=77, n_diff=2, tau_collapse=5))
    assert (params.strategy, params.tie_break, params.tau_expand) == ("enhanced", "cursor", quantise(0.5))
    assert (params.w_max, params.n_diff, params.tau_collapse) == (77, 8, 5)
    assert contender("greedy:w_max=50").params(Params(w_max=77)) == Params(w_max=50)
    assert contender("greedy:w_max=50").params(Params(w_max=77, w_soft=40)).w_soft == 40


def test_a_contender_does_not_inherit_what_belongs_to_another_strategy() -> None:
    recorded_with = Params(strategy="enhanced", tie_break="cursor", balance=1, w_max=9)
    assert GREEDY.params(recorded_with) == Params(w_max=9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("astrology", "strategy = 'astrology': must be one of greedy"),
        ("greedy:mood=3", "must be name=value, with a name out of adaptive_window"),
        ("greedy:strategy=knapsack", "must be name=value"),
        ("greedy:n_diff=many", "n_diff = 'many': must be an integer"),
        ("greedy:n_diff=-1", "n_diff = -1: must lie between"),
        ("greedy:tie_break=cursor", "PAR-2"),
        ("enhanced:tie_break=whim", "PAR-1"),
    ],
)
def test_a_senseless_contender_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        contender(text)


# WHAT IS PLAYED


def test_generated_sessions_follow_from_their_seed_and_differ() -> None:
    def rows(scene: Scene) -> list[list[int]]:
        return [list(move.lens(scene.opening)) for move in scene.moves]

    made = [generated(group, seed) for group in GROUPS for seed in range(4)]
    assert [rows(scene) for scene in made] == [rows(generated(group, seed)) for group in GROUPS for seed in range(4)]
    assert len({str(rows(scene)) for scene in made}) > len(made) - 4
    assert len({scene.geometry for scene in made}) == 2
    assert any(move.blocks for scene in made for move in scene.moves)
    assert all(used(scene.geometry, scene.opening) <= scene.params.w_max for scene in made)


def test_something_happens_in_every_kind_of_session() -> None:
    for group in GROUPS:
        assert all(play(generated(group, seed), GREEDY)["utility"] > 0 for seed in range(2)), group


def test_a_gist_is_wanted_as_much_as_the_best_block_under_it() -> None:
    lens = Leaves(TINY, [3, 5, -7, -2])
    assert list(lens((Block(2, 0), Block(1, 4), Block(0, 6)))) == [5, -7, -2, -2]


def test_a_lens_that_saw_one_context_speaks_of_others() -> None:
    lens = Seen(TINY, (Block(2, 0), Block(1, 4), Block(0, 6)), [5, -7, 4, 1])
    assert list(lens((Block(2, 0), Block(1, 4), Block(0, 6)))) == [5, -7, 4, 1]
    assert list(lens((Block(1, 0), Block(0, 2), Block(2, 4)))) == [5, 5, 5, -1]  # floor of (-7 + 4 + 1) / 3
    assert list(lens((Block(2, 0), Block(0, 4), Block(1, 6)))) == [5, -7, -7, 2]


def again(scene: Scene, trace: Path) -> Iterator[tuple[Event, ReferenceAllocator, Any]]:
    """The scene of a trace played by the reference, which is given what was recorded: after each call the event, the
    reference and its answer."""
    reference = ReferenceAllocator()
    reference.open(scene.geometry, GREEDY.params(scene.params), scene.opening)
    for event, move in zip(events(trace), scene.moves, strict=True):
        row = list(move.lens(reference.context()))
        assert row == list(event.scores)
        yield event, reference, move.ingested(reference, row) if move.comes(scene.geometry) else reference.step(row)


def test_who_does_what_was_done_is_given_what_was_recorded(tmp_path: Path) -> None:
    replayed = 0
    for seed in range(25):
        rng = random.Random(seed)
        state = random_state(rng, "greedy", 3, [1, 2, 3])
        with Recorder(Allocator(), tmp_path / "t.jsonl") as recorder:
            recorder.open(state.geometry, state.params, state.context)
            for _ in range(10):
                scores = random_scores(rng, state.geometry, recorder.context())
                try:
                    recorder.step(scores) if rng.random() < 0.7 else recorder.ingest(1, scores)
                except NoRoom:
                    continue
        (scene,) = traced(tmp_path / "t.jsonl")
        for event, _, done in again(scene, tmp_path / "t.jsonl"):
            assert tuple(done) == event.actions
            replayed += len(done)
    assert replayed > 50


@pytest.mark.clause("FIL-1")
def test_tokens_that_came_a_few_at_a_time_do_so_again(tmp_path: Path) -> None:
    replayed = partial = 0
    for seed in range(40):
        rng = random.Random(seed)
        state = random_state(rng, "greedy", 3, [1, 2, 3])
        with Recorder(Allocator(), tmp_path / "t.jsonl") as recorder:
            recorder.open(state.geometry, state.params, state.context)
            for _ in range(12):
                scores, may = random_scores(rng, state.geometry, recorder.context()), rng.random() < 0.5
                try:
                    if rng.random() < 0.5:
                        recorder.step(scores)
                    elif rng.random() < 0.3:
                        recorder.ingest(1, scores, release=may)
                    else:
                        recorder.ingest_tokens(rng.randint(1, 2 * state.geometry.span(0)), scores, release=may)
                except NoRoom:
                    continue
        (scene,) = traced(tmp_path / "t.jsonl")
        for event, reference, done in again(scene, tmp_path / "t.jsonl"):
            assert (tuple(done), done.released) == (event.actions, event.released)
            assert (reference.context(), reference.unfilled()) == (event.after.context, event.after.unfilled)
            replayed += len(done)
            partial += reference.unfilled() > 0
        assert play(scene, GREEDY).keys() == play(scene, contender("knapsack")).keys()
    assert replayed > 50
    assert partial > 50


@pytest.mark.parametrize(
    ("came", "moves"),
    [
        ((2, 3, "block"), [(0, 2), (1, 0)]),
        ((1, 1, 1, 4), [(0, 4)]),
        (("block", 3), [(0, 1), (0, 3)]),
        ((9,), [(0, 6)]),
    ],
)
def test_a_block_that_lacks_tokens_where_a_recording_begins_counts_as_full(
    came: tuple[int | str, ...], moves: list[tuple[int, int]], tmp_path: Path
) -> None:
    one = Allocator(Geometry((4, 2)), Params(w_max=100))
    one.load([(2, 0), (0, 8)])
    one.ingest_tokens(1)
    with Recorder(one, tmp_path / "t.jsonl") as recorder:
        for some in came:
            recorder.ingest_tokens(some) if isinstance(some, int) else recorder.ingest(1)
    (scene,) = traced(tmp_path / "t.jsonl")
    assert scene.opening[-1] == (0, 12)
    assert [(move.blocks, move.tokens) for move in scene.moves] == moves
    assert isnan(play(scene, GREEDY)["utility"])


def test_the_recorded_session_is_one_of_the_scenes() -> None:
    scene = recorded()
    assert sum(move.blocks for move in scene.moves) > 1000
    assert sum(not move.blocks for move in scene.moves) == 96


def test_what_a_recorded_question_needs_is_what_its_lens_rates_above_0() -> None:
    scene = recorded()
    needs = [(move, after) for move, after in pairwise(scene.moves) if move.need is not None]
    assert len(needs) == 96, "not while the document is read, but for the last of it"
    for move, after in needs[::13]:
        assert move.need is not None
        assert sum(move.need) == pytest.approx(1)
        first = max(range(len(move.need)), key=move.need.__getitem__)
        (rated,) = {sum(after.lens((Block(0, 32 * i),))) for i in (first,)}
        assert rated == max(sum(after.lens((Block(0, 32 * i),))) for i in range(len(move.need)))


def test_simulated_sessions_are_those_of_the_simulator() -> None:
    """Played here and there, they come to the same: so what a comparison calls quality is what the card does."""
    source = Source(Scenario(), part(language_reference(), "held-out"), noise=NOISES["noisy"])
    (there,) = (simulated_by(one, greedily) for one in measuring(source, [FIRST_EPISODE]))
    (scene,) = all_simulated(["noisy"], 1)
    here = play(scene, GREEDY)
    assert scene.group == "noisy lens"
    assert here["quality"] == pytest.approx(there["quality"])
    assert here["budget use"] == pytest.approx(there["used"])
    assert here["reversals"] == there["reversals"]


def test_a_simulated_iteration_is_told_where_its_reader_is() -> None:
    """So a lean to the cursor pays: most of what is needed next is around it, whatever a clean lens says of now."""
    source = Source(Scenario(), part(language_reference(), "held-out"), noise=NOISES["clean"])
    (episode,) = measuring(source, [FIRST_EPISODE])
    (scene,) = all_simulated(["clean"], 1)
    span = scene.geometry.span(0)
    assert [move.cursor for move in scene.moves] == [block * span for block in episode.cursor[:-1].tolist()]
    leaning = contender("greedy:lean=0.25")
    assert play(scene, leaning)["quality"] > play(scene, GREEDY)["quality"]


def test_what_is_needed_is_the_same_under_every_lens() -> None:
    scenes = all_simulated(["all"], 2)
    assert [scene.group for scene in scenes] == [f"{lens} lens" for lens in LENSES for _ in range(2)]
    assert tuple(NOISES) == LENSES
    for i in range(2):
        assert len({str([move.need for move in scene.moves]) for scene in scenes[i::2]}) == 1
    assert [one.group for one in all_simulated(["noisy", "clean", "noisy"], 1)] == ["clean lens", "noisy lens"]


# WHAT IS MEASURED


def test_measures_worked_by_hand() -> None:
    """Two gists; the first is wanted, then unwanted again: expand, wait out the cooldown, collapse."""
    wanted, unwanted = [SCORE_SCALE, -SCORE_SCALE], [-SCORE_SCALE, -SCORE_SCALE]
    moves = tuple(Move(0, Leaves(TINY, row)) for row in (wanted, unwanted, unwanted, unwanted))
    scene = Scene("hand", TINY, Params(w_max=10, cooldown_steps=2), (Block(1, 0), Block(1, 2)), moves)
    found = play(scene, GREEDY)
    # iteration 1: expand; 2: cooling; 3: collapse; 4: the two gists collapse into their parent
    assert found["utility"] == 3 / 4
    assert found["unmet"] == 0
    assert found["budget use"] == pytest.approx((3 + 3 + 2 + 1) / 4 / 10)
    assert found["swap rate"] == (1 / 2 + 0 + 1 / 2 + 1 / 2) / 4
    assert found["residency"] == (1 + 2 + 4) / 3
    assert found["reversals"] == 1 / 4
    assert found["latency"] > 0


def test_quality_is_the_share_of_the_need_that_is_visible_after_each_iteration() -> None:
    row = [quantise(1.0), quantise(-1.0)]
    moves = tuple(Move(0, Nodes(TINY, (row, row)), need=need) for need in ([0.75, 0.25], [0.0, 1.0]))
    found = play(Scene("hand", TINY, Params(w_max=10), (Block(1, 0), Block(1, 2)), moves), GREEDY)
    assert found["quality"] == (0.75 + 0) / 2


def test_quality_is_left_out_where_nobody_knows_what_was_needed() -> None:
    groups = compare(GREEDY, GREEDY, [generated("steady", 0), *all_simulated(["clean"], 1)]).groups
    named = {group: [one.measure for one in differences] for group, differences in groups.items()}
    assert named == {"steady": [one for one in MEASURES if one != QUALITY], "clean lens": list(MEASURES)}


def test_unmet_is_what_the_gists_that_are_left_would_have_wanted() -> None:
    scene = Scene(
        "hand",
        TINY,
        Params(w_max=10, n_diff=1),
        (Block(1, 0), Block(1, 2)),
        (Move(0, Leaves(TINY, [SCORE_SCALE] * 2)),),
    )
    assert play(scene, GREEDY)["unmet"] == 1


def test_what_did_not_occur_has_no_mean() -> None:
    scene = Scene("hand", TINY, Params(w_max=10), (Block(1, 0),), (Move(0, Leaves(TINY, [0])),))
    assert isnan(play(scene, GREEDY)["residency"])


def test_a_contender_against_itself_does_not_differ() -> None:
    found = compare(GREEDY, contender("greedy:n_diff=4"), [generated(group, 0) for group in GROUPS])
    for differences in found.groups.values():
        assert all(one.mean == 0 or isnan(one.mean) for one in differences if one.measure.name != "latency")


def test_each_figure_belongs_to_its_contender_whoever_went_first() -> None:
    scenes = [generated("noisy", seed) for seed in range(4)]
    found = compare(GREEDY, contender("greedy:n_diff=0"), scenes)
    utility, *_ = found.groups["noisy"]
    assert utility.second == 0 < utility.first
    assert all(one < 0 for one in utility.each)


def test_who_finds_no_room_for_an_ingest_is_named() -> None:
    scene = Scene("hand", TINY, Params(w_max=3), (Block(1, 0),), (Move(9, Leaves(TINY, [0])),))
    with pytest.raises(InvalidInput, match="greedy = 'hand, call 0': ingest needs"):
        play(scene, GREEDY)


# HOW SURE


def test_a_difference_is_paired_and_its_interval_holds_the_mean() -> None:
    measure = MEASURES[1]
    first = [{"utility": float(i)} for i in range(20)]
    second = [{"utility": i + 1.0 + i % 2} for i in range(20)]
    found = difference(measure, first, second)
    assert (found.pairs, found.first, found.second, found.mean) == (20, 9.5, 11.0, 1.5)
    assert 1.2 < found.low < 1.5 < found.high < 1.8
    assert found.differs
    assert difference(measure, first, second) == found
    for better in (1, -1, 0):
        towards = replace(measure, better=better)
        assert difference(towards, first, second).gain == better
        assert difference(towards, second, first).gain == -better


def test_pairs_without_a_value_are_left_out_and_few_pairs_have_no_interval() -> None:
    measure = MEASURES[1]
    some = [{"utility": 1.0}, {"utility": float("nan")}, {"utility": 3.0}]
    found = difference(measure, some, [{"utility": 2.0}] * 3)
    assert (found.pairs, found.mean) == (2, 0)
    assert isnan(found.low)
    assert not found.differs
    assert found.gain == 0
    none = difference(measure, some[1:2], some[1:2])
    assert none.pairs == 0
    assert isnan(none.mean)
    assert not isnan(difference(measure, [{"utility": 1.0}] * FEWEST, [{"utility": 2.0}] * FEWEST).low)


# THE COMMAND


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("trace") / "t.jsonl"
    with Recorder(Allocator(TINY, Params(w_max=100)), path) as recorder:
        for _ in range(6):
            recorder.load([(1, 0), (1, 2)])
            recorder.step([1.0, -1.0])
            recorder.step([1.0, 1.0, -1.0])
    return str(path)


def test_a_trace_is_compared_and_drawn(trace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html, svg = tmp_path / "page.html", tmp_path / "picture.svg"
    status, out, err = run(
        capsys, "compare", "greedy", "greedy:n_diff=0", "--trace", trace, "--html", str(html), "--plot", str(svg)
    )
    assert (status, err) == (0, "")
    assert "trace (6)" in out
    seen = [measure for measure in MEASURES if measure != QUALITY]
    assert all(f"{measure.name}, {measure.unit}" in out for measure in seen)
    assert "quality" not in out, "a trace does not say what was needed"
    assert "6 sessions, 7 comparisons" in out
    assert ET.parse(svg).getroot().tag.endswith("svg")
    page = html.read_text("utf-8")
    assert "greedy:n_diff=0" in page
    assert '<tr class="wins-A">' in page
    assert "▼ A</td>" in page, "who does better is told by a letter, not by colour alone"
    assert page.count("<svg ") == len(seen)
    assert all(f"B − A, {measure.unit}" in page for measure in seen)
    assert not any(colour in page.partition("</style>")[2] for colour in VARIABLES), "colours follow light and dark"
    again = tmp_path / "again.svg"
    run(capsys, "compare", "greedy", "greedy:n_diff=0", "--trace", trace, "--plot", str(again))
    assert again.read_text("utf-8").count("<path") == svg.read_text("utf-8").count("<path")


def test_as_json_it_is_the_comparison_and_nothing_else(
    trace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = str(tmp_path / "page.html")
    status, out, err = run(capsys, "compare", "greedy", "greedy:n_diff=0", "--trace", trace, "--json", "--html", html)
    assert (status, err) == (0, "")
    told = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert [one["measure"]["name"] for one in told["groups"]["trace"]] == [
        measure.name for measure in MEASURES if measure != QUALITY
    ]
    assert told["second"]["changes"] == {"n_diff": 0}


def test_under_a_lens_quality_is_told_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("focalloc.analysis.scenes.recorded", lambda: generated("growing", 0))
    html, svg = tmp_path / "page.html", tmp_path / "picture.svg"
    told = ("--lens", "noisy", "--lens", "clean", "--sessions", "5", "--html", str(html), "--plot", str(svg))
    status, out, err = run(capsys, "compare", "greedy", "greedy:memory_shift=3", *told)
    assert (status, err) == (0, "")
    assert "clean lens (5)" in out
    assert "noisy lens (5)" in out
    assert out.count("quality, share") == 2, "and none where the need is not known"
    assert html.read_text("utf-8").count("<svg ") == len(MEASURES)
    assert all(f">{measure.name}" in svg.read_text("utf-8") for measure in MEASURES)


@pytest.mark.slow
def test_without_a_trace_every_kind_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "compare", "greedy", "enhanced:adaptive_window=4", "--sessions", "1")
    assert status == 0
    assert all(f"{group} (1)" in out for group in (*GROUPS, "recorded"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("greedy", "astrology"), "must be one of greedy"),
        (("greedy", "greedy", "--trace", "/nowhere/t.jsonl"), "No such file"),
        (("greedy", "greedy", "--lens", "rosy"), "lens = 'rosy': must be one of clean, noisy"),
        (("greedy", "greedy", "--lens", "clean", "--trace", "t.jsonl"), "lens = 'clean': must be left out where there"),
        (("greedy", "greedy", "--plot", "/nowhere/p.svg"), "its folder does not exist"),
        (("greedy", "greedy", "--plot", "p.bmp"), "must end in one of .svg, .png, .pdf"),
        (("greedy", "greedy", "--html", "/nowhere/p.html"), "its folder does not exist"),
    ],
)
def test_bad_input_is_2_and_one_line(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "compare", *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_missing_extra_is_told_before_the_work(
    trace: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    status, out, err = run(capsys, "compare", "greedy", "greedy", "--trace", trace, "--plot", str(tmp_path / "p.png"))
    assert (status, out) == (2, "")
    assert "focalloc[viz]" in err


def test_a_strategy_that_the_fast_path_lacks_is_played_by_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    import focalloc.fastpath.allocator as fast

    monkeypatch.setattr(fast, "STRATEGIES", ())
    assert isinstance(Contender("greedy", "greedy", {}).allocator(), ReferenceAllocator)
