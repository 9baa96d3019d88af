"""Entries in this process: the fastest store, gone with the process."""

import heapq
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sonde.resilience.caching.entries import Entry, Hits
from sonde.resilience.caching.forks import watch


@dataclass(slots=True)
class _Kept:
    entry: Entry
    hits: int = 0
    saved_usd: float | None = None


@dataclass(slots=True)
class _State:
    """Everything that changes, so that a fork can start anew with a lock that nobody holds."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict[str, _Kept])
    frames: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]])
    bytes_held: int = 0


class MemoryStore:
    """Holds up to ``bytes_max`` bytes; the least recently used goes first. Safe between threads.

    A child process that was forked begins with an empty store.
    """

    blocking = False

    def __init__(self, *, bytes_max: int = 64 << 20) -> None:
        self._bytes_max = bytes_max
        self._state = _State()
        watch(self)

    @property
    def bytes_held(self) -> int:
        """What the entries take up, at most ``bytes_max``."""
        return self._state.bytes_held

    def __len__(self) -> int:
        return len(self._state.kept)

    def get(self, key: str, now_s: float) -> Entry | None:
        """The entry unless it expired."""
        state = self._state
        with state.lock:
            kept = state.kept.get(key)
            if kept is None:
                return None
            if kept.entry.expires_s <= now_s:
                self._drop(state, key)
                return None
            state.kept.move_to_end(key)
            return kept.entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry; what is larger than the whole store is not kept."""
        if entry.bytes_held > self._bytes_max:
            return
        state = self._state
        with state.lock:
            before = state.kept.get(key)
            kept = _Kept(entry) if before is None else _Kept(entry, before.hits, before.saved_usd)
            if before is not None:
                self._drop(state, key)
            state.kept[key] = kept
            state.bytes_held += entry.bytes_held
            if entry.frame:
                state.frames.setdefault(entry.frame, {})[key] = None
            while state.bytes_held > self._bytes_max:
                self._drop(state, next(iter(state.kept)))

    def hit(self, key: str, saved_usd: float | None) -> int:
        """Count a hit. Returns the hits of this key so far; 0 when the entry is gone."""
        state = self._state
        with state.lock:
            kept = state.kept.get(key)
            if kept is None:
                return 0
            kept.hits += 1
            if saved_usd is not None:
                kept.saved_usd = (kept.saved_usd or 0.0) + saved_usd
            return kept.hits

    def delete(self, key: str) -> None:
        """Forget one entry."""
        state = self._state
        with state.lock:
            if key in state.kept:
                self._drop(state, key)

    def clear(self) -> None:
        """Forget everything."""
        state = self._state
        with state.lock:
            state.kept.clear()
            state.frames.clear()
            state.bytes_held = 0

    def frame(self, frame: str, now_s: float, limit: int) -> Sequence[tuple[str, bytes]]:
        """(key, vector) of the live entries of a frame, newest first."""
        state = self._state
        with state.lock:
            found: list[tuple[str, bytes]] = []
            for key in reversed(state.frames.get(frame, {})):
                entry = state.kept[key].entry
                if entry.expires_s > now_s:
                    found.append((key, entry.vector))
                    if len(found) == limit:
                        break
            return found

    def top(self, limit: int) -> Sequence[Hits]:
        """The keys with most hits, most first; only keys with hits."""
        state = self._state
        with state.lock:
            counted = [Hits(key, kept.hits, kept.saved_usd) for key, kept in state.kept.items() if kept.hits]
        return heapq.nsmallest(limit, counted, key=lambda one: (-one.hits, one.key))

    def lease(self, key: str, owner: str, seconds: float) -> bool:
        """Always: within one process a cache keeps order itself."""
        return True

    def release(self, key: str, owner: str) -> None:
        """Nothing to give back."""

    def close(self) -> None:
        """Forget everything."""
        self.clear()

    def after_fork(self) -> None:
        """A child process begins with an empty store."""
        self._state = _State()

    def _drop(self, state: _State, key: str) -> None:
        entry = state.kept.pop(key).entry
        state.bytes_held -= entry.bytes_held
        if entry.frame:
            members = state.frames[entry.frame]
            del members[key]
            if not members:
                del state.frames[entry.frame]
