"""What one span or one GenAI log event says by itself, in Sonde's words.

`SpanFacts` is the seam between reading a convention (one record at a time, pure) and deciding which
records are one model invocation (several records, any order). It is small, holds no content, and is
stored beside the span so that a decision can be made again when a late span arrives.
"""

from msgspec import Struct

CALL_OPERATIONS = frozenset({"chat", "text_completion", "embeddings", "rerank"})
"""Operations that are model invocations: only these can become a call."""

SPAN_OPERATIONS = CALL_OPERATIONS | frozenset(
    {"tool", "agent", "workflow", "retrieval", "guardrail", "evaluator", "memory", "prompt", "other"}
)
"""Every value of the column ``operation``."""


class Usage(Struct, frozen=True, gc=False, omit_defaults=True):
    """Tokens of one invocation, in the meaning fixed by design: unknown is None, never 0.

    ``input_tokens`` includes cached, cache-write and audio input tokens; ``output_tokens`` includes
    reasoning and audio output tokens, whatever the source convention said.
    """

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    """The part of ``cache_write_tokens`` written with a one-hour lifetime (dearer at Anthropic)."""
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    cached_audio_input_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    citation_tokens: int | None = None
    """The part of ``output_tokens`` spent on citations (priced apart at Perplexity)."""
    web_searches: int | None = None
    """Server-side tool requests that carry a fee of their own."""
    estimated: bool = False
    """True when the sender counted the tokens itself instead of taking them from the provider."""

    @property
    def total_tokens(self) -> int | None:
        """``input + output``; the known one when only one is known; None when neither is."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    @property
    def known(self) -> bool:
        """Whether the source said anything about tokens."""
        return self.input_tokens is not None or self.output_tokens is not None


class SpanFacts(Struct, frozen=True, gc=False, omit_defaults=True):
    """The normalized statement of one record. Every field but the identity may be unknown (None)."""

    trace_id: str
    span_id: str
    parent_span_id: str
    start_ns: int
    end_ns: int
    scope: str
    """Name of the instrumentation scope: two scopes can see one invocation, one scope sees it once."""
    convention: str
    operation: str
    """One of `SPAN_OPERATIONS`."""
    source: str = "span"
    """"span", or "log" for a GenAI log event that carries usage or identity for a span."""
    role: str = ""
    """How a record takes part in an invocation when it is not plainly one: "usage" (a sibling that only
    carries usage, Logfire streaming), "aggregate" (a parent that repeats its children's usage),
    "transport" (the HTTP or raw child of a call); empty otherwise."""

    name: str = ""
    service: str = ""
    environment: str | None = None
    release: str | None = None
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    endpoint: str | None = None
    function: str | None = None
    tags: tuple[str, ...] = ()
    prompt_name: str | None = None
    prompt_version: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    status: str = "ok"
    """"ok" or "error"."""
    error_type: str | None = None
    error_message: str | None = None
    incomplete: bool | None = None
    """True for a stream that was aborted: not an error, but no end either."""
    finish_reason: str | None = None
    """One of stop, length, tool_calls, content_filter, error, or the source's own word."""
    streaming: bool | None = None
    service_tier: str | None = None
    batch: bool | None = None
    ttft_ms: float | None = None
    thinking_ms: float | None = None
    itl_p95_ms: float | None = None
    stalls: int | None = None
    usage: Usage = Usage()
    tool_calls: int | None = None
    """Tool calls the model asked for in this answer."""
    content_bytes: int | None = None
    billed_cost_usd: str | None = None
    """The provider's or router's own figure as decimal text (it wins over every computation)."""
    claimed_cost_usd: str | None = None
    """What some instrumentation computed, as decimal text (shown beside, never drives a budget)."""
    cache_hit: bool | None = None
    fallback: bool | None = None
    fallback_from: str | None = None
    attempts: int | None = None
    prompt_hash: str | None = None

    @property
    def is_call(self) -> bool:
        """Whether this record by itself claims to be a model invocation."""
        return self.operation in CALL_OPERATIONS and self.role not in ("aggregate", "transport")
