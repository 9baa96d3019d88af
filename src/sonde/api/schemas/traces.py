"""Traces and their spans."""

from typing import Any, Literal

from pydantic import Field

from sonde.api.schemas.calls import CallDetail
from sonde.api.schemas.common import Answer, CostSource, CostState, JsonObject, Message, Money, Time
from sonde.api.schemas.scores import ScoreItem


class TraceSummary(Answer):
    """One row of the list of traces. Sums are over counted calls."""

    trace_id: str
    project: str
    time: Time
    end_time: Time
    duration_ms: float
    name: str = Field(description="Name of the root span; of the earliest span while the root is missing")
    root_seen: bool
    service: str
    services: list[str]
    spans: int
    calls: int
    errors: int = Field(description="Spans with status error")
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cost_usd: Money | None = None
    unpriced_calls: int = 0
    models: list[str]
    user_id: str | None = None
    session_id: str | None = None
    environment: str | None = None
    tags: list[str] = Field(default_factory=list)


class SpanCall(Answer):
    """The call a span is, with its cost."""

    counted: bool
    duplicate_of: str | None = None
    duplicate_reason: str | None = None
    operation: str
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    finish_reason: str | None = None
    streaming: bool | None = None
    incomplete: bool | None = None
    ttft_ms: float | None = None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None
    cost_usd: Money | None = None
    cost_state: CostState
    cost_source: CostSource


class SpanNode(Answer):
    """One span of a trace, in the order of the tree (depth first, children by start time)."""

    span_id: str
    parent_span_id: str | None = None
    depth: int = Field(description="0 for a root")
    parent_missing: bool = Field(default=False, description="It names a parent that has not arrived")
    name: str
    kind: str
    service: str
    scope_name: str
    operation: str
    status: Literal["unset", "ok", "error"]
    status_message: str
    error_type: str | None = None
    time: Time
    end_time: Time
    start_offset_ms: float = Field(description="From the start of the trace")
    duration_ms: float
    events: int
    links: int
    time_flag: str | None = None
    call: SpanCall | None = None


class TraceDetail(TraceSummary):
    """A trace with its spans (at most 5,000 a page)."""

    items: list[SpanNode]
    next_cursor: str | None = None
    duplicates: int = Field(
        description="Spans that are calls and not counted because they repeat another one"
    )
    scores: list[ScoreItem]
    logs: int = Field(description="Log records that carry this trace id")
    truncated: bool = Field(
        default=False, description="More spans than are read for one trace: the rest is only in SQL"
    )


class SpanEvent(Answer):
    """Something that happened inside a span."""

    name: str
    time: Time
    attributes: JsonObject


class SpanLink(Answer):
    """A pointer to another span."""

    trace_id: str
    span_id: str
    trace_state: str = ""
    attributes: JsonObject


class FieldOrigin(Answer):
    """Where one field of the span or of its call came from."""

    field: str
    value: Any = None
    origin: Literal["span", "duplicate", "ancestor", "related", "computed"] = Field(
        description="span: said by this span itself; duplicate: by a span that is the same invocation; "
        "ancestor: by a span above it; related: by a log event or a sibling; computed: derived here"
    )
    span_id: str | None = Field(default=None, description="The span that said it, when it is another one")
    rule: str | None = Field(
        default=None, description="The mapping rule that read it from the span's attributes"
    )
    keys: list[str] = Field(default_factory=list, description="The attribute keys the rule read")


class SpanDetail(SpanNode):
    """Everything known of one span."""

    trace_id: str
    project: str
    received_time: Time
    scope_version: str
    trace_state: str
    flags: int
    dropped_count: int
    convention: str
    user_id: str | None = None
    session_id: str | None = None
    attributes: JsonObject
    resource: JsonObject
    event_list: list[SpanEvent]
    link_list: list[SpanLink]
    origins: list[FieldOrigin]
    call_detail: CallDetail | None = None
    messages: list[Message] | None = Field(default=None, description="Null without scope `content`")
