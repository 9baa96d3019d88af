"""POST /query and GET /measures."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sonde.api.access import Reader, Shop
from sonde.api.cancelling import while_connected
from sonde.api.files import EXPORT_RESPONSES, download, wanted_format
from sonde.api.parameters import ExportParameters
from sonde.api.reads import measures as reads
from sonde.api.schemas.query import Catalogue, QueryAnswer, QueryRequest

router = APIRouter(tags=["query"])


@router.get("/measures", summary="Every measure and dimension")
def get_measures(_: Reader) -> Catalogue:
    """What POST /query, rules and budgets can ask for."""
    return reads.catalogue()


@router.post(
    "/query",
    summary="Measures of the traffic, by dimension and over time",
    responses=EXPORT_RESPONSES,
    response_model=QueryAnswer,
)
async def query(
    body: QueryRequest,
    request: Request,
    grant: Reader,
    shop: Shop,
    parameters: Annotated[ExportParameters, Query()],
) -> QueryAnswer | Response:
    """Answered from roll-ups where they have everything that is asked for, else from rows.

    Hanging up cancels the query.
    """
    question = reads.question_of(shop, grant, body)
    answer = await while_connected(
        request, shop.engine, lambda query_id: reads.answer(shop, question, query_id)
    )
    kind = wanted_format(request, parameters.format)
    return answer if kind == "json" else download(kind, "query", *reads.table(answer))
