"""The texts in requests, answers and chunks: to read them, and to put others in their place.

A request is the call's arguments, an answer whatever came back. What counts as text of the conversation is
told by the name of the field it is in; ids, roles, types, models, addresses and binary data are left alone.
Nothing is changed in place: what holds a changed text is copied, down to it.
"""

import copy
import dataclasses
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import msgspec

Visit = Callable[[tuple[str, ...], str], str]
"""Gets the lane of a text (names and numbers of what it is in) and the text; returns it, or another."""

_TEXT_FIELDS = frozenset(
    [
        "arguments",
        "completion",
        "content",
        "contents",
        "delta",
        "documents",
        "input",
        "instructions",
        "messages",
        "output",
        "output_text",
        "parts",
        "partial_json",
        "prompt",
        "query",
        "question",
        "reasoning",
        "reasoning_content",
        "refusal",
        "response",
        "summary",
        "system",
        "system_instruction",
        "system_prompt",
        "text",
        "texts",
        "thinking",
    ]
)
_OPEN_FIELDS = frozenset({"args", "arguments", "input", "output", "response", "parsed"})
"""Fields that may hold objects of the application: every string inside is text."""
_NO_TEXT = frozenset(
    [
        "annotations",
        "cache_control",
        "call_id",
        "created",
        "data",
        "detail",
        "encrypted_content",
        "file_data",
        "file_id",
        "finish_reason",
        "format",
        "id",
        "image_url",
        "index",
        "logprobs",
        "media_type",
        "mime_type",
        "model",
        "object",
        "role",
        "signature",
        "status",
        "stop_reason",
        "system_fingerprint",
        "tool_call_id",
        "tool_use_id",
        "type",
        "uri",
        "url",
        "usage",
    ]
)
OWN = "(own)"
"""Part of the lane of texts that the application itself wrote: system prompts and instructions."""
_OWN_FIELDS = frozenset({"system", "instructions", "system_instruction", "system_prompt"})
_OWN_ROLES = frozenset({"system", "developer"})
_NUMBERS = ("index", "output_index", "content_index", "choice_index")
_DEPTH_MAX = 32


def of_request(arguments: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    """The arguments that changed, after ``visit`` has seen every text of a request."""
    changed: dict[str, Any] = {}
    for name, value in arguments.items():
        if name in _NO_TEXT:
            continue
        # Functions of one's own name their arguments freely: a text given as itself is one.
        is_text = name in _TEXT_FIELDS or isinstance(value, str)
        lane = (name, OWN) if name in _OWN_FIELDS else (name,)
        new = _walk(value, lane, visit, 0, is_text=is_text, is_open=False)
        if new is not value:
            changed[name] = new
    return changed


def of_answer(answer: Any, visit: Visit) -> Any:
    """An answer or a chunk after ``visit`` has seen its texts; the same object when nothing changed."""
    return _walk(answer, (), visit, 0, is_text=True, is_open=False)


def _walk(
    value: Any, lane: tuple[str, ...], visit: Visit, depth: int, *, is_text: bool, is_open: bool
) -> Any:
    if isinstance(value, str):
        return visit(lane, value) if is_text and value else value
    if depth > _DEPTH_MAX or value is None or isinstance(value, int | float | bytes):
        return value
    if isinstance(value, list | tuple):
        return _walk_items(cast("list[Any]", value), lane, visit, depth, is_text=is_text, is_open=is_open)
    fields = _fields(value)
    if fields is None:
        return value
    numbers = tuple(str(fields[name]) for name in _NUMBERS if isinstance(fields.get(name), int))
    if fields.get("role") in _OWN_ROLES:
        lane = (*lane, OWN)
    changed: dict[str, Any] = {}
    for name, item in fields.items():
        if not isinstance(name, str) or name in _NO_TEXT:
            continue
        inside_is_open = is_open or name in _OPEN_FIELDS
        new = _walk(
            item,
            (*lane, *numbers, name),
            visit,
            depth + 1,
            is_text=name in _TEXT_FIELDS or is_open,
            is_open=inside_is_open and (is_open or not isinstance(item, list | tuple)),
        )
        if new is not item:
            changed[name] = new
    return _with(value, changed) if changed else value


def _walk_items(
    items: Any, lane: tuple[str, ...], visit: Visit, depth: int, *, is_text: bool, is_open: bool
) -> Any:
    new = [_walk(item, lane, visit, depth + 1, is_text=is_text, is_open=is_open) for item in items]
    if all(one is other for one, other in zip(new, items, strict=True)):
        return items
    return tuple(new) if isinstance(items, tuple) else new


def _fields(value: Any) -> Mapping[Any, Any] | None:
    """The fields of a mapping, model, dataclass, struct or namespace; None for what else there is."""
    if isinstance(value, Mapping):
        return cast("Mapping[Any, Any]", value)
    if isinstance(value, type):
        return None
    if hasattr(value, "__pydantic_fields__"):
        return {**value.__dict__, **(getattr(value, "__pydantic_extra__", None) or {})}
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    return vars(value) if isinstance(value, SimpleNamespace) else None


def _with(value: Any, changed: Mapping[str, Any]) -> Any:
    """A copy with other texts in some fields."""
    if isinstance(value, Mapping):
        plain = copy.copy(cast("dict[str, Any]", value))
        plain.update(changed)
        return plain
    if hasattr(value, "__pydantic_fields__") and hasattr(value, "model_copy"):
        return value.model_copy(update=dict(changed))
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **changed)
    other = copy.copy(value)
    for name, item in changed.items():
        object.__setattr__(other, name, item)
    return other
