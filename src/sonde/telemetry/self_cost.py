"""What this process costs the machine: CPU and memory, sampled so that there is a past to look at."""

import resource
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

EVERY_S = 10.0
SAMPLES_MAX = 360
"""One hour."""
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What the process has used up to one moment."""

    time_ns: int
    cpu_s: float
    """User and system time since the start."""
    memory_bytes: int | None
    """Resident now; None where the system does not tell."""


@dataclass(frozen=True, slots=True)
class SelfCost:
    """Usage now, and the samples of the last hour, oldest first."""

    started_ns: int
    memory_peak_bytes: int
    now: Usage
    samples: list[Usage]


class SelfCostSampler:
    """Takes a sample each time it is called. Thread-safe."""

    def __init__(self, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._now_ns = now_ns
        self._started_ns = now_ns()
        self._lock = threading.Lock()
        self._samples: deque[Usage] = deque(maxlen=SAMPLES_MAX)
        self()

    def __call__(self) -> None:
        """Remember what is used now."""
        usage = self._usage()
        with self._lock:
            self._samples.append(usage)

    def report(self) -> SelfCost:
        """Now and the last hour."""
        with self._lock:
            samples = list(self._samples)
        now = self._usage()
        # Linux counts the peak in KiB, macOS in bytes.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else _KIB)
        # The kernel renews the peak a little later than what is resident.
        return SelfCost(self._started_ns, max(peak, now.memory_bytes or 0), now, samples)

    def _usage(self) -> Usage:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return Usage(self._now_ns(), used.ru_utime + used.ru_stime, resident_bytes())


def resident_bytes() -> int | None:
    """Memory of this process that is in RAM; None on systems without ``/proc``."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize()


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder, those that go away meanwhile left out."""
    total = 0
    for path in folder.rglob("*"):
        try:
            # Not the target of a link: it may lie on another disk.
            found = path.lstat()
        except OSError:
            continue
        total += found.st_blocks * 512 if path.is_file() and not path.is_symlink() else 0
    return total
