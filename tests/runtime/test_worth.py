"""What a focus is worth is measured by a program that runs; where nothing differs, it says that nothing does."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("safetensors")
pytestmark = pytest.mark.torch

from focalloc.learn.measure import Adaptive  # noqa: E402
from focalloc.runtime.reader import (  # noqa: E402
    BYTES,
    GEOMETRY,
    Reader,
    Training,
    any_context,
    reference_text,
    tokens_of,
    trained,
    turning_back,
)
from focalloc.runtime.worth import (  # noqa: E402
    FOCUSED,
    LAST,
    MODES,
    RECENT,
    WHOLE,
    Measured,
    Passage,
    Trial,
    cells,
    compared,
    contest,
    draw,
    lived,
    main,
    opened,
    passages,
    pooled,
    table,
)
from focalloc.spec.blocks import used  # noqa: E402
from focalloc.spec.errors import InvalidInput  # noqa: E402

PAGE = (Path(__file__).parents[2] / "runtime" / "worth.md").read_text(encoding="utf-8")
TINY = Training(drills=2, updates=14, slots=512, passage=256, begun=128, budgets=(64,), width=32, layers=1)


def test_training_is_the_same_each_time_and_learns() -> None:
    runs = []
    for _ in range(2):
        told: list[float] = []
        reader = trained(TINY, lambda _, loss, told=told: told.append(loss))  # type: ignore[misc]
        runs.append((told, torch.cat([one.flatten() for one in reader.gists.parameters()]).tolist()))
    assert runs[0] == runs[1]
    losses = runs[0][0]
    assert losses[-1] < losses[0] - 0.2
    assert runs[0][1] != torch.cat([one.flatten() for one in Reader(TINY).gists.parameters()]).tolist()


def test_a_token_knows_its_byte_and_those_before() -> None:
    text, _ = reference_text()
    tokens = tokens_of(text[:40])
    assert (tokens % BYTES).tolist() == text[:40].tolist()
    table = Reader(TINY).model.get_input_embeddings()
    with torch.no_grad():
        whole = table(tokens)
        alone = table(tokens_of(text[10:40]))
    assert torch.equal(whole[12:], alone[2:])
    assert not torch.equal(whole[10:12], alone[:2]), "what stands before them is another"


def test_what_is_read_again_was_read_before() -> None:
    import numpy as np

    text, _ = reference_text()
    again = []
    for seed in range(8):
        read, source = turning_back(text[:640], 192, np.random.default_rng(seed))
        assert (source[:192] == -1).all()
        assert (source < np.arange(640)).all()
        old = source >= 0
        assert read[torch.from_numpy(old)].tolist() == read[torch.from_numpy(source[old])].tolist()
        assert read[torch.from_numpy(~old)].tolist() == text[:640][torch.from_numpy(~old)].tolist()
        again.append(old[192:].mean())
    assert 0.4 < np.mean(again) < 0.8


def test_foresight_is_told_what_is_read_again_and_nothing_else() -> None:
    import numpy as np

    allocator = opened("greedy", 64, 384)
    source = np.full(640, -1)
    source[400:408] = np.arange(70, 78)
    scores = Passage(torch.zeros(640), source).foreseen(392, allocator)
    assert len(scores) == allocator.used
    covering = [start <= 77 and start + GEOMETRY.span(level) > 70 for level, start in allocator.context()]
    slots = np.repeat(covering, [GEOMETRY.slots(level) for level, _ in allocator.context()])
    assert scores.tolist() == np.where(slots, 1.0, -1.0).tolist()
    assert (Passage(torch.zeros(640), source).foreseen(408, allocator) == -1).all()


def test_contexts_to_learn_from_tile_the_passage_within_the_budget() -> None:
    import numpy as np

    from focalloc.spec.blocks import checked_context

    rng = np.random.default_rng(0)
    for budget in (64, 128, 256):
        blocks = any_context(1024, budget, rng)
        checked_context(GEOMETRY, blocks)
        assert blocks[0].start == 0
        assert blocks[-1].start + GEOMETRY.span(blocks[-1].level) == 1024
        assert used(GEOMETRY, blocks) <= budget


def test_every_way_and_mode_is_measured_and_drawn(tmp_path: Path) -> None:
    trial = Trial(sessions=2, history=128, read=32, budgets=(96,))
    found = list(compared(Reader(TINY), trial, cells(trial, every_mode=True)))
    assert {(one.way, one.mode) for one in found} == {
        (WHOLE, "exact"),
        *((way, mode) for way in (LAST, RECENT, *FOCUSED) for mode in MODES),
    }
    for one in found[1:]:
        assert one.shown <= 96
        assert 8 <= one.computed <= one.shown
        assert len(one.losses) == 2
        assert one.loss == pytest.approx(found[0].loss + one.less(found[0])[0], abs=1e-6)
    assert len(list(table(found))) == 2 + len(found)
    draw(found, tmp_path / "worth.svg")
    assert "</svg>" in (tmp_path / "worth.svg").read_text(encoding="utf-8")


def test_adaptive_greedy_has_the_terms_that_it_has_on_the_card() -> None:
    assert FOCUSED["adaptive greedy"] == ("enhanced", Adaptive.TERMS)


def test_every_budget_is_measured_in_every_mode_and_exact_comes_first() -> None:
    trial = Trial(budgets=(48, 64, 96))
    wanted = cells(trial, every_mode=True)
    assert wanted[0] == (WHOLE, "exact", 640)
    assert len(set(wanted)) == len(wanted) == 1 + 8 * 3 * 3
    assert {(mode, budget) for _, mode, budget in wanted[1:]} == set(product(MODES, trial.budgets))
    assert cells(trial, every_mode=False) == wanted[: 1 + 8 * 3]


def test_readers_are_pooled_in_what_all_of_them_read_and_one_way_is_held_against_each_other() -> None:
    def run(*losses: float) -> list[Measured]:
        """The whole history at 1, and ways behind it."""
        told = zip((WHOLE, "greedy", "learned policy"), (512, 64, 64), (1.0, *losses), strict=True)
        return [Measured(way, "exact", budget, (loss, loss + 0.5), 40.0, 8.0) for way, budget, loss in told]

    runs = [[*run(2.0, 1.5), Measured("greedy", "reuse", 64, (3.0, 3.0), 40.0, 8.0)], run(2.0, 2.25)]
    both = pooled(runs)
    assert [(one.way, one.losses) for one in both] == [
        (WHOLE, (1.0, 1.5, 1.0, 1.5)),
        ("greedy", (2.0, 2.5, 2.0, 2.5)),
        ("learned policy", (1.5, 2.0, 2.25, 2.75)),
    ]
    lines = list(contest(runs))
    assert lines[2:] == ["| 64 | greedy | -0.125 ± 0.424 | -0.500, 0.250 |"]
    assert both[2].less(both[1]) == pytest.approx((-0.125, 1.96 * (0.1875) ** 0.5 / 2))


@pytest.mark.parametrize("mode", MODES)
def test_with_room_for_all_of_it_no_way_differs_from_the_whole_history(mode: str) -> None:
    reader, trial = Reader(TINY), Trial(sessions=2, history=128, read=32)
    for weight in reader.model.parameters():  # large enough that it matters what is attended to, and from where
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, 0, 0.3)
    reader.model.set_attn_implementation("eager")
    read = passages(trial)
    # an allocator leaves room for a block, and its gists are opened by age as far as there is room
    (whole, _, _), (recent, shown, _) = (lived(reader, read, way, mode, 512, trial) for way in (LAST, RECENT))  # type: ignore[arg-type]
    assert shown == 148, "raw all along"
    assert recent == pytest.approx(whole, abs=1e-4)


@pytest.mark.slow
def test_the_command_writes_figures_and_a_picture(tmp_path: Path) -> None:
    quick = ["--drills", "2", "--updates", "3", "--sessions", "2", "--threads", "1"]
    main([str(tmp_path), "--readers", "2", *quick])
    assert (tmp_path / "worth.svg").stat().st_size
    first, second = (json.loads((tmp_path / f"reader-{i}.json").read_text(encoding="utf-8")) for i in range(2))
    assert first["measured"][0]["way"] == second["measured"][0]["way"] == WHOLE
    assert {one["mode"] for one in first["measured"]} == set(MODES)
    assert {one["mode"] for one in second["measured"]} == {"exact"}
    tables = (tmp_path / "worth.md").read_text(encoding="utf-8")
    assert "| learned policy less |" in tables
    kept = [path.read_bytes() for path in sorted(tmp_path.glob("reader-*"))]
    main([str(tmp_path), "--readers", "2", *quick])
    assert [path.read_bytes() for path in sorted(tmp_path.glob("reader-*"))] == kept, "nothing is made again"
    assert (tmp_path / "worth.md").read_text(encoding="utf-8") == tables
    with pytest.raises(InvalidInput, match="was begun on other terms"):
        main([str(tmp_path), "--readers", "1", *quick, "--sessions", "3"])


def test_the_page_names_the_command_and_has_the_table() -> None:
    assert "python -m focalloc.runtime.worth" in PAGE
    rows = re.findall(r"^\| (\d+) \| ([a-z ]+) \| (exact|repair|reuse) \|", PAGE, re.MULTILINE)
    budgets = {budget for budget, way, _ in rows if way != WHOLE}
    assert set(rows) == {("640", WHOLE, "exact"), *product(budgets, (LAST, RECENT, *FOCUSED), MODES)}
    pooled_head, contest_head, modes_head = re.findall(r"^\| budget \|.*$", PAGE, re.MULTILINE)
    assert pooled_head == modes_head == next(iter(table([])))
    assert contest_head == next(iter(contest([[]])))
    assert re.search(r"^- Policy: `[0-9a-f]{64}`\.$", PAGE, re.MULTILINE)
