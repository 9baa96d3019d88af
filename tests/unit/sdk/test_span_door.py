"""What a span is taken to weigh in the queue."""

from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from sonde.sdk.export.span_door import EVENT_BYTES, NUMBER_BYTES, SPAN_BYTES, span_bytes
from sonde.sdk.values import plain

LONG = 50_000


def ended(attributes: Mapping[str, Any], *events: Mapping[str, Any]) -> ReadableSpan:
    span = TracerProvider(shutdown_on_exit=False).get_tracer("tests").start_span("s", attributes=attributes)
    for event in events:
        span.add_event("e", event)
    span.end()
    assert isinstance(span, ReadableSpan)
    return span


@pytest.mark.parametrize(
    "value",
    [
        "x" * LONG,
        ["x" * (LONG // 2), "y" * (LONG // 2)],
        b"x" * LONG,
        {"a": {"b": "x" * LONG}},
        ("x" * LONG, 1),
    ],
)
def test_long_values_count_whatever_their_shape(value: Any) -> None:
    assert SPAN_BYTES + LONG <= span_bytes(ended({"k": value})) <= SPAN_BYTES + LONG + NUMBER_BYTES


def test_small_values_count_as_part_of_the_span() -> None:
    assert span_bytes(ended({"a": 1, "b": 2.5, "c": True})) == SPAN_BYTES


def test_events_count() -> None:
    assert span_bytes(ended({}, {"text": "x" * LONG}, {})) == SPAN_BYTES + 2 * EVENT_BYTES + LONG


def test_attributes_as_a_dict() -> None:
    span = ended({"a": 1, "b": "two"})
    found = plain(span.attributes)
    assert type(found) is dict
    assert found == {"a": 1, "b": "two"}
    found["c"] = 3  # a copy: the span stays as it is
    assert plain(span.attributes) == {"a": 1, "b": "two"}
    assert plain(None) == {}
