"""Where the shipped policy stands: the page is of this policy, and a run goes on where it stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("safetensors")

import focalloc.learn
from focalloc.fastpath.learned import SHIPPED
from focalloc.fastpath.policy_file import digest_of, load, tensors_of
from focalloc.learn import standing
from focalloc.learn.measure import Adaptive, greedily, optimally, played
from focalloc.learn.rollouts import Source
from focalloc.learn.simulator import NOISES, Scenario
from focalloc.learn.standing import LIMIT, PRODUCTION, TERMS, Interval, verdict, way_gone
from focalloc.learn.texts import library_source
from focalloc.spec.errors import InvalidInput

PAGE = Path(focalloc.learn.__file__).parent / "standing.md"


def test_the_page_is_that_of_the_shipped_policy_and_has_a_row_for_every_rule() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"digest `{digest_of(tensors_of(load(SHIPPED)))}`." in text
    for name, terms in TERMS.items():
        _, _, own = text.partition(f"## {name.capitalize()} terms\n")
        own, _, _ = own.partition("\n## ")
        for noise in NOISES:
            for rule in terms.rules():
                assert f"| {noise} | {rule} |" in own


def test_compiled_rules_do_what_the_reference_does() -> None:
    drawn = Source(replace(Scenario(), iterations=32), noise=NOISES["noisy"]).draw(np.random.default_rng(0))
    slow = {"greedy": greedily, "exact optimum": optimally, "adaptive greedy": Adaptive()}
    fast = standing.rules()
    seen = set()
    for name, rule in slow.items():
        one, other = ([played(drawn, either)[figure] for figure in standing.FIGURES] for either in (fast[name], rule))
        assert one == other
        seen.add(tuple(one))
    assert len(seen) == 3, "they cannot be told apart"


def test_production_begins_full_and_its_documents_are_long_enough() -> None:
    assert sum(len(text.tokens) for text in library_source()) > PRODUCTION.tokens == 262_144
    opening = replace(Source(PRODUCTION).draw(np.random.default_rng(0))).opening
    assert sum(PRODUCTION.geometry.slots(block.level) for block in opening) > PRODUCTION.params.w_max - 32


def row(**quality: float) -> dict[str, list[dict[str, float]]]:
    return {name: [{"quality": one}, {"quality": one + 0.01}] for name, one in quality.items()}


def test_the_share_of_the_way_is_that_of_the_means_and_judged_by_its_interval() -> None:
    found = row(informed=0.5, learned=0.7, law=0.8)
    names = {"informed": "informed greedy", "learned": "**learned**", "law": LIMIT}
    share, lacking = way_gone({names[name]: rows for name, rows in found.items()})
    assert share == pytest.approx(2 / 3)
    assert lacking.mean == pytest.approx(0.2 - 0.8 * 0.3)
    assert verdict(lacking, more_is_better=True) == "worse"
    other = {**{names[name]: rows for name, rows in found.items()}, "nearer": row(nearer=0.7)["nearer"]}
    assert way_gone(other, "nearer")[0] == pytest.approx(1)
    assert verdict(Interval(0.1, 0.2), more_is_better=True) == "no clear difference"
    assert verdict(Interval(0.1, 0.01), more_is_better=False) == "worse"


def test_a_run_goes_on_where_it_stopped_and_not_with_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(TERMS["small"], episodes=2, scenario=replace(Scenario(), iterations=2))
    monkeypatch.setattr(standing, "TERMS", {"small": few})
    monkeypatch.setattr(standing, "NOISES", {"clean": NOISES["clean"]})
    standing.main(tmp_path, ["small"])
    text = (tmp_path / "standing.md").read_text(encoding="utf-8")
    assert "| clean | knows the law |" in text
    monkeypatch.setattr(standing, "measured", None)
    standing.main(tmp_path, ["small"])
    assert (tmp_path / "standing.md").read_text(encoding="utf-8") == text
    monkeypatch.setattr(standing, "code", lambda: "other")
    with pytest.raises(InvalidInput, match="other code"):
        standing.main(tmp_path, ["small"])
    with pytest.raises(InvalidInput, match="must be of small"):
        standing.main(tmp_path, ["large"])
