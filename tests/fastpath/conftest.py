"""Fixtures about the kernels."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import pytest

from focalloc.fastpath import kernels


def kernel_modules() -> list[ModuleType]:
    """The modules of the kernels, in their order."""
    return [import_module(f"{kernels.__name__}.{name}") for name in kernels.MODULES]


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain functions in place of the compiled ones, wherever they are named, but for what production calls.

    What production calls must be compiled before its helpers are not.
    """
    for module in kernel_modules():
        for name, value in list(vars(module).items()):
            called = name.startswith("run_") and value.__module__.endswith("calls")
            if hasattr(value, "py_func") and not called:
                monkeypatch.setattr(module, name, value.py_func)
