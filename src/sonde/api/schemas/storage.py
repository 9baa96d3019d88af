"""Disk use, retention and the health of stored data."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Time
from sonde.api.schemas.projects import RetentionDays


class TableStorage(Answer):
    """One table on disk."""

    name: str
    signal: str = Field(description="spans, content, calls, logs, metrics or scores")
    rows: int
    bytes: int
    bytes_per_day: float | None = Field(
        default=None, description="Mean of the last whole days by event time; null before there is one"
    )
    oldest_time: Time | None = None
    newest_time: Time | None = None


class ProjectRetention(Answer):
    """How long one project's rows are kept."""

    project: str
    retention_days: RetentionDays


class StorageAnswer(Answer):
    """How much there is and how much room is left."""

    engine: Literal["embedded", "server"]
    tables: list[TableStorage]
    bytes: int
    disk_free_bytes: int | None = Field(default=None, description="Null for a ClickHouse server")
    disk_total_bytes: int | None = None
    retention: list[ProjectRetention]
    growth_days: int = Field(description="Whole days that the growth is taken from, at most 7; 0: unknown")
    bytes_per_day: float | None = Field(default=None, description="Of all tables; null before a whole day")
    disk_full_time: Time | None = Field(
        default=None,
        description="When the disk is full at this pace, retention counted; `disk_full_note` says why null",
    )
    disk_full_note: str | None = None


class UsageSample(Answer):
    """What the server's process used up to one moment."""

    time: Time
    cpu_share: float | None = Field(description="Of one core, since the sample before; null for the first")
    memory_bytes: int | None = Field(description="Null where the system does not tell")


class SelfCostAnswer(Answer):
    """What Sonde itself costs the machine it runs on."""

    started_time: Time
    cpu_s: float = Field(description="CPU time since the start")
    cpu_share: float | None = Field(description="Of one core, over the last hour at most; null at the start")
    cores: int | None = Field(description="Of the machine")
    memory_bytes: int | None
    memory_peak_bytes: int
    data_bytes: int | None = Field(description="On disk below the data folder: tables, journal, catalog")
    samples: list[UsageSample]


class IntegrityFinding(Answer):
    """One thing that is not as it should be."""

    severity: Literal["error", "warning"]
    table: str | None = None
    message: str
    hint: str | None = None


class IntegrityAnswer(Answer):
    """What the checks found."""

    ok: bool
    checked_time: Time
    findings: list[IntegrityFinding]


class BackupRequest(Answer):
    """Where on the server's machine to put the backup."""

    directory: str = Field(
        min_length=1, max_length=4096, description="An absolute path that does not exist yet"
    )


class BackupAnswer(Answer):
    """A finished, verified backup."""

    directory: str
    bytes: int
    files: int
    duration_s: float
