"""What a focus is worth is measured by a program that runs; where nothing differs, it says that nothing does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("safetensors")
pytestmark = pytest.mark.torch

from focalloc.runtime.reader import GEOMETRY, Reader, Training, any_context, reference_text, trained  # noqa: E402
from focalloc.runtime.worth import (  # noqa: E402
    FOCUSED,
    LAST,
    MODES,
    RECENT,
    WHOLE,
    Trial,
    compared,
    draw,
    lived,
    main,
    table,
)
from focalloc.spec.blocks import used  # noqa: E402

PAGE = (Path(__file__).parents[2] / "runtime" / "worth.md").read_text(encoding="utf-8")
TINY = Training(updates=12, slots=512, passage=256, budgets=(64,), width=32, layers=1)


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
    found = list(compared(Reader(TINY), Trial(sessions=2, history=128, read=32, budgets=(96,))))
    assert {(one.way, one.mode) for one in found} == {
        (WHOLE, "exact"),
        *((way, mode) for way in (LAST, RECENT, *FOCUSED) for mode in MODES),
    }
    for one in found[1:]:
        assert one.shown <= 96
        assert 8 <= one.computed <= one.shown
        assert one.loss == pytest.approx(found[0].loss + one.behind, abs=1e-6)
    assert len(list(table(found))) == 2 + len(found)
    draw(found, tmp_path / "worth.svg")
    assert "</svg>" in (tmp_path / "worth.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", MODES)
def test_with_room_for_all_of_it_no_way_differs_from_the_whole_history(mode: str) -> None:
    reader, trial = Reader(TINY), Trial(sessions=2, history=128, read=32)
    for weight in reader.model.parameters():  # large enough that it matters what is attended to, and from where
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, 0, 0.3)
    reader.model.set_attn_implementation("eager")
    text, _ = reference_text()
    texts = [text[:160], text[5000:5160]]
    # an allocator leaves room for a block, and its gists are opened by age as far as there is room
    (whole, _, _), (recent, shown, _) = (lived(reader, texts, way, mode, 512, trial) for way in (LAST, RECENT))  # type: ignore[arg-type]
    assert shown == 148, "raw all along"
    assert recent == pytest.approx(whole, abs=1e-4)


@pytest.mark.slow
def test_the_command_writes_figures_and_a_picture(tmp_path: Path) -> None:
    main([str(tmp_path), "--updates", "3", "--sessions", "2", "--threads", "1"])
    assert (tmp_path / "worth.svg").stat().st_size
    kept = json.loads((tmp_path / "worth.json").read_text(encoding="utf-8"))
    assert kept[0]["way"] == WHOLE


def test_the_page_names_the_command_and_has_the_table() -> None:
    assert "python -m focalloc.runtime.worth" in PAGE
    rows = re.findall(r"^\| (\d+) \| ([a-z ]+) \| (exact|repair|reuse) \|", PAGE, re.MULTILINE)
    assert {way for _, way, _ in rows} == {WHOLE, LAST, RECENT, *FOCUSED}
    assert {mode for *_, mode in rows} == set(MODES)
    (head,) = re.findall(r"^\| budget \|.*$", PAGE, re.MULTILINE)
    assert head == next(iter(table([])))
