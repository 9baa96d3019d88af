"""Tokens: from what was sent to the one meaning of `Usage`: input with cache, output with reasoning."""

from typing import Any

from sonde.model.facts import Usage
from sonde.normalize.usage_objects import read_usage_object
from sonde.normalize.walk import Values

_UNKNOWN = Usage()
_ESTIMATED = Usage(estimated=True)

_DETAILS = (
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "cached_audio_input_tokens",
    "image_input_tokens",
    "image_output_tokens",
    "web_searches",
    "citation_tokens",
)

EXCLUSIVE = frozenset({("openlit", "anthropic"), ("openlit", "aws.bedrock"), ("claude-code", "anthropic")})
"""(convention, provider) that send the provider's raw input count, which leaves cached tokens out."""


_COUNTS_START_TWICE = "opentelemetry.instrumentation.anthropic"
"""OpenLLMetry's instrumentation of Anthropic's client, all versions read (0.40 to 0.62)."""


def read_usage(
    values: Values, convention: str, provider: str | None, *, scope: str = "", body: Any = None
) -> Usage:
    """The usage a record states. Unknown counts are None; counts the sender only guessed are dropped.

    ``body`` is the usage inside an answer that travels as content: it adds what the attributes leave out.
    """
    get = values.get
    tokens: dict[str, int] = {}
    for name in ("input_tokens", "output_tokens", "total_tokens"):
        if (count := get(name)) is not None:
            tokens[name] = count
    shape = ""
    if "usage_object" in values or "input_details" in values:
        shape = _add_object(tokens, values)
    for name in _DETAILS:
        if (count := get(name)) is not None:
            tokens[name] = count
    if body is not None:
        shape = _add_body(tokens, body) or shape
    if not tokens:
        return _UNKNOWN
    if _is_estimate(values, convention):
        return _ESTIMATED
    if "cache_write_tokens" not in tokens and "cache_write_5m_tokens" in values:
        tokens["cache_write_tokens"] = values["cache_write_5m_tokens"] + (get("cache_write_1h_tokens") or 0)
    estimated = bool(get("usage_estimated"))
    if scope == _COUNTS_START_TWICE and values.get("streaming") and tokens.get("output_tokens", 0) > 1:
        # What the stream's first event announces (one token, sometimes a few) is in the count twice.
        tokens["output_tokens"] -= 1
        tokens.pop("total_tokens", None)
        estimated = True
    return settle(tokens, shape, convention, provider, estimated=estimated)


def settle(
    tokens: dict[str, int], shape: str, convention: str, provider: str | None, *, estimated: bool = False
) -> Usage:
    """Decide what the input and output counts include, and make both inclusive."""
    get = tokens.get
    used, made, total = get("input_tokens"), get("output_tokens"), get("total_tokens")
    if used == 0 and not made:
        # A model call always reads something: such zeros stand for "not counted".
        return _UNKNOWN
    cached, written = get("cached_input_tokens"), get("cache_write_tokens")
    beside = (cached or 0) + (written or 0)
    if used is not None and beside and _is_exclusive(used, made, total, beside, shape, convention, provider):
        used += beside
    if provider is not None and provider.startswith("gcp.") and used is not None and made is not None:
        # Gemini counts thoughts beside the answer; what the total has more than both is thoughts.
        thoughts = (total or 0) - used - made
        if thoughts > 0 and "reasoning_tokens" not in tokens:
            made += thoughts
            tokens["reasoning_tokens"] = thoughts
    return Usage(
        input_tokens=used,
        cached_input_tokens=cached,
        cache_write_tokens=written,
        cache_write_1h_tokens=get("cache_write_1h_tokens") or None,
        output_tokens=made,
        reasoning_tokens=get("reasoning_tokens"),
        citation_tokens=get("citation_tokens"),
        audio_input_tokens=get("audio_input_tokens"),
        audio_output_tokens=get("audio_output_tokens"),
        cached_audio_input_tokens=get("cached_audio_input_tokens"),
        image_input_tokens=get("image_input_tokens"),
        image_output_tokens=get("image_output_tokens"),
        web_searches=get("web_searches") or None,
        estimated=estimated,
    )


def _is_exclusive(
    used: int,
    made: int | None,
    total: int | None,
    beside: int,
    shape: str,
    convention: str,
    provider: str | None,
) -> bool:
    """Whether the input count leaves cached and cache-write tokens out."""
    if beside > used:
        return True
    if (convention, provider) in EXCLUSIVE:
        return True
    if shape == "disjoint":
        return True
    if total is not None:
        if used + (made or 0) == total:
            return False
        if used + beside + (made or 0) == total:
            return True
    return shape == "exclusive"


def _add_object(tokens: dict[str, int], values: Values) -> str:
    """Add what a usage dict says. Returns the shape of the input count when it is the dict's."""
    found, shape = read_usage_object(values.get("usage_object"))
    for side, name in (("input_details", "input_token_details"), ("output_details", "output_token_details")):
        if side in values:
            details, _ = read_usage_object({name: values[side]})
            found = {**details, **found}
    if "input_tokens" not in tokens and "output_tokens" not in tokens:
        for name, count in found.items():
            tokens.setdefault(name, count)
        return shape
    # The plain attributes are the sender's own sums: the dict only adds the parts they leave out.
    for name in _DETAILS:
        if name in found:
            tokens[name] = found[name]
    if shape != "exclusive" and "total_tokens" in found:
        tokens.setdefault("total_tokens", found["total_tokens"])
    return ""


def _add_body(tokens: dict[str, int], body: Any) -> str:
    found, shape = read_usage_object(body)
    if "input_tokens" not in tokens and "output_tokens" not in tokens:
        tokens.update(found)
        return shape
    for name in _DETAILS:
        if name in found:
            tokens.setdefault(name, found[name])
    return ""


def _is_estimate(values: Values, convention: str) -> bool:
    """OpenLIT counts with a tokenizer of its own when a stream brings no usage, and does not say so.

    Seen on the wire: usage from the provider always comes with the cache attributes, an estimate never.
    """
    return (
        convention == "openlit"
        and bool(values.get("streaming"))
        and "cached_input_tokens" not in values
        and "cache_write_tokens" not in values
        and "reasoning_tokens" not in values
    )
