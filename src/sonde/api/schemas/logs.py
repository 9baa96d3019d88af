"""Log records."""

from pydantic import Field

from sonde.api.schemas.common import Answer, JsonObject, Time


class LogItem(Answer):
    """One log record."""

    time: Time
    observed_time: Time | None = None
    project: str
    record_id: str
    trace_id: str | None = None
    span_id: str | None = None
    service: str
    severity: str
    severity_number: int
    event_name: str
    body: str | None
    """Null without scope `content`: bodies of log events can hold prompts."""
    attributes: JsonObject
    resource: JsonObject
    scope_name: str


class LogSeverityCounts(Answer):
    """Records of one severity in each step."""

    severity: str = Field(
        description="fatal, error, warn, info, debug, trace; empty where the sender said none"
    )
    counts: list[int]


class LogFacetValue(Answer):
    """One value and how many records have it."""

    value: str | None = Field(description="Null: the record does not say")
    logs: int


class LogFacet(Answer):
    """The most frequent values of one dimension."""

    dimension: str = Field(description="severity, service or event_name")
    values: list[LogFacetValue]
    other: int = Field(description="Records with other values than those shown")


class LogSummary(Answer):
    """How many log records there are under the filters."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    logs: int
    step_seconds: int
    times: list[Time] = Field(description="Starts of the steps")
    severities: list[LogSeverityCounts] = Field(
        description="Worst first; those without a record are left out"
    )
    facets: list[LogFacet]
