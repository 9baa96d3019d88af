"""Takes ended spans and log records quickly, in bounded memory, and hands them on from one thread."""

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sonde.sdk.export.batch import Batch, Signal, Sink
from sonde.sdk.export.suppressed import suppressed
from sonde.sdk.ledger import Ledger
from sonde.sdk.safety import failed, tell_once

BATCH_RECORDS_MAX = 1_000
BATCH_BYTES_MAX = 4 << 20
HURRY_RECORDS = 512
LEDGER_INTERVAL_S = 15.0

Item = TypeVar("Item")


class Lane(Generic[Item]):
    """The waiting records of one signal. Guarded by the lock of its `Intake`."""

    def __init__(self, signal: Signal, encode: Callable[[Sequence[Item]], Batch]) -> None:
        self.signal: Signal = signal
        self.encode = encode
        self.waiting: deque[tuple[Item, int]] = deque()
        self.bytes = 0

    def take(self) -> list[Item]:
        """The oldest records, one batch of them."""
        items: list[Item] = []
        size = 0
        while self.waiting and len(items) < BATCH_RECORDS_MAX and size < BATCH_BYTES_MAX:
            item, item_bytes = self.waiting.popleft()
            items.append(item)
            size += item_bytes
        self.bytes -= size
        return items


class Intake:
    """Bounded queues and the one thread that empties them. The thread begins with the first record."""

    def __init__(
        self,
        sink: Sink,
        ledger: Ledger,
        *,
        records_max: int,
        bytes_max: int,
        interval_s: float,
    ) -> None:
        """``records_max`` and ``bytes_max`` bound what waits in one lane; more is dropped and counted."""
        self._sink = sink
        self._ledger = ledger
        self._records_max = records_max
        self._bytes_max = bytes_max
        self._interval_s = interval_s
        self._lanes: list[Lane[object]] = []
        self._begin()
        after = weakref.WeakMethod(self._after_fork)
        os.register_at_fork(after_in_child=lambda: (method := after()) and method())

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._emptying = threading.RLock()
        self._hurry = False
        self._asked = 0
        self._answered = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._next_report = time.monotonic() + LEDGER_INTERVAL_S

    def _after_fork(self) -> None:
        # The parent sends what waits; the locks may be held by threads that are not here.
        closed = self._closed
        self._begin()
        self._closed = closed
        for lane in self._lanes:
            lane.waiting.clear()
            lane.bytes = 0
        self._ledger.after_fork()
        self._sink.after_fork()

    def lane(self, signal: Signal, encode: Callable[[Sequence[Item]], Batch]) -> "Lane[Item]":
        """A new queue, and how its records become a request."""
        made: Lane[Item] = Lane(signal, encode)
        self._lanes.append(made)  # pyright: ignore[reportArgumentType] — a lane only gives back what was put in
        return made

    def put(self, lane: "Lane[Item]", item: Item, size_bytes: int) -> None:
        """Take one record. Never blocks for longer than a lock; never raises."""
        dropped = False
        with self._lock:
            if (
                self._closed
                or len(lane.waiting) >= self._records_max
                or lane.bytes + size_bytes > self._bytes_max
            ):
                dropped = True
            else:
                lane.waiting.append((item, size_bytes))
                lane.bytes += size_bytes
                waiting = len(lane.waiting)
                if waiting == 1 or waiting == HURRY_RECORDS or lane.bytes >= BATCH_BYTES_MAX:
                    self._hurry = self._hurry or waiting > 1
                    self._work.notify()
        self._ledger.add(lane.signal, "created", 1)
        if dropped:
            self._ledger.add(lane.signal, "dropped", 1, "exit" if self._closed else "queue_full")
        elif self._thread is None:
            self._start()

    def flush(self, timeout_s: float) -> bool:
        """Have all handed on that waits now. False when something is left after the time."""
        deadline = time.monotonic() + timeout_s
        if any(lane.waiting for lane in self._lanes) or self._ledger.changed:
            self._start()
        if self._thread is None:
            done = self._round(deadline)
        else:
            with self._lock:
                self._asked += 1
                asked = self._asked
                self._hurry = True
                self._work.notify_all()
                done = self._work.wait_for(lambda: self._answered >= asked, max(0.0, timeout_s))
        return self._sink.flush(max(0.0, deadline - time.monotonic())) and done

    def close(self, timeout_s: float) -> bool:
        """Flush, then stop; what cannot be handed on is counted as dropped."""
        deadline = time.monotonic() + timeout_s
        done = self.flush(timeout_s)
        with self._lock:
            self._closed = True
            self._work.notify_all()
        for lane in self._lanes:
            left = len(lane.waiting)
            if left:
                self._ledger.add(lane.signal, "dropped", left, "exit")
                lane.waiting.clear()
        self._round(deadline)
        self._sink.close(max(0.5, deadline - time.monotonic()))
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(max(0.5, deadline - time.monotonic()))
        return done

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None or self._closed:
                return
            thread = threading.Thread(target=self._run, name="sonde-export", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # no more threads: the last flush sends what waits
                tell_once("export thread", f"sonde: {error}; telemetry is sent when the app ends")
                return
            self._thread = thread

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._closed and not self._hurry and not any(lane.waiting for lane in self._lanes):
                    self._work.wait(self._until_report())
                if not self._closed and not self._hurry:
                    # Something came: give more of it time to come, so that requests are few.
                    self._work.wait_for(lambda: self._hurry or self._closed, self._interval_s)
                self._hurry = False
                asked = self._asked
                if self._closed:
                    return
            try:
                self._round(None, report=asked > self._answered)
            except Exception as error:  # noqa: BLE001 — the thread goes on whatever happens
                self._told(error)
            with self._lock:
                self._answered = asked
                self._work.notify_all()

    def _round(self, deadline: float | None, *, report: bool = True) -> bool:
        """Hand on what waits. False when the time was not enough."""
        patience = -1 if deadline is None else max(0.0, deadline - time.monotonic())
        if not self._emptying.acquire(timeout=patience):
            return False
        try:
            self._empty(deadline)
            if report or time.monotonic() >= self._next_report:
                self._report()
        finally:
            self._emptying.release()
        return not any(lane.waiting for lane in self._lanes)

    @staticmethod
    def _told(error: Exception) -> None:
        try:
            failed("exporting telemetry", error)
        except Exception:  # noqa: BLE001 — raised on purpose (``SONDE_RAISE``): print it, but go on
            threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))

    def _until_report(self) -> float | None:
        if not self._ledger.changed:
            return None
        return max(0.1, self._next_report - time.monotonic())

    def _empty(self, deadline: float | None) -> None:
        for lane in self._lanes:
            # Only what waits now: what comes meanwhile gathers for the next round, or batches would become as
            # small as their delivery is quick.
            left = len(lane.waiting)
            while left > 0 and (deadline is None or time.monotonic() < deadline):
                with self._lock:
                    items = lane.take()
                if not items:
                    break
                left -= len(items)
                with suppressed():
                    self._hand_on(lane, items)

    def _hand_on(self, lane: "Lane[object]", items: list[object]) -> None:
        try:
            batch = lane.encode(items)
        except Exception as error:  # noqa: BLE001 — one value that cannot be encoded must not cost the others
            if len(items) > 1:
                half = len(items) // 2
                self._hand_on(lane, items[:half])
                self._hand_on(lane, items[half:])
                return
            self._ledger.add(lane.signal, "dropped", len(items), "encode")
            failed("encoding telemetry", error)
            return
        self._sink.deliver(batch)

    def _report(self) -> None:
        self._next_report = time.monotonic() + LEDGER_INTERVAL_S
        if not self._ledger.changed:
            return
        report = self._ledger.report()
        if report is not None:
            self._sink.deliver(report)
