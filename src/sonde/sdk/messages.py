"""Prompts and answers in OpenTelemetry's message shape: ``[{"role": …, "parts": [{"type": "text", …}]}]``."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

_PART_KEYS = ("text", "content", "thinking", "reasoning")


def is_messages(value: object) -> bool:
    """Whether this is a text or a list of messages with roles."""
    if isinstance(value, str):
        return True
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(
        isinstance(item, Mapping) and ("content" in item or "parts" in item) and "role" in item
        for item in cast("Sequence[object]", value)
    )


def as_messages(value: object, role: str) -> object:
    """Messages of a text, a list of texts or of messages in the providers' shapes; else the value as it
    is.
    """
    if isinstance(value, str):
        return [_message(role, value)]
    if isinstance(value, Mapping):
        item = cast("Mapping[str, object]", value)
        return [_read(item, role)] if "content" in item or "parts" in item else item
    if isinstance(value, list | tuple):
        return [_read(item, role) for item in cast("Sequence[object]", value)]
    return value


def text_of(value: object) -> str:
    """All text in messages or parts, for counting tokens; empty for what holds none."""
    found: list[str] = []
    _gather(value, found, 0)
    return "\n".join(found)


def _message(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": content}]}


def _read(item: object, role: str) -> Any:
    if isinstance(item, str):
        return _message(role, item)
    if not isinstance(item, Mapping):
        return item
    message = cast("Mapping[str, object]", item)
    if "parts" in message or "content" not in message:
        return message
    content = message["content"]
    rest = {key: value for key, value in message.items() if key not in ("role", "content")}
    parts: list[Any] = []
    if isinstance(content, str):
        parts.append({"type": "text", "content": content})
    elif isinstance(content, list | tuple):
        parts.extend(_part(part) for part in cast("Sequence[object]", content))
    elif content is not None:
        parts.append({"type": "text", "content": content})
    return {"role": message.get("role") or role, "parts": parts, **rest}


def _part(part: object) -> Any:
    if isinstance(part, str):
        return {"type": "text", "content": part}
    if isinstance(part, Mapping):
        mapping = cast("Mapping[str, object]", part)
        if mapping.get("type") in ("text", "input_text", "output_text"):
            return {"type": "text", "content": mapping.get("text", mapping.get("content", ""))}
        return mapping
    return part


def _gather(value: object, found: list[str], depth: int) -> None:
    if isinstance(value, str):
        found.append(value)
    elif depth > 8:
        return
    elif isinstance(value, Mapping):
        item = cast("Mapping[str, object]", value)
        for key in ("parts", *_PART_KEYS, "arguments", "result", "input"):
            if key in item:
                _gather(item[key], found, depth + 1)
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[object]", value):
            _gather(item, found, depth + 1)
