"""How a test runs a command in its own process."""

from __future__ import annotations

import pytest

from focalloc.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit status of ``focalloc`` with these arguments, what it printed and what it complained of."""
    with pytest.raises(SystemExit) as left:
        main([*arguments])
    assert isinstance(left.value.code, int)
    return (left.value.code, *capsys.readouterr())
