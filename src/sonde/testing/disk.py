"""A disk that fails when told to, and that can forget what was not synced (a power cut)."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

FailurePlan = Callable[[int, str], int | None]
"""Given the number of the operation (from 1) and its name, the errno to fail with, or None."""


def fail_nth(number: int, error: int = errno.ENOSPC) -> FailurePlan:
    """Fail exactly the n-th operation."""
    return lambda count, _: error if count == number else None


class FaultyDisk:
    """Real files with injected failures. A failing append writes half of its bytes first."""

    def __init__(self, plan: FailurePlan = lambda _count, _name: None) -> None:
        self.plan = plan
        self.operations = 0
        self._paths: dict[int, Path] = {}
        self._synced: dict[Path, int] = {}

    def create(self, path: Path) -> int:
        self._step("create")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._paths[descriptor] = path
        self._synced[path] = 0
        return descriptor

    def append(self, descriptor: int, chunks: Sequence[bytes]) -> None:
        data = b"".join(chunks)
        try:
            self._step("append")
        except OSError:
            os.write(descriptor, data[: len(data) // 2])
            raise
        os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._step("sync")
        path = self._paths[descriptor]
        self._synced[path] = path.stat().st_size

    def truncate(self, descriptor: int, size: int) -> None:
        self._step("truncate")
        os.ftruncate(descriptor, size)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def cut_power(self) -> None:
        """Cut every file back to what was synced."""
        for path, size in self._synced.items():
            if path.exists():
                os.truncate(path, min(size, path.stat().st_size))

    def _step(self, name: str) -> None:
        self.operations += 1
        error = self.plan(self.operations, name)
        if error is not None:
            raise OSError(error, os.strerror(error))
