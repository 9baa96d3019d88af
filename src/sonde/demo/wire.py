"""OTLP spans as protobuf bytes, written directly.

The generated protobuf classes need about 66 µs for a span of 25 attributes, this needs 19 µs, and the
generator shares the machine with the server it feeds. Only spans go this way; logs and metrics are few.
The tests parse every byte back with the generated classes.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence

Value = str | bool | int | float | Sequence[str]

_DOUBLE = struct.Struct("<d").pack
_FIXED64 = struct.Struct("<Q").pack

# Field tags: number << 3 | wire type.
_VARINT, _I64, _LEN = 0, 1, 2


def varint(number: int) -> bytes:
    """A non-negative integer in base 128, least significant group first."""
    if number < 0x80:
        return bytes((number,))
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_SMALL = tuple(varint(number) for number in range(16_384))


def _length(number: int) -> bytes:
    return _SMALL[number] if number < 16_384 else varint(number)


def field(number: int, body: bytes) -> bytes:
    """A length-delimited field: text, bytes or a message."""
    return _length(number << 3 | _LEN) + _length(len(body)) + body


def any_value(value: Value) -> bytes:
    """The body of an ``AnyValue``."""
    if isinstance(value, str):
        body = value.encode()
        return b"\x0a" + _length(len(body)) + body
    if isinstance(value, bool):
        return b"\x10\x01" if value else b"\x10\x00"
    if isinstance(value, int):
        return b"\x18" + (_length(value) if value >= 0 else varint(value & 0xFFFF_FFFF_FFFF_FFFF))
    if isinstance(value, float):
        return b"\x21" + _DOUBLE(value)
    items = b"".join([field(1, any_value(item)) for item in value])
    return b"\x2a" + _length(len(items)) + items


_KEYS: dict[str, bytes] = {}
"""Attribute key → its encoded field with the tag of the value behind it: keys are few and repeat."""


def _key(key: str) -> bytes:
    body = field(1, key.encode()) + b"\x12"
    _KEYS[key] = body
    return body


def attributes(number: int, pairs: Mapping[str, Value | None]) -> bytes:
    """Repeated ``KeyValue`` fields with this field number; a value of None is left out."""
    tag = _length(number << 3 | _LEN)
    out: list[bytes] = []
    for key, value in pairs.items():
        if value is None:
            continue
        encoded = any_value(value)
        body = (_KEYS.get(key) or _key(key)) + _length(len(encoded)) + encoded
        out.append(tag + _length(len(body)) + body)
    return b"".join(out)


def event(name: str, time_ns: int, pairs: Mapping[str, Value | None]) -> bytes:
    """The body of a ``Span.Event``."""
    return b"\x09" + _FIXED64(time_ns) + field(2, name.encode()) + attributes(3, pairs)


def span(
    *,
    trace_id: bytes,
    span_id: bytes,
    parent_span_id: bytes,
    name: str,
    kind: int,
    start_ns: int,
    end_ns: int,
    pairs: Mapping[str, Value | None],
    status: int = 0,
    message: str = "",
    events: Iterable[bytes] = (),
) -> bytes:
    """The body of a ``Span``."""
    out = [b"\x0a\x10", trace_id, b"\x12\x08", span_id]
    if parent_span_id:
        out += (b"\x22\x08", parent_span_id)
    out += (
        field(5, name.encode()),
        b"\x30",
        _length(kind),
        b"\x39",
        _FIXED64(start_ns),
        b"\x41",
        _FIXED64(end_ns),
    )
    out.append(attributes(9, pairs))
    out += [field(11, body) for body in events]
    if status or message:
        text = field(2, message.encode()) if message else b""
        out.append(field(15, text + b"\x18" + _length(status)))
    # Flags: sampled, and whether the parent is remote is known (it is not).
    out.append(b"\x85\x01\x01\x01\x00\x00")
    return b"".join(out)


def scope_spans(scope: bytes, bodies: Sequence[bytes], schema_url: str = "") -> bytes:
    """The body of ``ScopeSpans``; `scope` is the body of an ``InstrumentationScope``."""
    spans = b"".join([b"\x12" + _length(len(body)) + body for body in bodies])
    return field(1, scope) + spans + (field(3, schema_url.encode()) if schema_url else b"")


def scope_body(name: str, version: str) -> bytes:
    """The body of an ``InstrumentationScope``."""
    return field(1, name.encode()) + (field(2, version.encode()) if version else b"")


def resource_body(pairs: Mapping[str, Value | None]) -> bytes:
    """The body of a ``Resource``."""
    return attributes(1, pairs)


def resource_spans(resource: bytes, scopes: Sequence[bytes]) -> bytes:
    """One ``resource_spans`` field of an export request. Requests are these fields one after another."""
    return field(1, field(1, resource) + b"".join([field(2, scope) for scope in scopes]))
