"""What of an error leaves the process: its text masked whether content is captured or not."""

from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from sonde.sdk.config import Config
from sonde.sdk.export.encode import SpanEncoder
from sonde.sdk.spans import mark_failed

KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"
SAID = f"refused for ada@example.com with {KEY}"


def failed_span() -> ReadableSpan:
    span = TracerProvider(shutdown_on_exit=False).get_tracer("tests").start_span("chat m")
    try:
        raise ValueError(SAID)
    except ValueError as error:
        mark_failed(span, error)
    span.end()
    assert isinstance(span, ReadableSpan)
    return span


def encoded(**settings: Any) -> Any:
    batch = SpanEncoder(Config(**settings), "tests").encode([failed_span()])
    request: Any = batch.request
    return request.resource_spans[0].scope_spans[0].spans[0]


@pytest.mark.parametrize("capture", [False, True])
def test_the_text_of_an_error_is_masked(capture: bool) -> None:
    span = encoded(capture_content=capture)
    sent = span.SerializeToString().decode("utf-8", "replace")
    assert "ada@example.com" not in sent
    assert KEY not in sent
    assert span.status.message.startswith("refused for [email] with [")
    event = {attribute.key: attribute.value.string_value for attribute in span.events[0].attributes}
    assert event["exception.type"] == "ValueError"
    assert "test_encode.py" in event["exception.stacktrace"]


def test_masking_can_be_switched_off() -> None:
    assert encoded(redact=False).status.message == SAID


def test_a_rule_that_fails_leaves_the_text_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONDE_RAISE", "0")

    def broken(text: str) -> str:
        raise RuntimeError(text)

    span = encoded(redact=broken)
    assert span.status.message == ""
    assert span.status.code == 2
    assert "ada@example.com" not in span.SerializeToString().decode("utf-8", "replace")
