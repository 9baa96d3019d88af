"""The data folder: who owns it, whether it can be written, which release wrote it.

Everything is checked before anything is changed, so a folder that is refused is left as it was.
"""

import errno
import fcntl
import json
import os
from pathlib import Path
from typing import Any

from sonde.model.errors import StartError

FORMAT = 1
"""Raised when an older release could no longer read the folder."""
FORMAT_FILE = "format.json"
LOCK_FILE = "lock"
PROBE_FILE = ".write-check"


class DataFolder:
    """The exclusive right to one data folder, held until `release`."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    @classmethod
    def take(cls, path: Path) -> "DataFolder":
        """Create the folder if needed and lock it. Raises `StartError` saying what to do."""
        path = path.absolute()
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except FileExistsError as error:
            raise StartError(f"The data folder {path} is a file.", hint="Name a folder.") from error
        except OSError as error:
            raise _refused(path, error) from error
        found = read_format(path)
        if found is not None and found > FORMAT:
            raise StartError(
                f"The data folder {path} was written by a newer Sonde (format {found}, this release "
                f"reads {FORMAT}). "
                "Nothing in it was changed.",
                hint="Start the newer release again, or restore a backup made before the upgrade.",
            )
        try:
            lock = os.open(path / LOCK_FILE, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _refused(path, error) from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
                raise StartError(
                    f"The data folder {path} is in use by another Sonde (process {holder}).",
                    hint="Stop that one, or give this one another --data-dir.",
                ) from error
            try:
                _check_write(path)
                (path / LOCK_FILE).write_text(f"{os.getpid()}\n", encoding="ascii")
                if found is None:
                    write_durably(path / FORMAT_FILE, json.dumps({"format": FORMAT}) + "\n")
            except OSError as error:
                raise _refused(path, error) from error
        except BaseException:
            os.close(lock)
            raise
        return cls(path, lock)

    def release(self) -> None:
        """Give the folder up. May be called twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def read_format(path: Path) -> int | None:
    """The folder's format number; None when it has none yet. Raises `StartError` when it cannot be read."""
    try:
        text = (path / FORMAT_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(path, error) from error
    try:
        content: Any = json.loads(text)
        return int(content["format"])
    except (ValueError, KeyError, TypeError) as error:
        if not text.strip():  # a crash while the folder was made
            return None
        raise StartError(
            f"{path / FORMAT_FILE} is damaged, so it is unknown which release wrote this folder.",
            hint=f'If it was this one, write {{"format": {FORMAT}}} into that file.',
        ) from error


def write_durably(path: Path, text: str) -> None:
    """Replace a file's content: after a crash it has the old or the new content, never half of it."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make renames and new files in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_write(path: Path) -> None:
    probe = path / PROBE_FILE
    with probe.open("wb") as file:
        file.write(b"\0" * 4096)
        file.flush()
        os.fsync(file.fileno())
    probe.unlink()


def _refused(path: Path, error: OSError) -> StartError:
    if error.errno == errno.ENOSPC:
        return StartError(f"The disk of the data folder {path} is full.", hint="Make room and start again.")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StartError(
            f"The data folder {path} cannot be written ({error.strerror}).",
            hint="Give this user the right to write there, or name another --data-dir.",
        )
    return StartError(f"The data folder {path} cannot be used: {error.strerror}.")
