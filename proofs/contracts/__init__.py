"""What each kernel needs and gives, in the order of the pipeline: the contracts that are proved for every size.

`form` says how a contract is written, `words` what its lines are made of, `lemmas` what is known of those words. The
other files are named after those of `focalloc.fastpath.kernels`.
"""

from __future__ import annotations

from importlib import import_module

from focalloc.fastpath.kernels import MODULES
from focalloc.proofs.contracts.form import Contract

BY_FILE: dict[str, list[Contract]] = {}
"""The contracts by the file of their kernels."""

for _module in (
    *("packing", "best_few", "scores", "thresholds", "pins", "places", "memory", "ledger", "candidates", "greedy"),
    *("ties", "search", "knapsack", "objectives", "hierarchy", "recompute", "projection", "relaxation", "policy"),
    *("application", "ingest", "releasing", "opening", "calls", "search_calls", "refined_calls", "policy_calls"),
):
    BY_FILE[_module] = import_module(f"focalloc.proofs.contracts.{_module}").CONTRACTS

CONTRACTS = {one.name: one for module in MODULES for one in BY_FILE.get(module, ())}
"""All of them by name."""

BITS = {"tags": 8, "spare": 8} | dict.fromkeys(
    (
        *("fixed", "peaks", "worth", "memory", "told", "means", "spare_means"),
        *("gates", "known", "inputs", "activations", "context", "sums", "mixed"),
    ),
    32,
)
"""How wide the cells of a table are, by its name; 64 where it does not stand here."""
