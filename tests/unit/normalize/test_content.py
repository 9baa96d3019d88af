"""Content of every dialect → the same messages."""

import json
from typing import Any

import pytest

from sonde.model.span import Event
from tests.unit.normalize.spans import NOW, facts_of, reading_of

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
CALL = {"type": "tool_call", "id": "c1", "name": "add", "arguments": {"a": 1}}
RESULT = {"type": "tool_call_response", "id": "c1", "response": "3"}

Said = tuple[str, str, str, list[dict[str, Any]] | None]


def said(attributes: dict[str, Any], **rest: Any) -> list[Said]:
    return [
        (m.direction, m.role, m.text, json.loads(m.parts_json) if m.parts_json else None)
        for m in reading_of(attributes, **rest).row.messages
    ]


TALK: list[Said] = [
    ("system", "system", "be brief", None),
    ("input", "user", "1+2?", None),
    ("input", "assistant", "", [CALL]),
    ("input", "tool", "3", [RESULT]),
    ("output", "assistant", "3", None),
]
OPENAI_CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
OPENAI_REQUEST = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "1+2?"}]},
        {"role": "assistant", "content": None, "tool_calls": [OPENAI_CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "3"},
    ],
}
OPENAI_ANSWER = {
    "id": "chatcmpl-1",
    "model": "m-2026",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "3"}}],
}
ANTHROPIC_REQUEST = {
    "system": "be brief",
    "messages": [
        {"role": "user", "content": "1+2?"},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}}],
        },
        {"role": "tool", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "3"}]},
    ],
}
ANTHROPIC_ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-1",
    "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "3"}],
}
RESPONSES_REQUEST = {
    "instructions": "be brief",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "1+2?"}]},
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a": 1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "3"},
    ],
}
RESPONSES_ANSWER = {
    "id": "resp_1",
    "output": [
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "3"}]},
    ],
}
OTEL = {
    "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "be brief"}]),
    "gen_ai.input.messages": json.dumps(
        [
            {"role": "user", "parts": [{"type": "text", "content": "1+2?"}]},
            {"role": "assistant", "parts": [CALL]},
            {"role": "tool", "parts": [RESULT]},
        ]
    ),
    "gen_ai.output.messages": json.dumps(
        [{"role": "assistant", "parts": [{"type": "text", "content": "3"}], "finish_reason": "stop"}]
    ),
}
FLAT = {
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "be brief",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "1+2?",
    "llm.input_messages.2.message.role": "assistant",
    "llm.input_messages.2.message.tool_calls.0.tool_call.id": "c1",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.name": "add",
    "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments": '{"a": 1}',
    "llm.input_messages.3.message.role": "tool",
    "llm.input_messages.3.message.tool_call_id": "c1",
    "llm.input_messages.3.message.content": "3",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "3",
}
OLD = {
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "be brief",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "1+2?",
    "gen_ai.prompt.2.role": "assistant",
    "gen_ai.prompt.2.tool_calls.0.id": "c1",
    "gen_ai.prompt.2.tool_calls.0.name": "add",
    "gen_ai.prompt.2.tool_calls.0.arguments": '{"a": 1}',
    "gen_ai.prompt.3.role": "tool",
    "gen_ai.prompt.3.tool_call_id": "c1",
    "gen_ai.prompt.3.content": "3",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "3",
    "gen_ai.completion.0.finish_reason": "stop",
}
LANGCHAIN_ANSWER = {
    "generations": [
        [
            {
                "text": "3",
                "message": {
                    "lc": 1,
                    "type": "constructor",
                    "id": ["langchain", "AIMessage"],
                    "kwargs": {"content": "3", "type": "ai"},
                },
            }
        ]
    ],
    "llm_output": {"id": "chatcmpl-1", "model_name": "m-2026"},
}
DIALECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "OpenTelemetry, JSON": ("", {**CHAT, **OTEL}),
    "OpenTelemetry, structured": ("", {**CHAT, **{key: json.loads(value) for key, value in OTEL.items()}}),
    "OpenInference": ("", {"openinference.span.kind": "LLM", "llm.model_name": "m", **FLAT}),
    "both at once": ("", {**CHAT, **OTEL, **FLAT}),
    "OpenLLMetry 0.40": ("", {"llm.request.type": "chat", "gen_ai.request.model": "m", **OLD}),
    "OpenAI's bodies": (
        "mlflow",
        {
            "mlflow.spanType": '"CHAT_MODEL"',
            "mlflow.spanInputs": json.dumps(OPENAI_REQUEST),
            "mlflow.spanOutputs": json.dumps(OPENAI_ANSWER),
            "model": '"m"',
        },
    ),
    "Anthropic's bodies": (
        "langsmith",
        {
            "langsmith.span.kind": "llm",
            "gen_ai.request.model": "m",
            "gen_ai.prompt": json.dumps(ANTHROPIC_REQUEST),
            "gen_ai.completion": json.dumps(ANTHROPIC_ANSWER),
        },
    ),
    "OpenAI's Responses bodies": (
        "langsmith",
        {
            "langsmith.span.kind": "llm",
            "gen_ai.request.model": "m",
            "gen_ai.prompt": json.dumps(RESPONSES_REQUEST),
            "gen_ai.completion": json.dumps(RESPONSES_ANSWER),
        },
    ),
    "Langfuse's lists": (
        "langfuse-sdk",
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.model.name": "m",
            "langfuse.observation.input": json.dumps(OPENAI_REQUEST["messages"]),
            "langfuse.observation.output": "3",
        },
    ),
    "Logfire 1": (
        "logfire.openai",
        {
            **CHAT,
            "request_data": json.dumps({**OPENAI_REQUEST, "temperature": 0.5}),
            "response_data": json.dumps({"message": {"role": "assistant", "content": "3"}, "usage": {}}),
        },
    ),
    "pydantic-ai 1": (
        "pydantic-ai",
        {
            **CHAT,
            "events": json.dumps(
                [
                    {"event.name": "gen_ai.system.message", "content": "be brief"},
                    {"event.name": "gen_ai.user.message", "content": "1+2?", "role": "user"},
                    {"event.name": "gen_ai.assistant.message", "tool_calls": [OPENAI_CALL]},
                    {"event.name": "gen_ai.tool.message", "content": "3", "tool_call_id": "c1"},
                    {
                        "event.name": "gen_ai.choice",
                        "index": 0,
                        "message": {"role": "assistant", "content": "3"},
                    },
                ]
            ),
        },
    ),
    "LangChain's answer": (
        "",
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "m",
            **{key: value for key, value in FLAT.items() if "output" not in key},
            "output.value": json.dumps(LANGCHAIN_ANSWER),
        },
    ),
    "Vercel 5": (
        "ai",
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.model.id": "m",
            "ai.prompt.messages": json.dumps(
                [
                    {"role": "system", "content": "be brief"},
                    {"role": "user", "content": [{"type": "text", "text": "1+2?"}]},
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "tool-call", "toolCallId": "c1", "toolName": "add", "input": {"a": 1}}
                        ],
                    },
                    {
                        "role": "tool",
                        "content": [{"type": "tool-result", "toolCallId": "c1", "output": "3"}],
                    },
                ]
            ),
            "ai.response.text": "3",
        },
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_conversation(dialect: str) -> None:
    scope, attributes = DIALECTS[dialect]
    assert said(attributes, scope=scope) == TALK
    kept = reading_of(attributes, scope=scope).row.attributes_json
    assert "be brief" not in kept
    assert "1+2?" not in kept


def test_parameters_inside_a_mixed_body_stay() -> None:
    scope, attributes = DIALECTS["Logfire 1"]
    kept = json.loads(reading_of(attributes, scope=scope).row.attributes_json)
    assert json.loads(kept["request_data"]) == {"model": "m", "temperature": 0.5}
    body = {"created_at": 1, "model": "m", "instructions": "secret", "temperature": 1}
    kept = json.loads(reading_of({**CHAT, "llm.invocation_parameters": json.dumps(body)}).row.attributes_json)
    assert json.loads(kept["llm.invocation_parameters"]) == {"created_at": 1, "model": "m", "temperature": 1}


def test_tool_definitions_have_one_message() -> None:
    tools = [{"type": "function", "function": {"name": "add"}}, {"name": "sub"}]
    for attributes in (
        {**CHAT, "gen_ai.tool.definitions": json.dumps(tools)},
        {**CHAT, **{f"llm.tools.{i}.tool.json_schema": json.dumps(tool) for i, tool in enumerate(tools)}},
        {**CHAT, "ai.prompt.tools": [json.dumps(tool) for tool in tools]},
    ):
        assert said(attributes) == [("tools", "", "add, sub", tools)]


def test_an_executed_tool_has_input_and_output() -> None:
    expected = [("tool_input", "", '{"a": 1}', None), ("tool_output", "tool", "3", None)]
    assert (
        said(
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.call.arguments": '{"a": 1}',
                "gen_ai.tool.call.result": "3",
            }
        )
        == expected
    )
    assert (
        said({"openinference.span.kind": "TOOL", "input.value": '{"a": 1}', "output.value": "3"}) == expected
    )
    assert (
        said(
            {
                "traceloop.span.kind": "tool",
                "traceloop.entity.input": '{"a": 1}',
                "traceloop.entity.output": "3",
            }
        )
        == expected
    )


def test_embeddings_keep_texts_and_drop_vectors() -> None:
    expected = [("embedding_input", "", "hello", None), ("embedding_input", "", "bonjour", None)]
    for scope, attributes in (
        (
            "",
            {
                "openinference.span.kind": "EMBEDDING",
                "embedding.model_name": "m",
                "input.value": "hello and bonjour",
                "embedding.embeddings.0.embedding.text": "hello",
                "embedding.embeddings.0.embedding.vector": [0.1, 0.2],
                "embedding.embeddings.1.embedding.text": "bonjour",
            },
        ),
        (
            "ai",
            {
                "ai.operationId": "ai.embedMany.doEmbed",
                "ai.model.id": "m",
                "ai.values": ['"hello"', '"bonjour"'],
                "ai.embeddings": ["[0.1]"],
            },
        ),
        (
            "mlflow",
            {
                "mlflow.spanType": '"EMBEDDING"',
                "model": '"m"',
                "mlflow.spanInputs": '{"input": ["hello", "bonjour"]}',
                "mlflow.spanOutputs": '{"data": [{"embedding": [0.1]}]}',
            },
        ),
        (
            "",
            {
                "gen_ai.operation.name": "embeddings",
                "gen_ai.request.model": "m",
                "gen_ai.prompt.0.content": "hello",
                "gen_ai.prompt.1.content": "bonjour",
            },
        ),
    ):
        assert said(attributes, scope=scope) == expected
        assert "0.1" not in reading_of(attributes, scope=scope).row.attributes_json


def test_documents() -> None:
    assert said(
        {
            "openinference.span.kind": "RETRIEVER",
            "input.value": "rome?",
            "output.value": "[...]",
            "retrieval.documents.1.document.content": "two",
            "retrieval.documents.0.document.content": "one",
            "retrieval.documents.10.document.content": "eleven",
        }
    ) == [
        ("input", "", "rome?", None),
        ("documents", "", "one", None),
        ("documents", "", "two", None),
        ("documents", "", "eleven", None),
    ]


def test_what_a_chain_gets_and_gives_stays_as_sent() -> None:
    assert said(
        {"openinference.span.kind": "CHAIN", "input.value": '{"q": "x"}', "output.value": '{"kwargs": {}}'}
    ) == [
        ("input", "", '{"q": "x"}', None),
        ("output", "", '{"kwargs": {}}', None),
    ]


def test_images_by_reference_and_by_value() -> None:
    content = [
        {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
    ]
    [(_, _, _, parts)] = said({**CHAT, "gen_ai.input.messages": [{"role": "user", "content": content}]})
    assert parts == [
        {"type": "uri", "modality": "image", "uri": "https://x/y.png"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AA=="},
    ]


def test_content_in_span_events() -> None:
    spring = [
        Event("gen_ai.content.prompt", NOW, {"gen_ai.prompt": "1+2?"}),
        Event("gen_ai.content.completion", NOW, {"gen_ai.completion": "3"}),
    ]
    azure = [
        Event("gen_ai.user.message", NOW, {"gen_ai.event.content": '{"content": "1+2?"}'}),
        Event("gen_ai.choice", NOW, {"gen_ai.event.content": '{"message": {"content": "3"}}'}),
    ]
    details = [
        Event(
            "gen_ai.client.inference.operation.details",
            NOW,
            {"gen_ai.input.messages": "1+2?", "gen_ai.output.messages": "3"},
        )
    ]
    for events in (spring, azure, details):
        assert [message[2] for message in said(CHAT, events=events)] == ["1+2?", "3"]
        assert "1+2?" not in reading_of(CHAT, events=events).row.events_json


def test_models_and_ids_inside_bodies() -> None:
    openinference = {
        "openinference.span.kind": "LLM",
        "llm.model_name": "m-2026",
        "input.value": json.dumps(OPENAI_REQUEST),
        "output.value": json.dumps(OPENAI_ANSWER),
    }
    langsmith = {
        "langsmith.span.kind": "llm",
        "gen_ai.request.model": "m",
        "gen_ai.completion": json.dumps(LANGCHAIN_ANSWER),
    }
    for attributes in (openinference, langsmith):
        facts = facts_of(attributes)
        assert (facts.request_model, facts.response_model, facts.response_id) == ("m", "m-2026", "chatcmpl-1")


def test_tool_calls_and_bytes() -> None:
    answer = [{"role": "assistant", "parts": [CALL, {**CALL, "id": "c2"}], "finish_reason": "tool_call"}]
    facts = facts_of({**CHAT, "gen_ai.output.messages": json.dumps(answer)})
    assert (facts.tool_calls, facts.finish_reason) == (2, "tool_calls")
    assert facts_of({**CHAT, "gen_ai.output.messages": "é"}).content_bytes == 2
    assert facts_of(CHAT).tool_calls is None
    assert facts_of({**CHAT, "gen_ai.output.messages": "hi"}).tool_calls == 0


def test_hidden_content_is_no_content() -> None:
    hidden = {"openinference.span.kind": "LLM", "llm.model_name": "m", "input.value": "__REDACTED__"}
    assert said(hidden) == []


def test_an_applications_own_keys_are_not_content() -> None:
    own = {"events": "[1]", "message.id": "7", "message.type": "SENT", "tools": "[]", "instructions": "x"}
    row = reading_of(own, name="work", scope="my-app").row
    assert (json.loads(row.attributes_json), row.messages) == (own, [])


@pytest.mark.parametrize("index", ["²", "٣", "9" * 400, "-1", "", "x"])
def test_a_key_without_an_index_stays_an_attribute(index: str) -> None:
    key = f"llm.input_messages.{index}.message.content"
    llm = {
        "openinference.span.kind": "LLM",
        "llm.model_name": "m",
        "llm.input_messages.0.message.content": "b",
    }
    row = reading_of({**llm, key: "hi"}).row
    assert json.loads(row.attributes_json)[key] == "hi"
    assert [message.text for message in row.messages] == ["b"]
    inner = reading_of(
        {**llm, f"llm.input_messages.1.message.contents.{index}.message_content.text": "hi"}
    ).row
    assert "hi" in str(inner.messages)
