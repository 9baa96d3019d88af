"""Saved views of the lists: a name for a filter, columns, order, charts and range."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sonde.model.errors import Conflict, NotFound
from sonde.store.catalog.tables import SavedView

VIEWS_MAX = 500
"""Of one page in one project."""


class StoredView(Struct, frozen=True):
    """One saved view."""

    view_id: str
    project: str
    page: str
    name: str
    state_json: str
    """What the page shows, as the page wrote it: this store does not look into it."""
    created_ns: int
    changed_ns: int


class SavedViews:
    """The saved views of all projects. Every method is one transaction."""

    def __init__(
        self, session: Callable[[], AbstractContextManager[Session]], now_ns: Callable[[], int]
    ) -> None:
        self._session = session
        self._now_ns = now_ns

    def of_page(self, project: str, page: str | None = None) -> list[StoredView]:
        """The views of a project by page and name."""
        query = select(SavedView).where(SavedView.project == project)
        if page is not None:
            query = query.where(SavedView.page == page)
        with self._session() as session:
            return [_view(row) for row in session.scalars(query.order_by(SavedView.page, SavedView.name))]

    def get(self, view_id: str) -> StoredView | None:
        """One view, None when there is none."""
        with self._session() as session:
            row = session.get(SavedView, view_id)
            return _view(row) if row else None

    def create(self, project: str, page: str, name: str, state_json: str) -> StoredView:
        """A new view. Raises `Conflict` when the name is taken or there are too many, `NotFound` without the
        project.
        """
        now = self._now_ns()
        row = SavedView(
            view_id=secrets.token_hex(8),
            project=project,
            page=page,
            name=name,
            state_json=state_json,
            created_ns=now,
            changed_ns=now,
        )
        try:
            with self._session() as session:
                there = session.scalar(
                    select(func.count())
                    .select_from(SavedView)
                    .where(SavedView.project == project, SavedView.page == page)
                )
                if (there or 0) >= VIEWS_MAX:
                    raise Conflict(
                        f"There are {VIEWS_MAX} views of {page} already.", hint="Delete some first."
                    )
                session.add(row)
                session.flush()
                return _view(row)
        except IntegrityError:
            if self._taken(project, page, name):
                raise _taken(page, name) from None
            raise NotFound(f"There is no project '{project}'.") from None

    def change(self, view_id: str, *, name: str | None = None, state_json: str | None = None) -> StoredView:
        """Another name or another state. Raises `NotFound`, and `Conflict` when the name is taken."""
        try:
            with self._session() as session:
                row = session.get(SavedView, view_id)
                if row is None:
                    raise NotFound("There is no such view.")
                if name is not None:
                    row.name = name
                if state_json is not None:
                    row.state_json = state_json
                row.changed_ns = self._now_ns()
                session.flush()
                return _view(row)
        except IntegrityError:
            raise _taken("this page", name or "") from None

    def delete(self, view_id: str) -> bool:
        """Remove a view; whether it was there."""
        with self._session() as session:
            row = session.get(SavedView, view_id)
            if row is None:
                return False
            session.delete(row)
            return True

    def _taken(self, project: str, page: str, name: str) -> bool:
        with self._session() as session:
            found = session.scalar(
                select(SavedView.view_id).where(
                    SavedView.project == project, SavedView.page == page, SavedView.name == name
                )
            )
            return found is not None


def _taken(page: str, name: str) -> Conflict:
    return Conflict(
        f"There is a view '{name}' of {page} already.", hint="Take another name, or change that one."
    )


def _view(row: SavedView) -> StoredView:
    return StoredView(
        row.view_id, row.project, row.page, row.name, row.state_json, row.created_ns, row.changed_ns
    )
