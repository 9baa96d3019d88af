"""What every way in shares: who may send, to which project, decode, hand over, answer."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from sonde.auth.approach import Approach
from sonde.ingest.decode import Media, Report, decode_logs, decode_metrics, decode_traces
from sonde.ingest.receivers import metrics
from sonde.ingest.receivers.budget import InFlight, Lease
from sonde.ingest.receivers.inflate import inflate
from sonde.ingest.sink import Authenticator, Sink
from sonde.model.errors import BadInput, Forbidden, SondeError, Unavailable

Signal = Literal["traces", "logs", "metrics"]
Transport = Literal["http", "grpc"]

PROJECT_HEADER = "x-sonde-project"
PROJECT_DEFAULT = "default"
PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
DECODE_INLINE_BYTES_MAX = 256 * 1024
"""A plain body up to this size is decoded on the event loop: a millisecond, less than a thread costs."""
DECODE_THREADS = 2

_NOUNS = {"traces": "spans", "logs": "log records", "metrics": "data points"}
_log = logging.getLogger(__name__)

_Accept = Callable[[], Awaitable[None]]


class Intake:
    """The common part of all receivers."""

    def __init__(
        self,
        sink: Sink,
        authenticator: Authenticator,
        *,
        in_flight: InFlight | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.sink = sink
        self.in_flight = in_flight or InFlight()
        self.clock_ns = clock_ns
        self._authenticator = authenticator
        self._threads = ThreadPoolExecutor(DECODE_THREADS, thread_name_prefix="sonde-decode")
        metrics.IN_FLIGHT_BYTES.of().read_from(lambda: self.in_flight.bytes)

    def admit(self, approach: Approach) -> str:
        """The project a sender may write to: its key's, or without one the project it names.

        Raises what the door raises, and `Forbidden` for a key of another project or without the scope.
        """
        grant = self._authenticator.admit(approach)
        grant.need("ingest")
        wanted = approach.header(PROJECT_HEADER)
        if wanted is not None and not PROJECT_NAME.fullmatch(wanted):
            raise BadInput(
                f"{PROJECT_HEADER} is not a project name.", hint="Use a-z, 0-9, dot, dash, underscore."
            )
        if grant.project is None:
            return wanted or PROJECT_DEFAULT
        if wanted is not None and wanted != grant.project:
            raise Forbidden("This key may not write to that project.")
        return grant.project

    async def take(
        self,
        signal: Signal,
        project: str,
        body: bytes,
        media: Media,
        encoding: str,
        lease: Lease,
        transport: Transport,
    ) -> bytes:
        """Decode a body and store it. The answer's body, once everything is durable.

        Raises `BadInput`, `TooLarge` for what can never be stored, `Unavailable` for what can be sent again.
        """
        started = time.perf_counter()
        received_ns = self.clock_ns()

        def work() -> tuple[Report, int, _Accept, int]:
            plain = inflate(body, encoding, lease.take)
            return (*self._decode(signal, project, plain, media, received_ns), len(plain))

        if encoding == "identity" and len(body) <= DECODE_INLINE_BYTES_MAX:
            report, count, accept, plain_bytes = work()
        else:
            loop = asyncio.get_running_loop()
            report, count, accept, plain_bytes = await loop.run_in_executor(self._threads, work)
        metrics.BYTES.of(signal=signal, transport=transport).increment(plain_bytes)
        await self.store(accept)
        metrics.ACCEPTED.of(signal=signal).increment(count)
        for code, number in report.counts(report.reasons).items():
            metrics.REJECTED.of(signal=signal, reason=code).increment(number)
        for code, number in report.counts(report.warnings).items():
            metrics.CHANGED.of(signal=signal, reason=code).increment(number)
        metrics.SECONDS.of(signal=signal).observe(time.perf_counter() - started)
        return _answer(signal, report, media)

    async def store(self, accept: _Accept) -> None:
        """Run one ``accept_…`` of the sink. Whatever goes wrong in storage, the sender may try again."""
        try:
            await accept()
        except SondeError:
            raise
        except Exception:  # noqa: BLE001  (whatever broke, the sender has to be told to come back)
            _log.exception("Storing accepted telemetry failed")
            raise Unavailable("The telemetry could not be stored.") from None

    def close(self) -> None:
        """Stop the decoding threads once they are done."""
        self._threads.shutdown(wait=True)

    def _decode(
        self, signal: Signal, project: str, body: bytes, media: Media, received_ns: int
    ) -> tuple[Report, int, _Accept]:
        size = len(body)
        if signal == "traces":
            traces = decode_traces(body, media)
            spans = traces.spans
            return (
                traces.report,
                len(spans),
                lambda: self.sink.accept_traces(project, spans, received_ns, size),
            )
        if signal == "logs":
            logs = decode_logs(body, media)
            records = logs.records
            return (
                logs.report,
                len(records),
                lambda: self.sink.accept_logs(project, records, received_ns, size),
            )
        read = decode_metrics(body, media, project, received_ns)
        points = read.points
        return read.report, len(points), lambda: self.sink.accept_metrics(project, points, received_ns, size)


def _answer(signal: Signal, report: Report, media: Media) -> bytes:
    """The response message: empty, or with ``partial_success`` when something was refused or changed."""
    message = report.message(_NOUNS[signal])
    if not message:
        return b"" if media == "protobuf" else b"{}"
    if media == "json":
        name = {"traces": "rejectedSpans", "logs": "rejectedLogRecords", "metrics": "rejectedDataPoints"}[
            signal
        ]
        partial = {name: str(report.rejected), "errorMessage": message}
        return orjson.dumps({"partialSuccess": partial})
    if signal == "traces":
        traces = ExportTraceServiceResponse()
        traces.partial_success.rejected_spans = report.rejected
        traces.partial_success.error_message = message
        return traces.SerializeToString()
    if signal == "logs":
        logs = ExportLogsServiceResponse()
        logs.partial_success.rejected_log_records = report.rejected
        logs.partial_success.error_message = message
        return logs.SerializeToString()
    points = ExportMetricsServiceResponse()
    points.partial_success.rejected_data_points = report.rejected
    points.partial_success.error_message = message
    return points.SerializeToString()
