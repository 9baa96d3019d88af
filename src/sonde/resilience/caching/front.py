"""What every cache says of its store and of itself."""

from dataclasses import replace

from sonde.resilience.caching.entries import Hits, Store
from sonde.resilience.caching.memory import MemoryStore
from sonde.resilience.caching.shelf import Shelf
from sonde.resilience.caching.stats import CacheStats, Counts


class StoreFront:
    """A cache's store and counts, and the methods of a cache that are about these alone."""

    def __init__(self, store: Store | None) -> None:
        """``store`` None: a `MemoryStore` of 64 MiB of its own."""
        self.store: Store = MemoryStore() if store is None else store
        self._shelf = Shelf(self.store)
        self._counts = Counts()

    @property
    def stats(self) -> CacheStats:
        """What this cache did in this process; an embedding cache counts texts."""
        return replace(self._counts.stats, store_errors=self._shelf.errors)

    def top(self, limit: int = 20) -> list[Hits]:
        """The keys with most hits, over all processes that share the store. Raises what the store raises."""
        return list(self.store.top(limit))

    def clear(self) -> None:
        """Forget everything in the store. Raises what the store raises."""
        self.store.clear()

    def close(self) -> None:
        """Close the store."""
        self.store.close()
