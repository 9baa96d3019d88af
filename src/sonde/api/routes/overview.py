"""GET /overview."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import OverviewParameters
from sonde.api.reads import overview as reads
from sonde.api.schemas.overview import Overview

router = APIRouter(tags=["overview"])


@router.get("/overview", summary="Totals, series and largest parts of a time range")
def get_overview(grant: Reader, shop: Shop, parameters: Annotated[OverviewParameters, Query()]) -> Overview:
    """Calls, errors, latency, tokens and cost of the range and of the range before it, with series per
    step.
    """
    return reads.overview(shop, grant, parameters)
