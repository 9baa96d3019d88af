"""The loss ledger: how many records were created, sampled out, dropped and stored. Sent as a metric.

created = sampled + dropped + stored + (what still waits in memory and in the spool), so the server can show
what never reached it. Counts are cumulative and belong to one process.
"""

import os
import threading
import time
import uuid
from collections import Counter
from typing import Literal

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, NumberDataPoint

from sonde._version import __version__
from sonde.sdk.export.batch import Batch, Signal

METRIC = "sonde.sdk.records"
State = Literal["created", "sampled", "dropped", "stored"]


class Ledger:
    """Counts of one process. Safe to share between threads."""

    def __init__(self, service: str) -> None:
        """``service`` is what the server shows the counts under."""
        self._service = service
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[Signal, State, str]] = Counter()
        self._instance = str(uuid.uuid4())
        self._start_ns = time.time_ns()
        self._reported = 0

    def after_fork(self) -> None:
        """A child counts for itself."""
        self._begin()

    def add(self, signal: Signal, state: State, records: int, reason: str = "") -> None:
        """Count. ``reason`` says why records were dropped."""
        with self._lock:
            self._counts[signal, state, reason] += records

    def counts(self) -> dict[tuple[Signal, State, str], int]:
        """(signal, state, reason) → records since the process started."""
        with self._lock:
            return dict(self._counts)

    def total(self, state: State, signal: Signal = "traces") -> int:
        """Records in a state, whatever the reason."""
        return sum(n for (kind, found, _), n in self.counts().items() if found == state and kind == signal)

    @property
    def changed(self) -> bool:
        """Whether there is something the last report did not say."""
        return sum(self.counts().values()) != self._reported

    def report(self) -> Batch | None:
        """The counts as an OTLP metric; None when nothing was counted."""
        counts = self.counts()
        if not counts:
            return None
        request = ExportMetricsServiceRequest()
        resource = request.resource_metrics.add()
        resource.resource.attributes.extend(
            (
                _text("service.name", self._service),
                _text("service.instance.id", self._instance),
                _text("telemetry.distro.name", "sonde"),
                _text("telemetry.distro.version", __version__),
                KeyValue(key="process.pid", value=AnyValue(int_value=os.getpid())),
            )
        )
        scope = resource.scope_metrics.add()
        scope.scope.name = "sonde.sdk"
        scope.scope.version = __version__
        metric = scope.metrics.add(
            name=METRIC, unit="{record}", description="What became of the records this process made."
        )
        metric.sum.is_monotonic = True
        metric.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        now = time.time_ns()
        for (signal, state, reason), records in sorted(counts.items()):
            attributes = [_text("signal", signal), _text("state", state)]
            if reason:
                attributes.append(_text("reason", reason))
            metric.sum.data_points.append(
                NumberDataPoint(
                    attributes=attributes,
                    start_time_unix_nano=self._start_ns,
                    time_unix_nano=now,
                    as_int=records,
                )
            )
        self._reported = sum(counts.values())
        return Batch("metrics", len(counts), request, counted=False)


def _text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))
