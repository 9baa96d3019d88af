"""Attributes from protobuf: ``repeated KeyValue`` left as bytes → one dict.

This is where decoding spends its time. So the usual shape (key first, then one scalar, nothing else) is
read without a general parser, and small attributes are remembered whole: a service sends the same model,
provider and settings again and again. Every other legal form goes through `any_value`.
"""

import struct
from collections.abc import Sequence
from typing import cast

from sonde.ingest.decode.report import Reason, Report
from sonde.ingest.decode.wire import Budget, fields, varint
from sonde.model.limits import (
    ATTRIBUTE_KEY_BYTES_MAX,
    ATTRIBUTE_VALUE_BYTES_MAX,
    ATTRIBUTES_PER_RECORD_MAX,
    NESTING_DEPTH_MAX,
)
from sonde.model.span import Attributes, AttributeValue

NESTED_FIELDS_PER_REQUEST_MAX = 4_000_000
"""Fields inside arrays and maps of one request (an item of a list takes two)."""
TOO_DEEP = f"[left out: nested deeper than {NESTING_DEPTH_MAX} levels]"
"""Stands in the place of a value that was nested too deep."""

DUPLICATE_KEY = Reason("duplicate-key", "duplicate attribute key, the last value kept")
EMPTY_KEY = Reason("empty-key", "attribute with an empty key dropped")
LONG_KEY = Reason("long-key", f"attribute key over {ATTRIBUTE_KEY_BYTES_MAX} bytes, attribute dropped")
LONG_VALUE = Reason(
    "long-value", f"attribute value over {ATTRIBUTE_VALUE_BYTES_MAX >> 20} MiB, attribute dropped"
)
MANY_ATTRIBUTES = Reason(
    "many-attributes", f"attributes beyond the first {ATTRIBUTES_PER_RECORD_MAX} dropped"
)
DEEP_VALUE = Reason("deep-value", f"value nested deeper than {NESTING_DEPTH_MAX} levels replaced by a marker")

_REMEMBERED_BYTES_MAX = 64
_REMEMBERED_MAX = 8_192

_double = struct.Struct("<d").unpack_from
_pairs: dict[bytes, tuple[str, str | int | float | bool]] = {}
"""Encoded attribute → key and immutable value. Emptied when full; a race costs one more reading."""
_lists: dict[bytes, tuple[str, tuple[str, ...]]] = {}
"""The same for short lists of text, such as finish reasons; each span gets a list of its own."""
_keys: dict[bytes, str] = {}
"""Encoded key with its tag and length → key. One string object per key makes later look-ups cheap too."""

_KEY, _VALUE = 1 << 3 | 2, 2 << 3 | 2
_STRING, _BOOL, _INT, _DOUBLE = 1 << 3 | 2, 2 << 3, 3 << 3, 4 << 3 | 1
_ARRAY, _MAP, _BYTES = 5 << 3 | 2, 6 << 3 | 2, 7 << 3 | 2
_ITEM = 1 << 3 | 2


def nesting_budget() -> Budget:
    """A fresh budget for one request."""
    return Budget(NESTED_FIELDS_PER_REQUEST_MAX, "fields inside arrays and maps")


def decode_attributes(encoded: Sequence[bytes], report: Report, budget: Budget) -> tuple[Attributes, int]:
    """The attributes of one record, and how many of them were dropped.

    Raises:
        Malformed, UnicodeDecodeError: broken protobuf, or text that is not UTF-8.
        TooLarge: more nested values than the request may have.
    """
    found: Attributes = {}
    count = len(encoded)
    if not count:
        return found, 0
    dropped = 0
    if count > ATTRIBUTES_PER_RECORD_MAX:
        dropped = count - ATTRIBUTES_PER_RECORD_MAX
        report.warn(MANY_ATTRIBUTES, dropped)
        encoded = encoded[:ATTRIBUTES_PER_RECORD_MAX]
        count = ATTRIBUTES_PER_RECORD_MAX
    remembered = _pairs.get
    for pair in encoded:
        item = remembered(pair)
        if item is None:
            item = _usual(pair) or _short_list(pair, report, budget)
            if item is None:
                item = _key_value(pair, 0, len(pair), report, budget, 0)
                why = drop_reason(item[0], len(pair))
                if why:
                    report.warn(why)
                    dropped += 1
                    count -= 1
                    continue
        found[item[0]] = item[1]
    if len(found) != count:
        report.warn(DUPLICATE_KEY, count - len(found))
        dropped += count - len(found)
    return found, dropped


def drop_reason(key: str, size: int) -> Reason | None:
    """Why an attribute of this key and encoded size (bytes) is not kept; None when it is."""
    if not key:
        return EMPTY_KEY
    if len(key) > ATTRIBUTE_KEY_BYTES_MAX or len(key.encode()) > ATTRIBUTE_KEY_BYTES_MAX:
        return LONG_KEY
    if size > ATTRIBUTE_VALUE_BYTES_MAX:
        return LONG_VALUE
    return None


def any_value(
    body: bytes, start: int, stop: int, report: Report, budget: Budget, depth: int = 0
) -> AttributeValue:
    """An ``AnyValue``. The last of several parts wins; none of them is None."""
    value: AttributeValue = None
    for tag, first, end in fields(body, start, stop, budget):
        if tag == _STRING:
            value = body[first:end].decode()
        elif tag == _BOOL:
            value = varint(body, first)[0] != 0
        elif tag == _INT:
            value = _signed(varint(body, first)[0])
        elif tag == _DOUBLE:
            value = _double(body, first)[0]
        elif tag == _BYTES:
            value = body[first:end]
        elif tag in (_ARRAY, _MAP):
            if depth >= NESTING_DEPTH_MAX:
                report.warn(DEEP_VALUE)
                value = TOO_DEEP
            elif tag == _ARRAY:
                value = [
                    any_value(body, item, item_end, report, budget, depth + 1)
                    for item_tag, item, item_end in fields(body, first, end, budget)
                    if item_tag == _ITEM
                ]
            else:
                value = dict(
                    _key_value(body, item, item_end, report, budget, depth + 1)
                    for item_tag, item, item_end in fields(body, first, end, budget)
                    if item_tag == _ITEM
                )
    return value


def _key_value(
    body: bytes, start: int, stop: int, report: Report, budget: Budget, depth: int
) -> tuple[str, AttributeValue]:
    """A ``KeyValue`` in any legal form. Several values are one message in parts, as protobuf has it."""
    key, parts = "", list[tuple[int, int]]()
    for tag, first, end in fields(body, start, stop, budget):
        if tag == _KEY:
            key = body[first:end].decode()
        elif tag == _VALUE:
            parts.append((first, end))
    if not parts:
        return key, None
    if len(parts) == 1:
        return key, any_value(body, parts[0][0], parts[0][1], report, budget, depth)
    joined = b"".join(body[first:end] for first, end in parts)
    return key, any_value(joined, 0, len(joined), report, budget, depth)


def _usual(pair: bytes) -> tuple[str, str | int | float | bool] | None:  # noqa: C901  (a call costs more)
    """Key and scalar of an attribute in the usual shape; None for any other, legal or not."""
    length = len(pair)
    value: str | int | float | bool
    item: tuple[str, str | int | float | bool]
    try:
        split = pair[1] + 2
        key = _keys.get(pair[:split])
        if key is None:
            key = _learn_key(pair, split)
        if key is None or pair[split] != _VALUE or length > ATTRIBUTE_VALUE_BYTES_MAX:
            return None
        size, position = pair[split + 1], split + 2
        if size > 127:
            size, position = _length(pair, split + 1)
        if position + size != length:
            return None
        tag = pair[position]
        if tag == _STRING:
            size, first = pair[position + 1], position + 2
            if size > 127:
                size, first = _length(pair, position + 1)
            if first + size != length:
                return None
            value = pair[first:].decode()
        elif tag == _INT:
            value, end = pair[position + 1], position + 2
            if value > 127:
                number, end = varint(pair, position + 1)
                value = _signed(number)
            if end != length:
                return None
        elif tag == _DOUBLE and size == 9:
            value = _double(pair, position + 1)[0]
        elif tag == _BOOL and size == 2 and pair[position + 1] < 2:
            value = pair[position + 1] == 1
        else:
            return None
    except IndexError:
        return None
    item = (key, value)
    if length <= _REMEMBERED_BYTES_MAX:
        if len(_pairs) >= _REMEMBERED_MAX:
            _pairs.clear()
        _pairs[pair] = item
    return item


def _short_list(pair: bytes, report: Report, budget: Budget) -> tuple[str, AttributeValue] | None:
    """Key and value of a short list of text; None for anything else."""
    if len(pair) > _REMEMBERED_BYTES_MAX:
        return None
    known = _lists.get(pair)
    if known is None:
        key, value = _key_value(pair, 0, len(pair), report, budget, 0)
        if not key or not isinstance(value, list):
            return None
        items = tuple(item for item in cast("list[object]", value) if isinstance(item, str))
        if len(items) != len(cast("list[object]", value)):
            return None
        if len(_lists) >= _REMEMBERED_MAX:
            _lists.clear()
        known = _lists[pair] = (key, items)
    return known[0], list(known[1])


def _length(pair: bytes, position: int) -> tuple[int, int]:
    """A varint of two bytes or more; most texts are shorter than 16 KiB."""
    second = pair[position + 1]
    if second < 128:
        return pair[position] & 127 | second << 7, position + 2
    return varint(pair, position)


def _learn_key(pair: bytes, split: int) -> str | None:
    """The key when it comes first and is 1 to 127 bytes long."""
    if pair[0] != _KEY or not 2 < split < 130 or len(pair) < split:
        return None
    key = pair[2:split].decode()
    if len(_keys) >= _REMEMBERED_MAX:
        _keys.clear()
    _keys[pair[:split]] = key
    return key


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number
