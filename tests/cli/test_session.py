"""`focalloc session` on a small text: what it prints, the page it writes, and what it refuses."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from focalloc.cli import main

SVG = "{http://www.w3.org/2000/svg}"

CATS = ["cats", "purr", "and", "sleep", "on", "warm", "stones", "."]
DOGS = ["dogs", "bark", "at", "the", "moon", "and", "run", "after", "sticks", "."]


def text(words: int) -> str:
    """A text in which the two halves speak of different things, and one place of a third."""
    half = words // 2
    first = [CATS[i % len(CATS)] for i in range(half)]
    second = [DOGS[i % len(DOGS)] for i in range(half)]
    second[half // 2 : half // 2 + 3] = ["zebras", "graze", "quietly"]
    return " ".join(first + second)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "animals.txt"
    path.write_text(text(1200), encoding="utf-8")
    return path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["session", *arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


SMALL = ("--arity", "8,4", "--w-max", "128", "--iterations", "12")


def test_a_question_is_found_and_shown_raw(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(file), "--query", "where do zebras graze", *SMALL) == 0
    out = capsys.readouterr().out
    assert "1,200 tokens, 150 blocks of 8, tree 8 x 4" in out
    assert "question 1  where do zebras graze" in out
    raw = re.search(r"(\d+) of (\d+) relevant blocks raw", out)
    assert raw is not None
    assert int(raw[1]) >= 1
    assert "zebras graze quietly" in out
    assert "\x1b" not in out  # plain text in a pipe


def test_every_question_gets_its_strip(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(file), "-q", "purr", "-q", "bark", "-q", "unicorns", *SMALL) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^question (\d)  (.*)$", out, re.M) == [("1", "purr"), ("2", "bark"), ("3", "unicorns")]
    assert "no word of the question occurs in the document" in " ".join(out.split())
    strips = [line for line in out.splitlines() if line and set(line) <= set("█▒·")]
    assert [len(strip) for strip in strips] == [100] * 4


def page_data(path: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text("utf-8"), re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_page_is_self_contained_and_its_rows_tile_the_text(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "out.html"
    assert run(str(file), "-q", "zebras", "-q", "dogs", "--html", str(page), *SMALL) == 0
    assert f"picture written to {page}" in capsys.readouterr().out
    written = page.read_text(encoding="utf-8")
    assert not re.search(r"https?://|<link|\bsrc=|@import|url\(", written)
    assert "{{" not in written
    data = page_data(page)
    assert data["tokens"] == 1200
    assert [len(band["rows"]) for band in data["bands"][1:]] == [12, 12]
    for band in data["bands"][1:]:
        for row in band["rows"]:
            runs = list(zip(row["runs"][::2], row["runs"][1::2], strict=True))
            assert sum(data["spans"][level] * count for level, count in runs) == 1200
            assert row["used"] <= 128
            assert row["expands"] + row["collapses"] == len(row["actions"])
    last = data["bands"][0]["rows"][-1]
    assert sum(data["spans"][level] * n for level, n in zip(last["runs"][::2], last["runs"][1::2], strict=True)) == 1200


def test_text_that_looks_like_markup_stays_text(tmp_path: Path) -> None:
    file, page = tmp_path / "a<b>.txt", tmp_path / "out.html"
    file.write_text("</script><script>alert(1)</script> <!-- " * 40, encoding="utf-8")
    assert run(str(file), "-q", "</script><b>", "--html", str(page), *SMALL) == 0
    assert page.read_text(encoding="utf-8").count("</script>") == 2
    assert "<title>a&lt;b&gt;.txt" in page.read_text(encoding="utf-8")
    assert "</script>" in page_data(page)["bands"][1]["title"]


MARKUP = "[/b] zebras [red]gone[/red] :smile: "


def test_a_document_may_say_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Markup is text; escape codes and what turns a line around are spelt out."""
    file, page = tmp_path / "[bold]\x1b[2J.txt", tmp_path / "out.html"
    file.write_text(f"{MARKUP}\x1b[31mred\x9b1m \u202eback " * 60, encoding="utf-8")
    assert run(str(file), "-q", "[/b] zebras \x1b]0;title\x07 [x]", "--html", str(page), *SMALL) == 0
    out = capsys.readouterr().out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out + page.read_text(encoding="utf-8"))
    assert "[bold]\\x1b[2J.txt: " in out
    assert "question 1  [/b] zebras \\x1b]0;title\\x07 [x]" in out
    excerpts = "".join(page_data(page)["excerpts"])
    assert "\\x1b[31mred\\x9b1m \\u202eback" in excerpts
    assert "[red]" in excerpts
    assert ":smile:" in excerpts


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp932", "utf-8"])
def test_an_output_that_is_not_utf_8_gets_what_it_can_show(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "t.txt"
    file.write_text("猫は寝る。 naïve words — and dashes " * 60, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from focalloc.cli import main; main()", "session", str(file), "-q", "猫は", *SMALL],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "relevant blocks raw" in done.stdout.decode(encoding)
    assert ("▼" in done.stdout.decode(encoding)) == (encoding == "utf-8")


@pytest.mark.parametrize(
    ("filler", "needle", "question", "found"),
    [
        ("天気がとても良いので散歩した。", "猫は縁側で静かに眠っていた。", "猫はどこで眠っていた", "静かに"),
        ("今天天气很好我们去公园散步。", "斑马在草原上安静地吃草。", "斑马吃什么", "斑马"),
        ("วันนี้อากาศดีมากเราจึงไปเดินเล่น", "ม้าลายกินหญ้าอย่างเงียบๆ", "ม้าลายกินอะไร", "ม้าลาย"),
        ("आज मौसम बहुत अच्छा है ", "हिन्दुस्तानी ज़ेबरा चुपचाप चरते हैं ", "ज़ेबरा कहाँ चरते हैं", "ज़ेबरा"),
    ],
    ids=["Japanese", "Chinese", "Thai", "Hindi"],
)
def test_scripts_without_spaces_and_with_marks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], filler: str, needle: str, question: str, found: str
) -> None:
    file = tmp_path / "t.txt"
    file.write_text(filler * 25 + needle + filler * 25, encoding="utf-8")
    page = tmp_path / "out.html"
    assert run(str(file), "-q", question, "--html", str(page), *SMALL) == 0
    assert re.search(r"[1-9]\d* of \d+ relevant blocks raw", capsys.readouterr().out)
    data = page_data(page)
    assert data["tokens"] > 200
    best = [data["excerpts"][block] for block in data["bands"][1]["wanted"]]
    assert any(found in excerpt for excerpt in best[:2])


def test_a_budget_that_cannot_do_is_told_at_once_and_what_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.txt"
    file.write_text(text(3000), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("focalloc.conformance.recorded.Lens.__init__", lambda *_: pytest.fail("it was read"))
        said = refused(capsys, str(file), "-q", "zebras", "--arity", "32", "--w-max", "200")
    found = re.search(r"--w-max (\d+) would do, and so would --arity ([\d,]+)", said)
    assert found is not None, said
    assert run(str(file), "-q", "zebras", "--arity", "32", "--w-max", found[1]) == 0
    assert run(str(file), "-q", "zebras", "--arity", found[2], "--w-max", "200") == 0
    said = refused(capsys, str(file), "-q", "zebras", "--w-max", "40")
    found = re.search(r"so would --arity ([\d,]+)", said)
    assert found is not None, said
    assert run(str(file), "-q", "zebras", "--arity", found[1], "--w-max", "40") == 0


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    return captured.err


def test_bad_input_is_refused_in_one_line(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "needs at least one --query" in refused(capsys, str(file))
    assert "No such file" in refused(capsys, str(tmp_path / "none.txt"), "-q", "x")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 " * 50)
    assert "is not UTF-8 text: " in refused(capsys, str(tmp_path / "latin.txt"), "-q", "x")
    (tmp_path / "short.txt").write_text("too short")
    assert "has 2 tokens; one block takes 32" in refused(capsys, str(tmp_path / "short.txt"), "-q", "x")
    assert "arity" in refused(capsys, str(file), "-q", "x", "--arity", "32,many")
    assert "GEO-1" in refused(capsys, str(file), "-q", "x", "--arity", "1,2")
    assert "w_max = 0" in refused(capsys, str(file), "-q", "x", "--w-max", "0")
    assert "html" in refused(capsys, str(file), "-q", "x", *SMALL, "--html", str(tmp_path / "none" / "a.html"))


def test_the_picture_that_stands_still_shows_where_detail_is(file: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for path in paths:
        assert run(str(file), "--query", "where do <zebras> graze", *SMALL, "--svg", str(path)) == 0
    drawn = paths[0].read_text(encoding="utf-8")
    assert drawn == paths[1].read_text(encoding="utf-8")
    root = ElementTree.fromstring(drawn)
    parts = {one: [part for part in root.iter() if part.get("class") == one] for one in ("raw", "near", "far", "mark")}
    assert "where do <zebras> graze" in [part.text for part in root.iter(f"{SVG}text")]
    assert "prefers-color-scheme: dark" in drawn
    # of what matches, some is raw: right under its mark
    marked = [float(x) + 1 for x in re.findall(r"M(\d+) ", parts["mark"][-1].get("d", ""))]
    raw = [(float(x), float(w)) for x, w in re.findall(r"M(\d+) \d+h(\d+)", parts["raw"][-1].get("d", ""))]
    assert any(x <= at < x + width for x, width in raw for at in marked)


def test_a_picture_of_another_kind_is_refused(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(file), "--query", "zebras", *SMALL, "--svg", str(tmp_path / "one.png")) == 2
    assert "must end in one of .svg" in capsys.readouterr().err


def test_as_json_it_is_the_reading_and_each_question(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(file), "-q", "zebras", "-q", "unicorns", "--w-max", "256", "--json") in (0, None)
    found = json.loads(capsys.readouterr().out)
    reading, zebras, unicorns = found["parts"]
    assert (reading["question"], zebras["question"], unicorns["question"]) == (None, "zebras", "unicorns")
    assert found["tokens"] == 1200
    raw = {start for level, start in zebras["context"] if level == 0}
    assert zebras["raw"] == len(raw.intersection(zebras["wanted"])) > 0
    assert (unicorns["wanted"], unicorns["raw"]) == ([], 0)
    assert all(part["used"] <= found["w_max"] for part in found["parts"])
    kinds = {kind for part in found["parts"] for kind, level, start in part["actions"]}
    assert kinds == {"expand", "collapse"}
