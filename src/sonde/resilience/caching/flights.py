"""One call at a time for one key: who comes while it is under way waits for its answer."""

import asyncio
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from sonde.resilience.caching.entries import Entry
from sonde.resilience.caching.forks import watch


class Abandoned(Exception):
    """Who was fetching the answer gave up, without an error either: cancelled, or a stream left unread."""


def _running() -> "Future[Entry | None]":
    future: Future[Entry | None] = Future()
    future.set_running_or_notify_cancel()  # from here on nobody who waits can cancel it for the others
    return future


@dataclass(frozen=True, slots=True)
class Flight:
    """One fetch under way. Its future gives the entry, or None when the answer cannot be stored."""

    key: str
    thread: int
    task: int | None
    future: "Future[Entry | None]" = field(default_factory=_running)

    def is_mine(self, *, is_async: bool) -> bool:
        """Whether waiting for it here would be waiting for oneself."""
        if is_async:
            return self.task is not None and self.task == _task()
        return self.thread == threading.get_ident()


class Flights:
    """The fetches of one cache that are under way in this process. Safe between threads, tasks and forks."""

    def __init__(self) -> None:
        self.after_fork()
        watch(self)

    def board(self, key: str) -> tuple[Flight, bool]:
        """The flight of a key, and whether the caller is the one to fetch the answer and must land it."""
        with self._lock:
            flight = self._under_way.get(key)
            if flight is not None:
                return flight, False
            flight = Flight(key, threading.get_ident(), _task())
            self._under_way[key] = flight
            return flight, True

    def land(self, flight: Flight, entry: Entry | None, error: Exception | None = None) -> None:
        """Tell those who wait: the entry (None: it was not stored), or the call's error. Counts once."""
        if self._leave(flight):
            if error is None:
                flight.future.set_result(entry)
            else:
                flight.future.set_exception(error)

    def abandon(self, flight: Flight) -> None:
        """Nothing will come: one of those who wait may try. Nothing after `land`."""
        if self._leave(flight):
            flight.future.set_exception(Abandoned())

    def _leave(self, flight: Flight) -> bool:
        with self._lock:
            if self._under_way.get(flight.key) is not flight:
                return False
            del self._under_way[flight.key]
            return True

    def after_fork(self) -> None:
        """In a child process nobody is under way."""
        # Re-entrant: a stream thrown away in a reference cycle is told about wherever the collector runs.
        self._lock = threading.RLock()
        self._under_way: dict[str, Flight] = {}


def _task() -> int | None:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return None
    return None if task is None else id(task)
