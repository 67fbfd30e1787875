"""Pages of `compare` and `session` as a real browser shows them: on a phone, in the dark, by keyboard and finger."""

from __future__ import annotations

import re
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

from focalloc.analysis.comparison import MEASURES, QUALITY, compare
from focalloc.analysis.comparison_plot import page as comparison_page
from focalloc.analysis.contenders import contender
from focalloc.analysis.reading import reading
from focalloc.analysis.scenes import generated
from focalloc.analysis.session_page import page as session_page
from focalloc.conformance.recorded import Document, play
from focalloc.refimpl import ReferenceAllocator
from focalloc.spec import Geometry

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
LUMINANCE = """colour => {
    const parts = colour.match(/[0-9.]+/g).map(Number).map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    scenes = [generated("jumping", seed) for seed in range(6)]
    found = compare(contender("greedy"), contender("greedy:n_diff=1"), scenes)
    assert {one.winner for one in found.groups["jumping"]} >= {"A", "B"}
    text = "the cat sat on the mat and purred; " * 60 + "the dog barked at the moon all night; " * 60
    life = reading(Document("pets", text), ("purr", "barked"), Geometry((8, 4)), w_max=128, iterations=6)
    written = {"compare": comparison_page(found), "session": session_page(life, list(play(life, ReferenceAllocator())))}
    for name, content in written.items():
        (folder / f"{name}.html").write_text(content, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in written}


def shown(browser: Any, file: Path, size: str = "desk", scheme: str = "light", **more: Any) -> Any:
    width, height = SIZES[size]
    return watched(browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **more), file)


def watched(context: Any, file: Path) -> Any:
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("request", lambda one: one.url == file.as_uri() or tab.complaints.append(f"asks for {one.url}"))
    tab.goto(file.as_uri())
    return tab


@pytest.mark.parametrize(("name", "size", "scheme"), [*product(("compare", "session"), SIZES, ("light", "dark"))])
def test_a_page_fits_its_window_and_can_be_read(
    browser: Any, pages: dict[str, Path], name: str, size: str, scheme: str
) -> None:
    tab = shown(browser, pages[name], size, scheme)
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    ground = tab.evaluate(f"({LUMINANCE})(getComputedStyle(document.body).backgroundColor)")
    assert (ground < 0.05) == (scheme == "dark")
    for ink in tab.locator("h1, p, td, th, dt, .legend span, svg text").evaluate_all(
        f"all => all.map(one => one.closest('svg') ? getComputedStyle(one).fill : getComputedStyle(one).color)"
        f".map({LUMINANCE})"
    ):
        light, dark = max(ink, ground), min(ink, ground)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, "too little contrast to be read"
    assert tab.complaints == []
    tab.context.close()


@pytest.mark.parametrize(("size", "tokens", "w_max"), [*product(SIZES, (89_280, 999_999_999), (768, 65_536))])
def test_labels_of_axes_stay_apart(
    browser: Any, pages: dict[str, Path], tmp_path: Path, size: str, tokens: int, w_max: int
) -> None:
    page = tmp_path / "page.html"
    written = pages["session"].read_text(encoding="utf-8")
    for name, value in (("tokens", tokens), ("w_max", w_max)):
        written, found = re.subn(rf'("{name}":)\s*\d+', rf"\g<1>{value}", written, count=1)
        assert found
    page.write_text(written, encoding="utf-8")
    tab = shown(browser, page, size)
    boxes = [one.bounding_box() for one in tab.locator(".axis > span").all() if one.is_visible()]
    assert len(boxes) >= 4
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] + 4 <= right["x"]
    assert len({box["height"] for box in boxes}) == 1  # none is broken into two lines
    assert boxes[-1]["x"] + boxes[-1]["width"] <= SIZES[size][0]
    tab.context.close()


def test_who_does_better_is_told_without_colour_and_axes_have_units(browser: Any, pages: dict[str, Path]) -> None:
    tab = shown(browser, pages["compare"], "phone")
    for row in tab.locator("tr.wins-A, tr.wins-B").all():
        assert row.get_attribute("class")[-1] in row.locator("td[data-name=better]").inner_text()
    labels = tab.locator("svg").evaluate_all("all => all.map(one => one.textContent)")
    seen = [measure for measure in MEASURES if measure != QUALITY]
    assert len(labels) == len(seen)
    for measure, label in zip(seen, labels, strict=True):
        assert f"B − A, {measure.unit}" in label
    tab.context.close()


def test_a_session_is_walked_by_keys(browser: Any, pages: dict[str, Path]) -> None:
    tab = shown(browser, pages["session"])
    tip, spot = tab.locator("#tip"), tab.locator("#spot")
    assert not tip.is_visible()
    for _ in range(2):  # to the first question
        tab.keyboard.press("Tab")
    seen = [tip.inner_text()]
    for key in ("ArrowRight", "Home", "ArrowUp", "End", "ArrowLeft"):
        tab.keyboard.press(key)
        assert tip.is_visible()
        seen.append(tip.inner_text())
    assert "tokens 0 to " in seen[2]
    assert all(before != after for before, after in pairwise(seen))
    inner, outer = spot.bounding_box(), tab.locator("canvas[tabindex]").nth(1).bounding_box()
    assert outer["x"] - 4 <= inner["x"] <= inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 4
    tab.keyboard.press("Escape")
    assert not tip.is_visible()
    assert tab.complaints == []
    tab.context.close()


def test_a_session_is_explored_by_a_finger_and_by_a_mouse(browser: Any, pages: dict[str, Path]) -> None:
    tab = shown(browser, pages["session"], "phone", has_touch=True, is_mobile=True)
    picture = tab.locator("canvas[tabindex]").nth(1)
    picture.tap(position={"x": 40, "y": 20})
    assert tab.locator("#tip").is_visible()
    assert "question 1, iteration " in tab.locator("#tip").inner_text()
    box = tab.locator("#tip").bounding_box()
    assert 0 <= box["x"] <= box["x"] + box["width"] <= SIZES["phone"][0]
    tab.locator("h1").tap()
    assert not tab.locator("#tip").is_visible()
    tab.context.close()
    tab = shown(browser, pages["session"])
    tab.locator("canvas[tabindex]").nth(1).hover(position={"x": 100, "y": 20})
    assert "question 1, iteration " in tab.locator("#tip").inner_text()
    tab.context.close()
