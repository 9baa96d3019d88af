"""GET /live."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from sonde.api.access import Reader, Shop
from sonde.api.live import Feed, events
from sonde.api.parameters import LiveParameters

router = APIRouter(tags=["live"])
EVENT_STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


@router.get(
    "/live", summary="Calls as they arrive", response_class=StreamingResponse, responses={200: EVENT_STREAM}
)
async def get_live(
    grant: Reader,
    shop: Shop,
    parameters: Annotated[LiveParameters, Query()],
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**63)] = None,
) -> StreamingResponse:
    """Server-sent events, at most one a second. An event ``calls`` has ``items`` (newest first, at most 200,
    as in GET /calls), ``more`` (how many there were besides) and ``to``. A call may come again when more of
    it became known. At most 32 viewers at a time.
    """
    shop.viewers.enter()
    try:
        feed = await run_in_threadpool(Feed, shop, grant, parameters, last_event_id)
    except BaseException:
        shop.viewers.leave()
        raise
    return StreamingResponse(
        events(shop.viewers, feed),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
