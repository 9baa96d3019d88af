"""Steps of a time series: a number of seconds, or days, weeks and months of a time zone."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sonde.model.errors import BadInput

SECOND_NS = 1_000_000_000
DAY_S = 86_400
POINTS_MAX = 2_000
AUTO = (
    (15 * 60, 15),
    (2 * 3_600, 60),
    (6 * 3_600, 300),
    (DAY_S, 900),
    (7 * DAY_S, 3_600),
    (31 * DAY_S, 6 * 3_600),
)
"""Ranges up to so many seconds → step in seconds; longer ones go by days."""
Calendar = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Interval:
    """The steps that touch a range."""

    starts: tuple[int, ...]
    """Seconds since 1970, ascending. The first may lie before the range."""
    end: int
    """Where the last one ends."""
    seconds: int | None
    """Length; None for calendar steps."""
    sql: str
    """Start of the step of a time (``{time}``), as Int64 seconds."""

    @property
    def align(self) -> int:
        """The longest step, in seconds since 1970, that fits into every one of these."""
        return math.gcd(*self.starts, self.end)

    def lengths(self, from_ns: int, to_ns: int) -> list[float]:
        """Seconds of each step that lie inside a range."""
        ends = (*self.starts[1:], self.end)
        first, last = from_ns / SECOND_NS, to_ns / SECOND_NS
        return [min(end, last) - max(start, first) for start, end in zip(self.starts, ends, strict=True)]


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises `BadInput`."""
    try:
        if not name.replace("/", "").replace("_", "").replace("-", "").replace("+", "").isalnum():
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            f"'{name[:60]}' is no time zone.", hint="Use an IANA name such as Europe/Vienna."
        ) from None


def interval_of(text: str | int, from_ns: int, to_ns: int, zone: ZoneInfo) -> Interval:
    """The steps of ``auto``, a number of seconds, ``day``, ``week`` or ``month``. Raises `BadInput`."""
    length = (to_ns - from_ns) / SECOND_NS
    if text == "auto":
        found = next((seconds for longest, seconds in AUTO if length <= longest), None)
        return _fixed(found, from_ns, to_ns, zone) if found else _auto_calendar(from_ns, to_ns, zone)
    if text in ("day", "week", "month"):
        return _calendar(text, from_ns, to_ns, zone)
    if isinstance(text, str) and not text.isdecimal():
        raise BadInput(
            f"'{text[:60]}' is no interval.", hint="Use auto, day, week, month or a number of seconds."
        )
    seconds = int(text)
    if not 1 <= seconds <= 366 * DAY_S:
        raise BadInput("An interval has 1 second to 366 days.")
    if length / seconds > POINTS_MAX:
        raise BadInput(f"That are more than {POINTS_MAX} points.", hint="Use a longer interval.")
    return _fixed(seconds, from_ns, to_ns, zone)


def clock_align(from_ns: int, to_ns: int, zone: ZoneInfo) -> int:
    """Seconds such that every full hour of the zone in this range begins at a multiple of them."""
    first, last = from_ns // SECOND_NS, to_ns // SECOND_NS
    moments = {*range(first, last, max(DAY_S, (last - first) // 400)), last}
    return math.gcd(3_600, *(_offset(zone, moment) for moment in moments))


def _fixed(seconds: int, from_ns: int, to_ns: int, zone: ZoneInfo) -> Interval:
    first, last = from_ns // SECOND_NS, -(-to_ns // SECOND_NS)
    # Steps begin with the zone's day, as it is at the beginning of the range.
    offset = _offset(zone, first) % seconds
    start = (first + offset) // seconds * seconds - offset
    starts = tuple(range(start, last, seconds))
    sql = f"intDiv(toInt64(toUnixTimestamp({{time}})) + {offset:d}, {seconds:d}) * {seconds:d} - {offset:d}"
    return Interval(starts, starts[-1] + seconds, seconds, sql)


def _auto_calendar(from_ns: int, to_ns: int, zone: ZoneInfo) -> Interval:
    days = (to_ns - from_ns) / SECOND_NS / DAY_S
    unit: Calendar = "day" if days <= 400 else "week" if days <= 2_000 else "month"
    return _calendar(unit, from_ns, to_ns, zone)


def _calendar(unit: Calendar, from_ns: int, to_ns: int, zone: ZoneInfo) -> Interval:
    last = -(-to_ns // SECOND_NS)
    begin, following, function = _CALENDAR[unit]
    day = begin(
        datetime.fromtimestamp(from_ns // SECOND_NS, zone).replace(hour=0, minute=0, second=0, fold=0)
    )
    starts = [int(day.timestamp())]
    while starts[-1] < last:
        if len(starts) > POINTS_MAX:
            raise BadInput(f"That are more than {POINTS_MAX} points.", hint="Use a longer interval.")
        day = following(day)
        starts.append(int(day.timestamp()))
    # Dates of weeks and months become the zone's midnight.
    sql = f"toInt64(toUnixTimestamp(toDateTime({function.format(zone=zone.key)}, '{zone.key}')))"
    return Interval(tuple(starts[:-1]), starts[-1], None, sql)


def _next_month(day: datetime) -> datetime:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


_CALENDAR: dict[Calendar, tuple[Callable[[datetime], datetime], Callable[[datetime], datetime], str]] = {
    "day": (lambda day: day, lambda day: day + timedelta(days=1), "toDate({{time}}, '{zone}')"),
    "week": (
        lambda day: day - timedelta(days=day.weekday()),
        lambda day: day + timedelta(days=7),
        "toStartOfWeek({{time}}, 1, '{zone}')",
    ),
    "month": (lambda day: day.replace(day=1), _next_month, "toStartOfMonth({{time}}, '{zone}')"),
}
"""Start of the step a day lies in, start of the next one, and the same in SQL."""


def _offset(zone: ZoneInfo, moment_s: int) -> int:
    offset = datetime.fromtimestamp(moment_s, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
