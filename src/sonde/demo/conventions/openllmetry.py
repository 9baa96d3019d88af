"""OpenLLMetry (Traceloop), and the Anthropic SDK's own spans that show up below it."""

from sonde.demo import wire
from sonde.demo.calls import Call
from sonde.demo.conventions.dialogue import Dialogue, ToolUse, to_json
from sonde.demo.conventions.otel import input_messages, output_messages, tool_definitions
from sonde.demo.record import CLIENT, ERROR, Context, Scope, Trace
from sonde.demo.wire import Value

OPENAI = Scope("opentelemetry.instrumentation.openai.v1", "0.62.4")
ANTHROPIC = Scope("opentelemetry.instrumentation.anthropic", "0.62.4")
TRACELOOP = Scope("traceloop.tracer", "0.62.4")
ANTHROPIC_SDK = Scope("com.anthropic.sdk.python", "2.11.0")


def association(context: Context) -> dict[str, Value | None]:
    """What the application told Traceloop about who this is for."""
    return {
        "traceloop.association.properties.user_id": context.user.id,
        "traceloop.association.properties.session_id": context.session,
        "traceloop.association.properties.tenant": context.user.tenant,
        "traceloop.prompt.key": context.prompt or None,
        "traceloop.prompt.version": context.prompt_version or None,
        "sonde.endpoint": context.endpoint,
    }


def call_span(
    trace: Trace, call: Call, context: Context, said: Dialogue | None, parent: bytes, *, content: bool = True
) -> bytes:
    """Write one chat call; its id is returned for spans below it."""
    model = call.model
    anthropic = model.provider == "anthropic"
    pairs = association(context)
    pairs["gen_ai.operation.name"] = "chat"
    pairs["gen_ai.provider.name"] = model.provider
    pairs["gen_ai.request.model"] = model.name
    pairs["gen_ai.request.max_tokens"] = call.want.max_tokens
    if not anthropic:
        pairs["gen_ai.is_streaming"] = call.want.stream
    if call.incidents:
        pairs["sonde.demo.incident"] = call.incidents[0]
    if call.fallback_from:
        pairs["sonde.fallback.from"] = call.fallback_from
    if said and content:
        pairs["gen_ai.input.messages"] = to_json(input_messages(said))
        if said.tools:
            pairs["gen_ai.tool.definitions"] = tool_definitions(said.tools)
    events: list[bytes] = []
    failure = call.failure
    if failure:
        kind = failure.exception(model.provider)
        pairs["error.type"] = kind.split(".")[-1]
        said_error = {"exception.type": kind, "exception.message": failure.message}
        events.append(wire.event("exception", call.end_ns, said_error))
    else:
        finish = "tool_call" if said and said.asks_for else call.finish
        pairs["gen_ai.response.model"] = model.answers_as
        pairs["gen_ai.response.id"] = call.response_id
        pairs["gen_ai.response.finish_reasons"] = [finish]
        pairs["gen_ai.usage.input_tokens"] = call.input_tokens
        pairs["gen_ai.usage.output_tokens"] = call.output_tokens
        pairs["gen_ai.usage.total_tokens"] = call.total_tokens
        pairs["gen_ai.usage.cache_read.input_tokens"] = call.cached_tokens
        if anthropic:
            pairs["gen_ai.usage.cache_creation.input_tokens"] = call.cache_write_tokens
        else:
            pairs["gen_ai.usage.reasoning_tokens"] = call.reasoning_tokens
        if said and content:
            pairs["gen_ai.output.messages"] = to_json(output_messages(said, finish))
    trace.count(call)
    return trace.span(
        ANTHROPIC if anthropic else OPENAI,
        "anthropic.chat" if anthropic else "openai.chat",
        call.start_ns,
        call.end_ns,
        pairs,
        parent=parent,
        kind=CLIENT,
        status=ERROR if failure else int(anthropic),
        message=failure.message if failure else "",
        events=events,
    )


def sdk_span(trace: Trace, call: Call, parent: bytes) -> bytes:
    """Write the span that the Anthropic SDK makes by itself for the same call, as the other's child."""
    model, failure = call.model, call.failure
    pairs: dict[str, Value | None] = {
        "server.address": model.host,
        "server.port": 443,
        "gen_ai.provider.name": "anthropic",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model.name,
        "gen_ai.request.max_tokens": call.want.max_tokens,
        "http.request.method": "POST",
        "http.route": "/v1/messages",
        "http.response.status_code": (failure.http_status or None) if failure else 200,
        "anthropic.request.id": f"req_{call.response_id[-20:]}",
    }
    if failure:
        pairs["error.type"] = {429: "rate_limit_error", 503: "overloaded_error"}.get(
            failure.http_status, "api_error"
        )
    else:
        pairs["gen_ai.response.id"] = call.response_id
        pairs["gen_ai.response.model"] = model.answers_as
        pairs["gen_ai.usage.input_tokens"] = call.input_tokens
        pairs["gen_ai.usage.cache_read.input_tokens"] = call.cached_tokens
        pairs["gen_ai.usage.cache_write.input_tokens"] = call.cache_write_tokens
        pairs["gen_ai.usage.output_tokens"] = call.output_tokens
        pairs["anthropic.response.service_tier"] = "standard"
    margin = min(400_000, (call.end_ns - call.start_ns) // 10)
    return trace.span(
        ANTHROPIC_SDK,
        "anthropic.messages.create",
        call.start_ns + margin,
        call.end_ns - margin,
        pairs,
        parent=parent,
        kind=CLIENT,
        status=ERROR if failure else 1,
    )


def tool_span(
    trace: Trace,
    tool: ToolUse,
    context: Context,
    start_ns: int,
    end_ns: int,
    parent: bytes,
    *,
    span_id: bytes = b"",
) -> bytes:
    """Write the execution of a tool decorated with ``@tool``."""
    failed = tool.result.startswith("error:")
    pairs = association(context)
    pairs["traceloop.span.kind"] = "tool"
    pairs["traceloop.entity.name"] = tool.name
    pairs["traceloop.entity.input"] = to_json({"args": [], "kwargs": tool.arguments})
    pairs["traceloop.entity.output"] = to_json(tool.result)
    return trace.span(
        TRACELOOP,
        f"{tool.name}.tool",
        start_ns,
        end_ns,
        pairs,
        span_id=span_id,
        parent=parent,
        status=ERROR if failed else 0,
        message=tool.result if failed else "",
    )


def entity_attributes(kind: str, name: str, context: Context, task: str) -> dict[str, Value | None]:
    """Attributes of a ``@workflow`` or ``@agent`` span."""
    pairs = association(context)
    pairs["traceloop.span.kind"] = kind
    pairs["traceloop.entity.name"] = name
    pairs["traceloop.workflow.name"] = "coding_agent"
    pairs["traceloop.entity.input"] = to_json({"args": [task], "kwargs": {}})
    return pairs
