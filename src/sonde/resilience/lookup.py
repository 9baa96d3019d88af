"""Reading providers' objects without importing their libraries: attributes or keys, headers, causes."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

CAUSES_MAX = 8


def get(thing: Any, name: str) -> Any:
    """The attribute or key of that name, ``None`` when there is none."""
    if isinstance(thing, Mapping):
        return cast("Mapping[str, Any]", thing).get(name)
    try:
        return getattr(thing, name, None)
    except Exception:  # noqa: BLE001 - a property of a foreign object may do anything
        return None


def number(thing: Any, name: str) -> int | None:
    """A count that is there and can be one: a whole number, not negative."""
    value = get(thing, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def headers_of(thing: Any) -> dict[str, str]:
    """HTTP headers of an error, a raw response or a stream object, names in lower case; empty if unknown."""
    for holder in (thing, get(thing, "response"), get(thing, "http_response"), get(thing, "_response")):
        headers = get(holder, "headers")
        items = getattr(headers, "items", None)
        if callable(items):
            try:
                return {
                    _text(key).lower(): _text(value)
                    for key, value in cast("Any", items())
                    if isinstance(key, (str, bytes)) and isinstance(value, (str, bytes, int, float))
                }
            except Exception:  # noqa: BLE001, S112 - a foreign object that only looks like headers
                continue
    return {}


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, nearest first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < CAUSES_MAX:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
