"""POST, GET and DELETE /session: logging in with a key."""

from fastapi import APIRouter, Request, Response

from sonde.api.access import Anyone, Shop, approach_of
from sonde.api.schemas.session import LogIn, SessionAnswer
from sonde.api.writes import session as writes

public_router = APIRouter(prefix="/session", tags=["session"])
router = APIRouter(prefix="/session", tags=["session"])


@public_router.post("", summary="Log in with a key", status_code=201)
def log_in(body: LogIn, request: Request, response: Response, shop: Shop) -> SessionAnswer:
    """Sets an HttpOnly cookie. At most ten failed attempts a minute per address."""
    return writes.log_in(shop, approach_of(request), body.key, response)


@router.get("", summary="Who am I")
def who_am_i(request: Request, grant: Anyone, shop: Shop) -> SessionAnswer:
    """The rights of this credential, and the CSRF token of a browser session."""
    return writes.who_am_i(shop, approach_of(request), grant)


@router.delete("", summary="Log out", status_code=204)
def log_out(request: Request, response: Response, grant: Anyone, shop: Shop) -> None:
    """Ends the browser session on the server too."""
    writes.log_out(shop, approach_of(request), response)
