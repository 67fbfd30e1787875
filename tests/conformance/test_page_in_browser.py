"""The report's page as a real browser shows it, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from focalloc.conformance import PythonTarget, judged, run_conformance
from focalloc.conformance.examples.plain import Plain
from focalloc.conformance.page import page as report_page
from focalloc.conformance.report import Report
from tests.cli.test_pages_in_browser import LUMINANCE

SIZES = {"phone": (390, 844), "desk": (1280, 900)}


@pytest.fixture(scope="module")
def failed() -> Report:
    return run_conformance(Plain, profile="greedy", examples=12, save_to=None)


@pytest.fixture(scope="module")
def file(failed: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures: dict[str, list[Any]] = {one.id: [] for one in failed.failures}
    with PythonTarget(Plain) as target:
        for one in failed.failures:
            judged(target, one.case, "greedy", pictures[one.id].append)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_page(failed, pictures), encoding="utf-8")
    return path


@pytest.fixture(params=SIZES)
def shown(request: pytest.FixtureRequest, browser: Any, file: Path) -> Iterator[Any]:
    width, height = SIZES[request.param]
    tab = browser.new_page(viewport={"width": width, "height": height})
    complaints: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda one: asked.append(one.url))
    tab.goto(file.as_uri())
    yield tab
    tab.close()
    assert complaints == []
    assert {url.partition("#")[0] for url in asked} == {file.as_uri()}


def test_nothing_is_wider_than_the_window(shown: Any) -> None:
    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    edges = shown.locator("h1, h2, h3, p, td, svg, li, pre").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.right])"
    )
    assert len(edges) > 20
    assert min(left for left, _ in edges) >= 0
    assert max(right for _, right in edges) <= shown.viewport_size["width"]


def test_each_clause_is_listed_and_a_broken_one_leads_to_its_picture(shown: Any, failed: Report) -> None:
    links = shown.locator("tr.fail a").all_inner_texts()
    assert links == shown.locator("tr.fail th").all_inner_texts()
    assert sorted(links) == [one.id for one in failed.failures]
    for one in failed.failures:
        shown.locator(f'tr.fail a[href="#{one.id}"]').click()
        section = shown.locator(f"section#{one.id}")
        assert section.locator("h2").evaluate("one => one.getBoundingClientRect().top < window.innerHeight")
        assert one.message.removeprefix(f"{one.id}: ") in section.inner_text()
        assert section.locator("svg").count() > len(one.case.steps[: one.at])


def test_an_offending_action_is_framed_around_its_node(shown: Any) -> None:
    framed = shown.locator("section:has(li.bad)")
    assert framed.count() > 0
    for section in framed.all():
        row, frame = section.locator("svg:has(.frame)"), section.locator("svg .frame").first
        assert frame.evaluate("one => getComputedStyle(one).stroke") == section.locator("li.bad").first.evaluate(
            "one => getComputedStyle(one).color"
        )
        inner, outer = frame.bounding_box(), row.bounding_box()
        assert inner["width"] > 4
        assert outer["x"] - 2 <= inner["x"] <= inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 2


def test_levels_have_colours_of_their_own_and_names_fit_their_blocks(shown: Any) -> None:
    colours = {
        level: shown.locator(f"svg .l{level}").first.evaluate("one => getComputedStyle(one).fill")
        for level in range(3)
        if shown.locator(f"svg .l{level}").count()
    }
    assert len(set(colours.values())) == len(colours) >= 2
    names = shown.locator("svg text:visible").evaluate_all(
        """all => all.map(one => {
            const name = one.getBoundingClientRect(), block = one.previousElementSibling.getBoundingClientRect();
            return [name.width, block.width, name.height, one.getScreenCTM().a, one.getScreenCTM().d];
        })"""
    )
    assert names
    for width, room, height, across, down in names:
        assert width <= room
        assert height > 8
        assert across == down, "letters are squeezed"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_can_be_read_on_their_blocks(shown: Any, scheme: str) -> None:
    shown.emulate_media(color_scheme=scheme)
    pairs = shown.locator("svg text:visible").evaluate_all(
        f"all => all.map(one => [one, one.previousElementSibling].map(part => getComputedStyle(part).fill)"
        f".map({LUMINANCE}))"
    )
    assert pairs
    for dark, light in map(sorted, pairs):
        assert (light + 0.05) / (dark + 0.05) >= 4.5, "too little contrast to be read"
