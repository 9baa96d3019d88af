"""When the disk is full: arithmetic on what is stored, what arrives and what retention frees."""

import pytest

from sonde.api.reads.growth import Growth, forecast
from sonde.api.services import TableReport
from sonde.api.times import DAY_NS
from sonde.store.catalog import RetentionDays

NOW_NS = 20_000 * DAY_NS
GIB = 1 << 30


def table(name: str, size: int, days: int) -> TableReport:
    return TableReport(name, rows=1000, bytes=size, oldest_ns=NOW_NS - days * DAY_NS, newest_ns=NOW_NS)


def days_until_full(
    tables: list[TableReport], daily: dict[str, float], free: int, **kept: int
) -> float | None:
    found = forecast(tables, Growth(7, daily), RetentionDays(**kept), free_bytes=free, now_ns=NOW_NS)
    return None if found.full_ns is None else (found.full_ns - NOW_NS) / DAY_NS


def test_without_retention_in_sight_it_is_free_over_pace() -> None:
    assert days_until_full([table("spans", GIB, 1)], {"spans": GIB}, 10 * GIB, spans=90) == 10


def test_retention_that_frees_as_much_as_arrives_fills_nothing() -> None:
    # Thirty days at the pace are stored already, and thirty are kept.
    assert days_until_full([table("spans", 30 * GIB, 30)], {"spans": GIB}, 2 * GIB, spans=30) is None


def test_a_disk_too_small_for_the_retention_is_full_before_it_begins_to_free() -> None:
    assert days_until_full([table("logs", 5 * GIB, 5)], {"logs": GIB}, 20 * GIB, logs=90) == 20
    assert days_until_full([table("logs", 5 * GIB, 5)], {"logs": GIB}, 86 * GIB, logs=90) is None


def test_scores_are_kept_for_ever() -> None:
    assert days_until_full([table("scores", GIB, 300)], {"scores": GIB}, 400 * GIB) == 400


def test_a_faster_pace_than_before_fills_even_a_store_that_frees() -> None:
    # Ten old days of a tenth each are freed while ten times as much arrives; then it is even.
    assert days_until_full([table("metrics", GIB, 10)], {"metrics": GIB}, 8 * GIB, metrics=10) == 9


@pytest.mark.parametrize(
    ("pace", "free", "words"),
    [
        (Growth(0, {}), GIB, "one whole day"),
        (Growth(7, {"spans": 0.0}), GIB, "Nothing was stored"),
        (Growth(7, {"spans": 1.0}), None, "not known"),
        (Growth(7, {"spans": 1.0}), GIB, "ten years"),
    ],
)
def test_what_cannot_be_told_is_said(pace: Growth, free: int | None, words: str) -> None:
    found = forecast([table("spans", GIB, 1)], pace, RetentionDays(), free_bytes=free, now_ns=NOW_NS)
    assert found.full_ns is None
    assert words in found.note
