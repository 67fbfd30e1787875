"""How a test runs the command in a process of its own."""

from __future__ import annotations

import sys

import pytest

HEED_INTERRUPTS = """
import signal, sys
from focalloc.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background ignores them
main(sys.argv[1:])
"""


@pytest.fixture
def focalloc() -> list[str]:
    """The words that a command line of ``focalloc`` begins with, so that it can be interrupted wherever it runs."""
    return [sys.executable, "-c", HEED_INTERRUPTS]
