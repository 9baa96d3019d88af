"""Logging in with a key, for browsers."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Request, ScopeName


class LogIn(Request):
    """The key to log in with."""

    key: str = Field(min_length=1, max_length=200)


class SessionAnswer(Answer):
    """Who is asking, and what they may do."""

    kind: Literal["key", "session", "loopback", "insecure"] = Field(
        description="loopback: no key is needed on this machine; insecure: there is no authentication"
    )
    project: str | None = Field(description="The one project of the credential; null: every project")
    scopes: list[ScopeName]
    csrf_token: str | None = Field(
        default=None,
        description="Send as X-Sonde-CSRF with every request that is not GET; only for kind session",
    )
    version: str
