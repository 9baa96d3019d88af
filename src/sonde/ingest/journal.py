"""Durability before the answer: accepted rows are appended here and synced, then written to the engine.

Why not the engine alone: a durable insert of fifty rows costs it ten milliseconds and nearly as much
processor time as one of five thousand; an append and ``fdatasync`` of the same bytes costs 0.3 ms. So a
request is answered after the journal's sync, and the engine gets large batches. The engine's inserts leave
out keys they have, which makes replaying the journal after a crash harmless.

A segment is a file: eight bytes of magic, then records of ``length (4) | crc32 (4) | payload``, little
endian. A segment is removed once all its records are in the engine. A torn last record was never
acknowledged and is dropped. Damage before the end costs the record it hit: the file is kept aside, the
records around it are replayed.
"""

import errno
import logging
import os
import shutil
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sonde.ingest.disk import Disk, OsDisk
from sonde.model.errors import SondeError, StorageFull, StorageReadOnly, Unavailable

log = logging.getLogger(__name__)

MAGIC = b"SONDEJ01"
HEADER = struct.Struct("<II")
SEGMENT_BYTES = 16 << 20
"""Under steady load a segment is never idle: about this much is replayed that is in the engine already."""
REUSE_BYTES = 8 << 20
"""A fully written segment larger than this is replaced by a new one, so that a replay stays short."""


@dataclass(slots=True)
class Segment:
    """One file and how many of its records are not yet in the engine."""

    path: Path
    open_records: int = 0
    sealed: bool = False


@dataclass(slots=True)
class Waiting:
    """A payload on its way to the disk."""

    payload: bytes
    settle: Callable[[Segment | SondeError], None]


@dataclass(slots=True)
class Replay:
    """What was found at start."""

    records: int = 0
    torn_tails: int = 0
    damaged: list[Path] = field(default_factory=list[Path])


class Journal:
    """Append-only log with group commit. Thread-safe; one thread of its own does the disk work."""

    def __init__(self, folder: Path, *, disk: Disk | None = None, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self._disk = disk or OsDisk()
        self._segment_bytes = segment_bytes
        self._waiting: deque[Waiting] = deque()
        self._rolls: list[threading.Event] = []
        self._wake = threading.Condition()
        self._closing = False
        self._segments: list[Segment] = []
        self._lock = threading.Lock()  # guards open_records and _segments
        self._left_over: list[Path] = []
        """Files that are no longer needed and could not be removed yet."""
        self._active: Segment | None = None
        self._descriptor = -1
        self._size = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._old = sorted(folder.glob("*.journal"))
        self._next_number = 1 + max((int(path.stem) for path in self._old), default=0)
        self.replayed = Replay()
        self.syncs = 0
        self._thread = threading.Thread(target=self._run, name="sonde-journal", daemon=True)
        self._thread.start()

    def append(self, payload: bytes, settle: Callable[[Segment | SondeError], None]) -> None:
        """Queue one record, at least one byte.

        ``settle`` is called from the journal's thread: with the segment once the record is durable, or with
        the error that kept it from being so.
        """
        with self._wake:
            if self._closing:
                raise Unavailable("The server is stopping.")
            self._waiting.append(Waiting(payload, settle))
            self._wake.notify()

    def done(self, segment: Segment) -> None:
        """One record of this segment is in the engine."""
        with self._lock:
            segment.open_records -= 1
            assert segment.open_records >= 0
            removable = segment.sealed and segment.open_records == 0
            if removable:
                self._segments.remove(segment)
        if removable:
            self._remove(segment.path)

    def roll(self) -> None:
        """Let no later record share a file with an earlier one.

        After this, a file whose records are all in the engine goes away: what a deletion removes from the
        engine then cannot come back from the journal. Returns when it is done.
        """
        with self._wake:
            if self._closing:
                return
            rolled = threading.Event()
            self._rolls.append(rolled)
            self._wake.notify()
        rolled.wait()

    def replay(self) -> Iterator[tuple[Segment, bytes]]:
        """The records left by an earlier process, oldest first. Each must be reported with `done`."""
        for path in self._old:
            segment = Segment(path, sealed=True)
            payloads, damaged = _read_segment(path, last=path == self._old[-1])
            if damaged == "torn":
                self.replayed.torn_tails += 1
            elif damaged:
                aside = path.with_suffix(f".damaged-{int(time.time())}")
                log.error(
                    "journal segment %s is damaged (%s); kept aside as %s", path.name, damaged, aside.name
                )
                if not _keep_copy(path, aside):
                    aside = path
                self.replayed.damaged.append(aside)
            self.replayed.records += len(payloads)
            if not payloads:
                if path not in self.replayed.damaged:
                    self._remove(path)
                continue
            segment.open_records = len(payloads)
            with self._lock:
                self._segments.append(segment)
            for payload in payloads:
                yield segment, payload
        self._old = []

    def close(self) -> None:
        """Finish what is queued and stop the thread. Segments that are in the engine are gone by then."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        with self._lock:
            active, self._active = self._active, None
            removable = active is not None and active.open_records == 0
        if active is not None:
            self._give_back(self._descriptor)
            if removable:
                self._remove(active.path)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._rolls and not self._closing:
                    self._wake.wait()
                group = list(self._waiting)
                self._waiting.clear()
                rolls, self._rolls = self._rolls, []
                if not group and not rolls:
                    return
            if group:
                outcome = self._outcome_of([entry.payload for entry in group])
                for entry in group:
                    try:
                        entry.settle(outcome)
                    except Exception:  # the asker's event loop has ended: the record is durable all the same
                        log.debug("an answer found nobody", exc_info=True)
            if rolls and self._active is not None:
                self._seal(self._active)
            for rolled in rolls:
                rolled.set()

    def _outcome_of(self, payloads: list[bytes]) -> Segment | SondeError:
        """Commit; this thread must outlive whatever happens, or every later request would wait for ever."""
        try:
            return self._commit(payloads)
        except OSError as error:
            return as_storage_error(error)
        except Exception as error:
            log.exception("writing to the journal failed")
            return Unavailable(f"Writing to the journal failed ({type(error).__name__}): nothing was stored.")

    def _commit(self, payloads: list[bytes]) -> Segment | SondeError:
        """Append and sync a group. On failure nothing of it counts, and the file is cut back."""
        segment = self._segment_for(sum(map(len, payloads)))
        chunks: list[bytes] = []
        for payload in payloads:
            chunks.append(HEADER.pack(len(payload), zlib.crc32(payload)))
            chunks.append(payload)
        with self._lock:
            segment.open_records += len(payloads)
        try:
            self._disk.append(self._descriptor, chunks)
            self._disk.sync(self._descriptor)
        except OSError as error:
            with self._lock:
                segment.open_records -= len(payloads)
            self._abandon(segment)
            return as_storage_error(error)
        self.syncs += 1
        self._size += sum(map(len, chunks))
        return segment

    def _segment_for(self, incoming: int) -> Segment:
        """The active segment, or a new one when it is full or wholly written to the engine and large."""
        active = self._active
        if active is not None:
            with self._lock:
                idle = active.open_records == 0
            if self._size + incoming <= self._segment_bytes and not (idle and self._size > REUSE_BYTES):
                return active
            self._seal(active)
        path = self.folder / f"{self._next_number:08d}.journal"
        self._next_number += 1
        descriptor = self._disk.create(path)
        try:
            self._disk.append(descriptor, [MAGIC])
        except OSError:
            self._give_back(descriptor)
            self._remove(path)
            raise
        self._descriptor = descriptor
        self._size = len(MAGIC)
        self._active = Segment(path)
        with self._lock:
            self._segments.append(self._active)
        return self._active

    def _seal(self, segment: Segment) -> None:
        """No more records go to this segment; it is removed now or by the last `done`."""
        self._active = None
        self._give_back(self._descriptor)
        with self._lock:
            segment.sealed = True
            removable = segment.open_records == 0
            if removable:
                self._segments.remove(segment)
        if removable:
            self._remove(segment.path)

    def _abandon(self, segment: Segment) -> None:
        """Cut the file back to its last good record after a failed write, and stop using it.

        A failed fsync must not be retried on a descriptor: the kernel may have dropped the dirty pages.
        """
        try:
            self._disk.truncate(self._descriptor, self._size)
        except OSError:
            log.warning("could not cut %s back; its unacknowledged tail may be replayed", segment.path.name)
        self._seal(segment)

    def _give_back(self, descriptor: int) -> None:
        try:
            self._disk.close(descriptor)
        except OSError as error:  # what was acknowledged was synced before
            log.warning("closing a journal segment failed: %s", error)

    def _remove(self, path: Path) -> None:
        """Remove a file that is no longer needed, now or with a later one; replaying it would be harmless."""
        with self._lock:
            paths, self._left_over = [*self._left_over, path], []
        for old in paths:
            try:
                self._disk.remove(old)
            except OSError as error:
                log.warning("journal segment %s cannot be removed yet: %s", old.name, error)
                with self._lock:
                    self._left_over.append(old)


def as_storage_error(error: OSError) -> SondeError:
    """The answer a client gets for a failed write: always one that asks it to try again."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("The disk is full: nothing was stored. Try again when there is room.")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StorageReadOnly("The data folder cannot be written: nothing was stored.")
    return Unavailable(f"Writing to the data folder failed ({error.strerror}): nothing was stored.")


def _keep_copy(path: Path, aside: Path) -> bool:
    """A second name for a damaged file; where there are no such names, a copy. False when neither works."""
    try:
        os.link(path, aside)
        return True
    except OSError:
        pass
    try:
        shutil.copyfile(path, aside)
        return True
    except OSError as error:
        log.warning("no copy of %s could be kept: %s", path.name, error)
        return False


def _read_segment(path: Path, *, last: bool) -> tuple[list[bytes], str]:
    """All whole records of a file, and "" | "torn" | what is wrong."""
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        return [], ("torn" if MAGIC.startswith(data) else "no journal header")
    payloads: list[bytes] = []
    position = len(MAGIC)
    wrong = ""
    while position < len(data):
        if position + HEADER.size > len(data):
            return payloads, wrong or "torn"
        length, crc = HEADER.unpack_from(data, position)
        start = position + HEADER.size
        if length == 0:  # never written: a page that was given to the file and not filled before a power cut
            empty = not any(memoryview(data)[position:])
            return payloads, wrong or ("torn" if last and empty else f"no record at byte {position}")
        if start + length > len(data):
            return payloads, wrong or ("torn" if last else "cut short")
        payload = data[start : start + length]
        if zlib.crc32(payload) == crc:
            payloads.append(payload)
        elif start + length == len(data) and last:
            return payloads, wrong or "torn"
        else:  # a flipped bit in a payload leaves the lengths whole: go on behind it
            wrong = wrong or f"bad checksum at byte {position}"
        position = start + length
    return payloads, wrong
