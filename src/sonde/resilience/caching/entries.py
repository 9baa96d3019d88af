"""What a cache keeps, and what a store must be able to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored answer. Times are seconds since 1970 by the clock of the cache that wrote it."""

    body: bytes
    created_s: float
    expires_s: float
    cost_usd: float | None = None
    """What the answer cost when it was bought; None when that is not known."""
    frame: str = ""
    """Semantic caches: the key of everything but the question. Empty in exact caches."""
    vector: bytes = b""
    """Semantic caches: the question's embedding, 32-bit floats of this machine's byte order."""

    @property
    def bytes_held(self) -> int:
        """What the entry counts against a store's bound, with about what a store adds to it."""
        return len(self.body) + len(self.vector) + 256


@dataclass(frozen=True, slots=True)
class Hits:
    """How often one key answered, and what that saved (None: no cost was known)."""

    key: str
    hits: int
    saved_usd: float | None


class Store(Protocol):
    """Where entries are kept. Called from any thread; may raise anything: a cache then does without it.

    Keys are 64 hexadecimal digits. A store drops what expired, and the least recently used when it is full.
    """

    blocking: bool
    """Whether calls may take long enough (disk, network) to be kept off an event loop."""

    def get(self, key: str, now_s: float) -> Entry | None:
        """The entry unless it expired."""
        ...

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry; one of the same key is replaced and its hits are kept."""
        ...

    def hit(self, key: str, saved_usd: float | None) -> int:
        """Count a hit. Returns the hits of this key so far; 0 when the entry is gone."""
        ...

    def delete(self, key: str) -> None:
        """Forget one entry."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def frame(self, frame: str, now_s: float, limit: int) -> Sequence[tuple[str, bytes]]:
        """(key, vector) of the live entries of a frame, newest first."""
        ...

    def top(self, limit: int) -> Sequence[Hits]:
        """The keys with most hits, most first; only keys with hits."""
        ...

    def lease(self, key: str, owner: str, seconds: float) -> bool:
        """Whether ``owner`` may fetch the answer for ``key`` now: one at a time, for so long at most."""
        ...

    def release(self, key: str, owner: str) -> None:
        """Give a lease back; nothing when it is another's by now."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
