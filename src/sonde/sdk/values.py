"""Attribute values as OpenTelemetry takes them, whatever a host hands over."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from sonde.sdk.safety import tell_once

TEXT_MAX = 8_192
"""Characters kept of one attribute's text."""
ITEMS_MAX = 128
"""Items kept of one attribute's list."""

Value: TypeAlias = str | int | float | bool | Sequence[str]

_INTEGER_MAX = (1 << 63) - 1


def plain(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """A span's attributes as a dict. Their own mapping runs Python code for every look, and raises inside for
    every key that is missing; its ``copy`` does not.
    """
    if attributes is None:
        return {}
    copy: Callable[[], dict[str, Any]] | None = getattr(attributes, "copy", None)
    return dict(attributes) if copy is None else copy()


def clean(value: object) -> Value | None:
    """The value as an attribute; None for what says nothing (None, NaN, an empty list)."""
    if isinstance(value, str):
        return str(value) if len(value) <= TEXT_MAX else value[: TEXT_MAX - 1] + "…"
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) <= _INTEGER_MAX else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None:
        return None
    if isinstance(value, list | tuple | set | frozenset):
        items = list(cast("Sequence[object]", value))[:ITEMS_MAX]
        return [_text(item) for item in items if item is not None] or None
    return _text(value)


def clean_all(attributes: Mapping[str, object]) -> dict[str, Value]:
    """All attributes that say something."""
    found: dict[str, Value] = {}
    for key, value in attributes.items():
        kept = clean(value)
        if kept is not None and key:
            found[str(key)] = kept
    return found


def _text(value: object) -> str:
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception:  # noqa: BLE001 - anything may be in a host's __str__
        return f"<{type(value).__name__}>"
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"


def count(value: object, name: str, place: str) -> int | None:
    """A token count. What cannot be one is told once, with the fix, and is unknown."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return int(value)
    if isinstance(value, float) and math.isfinite(value) and value >= 0 and value.is_integer():
        return int(value)
    tell_once(
        f"{place}.{name}",
        f"sonde.{place}: {name} ({_described(value)}) is not a token count and is left out; "
        "give a whole number, or None when it is unknown.",
    )
    return None


def amount(value: object, name: str, place: str) -> float | None:
    """A finite number that is not negative; what is not is told once and is unknown."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    tell_once(
        f"{place}.{name}",
        f"sonde.{place}: {name} ({_described(value)}) is not a number of at least 0 and is left out; "
        "give a finite number, or None when it is unknown.",
    )
    return None


def _described(value: object) -> str:
    """A bad value in few words, and few of them: each is one line in the life of the process."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"a {type(value).__name__}"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite"
    return "negative" if value < 0 else "not a whole number"
