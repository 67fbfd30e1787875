"""Kinds of allocators that `Allocator` makes although they are built on it; who has them all brings them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

BROUGHT: dict[str, Callable[[], Callable[..., Any]]] = {}
"""What is asked for as a strategy -> loads the class."""
