"""Backup and restore of the embedded store: one consistent moment, every file with its checksum.

The engine freezes each table (hard links, milliseconds) while no write runs; the frozen parts are then copied
while telemetry keeps flowing. The backup holds everything written to the engine before that moment, and the
catalog as of a moment just after. What was accepted but still waits in the journal is not in it: let the
writer drain first when that matters.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sonde.model.errors import BadInput, NotAllowed, SondeError, StartError, StorageFull, Unavailable
from sonde.store.embedded import ENGINE_FOLDER, EmbeddedEngine
from sonde.store.engine import Engine
from sonde.store.folder import DataFolder, sync_folder, write_durably
from sonde.store.migrations import applied, load, migrate

MANIFEST = "backup.json"
CATALOG = "catalog.sqlite"
FORMAT = 1
TABLES = (
    *("spans", "contents", "calls", "log_facts", "logs", "metrics", "scores", "alerts"),
    *("calls_rollup", "rollup_buckets", "marks", "deletions"),
)


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """A finished, verified backup, or a restored one."""

    folder: Path
    created_ns: int
    """The moment it is consistent to."""
    files: int
    bytes: int
    rows: dict[str, int]
    seconds: float


def backup(engine: Engine, target: Path, *, catalog: Path | None = None) -> BackupSummary:
    """Copy the store into the new folder ``target`` and verify the copy. ``catalog``: the SQLite file.

    Raises `BadInput` when the target exists, `NotAllowed` on a server engine (use the server's own BACKUP),
    `StorageFull`; nothing half-made is left behind.
    """
    if not isinstance(engine, EmbeddedEngine):
        raise NotAllowed("A ClickHouse server is backed up with its own BACKUP statement.")
    began = time.monotonic()
    target = target.absolute()
    if target.exists():
        raise BadInput(f"{target} exists already.", hint="Name a folder that is not there yet.")
    partial = target.with_name(target.name + ".partial")
    name = "sonde" + secrets.token_hex(6)
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        with engine.writes_paused():
            created_ns = time.time_ns()
            rows = _freeze(engine, name)
        try:
            files = _copy_frozen(engine, name, partial)
        finally:
            shutil.rmtree(engine.folder / ENGINE_FOLDER / "shadow" / name, ignore_errors=True)
        if catalog is not None:
            _copy_catalog(catalog, partial / CATALOG)
            files[CATALOG] = _digest(partial / CATALOG)
        content = {
            "format": FORMAT,
            "created_ns": created_ns,
            "schema": max(applied(engine)),
            "rows": rows,
            "files": files,
        }
        write_durably(partial / MANIFEST, json.dumps(content, indent=1))
        verify(partial)
        partial.rename(target)
        sync_folder(target.parent)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise _storage_error(error, target) from error
        raise
    size = sum((target / file).stat().st_size for file in files)
    return BackupSummary(target, created_ns, len(files), size, rows, time.monotonic() - began)


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file is as written. Raises `BadInput` naming what is not."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, str] = manifest["files"]
        if manifest["format"] > FORMAT:
            raise BadInput("The backup was made by a newer Sonde.", hint="Restore it with that release.")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{folder} is not a Sonde backup: {MANIFEST} is missing or damaged.") from error
    for name, digest in files.items():
        file = folder / name
        if not file.is_file():
            raise BadInput(f"The backup is incomplete: {name} is missing.")
        if _digest(file) != digest:
            raise BadInput(f"The backup is damaged: {name} has another checksum.")
    return manifest


def restore(source: Path, data_folder: Path, *, memory_bytes: int = 2 << 30) -> BackupSummary:
    """Make a new data folder from a backup. The folder must be absent or empty, and no server may run on it.

    Raises `BadInput` for a damaged backup or a folder in use. A restore that fails leaves no data folder.
    """
    began = time.monotonic()
    source = source.absolute()
    manifest = verify(source)
    if manifest["schema"] > load()[-1].number:
        raise BadInput("The backup was made by a newer Sonde.", hint="Restore it with that release.")
    if data_folder.exists() and any(data_folder.iterdir()):
        raise BadInput(f"{data_folder} is not empty.", hint="Restore into a new folder.")
    try:
        folder = DataFolder.take(data_folder)
    except StartError as error:
        raise BadInput(error.message, hint=error.hint) from error
    try:
        engine = EmbeddedEngine(folder.path, memory_bytes=memory_bytes)
        try:
            migrate(engine, [migration for migration in load() if migration.number <= manifest["schema"]])
            for table in TABLES:
                engine.execute(f"TRUNCATE TABLE {table}")  # of what migrations put into it
                _attach(engine, table, source / "tables" / table)
            rows = _count(engine)
            if rows != manifest["rows"]:
                raise Unavailable(f"The restored rows differ from the backup's: {rows}.")
            migrate(engine)
        finally:
            engine.close()
        if CATALOG in manifest["files"]:
            shutil.copyfile(source / CATALOG, folder.path / CATALOG)
    except BaseException as error:
        folder.release()
        shutil.rmtree(data_folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise _storage_error(error, data_folder) from error
        raise
    folder.release()
    size = sum((source / file).stat().st_size for file in manifest["files"])
    return BackupSummary(
        data_folder, manifest["created_ns"], len(manifest["files"]), size, rows, time.monotonic() - began
    )


def _freeze(engine: EmbeddedEngine, name: str) -> dict[str, int]:
    for table in _existing(engine):
        engine.execute(f"ALTER TABLE {table} FREEZE WITH NAME '{name}'")
    return _count(engine)


def _existing(engine: Engine) -> list[str]:
    found = engine.query("SELECT name FROM system.tables WHERE database = currentDatabase()").rows
    names = {row[0] for row in found}
    return [table for table in TABLES if table in names]


def _count(engine: Engine) -> dict[str, int]:
    """Rows as stored; the tables that have any."""
    counts = {table: engine.query(f"SELECT count() FROM {table}").scalar() for table in _existing(engine)}
    return {table: count for table, count in counts.items() if count}


def _copy_frozen(engine: EmbeddedEngine, name: str, target: Path) -> dict[str, str]:
    """Copy shadow/<name>/…/<part> to tables/<table>/<part>; returns path → checksum."""
    shadow = engine.folder / ENGINE_FOLDER / "shadow" / name
    digests: dict[str, str] = {}
    for table, data_path in engine.query(
        "SELECT name, arrayElement(data_paths, 1) FROM system.tables WHERE database = currentDatabase() "
        "AND notEmpty(data_paths)"
    ).rows:
        relative = Path(data_path).relative_to((engine.folder / ENGINE_FOLDER).resolve())
        frozen = shadow / relative
        if table not in TABLES or not frozen.is_dir():
            continue
        for file in sorted(frozen.rglob("*")):
            if file.is_file():
                place = Path("tables") / table / file.relative_to(frozen)
                digests[str(place)] = _copy(file, target / place)
    return digests


def _copy(source: Path, target: Path) -> str:
    """Copy durably; returns the checksum of what was read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(1 << 20):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def _copy_catalog(source: Path, target: Path) -> None:
    """SQLite's own online backup: consistent while others write."""
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reader,
        contextlib.closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)


def _attach(engine: EmbeddedEngine, table: str, parts: Path) -> None:
    if not parts.is_dir():
        return
    path = engine.query(
        "SELECT arrayElement(data_paths, 1) FROM system.tables WHERE database = currentDatabase() "
        "AND name = {table:String}",
        {"table": table},
    ).scalar()
    for part in sorted(parts.iterdir()):
        shutil.copytree(part, Path(path) / "detached" / part.name)
        engine.execute(f"ALTER TABLE {table} ATTACH PART {{part:String}}", {"part": part.name})


def _digest(file: Path) -> str:
    with file.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()


def _storage_error(error: OSError, where: Path) -> SondeError:
    if error.errno == 28:
        return StorageFull(f"The disk of {where} is full. Nothing was left there.")
    return BadInput(f"{where} cannot be written: {error.strerror}.")
