"""What a notebook shows is what running it gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")


def shown(notebook: Any) -> list[list[Any]]:
    """What stands under each cell of code: text and pictures."""
    return [
        [(one.get("text"), one.get("data")) for one in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def started(notebook: Any) -> Any:
    pytest.importorskip("ipykernel")
    return nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", coalesce_streams=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_shows_what_running_it_gives(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    before = shown(notebook)
    started(notebook).execute()
    assert json.dumps(shown(notebook), sort_keys=True) == json.dumps(before, sort_keys=True)


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_opens_with_a_picture_and_says_what_it_needs(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    opening, first = notebook.cells[:2]
    extras = re.search(r"pip install 'focalloc\[([\w,]+)\]", opening.source)
    assert extras is not None
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(extras[1].split(",")) <= set(known)
    assert any("image/svg+xml" in (data or {}) for _, data in shown(notebook)[0])
    assert first.cell_type == "code"


def test_what_warns_where_tqdm_is_installed_stays_out_of_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "tqdm").mkdir()
    (tmp_path / "tqdm" / "__init__.py").touch()
    warning = "import warnings\nwarnings.warn('IProgress not found')\ndef tqdm(it, **_): return it\n"
    (tmp_path / "tqdm" / "auto.py").write_text(warning, encoding="utf-8")
    program = (
        "from focalloc import Geometry\n"
        "from focalloc.conformance.recorded import Document, Lens\n"
        "Lens(Document('text', 'a word ' * 99), Geometry((2, 2)))\n"
        "import tqdm.auto\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS
