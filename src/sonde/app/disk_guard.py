"""How much of the data disk is free, asked at most once a second."""

import shutil
import time
from pathlib import Path

GIBIBYTE = 1 << 30


class DiskGuard:
    """Free bytes of the volume that holds a folder."""

    def __init__(self, folder: Path, free_bytes_min: int | None) -> None:
        """``free_bytes_min`` None means 1 GiB or 5 % of the volume, the smaller."""
        self._folder = folder
        self._asked = float("-inf")
        self._free: int | None = None
        total = shutil.disk_usage(folder).total
        self.free_bytes_min = min(GIBIBYTE, total // 20) if free_bytes_min is None else free_bytes_min

    def free_bytes(self) -> int | None:
        """Free bytes; None when the volume does not tell."""
        now = time.monotonic()
        if now - self._asked >= 1.0:
            self._asked = now
            try:
                self._free = shutil.disk_usage(self._folder).free
            except OSError:
                self._free = None
        return self._free
