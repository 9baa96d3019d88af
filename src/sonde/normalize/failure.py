"""Whether a record failed, and how its error is called."""

import re
from typing import Any

from sonde.normalize.events import EventReading
from sonde.normalize.walk import Values

MESSAGE_MAX = 4_096

_CLASS = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Timeout|Interrupt|Exit|Warning|Failure))\b\s*[:(]")
_REPR = re.compile(r"^([A-Za-z_][\w.]*)\(")
_STATUS = re.compile(r"(?:Error code|status[_ ]code|HTTP(?: status)?):?\s*([45]\d\d)\b", re.IGNORECASE)
_LEADING_STATUS = re.compile(r"^([45]\d\d)\b")
_GENERIC = frozenset({"Exception", "Error", "error", "_OTHER"})


def read_failure(
    values: Values, events: EventReading, *, failed: bool, message: str
) -> tuple[str, str | None, str | None]:
    """(status, error type, error message). The type is the sender's word; else what its message tells."""
    stated: Any = values.get("error_type")
    level: Any = values.get("level")
    if not failed and stated is None and level != "ERROR":
        return "ok", None, None
    text = (
        values.get("error_message") or message or values.get("status_message") or events.error_message or None
    )
    kind = stated or events.error_type
    if kind is None or kind in _GENERIC:
        kind = _from_message(events.error_message, text) or kind
    if kind is None:
        code = values.get("error_code") or values.get("http_status")
        kind = str(code) if code else None
    return "error", kind, text[:MESSAGE_MAX] if text else None


def _from_message(*messages: str | None) -> str | None:
    """The error's class or HTTP status as a message spells it."""
    for message in messages:
        if message:
            found = _CLASS.match(message) or _REPR.match(message)
            if found is not None:
                return found[1]
    for message in messages:
        if message:
            found = _LEADING_STATUS.match(message) or _STATUS.search(message)
            if found is not None:
                return found[1]
    return None
