"""GET /ledger."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import WindowParameters
from sonde.api.reads import ledger as reads
from sonde.api.schemas.ledger import Ledger

router = APIRouter(tags=["status"])


@router.get("/ledger", summary="What senders made, sampled out, dropped and delivered")
def get_ledger(grant: Reader, shop: Shop, parameters: Annotated[WindowParameters, Query()]) -> Ledger:
    """The account that Sonde's SDK keeps of its own losses; at most 200 services and signals."""
    return reads.ledger(shop, grant, parameters)
