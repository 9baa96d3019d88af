"""The Vercel AI SDK 5 (TypeScript): an outer span per request, an inner one per model step."""

from sonde.demo import wire
from sonde.demo.calls import Call
from sonde.demo.conventions.dialogue import Dialogue, ToolUse, Turn, to_json
from sonde.demo.record import ERROR, Context, Scope, Trace
from sonde.demo.wire import Value

SCOPE = Scope("ai", "")


def _base(operation: str, call: Call, context: Context, function: str) -> dict[str, Value | None]:
    return {
        "operation.name": f"{operation} {function}",
        "resource.name": function,
        "ai.operationId": operation,
        "ai.telemetry.functionId": function,
        "ai.model.provider": f"{call.model.provider}.chat",
        "ai.model.id": call.model.name,
        "ai.settings.maxRetries": 2,
        "ai.telemetry.metadata.userId": context.user.id,
        "ai.telemetry.metadata.sessionId": context.session,
        "ai.telemetry.metadata.tenant": context.user.tenant,
        "sonde.prompt.name": context.prompt,
        "sonde.prompt.version": context.prompt_version,
        "ai.telemetry.metadata.tags": list(context.tags) or None,
        "sonde.endpoint": context.endpoint,
        "sonde.demo.incident": call.incidents[0] if call.incidents else None,
    }


def _message(turn: Turn) -> dict[str, object]:
    tool = turn.tool
    if tool is None:
        return {"role": turn.role, "content": [{"type": "text", "text": turn.text}]}
    if turn.role == "tool":
        output = {"type": "text", "value": tool.result}
        part = {"type": "tool-result", "toolCallId": tool.id, "toolName": tool.name, "output": output}
        return {"role": "tool", "content": [part]}
    part = {"type": "tool-call", "toolCallId": tool.id, "toolName": tool.name, "input": tool.arguments}
    return {"role": "assistant", "content": [part]}


def _usage(pairs: dict[str, Value | None], call: Call) -> None:
    pairs["ai.usage.inputTokens"] = call.input_tokens
    pairs["ai.usage.outputTokens"] = call.output_tokens
    pairs["ai.usage.totalTokens"] = call.total_tokens
    pairs["ai.usage.reasoningTokens"] = call.reasoning_tokens if call.model.reasoning else None
    pairs["ai.usage.cachedInputTokens"] = call.cached_tokens


def step_span(
    trace: Trace, call: Call, context: Context, said: Dialogue, function: str, parent: bytes
) -> bytes:
    """Write one model step (``ai.streamText.doStream``): the call itself."""
    pairs = _base("ai.streamText.doStream", call, context, function)
    pairs["gen_ai.system"] = f"{call.model.provider}.chat"
    pairs["gen_ai.request.model"] = call.model.name
    messages = [{"role": "system", "content": said.system}, *[_message(turn) for turn in said.turns]]
    pairs["ai.prompt.messages"] = to_json(messages)
    events: list[bytes] = []
    if call.failure:
        error = {"exception.type": "AI_APICallError", "exception.message": call.failure.message}
        events.append(wire.event("exception", call.end_ns, error))
    else:
        finish = "tool-calls" if said.asks_for else call.finish
        first_ms = round((call.ttft_s or 0.0) * 1_000, 3)
        pairs["ai.response.msToFirstChunk"] = first_ms
        pairs["ai.response.msToFinish"] = round(call.seconds * 1_000, 3)
        pairs["ai.response.finishReason"] = finish
        pairs["ai.response.text"] = said.answer or None
        if said.asks_for:
            asked = [
                {"toolCallId": t.id, "toolName": t.name, "input": to_json(t.arguments)} for t in said.asks_for
            ]
            pairs["ai.response.toolCalls"] = to_json(asked)
        pairs["ai.response.id"] = call.response_id
        pairs["ai.response.model"] = call.model.answers_as
        pairs["gen_ai.response.id"] = call.response_id
        pairs["gen_ai.response.model"] = call.model.answers_as
        pairs["gen_ai.response.finish_reasons"] = [finish]
        events.append(
            wire.event(
                "ai.stream.firstChunk",
                call.start_ns + int(first_ms * 1e6),
                {"ai.response.msToFirstChunk": first_ms},
            )
        )
        if not call.aborted:
            _usage(pairs, call)
            pairs["gen_ai.usage.input_tokens"] = call.input_tokens
            pairs["gen_ai.usage.output_tokens"] = call.output_tokens
            events.append(wire.event("ai.stream.finish", call.end_ns, {}))
    trace.count(call)
    return trace.span(
        SCOPE,
        "ai.streamText.doStream",
        call.start_ns,
        call.end_ns,
        pairs,
        parent=parent,
        status=ERROR if call.failure else 0,
        message=call.failure.message if call.failure else "",
        events=events,
    )


def outer_span(
    trace: Trace,
    last: Call,
    context: Context,
    said: Dialogue,
    function: str,
    times: tuple[int, int],
    span_id: bytes,
    parent: bytes,
) -> None:
    """Write the span around all steps; it repeats the usage of the last one, as the real SDK does."""
    pairs = _base("ai.streamText", last, context, function)
    pairs["ai.prompt"] = to_json({"system": said.system, "prompt": said.turns[0].text})
    if last.failure is None:
        pairs["ai.response.finishReason"] = last.finish
        pairs["ai.response.text"] = said.answer
        if not last.aborted:
            _usage(pairs, last)
    trace.span(
        SCOPE,
        "ai.streamText",
        *times,
        pairs,
        span_id=span_id,
        parent=parent,
        status=ERROR if last.failure else 0,
        message=last.failure.message if last.failure else "",
    )


def tool_span(
    trace: Trace, tool: ToolUse, context: Context, function: str, times: tuple[int, int], parent: bytes
) -> None:
    """Write the execution of a tool."""
    pairs: dict[str, Value | None] = {
        "operation.name": f"ai.toolCall {function}",
        "resource.name": function,
        "ai.operationId": "ai.toolCall",
        "ai.telemetry.functionId": function,
        "ai.telemetry.metadata.userId": context.user.id,
        "ai.telemetry.metadata.sessionId": context.session,
        "ai.toolCall.name": tool.name,
        "ai.toolCall.id": tool.id,
        "ai.toolCall.args": to_json(tool.arguments),
        "ai.toolCall.result": to_json(tool.result),
    }
    trace.span(SCOPE, "ai.toolCall", *times, pairs, parent=parent)
