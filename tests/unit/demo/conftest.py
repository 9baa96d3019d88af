"""One day of traffic, generated once for all tests of the demo."""

import pytest

from sonde.demo.calendar import DAY, HOUR, week_start_ns
from sonde.demo.generate import Generator
from sonde.demo.record import Hour

WEEK = 2_968
"""The week of 2026-11-16."""


@pytest.fixture(scope="session")
def week() -> list[Hour]:
    """All hours of one week."""
    generator = Generator()
    first = week_start_ns(WEEK) // HOUR
    return [generator.hour(number) for number in range(first, first + 7 * DAY // HOUR)]
