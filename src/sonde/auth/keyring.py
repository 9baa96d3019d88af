"""The keys in force, held in memory and read anew every two seconds.

A lookup touches no database, so strangers cost nothing, and a key that was revoked by another process is
dead within the refresh time, well inside the five seconds that are promised.
"""

import threading
import time
from collections.abc import Callable

from sonde.auth.grant import Grant, Kind, Scope
from sonde.auth.keys import KeyRow, KeyTable, digest_of, make_key, same_digest
from sonde.model.errors import NotFound, SondeError, Unavailable

REFRESH_S = 2.0
STALE_S = 5.0
"""When the catalog cannot be read this long, no key is believed any more."""
TOUCH_S = 60.0


class Keyring:
    """Keys by digest. Thread-safe."""

    def __init__(
        self,
        table: KeyTable,
        *,
        now_ns: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._now_ns = now_ns
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._by_digest: dict[str, KeyRow] = {}
        self._by_id: dict[str, KeyRow] = {}
        self._private: dict[str, KeyRow] = {}
        self._read_at = float("-inf")
        self._used_ns: dict[str, int] = {}
        self._touched_at = monotonic()

    def find(self, text: str) -> KeyRow | None:
        """The key with this text, when it is in force."""
        digest = digest_of(text)
        self._refresh()
        row = self._by_digest.get(digest) or self._private.get(digest)
        if row is None or not same_digest(row.digest, digest) or not self._in_force(row):
            return None
        self._used_ns[row.key_id] = self._now_ns()
        return row

    def by_id(self, key_id: str) -> KeyRow | None:
        """The key with this id, when it is in force."""
        self._refresh()
        row = self._by_id.get(key_id)
        return row if row is not None and self._in_force(row) else None

    def has_keys(self) -> bool:
        """Whether any stored key is in force."""
        self._refresh()
        return any(self._in_force(row) for row in self._by_id.values())

    def keys_of(self, project: str | None) -> list[KeyRow]:
        """Stored keys, oldest first; of one project, or all."""
        self.reload()
        rows = [row for row in self._by_id.values() if project is None or row.project == project]
        return sorted(rows, key=lambda row: (row.created_ns, row.key_id))

    def create(
        self,
        *,
        name: str,
        project: str | None,
        scopes: list[Scope] | list[str],
        expires_ns: int | None = None,
        text: str | None = None,
    ) -> tuple[str, KeyRow]:
        """Store a new key; returns its text, to be shown once, and its row."""
        key, row = make_key(
            name=name, project=project, scopes=scopes, now_ns=self._now_ns(), expires_ns=expires_ns, text=text
        )
        self._table.add_key(row)
        self.reload()
        return key, row

    def revoke(self, key_id: str) -> None:
        """End a key here and now; other processes follow at their next refresh. Raises `NotFound`."""
        if not self._table.revoke_key(key_id):
            raise NotFound(f"There is no key '{key_id}'.")
        self.reload()

    def private_key(self, project: str | None, scopes: list[Scope]) -> str:
        """A key of this process only, never stored: for Sonde's own senders."""
        text, row = make_key(name="internal", project=project, scopes=scopes, now_ns=self._now_ns())
        self._private[row.digest] = row
        return text

    def reload(self) -> None:
        """Read the keys now. Raises what the catalog raises."""
        with self._lock:
            self._load()

    def _in_force(self, row: KeyRow) -> bool:
        return row.expires_ns is None or row.expires_ns > self._now_ns()

    def _refresh(self) -> None:
        if self._monotonic() - self._read_at < REFRESH_S:
            return
        # Whoever comes while another thread reads goes on with what is there, unless nothing has been read
        # yet.
        first = self._read_at == float("-inf")
        if not self._lock.acquire(blocking=first):
            return
        try:
            if self._monotonic() - self._read_at >= REFRESH_S:
                self._load()
        except SondeError:
            if self._monotonic() - self._read_at > STALE_S:
                raise Unavailable("Keys cannot be checked: the catalog does not answer.") from None
        finally:
            self._lock.release()

    def _load(self) -> None:
        rows = self._table.all_keys()
        self._by_digest = {row.digest: row for row in rows}
        self._by_id = {row.key_id: row for row in rows}
        self._read_at = self._monotonic()
        if self._used_ns and self._read_at - self._touched_at >= TOUCH_S:
            used = {key_id: at for key_id, at in dict(self._used_ns).items() if key_id in self._by_id}
            self._used_ns.clear()
            self._touched_at = self._read_at
            self._table.touch_keys(used)


def grant_of(row: KeyRow, kind: Kind = "key") -> Grant:
    """What the holder of a key may do."""
    return Grant(kind=kind, project=row.project, scopes=row.scopes, key_id=row.key_id)
