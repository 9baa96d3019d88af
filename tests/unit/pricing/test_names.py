"""Which entry of the book a name leads to."""

import json
import time

import pytest

from sonde.pricing import PriceBook
from tests.unit.pricing.facts import NOW, call

SONNET = "claude-sonnet-4-5"


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook()


@pytest.mark.parametrize(
    ("provider", "model", "card"),
    [
        ("openai", "gpt-4o", "openai/gpt-4o@"),
        ("OpenAI", "GPT-4o", "openai/gpt-4o@"),
        ("openai.responses", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini@"),
        ("openai", "openai/gpt-4o", "openai/gpt-4o@"),
        ("azure.ai.openai", "gpt-4o-2024-08-06", "azure/gpt-4o@"),
        ("az.ai.openai", "gpt-4o", "azure/gpt-4o@"),
        ("Azure OpenAI", "azure/gpt-4o", "azure/gpt-4o@"),
        ("anthropic", "claude-sonnet-4-5-20250929", f"anthropic/{SONNET}@"),
        ("gcp.vertex_ai", "claude-sonnet-4-5@20250929", f"google/{SONNET}@"),
        ("gcp.vertex_ai", f"publishers/anthropic/models/{SONNET}", f"google/{SONNET}@"),
        (
            "aws.bedrock",
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws/regional.anthropic.claude-sonnet-4-5",
        ),
        (
            "aws.bedrock",
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws/global.anthropic.claude-sonnet-4-5",
        ),
        (
            "aws.bedrock",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws/regional.anthropic.claude-sonnet-4-5",
        ),
        ("anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws/regional."),
        ("gcp.gemini", "models/gemini-2.5-flash", "google/gemini-2.5-flash@"),
        ("gcp.gen_ai", "gemini-2.5-pro", "google/gemini-2.5-pro@"),
        (
            "gcp.vertex_ai",
            "projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro",
            "google/gemini-2.5-pro@",
        ),
        ("x_ai", "grok-3-mini", "x-ai/grok-3-mini@"),
        ("mistral_ai", "mistral-large-latest", "mistral/mistral-large@"),
        ("groq", "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile@"),
        ("cohere", "command-r-plus", "cohere/command-r-plus@"),
        ("perplexity", "sonar-pro", "perplexity/sonar-pro@"),
        ("openrouter", "anthropic/claude-4.5-sonnet-20250929", "openrouter/anthropic/claude-sonnet-4.5"),
        ("openrouter", "openai/gpt-4o:nitro", "openrouter/openai/gpt-4o"),
        ("https://api.anthropic.com/v1/messages", SONNET, f"anthropic/{SONNET}@"),
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc", "openai/ft:gpt-4o-mini@"),
        ("openai", "gpt-4o-mini-2025-01-31", "openai/gpt-4o-mini@"),
        ("litellm", f"anthropic/{SONNET}", f"anthropic/{SONNET}@"),
        ("openai", f"anthropic/{SONNET}", f"anthropic/{SONNET}@"),
        ("openai", SONNET, f"anthropic/{SONNET}@"),
        (None, "gpt-4o", "openai/gpt-4o@"),
        (None, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws/regional."),
        (None, "accounts/fireworks/models/gpt-oss-120b", "fireworks/gpt-oss-120b@"),
        ("google", "gemma-3-27b-it", "google/gemma-3@"),
    ],
)
def test_known(book: PriceBook, provider: str | None, model: str, card: str) -> None:
    cost = book.price(call(provider, model), time_ns=NOW)
    assert cost.rate_card.startswith(card), (cost.rate_card, cost.explanation_json)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o-mini-evil"),
        ("openai", "gpt-4"[:3]),
        ("openai", "gpt-4\u043e"),
        ("openai", "gpt\u20114o"),
        ("openai", "gpt-4o\u200b"),
        ("openai", "gpt-4o\x00"),
        ("openai", "gpt-4o; drop table calls"),
        ("openai", "gpt-4o' or '1'='1"),
        ("openai", "../gpt-4o"),
        ("openai", ""),
        ("openai", "deepseek-r1"),
        ("openai", "meta-llama/llama-3.3-70b-instruct"),
        ("anthropic", "claude-opus-4-50"),
        ("anthropic", "claude-opus-4-5.1"),
        ("anthropic", "not-claude-opus-4-5"),
        ("anthropic", "claude-haiku-4-5-turbo"),
        ("gcp.gemini", "gemini-2.5-flash-lite-ultra"),
        ("azure.ai.openai", "my-deployment"),
        ("azure.ai.openai", "my-o4-mini-for-tests"),
        ("ollama", "deepseek-r1"),
        ("vllm", "gpt-4o"),
        ("acme", "gpt-4o"),
        ("openai-but-not-really", "gpt-4o"),
        ("https://openai.example/v1", "gpt-4o"),
        ("https://api.openai.example", "gpt-4o"),
        (None, "llama3"),
        (None, "gpt-oss-20b"),
        (None, None),
    ],
)
def test_unknown(book: PriceBook, provider: str | None, model: str | None) -> None:
    cost = book.price(call(provider, model), time_ns=NOW)
    assert (cost.state, cost.cost_usd, cost.rate_card) == ("unpriced", None, "")
    assert json.loads(cost.explanation_json)


def test_a_bare_name_that_follows_no_rule_is_looked_up_at_the_makers(book: PriceBook) -> None:
    for name, maker in [("text-embedding-3-small", "openai"), ("mistral-embed", "mistral")]:
        card = book.card(None, name, NOW)
        assert card is not None
        assert card.provider == maker


def test_response_model_first_then_request_model(book: PriceBook) -> None:
    both = book.price(call("openai", "gpt-4o-mini", request_model="gpt-4o"), time_ns=NOW)
    assert both.rate_card.startswith("openai/gpt-4o-mini@")
    request = book.price(call("azure.ai.openai", "my-deployment", request_model="gpt-4o"), time_ns=NOW)
    assert request.rate_card.startswith("azure/gpt-4o@")
    assert "found by request_model" in request.explanation_json


def test_a_free_offer_is_known_by_what_was_asked_for(book: PriceBook) -> None:
    facts = call("openrouter", "meta-llama/llama-4-scout", request_model="meta-llama/llama-4-scout:free")
    assert book.price(facts, time_ns=NOW).state == "free"


def test_hostile_names_cost_no_time(book: PriceBook) -> None:
    names = [
        "a" * 1_000_000,
        "gpt-4o" + "-2024-01-01" * 20,
        "claude-opus-4-5" + "@a" * 60,
        "/" * 256,
        "-" * 256,
    ]
    names += ["gpt-4o-" + "0" * 240, "projects/" * 28, "us." * 80, ":" * 200 + "free"]
    start = time.process_time()
    for name in names:
        for provider in ("openai", "anthropic", "gcp.gemini", "aws.bedrock", None, name):
            assert book.price(call(provider, name), time_ns=NOW).state == "unpriced"
    assert time.process_time() - start < 5


def test_hostile_names_fill_no_memory(book: PriceBook) -> None:
    for number in range(20_000):
        book.price(call("openai", f"model-{number}", service_tier=f"tier-{number}"), time_ns=NOW)
    book.price(call("openai", "x" * 1_000_000), time_ns=NOW)
    assert len(book._cache) <= 8_192
    assert all(len(key[1] or "") <= 256 for key in book._cache if isinstance(key[1], str))
