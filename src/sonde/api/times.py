"""Times in and out: RFC 3339 text on the wire, nanoseconds since 1970 inside."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sonde.model.errors import BadInput
from sonde.model.limits import TIME_MAX_NS, TIME_MIN_NS

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS
DEFAULT_RANGE_NS = DAY_NS

_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))"
)
_RELATIVE = re.compile(r"-(\d{1,6})(s|m|h|d|w)")
_UNITS_NS = {"s": SECOND_NS, "m": 60 * SECOND_NS, "h": HOUR_NS, "d": DAY_NS, "w": 7 * DAY_NS}


class TimeRange(NamedTuple):
    """``from_ns <= time < to_ns``."""

    from_ns: int
    to_ns: int

    @property
    def before(self) -> "TimeRange":
        """The range of equal length just before this one."""
        return TimeRange(max(0, 2 * self.from_ns - self.to_ns), self.from_ns)


def parse_time(text: str, now_ns: int, name: str = "time") -> int:
    """Nanoseconds of RFC 3339 text, ``now``, or a time before now such as ``-24h``. Raises `BadInput`."""
    if text == "now":
        return now_ns
    relative = _RELATIVE.fullmatch(text)
    if relative:
        return max(0, now_ns - int(relative[1]) * _UNITS_NS[relative[2]])
    # A plus sign that was not encoded arrives as a space.
    match = _RFC3339.fullmatch(re.sub(r" (\d{2}:\d{2})$", r"+\1", text))
    if match is None:
        raise BadInput(
            f"'{text[:60]}' is no time ({name}).", hint="Use 2026-11-21T09:30:00Z, now, or -15m, -24h, -7d."
        )
    day, clock, fraction, zulu, sign, hours, minutes = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}+00:00")
    except ValueError:
        raise BadInput(f"'{text[:60]}' is no time ({name}).") from None
    if not zulu:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        moment = moment - offset if sign == "+" else moment + offset
    whole = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * SECOND_NS
    value = whole + int((fraction or "").ljust(9, "0"))
    if not 0 <= value <= TIME_MAX_NS:
        raise BadInput(f"'{text[:60]}' is out of range ({name}).", hint="Times are from 1970 to 2262.")
    return value


def format_time(ns: int) -> str:
    """RFC 3339 in UTC with nine digits of the second, so that text order is time order."""
    seconds, fraction = divmod(ns, SECOND_NS)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def time_range(from_: str | None, to: str | None, now_ns: int) -> TimeRange:
    """The range of two parameters: the last 24 hours by default. Raises `BadInput`."""
    end = parse_time(to, now_ns, "to") if to else now_ns
    start = parse_time(from_, now_ns, "from") if from_ else max(TIME_MIN_NS, end - DEFAULT_RANGE_NS)
    if start >= end:
        raise BadInput("'from' has to be before 'to'.")
    return TimeRange(start, end)
