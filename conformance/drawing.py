"""What Hypothesis draws sessions from: the seed alone. Needs the conformance extra."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import hypothesis

try:  # a part that is not promised to stay
    from hypothesis.internal.conjecture import providers

    _NONE = type(providers.GLOBAL_CONSTANTS)()
    _CACHE = type(providers.CONSTANTS_CACHE)
    KNOWN = callable(providers._get_local_constants)
except (ImportError, AttributeError, TypeError):
    KNOWN = False


@contextmanager
def seed_alone() -> Iterator[None]:
    """Have Hypothesis draw by its seed alone.

    It mixes in constants from the source of whatever modules are loaded, so that one seed would give other sessions in
    another process. With a version where that cannot be kept out, a warning says so.
    """
    if not KNOWN:
        warnings.warn(
            f"Hypothesis {hypothesis.__version__} is not one that the judge has been tried with: the same seed may "
            "give other sessions in another process",
            RuntimeWarning,
            stacklevel=3,
        )
        yield
        return
    with (
        patch.object(providers, "_get_local_constants", lambda: _NONE),
        patch.object(providers, "CONSTANTS_CACHE", _CACHE(1024)),
    ):
        yield
