"""A store as a cache uses it: what fails is counted and done without, never an error of the call."""

import logging
import time
from collections.abc import Callable
from typing import Any

from sonde.resilience.caching.effects import Apart
from sonde.resilience.caching.entries import Store
from sonde.resilience.events import emit
from sonde.resilience.steps import Steps

_log = logging.getLogger("sonde.resilience")
_REST_S = 5.0
"""After a failure a store is left alone for so long: a store that times out must not slow every call."""


class Shelf:
    """Asks a store from synchronous and asynchronous code."""

    def __init__(self, store: Store, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.store = store
        self.errors = 0
        self._monotonic = monotonic
        self._resting_until = 0.0
        self._complained = False

    def ask(self, default: Any, function: Callable[..., Any], *args: Any) -> Steps[Any]:
        """What a function over the store answers; ``default`` when it fails, or failed a moment ago."""
        if self._monotonic() < self._resting_until:
            return default
        try:
            if self.store.blocking:
                answer = yield Apart(function, args)
            else:
                answer = function(*args)
        except Exception as error:  # noqa: BLE001 — a cache must not hurt the call it could have saved
            self._failed(error)
            return default
        self._complained = False
        return answer

    def _failed(self, error: Exception) -> None:
        self.errors += 1
        self._resting_until = self._monotonic() + _REST_S
        emit("sonde.cache.error", {"error.type": type(error).__qualname__})
        if not self._complained:
            self._complained = True
            _log.warning(
                "The cache store %s failed, calls are made without it: %s: %s",
                type(self.store).__name__,
                type(error).__name__,
                error,
            )
