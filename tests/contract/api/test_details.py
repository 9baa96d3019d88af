"""Single things: a call, a trace, a span, status, settings."""

from decimal import Decimal
from typing import Any

import pytest

from sonde.store.engine import WriteBatch
from sonde.store.together import together
from tests.contract.api.world import NOW_NS, SECOND_NS, World, call_row, facts, span_of, span_row, trace_of

ALL = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z", "project": "alpha"}


def get(world: World, path: str, **params: Any) -> Any:
    answer = world.local.get(f"/api/v1{path}", params={"project": "alpha", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_call_with_the_provenance_of_its_cost(world: World) -> None:
    call = get(world, f"/calls/{trace_of(0)}/{span_of(0)}")
    assert call["cost_usd"] == "0.001000000"
    assert call["rate_card"] == "openai/gpt-4o@2026-01-01"
    assert call["explanation"][0]["unit_price_usd_per_million"] == "2.5"
    assert call["explanation"][1]["reason"] == "list price"
    assert call["attributes"] == {"gen_ai.request.model": "gpt-4o", "app.note": "plain"}
    assert (call["total_tokens"], call["input_tokens"], call["output_tokens"]) == (110, 100, 10)
    assert [message["text"] for message in call["messages"]] == [
        "hello number1 plain",
        "<img src=x onerror=alert(1)> plain",
    ]
    assert call["time"] == "2026-11-20T23:00:00.000000000Z"


def test_what_is_not_known_is_null_never_0(world: World) -> None:
    unpriced = get(world, f"/calls/{trace_of(1)}/{span_of(4)}")
    assert unpriced["cost_usd"] is None
    assert unpriced["cost_state"] == "unpriced"
    assert unpriced["explanation"] == []
    silent = get(world, f"/calls/{trace_of(2)}/{span_of(7)}")
    assert [
        silent[name] for name in ("input_tokens", "output_tokens", "total_tokens", "reasoning_tokens")
    ] == [None] * 4


def test_a_call_shows_the_spans_that_repeat_it(world: World) -> None:
    call = get(world, f"/calls/{trace_of(2)}/{span_of(6)}")
    assert [item["span_id"] for item in call["duplicates"]] == [span_of(8)]
    repeat = get(world, f"/calls/{trace_of(2)}/{span_of(8)}")
    assert (repeat["counted"], repeat["duplicate_of"]) == (False, span_of(6))


def test_a_trace_is_a_tree_with_sums_over_counted_calls(world: World) -> None:
    found = get(world, f"/traces/{trace_of(2)}")
    assert [(item["span_id"], item["depth"]) for item in found["items"]] == [
        (span_of(6), 0),
        (span_of(7), 1),
        (span_of(8), 1),
    ]
    assert [item["call"]["counted"] for item in found["items"]] == [True, True, False]
    assert (found["spans"], found["calls"], found["duplicates"]) == (3, 2, 1)
    assert Decimal(found["cost_usd"]) == Decimal("0.007") + Decimal("0.008")
    assert found["input_tokens"] == 106
    assert found["items"][1]["start_offset_ms"] == 20_000
    assert found["items"][0]["events"] == 1
    first = get(world, f"/traces/{trace_of(0)}")
    assert first["logs"] == 1
    assert [score["score_id"] for score in first["scores"]] == ["score-alpha"]


def test_answers_asked_for_together_need_no_free_thread() -> None:
    def nested(depth: int) -> int:
        if depth == 0:
            return 1
        return sum(together(lambda: nested(depth - 1), lambda: nested(depth - 1)))

    assert nested(8) == 256
    with pytest.raises(ZeroDivisionError):
        together(lambda: 1, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        together(lambda: 1 // 0, lambda: 1)


def test_a_large_trace_comes_in_pages_that_meet(world: World) -> None:
    trace_id = trace_of(777)
    start = NOW_NS - 1800 * SECOND_NS
    spans = []
    for number in range(12_000):
        parent = "" if number == 0 else span_of(100_000 + (number - 1) // 3)
        fact = facts(
            100_000 + number,
            "alpha",
            trace_id=trace_id,
            parent_span_id=parent,
            start_ns=start + number * 1_000,
            end_ns=start + SECOND_NS,
            operation="tool",
        )
        spans.append(span_row(fact, "alpha"))
    world.engine.write(WriteBatch(spans=spans))
    seen: list[str] = []
    cursor = None
    pages = 0
    while pages == 0 or cursor is not None:
        page = get(world, f"/traces/{trace_id}", **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= 5_000
        seen += [item["span_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 12_000
    position = {span_id: index for index, span_id in enumerate(seen)}
    parents = {span.span_id: span.parent_span_id for span in spans}
    assert all(position[parent] < position[span_id] for span_id, parent in parents.items() if parent)
    world.engine.execute(
        "ALTER TABLE spans DELETE WHERE trace_id = unhex({t:String}) SETTINGS mutations_sync = 2",
        {"t": trace_id},
    )
    world.engine.execute(
        "ALTER TABLE contents DELETE WHERE trace_id = unhex({t:String}) SETTINGS mutations_sync = 2",
        {"t": trace_id},
    )


def test_a_span_says_where_each_field_came_from(world: World) -> None:
    filled = facts(1, "alpha")
    merged = facts(1, "alpha", user_id="user-plain-0", finish_reason="stop")
    world.engine.write(
        WriteBatch(
            spans=[span_row(filled, "alpha")],
            calls=[call_row(merged, "alpha", content_hash="d" * 64, version=9)],
        )
    )
    span = get(world, f"/traces/{trace_of(0)}/spans/{span_of(1)}")
    origins = {item["field"]: item for item in span["origins"]}
    assert origins["request_model"]["origin"] == "span"
    assert origins["request_model"]["keys"] == ["gen_ai.request.model"]
    assert origins["user_id"]["origin"] == "ancestor"
    assert origins["user_id"]["span_id"] == span_of(0)
    assert origins["finish_reason"]["origin"] == "computed"
    assert "reasoning_tokens" not in origins
    assert span["attributes"]["app.note"] == "plain"
    assert span["event_list"][0]["attributes"] == {"text": "plain"}
    assert span["resource"] == {"service.name": "service-plain"}
    assert [message["role"] for message in span["messages"]] == ["user", "assistant"]
    world.engine.write(WriteBatch(calls=[call_row(filled, "alpha", content_hash="e" * 64, version=10)]))


def test_a_long_message_is_cut_and_can_be_had_whole(world: World) -> None:
    text = "ü" * 400_000
    fact = facts(
        800,
        "alpha",
        trace_id=trace_of(800),
        parent_span_id="",
        start_ns=NOW_NS - 100 * SECOND_NS,
        end_ns=NOW_NS,
    )
    row = span_row(fact, "alpha")
    row.messages[0] = type(row.messages[0])("input", "user", text)
    world.engine.write(WriteBatch(spans=[row]))
    message = get(world, f"/traces/{trace_of(800)}/spans/{span_of(800)}")["messages"][0]
    assert message["truncated"] is True
    assert message["bytes"] == 800_000
    assert set(message["text"]) == {"ü"}
    whole = world.local.get(f"/api/v1/traces/{trace_of(800)}/spans/{span_of(800)}/messages/0")
    assert whole.text == text
    assert whole.headers["content-type"].startswith("text/plain")
    assert "attachment" in whole.headers["content-disposition"]
    assert (
        world.local.get(f"/api/v1/traces/{trace_of(800)}/spans/{span_of(800)}/messages/99").status_code == 404
    )
    for table in ("spans", "contents"):
        world.engine.execute(
            f"ALTER TABLE {table} DELETE WHERE trace_id = unhex({{t:String}}) SETTINGS mutations_sync = 2",
            {"t": trace_of(800)},
        )


COUNTED = [number for number in range(90) if number % 9 != 8]


def test_status_says_what_came_and_where_to_send(world: World) -> None:
    answer = get(world, "/status")
    assert answer["spans"]["rows"] == 90
    assert answer["logs"]["rows"] == 1
    assert answer["services"][0]["service"] == "service-plain"
    assert answer["receivers"] == {
        "otlp_http_url": "http://127.0.0.1:4318",
        "otlp_grpc_url": "http://127.0.0.1:4317",
    }
    empty = get(world, "/status", project="nobody")
    assert empty["spans"] == {"rows": 0, "first_time": None, "last_time": None}
    assert empty["last_received_time"] is None


def test_project_settings_are_changed_piece_by_piece(world: World) -> None:
    change = {
        "retention_days": {"content": 7},
        "redaction": {"masks": ["email"], "patterns": [{"name": "ticket", "pattern": "T-[0-9]+"}]},
    }
    answer = world.local.patch("/api/v1/projects/beta", json=change).json()
    assert answer["retention_days"] == {"content": 7, "spans": 90, "logs": 90, "metrics": 90, "calls": 400}
    assert world.local.patch("/api/v1/projects/beta", json={"capture_content": False}).json()["redaction"][
        "masks"
    ] == ["email"]
    tried = world.local.post("/api/v1/projects/beta/redaction/test", json={"text": "a@b.com T-5 T-x"}).json()
    assert "a@b.com" not in tried["text"]
    assert "T-5" not in tried["text"]
    assert "T-x" in tried["text"]
    assert tried["masked"] == 2
    for pattern in ("(", "(?=x)", "a*", "(a{1000}){1000}"):
        bad = {"redaction": {"masks": [], "patterns": [{"name": "x", "pattern": pattern}]}}
        assert world.local.patch("/api/v1/projects/beta", json=bad).status_code == 400, pattern


def test_scores_are_recorded_once_however_often_they_are_sent(world: World) -> None:
    body = {
        "scores": [{"name": "helpful", "value": 0.9, "trace_id": trace_of(3), "time": "2026-11-20T23:30:00Z"}]
    }
    first = world.local.post("/api/v1/scores", json=body, params={"project": "alpha"})
    again = world.local.post("/api/v1/scores", json=body, params={"project": "alpha"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    found = get(world, "/scores", **ALL, name="helpful")["items"]
    assert [(item["value"], item["trace_id"], item["source"]) for item in found] == [
        (0.9, trace_of(3), "api")
    ]
    assert (
        world.local.post(
            "/api/v1/scores", json={"scores": [{"name": "x", "value": 1, "span_id": span_of(0)}]}
        ).status_code
        == 400
    )


def test_a_pasted_span_is_explained(world: World) -> None:
    span = {
        "traceId": trace_of(0),
        "spanId": span_of(0),
        "name": "chat",
        "startTimeUnixNano": "1795000000000000000",
        "endTimeUnixNano": "1795000001000000000",
        "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
            {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
            {"key": "nobody.knows", "value": {"boolValue": True}},
        ],
    }
    for pasted in (
        span,
        {"spans": [span]},
        {"scopeSpans": [{"spans": [span]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]},
    ):
        answer = world.local.post("/api/v1/mapping/explain", json=pasted).json()["spans"][0]
        fields = {item["field"]: item for item in answer["fields"]}
        assert fields["request_model"]["value"] == "gpt-4o"
        assert fields["request_model"]["keys"] == ["gen_ai.request.model"]
        assert answer["is_call"] is True
        assert answer["unused_keys"] == ["nobody.knows"]
    unknown = get(world, "/mapping/unknown-keys", **ALL)
    assert "app.note" in {item["key"] for item in unknown["items"]}
    assert "gen_ai.request.model" not in {item["key"] for item in unknown["items"]}


def test_the_sums_of_a_trace_are_those_of_the_list(world: World) -> None:
    """The list sums in the engine, a single trace from the rows it shows anyway."""
    for item in get(world, "/traces", limit=100, **ALL)["items"]:
        trace = get(world, f"/traces/{item['trace_id']}")
        assert {name: trace[name] for name in item} == item
