"""What the routes need, put together by the composition root."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sonde.api.sql.engine_names import EngineNames
from sonde.api.sql.slots import Slots
from sonde.api.viewers import Viewers
from sonde.auth.door import Door
from sonde.model.errors import BadInput, Unavailable
from sonde.model.facts import SpanFacts
from sonde.model.limits import SQL_CONCURRENT_PER_KEY_MAX
from sonde.model.rows import Cost, Score
from sonde.store.catalog import Catalog
from sonde.store.engine import Engine, QueryLimits, Result
from sonde.store.rollups import Rollups
from sonde.telemetry.self_cost import SelfCost

READ_LIMITS = QueryLimits(seconds=30, memory_bytes=1 << 30)


class ScoreSink(Protocol):
    """The part of the ingest pipeline that takes scores."""

    async def accept_scores(
        self, project: str, scores: list[Score], received_ns: int, body_bytes: int
    ) -> None:
        """Returns when they are durable."""
        ...


class Keeper(Protocol):
    """What the store can say about itself and do to itself."""

    def storage(self) -> "StorageReport":
        """Sizes now."""
        ...

    def integrity(self) -> list["Finding"]:
        """What is not as it should be; empty when all is well. May take seconds."""
        ...

    def backup(self, directory: str) -> "BackupReport":
        """Make a verified backup in a directory that is not there yet. Raises `BadInput`, `StorageFull`."""
        ...

    def delete(
        self, project: str, target: dict[str, str], *, preview: bool, actor: str
    ) -> tuple[int, dict[str, int]]:
        """Delete (or only count) by ``trace``, ``session`` or ``user`` with its id, or ``project``; returns
        traces and rows per table.
        """
        ...


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table on disk."""

    name: str
    rows: int
    bytes: int
    oldest_ns: int | None
    newest_ns: int | None


@dataclass(frozen=True, slots=True)
class StorageReport:
    """Sizes of the store."""

    tables: list[TableReport]
    disk_free_bytes: int | None
    disk_total_bytes: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    severity: str
    """error | warning."""
    message: str
    table: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A finished backup."""

    directory: str
    bytes: int
    files: int
    duration_s: float


@dataclass(frozen=True)
class Services:
    """Everything a route may use."""

    engine: Engine
    door: Door
    sink: ScoreSink
    catalog: Catalog
    rollups: Rollups | None = None
    """None reads every measure from rows."""
    price: Callable[[SpanFacts, int], Cost] | None = None
    """The price of a call at a time (ns), for pasted spans."""
    keeper: Keeper | None = None
    now_ns: Callable[[], int] = time.time_ns
    public_url: str | None = None
    grpc_port: int | None = None
    """None or 0: not told to anybody."""
    self_cost: Callable[[], SelfCost] | None = None
    data_dir: Path | None = None
    sql_slots: Slots = field(default_factory=lambda: Slots(SQL_CONCURRENT_PER_KEY_MAX))
    engine_names: EngineNames = field(default_factory=EngineNames)
    viewers: Viewers = field(default_factory=Viewers)

    def query(
        self, sql: str, params: Mapping[str, Any] | None = None, *, query_id: str | None = None
    ) -> Result:
        """Run one of our own queries. One that the engine cannot read is a bug, and its text is nobody's
        business.
        """
        try:
            return self.engine.query(sql, params, limits=READ_LIMITS, query_id=query_id)
        except BadInput as error:
            raise AssertionError(f"our own SQL is wrong: {error}") from error

    def http_url(self, host: str) -> str:
        """Where to send OTLP/HTTP to, as somebody sees it who came by this Host header."""
        return (self.public_url or f"http://{host}").rstrip("/")

    def grpc_url(self, host: str) -> str | None:
        """Where to send OTLP/gRPC to."""
        if not self.grpc_port:
            return None
        name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
        return f"http://{name}:{self.grpc_port}"

    def store_keeper(self) -> Keeper:
        """The keeper. Raises `Unavailable` where the store has none."""
        if self.keeper is None:
            raise Unavailable("This server's store cannot do that.")
        return self.keeper
