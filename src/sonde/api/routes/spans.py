"""GET /spans."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sonde.api.access import Reader, Shop
from sonde.api.exports import export_items
from sonde.api.files import EXPORT_RESPONSES, wanted_format
from sonde.api.filter_parameters import SpanListParameters
from sonde.api.reads import span_list as reads
from sonde.api.schemas.common import Page
from sonde.api.schemas.spans import SpanItem

SPANS_MAX = 100_000
"""Rows of an export."""

router = APIRouter(prefix="/spans", tags=["spans"])


@router.get("", summary="List spans", responses=EXPORT_RESPONSES, response_model=Page[SpanItem])
def list_spans(
    request: Request, grant: Reader, shop: Shop, parameters: Annotated[SpanListParameters, Query()]
) -> Page[SpanItem] | Response:
    """Newest or longest first, of every trace. As CSV or JSON lines the whole list is sent."""
    kind = wanted_format(request, parameters.format)
    if kind == "json":
        return reads.list_spans(shop, grant, parameters)
    spans = reads.every_span(shop, grant, parameters, SPANS_MAX)
    return export_items(kind, "spans", SpanItem, spans, parameters.columns)
