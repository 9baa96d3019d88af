"""GET /users."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import UserListParameters
from sonde.api.reads import users as reads
from sonde.api.schemas.users import UserPage

router = APIRouter(prefix="/users", tags=["users"])


@router.get("", summary="List users")
def list_users(grant: Reader, shop: Shop, parameters: Annotated[UserListParameters, Query()]) -> UserPage:
    """Dearest first, or by calls, errors, tokens, traces or last call. Figures are of the range."""
    return reads.list_users(shop, grant, parameters)
