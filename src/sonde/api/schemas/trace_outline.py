"""A trace as its page takes it: columns instead of rows, previews, finds."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, CostSource, CostState, Money
from sonde.api.schemas.scores import ScoreItem
from sonde.api.schemas.traces import TraceSummary


class Coded(Answer):
    """A column of few different values: ``values[codes[row]]``."""

    values: list[str | None]
    codes: list[int]


class SpanColumns(Answer):
    """Spans in the order of the tree (depth first, children by start time), one list per field."""

    span_id: list[str]
    parent: list[int] = Field(description="Row of the parent; -1 for roots and where the parent is missing")
    depth: list[int]
    parent_missing: list[int] = Field(description="Rows that name a parent that has not arrived")
    name: Coded
    operation: Coded
    service: Coded
    kind: Coded
    scope_name: Coded
    status: Coded
    error_type: Coded
    status_message: Coded
    start_offset_ms: list[float] = Field(description="From the start of the trace")
    duration_ms: list[float]
    events: list[int]


class CallColumns(Answer):
    """The calls among the spans, one list per field; ``row`` says which span each is."""

    row: list[int]
    counted: list[bool]
    duplicate_of: list[str | None]
    duplicate_reason: list[str | None]
    operation: list[str]
    provider: list[str | None]
    request_model: list[str | None]
    response_model: list[str | None]
    finish_reason: list[str | None]
    streaming: list[bool | None]
    incomplete: list[bool | None]
    ttft_ms: list[float | None]
    input_tokens: list[int | None]
    cached_input_tokens: list[int | None]
    cache_write_tokens: list[int | None]
    output_tokens: list[int | None]
    reasoning_tokens: list[int | None]
    cost_usd: list[Money | None]
    cost_state: list[CostState]
    cost_source: list[CostSource]


class TraceOutline(TraceSummary):
    """All spans of a trace at once, as columns: a tenth of the bytes of the same as rows."""

    releases: list[str]
    duplicates: int = Field(
        description="Spans that are calls and not counted because they repeat another one"
    )
    scores: list[ScoreItem]
    logs: int = Field(description="Log records that carry this trace id")
    truncated: bool = Field(description="More spans than are read for one trace: these are the earliest")
    columns: SpanColumns
    call_columns: CallColumns


class ToolCallPreview(Answer):
    """A tool a model asked for."""

    id: str
    name: str
    arguments: str = Field(description="The beginning of its arguments, on one line")


class TextPreview(Answer):
    """The beginning of a text."""

    role: str
    text: str
    bytes: int = Field(description="Size of the whole")


class SpanPreview(Answer):
    """The beginnings of what went into a span and what came out."""

    span_id: str
    system: TextPreview | None = None
    input: list[TextPreview] = Field(description="The last inputs, oldest first")
    thinking: str | None = None
    output: TextPreview | None = None
    tool_calls: list[ToolCallPreview]
    attachments: int = Field(description="Images, audio and files among inputs and outputs")


class Previews(Answer):
    """Previews of some spans; those without content are left out."""

    items: list[SpanPreview]


class TraceHit(Answer):
    """A place in a trace where a text was found."""

    span_id: str
    where: Literal["name", "error", "message", "attributes", "events"]
    role: str = Field(default="", description="Of a message")
    excerpt: str = Field(description="Some of the text around the first find")
    count: int = Field(description="Finds at this place")


class TraceHits(Answer):
    """Where a text was found, in the order of the tree."""

    q: str
    items: list[TraceHit]
    count: int = Field(description="Finds at all places")
    truncated: bool = Field(description="There are more places than are sent")
    content_searched: bool = Field(description="False for callers without scope `content`")
