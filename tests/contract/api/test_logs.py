"""Log records: counts over time and per value, exports, and what a key without content sees."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sonde.model.rows import LogRow
from sonde.store.engine import WriteBatch
from tests.contract.api.world import NOW_NS, SECOND_NS, World, digest, make_world, span_of, trace_of

SEVERITIES = (("error", 17), ("warn", 13), ("info", 9), ("", 0))
COUNT = 200
WINDOW = {"from": "2026-11-20T22:00:00Z", "to": "2026-11-21T00:00:00Z", "project": "alpha"}


def log(number: int) -> LogRow:
    """A record every 30 seconds; every fifth one inside a span."""
    severity, severity_number = SEVERITIES[number % 4]
    inside = number % 5 == 0
    return LogRow(
        project="alpha",
        time_ns=NOW_NS - (number + 1) * 30 * SECOND_NS,
        observed_ns=NOW_NS,
        received_ns=NOW_NS,
        trace_id=trace_of(number) if inside else "",
        span_id=span_of(number) if inside else "",
        service=f"service-{number % 3}",
        severity_number=severity_number,
        severity=severity,
        event_name="cache.miss" if number % 10 == 0 else "",
        body=f"=order {number} was shipped" if number % 2 else f"cart {number} waits",
        attributes_json=f'{{"number":{number}}}',
        resource_json="{}",
        scope_name="shop",
        time_flag="",
        record_id=digest(f"log {number}"),
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("logs"), count=9)
    rows = [log(number) for number in range(COUNT)]
    made.engine.write(WriteBatch(logs=rows))
    yield made
    made.close()


def get(world: World, path: str, **params: Any) -> Any:
    answer = world.local.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def expected(keep: Any = lambda number: True) -> int:
    """Records of the two hours before now that a predicate on their number keeps, by counting."""
    return sum(1 for number in range(COUNT) if (number + 1) * 30 <= 7200 and keep(number))


def test_the_summary_counts_every_record_once_per_step_and_per_value(world: World) -> None:
    found = get(world, "/logs/summary", **WINDOW)
    # Project alpha has one record of its own beside these.
    assert found["logs"] == expected() + 1
    assert all(len(item["counts"]) == len(found["times"]) for item in found["severities"])
    counts = {item["severity"]: sum(item["counts"]) for item in found["severities"]}
    for position, (severity, _) in enumerate(SEVERITIES):
        own = 1 if severity == "error" else 0
        assert counts[severity] == expected(lambda number, at=position: number % 4 == at) + own
    facets = {item["dimension"]: item for item in found["facets"]}
    services = {item["value"]: item["logs"] for item in facets["service"]["values"]}
    assert services["service-1"] == expected(lambda number: number % 3 == 1)
    events = {item["value"]: item["logs"] for item in facets["event_name"]["values"]}
    assert events["cache.miss"] == expected(lambda number: number % 10 == 0)
    assert events[None] == found["logs"] - events["cache.miss"]


def test_the_summary_follows_the_filters_and_says_what_it_leaves_out(world: World) -> None:
    found = get(world, "/logs/summary", severity=["error", ""], top=1, **WINDOW)
    assert found["logs"] == expected(lambda number: number % 4 in (0, 3)) + 1
    assert [item["severity"] for item in found["severities"]] == ["error", ""]
    service = next(item for item in found["facets"] if item["dimension"] == "service")
    assert len(service["values"]) == 1
    assert service["values"][0]["logs"] + service["other"] == found["logs"]
    words = get(world, "/logs/summary", q="was shipped", **WINDOW)
    assert words["logs"] == expected(lambda number: number % 2 == 1)


def test_a_delivery_that_came_twice_is_counted_once(world: World) -> None:
    before = get(world, "/logs/summary", **WINDOW)
    world.engine.execute("INSERT INTO logs SELECT * FROM logs WHERE project = 'alpha'")
    after = get(world, "/logs/summary", **WINDOW)
    assert after["logs"] == before["logs"]
    assert after["severities"] == before["severities"]


def test_an_export_holds_every_record_and_no_formula(world: World) -> None:
    wanted = {**WINDOW, "service": "service-1"}
    count = expected(lambda number: number % 3 == 1)
    lines = world.local.get("/api/v1/logs", params={**wanted, "format": "jsonl"})
    rows = [json.loads(line) for line in lines.text.splitlines()]
    assert len(rows) == count
    assert [row["time"] for row in rows] == sorted((row["time"] for row in rows), reverse=True)
    table = world.local.get("/api/v1/logs", params={**wanted, "format": "csv"})
    assert table.headers["content-disposition"] == 'attachment; filename="logs.csv"'
    cells = list(csv.DictReader(io.StringIO(table.text)))
    assert len(cells) == count
    assert all(not row["body"].startswith("=") for row in cells)
    assert {json.loads(row["attributes"])["number"] % 3 for row in cells} == {1}


def test_without_content_bodies_are_neither_shown_nor_searched(world: World) -> None:
    headers = world.key(["read"], "alpha")
    listed = world.remote.get("/api/v1/logs", params=WINDOW, headers=headers)
    assert {item["body"] for item in listed.json()["items"]} == {None}
    exported = world.remote.get("/api/v1/logs", params={**WINDOW, "format": "jsonl"}, headers=headers)
    assert "shipped" not in exported.text
    for path in ("/api/v1/logs", "/api/v1/logs/summary"):
        answer = world.remote.get(path, params={**WINDOW, "q": "shipped"}, headers=headers)
        assert answer.status_code == 403


@pytest.mark.parametrize("params", [{"severity": "loud"}, {"step": "0"}, {"top": 0}, {"sevrity": "error"}])
def test_a_wrong_parameter_is_named(world: World, params: dict[str, Any]) -> None:
    answer = world.local.get("/api/v1/logs/summary", params={**WINDOW, **params})
    assert answer.status_code == 422
    assert next(iter(params)) in answer.json()["detail"]


def test_an_empty_range_has_steps_and_no_record(world: World) -> None:
    found = get(
        world, "/logs/summary", **{**WINDOW, "from": "2025-01-01T00:00:00Z", "to": "2025-01-01T01:00:00Z"}
    )
    assert found["logs"] == 0
    assert found["severities"] == []
    assert found["times"]
