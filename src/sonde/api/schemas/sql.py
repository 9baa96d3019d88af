"""The SQL endpoint."""

from typing import Any

from pydantic import Field

from sonde.api.schemas.common import Answer, Request


class SqlQuery(Request):
    """A query over the documented views."""

    sql: str = Field(min_length=1, max_length=100_000)
    params: dict[str, str | int | float | bool | list[str | int | float | bool | None] | None] = Field(
        default_factory=dict, description="Values for {name:Type} in the query"
    )
    project: str | None = Field(
        default=None,
        description="Query this project only; a key of one project needs none and can ask for no other",
    )
    limit: int | None = Field(default=None, ge=1, le=10_000, description="At most this many rows (10,000)")


class SqlColumn(Answer):
    """A result column and its ClickHouse type."""

    name: str
    type: str


class SqlResult(Answer):
    """Rows of values. Decimals and 64-bit (and wider) integers are text; NaN and infinities are null."""

    columns: list[SqlColumn]
    rows: list[list[Any]]
    truncated: bool = Field(description="A row or byte limit cut the result")
    elapsed_ms: float
