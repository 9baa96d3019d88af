"""What a chunk of a provider's stream carries: text a user sees, reasoning, a tool call, or nothing of
these.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

Kind = Literal["text", "reasoning", "tool", "other"]
Classify = Callable[[Any], Kind]

KINDS: frozenset[str] = frozenset(("text", "reasoning", "tool", "other"))

_EVENT_KINDS: Mapping[str, Kind] = {
    # OpenAI's Responses.
    "response.output_text.delta": "text",
    "response.refusal.delta": "text",
    "response.audio.delta": "text",
    "response.reasoning_text.delta": "reasoning",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.function_call_arguments.delta": "tool",
    "response.custom_tool_call_input.delta": "tool",
    "response.mcp_call_arguments.delta": "tool",
    # Anthropic's deltas, and the events its client makes of them.
    "text_delta": "text",
    "thinking_delta": "reasoning",
    "input_json_delta": "tool",
}
_BLOCK_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "output_text": "text",
    "thinking": "reasoning",
    "redacted_thinking": "reasoning",
    "reasoning": "reasoning",
    "reasoning_content": "reasoning",
    "tool_use": "tool",
    "tool_call": "tool",
    "tool_call_chunk": "tool",
}


def kind_of(chunk: Any) -> Kind:
    """The kind of a chunk in the shape of OpenAI (chat and Responses), Anthropic, Gemini or LangChain, or a
    text.

    A chunk that carries several kinds is the most visible one. Unknown shapes are "other".
    """
    if isinstance(chunk, str | bytes):
        return "text" if chunk else "other"
    choice = _first(_get(chunk, "choices"))
    if choice is not None:
        return _of_choice(choice)
    kind = _get(chunk, "type")
    if isinstance(kind, str):
        found = _EVENT_KINDS.get(kind)
        if found is not None:
            return found
        if kind == "content_block_delta":
            return _EVENT_KINDS.get(_word(_get(_get(chunk, "delta"), "type")), "other")
        if kind.startswith(("response.", "message_", "content_block_")):
            return "other"
    candidate = _first(_get(chunk, "candidates"))
    if candidate is not None:
        return _of_parts(_get(_get(candidate, "content"), "parts"))
    if _get(chunk, "tool_call_chunks"):
        return "tool"
    return _of_content(_get(chunk, "content"), chunk)


def _of_choice(choice: Any) -> Kind:
    delta = _get(choice, "delta")
    if delta is None:
        return "text" if _get(choice, "text") else "other"
    if _get(delta, "content") or _get(delta, "refusal") or _get(delta, "audio"):
        return "text"
    if _get(delta, "reasoning_content") or _get(delta, "reasoning"):
        return "reasoning"
    if _get(delta, "tool_calls") or _get(delta, "function_call"):
        return "tool"
    return "other"


def _of_parts(parts: Any) -> Kind:
    """Gemini's parts."""
    kinds = set[Kind]()
    if not isinstance(parts, list | tuple):
        return "other"
    for part in cast("Sequence[Any]", parts):
        if _get(part, "function_call") or _get(part, "functionCall"):
            kinds.add("tool")
        elif _get(part, "text"):
            kinds.add("reasoning" if _get(part, "thought") else "text")
    return _most_visible(kinds)


def _of_content(content: Any, chunk: Any) -> Kind:
    """LangChain's message chunks."""
    if isinstance(content, str):
        if content:
            return "text"
        extra = _get(chunk, "additional_kwargs")
        return "reasoning" if _get(extra, "reasoning_content") else "other"
    if isinstance(content, list):
        blocks = cast("list[Any]", content)
        found = {
            "text" if isinstance(b, str) else _BLOCK_KINDS.get(_word(_get(b, "type")), "other")
            for b in blocks
        }
        return _most_visible(cast("set[Kind]", found))
    return "other"


def _most_visible(kinds: set[Kind]) -> Kind:
    for kind in ("text", "tool", "reasoning"):
        if kind in kinds:
            return kind
    return "other"


def _first(items: Any) -> Any:
    return cast("Sequence[Any]", items)[0] if isinstance(items, list | tuple) and items else None


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _get(item: Any, name: str) -> Any:
    if item is None:
        return None
    if isinstance(item, dict):
        return cast("dict[str, Any]", item).get(name)
    return getattr(item, name, None)
