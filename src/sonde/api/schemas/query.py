"""Measures × dimensions × filter × interval."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Money, Request, Time

Number = int | float | Money | None
"""Money is decimal text, everything else a number; null is unknown."""


class OrderBy(Request):
    """What makes a group large."""

    measure: str = Field(max_length=100)
    descending: bool = True


class QueryRequest(Request):
    """A question about the calls of a time range."""

    project: str | None = Field(
        default=None, max_length=100, description="Every project of the credential when left out"
    )
    from_: str = Field(
        alias="from", max_length=40, description="RFC 3339, or relative to now: -15m, -24h, -7d"
    )
    to: str = Field(default="now", max_length=40, description="RFC 3339, `now`, or relative")
    measures: list[str] = Field(min_length=1, max_length=25, description="Names from GET /measures")
    dimensions: list[str] = Field(
        default_factory=list, max_length=3, description="Names from GET /measures, or attributes.<key>"
    )
    filter: str = Field(
        default="", max_length=4_000, description="The filter language: model:gpt-4o status:error cost>0.05"
    )
    interval: str | int | None = Field(
        default=None,
        description="Of the series: auto, day, week, month or a number of seconds; null for none",
        json_schema_extra={"examples": ["auto", 3600]},
    )
    time_zone: str = Field(
        default="UTC", max_length=60, description="IANA name; of days, weeks and hours of the day"
    )
    compare: bool = Field(default=False, description="Also the range of equal length just before")
    limit: int = Field(default=10, ge=1, le=1_000, description="Groups, largest first")
    other: bool = Field(default=True, description="What lies beyond the limit as one group of its own")
    order: OrderBy | None = Field(default=None, description="The first measure, largest first, when left out")


class MeasureInfo(Answer):
    """One measure."""

    name: str
    title: str
    unit: Literal["count", "ratio", "ms", "usd", "tokens", "per_second", "bytes"]
    description: str
    null_means: str = Field(description="When the value is null")
    better: Literal["up", "down"] | None = Field(
        default=None, description="Which direction is good, where one is"
    )


class DimensionInfo(Answer):
    """One dimension."""

    name: str
    title: str
    description: str


class Catalogue(Answer):
    """What can be asked for."""

    measures: list[MeasureInfo]
    dimensions: list[DimensionInfo] = Field(description="Besides these, attributes.<key> of the call's span")


class QueryGroup(Answer):
    """One combination of values."""

    values: dict[str, str | None] = Field(description="By dimension; null is unknown")
    other: bool = Field(default=False, description="Everything beyond the limit")
    totals: dict[str, Number]
    previous: dict[str, Number] | None = None
    series: dict[str, list[Number]] | None = None


class QueryAnswer(Answer):
    """Measures by name. Series have one value per entry of ``times``."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    interval_seconds: int | None = Field(
        default=None, description="Null without a series, and for calendar steps"
    )
    time_zone: str
    source: Literal["rows", "rollup"] = Field(
        description="Whether roll-ups were used; then `from` and `to` are rounded outwards to the minute"
    )
    measures: list[MeasureInfo]
    dimensions: list[DimensionInfo]
    times: list[Time] | None = Field(default=None, description="Starts of the steps")
    totals: dict[str, Number]
    previous: dict[str, Number] | None = Field(
        default=None, description="Of the range of equal length just before"
    )
    series: dict[str, list[Number]] | None = Field(default=None, description="Of the whole")
    groups: list[QueryGroup]
