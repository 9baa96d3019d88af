"""Answers as bytes and back, exactly: plain data, and the objects that client libraries answer with.

No pickle: what is read back can only be plain data, or an instance of a pydantic model, dataclass, msgspec
struct or enum of a package that this process has imported itself, restored without calling its code.
"""

import dataclasses
import importlib
import sys
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from msgspec import msgpack

DECODED_BYTES_MAX = 64 << 20
"""No entry may unfold to more than this, whatever a store holds."""

Form = Literal["answer", "stream", "async stream"]
"""Whether the parts are one answer, or the chunks of a streamed one."""

_FORMAT = 1
_PLAIN, _PACKED = 0, 1
_COMPRESS_FROM_BYTES = 1_024
_HEADER_BYTES = 6
_DEPTH_MAX = 100

_TUPLE, _OBJECT, _BIG, _PAIRS, _SET, _TEXTUAL, _ENUM, _NAMESPACE = range(1, 9)
_PYDANTIC_STATE = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")
_TEXTUAL_TYPES: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "Decimal": Decimal,
    "UUID": UUID,
}


class Uncacheable(TypeError):
    """An answer that could not be given back exactly as it was; it is not stored."""


class Damaged(ValueError):
    """Bytes that are no entry of ours, or of another format."""


def freeze(value: object) -> bytes:
    """One answer, or one chunk of a streamed one, as it is now. Raises Uncacheable."""
    try:
        return msgpack.encode(_pack(value, 0))
    except Uncacheable:
        raise
    except Exception as error:
        raise Uncacheable(f"{type(value).__name__}: {error}") from error


def seal(form: Form, frozen: Sequence[bytes]) -> tuple[bytes, list[Any]]:
    """What to store for an answer, and the parts as they will be given back.

    Raises Uncacheable unless they come back the same: what a class does not show (slots of a base, state
    that it computes) would be lost silently.
    """
    try:
        parts = [_unpack(part) for part in frozen]
        for part, before in zip(parts, frozen, strict=True):
            if msgpack.encode(_pack(part, 0)) != before:
                raise Uncacheable(f"a {type(part).__qualname__} does not survive being stored")
    except Uncacheable:
        raise
    except Exception as error:
        raise Uncacheable(str(error)) from error
    raw = msgpack.encode([form, [msgspec.Raw(part) for part in frozen]])
    if len(raw) > DECODED_BYTES_MAX:
        raise Uncacheable(f"{len(raw)} bytes are more than {DECODED_BYTES_MAX}")
    packed = zlib.compress(raw, 1) if len(raw) >= _COMPRESS_FROM_BYTES else raw
    kind = _PACKED if len(packed) < len(raw) else _PLAIN
    body = packed if kind == _PACKED else raw
    return bytes((_FORMAT, kind)) + zlib.crc32(body).to_bytes(4, "big") + body, parts


def unseal(stored: bytes) -> tuple[Form, list[Any]]:
    """The form and the parts that `seal` stored. Raises Damaged for anything else."""
    if len(stored) < _HEADER_BYTES or stored[0] != _FORMAT or stored[1] not in (_PLAIN, _PACKED):
        raise Damaged("not an entry of this format")
    body = stored[_HEADER_BYTES:]
    if zlib.crc32(body) != int.from_bytes(stored[2:_HEADER_BYTES], "big"):
        raise Damaged("the checksum is wrong")
    try:
        form, parts = _unpack(_inflated(body) if stored[1] == _PACKED else body)
    except Damaged:
        raise
    except Exception as error:
        raise Damaged(f"cannot be read: {type(error).__name__}") from error
    return form, parts


def _inflated(body: bytes) -> bytes:
    inflater = zlib.decompressobj()
    raw = inflater.decompress(body, DECODED_BYTES_MAX)
    if not inflater.eof:
        raise Damaged("unfolds to more than an entry may hold")
    return raw


def _pack(value: object, depth: int) -> object:
    if depth > _DEPTH_MAX:
        raise Uncacheable("nested too deeply, or in a circle")
    kind = type(value)
    if value is None or kind in (bool, float, str, bytes):
        return value
    if kind is int:
        number = cast("int", value)
        return number if -(2**63) <= number < 2**63 else msgpack.Ext(_BIG, str(number).encode())
    if kind is list:
        return [_pack(item, depth + 1) for item in cast("list[object]", value)]
    if kind is dict:
        return _pack_mapping(cast("dict[object, object]", value), depth)
    if kind is tuple:
        return _ext(_TUPLE, [_pack(item, depth + 1) for item in cast("tuple[object, ...]", value)])
    if kind in (set, frozenset):
        members = sorted(msgpack.encode(_pack(item, depth + 1)) for item in cast("set[object]", value))
        return _ext(_SET, [kind is frozenset, [msgspec.Raw(member) for member in members]])
    if kind.__name__ in _TEXTUAL_TYPES and kind in (datetime, date, time, Decimal, UUID):
        text = str(value) if kind in (Decimal, UUID) else cast("date | time", value).isoformat()
        return _ext(_TEXTUAL, [kind.__name__, text])
    if kind is timedelta:
        raise Uncacheable("a timedelta is not stored")
    if kind is SimpleNamespace:
        return _ext(_NAMESPACE, _pack_mapping(cast("dict[object, object]", vars(value)), depth))
    return _pack_object(value, depth)


def _pack_mapping(value: Mapping[object, object], depth: int) -> object:
    if all(type(name) is str for name in value):
        return {name: _pack(item, depth + 1) for name, item in value.items()}
    pairs = [[_pack(name, depth + 1), _pack(item, depth + 1)] for name, item in value.items()]
    return _ext(_PAIRS, pairs)


def _pack_object(value: object, depth: int) -> object:
    kind = type(value)
    where = [kind.__module__, kind.__qualname__]
    if _class(*where) is not kind:
        raise Uncacheable(f"{'.'.join(where)} cannot be found by its name")
    if isinstance(value, Enum):
        return _ext(_ENUM, [*where, _pack(value.value, depth + 1)])
    if _is_model(kind):
        state: dict[str, object] = cast("Any", value).__getstate__()
        return _ext(_OBJECT, [*where, [_pack(state.get(name), depth + 1) for name in _PYDANTIC_STATE]])
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        if set(getattr(value, "__dict__", names)) - set(names):
            raise Uncacheable(f"a {kind.__qualname__} holds more than its fields")
    elif isinstance(value, msgspec.Struct):
        names = list(value.__struct_fields__)
    else:
        raise Uncacheable(f"a {'.'.join(where)} is not plain data, a model or a dataclass")
    return _ext(_OBJECT, [*where, {name: _pack(getattr(value, name), depth + 1) for name in names}])


def _ext(code: int, content: object) -> msgpack.Ext:
    return msgpack.Ext(code, msgpack.encode(content))


def _unpack(raw: bytes | memoryview) -> Any:
    return msgpack.decode(raw, ext_hook=_read_ext)


def _read_ext(code: int, data: memoryview) -> Any:
    if code == _BIG:
        return int(bytes(data))
    content = _unpack(data)
    match code:
        case 1:
            return tuple(content)
        case 2:
            return _restored(*content)
        case 4:
            return {_hashable(name): item for name, item in content}
        case 5:
            return frozenset(content[1]) if content[0] else set(content[1])
        case 6:
            return _TEXTUAL_TYPES[content[0]](content[1])
        case 7:
            kind = _class(content[0], content[1])
            if kind is None or not issubclass(kind, Enum):
                raise Damaged(f"{content[0]}.{content[1]} is no enum here")
            return kind(content[2])
        case 8:
            return SimpleNamespace(**content)
        case _:
            raise Damaged(f"unknown kind {code}")


def _hashable(name: Any) -> Any:
    return tuple(cast("list[Any]", name)) if isinstance(name, list) else name


def _restored(module: str, qualname: str, state: Any) -> Any:
    kind: Any = _class(module, qualname)
    if kind is None:
        raise Damaged(f"{module}.{qualname} is not here")
    if _is_model(kind):
        model = kind.__new__(kind)
        model.__setstate__(dict(zip(_PYDANTIC_STATE, state, strict=True)))
        return model
    if issubclass(kind, msgspec.Struct):
        return kind(**state)
    if not hasattr(kind, "__dataclass_fields__"):
        raise Damaged(f"{module}.{qualname} is no model")
    instance: Any = object.__new__(kind)
    for name, item in state.items():
        object.__setattr__(instance, name, item)
    return instance


def _is_model(kind: type) -> bool:
    """Whether instances are pydantic models (2.x), asked without importing pydantic."""
    return hasattr(kind, "__pydantic_fields__") and hasattr(kind, "model_construct")


def _class(module: str, qualname: str) -> type | None:
    """A class by its name, of a package that is loaded; nothing else is ever imported."""
    if module.partition(".")[0] not in sys.modules:
        return None
    try:
        found: Any = sys.modules.get(module) or importlib.import_module(module)
        for part in qualname.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) else None
