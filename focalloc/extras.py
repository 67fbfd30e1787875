"""Which extra of the package brings a module that is not there."""

from __future__ import annotations

EXTRAS = {
    "cluster": ("distributed", "cloudpickle"),
    "conformance": ("typer", "rich", "msgspec", "jsonschema", "bm25s", "jinja2"),
    "proofs": ("z3", "cvc5", "crosshair"),
    "learn": ("torch", "gymnasium", "safetensors"),
    "torch": ("transformers",),
    "viz": ("matplotlib",),
}
"""Extra -> the modules it brings."""


def missing_extra(module: str) -> str | None:
    """One sentence on which extra brings ``module``; None if none does."""
    root = module.partition(".")[0]
    for extra, modules in EXTRAS.items():
        if root in modules:
            return f"this command needs {root}; install it with: pip install 'focalloc[{extra}]'"
    return None
