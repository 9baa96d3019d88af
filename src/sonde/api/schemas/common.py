"""Types that more than one noun uses."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Time = Annotated[
    str,
    Field(
        json_schema_extra={"format": "date-time"},
        description="RFC 3339, UTC, up to nanoseconds: 2026-11-21T09:30:00.123456789Z",
    ),
]
Money = Annotated[
    str,
    Field(
        json_schema_extra={"format": "decimal"}, description="US dollars as decimal text, exact: 0.000150000"
    ),
]
Text64 = Annotated[str, Field(json_schema_extra={"format": "int64"}, description="A 64-bit integer as text")]
TraceId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="32 lower-case hex digits")]
SpanId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="16 lower-case hex digits")]
JsonObject = dict[str, Any]

Status = Literal["ok", "error"]
CostState = Literal["priced", "unpriced", "free"]
CostSource = Literal["computed", "billed", "claimed", "none"]
ScopeName = Literal["ingest", "read", "content", "sql", "admin"]

ItemT = TypeVar("ItemT")


class Answer(BaseModel):
    """Base of everything that is sent."""

    # Fields with a default are always sent, so a client's generated types need not treat them as missing.
    model_config = ConfigDict(
        populate_by_name=True, serialize_by_alias=True, json_schema_serialization_defaults_required=True
    )


class Request(BaseModel):
    """Base of every JSON body that is taken: an unknown field is an error, so a typing mistake is seen."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Window(Answer):
    """The half-open time range that was really used: ``from <= time < to``."""

    from_: Time = Field(serialization_alias="from")
    to: Time


class Page(Answer, Generic[ItemT]):
    """One page of a list. ``next_cursor`` is null on the last page."""

    items: list[ItemT]
    next_cursor: str | None = Field(
        default=None, description="Pass as `cursor` with the same filters; new rows do not shift what follows"
    )
    from_: Time = Field(serialization_alias="from")
    to: Time


class FieldProblem(Answer):
    """One thing that is wrong with a request."""

    location: str = Field(description="Where: query.limit, body.scopes[0], path.trace_id")
    message: str


class Problem(Answer):
    """Every error, as application/problem+json (RFC 9457)."""

    type: str = Field(description="A relative reference that names the kind of error, /problems/<code>")
    title: str
    status: int
    detail: str
    code: str = Field(description="Short stable name: bad-input, not-allowed, unauthenticated, forbidden …")
    hint: str | None = Field(default=None, description="What to do about it")
    instance: str | None = None
    errors: list[FieldProblem] | None = Field(
        default=None, description="Each invalid field, for validation errors"
    )
    position: int | None = Field(default=None, description="Of a wrong filter: the first wrong character")
    length: int | None = Field(default=None, description="How many characters are wrong")
    suggestions: list[str] | None = Field(default=None, description="What could stand there, best first")


class Message(Answer):
    """One piece of content. Needs scope `content`."""

    position: int = Field(description="Order inside the span")
    direction: str = Field(
        description="system, input, output, tools, tool_input, tool_output, documents or embedding_input"
    )
    role: str = Field(description="system, user, assistant, tool … or empty")
    text: str
    parts: list[Any] | None = Field(
        default=None, description="Parts in OpenTelemetry's shape, when it is more than one text"
    )
    bytes: int = Field(description="Size of the whole text in UTF-8")
    truncated: bool = Field(
        default=False,
        description="The text is cut here; the whole is at /traces/…/spans/…/messages/{position}",
    )
    source: str = Field(default="span", description='"span", or "log" for content that came as a log event')
