"""What a stored answer cost, from the tokens that the provider says it took."""

import functools
import time
from collections.abc import Iterable
from typing import Any, cast

from sonde.model.facts import SpanFacts, Usage
from sonde.pricing import PriceBook
from sonde.resilience.lookup import get
from sonde.resilience.usage import usage_of


def cost_of_answer(answer: object) -> float | None:
    """The price of an answer in USD; None when it does not say its tokens and model, or none is known.

    ``answer`` is what a client of OpenAI (chat, responses, embeddings), Anthropic or Google answered with, or
    the list of a stream's chunks; objects or their JSON. Prices are those of the package `genai-prices`:
    without it (``pip install 'sonde[prices]'``) every cost is None.
    """
    parts = cast("list[Any]", answer) if isinstance(answer, list) else [answer]
    for part in reversed(parts):
        use = usage_of(part)
        if use is not None and use.cost_usd is not None:
            return use.cost_usd  # the provider's or router's own figure
    model = next((name for part in parts if (name := _model(part))), None)
    usage = _usage(parts)
    book = _book()
    if model is None or usage is None or book is None:
        return None
    operation = "embeddings" if usage.output_tokens is None else "chat"
    now = time.time_ns()
    facts = SpanFacts("", "", "", now, now, "", "", operation, response_model=model, usage=usage)
    cost = book.price(facts, time_ns=now).cost_usd
    return None if cost is None else float(cost)


@functools.cache
def _book() -> PriceBook | None:
    try:
        return PriceBook()
    except ImportError:
        return None


def _get(value: Any, *names: str) -> Any:
    """The first of some fields that is there, of an object or a mapping."""
    for name in names:
        found = get(value, name)
        if found is not None:
            return found
    return None


def _roots(part: Any) -> list[Any]:
    """Where a chunk may carry what an answer carries: itself, Anthropic's `message`, OpenAI's `response`."""
    inner = (_get(part, "message"), _get(part, "response"))
    return [part, *(root for root in inner if root is not None and not isinstance(root, str))]


def _model(part: Any) -> str | None:
    for root in _roots(part):
        model = _get(root, "model", "model_version")
        if isinstance(model, str) and model:
            return model
    return None


def _usage(parts: Iterable[Any]) -> Usage | None:
    """The last counts of every kind: streams say them once at the end, or in the first and the last chunk."""
    counts: dict[str, int] = {}
    exclusive = False
    for part in parts:
        for root in _roots(part):
            usage = _get(root, "usage", "usage_metadata", "usageMetadata")
            if usage is not None and not isinstance(usage, str | int):
                exclusive = (
                    exclusive
                    or _get(usage, "cache_read_input_tokens", "cache_creation_input_tokens") is not None
                )
                counts.update(_counts(usage))
    if "input" not in counts and "output" not in counts:
        return None
    cached, written = counts.get("cached"), counts.get("written")
    inputs = counts.get("input")
    if exclusive and inputs is not None:
        inputs += (cached or 0) + (written or 0)
    outputs = counts.get("output")
    thoughts = counts.get("thoughts")
    if thoughts is not None:  # Google counts them apart
        outputs = (outputs or 0) + thoughts
    return Usage(
        input_tokens=inputs,
        cached_input_tokens=cached,
        cache_write_tokens=written,
        output_tokens=outputs,
        reasoning_tokens=thoughts if thoughts is not None else counts.get("reasoning"),
    )


def _counts(usage: Any) -> dict[str, int]:
    inputs = _get(usage, "prompt_tokens_details", "input_tokens_details")
    outputs = _get(usage, "completion_tokens_details", "output_tokens_details")
    found = {
        "input": _get(usage, "input_tokens", "prompt_tokens", "prompt_token_count", "promptTokenCount"),
        "output": _get(
            usage, "output_tokens", "completion_tokens", "candidates_token_count", "candidatesTokenCount"
        ),
        "cached": _get(
            usage, "cache_read_input_tokens", "cached_content_token_count", "cachedContentTokenCount"
        ),
        "written": _get(usage, "cache_creation_input_tokens"),
        "thoughts": _get(usage, "thoughts_token_count", "thoughtsTokenCount"),
        "reasoning": None if outputs is None else _get(outputs, "reasoning_tokens"),
    }
    if found["cached"] is None and inputs is not None and not isinstance(inputs, list):
        found["cached"] = _get(inputs, "cached_tokens")
    return {
        name: count for name, count in found.items() if isinstance(count, int) and not isinstance(count, bool)
    }
