"""Access to the OpenTelemetry providers Sonde works with: the app's own where it has some, else ours."""

from typing import TYPE_CHECKING

from opentelemetry import _logs, metrics, trace

from sonde._version import __version__

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import Meter, MeterProvider
    from opentelemetry.trace import Tracer, TracerProvider

SCOPE = "sonde"


class _Current:
    """What `sonde.init` decided on; None is the global provider."""

    tracer: "Tracer | None" = None
    tracer_provider: "TracerProvider | None" = None
    meter_provider: "MeterProvider | None" = None
    logger_provider: "LoggerProvider | None" = None


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
    """The provider whose log records reach Sonde (when logs are on)."""
    return _Current.logger_provider or _logs.get_logger_provider()
