"""Prompts, answers and other values on their way out: bounded, redacted, as JSON text. Off by default."""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

import msgspec

from sonde.sdk import config
from sonde.sdk.redacting import Redacting, redacting
from sonde.sdk.safety import safely

_DEPTH_MAX = 16
_CUT = "…"
_CUT_BACK = 256
"""A cut goes back to the last blank within so many characters, so that no half of a secret stays."""
_PRINTED = (date, time, timedelta, Decimal, UUID, PurePath)


@safely("capturing content")
def captured(value: object) -> str | None:
    """The value as JSON text after redaction and size bound; None when capture is off.

    Anything goes in: what JSON has no word for is given as its ``repr``, generators are not consumed, cycles
    and depth end in "…". When redaction fails, nothing is captured.
    """
    settings = config.active()
    if not settings.capture_content:
        return None
    rules = redacting(settings.redact)
    text = _json(_Walk(settings.content_bytes_max, rules).plain(value, 0))
    return rules.json_text(text)


def _json(plain: object) -> str:
    try:
        return msgspec.json.encode(plain).decode()
    except (UnicodeEncodeError, OverflowError):
        # Lone surrogates and integers over 64 bits: the standard library escapes or prints them.
        return json.dumps(plain, ensure_ascii=True)


class _Walk:
    """Turns a value into plain JSON types within a budget of characters."""

    __slots__ = ("_left", "_rules")

    def __init__(self, budget: int, rules: Redacting) -> None:
        self._left = budget
        self._rules = rules

    def plain(self, value: object, depth: int) -> Any:
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int | float) and not isinstance(value, Enum):
            return self._number(value)
        if depth >= _DEPTH_MAX or self._left <= 0:
            return _CUT
        if isinstance(value, Mapping):
            return self._mapping(cast("Mapping[object, object]", value), depth)
        if isinstance(value, list | tuple | set | frozenset):
            return self._items(list(cast("list[object]", value)), depth)
        return self._object(value, depth)

    def _text(self, text: str) -> str:
        if self._left <= 0:
            return _CUT
        if len(text) > self._left:
            text = cut(text, self._left)
        self._left -= len(text) + 2
        return self._rules.own(text)

    def _number(self, value: float) -> int | float | str:
        self._left -= 8
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)  # JSON has no NaN
        return value

    def _mapping(self, value: Mapping[object, object], depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, item in value.items():
            if self._left <= 0:
                plain[_CUT] = f"{len(value) - len(plain)} more"
                break
            name = key if isinstance(key, str) else _shown(key)
            self._left -= len(name) + 4
            plain[name[:512]] = self.plain(item, depth + 1)
        return plain

    def _items(self, value: list[object], depth: int) -> list[Any]:
        plain: list[Any] = []
        for item in value:
            if self._left <= 0:
                plain.append(f"{_CUT} {len(value) - len(plain)} more")
                break
            self._left -= 1
            plain.append(self.plain(item, depth + 1))
        return plain

    def _object(self, value: object, depth: int) -> Any:
        if isinstance(value, bytes | bytearray):
            return f"<{len(value)} bytes>"
        if isinstance(value, Enum):
            return self.plain(value.value, depth + 1)
        if isinstance(value, _PRINTED):
            return self._text(str(value))
        fields = _fields(value)
        if fields is not None:
            return self._mapping(fields, depth)
        return self._text(_shown(value))


def _fields(value: object) -> Mapping[object, object] | None:
    """The fields of a dataclass, msgspec struct or pydantic model, not copied in depth."""
    if isinstance(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return {entry.name: getattr(value, entry.name, None) for entry in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name, None) for name in value.__struct_fields__}
    dump: Callable[[], object] | None = getattr(value, "model_dump", None)
    if callable(dump):
        try:
            dumped = dump()
        except Exception:  # noqa: BLE001 — anything may be in a host's model; its repr is tried next
            return None
        return cast("Mapping[object, object]", dumped) if isinstance(dumped, Mapping) else None
    return None


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 — a repr that raises still has a type
        return f"<{type(value).__name__}>"


def cut(text: str, length_max: int) -> str:
    """The beginning of a text, up to a blank, with a mark that it was cut."""
    head = text[:length_max]
    blank = max(
        head.rfind(" ", max(0, length_max - _CUT_BACK)), head.rfind("\n", max(0, length_max - _CUT_BACK))
    )
    return (head[:blank] if blank > 0 else head) + _CUT
