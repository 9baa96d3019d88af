"""Tokens, and what was billed, out of an answer or a stream's chunks, whichever provider's shape it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sonde.resilience.lookup import get, number
from sonde.resilience.wrapping import Call

_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Tokens of one call. Input includes cached tokens, output includes reasoning; ``None`` is unknown."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    cost_usd: float | None = None
    """The provider's or router's own figure."""
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None

    @property
    def total_tokens(self) -> int | None:
        """Input and output together; ``None`` when neither is known."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    def later(self, other: "TokenUse") -> "TokenUse":
        """What is known after a further chunk: counts of a stream are cumulative, so the later one wins.

        But for Anthropic's last event, which may repeat the input without what was cached.
        """
        entered = other.input_tokens
        if entered is None or (
            self.cached_input_tokens
            and other.cached_input_tokens is None
            and entered < (self.input_tokens or 0)
        ):
            entered = self.input_tokens
        return TokenUse(
            entered,
            self.output_tokens if other.output_tokens is None else other.output_tokens,
            other.model or self.model,
            self.cost_usd if other.cost_usd is None else other.cost_usd,
            self.cached_input_tokens if other.cached_input_tokens is None else other.cached_input_tokens,
            self.cache_write_tokens if other.cache_write_tokens is None else other.cache_write_tokens,
            self.reasoning_tokens if other.reasoning_tokens is None else other.reasoning_tokens,
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
    # Anthropic counts these beside the input; OpenAI's Responses have no such names.
    beside, written = number(usage, "cache_read_input_tokens"), number(usage, "cache_creation_input_tokens")
    cached = beside if beside is not None else _of_details(usage, "cached_tokens", "prompt", "input")
    entered = number(usage, "prompt_tokens")
    if entered is None:
        entered = number(usage, "input_tokens")
        if entered is not None:
            entered += (beside or 0) + (written or 0)
    reasoned = _of_details(usage, "reasoning_tokens", "completion", "output")
    if entered is None and output is None:
        entered = _first(usage, "prompt_token_count", "promptTokenCount")
        cached = _first(usage, "cached_content_token_count", "cachedContentTokenCount")
        answered = _first(usage, "candidates_token_count", "candidatesTokenCount")
        reasoned = _first(usage, "thoughts_token_count", "thoughtsTokenCount")
        if answered is not None or reasoned is not None:
            output = (answered or 0) + (reasoned or 0)
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
    return TokenUse(entered, output, name, billed, cached, written, reasoned)


def _of_details(usage: Any, what: str, *sides: str) -> int | None:
    """OpenAI's counts of a part: ``prompt_tokens_details.cached_tokens`` and the like."""
    for side in sides:
        details = get(usage, f"{side}_tokens_details")
        if details is not None and not isinstance(details, (list, str)):
            return number(details, what)
    return None


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
