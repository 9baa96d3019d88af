"""Entries in one SQLite file: they outlive the process and are shared by the processes of a machine."""

import os
import sqlite3
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sonde.resilience.caching.entries import Entry, Hits
from sonde.resilience.caching.forks import watch

_SCHEMA_VERSION = 1
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    created_s REAL NOT NULL,
    expires_s REAL NOT NULL,
    used_s REAL NOT NULL,
    cost_usd REAL,
    frame TEXT NOT NULL,
    vector BLOB NOT NULL,
    size INTEGER NOT NULL,
    hits INTEGER NOT NULL DEFAULT 0,
    saved_usd REAL
) STRICT;
CREATE INDEX IF NOT EXISTS entries_expires ON entries (expires_s);
CREATE INDEX IF NOT EXISTS entries_used ON entries (used_s, size);
CREATE INDEX IF NOT EXISTS entries_frame ON entries (frame, created_s) WHERE frame <> '';
CREATE INDEX IF NOT EXISTS entries_hits ON entries (hits) WHERE hits > 0;
CREATE TABLE IF NOT EXISTS held (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO held VALUES (1, 0);
CREATE TRIGGER IF NOT EXISTS held_in AFTER INSERT ON entries BEGIN
    UPDATE held SET bytes = bytes + NEW.size;
END;
CREATE TRIGGER IF NOT EXISTS held_out AFTER DELETE ON entries BEGIN
    UPDATE held SET bytes = bytes - OLD.size;
END;
CREATE TRIGGER IF NOT EXISTS held_changed AFTER UPDATE OF size ON entries BEGIN
    UPDATE held SET bytes = bytes + NEW.size - OLD.size;
END;
CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, owner TEXT NOT NULL, until_s REAL NOT NULL) STRICT;
PRAGMA user_version = {_SCHEMA_VERSION};
COMMIT;
"""
_PUT = """
INSERT INTO entries (key, body, created_s, expires_s, used_s, cost_usd, frame, vector, size)
VALUES (?1, ?2, ?3, ?4, ?3, ?5, ?6, ?7, ?8)
ON CONFLICT (key) DO UPDATE SET body = ?2, created_s = ?3, expires_s = ?4, used_s = ?3, cost_usd = ?5,
    frame = ?6, vector = ?7, size = ?8
"""
_EVICT = """
DELETE FROM entries WHERE key IN (
    SELECT key FROM (
        SELECT key, sum(size) OVER (ORDER BY used_s, key ROWS UNBOUNDED PRECEDING) - size AS freed_before
        FROM (SELECT key, used_s, size FROM entries ORDER BY used_s, key LIMIT 1000)
    ) WHERE freed_before < ?
)
"""
_IDLE_MAX = 4
_USED_STEP_S = 60.0
"""How exact "recently used" is: a write for every read would make reads as dear as writes."""

_FORGOTTEN: list[sqlite3.Connection] = []
"""Connections of the parent process, kept so that the child does not close them."""


class SqliteStore:
    """Holds up to ``bytes_max`` bytes of entries in a file that only its owner may read.

    Safe between threads; several processes may use one file on a local disk. A file of another version of
    Sonde, or a damaged one, is not touched: its use raises ``sqlite3.DatabaseError``.
    """

    blocking = True

    def __init__(self, path: str | Path, *, bytes_max: int = 1 << 30, busy_s: float = 2.0) -> None:
        """Nothing is opened before the first use.

        Args:
            path: The file; its folder must exist.
            bytes_max: Bound of the entries' bytes. The file itself may be some percent larger.
            busy_s: How long to wait for another process that is writing.
        """
        self.path = Path(path)
        self._bytes_max = bytes_max
        self._busy_s = busy_s
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        watch(self)

    def get(self, key: str, now_s: float) -> Entry | None:
        """The entry unless it expired."""
        with self._connected() as connection:
            row = connection.execute(
                "SELECT body, created_s, expires_s, cost_usd, frame, vector, used_s FROM entries"
                " WHERE key = ? AND expires_s > ?",
                (key, now_s),
            ).fetchone()
            if row is None:
                return None
            if now_s - row[6] >= _USED_STEP_S:
                connection.execute("UPDATE entries SET used_s = ? WHERE key = ?", (now_s, key))
        return Entry(*row[:6])

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry; what is larger than the whole store is not kept."""
        size = entry.bytes_held
        if size > self._bytes_max:
            return
        values = (
            key, entry.body, entry.created_s, entry.expires_s, entry.cost_usd, entry.frame, entry.vector,
            size,
        )  # fmt: skip
        with self._writing() as connection:
            connection.execute("DELETE FROM entries WHERE expires_s <= ?", (entry.created_s,))
            connection.execute(_PUT, values)
            while (over := self._held(connection) - self._bytes_max) > 0:
                connection.execute(_EVICT, (over,))

    def hit(self, key: str, saved_usd: float | None) -> int:
        """Count a hit. Returns the hits of this key so far; 0 when the entry is gone."""
        with self._connected() as connection:
            rows = connection.execute(
                "UPDATE entries SET hits = hits + 1, saved_usd ="
                " CASE WHEN ?1 IS NULL THEN saved_usd ELSE coalesce(saved_usd, 0) + ?1 END"
                " WHERE key = ?2 RETURNING hits",
                (saved_usd, key),
            ).fetchall()
        return rows[0][0] if rows else 0

    def delete(self, key: str) -> None:
        """Forget one entry."""
        with self._connected() as connection:
            connection.execute("DELETE FROM entries WHERE key = ?", (key,))

    def clear(self) -> None:
        """Forget everything and give the disk space back."""
        with self._connected() as connection:
            connection.execute("DELETE FROM entries")
            connection.execute("VACUUM")

    def frame(self, frame: str, now_s: float, limit: int) -> Sequence[tuple[str, bytes]]:
        """(key, vector) of the live entries of a frame, newest first."""
        with self._connected() as connection:
            return connection.execute(
                "SELECT key, vector FROM entries WHERE frame = ? AND frame <> '' AND expires_s > ?"
                " ORDER BY created_s DESC LIMIT ?",
                (frame, now_s, limit),
            ).fetchall()

    def top(self, limit: int) -> Sequence[Hits]:
        """The keys with most hits, most first; only keys with hits."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT key, hits, saved_usd FROM entries WHERE hits > 0 ORDER BY hits DESC, key LIMIT ?",
                (limit,),
            ).fetchall()
        return [Hits(*row) for row in rows]

    def lease(self, key: str, owner: str, seconds: float) -> bool:
        """Whether ``owner`` may fetch the answer now, by this machine's clock."""
        with self._connected() as connection:
            now_s = time.time()
            rows = connection.execute(
                "INSERT INTO leases VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE"
                " SET owner = ?2, until_s = ?3 WHERE until_s <= ?4 RETURNING owner",
                (key, owner, now_s + seconds, now_s),
            ).fetchall()
        return bool(rows)

    def release(self, key: str, owner: str) -> None:
        """Give a lease back; nothing when it is another's by now."""
        with self._connected() as connection:
            connection.execute("DELETE FROM leases WHERE key = ? AND owner = ?", (key, owner))

    def close(self) -> None:
        """Close the connections that are not in use. The next use opens the file again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def bytes_held(self) -> int:
        """What the entries take up, at most ``bytes_max``."""
        with self._connected() as connection:
            return self._held(connection)

    def _held(self, connection: sqlite3.Connection) -> int:
        return connection.execute("SELECT bytes FROM held").fetchone()[0]

    def after_fork(self) -> None:
        """A child process opens connections of its own."""
        _FORGOTTEN.extend(self._idle)
        self._lock = threading.Lock()
        self._idle = []

    @contextmanager
    def _connected(self) -> Generator[sqlite3.Connection]:
        """A connection for one use: one that rests, or a new one. One that failed is not used again."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._open()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if len(self._idle) < _IDLE_MAX:
                self._idle.append(connection)
                return
        connection.close()

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection  # a failure closes the connection, which rolls back
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        # Answers are content: the file is made for its owner alone before SQLite opens it.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection: Any = sqlite3.connect(
            self.path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
        )
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _SCHEMA_VERSION):
                raise sqlite3.DatabaseError(f"{self.path} was written by another version of Sonde")
            self._write_ahead(connection)
            # A cache may forget its last answers in a power cut; it must not be damaged by one, and is not.
            connection.execute("PRAGMA synchronous = NORMAL")
            if version == 0:
                connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        """Switch the file to WAL. SQLite does not wait for another connection that does so at the same moment
        (its busy time-out is for transactions), so this does.
        """
        until_s = time.monotonic() + self._busy_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until_s:
                    raise
            time.sleep(0.005)
