"""How the command line names an allocator: ``module:factory``, or with ``--exec`` a program."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from focalloc.spec.errors import InvalidInput

if TYPE_CHECKING:
    from focalloc.conformance.capabilities import Capabilities
    from focalloc.conformance.targets import Target


def factory_of(target: str) -> Callable[[], Any]:
    """The factory that ``target`` names; modules of the working directory are found, too.

    Raises:
        InvalidInput: there is no such module, no such name in it, or it cannot be called.
    """
    module_name, colon, name = target.partition(":")
    if not colon or not module_name or not name:
        raise InvalidInput("target", target, "must be module:factory, such as mypackage.allocator:Allocator")
    if "" not in sys.path:
        sys.path.append("")  # last: a process that inherits the path must not take a checkout's folder for the package
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module_name}.".startswith(f"{missing.name}."):
            raise InvalidInput("target", target, f"importing it failed: {missing}") from missing
        raise InvalidInput("target", target, f"there is no module {missing.name}") from None
    except Exception as error:  # somebody else's module may raise anything
        raise InvalidInput("target", target, f"importing it failed: {type(error).__name__}: {error}") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise InvalidInput("target", target, f"{module_name} has no {name}")
        found = getattr(found, part)
    if not callable(found):
        raise InvalidInput("target", target, f"{name} cannot be called; it should make a fresh allocator")
    factory: Callable[[], Any] = found
    return factory


def limited(open_target: Callable[[], Target], only: Capabilities) -> Callable[[], Target]:
    """``open_target``, for sessions within ``only``."""
    return partial(_limited, open_target, only)


def _limited(open_target: Callable[[], Target], only: Capabilities) -> Target:
    target = open_target()
    target.only = only
    return target


def target_of(module_factory: str, program: str, timeout: float) -> Callable[[], Target]:
    """What makes the target that exactly one of ``module_factory`` and ``program`` names; can be sent to a process.

    Raises:
        InvalidInput: none or both are given, or there is no such factory.
    """
    if bool(module_factory) == bool(program):
        raise InvalidInput("target", module_factory or None, "give either module:factory or --exec 'PROGRAM ARGUMENTS'")
    if module_factory:
        factory_of(module_factory)
        return partial(_python_target, module_factory, timeout)
    return partial(_program_target, program, timeout)


def _python_target(target: str, timeout: float) -> Target:
    from focalloc.conformance.targets import PythonTarget

    return PythonTarget(factory_of(target), target, timeout)


def _program_target(command: str, timeout: float) -> Target:
    from focalloc.conformance.programs import ProgramTarget

    return ProgramTarget(command, timeout)
