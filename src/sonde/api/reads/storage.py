"""Disk use, retention, integrity and backups, as the store reports them; what the process itself costs."""

import os
from itertools import pairwise

from sonde.api.reads.growth import SIGNALS, forecast, growth
from sonde.api.schemas.projects import RetentionDays
from sonde.api.schemas.storage import (
    BackupAnswer,
    IntegrityAnswer,
    IntegrityFinding,
    ProjectRetention,
    SelfCostAnswer,
    StorageAnswer,
    TableStorage,
    UsageSample,
)
from sonde.api.services import Services
from sonde.api.times import format_time
from sonde.auth.grant import Grant
from sonde.model.errors import Forbidden, Unavailable
from sonde.store.catalog import ProjectSettings
from sonde.store.catalog import RetentionDays as Days
from sonde.telemetry.self_cost import Usage, folder_bytes


def need_everywhere(grant: Grant) -> None:
    """Raise `Forbidden` unless the caller administers every project."""
    if not grant.everywhere:
        raise Forbidden("This needs an admin of every project.")


def storage(shop: Services, grant: Grant) -> StorageAnswer:
    """Sizes of the whole installation, retention of the caller's projects."""
    report = shop.store_keeper().storage()
    pace = growth(shop, report.tables)
    projects = shop.catalog.projects()
    full = forecast(
        report.tables,
        pace,
        _longest([project.settings.retention_days for project in projects]),
        free_bytes=report.disk_free_bytes if shop.engine.kind == "embedded" else None,
        now_ns=shop.now_ns(),
    )
    tables = [
        TableStorage(
            name=table.name,
            signal=SIGNALS.get(table.name, table.name),
            rows=table.rows,
            bytes=table.bytes,
            bytes_per_day=pace.bytes_per_day.get(table.name) if pace.days else None,
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
            for project in projects
            if grant.sees(project.name)
        ],
        growth_days=pace.days,
        bytes_per_day=sum(pace.bytes_per_day.values()) if pace.days else None,
        disk_full_time=format_time(full.full_ns) if full.full_ns is not None else None,
        disk_full_note=full.note or None,
    )


def _longest(all_days: list[Days]) -> Days:
    """The longest retention of each kind; the defaults without a project."""
    kept = all_days or [Days()]
    return Days(
        content=max(days.content for days in kept),
        spans=max(days.spans for days in kept),
        logs=max(days.logs for days in kept),
        metrics=max(days.metrics for days in kept),
        calls=max(days.calls for days in kept),
    )


def self_cost(shop: Services) -> SelfCostAnswer:
    """CPU, memory and disk of this process. Raises `Unavailable` where nobody samples them."""
    if shop.self_cost is None:
        raise Unavailable("This server does not measure itself.")
    report = shop.self_cost()
    shares = [None, *(_share(before, after) for before, after in pairwise(report.samples))]
    return SelfCostAnswer(
        started_time=format_time(report.started_ns),
        cpu_s=report.now.cpu_s,
        cpu_share=_share(report.samples[0], report.now) if report.samples else None,
        cores=os.cpu_count(),
        memory_bytes=report.now.memory_bytes,
        memory_peak_bytes=report.memory_peak_bytes,
        data_bytes=folder_bytes(shop.data_dir) if shop.data_dir is not None else None,
        samples=[
            UsageSample(time=format_time(sample.time_ns), cpu_share=share, memory_bytes=sample.memory_bytes)
            for sample, share in zip(report.samples, shares, strict=True)
        ],
    )


def _share(before: Usage, after: Usage) -> float | None:
    """CPU of one core between two samples; None when the clock stood still or went back."""
    passed = (after.time_ns - before.time_ns) / 1e9
    return (after.cpu_s - before.cpu_s) / passed if passed > 0 else None


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
