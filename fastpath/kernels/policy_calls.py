"""What production calls for a learned policy: one iteration by its answer, which is judged before it is applied."""

from __future__ import annotations

from functools import partial

import numpy as np

from focalloc.fastpath.kernels.application import apply, first_misfit, unmark
from focalloc.fastpath.kernels.calls import adapt_terms, has_room, observe_use, remember_actions, session_of
from focalloc.fastpath.kernels.greedy import select
from focalloc.fastpath.kernels.knapsack import name_actions, pool_collapses, select_optimum
from focalloc.fastpath.kernels.layout import (
    CAP,
    CHEAP,
    DIFFERS,
    FAMILIES,
    HIDDEN,
    ITERATION,
    KNOWN_OF_ITEM,
    LEDGER_FROM,
    LEDGER_FULL,
    LOOK,
    MISFIT,
    MULTI_SLOT,
    N_DIFF,
    NETWORK,
    NUMBER,
    OUT_OF_SPACE,
    SIDES,
    SLOTS,
    SOFT_MARGIN,
    TAU_COLLAPSE,
    TAU_EXPAND,
    TOLD_AT,
    UNLOCKED,
    W_MAX,
    W_SOFT,
    WORK_FULL,
    WORK_HEADER,
    WORK_OFFSETS,
    Calls,
    Ints,
    LongRows,
    Longs,
    Look,
    Network,
    Scratch,
    ScratchRows,
    Session,
    Table,
    TagRows,
    Tags,
    Weights,
    Work,
)
from focalloc.fastpath.kernels.ledger import forget
from focalloc.fastpath.kernels.policy import hand_on, infer, list_items, take_off
from focalloc.fastpath.kernels.scores import bound
from focalloc.fastpath.kernels.search_calls import arrives, sets_out, wide_worths, work_of
from focalloc.fastpath.machine_code import kernel, let_go, take_back


@kernel
def network_of(table: Weights) -> Network:
    """The layers of a policy, cut out of its table."""
    width = table[HIDDEN]
    gate = NETWORK + SIDES * (CHEAP + 1)
    encode = gate + SIDES * (KNOWN_OF_ITEM + 1) * width
    mix = encode + SIDES * (5 * width + 1) * width
    return Network(table[:NETWORK], table[NETWORK:gate], table[gate:encode], table[encode:mix], table[mix:])


@kernel
def look_in(space: Longs, told: Ints, width: int) -> Look:
    """The tables of a look at the items, cut out of those of a search, and what the iteration was told."""
    at = space[WORK_OFFSETS:]
    looked = space[at[38] : at[39]]
    numbers = space[at[39] : at[40]].view(np.int32)
    listed = SIDES * LOOK
    inputs = KNOWN_OF_ITEM * (listed + 1)
    activations = inputs + listed * width
    return Look(
        told,
        space[at[34] : at[35]].view(np.int32),
        space[at[18] : at[19]],
        space[at[35] : at[36]],
        space[at[36] : at[37]],
        space[at[37] : at[38]],
        looked[:listed],
        looked[listed : 2 * listed],
        looked[3 * listed : 3 * listed + SIDES + 1],
        looked[2 * listed : 3 * listed],
        numbers[:KNOWN_OF_ITEM],
        numbers[KNOWN_OF_ITEM:inputs],
        numbers[inputs:activations],
        numbers[activations : activations + 4 * width],
        numbers[activations + 4 * width : activations + 5 * width],
        numbers[activations + 5 * width : activations + 6 * width],
        looked[3 * listed + SIDES + 1 :],
    )


@kernel
def look_of(session: Session, scratch: Scratch, space: Longs, width: int) -> Look:
    """`look_in`, with the row that the iteration was told: that which it goes by, if no other is kept."""
    told = session.fixed
    if session.header[TOLD_AT] > 0:
        told = scratch[session.header[TOLD_AT] :]
    return look_in(space, told, width)


@kernel
def list_rival(session: Session, rival: Table) -> int:
    """List what greedy would do; return how many actions."""
    if session.header[MULTI_SLOT] == 1:
        bound(session.header, session.tags, session.fixed, session.peaks)
    done = select(session)
    for i in range(done):
        rival[i] = session.actions[i]
    unmark(session, done)
    return done


@kernel
def is_another(session: Session, rival: Ints, done: int, rivals: int) -> bool:
    """Whether the ``done`` actions are others than greedy's, whatever their order."""
    if done != rivals:
        return True
    for i in range(done):
        found = False
        for j in range(rivals):
            if rival[j] == session.actions[i]:
                found = True
        if not found:
            return True
    return False


@kernel
def select_preferred(session: Session, work: Work) -> int:
    """As `select_optimum`, of what a policy prefers, which neither thresholds nor the soft budget bind (POL-5)."""
    header = session.header
    w_soft, margin = header[W_SOFT], header[SOFT_MARGIN]
    tau_expand, tau_collapse = header[TAU_EXPAND], header[TAU_COLLAPSE]
    header[W_SOFT] = header[W_MAX]
    header[SOFT_MARGIN], header[TAU_EXPAND], header[TAU_COLLAPSE] = 0, 0, 0
    pool_collapses(session, work)
    done = select_optimum(session, work)
    header[W_SOFT], header[SOFT_MARGIN] = w_soft, margin
    header[TAU_EXPAND], header[TAU_COLLAPSE] = tau_expand, tau_collapse
    return done


@partial(kernel, inlined=True)
def select_by_policy(session: Session, scratch: Scratch, space: Longs, layers: Network) -> int:
    """Choose as `select_preferred` does, by what a policy prefers; arguments as for `run_policy`."""
    look = look_of(session, scratch, space, layers.sizes[HIDDEN])
    work = work_of(space, wide_worths(space))
    look.sizes[SIDES] = work.header[CAP]
    # CANDIDATES (POL-1 to POL-4)
    list_items(session, layers, look)
    infer(session, layers, look)
    hand_on(session, work, look)
    # SELECT (POL-5)
    done = select_preferred(session, work)
    take_off(work, look)
    return done


@kernel
def run_policy(tags: Tags, scratch: Scratch, state: Longs, space: Longs, network: Weights) -> int:
    """One iteration by a policy's answer on scores that are taken; return how many actions, or why nothing happened.

    Args:
        tags: tags, then as much to spare.
        scratch: what `run_prepare` has written.
        state: the header, and behind it the tables at its offsets.
        space: the header of the work space, and behind it its tables at its offsets.
        network: the policy, see `NETWORK` and `Network`.

    Returns:
        How many; `LEDGER_FULL`, `WORK_FULL` or `MISFIT`, and nothing has changed. `DIFFERS` says whether greedy would
        have done something else.
    """
    session = session_of(tags, scratch, state)
    header = session.header
    if not has_room(session, state, header[N_DIFF]):
        return LEDGER_FULL
    adapt_terms(state)
    held = let_go(header[UNLOCKED])
    oldest = header[LEDGER_FROM]
    header[ITERATION] += 1
    forget(header, session.ledger_iteration)
    at = space[WORK_OFFSETS:]
    rival = space[at[25] : at[26]]
    rivals = list_rival(session, rival)
    # CANDIDATES and SELECT
    done = select_by_policy(session, scratch, space, network_of(network))
    work = work_of(space, wide_worths(space))
    answer = WORK_FULL
    if done != OUT_OF_SPACE:
        # JUDGE and APPLY
        name_actions(session, done, work.chosen, work.chosen_notes)
        work.header[DIFFERS] = 1 if is_another(session, rival, done, rivals) else 0
        answer = done if first_misfit(session, done) == done else MISFIT
    if answer >= 0:
        apply(session, done, session.actions)
        remember_actions(session, state, done, session.actions)
        observe_use(state)
    else:
        header[ITERATION] -= 1
        header[LEDGER_FROM] = oldest
    take_back(held)
    return answer


@kernel
def clear(header: Ints, space: Longs) -> None:
    """Set what `hand_on` expects to be 0 to that, where another session's tables have lain."""
    at = space[WORK_OFFSETS:]
    worth, wishes = space[at[17] : at[18]], space[at[16] : at[17]]
    for slot in range(header[SLOTS]):
        worth[slot] = 0
    for family in range(header[FAMILIES]):
        wishes[family] = 0


@kernel
def run_policies(
    tags: TagRows, scratch: ScratchRows, state: LongRows, space: Longs, network: Weights, calls: Calls
) -> None:
    """`run_policy` for many sessions of one policy, as `search_calls.run_knapsacks` has it.

    Of each, `DIFFERS` is told in its own header of the work space, at the end of its row of ``state``.
    """
    held = let_go(1)
    for i in range(len(calls)):
        session = calls[i, NUMBER]
        if sets_out(state[session], space, calls[i]):
            clear(state[session], space)
            done = run_policy(tags[session], scratch[session], state[session], space, network)
            asked = state[session][len(state[session]) - WORK_HEADER :]
            asked[DIFFERS] = space[DIFFERS]
            arrives(state[session], done, calls[i])
    take_back(held)
