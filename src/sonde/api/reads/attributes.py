"""JSON text of the store as objects."""

from typing import Any, cast

import orjson


def json_object(text: str | None) -> dict[str, Any]:
    """An object; empty for empty text. Text that is no object is kept under one key rather than lost."""
    if not text:
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"unreadable": text}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {"value": value}


def json_list(text: str | None) -> list[Any]:
    """A list; empty for empty text."""
    if not text:
        return []
    value = orjson.loads(text)
    return cast("list[Any]", value) if isinstance(value, list) else [value]
