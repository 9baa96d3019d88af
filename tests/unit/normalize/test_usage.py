"""Tokens of every convention in one meaning."""

import json
from typing import Any

import pytest

from sonde.model.facts import Usage
from tests.unit.normalize.spans import facts_of

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
ANTHROPIC = {**CHAT, "gen_ai.provider.name": "anthropic"}
FULL = Usage(input_tokens=2_653, cached_input_tokens=2_048, cache_write_tokens=512, output_tokens=145)
LANGFUSE = {"langfuse.observation.type": "generation", "langfuse.observation.model.name": "m"}
MLFLOW = {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.llm.model": '"m"'}
IN, OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
READ, WRITE = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"

CASES: dict[str, tuple[str, dict[str, Any], Usage]] = {
    "current names, inclusive": ("", {**ANTHROPIC, IN: 2_653, OUT: 145, READ: 2_048, WRITE: 512}, FULL),
    "the older name of cache writes": (
        "",
        {**ANTHROPIC, IN: 2_653, OUT: 145, READ: 2_048, "gen_ai.usage.cache_creation.input_tokens": 512},
        FULL,
    ),
    "more cached than input: exclusive whoever says it": (
        "my-own",
        {**ANTHROPIC, IN: 93, OUT: 145, READ: 2_048, WRITE: 512},
        FULL,
    ),
    "OpenLIT sends Anthropic's raw input, its total fits": (
        "openlit.instrumentation.anthropic",
        {
            **ANTHROPIC,
            IN: 93,
            OUT: 145,
            READ: 40,
            "gen_ai.usage.cache_creation.input_tokens": 0,
            "gen_ai.client.token.usage": 238,
        },
        Usage(input_tokens=133, cached_input_tokens=40, cache_write_tokens=0, output_tokens=145),
    ),
    "OpenLIT with OpenAI is inclusive": (
        "openlit.instrumentation.openai",
        {
            **CHAT,
            "gen_ai.provider.name": "openai",
            IN: 1_117,
            OUT: 211,
            READ: 1_024,
            "gen_ai.client.token.usage": 1_328,
        },
        Usage(input_tokens=1_117, cached_input_tokens=1_024, output_tokens=211),
    ),
    "a total that needs the cache: exclusive": (
        "",
        {**CHAT, IN: 100, OUT: 10, READ: 40, "gen_ai.usage.total_tokens": 150},
        Usage(input_tokens=140, cached_input_tokens=40, output_tokens=10),
    ),
    "a total without the cache: inclusive": (
        "",
        {**CHAT, IN: 100, OUT: 10, READ: 40, "gen_ai.usage.total_tokens": 110},
        Usage(input_tokens=100, cached_input_tokens=40, output_tokens=10),
    ),
    "Gemini's thoughts are in the total only": (
        "opentelemetry.instrumentation.google_generativeai",
        {
            **CHAT,
            "gen_ai.provider.name": "gcp.gen_ai",
            IN: 1_210,
            OUT: 77,
            "gen_ai.usage.total_tokens": 1_320,
        },
        Usage(input_tokens=1_210, output_tokens=110, reasoning_tokens=33),
    ),
    "numbers as text": ("", {**CHAT, IN: "1117", OUT: "211.0"}, Usage(input_tokens=1_117, output_tokens=211)),
    "negative, boolean and broken counts are unknown": (
        "",
        {**CHAT, IN: -1, OUT: True, READ: "many"},
        Usage(),
    ),
    "zeros stand for not counted": ("", {**CHAT, IN: 0, OUT: 0}, Usage()),
    "the flat names of 2024": (
        "opentelemetry.instrumentation.anthropic",
        {
            "llm.request.type": "completion",
            "gen_ai.system": "Anthropic",
            "gen_ai.request.model": "claude",
            "gen_ai.usage.prompt_tokens": 2_653,
            "gen_ai.usage.completion_tokens": 145,
            "gen_ai.usage.cache_read_input_tokens": 2_048,
            "gen_ai.usage.cache_creation_input_tokens": 512,
            "llm.usage.total_tokens": 2_798,
        },
        FULL,
    ),
    "OpenLLMetry counts the start of Anthropic's stream twice": (
        "opentelemetry.instrumentation.anthropic",
        {**ANTHROPIC, "gen_ai.is_streaming": True, IN: 93, OUT: 146, "gen_ai.usage.total_tokens": 239},
        Usage(input_tokens=93, output_tokens=145, estimated=True),
    ),
    "OpenLIT's own guess on a stream is no count": (
        "openlit.instrumentation.openai",
        {**CHAT, "gen_ai.request.stream": True, IN: 41, OUT: 16},
        Usage(estimated=True),
    ),
    "OpenInference": (
        "",
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "m",
            "llm.token_count.prompt": 1_117,
            "llm.token_count.completion": 211,
            "llm.token_count.prompt_details.cache_read": 1_024,
            "llm.token_count.completion_details.reasoning": 128,
            "llm.token_count.prompt_details.audio": 3,
        },
        Usage(
            input_tokens=1_117,
            cached_input_tokens=1_024,
            output_tokens=211,
            reasoning_tokens=128,
            audio_input_tokens=3,
        ),
    ),
    "Langfuse's disjoint buckets": (
        "langfuse-sdk",
        {
            **LANGFUSE,
            "langfuse.observation.usage_details": json.dumps(
                {
                    "input": 93,
                    "output": 83,
                    "total": 1_328,
                    "input_cache_read": 1_024,
                    "output_reasoning": 128,
                }
            ),
        },
        Usage(input_tokens=1_117, cached_input_tokens=1_024, output_tokens=211, reasoning_tokens=128),
    ),
    "Langfuse's buckets filled inclusively": (
        "langfuse-sdk",
        {
            **LANGFUSE,
            "langfuse.observation.usage_details": json.dumps(
                {"input": 1_117, "output": 211, "total": 1_328, "input_cache_read": 1_024}
            ),
        },
        Usage(input_tokens=1_117, cached_input_tokens=1_024, output_tokens=211),
    ),
    "OpenAI's own dict inside Langfuse": (
        "langfuse-sdk",
        {
            **LANGFUSE,
            "langfuse.observation.usage_details": json.dumps(
                {
                    "prompt_tokens": 1_117,
                    "completion_tokens": 211,
                    "prompt_tokens_details": {"cached_tokens": 1_024},
                    "completion_tokens_details": {"reasoning_tokens": 128},
                }
            ),
        },
        Usage(input_tokens=1_117, cached_input_tokens=1_024, output_tokens=211, reasoning_tokens=128),
    ),
    "LangSmith's details are Python, not JSON": (
        "langsmith",
        {
            "langsmith.span.kind": "llm",
            "gen_ai.request.model": "m",
            IN: 2_653,
            OUT: 145,
            "gen_ai.usage.total_tokens": 2_798,
            "gen_ai.usage.input_token_details": "{'cache_read': 2048, 'ephemeral_5m_input_tokens': 512}",
            "gen_ai.usage.output_token_details": "{'audio': 0, 'reasoning': 7}",
        },
        Usage(
            input_tokens=2_653,
            cached_input_tokens=2_048,
            cache_write_tokens=512,
            output_tokens=145,
            reasoning_tokens=7,
            audio_output_tokens=0,
        ),
    ),
    "Logfire's raw usage adds the parts, not the sums": (
        "logfire.anthropic",
        {
            **ANTHROPIC,
            IN: 2_653,
            OUT: 145,
            "gen_ai.usage.raw": json.dumps(
                {
                    "input_tokens": 93,
                    "output_tokens": 145,
                    "cache_read_input_tokens": 2_048,
                    "cache_creation_input_tokens": 512,
                    "cache_creation": {"ephemeral_1h_input_tokens": 100, "ephemeral_5m_input_tokens": 412},
                }
            ),
        },
        Usage(
            input_tokens=2_653,
            cached_input_tokens=2_048,
            cache_write_tokens=512,
            cache_write_1h_tokens=100,
            output_tokens=145,
        ),
    ),
    "raw Anthropic usage alone is exclusive": (
        "mlflow",
        {
            **MLFLOW,
            "mlflow.chat.tokenUsage": json.dumps(
                {
                    "input_tokens": 3_000,
                    "output_tokens": 1,
                    "cache_read_input_tokens": 5,
                    "cache_creation_input_tokens": 0,
                }
            ),
        },
        Usage(input_tokens=3_005, cached_input_tokens=5, cache_write_tokens=0, output_tokens=1),
    ),
    "MLflow's sums are inclusive": (
        "mlflow",
        {
            **MLFLOW,
            "mlflow.chat.tokenUsage": json.dumps(
                {
                    "input_tokens": 2_653,
                    "output_tokens": 145,
                    "total_tokens": 2_798,
                    "cache_read_input_tokens": 2_048,
                    "cache_creation_input_tokens": 512,
                }
            ),
        },
        FULL,
    ),
    "Gemini's usage in an answer body": (
        "openinference.instrumentation.google_genai",
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "gemini-2.5-flash",
            "output.value": json.dumps(
                {
                    "model_version": "gemini-2.5-flash-001",
                    "response_id": "g1",
                    "usage_metadata": {
                        "prompt_token_count": 1_210,
                        "candidates_token_count": 77,
                        "thoughts_token_count": 33,
                        "cached_content_token_count": 1_000,
                    },
                }
            ),
        },
        Usage(input_tokens=1_210, cached_input_tokens=1_000, output_tokens=110, reasoning_tokens=33),
    ),
    "Claude Code's bare keys leave the cache out": (
        "com.anthropic.claude_code.tracing",
        {
            "span.type": "llm_request",
            "model": "claude-sonnet-4-5",
            "input_tokens": 100,
            "output_tokens": 20,
            "cache_read_tokens": 30,
            "cache_creation_tokens": 5,
        },
        Usage(input_tokens=135, cached_input_tokens=30, cache_write_tokens=5, output_tokens=20),
    ),
    "Vercel 5": (
        "ai",
        {
            "ai.operationId": "ai.streamText.doStream",
            "ai.model.id": "m",
            "ai.usage.inputTokens": 1_117,
            "ai.usage.outputTokens": 211,
            "ai.usage.totalTokens": 1_328,
            "ai.usage.cachedInputTokens": 1_024,
            "ai.usage.reasoningTokens": 128,
        },
        Usage(input_tokens=1_117, cached_input_tokens=1_024, output_tokens=211, reasoning_tokens=128),
    ),
    "two vocabularies on one span are not added": (
        "",
        {**CHAT, IN: 10, OUT: 5, "llm.token_count.prompt": 10, "llm.token_count.completion": 5},
        Usage(input_tokens=10, output_tokens=5),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_usage(case: str) -> None:
    scope, attributes, expected = CASES[case]
    assert facts_of(attributes, scope=scope).usage == expected


def test_the_order_of_attributes_does_not_matter() -> None:
    _, attributes, expected = CASES["the flat names of 2024"]
    backwards = dict(reversed(attributes.items()))
    assert facts_of(backwards, scope="opentelemetry.instrumentation.anthropic").usage == expected


def test_bare_keys_mean_nothing_elsewhere() -> None:
    facts = facts_of({"input_tokens": 5, "model": "x", "user": "u"}, scope="my-app", name="work")
    assert facts.operation == "other"
    assert facts.usage == Usage()
    assert facts.user_id is None


def test_costs_of_others_are_claims_and_zero_is_unknown() -> None:
    assert facts_of({**CHAT, "gen_ai.usage.cost": 0}).claimed_cost_usd is None
    assert facts_of({**CHAT, "gen_ai.usage.cost": 1.6e-07}).claimed_cost_usd == "0.00000016"
    assert (
        facts_of({**LANGFUSE, "langfuse.observation.cost_details": '{"total": 0}'}).claimed_cost_usd is None
    )
    assert facts_of({**CHAT, "sonde.cost.billed_usd": "0.25"}).billed_cost_usd == "0.25"


def test_a_routers_own_figure_is_billed() -> None:
    facts = facts_of({**CHAT, "gen_ai.usage.total_cost": 0.002}, scope="openrouter", name="LLM Generation")
    assert (facts.billed_cost_usd, facts.claimed_cost_usd) == ("0.002", None)
    facts = facts_of({**CHAT, "gen_ai.usage.total_cost": 0.002}, scope="my-app")
    assert (facts.billed_cost_usd, facts.claimed_cost_usd) == (None, "0.002")
    raw = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.00014}
    attributes = {**CHAT, "gen_ai.provider.name": "openai", "gen_ai.usage.raw": json.dumps(raw)}
    assert facts_of(attributes).billed_cost_usd is None
    assert facts_of({**attributes, "server.address": "openrouter.ai"}).billed_cost_usd == "0.00014"
    assert facts_of(CHAT, scope="openrouter", name="provider attempt 1: openai").role == "transport"
