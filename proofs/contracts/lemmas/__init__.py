"""What is known of the ghosts among the words: what each means, then what follows from what stands before."""

from __future__ import annotations

from focalloc.proofs.contracts.lemmas.actions import ACTIONS, BEGUN, MARKS, TAKEN
from focalloc.proofs.contracts.lemmas.arithmetic import ARITHMETIC, MEANS, PACKING, STRIDES, SUMS, WEIGHTS
from focalloc.proofs.contracts.lemmas.blocks import TILES, TOKENS, WHOLE
from focalloc.proofs.contracts.lemmas.definitions import DEFINITIONS
from focalloc.proofs.contracts.lemmas.families import ALIGNED, CLEAR, FAMILIES, HAD, OF_FAMILIES, STANDING, TOLD
from focalloc.proofs.contracts.lemmas.heads import HEADS
from focalloc.proofs.contracts.lemmas.layouts import COARSE, ENDS
from focalloc.proofs.contracts.lemmas.listed import BATCHES, LISTED, LISTED_BEFORE, STRETCHES, TURNS
from focalloc.proofs.contracts.lemmas.queues import HEAPS, MEMBERS, ORDERED
from focalloc.proofs.contracts.lemmas.searches import CHOICES, JOINED, REGIONS, SEARCHES, SORTED
from focalloc.proofs.contracts.lemmas.splices import MOVED, ROWS, SPLICES

PARTS = (
    *(DEFINITIONS, MEANS, MEMBERS, ARITHMETIC, PACKING, SUMS, WEIGHTS, STRIDES, HEAPS, ORDERED),
    *(ACTIONS, TAKEN, HEADS, BEGUN, MARKS, TOKENS, TILES, WHOLE, SPLICES, ROWS, MOVED),
    *(STANDING, CLEAR, ALIGNED, HAD, TOLD, FAMILIES, OF_FAMILIES, LISTED, TURNS, STRETCHES, LISTED_BEFORE, BATCHES),
    *(SEARCHES, CHOICES, JOINED, SORTED, REGIONS, ENDS, COARSE),
)
"""By subject, in the order in which one may rest on another."""

LEMMAS = {one.name: one for part in PARTS for one in part}
"""All of them by name."""
