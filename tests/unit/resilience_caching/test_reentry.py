"""A stream that is thrown away is told about wherever the collector runs: also inside a cache's own lock."""

import gc
import threading
from collections.abc import Iterator

from sonde.resilience.caching import ResponseCache
from sonde.resilience.caching.flights import Flights


def test_a_flight_is_abandoned_while_another_boards() -> None:
    """The collector may run at every allocation, so also where a lock of the cache is held."""
    flights = Flights()
    cache = ResponseCache()
    cache._flights = flights
    pulled = 0

    def words(question: str) -> Iterator[str]:
        nonlocal pulled
        for word in question.split():
            pulled += 1
            yield word

    asked = cache(words)
    cycle: list[object] = [asked("one two three")]
    assert next(cycle[0]) == "one"  # pyright: ignore[reportArgumentType]
    cycle.append(cycle)
    del cycle

    def collect_inside() -> None:
        with flights._lock:
            gc.collect()

    thread = threading.Thread(target=collect_inside, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "the lock was taken twice by one thread"
    assert list(asked("one two three")) == [
        "one",
        "two",
        "three",
    ]  # nobody waits for the one that was dropped
    assert pulled == 4
