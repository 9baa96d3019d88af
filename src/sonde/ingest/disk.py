"""The few file operations the journal needs, behind a Protocol so that tests can make the n-th one fail."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """Append-only files in one folder."""

    def create(self, path: Path) -> int:
        """Open a new file for appending and make its name durable. Returns a descriptor."""
        ...

    def append(self, descriptor: int, chunks: Sequence[bytes]) -> None:
        """Write all chunks, or raise OSError."""
        ...

    def sync(self, descriptor: int) -> None:
        """Make what was appended durable."""
        ...

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to ``size`` bytes."""
        ...

    def close(self, descriptor: int) -> None:
        """Give the descriptor back."""
        ...

    def remove(self, path: Path) -> None:
        """Delete a file; gone already is fine."""
        ...


class OsDisk:
    """The operating system's own."""

    def create(self, path: Path) -> int:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def append(self, descriptor: int, chunks: Sequence[bytes]) -> None:
        for chunk in chunks:
            view = memoryview(chunk)
            while view:
                view = view[os.write(descriptor, view) :]

    def sync(self, descriptor: int) -> None:
        if hasattr(os, "fdatasync"):
            os.fdatasync(descriptor)
        else:  # macOS
            os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
