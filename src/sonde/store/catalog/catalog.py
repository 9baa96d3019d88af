"""Typed access to the catalog. Every method is one transaction; values in and out are plain frozen types."""

import secrets
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, create_engine, delete, event, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from sonde.model.errors import Conflict, NotFound, StartError, Unavailable
from sonde.store.catalog.annotations import Annotations
from sonde.store.catalog.project_settings import ProjectSettings
from sonde.store.catalog.saved_views import SavedViews
from sonde.store.catalog.tables import ApiKey, Deletion, Project
from sonde.store.catalog.upgrade import upgrade

FILE = "catalog.sqlite"
BUSY_MS = 5_000


class StoredProject(Struct, frozen=True):
    """One project."""

    name: str
    demo: bool
    created_ns: int
    settings: ProjectSettings


class StoredKey(Struct, frozen=True):
    """One API key without its secret."""

    key_id: str
    name: str
    project: str | None
    """None: every project."""
    scopes: frozenset[str]
    digest: str
    """SHA-256 of the key text, lower-case hex."""
    hint: str
    created_ns: int
    expires_ns: int | None = None
    last_used_ns: int | None = None


class StoredDeletion(Struct, frozen=True):
    """One deletion that was carried out."""

    time_ns: int
    actor: str
    project: str
    target: dict[str, str]
    counts: dict[str, int]


class Catalog:
    """Projects, keys and the record of deletions. Thread-safe."""

    def __init__(self, url: str, *, now_ns: Callable[[], int] = time.time_ns) -> None:
        """Connect and bring the schema up to date. Raises `StartError` when that cannot be done."""
        self._now_ns = now_ns
        self.views = SavedViews(self._session, now_ns)
        self.annotations = Annotations(self._session, now_ns)
        try:
            self._engine = _engine_for(url)
        except ModuleNotFoundError as error:
            raise StartError(
                f"The catalog's driver is missing: {error.name}.", hint="pip install 'sonde[server,postgres]'"
            ) from error
        try:
            upgrade(self._engine)
        except DBAPIError as error:
            self._engine.dispose()
            raise StartError(f"The catalog cannot be opened: {error.orig}") from error
        except StartError:
            self._engine.dispose()
            raise

    @classmethod
    def in_folder(cls, folder: Path, *, now_ns: Callable[[], int] = time.time_ns) -> "Catalog":
        """The SQLite catalog of a data folder."""
        return cls(f"sqlite:///{folder / FILE}", now_ns=now_ns)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    # Projects

    def projects(self) -> list[StoredProject]:
        """All projects by name."""
        with self._session() as session:
            return [_project(row) for row in session.scalars(select(Project).order_by(Project.name))]

    def project(self, name: str) -> StoredProject | None:
        """One project, None when there is none of that name."""
        with self._session() as session:
            row = session.get(Project, name)
            return _project(row) if row else None

    def create_project(self, name: str, *, demo: bool = False) -> StoredProject:
        """A new project with default settings. Raises `Conflict` when the name is taken."""
        settings = ProjectSettings(pseudonym_key=secrets.token_hex(32))
        row = Project(name=name, demo=demo, created_ns=self._now_ns(), settings_json=_encode(settings))
        try:
            with self._session() as session:
                session.add(row)
                session.flush()
                return _project(row)
        except IntegrityError:
            raise Conflict(f"Project '{name}' exists already.") from None

    def ensure_project(self, name: str, *, demo: bool = False) -> StoredProject:
        """The project of that name, made when it is not there."""
        found = self.project(name)
        if found is not None:
            return found
        try:
            return self.create_project(name, demo=demo)
        except Conflict:  # somebody else was quicker
            found = self.project(name)
            assert found is not None
            return found

    def change_project(self, name: str, settings: ProjectSettings) -> StoredProject:
        """Replace a project's settings. Raises `NotFound`."""
        with self._session() as session:
            row = session.get(Project, name)
            if row is None:
                raise NotFound(f"There is no project '{name}'.")
            row.settings_json = _encode(settings)
            session.flush()
            return _project(row)

    def delete_project(self, name: str) -> bool:
        """Remove a project and its keys (its telemetry is the engine's matter); whether it was there."""
        with self._session() as session:
            result: Any = session.execute(delete(Project).where(Project.name == name))
            return bool(result.rowcount)

    # Keys

    def api_keys(self) -> list[StoredKey]:
        """Every key that is not revoked, expired ones too, oldest first."""
        with self._session() as session:
            rows = session.scalars(
                select(ApiKey).where(ApiKey.revoked_ns.is_(None)).order_by(ApiKey.created_ns, ApiKey.key_id)
            )
            return [_key(row) for row in rows]

    def add_key(self, key: StoredKey) -> None:
        """Store a new key; its project is made when it is not there."""
        if key.project is not None:
            self.ensure_project(key.project)
        with self._session() as session:
            session.add(
                ApiKey(
                    key_id=key.key_id,
                    name=key.name,
                    project=key.project,
                    scopes=" ".join(sorted(key.scopes)),
                    digest=key.digest,
                    hint=key.hint,
                    created_ns=key.created_ns,
                    expires_ns=key.expires_ns,
                )
            )

    def revoke_key(self, key_id: str) -> bool:
        """End a key; whether it was in force."""
        with self._session() as session:
            result: Any = session.execute(
                update(ApiKey)
                .where(ApiKey.key_id == key_id, ApiKey.revoked_ns.is_(None))
                .values(revoked_ns=self._now_ns())
            )
            return bool(result.rowcount)

    def touch_keys(self, used_ns: dict[str, int]) -> None:
        """Set the time of last use by key id."""
        with self._session() as session:
            for key_id, at in used_ns.items():
                session.execute(update(ApiKey).where(ApiKey.key_id == key_id).values(last_used_ns=at))

    # Deletions

    def record_deletion(
        self, *, actor: str, project: str, target: dict[str, str], counts: dict[str, int]
    ) -> None:
        """Note that something was deleted."""
        with self._session() as session:
            session.add(
                Deletion(
                    time_ns=self._now_ns(),
                    actor=actor,
                    project=project,
                    target=_encode(target),
                    counts_json=_encode(counts),
                )
            )

    def deletions(self, limit: int = 100) -> list[StoredDeletion]:
        """The latest deletions, newest first."""
        with self._session() as session:
            rows: Iterable[Deletion] = session.scalars(
                select(Deletion).order_by(Deletion.deletion_id.desc()).limit(limit)
            )
            return [
                StoredDeletion(
                    row.time_ns,
                    row.actor,
                    row.project,
                    msgspec.json.decode(row.target, type=dict[str, str]),
                    msgspec.json.decode(row.counts_json, type=dict[str, int]),
                )
                for row in rows
            ]

    @contextmanager
    def _session(self) -> Generator[Session]:
        """One transaction. A database that does not answer is `Unavailable`."""
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield session
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise Unavailable(f"The catalog does not answer: {error.orig}") from error


def _engine_for(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=5)
    engine = create_engine(url, connect_args={"check_same_thread": False})

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", prepare)
    return engine


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _project(row: Project) -> StoredProject:
    settings = msgspec.json.decode(row.settings_json, type=ProjectSettings)
    return StoredProject(row.name, row.demo, row.created_ns, settings)


def _key(row: ApiKey) -> StoredKey:
    return StoredKey(
        row.key_id,
        row.name,
        row.project,
        frozenset(row.scopes.split()),
        row.digest,
        row.hint,
        row.created_ns,
        row.expires_ns,
        row.last_used_ns,
    )
