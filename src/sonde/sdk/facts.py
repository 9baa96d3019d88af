"""What an ended span says of a model call, whatever instrumentation made it: enough for logs and metrics
here.

The server reads spans with far more care; this is the short list that fits into the app's own call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from sonde.semconv.words import FINISH_REASONS, FRAMEWORKS, OPERATIONS, PROVIDERS

CALLS = frozenset(("chat", "text_completion", "embeddings", "rerank"))

_KINDS = ("openinference.span.kind", "gen_ai.operation.name", "llm.request.type", "traceloop.span.kind")
_PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system")
_REQUEST_MODEL = ("gen_ai.request.model", "llm.request.model_name")
_RESPONSE_MODEL = (
    "gen_ai.response.model",
    "llm.response.model_name",
    "llm.model_name",
    "embedding.model_name",
)
_INPUT = ("gen_ai.usage.input_tokens", "llm.token_count.prompt", "gen_ai.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "llm.token_count.completion", "gen_ai.usage.completion_tokens")
_CACHED = ("gen_ai.usage.cache_read.input_tokens", "llm.token_count.prompt_details.cache_read")
_WRITTEN = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "llm.token_count.prompt_details.cache_write",
)
_REASONING = ("gen_ai.usage.reasoning.output_tokens", "llm.token_count.completion_details.reasoning")
_SESSION = ("session.id", "gen_ai.conversation.id")
_USER = ("user.id", "enduser.id")
_FUNCTION = ("sonde.function", "code.function.name")
_REASONS = ("gen_ai.response.finish_reasons", "llm.finish_reason", "anthropic.message.stop_reason")
_REQUEST_ID = ("sonde.request_id", "anthropic.request.id", "request_id")
_TIER = (
    "openai.response.service_tier",
    "gen_ai.openai.response.service_tier",
    "gen_ai.response.service_tier",
)


@dataclass(slots=True)
class CallFacts:
    """One model call that is over. Unknown is None. Tokens: input includes cached, output includes
    reasoning.
    """

    trace_id: str
    span_id: str
    scope: str
    operation: str
    """chat | text_completion | embeddings | rerank."""
    start_ns: int
    end_ns: int
    status: str
    """ok | error."""
    attributes: Mapping[str, Any] = field(repr=False)
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    request_id: str | None = None
    endpoint: str | None = None
    function: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    prompt_name: str | None = None
    prompt_version: str | None = None
    tags: tuple[str, ...] = ()
    error_type: str | None = None
    error_message: str | None = None
    incomplete: bool = False
    finish_reason: str | None = None
    streaming: bool | None = None
    service_tier: str | None = None
    ttft_ms: float | None = None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    estimated: bool = False
    cache_hit: bool = False
    attempt: int | None = None
    fallback_from: str | None = None
    billed_cost_usd: float | None = None
    cost_usd: float | None = None
    cost_source: str = "none"
    """billed | computed | none."""
    slow: bool = False
    expensive: bool = False

    @property
    def model(self) -> str:
        """The model that answered, else the one that was asked for."""
        return self.response_model or self.request_model or "unknown"

    @property
    def duration_ms(self) -> float | None:
        """From start to end; None when nobody said how long it took."""
        if self.attributes.get("sonde.duration.unknown") is True:
            return None
        return (self.end_ns - self.start_ns) / 1e6


def is_call_span(attributes: Mapping[str, Any]) -> bool:
    """Whether attributes (of a span that begins or ends) are those of a model call."""
    return _operation(attributes) in CALLS


def read(span: ReadableSpan, attributes: Mapping[str, Any]) -> CallFacts | None:
    """The facts of a call's span; None for every other span.

    ``attributes``: the span's own, and what is known beside them.
    """
    context = span.context
    if not attributes or context is None:
        return None
    operation = _operation(attributes)
    if operation not in CALLS or attributes.get("logfire.span_type") == "pending_span":
        return None
    get = attributes.get
    if operation == "text_completion" and attributes.get("gen_ai.operation.name") == "generate_content":
        operation = "chat"
    failed = span.status.status_code is StatusCode.ERROR
    start_ns, end_ns = span.start_time or 0, span.end_time or 0
    facts = CallFacts(
        trace_id=f"{context.trace_id:032x}",
        span_id=f"{context.span_id:016x}",
        scope=span.instrumentation_scope.name if span.instrumentation_scope is not None else "",
        operation=operation,
        start_ns=start_ns,
        end_ns=max(start_ns, end_ns),
        status="error" if failed else "ok",
        attributes=attributes,
        provider=_provider(get),
        request_model=_text(get, _REQUEST_MODEL),
        response_model=_text(get, _RESPONSE_MODEL),
        response_id=_text(get, ("gen_ai.response.id",)),
        request_id=_text(get, _REQUEST_ID),
        endpoint=_text(get, ("sonde.endpoint",)),
        function=_text(get, _FUNCTION),
        user_id=_text(get, _USER),
        session_id=_text(get, _SESSION),
        prompt_name=_text(get, ("gen_ai.prompt.name",)),
        prompt_version=_text(get, ("gen_ai.prompt.version",)),
        tags=_words(get("sonde.tags")),
        incomplete=get("sonde.incomplete") is True,
        finish_reason=_finish(get),
        streaming=stream if isinstance(stream := get("gen_ai.request.stream"), bool) else None,
        service_tier=_text(get, _TIER),
        ttft_ms=_ttft(get),
        input_tokens=_count(get, _INPUT),
        cached_input_tokens=_count(get, _CACHED),
        cache_write_tokens=_count(get, _WRITTEN),
        output_tokens=_count(get, _OUTPUT),
        reasoning_tokens=_count(get, _REASONING),
        estimated=get("sonde.usage.estimated") is True,
        cache_hit=get("sonde.cache.hit") is True,
        attempt=_count(get, ("sonde.attempt",)),
        fallback_from=_text(get, ("sonde.fallback.from",)),
        billed_cost_usd=_number(get("sonde.cost.billed_usd")),
    )
    if failed:
        facts.error_type = _text(get, ("error.type",)) or _exception(span, "exception.type")
        facts.error_message = span.status.description or _exception(span, "exception.message")
    return facts


def _operation(attributes: Mapping[str, Any]) -> str:
    get = attributes.get
    for key in _KINDS:
        word = get(key)
        if isinstance(word, str):
            found = OPERATIONS.get(word) or OPERATIONS.get(word.lower())
            if found is not None:
                return found
    return ""


def _provider(get: Any) -> str | None:
    for key in _PROVIDER:
        word = get(key)
        if isinstance(word, str) and word:
            lower = word.lower()
            if lower not in FRAMEWORKS:
                return PROVIDERS.get(lower, lower)
    return None


def _text(get: Any, keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = get(key)
        if isinstance(value, str) and value:
            return value
    return None


def _count(get: Any, keys: tuple[str, ...]) -> int | None:
    for key in keys:
        value = get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, tuple | list):
        return ()
    return tuple(word for word in cast("Sequence[Any]", value) if isinstance(word, str))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _ttft(get: Any) -> float | None:
    own = _number(get("sonde.ttft_ms"))
    if own is not None:
        return own
    seconds = _number(get("gen_ai.response.time_to_first_chunk"))
    return None if seconds is None else seconds * 1e3


def _finish(get: Any) -> str | None:
    for key in _REASONS:
        value = get(key)
        if isinstance(value, tuple | list) and value:
            value = cast("Sequence[Any]", value)[0]
        if isinstance(value, str) and value:
            word = value.lower()
            return FINISH_REASONS.get(word, word)
    return None


def _exception(span: ReadableSpan, key: str) -> str | None:
    for event in reversed(span.events):
        if event.name == "exception" and event.attributes:
            value = event.attributes.get(key)
            if isinstance(value, str):
                return value
    return None
