"""What a receiver needs from the rest: a place for decoded telemetry, and someone who knows the keys."""

from typing import Protocol

from sonde.auth.approach import Approach
from sonde.auth.grant import Grant
from sonde.model.rows import MetricPoint, Score
from sonde.model.span import LogRecord, Span


class Sink(Protocol):
    """Takes decoded telemetry. A coroutine returns when its rows are durable: that is the acknowledgement.

    Each raises `Unavailable` (or a kind of it) when nothing was taken and the sender should come back.
    """

    def check_room(self, body_bytes: int) -> None:
        """Raise what accepting a body of this size would. Cheap: asked before a body is read."""
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


class Authenticator(Protocol):
    """Knows the keys (`sonde.auth.door.Door`)."""

    def admit(self, approach: Approach) -> Grant:
        """The grant of whoever comes like this. Decided in memory.

        Raises `Unauthenticated`, `Forbidden`, `BadInput`, `RateLimited` or `Unavailable`.
        """
        ...
