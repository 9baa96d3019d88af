"""GET /metrics/names and /metrics/series."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Reader, Shop
from sonde.api.parameters import MetricNameParameters, MetricSeriesParameters
from sonde.api.reads import metrics as reads
from sonde.api.schemas.metrics import MetricNames, MetricSeriesList

router = APIRouter(prefix="/metrics", tags=["metrics"])


@router.get("/names", summary="Which metrics were received")
def metric_names(
    grant: Reader, shop: Shop, parameters: Annotated[MetricNameParameters, Query()]
) -> MetricNames:
    """At most 1,000 metrics, by name."""
    return reads.names(shop, grant, parameters)


@router.get("/series", summary="The points of one metric")
def metric_series(
    grant: Reader, shop: Shop, parameters: Annotated[MetricSeriesParameters, Query()]
) -> MetricSeriesList:
    """The last point of each series per step."""
    return reads.series(shop, grant, parameters)
