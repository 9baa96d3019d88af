"""The OpenTelemetry providers Sonde works with: the app's own where it has some (added to), else ours."""

import os
import weakref
from typing import TYPE_CHECKING, Any

from opentelemetry import _logs, metrics, trace

from sonde._version import __version__
from sonde.sdk.config import Config

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import Meter, MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import Tracer, TracerProvider

    from sonde.sdk.export.log_door import LogDoor
    from sonde.sdk.export.metric_door import MetricDoor
    from sonde.sdk.export.span_door import SpanDoor

SCOPE = "sonde"
ATTRIBUTES_MAX = 1_024
"""Per span, as much as the server takes: long chats in flat attributes do not fit the usual 128."""
METRIC_INTERVAL_MS = 15_000.0


class _Current:
    """What `sonde.init` decided on; None is the global provider."""

    tracer: "Tracer | None" = None
    tracer_provider: "TracerProvider | None" = None
    meter_provider: "MeterProvider | None" = None
    logger_provider: "LoggerProvider | None" = None
    reader: Any = None


class _Own:
    """What was made here, once for a process: OpenTelemetry takes a global provider only once."""

    tracer_provider: "TracerProvider | None" = None


_with_span_door: "weakref.WeakSet[Any]" = weakref.WeakSet()
"""Providers that have our processor: there is no way to take it off again."""


def tracer() -> "Tracer":
    """The tracer of Sonde's own spans. Before `sonde.init` it follows the global provider."""
    if _Current.tracer is None:
        _Current.tracer = tracer_provider().get_tracer(SCOPE, __version__)
    return _Current.tracer


def tracer_provider() -> "TracerProvider":
    """The provider whose spans reach Sonde."""
    return _Current.tracer_provider or trace.get_tracer_provider()


def meter() -> "Meter":
    """A meter whose metrics reach Sonde (when metrics are on)."""
    return meter_provider().get_meter(SCOPE, __version__)


def meter_provider() -> "MeterProvider":
    """The provider whose metrics reach Sonde."""
    return _Current.meter_provider or metrics.get_meter_provider()


def logger_provider() -> "LoggerProvider":
    """The provider whose log records reach Sonde."""
    return _Current.logger_provider or _logs.get_logger_provider()


def is_global() -> bool:
    """Whether spans of the global provider reach Sonde."""
    return trace.get_tracer_provider() in _with_span_door


def connect_traces(door: "SpanDoor", config: Config, default_service: str) -> str:
    """Make spans come through the door. Returns in a phrase what was done."""
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider

    existing = trace.get_tracer_provider()
    provider: Any = existing
    said = "own TracerProvider" if existing is _Own.tracer_provider else "added to the app's TracerProvider"
    if not hasattr(existing, "add_span_processor"):
        limited = (
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT" in os.environ or "OTEL_ATTRIBUTE_COUNT_LIMIT" in os.environ
        )
        provider = _Own.tracer_provider
        if provider is None:
            # Ended by our own atexit handler, which has a deadline.
            provider = TracerProvider(
                resource=resource(config, default_service),
                shutdown_on_exit=False,
                span_limits=None if limited else SpanLimits(max_span_attributes=ATTRIBUTES_MAX),
            )
            _Own.tracer_provider = provider
        if isinstance(existing, trace.ProxyTracerProvider):
            trace.set_tracer_provider(provider)
            said = "own TracerProvider"
        else:
            said = f"own TracerProvider beside {type(existing).__name__}, to which nothing can be added"
    if provider not in _with_span_door:
        from sonde.sdk.processor import CallProcessor

        provider.add_span_processor(CallProcessor(door))
        _with_span_door.add(provider)
    _Current.tracer_provider = provider
    _Current.tracer = None
    return said


def connect_logs(door: "LogDoor", config: Config, default_service: str) -> None:
    """Make Sonde's own log records come through the door; the app's stay where the app sends them."""
    from opentelemetry.sdk._logs import LoggerProvider

    if _Current.logger_provider is not None:
        return
    provider = LoggerProvider(resource=resource(config, default_service), shutdown_on_exit=False)
    provider.add_log_record_processor(door)
    if type(_logs.get_logger_provider()).__name__ == "ProxyLoggerProvider":
        # So that the events of instrumentations arrive too.
        _logs.set_logger_provider(provider)
    _Current.logger_provider = provider


def connect_metrics(door: "MetricDoor", config: Config, default_service: str) -> None:
    """Make metrics come through the door, from the app's MeterProvider when it has one."""
    from opentelemetry.sdk.metrics import MeterProvider

    from sonde.sdk.export.metric_door import Reader

    if _Current.reader is not None:
        return
    interval = None if "OTEL_METRIC_EXPORT_INTERVAL" in os.environ else METRIC_INTERVAL_MS
    reader = Reader(door, export_interval_millis=interval)
    existing: Any = metrics.get_meter_provider()
    if hasattr(existing, "add_metric_reader"):
        existing.add_metric_reader(reader)
        _Current.meter_provider = existing
    else:
        provider = MeterProvider([reader], resource=resource(config, default_service), shutdown_on_exit=False)
        metrics.set_meter_provider(provider)
        _Current.meter_provider = provider
    _Current.reader = reader


def collect_metrics(timeout_s: float) -> None:
    """Read and hand on the metrics now."""
    if _Current.reader is not None:
        _Current.reader.force_flush(timeout_s * 1_000)


def disconnect_metrics() -> None:
    """Stop reading metrics: the reader has a thread of its own."""
    reader, _Current.reader = _Current.reader, None
    if reader is None:
        return
    provider: Any = _Current.meter_provider
    reader.shutdown()
    provider.remove_metric_reader(reader)


def resource(config: Config, default_service: str) -> "Resource":
    """Who the app is: what `sonde.init` was told, then the standard variables, then the script's name."""
    from opentelemetry.sdk.resources import Resource

    made = Resource.create({"telemetry.distro.name": "sonde", "telemetry.distro.version": __version__})
    told = {
        "service.name": config.service,
        "service.version": config.release,
        "deployment.environment.name": config.environment,
    }
    if str(made.attributes.get("service.name", "")).startswith("unknown_service"):
        told["service.name"] = config.service or default_service
    return made.merge(Resource({key: value for key, value in told.items() if value}))
