"""The decode loop over the real document runs, and what it prints depends on nothing but the seed and the clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def example(script: Callable[[Path], ModuleType]) -> ModuleType:
    return script(Path(__file__).parents[2] / "examples" / "decode.py")


def told(example: ModuleType, capsys: pytest.CaptureFixture[str]) -> list[str]:
    example.main(["--turns", "6", "--seed", "3"])
    return capsys.readouterr().out.splitlines()


def test_it_prints_what_came_into_focus_and_what_a_token_took(
    example: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(example, capsys)
    opened, moved, end, took = lines[:2], lines[2:-2], *lines[-2:]
    for number, line in enumerate(opened):
        assert re.fullmatch(rf"session {number} asks: .+\(\d+ tokens in \d+ slots\)", line)
    assert len({line.split(",")[0] for line in moved}) > 1, "the focus moves in more than one turn"
    assert any("context manager" in line for line in moved if "session 0" in line)
    assert any("try" in line for line in moved if "session 1" in line)
    assert re.search(r"slots at the end: \[\d+, \d+\]", end)
    shares = {what: float(share) for what, share in re.findall(r"(\w+) ([\d.]+) %", took)}
    assert set(shares) == {"model", "lens", "allocator", "cache"}
    assert sum(shares.values()) == pytest.approx(100, abs=0.1)
    assert told(example, capsys)[:-1] == lines[:-1]


def test_the_cache_of_the_loop_is_that_of_a_forward_pass_from_scratch(
    example: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at from within: whatever the loop has the model say is what it says without any cache."""
    decode = example.WorkingContext.decode
    differences = []

    def checked(context: object, tokens: object) -> object:
        said = decode(context, tokens)
        if context.decoded == 1:  # type: ignore[attr-defined]
            for i in range(len(tokens)):  # type: ignore[arg-type]
                table = context._model.get_input_embeddings()  # type: ignore[attr-defined]
                rows = torch.cat([context.embeddings(i), table(tokens[i : i + 1]).detach()])  # type: ignore[attr-defined, index]
                at = context.positions(i)  # type: ignore[attr-defined]
                at = torch.cat([at, at[-1:] + 1])
                mask = torch.ones(1, len(rows), dtype=torch.long)
                with torch.no_grad():
                    truth = context._model(  # type: ignore[attr-defined]
                        inputs_embeds=rows[None], position_ids=at[None], attention_mask=mask, use_cache=False
                    ).logits[0, -1]
                differences.append(float((said[i] - truth).abs().max() / truth.std()))
        return said

    monkeypatch.setattr(example.WorkingContext, "decode", checked)
    example.decode(2, 4, 0)
    assert len(differences) == 8
    assert max(differences) < 1e-3
