"""Opaque cursors: the place in a list where the next page starts.

A cursor holds the sort key of the last row and the range of the first page, so rows that arrive meanwhile
shift nothing, and a hash of the filters, so that it is not used with others. It grants nothing: whatever it
says is bound as a parameter under the caller's own restrictions.
"""

import base64
import binascii
import hashlib
import json
from typing import Any, cast

from msgspec import Struct
from pydantic import BaseModel

from sonde.api.times import TimeRange
from sonde.model.errors import BadInput

NOT_FILTERS = frozenset({"cursor", "limit", "from_", "to", "format", "columns"})
_WRONG = "This cursor does not belong to this list."


class Cursor(Struct, frozen=True):
    """Where a page starts."""

    key: tuple[str | int, ...]
    """The sort key of the last row of the page before."""
    range: TimeRange


def fingerprint(parameters: BaseModel, *more: str) -> str:
    """A short hash of what makes two lists the same list."""
    values = parameters.model_dump(mode="json", exclude=set(NOT_FILTERS))
    text = json.dumps([values, *more], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def encode(cursor: Cursor, mark: str) -> str:
    """Text of a cursor."""
    body = json.dumps([mark, cursor.range.from_ns, cursor.range.to_ns, *cursor.key], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode(text: str, mark: str, kinds: tuple[type, ...]) -> Cursor:
    """A cursor whose key has these types. Raises `BadInput`."""
    try:
        body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise BadInput(_WRONG) from None
    fixed = 3
    if not isinstance(body, list):
        raise BadInput(_WRONG)
    parts = cast("list[Any]", body)
    if len(parts) != fixed + len(kinds) or parts[0] != mark:
        raise BadInput(_WRONG, hint="Start again without a cursor: filters have changed.")
    key = parts[fixed:]
    whole = all(type(part) is int and 0 <= part < 1 << 63 for part in parts[1:fixed])
    if not whole or any(type(part) is not kind for part, kind in zip(key, kinds, strict=True)):
        raise BadInput(_WRONG)
    return Cursor(tuple(key), TimeRange(parts[1], parts[2]))
