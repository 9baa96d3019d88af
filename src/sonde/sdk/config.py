"""What `sonde.init` was told, completed from ``SONDE_*`` and the standard ``OTEL_*`` variables."""

import difflib
import math
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeAlias, cast
from urllib.parse import unquote, urlsplit

from sonde.sdk.safety import tell_once

DEFAULT_URL = "http://127.0.0.1:4318"
MEBIBYTE = 1 << 20

RedactRule: TypeAlias = str | Callable[[str], str]
"""A pattern (RE2 syntax; what it matches becomes ``[custom]``) or a function from text to text."""
Redact: TypeAlias = bool | RedactRule | Sequence[RedactRule]


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of the SDK. Units are in the names."""

    service: str | None = None
    """Name of the app: ``service.name``. None: what its resource says already, else the script's name."""
    environment: str | None = None
    release: str | None = None
    url: str = DEFAULT_URL
    """Address of the server (or of any OTLP/HTTP endpoint), without ``/v1/traces``."""
    api_key: str | None = field(default=None, repr=False)
    endpoints: Mapping[str, str] = field(default_factory=dict[str, str])
    """Whole addresses by signal (``OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`` …) that go before ``url``."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """More HTTP headers of each export."""
    export: str = "otlp"
    """``otlp`` (HTTP), ``grpc``, ``file:calls.jsonl``, ``duckdb:llm.db`` or ``none``."""
    capture_content: bool = False
    """Whether prompts and answers may leave the process."""
    content_sample_rate: float = 1.0
    """Share of traces that keep their content; slow and failed spans keep it always."""
    content_bytes_max: int = 64 * 1024
    """Longest captured value; more is cut."""
    redact: Redact = True
    """True: emails, phones, cards, accounts, keys and tokens. Patterns and functions are added to these."""
    sample_rate: float = 1.0
    """Share of traces that are sent; slow and failed spans are sent always."""
    slow_ms: float = 10_000.0
    """A span that takes this long is slow: always kept, and flagged ``sonde.slow``."""
    expensive_usd: float = 0.1
    """A call whose cost is known in the app and is this high is flagged ``sonde.expensive``."""
    instrument: bool | tuple[str, ...] = True
    """Which LLM libraries to instrument: all that are installed, none, or these."""
    metrics: bool = False
    """Process and GenAI client metrics."""
    logs: bool | str = False
    """One structured line per call: True sends by OTLP; ``stdout`` or ``file:calls.log`` writes them too."""
    prometheus_port: int | None = None
    """Serve Prometheus metrics of this app on this port (loopback)."""
    queue_spans_max: int = 20_000
    queue_bytes_max: int = 32 * MEBIBYTE
    """Bounds of what waits in memory; more is dropped and counted."""
    flush_interval_s: float = 1.0
    timeout_s: float = 10.0
    """For one export request."""
    exit_timeout_s: float = 5.0
    """For the last flush when the process ends; what is not sent by then goes to the spool."""
    spool_dir: Path | None = None
    """Where batches wait while the server is down. Default: ``$XDG_CACHE_HOME/sonde/spool``."""
    spool_bytes_max: int = 256 * MEBIBYTE
    """Bound of the spool on disk, compressed; 0 switches it off. More is dropped and counted."""
    quiet: bool = False
    """No line on stderr about what `init` did (the log record at INFO stays)."""
    disabled: bool = False


_active = Config()
_STARTED = [False]


def active() -> Config:
    """The settings in force; the defaults before `sonde.init`."""
    return _active


def started() -> bool:
    """Whether `sonde.init` is in force."""
    return _STARTED[0]


def activate(config: Config | None) -> None:
    """Put settings in force; None goes back to the state before `sonde.init`."""
    global _active  # noqa: PLW0603 — the one setting of the process
    _active = config or Config()
    _STARTED[0] = config is not None


_TRUE = frozenset(("1", "true", "yes", "on"))
_FALSE = frozenset(("0", "false", "no", "off", ""))

_ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "service": ("SONDE_SERVICE", "OTEL_SERVICE_NAME"),
    "environment": ("SONDE_ENVIRONMENT",),
    "release": ("SONDE_RELEASE",),
    "url": ("SONDE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    "api_key": ("SONDE_API_KEY",),
    "export": ("SONDE_EXPORT",),
    "capture_content": ("SONDE_CAPTURE_CONTENT",),
    "content_sample_rate": ("SONDE_CONTENT_SAMPLE_RATE",),
    "content_bytes_max": ("SONDE_CONTENT_BYTES_MAX",),
    "sample_rate": ("SONDE_SAMPLE_RATE",),
    "slow_ms": ("SONDE_SLOW_MS",),
    "expensive_usd": ("SONDE_EXPENSIVE_USD",),
    "metrics": ("SONDE_METRICS",),
    "logs": ("SONDE_LOGS",),
    "prometheus_port": ("SONDE_PROMETHEUS_PORT",),
    "queue_spans_max": ("SONDE_QUEUE_SPANS_MAX",),
    "queue_bytes_max": ("SONDE_QUEUE_BYTES_MAX",),
    "flush_interval_s": ("SONDE_FLUSH_INTERVAL_S",),
    "timeout_s": ("SONDE_TIMEOUT_S",),
    "exit_timeout_s": ("SONDE_EXIT_TIMEOUT_S",),
    "spool_dir": ("SONDE_SPOOL_DIR",),
    "spool_bytes_max": ("SONDE_SPOOL_BYTES_MAX",),
    "quiet": ("SONDE_QUIET",),
    "disabled": ("SONDE_DISABLED", "OTEL_SDK_DISABLED"),
}
"""Setting → variables, the first one that is set counts."""

_HOST_AND_PORT = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]+)?\Z")
_RATES = frozenset(("content_sample_rate", "sample_rate"))
_POSITIVE = frozenset(
    ("content_bytes_max", "queue_spans_max", "queue_bytes_max", "flush_interval_s", "timeout_s", "slow_ms")
)
_TYPES = {
    "content_bytes_max": int,
    "queue_spans_max": int,
    "queue_bytes_max": int,
    "spool_bytes_max": int,
    "prometheus_port": int,
    "content_sample_rate": float,
    "sample_rate": float,
    "slow_ms": float,
    "expensive_usd": float,
    "flush_interval_s": float,
    "timeout_s": float,
    "exit_timeout_s": float,
    "capture_content": bool,
    "metrics": bool,
    "quiet": bool,
    "disabled": bool,
}
NAMES = tuple(entry.name for entry in fields(Config) if entry.name != "endpoints")


class Problem(ValueError):
    """A setting that cannot be used; the text names it and the fix."""


def resolve(given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Config:
    """Settings from arguments (None is not given), then the environment, then defaults.

    What is wrong is told in one log line each and passed over; nothing is raised.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in NAMES:
            _tell(_unknown(name))
        elif value is not None:
            _take(values, name, value, f"{name}=")
    for name, variables in _ENVIRONMENT.items():
        if name in values:
            continue
        for variable in variables:
            text = environ.get(variable, "").strip()
            if text:
                _take(values, name, text, variable)
                break
    if "headers" not in values and environ.get("OTEL_EXPORTER_OTLP_HEADERS"):
        values["headers"] = _headers(environ["OTEL_EXPORTER_OTLP_HEADERS"])
    if "export" not in values and environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "").strip() == "grpc":
        values["export"] = "grpc"
    if "url" not in given or given["url"] is None:
        values.setdefault("endpoints", _endpoints(environ))
    return Config(**values)


def _tell(message: str) -> None:
    tell_once("init", f"sonde.init: {message}")


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.6)
    if near:
        return f"unknown argument {name!r} is ignored; did you mean {near[0]!r}?"
    return f"unknown argument {name!r} is ignored; it takes {', '.join(NAMES)}."


def _take(values: dict[str, Any], name: str, value: Any, source: str) -> None:
    try:
        values[name] = _checked(name, value)
    except Problem as problem:
        _tell(f"{source} is ignored: {problem}")


def _checked(name: str, value: Any) -> Any:
    kind = _TYPES.get(name)
    if kind is bool:
        return _boolean(value)
    if kind is not None:
        return _number(name, value, kind)
    special: dict[str, Callable[[Any], Any]] = {
        "url": _url,
        "export": _export,
        "spool_dir": _folder,
        "logs": _logs,
        "instrument": _instrument,
        "headers": _header_mapping,
        "api_key": _key,
        "redact": _redact,
    }
    if name in special:
        return special[name](value)
    if not isinstance(value, str):
        raise Problem(f"it takes text, not {type(value).__name__}")
    return value.strip() or None


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Problem(f"it takes true or false, not {str(value)[:40]!r}")


def _number(name: str, value: Any, kind: type[int] | type[float]) -> int | float:
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        raise Problem(f"it takes a number, not {str(value)[:40]!r}") from None
    if not math.isfinite(number):
        raise Problem("it takes a finite number")
    if name in _RATES and not 0 <= number <= 1:
        raise Problem(f"it takes a share from 0 to 1, not {number}")
    if number < 0 or (name in _POSITIVE and number == 0):
        raise Problem(f"it takes a positive number, not {number}")
    return number


def _url(value: Any) -> str:
    text = str(value).strip().rstrip("/")
    for path in ("/v1/traces", "/v1/logs", "/v1/metrics"):
        text = text.removesuffix(path)
    if "://" not in text:
        if not _HOST_AND_PORT.match(text):
            raise Problem(f"{text[:80]!r} is not an address; write it like {DEFAULT_URL}")
        text = f"http://{text}"
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        raise Problem(f"{text[:80]!r} has no valid port; write it like {DEFAULT_URL}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in text):
        raise Problem(f"{text[:80]!r} is not an address; write it like {DEFAULT_URL}")
    if parts.username or parts.password:
        raise Problem("an address holds no password; hand the key over as api_key=")
    if port == 0:
        raise Problem("port 0 cannot be reached")
    return text


def _export(value: Any) -> str:
    text = str(value).strip()
    kind, colon, target = text.partition(":")
    if kind in ("file", "duckdb"):
        if not target:
            raise Problem(f"{text!r} names no file; write {kind}:calls.{'jsonl' if kind == 'file' else 'db'}")
        return text
    if colon or kind not in ("otlp", "grpc", "none"):
        near = difflib.get_close_matches(kind, ("otlp", "grpc", "file:", "duckdb:", "none"), n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise Problem(f"{text[:40]!r} is not otlp, grpc, file:PATH, duckdb:PATH or none{hint}")
    return kind


def _folder(value: Any) -> Path:
    try:
        return Path(value).expanduser()
    except (TypeError, RuntimeError):
        raise Problem(f"it takes a folder, not {str(value)[:40]!r}") from None


def _logs(value: Any) -> bool | str:
    if isinstance(value, str) and (value == "stdout" or value.removeprefix("file:") != value):
        return value
    try:
        return _boolean(value)
    except Problem:
        raise Problem(f"it takes True, False, 'stdout' or 'file:PATH', not {str(value)[:40]!r}") from None


def _instrument(value: Any) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, Sequence) and all(isinstance(part, str) for part in cast("Sequence[object]", value)):
        return tuple(cast("Sequence[str]", value))
    raise Problem("it takes True, False or names of libraries like ['openai']")


def _header_mapping(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return _headers(value)
    if isinstance(value, Mapping):
        return {str(k): str(v) for k, v in cast("Mapping[object, object]", value).items()}
    raise Problem("it takes a mapping of header names to values")


def _headers(text: str) -> dict[str, str]:
    """The ``name=value,name=value`` of ``OTEL_EXPORTER_OTLP_HEADERS``, percent-encoded."""
    pairs = (part.partition("=") for part in text.split(",") if "=" in part)
    return {unquote(name.strip()).lower(): unquote(value.strip()) for name, _, value in pairs}


def _key(value: Any) -> str:
    text = str(value).strip()
    if not text or any(not 32 < ord(character) < 127 for character in text):
        raise Problem("it holds blanks or characters no key has; copy it anew from `sonde keys create`")
    return text


def _redact(value: Any) -> Redact:
    if isinstance(value, bool | str) or callable(value):
        return cast("Redact", value)
    if isinstance(value, Sequence):
        rules = cast("Sequence[object]", value)
        if all(isinstance(rule, str) or callable(rule) for rule in rules):
            return tuple(cast("Sequence[RedactRule]", rules))
    raise Problem("it takes True, False, a pattern, a function from text to text, or a list of these")


def _endpoints(environ: Mapping[str, str]) -> dict[str, str]:
    """The standard variables for one signal; ``SONDE_URL`` goes before them."""
    if environ.get("SONDE_URL", "").strip():
        return {}
    named = {
        signal: environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT", "").strip()
        for signal in ("traces", "logs", "metrics")
    }
    return {signal: address for signal, address in named.items() if address}


def default_service() -> str:
    """A name for an app that has not said one: its script's."""
    return _script_name(sys.argv[0] if sys.argv else "")


def _script_name(argument: str) -> str:
    path = Path(argument)
    name = path.parent.name if path.stem == "__main__" else path.stem
    if name in ("ipykernel_launcher", "colab_kernel_launcher"):
        return "notebook"
    return name if name not in ("", "-c", "-") else "python"
