"""The REST application."""

from fastapi import APIRouter, Depends, FastAPI

from sonde._version import __version__
from sonde.api import docs_page
from sonde.api.access import authenticated
from sonde.api.problems import PROBLEM_RESPONSES, install_problems
from sonde.api.routes import (
    annotations,
    calls,
    deletions,
    filters,
    infrastructure,
    keys,
    ledger,
    live,
    logs,
    mapping,
    metrics,
    projects,
    query,
    scores,
    session,
    sessions,
    spans,
    sql,
    status,
    storage,
    traces,
    users,
    views,
)
from sonde.api.services import Services

PREFIX = "/api/v1"
PUBLIC_PATHS = frozenset({("POST", f"{PREFIX}/session")})
"""The only routes of this application that a stranger may call."""
NOUNS = (
    query, live, calls, spans, traces, sessions, users, logs, metrics, infrastructure, scores,
    annotations, views, filters, status, ledger, sql, mapping, projects, deletions, keys, session, storage,
)  # fmt: skip


def api_router() -> APIRouter:
    """Every route under /api/v1. The guard sits on the parent, so a new router cannot forget it."""
    root = APIRouter(prefix=PREFIX, responses=PROBLEM_RESPONSES)
    closed = APIRouter(dependencies=[Depends(authenticated)])
    for noun in NOUNS:
        closed.include_router(noun.router)
    root.include_router(session.public_router)
    root.include_router(closed)
    return root


def create_api(services: Services) -> FastAPI:
    """The application that answers everything below /api. Nothing is read from the environment."""
    app = bare_api()
    app.state.services = services
    return app


def bare_api() -> FastAPI:
    """The application without services: enough to write its OpenAPI description."""
    app = FastAPI(
        title="Sonde",
        version=__version__,
        summary="LLM observability and cost control",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.include_router(api_router())
    docs_page.install(app, guard=authenticated)
    install_problems(app)
    return app
