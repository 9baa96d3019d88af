"""What a call costs: states, sources, parts, odd token counts."""

import json
from decimal import Decimal

import pytest

from sonde.model.facts import Usage
from sonde.model.rows import Cost
from sonde.pricing import PriceBook
from tests.unit.pricing.facts import NOW, at, call


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook()


def codes(cost: Cost) -> set[str]:
    return {entry["code"] for entry in json.loads(cost.explanation_json) if "code" in entry}


def lines(cost: Cost) -> dict[str, str]:
    return {
        entry["token_class"]: entry["cost_usd"]
        for entry in json.loads(cost.explanation_json)
        if "token_class" in entry
    }


def test_parts_of_a_computed_cost(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000, cached_input_tokens=200, output_tokens=300, reasoning_tokens=100)
    cost = book.price(call("openai", "gpt-4o-2024-08-06", usage=usage), time_ns=NOW)
    assert (cost.state, cost.source) == ("priced", "computed")
    assert cost.cost_usd == Decimal("0.00525")
    assert cost.input_cost_usd == Decimal("0.00225")
    assert cost.cached_input_cost_usd == Decimal("0.00025")
    assert cost.output_cost_usd == Decimal("0.003")
    assert cost.reasoning_cost_usd == Decimal("0.001")
    assert cost.cache_write_cost_usd is None
    assert cost.fees_usd is None
    assert cost.rate_card.startswith("openai/gpt-4o@")
    assert "genai-prices" in cost.rate_card
    assert lines(cost) == {
        "input": "0.002",
        "cached_input": "0.00025",
        "output": "0.002",
        "reasoning": "0.001",
    }
    assert "found by response_model 'gpt-4o-2024-08-06'" in cost.explanation_json


def test_cache_writes_by_lifetime(book: PriceBook) -> None:
    usage = Usage(
        input_tokens=1_000_000, cache_write_tokens=300_000, cache_write_1h_tokens=100_000, output_tokens=0
    )
    cost = book.price(call("anthropic", "claude-opus-4-5", usage=usage), time_ns=NOW)
    assert lines(cost) == {"input": "3.5", "cache_write": "1.25", "cache_write_1h": "1"}
    assert cost.cache_write_cost_usd == Decimal("2.25")


def test_fees_are_a_line_of_their_own(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000, output_tokens=100, web_searches=2)
    cost = book.price(call("anthropic", "claude-opus-4-5", usage=usage), time_ns=NOW)
    assert cost.fees_usd == Decimal("0.02")
    assert cost.cost_usd == Decimal("0.0275")


def test_searches_without_a_known_fee_are_noted(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000, output_tokens=100, web_searches=2)
    cost = book.price(call("x_ai", "grok-3-mini", usage=usage), time_ns=NOW)
    assert cost.state == "priced"
    assert "web searches: the book has no fee" in cost.explanation_json


def test_history_by_date_of_the_call(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    before = book.price(call("openai", "o3", usage=usage), time_ns=at(2025, 6, 9, 23))
    after = book.price(call("openai", "o3", usage=usage), time_ns=at(2025, 6, 10, 0))
    assert (before.cost_usd, after.cost_usd) == (Decimal(10), Decimal(2))


def test_time_of_day(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    facts = call("deepseek", "deepseek-chat", usage=usage)
    assert book.price(facts, time_ns=at(2025, 6, 1, 16)).cost_usd == Decimal("0.27")
    assert book.price(facts, time_ns=at(2025, 6, 1, 17)).cost_usd == Decimal("0.135")


@pytest.mark.parametrize(("tokens", "expected"), [(200_000, "0.6"), (200_001, "1.200006")])
def test_context_tier_is_for_the_whole_call(book: PriceBook, tokens: int, expected: str) -> None:
    usage = Usage(input_tokens=tokens, output_tokens=0)
    cost = book.price(call("anthropic", "claude-sonnet-4.5", usage=usage), time_ns=NOW)
    assert cost.cost_usd == Decimal(expected)


def test_batch_by_data_and_by_rule(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    data = book.price(call("openai", "gpt-4o", usage=usage, batch=True), time_ns=NOW)
    assert data.cost_usd == Decimal("6.25")
    assert "assumed" not in codes(data)
    early = book.price(call("openai", "gpt-4o", usage=usage, service_tier="batch"), time_ns=at(2025, 1, 1))
    assert early.cost_usd == Decimal("6.25")
    assert "assumed" in codes(early)
    assert "batch" in early.rate_card


def test_service_tiers(book: PriceBook) -> None:
    usage = Usage(input_tokens=100_000, output_tokens=0)
    prices = {
        tier: book.price(call("openai", "gpt-5.4", usage=usage, service_tier=tier), time_ns=NOW).cost_usd
        for tier in ("default", "auto", None, "flex", "priority")
    }
    assert prices["default"] == prices["auto"] == prices[None] == Decimal("0.25")
    assert prices["flex"] == Decimal("0.125")
    assert prices["priority"] == Decimal("0.5")
    strange = book.price(call("openai", "gpt-5.4", usage=usage, service_tier="ultra"), time_ns=NOW)
    assert strange.cost_usd == Decimal("0.25")
    assert "assumed" in codes(strange)
    capacity = book.price(call("openai", "gpt-5.4", service_tier="scale"), time_ns=NOW)
    assert (capacity.state, codes(capacity)) == ("unpriced", {"capacity"})


def test_billed_wins(book: PriceBook) -> None:
    cost = book.price(call("openai", "gpt-4o", billed_cost_usd="0.5", claimed_cost_usd="9"), time_ns=NOW)
    assert (cost.state, cost.source, cost.cost_usd) == ("priced", "billed", Decimal("0.5"))
    assert cost.claimed_cost_usd == Decimal(9)
    assert cost.input_cost_usd is None
    assert "computed-differs" in codes(cost)


def test_billed_figure_that_the_book_agrees_with_keeps_the_split(book: PriceBook) -> None:
    cost = book.price(call("openai", "gpt-4o", billed_cost_usd="3.5e-3"), time_ns=NOW)
    assert (cost.source, cost.cost_usd, cost.input_cost_usd) == (
        "billed",
        Decimal("0.0035"),
        Decimal("0.0025"),
    )
    assert json.loads(cost.explanation_json)[0]["code"] == "billed"


def test_billed_zero_is_free_and_says_so(book: PriceBook) -> None:
    cost = book.price(call("openrouter", "some/model", billed_cost_usd="0"), time_ns=NOW)
    assert (cost.state, cost.source, cost.cost_usd) == ("free", "billed", Decimal(0))


@pytest.mark.parametrize(
    "text", ["NaN", "-1", "Infinity", "1e999", "", "free", "1" * 100, "1,5", "\u0661", "1_0"]
)
def test_a_billed_figure_that_is_none_is_not_used(book: PriceBook, text: str) -> None:
    cost = book.price(call("openai", "gpt-4o", billed_cost_usd=text, claimed_cost_usd=text), time_ns=NOW)
    assert (cost.source, cost.cost_usd, cost.claimed_cost_usd) == ("computed", Decimal("0.0035"), None)


def test_claimed_only_where_there_is_no_price(book: PriceBook) -> None:
    known = book.price(call("openai", "gpt-4o", claimed_cost_usd="7"), time_ns=NOW)
    assert (known.source, known.cost_usd, known.claimed_cost_usd) == (
        "computed",
        Decimal("0.0035"),
        Decimal(7),
    )
    unknown = book.price(call("openai", "gpt-99", claimed_cost_usd="7"), time_ns=NOW)
    assert (unknown.state, unknown.source, unknown.cost_usd) == ("priced", "claimed", Decimal(7))
    assert "unknown-model" in codes(unknown)


def test_claimed_zero_is_unknown(book: PriceBook) -> None:
    cost = book.price(call("openai", "gpt-99", claimed_cost_usd="0"), time_ns=NOW)
    assert (cost.state, cost.source, cost.cost_usd) == ("unpriced", "none", None)


def test_free_only_when_the_book_says_so(book: PriceBook) -> None:
    free = book.price(call("openrouter", "meta-llama/llama-4-scout:free"), time_ns=NOW)
    assert (free.state, free.source, free.cost_usd) == ("free", "computed", Decimal(0))
    listed = book.price(call("cerebras", "qwen-3-coder-480b"), time_ns=NOW)
    assert (listed.state, codes(listed)) == ("unpriced", {"model", "no-price"})
    assert book.price(call("openrouter", "no-such/model:free"), time_ns=NOW).state == "unpriced"


def test_a_model_priced_by_the_hour_has_no_token_price(book: PriceBook) -> None:
    cost = book.price(call("openai", "whisper-1"), time_ns=NOW)
    assert cost.state == "unpriced"
    assert "hours of audio" in cost.explanation_json


@pytest.mark.parametrize(
    ("usage", "code"),
    [
        (Usage(), "unknown-tokens"),
        (Usage(input_tokens=0, output_tokens=0), "unknown-tokens"),
        (Usage(input_tokens=-1, output_tokens=5), "bad-tokens"),
        (Usage(input_tokens=1 << 63, output_tokens=5), "bad-tokens"),
        (Usage(input_tokens=float("nan")), "bad-tokens"),  # type: ignore[arg-type]
        (Usage(input_tokens=True), "bad-tokens"),
        (Usage(input_tokens=10, cached_input_tokens=11, output_tokens=1), "bad-tokens"),
        (Usage(cached_input_tokens=11, output_tokens=1), "bad-tokens"),
        (Usage(input_tokens=10, cache_write_tokens=3, cache_write_1h_tokens=4), "bad-tokens"),
        (Usage(input_tokens=10, output_tokens=1, web_searches=-1), "bad-tokens"),
    ],
)
def test_tokens_that_cannot_be_priced(book: PriceBook, usage: Usage, code: str) -> None:
    cost = book.price(call("openai", "gpt-4o", usage=usage), time_ns=NOW)
    assert (cost.state, cost.source, cost.cost_usd) == ("unpriced", "none", None)
    assert code in codes(cost)


def test_one_known_side_is_a_lower_bound(book: PriceBook) -> None:
    cost = book.price(call("openai", "gpt-4o", usage=Usage(input_tokens=1_000)), time_ns=NOW)
    assert (cost.cost_usd, cost.output_cost_usd) == (Decimal("0.0025"), None)
    assert "lower bound" in cost.explanation_json
    embedding = call(
        "openai", "text-embedding-3-small", usage=Usage(input_tokens=1_000), operation="embeddings"
    )
    assert "lower bound" not in book.price(embedding, time_ns=NOW).explanation_json


def test_more_reasoning_than_output(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000, output_tokens=100, reasoning_tokens=120)
    cost = book.price(call("openai", "gpt-5", usage=usage), time_ns=NOW)
    assert cost.output_cost_usd == Decimal("0.001")
    assert cost.reasoning_cost_usd is None
    assert "their share is unknown" in cost.explanation_json


def test_audio_among_the_cached_tokens(book: PriceBook) -> None:
    usage = Usage(input_tokens=100, cached_input_tokens=80, audio_input_tokens=50, output_tokens=1)
    cost = book.price(call("gcp.gemini", "gemini-2.5-flash", usage=usage), time_ns=NOW)
    assert lines(cost)["audio_input"] == "0.00002"
    assert "taken as cached" in cost.explanation_json


def test_sender_counted_tokens_are_marked(book: PriceBook) -> None:
    usage = Usage(input_tokens=10, output_tokens=1, estimated=True)
    assert "tokens-estimated" in codes(book.price(call("openai", "gpt-4o", usage=usage), time_ns=NOW))


def test_explanations_are_json_with_known_codes(book: PriceBook) -> None:
    from sonde.pricing.explain import CODES

    for provider, model in [('o"p\\e', "gpt-4o"), ("openai", 'x"\\\n'), (None, None), ("ollama", "llama3")]:
        cost = book.price(call(provider, model, service_tier='"'), time_ns=NOW)
        assert codes(cost) <= CODES
        assert cost.state == "unpriced"


def test_an_answer_from_a_response_cache_was_not_bought(book: PriceBook) -> None:
    bought = book.price(call("openai", "gpt-4o"), time_ns=NOW)
    hit = book.price(call("openai", "gpt-4o", cache_hit=True, claimed_cost_usd="0.5"), time_ns=NOW)
    assert (hit.state, hit.source, hit.cost_usd) == ("free", "computed", 0)
    assert hit.claimed_cost_usd == Decimal("0.5")
    assert codes(hit) == {"cache-hit"}
    assert f"{bought.cost_usd:f} USD" in hit.explanation_json
    billed = book.price(call("openai", "gpt-4o", cache_hit=True, billed_cost_usd="0.01"), time_ns=NOW)
    assert (billed.state, billed.source, billed.cost_usd) == ("priced", "billed", Decimal("0.01"))
    unknown = book.price(call("openai", "nobody-knows", cache_hit=True), time_ns=NOW)
    assert (unknown.state, unknown.cost_usd) == ("free", 0)
