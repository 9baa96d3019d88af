"""Numbers with units, and times."""

from decimal import Decimal

import pytest

from sonde.filters.reading import read_bytes, read_count, read_duration, read_money, read_number, read_time

SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("500ms", 500_000_000), ("2s", 2 * SECOND_NS), ("1.5m", 90 * SECOND_NS), ("2", 2_000_000),
        ("1m30s", 90 * SECOND_NS), ("1h 2m", 3720 * SECOND_NS), ("-1s", -SECOND_NS), ("7us", 7_000),
        ("7µs", 7_000), ("1d", 86_400 * SECOND_NS), ("", None), ("s", None), ("2x", None), ("1s2", None),
        ("1e3ms", SECOND_NS), ("9e99s", None), ("1m-3s", None), ("--1s", None),
    ],
)  # fmt: skip
def test_durations(text: str, ns: int | None) -> None:
    assert read_duration(text) == ns


def test_counts_money_and_bytes() -> None:
    assert read_count("1.5k") == 1500
    assert read_count("2M") == 2_000_000
    assert read_count("2x") is None
    assert read_money("$0.05") == read_money("0.05usd") == read_money(".05") == Decimal("0.05")
    assert read_money("-$2") == -2
    assert read_money("$") is None
    assert read_bytes("1KiB") == 1024
    assert read_bytes("10 kB") == 10_000
    for text in ("nan", "inf", "1_000", "0x10", "١", "1e400", "9" * 40, "", "-"):
        assert read_number(text) is None


def test_a_time_is_as_long_as_it_is_written() -> None:
    day = read_time("2026-11-21")
    assert day is not None
    assert day.first_ns == 1_795_219_200 * SECOND_NS
    assert day.after_ns - day.first_ns == 86_400 * SECOND_NS
    minute = read_time("2026-11-21T01:30+01:00")
    assert minute is not None
    assert (minute.first_ns - day.first_ns, minute.after_ns - minute.first_ns) == (
        1800 * SECOND_NS,
        60 * SECOND_NS,
    )
    part = read_time("2026-11-21T00:00:00.25Z")
    assert part is not None
    assert (part.first_ns - day.first_ns, part.after_ns - part.first_ns) == (250_000_000, 10_000_000)
    # The day the clocks go back has 25 hours.
    long_day = read_time("2026-10-25", "Europe/Vienna")
    assert long_day is not None
    assert long_day.after_ns - long_day.first_ns == 25 * 3600 * SECOND_NS
    for text in ("2026-13-01", "2026-11-21T25:00", "1969-12-31", "9999-12-31", "0000-01-01", "today", "2026"):
        assert read_time(text) is None
