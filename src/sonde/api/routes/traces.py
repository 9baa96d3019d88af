"""GET /traces, /traces/{trace_id}, its spans and their messages."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from sonde.api.access import ContentReader, Reader, Shop
from sonde.api.exports import export_traces
from sonde.api.files import EXPORT_RESPONSES, wanted_format
from sonde.api.filter_parameters import RowFacetParameters
from sonde.api.parameters import ProjectParameters, TraceListParameters, TraceParameters
from sonde.api.reads import facets as facet_reads
from sonde.api.reads import messages as message_reads
from sonde.api.reads import spans as span_reads
from sonde.api.reads import trace as trace_reads
from sonde.api.reads import trace_outline as outline_reads
from sonde.api.reads import trace_previews as preview_reads
from sonde.api.reads import trace_search as search_reads
from sonde.api.reads import traces as list_reads
from sonde.api.schemas.common import Page, SpanId, TraceId
from sonde.api.schemas.filters import RowFacets
from sonde.api.schemas.trace_outline import Previews, TraceHits, TraceOutline
from sonde.api.schemas.traces import SpanDetail, TraceDetail, TraceSummary
from sonde.api.trace_parameters import PreviewParameters, TraceSearchParameters

router = APIRouter(prefix="/traces", tags=["traces"])


@router.get("", summary="List traces", responses=EXPORT_RESPONSES, response_model=Page[TraceSummary])
def list_traces(
    request: Request, grant: Reader, shop: Shop, parameters: Annotated[TraceListParameters, Query()]
) -> Page[TraceSummary] | Response:
    """Newest first. A filter on calls finds the traces with at least one such call. As CSV or JSON lines the
    whole list is sent.
    """
    kind = wanted_format(request, parameters.format)
    if kind != "json":
        return export_traces(shop, grant, parameters, kind)
    return list_reads.list_traces(shop, grant, parameters)


@router.get("/facets", summary="Count traces per value")
def get_facets(grant: Reader, shop: Shop, parameters: Annotated[RowFacetParameters, Query()]) -> RowFacets:
    """A trace counts with every value that one of its spans or calls in the range has."""
    return facet_reads.row_facets(shop, grant, parameters, "traces")


@router.get("/{trace_id}", summary="One trace with its spans")
def get_trace(
    trace_id: TraceId, grant: Reader, shop: Shop, parameters: Annotated[TraceParameters, Query()]
) -> TraceDetail:
    """Spans in the order of the tree, without content."""
    return trace_reads.get_trace(shop, grant, parameters, trace_id)


@router.get("/{trace_id}/outline", summary="All spans of a trace as columns")
def get_outline(
    trace_id: TraceId, grant: Reader, shop: Shop, parameters: Annotated[ProjectParameters, Query()]
) -> TraceOutline:
    """What the trace page draws: up to 60,000 spans in one answer, without content."""
    return outline_reads.get_outline(shop, grant, parameters.project, trace_id)


@router.get("/{trace_id}/previews", summary="The beginnings of inputs and outputs of some spans")
def get_previews(
    trace_id: TraceId, grant: ContentReader, shop: Shop, parameters: Annotated[PreviewParameters, Query()]
) -> Previews:
    """At most 100 spans; those without content are left out."""
    return preview_reads.get_previews(shop, grant, parameters.project, trace_id, parameters.span_id)


@router.get("/{trace_id}/search", summary="Find a text in a trace")
def search_trace(
    trace_id: TraceId, grant: Reader, shop: Shop, parameters: Annotated[TraceSearchParameters, Query()]
) -> TraceHits:
    """In names, errors, attributes and events of all spans; in messages with scope ``content``."""
    return search_reads.search_trace(shop, grant, parameters.project, trace_id, parameters.q)


@router.get("/{trace_id}/spans/{span_id}", summary="One span with everything it carries")
def get_span(
    trace_id: TraceId,
    span_id: SpanId,
    grant: Reader,
    shop: Shop,
    parameters: Annotated[ProjectParameters, Query()],
) -> SpanDetail:
    """Attributes, resource, events, links, where each field came from, and content with scope ``content``."""
    return span_reads.get_span(shop, grant, parameters.project, trace_id, span_id)


@router.get(
    "/{trace_id}/spans/{span_id}/messages/{position}",
    summary="The whole text of one message",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "UTF-8 text"}},
)
def get_message(
    trace_id: TraceId,
    span_id: SpanId,
    position: Annotated[int, Path(ge=0, lt=2**31)],
    grant: ContentReader,
    shop: Shop,
    parameters: Annotated[ProjectParameters, Query()],
) -> Response:
    """Without the cut that the details make. Sent as a download, so that a browser never renders it."""
    text = message_reads.whole_text(shop, grant, parameters.project, trace_id, span_id, position)
    headers = {
        "Content-Disposition": 'attachment; filename="message.txt"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)
