"""Disk use, retention and the health of stored data."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Time
from sonde.api.schemas.projects import RetentionDays


class TableStorage(Answer):
    """One table on disk."""

    name: str
    rows: int
    bytes: int
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
