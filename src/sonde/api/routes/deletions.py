"""POST /deletions."""

from fastapi import APIRouter

from sonde.api.access import Admin, Shop
from sonde.api.schemas.deletions import Deletion, DeletionAnswer
from sonde.api.writes import deletions as writes

router = APIRouter(prefix="/deletions", tags=["deletions"])


@router.post("", summary="Delete by trace, session, user or project")
def delete(body: Deletion, grant: Admin, shop: Shop) -> DeletionAnswer:
    """Raw rows, content and roll-ups. With ``preview`` (the default) only counts."""
    return writes.delete(shop, grant, body)
