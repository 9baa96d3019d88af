"""A volume of some MiB that a test can fill, empty and turn read-only. Needs root."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

MEBIBYTE = 1 << 20


class Volume:
    """A mounted tmpfs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def leave(self, mebibytes: int) -> None:
        """Fill the volume until only this much is free."""
        with self._ballast.open("ab") as file:
            while (excess := self.free() - mebibytes * MEBIBYTE) > 0:
                file.write(bytes(min(excess, MEBIBYTE)))
                file.flush()

    def make_room(self) -> None:
        """Remove what `leave` put there."""
        self._ballast.unlink()

    def free(self) -> int:
        """Free bytes."""
        status = os.statvfs(self.path)
        return status.f_bavail * status.f_frsize

    def read_only(self) -> None:
        """Nothing can be written any more. Nothing may be open for writing."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.path)], check=True)

    def writable(self) -> None:
        """As before."""
        subprocess.run(["mount", "-o", "remount,rw", str(self.path)], check=True)


@contextmanager
def small_volume(folder: Path, mebibytes: int) -> Generator[Volume]:
    """Mount one in a folder; skips the test where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small volume needs root")
    mount = folder / "volume"
    mount.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(mount)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")
    try:
        yield Volume(mount)
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)
