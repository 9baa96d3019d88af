"""Annotations: moments and stretches of time that somebody marked, such as a deploy or an incident."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

import msgspec
from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sonde.model.errors import Conflict, NotFound
from sonde.store.catalog.tables import Annotation

ANNOTATIONS_MAX = 50_000
"""Of one project: a sender that posts one a minute is stopped after a month."""


class StoredAnnotation(Struct, frozen=True):
    """One annotation. Without ``end_ns`` it is a moment; without ``service`` it is about all of them."""

    annotation_id: str
    project: str
    kind: str
    time_ns: int
    end_ns: int | None
    title: str
    text: str
    tags: tuple[str, ...]
    service: str | None
    author: str
    created_ns: int


class Annotations:
    """The annotations of all projects. Every method is one transaction."""

    def __init__(
        self, session: Callable[[], AbstractContextManager[Session]], now_ns: Callable[[], int]
    ) -> None:
        self._session = session
        self._now_ns = now_ns

    def between(
        self,
        project: str | None,
        from_ns: int,
        to_ns: int,
        *,
        services: list[str] | None = None,
        kinds: list[str] | None = None,
        limit: int,
    ) -> list[StoredAnnotation]:
        """Those that touch ``from <= time < to``, the newest ``limit`` of them in order of time. Project None
        is every project; those of no service belong to each.
        """
        query = select(Annotation).where(
            Annotation.time_ns < to_ns,
            or_(Annotation.time_ns >= from_ns, Annotation.end_ns > from_ns),
        )
        if project is not None:
            query = query.where(Annotation.project == project)
        if services:
            query = query.where(or_(Annotation.service.is_(None), Annotation.service.in_(services)))
        if kinds:
            query = query.where(Annotation.kind.in_(kinds))
        query = query.order_by(Annotation.time_ns.desc(), Annotation.annotation_id.desc()).limit(limit)
        with self._session() as session:
            return [_annotation(row) for row in session.scalars(query)][::-1]

    def get(self, annotation_id: str) -> StoredAnnotation | None:
        """One annotation, None when there is none."""
        with self._session() as session:
            row = session.get(Annotation, annotation_id)
            return _annotation(row) if row else None

    def create(
        self,
        project: str,
        *,
        kind: str,
        time_ns: int,
        title: str,
        end_ns: int | None = None,
        text: str = "",
        tags: tuple[str, ...] = (),
        service: str | None = None,
        author: str = "",
    ) -> StoredAnnotation:
        """A new annotation. Raises `NotFound` without the project, `Conflict` when it has too many."""
        row = Annotation(
            annotation_id=secrets.token_hex(8),
            project=project,
            kind=kind,
            time_ns=time_ns,
            end_ns=end_ns,
            title=title,
            text=text,
            tags_json=msgspec.json.encode(tags).decode(),
            service=service,
            author=author,
            created_ns=self._now_ns(),
        )
        try:
            with self._session() as session:
                there = session.scalar(
                    select(func.count()).select_from(Annotation).where(Annotation.project == project)
                )
                if (there or 0) >= ANNOTATIONS_MAX:
                    raise Conflict(
                        f"Project '{project}' has {ANNOTATIONS_MAX} annotations already.",
                        hint="Delete some first.",
                    )
                session.add(row)
                session.flush()
                return _annotation(row)
        except IntegrityError:
            raise NotFound(
                f"There is no project '{project}'.", hint="It is made when the first telemetry arrives."
            ) from None

    def delete(self, annotation_id: str) -> bool:
        """Remove an annotation; whether it was there."""
        with self._session() as session:
            row = session.get(Annotation, annotation_id)
            if row is None:
                return False
            session.delete(row)
            return True


def _annotation(row: Annotation) -> StoredAnnotation:
    return StoredAnnotation(
        row.annotation_id,
        row.project,
        row.kind,
        row.time_ns,
        row.end_ns,
        row.title,
        row.text,
        msgspec.json.decode(row.tags_json, type=tuple[str, ...]),
        row.service,
        row.author,
        row.created_ns,
    )
