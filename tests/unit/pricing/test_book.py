"""The book itself: cards, rows, own prices, import time."""

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from sonde.model.errors import BadInput
from sonde.model.facts import Usage
from sonde.pricing import OwnPrice, PriceBook, rows_of
from sonde.pricing.card import FEE_CLASSES, TOKEN_CLASSES
from tests.unit.pricing.facts import NOW, at, call


def test_card_by_name_and_time() -> None:
    book = PriceBook()
    card = book.card("openai", "o3", at(2025, 1, 1))
    assert card is not None
    assert card.tier(1).input == Decimal("0.00001")
    assert card.valid_from_ns is None
    assert card.valid_to_ns == at(2025, 6, 10, 0)
    assert book.card("openai", "no-such-model", NOW) is None


def test_rows_of_a_card_with_context_tiers() -> None:
    card = PriceBook().card("anthropic", "claude-sonnet-4-5", NOW)
    assert card is not None
    rows = [row for row in rows_of(card) if row.token_class == "input"]
    assert [(row.above_input_tokens, row.up_to_input_tokens, row.unit_price_usd) for row in rows] == [
        (-1, 200_000, Decimal(3)),
        (200_000, None, Decimal(6)),
    ]


def test_rows_price_a_call_by_a_plain_join() -> None:
    """What SQL would do with the rows: pick by time and context size, multiply, add."""
    book = PriceBook()
    usage = Usage(input_tokens=250_000, cached_input_tokens=50_000, output_tokens=1_000)
    time_ns = at(2026, 1, 1)
    disjoint = {"input": 200_000, "cached_input": 50_000, "output": 1_000}
    total = sum(
        disjoint[row.token_class] * row.unit_price_usd / row.per
        for row in book.rows()
        if row.provider == "anthropic"
        and row.model == "claude-sonnet-4-5"
        and not row.variant
        and row.token_class in disjoint
        and row.above_input_tokens < 250_000 <= (row.up_to_input_tokens or 1 << 60)
        and (row.valid_from_ns or 0) <= time_ns < (row.valid_to_ns or 1 << 62)
    )
    cost = book.price(call("anthropic", "claude-sonnet-4-5", usage=usage), time_ns=time_ns)
    assert total == cost.cost_usd


def test_every_row_is_a_price() -> None:
    count = 0
    for row in PriceBook().rows():
        assert row.token_class in TOKEN_CLASSES + FEE_CLASSES
        assert row.unit_price_usd.is_finite()
        assert row.unit_price_usd >= 0
        assert row.per == (1_000 if row.token_class in FEE_CLASSES else 1_000_000)
        count += 1
    assert count > 20_000


def test_own_price_wins_and_inherits() -> None:
    own = OwnPrice(provider="openai", model="gpt-4o", prices={"input": Decimal(1), "output": Decimal(2)})
    book = PriceBook([own])
    usage = Usage(input_tokens=1_000_000, cached_input_tokens=500_000, output_tokens=1_000_000)
    cost = book.price(call("openai", "gpt-4o", usage=usage), time_ns=NOW)
    assert cost.cost_usd == Decimal(3)
    assert "own price 1" in cost.rate_card
    assert "1 own" in book.version
    other = book.price(call("openai", "gpt-4o-mini", usage=usage), time_ns=NOW)
    assert "genai-prices" in other.rate_card


def test_own_price_for_a_runtime_of_ones_own() -> None:
    own = OwnPrice(provider="ollama", model="llama3*", prices={"input": Decimal(0), "output": Decimal(0)})
    cost = PriceBook([own]).price(call("ollama", "llama3.1:8b"), time_ns=NOW)
    assert (cost.state, cost.cost_usd) == ("free", Decimal(0))
    assert PriceBook([own]).price(call("ollama", "qwen3"), time_ns=NOW).state == "unpriced"


def test_own_prices_have_dates_and_the_newest_wins() -> None:
    book = PriceBook(
        [
            OwnPrice("*", "house-model", {"input": Decimal(1), "output": Decimal(1)}),
            OwnPrice("*", "house-model", {"input": Decimal(2), "output": Decimal(2)}, at(2026, 1, 1)),
        ]
    )
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    facts = call("anything", "house-model", usage=usage)
    assert book.price(facts, time_ns=at(2025, 1, 1)).cost_usd == Decimal(1)
    assert book.price(facts, time_ns=NOW).cost_usd == Decimal(2)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"prices": {}}, "no token class"),
        ({"prices": {"inputs": Decimal(1)}}, "token class"),
        ({"prices": {"input": Decimal("NaN")}}, "from 0"),
        ({"prices": {"input": Decimal(-1)}}, "from 0"),
        ({"model": ""}, "pattern"),
        ({"model": "a*b"}, "pattern"),
    ],
)
def test_own_price_that_is_none(changes: dict[str, Any], word: str) -> None:
    fields: dict[str, Any] = {"provider": "*", "model": "m", "prices": {"input": Decimal(1)}, **changes}
    with pytest.raises(BadInput, match=word):
        PriceBook([OwnPrice(**fields)])


def test_importing_loads_no_library() -> None:
    heavy = "('genai', 'pydantic', 'httpx')"
    script = f"import sys, sonde.pricing; print([m for m in sys.modules if m.startswith({heavy})])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
