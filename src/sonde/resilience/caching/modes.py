"""Switches for the calls within a block: around the cache, or past what it holds."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Mode = Literal["use", "bypass", "refresh"]

_mode: ContextVar[Mode] = ContextVar("sonde_cache_mode", default="use")


def mode() -> Mode:
    """What caches do with the calls of this thread or task now."""
    return _mode.get()


@contextmanager
def bypass() -> Generator[None]:
    """Calls inside neither read from caches nor store anything."""
    token = _mode.set("bypass")
    try:
        yield
    finally:
        _mode.reset(token)


@contextmanager
def refresh() -> Generator[None]:
    """Calls inside are made, and their answers replace what caches hold."""
    token = _mode.set("refresh")
    try:
        yield
    finally:
        _mode.reset(token)
