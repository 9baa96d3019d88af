"""Calls: one model invocation each."""

from pydantic import ConfigDict, Field

from sonde.api.schemas.common import Answer, CostSource, CostState, JsonObject, Message, Money, Status, Time


class CallSummary(Answer):
    """One row of the list of calls."""

    time: Time
    end_time: Time
    project: str
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    name: str
    service: str
    environment: str | None = None
    release: str | None = None
    operation: str = Field(description="chat, text_completion, embeddings or rerank")
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    endpoint: str | None = None
    function: str | None = None
    tags: list[str] = Field(default_factory=list)
    prompt_name: str | None = None
    prompt_version: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    status: Status
    error_type: str | None = None
    incomplete: bool | None = None
    finish_reason: str | None = None
    streaming: bool | None = None
    service_tier: str | None = None
    duration_ms: float
    ttft_ms: float | None = None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None
    tool_calls: int | None = None
    cost_usd: Money | None = None
    input_cost_usd: Money | None = None
    output_cost_usd: Money | None = None
    claimed_cost_usd: Money | None = None
    cost_state: CostState
    cost_source: CostSource
    cache_hit: bool | None = None
    fallback: bool | None = None
    attempts: int | None = None
    convention: str
    counted: bool = Field(description="False for a span that repeats another call: shown, never summed")
    duplicate_of: str | None = Field(default=None, description="Span id of the call that is counted instead")
    duplicate_reason: str | None = None


class CostLine(Answer):
    """One step of the computation of a cost, or a reason in words."""

    model_config = ConfigDict(extra="allow")

    token_class: str | None = None
    tokens: int | None = None
    unit_price_usd_per_million: Money | None = None
    cost_usd: Money | None = None
    reason: str | None = None


class CallDetail(CallSummary):
    """Everything known of one call."""

    response_id: str | None = None
    error_message: str | None = None
    thinking_ms: float | None = None
    itl_p95_ms: float | None = None
    stalls: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    content_bytes: int | None = None
    fallback_from: str | None = None
    prompt_hash: str | None = None
    cached_input_cost_usd: Money | None = None
    cache_write_cost_usd: Money | None = None
    reasoning_cost_usd: Money | None = None
    fees_usd: Money | None = None
    rate_card: str | None = Field(default=None, description="The price used: provider/model@valid-from")
    explanation: list[CostLine] = Field(description="How the cost was computed, line by line")
    attributes: JsonObject
    time_flag: str | None = Field(
        default=None, description='"future" or "invalid" when the sent time was not used'
    )
    duplicates: list[CallSummary] = Field(
        description="The spans that are the same invocation and are not counted"
    )
    messages: list[Message] | None = Field(default=None, description="Null without scope `content`")


class FacetValue(Answer):
    """One value of a dimension and how many calls have it."""

    value: str | None
    calls: int


class Facet(Answer):
    """The most frequent values of one dimension; ``other`` counts the calls of the values left out."""

    dimension: str
    values: list[FacetValue]
    other: int = 0


class Facets(Answer):
    """Counts per value for the main dimensions, under the given filters."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    calls: int
    facets: list[Facet]
