"""Every error as an RFC 9457 problem document."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sonde.api.schemas.common import FieldProblem, Problem
from sonde.filters import FilterError
from sonde.model.errors import RateLimited, SondeError, Unauthenticated, Unavailable
from sonde.model.limits import RETRY_AFTER_S

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("sonde.api")

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "An error, as a problem document",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
    # FastAPI would name its own validation error here, which is never sent.
    422: {
        "description": "The request does not fit the schema",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}

FIELD_PROBLEMS_MAX = 20
TEXT_MAX = 300


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    hint: str = "",
    errors: list[FieldProblem] | None = None,
    place: FilterError | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """One problem document as an answer."""
    body = Problem(
        type=f"/problems/{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        hint=hint or None,
        errors=errors,
        position=place.position if place else None,
        length=place.length if place else None,
        suggestions=list(place.suggestions) if place else None,
    )
    return JSONResponse(
        body.model_dump(exclude_none=True), status_code=status, media_type=MEDIA_TYPE, headers=headers
    )


def problem_of(error: SondeError) -> JSONResponse:
    """The answer to one of our own errors."""
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable | RateLimited):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="sonde"'
    place = error if isinstance(error, FilterError) else None
    return problem(error.status, error.code, error.message, hint=error.hint, place=place, headers=headers)


def field_problems(error: RequestValidationError) -> list[FieldProblem]:
    """What is wrong, field by field. The values themselves are not repeated: they may be secrets."""
    found: list[FieldProblem] = []
    for item in error.errors()[:FIELD_PROBLEMS_MAX]:
        location = ".".join(str(part) for part in item.get("loc", ()))
        found.append(FieldProblem(location=location[:TEXT_MAX], message=str(item.get("msg", ""))[:TEXT_MAX]))
    return found


async def on_sonde_error(_: Request, error: Exception) -> JSONResponse:
    """One of our own."""
    assert isinstance(error, SondeError)
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed: %s: %s", error.code, error.message)
    return problem_of(error)


async def on_invalid(_: Request, error: Exception) -> JSONResponse:
    """A request that does not fit its schema."""
    assert isinstance(error, RequestValidationError)
    errors = field_problems(error)
    first = f": {errors[0].location}: {errors[0].message}" if errors else ""
    return problem(422, "invalid-request", f"The request does not fit the schema{first}", errors=errors)


async def on_http_error(_: Request, error: Exception) -> JSONResponse:
    """What the router refuses by itself: no such path, no such method."""
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {}))


async def on_bug(request: Request, error: Exception) -> JSONResponse:
    """A bug of ours. The log has the details, the answer has none."""
    log.error("unexpected error in %s %s", request.method, request.scope.get("path"), exc_info=error)
    return problem(500, "internal", "Something went wrong in Sonde. The server's log has the details.")


def install_problems(app: FastAPI) -> None:
    """Render every error of the application as a problem document."""
    app.add_exception_handler(SondeError, on_sonde_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_bug)
