"""Lists: paging, filters, orders, exports."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from sonde.store.engine import WriteBatch
from tests.contract.api.world import NOW_NS, SECOND_NS, World, call_row, facts, span_of, span_row, trace_of

ALL = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z", "project": "alpha"}


def get(world: World, path: str, **params: Any) -> Any:
    answer = world.local.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def everything(world: World, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = get(world, path, **params)
        items += page["items"]
        params["cursor"] = page["next_cursor"]
        if params["cursor"] is None:
            return items


@pytest.mark.parametrize("order", ["time", "cost", "duration", "tokens"])
@pytest.mark.parametrize("limit", [1, 7, 80, 1000])
def test_pages_hold_every_call_once_in_order(world: World, order: str, limit: int) -> None:
    items = everything(world, "/calls", order=order, limit=limit, **ALL)
    assert len(items) == len({item["span_id"] for item in items}) == 80
    key = {
        "time": lambda item: item["time"],
        "cost": lambda item: Decimal(item["cost_usd"] or -1),
        "duration": lambda item: item["duration_ms"],
        "tokens": lambda item: -1 if item["total_tokens"] is None else item["total_tokens"],
    }[order]
    values = [key(item) for item in items]
    assert values == sorted(values, reverse=True)


def test_rows_that_arrive_meanwhile_shift_nothing(world: World) -> None:
    first = get(world, "/calls", limit=10, **ALL)
    late = [
        facts(number, "alpha", start_ns=start_ns, end_ns=start_ns + SECOND_NS)
        for number, start_ns in (
            (500, NOW_NS - 2 * SECOND_NS),
            (501, NOW_NS - 3 * SECOND_NS),
            (600, NOW_NS - 3599 * SECOND_NS),
        )
    ]
    world.engine.write(WriteBatch(calls=[call_row(fact, "alpha") for fact in late]))
    rest = everything(world, "/calls", limit=10, cursor=first["next_cursor"], **ALL)
    seen = [item["span_id"] for item in [*first["items"], *rest]]
    assert len(seen) == len(set(seen))
    assert {span_of(number) for number in range(90) if number % 9 != 8} <= set(seen)
    world.engine.execute(
        "ALTER TABLE calls DELETE WHERE span_id IN (unhex({a:String}), unhex({b:String}), "
        "unhex({c:String})) SETTINGS mutations_sync = 2",
        {"a": span_of(500), "b": span_of(501), "c": span_of(600)},
    )


def test_a_cursor_belongs_to_its_filters(world: World) -> None:
    cursor = get(world, "/calls", limit=1, **ALL)["next_cursor"]
    for changed in ({"model": "gpt-4o"}, {"order": "cost"}, {"project": "beta"}):
        answer = world.local.get("/api/v1/calls", params={**ALL, **changed, "cursor": cursor})
        assert answer.status_code == 400, changed
        assert answer.json()["code"] == "bad-input"


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "bnVsbA", "W10", "WzEsMiwzXQ", "W" * 1999, "eyJhIjoxfQ", "Im51bGwi", "[]", "%00"]
)
def test_a_made_up_cursor_is_refused(world: World, cursor: str) -> None:
    for path in ("/calls", "/traces", "/logs", "/scores"):
        assert world.local.get(f"/api/v1{path}", params={"cursor": cursor}).status_code == 400


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ({"model": "gpt-4o"}, lambda n: n % 2 == 0),
        ({"model": ["gpt-4o", "claude-sonnet-4-5"]}, lambda _: True),
        ({"provider": "anthropic"}, lambda n: n % 2 == 1),
        ({"status": "error"}, lambda n: n % 10 == 9),
        ({"error_type": "timeout"}, lambda n: n % 10 == 9),
        ({"error_type": ""}, lambda n: n % 10 != 9),
        ({"operation": "embeddings"}, lambda _: False),
        ({"user": "user-plain-1"}, lambda n: n % 4 == 1),
        ({"user": ["user-plain-1", "user-plain-2"]}, lambda n: n % 4 in (1, 2)),
        ({"user": ""}, lambda _: False),
        ({"user": "'; DROP TABLE calls; --"}, lambda _: False),
        ({"session": "session-plain"}, lambda _: True),
        ({"tag": "blue"}, lambda n: n % 2 == 1),
        ({"cost_state": "unpriced"}, lambda n: n % 5 == 4),
        ({"min_cost_usd": "0.050"}, lambda n: n % 5 != 4 and n + 1 >= 50),
        ({"max_cost_usd": "0.01"}, lambda n: n % 5 != 4 and n + 1 <= 10),
        ({"min_duration_ms": 950}, lambda n: n % 10 == 9),
        ({"max_duration_ms": 100}, lambda n: n % 10 == 0),
        ({"min_tokens": 195}, lambda n: n % 8 != 7 and 110 + n >= 195),
        ({"trace_id": trace_of(2)}, lambda n: n // 3 == 2),
        ({"q": "number1f"}, lambda n: n == 0x1E),
        ({"q": "NUMBER1F hello"}, lambda n: n == 0x1E),
        ({"q": "nothing-like-it"}, lambda _: False),
        ({"environment": "production", "service": "service-plain", "endpoint": "/plain"}, lambda _: True),
    ],
)
def test_filters(world: World, filters: dict[str, Any], matches: Any) -> None:
    items = everything(world, "/calls", limit=1000, **ALL, **filters)
    wanted = {span_of(number) for number in range(90) if number % 9 != 8 and matches(number)}
    assert {item["span_id"] for item in items} == wanted


def test_dropped_duplicates_are_shown_when_asked_for(world: World) -> None:
    items = everything(world, "/calls", limit=1000, counted="false", **ALL)
    assert {item["span_id"] for item in items} == {span_of(number) for number in range(90) if number % 9 == 8}
    assert all(item["duplicate_of"] and item["duplicate_reason"] and not item["counted"] for item in items)


def test_a_newer_version_of_a_call_takes_its_place(world: World) -> None:
    fact = facts(3, "alpha")
    world.engine.write(
        WriteBatch(
            calls=[
                call_row(
                    fact,
                    "alpha",
                    counted=False,
                    duplicate_of=span_of(0),
                    duplicate_reason="late",
                    content_hash="b" * 64,
                    version=2,
                )
            ]
        )
    )
    assert span_of(3) not in {item["span_id"] for item in everything(world, "/calls", limit=1000, **ALL)}
    detail = get(world, f"/calls/{trace_of(1)}/{span_of(3)}", project="alpha")
    assert (detail["counted"], detail["duplicate_reason"]) == (False, "late")
    world.engine.write(WriteBatch(calls=[call_row(fact, "alpha", content_hash="c" * 64, version=3)]))
    assert span_of(3) in {item["span_id"] for item in everything(world, "/calls", limit=1000, **ALL)}


def test_facets_count_what_the_list_shows(world: World) -> None:
    answer = get(world, "/calls/facets", **ALL)
    assert answer["calls"] == 80
    by_name = {facet["dimension"]: facet for facet in answer["facets"]}
    for facet in by_name.values():
        assert sum(value["calls"] for value in facet["values"]) + facet["other"] == 80
    models = {value["value"]: value["calls"] for value in by_name["model"]["values"]}
    assert models == {"gpt-4o": 40, "claude-sonnet-4-5": 40}
    top = get(world, "/calls/facets", top=1, **ALL)
    user = next(facet for facet in top["facets"] if facet["dimension"] == "user")
    assert len(user["values"]) == 1
    assert user["other"] == 80 - user["values"][0]["calls"]


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_traces_are_listed_once_newest_first(world: World, limit: int) -> None:
    items = everything(world, "/traces", limit=limit, **ALL)
    assert [item["trace_id"] for item in items] == [trace_of(number) for number in reversed(range(30))]
    assert all(item["spans"] == 3 and item["root_seen"] for item in items)
    assert [item["calls"] for item in items] == [
        3 if number % 3 != 2 else 2 for number in reversed(range(30))
    ]


def test_a_trace_is_found_by_its_calls_and_by_its_name(world: World) -> None:
    errors = everything(world, "/traces", limit=100, status="error", **ALL)
    assert {item["trace_id"] for item in errors} == {
        trace_of(number // 3) for number in range(90) if number % 10 == 9 and number % 9 != 8
    }
    named = everything(world, "/traces", limit=100, name="PLAIN 27", **ALL)
    assert [item["trace_id"] for item in named] == [trace_of(9)]
    searched = everything(world, "/traces", limit=100, q="number1f", **ALL)
    assert [item["trace_id"] for item in searched] == [trace_of(10)]


def test_a_trace_without_its_root_is_listed_all_the_same(world: World) -> None:
    fact = facts(
        900,
        "alpha",
        parent_span_id=span_of(899),
        trace_id=trace_of(900),
        start_ns=NOW_NS - SECOND_NS,
        end_ns=NOW_NS,
    )
    world.engine.write(WriteBatch(spans=[span_row(fact, "alpha")], calls=[call_row(fact, "alpha")]))
    first = get(world, "/traces", limit=1, **ALL)["items"][0]
    assert first["trace_id"] == trace_of(900)
    assert first["root_seen"] is False
    detail = get(world, f"/traces/{trace_of(900)}", project="alpha")
    assert detail["items"][0]["parent_missing"] is True
    for table in ("spans", "calls"):
        world.engine.execute(
            f"ALTER TABLE {table} DELETE WHERE trace_id = unhex({{t:String}}) SETTINGS mutations_sync = 2",
            {"t": trace_of(900)},
        )


def test_a_trace_that_began_before_the_range_is_listed_where_it_begins_in_it(world: World) -> None:
    cut = {"project": "alpha", "from": "2026-11-20T23:00:30Z", "to": "2026-11-20T23:05:00Z"}
    for limit in (1, 100):
        items = everything(world, "/traces", limit=limit, **cut)
        assert [item["trace_id"] for item in items] == [trace_of(number) for number in reversed(range(5))]


def test_exports_hold_the_whole_list(world: World) -> None:
    items = everything(world, "/calls", limit=1000, **ALL)
    by_parameter = world.local.get("/api/v1/calls", params={**ALL, "format": "csv", "limit": 5})
    by_header = world.local.get("/api/v1/calls", params=ALL, headers={"Accept": "text/csv"})
    assert by_parameter.text == by_header.text
    assert by_parameter.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(by_parameter.text)))
    assert [row["span_id"] for row in rows] == [item["span_id"] for item in items]
    assert rows[0]["cost_usd"] == (items[0]["cost_usd"] or "")
    lines = world.local.get("/api/v1/calls", params={**ALL, "format": "jsonl"}).text.splitlines()
    assert [json.loads(line) for line in lines] == items


def test_logs_metrics_and_scores(world: World) -> None:
    log = get(world, "/logs", **ALL)["items"][0]
    assert (log["severity"], log["body"], log["trace_id"]) == ("error", "body plain", trace_of(0))
    assert get(world, "/logs", q="BODY", severity="error", **ALL)["items"] == [log]
    assert get(world, "/logs", severity="info", **ALL)["items"] == []
    name = get(world, "/metrics/names", **ALL)["items"][0]
    assert (name["name"], name["kind"], name["points"]) == ("metric.plain", "gauge", 1)
    series = get(world, "/metrics/series", name="metric.plain", **ALL)["series"]
    assert [point["value"] for one in series for point in one["points"]] == [1.5]
    assert series[0]["attributes"] == {"a": "plain"}
    score = get(world, "/scores", **ALL)["items"][0]
    assert (score["score_id"], score["value"]) == ("score-alpha", 0.5)


@pytest.mark.parametrize("path", ["/calls", "/traces", "/logs", "/scores", "/calls/facets", "/metrics/names"])
def test_times_are_checked(world: World, path: str) -> None:
    for wrong in (
        {"from": "yesterday"},
        {"from": "2026-13-01T00:00:00Z"},
        {"from": "2026-11-21"},
        {"from": "1e9"},
        {"to": "9999-01-01T00:00:00Z"},
        {"from": "2026-11-21T00:00:00Z", "to": "2026-11-20T00:00:00Z"},
        {"from": "now", "to": "now"},
    ):
        answer = world.local.get(f"/api/v1{path}", params=wrong)
        assert answer.status_code == 400, (wrong, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    for right in (
        {"from": "2026-11-20T22:00:00+00:00"},
        {"from": "2026-11-20T23:30:00.123456789+01:00", "to": "now"},
        {"from": "-7d"},
        {"from": "-90m", "to": "-1m"},
    ):
        assert world.local.get(f"/api/v1{path}", params=right).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "x"},
        {"order": "price"},
        {"status": "bad"},
        {"modle": "gpt-4o"},
        {"min_cost_usd": "NaN"},
        {"min_cost_usd": "-1"},
        {"min_cost_usd": "1e5"},
        {"min_tokens": -1},
        {"min_tokens": 2**63},
        {"min_duration_ms": "inf"},
        {"trace_id": "x"},
        {"q": "x"},
        {"q": "x" * 201},
        {"format": "xml"},
        {"project": "x" * 101},
    ],
)
def test_wrong_parameters_are_problems_that_name_them(world: World, wrong: dict[str, Any]) -> None:
    answer = world.local.get("/api/v1/calls", params=wrong)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == "invalid-request"
    assert next(iter(wrong)) in problem["errors"][0]["location"]


@pytest.mark.parametrize("path", ["/calls", "/traces", "/spans"])
def test_an_export_has_the_columns_that_were_asked_for(world: World, path: str) -> None:
    wanted = {**ALL, "format": "csv", "columns": "trace_id,time,duration_ms"}
    answer = world.local.get(f"/api/v1{path}", params=wanted)
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["trace_id", "time", "duration_ms"]
    listed = everything(world, path, limit=1000, **ALL)
    assert [row[:2] for row in rows[1:]] == [[item["trace_id"], item["time"]] for item in listed]
    lines = world.local.get(f"/api/v1{path}", params={**wanted, "format": "jsonl"}).text.splitlines()
    assert [list(json.loads(line)) for line in lines] == [rows[0]] * len(listed)


def test_a_column_that_is_not_there_is_named(world: World) -> None:
    answer = world.local.get("/api/v1/calls", params={**ALL, "format": "csv", "columns": "time,price"})
    assert answer.status_code == 400
    assert "price" in answer.json()["detail"]
    assert "cost_usd" in answer.json()["hint"]
