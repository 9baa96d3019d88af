"""GET /infrastructure."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import InfrastructureParameters
from sonde.api.reads import infrastructure as reads
from sonde.api.schemas.infrastructure import Infrastructure

router = APIRouter(tags=["metrics"])


@router.get("/infrastructure", summary="Processes and hosts of a service beside its calls")
def get_infrastructure(
    grant: Reader, shop: Shop, parameters: Annotated[InfrastructureParameters, Query()]
) -> Infrastructure:
    """CPU, memory, network, disk, garbage collection and event-loop lag on the steps of latency, errors and
    cost, and which of them go together.
    """
    return reads.infrastructure(shop, grant, parameters)
