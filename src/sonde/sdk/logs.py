"""Structured JSON logs with trace and span ids, for the standard library, structlog and loguru.

All three write the same line: ``{"time", "level", "logger", "message", "trace_id", "span_id", "service",
…}`` with the values of `sonde.context` (``user.id``, ``session.id`` …) and whatever fields the log call adds.
"""

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO, cast

import msgspec
from opentelemetry import trace
from opentelemetry._logs import SeverityNumber

from sonde._version import __version__
from sonde.sdk import config, providers
from sonde.sdk.context import values_of
from sonde.sdk.lines import LineFile
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.values import clean_all

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LEVELS: tuple[tuple[int, str, SeverityNumber], ...] = (
    (logging.CRITICAL, "fatal", SeverityNumber.FATAL),
    (logging.ERROR, "error", SeverityNumber.ERROR),
    (logging.WARNING, "warn", SeverityNumber.WARN),
    (logging.INFO, "info", SeverityNumber.INFO),
    (logging.DEBUG, "debug", SeverityNumber.DEBUG),
    (0, "trace", SeverityNumber.TRACE),
)
_OWN_LOGGERS = ("sonde", "opentelemetry")


def encode(fields: Mapping[str, Any]) -> str:
    """One line of JSON, whatever the values are: what JSON has no word for is given as its text."""
    try:
        return msgspec.json.encode(fields, enc_hook=_shown).decode()
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError, RecursionError):
        plain = {str(key): _shown(value).encode("utf-8", "replace").decode() for key, value in fields.items()}
        return msgspec.json.encode(plain).decode()


def trace_fields() -> dict[str, Any]:
    """``trace_id`` and ``span_id`` of the work at hand, and its context; empty outside of any."""
    found: dict[str, Any] = {}
    here = trace.get_current_span().get_span_context()
    if here.is_valid:
        found["trace_id"] = f"{here.trace_id:032x}"
        found["span_id"] = f"{here.span_id:016x}"
    found.update(values_of())
    return found


class JsonFormatter(logging.Formatter):
    """Formats records of the standard library as such lines. Fields given as ``extra=`` are added."""

    def format(self, record: logging.LogRecord) -> str:
        """One line without its end."""
        fields: dict[str, Any] = {
            "time": timestamp(record.created),
            "level": _level(record.levelno)[0],
            "logger": record.name,
            "message": _message(record),
            **trace_fields(),
        }
        service = config.active().service
        if service:
            fields["service"] = service
        for key, value in vars(record).items():
            if key not in _STANDARD and not key.startswith("_"):
                fields.setdefault(key, value)
        if record.exc_info and record.exc_info[0] is not None:
            fields["error"] = {
                "type": record.exc_info[0].__qualname__,
                "message": _shown(record.exc_info[1]),
                "stack": self.formatException(record.exc_info),
            }
        return encode(fields)


class OtlpHandler(logging.Handler):
    """Sends records of the standard library to the server, with trace and span ids."""

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(level)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record over. Our own and OpenTelemetry's records stay out: sending makes more of them."""
        if record.name.partition(".")[0] in _OWN_LOGGERS:
            return
        try:
            attributes: dict[str, Any] = {
                key: value
                for key, value in vars(record).items()
                if key not in _STANDARD and not key.startswith("_")
            }
            attributes["code.function.name"] = f"{record.module}.{record.funcName}"
            attributes.update(values_of())
            if record.exc_info and record.exc_info[1] is not None:
                attributes["exception.type"] = type(record.exc_info[1]).__qualname__
                attributes["exception.message"] = _shown(record.exc_info[1])
            name, number = _level(record.levelno)
            providers.logger_provider().get_logger(record.name, __version__).emit(
                timestamp=round(record.created * 1e6) * 1_000,
                severity_number=number,
                severity_text=name,
                body=_message(record),
                attributes=clean_all(attributes),
            )
        except Exception as error:  # noqa: BLE001 - a log call of the app must not fail
            failed("sending a log record", error)


def json_logging(
    target: str = "stdout", *, level: int = logging.INFO, logger: logging.Logger | None = None
) -> Callable[[], None]:
    """Write the app's log as JSON lines.

    Args:
        target: ``stdout``, ``stderr``, ``file:PATH`` or ``otlp`` (to the server; needs `sonde.init` with
            logs on).
        level: The least level that is written. The logger's own level is lowered to it where it is higher.
        logger: Default: the root logger.

    Returns:
        A function that takes it back.
    """
    where = logger if logger is not None else logging.getLogger()
    handler = _handler(target)
    handler.setLevel(level)
    before = where.level
    if where.level == logging.NOTSET or where.level > level:
        where.setLevel(level)
    where.addHandler(handler)

    def undo() -> None:
        where.removeHandler(handler)
        where.setLevel(before)
        handler.close()

    return undo


def _handler(target: str) -> logging.Handler:
    if target == "otlp":
        return OtlpHandler()
    kind, _, path = target.partition(":")
    if kind == "file" and path:
        handler: logging.Handler = LineFile(path).as_handler()
    else:
        if target not in ("stdout", "stderr"):
            tell_once(
                "json_logging",
                f"sonde.json_logging: {target!r:.60} is not stdout, stderr, file:PATH, otlp; stderr is used.",
            )
        handler = logging.StreamHandler(sys.stdout if target == "stdout" else sys.stderr)
    handler.setFormatter(JsonFormatter())
    return handler


def structlog_processor(
    logger: object, method: str, event_dict: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """For structlog's chain, before its renderer: adds trace and span ids and the context."""
    try:
        for key, value in trace_fields().items():
            event_dict.setdefault(key, value)
        service = config.active().service
        if service:
            event_dict.setdefault("service", service)
    except Exception as error:  # noqa: BLE001 - a log call of the app must not fail
        failed("adding trace ids to a log line", error)
    return event_dict


def structlog_renderer(logger: object, method: str, event_dict: MutableMapping[str, Any]) -> str:
    """For the end of structlog's chain: the same line as `JsonFormatter` writes."""
    fields = dict(event_dict)
    message = fields.pop("event", "")
    given = fields.pop("timestamp", None)
    level = str(fields.pop("level", method))
    line: dict[str, Any] = {
        "time": given if given is not None else timestamp(),
        "level": {"warning": "warn", "critical": "fatal", "exception": "error"}.get(level, level),
        "logger": fields.pop("logger", getattr(logger, "name", None) or "structlog"),
        "message": message,
    }
    error = fields.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = cast("tuple[object, ...]", error)[1]
    if isinstance(error, BaseException):
        fields["error"] = {"type": type(error).__qualname__, "message": _shown(error)}
    return encode({**line, **fields})


def loguru_patcher(record: MutableMapping[str, Any]) -> None:
    """For ``loguru.logger.configure(patcher=…)``: adds trace and span ids and the context to ``extra``."""
    try:
        extra = cast("MutableMapping[str, Any]", record["extra"])
        for key, value in trace_fields().items():
            extra.setdefault(key, value)
    except Exception as error:  # noqa: BLE001 - a log call of the app must not fail
        failed("adding trace ids to a log line", error)


def loguru_sink(stream: TextIO | None = None) -> Callable[[Any], None]:
    """For ``loguru.logger.add(…)``: writes the same line as `JsonFormatter`, to stdout unless told
    otherwise.
    """

    def write(message: Any) -> None:
        record: Mapping[str, Any] = message.record
        level = str(record["level"].name).lower()
        fields: dict[str, Any] = {
            "time": timestamp(record["time"].timestamp()),
            "level": {"warning": "warn", "critical": "fatal", "success": "info"}.get(level, level),
            "logger": record["name"] or "",
            "message": record["message"],
            **trace_fields(),
        }
        service = config.active().service
        if service:
            fields["service"] = service
        fields.update(record["extra"])
        error = record["exception"]
        if error is not None and error.value is not None:
            fields["error"] = {"type": error.type.__qualname__, "message": _shown(error.value)}
        target = stream if stream is not None else sys.stdout
        target.write(encode(fields) + "\n")
        target.flush()

    return write


def timestamp(seconds: float | None = None) -> str:
    """RFC 3339, UTC, milliseconds; now by default."""
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _level(number: int) -> tuple[str, SeverityNumber]:
    for least, name, severity in _LEVELS:
        if number >= least:
            return name, severity
    return "trace", SeverityNumber.TRACE


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a format that does not fit its arguments
        return f"{record.msg} {record.args}"


def _shown(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - some objects cannot say what they are
        return f"<{type(value).__name__}>"
