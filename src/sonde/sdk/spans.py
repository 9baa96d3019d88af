"""Spans by hand: ``with sonde.span("rank", kind="tool") as span: …``."""

from collections.abc import Mapping
from contextvars import Token
from types import TracebackType
from typing import Any, Self, cast

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.trace import INVALID_SPAN, SpanKind, Status, StatusCode
from opentelemetry.trace import Span as OtelSpan

from sonde._version import __version__
from sonde.resilience import events
from sonde.sdk import providers
from sonde.sdk.attached import leave
from sonde.sdk.block import Block
from sonde.sdk.content import captured
from sonde.sdk.messages import as_messages, is_messages
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.streams import INCOMPLETE
from sonde.sdk.values import Value, clean, clean_all

OPERATION = "gen_ai.operation.name"
MODEL = "gen_ai.request.model"
ERROR_TYPE = "error.type"
CACHE_HIT = "sonde.cache.hit"
CALLS = frozenset({"chat", "text_completion", "embeddings", "rerank", "generate_content"})
"""Operations of model calls."""

KINDS: Mapping[str, tuple[str, str]] = {
    "tool": ("execute_tool", "gen_ai.tool.name"),
    "agent": ("invoke_agent", "gen_ai.agent.name"),
    "workflow": ("invoke_workflow", "gen_ai.workflow.name"),
    "retrieval": ("retrieval", "gen_ai.data_source.id"),
}
"""Kind → (operation, attribute that holds the name), as the GenAI conventions have them."""

_INPUT: Mapping[str, str] = {
    "tool": "gen_ai.tool.call.arguments",
    "retrieval": "gen_ai.retrieval.query.text",
}
_OUTPUT: Mapping[str, str] = {
    "tool": "gen_ai.tool.call.result",
    "retrieval": "gen_ai.retrieval.documents",
}
_MESSAGE_MAX = 4_096


def kind_of(kind: str | None, place: str) -> str:
    """The kind when it is one of `KINDS`, else empty; an unknown one is told once."""
    if kind is None or kind in ("", "span", "function"):
        return ""
    if kind in KINDS:
        return kind
    tell_once(
        f"{place}.kind",
        f"sonde.{place}: kind {kind!r:.40} is not known and is left out; it is one of {', '.join(KINDS)}. "
        "A model call is sonde.call(…) or sonde.record_call(…).",
    )
    return ""


def opening(name: str, kind: str) -> tuple[str, dict[str, Value]]:
    """Name and attributes that a span of this kind begins with."""
    if not kind:
        return name, {}
    operation, named = KINDS[kind]
    attributes: dict[str, Value] = {OPERATION: operation, named: name}
    if kind == "tool":
        attributes["gen_ai.tool.type"] = "function"
    return f"{operation} {name}", attributes


def mark_failed(span: OtelSpan, error: BaseException) -> None:
    """Write an error on a span; what the app itself gave up is incomplete, not failed."""
    if not isinstance(error, Exception):
        # Cancelled, closed, interrupted: `GeneratorExit`, `CancelledError`, `KeyboardInterrupt`,
        # `SystemExit`.
        span.set_attribute(INCOMPLETE, True)
        return
    span.set_attribute(ERROR_TYPE, error_type(error))
    span.set_status(Status(StatusCode.ERROR, error_text(error)))
    span.record_exception(error)


def error_type(error: BaseException) -> str:
    """The class with its module; built-in ones without."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def error_text(error: BaseException) -> str:
    """What the error says, cut."""
    try:
        return str(error)[:_MESSAGE_MAX]
    except Exception:  # noqa: BLE001 - some errors cannot say what they are
        return ""


def set_input(span: OtelSpan, kind: str, value: object) -> None:
    """Put what a span was given on it, when content may leave the process."""
    _set_content(span, _INPUT.get(kind), "gen_ai.input.messages", "input.value", value, "user")


def set_output(span: OtelSpan, kind: str, value: object) -> None:
    """Put what a span made on it, when content may leave the process."""
    _set_content(span, _OUTPUT.get(kind), "gen_ai.output.messages", "output.value", value, "assistant")


def _set_content(
    span: OtelSpan, own: str | None, messages: str, plain: str, value: object, role: str
) -> None:
    if own is None and is_messages(value):
        text = captured(as_messages(value, role))
        key = messages
    else:
        text = captured(value)
        key = own or plain
    if text is not None:
        span.set_attribute(key, text)


class span(Block):  # noqa: N801 - reads as a word where it is used
    """A span around a block, for ``with`` and ``async with``.

    An exception that leaves the block marks the span as failed and goes on. Nothing in here raises by itself.

    Args:
        name: What is done, without ids in it.
        kind: None for plain work; ``tool``, ``agent``, ``retrieval`` or ``workflow``.
        attributes: Facts to begin with.
        input: What it works on; sent only when content capture is on.
    """

    __slots__ = ("_attributes", "_input", "_kind", "_name", "_token")

    def __init__(
        self,
        name: str,
        *,
        kind: str | None = None,
        attributes: Mapping[str, object] | None = None,
        input: object = None,  # noqa: A002 - the word the field uses
    ) -> None:
        self._name = str(name)
        self._kind = kind_of(kind, "span")
        self._attributes = attributes
        self._input = input
        self._token: Token[otel.Context] | None = None
        self.otel = INVALID_SPAN

    def __enter__(self) -> Self:
        try:
            name, attributes = opening(self._name, self._kind)
            if self._attributes:
                attributes.update(clean_all(self._attributes))
            self.otel = providers.tracer().start_span(name, kind=SpanKind.INTERNAL, attributes=attributes)
            if self._input is not None:
                set_input(self.otel, self._kind, self._input)
                self._input = None
            self._token = otel.attach(trace.set_span_in_context(self.otel))
        except Exception as error:  # noqa: BLE001 - the host's block runs whatever happens here
            failed("starting a span", error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._token is not None:
                leave(self._token)
                self._token = None
            if error is not None:
                mark_failed(self.otel, error)
            self.otel.end()
        except Exception as problem:  # noqa: BLE001 - the host's block has ended whatever happens here
            failed("ending a span", problem)

    def set(self, attributes: Mapping[str, object] | None = None, /, **more: object) -> Self:
        """Add attributes: ``span.set(rows=3)`` or ``span.set({"db.rows": 3})``."""
        write(self.otel, {**(attributes or {}), **more})
        return self

    def event(self, name: str, attributes: Mapping[str, object] | None = None, /, **more: object) -> Self:
        """Tell that something happened now."""
        try:
            self.otel.add_event(name, clean_all({**(attributes or {}), **more}))
        except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
            failed("adding an event", error)
        return self

    def input(self, value: object) -> Self:
        """What the work was given; sent only when content capture is on."""
        try:
            set_input(self.otel, self._kind, value)
        except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
            failed("capturing an input", error)
        return self

    def output(self, value: object) -> Self:
        """What the work made; sent only when content capture is on."""
        try:
            set_output(self.otel, self._kind, value)
        except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
            failed("capturing an output", error)
        return self

    def error(self, error: BaseException) -> Self:
        """Mark the work as failed although no exception leaves the block."""
        try:
            mark_failed(self.otel, error)
        except Exception as problem:  # noqa: BLE001 - telling must not hurt what is told
            failed("marking an error", problem)
        return self


def write(target: OtelSpan, attributes: Mapping[str, object]) -> None:
    """Set attributes of any value on a span. Never raises."""
    try:
        for key, value in attributes.items():
            kept = clean(value)
            if kept is not None:
                target.set_attribute(key, kept)
    except Exception as error:  # noqa: BLE001 - telling must not hurt what is told
        failed("setting attributes", error)


def current() -> OtelSpan:
    """The span of the work at hand."""
    return trace.get_current_span()


def _is_call(span: OtelSpan) -> bool:
    """Whether a span stands for a model call."""
    attributes = cast("Mapping[str, object]", getattr(span, "attributes", None) or {})
    return attributes.get(OPERATION) in CALLS


def _cached_call(attributes: events.Attributes) -> None:
    """The call that was not made, as a span without length."""
    begun = providers.tracer().start_span(
        f"chat {attributes[MODEL]}",
        kind=SpanKind.CLIENT,
        attributes=cast("dict[str, Any]", {OPERATION: "chat", **attributes}),
    )
    begun.end()


class SpanSink:
    """Puts what the resilience policies tell on the span of the work at hand.

    A policy around an instrumented client speaks when the call's own span has ended or not yet begun. What
    must be on that span the policies *state* (the processor reads it when it begins); their events go on the
    span around, and where there is none become log records, so that they are not lost. An answer from a cache
    has no call's span at all unless the app made one: it becomes a call of its own, which cost nothing.
    """

    def event(self, name: str, attributes: events.Attributes) -> None:
        """An event on the current span, else a log record; a hit of a response cache as a call."""
        target = trace.get_current_span()
        if name == CACHE_HIT and MODEL in attributes and not _is_call(target):
            _cached_call(attributes)
            return
        if target.is_recording():
            target.add_event(name, dict(attributes))
            return
        logger = providers.logger_provider().get_logger(providers.SCOPE, __version__)
        logger.emit(
            severity_number=SeverityNumber.INFO, event_name=name, body=name, attributes=dict(attributes)
        )

    def annotate(self, attributes: events.Attributes) -> None:
        """Attributes on the current span."""
        target = trace.get_current_span()
        if target.is_recording():
            target.set_attributes(cast("dict[str, Any]", dict(attributes)))
