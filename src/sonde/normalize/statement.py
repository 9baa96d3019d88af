"""One record's attributes → `SpanFacts`."""

from datetime import datetime
from typing import Any

from sonde.model.facts import CALL_OPERATIONS, SpanFacts, Usage
from sonde.normalize.content import content_bytes, prompt_hash
from sonde.normalize.events import EventReading
from sonde.normalize.identity import Models, read_models, read_provider
from sonde.normalize.messages import Thread
from sonde.normalize.resource import ResourceReading
from sonde.normalize.usage import read_usage
from sonde.normalize.walk import Stated, Values
from sonde.semconv.convert import mapping, money
from sonde.semconv.registry import convention_of_scope
from sonde.semconv.words import FINISH_REASONS

_SERVER = 2
_NO_USAGE = Usage()
_INTERNAL_TAG_PREFIXES = ("seq:", "graph:", "map:", "langsmith:")
_MARKS = {
    "operation": "",
    "usage_object": "",
    "input_tokens": "",
    "provider": "",
    "model": "",
}


def convention_of(scope: str, stated: Stated) -> str:
    """The convention of a record: its scope's, else that of the rule that told its kind or model."""
    found = convention_of_scope(scope)
    if found:
        return found
    rules = stated.rules
    for field in _MARKS:
        rule = rules.get(field)
        if rule is not None:
            return rule.convention
    rule = rules.get("otel_operation")
    return rule.convention if rule is not None else ""


def prepare(values: Values, convention: str) -> None:
    """Lift the bare keys that only some conventions may claim."""
    if convention == "mlflow":
        if "bare_stream" in values:
            values.setdefault("streaming", values["bare_stream"])
        if "bare_user" in values:
            values.setdefault("user_id", values["bare_user"])
    elif convention in ("pydantic-ai", "logfire"):
        if "bare_events" in values:
            values["logfire_events"] = values["bare_events"]
    elif convention == "claude-code" or "claude_code_type" in values:
        for bare, field in (
            ("bare_input_tokens", "input_tokens"),
            ("bare_output_tokens", "output_tokens"),
            ("bare_cache_read_tokens", "cached_input_tokens"),
            ("bare_cache_creation_tokens", "cache_write_tokens"),
            ("bare_ttft_ms", "ttft_ms"),
            ("bare_model", "request_model"),
            ("bare_request_id", "response_id"),
        ):
            if bare in values:
                values.setdefault(field, values[bare])
        values.setdefault("provider", "anthropic")
    elif convention == "openlit" and "bare_user" in values:
        values.setdefault("user_id", values["bare_user"])


def finish_word(reason: str | None) -> str | None:
    """A finish reason in our words; an unknown one as the sender wrote it, lower case."""
    if not reason:
        return None
    word = reason.lower()
    if "." in word:
        word = word.rpartition(".")[2]
    word = word.removeprefix("finish_reason_")
    return FINISH_REASONS.get(word, word)


def read_tags(values: Values) -> tuple[str, ...]:
    """Tags of the application, without those frameworks put there for themselves."""
    found: tuple[str, ...] | None = values.get("tags")
    if not found:
        return ()
    return tuple(tag for tag in found if tag != "LLM" and not tag.startswith(_INTERNAL_TAG_PREFIXES))


def is_call(operation: str, role: str) -> bool:
    """Whether a record claims to be a model invocation, or carries the usage of one."""
    return operation in CALL_OPERATIONS and role != "transport"


def state(
    *,
    ids: tuple[str, str, str],
    times: tuple[int, int],
    source: str,
    name: str,
    kind: int,
    scope: str,
    convention: str,
    operation: str,
    role: str,
    resource: ResourceReading,
    values: Values,
    events: EventReading,
    failure: tuple[str, str | None, str | None],
    thread: Thread | None,
) -> SpanFacts:
    """Put the facts together."""
    get = values.get
    status, error_type, error_message = failure
    calling = is_call(operation, role)
    provider = None
    models = _NO_MODELS
    usage = _NO_USAGE
    if calling or role == "transport":
        provider = read_provider(values, scope)
        models = read_models(values, convention, scope, failed=status == "error", message=error_message)
        usage = read_usage(values, convention, provider, scope=scope, body=models.usage)
    reason = _finish_reason(get("finish_reason"), models, thread) if calling else None
    streaming = _streaming(values, events, scope, convention, name) if calling else None
    tier = get("service_tier") or _vercel_tier(get("provider_metadata")) if calling else None
    messages = thread.messages if thread is not None else None
    fallback_from = get("fallback_from")
    prompt = get("prompt_hash")
    if prompt is None and messages:
        prompt = prompt_hash(messages, get("template"))
    return SpanFacts(
        trace_id=ids[0],
        span_id=ids[1],
        parent_span_id=ids[2],
        start_ns=times[0],
        end_ns=times[1],
        scope=scope,
        convention=convention,
        operation=operation,
        source=source,
        role=role,
        name=name,
        service=resource.service,
        environment=get("environment") or resource.environment,
        release=get("release") or resource.release,
        provider=provider,
        request_model=models.request,
        response_model=models.response,
        response_id=models.response_id,
        endpoint=_endpoint(values, kind),
        function=get("function"),
        tags=read_tags(values) if "tags" in values else (),
        prompt_name=get("prompt_name"),
        prompt_version=get("prompt_version"),
        user_id=_member(values, "user_id", "userId"),
        session_id=_member(values, "session_id", "sessionId"),
        status=status,
        error_type=error_type,
        error_message=error_message,
        incomplete=_incomplete(values, status, reason, usage, streaming, models, messages)
        if calling
        else None,
        finish_reason=reason,
        streaming=streaming,
        service_tier=tier,
        batch=get("batch") or (True if tier == "batch" else None),
        ttft_ms=_ttft(values, events, times[0], streaming=streaming) if calling else None,
        thinking_ms=get("thinking_ms"),
        itl_p95_ms=get("itl_p95_ms") or events.itl_p95_ms,
        stalls=get("stalls") if "stalls" in values else events.stalls,
        usage=usage,
        tool_calls=_tool_calls(thread) if calling else None,
        content_bytes=content_bytes(messages) if messages else None,
        billed_cost_usd=_billed(values, convention, provider, models.usage),
        claimed_cost_usd=_claimed(values, convention),
        cache_hit=get("cache_hit"),
        fallback=True if fallback_from else None,
        fallback_from=fallback_from,
        attempts=_attempts(values),
        prompt_hash=prompt,
    )


_NO_MODELS = Models(None, None, None)


def _finish_reason(stated: Any, models: Models, thread: Thread | None) -> str | None:
    reason = stated or models.finish_reason or (thread.finish_reason if thread is not None else None)
    return finish_word(reason)


def _streaming(values: Values, events: EventReading, scope: str, convention: str, name: str) -> bool | None:
    stated = values.get("streaming")
    if stated is not None:
        return bool(stated)
    if events.streaming or "streamed_ttft_ms" in values:
        return True
    output = values.get("output")
    if isinstance(output, str) and '"AIMessageChunk"' in output:
        return True
    if scope.endswith("instrumentation.langchain"):
        # LangChain streams whatever its parameters say; the class of the answer shows it.
        return None
    if convention == "openinference" and name.endswith("Stream"):
        return True
    stream = mapping(values.get("parameters")).get("stream")
    if isinstance(stream, bool):
        return stream
    named: Any = values.get("vercel_operation")
    if isinstance(named, str):
        word = named.partition(" ")[0]
        if word.endswith(".doStream"):
            return True
        if word.endswith(".doGenerate"):
            return False
    if "first_token_at" in values:
        return True
    return None


def _ttft(values: Values, events: EventReading, start_ns: int, *, streaming: bool | None) -> float | None:
    found = values.get("ttft_ms") or values.get("streamed_ttft_ms")
    if found is not None:
        return float(found)
    if events.ttft_ms is not None:
        return events.ttft_ms
    if streaming and "ttft_if_streaming_ms" in values:
        return float(values["ttft_if_streaming_ms"])
    moment = values.get("first_token_at")
    if isinstance(moment, str):
        try:
            at_ns = round(datetime.fromisoformat(moment).timestamp() * 1e6) * 1_000
        except ValueError:
            return None
        return (at_ns - start_ns) / 1e6 if at_ns >= start_ns else None
    return None


def _incomplete(
    values: Values,
    status: str,
    reason: str | None,
    usage: Usage,
    streaming: bool | None,
    models: Models,
    messages: Any,
) -> bool | None:
    """True for a stream whose end never came, although no error was reported."""
    stated = values.get("incomplete")
    if stated is not None:
        return bool(stated)
    if status == "error":
        return None
    if reason is not None and reason != "error":
        return False
    if reason == "error":
        return True
    if usage.known or usage.estimated:
        return False
    begun = models.response_id is not None or models.response is not None or bool(messages)
    return True if streaming and begun else None


def _endpoint(values: Values, kind: int) -> str | None:
    found = values.get("endpoint")
    if found is None and kind == _SERVER:
        found = values.get("http_route")
    return found or values.get("trace_name")


def _member(values: Values, field: str, other: str) -> str | None:
    """A field stated by itself, or inside a metadata object."""
    found = values.get(field)
    if found is None and "metadata" in values:
        metadata = mapping(values["metadata"])
        inner = metadata.get(field) or metadata.get(other)
        return inner if isinstance(inner, str) and inner else None
    return found


def _vercel_tier(metadata: Any) -> str | None:
    for part in mapping(metadata).values():
        tier = mapping(part).get("serviceTier")
        if isinstance(tier, str):
            return tier
    return None


def _tool_calls(thread: Thread | None) -> int | None:
    """Tool calls in the answer; unknown when the answer was not sent."""
    if thread is None or not any(message.direction == "output" for message in thread.messages):
        return None
    return thread.tool_calls


def _attempts(values: Values) -> int | None:
    if "attempts" in values:
        return int(values["attempts"])
    resent = values.get("resend_count")
    return resent + 1 if resent else None


def _billed(values: Values, convention: str, provider: str | None, body: Any) -> str | None:
    """What the seller itself says it charged: OpenRouter does, in its spans and in its answers' usage."""
    stated = values.get("billed_cost_usd")
    if stated is not None:
        return str(stated)
    if convention == "openrouter" and "total_cost" in values:
        return str(values["total_cost"])
    if provider == "openrouter":
        return money(mapping(values.get("usage_object")).get("cost")) or money(mapping(body).get("cost"))
    return None


def _claimed(values: Values, convention: str) -> str | None:
    """What an instrumentation computed: by itself, or as the total of a cost object (Langfuse, MLflow)."""
    if "claimed_cost_usd" in values:
        return str(values["claimed_cost_usd"])
    if "total_cost" in values and convention != "openrouter":
        return str(values["total_cost"])
    if "cost_object" not in values:
        return None
    amounts = mapping(values["cost_object"])
    return money(amounts.get("total")) or money(amounts.get("total_cost"))
