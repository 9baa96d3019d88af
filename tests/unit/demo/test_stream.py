"""Sending: what the server acknowledged is exactly the traffic, also when it says "not now" in between."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.demo.calendar import DAY, HOUR, MINUTE, week_start_ns
from sonde.demo.generate import Generator
from sonde.demo.resume import newest_sent_ns
from sonde.demo.send import TRACES, Sender, SendFailed, wait_until_ready
from sonde.demo.stream import Progress, backfill, demo_headers, live
from tests.unit.demo.conftest import WEEK

NOW = week_start_ns(WEEK) + 2 * DAY + 14 * HOUR + 17 * MINUTE


class Receiver:
    """An OTLP endpoint that keeps what it is sent; the first answers can be refusals."""

    def __init__(self, refuse: list[tuple[int, str]]) -> None:
        self.bodies: list[tuple[str, bytes, str]] = []
        self.refusals = refuse
        self.sql_answer = b""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(200, b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/api/v1/sql":
                    self._answer(200 if receiver.sql_answer else 404, receiver.sql_answer)
                    return
                if receiver.refusals:
                    status, retry_after = receiver.refusals.pop(0)
                    self._answer(status, b"not now", retry_after)
                    return
                receiver.bodies.append((self.path, body, self.headers["x-sonde-project"]))
                self._answer(200, b"")

            def _answer(self, status: int, body: bytes, retry_after: str = "") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if retry_after:
                    self.send_header("Retry-After", retry_after)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the parent's name)
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def spans(self) -> Counter[tuple[bytes, bytes]]:
        return Counter(
            (span.trace_id, span.span_id)
            for path, body, _ in list(self.bodies)
            if path == TRACES
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver([])
    yield made
    made.close()


def ended_between(start_ns: int, end_ns: int) -> int:
    generator = Generator()
    numbers = range(start_ns // HOUR - 5, end_ns // HOUR + 1)
    return sum(start_ns < span.end_ns <= end_ns for n in numbers for span in generator.hour(n).spans)


def test_backfill_and_live_together_send_every_span_once(receiver: Receiver) -> None:
    reports: list[Progress] = []
    sent = backfill(receiver.url, NOW, 0.25, reports.append)
    assert reports[-1] == sent
    assert sent.share == 1
    assert [report.hours_done for report in reports] == list(range(1, sent.hours_total + 1))
    stop = threading.Event()
    clock = iter(range(NOW + 5 * MINUTE, NOW + 40 * MINUTE, 5 * MINUTE))
    last = [NOW]

    def next_time() -> int:
        last[0] = next(clock, last[0])
        return last[0]

    def tick(_: int, until_ns: int) -> None:
        if until_ns >= NOW + 35 * MINUTE:
            stop.set()

    live(receiver.url, stop, since_ns=NOW, clock=next_time, tick_s=0, tick=tick)
    spans = receiver.spans()
    assert set(spans.values()) == {1}
    assert sum(spans.values()) > sent.spans
    # What ends in the window but began before its first hour belongs to hours that were not asked for.
    assert sum(spans.values()) == pytest.approx(ended_between(NOW - DAY // 4, NOW + 35 * MINUTE), rel=0.05)


def test_a_restart_fills_exactly_the_gap(receiver: Receiver) -> None:
    backfill(receiver.url, NOW, 14, since_ns=NOW - HOUR)
    assert sum(receiver.spans().values()) == ended_between(NOW - HOUR, NOW)


def test_all_three_signals_arrive_for_the_named_project(receiver: Receiver) -> None:
    backfill(receiver.url, NOW, 0.1, headers=demo_headers("shown", "key"))
    assert {project for _, _, project in receiver.bodies} == {"shown"}
    by_path = {path: body for path, body, _ in receiver.bodies}
    logs = ExportLogsServiceRequest.FromString(by_path["/v1/logs"])
    assert logs.resource_logs[0].scope_logs[0].log_records
    metrics = ExportMetricsServiceRequest.FromString(by_path["/v1/metrics"])
    names = {
        metric.name
        for resource in metrics.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert {"process.cpu.utilization", "process.memory.usage", "gen_ai.client.operation.duration"} <= names
    for resource in metrics.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.histogram.data_points:
                    assert sum(point.bucket_counts) == point.count
                    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1


def test_not_now_is_tried_again_and_a_refusal_ends_it() -> None:
    patient = Receiver([(503, "0.1"), (429, ""), (503, "0")])
    sender = Sender(patient.url, {}, connections=1)
    sender.submit(TRACES, b"first")
    sender.submit(TRACES, b"second")
    sender.flush()
    sender.close()
    patient.close()
    assert [body for _, body, _ in patient.bodies] == [b"first", b"second"]

    strict = Receiver([(400, "")])
    sender = Sender(strict.url, {}, connections=1)
    sender.submit(TRACES, b"bad")
    with pytest.raises(SendFailed, match="400 not now"):
        sender.flush()
    with pytest.raises(SendFailed):
        sender.submit(TRACES, b"more")
    sender.close()
    strict.close()


def test_ready_is_waited_for_and_the_newest_span_asked_for(receiver: Receiver) -> None:
    assert wait_until_ready(receiver.url, 5, threading.Event())
    assert newest_sent_ns(receiver.url, demo_headers()) == 0
    receiver.sql_answer = b'{"columns": [], "rows": [["12", "1795166192000000000"]], "truncated": false}'
    assert newest_sent_ns(receiver.url, demo_headers()) == 1795166192000000000 - 10 * MINUTE
    receiver.sql_answer = b'{"columns": [], "rows": [["0", "0"]], "truncated": false}'
    assert newest_sent_ns(receiver.url, demo_headers()) == 0


def test_nobody_there_is_said_so() -> None:
    gone = Receiver([])
    gone.close()
    stop = threading.Event()
    assert not wait_until_ready(gone.url, 0.3, stop)
    assert newest_sent_ns(gone.url, demo_headers()) == 0
