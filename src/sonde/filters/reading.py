"""Values of a filter as numbers and times, with their units."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from zoneinfo import ZoneInfo

NUMBER_LIMIT = Decimal(10) ** 18
"""Larger numbers are a mistake."""

_NUMBER = re.compile(r"([+-]?)(\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE]([+-]?\d{1,2}))?", re.ASCII)
_UNIT = re.compile(r"\s*([a-zµμ]*)\s*")
_COUNTS = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "g": 1_000_000_000}
_BYTES = {
    "": 1, "b": 1, "k": 1_000, "kb": 1_000, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9,
    "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}  # fmt: skip
_NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "": 10**6, "s": 10**9, "sec": 10**9,
    "m": 60 * 10**9, "min": 60 * 10**9, "h": 3_600 * 10**9, "d": 86_400 * 10**9,
}  # fmt: skip
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TRUE_WORDS = ("true", "yes", "1", "on")
FALSE_WORDS = ("false", "no", "0", "off")


@dataclass(frozen=True, slots=True)
class Instants:
    """The time a value stands for: from ``first_ns`` up to but not including ``after_ns``, because a day or a
    minute is not one instant.
    """

    first_ns: int
    after_ns: int


def read_number(text: str) -> Decimal | None:
    """A plain number; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    value = Decimal(found[1] + found[2]).scaleb(int(found[3] or 0))
    return value if abs(value) < NUMBER_LIMIT else None


def read_count(text: str) -> Decimal | None:
    """A number with k, m or b for thousands, millions, billions."""
    return _with_unit(text, _COUNTS)


def read_money(text: str) -> Decimal | None:
    """US dollars: 0.05, $0.05, 0.05usd, $1k."""
    plain = text.strip().lower().removesuffix("usd").strip()
    sign = "-" if plain.startswith("-") else ""
    return _with_unit(sign + plain.removeprefix("-").removeprefix("$"), _COUNTS)


def read_bytes(text: str) -> Decimal | None:
    """Bytes: 512, 10kB, 1MiB."""
    return _with_unit(text, _BYTES)


def read_duration(text: str) -> Decimal | None:
    """Nanoseconds of 500ms, 2s, 1.5m, 1m30s, 2h; milliseconds without a unit."""
    rest = text.strip().lower()
    total = Decimal(0)
    count = 0
    while rest:
        number = _NUMBER.match(rest)
        unit = _UNIT.match(rest, number.end()) if number else None
        if number is None or unit is None or (count and (number[1] or not unit[1])):
            return None
        part = _with_unit(number[0] + unit[1], _NANOSECONDS)
        if part is None:
            return None
        total = total - part if total < 0 else total + part
        rest = rest[unit.end() :]
        count += 1
    return total if count and abs(total) < NUMBER_LIMIT else None


def _with_unit(text: str, units: dict[str, int]) -> Decimal | None:
    text = text.strip()
    found = _NUMBER.match(text)
    if not found:
        return None
    factor = units.get(text[found.end() :].strip().lower())
    number = read_number(found[0])
    if factor is None or number is None:
        return None
    value = number * factor
    return value if abs(value) < NUMBER_LIMIT else None


def read_flag(text: str) -> bool | None:
    """True or false."""
    word = text.strip().lower()
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


@cache
def zone(name: str) -> tzinfo:
    """A time zone by its name. Raises ValueError, KeyError or OSError for one that is not known."""
    return UTC if name.upper() == "UTC" else ZoneInfo(name)


def read_time(text: str, time_zone: str = "UTC") -> Instants | None:
    """A day, an hour, a minute, a second or a part of one: 2026-11-21, 2026-11-21T10:00, …T10:00:00.5Z."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        local = datetime(  # noqa: DTZ001 - the zone comes below
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
        length = (
            timedelta(days=1)
            if hour is None
            else timedelta(hours=1)
            if minute is None
            else timedelta(minutes=1)
            if second is None
            else timedelta(seconds=1)
        )
        after = local + length
        first_ns, after_ns = (_ns(moment, offset, time_zone) for moment in (local, after))
    except (ValueError, OverflowError):
        return None
    if fraction:
        unit = 10 ** (9 - len(fraction))
        first_ns += int(fraction) * unit
        after_ns = first_ns + unit
    if not (first_ns >= 0 and after_ns < 1 << 63):
        return None
    return Instants(first_ns, after_ns)


def _ns(moment: datetime, offset: str | None, time_zone: str) -> int:
    if offset is None:
        place = zone(time_zone)
    elif offset in ("Z", "z"):
        place = UTC
    else:
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        place = timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
    since = moment.replace(tzinfo=place) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000


def floor(value: Decimal, step: Decimal = Decimal(1)) -> Decimal:
    """The multiple of ``step`` at or below."""
    return (value / step).to_integral_value(ROUND_FLOOR) * step


def ceiling(value: Decimal, step: Decimal = Decimal(1)) -> Decimal:
    """The multiple of ``step`` at or above."""
    return (value / step).to_integral_value(ROUND_CEILING) * step
