"""What a cache did in this process."""

from dataclasses import dataclass, replace
from threading import RLock
from typing import Any


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What a cache did in this process since it was made."""

    hits: int = 0
    """Calls answered without the provider."""
    coalesced: int = 0
    """Of the hits: waited for the same call, which was under way."""
    misses: int = 0
    """Calls made because there was no answer."""
    stored: int = 0
    bypassed: int = 0
    """Calls made around the cache: in a `bypass` block, or with a request that has no key."""
    uncacheable: int = 0
    """Answers that were not stored: too large, unwanted, or not to be given back exactly."""
    store_errors: int = 0
    saved_usd: float | None = None
    """Cost of the answers that hits gave; None while no cost was known."""


class Counts:
    """Counts from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()  # re-entrant: see `Flights`
        self.stats = CacheStats()

    def add(self, *, saved_usd: float | None = None, **more: int) -> None:
        """Add to fields of the stats by name."""
        with self._lock:
            changed: dict[str, Any] = {name: getattr(self.stats, name) + by for name, by in more.items()}
            if saved_usd is not None:
                changed["saved_usd"] = (self.stats.saved_usd or 0.0) + saved_usd
            self.stats = replace(self.stats, **changed)
