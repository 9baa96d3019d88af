"""What a receiver needs from the rest: a place to put decoded telemetry, and someone who knows the keys."""

from dataclasses import dataclass
from typing import Protocol

from sonde.model.rows import MetricPoint, Score
from sonde.model.span import LogRecord, Span


class Sink(Protocol):
    """Takes decoded telemetry. A coroutine returns when its rows are durable: that is the acknowledgement.

    Each raises `Unavailable` (or a kind of it) when nothing was taken and the sender should come back.
    """

    def check_room(self, body_bytes: int) -> None:
        """Raise what `accept_traces` would for a body of this size. Cheap: asked before decoding."""
        ...

    async def accept_traces(self, project: str, spans: list[Span], received_ns: int, body_bytes: int) -> None:
        """Store spans."""
        ...

    async def accept_logs(
        self, project: str, records: list[LogRecord], received_ns: int, body_bytes: int
    ) -> None:
        """Store log records."""
        ...

    async def accept_metrics(
        self, project: str, points: list[MetricPoint], received_ns: int, body_bytes: int
    ) -> None:
        """Store metric points."""
        ...

    async def accept_scores(
        self, project: str, scores: list[Score], received_ns: int, body_bytes: int
    ) -> None:
        """Store scores."""
        ...


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request showed of itself, read by one extractor for every way in."""

    key: str
    """The API key; empty when none was sent."""
    project: str
    """Project asked for by ``x-sonde-project``; empty when none was. Only believed where no key is needed."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a credential may do here."""

    project: str
    scopes: frozenset[str]


class Authenticator(Protocol):
    """Knows the keys."""

    async def __call__(self, credential: Credential, peer: str) -> Grant:
        """The grant of a credential shown from an address.

        Raises:
            Unauthenticated: no key, or one that does not exist or was revoked.
            Forbidden: a key for another project.
        """
        ...
