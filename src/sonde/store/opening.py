"""Opening a telemetry store in the right order: lock, definitions, engine, schema, integrity."""

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

from sonde.model.errors import SondeError, StartError, StorageFull
from sonde.store.deletion import resume
from sonde.store.embedded import ENGINE_FOLDER, EmbeddedEngine
from sonde.store.engine import Engine
from sonde.store.folder import DataFolder
from sonde.store.integrity import (
    Manifest,
    Problem,
    check,
    checkpoint,
    quarantined,
    restore_definitions,
)
from sonde.store.migrations import applied, dropped_tables, migrate
from sonde.store.rollups import ROLLUP_TABLES, Rollups

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Store:
    """An open store with everything around its engine."""

    engine: Engine
    rollups: Rollups
    folder: DataFolder | None = None
    """None with a server engine."""
    manifest: Manifest = field(default_factory=Manifest)
    found: list[Problem] = field(default_factory=list[Problem])
    """What this start found missing or repaired; empty is good."""

    def checkpoint(self) -> None:
        """Remember what is there, for the next start's comparison. Call it every minute and after deletes."""
        if self.folder is not None:
            path = self.folder.path
            checkpoint(self.engine, path / ENGINE_FOLDER, path, self.manifest)

    def close(self) -> None:
        """Finish, remember, release the folder."""
        try:
            self.checkpoint()
        except Exception:  # the disk may be full: the last checkpoint stays good
            log.warning("the store's manifest could not be written", exc_info=True)
        self.engine.close()
        if self.folder is not None:
            self.folder.release()


def open_embedded(path: Path, *, memory_bytes: int = 2 << 30, threads: int = 2) -> Store:
    """Open (or create) the store in a data folder. Raises `StartError`.

    A folder the engine cannot open is set aside whole, as ``engine.corrupt-<time>``, and a new one begun:
    telemetry keeps flowing, and what happened is in `Store.found`.
    """
    folder = DataFolder.take(path)
    try:
        manifest = Manifest.load(folder.path)
        manifest.forget(dropped_tables())
        found = restore_definitions(folder.path / ENGINE_FOLDER, manifest)
        try:
            engine = _open(folder.path, memory_bytes, threads)
        except _Broken as broken:
            log.warning("store: %s", broken)
            found.append(_quarantine(folder.path, manifest))
            engine = EmbeddedEngine(folder.path, memory_bytes=memory_bytes, threads=threads)
        try:
            migrate(engine)
            engine.resume_clock()
            found.extend(check(engine, manifest))
        except BaseException:
            engine.close()
            raise
    except BaseException:
        folder.release()
        raise
    for problem in found:
        log.error("store: %s", problem.detail)
    manifest.problems.extend(found)
    store = Store(engine, Rollups(engine), folder, manifest, found)
    if any(problem.table in ROLLUP_TABLES for problem in found):
        store.rollups.start_over()
    resume(engine, store.rollups)
    if found:
        manifest.parts = {}
    store.checkpoint()
    return store


def open_server(url: str) -> Store:
    """Connect to a ClickHouse server and bring its schema up to date. Raises `StartError`."""
    from sonde.store.server import ServerEngine

    engine = ServerEngine(url)
    migrate(engine)
    store = Store(engine, Rollups(engine))
    resume(engine, store.rollups)
    return store


class _Broken(Exception):
    """The engine's folder is beyond what the engine can open."""


def _open(path: Path, memory_bytes: int, threads: int) -> EmbeddedEngine:
    """The engine with its tables readable. Raises `_Broken`."""
    try:
        engine = EmbeddedEngine(path, memory_bytes=memory_bytes, threads=threads)
    except StartError as error:
        raise _Broken(error.message) from error
    try:
        applied(engine)
    except StorageFull as error:
        engine.close()
        raise StartError(error.message, hint="Make room and start again.") from error
    except SondeError as error:
        engine.close()
        raise _Broken(error.message) from error
    return engine


def _quarantine(path: Path, manifest: Manifest) -> Problem:
    broken = path / ENGINE_FOLDER
    aside = path / f"{ENGINE_FOLDER}.corrupt-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    broken.rename(aside)
    rows = {table: sum(parts.values()) for table, parts in manifest.parts.items()}
    manifest.parts, manifest.definitions, manifest.detached = {}, {}, []
    return quarantined(rows, aside)
