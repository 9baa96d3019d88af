"""Ended spans and log records → OTLP requests, as they may leave the process: content only where allowed."""

from collections.abc import Iterable, Sequence
from typing import Any

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.sdk.trace import ReadableSpan

from sonde.sdk.config import Config
from sonde.sdk.content import cut
from sonde.sdk.export.batch import Batch
from sonde.sdk.redacting import Redacting, redacting
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.sampling import in_share, is_slow, notable
from sonde.semconv.registry import find

VALUE_CHARACTERS_MAX = 1 << 20
"""Longest content value of an instrumentation; `Config.content_bytes_max` counts when it is more."""
SLOW = "sonde.slow"
_OWN_SCOPE = "sonde"
_MESSAGE_EVENT = "gen_ai."
_EVENT_CONTENT = frozenset(("content", "message", "messages", "tool_calls", "body", "gen_ai.event.content"))
_ERROR_TEXTS = frozenset(("exception.message", "exception.stacktrace", "error.message"))
_MODEL_KEYS = frozenset(
    ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name", "embedding.model_name", "ai.model.id")
)


class SpanEncoder:
    """Encodes by one set of settings."""

    def __init__(self, config: Config, default_service: str) -> None:
        self._config = config
        self._resource = resource_attributes(config)
        self._default_service = default_service

    def encode(self, spans: Sequence[ReadableSpan]) -> Batch:
        """One request; content is left out or redacted. Takes place on a thread of ours."""
        request = encode_spans(spans)
        by_id = {_ids(span): span for span in spans}
        for resource_spans in request.resource_spans:
            set_resource(resource_spans.resource, self._resource, self._default_service)
            for scope_spans in resource_spans.scope_spans:
                for encoded in scope_spans.spans:
                    span = by_id[encoded.trace_id, encoded.span_id]
                    self._finish(encoded, span, scope_spans.scope.name == _OWN_SCOPE)
        return Batch("traces", len(spans), request)

    def _finish(self, encoded: Any, span: ReadableSpan, own: bool) -> None:
        config = self._config
        slow = is_slow(span, config.slow_ms)
        if slow and any(attribute.key in _MODEL_KEYS for attribute in encoded.attributes):
            encoded.attributes.append(KeyValue(key=SLOW, value=AnyValue(bool_value=True)))
        if config.capture_content and self._keeps_content(span):
            if not own:  # `captured` has done this already
                self._redact(encoded)
        else:
            leave_out_content(encoded)
        if encoded.status.message or encoded.events:
            self._mask_errors(encoded)

    def _mask_errors(self, encoded: Any) -> None:
        """Errors quote what was sent, also where content is not captured: so they are masked as it is."""
        if self._config.redact is False:
            return
        texts = [
            attribute.value
            for attributes in (encoded.attributes, *(event.attributes for event in encoded.events))
            for attribute in attributes
            if attribute.key in _ERROR_TEXTS
        ]
        try:
            rules = redacting(self._config.redact)
            if encoded.status.message:
                encoded.status.message = rules.sent(encoded.status.message)
            for value in texts:
                redact_value(value, rules, VALUE_CHARACTERS_MAX)
        except Exception as error:  # noqa: BLE001 — a rule of the app's own may raise: then no text is sent
            encoded.status.message = ""
            for value in texts:
                value.string_value = ""
            failed("redacting an error's text", error)

    def _keeps_content(self, span: ReadableSpan) -> bool:
        rate = self._config.content_sample_rate
        if rate >= 1.0:
            return True
        context = span.get_span_context()
        return notable(span, self._config.slow_ms) or (
            context is not None and in_share(context.trace_id, rate)
        )

    def _redact(self, encoded: Any) -> None:
        try:
            rules = redacting(self._config.redact)
            redact_attributes(encoded.attributes, rules, self._config.content_bytes_max, every=False)
            for event in encoded.events:
                redact_attributes(event.attributes, rules, self._config.content_bytes_max, every=True)
        except Exception as error:  # noqa: BLE001 — a rule of the app's own may raise: then no content is sent
            leave_out_content(encoded)
            failed("redacting content", error)


def is_content(key: str) -> bool:
    """Whether an attribute holds prompt or answer text, in any convention."""
    rule = find(key)
    return rule is not None and rule.content


def leave_out_content(encoded: Any) -> None:
    """Take the content out of an encoded span and its events."""
    remove_content(encoded.attributes)
    for event in encoded.events:
        is_message = event.name.startswith(_MESSAGE_EVENT)
        remove_content(event.attributes, _EVENT_CONTENT if is_message else frozenset())


def redact_attributes(attributes: Iterable[Any], rules: Redacting, length_max: int, *, every: bool) -> None:
    """Mask the texts of content attributes (``every``: of all), and cut what is very long."""
    for attribute in attributes:
        if every or is_content(attribute.key):
            redact_value(attribute.value, rules, max(length_max, VALUE_CHARACTERS_MAX))


def redact_value(value: Any, rules: Redacting, length_max: int) -> None:
    """Mask the texts inside an ``AnyValue``, in place."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        text: str = value.string_value
        if len(text) > length_max:
            tell_once(
                "content size",
                f"sonde: a captured text of {len(text)} characters was cut to {length_max}; "
                "set content_bytes_max= to keep more",
            )
            text = cut(text, length_max)
        masked = rules.sent(text)
        if masked != value.string_value:
            value.string_value = masked
    elif kind == "array_value":
        for item in value.array_value.values:
            redact_value(item, rules, length_max)
    elif kind == "kvlist_value":
        for pair in value.kvlist_value.values:
            redact_value(pair.value, rules, length_max)


def set_resource(resource: Resource, attributes: dict[str, str], default_service: str) -> None:
    """What the app told `sonde.init` goes before what an existing set-up says; a service has a name."""
    wanted = dict(attributes)
    for attribute in resource.attributes:
        if attribute.key in wanted:
            attribute.value.string_value = wanted.pop(attribute.key)
        elif attribute.key == "service.name" and attribute.value.string_value.startswith("unknown_service"):
            attribute.value.string_value = default_service
    resource.attributes.extend(
        KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in wanted.items()
    )


def resource_attributes(config: Config) -> dict[str, str]:
    """What the app told `sonde.init` about itself."""
    given = {
        "service.name": config.service,
        "service.version": config.release,
        "deployment.environment.name": config.environment,
    }
    return {key: value for key, value in given.items() if value}


def _ids(span: ReadableSpan) -> tuple[bytes, bytes]:
    context = span.get_span_context()
    assert context is not None, "an ended span has ids"
    return context.trace_id.to_bytes(16, "big"), context.span_id.to_bytes(8, "big")


def remove_content(attributes: Any, more: frozenset[str] = frozenset()) -> None:
    """Delete from a repeated field of attributes, in place, what holds content and the keys of ``more``."""
    for index in range(len(attributes) - 1, -1, -1):
        key: str = attributes[index].key
        if key in more or is_content(key):
            del attributes[index]
