"""GET /logs and /logs/summary."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sonde.api.access import Reader, Shop
from sonde.api.exports import export_logs
from sonde.api.files import EXPORT_RESPONSES, wanted_format
from sonde.api.parameters import LogParameters, LogSummaryParameters
from sonde.api.reads import log_summary
from sonde.api.reads import logs as reads
from sonde.api.schemas.common import Page
from sonde.api.schemas.logs import LogItem, LogSummary

router = APIRouter(prefix="/logs", tags=["logs"])


@router.get("", summary="List log records", responses=EXPORT_RESPONSES, response_model=Page[LogItem])
def list_logs(
    request: Request, grant: Reader, shop: Shop, parameters: Annotated[LogParameters, Query()]
) -> Page[LogItem] | Response:
    """Newest first. Bodies need scope ``content``. As CSV or JSON lines the whole list is sent."""
    kind = wanted_format(request, parameters.format)
    if kind != "json":
        return export_logs(shop, grant, parameters, kind)
    return reads.list_logs(shop, grant, parameters)


@router.get("/summary", summary="Count log records over time and per value")
def get_summary(
    grant: Reader, shop: Shop, parameters: Annotated[LogSummaryParameters, Query()]
) -> LogSummary:
    """What there is to filter by, and when it was logged, under the filters already set."""
    return log_summary.summary(shop, grant, parameters)
