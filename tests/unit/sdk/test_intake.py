"""The intake: bounded, quick, never blocking, safe between threads and over fork."""

import os
import threading
import time
from collections.abc import Callable, Sequence

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.sdk.export.batch import Batch
from sonde.sdk.export.intake import BATCH_RECORDS_MAX, Intake, Lane
from sonde.sdk.ledger import Ledger


class Collecting:
    """A sink that keeps counts; ``open`` lets batches through."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.open = threading.Event()
        self.open.set()
        self.batches: list[int] = []
        self.closed = False
        self.slow_s = 0.0

    def deliver(self, batch: Batch) -> None:
        self.open.wait(30)
        time.sleep(self.slow_s)
        if batch.counted:
            self.batches.append(batch.records)
            self.ledger.add(batch.signal, "stored", batch.records)

    def flush(self, timeout_s: float) -> bool:
        return True

    def close(self, timeout_s: float) -> None:
        self.closed = True

    def after_fork(self) -> None:
        self.batches = []


def encode(items: Sequence[str]) -> Batch:
    if any(item == "bad" for item in items):
        raise ValueError("cannot be encoded")
    return Batch("traces", len(items), ExportTraceServiceRequest())


class Rig:
    def __init__(self, records_max: int = 10_000, bytes_max: int = 1 << 20, interval_s: float = 0.01) -> None:
        self.ledger = Ledger("tests")
        self.sink = Collecting(self.ledger)
        self.intake = Intake(
            self.sink, self.ledger, records_max=records_max, bytes_max=bytes_max, interval_s=interval_s
        )
        self.lane: Lane[str] = self.intake.lane("traces", encode)

    def balanced(self) -> bool:
        total = self.ledger.total
        return total("created") == total("stored") + total("dropped")


def until(met: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_records_are_handed_on_without_a_flush() -> None:
    rig = Rig()
    rig.intake.put(rig.lane, "a", 1)
    until(lambda: rig.ledger.total("stored") == 1)
    rig.intake.close(5)
    assert rig.sink.closed


def test_a_flush_hands_on_all_in_few_batches() -> None:
    rig = Rig(interval_s=60)
    for _ in range(2_500):
        rig.intake.put(rig.lane, "a", 1)
    assert rig.intake.flush(30)
    assert sum(rig.sink.batches) == 2_500
    assert max(rig.sink.batches) <= BATCH_RECORDS_MAX
    rig.intake.close(5)


def test_a_full_queue_drops_counts_and_does_not_wait() -> None:
    rig = Rig(records_max=100, interval_s=60)
    rig.sink.open.clear()
    for _ in range(1_000):
        rig.intake.put(rig.lane, "a", 1)
    assert rig.ledger.counts()[("traces", "dropped", "queue_full")] >= 1_000 - 100 - BATCH_RECORDS_MAX
    rig.sink.open.set()
    rig.intake.close(30)
    assert rig.balanced()


def test_memory_is_bounded_in_bytes() -> None:
    rig = Rig(bytes_max=1_000, interval_s=60)
    for _ in range(10):
        rig.intake.put(rig.lane, "a", 400)
    assert rig.ledger.total("dropped") == 8
    assert rig.intake.flush(30)
    rig.intake.put(rig.lane, "a", 400)
    assert rig.ledger.total("dropped") == 8
    rig.intake.close(5)
    assert rig.balanced()


def test_one_record_that_cannot_be_encoded_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("SONDE_RAISE")
    rig = Rig(interval_s=60)
    for item in ("a", "bad", "b", "c", "d"):
        rig.intake.put(rig.lane, item, 1)
    assert rig.intake.flush(30)
    assert rig.ledger.total("stored") == 4
    assert rig.ledger.counts()[("traces", "dropped", "encode")] == 1
    assert "encoding telemetry failed" in caplog.text
    rig.intake.close(5)


def test_batches_do_not_become_small_when_records_keep_coming() -> None:
    rig = Rig(interval_s=0.2)
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.001):
            rig.intake.put(rig.lane, "a", 1)

    rig.sink.slow_s = 0.02
    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: len(rig.sink.batches) >= 5)
    stop.set()
    thread.join()
    rig.intake.close(30)
    assert sorted(rig.sink.batches)[len(rig.sink.batches) // 2] > 25


def test_many_threads_lose_nothing() -> None:
    rig = Rig(records_max=100_000)

    def work() -> None:
        for _ in range(2_000):
            rig.intake.put(rig.lane, "a", 1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rig.intake.close(30)
    assert rig.ledger.total("stored") == 16_000


def test_what_cannot_be_handed_on_in_time_is_counted() -> None:
    rig = Rig(interval_s=60)
    rig.sink.open.clear()
    stuck = threading.Thread(target=rig.intake.flush, args=(30,))
    rig.intake.put(rig.lane, "a", 1)
    stuck.start()
    until(lambda: not rig.lane.waiting)
    rig.intake.put(rig.lane, "b", 1)
    assert not rig.intake.close(0.05)
    assert rig.ledger.counts()[("traces", "dropped", "exit")] == 1
    rig.sink.open.set()
    stuck.join(30)
    assert rig.balanced()


def test_after_the_end_records_are_dropped_and_counted() -> None:
    rig = Rig()
    rig.intake.close(5)
    rig.intake.put(rig.lane, "a", 1)
    assert rig.ledger.counts()[("traces", "dropped", "exit")] == 1


def test_no_thread_before_the_first_record() -> None:
    before = threading.active_count()
    rig = Rig()
    assert threading.active_count() == before
    rig.intake.close(1)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_begins_with_nothing_and_works() -> None:
    rig = Rig(interval_s=60)
    for _ in range(10):
        rig.intake.put(rig.lane, "a", 1)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            rig.intake.put(rig.lane, "a", 1)
            done = rig.intake.close(20)
            found = (done, rig.ledger.total("created"), rig.ledger.total("stored"))
            os.write(writer, repr(found).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as answer:
        assert answer.read() == "(True, 1, 1)"
    assert os.waitpid(child, 0)[1] == 0
    assert rig.intake.close(30)
    assert rig.ledger.total("stored") == 10
