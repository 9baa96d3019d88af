"""GET /filters/fields, /filters/complete, POST /filters/check, and the facets of spans and logs."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Reader, Shop
from sonde.api.filter_parameters import CompleteParameters, FilterFieldParameters, RowFacetParameters
from sonde.api.reads import facets as facet_reads
from sonde.api.reads import filter_language as reads
from sonde.api.schemas.filters import Completions, FilterCheck, FilterCheckRequest, FilterFields, RowFacets

router = APIRouter(tags=["filters"])


@router.get("/filters/fields", summary="What there is to filter by")
def get_fields(_: Reader, parameters: Annotated[FilterFieldParameters, Query()]) -> FilterFields:
    """Names, kinds, operators and examples, for one kind of list."""
    return reads.fields_of(parameters.target)


@router.get("/filters/complete", summary="How an unfinished filter may go on")
def complete(grant: Reader, shop: Shop, parameters: Annotated[CompleteParameters, Query()]) -> Completions:
    """Fields, or values that the data of the range has. Looks at the newest rows for at most two seconds."""
    return reads.complete(shop, grant, parameters)


@router.post("/filters/check", summary="Check a filter")
def check(_: Reader, body: FilterCheckRequest) -> FilterCheck:
    """Whether it can be understood, how it is written in one way, what it means in words, what is wrong."""
    return reads.check(body)


@router.get("/spans/facets", summary="Count spans per value")
def get_span_facets(
    grant: Reader, shop: Shop, parameters: Annotated[RowFacetParameters, Query()]
) -> RowFacets:
    """What there is to filter by, under the filter already set."""
    return facet_reads.row_facets(shop, grant, parameters, "spans")


@router.get("/logs/facets", summary="Count log records per value")
def get_log_facets(
    grant: Reader, shop: Shop, parameters: Annotated[RowFacetParameters, Query()]
) -> RowFacets:
    """What there is to filter by, under the filter already set."""
    return facet_reads.row_facets(shop, grant, parameters, "logs")
