"""Check a bare install of the wheel: one top-level name, types shipped, the allocator works, extras are named."""

import importlib.metadata
import subprocess
import sys
import sysconfig
from pathlib import Path

files = importlib.metadata.files("focalloc") or []
modules = {file.parts[0] for file in files if file.parts[0] != ".." and ".dist-info" not in file.parts[0]}
assert modules == {"focalloc"}, f"top-level names installed: {sorted(modules)}"
for needed in ("py.typed", "spec/SPEC.md", "pages/session.html", "pages/session.js", "pages/style.css"):
    assert any(file.as_posix() == f"focalloc/{needed}" for file in files), f"{needed} is not in the wheel"

import focalloc  # noqa: E402

heavy = {"numpy", "numba", "z3", "rich"} & set(sys.modules)
assert not heavy, f"import focalloc loads {sorted(heavy)}"
site = Path(sysconfig.get_paths()["purelib"])
assert Path(focalloc.__file__).is_relative_to(site), f"imported from {focalloc.__file__}, not from {site}"

allocator = focalloc.Allocator(focalloc.Geometry(), focalloc.Params())
allocator.load([(1, 0)])
plan = allocator.step([1.0])
assert plan.actions == [focalloc.Action("expand", 1, 0)], plan

program = Path(sys.executable).parent / "focalloc"
bare = subprocess.run([program, "session"], capture_output=True, text=True, check=False)
assert bare.returncode == 2, bare
assert "pip install 'focalloc[conformance]'" in bare.stderr, bare.stderr
print(f"focalloc {focalloc.__version__}: one top-level name, {len(files)} files, works without extras")
