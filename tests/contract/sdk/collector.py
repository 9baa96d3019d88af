"""A collector on loopback that takes OTLP/HTTP and can be told to be down, slow, picky or rude."""

import gzip
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Collector:
    """Keeps what it accepted. `stop` and `start` keep the port, as a restarted server does."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.requests: list[tuple[str, bytes, dict[str, str]]] = []
        self.attempts = 0
        self.status = 200
        self.headers: dict[str, str] = {}
        self.rejected = 0
        self.answering = threading.Event()
        self.answering.set()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.start()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self._port}"

    def start(self) -> None:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 5

            def do_POST(self) -> None:
                collector._answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name there
                pass

        class Server(ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        if self._tls is not None:
            # The handshake is made by the thread of the connection: a client that fails at it ends only that.
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        self.attempts += 1
        self.answering.wait(30)
        status = self.status if self._server is not None else 503
        answer = b""
        if status == 200:
            self.requests.append((request.path, gzip.decompress(body), dict(request.headers.items())))
            if self.rejected and request.path.endswith("traces"):
                answered = ExportTraceServiceResponse()
                answered.partial_success.rejected_spans = self.rejected
                answered.partial_success.error_message = "a bad span"
                answer = answered.SerializeToString()
        else:
            answer = b"not today"
        request.send_response(status)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(answer)))
        # A connection kept open would outlive `stop` and hide that the server is down.
        request.send_header("connection", "close")
        request.end_headers()
        request.wfile.write(answer)

    def spans(self) -> list[Any]:
        """Spans, each as often as it arrived."""
        found: list[Any] = []
        for path, body, _ in self.requests:
            if path == "/v1/traces":
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        found.extend(scope.spans)
        return found

    def names(self) -> list[str]:
        return [span.name for span in self.spans()]

    def resources(self) -> list[dict[str, str]]:
        return [
            {a.key: a.value.string_value for a in resource.resource.attributes}
            for path, body, _ in self.requests
            if path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        ]

    def logs(self) -> list[Any]:
        return [
            record
            for path, body, _ in self.requests
            if path == "/v1/logs"
            for resource in ExportLogsServiceRequest.FromString(body).resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def ledger(self) -> dict[str, int]:
        """State (and reason of drops) of spans → the highest count of each process, summed."""
        highest: dict[tuple[str, str], int] = {}
        for path, body, _ in self.requests:
            if path != "/v1/metrics":
                continue
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                who = {a.key: a.value.string_value for a in resource.resource.attributes}
                for scope in resource.scope_metrics:
                    for metric in scope.metrics:
                        if metric.name != "sonde.sdk.records":
                            continue
                        for point in metric.sum.data_points:
                            what = {a.key: a.value.string_value for a in point.attributes}
                            if what["signal"] == "traces":
                                key = who["service.instance.id"], what.get("reason") or what["state"]
                                highest[key] = max(highest.get(key, 0), point.as_int)
        total: dict[str, int] = {}
        for (_, state), count in highest.items():
            total[state] = total.get(state, 0) + count
        return total


def attributes_of(span: Any) -> dict[str, Any]:
    """Attributes of an encoded span as plain values."""
    return {a.key: getattr(a.value, a.value.WhichOneof("value") or "string_value") for a in span.attributes}


def printed(result: str) -> Any:
    """The JSON of the last line a program printed."""
    return json.loads(result.strip().splitlines()[-1])
