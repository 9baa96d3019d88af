"""Who is asking: the dependency every router has.

`authenticated` runs before every route but the public few and stores the grant; `Reader`, `Admin` … are what
a route asks for. A route that asks for none of them is still closed to strangers, because the parent router
has the dependency.
"""

from typing import Annotated

from fastapi import Depends, Request

from sonde.api.services import Services
from sonde.auth.approach import Approach
from sonde.auth.grant import Grant, Scope
from sonde.auth.middleware import approach_of_scope
from sonde.model.errors import Unauthenticated


def services_of(request: Request) -> Services:
    """The services this application was made with."""
    return request.app.state.services


def approach_of(request: Request) -> Approach:
    """The request as the door sees it."""
    return approach_of_scope(request.scope)


def authenticated(request: Request) -> Grant:
    """The caller's grant, or `Unauthenticated`."""
    grant = services_of(request).door.admit(approach_of(request))
    request.state.grant = grant
    return grant


def granted(request: Request) -> Grant:
    """The grant that `authenticated` stored: a missing one means the router was mounted without its guard."""
    grant = getattr(request.state, "grant", None)
    if not isinstance(grant, Grant):
        raise Unauthenticated("This needs a key.")
    return grant


class Need:
    """Dependency: the grant, with a scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope: Scope = scope

    def __call__(self, request: Request) -> Grant:
        """The grant. Raises `Forbidden`."""
        grant = granted(request)
        grant.need(self.scope)
        return grant


Shop = Annotated[Services, Depends(services_of)]
Anyone = Annotated[Grant, Depends(granted)]
Reader = Annotated[Grant, Depends(Need("read"))]
ContentReader = Annotated[Grant, Depends(Need("content"))]
SqlUser = Annotated[Grant, Depends(Need("sql"))]
Admin = Annotated[Grant, Depends(Need("admin"))]
