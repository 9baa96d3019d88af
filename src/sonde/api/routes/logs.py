"""GET /logs."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import LogParameters
from sonde.api.reads import logs as reads
from sonde.api.schemas.common import Page
from sonde.api.schemas.logs import LogItem

router = APIRouter(prefix="/logs", tags=["logs"])


@router.get("", summary="List log records")
def list_logs(grant: Reader, shop: Shop, parameters: Annotated[LogParameters, Query()]) -> Page[LogItem]:
    """Newest first. Bodies need scope ``content``."""
    return reads.list_logs(shop, grant, parameters)
