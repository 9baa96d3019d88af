"""What a supervisor asks: /healthz (alive), /readyz (accepting) and /metrics (Sonde's own health)."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sonde.model.errors import SondeError

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(
    why_not_ready: Callable[[], SondeError | None],
    exposition: Callable[[], str],
    notes: Callable[[], list[str]] = list,
) -> list[Route]:
    """Routes of the three addresses.

    ``/healthz`` is 200 while the process answers; its body names trouble that does not need a restart.
    ``/readyz`` is 503 while telemetry cannot be accepted: replaying, disk full, stopping. ``notes`` are
    sentences about what is wrong and stops nobody: both answers carry them as ``degraded``.
    """

    def told(body: dict[str, object]) -> dict[str, object]:
        found = notes()
        return body | {"degraded": found} if found else body

    async def healthz(_: Request) -> Response:
        trouble = why_not_ready()
        if trouble is None:
            return JSONResponse(told({"status": "degraded" if notes() else "ok"}))
        body: dict[str, object] = {"status": "degraded", "reason": trouble.code, "detail": trouble.message}
        return JSONResponse(told(body))

    async def readyz(_: Request) -> Response:
        trouble = why_not_ready()
        if trouble is None:
            return JSONResponse(told({"status": "ready"}))
        body: dict[str, object] = {"status": "not ready", "reason": trouble.code, "detail": trouble.message}
        return JSONResponse(told(body), status_code=503, headers={"Retry-After": "2"})

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(exposition(), media_type=EXPOSITION)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
