"""Usage given as one dict: a provider's raw usage, LangChain's, Langfuse's, and MLflow's."""

from typing import Any, cast

from sonde.semconv.convert import integer

Found = dict[str, int]

_ALIASES: tuple[tuple[str, str], ...] = (
    ("total_tokens", "total_tokens"),
    ("totalTokens", "total_tokens"),
    ("totalTokenCount", "total_tokens"),
    ("total_token_count", "total_tokens"),
    ("total", "total_tokens"),
    ("cache_read_input_tokens", "cached_input_tokens"),
    ("cacheReadInputTokens", "cached_input_tokens"),
    ("cached_content_token_count", "cached_input_tokens"),
    ("cachedContentTokenCount", "cached_input_tokens"),
    ("cached_tokens", "cached_input_tokens"),
    ("prompt_cache_hit_tokens", "cached_input_tokens"),
    ("input_cached_tokens", "cached_input_tokens"),
    ("input_cache_read", "cached_input_tokens"),
    ("input_cache_read_tokens", "cached_input_tokens"),
    ("cache_creation_input_tokens", "cache_write_tokens"),
    ("cacheWriteInputTokens", "cache_write_tokens"),
    ("input_cache_creation", "cache_write_tokens"),
    ("input_cache_write", "cache_write_tokens"),
    ("input_cache_creation_tokens", "cache_write_tokens"),
    ("output_reasoning", "reasoning_tokens"),
    ("output_reasoning_tokens", "reasoning_tokens"),
    ("reasoning_tokens", "reasoning_tokens"),
    ("thoughts_token_count", "reasoning_tokens"),
    ("thoughtsTokenCount", "reasoning_tokens"),
    ("input_audio", "audio_input_tokens"),
    ("input_audio_tokens", "audio_input_tokens"),
    ("output_audio", "audio_output_tokens"),
    ("output_audio_tokens", "audio_output_tokens"),
    ("citation_tokens", "citation_tokens"),
)
_INPUT_DETAILS: tuple[tuple[str, str], ...] = (
    ("cached_tokens", "cached_input_tokens"),
    ("cache_read", "cached_input_tokens"),
    ("cache_write_tokens", "cache_write_tokens"),
    ("cache_creation_tokens", "cache_write_tokens"),
    ("cache_creation", "cache_write_tokens"),
    ("cache_write", "cache_write_tokens"),
    ("audio_tokens", "audio_input_tokens"),
    ("audio", "audio_input_tokens"),
    ("image_tokens", "image_input_tokens"),
    ("ephemeral_1h_input_tokens", "cache_write_1h_tokens"),
)
_OUTPUT_DETAILS: tuple[tuple[str, str], ...] = (
    ("reasoning_tokens", "reasoning_tokens"),
    ("reasoning", "reasoning_tokens"),
    ("thinking_tokens", "reasoning_tokens"),
    ("audio_tokens", "audio_output_tokens"),
    ("audio", "audio_output_tokens"),
    ("image_tokens", "image_output_tokens"),
)
_INPUT_PARTS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "input_token_details",
    "inputTokenDetails",
)
_OUTPUT_PARTS = (
    "completion_tokens_details",
    "output_tokens_details",
    "output_token_details",
    "outputTokenDetails",
)


def read_usage_object(value: Any) -> tuple[Found, str]:
    """Counts by our names, and the shape of the input count.

    Shape: ``inclusive`` (it includes cached tokens), ``exclusive`` (it leaves them out), or empty when the
    dict alone cannot tell. Langfuse's disjoint buckets and Gemini's thoughts are summed here.
    """
    if not isinstance(value, dict):
        return {}, ""
    usage = cast(dict[str, Any], value)
    found: Found = {}
    _take(found, usage, _ALIASES)
    nested = _nested(found, usage)
    if "prompt_tokens" in usage or "completion_tokens" in usage:
        _set(found, "input_tokens", usage.get("prompt_tokens"))
        _set(found, "output_tokens", usage.get("completion_tokens"))
        return found, "inclusive"
    if _gemini(found, usage) or _cohere(found, usage):
        return found, "inclusive"
    if "input_tokens" in usage or "output_tokens" in usage:
        _set(found, "input_tokens", usage.get("input_tokens"))
        _set(found, "output_tokens", usage.get("output_tokens"))
        if nested:
            return found, "inclusive"
        raw = "cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage
        return found, "exclusive" if raw and "total_tokens" not in usage else ""
    if "inputTokens" in usage or "outputTokens" in usage:
        _set(found, "input_tokens", usage.get("inputTokens"))
        _set(found, "output_tokens", usage.get("outputTokens"))
        return found, "exclusive" if "cacheReadInputTokens" in usage else "inclusive"
    if "input" in usage or "output" in usage:
        return _buckets(found, usage), "inclusive"
    return found, ""


def _take(found: Found, usage: dict[str, Any], names: tuple[tuple[str, str], ...]) -> None:
    for source, target in names:
        if source in usage and target not in found:
            _set(found, target, usage[source])


def _set(found: Found, name: str, value: Any) -> None:
    count = integer(value)
    if count is not None:
        found[name] = count


def _nested(found: Found, usage: dict[str, Any]) -> bool:
    """Read the dicts of details. Returns whether the input has one: then it is an inclusive sum."""
    inclusive = False
    for name in _INPUT_PARTS:
        part = usage.get(name)
        if isinstance(part, dict):
            inclusive = True
            details = cast(dict[str, Any], part)
            _take(found, details, _INPUT_DETAILS)
            _ephemeral(found, details)
    for name in _OUTPUT_PARTS:
        part = usage.get(name)
        if isinstance(part, dict):
            _take(found, cast(dict[str, Any], part), _OUTPUT_DETAILS)
    lifetimes = usage.get("cache_creation")
    if isinstance(lifetimes, dict):
        _ephemeral(found, cast(dict[str, Any], lifetimes))
    server = usage.get("server_tool_use")
    if isinstance(server, dict):
        _set(found, "web_searches", cast(dict[str, Any], server).get("web_search_requests"))
    return inclusive


def _ephemeral(found: Found, details: dict[str, Any]) -> None:
    """Anthropic's cache writes by lifetime; their sum is the write count when nothing else gives it."""
    short, long = (
        integer(details.get("ephemeral_5m_input_tokens")),
        integer(details.get("ephemeral_1h_input_tokens")),
    )
    if short is None and long is None:
        return
    if long:
        found["cache_write_1h_tokens"] = long
    if not found.get("cache_write_tokens"):
        found["cache_write_tokens"] = (short or 0) + (long or 0)


def _gemini(found: Found, usage: dict[str, Any]) -> bool:
    """Gemini counts tool results beside the prompt and thoughts beside the answer; both are billed."""
    for used, made, tools in (
        ("promptTokenCount", "candidatesTokenCount", "toolUsePromptTokenCount"),
        ("prompt_token_count", "candidates_token_count", "tool_use_prompt_token_count"),
    ):
        if used in usage:
            prompt, extra = integer(usage[used]), integer(usage.get(tools))
            if prompt is not None:
                found["input_tokens"] = prompt + (extra or 0)
            answer = integer(usage.get(made))
            if answer is not None or "reasoning_tokens" in found:
                found["output_tokens"] = (answer or 0) + found.get("reasoning_tokens", 0)
            return True
    return False


def _cohere(found: Found, usage: dict[str, Any]) -> bool:
    """Cohere nests its counts: ``tokens`` is what the model saw, ``billed_units`` what is charged."""
    meta = usage.get("meta")
    outer = {**usage, **cast(dict[str, Any], meta)} if isinstance(meta, dict) else usage
    for name in ("billed_units", "tokens"):
        part = outer.get(name)
        if isinstance(part, dict):
            counts = cast(dict[str, Any], part)
            _set(found, "input_tokens", counts.get("input_tokens"))
            _set(found, "output_tokens", counts.get("output_tokens"))
            if "input_tokens" in found or "output_tokens" in found:
                return True
    return False


def _buckets(found: Found, usage: dict[str, Any]) -> Found:
    """Langfuse: ``input`` and ``output`` beside ``input_*`` and ``output_*`` buckets, which are disjoint.

    A total that equals input + output alone shows that somebody filled the buckets inclusively.
    """
    sums = {"input": 0, "output": 0}
    for key, value in usage.items():
        side = key.partition("_")[0]
        count = integer(value)
        if side in sums and count is not None:
            sums[side] += count
    plain_in, plain_out = integer(usage.get("input")), integer(usage.get("output"))
    total = found.get("total_tokens")
    inclusive = (
        total is not None
        and total == (plain_in or 0) + (plain_out or 0)
        and total != sums["input"] + sums["output"]
    )
    if plain_in is not None:
        found["input_tokens"] = plain_in if inclusive else sums["input"]
    if plain_out is not None:
        found["output_tokens"] = plain_out if inclusive else sums["output"]
    return found
