"""A server under measurement: started, watched through /proc, killed. Linux only."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def rss_bytes(pid: int) -> int:
    """Resident memory of one process."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return 0.0


def machine_cpu_s() -> float:
    """CPU seconds the whole machine has spent working."""
    fields = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]))
    return (sum(fields[:3]) + sum(fields[5:8])) / TICKS_PER_S


def folder_bytes(folder: Path) -> int:
    """Size of all files below a folder."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(root) / name).stat().st_size
    return total


class Server:
    """A started server. `start_s` is the time until it said it is ready."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        ready: str,
        log: Path,
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        patience_s: float = 180,
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._cpu_s: dict[int, float] = {}
        self.peak_rss_bytes = 0
        self._log = log.open("ab")
        began = time.perf_counter()
        self._process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self.pid = self._process.pid
        while not self._answers(ready):
            if self._process.poll() is not None:
                said = log.read_text(errors="replace")[-1_500:]
                raise RuntimeError(f"{command[0]} ended with {self._process.returncode}:\n{said}")
            if time.perf_counter() - began > patience_s:
                self.kill()
                raise RuntimeError(f"{command[0]} is not ready after {patience_s:.0f} s")
            time.sleep(0.02)
        self.start_s = time.perf_counter() - began
        self.start_cpu_s = self.cpu_s()
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _answers(self, path: str) -> bool:
        try:
            return self.get(path, timeout_s=2)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str, *, timeout_s: float = 60) -> tuple[int, bytes]:
        """GET over a fresh connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            self.sample()

    def sample(self) -> int:
        """Read memory (returned, bytes) and CPU of the process tree."""
        total = 0
        for pid in children(self.pid):
            total += rss_bytes(pid)
            self._cpu_s[pid] = max(cpu_s(pid), self._cpu_s.get(pid, 0.0))
        self.peak_rss_bytes = max(self.peak_rss_bytes, total)
        return total

    def cpu_s(self) -> float:
        """CPU seconds of the process tree so far."""
        self.sample()
        return sum(self._cpu_s.values())

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def kill(self, number: int = signal.SIGKILL, wait_s: float = 30) -> None:
        """Send a signal to the process tree and wait; what ignores it is killed."""
        if hasattr(self, "_stop"):
            self._stop.set()
        pids = children(self.pid)
        targets = pids if number == signal.SIGKILL else pids[:1]
        for pid in targets:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        try:
            self._process.wait(timeout=wait_s)
        except subprocess.TimeoutExpired:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(timeout=30)
        self._log.close()


def run_load(python: str, arguments: Sequence[str]) -> dict[str, object]:
    """Run `bench.load` in a process of its own and return what it printed."""
    root = Path(__file__).resolve().parent.parent
    command = [python, "-m", "bench.load", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr[-2_000:]}")
    found: dict[str, object] = json.loads(done.stdout)
    return found
