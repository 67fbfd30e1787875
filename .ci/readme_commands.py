"""Print the commands of the README's first shell block, one per line: the main job, then the tests."""

import re
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def commands(text: str) -> list[str]:
    """The lines of the first ``sh`` block of ``text``."""
    block = re.search(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if block is None:
        raise SystemExit("README.md has no sh block")
    return block.group(1).splitlines()


if __name__ == "__main__":
    print("\n".join(commands(README.read_text(encoding="utf-8"))))
