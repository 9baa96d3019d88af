"""One span → one row: time, kind, status, identity, stream timing."""

import json
from typing import Any

import pytest

from sonde.model.limits import FUTURE_TOLERANCE_NS
from sonde.model.span import Event
from sonde.normalize.provider import canonical_provider
from tests.unit.normalize.spans import MS, NOW, facts_of, make_span, reading_of

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
RECEIVED = NOW + 1_000 * MS


@pytest.mark.parametrize(
    ("start", "end", "time_ns", "flag", "duration"),
    [
        (NOW, NOW + 5, NOW, "", 5),
        (NOW, 0, NOW, "", 0),
        (NOW, NOW - 5, NOW, "invalid", 0),
        (0, NOW, RECEIVED, "invalid", NOW),
        (2**63 + 5, 2**63 + 9, RECEIVED, "invalid", 4),
        (
            RECEIVED + FUTURE_TOLERANCE_NS,
            RECEIVED + FUTURE_TOLERANCE_NS,
            RECEIVED + FUTURE_TOLERANCE_NS,
            "",
            0,
        ),
        (RECEIVED + FUTURE_TOLERANCE_NS + 1, 0, RECEIVED, "future", 0),
    ],
)
def test_time(start: int, end: int, time_ns: int, flag: str, duration: int) -> None:
    row = reading_of(start=start, end=end).row
    assert (row.time_ns, row.time_flag, row.duration_ns) == (time_ns, flag, duration)
    assert (row.facts.start_ns, row.facts.end_ns) == (start, end)


def test_a_row_keeps_what_was_sent() -> None:
    events = [Event("note", NOW + 1, {"k": b"\x00\xff"})]
    row = reading_of(
        {"app.key": "v", "n": 1.5, "nan": float("nan"), "big": 2**62, "list": [1, "a", {"b": None}]},
        resource={"service.name": "shop", "service.version": "2", "deployment.environment": "prod"},
        events=events,
        name="GET /",
        kind=2,
        status=1,
    ).row
    assert json.loads(row.attributes_json) == {
        "app.key": "v",
        "n": 1.5,
        "nan": None,
        "big": 2**62,
        "list": [1, "a", {"b": None}],
    }
    assert json.loads(row.events_json) == [{"name": "note", "time_ns": NOW + 1, "attributes": {"k": "AP8="}}]
    assert (row.kind, row.status, row.service) == ("server", "ok", "shop")
    assert (row.facts.environment, row.facts.release, row.facts.operation) == ("prod", "2", "other")
    assert row.messages == []


def test_the_hash_tells_versions_apart() -> None:
    first = reading_of(CHAT).row.content_hash
    assert reading_of(CHAT).row.content_hash == first
    assert reading_of({**CHAT, "x": 1}).row.content_hash != first
    assert reading_of(CHAT, end=NOW + 1).row.content_hash != first
    assert reading_of({**CHAT, "gen_ai.input.messages": "hi"}).row.content_hash != first


@pytest.mark.parametrize(
    ("attributes", "name", "scope", "operation"),
    [
        ({"gen_ai.operation.name": "generate_content", "gen_ai.request.model": "m"}, "x", "", "chat"),
        ({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 5}, "x", "", "agent"),
        ({"gen_ai.operation.name": "agent_step"}, "step 1", "gen_ai", "workflow"),
        ({"gen_ai.operation.name": "CHAIN"}, "x", "mlflow", "workflow"),
        ({"gen_ai.operation.name": "something_new"}, "x", "", "other"),
        (
            {"langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings"},
            "x",
            "langsmith",
            "retrieval",
        ),
        ({"langsmith.span.kind": "prompt", "gen_ai.operation.name": "chat"}, "x", "langsmith", "prompt"),
        (
            {"traceloop.span.kind": "task", "gen_ai.operation.name": "vector_db_retrieve"},
            "x",
            "opentelemetry.instrumentation.langchain",
            "retrieval",
        ),
        ({"openinference.span.kind": "RERANKER", "reranker.model_name": "r"}, "x", "", "rerank"),
        ({"mlflow.spanType": '"MEMORY"'}, "x", "mlflow", "memory"),
        ({"mlflow.spanType": '"EMBEDDING"'}, "by hand, no model", "mlflow", "other"),
        ({"ai.operationId": "ai.generateText", "ai.model.id": "m"}, "x", "ai", "workflow"),
        ({"gen_ai.tool.name": "get_weather"}, "running tool", "pydantic-ai", "tool"),
        ({}, "chat claude-sonnet-4-5", "openlit.instrumentation.anthropic", "chat"),
        ({}, "chat with support", "my-app", "other"),
        ({"http.method": "POST"}, "POST", "opentelemetry.instrumentation.httpx", "other"),
        ({"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 3}, "x", "", "chat"),
        (
            {
                "langfuse.observation.type": "span",
                "langfuse.observation.model.name": "m",
                "langfuse.observation.usage_details": '{"input": 1}',
            },
            "x",
            "langfuse-sdk",
            "chat",
        ),
        (
            {"openinference.span.kind": "LLM", "llm.model_name": "m"},
            "OpenAI._prepare_chat_with_tools",
            "openinference.instrumentation.llama_index",
            "other",
        ),
    ],
)
def test_operation(attributes: dict[str, Any], name: str, scope: str, operation: str) -> None:
    assert facts_of(attributes, name=name, scope=scope).operation == operation


def test_roles() -> None:
    logfire = {**CHAT, "gen_ai.provider.name": "openai"}
    assert (
        facts_of({**logfire, "logfire.span_type": "pending_span"}, scope="logfire.openai").role == "transport"
    )
    assert facts_of({**logfire, "logfire.span_type": "log"}, scope="logfire.openai").role == "usage"
    raw = facts_of({"llm.openai.model": "m"}, name="raw_gen_ai_request", scope="litellm")
    assert (raw.role, raw.is_call) == ("transport", False)


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        ("OpenAI", None, "openai"),
        ("openai.responses", None, "openai"),
        ("Anthropic", None, "anthropic"),
        ("gemini", None, "gcp.gemini"),
        ("google", None, "gcp.gemini"),
        ("gcp.gen_ai", None, "gcp.gemini"),
        ("vertex_ai", None, "gcp.vertex_ai"),
        ("az.ai.openai", None, "azure.ai.openai"),
        ("xai", None, "x_ai"),
        ("bedrock", None, "aws.bedrock"),
        ("langchain", None, None),
        ("InMemoryVectorStore", None, None),
        ("NewSeller", None, "newseller"),
        ("openai", "https://api.deepseek.com/v1", "deepseek"),
        ("openai", "my-company.openai.azure.com", "azure.ai.openai"),
        ("openai", "127.0.0.1", "openai"),
        (None, "openrouter.ai", "openrouter"),
        ("anthropic", "api.openai.com", "anthropic"),
        ("openai", "notapi.x.ai.example.com", "openai"),
        (None, None, None),
    ],
)
def test_provider(name: str | None, host: str | None, expected: str | None) -> None:
    assert canonical_provider(name, host) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (["stop"], "stop"),
        ('["end_turn"]', "stop"),
        ("STOP", "stop"),
        (["tool-calls"], "tool_calls"),
        ("tool_use", "tool_calls"),
        ("FinishReason.MAX_TOKENS", "length"),
        ("FINISH_REASON_SAFETY", "content_filter"),
        (["odd_word"], "odd_word"),
        ([""], None),
    ],
)
def test_finish_reason(sent: Any, expected: str | None) -> None:
    assert facts_of({**CHAT, "gen_ai.response.finish_reasons": sent}).finish_reason == expected


@pytest.mark.parametrize(
    ("attributes", "message", "events", "expected"),
    [
        ({"error.type": "openai.RateLimitError"}, "x", [], "openai.RateLimitError"),
        ({}, "", [Event("exception", NOW, {"exception.type": "RateLimitError"})], "RateLimitError"),
        (
            {},
            "",
            [
                Event(
                    "exception",
                    NOW,
                    {"exception.type": "Exception", "exception.message": "RateLimitError('Error code: 429')"},
                )
            ],
            "RateLimitError",
        ),
        ({}, "InternalServerError: Error code: 500 - oops", [], "InternalServerError"),
        ({}, "Error code: 429 - slow down", [], "429"),
        ({}, "429 RESOURCE_EXHAUSTED.", [], "429"),
        ({"http.response.status_code": 529}, "", [], "529"),
        ({}, "something broke", [], None),
    ],
)
def test_error_type(
    attributes: dict[str, Any], message: str, events: list[Event], expected: str | None
) -> None:
    facts = facts_of({**CHAT, **attributes}, status=2, message=message, events=events)
    assert (facts.status, facts.error_type) == ("error", expected)


def test_a_failed_call_has_no_answering_model_and_its_request_id() -> None:
    message = "Error code: 529 - {'error': {'type': 'overloaded_error'}, 'request_id': 'req_1'}"
    facts = facts_of({**CHAT, "gen_ai.response.model": "m"}, status=2, message=message)
    assert (facts.request_model, facts.response_model, facts.response_id) == ("m", None, "req_1")


def test_an_aborted_stream_is_incomplete_not_an_error() -> None:
    stream = {**CHAT, "gen_ai.request.stream": True, "gen_ai.response.id": "r"}
    assert facts_of({**stream, "gen_ai.response.finish_reasons": ["error"]}).incomplete is True
    facts = facts_of(stream)
    assert (facts.status, facts.incomplete, facts.usage.known) == ("ok", True, False)
    assert facts_of({**stream, "gen_ai.response.finish_reasons": ["stop"]}).incomplete is False
    assert facts_of(stream, status=2).incomplete is None
    assert facts_of({**CHAT, "gen_ai.response.id": "r"}).incomplete is None


def test_chunks_tell_the_timing_of_a_stream() -> None:
    times = [50, 60, 70, 1_500, 1_510]
    events = [Event("gen_ai.content.completion.chunk", NOW + at * MS, {}) for at in times]
    facts = facts_of(CHAT, events=events, end=NOW + 1_600 * MS)
    assert (facts.streaming, facts.ttft_ms, facts.itl_p95_ms, facts.stalls) == (True, 50.0, 1_430.0, 1)


def test_first_token_of_several_dialects() -> None:
    first = Event("First Token Stream Event", NOW + 30 * MS, {})
    assert facts_of(CHAT, events=[first]).ttft_ms == 30.0
    assert facts_of({**CHAT, "gen_ai.response.time_to_first_chunk": 0.25}).ttft_ms == 250.0
    lit = {**CHAT, "gen_ai.server.time_to_first_token": 0.4}
    assert facts_of(lit, scope="openlit").ttft_ms is None
    assert facts_of({**lit, "gen_ai.request.stream": True}, scope="openlit").ttft_ms == 400.0


def test_chunk_content_leaves_the_events() -> None:
    events = [Event("mlflow.chunk.item.0", NOW, {"mlflow.chunk.value": "secret words"})]
    row = reading_of({"mlflow.spanType": '"LLM"', "model": '"m"'}, scope="mlflow", events=events).row
    assert "secret" not in row.events_json


def test_who_and_where() -> None:
    facts = facts_of(
        {
            **CHAT,
            "user.id": "",
            "gen_ai.user": "u",
            "gen_ai.conversation.id": "thread",
            "session.id": "s",
            "tag.tags": ["a", "b", "a"],
            "gen_ai.prompt.name": "qa",
            "traceloop.prompt.version": "3",
            "sonde.endpoint": "/ask",
        },
    )
    assert (facts.user_id, facts.session_id, facts.tags) == ("u", "s", ("a", "b"))
    assert (facts.prompt_name, facts.prompt_version, facts.endpoint) == ("qa", "3", "/ask")
    assert facts_of({"http.route": "/v1/messages"}, kind=3).endpoint is None
    assert facts_of({"http.route": "/ask"}, kind=2).endpoint == "/ask"


def test_frameworks_own_tags_are_not_the_applications() -> None:
    assert facts_of({"langsmith.span.tags": "seq:step:1, beta, eu, graph:step:2, beta"}).tags == (
        "beta",
        "eu",
    )
    assert facts_of({"logfire.tags": ["LLM"]}).tags == ()


def test_prompt_hash_covers_the_fixed_part_only() -> None:
    def hash_of(system: str, user: str) -> str | None:
        messages = [
            {"role": role, "parts": [{"type": "text", "content": text}]}
            for role, text in (("system", system), ("user", user))
        ]
        return facts_of({**CHAT, "gen_ai.input.messages": json.dumps(messages)}).prompt_hash

    assert hash_of("be brief", "one") == hash_of("be brief", "two") != hash_of("be long", "one")
    assert facts_of({**CHAT, "gen_ai.input.messages": "hi"}).prompt_hash is None
    assert facts_of({**CHAT, "sonde.prompt.hash": "abc"}).prompt_hash == "abc"


def test_resources_are_not_mixed_up() -> None:
    one, other = make_span(resource={"service.name": "a"}), make_span(resource={"service.name": "b"})
    from sonde.normalize import read_span

    rows = [read_span(span, project="p", received_ns=NOW).row.service for span in (one, other, one, other)]
    assert rows == ["a", "b", "a", "b"]
