"""GET /status."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from sonde.api.access import Reader, Shop
from sonde.api.parameters import ProjectParameters
from sonde.api.reads import status as reads
from sonde.api.schemas.status import StatusAnswer

router = APIRouter(tags=["status"])


@router.get("/status", summary="What has been received, and where to send it")
def get_status(
    request: Request, grant: Reader, shop: Shop, parameters: Annotated[ProjectParameters, Query()]
) -> StatusAnswer:
    """Cheap: made to be asked every second by the set-up page."""
    return reads.status(shop, grant, parameters.project, str(request.headers.get("host", "")))
