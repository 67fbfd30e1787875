"""The first seconds of a process: what is imported, what is compiled, where it is kept. Each test starts processes.

The slow ones compile everything anew: `pytest -m slow tests/fastpath/test_cold_start.py` takes some minutes.
"""

from __future__ import annotations

import ast
import ctypes
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import focalloc.fastpath
import focalloc.spec
from focalloc.fastpath import kernels, machine_code
from focalloc.fastpath.kept_code import Kernel
from focalloc.fastpath.kernels import best_few
from focalloc.fastpath.machine_code import stamp

STARTS = {
    "focalloc": "import focalloc",
    "the spec": "from focalloc import Action, Geometry, Params, InvalidInput, State, violations",
    "the allocator's class": "from focalloc import Geometry, Params; Params(); Geometry()",
}
HEAVY = ("numpy", "numba", "hypothesis", "rich", "typer", "z3", "torch", "msgspec", "opentelemetry")


def test_a_fast_path_that_is_not_compiled_is_refused() -> None:
    """With Python's integers and without machine code nothing would be what is proved, compared and measured."""
    done = subprocess.run(
        [sys.executable, "-m", "focalloc", "verify", "--examples", "1"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
    )
    assert done.returncode == 2
    assert done.stderr == "focalloc: NUMBA_DISABLE_JIT = 1: must not be set: the fast path is machine code\n"


def run(code: str, **options: Any) -> str:
    """What ``code`` prints in a fresh process."""
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("start", STARTS)
def test_nothing_heavy_is_imported_before_it_is_used(start: str) -> None:
    loaded = run(f"{STARTS[start]}\nimport sys; print(*(name for name in {HEAVY} if name in sys.modules))")
    assert loaded.split() == []


def test_the_allocators_class_can_be_had_without_numba() -> None:
    loaded = run("from focalloc import Allocator\nimport sys; print('numba' in sys.modules)")
    assert loaded.strip() == "False"


COUNT = """
import numpy as np
from numba.core.dispatcher import Dispatcher
from importlib import import_module
from focalloc.fastpath import kernels

def dispatchers():
    modules = [import_module(f"focalloc.fastpath.kernels.{name}") for name in kernels.MODULES]
    return {value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher)}

def compiled():
    return sum(len(one.signatures) for one in dispatchers())

def missed():
    return sum(sum(one.stats.cache_misses.values()) for one in dispatchers())
"""

SESSION = """
from focalloc import Allocator, Geometry, Params, Action
allocator = Allocator(Geometry((32, 8, 4), (1, 1, 2, 4)), Params(w_max=600, n_diff=3))
random = np.random.default_rng(1)
answers = []
allocator.load([(3, 0), (2, 1024), *((1, 1280 + 32 * i) for i in range(8)), (0, 1536)])
for dtype in (np.float64, np.float32, np.float16, np.int64, np.int32, np.int8, ">f4", np.uint64):
    for per_block in (False, True):
        n = len(allocator.levels) if per_block else allocator.used
        scores = random.normal(size=n) * 40
        scores = (abs(scores) if np.dtype(dtype).kind == "u" else scores).astype(dtype)
        answers.append([tuple(one) for one in allocator.step(scores, per_block=per_block)])
        answers.append([tuple(one) for one in allocator.ingest(1, scores[:1].repeat(allocator.used))])
allocator.step([0.5] * allocator.used)
allocator.step([5] * allocator.used)
allocator.apply([])
allocator.restore(allocator.snapshot())
allocator.ingest(2)
"""


BATCH = """
for dtype in (np.float64, np.float32, np.int64, np.int32):
    Batch([allocator], threads=2).step(np.zeros((1, 600), dtype))
"""


def test_after_the_warmup_of_a_batch_nothing_is_compiled() -> None:
    warmup = "from focalloc import Batch; Batch([]).warmup(); before = compiled()\n"
    before, after = run(COUNT + warmup + SESSION + BATCH + "print(before, compiled())").split()
    assert int(before) > 0
    assert before == after


def test_a_second_process_finds_everything_in_the_cache() -> None:
    code = COUNT + SESSION + "print(missed())"
    run(code)
    assert run(code).strip() == "0"


def test_machine_code_is_run_without_what_compiling_needs() -> None:
    later = """
import numba
compiler = "numba.np.linalg" in sys.modules
norm = numba.njit(lambda vector: np.sqrt((vector * vector).sum()))(np.array([3.0, 4.0]))
print(missed(), compiler, norm)
"""
    code = "import sys\n" + COUNT + SESSION
    run(code)
    assert run(code + later).split() == ["0", "False", "5.0"]


def test_machine_code_is_dropped_when_the_source_of_any_kernel_changes(tmp_path: Path) -> None:
    folder = Path(str(machine_code.__file__)).parent
    modules = [import_module(f"focalloc.fastpath.kernels.{name}") for name in kernels.MODULES]
    functions = {value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher)}
    assert len(functions) > 100
    assert {one._cache.stamp for one in functions} == {stamp(folder)}
    for name in [*(f"kernels/{name}" for name in kernels.MODULES), "machine_code", "kept_code"]:
        changed = tmp_path / name.replace("/", "-")
        shutil.copytree(folder, changed, ignore=shutil.ignore_patterns("__pycache__"))
        with (changed / f"{name}.py").open("a") as file:
            file.write("# another line\n")
        assert stamp(changed) != stamp(folder)


KERNEL = """
import numpy as np
from focalloc.fastpath.kernels.best_few import __file__, offer
{}
keys, notes = np.zeros((2, 1), np.int64)
offer(keys, notes, 0, 1, 4, 5)
print(notes[0])
"""

EDIT = """
from pathlib import Path
source = Path(__file__).read_text()
Path(__file__).write_text(source.replace("notes[at] = note\\n", "notes[at] = note + 1000\\n"))
"""


def test_machine_code_is_dropped_when_the_source_changes_between_the_import_and_the_first_call(site: Path) -> None:
    """As when the package is replaced by a newer one while a process has it imported."""
    _freeze(site / "site", 0o755)
    environment = os.environ | {"PYTHONPATH": str(site / "site")}
    assert run(KERNEL.format(EDIT), env=environment).strip() == "5"
    assert run(KERNEL.format(""), env=environment).strip() == "1005"


def test_a_kernel_is_pickled_by_its_name() -> None:
    sent = pickle.dumps(best_few.offer)
    assert pickle.loads(sent) is best_few.offer
    code = f"import pickle; print(pickle.loads({sent!r}).py_func.__name__)"
    assert run(code).strip() == "offer"


def test_machine_code_is_dropped_when_a_number_of_the_spec_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(str(machine_code.__file__)).parent
    taken = set[str]()
    for file in (folder / "kernels").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and not str(node.module).startswith("focalloc.fastpath"):
                taken |= {name.name for name in node.names if str(node.module).startswith("focalloc")}
    assert taken == set(machine_code.OF_THE_SPEC)
    for name in taken:
        with monkeypatch.context() as patch:
            patch.setitem(machine_code.OF_THE_SPEC, name, 1)
            assert stamp.__wrapped__(folder) != stamp(folder)


# WHERE THE CACHE CAN OR CANNOT BE


ANSWERS = COUNT + SESSION + "print(focalloc.__file__, missed(), answers, sep='\\n')"


def obey_permissions() -> None:
    """Have even root's processes obey permission bits once they execute something."""
    if os.geteuid() == 0:
        drop_from_bounding_set, override_permissions = 24, 1
        ctypes.CDLL(None).prctl(drop_from_bounding_set, override_permissions, 0, 0, 0)


@pytest.fixture
def site() -> Iterator[Path]:
    """A folder with a read-only copy of the package."""
    folder = Path(tempfile.mkdtemp())
    for package in (focalloc, focalloc.fastpath, kernels, focalloc.spec):
        source = Path(str(package.__file__)).parent
        target = folder / "site" / Path(*package.__name__.split("."))
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=_pycache_and_subpackages)
    _freeze(folder / "site", 0o555)
    yield folder
    _freeze(folder / "site", 0o755)
    shutil.rmtree(folder)


def _pycache_and_subpackages(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__" or (Path(folder) / name).is_dir()]


def _freeze(folder: Path, mode: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(mode)


def run_from(site: Path, home: Path) -> list[str]:
    """How many functions were compiled, and the answers, of a process that finds the package in ``site``."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("NUMBA", "XDG", "PYTHON", "COVERAGE"))
    }
    environment |= {"PYTHONPATH": str(site / "site"), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    found, *rest = run("import focalloc\n" + ANSWERS, env=environment, preexec_fn=obey_permissions).splitlines()
    assert Path(found).is_relative_to(site), "the test looks at the wrong package"
    return rest


@pytest.mark.slow
def test_a_read_only_package_is_cached_in_the_users_folder(site: Path) -> None:
    home = site / "home"
    home.mkdir()
    first, second = run_from(site, home), run_from(site, home)
    assert int(first[0]) > 0
    assert second == ["0", first[1]]


@pytest.mark.slow
def test_where_nothing_can_be_written_it_works_uncached(site: Path) -> None:
    missing = site / "site" / "missing"
    [_, answers] = run_from(site, missing)
    assert answers == run("import focalloc\n" + ANSWERS).splitlines()[2]
    assert not missing.exists()
    assert not list((site / "site").rglob("__pycache__"))


def test_a_package_in_an_archive_works_uncached(site: Path) -> None:
    archive = shutil.make_archive(str(site / "package"), "zip", site / "site")
    environment = os.environ | {"PYTHONPATH": archive, "NUMBA_CACHE_DIR": str(site / "cache")}
    for _ in range(2):
        assert run(KERNEL.format("print(__file__)"), env=environment).splitlines() == [
            str(Path(archive, "focalloc", "fastpath", "kernels", "best_few.py")),
            "5",
        ]
    assert not (site / "cache").exists()


# A CACHE THAT FAILS. Machine code is never needed: what cannot be read or written counts as not found.


def offered(stamp: str = "a digest") -> int:
    """How many combinations of types a fresh copy of a small kernel does not find on disk, once it has answered."""
    fresh = Kernel(best_few.offer.py_func, by_constants=False, inlined=False, stamp=stamp)  # type: ignore[attr-defined]
    keys, notes = np.zeros((2, 1), np.int64)
    fresh(keys, notes, 0, 1, 4, 5)
    assert notes[0] == 5
    return sum(fresh.stats.cache_misses.values())


def sealed(content: bytes) -> bytes:
    return blake2b(content).digest() + content


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda kept: kept[: len(kept) // 2],
    "a byte short": lambda kept: kept[:-1],
    "other bytes": lambda kept: bytes(len(kept)),
    "one bit of the digest": lambda kept: bytes([kept[0] ^ 1]) + kept[1:],
    "one bit in the middle": lambda kept: kept[:2000] + bytes([kept[2000] ^ 1]) + kept[2001:],
    "another pickle": lambda _: sealed(pickle.dumps((1, 2))),
    "no pickle": lambda _: sealed(b"no pickle"),
}


def test_machine_code_that_is_damaged_counts_as_not_found_and_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert [offered(), offered()] == [1, 0]
    [file] = tmp_path.rglob("*.offer.*.code")
    for name, damage in DAMAGE.items():
        file.write_bytes(damage(file.read_bytes()))
        assert [offered(), offered()] == [1, 0], name
    file.unlink()
    file.mkdir()  # can be neither read nor replaced
    assert [offered(), offered()] == [1, 1]


FAILURES: dict[str, tuple[object, str, object]] = {
    "a full disk": (Path, "write_bytes", lambda *_: raises(OSError(28, "No space left on device"))),
    "a folder on another device": (os, "replace", lambda *_: raises(OSError(18, "Invalid cross-device link"))),
    "no memory": (pickle, "loads", lambda *_: raises(MemoryError())),
    "a mistyped locator": (numba.config, "CACHE_LOCATOR_CLASSES", "Mistyped"),
    "a locator of no module": (numba.config, "CACHE_LOCATOR_CLASSES", "no.such.Locator"),
    "no name of a folder": (numba.config, "CACHE_DIR", "a\0b"),
}


def raises(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("failure", FAILURES)
def test_where_machine_code_cannot_be_kept_it_works_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    owner, name, _ = FAILURES[failure]
    if not hasattr(owner, name):
        pytest.skip(f"this version of Numba has no {name}")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(*FAILURES[failure])
    assert offered(failure) == 1
    offered(failure)
    assert all(file.suffix == ".code" for file in tmp_path.rglob("*") if file.is_file())


def test_where_files_must_stay_small_machine_code_is_not_kept(tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
    assert run(KERNEL.format(limit), env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}) == "5\n"
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_machine_code_of_another_edition_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert [offered("one"), offered("two"), offered("two"), offered("one")] == [1, 1, 0, 1]
    assert len(list(tmp_path.rglob("*.offer.*.code"))) == 1


# VERSIONS OF NUMBA

UNKNOWN = "import numba; numba.__version__ = '0.999.0'\n"


def test_the_newest_numba_is_one_that_the_private_parts_were_tried_with() -> None:
    """Where this fails, try the fast path's tests with that version, slow ones too, and then widen `TRIED`."""
    assert not machine_code.PLAIN


def test_with_a_numba_that_was_not_tried_kernels_are_compiled_the_plain_way() -> None:
    code = UNKNOWN + KERNEL.format("import sys") + "print('focalloc.fastpath.kept_code' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["5", "False"]
    assert "Numba 0.999.0 is not one of 0.61 to " in done.stderr
    assert done.stderr.count("Warning") == 1


@pytest.mark.slow
def test_kernels_that_are_compiled_the_plain_way_answer_alike() -> None:
    plain, ours = (run(prefix + COUNT + SESSION + "print(answers)") for prefix in (UNKNOWN, ""))
    assert plain == ours


@pytest.mark.slow
def test_concurrent_first_starts(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "not yet there")}
    code = "import focalloc\n" + ANSWERS
    processes = [
        subprocess.Popen([sys.executable, "-P", "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(3)
    ]
    answers = {process.communicate()[0].splitlines()[2] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(answers) == 1
    [_, misses, last] = run(code, env=environment).splitlines()
    assert (misses, {last}) == ("0", answers)
