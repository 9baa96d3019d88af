"""Logging in and out."""

from fastapi import Response

from sonde._version import __version__
from sonde.api.schemas.session import SessionAnswer
from sonde.api.services import Services
from sonde.auth.approach import Approach
from sonde.auth.credentials import SESSION_COOKIE, session_cookie
from sonde.auth.grant import SCOPES, Grant
from sonde.auth.sessions import ABSOLUTE_S


def log_in(shop: Services, approach: Approach, key: str, response: Response) -> SessionAnswer:
    """Open a session and set its cookie."""
    token, session, grant = shop.door.log_in(approach, key)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(ABSOLUTE_S),
        path="/",
        httponly=True,
        samesite="lax",
        secure=shop.door.secure_cookies(approach),
    )
    return answer_of(grant, session.csrf_token)


def who_am_i(shop: Services, approach: Approach, grant: Grant) -> SessionAnswer:
    """The caller's rights; the CSRF token for a browser session."""
    csrf_token = None
    token = session_cookie(approach.headers)
    if grant.kind == "session" and token is not None:
        found = shop.door.session(token)
        csrf_token = found[0].csrf_token if found else None
    return answer_of(grant, csrf_token)


def answer_of(grant: Grant, csrf_token: str | None) -> SessionAnswer:
    """A grant as it is sent."""
    return SessionAnswer(
        kind=grant.kind,
        project=grant.project,
        scopes=[scope for scope in SCOPES if grant.allows(scope)],
        csrf_token=csrf_token,
        version=__version__,
    )


def log_out(shop: Services, approach: Approach, response: Response) -> None:
    """End the session and take the cookie back."""
    token = session_cookie(approach.headers)
    if token is not None:
        shop.door.sessions.close(token)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
