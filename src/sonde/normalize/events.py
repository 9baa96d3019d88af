"""Span events: stream timing, exceptions, content and scores that arrive inside a span."""

import math
from itertools import pairwise
from typing import Any

from msgspec import Struct, field

from sonde.model.span import Event, Span
from sonde.normalize.rendering import to_json

STALL_NS = 1_000_000_000
"""A gap between two chunks longer than this is a stall."""

_FIRST_TOKEN = frozenset({"First Token Stream Event", "ai.stream.firstChunk", "gen_ai.first_token"})
_CHUNKS = frozenset({"gen_ai.content.completion.chunk", "llm.content.completion.chunk"})
_CHUNK_PREFIX = "mlflow.chunk.item."
_CONTENT_ATTRIBUTES = frozenset(
    {
        "mlflow.chunk.value",
        "gen_ai.prompt",
        "gen_ai.completion",
        "gen_ai.event.content",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "ai.response.text",
        "ai.response.toolCalls",
        "ai.response.object",
    }
)
MESSAGE_EVENTS = {
    "gen_ai.system.message": ("input", "system"),
    "gen_ai.user.message": ("input", "user"),
    "gen_ai.assistant.message": ("input", "assistant"),
    "gen_ai.tool.message": ("input", "tool"),
    "gen_ai.choice": ("output", "assistant"),
}
"""Names of the events that carry one message each: (direction, role)."""


class EventReading(Struct, gc=False):
    """What a span's events state."""

    streaming: bool | None = None
    ttft_ms: float | None = None
    itl_p95_ms: float | None = None
    stalls: int | None = None
    error_type: str | None = None
    error_message: str | None = None
    messages: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
    """(direction, role, value) of content events, in order."""
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    """Attributes of a ``gen_ai.client.inference.operation.details`` event on the span."""
    scored: list[Event] = field(default_factory=list[Event])
    events_json: str = ""


NO_EVENTS = EventReading()


def read_events(span: Span) -> EventReading:
    """Read and render a span's events. Without events: one shared empty reading."""
    events = span.events
    if not events:
        return NO_EVENTS
    found = EventReading()
    chunks: list[int] = []
    rendered: list[dict[str, Any]] = []
    for event in events:
        name = event.name
        attributes = event.attributes
        if name in _CHUNKS or name.startswith(_CHUNK_PREFIX):
            chunks.append(event.time_ns)
        elif name in _FIRST_TOKEN:
            found.streaming = True
            found.ttft_ms = _since(span, event)
        elif name == "exception":
            _read_exception(found, attributes)
        elif name in ("gen_ai.evaluation.result", "guard.evaluation"):
            found.scored.append(event)
        else:
            _read_content(found, name, attributes)
        rendered.append(_rendered(event))
    if chunks:
        _read_chunks(found, span, chunks)
    found.events_json = to_json(rendered)
    return found


def _since(span: Span, event: Event) -> float | None:
    gap = event.time_ns - span.start_ns
    return gap / 1e6 if gap >= 0 else None


def _read_exception(found: EventReading, attributes: dict[str, Any]) -> None:
    kind, message = attributes.get("exception.type"), attributes.get("exception.message")
    if isinstance(kind, str) and kind:
        found.error_type = kind
    if isinstance(message, str) and message:
        found.error_message = message


def _read_content(found: EventReading, name: str, attributes: dict[str, Any]) -> None:
    if name in MESSAGE_EVENTS:
        direction, role = MESSAGE_EVENTS[name]
        found.messages.append((direction, role, attributes.get("gen_ai.event.content", attributes)))
    elif name == "gen_ai.content.prompt":
        found.messages.append(("input", "user", attributes.get("gen_ai.prompt")))
    elif name == "gen_ai.content.completion":
        found.messages.append(("output", "assistant", attributes.get("gen_ai.completion")))
    elif name == "gen_ai.client.inference.operation.details":
        found.details = attributes


def _read_chunks(found: EventReading, span: Span, chunks: list[int]) -> None:
    """Timing from the chunks' own times; one chunk alone only tells the first token."""
    found.streaming = True
    chunks.sort()
    if found.ttft_ms is None and chunks[0] >= span.start_ns:
        found.ttft_ms = (chunks[0] - span.start_ns) / 1e6
    gaps = sorted(after - before for before, after in pairwise(chunks))
    if gaps:
        found.itl_p95_ms = gaps[min(len(gaps) - 1, math.ceil(len(gaps) * 0.95) - 1)] / 1e6
        found.stalls = sum(1 for gap in gaps if gap > STALL_NS)


def _rendered(event: Event) -> dict[str, Any]:
    attributes = event.attributes
    if event.name in MESSAGE_EVENTS:
        attributes = {}
    elif attributes and not _CONTENT_ATTRIBUTES.isdisjoint(attributes):
        attributes = {key: value for key, value in attributes.items() if key not in _CONTENT_ATTRIBUTES}
    return {"name": event.name, "time_ns": event.time_ns, "attributes": attributes}
