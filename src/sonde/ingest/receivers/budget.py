"""A bound on the bytes of all bodies being read, decoded or committed at once."""

import threading
from typing import Self

from sonde.model.errors import Overloaded
from sonde.model.limits import DECODE_BYTES_IN_FLIGHT_MAX


class InFlight:
    """Bytes in use by all requests. Thread-safe."""

    def __init__(self, bytes_max: int = DECODE_BYTES_IN_FLIGHT_MAX) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """In use now."""
        return self._bytes

    def lease(self) -> "Lease":
        """The share of one request; nothing yet."""
        return Lease(self)

    def change(self, by: int) -> None:
        """Take or give back. Overloaded when there is no room for more."""
        with self._lock:
            if by > 0 and self._bytes + by > self._bytes_max:
                raise Overloaded("Too many requests are being read at once; nothing of this one was stored.")
            self._bytes += by


class Lease:
    """What one request has in use; given back at the end of a ``with``."""

    def __init__(self, budget: InFlight) -> None:
        self._budget = budget
        self._bytes = 0

    def take(self, count: int) -> None:
        """Reserve more. Overloaded when there is no room."""
        self._budget.change(count)
        self._bytes += count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.change(-self._bytes)
        self._bytes = 0
