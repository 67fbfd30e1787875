"""What production calls: kernels that cut their tables out of arrays, and hand them to those of the steps.

There is one array of a kind, since every further one would make the call dearer. Here are greedy and ingest, and what
all strategies share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focalloc.fastpath.kernels.application import apply, first_misfit
from focalloc.fastpath.kernels.greedy import select
from focalloc.fastpath.kernels.ingest import append_block, may_fall_short, reclaim
from focalloc.fastpath.kernels.layout import (
    AT_ONCE,
    BAD_SCORE,
    CAPACITY,
    CHUNK_ROOM,
    HEADER,
    ITERATION,
    LEDGER_FROM,
    LEDGER_FULL,
    MULTI_SLOT,
    N_DIFF,
    NO_ROOM,
    OFFSETS,
    SLOTS,
    TOP,
    UNITS,
    UNLOCKED,
    UNSURE,
    W_MAX,
    WIDTH,
    WRONG_LENGTH,
    Ints,
    Table,
)
from focalloc.fastpath.kernels.ledger import forget, has_space
from focalloc.fastpath.kernels.places import list_families
from focalloc.fastpath.kernels.scores import blend, bound, survey, take
from focalloc.fastpath.machine_code import kernel, let_go, take_back

# SHARED


@kernel
def run_load(tags: NDArray[np.int8], state: NDArray[np.int64]) -> None:
    """List the families of a context that has just been written."""
    at = state[OFFSETS:]
    list_families(state[:HEADER], tags, state[at[8] : at[9]], state[at[9] : at[10]])


@kernel
def run_take(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
) -> int:
    """Take scores of any type into ``scratch`` if there is one per slot; return 0, or why not; else as `run_step`."""
    capacity = state[CAPACITY]
    peaks = scratch[capacity : capacity + state[CHUNK_ROOM]]
    if len(scores) != state[SLOTS]:
        return WRONG_LENGTH
    return 0 if take(scores, scale, tags, scratch[:capacity], peaks, state[SLOTS]) else BAD_SCORE


@kernel
def run_blend(tags: NDArray[np.int8], scratch: NDArray[np.int32], state: NDArray[np.int64]) -> int:
    """Once the scores are taken: from where on ``scratch`` has the aggregate of every gist at its first slot.

    That is a score, unless gists have several slots. (A kernel returns no array: that takes Numba's memory management.)
    """
    capacity = state[CAPACITY]
    if state[MULTI_SLOT] == 0:
        return 0
    place: int = capacity + state[CHUNK_ROOM]
    blend(state, tags, scratch[:capacity], scratch[place:])
    return place


@kernel
def run_survey(tags: NDArray[np.int8], scratch: NDArray[np.int32], state: NDArray[np.int64]) -> int:
    """`run_blend`, with the peaks of those aggregates in their place in ``scratch``."""
    capacity = state[CAPACITY]
    place = run_blend(tags, scratch, state)
    if state[MULTI_SLOT] == 1:  # else `take` has noted them
        survey(state, tags, scratch[place:], scratch[capacity : capacity + state[CHUNK_ROOM]])
    return place


@kernel
def run_begin(state: NDArray[np.int64]) -> int:
    """COOLDOWN: begin an iteration, if the ledger has space for it; return 0, or `LEDGER_FULL`."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    ledger_iteration = state[at[13] : at[14]]
    if not has_space(header, state[at[12] : at[13]], ledger_iteration, header[N_DIFF]):
        return LEDGER_FULL
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    return 0


@kernel
def run_chosen(tags: NDArray[np.int8], state: NDArray[np.int64], done: int) -> None:
    """APPLY: the first ``done`` entries of the table of actions, with their places."""
    header = state[:HEADER]
    at = header[OFFSETS:]
    capacity = header[CAPACITY]
    if done > 0:
        apply(
            header,
            tags[:capacity],
            tags[capacity:],
            state[at[8] : at[9]],
            state[at[9] : at[10]],
            state[at[10] : at[11]],
            state[at[11] : at[12]],
            state[at[12] : at[13]],
            state[at[13] : at[14]],
            done,
            state[at[0] : at[1]],
            state[at[1] : at[2]],
            state[at[2] : at[3]],
            state[at[3] : at[4]],
        )


# AN ITERATION


@kernel
def step(
    header: Table,
    tags: Table,
    spare: Table,
    fixed: Ints,
    peaks: Ints,
    family_slot: Table,
    family_node: Table,
    spare_slot: Table,
    spare_node: Table,
    ledger_action: Table,
    ledger_iteration: Table,
    actions: Table,
    places: Table,
    expand_keys: Table,
    expand_tokens: Table,
    collapse_keys: Table,
    collapse_families: Table,
    chunk_keys: Table,
    chunk_notes: Table,
) -> int:
    """One greedy iteration; write its actions and return how many. The ledger must have space for them."""
    # COOLDOWN
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    # CANDIDATES and SELECT
    done = select(
        header,
        tags,
        fixed,
        peaks,
        family_slot,
        family_node,
        ledger_action,
        actions,
        places,
        expand_keys,
        expand_tokens,
        collapse_keys,
        collapse_families,
        chunk_keys,
        chunk_notes,
    )
    # APPLY
    if done > 0:
        apply(
            header,
            tags,
            spare,
            family_slot,
            family_node,
            spare_slot,
            spare_node,
            ledger_action,
            ledger_iteration,
            done,
            actions,
            places,
            expand_keys,
            expand_tokens,
        )
    return done


@kernel
def run_step(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
) -> int:
    """One greedy iteration on scores of any type; return how many actions, or why nothing happened.

    Args:
        scores: one per slot.
        scale: as for `take`.
        tags: tags, then as much to spare.
        scratch: scores in fixed point, peaks, and with multi-slot gists their aggregates.
        state: the header, and behind it the tables at its offsets.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    ledger_action = state[at[12] : at[13]]
    ledger_iteration = state[at[13] : at[14]]
    capacity = header[CAPACITY]
    fixed = scratch[:capacity]
    peaks = scratch[capacity : capacity + header[CHUNK_ROOM]]
    held = let_go(header[UNLOCKED])
    refused = run_take(scores, scale, tags, scratch, state)
    if refused:
        take_back(held)
        return refused
    if not has_space(header, ledger_action, ledger_iteration, header[N_DIFF]):
        take_back(held)
        return LEDGER_FULL
    if header[MULTI_SLOT] == 1:
        bound(header, tags, fixed, peaks)
    done = step(
        header,
        tags[:capacity],
        tags[capacity:],
        fixed,
        peaks,
        state[at[8] : at[9]],
        state[at[9] : at[10]],
        state[at[10] : at[11]],
        state[at[11] : at[12]],
        ledger_action,
        ledger_iteration,
        state[at[0] : at[1]],
        state[at[1] : at[2]],
        state[at[2] : at[3]],
        state[at[3] : at[4]],
        state[at[4] : at[5]],
        state[at[5] : at[6]],
        state[at[6] : at[7]],
        state[at[7] : at[8]],
    )
    take_back(held)
    return done


@kernel
def run_steps(
    scores: NDArray[np.generic],
    scale: np.generic,
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    sessions: NDArray[np.int64],
    first: int,
    last: int,
    answers: NDArray[np.int64],
) -> None:
    """`run_step` for the sessions listed from ``first`` to before ``last``, each in its row of every table.

    Other threads may run Python code meanwhile.

    Args:
        scores: a row per listed session, of which only as many count as the session has slots.
        answers: a row per session: what `run_step` returned, the iteration's number, the actions.
    """
    held = let_go(1)
    for i in range(first, last):
        session = sessions[i]
        row = scores[i][: state[session, SLOTS]]
        long = state[session, UNLOCKED]
        state[session, UNLOCKED] = 0  # the lock is given up already
        done = run_step(row, scale, tags[session], scratch[session], state[session])
        state[session, UNLOCKED] = long
        answers[session, 0] = done
        answers[session, 1] = state[session, ITERATION]
        for j in range(done):
            answers[session, 2 + j] = state[session, HEADER + j]
    take_back(held)


@kernel
def run_apply(tags: NDArray[np.int8], state: NDArray[np.int64], done: int) -> int:
    """Run an iteration with the first ``done`` entries of the table of actions, unless one of them is a misfit.

    Returns:
        ``done``; or, and nothing has changed, the number of the first misfit (`first_misfit`), or `LEDGER_FULL`.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    ledger_action = state[at[12] : at[13]]
    ledger_iteration = state[at[13] : at[14]]
    actions = state[at[0] : at[1]]
    places = state[at[1] : at[2]]
    capacity = header[CAPACITY]
    if not has_space(header, ledger_action, ledger_iteration, done):
        return LEDGER_FULL
    held = let_go(header[UNLOCKED])
    oldest = header[LEDGER_FROM]
    header[ITERATION] += 1
    forget(header, ledger_iteration)
    fit = first_misfit(header, tags[:capacity], family_slot, family_node, ledger_action, done, actions, places)
    if fit < done:
        header[ITERATION] -= 1
        header[LEDGER_FROM] = oldest
    else:
        run_chosen(tags, state, done)
    take_back(held)
    return fit


# INGEST


@kernel
def run_ingest(
    tags: NDArray[np.int8],
    scratch: NDArray[np.int32],
    state: NDArray[np.int64],
    blocks: int,
    flat: bool,
    bold: bool,
    reclaimed: NDArray[np.int64],
) -> int:
    """Make room for ``blocks`` level-0 blocks and append them; return how many collapses, or why it stopped.

    Args:
        flat: whether all scores are equal; else they are in ``scratch``.
        bold: whether to go on although it may fail half-way.
        reclaimed: takes the collapses; one that is too short counts as a full ledger.
    """
    header = state[:HEADER]
    at = header[OFFSETS:]
    capacity = header[CAPACITY]
    family_slot = state[at[8] : at[9]]
    family_node = state[at[9] : at[10]]
    needed = blocks * header[UNITS]
    done = 0
    if header[SLOTS] + needed > header[W_MAX]:
        ledger_action = state[at[12] : at[13]]
        ledger_iteration = state[at[13] : at[14]]
        least = header[WIDTH + 1] - header[UNITS + 1]
        for level in range(2, header[TOP] + 1):
            least = min(least, header[WIDTH + level] - header[UNITS + level])
        most = min((header[SLOTS] + needed - header[W_MAX] + least - 1) // least, header[SLOTS])
        if most > len(reclaimed) or not has_space(header, ledger_action, ledger_iteration, most):
            return LEDGER_FULL
        if not bold and may_fall_short(header, family_node, ledger_action, needed):
            return UNSURE
        done = reclaim(
            header,
            tags[:capacity],
            tags[capacity:],
            scratch[:capacity],
            family_slot,
            family_node,
            state[at[10] : at[11]],
            state[at[11] : at[12]],
            ledger_action,
            ledger_iteration,
            state[at[1] : at[2]],
            state[at[2] : at[3]],
            state[at[3] : at[4]],
            state[at[4] : at[5]],
            state[at[5] : at[6]],
            min(AT_ONCE, at[5] - at[4], most),
            flat,
            needed,
            reclaimed,
        )
        if done == NO_ROOM:
            return NO_ROOM
    for _ in range(blocks):
        append_block(header, tags, family_slot, family_node)
    return done
