"""Work that repeats in the background: roll-ups, retention, checks. One thread, one task at a time."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Task:
    """Something to do again ``every_s`` seconds after it ended."""

    name: str
    every_s: float
    work: Callable[[], object]
    due: float = 0.0
    runs: int = 0
    failures: int = 0
    last_error: str = ""
    last_seconds: float = 0.0


@dataclass(slots=True)
class Housekeeper:
    """Runs tasks on the monotonic clock, so that a change of the wall clock neither skips nor repeats one."""

    tasks: Sequence[Task]
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; every task is due once its first interval has passed."""
        now = time.monotonic()
        for task in self.tasks:
            task.due = now + task.every_s
        self._thread = threading.Thread(target=self._run, name="sonde-housekeeping", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and wait for the task in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            task = min(self.tasks, key=lambda task: task.due)
            if self._stop.wait(max(0.0, task.due - time.monotonic())):
                return
            self.run(task)

    def run(self, task: Task) -> None:
        """Run one task now. A failure is logged and the task stays on the list."""
        began = time.monotonic()
        try:
            task.work()
            task.last_error = ""
        except Exception as error:  # noqa: BLE001  a failing task must not end the others
            task.failures += 1
            task.last_error = f"{type(error).__name__}: {error}"
            log.warning("background task %s failed: %s", task.name, task.last_error)
        task.runs += 1
        task.last_seconds = time.monotonic() - began
        task.due = time.monotonic() + task.every_s
