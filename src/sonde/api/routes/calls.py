"""GET /calls, /calls/facets, /calls/{trace_id}/{span_id}."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sonde.api.access import Reader, Shop
from sonde.api.exports import export_calls
from sonde.api.files import EXPORT_RESPONSES, wanted_format
from sonde.api.parameters import CallListParameters, FacetParameters, ProjectParameters
from sonde.api.reads import calls as reads
from sonde.api.reads import facets as facet_reads
from sonde.api.schemas.calls import CallDetail, CallSummary, Facets
from sonde.api.schemas.common import Page, SpanId, TraceId

router = APIRouter(prefix="/calls", tags=["calls"])


@router.get("", summary="List calls", responses=EXPORT_RESPONSES, response_model=Page[CallSummary])
def list_calls(
    request: Request, grant: Reader, shop: Shop, parameters: Annotated[CallListParameters, Query()]
) -> Page[CallSummary] | Response:
    """Newest first, or largest first by cost, duration or tokens. As CSV or JSON lines the whole list is
    sent.
    """
    kind = wanted_format(request, parameters.format)
    if kind != "json":
        return export_calls(shop, grant, parameters, kind)
    return reads.list_calls(shop, grant, parameters)


@router.get("/facets", summary="Count calls per value of the main dimensions")
def get_facets(grant: Reader, shop: Shop, parameters: Annotated[FacetParameters, Query()]) -> Facets:
    """What there is to filter by, under the filters already set."""
    return facet_reads.facets(shop, grant, parameters)


@router.get("/{trace_id}/{span_id}", summary="One call with the provenance of its cost")
def get_call(
    trace_id: TraceId,
    span_id: SpanId,
    grant: Reader,
    shop: Shop,
    parameters: Annotated[ProjectParameters, Query()],
) -> CallDetail:
    """With content when the credential has scope ``content``."""
    return reads.get_call(shop, grant, parameters.project, trace_id, span_id)
