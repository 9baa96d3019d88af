"""What is traced by hand ends in the columns of ``calls``: through a real server."""

import json
from typing import Any

import pytest

from tests.contract.otlp.target import Served
from tests.contract.sdk_tracing.conftest import app


class Rows:
    def __init__(self, server: Served, ids: dict[str, dict[str, str]]) -> None:
        self.server = server
        self.ids = ids

    def __getitem__(self, name: str) -> dict[str, Any]:
        span_id = self.ids[name]["span_id"]
        (row,) = self.server.sql(f"select * from calls where span_id = '{span_id}'")
        return row


@pytest.fixture(scope="module")
def rows(server: Served, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("app")
    with app(server, folder, "app_calls.py", SONDE_CAPTURE_CONTENT="1", SONDE_LOGS="1") as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return Rows(server, json.loads(out))


def test_a_streamed_call(rows: Rows) -> None:
    row = rows["streamed"]
    expected = {
        "service": "by-hand",
        "environment": "test",
        "release": "1.2.3",
        "operation": "chat",
        "provider": "openai",
        "request_model": "gpt-4o",
        "response_model": "gpt-4o-2024-08-06",
        "response_id": "chatcmpl-1",
        "status": "ok",
        "finish_reason": "stop",
        "streaming": True,
        "endpoint": "/chat",
        "function": "__main__.answer",
        "user_id": "ada",
        "session_id": "s-1",
        "prompt_name": "greeting",
        "prompt_version": "7",
        "tags": ["beta", "a,b"],
        "input_tokens": 1117,
        "cached_input_tokens": 1024,
        "output_tokens": 211,
        "reasoning_tokens": 128,
        "total_tokens": 1328,
        "attempts": 2,
        "fallback_from": "gpt-5",
        "fallback": True,
        "cost_state": "priced",
        "cost_source": "computed",
        "stalls": 0,
        "convention": "sonde",
    }
    assert {key: _plain(row[key]) for key in expected} == expected
    assert 0 < float(row["ttft_ms"]) < float(row["duration_ms"])
    assert float(row["thinking_ms"]) >= 25
    assert float(row["itl_p95_ms"]) >= 25
    assert float(row["cost_usd"]) > 0
    assert not row["incomplete"]


def test_its_content_and_its_agent(rows: Rows) -> None:
    ids = rows.ids["streamed"]
    messages = rows.server.sql(
        f"select direction, role, text from messages where span_id = '{ids['span_id']}' order by direction"
    )
    assert [(m["direction"], m["role"], m["text"]) for m in messages] == [
        ("input", "user", "What is it like in Paris?"),
        ("output", "assistant", "Hello"),
    ]
    spans = rows.server.sql(
        f"select name, operation from spans where trace_id = '{ids['trace_id']}' order by time"
    )
    assert [(s["name"], s["operation"]) for s in spans] == [
        ("invoke_agent answer", "agent"),
        ("execute_tool look_up", "tool"),
        ("chat gpt-4o", "chat"),
    ]


def test_an_event_of_the_policies_is_on_the_span(rows: Rows) -> None:
    span_id = rows.ids["streamed"]["span_id"]
    (row,) = rows.server.sql(f"select events from spans where span_id = '{span_id}'")
    events = json.loads(row["events"])
    assert [event["name"] for event in events] == ["sonde.retry"]


def test_estimated_tokens_are_marked(rows: Rows) -> None:
    row = rows["estimated"]
    assert (int(row["input_tokens"]), int(row["output_tokens"])) == (8, 1)
    assert row["tokens_estimated"] is True
    (span,) = rows.server.sql(f"select attributes from spans where span_id = '{row['span_id']}'")
    assert json.loads(span["attributes"])["sonde.usage.tokenizer"] == "o200k_base"
    assert float(row["duration_ms"]) == pytest.approx(250, abs=0.01)
    assert float(row["ttft_ms"]) == pytest.approx(80, abs=0.01)


def test_a_stream_given_up_is_incomplete_not_failed(rows: Rows) -> None:
    row = rows["given_up"]
    assert row["status"] == "ok"
    assert row["incomplete"]
    assert row["provider"] == "anthropic"


def test_billed_cost_and_cached_tokens(rows: Rows) -> None:
    row = rows["billed"]
    assert row["cost_source"] == "billed"
    assert float(row["cost_usd"]) == pytest.approx(0.0123)
    assert int(row["cache_write_tokens"]) == 512
    assert int(row["input_tokens"]) == 2653
    assert row["finish_reason"] == "length"
    assert row["service_tier"] == "flex"
    assert json.loads(row["attributes"])["team"] == "search"


def test_a_failed_call(rows: Rows) -> None:
    row = rows["failed"]
    assert (row["status"], row["error_type"], int(row["attempts"])) == ("error", "RateLimitError", 3)
    assert row["input_tokens"] is None


def test_an_embedding_from_a_cache(rows: Rows) -> None:
    row = rows["embedded"]
    assert row["operation"] == "embeddings"
    assert row["cache_hit"]
    assert int(row["input_tokens"]) > 0
    assert row["output_tokens"] is None


def test_the_score_is_with_the_call(rows: Rows) -> None:
    ids = rows.ids["streamed"]
    (score,) = rows.server.sql(f"select * from scores where span_id = '{ids['span_id']}'")
    assert (score["name"], float(score["value"]), score["comment"]) == ("helpful", 0.9, "right")
    assert score["trace_id"] == ids["trace_id"]


def test_one_log_line_for_each_call(rows: Rows) -> None:
    logs = rows.server.sql("select * from logs where event_name = 'sonde.call' and service = 'by-hand'")
    by_span = {log["span_id"]: log for log in logs}
    assert set(by_span) == {ids["span_id"] for ids in rows.ids.values()}
    assert len(logs) == len(by_span)
    line = by_span[rows.ids["failed"]["span_id"]]
    assert line["severity"] == "error"
    assert "RateLimitError" in line["body"]
    attributes = json.loads(by_span[rows.ids["streamed"]["span_id"]]["attributes"])
    assert attributes["output_tokens"] == 211
    assert float(attributes["cost_usd"]) == pytest.approx(float(rows["streamed"]["cost_usd"]))


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.isdigit():
        return value if value == "7" else int(value)
    return value
