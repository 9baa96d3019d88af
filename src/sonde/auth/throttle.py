"""A bound on failed attempts per address.

Only failures count and only failures are refused: a key is 256 random bits, so the bound is there to keep
guessing cheap for us, not to lock people out, and one misconfigured sender must not shut out its neighbours
behind the same address.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from sonde.model.errors import RateLimited

FAILURES_MAX = 10
WINDOW_S = 60.0
ADDRESSES_MAX = 10_000


class Throttle:
    """Failures of the last minute by address. Thread-safe and bounded."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def failed(self, address: str) -> None:
        """Count a failure. Raises `RateLimited` when there were too many."""
        now = self._monotonic()
        with self._lock:
            times = self._failures.setdefault(address, deque(maxlen=FAILURES_MAX + 1))
            self._failures.move_to_end(address)
            times.append(now)
            while times and now - times[0] > WINDOW_S:
                times.popleft()
            while len(self._failures) > ADDRESSES_MAX:
                self._failures.popitem(last=False)
            if len(times) > FAILURES_MAX:
                raise RateLimited("Too many failed attempts from this address.", hint="Wait a minute.")

    def __len__(self) -> int:
        return len(self._failures)
