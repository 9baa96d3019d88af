"""Sonde: LLM observability and cost control in one process.

Importing this package is cheap: names are loaded when they are first used, then OpenTelemetry at most, never
the storage engine or the web server.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sonde._version import __version__

if TYPE_CHECKING:
    from sonde.sdk.context import context, continued
    from sonde.sdk.init import flush, init, ledger, shutdown
    from sonde.sdk.observe import observe
    from sonde.sdk.record import record_call
    from sonde.sdk.scores import score
    from sonde.sdk.spans import span

_PLACES = {
    "context": "sonde.sdk.context",
    "continued": "sonde.sdk.context",
    "flush": "sonde.sdk.init",
    "init": "sonde.sdk.init",
    "ledger": "sonde.sdk.init",
    "observe": "sonde.sdk.observe",
    "record_call": "sonde.sdk.record",
    "score": "sonde.sdk.scores",
    "shutdown": "sonde.sdk.init",
    "span": "sonde.sdk.spans",
}
"""Public name → the module that has it."""

__all__ = [
    "__version__",
    "context",
    "continued",
    "flush",
    "init",
    "ledger",
    "observe",
    "record_call",
    "score",
    "shutdown",
    "span",
]


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'sonde' has no attribute {name!r}")
    value = getattr(import_module(place), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
