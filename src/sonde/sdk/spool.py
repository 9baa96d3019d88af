"""Batches on disk while the server is down: one file each, bounded, shared by the processes of a user.

A file is complete when it has its name (written beside it, then renamed). Only one process at a time replays
a folder; it also replays what processes left that are gone. There is no fsync: a spool survives the death of
processes, not of the machine.
"""

import fcntl
import hashlib
import itertools
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sonde.sdk.export.batch import SIGNALS, Packed, Signal

AGE_MAX_S = 7 * 86_400
_ENDING = ".otlp.gz"
_PARTIAL = ".partial"
LOCK = "replay.lock"
OTHERS_MAX = 100


class SpoolFull(Exception):
    """The bound is reached."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A batch on disk. Its order is that of its writing."""

    time_ns: int
    name: str
    path: Path
    signal: Signal
    records: int
    size: int


class Spool:
    """The folder of one target: address and key. Two keys never share one, so nothing changes its project."""

    def __init__(self, root: Path, target: str, bytes_max: int) -> None:
        """Nothing is made on disk before the first `put`."""
        self.folder = root / hashlib.blake2b(target.encode(), digest_size=10).hexdigest()
        self.root = root
        self._bytes_max = bytes_max
        self._sequence = itertools.count()

    @classmethod
    def of(cls, folder: Path) -> "Spool":
        """The spool in a folder that is there, whatever its target; for looking and removing."""
        found = cls(folder.parent, "", 0)
        found.folder = folder
        return found

    def put(self, packed: Packed) -> None:
        """Keep a batch. Raises `SpoolFull`, and OSError when the disk does not take it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        used = sum(entry.size for entry in self.entries())
        if used + len(packed.body) > self._bytes_max:
            # No figure that changes is in it: it is said once.
            raise SpoolFull(f"the spool is full ({self._bytes_max} bytes)")
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._sequence)}-{packed.records}"
        counted = "c" if packed.counted else "u"
        path = self.folder / f"{name}.{packed.signal}.{counted}{_ENDING}"
        partial = path.with_name(path.name + _PARTIAL)
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123 — the mode has to be right from the start
                file.write(packed.body)
            partial.rename(path)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            raise

    def entries(self) -> list[Entry]:
        """What waits, oldest first."""
        try:
            found = [_entry(item) for item in os.scandir(self.folder) if item.name.endswith(_ENDING)]
        except OSError:
            return []
        return sorted(entry for entry in found if entry is not None)

    def read(self, entry: Entry) -> Packed | None:
        """The batch of an entry; None when another process has taken it."""
        try:
            body = entry.path.read_bytes()
        except OSError:
            return None
        return Packed(entry.signal, entry.records, body, counted=".c" + _ENDING in entry.name)

    def remove(self, entry: Entry) -> None:
        """It has arrived, or never will."""
        with suppress(OSError):
            entry.path.unlink()

    @contextmanager
    def turn(self) -> Generator[bool]:
        """Whether it is this process's turn to replay; the lock goes with the process, however it ends."""
        try:
            descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            yield False
            return
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True
        finally:
            os.close(descriptor)

    def expired(self) -> list[Entry]:
        """What has waited longer than a week; also removes half-written files of processes that are gone."""
        limit_ns = time.time_ns() - AGE_MAX_S * 1_000_000_000
        with suppress(OSError):
            for item in os.scandir(self.folder):
                if item.name.endswith(_PARTIAL) and item.stat().st_mtime_ns < limit_ns:
                    Path(item.path).unlink()
        return [entry for entry in self.entries() if entry.time_ns < limit_ns]


def clean_others(spool: "Spool") -> int:
    """Remove what other addresses or keys of this root left behind a week ago and nobody has asked for since.

    Returns the records in it. What is younger stays: its address may be used again. At most `OTHERS_MAX`
    folders are looked at, so that a start stays quick.
    """
    limit_ns = time.time_ns() - AGE_MAX_S * 1_000_000_000
    removed = 0
    try:
        folders = [Path(item.path) for item in os.scandir(spool.root) if item.is_dir(follow_symlinks=False)]
    except OSError:
        return 0
    for folder in [folder for folder in sorted(folders) if folder != spool.folder][:OTHERS_MAX]:
        other = Spool.of(folder)
        with other.turn() as ours:
            if not ours:
                continue  # a process replays it
            for entry in other.expired():
                other.remove(entry)
                removed += entry.records
            names = [item.name for item in os.scandir(folder)]
            if names == [LOCK] and folder.stat().st_mtime_ns < limit_ns:
                with suppress(OSError):
                    (folder / LOCK).unlink()
                    folder.rmdir()
    return removed


def default_root() -> Path:
    """``$XDG_CACHE_HOME/sonde/spool``; in the temporary folder where there is no home."""
    cache = os.environ.get("XDG_CACHE_HOME", "").strip()
    with suppress(RuntimeError):
        return (Path(cache) if cache else Path.home() / ".cache") / "sonde" / "spool"
    return Path(tempfile.gettempdir()) / f"sonde-spool-{os.getuid()}"


def _entry(item: "os.DirEntry[str]") -> Entry | None:
    try:
        stem, signal, _ = item.name.removesuffix(_ENDING).split(".")
        time_ns, _, _, records = stem.split("-")
        if signal not in SIGNALS:
            return None
        size = item.stat().st_size
        return Entry(int(time_ns), item.name, Path(item.path), signal, int(records), size)
    except (OSError, ValueError):
        return None
