"""Tokens and cost out of an answer or the chunks of a stream, whichever provider's shape it has."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sonde.resilience.lookup import get, number
from sonde.resilience.wrapping import Call

_log = logging.getLogger("sonde.resilience")
_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Tokens of one call. Input includes cached tokens, output includes reasoning; ``None`` is unknown."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    cost_usd: float | None = None
    """The provider's or router's own figure."""

    @property
    def total_tokens(self) -> int | None:
        """Input and output together; ``None`` when neither is known."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    def later(self, other: "TokenUse") -> "TokenUse":
        """What is known after a further chunk: counts of a stream are cumulative, so the later one wins."""
        return TokenUse(
            self.input_tokens if other.input_tokens is None else other.input_tokens,
            self.output_tokens if other.output_tokens is None else other.output_tokens,
            other.model or self.model,
            self.cost_usd if other.cost_usd is None else other.cost_usd,
        )


def usage_of(answer: Any) -> TokenUse | None:
    """What an answer, or one chunk of a stream, says about its tokens; ``None`` when it says nothing."""
    for holder in (answer, get(answer, "message"), get(answer, "response")):
        for name in ("usage", "usage_metadata", "usageMetadata"):
            usage = get(holder, name)
            if usage is not None:
                found = _read(usage, get(holder, "model") or get(holder, "model_version"))
                if found is not None:
                    return found
    return None


def _read(usage: Any, model: Any) -> TokenUse | None:
    name = model if isinstance(model, str) else None
    output = _first(usage, "completion_tokens", "output_tokens")
    entered = number(usage, "prompt_tokens")
    if entered is None:
        entered = number(usage, "input_tokens")
        if entered is not None:
            # Anthropic counts these beside the input; OpenAI's Responses have no such names.
            cached = (
                number(usage, key) for key in ("cache_creation_input_tokens", "cache_read_input_tokens")
            )
            entered += sum(count or 0 for count in cached)
    if entered is None and output is None:
        entered = _first(usage, "prompt_token_count", "promptTokenCount")
        answered = _first(usage, "candidates_token_count", "candidatesTokenCount")
        thought = _first(usage, "thoughts_token_count", "thoughtsTokenCount")
        if answered is not None or thought is not None:
            output = (answered or 0) + (thought or 0)
    if entered is not None and output is None:
        # Embeddings: what is not input is output, and there is none.
        total = number(usage, "total_tokens")
        output = total - entered if total is not None and total >= entered else None
    cost = get(usage, "cost")
    billed = (
        float(cost) if isinstance(cost, (int, float)) and not isinstance(cost, bool) and cost > 0 else None
    )
    if entered is None and output is None and billed is None:
        return None
    return TokenUse(entered, output, name, billed)


def _first(usage: Any, *names: str) -> int | None:
    for name in names:
        value = number(usage, name)
        if value is not None:
            return value
    return None


def estimated_tokens(call: Call) -> int:
    """About how many input tokens a call has: a quarter of the characters of its texts, at least 1.

    Good enough to reserve room in a limit; the true count replaces it when the answer is there.
    """
    return max(1, _characters(call.arguments, 0) // 4)


def _characters(value: Any, depth: int) -> int:
    if isinstance(value, str):
        return len(value)
    if depth >= _DEPTH_MAX:
        return 0
    if isinstance(value, Mapping):
        values = cast("Mapping[str, Any]", value).values()
        return sum(_characters(one, depth + 1) for one in values)
    if isinstance(value, (list, tuple)):
        return sum(_characters(one, depth + 1) for one in cast("Sequence[Any]", value))
    return 0


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
    model = use.model or call.model
    if use.cost_usd is not None or model is None or use.total_tokens is None:
        return use.cost_usd
    try:
        import genai_prices
    except ImportError:
        return None
    usage = genai_prices.Usage(input_tokens=use.input_tokens, output_tokens=use.output_tokens)
    try:
        return float(genai_prices.calc_price(usage, model).total_price)
    except LookupError:
        return None
