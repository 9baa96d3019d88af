"""What happened around a model call, told to whoever listens: events, and attributes of the call's span.

The policies know nothing of OpenTelemetry. They call :func:`emit` and :func:`annotate`; one process-wide
sink (the SDK installs one that writes to the current span) takes it from there. Attributes that must be on
the span of a call that only begins *inside* a policy (an instrumentation makes it) are announced with
:func:`stating`: whoever starts such a span reads :func:`stated`.
"""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import MappingProxyType
from typing import Protocol

AttributeValue = str | int | float | bool
Attributes = Mapping[str, AttributeValue]

_NOTHING: Attributes = MappingProxyType({})
_log = logging.getLogger("sonde.resilience")


class Sink(Protocol):
    """Takes what the policies tell. Called in the thread and context of the call; must return quickly."""

    def event(self, name: str, attributes: Attributes) -> None:
        """Something happened at this moment of the current call."""
        ...

    def annotate(self, attributes: Attributes) -> None:
        """These attributes belong on the current call's span."""
        ...


class _State:
    sink: Sink | None = None
    complained: bool = False


_stated: ContextVar[Attributes] = ContextVar("sonde_stated", default=_NOTHING)


def set_sink(sink: Sink | None) -> Sink | None:
    """Install the sink of this process, or none. Returns the one before, so that tests can put it back."""
    before = _State.sink
    _State.sink = sink
    _State.complained = False
    return before


def emit(name: str, attributes: Attributes = _NOTHING) -> None:
    """Tell an event of the current call. Never raises."""
    sink = _State.sink
    if sink is None:
        return
    try:
        sink.event(name, attributes)
    except Exception:  # noqa: BLE001 - telemetry must not hurt the call it describes
        _complain()


def annotate(attributes: Attributes) -> None:
    """Tell attributes of the current call's span. Never raises."""
    sink = _State.sink
    if sink is None or not attributes:
        return
    try:
        sink.annotate(attributes)
    except Exception:  # noqa: BLE001 - telemetry must not hurt the call it describes
        _complain()


def stated() -> Attributes:
    """What the policies around the current code say of the call it makes (``sonde.attempt``, …)."""
    return _stated.get()


@contextmanager
def stating(attributes: Attributes) -> Generator[None]:
    """Announce attributes for spans that begin inside. Inner statements win over outer ones."""
    token = _stated.set({**_stated.get(), **attributes})
    try:
        yield
    finally:
        # Left in another context than entered (an async generator closed by the garbage collector): that
        # context never saw our value, so there is nothing to take back.
        with suppress(ValueError):
            _stated.reset(token)


def _complain() -> None:
    """Say once per sink that it fails: a line per call would drown the host's own log."""
    if not _State.complained:
        _State.complained = True
        _log.warning("The telemetry sink fails; calls go on without its events.", exc_info=True)
