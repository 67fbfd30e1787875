"""What all tests share: profiles of Hypothesis, `dev` by default and `ci` with HYPOTHESIS_PROFILE=ci; a browser."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile(
    "ci", deadline=None, max_examples=100, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
os.environ.pop("COLUMNS", None)  # what commands print is as wide as it says; pytest-xdist sets it
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def script() -> Callable[[Path], ModuleType]:
    """Imports a script that no package holds, by its path."""

    def imported(path: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        return module

    return imported


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, of Playwright or of this machine."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    with playwright.sync_playwright() as driver:
        own = driver.chromium.executable_path
        found = own if Path(own).exists() else next(filter(None, map(shutil.which, BROWSERS)), None)
        if found is None:
            pytest.skip("needs a Chromium: apt install chromium, or playwright install chromium")
        started = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()
