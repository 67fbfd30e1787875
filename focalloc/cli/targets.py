"""How the command line names an allocator: ``module:factory``, or with ``--exec`` a program."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from focalloc.cli.options import START_TIMEOUT
from focalloc.spec.errors import InvalidInput

if TYPE_CHECKING:
    from focalloc.conformance.capabilities import Capabilities
    from focalloc.conformance.targets import Target


def limited(open_target: Callable[[], Target], only: Capabilities) -> Callable[[], Target]:
    """``open_target``, for sessions within ``only``."""
    return partial(_limited, open_target, only)


def _limited(open_target: Callable[[], Target], only: Capabilities) -> Target:
    target = open_target()
    target.only = only
    return target


def target_of(
    module_factory: str, program: str, timeout: float, start_timeout: float = START_TIMEOUT
) -> Callable[[], Target]:
    """What makes the target that exactly one of ``module_factory`` and ``program`` names; can be sent to a process.

    Raises:
        InvalidInput: none or both are given, or there is no such program. Whether there is such a factory, shows when
            the target is entered.
    """
    from focalloc.conformance.process import checked_command
    from focalloc.conformance.targets import ModuleTarget, ProgramTarget

    if bool(module_factory) == bool(program):
        raise InvalidInput("target", module_factory or None, "give either module:factory or --exec 'PROGRAM ARGUMENTS'")
    if module_factory:
        return partial(ModuleTarget, module_factory, timeout, start_timeout)
    checked_command(program)
    return partial(ProgramTarget, program, timeout, start_timeout)
