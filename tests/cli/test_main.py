"""Exit status and what is said when something is missing."""

import subprocess
import sys

import pytest

from focalloc.cli import main
from focalloc.extras import EXTRAS, missing_extra


def run(*arguments: str, blocked: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, in which the module ``blocked`` cannot be imported."""
    code = f"import sys; {blocked and f'sys.modules[{blocked!r}] = None;'} from focalloc.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["typer", "rich", "bm25s"])
def test_a_missing_extra_is_named_in_one_line(module: str) -> None:
    done = run("session", blocked=module)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"needs {module}" in done.stderr
    assert "pip install 'focalloc[conformance]'" in done.stderr


def test_missing_extra_knows_submodules_and_its_limits() -> None:
    assert "focalloc[proofs]" in (missing_extra("z3.z3core") or "")
    assert missing_extra("no_such_module") is None
    modules = [module for extra in EXTRAS.values() for module in extra]
    assert len(modules) == len(set(modules))


def test_a_defect_of_our_own_is_not_blamed_on_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "focalloc.cli.app", None)
    with pytest.raises(ModuleNotFoundError):
        main([])


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["session", "--no-such-option"], ["session", "--iterations", "0"]]
)
def test_bad_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    import focalloc

    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"focalloc {focalloc.__version__}\n"


def test_python_dash_m() -> None:
    done = subprocess.run([sys.executable, "-m", "focalloc", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("focalloc ")
