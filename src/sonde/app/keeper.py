"""What the store does to itself on request: sizes, checks, backups, deletions, retention."""

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from sonde.api.services import BackupReport, Finding, StorageReport, TableReport
from sonde.ingest.writer import Writer
from sonde.model.errors import SondeError
from sonde.model.limits import DRAIN_S
from sonde.store import backup as backups
from sonde.store import deletion, retention
from sonde.store.catalog import Catalog, RetentionDays
from sonde.store.catalog.catalog import FILE as CATALOG_FILE
from sonde.store.opening import Store
from sonde.store.sizes import sizes

log = logging.getLogger(__name__)


class StoreKeeper:
    """`sonde.api.services.Keeper` on an open store."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        writer: Writer,
        data_dir: Path,
        *,
        trouble: Callable[[], SondeError | None],
        before_project_goes: Callable[[str], None] = lambda _: None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._writer = writer
        self._data_dir = data_dir
        self._trouble = trouble
        self._before_project_goes = before_project_goes
        self._now_ns = now_ns

    def storage(self) -> StorageReport:
        """Sizes now."""
        tables = [
            TableReport(item.name, item.rows, item.bytes, item.oldest_ns, item.newest_ns)
            for item in sizes(self._store.engine)
        ]
        disk = shutil.disk_usage(self._data_dir)
        return StorageReport(tables, disk.free, disk.total)

    def integrity(self) -> list[Finding]:
        """What earlier starts found damaged, and what is wrong right now."""
        findings = [
            Finding(
                "error", problem.detail, problem.table or None, "Restore a backup to get these rows back."
            )
            for problem in self._store.manifest.problems
        ]
        trouble = self._trouble()
        findings += [
            Finding("error", note, None, "Keep the file and report it with the log.")
            for note in self._writer.notes()
        ]
        if trouble is not None:
            findings.append(Finding("error", trouble.message, None, trouble.hint or None))
        return findings

    def backup(self, directory: str) -> BackupReport:
        """Make a verified backup in a directory that is not there yet."""
        catalog = self._data_dir / CATALOG_FILE
        done = backups.backup(
            self._store.engine, Path(directory), catalog=catalog if catalog.exists() else None
        )
        return BackupReport(str(done.folder), done.bytes, done.files, done.seconds)

    def delete(
        self, project: str, target: dict[str, str], *, preview: bool, actor: str
    ) -> tuple[int, dict[str, int]]:
        """Delete (or only count) a trace, session, user or whole project; traces and rows per table.

        The writer stands still meanwhile and forgets what it knew of the project, so that a late span
        cannot bring a deleted call back.
        """
        ((kind, value),) = target.items()
        engine = self._store.engine
        if preview:
            counted = deletion.preview(engine, project, kind, "" if kind == "project" else value)
            return counted.traces, counted.rows
        if kind == "project":
            self._before_project_goes(project)
        self._writer.drain(DRAIN_S)  # what was accepted before is written, and so goes too
        with self._writer.paused() as resolver:
            done = deletion.delete(
                engine, self._store.rollups, project, kind, "" if kind == "project" else value
            )
            resolver.forget_project(project)
        if kind == "project":
            self._catalog.delete_project(project)
        self._catalog.record_deletion(actor=actor, project=project, target=target, counts=done.rows)
        self._store.checkpoint()
        return done.traces, done.rows

    def expire(self) -> None:
        """Remove what is older than its project's retention allows."""
        days = {found.name: found.settings.retention_days for found in self._catalog.projects()}
        expired = retention.expire(self._store.engine, days, RetentionDays(), now_ns=self._now_ns())
        if expired.rows or expired.partitions:
            log.info("retention removed %s and %d whole partitions", expired.rows, expired.partitions)
            self._store.checkpoint()
