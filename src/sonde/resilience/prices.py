"""What a call cost, from the tokens that its answer says: by own prices, or by the price book."""

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sonde.model.facts import SpanFacts, Usage
from sonde.pricing import PriceBook
from sonde.resilience.lookup import get
from sonde.resilience.usage import TokenUse, usage_of
from sonde.resilience.wrapping import Call

Pricing = Callable[[Call, TokenUse], float | None]
"""The cost of one call in USD, ``None`` when it cannot be told."""


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """Own prices: model → (USD per million input tokens, USD per million output tokens)."""

    per_million: Mapping[str, tuple[float, float]]

    def __call__(self, call: Call, use: TokenUse) -> float | None:
        """The provider's own figure when there is one, else tokens × price."""
        if use.cost_usd is not None:
            return use.cost_usd
        prices = self.per_million.get(use.model or "") or self.per_million.get(call.model or "")
        if prices is None or use.total_tokens is None:
            return None
        return ((use.input_tokens or 0) * prices[0] + (use.output_tokens or 0) * prices[1]) / 1_000_000


def book_price(call: Call, use: TokenUse) -> float | None:
    """The provider's own figure, else the price of the ``genai-prices`` package where it is installed."""
    return cost_of(use, use.model or call.model)


def cost_of(use: TokenUse, model: str | None) -> float | None:
    """The provider's own figure, else the price book's, cached tokens at their price; None for unknown."""
    if use.cost_usd is not None or model is None or use.total_tokens is None:
        return use.cost_usd
    book = _book()
    if book is None:
        return None
    usage = Usage(
        input_tokens=use.input_tokens,
        cached_input_tokens=use.cached_input_tokens,
        cache_write_tokens=use.cache_write_tokens,
        output_tokens=use.output_tokens,
        reasoning_tokens=use.reasoning_tokens,
    )
    operation = "chat" if use.output_tokens else "embeddings"
    now = time.time_ns()
    facts = SpanFacts("", "", "", now, now, "", "", operation, response_model=model, usage=usage)
    cost = book.price(facts, time_ns=now).cost_usd
    return None if cost is None else float(cost)


def cost_of_answer(answer: object) -> float | None:
    """The price of an answer in USD; None when it does not say its tokens and model, or none is known.

    ``answer`` is what a client of OpenAI (chat, responses, embeddings), Anthropic or Google answered with, or
    the list of a stream's chunks; objects or their JSON. Prices are those of the package `genai-prices`:
    without it (``pip install 'sonde[prices]'``) every cost is None.
    """
    parts = cast("list[Any]", answer) if isinstance(answer, list) else [answer]
    use: TokenUse | None = None
    for part in parts:
        said = usage_of(part)
        if said is not None:
            use = said if use is None else use.later(said)
    if use is None:
        return None
    return cost_of(use, use.model or next((name for part in parts if (name := _model(part))), None))


def _model(part: Any) -> str | None:
    """A stream may say its model in other chunks than its tokens."""
    for holder in (part, get(part, "message"), get(part, "response")):
        model = get(holder, "model") or get(holder, "model_version")
        if isinstance(model, str) and model:
            return model
    return None


@functools.cache
def _book() -> PriceBook | None:
    try:
        return PriceBook()
    except ImportError:
        return None
