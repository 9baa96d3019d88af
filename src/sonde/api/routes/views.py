"""GET, POST, PATCH and DELETE /views."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import ProjectParameters
from sonde.api.schemas.views import NewView, ViewChange, ViewItem, ViewList, ViewPage
from sonde.api.writes import views as writes

router = APIRouter(prefix="/views", tags=["views"])


class ViewParameters(ProjectParameters):
    """Which views."""

    page: ViewPage | None = None


ViewId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.get("", summary="List saved views")
def list_views(grant: Reader, shop: Shop, parameters: Annotated[ViewParameters, Query()]) -> ViewList:
    """Of one project, by page and name."""
    return writes.list_views(shop, grant, parameters.project, parameters.page)


@router.post("", summary="Save a view", status_code=201)
def create_view(body: NewView, grant: Reader, shop: Shop) -> ViewItem:
    """Everybody who may read the project sees it."""
    return writes.create_view(shop, grant, body)


@router.patch("/{view_id}", summary="Rename a view or save it anew")
def change_view(view_id: ViewId, body: ViewChange, grant: Reader, shop: Shop) -> ViewItem:
    """What is left out stays as it is."""
    return writes.change_view(shop, grant, view_id, body)


@router.delete("/{view_id}", summary="Delete a view", status_code=204)
def delete_view(view_id: ViewId, grant: Reader, shop: Shop) -> None:
    """Nothing of the telemetry goes with it."""
    writes.delete_view(shop, grant, view_id)
