"""GET /mapping/unknown-keys and POST /mapping/explain."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import UnknownKeyParameters
from sonde.api.reads import mapping as reads
from sonde.api.schemas.mapping import Explained, UnknownKeys

router = APIRouter(prefix="/mapping", tags=["mapping"])


@router.get("/unknown-keys", summary="Attribute keys seen that no rule uses")
def unknown_keys(
    grant: Reader, shop: Shop, parameters: Annotated[UnknownKeyParameters, Query()]
) -> UnknownKeys:
    """They are stored and can be queried; they just mean nothing to Sonde yet."""
    return reads.unknown_keys(shop, grant, parameters)


@router.post("/explain", summary="How a pasted span would be read")
def explain(grant: Reader, shop: Shop, body: Annotated[dict[str, Any], Body()]) -> Explained:
    """Takes OTLP JSON: an export request, or one span. Says which rule produced each field. Nothing is
    stored.
    """
    return reads.explain(shop, body)
