"""Providers that keep what they get, in place of those `sonde.init` makes."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sonde.resilience import events
from sonde.sdk import config, providers, safety
from sonde.sdk.processor import CallProcessor, observe_calls


class Telemetry:
    """What arrived."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(CallProcessor(SimpleSpanProcessor(self.exporter)))
        self.log_exporter = InMemoryLogRecordExporter()
        self.logger_provider = LoggerProvider(shutdown_on_exit=False)
        self.logger_provider.add_log_record_processor(SimpleLogRecordProcessor(self.log_exporter))
        self.reader = InMemoryMetricReader()
        self.meter_provider = MeterProvider([self.reader], shutdown_on_exit=False)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        found = [span for span in self.spans if span.name == name]
        assert len(found) == 1, [span.name for span in self.spans]
        return found[0]

    def attributes(self, name: str) -> dict[str, Any]:
        return dict(self.span(name).attributes or {})

    @property
    def logs(self) -> list[Any]:
        return [data.log_record for data in self.log_exporter.get_finished_logs()]

    def metric(self, name: str) -> list[Any]:
        data = self.reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data is not None else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own errors are raised; warnings already told are told again."""
    monkeypatch.setenv("SONDE_RAISE", "1")
    safety.forget()
    yield
    safety.forget()
    observe_calls()
    events.set_sink(None)
    config.activate(None)


@pytest.fixture
def telemetry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Telemetry]:
    made = Telemetry()
    current = providers._Current
    monkeypatch.setattr(current, "tracer", None)
    monkeypatch.setattr(current, "tracer_provider", made.provider)
    monkeypatch.setattr(current, "meter_provider", made.meter_provider)
    monkeypatch.setattr(current, "logger_provider", made.logger_provider)
    yield made
    made.provider.shutdown()
    made.logger_provider.shutdown()
    made.meter_provider.shutdown()


@pytest.fixture
def content() -> None:
    """Content capture is on."""
    config.activate(config.Config(service="tests", capture_content=True))
