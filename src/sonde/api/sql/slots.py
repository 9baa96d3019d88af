"""A bound on queries that run at the same time, per caller."""

import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from sonde.model.errors import RateLimited


class Slots:
    """So many at a time for each name. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, name: str) -> Generator[None]:
        """Hold a slot. Raises `RateLimited` when all are taken."""
        with self._lock:
            if self._taken[name] >= self._most:
                raise RateLimited(
                    f"This key runs {self._most} queries already.", hint="Wait for one of them to finish."
                )
            self._taken[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[name] -= 1
                if not self._taken[name]:
                    del self._taken[name]
