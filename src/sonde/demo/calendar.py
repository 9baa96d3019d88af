"""What is true at which time: the rate of traffic, releases, prompt versions. Pure functions of the clock."""

import math
from dataclasses import dataclass
from functools import lru_cache

from sonde.demo.assumptions import weekend_factor
from sonde.demo.figures import DAY_TOTALS_MILLION, HourProfile
from sonde.demo.sampling import seeded

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY

_EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday; Monday is 0."""
_FIRST_WEEK = 2_930
"""Weeks since 1970 when the company shipped version 1 of everything (February 2026)."""


def weekday(at_ns: int) -> int:
    """Day of the week, Monday is 0, UTC."""
    return (at_ns // DAY + _EPOCH_WEEKDAY) % 7


def week_of(at_ns: int) -> int:
    """Whole weeks from the first Monday of 1970: weeks begin on Monday 00:00 UTC."""
    return (at_ns // DAY + _EPOCH_WEEKDAY) // 7


def week_start_ns(week: int) -> int:
    """Monday 00:00 UTC of a week of `week_of`."""
    return (week * 7 - _EPOCH_WEEKDAY) * DAY


def rate_factor(profile: HourProfile, at_ns: int, office: bool) -> float:
    """Traffic relative to the mean hour: hour of day, day to day, and the weekend where people sleep in."""
    hours = profile.relative
    position = at_ns % DAY / HOUR
    hour = int(position)
    blend = position - hour
    of_day = hours[hour] * (1 - blend) + hours[(hour + 1) % 24] * blend
    totals = DAY_TOTALS_MILLION
    of_date = totals[at_ns // DAY % len(totals)] / (sum(totals) / len(totals))
    weekend = weekend_factor()
    days_off = weekend if weekday(at_ns) >= 5 else (7 - 2 * weekend) / 5
    return of_day * of_date * (days_off if office else 1 - (1 - days_off) * 0.35)


@dataclass(frozen=True)
class Release:
    """A version of a service or of a prompt and when it went out."""

    version: str
    since_ns: int
    number: int


@lru_cache(maxsize=512)
def _release_of_week(name: str, week: int) -> Release:
    """Each thing ships once a week, on a working day between 09:00 and 15:00 UTC."""
    rng = seeded(f"release/{name}/{week}")
    at = week_start_ns(week) + rng.randrange(5) * DAY + 9 * HOUR + int(rng.random() * 6 * HOUR)
    number = week - _FIRST_WEEK
    return Release(version=str(number), since_ns=at // SECOND * SECOND, number=number)


def release(name: str, at_ns: int) -> Release:
    """The newest release of something at a time."""
    week = week_of(at_ns)
    newest = _release_of_week(name, week)
    return newest if newest.since_ns <= at_ns else _release_of_week(name, week - 1)


def release_of_week(name: str, week: int) -> Release:
    """What a week ships."""
    return _release_of_week(name, week)


def prompt_size_factor(prompt: str, number: int) -> float:
    """How much longer or shorter the instructions of a prompt version are: versions differ, so costs step."""
    return math.exp(seeded(f"prompt/{prompt}/{number}").uniform(-0.28, 0.42))
