"""What all tests share: Hypothesis profiles, and loud skips for what the machine lacks."""

import os

import pytest
from hypothesis import settings

from tests.needs import missing

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
MARKERS = ("browser", "postgres", "redis", "node")

# Deadlines measure the machine, not the code. A failing example prints the blob that replays it.
settings.register_profile("local", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "local"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose needs are not met; in continuous integration that is a failure."""
    for marker in MARKERS:
        if item.get_closest_marker(marker) is None:
            continue
        reason = missing(marker)
        if reason is not None and IN_CI:
            pytest.fail(f"{reason} (CI=true: nothing may be skipped)", pytrace=False)
        if reason is not None:
            pytest.skip(reason)
