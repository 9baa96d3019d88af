"""Disk use, retention, integrity and backups, as the store reports them."""

from sonde.api.schemas.projects import RetentionDays
from sonde.api.schemas.storage import (
    BackupAnswer,
    IntegrityAnswer,
    IntegrityFinding,
    ProjectRetention,
    StorageAnswer,
    TableStorage,
)
from sonde.api.services import Services
from sonde.api.times import format_time
from sonde.auth.grant import Grant
from sonde.model.errors import Forbidden
from sonde.store.catalog import ProjectSettings


def need_everywhere(grant: Grant) -> None:
    """Raise `Forbidden` unless the caller administers every project."""
    if not grant.everywhere:
        raise Forbidden("This needs an admin of every project.")


def storage(shop: Services, grant: Grant) -> StorageAnswer:
    """Sizes of the whole installation, retention of the caller's projects."""
    report = shop.store_keeper().storage()
    tables = [
        TableStorage(
            name=table.name,
            rows=table.rows,
            bytes=table.bytes,
            oldest_time=format_time(table.oldest_ns) if table.oldest_ns is not None else None,
            newest_time=format_time(table.newest_ns) if table.newest_ns is not None else None,
        )
        for table in report.tables
    ]
    return StorageAnswer(
        engine="server" if shop.engine.kind == "server" else "embedded",
        tables=tables,
        bytes=sum(table.bytes for table in tables),
        disk_free_bytes=report.disk_free_bytes,
        disk_total_bytes=report.disk_total_bytes,
        retention=[
            ProjectRetention(project=project.name, retention_days=retention_of(project.settings))
            for project in shop.catalog.projects()
            if grant.sees(project.name)
        ],
    )


def retention_of(settings: ProjectSettings) -> RetentionDays:
    """Days as they are sent."""
    days = settings.retention_days
    return RetentionDays(
        content=days.content, spans=days.spans, logs=days.logs, metrics=days.metrics, calls=days.calls
    )


def integrity(shop: Services, grant: Grant) -> IntegrityAnswer:
    """What the store finds wrong with itself."""
    need_everywhere(grant)
    findings = [
        IntegrityFinding(
            severity="error" if found.severity == "error" else "warning",
            table=found.table,
            message=found.message,
            hint=found.hint,
        )
        for found in shop.store_keeper().integrity()
    ]
    return IntegrityAnswer(
        ok=not any(found.severity == "error" for found in findings),
        checked_time=format_time(shop.now_ns()),
        findings=findings,
    )


def backup(shop: Services, grant: Grant, directory: str) -> BackupAnswer:
    """Make a backup on the server's disk."""
    need_everywhere(grant)
    report = shop.store_keeper().backup(directory)
    return BackupAnswer(
        directory=report.directory, bytes=report.bytes, files=report.files, duration_s=report.duration_s
    )
