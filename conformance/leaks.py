"""Failures that take an earlier session: state that outlives ``open``.

A session that fails among others and passes by itself, in a fresh process, fails because of what was before it. Both
are made one case, in which a second ``open`` follows the steps of the first, so that it can be shrunk, saved and
replayed as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from focalloc.conformance.cases import Case, Opening, Step

MOST_EARLIER = 64
"""Sessions before a failing one that are looked at for what it depends on."""


def joined(cases: Sequence[Case]) -> Case:
    """One session that is ``cases``, one after another."""
    first, *others = cases
    steps = list(first.steps)
    for case in others:
        steps += [Step(open=opening(case)), *case.steps]
    return replace(first, steps=tuple(steps), told=cases[-1].told)


def opening(case: Case) -> Opening:
    """How ``case`` opens, as an open in mid-session that leaves nothing to what was before."""
    return Opening(
        context=tuple((level, start) for level, start in case.context),
        geometry={"arity": list(case.geometry.arity), "cost": list(case.geometry.cost)},
        params=case.params.to_dict(),
    )


def with_what_it_takes(earlier: Sequence[Case], failing: Case, fails_afresh: Callable[[Case], bool]) -> Case | None:
    """``failing`` with the sessions before it that it needs to fail in a fresh process; None if they do not do it.

    Args:
        earlier: the sessions before it, in order.
        failing: passes by itself in a fresh process.
        fails_afresh: whether a case fails in a fresh process as ``failing`` did.
    """
    for few in _ever_more(earlier):
        if fails_afresh(joined([*few, failing])):
            for one in few:  # seldom does it take more than one
                if len(few) > 1 and fails_afresh(joined([one, failing])):
                    return joined([one, failing])
            return joined([*few, failing])
    return None


def _ever_more(earlier: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """The last one of ``earlier``, the last two, four and so on."""
    count = 1
    while earlier:
        yield earlier[-count:]
        if count >= min(len(earlier), MOST_EARLIER):
            return
        count *= 2
