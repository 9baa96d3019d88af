"""What one hour of the demo produces: encoded spans, log lines, and the calls behind the metrics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from sonde.demo import wire
from sonde.demo.calendar import release
from sonde.demo.calls import Call
from sonde.demo.incidents import Disturbances
from sonde.demo.wire import Value
from sonde.demo.world import SERVICES, Service, User

INTERNAL, SERVER, CLIENT = 1, 2, 3
ERROR = 2


@dataclass(frozen=True)
class Scope:
    """An instrumentation library."""

    name: str
    version: str
    schema_url: str = ""


@dataclass(frozen=True)
class Origin:
    """A deployed program: the telemetry resource."""

    service: str
    environment: str
    version: str

    def attributes(self) -> dict[str, Value | None]:
        """Resource attributes, as an SDK of the service's language sets them."""
        service = SERVICES[self.service]
        return {
            "service.name": self.service,
            "service.namespace": "harrow-vale",
            "service.version": self.version,
            "deployment.environment.name": self.environment,
            "telemetry.sdk.language": service.language,
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.version": "1.45.2" if service.language == "python" else "2.9.0",
            "host.name": f"{self.service}-{'a' if self.environment == 'production' else 's'}",
        }


@lru_cache(maxsize=512)
def origin_body(origin: Origin) -> bytes:
    """The encoded resource."""
    return wire.resource_body(origin.attributes())


@lru_cache(maxsize=64)
def scope_body(scope: Scope) -> bytes:
    """The encoded scope."""
    return wire.scope_body(scope.name, scope.version)


@dataclass(frozen=True)
class SentSpan:
    """A finished span, ready to send."""

    end_ns: int
    origin: Origin
    scope: Scope
    body: bytes


@dataclass(frozen=True)
class LogLine:
    """One log record; ids are empty when it belongs to no span."""

    time_ns: int
    origin: Origin
    severity: int
    text: str
    trace_id: bytes = b""
    span_id: bytes = b""
    event_name: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict[str, object])
    body: Mapping[str, object] | None = None
    """Structured body, instead of ``text``."""


@dataclass
class Hour:
    """All that starts within one hour."""

    start_ns: int
    spans: list[SentSpan] = field(default_factory=list[SentSpan])
    logs: list[LogLine] = field(default_factory=list[LogLine])
    calls: list[tuple[Origin, Call]] = field(default_factory=list[tuple[Origin, Call]])


@dataclass
class Scene:
    """One service in one hour: where its script draws from and writes to."""

    service: Service
    rng: Random
    hour: Hour
    disturbed: Disturbances
    scale: float

    def origin(self, at_ns: int, environment: str) -> Origin:
        """The program that runs at a time; staging gets a release half a day earlier."""
        ahead = 12 * 3_600 * 1_000_000_000 if environment == "staging" else 0
        shipped = release(self.service.name, at_ns + ahead)
        return Origin(self.service.name, environment, f"{self.service.major}.{shipped.number}.0")


@dataclass(frozen=True)
class Context:
    """Who and what a call is for."""

    user: User
    session: str
    endpoint: str
    prompt: str = ""
    prompt_version: str = ""
    tags: tuple[str, ...] = ()


class Trace:
    """One trace being written."""

    __slots__ = ("_rng", "hour", "origin", "trace_id")

    def __init__(self, scene: Scene, origin: Origin) -> None:
        self._rng = scene.rng
        self.hour = scene.hour
        self.origin = origin
        self.trace_id = scene.rng.getrandbits(128).to_bytes(16, "big")

    def new_id(self) -> bytes:
        """A span id, for spans whose children are written before them."""
        return (self._rng.getrandbits(64) | 1).to_bytes(8, "big")

    def span(
        self,
        scope: Scope,
        name: str,
        start_ns: int,
        end_ns: int,
        pairs: Mapping[str, Value | None],
        *,
        span_id: bytes = b"",
        parent: bytes = b"",
        kind: int = INTERNAL,
        status: int = 0,
        message: str = "",
        events: Iterable[bytes] = (),
    ) -> bytes:
        """Write a span; its id is returned."""
        span_id = span_id or self.new_id()
        body = wire.span(
            trace_id=self.trace_id,
            span_id=span_id,
            parent_span_id=parent,
            name=name,
            kind=kind,
            start_ns=start_ns,
            end_ns=end_ns,
            pairs=pairs,
            status=status,
            message=message,
            events=events,
        )
        self.hour.spans.append(SentSpan(end_ns, self.origin, scope, body))
        return span_id

    def log(self, at_ns: int, severity: int, text: str, span_id: bytes = b"", **attributes: object) -> None:
        """Write a line of the service's own log inside this trace."""
        self.hour.logs.append(
            LogLine(at_ns, self.origin, severity, text, self.trace_id, span_id, attributes=attributes)
        )

    def count(self, call: Call) -> None:
        """Let the metrics know of a call."""
        self.hour.calls.append((self.origin, call))
