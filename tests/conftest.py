"""Hypothesis profiles for the whole suite: `dev` by default, `ci` with HYPOTHESIS_PROFILE=ci."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile(
    "ci", deadline=None, max_examples=200, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
os.environ.pop("COLUMNS", None)  # what commands print is as wide as it says; pytest-xdist sets it
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
