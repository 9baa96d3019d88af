"""Attribute values → JSON text."""

import base64
import json
from typing import Any

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS


def _default(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    return str(value)


def to_json(value: Any) -> str:
    """JSON text of an attribute value: bytes as base64, NaN and infinities as null."""
    try:
        return orjson.dumps(value, _default, _OPTIONS).decode()
    except (orjson.JSONEncodeError, UnicodeError):
        # Lone surrogates or integers beyond 64 bits: slow but never refused.
        return json.dumps(value, default=_default, ensure_ascii=True)
