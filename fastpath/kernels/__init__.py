"""The steps of an iteration as plain loops over sequences of integers, compiled by Numba where they run in production.

The files in the order in which an iteration passes through them, so from the top they read as an explanation. A file
imports from files before it only, and no name is used twice.

| file | what it holds |
|---|---|
| `layout` | what stands in a table, and the names of a header's fields |
| `packing` | candidates and nodes as one integer each |
| `best_few` | the heap of the best few |
| `scores` | scores in fixed point and in balance, and their aggregates |
| `thresholds` | thresholds that adapt |
| `pins` | what must not collapse or expand |
| `places` | slots and tokens, families, marks |
| `memory` | running means of scores, and a lean to the cursor |
| `ledger` | what was done lately, and what that forbids |
| `candidates` | the best few of each kind |
| `greedy` | selection by turns |
| `ties` | the same with other ties |
| `search` | the exact search among sorted runs |
| `knapsack` | selection of the exact optimum, by that search |
| `objectives` | what several objectives make of a candidate's worth |
| `hierarchy` | regions, each searched for itself |
| `recompute` | the oldest action of a choice, and a search behind it |
| `projection` | a policy's logits and wishes |
| `relaxation` | the candidates of a bound on the optimum |
| `policy` | what a learned policy says |
| `application` | what actions make of context, families and ledger |
| `ingest` | new blocks, and room for them |
| `releasing` | old blocks that leave |
| `opening` | the context that a history is shown by at first |
| `calls` | what production calls: greedy, ingest, and what strategies share |
| `search_calls` | the same for the strategies that search |
| `refined_calls` | the same for other ties |
| `policy_calls` | the same for a learned policy |

Every kernel but `scores.take` also runs uncompiled on Python lists (of NumPy's integers, where `memory` needs their
width), which is how tests cover it and proofs read it: nothing in it allocates, slices or calls outside this folder.
Only what `calls` and its likes hold cuts tables out of arrays.
"""

MODULES = (
    "layout",
    "packing",
    "best_few",
    "scores",
    "thresholds",
    "pins",
    "places",
    "memory",
    "ledger",
    "candidates",
    "greedy",
    "ties",
    "search",
    "knapsack",
    "objectives",
    "hierarchy",
    "recompute",
    "projection",
    "relaxation",
    "policy",
    "application",
    "ingest",
    "releasing",
    "opening",
    "calls",
    "search_calls",
    "refined_calls",
    "policy_calls",
)
"""The files in their order."""
