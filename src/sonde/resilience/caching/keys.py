"""What makes two requests the same: a canonical hash that is never cut short."""

import dataclasses
import hashlib
import math
import struct
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

import msgspec

IGNORED = frozenset({"timeout", "max_retries", "idempotency_key"})
"""Arguments that say how a call is made and not what is asked. Everything else is part of the key."""

_VERSION = b"sonde.request.1"
_DEPTH_MAX = 64
_ABSENT = frozenset({"NotGiven", "Omit", "NotGivenOr"})
"""Types with which client libraries say "this argument was not given"."""
_Add = Callable[[bytes], object]
_PRINTED = (date, time, timedelta, Decimal, UUID, PurePath)


class Unkeyable(TypeError):
    """A value in a request that has no stable content to hash; the call cannot be cached."""


def key(request: Mapping[str, object], *, ignore: Collection[str] = IGNORED, scope: str = "") -> str:
    """Return the SHA-256 of a request as 64 hexadecimal digits.

    The order of mapping keys, list against tuple, ``1`` against ``1.0``, and arguments that are ``None`` or
    "not given" do not matter; everything else does: order of messages, every character of a text. Two
    requests of different ``scope`` (a tenant, a user) never share a key.

    Raises:
        Unkeyable: for values such as open files, sockets and plain objects, whose content cannot be told.
    """
    digest = hashlib.sha256(_VERSION)
    _feed(digest.update, scope, 0)
    asked = {
        name: value
        for name, value in request.items()
        if name not in ignore and value is not None and type(value).__name__ not in _ABSENT
    }
    _feed(digest.update, asked, 0)
    return digest.hexdigest()


def _feed(add: _Add, value: object, depth: int) -> None:
    """Every value begins with its kind and its length, so that no two different ones read the same."""
    if depth > _DEPTH_MAX:
        raise Unkeyable(f"nested deeper than {_DEPTH_MAX}, or in a circle")
    if value is None:
        add(b"n")
    elif isinstance(value, bool):
        add(b"t" if value else b"f")
    elif isinstance(value, Enum):
        _feed(add, value.value, depth + 1)
    elif isinstance(value, str):
        _framed(add, b"s", value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, int | float):
        _framed(add, b"d", _number(value))
    elif isinstance(value, bytes | bytearray | memoryview):
        _framed(add, b"b", bytes(cast("bytes", value)))
    elif isinstance(value, Mapping):
        _mapping(add, cast("Mapping[object, object]", value), depth)
    elif isinstance(value, list | tuple):
        items = cast("list[object]", value)
        add(b"l%d:" % len(items))
        for item in items:
            _feed(add, item, depth + 1)
    elif isinstance(value, AbstractSet):
        members = sorted(_alone(item, depth) for item in cast("AbstractSet[object]", value))
        add(b"S%d:" % len(members) + b"".join(members))
    else:
        _feed(add, _content(value), depth + 1)


def _mapping(add: _Add, value: Mapping[object, object], depth: int) -> None:
    items = sorted((_alone(name, depth), item) for name, item in value.items()) if _mixed(value) else None
    if items is None:
        named = cast("Mapping[str, object]", value)
        items = [(name.encode("utf-8", "surrogatepass"), named[name]) for name in sorted(named)]
    add(b"m%d:" % len(items))
    for name, item in items:
        _framed(add, b"k", name)
        _feed(add, item, depth + 1)


def _mixed(value: Mapping[object, object]) -> bool:
    return not all(isinstance(name, str) for name in value)


def _alone(value: object, depth: int) -> bytes:
    digest = hashlib.sha256()
    _feed(digest.update, value, depth + 1)
    return digest.digest()


def _framed(add: _Add, kind: bytes, raw: bytes) -> None:
    add(kind + b"%d:" % len(raw))
    add(raw)


def _number(value: float) -> bytes:
    if isinstance(value, int):
        return b"%d" % value
    if value.is_integer():
        return b"%d" % int(value)
    return b"nan" if math.isnan(value) else struct.pack(">d", value)


def _content(value: object) -> object:
    """The content of a value that is not plain data, with its kind where two kinds could be confused."""
    if isinstance(value, _PRINTED):
        return [type(value).__name__, str(value)]
    if isinstance(value, type):
        schema = getattr(value, "model_json_schema", None)  # a pydantic class as the wanted format
        if callable(schema):
            return ["type", value.__qualname__, schema()]
        return ["type", value.__module__, value.__qualname__]
    dump: Any = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    raise Unkeyable(f"a {type(value).__module__}.{type(value).__qualname__} has no content to hash")
