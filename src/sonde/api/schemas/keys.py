"""API keys."""

from pydantic import Field

from sonde.api.schemas.common import Answer, Request, ScopeName, Time


class KeyItem(Answer):
    """A key without its secret."""

    key_id: str
    name: str
    project: str | None = Field(description="Null: every project")
    scopes: list[ScopeName]
    hint: str = Field(description="The last four characters")
    created_time: Time
    expires_time: Time | None = None
    last_used_time: Time | None = None


class KeyList(Answer):
    """The keys this credential may see."""

    items: list[KeyItem]


class NewKey(Request):
    """A key to create."""

    name: str = Field(min_length=1, max_length=100)
    project: str | None = Field(
        default=None, description="Null: every project (needs an admin of every project)"
    )
    scopes: list[ScopeName] = Field(min_length=1)
    expires_time: Time | None = None


class KeyCreated(KeyItem):
    """A new key. ``key`` is shown this once; only its hash is stored."""

    key: str
