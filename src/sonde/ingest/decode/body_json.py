"""OTLP/JSON: the body, the shared envelope, and the protocol's own mapping of values.

It is not protobuf's JSON: trace and span ids are hex (any case), field names are lowerCamelCase only,
enumerations are integers. 64-bit integers come as strings or numbers, bytes as base64, ``null`` is the
default of any field, unknown names are ignored.
"""

import base64
import binascii
import math
import re
from collections.abc import Iterator, Mapping
from typing import cast

import orjson

from sonde.ingest.decode.attributes import DEEP_VALUE, DUPLICATE_KEY, MANY_ATTRIBUTES, TOO_DEEP, drop_reason
from sonde.ingest.decode.errors import Malformed
from sonde.ingest.decode.report import Reason, Report
from sonde.ingest.decode.wire import Budget
from sonde.model.errors import TooLarge
from sonde.model.limits import (
    ATTRIBUTE_KEY_BYTES_MAX,
    ATTRIBUTE_VALUE_BYTES_MAX,
    ATTRIBUTES_PER_RECORD_MAX,
    MEBIBYTE,
    NESTING_DEPTH_MAX,
    SPANS_PER_REQUEST_MAX,
)
from sonde.model.span import Attributes, AttributeValue, Resource, Scope

JsonObject = Mapping[str, object]

PARSED_BYTES_MAX = 512 * MEBIBYTE
"""What a body may take in memory once parsed: ``[[],[],…`` takes 24 times its own size."""
CONTAINER_BYTES = 64
ITEM_BYTES = 56

WRONG_TYPE = Reason("wrong-type", "a field has a type or value that OTLP/JSON does not allow")
SNAKE_CASE = Reason("snake-case", "snake_case names ignored: OTLP/JSON names are lowerCamelCase")
ENUM_NAME = Reason("enum-name", "enumeration sent as a name, OTLP/JSON wants its number")
_WRONG_TYPE_SENTENCE = "A field has a type or value that OTLP/JSON does not allow"
LONE_SURROGATE = Reason("lone-surrogate", "half of a UTF-16 pair replaced by U+FFFD")

_SURELY_SHORT_KEY = ATTRIBUTE_KEY_BYTES_MAX // 4
_SURELY_SHORT_VALUE = ATTRIBUTE_VALUE_BYTES_MAX // 4
"""Characters that are within the limit in bytes whatever they are."""

_DIGITS = re.compile(r"-?[0-9]{1,20}\Z")
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|.)", re.DOTALL)
_DOUBLE_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class WrongType(Exception):
    """A field of one record cannot be read: that record is rejected, the others are kept."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name)
        self.field_name = field_name


def parse(body: bytes, report: Report) -> JsonObject:
    """The request as a dict; an empty body is an empty request.

    Raises:
        Malformed: not JSON, or not an object.
        TooLarge: so many values that they would not fit in memory.
    """
    if not body:
        return {}
    containers = body.count(b"{") + body.count(b"[")
    estimate = len(body) + CONTAINER_BYTES * containers + ITEM_BYTES * body.count(b",")
    if estimate > PARSED_BYTES_MAX:
        raise TooLarge("The JSON body has too many values.", hint="Send smaller batches, or protobuf.")
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        document = _without_lone_surrogates(body, error, report)
    if not isinstance(document, dict):
        raise Malformed("The JSON body is not an object")
    return cast("JsonObject", document)


def records(
    document: JsonObject, report: Report, nesting: Budget
) -> Iterator[tuple[Resource, Scope, JsonObject]]:
    """Each record with its resource and scope. Keeps the position in ``report``."""
    resources_name, scopes_name, records_name = report.levels
    count = Budget(SPANS_PER_REQUEST_MAX, "records")
    for number, of_resource in enumerate(_envelopes(document, resources_name, report)):
        report.resource, report.scope, report.record = number, -1, -1
        try:
            resource = _resource(of_resource, report, nesting)
        except WrongType as error:
            raise Malformed(_WRONG_TYPE_SENTENCE, at=f"{report.at()}.{error.field_name}") from None
        for scope_number, of_scope in enumerate(_envelopes(of_resource, scopes_name, report)):
            report.scope, report.record = scope_number, -1
            try:
                scope = _scope(of_scope, report, nesting)
            except WrongType as error:
                raise Malformed(
                    WRONG_TYPE.text.capitalize(), at=f"{report.at()}.{error.field_name}"
                ) from None
            for record_number, record in enumerate(_envelopes(of_scope, records_name, report)):
                report.record = record_number
                count.take(1)
                yield resource, scope, record
            report.record = -1


def objects(owner: JsonObject, name: str) -> list[JsonObject]:
    """A repeated message field."""
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise WrongType(name)
    items = cast("list[object]", value)
    for item in items:
        if not isinstance(item, dict):
            raise WrongType(name)
    return cast("list[JsonObject]", items)


def member(owner: JsonObject, name: str) -> JsonObject:
    """A message field; empty when it is not there."""
    value = owner.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongType(name)
    return cast("JsonObject", value)


def text(owner: JsonObject, name: str) -> str:
    """A string field."""
    value = owner.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongType(name)
    return value


def flag(owner: JsonObject, name: str) -> bool:
    """A boolean field."""
    value = owner.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise WrongType(name)
    return value


def unsigned(owner: JsonObject, name: str) -> int:
    """An unsigned integer of up to 64 bits."""
    return integer(owner.get(name), 0, (1 << 64) - 1, name)


def signed(owner: JsonObject, name: str) -> int:
    """A signed integer of up to 64 bits."""
    return integer(owner.get(name), -(1 << 63), (1 << 63) - 1, name)


def integer(value: object, low: int, high: int, name: str) -> int:
    """A number or a string of digits, as exact as it was sent. ``null`` is 0."""
    number: int
    if value is None:
        return 0
    if type(value) is int:
        number = value
    elif (type(value) is str and _DIGITS.match(value)) or (
        type(value) is float and value.is_integer() and abs(value) <= 1 << 53
    ):
        number = int(value)
    else:
        raise WrongType(name)
    if not low <= number <= high:
        raise WrongType(name)
    return number


def double(value: object, name: str) -> float:
    """A number, a string of one, or "NaN", "Infinity", "-Infinity". ``null`` is 0."""
    if value is None:
        return 0.0
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        word = _DOUBLE_WORDS.get(value)
        if word is not None:
            return word
        try:
            return float(value)
        except ValueError:
            pass
    raise WrongType(name)


def enumeration(owner: JsonObject, name: str, prefix: str, names: tuple[str, ...], report: Report) -> int:
    """An enumeration: its number, or its name with a warning. A number we do not know is kept as sent."""
    value = owner.get(name)
    if isinstance(value, str) and value.startswith(prefix):
        word = value.removeprefix(prefix)
        if word in names:
            report.warn(ENUM_NAME, field_name=name)
            return names.index(word)
    return integer(value, -(1 << 31), (1 << 31) - 1, name)


def identifier(owner: JsonObject, name: str) -> str:
    """A trace or span id in lower-case hex; text that is not hex comes back as "?", a length no id has."""
    value = text(owner, name)
    if value.strip("0123456789abcdefABCDEF"):
        return "?"
    return value.lower()


def attributes_of(
    owner: JsonObject, report: Report, nesting: Budget, name: str = "attributes"
) -> tuple[Attributes, int]:
    """The attributes of one record, and how many of them were dropped."""
    found: Attributes = {}
    pairs = objects(owner, name)
    count, dropped = len(pairs), 0
    if count > ATTRIBUTES_PER_RECORD_MAX:
        dropped = count - ATTRIBUTES_PER_RECORD_MAX
        report.warn(MANY_ATTRIBUTES, dropped)
        pairs = pairs[:ATTRIBUTES_PER_RECORD_MAX]
        count = ATTRIBUTES_PER_RECORD_MAX
    for pair in pairs:
        key = pair.get("key")
        encoded: object = pair.get("value")
        # The usual case first: a short key and one short text.
        if isinstance(encoded, dict) and type(key) is str and 0 < len(key) <= _SURELY_SHORT_KEY:
            parts = cast("JsonObject", encoded)
            plain = parts.get("stringValue")
            if type(plain) is str and len(plain) <= _SURELY_SHORT_VALUE and len(parts) == 1:
                found[key] = plain
                continue
        if type(key) is not str:
            if key is not None:
                raise WrongType(name)
            key = ""
        value = any_value(pair.get("value"), report, nesting, 0)
        why = drop_reason(key, _size(value))
        if why:
            report.warn(why)
            dropped += 1
            count -= 1
        else:
            found[key] = value
    if len(found) != count:
        report.warn(DUPLICATE_KEY, count - len(found))
        dropped += count - len(found)
    return found, dropped


def any_value(value: object, report: Report, nesting: Budget, depth: int) -> AttributeValue:
    """An ``AnyValue`` object. Empty, or of a kind we do not know, is None."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise WrongType("value")
    decoded: AttributeValue = None
    for kind, inner in cast("dict[str, object]", value).items():
        if inner is None:
            continue
        if kind == "stringValue":
            if type(inner) is not str:
                raise WrongType(kind)
            decoded = inner
        elif kind == "intValue":
            decoded = integer(inner, -(1 << 63), (1 << 63) - 1, kind)
        elif kind == "doubleValue":
            decoded = double(inner, kind)
        elif kind == "boolValue":
            if type(inner) is not bool:
                raise WrongType(kind)
            decoded = inner
        elif kind == "bytesValue":
            decoded = _base64(inner, kind)
        elif kind in ("arrayValue", "kvlistValue"):
            if depth >= NESTING_DEPTH_MAX:
                report.warn(DEEP_VALUE)
                decoded = TOO_DEEP
            else:
                decoded = _container(kind, inner, report, nesting, depth)
    return decoded


def _container(kind: str, inner: object, report: Report, nesting: Budget, depth: int) -> AttributeValue:
    if not isinstance(inner, dict):
        raise WrongType(kind)
    holder = cast("JsonObject", inner)
    if kind == "arrayValue":
        values = holder.get("values")
        if values is None:
            return []
        if not isinstance(values, list):
            raise WrongType(kind)
        items = cast("list[object]", values)
        nesting.take(len(items))
        return [any_value(item, report, nesting, depth + 1) for item in items]
    pairs = objects(holder, "values")
    nesting.take(len(pairs))
    return {text(pair, "key"): any_value(pair.get("value"), report, nesting, depth + 1) for pair in pairs}


def _base64(value: object, name: str) -> bytes:
    """Standard or URL-safe alphabet, with or without padding."""
    if not isinstance(value, str):
        raise WrongType(name)
    plain = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise WrongType(name) from None


def _size(value: AttributeValue) -> int:
    if not isinstance(value, str) or len(value) * 4 <= ATTRIBUTE_VALUE_BYTES_MAX:
        return len(value) if isinstance(value, bytes) else 0
    return len(value.encode())


def _envelopes(owner: JsonObject, name: str, report: Report) -> list[JsonObject]:
    if name not in owner and re.sub(r"([A-Z])", r"_\1", name).lower() in owner and not name.islower():
        report.warn(SNAKE_CASE)
    try:
        return objects(owner, name)
    except WrongType:
        raise Malformed(_WRONG_TYPE_SENTENCE, at=f"{report.at()}.{name}".strip(".")) from None


def _resource(of_resource: JsonObject, report: Report, nesting: Budget) -> Resource:
    attributes, _ = attributes_of(member(of_resource, "resource"), report, nesting)
    return Resource(attributes, text(of_resource, "schemaUrl"))


def _scope(of_scope: JsonObject, report: Report, nesting: Budget) -> Scope:
    scope = member(of_scope, "scope")
    attributes, _ = attributes_of(scope, report, nesting)
    return Scope(text(scope, "name"), text(scope, "version"), attributes, text(of_scope, "schemaUrl"))


def _without_lone_surrogates(body: bytes, error: orjson.JSONDecodeError, report: Report) -> object:
    """Parse once more with halves of UTF-16 pairs replaced.

    A JavaScript program that cuts a text in the middle of an emoji sends one, and the whole batch with it.
    """
    repaired = 0

    def replace(match: re.Match[bytes]) -> bytes:
        nonlocal repaired
        unit, low = match.group(1), match.group(2)
        if unit is None:
            return match.group(0)
        code = int(unit, 16)
        if 0xD800 <= code < 0xDC00 and low is not None:
            return match.group(0)
        if 0xD800 <= code < 0xE000:
            repaired += 1
            unit = b"fffd"
        tail = b""
        if low is not None:
            repaired += 1
            tail = rb"\ufffd"
        return rb"\u" + unit + tail

    if b"\\u" in body:
        mended = _ESCAPE.sub(replace, body)
        if repaired:
            try:
                document: object = orjson.loads(mended)
            except orjson.JSONDecodeError:
                pass
            else:
                report.warn(LONE_SURROGATE, repaired)
                return document
    raise Malformed(f"The body is not JSON: {error.msg} at byte {error.pos}") from None
