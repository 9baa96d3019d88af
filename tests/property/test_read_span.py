"""Whatever a sender puts into a span or a log record, it is read, and content never stays an attribute."""

import json
import string

from hypothesis import given
from hypothesis import strategies as st

from sonde.model.facts import CALL_OPERATIONS, SPAN_OPERATIONS
from sonde.model.rows import SpanRow
from sonde.model.span import Event, LogRecord, Resource, Scope, Span
from sonde.normalize import assemble, explain, known_key, read_log, read_span
from sonde.semconv.registry import TABLES, find
from sonde.semconv.words import SCOPES

NOW = 1_795_000_000_000_000_000
KEYS = [rule.key for table in TABLES for rule in table.rules] + [
    family.prefix + tail
    for table in TABLES
    for family in table.families
    for tail in ("", "0.message.role", "0.message.content", "1.tool_call.function.name", "0", "x.y")
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=8)
    | st.sampled_from(
        [
            "",
            "chat",
            '"chat"',
            "[",
            '{"messages": [{"role": "user", "content": [{"type": "text"}]}]}',
            '[{"role": null, "parts": [{"type": 3}, null, "x"]}]',
            '{"choices": [{"message": null}, null, 1]}',
            '{"generations": [[]]}',
            '{"generations": [[{"message": {"kwargs": {"response_metadata": 7}}}]]}',
            '{"input": -1, "output": "x", "total": {}}',
            "{'cache_read': 1, 'audio': None}",
            "{'a': (",
            "9" * 40,
            "2026-11-21T07:21:13Z",
            "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(string.ascii_lowercase, max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
ATTRIBUTES = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=12), VALUES, max_size=14)
EVENTS = st.builds(
    Event,
    st.sampled_from(
        [
            "exception",
            "gen_ai.choice",
            "gen_ai.user.message",
            "gen_ai.content.prompt",
            "gen_ai.evaluation.result",
            "guard.evaluation",
            "mlflow.chunk.item.0",
            "First Token Stream Event",
            "other",
        ]
    ),
    st.integers(0, 2**63),
    ATTRIBUTES,
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    return Span(
        trace_id="a" * 32,
        span_id="b" * 16,
        parent_span_id=draw(st.sampled_from(["", "c" * 16])),
        name=draw(st.sampled_from(["chat gpt-4o", "raw_gen_ai_request", "", "OpenAI._prepare_chat"])),
        kind=draw(st.integers(0, 9)),
        start_ns=draw(st.integers(0, 2**64 - 1)),
        end_ns=draw(st.integers(0, 2**64 - 1)),
        status_code=draw(st.integers(0, 5)),
        status_message=draw(st.text(max_size=20)),
        attributes=draw(ATTRIBUTES),
        events=draw(st.lists(EVENTS, max_size=3)),
        links=[],
        resource=Resource(draw(ATTRIBUTES)),
        scope=Scope(draw(st.sampled_from(["", "ai", *(prefix for prefix, _ in SCOPES)]))),
    )


def check(row: SpanRow) -> None:
    for text in (row.attributes_json, row.resource_json, row.events_json, row.links_json):
        if text:
            json.loads(text)
    facts = row.facts
    assert facts.operation in SPAN_OPERATIONS
    assert facts.status in ("ok", "error")
    usage = facts.usage
    for name in usage.__struct_fields__:
        value = getattr(usage, name)
        assert value is None or value >= 0
    if usage.input_tokens is not None:
        assert usage.input_tokens >= (usage.cached_input_tokens or 0) + (usage.cache_write_tokens or 0)
    for message in row.messages:
        assert isinstance(message.text, str)
        if message.parts_json:
            assert isinstance(json.loads(message.parts_json), list)


@given(spans())
def test_any_span_is_read(span: Span) -> None:
    reading = read_span(span, project="p", received_ns=NOW)
    check(reading.row)
    assert read_span(span, project="p", received_ns=NOW + 5).row.content_hash == reading.row.content_hash
    found = assemble([reading.row.facts])
    assert len(found) == (reading.row.facts.operation in CALL_OPERATIONS and reading.row.facts.is_call)
    assert explain(span)


@given(spans())
def test_content_is_not_an_attribute(span: Span) -> None:
    kept = json.loads(read_span(span, project="p", received_ns=NOW).row.attributes_json)
    # A body that mixes parameters with content keeps its key, for the parameters.
    mixed = {"request_data"}
    assert not [key for key in kept if (rule := find(key)) is not None and rule.content and key not in mixed]
    assert all(key in kept or known_key(key) for key in span.attributes)


@given(
    ATTRIBUTES,
    VALUES,
    st.sampled_from(
        ["", "gen_ai.choice", "gen_ai.tool.message", "gen_ai.client.inference.operation.details", "other"]
    ),
    st.integers(0, 30),
    st.text(max_size=8),
)
def test_any_log_record_is_read(
    attributes: dict[str, object], body: object, event_name: str, severity: int, text: str
) -> None:
    record = LogRecord(
        time_ns=NOW,
        observed_ns=0,
        severity_number=severity,
        severity_text=text,
        body=body,
        event_name=event_name,
        attributes=attributes,
        trace_id="",
        span_id="",
        resource=Resource({}),
        scope=Scope("openlit"),
    )
    reading = read_log(record, project="p", received_ns=NOW, position=0)
    json.loads(reading.row.attributes_json)
    again = read_log(record, project="p", received_ns=NOW + 1, position=7)
    assert again.row.record_id == reading.row.record_id
    assert (
        read_log(record, project="p", received_ns=NOW, position=0, repeat=1).row.record_id
        != reading.row.record_id
    )
