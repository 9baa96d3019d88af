"""Log records: rows, GenAI events that complete a call, content that arrives beside the span."""

import json

import pytest

from sonde.normalize import assemble
from tests.unit.normalize.spans import MS, NOW, facts_of, log_of


@pytest.mark.parametrize(
    ("number", "text", "severity"),
    [
        (0, "", ""),
        (1, "", "trace"),
        (5, "", "debug"),
        (9, "ERROR", "info"),
        (13, "", "warn"),
        (17, "", "error"),
        (24, "", "fatal"),
        (99, "Warning", "warn"),
        (0, "CRITICAL", "fatal"),
        (0, "odd", ""),
    ],
)
def test_severity(number: int, text: str, severity: str) -> None:
    assert log_of(severity_number=number, severity_text=text).row.severity == severity


def test_a_plain_record_is_only_a_row() -> None:
    reading = log_of({"k": 1}, body={"a": [1, b"\x01"]}, span_id="", trace_id="")
    assert (reading.facts, reading.content, reading.scores) == (None, None, [])
    assert json.loads(reading.row.body) == {"a": [1, "AQ=="]}
    assert (reading.row.service, json.loads(reading.row.attributes_json)) == ("app", {"k": 1})


def test_the_id_is_what_was_said_and_the_repeat_among_equals() -> None:
    one = log_of(body="x", position=0).row.record_id
    assert log_of(body="x", position=5).row.record_id == one
    assert log_of(body="x", position=0, repeat=1).row.record_id != one
    assert log_of(body="y").row.record_id != one
    assert log_of(body="x", time_ns=NOW + 1).row.record_id != one


def test_time_without_a_time() -> None:
    row = log_of(time_ns=0).row
    assert (row.time_ns, row.time_flag) == (NOW + 1_000 * MS, "invalid")


@pytest.mark.parametrize("named", [True, False])
def test_one_event_per_message(named: bool) -> None:
    """The name is in the field of its own, or in an attribute (before it had a field)."""

    def event(name: str, body: object) -> tuple[str, str, str, bool]:
        attributes = {"gen_ai.system": "openai"} if named else {"event.name": name}
        reading = log_of(attributes, event_name=name if named else "", body=body)
        assert reading.row.event_name == name
        assert reading.row.body == ""
        assert reading.content is not None
        [message] = reading.content.messages
        return message.direction, message.role, message.text, bool(message.parts_json)

    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    assert event("gen_ai.system.message", {"content": "be brief"}) == ("system", "system", "be brief", False)
    assert event("gen_ai.user.message", {"content": "1+2?"}) == ("input", "user", "1+2?", False)
    assert event("gen_ai.assistant.message", {"tool_calls": [call]}) == ("input", "assistant", "", True)
    assert event("gen_ai.tool.message", {"id": "c1", "content": "3"}) == ("input", "tool", "3", True)
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "3"}}
    assert event("gen_ai.choice", choice) == ("output", "assistant", "3", False)


def test_an_answers_event_says_how_the_call_finished() -> None:
    call = {"id": "c1", "function": {"name": "add", "arguments": "{}"}}
    body = {"index": 0, "finish_reason": "tool_calls", "message": {"content": None}, "tool_calls": [call]}
    log = log_of(event_name="gen_ai.choice", body=body).facts
    assert log is not None
    span = facts_of({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"})
    [found] = assemble([log, span])
    assert (found.facts.finish_reason, found.facts.tool_calls, found.facts.source) == (
        "tool_calls",
        1,
        "span",
    )


DETAILS = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m",
    "gen_ai.response.id": "r1",
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
}


@pytest.mark.parametrize("placed", [True, False])
def test_the_event_of_the_whole_call_completes_its_span(placed: bool) -> None:
    """Also when it names no span: then by the response id (OpenLIT on streams)."""
    reading = log_of(
        DETAILS,
        event_name="gen_ai.client.inference.operation.details",
        trace_id="a" * 32 if placed else "",
        span_id="b" * 16 if placed else "",
    )
    assert reading.facts is not None
    assert reading.content is not None
    assert reading.content.response_id == "r1"
    assert "hi" not in reading.row.attributes_json
    span = facts_of(
        {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.response.id": "r1"}
    )
    for order in ([reading.facts, span], [span, reading.facts, reading.facts]):
        [found] = assemble(order)
        assert (found.facts.usage.input_tokens, found.facts.usage.output_tokens) == (10, 5)
        assert found.facts.span_id == "b" * 16


def test_a_log_alone_is_not_a_call() -> None:
    reading = log_of(DETAILS, event_name="gen_ai.client.inference.operation.details")
    assert reading.facts is not None
    assert assemble([reading.facts]) == []


def test_a_guess_in_a_log_does_not_replace_what_the_span_would_not_say() -> None:
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.response.id": "r1"}
    tokens = {"gen_ai.usage.input_tokens": 41, "gen_ai.usage.output_tokens": 16}
    span = facts_of({**chat, **tokens, "gen_ai.request.stream": True}, scope="openlit.instrumentation.openai")
    log = log_of(
        {**chat, **tokens, "gen_ai.usage.cache_read.input_tokens": 0},
        event_name="gen_ai.client.inference.operation.details",
        scope="openlit.instrumentation.openai",
    ).facts
    assert log is not None
    [found] = assemble([span, log])
    assert (found.facts.usage.known, found.facts.usage.estimated) == (False, True)
