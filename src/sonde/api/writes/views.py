"""Saved views."""

from typing import cast

from sonde.api.schemas.views import NewView, ViewChange, ViewItem, ViewList, ViewPage, ViewState
from sonde.api.services import Services
from sonde.api.times import format_time
from sonde.auth.grant import Grant
from sonde.model.errors import BadInput, NotFound
from sonde.store.catalog import StoredView


def list_views(shop: Services, grant: Grant, project: str | None, page: ViewPage | None) -> ViewList:
    """The views of one project. Raises `BadInput` when neither the request nor the key names one."""
    wanted = grant.project_for(project)
    if wanted is None:
        raise BadInput("Views belong to a project.", hint="Give project=…")
    return ViewList(items=[_item(view) for view in shop.catalog.views.of_page(wanted, page)])


def create_view(shop: Services, grant: Grant, body: NewView) -> ViewItem:
    """A new view. Raises `Conflict` when the name is taken."""
    grant.project_for(body.project)
    made = shop.catalog.views.create(body.project, body.page, body.name.strip(), _json(body.state))
    return _item(made)


def change_view(shop: Services, grant: Grant, view_id: str, change: ViewChange) -> ViewItem:
    """Another name or state."""
    _find(shop, grant, view_id)
    changed = shop.catalog.views.change(
        view_id,
        name=None if change.name is None else change.name.strip(),
        state_json=None if change.state is None else _json(change.state),
    )
    return _item(changed)


def delete_view(shop: Services, grant: Grant, view_id: str) -> None:
    """Remove a view."""
    _find(shop, grant, view_id)
    shop.catalog.views.delete(view_id)


def _find(shop: Services, grant: Grant, view_id: str) -> StoredView:
    """A view the caller may see. A foreign one is `NotFound` as well."""
    view = shop.catalog.views.get(view_id)
    if view is None or not grant.sees(view.project):
        raise NotFound("There is no such view.")
    return view


def _json(state: ViewState) -> str:
    return state.model_dump_json()


def _item(view: StoredView) -> ViewItem:
    return ViewItem(
        view_id=view.view_id,
        project=view.project,
        page=cast("ViewPage", view.page),
        name=view.name,
        state=ViewState.model_validate_json(view.state_json),
        created_time=format_time(view.created_ns),
        changed_time=format_time(view.changed_ns),
    )
