"""What `sonde.init` switches on beside traces: call log, metrics, Prometheus, the policies' events."""

from sonde.resilience import events, scope
from sonde.sdk import prices, prometheus
from sonde.sdk.calllog import CallLog
from sonde.sdk.config import Config
from sonde.sdk.context import SESSION, values_of
from sonde.sdk.metrics import ClientMetrics, LoopLag, ProcessMetrics
from sonde.sdk.processor import Observer, observe_calls
from sonde.sdk.safety import safely
from sonde.sdk.spans import SpanSink


class _Running:
    log: CallLog | None = None
    process: ProcessMetrics | None = None
    lag: LoopLag | None = None
    prometheus: "prometheus.PrometheusServer | None" = None


@safely("starting logs and metrics")
def start(config: Config, *observers: Observer) -> None:
    """Switch on what the settings say; the providers must be in place. ``observers`` are told of calls
    as well.
    """
    stop()
    events.set_sink(SpanSink())
    scope.set_scope_source(_session)
    told: list[Observer] = list(observers)
    hooks = ()
    if config.logs:
        _Running.log = CallLog(config.logs)
        told.append(_Running.log)
    if config.metrics:
        told.append(ClientMetrics())
        _Running.process = ProcessMetrics()
        _Running.process.start()
        _Running.lag = LoopLag()
        hooks = (_Running.lag.watch_running,)
    if config.prometheus_port is not None:
        started = prometheus.start(config.prometheus_port)
        if started is not None:
            told.append(started[0])
            _Running.prometheus = started[1]
    if told:
        prices.load()  # 0.4 s, once, where the list is installed: so that the first lines have their cost
    observe_calls(*told, on_start=hooks)


@safely("stopping logs and metrics")
def stop() -> None:
    """Switch all of it off."""
    observe_calls()
    events.set_sink(None)
    scope.set_scope_source(None)
    if _Running.log is not None:
        _Running.log.close()
        _Running.log = None
    if _Running.process is not None:
        _Running.process.stop()
        _Running.process = None
    if _Running.lag is not None:
        _Running.lag.stop()
        _Running.lag = None
    if _Running.prometheus is not None:
        _Running.prometheus.close()
        _Running.prometheus = None


def _session() -> str | None:
    """The session of ``sonde.context``: what cost stops and loop detectors count within."""
    session = values_of().get(SESSION)
    return session if isinstance(session, str) else None


def prometheus_port() -> int | None:
    """The port on which Prometheus metrics are served, also when 0 was asked for."""
    return None if _Running.prometheus is None else _Running.prometheus.port
