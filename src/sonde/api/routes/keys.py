"""GET, POST and DELETE /keys."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Admin, Shop
from sonde.api.parameters import KeyParameters
from sonde.api.schemas.keys import KeyCreated, KeyList, NewKey
from sonde.api.writes import keys as writes

router = APIRouter(prefix="/keys", tags=["keys"])


@router.get("", summary="List keys")
def list_keys(grant: Admin, shop: Shop, parameters: Annotated[KeyParameters, Query()]) -> KeyList:
    """Without their secrets."""
    return writes.list_keys(shop, grant, parameters.project)


@router.post("", summary="Create a key", status_code=201)
def create_key(body: NewKey, grant: Admin, shop: Shop) -> KeyCreated:
    """The key's text is in this answer and nowhere else."""
    return writes.create_key(shop, grant, body)


@router.delete("/{key_id}", summary="Revoke a key", status_code=204)
def revoke_key(key_id: str, grant: Admin, shop: Shop) -> None:
    """Effective within five seconds, also for browser sessions that logged in with it."""
    writes.revoke_key(shop, grant, key_id)
