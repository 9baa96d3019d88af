"""The cost of a stored answer, from the counts of each provider's shape."""

from decimal import Decimal
from typing import Any

import pytest

from sonde.model.facts import SpanFacts, Usage
from sonde.pricing import PriceBook
from sonde.resilience.prices import cost_of_answer

NOW = 1_795_000_000_000_000_000


def price(model: str, usage: Usage, operation: str = "chat") -> float:
    facts = SpanFacts("", "", "", NOW, NOW, "", "", operation, response_model=model, usage=usage)
    cost = PriceBook().price(facts, time_ns=NOW).cost_usd
    assert isinstance(cost, Decimal)
    return float(cost)


CHAT: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "usage": {
        "prompt_tokens": 1000,
        "completion_tokens": 500,
        "prompt_tokens_details": {"cached_tokens": 400},
        "completion_tokens_details": {"reasoning_tokens": 0},
    },
}
CLAUDE: dict[str, Any] = {
    "model": "claude-haiku-4-5",
    "usage": {
        "input_tokens": 100,
        "cache_read_input_tokens": 800,
        "cache_creation_input_tokens": 100,
        "output_tokens": 50,
    },
}


@pytest.mark.parametrize(
    ("answer", "model", "usage"),
    [
        (CHAT, "gpt-4o-mini", Usage(input_tokens=1000, cached_input_tokens=400, output_tokens=500)),
        (
            [{"choices": []}, {"model": "gpt-4o-mini", "usage": None}, CHAT],
            "gpt-4o-mini",
            Usage(input_tokens=1000, cached_input_tokens=400, output_tokens=500),
        ),
        (
            CLAUDE,
            "claude-haiku-4-5",
            Usage(input_tokens=1000, cached_input_tokens=800, cache_write_tokens=100, output_tokens=50),
        ),
        (
            [
                {"type": "message_start", "message": CLAUDE},
                {"type": "message_delta", "usage": {"output_tokens": 90}},
            ],
            "claude-haiku-4-5",
            Usage(input_tokens=1000, cached_input_tokens=800, cache_write_tokens=100, output_tokens=90),
        ),
        (
            {
                "model_version": "gemini-2.5-flash",
                "usage_metadata": {
                    "prompt_token_count": 100,
                    "candidates_token_count": 20,
                    "thoughts_token_count": 30,
                },
            },
            "gemini-2.5-flash",
            Usage(input_tokens=100, output_tokens=50, reasoning_tokens=30),
        ),
    ],
    ids=["chat", "chat stream", "claude", "claude stream", "gemini"],
)  # fmt: skip
def test_counts_of_providers(answer: Any, model: str, usage: Usage) -> None:
    assert cost_of_answer(answer) == pytest.approx(price(model, usage), rel=1e-9)


def test_embeddings() -> None:
    answer = {"model": "text-embedding-3-small", "usage": {"prompt_tokens": 1000, "total_tokens": 1000}}
    expected = price("text-embedding-3-small", Usage(input_tokens=1000), "embeddings")
    assert cost_of_answer(answer) == pytest.approx(expected)


def test_a_routers_own_figure_wins() -> None:
    assert cost_of_answer({**CHAT, "usage": {**CHAT["usage"], "cost": 0.123}}) == 0.123


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        3,
        [],
        {},
        {"model": "gpt-4o-mini"},
        {"usage": {"prompt_tokens": 1}},
        [[0.1, 0.2]],
        object(),
    ],
)
def test_unknown_stays_unknown(answer: Any) -> None:
    assert cost_of_answer(answer) is None
