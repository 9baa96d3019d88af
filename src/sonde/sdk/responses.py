"""Model, id, tokens, finish reasons and text of a provider's answer, from its object or its dict.

OpenAI (chat, Responses, embeddings), Anthropic and Gemini, whole or chunk by chunk. The counts that come out
have OpenTelemetry's meaning: input includes cached tokens, output includes reasoning.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sonde.sdk.safety import safely
from sonde.sdk.values import Value

IN, OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
CACHED, WRITTEN = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"
REASONING = "gen_ai.usage.reasoning.output_tokens"
AUDIO_IN, AUDIO_OUT = "gen_ai.usage.audio.input_tokens", "gen_ai.usage.audio.output_tokens"
MODEL, ID, REASONS = "gen_ai.response.model", "gen_ai.response.id", "gen_ai.response.finish_reasons"
TIER = "gen_ai.response.service_tier"


@safely("reading an answer")
def read(answer: object) -> dict[str, Value]:
    """What an answer, or one chunk of it, says; empty for unknown shapes."""
    found: dict[str, Value] = {}
    body = answer
    inner = _get(body, "response")
    if inner is not None and isinstance(_get(body, "type"), str):
        body = inner  # an event of OpenAI's Responses
    message = _get(body, "message")
    if message is not None and _get(body, "type") == "message_start":
        body = message  # Anthropic's first event
    _put(found, MODEL, _get(body, "model") or _get(body, "model_version") or _get(body, "modelVersion"))
    identifier = _get(body, "id") or _get(body, "response_id") or _get(body, "responseId")
    if identifier and (found or _get(body, "usage") is not None):
        _put(found, ID, identifier)
    _put(found, TIER, _get(body, "service_tier"))
    reasons = _reasons(body)
    if reasons:
        found[REASONS] = reasons
    usage = _get(body, "usage")
    gemini = _get(body, "usage_metadata") or _get(body, "usageMetadata")
    if usage is not None:
        _usage(found, usage)
    elif gemini is not None:
        _gemini(found, gemini)
    return found


def text_of_answer(answer: object) -> str:
    """The text a user would see of a whole answer or of a chunk; empty when there is none."""
    if isinstance(answer, str):
        return answer
    for choice in _list(_get(answer, "choices"))[:1]:
        part = _get(choice, "message") or _get(choice, "delta")
        return _plain(_get(part, "content") if part is not None else _get(choice, "text"))
    if isinstance(output_text := _get(answer, "output_text"), str):
        return output_text
    delta = _get(answer, "delta")
    if delta is not None:
        return delta if isinstance(delta, str) and _is_text_event(answer) else _plain(_get(delta, "text"))
    for candidate in _list(_get(answer, "candidates"))[:1]:
        return _plain(_get(_get(candidate, "content"), "parts"))
    return _plain(_get(answer, "content"))


def _is_text_event(answer: object) -> bool:
    return _get(answer, "type") in ("response.output_text.delta", "response.refusal.delta")


def _plain(content: object) -> str:
    if isinstance(content, str):
        return content
    texts = (_get(part, "text") for part in _list(content) if not _get(part, "thought"))
    return "".join(text for text in texts if isinstance(text, str))


def _reasons(body: object) -> list[str]:
    found: list[str] = []
    for choice in (*_list(_get(body, "choices")), *_list(_get(body, "candidates"))):
        reason = _get(choice, "finish_reason") or _get(choice, "finishReason")
        if reason:
            found.append(str(getattr(reason, "value", reason)))
    stop = _get(body, "stop_reason") or _get(_get(body, "delta"), "stop_reason")
    if stop:
        found.append(str(stop))
    status = _get(body, "status")
    if not found and _get(body, "object") == "response" and status in ("completed", "incomplete", "failed"):
        reason = _get(_get(body, "incomplete_details"), "reason")
        found.append(str(reason or status))
    return found


def _usage(found: dict[str, Value], usage: object) -> None:
    prompt = _count(usage, "prompt_tokens")
    if prompt is not None:
        _put(found, IN, prompt)
        _put(found, OUT, _count(usage, "completion_tokens"))
        details, made = _get(usage, "prompt_tokens_details"), _get(usage, "completion_tokens_details")
    else:
        details, made = _get(usage, "input_tokens_details"), _get(usage, "output_tokens_details")
        read_tokens = _count(usage, "cache_read_input_tokens")
        written = _count(usage, "cache_creation_input_tokens")
        used = _count(usage, "input_tokens")
        if used is not None and (read_tokens is not None or written is not None):
            used += (read_tokens or 0) + (written or 0)  # Anthropic counts these beside its input
        _put(found, IN, used)
        _put(found, OUT, _count(usage, "output_tokens"))
        _put(found, CACHED, read_tokens)
        _put(found, WRITTEN, written)
    _put(found, CACHED, _count(details, "cached_tokens"))
    _put(found, AUDIO_IN, _count(details, "audio_tokens"))
    _put(found, REASONING, _count(made, "reasoning_tokens"))
    _put(found, AUDIO_OUT, _count(made, "audio_tokens"))


def _gemini(found: dict[str, Value], usage: object) -> None:
    """Gemini counts thoughts and what tools returned beside its two sums."""
    used = _count(usage, "prompt_token_count", "promptTokenCount")
    tools = _count(usage, "tool_use_prompt_token_count", "toolUsePromptTokenCount")
    made = _count(usage, "candidates_token_count", "candidatesTokenCount")
    thought = _count(usage, "thoughts_token_count", "thoughtsTokenCount")
    _put(found, IN, None if used is None else used + (tools or 0))
    _put(found, OUT, None if made is None and thought is None else (made or 0) + (thought or 0))
    _put(found, CACHED, _count(usage, "cached_content_token_count", "cachedContentTokenCount"))
    _put(found, REASONING, thought)


def _put(found: dict[str, Value], key: str, value: object) -> None:
    if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
        found[key] = value


def _count(item: object, *names: str) -> int | None:
    for name in names:
        value = _get(item, name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def _list(value: object) -> list[Any]:
    return list(cast("Sequence[Any]", value)) if isinstance(value, list | tuple) else []


def _get(item: object, name: str) -> Any:
    if item is None or isinstance(item, str):
        return None
    if isinstance(item, Mapping):
        return cast("Mapping[str, Any]", item).get(name)
    return getattr(item, name, None)
