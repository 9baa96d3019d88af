from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.prices import UnitPrices, book_price
from sonde.resilience.usage import TokenUse, estimated_tokens, usage_of
from sonde.resilience.wrapping import Call


def asked(**kwargs: Any) -> Call:
    return Call(lambda: None, (), kwargs, "f", is_async=False)


@pytest.mark.parametrize(
    ("answer", "use"),
    [
        ({"model": "m", "usage": {"prompt_tokens": 7, "completion_tokens": 3}}, TokenUse(7, 3, "m")),
        ({"usage": {"input_tokens": 7, "output_tokens": 3}}, TokenUse(7, 3)),
        (
            {
                "usage": {
                    "input_tokens": 7,
                    "cache_creation_input_tokens": 100,
                    "cache_read_input_tokens": 1_000,
                    "output_tokens": 3,
                }
            },
            TokenUse(1_107, 3, cached_input_tokens=1_000, cache_write_tokens=100),
        ),
        (
            {
                "usage_metadata": {
                    "prompt_token_count": 7,
                    "candidates_token_count": 3,
                    "thoughts_token_count": 20,
                },
                "model_version": "gemini",
            },
            TokenUse(7, 23, "gemini", reasoning_tokens=20),
        ),
        ({"usage": {"prompt_tokens": 8, "total_tokens": 8}}, TokenUse(8, 0)),
        ({"usage": {"prompt_tokens": 8, "completion_tokens": 1, "cost": 0.25}}, TokenUse(8, 1, None, 0.25)),
        ({"message": {"model": "claude", "usage": {"input_tokens": 5}}}, TokenUse(5, None, "claude")),
        ({"response": {"usage": {"input_tokens": 5, "output_tokens": 1}}}, TokenUse(5, 1)),
        ({"usage": {"prompt_tokens": -1, "completion_tokens": float("nan")}}, None),
        ({"usage": {"prompt_tokens": True}}, None),
        ({"usage": None}, None),
        ("text", None),
        (None, None),
    ],
)
def test_usage_of_each_shape(answer: Any, use: TokenUse | None) -> None:
    assert usage_of(answer) == use
    if isinstance(answer, dict):
        assert usage_of(SimpleNamespace(**answer)) == use


def test_the_chunks_of_a_stream_add_up_to_the_last_known() -> None:
    begun = TokenUse(10, 1, "claude")
    assert begun.later(TokenUse(None, 42)) == TokenUse(10, 42, "claude")
    cached = TokenUse(1_010, 1, "claude", cached_input_tokens=1_000)
    assert cached.later(TokenUse(10, 42)) == TokenUse(1_010, 42, "claude", cached_input_tokens=1_000)


def test_unknown_stays_unknown() -> None:
    assert TokenUse().total_tokens is None
    assert TokenUse(5).total_tokens == 5


@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_an_estimate_is_always_at_least_one(value: Any) -> None:
    assert estimated_tokens(asked(messages=value)) >= 1


def test_an_estimate_is_a_quarter_of_the_characters() -> None:
    assert estimated_tokens(asked(messages=[{"role": "user", "content": "x" * 396}])) == 100


def test_unit_prices() -> None:
    prices = UnitPrices({"m": (1.0, 10.0)})
    assert prices(asked(model="m"), TokenUse(1_000, 100)) == pytest.approx(0.002)
    assert prices(asked(model="other"), TokenUse(1_000, 100)) is None
    assert prices(asked(model="m"), TokenUse()) is None
    assert prices(asked(model="other"), TokenUse(1, 1, None, 0.5)) == 0.5


def test_book_prices() -> None:
    cost = book_price(asked(model="gpt-4o-mini"), TokenUse(1_000_000, 0))
    assert cost is not None
    assert 0 < cost < 10
    cached = book_price(asked(model="gpt-4o-mini"), TokenUse(1_000_000, 0, cached_input_tokens=1_000_000))
    assert cached is not None
    assert cached < cost  # what was cached costs less
    assert book_price(asked(model="nobody-knows-this"), TokenUse(1, 1)) is None
    assert book_price(asked(), TokenUse(1, 1, None, 0.5)) == 0.5
