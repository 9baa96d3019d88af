"""Sonde's own requests make no spans, whatever HTTP instrumentation the app has."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,  # pyright: ignore[reportPrivateUsage] — every exporter uses it, none exports it
    attach,
    detach,
    set_value,
)


@contextmanager
def suppressed() -> Generator[None]:
    """No instrumentation in this block."""
    token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
    try:
        yield
    finally:
        detach(token)
