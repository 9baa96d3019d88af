"""POST /sql."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sonde.api.access import Shop, SqlUser
from sonde.api.exports import export_sql
from sonde.api.files import EXPORT_RESPONSES, wanted_format
from sonde.api.parameters import ExportParameters
from sonde.api.schemas.sql import SqlQuery, SqlResult
from sonde.api.sql.run import run_query

router = APIRouter(tags=["sql"])


@router.post("/sql", summary="Query with SQL", responses=EXPORT_RESPONSES, response_model=SqlResult)
async def query(
    body: SqlQuery,
    request: Request,
    grant: SqlUser,
    shop: Shop,
    parameters: Annotated[ExportParameters, Query()],
) -> SqlResult | Response:
    """ClickHouse SQL over the views spans, calls, messages, logs, metrics, scores and alerts, read only.

    Stopped after 10 seconds, cut at 10,000 rows or 10 MB, two at a time per key. Hanging up cancels the
    query.
    """
    result = await run_query(shop, grant, body, request)
    kind = wanted_format(request, parameters.format)
    return result if kind == "json" else export_sql(result, kind)
