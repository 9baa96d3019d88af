"""What stays of an attribute that mixes parameters with content: the parameters."""

from typing import Any, cast

import orjson

from sonde.model.span import Attributes
from sonde.normalize.messages import parse
from sonde.normalize.rendering import to_json
from sonde.normalize.walk import Stated

_CONTENT_KEYS = frozenset(
    {
        "messages",
        "input",
        "output",
        "instructions",
        "prompt",
        "system",
        "contents",
        "tools",
        "functions",
        "choices",
        "message",
        "combined_chunk_content",
        "text",
        "system_instruction",
    }
)


_BARE = {
    "mlflow": (("bare_instructions", "instructions"), ("bare_tools", "tools")),
    "pydantic-ai": (("bare_events", "events"),),
    "logfire": (("bare_events", "events"),),
}
"""Bare keys that hold content on the spans of one library; elsewhere they are attributes like any other."""


def keep_residue(stated: Stated, convention: str) -> Attributes:
    """The attributes to keep: parameters inside mixed bodies stay, their content does not."""
    values, kept = stated.values, stated.kept
    if "request_body" in values:
        kept = _with(stated, kept, "request_body", parse(values["request_body"]))
    if "parameters" in values:
        body = values["parameters"]
        if isinstance(body, dict) and not _CONTENT_KEYS.isdisjoint(cast(dict[str, Any], body)):
            kept = _with(stated, kept, "parameters", body)
    drop = [key for field, key in _BARE.get(convention, ()) if field in values and key in kept]
    if drop:
        kept = {key: value for key, value in kept.items() if key not in drop}
    return kept


def _with(stated: Stated, kept: Attributes, field: str, body: Any) -> Attributes:
    if not isinstance(body, dict):
        return kept
    rest = {key: value for key, value in cast(dict[str, Any], body).items() if key not in _CONTENT_KEYS}
    copy = dict(kept)
    copy[stated.rules[field].key] = to_json(rest) if rest else orjson.dumps({}).decode()
    return copy
