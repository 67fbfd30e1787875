"""``focalloc serve``: a built-in allocator on stdin and stdout, in wire protocol 1."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer


class Built(StrEnum):
    """The built-in allocators."""

    fast = "fast"
    reference = "reference"


def serve(
    implementation: Annotated[
        Built, typer.Option("--implementation", "-i", help="The fast path, or the reference.")
    ] = Built.fast,
) -> None:
    """Answer wire protocol 1 on stdin and stdout until close or the end of the input.

    One JSON object per line, each command answered by one line. Scores and thresholds are fixed point (2^20 per 1.0).
    Try: echo '{"cmd": "hello", "protocol": 1}' | focalloc serve
    """
    from focalloc import __version__
    from focalloc.conformance.server import Servable
    from focalloc.conformance.server import serve as answer
    from focalloc.fastpath.allocator import STRATEGIES as COMPILED
    from focalloc.fastpath.allocator import Allocator
    from focalloc.refimpl.allocator import STRATEGIES, ReferenceAllocator

    def fresh() -> Servable:
        return ReferenceAllocator() if implementation is Built.reference else Allocator()

    answer(
        fresh,
        sys.stdin.buffer,
        sys.stdout.buffer,
        name=f"focalloc-{implementation.value}",
        version=__version__,
        strategies=list(STRATEGIES if implementation is Built.reference else COMPILED),
    )
