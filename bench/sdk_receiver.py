"""An OTLP receiver that writes down what it took before it answers.

python -m bench.sdk_receiver PORT JOURNAL

The journal outlives the process, which is killed in `bench.outage`: a line for each request with the service
and the span ids, and one for each report of a loss ledger.
"""

import json
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

LEDGER = "sonde.sdk.records"


def lines_of(path: str, body: bytes) -> Iterator[dict[str, Any]]:
    """What a request says, as lines of the journal."""
    if path == "/v1/traces":
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            spans = [span.span_id.hex() for scope in resource.scope_spans for span in scope.spans]
            yield {"service": text_of(resource.resource.attributes, "service.name"), "spans": spans}
    elif path == "/v1/metrics":
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            service = text_of(resource.resource.attributes, "service.name")
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                if metric.name == LEDGER:
                    points = [
                        (
                            point.as_int,
                            *(text_of(point.attributes, key) for key in ("signal", "state", "reason")),
                        )
                        for point in metric.sum.data_points
                    ]
                    counts = {
                        f"{state} {reason}".strip(): count
                        for count, signal, state, reason in points
                        if signal == "traces"
                    }
                    yield {"service": service, "ledger": counts}


def text_of(attributes: Iterable[Any], key: str) -> str:
    """One attribute's text."""
    return next((pair.value.string_value for pair in attributes if pair.key == key), "")


class Receiver(BaseHTTPRequestHandler):
    """Writes, then answers 200."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    lock = threading.Lock()
    journal: Any = None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class calls it so)
        """Say nothing."""

    def do_POST(self) -> None:
        """Take it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = zlib.decompress(body, 16 + zlib.MAX_WBITS)
        with self.lock:
            for line in lines_of(self.path, body):
                self.journal.write(json.dumps(line) + "\n")
            self.journal.flush()
        self._answer()

    def do_GET(self) -> None:
        """It is there."""
        self._answer()

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(ThreadingHTTPServer):
    """Takes its port again at once after it was killed."""

    allow_reuse_address = True
    daemon_threads = True


def main() -> None:
    """Serve until the process is ended."""
    with Path(sys.argv[2]).open("a") as journal:
        Receiver.journal = journal
        Server(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()


if __name__ == "__main__":
    main()
