"""OpenTelemetry's GenAI conventions as today's instrumentations write them."""

from sonde.demo.calls import Call
from sonde.demo.conventions.dialogue import TOOL_DESCRIPTIONS, Dialogue, ToolUse, Turn, to_json
from sonde.demo.record import CLIENT, ERROR, INTERNAL, Context, LogLine, Scope, Trace
from sonde.demo.wire import Value

SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
OPENAI = Scope("opentelemetry.instrumentation.genai.openai", "1.3b0", SCHEMA)
ANTHROPIC = Scope("opentelemetry.instrumentation.genai.anthropic", "1.3b0", SCHEMA)
HTTP = Scope("opentelemetry.instrumentation.fastapi", "0.66b2", "https://opentelemetry.io/schemas/1.41.0")

_PROVIDER = {"google": "gcp.gemini", "mistral": "mistral_ai"}


def provider(name: str) -> str:
    """The provider's name in OpenTelemetry's vocabulary."""
    return _PROVIDER.get(name, name)


def _part(turn: Turn) -> dict[str, object]:
    tool = turn.tool
    if tool is None:
        return {"type": "text", "content": turn.text}
    if turn.role == "tool":
        return {"type": "tool_call_response", "id": tool.id, "response": tool.result}
    return {"type": "tool_call", "id": tool.id, "name": tool.name, "arguments": tool.arguments}


def input_messages(said: Dialogue) -> list[dict[str, object]]:
    """The messages that went in, system prompt first."""
    system: list[dict[str, object]] = (
        [{"role": "system", "parts": [{"type": "text", "content": said.system}]}] if said.system else []
    )
    return system + [{"role": turn.role, "parts": [_part(turn)]} for turn in said.turns]


def output_messages(said: Dialogue, finish: str) -> list[dict[str, object]]:
    """The one message that came out."""
    parts: list[dict[str, object]] = [{"type": "text", "content": said.answer}] if said.answer else []
    parts += [_part(Turn("assistant", tool=tool)) for tool in said.asks_for]
    return [{"role": "assistant", "parts": parts, "finish_reason": finish}]


def finish_reason(call: Call, said: Dialogue | None) -> str:
    """OpenTelemetry's word for why the model stopped."""
    if call.aborted:
        return "error"
    return "tool_call" if said and said.asks_for and call.finish == "stop" else call.finish


def call_attributes(call: Call, context: Context, said: Dialogue | None) -> dict[str, Value | None]:
    """All attributes but content."""
    model, want = call.model, call.want
    pairs: dict[str, Value | None] = {
        "gen_ai.operation.name": want.operation,
        "gen_ai.provider.name": provider(model.provider),
        "gen_ai.request.model": model.name,
        "server.address": model.host,
        "server.port": 443,
        "gen_ai.conversation.id": context.session,
        "user.id": context.user.id,
        "app.tenant": context.user.tenant,
        "sonde.endpoint": context.endpoint,
    }
    if context.prompt:
        pairs["gen_ai.prompt.name"] = context.prompt
        pairs["gen_ai.prompt.version"] = context.prompt_version
    _request(pairs, call)
    if call.failure:
        pairs["error.type"] = call.failure.exception(model.provider)
        if call.failure.http_status:
            pairs["http.response.status_code"] = call.failure.http_status
        return pairs
    pairs["gen_ai.response.model"] = model.answers_as
    pairs["gen_ai.response.id"] = call.response_id
    if want.operation == "chat":
        pairs["gen_ai.response.finish_reasons"] = [finish_reason(call, said)]
    pairs["gen_ai.response.time_to_first_chunk"] = call.ttft_s
    if call.aborted:
        # A stream that is closed early never brings the usage, which comes last.
        return pairs
    _usage(pairs, call)
    return pairs


def _request(pairs: dict[str, Value | None], call: Call) -> None:
    model, want = call.model, call.want
    if want.operation == "chat":
        pairs["gen_ai.request.max_tokens"] = want.max_tokens
        if not model.reasoning:
            pairs["gen_ai.request.temperature"] = 0.3
    if want.stream:
        pairs["gen_ai.request.stream"] = True
    if call.attempts > 1:
        pairs["sonde.attempt"] = call.attempts
    if call.fallback_from:
        pairs["sonde.fallback.from"] = call.fallback_from
    if call.incidents:
        pairs["sonde.demo.incident"] = call.incidents[0]


def _usage(pairs: dict[str, Value | None], call: Call) -> None:
    model, want = call.model, call.want
    pairs["gen_ai.usage.input_tokens"] = call.input_tokens
    if want.operation == "chat":
        pairs["gen_ai.usage.output_tokens"] = call.output_tokens
        pairs["gen_ai.usage.cache_read.input_tokens"] = call.cached_tokens
        if model.provider == "anthropic":
            pairs["gen_ai.usage.cache_write.input_tokens"] = call.cache_write_tokens
        if model.reasoning:
            pairs["gen_ai.usage.reasoning.output_tokens"] = call.reasoning_tokens
    if call.audio_input_tokens:
        pairs["gen_ai.usage.audio.input_tokens"] = call.audio_input_tokens
        pairs["gen_ai.usage.audio.output_tokens"] = call.audio_output_tokens


def call_span(
    trace: Trace, call: Call, context: Context, said: Dialogue | None, parent: bytes, *, content: bool = True
) -> bytes:
    """Write one call as one client span, with its content in attributes unless told otherwise."""
    pairs = call_attributes(call, context, said)
    if said is not None and content:
        pairs["gen_ai.input.messages"] = to_json(input_messages(said))
        if call.failure is None:
            pairs["gen_ai.output.messages"] = to_json(output_messages(said, finish_reason(call, said)))
        if said.tools:
            pairs["gen_ai.tool.definitions"] = tool_definitions(said.tools)
    trace.count(call)
    return trace.span(
        ANTHROPIC if call.model.provider == "anthropic" else OPENAI,
        f"{call.want.operation} {call.model.name}",
        call.start_ns,
        call.end_ns,
        pairs,
        parent=parent,
        kind=CLIENT,
        status=ERROR if call.failure else 0,
        message=call.failure.message if call.failure else "",
    )


def details_event(trace: Trace, call: Call, context: Context, said: Dialogue, span_id: bytes) -> None:
    """Write the content as a log event, as the conventions' event mode does."""
    attributes: dict[str, object] = dict(call_attributes(call, context, said))
    attributes["gen_ai.input.messages"] = input_messages(said)
    if call.failure is None:
        attributes["gen_ai.output.messages"] = output_messages(said, finish_reason(call, said))
    trace.hour.logs.append(
        LogLine(
            call.end_ns,
            trace.origin,
            9,
            "",
            trace.trace_id,
            span_id,
            "gen_ai.client.inference.operation.details",
            attributes,
        )
    )


def tool_definitions(names: tuple[str, ...]) -> str:
    """JSON list of the tools on offer."""
    return to_json(
        [{"type": "function", "name": name, "description": TOOL_DESCRIPTIONS[name]} for name in names]
    )


def tool_span(trace: Trace, scope: Scope, tool: ToolUse, start_ns: int, end_ns: int, parent: bytes) -> bytes:
    """Write the execution of a tool."""
    failed = tool.result.startswith("error:")
    return trace.span(
        scope,
        f"execute_tool {tool.name}",
        start_ns,
        end_ns,
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool.name,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": tool.id,
            "gen_ai.tool.description": TOOL_DESCRIPTIONS[tool.name],
            "gen_ai.tool.call.arguments": to_json(tool.arguments),
            "gen_ai.tool.call.result": tool.result,
            "error.type": "ToolError" if failed else None,
        },
        parent=parent,
        kind=INTERNAL,
        status=ERROR if failed else 0,
        message=tool.result if failed else "",
    )


def agent_attributes(name: str, model: str, context: Context) -> dict[str, Value | None]:
    """Attributes of an agent's span. It carries no usage: its calls do."""
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": name,
        "gen_ai.request.model": model,
        "gen_ai.conversation.id": context.session,
        "user.id": context.user.id,
    }
