"""GET and POST /scores."""

from typing import Annotated

from fastapi import APIRouter, Query

from sonde.api.access import Anyone, Reader, Shop
from sonde.api.parameters import ProjectParameters, ScoreParameters
from sonde.api.reads import scores as reads
from sonde.api.schemas.common import Page
from sonde.api.schemas.scores import NewScores, ScoreItem, ScoresTaken
from sonde.api.writes import scores as writes

router = APIRouter(prefix="/scores", tags=["scores"])


@router.get("", summary="List scores")
def list_scores(
    grant: Reader, shop: Shop, parameters: Annotated[ScoreParameters, Query()]
) -> Page[ScoreItem]:
    """Newest first."""
    return reads.list_scores(shop, grant, parameters)


@router.post("", summary="Record scores", status_code=201)
async def add_scores(
    body: NewScores, grant: Anyone, shop: Shop, parameters: Annotated[ProjectParameters, Query()]
) -> ScoresTaken:
    """Needs scope ``ingest``. Answered when they are durable; queryable a moment later."""
    grant.need("ingest")
    return await writes.add_scores(shop, grant, parameters.project, body)
