"""Converters: one attribute's value as it arrives → the value we keep, or None when it says nothing.

Senders disagree about types: numbers come as text, lists as JSON text, text as JSON-quoted text, and
"nothing" as an empty string. Every converter therefore accepts anything and never raises.
"""

import ast
import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

Convert = Callable[[Any], Any]

TEXT_MAX = 1_024
"""Characters kept of a field that names something (a model, a user …)."""


def text(value: Any) -> str | None:
    """Short text; numbers become text, empty is None."""
    if type(value) is not str:
        if value is None or isinstance(value, (list, dict, bytes)):
            return None
        value = str(value).lower() if isinstance(value, bool) else str(value)
    if not value or value == "None" or value == "null":
        return None
    return value[:TEXT_MAX] if len(value) > TEXT_MAX else value


def json_text(value: Any) -> str | None:
    """Text that may come as a JSON string, quotes and all, as MLflow and Langfuse send it."""
    if type(value) is str and value[:1] == '"':
        import orjson  # not part of the light package, whose SDK reads these tables and converts nothing

        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return text(value)
    return text(value)


def integer(value: Any) -> int | None:
    """A count: int, float or text of one. Negative, boolean and unreadable are None."""
    if type(value) is int:
        return value if value >= 0 else None
    found = number(value)
    return None if found is None or found < 0 else round(found)


def number(value: Any) -> float | None:
    """A finite number from a number or its text."""
    if type(value) is bool:
        return None
    if isinstance(value, str):
        try:
            value = float(value.strip().strip('"'))
        except ValueError:
            return None
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def seconds(value: Any) -> float | None:
    """Seconds → milliseconds."""
    found = number(value)
    return None if found is None or found < 0 else found * 1_000.0


def milliseconds(value: Any) -> float | None:
    """Milliseconds that are not negative."""
    found = number(value)
    return None if found is None or found < 0 else found


_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


def boolean(value: Any) -> bool | None:
    """True or False from a boolean, a number or their text."""
    if type(value) is bool:
        return value
    if isinstance(value, (int, float)):
        return bool(value)
    if isinstance(value, str):
        word = value.strip().strip('"').lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    return None


def structure(value: Any) -> Any:
    """A dict or list, given as such, as JSON text or as Python's repr; None when it is neither."""
    if isinstance(value, (dict, list)):
        return cast(Any, value) or None
    if not isinstance(value, str):
        return None
    head = value.lstrip()[:1]
    if head not in ("{", "["):
        return None
    import orjson

    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        found = _python_repr(value)
    return cast(Any, found) if isinstance(found, (dict, list)) and found else None


def _python_repr(value: str) -> Any:
    if len(value) > 65_536:
        return None
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def first_text(value: Any) -> str | None:
    """The first of a list (a list, its JSON text, or one plain word)."""
    if isinstance(value, str) and value[:1] == "[":
        value = structure(value)
    if isinstance(value, list):
        for item in cast(list[Any], value):
            found = text(item)
            if found is not None:
                return found
        return None
    return json_text(value)


def words(value: Any) -> tuple[str, ...] | None:
    """Tags: a list, a JSON list, or words between commas; each once, order kept."""
    if isinstance(value, str):
        parsed = structure(value)
        value = cast(Any, parsed) if isinstance(parsed, list) else value.split(",")
    if not isinstance(value, list):
        return None
    found: dict[str, None] = {}
    for item in cast(list[Any], value):
        word = text(item)
        if word is not None and (word := word.strip()):
            found[word] = None
    return tuple(found) or None


def money(value: Any) -> str | None:
    """An amount of USD as plain decimal text. Zero, negative and unreadable are unknown."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        amount = Decimal(str(value).strip().strip('"'))
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount <= 0:
        return None
    return format(amount.normalize(), "f")


def mapping(value: Any) -> dict[str, Any]:
    """The value when it is a dict, else an empty one."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def keep(value: Any) -> Any:
    """The value as it is."""
    return value
