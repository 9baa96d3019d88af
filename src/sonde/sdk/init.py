"""`sonde.init`, `sonde.flush`, `sonde.shutdown`: the SDK's switch."""

import atexit
import dataclasses
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonde.model.errors import BadInput
from sonde.sdk import config as settings
from sonde.sdk import instrumentations, providers, signals
from sonde.sdk.config import Config, Redact
from sonde.sdk.export.span_door import SpanDoor
from sonde.sdk.pipeline import Pipeline
from sonde.sdk.redacting import redacting
from sonde.sdk.safety import failed, log, tell_once

if TYPE_CHECKING:
    from sonde.sdk.export.log_door import LogDoor
    from sonde.sdk.export.metric_door import MetricDoor

FLUSH_TIMEOUT_S = 10.0


class _State:
    """One per process."""

    lock = threading.RLock()
    pipeline: Pipeline | None = None
    span_door = SpanDoor()
    log_door: "LogDoor | None" = None
    metric_door: "MetricDoor | None" = None
    exit_hooks = False


def init(
    service: str | None = None,
    *,
    environment: str | None = None,
    release: str | None = None,
    url: str | None = None,
    api_key: str | None = None,
    headers: Mapping[str, str] | None = None,
    export: str | None = None,
    capture_content: bool | None = None,
    content_sample_rate: float | None = None,
    content_bytes_max: int | None = None,
    redact: Redact | None = None,
    sample_rate: float | None = None,
    slow_ms: float | None = None,
    expensive_usd: float | None = None,
    instrument: bool | Sequence[str] | None = None,
    metrics: bool | None = None,
    logs: bool | str | None = None,
    prometheus_port: int | None = None,
    queue_spans_max: int | None = None,
    queue_bytes_max: int | None = None,
    flush_interval_s: float | None = None,
    timeout_s: float | None = None,
    exit_timeout_s: float | None = None,
    spool_dir: str | Path | None = None,
    spool_bytes_max: int | None = None,
    quiet: bool | None = None,
    disabled: bool | None = None,
    **unknown: Any,
) -> None:
    """See every model call of this app: set up OpenTelemetry and instrument the installed LLM libraries.

    Each argument is a field of `sonde.sdk.config.Config`; what is not given comes from ``SONDE_*`` and
    ``OTEL_*`` variables, then from the defaults. Wrong settings cost one log line each and are passed over.
    Calling it again with the same settings does nothing, with others it puts those in force. Never raises.
    """
    given = {name: value for name, value in locals().items() if name != "unknown"} | unknown
    try:
        with _State.lock:
            _init(_with_usable_redaction(settings.resolve(given)))
    except Exception as error:  # noqa: BLE001 — an app starts whether it is observed or not
        failed("sonde.init", error)


def flush(timeout_s: float = FLUSH_TIMEOUT_S) -> bool:
    """Send what waits, also from the disk. False when something still waits after the time; never raises.

    It blocks: in a coroutine call ``await asyncio.to_thread(sonde.flush)``.
    """
    pipeline = _State.pipeline
    if pipeline is None:
        return True
    try:
        providers.collect_metrics(timeout_s)
        return pipeline.intake.flush(timeout_s)
    except Exception as error:  # noqa: BLE001 — telemetry must not end its host
        failed("sonde.flush", error)
        return False


def shutdown(timeout_s: float | None = None) -> bool:
    """Send what waits, then stop; `init` may be called again. What cannot be sent in time stays on disk."""
    try:
        with _State.lock:
            return _stop(timeout_s)
    except Exception as error:  # noqa: BLE001 — telemetry must not end its host
        failed("sonde.shutdown", error)
        return False


def ledger() -> dict[str, dict[str, int]]:
    """What became of this process's records: signal → created, sampled, dropped, stored, waiting."""
    pipeline = _State.pipeline
    if pipeline is None:
        return {}
    found: dict[str, dict[str, int]] = {}
    for (signal, state, _), records in pipeline.ledger.counts().items():
        row = found.setdefault(signal, {"created": 0, "sampled": 0, "dropped": 0, "stored": 0})
        row[state] += records
    for row in found.values():
        row["waiting"] = max(0, row["created"] - row["sampled"] - row["dropped"] - row["stored"])
    return found


def _init(config: Config) -> None:
    if config.disabled:
        _say("sonde: disabled (SONDE_DISABLED, OTEL_SDK_DISABLED or disabled=True); nothing is sent", config)
        return
    if _State.pipeline is not None:
        if config == settings.active():
            return
        _stop(None)
    pipeline = Pipeline(config)
    service = pipeline.service
    settings.activate(config)
    _State.pipeline = pipeline
    pipeline.open_spans(_State.span_door)
    where = providers.connect_traces(_State.span_door, config, service)
    _start_logs(pipeline)
    if config.metrics:
        _start_metrics(pipeline)
    signals.start(config)
    report = instrumentations.switch_on(config)
    _hook_exit()
    pipeline.start()
    named = config.service or f"{service} (name it with service=)"
    content = "content on" if config.capture_content else "content off"
    target = config.url if config.export in ("otlp", "grpc") else config.export
    _say(f"sonde: {named} → {target}, {where}, {content}; {report.words()}", config)


def _with_usable_redaction(config: Config) -> Config:
    """Content is not captured with a pattern that is not valid: it would leave unmasked. Texts of errors are
    masked by the rules that are built in.
    """
    try:
        redacting(config.redact)
    except BadInput as error:
        content = ", so no content is captured" if config.capture_content else ""
        tell_once("init", f"sonde.init: {error}{content}; mend redact=")
        return dataclasses.replace(config, capture_content=False, redact=True)
    return config


def _start_logs(pipeline: Pipeline) -> None:
    from sonde.sdk.export.log_door import LogDoor

    if _State.log_door is None:
        _State.log_door = LogDoor()
    pipeline.open_logs(_State.log_door)
    providers.connect_logs(_State.log_door, pipeline.config, pipeline.service)


def _start_metrics(pipeline: Pipeline) -> None:
    from sonde.sdk.export.metric_door import MetricDoor

    if _State.metric_door is None:
        _State.metric_door = MetricDoor()
    pipeline.open_metrics(_State.metric_door)
    providers.connect_metrics(_State.metric_door, pipeline.config, pipeline.service)


def _stop(timeout_s: float | None) -> bool:
    pipeline = _State.pipeline
    if pipeline is None:
        return True
    timeout_s = pipeline.config.exit_timeout_s if timeout_s is None else timeout_s
    signals.stop()
    providers.collect_metrics(timeout_s)
    _State.span_door.shut()
    done = pipeline.intake.close(timeout_s)
    if _State.log_door is not None:
        _State.log_door.shut()
    if _State.metric_door is not None:
        _State.metric_door.shut()
        providers.disconnect_metrics()
    _State.pipeline = None
    settings.activate(None)
    return done


def _hook_exit() -> None:
    if _State.exit_hooks:
        return
    _State.exit_hooks = True
    atexit.register(shutdown)
    # Children of multiprocessing end without atexit; they run finalizers of their own.
    from multiprocessing import parent_process, util

    util.register_after_fork(_State, _finalize_in_child)
    if parent_process() is not None:
        _finalize_in_child(_State)


def _finalize_in_child(_state: object) -> None:
    from multiprocessing import util

    util.Finalize(None, shutdown, exitpriority=0)


def _say(line: str, config: Config) -> None:
    """The one line about what `init` did: a log record at INFO, on stderr where no logging is set up."""
    log.info("%s", line)
    if not log.hasHandlers() and not config.quiet:
        sys.stderr.write(line + "\n")
