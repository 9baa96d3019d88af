"""What the trace page asks: the whole trace as columns, beginnings of content, where a text is."""

import json
from typing import Any

import msgspec
import pytest

from sonde.model.rows import Message
from sonde.store.engine import WriteBatch
from tests.contract.api.world import NOW_NS, SECOND_NS, World, facts, span_of, span_row, trace_of


def get(world: World, path: str, **params: Any) -> Any:
    answer = world.local.get(f"/api/v1{path}", params={"project": "alpha", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("project", ["alpha", None])
def test_the_outline_says_what_the_rows_say(world: World, project: str | None) -> None:
    asked = {"project": project} if project else {}
    rows = get(world, f"/traces/{trace_of(2)}", **asked)
    found = get(world, f"/traces/{trace_of(2)}/outline", **asked)
    columns, calls = found["columns"], found["call_columns"]
    assert columns["span_id"] == [item["span_id"] for item in rows["items"]]
    assert columns["depth"] == [item["depth"] for item in rows["items"]]
    assert columns["parent"] == [-1, 0, 0]
    for name in ("name", "operation", "service", "kind", "scope_name", "status", "error_type"):
        coded = columns[name]
        assert [coded["values"][code] for code in coded["codes"]] == [item[name] for item in rows["items"]]
    for name in ("start_offset_ms", "duration_ms", "events"):
        assert columns[name] == [item[name] for item in rows["items"]]
    assert calls["row"] == [0, 1, 2]
    for name in set(calls) - {"row"}:
        assert calls[name] == [item["call"][name] for item in rows["items"]], name
    for name in ("spans", "calls", "errors", "cost_usd", "duplicates", "logs", "truncated", "name", "models"):
        assert found[name] == rows[name]


def test_an_outline_of_a_foreign_or_unknown_trace_is_not_found(world: World) -> None:
    answer = world.local.get(f"/api/v1/traces/{'f' * 31}9/outline", params={"project": "alpha"})
    assert answer.status_code == 404, answer.text


def test_previews_are_the_beginnings_of_content(world: World) -> None:
    items = get(world, f"/traces/{trace_of(0)}/previews", span_id=[span_of(0), span_of(1), span_of(77)])[
        "items"
    ]
    assert [item["span_id"] for item in items] == [span_of(0), span_of(1)]
    assert items[0]["input"] == [{"role": "user", "text": "hello number1 plain", "bytes": 19}]
    assert items[0]["output"]["role"] == "assistant"
    assert items[0]["output"]["text"].startswith("<img src=x")
    answer = world.local.get(f"/api/v1/traces/{trace_of(0)}/previews", params={"span_id": ["nonsense"]})
    assert answer.status_code == 422


def test_tool_calls_thinking_and_long_texts_in_previews(world: World) -> None:
    fact = facts(
        801,
        "alpha",
        trace_id=trace_of(801),
        parent_span_id="",
        start_ns=NOW_NS - 100 * SECOND_NS,
        end_ns=NOW_NS,
    )
    row = span_row(fact, "alpha")
    call = {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"order": 7}}
    parts = json.dumps([{"type": "reasoning", "content": "Hm."}, call])
    messages = [
        Message("system", "system", "Be brief."),
        *(Message("input", "user", f"question {number}") for number in range(20)),
        Message("output", "assistant", "ü" * 3_000, parts),
    ]
    row = msgspec.structs.replace(row, messages=messages)
    world.engine.write(WriteBatch(spans=[row]))
    preview = get(world, f"/traces/{trace_of(801)}/previews", span_id=[span_of(801)])["items"][0]
    assert preview["system"]["text"] == "Be brief."
    assert [item["text"] for item in preview["input"]] == ["question 17", "question 18", "question 19"]
    assert preview["thinking"] == "Hm."
    assert preview["output"] == {"role": "assistant", "text": "ü" * 600, "bytes": 6_000}
    assert [(item["id"], item["name"]) for item in preview["tool_calls"]] == [("c1", "find")]
    assert json.loads(preview["tool_calls"][0]["arguments"]) == {"order": 7}
    hits = get(world, f"/traces/{trace_of(801)}/search", q="QUESTION 1")
    assert hits["count"] == 11
    assert {hit["where"] for hit in hits["items"]} == {"message"}
    assert get(world, f"/traces/{trace_of(801)}/search", q="reasoning")["items"][0]["role"] == "assistant"
    for table in ("spans", "contents"):
        world.engine.execute(
            f"ALTER TABLE {table} DELETE WHERE trace_id = unhex({{t:String}}) SETTINGS mutations_sync = 2",
            {"t": trace_of(801)},
        )


def test_search_finds_names_attributes_events_and_messages(world: World) -> None:
    hits = get(world, f"/traces/{trace_of(0)}/search", q="PLAIN")
    assert {hit["where"] for hit in hits["items"]} >= {"message", "attributes", "events"}
    assert hits["count"] >= len(hits["items"])
    assert hits["content_searched"]
    assert not hits["truncated"]
    assert all("plain" in hit["excerpt"] for hit in hits["items"])
    assert get(world, f"/traces/{trace_of(0)}/search", q="no such text")["items"] == []
    assert get(world, f"/traces/{trace_of(0)}/search", q="100%_\\'")["items"] == []
