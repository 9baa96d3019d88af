"""Work for a caller who may hang up: then it is cancelled down to the engine."""

import asyncio
import uuid
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from sonde.store.engine import Engine

POLL_S = 0.1
T = TypeVar("T")


async def while_connected(request: Request, engine: Engine, work: Callable[[str], T]) -> T:
    """What ``work`` returns, called in a thread with the id its queries have to run under.

    Raises what it raises; `QueryTimeout` when the caller went away.
    """
    loop = asyncio.get_running_loop()
    query_id = f"user-{uuid.uuid4()}"
    running = loop.run_in_executor(None, work, query_id)
    try:
        while not running.done():
            await asyncio.wait([running], timeout=POLL_S)
            if not running.done() and await request.is_disconnected():
                await loop.run_in_executor(None, engine.cancel, query_id)
                await asyncio.wait([running])
                break
    except asyncio.CancelledError:
        # The server stops: end the query rather than leave it to its time limit.
        await asyncio.shield(loop.run_in_executor(None, engine.cancel, query_id))
        raise
    return await running
