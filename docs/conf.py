"""How the documentation is built: ``sphinx-build -W docs build/docs``. Nothing is fetched while it builds."""

import importlib.util
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from api import write_pages
from defects import draw_all

import focalloc
from focalloc.spec import SPEC_VERSION

project = "focalloc"
author = "The focalloc authors"
copyright = author  # noqa: A001  # Sphinx reads this name
release = f"{focalloc.__version__} (spec {SPEC_VERSION})"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 5
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "description"
HEAVY = ("torch", "transformers", "gymnasium", "matplotlib")
autodoc_mock_imports = [name for name in HEAVY if importlib.util.find_spec(name) is None]
suppress_warnings = [
    "myst.xref_missing",
    "myst.header",
]  # included pages link into the source tree; SPEC.md skips a level

html_theme = "furo"
html_title = f"focalloc {focalloc.__version__}"
html_static_path = ["../focalloc/pages/style.css"]
html_css_files = ["style.css"]

generated = Path(__file__).parent / "generated"
draw_all(generated)
write_pages(generated / "api")
picture = ["-m", "focalloc", "session", "--svg", str(generated / "session.svg")]
subprocess.run([sys.executable, *picture], check=True, stdout=subprocess.DEVNULL)
