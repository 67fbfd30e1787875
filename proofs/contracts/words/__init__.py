"""The words that contracts are written in: Python functions that run, and that proofs read.

Where solvers can do with what a function returns, they are given that. The *ghosts* they only know by the lemmas of
`focalloc.proofs.contracts.lemmas`, since what they return takes a loop.

A file imports from files before it only.

| file | what its words are about |
|---|---|
| `ghosts` | which words solvers know by lemmas only |
| `sums` | sums, counts, powers, where something stands |
| `tables` | tables apart, in order, within bounds; heaps |
| `blocks` | tags: where gists begin and end, and what spans how much |
| `actions` | headers; actions, what they replace, that they may be made |
| `ledger` | what is remembered of actions |
| `families` | families: whole, where they stand, listed |
| `splices` | what is made of what was there |
| `pins` | ranges, and what they bar |
| `candidates` | ranks, keys, peaks; what is sought and found |
| `turns` | marks, and the turns of an iteration |
| `ties` | other ties |
| `choices` | runs of candidates, classes, what is chosen |
| `search` | options, prices, states |
| `regions` | regions of a context |
| `items` | what a policy looks at |
| `layouts` | what a history is shown by |
"""

from __future__ import annotations

from focalloc.proofs.contracts.words.ghosts import GHOSTS, INTEGERS

MODULES = (
    "ghosts",
    "sums",
    "tables",
    "blocks",
    "actions",
    "ledger",
    "families",
    "splices",
    "pins",
    "candidates",
    "turns",
    "ties",
    "choices",
    "search",
    "regions",
    "items",
    "layouts",
)
"""The modules, in the order in which one would read them."""

__all__ = ["GHOSTS", "INTEGERS", "MODULES"]
