"""The door by which OpenTelemetry hands over metrics. Loaded only where metrics are on."""

from typing import Any

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import (
    MetricExporter,
    MetricExportResult,
    MetricsData,
    PeriodicExportingMetricReader,
)

from sonde.sdk.config import Config
from sonde.sdk.export.batch import Batch, Sink
from sonde.sdk.export.encode import resource_attributes, set_resource
from sonde.sdk.export.suppressed import suppressed
from sonde.sdk.safety import failed


class Reader(PeriodicExportingMetricReader):
    """Reads at intervals. It is shut down before it is taken off its provider, which does that once more; the
    provider's way round makes the last read fail with a warning.
    """

    _is_shut = False

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """Read for the last time; once."""
        if not self._is_shut:
            self._is_shut = True
            base: Any = super()
            base.shutdown(timeout_millis, **kwargs)


class MetricDoor(MetricExporter):
    """Hands metrics to the same delivery as spans. ``sink`` None: to nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._sink: Sink | None = None
        self._resource: dict[str, str] = {}
        self._default_service = ""

    def open(self, sink: Sink, config: Config, default_service: str) -> None:
        """Let metrics in."""
        self._resource = resource_attributes(config)
        self._default_service = default_service
        self._sink = sink

    def shut(self) -> None:
        """Let nothing in any more."""
        self._sink = None

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        """Hand on what a reader collected. A server that is down is no failure: the spool has it."""
        sink = self._sink
        if sink is None:
            return MetricExportResult.SUCCESS
        try:
            request = encode_metrics(metrics_data)
            points = 0
            for resource_metrics in request.resource_metrics:
                set_resource(resource_metrics.resource, self._resource, self._default_service)
                for scope_metrics in resource_metrics.scope_metrics:
                    points += len(scope_metrics.metrics)
            if points:
                with suppressed():
                    sink.deliver(Batch("metrics", points, request))
        except Exception as error:  # noqa: BLE001 — the reader's thread prints what is raised
            failed("exporting metrics", error)
            return MetricExportResult.FAILURE
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Nothing waits here."""
        return True

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        """The provider ends; the sink is closed by `sonde.shutdown`."""
