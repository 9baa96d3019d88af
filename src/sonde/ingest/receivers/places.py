"""How many connections there may be, and who has to make room for whom."""

from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Protocol

from sonde.ingest.receivers import metrics

EVICTABLE_AFTER_S = 1.0


class Holder(Protocol):
    """A connection."""

    def end(self) -> None:
        """Close at once."""
        ...


class Places:
    """The connections of one listener: bounded in all and per address.

    When there is no place, the connection that has been idle longest (of the same address, if that is what
    is full) is ended: whoever is new has something to say. So a thousand silent connections keep nobody out.
    """

    def __init__(self, places_max: int, per_address_max: int, monotonic: Callable[[], float]) -> None:
        self._places_max = places_max
        self._per_address_max = per_address_max
        self._monotonic = monotonic
        self._address_of: dict[Holder, str] = {}
        self._per_address: Counter[str] = Counter()
        self._idle_since: OrderedDict[Holder, float] = OrderedDict()
        """Holders without a request in progress, the longest idle first."""

    def __len__(self) -> int:
        return len(self._address_of)

    def take(self, holder: Holder, address: str) -> bool:
        """Give a place to a new, idle connection. False when there is none."""
        if self._per_address[address] >= self._per_address_max:
            if not self._make_room(address):
                return False
        elif len(self._address_of) >= self._places_max and not self._make_room(None):
            return False
        self._address_of[holder] = address
        self._per_address[address] += 1
        self._idle_since[holder] = self._monotonic()
        metrics.CONNECTIONS.of().add(1)
        return True

    def leave(self, holder: Holder) -> None:
        """Give a place back; a second time does nothing."""
        address = self._address_of.pop(holder, None)
        self._idle_since.pop(holder, None)
        if address is None:
            return
        self._per_address[address] -= 1
        if not self._per_address[address]:
            del self._per_address[address]
        metrics.CONNECTIONS.of().add(-1)

    def is_idle(self, holder: Holder) -> bool:
        """Whether a connection has no request in progress."""
        return holder in self._idle_since

    def set_busy(self, holder: Holder) -> None:
        """A request has begun."""
        self._idle_since.pop(holder, None)

    def set_idle(self, holder: Holder) -> None:
        """The last request is answered."""
        if holder in self._address_of:
            self._idle_since[holder] = self._monotonic()

    def _make_room(self, address: str | None) -> bool:
        for holder, since in self._idle_since.items():
            if address is not None and self._address_of[holder] != address:
                continue
            if self._monotonic() - since < EVICTABLE_AFTER_S:
                return False
            metrics.CONNECTIONS_CLOSED.of(reason="idle-evicted").increment()
            # Its place is free now; the event loop reports the end only later.
            self.leave(holder)
            holder.end()
            return True
        return False
