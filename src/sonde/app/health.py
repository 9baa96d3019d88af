"""What a supervisor asks: /healthz (alive), /readyz (accepting) and /metrics (Sonde's own health)."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sonde.model.errors import SondeError

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(
    why_not_ready: Callable[[], SondeError | None], exposition: Callable[[], str]
) -> list[Route]:
    """Routes of the three addresses.

    ``/healthz`` is 200 while the process answers; its body names trouble that does not need a restart.
    ``/readyz`` is 503 while telemetry cannot be accepted: replaying, disk full, stopping.
    """

    async def healthz(_: Request) -> Response:
        trouble = why_not_ready()
        if trouble is None:
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "degraded", "reason": trouble.code, "detail": trouble.message})

    async def readyz(_: Request) -> Response:
        trouble = why_not_ready()
        if trouble is None:
            return JSONResponse({"status": "ready"})
        body = {"status": "not ready", "reason": trouble.code, "detail": trouble.message}
        return JSONResponse(body, status_code=503, headers={"Retry-After": "2"})

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(exposition(), media_type=EXPOSITION)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
