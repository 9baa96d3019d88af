"""A file of lines that is bounded, and safe for threads, forks and several processes."""

import logging
import os
from pathlib import Path
from threading import Lock

from sonde.sdk.safety import tell_once

SIZE_MAX = 64 << 20
"""Bytes; then the file becomes ``….1`` (replacing the one before) and a new one begins."""


class LineFile:
    """Each line is one write to the end of the file, so lines of several processes do not mix."""

    def __init__(self, path: str | Path, size_max: int = SIZE_MAX) -> None:
        self.path = Path(path).expanduser()
        self._size_max = size_max
        self._lock = Lock()
        self._descriptor: int | None = None

    def write(self, line: str) -> bool:
        """Append a line. False, told once, when it cannot be written."""
        data = (line + "\n").encode("utf-8", "replace")
        try:
            with self._lock:
                descriptor = self._open()
                os.write(descriptor, data)
                if os.fstat(descriptor).st_size > self._size_max:
                    self._turn_over()
        except OSError as error:
            tell_once(
                f"lines {self.path}",
                f"sonde: {self.path} cannot be written ({error.strerror or error}); "
                "its lines are lost until that is repaired.",
            )
            self.close()
            return False
        return True

    def close(self) -> None:
        """Let go of the file; the next line opens it again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            try:
                os.close(descriptor)
            except OSError:
                return  # already closed by the process's end

    def as_handler(self) -> logging.Handler:
        """The file as a handler of the standard library."""
        return _Handler(self)

    def _open(self) -> int:
        if self._descriptor is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
            self._descriptor = os.open(self.path, flags, 0o600)
        return self._descriptor

    def _turn_over(self) -> None:
        old = self.path.with_name(self.path.name + ".1")
        # Another process may have done it already: only the file that is open here is moved.
        try:
            same = self.path.stat().st_ino == os.fstat(self._open()).st_ino
        except FileNotFoundError:
            same = False
        if same:
            self.path.replace(old)
        self.close()


class _Handler(logging.Handler):
    def __init__(self, file: LineFile) -> None:
        super().__init__()
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._file.write(self.format(record))
        except Exception:  # noqa: BLE001 - as every handler of the standard library
            self.handleError(record)

    def close(self) -> None:
        self._file.close()
        super().close()
