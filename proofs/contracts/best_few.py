"""Contracts of `focalloc.fastpath.kernels.best_few`: a heap keeps what was offered, the worst on top."""

from __future__ import annotations

from focalloc.proofs.contracts.form import contract, loop

CONTRACTS = [
    contract(
        "sink",
        whole=True,
        needs="""
            1 <= size
            size <= len(keys)
            size <= len(notes)
            size < 2**40
            heap(keys, size)
        """,
        writes="keys notes",
        gives="""
            heap(keys, size)
            keys[0] >= min(key, old(keys)[0])
            same_pairs(keys, notes, put(old(keys), 0, key), put(old(notes), 0, note), size)
            kept_from(keys, old(keys), size)
            kept_from(notes, old(notes), size)
        """,
        loops={
            "while child < size": loop(
                keeps="""
                    0 <= at < size
                    child == 2 * at + 1
                    heap(keys, size)
                    implies(at >= 1, keys[up(at)] <= key)
                    implies(at >= 1, keys[0] >= old(keys)[0])
                    implies(at == 0, keys[0] == old(keys)[0])
                    same_pairs(put(keys, at, key), put(notes, at, note),
                        put(old(keys), 0, key), put(old(notes), 0, note), size)
                    kept_from(keys, old(keys), size)
                    kept_from(notes, old(notes), size)
                """,
                falls="size - at",
                opens="""
                    up(2 * at + 1) == at
                    up(2 * at + 2) == at
                """,
            )
        },
    ),
    contract(
        "rise",
        whole=True,
        needs="""
            0 <= size
            size < len(keys)
            size < len(notes)
            heap(keys, size)
        """,
        writes="keys notes",
        gives="""
            heap(keys, size + 1)
            same_pairs(keys, notes, put(old(keys), size, key), put(old(notes), size, note), size + 1)
            kept_from(keys, old(keys), size + 1)
            kept_from(notes, old(notes), size + 1)
        """,
        loops={
            "while at > 0 and keys[(at - 1) // 2] > key": loop(
                keeps="""
                    0 <= at <= size
                    heap(keys, size)
                    implies(at < size, heap(keys, size + 1) and keys[at] > key)
                    same_pairs(put(keys, at, key), put(notes, at, note),
                        put(old(keys), size, key), put(old(notes), size, note), size + 1)
                    kept_from(keys, old(keys), size + 1)
                    kept_from(notes, old(notes), size + 1)
                """,
                falls="at",
                opens="up(at) == (at - 1) // 2",
            )
        },
    ),
    contract(
        "offer",
        whole=True,
        needs="""
            1 <= room
            0 <= size <= room
            size < 2**40
            size <= len(keys)
            size <= len(notes)
            implies(size < room, size < len(keys) and size < len(notes))
            heap(keys, size)
        """,
        writes="keys notes",
        gives="""
            heap(keys, result)
            implies(size < room, result == size + 1)
            implies(size == room, result == room and keys[0] >= old(keys)[0])
            all(many(keys, notes, result, k, v) == many(old(keys), old(notes), size, k, v) + is_pair(key, note, k, v)
                for k in INTEGERS for v in INTEGERS if size < room
                if at(many(keys, notes, result, k, v)) if at(many(old(keys), old(notes), size, k, v)))
            all(many(keys, notes, result, k, v) == many(old(keys), old(notes), size, k, v) + is_pair(key, note, k, v)
                    - is_pair(old(keys)[0], old(notes)[0], k, v)
                for k in INTEGERS for v in INTEGERS if size == room and key > old(keys)[0]
                if at(many(keys, notes, result, k, v)) if at(many(old(keys), old(notes), size, k, v)))
            implies(size == room and key <= old(keys)[0], keys == old(keys) and notes == old(notes))
        """,
    ),
    contract(
        "sort_best_first",
        whole=True,
        needs="""
            -1 <= size < 2**40
            size <= len(keys)
            size <= len(notes)
            heap(keys, size)
        """,
        writes="keys notes",
        gives="""
            falling(keys, 0, size)
            implies(size >= 1, keys[size - 1] == old(keys)[0])
            same_pairs(keys, notes, old(keys), old(notes), size)
            kept_from(keys, old(keys), size)
            kept_from(notes, old(notes), size)
        """,
        loops={
            "for last in range(size - 1, 0, -1)": loop(
                keeps="""
                    last < size
                    heap(keys, last + 1)
                    falling(keys, last + 1, size)
                    implies(last == size - 1, keys[0] == old(keys)[0])
                    implies(last < size - 1, keys[size - 1] == old(keys)[0])
                    implies(0 <= last and last + 1 < size, keys[last + 1] <= keys[0])
                    same_pairs(keys, notes, old(keys), old(notes), size)
                    kept_from(keys, old(keys), size)
                    kept_from(notes, old(notes), size)
                """,
                opens="root_least(keys, last + 1)",
            )
        },
    ),
]
