"""What the pages are shown: OTLP as JSON, as a sender's library would write it."""

import json
import os
import time
from typing import Any

from tests.contract.otlp.target import Served, post, until

Json = dict[str, Any]

SHOP_CALLS = 240
SHOP_FAILED = 6
SHOP_UNPRICED = 10
MANY_CALLS = 10_000
SECOND_NS = 1_000_000_000

HOSTILE = '<script>window.pwned=1</script><img src=x onerror="window.pwned=1"> javascript:alert(1)'
HOSTILE_IMAGE = "https://images.invalid/tracking.png"
LONG = "The probe sinks past the thermocline and reports every metre. " * 400


def attribute(key: str, value: object) -> Json:
    """One attribute in OTLP's JSON mapping."""
    if isinstance(value, bool):
        return {"key": key, "value": {"boolValue": value}}
    if isinstance(value, int):
        return {"key": key, "value": {"intValue": str(value)}}
    if isinstance(value, float):
        return {"key": key, "value": {"doubleValue": value}}
    text = value if isinstance(value, str) else json.dumps(value)
    return {"key": key, "value": {"stringValue": text}}


def span(name: str, start_ns: int, duration_ms: int, attributes: Json, **more: Any) -> Json:
    """One span; ``trace_id``, ``span_id``, ``parent``, ``error`` and ``events`` may be given."""
    error = more.get("error")
    return {
        "traceId": more.get("trace_id") or os.urandom(16).hex(),
        "spanId": more.get("span_id") or os.urandom(8).hex(),
        "parentSpanId": more.get("parent", ""),
        "name": name,
        "kind": 3,
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + duration_ms * 1_000_000),
        "attributes": [attribute(key, value) for key, value in attributes.items()],
        "events": more.get("events", []),
        "status": {"code": 2, "message": error} if error else {},
    }


def chat(start_ns: int, *, model: str = "gpt-4o-mini", provider: str = "openai", **more: Any) -> Json:
    """One chat call: 1,000 input tokens of which 200 were cached, 100 output tokens; none when it failed."""
    duration_ms = more.pop("duration_ms", 1_200)
    extra: Json = more.pop("extra", {})
    usage: Json = (
        {}
        if more.get("error")
        else {
            "gen_ai.usage.input_tokens": 1_000,
            "gen_ai.usage.cache_read.input_tokens": 200,
            "gen_ai.usage.output_tokens": 100,
        }
    )
    attributes: Json = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        **usage,
        **extra,
    }
    return span(f"chat {model}", start_ns, duration_ms, attributes, **more)


def request(service: str, *groups: tuple[str, list[Json]]) -> Json:
    """An export request: spans by instrumentation scope."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": [attribute("service.name", service)]},
                "scopeSpans": [{"scope": {"name": scope}, "spans": spans} for scope, spans in groups],
            }
        ]
    }


def send(server: Served, project: str, document: Json) -> None:
    """Post an export request; the answer has to be a plain success."""
    answer = post(
        server.http_port,
        json.dumps(document).encode(),
        headers={"x-sonde-project": project},
        media="application/json",
    )
    assert answer.status == 200, answer.body
    assert "partialSuccess" not in answer.json(), answer.body


def wait_for_spans(server: Served, project: str, count: int) -> None:
    """Until this many spans of the project can be asked for."""

    def arrived() -> bool:
        rows = server.sql(f"select count() as n from spans where project = '{project}'")
        return int(rows[0]["n"]) >= count

    until(arrived, 60)


SCOPE = "opentelemetry.instrumentation.genai.openai"


def shop(now_ns: int) -> list[Json]:
    """Two hours of calls: some failed, some of a model nobody knows a price of."""
    spans: list[Json] = []
    for number in range(SHOP_CALLS):
        start_ns = now_ns - (number * 30 + 20) * SECOND_NS
        extra = {"user.id": f"user-{number % 12}", "session.id": f"session-{number % 30}"}
        if number % (SHOP_CALLS // SHOP_FAILED) == 7:
            event = {
                "name": "exception",
                "timeUnixNano": str(start_ns + SECOND_NS),
                "attributes": [
                    attribute("exception.type", "openai.RateLimitError"),
                    attribute("exception.message", "Rate limit reached for gpt-4o-mini"),
                    attribute("exception.stacktrace", 'Traceback:\n  File "shop.py", line 7, in answer'),
                ],
            }
            extra["error.type"] = "openai.RateLimitError"
            spans.append(chat(start_ns, extra=extra, error="Rate limit reached", events=[event]))
        else:
            spans.append(chat(start_ns, extra=extra, duration_ms=800 + number))
    unpriced = {"model": "acme-llama-70b", "provider": "selfhosted"}
    return spans + [
        chat(now_ns - (number * 600 + 45) * SECOND_NS, **unpriced) for number in range(SHOP_UNPRICED)
    ]


AGENT_TRACE = "a9e7" * 8
AGENT_FIRST = "a1" * 8
AGENT_TOOL = "a2" * 8
AGENT_SECOND = "a3" * 8
AGENT_TWICE = "a4" * 8


def agent(now_ns: int) -> tuple[list[Json], list[Json]]:
    """An agent with a tool and hostile content; the second call is seen by two instrumentations."""
    start_ns = now_ns - 300 * SECOND_NS
    root = "a0" * 8
    parts = [
        {"type": "text", "content": HOSTILE},
        {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": HOSTILE_IMAGE},
    ]
    asked = [
        {"role": "system", "parts": [{"type": "text", "content": "You are the clerk of a shop."}]},
        {"role": "user", "parts": parts},
    ]
    call = {"type": "tool_call", "id": "call_1", "name": "get_order", "arguments": {"id": 4412}}
    answered = [{"role": "assistant", "parts": [{"type": "reasoning", "content": "Look it up."}, call]}]
    told = [{"role": "assistant", "parts": [{"type": "text", "content": LONG}]}]
    common = {"user.id": "user-agent", "gen_ai.conversation.id": "conversation-9"}
    twice = {"gen_ai.response.id": "chatcmpl-twice", **common}
    seconds = SECOND_NS
    spans = [
        span("checkout agent", start_ns, 9_000, {"gen_ai.operation.name": "invoke_agent", **common},
             trace_id=AGENT_TRACE, span_id=root),
        chat(start_ns + seconds, trace_id=AGENT_TRACE, span_id=AGENT_FIRST, parent=root,
             extra={"gen_ai.input.messages": asked, "gen_ai.output.messages": answered, **common}),
        span("execute_tool get_order", start_ns + 3 * seconds, 700,
             {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_order",
              "gen_ai.tool.call.arguments": {"id": 4412}, "gen_ai.tool.call.result": {"state": "shipped"}},
             trace_id=AGENT_TRACE, span_id=AGENT_TOOL, parent=root),
        chat(start_ns + 5 * seconds, trace_id=AGENT_TRACE, span_id=AGENT_SECOND, parent=root,
             extra={"gen_ai.output.messages": told, **twice}),
    ]  # fmt: skip
    again = [
        chat(start_ns + 5 * seconds + 1_000_000, trace_id=AGENT_TRACE, span_id=AGENT_TWICE,
             parent=AGENT_SECOND, duration_ms=1_190, extra=twice),
    ]  # fmt: skip
    return spans, again


TEAM_TRACE = "7ea3" * 8
TEAM_AGENT = "e1" * 8
TEAM_CALL = "e2" * 8


def team(now_ns: int) -> list[Json]:
    """An agent that asks another one."""
    start_ns = now_ns - 400 * SECOND_NS
    root = "e0" * 8
    agent = {"gen_ai.operation.name": "invoke_agent"}
    return [
        span("leader", start_ns, 8_000, agent, trace_id=TEAM_TRACE, span_id=root),
        span(
            "helper", start_ns + SECOND_NS, 5_000, agent, trace_id=TEAM_TRACE, span_id=TEAM_AGENT, parent=root
        ),
        chat(start_ns + 2 * SECOND_NS, trace_id=TEAM_TRACE, span_id=TEAM_CALL, parent=TEAM_AGENT),
    ]


def many(now_ns: int) -> list[Json]:
    """More rows than anybody scrolls, one every 300 ms of the last fifty minutes."""
    return [
        chat(now_ns - number * 300_000_000 - SECOND_NS, extra={"user.id": f"u{number % 500}"})
        for number in range(MANY_CALLS)
    ]


def send_all(server: Served) -> None:
    """Everything the tests look at."""
    now_ns = time.time_ns()
    spans, again = agent(now_ns)
    send(server, "shop", request("storefront", (SCOPE, shop(now_ns))))
    send(server, "shop", request("clerk", (SCOPE, spans), ("openinference.instrumentation.openai", again)))
    others = team(now_ns)
    send(server, "shop", request("team", (SCOPE, others)))
    rows = many(now_ns)
    for start in range(0, len(rows), 2_000):
        send(server, "many", request("batch", (SCOPE, rows[start : start + 2_000])))
    wait_for_spans(server, "shop", SHOP_CALLS + SHOP_UNPRICED + len(spans) + len(again) + len(others))
    wait_for_spans(server, "many", MANY_CALLS)
