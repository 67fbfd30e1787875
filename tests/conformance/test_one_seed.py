"""One seed draws the same sessions, whatever else is the case where it is drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256

import pytest

from focalloc.conformance.cases import to_json
from focalloc.conformance.sessions import sessions

DRAWN = """
import sys, threading
from hashlib import sha256
from focalloc.conformance.cases import to_json
from focalloc.conformance.sessions import sessions

def digest():
    text = "".join(to_json(case).decode() for profile in ("safety", "enhanced", "projection")
                   for case in sessions(profile, 7, 0, 12))
    print(sha256(text.encode()).hexdigest())

if sys.argv[1] == "thread":
    other = threading.Thread(target=digest)
    other.start()
    other.join()
else:
    digest()
"""


@pytest.fixture(scope="module")
def here() -> str:
    profiles = ("safety", "enhanced", "projection")
    text = "".join(to_json(case).decode() for profile in profiles for case in sessions(profile, 7, 0, 12))
    return sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "where",
    [
        {"PYTHONHASHSEED": "0"},
        {"PYTHONHASHSEED": "4294967295"},
        {"CI": "true", "HYPOTHESIS_PROFILE": "ci"},
        {"PYTHONOPTIMIZE": "1", "LC_ALL": "C"},
        {"THREAD": "1"},
    ],
    ids=lambda where: ",".join(where),
)
def test_one_seed_the_same_sessions(where: dict[str, str], here: str) -> None:
    plain = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTHONHASHSEED")}
    mode = "thread" if "THREAD" in where else "main"
    drawn = subprocess.run(
        [sys.executable, "-c", DRAWN, mode], env=plain | where, capture_output=True, text=True, check=True
    )
    assert drawn.stdout.strip() == here


def test_another_seed_draws_other_sessions(here: str) -> None:
    profiles = ("safety", "enhanced", "projection")
    text = "".join(to_json(case).decode() for profile in profiles for case in sessions(profile, 8, 0, 12))
    assert sha256(text.encode()).hexdigest() != here
