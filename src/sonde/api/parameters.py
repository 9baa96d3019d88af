"""Query parameters that lists share. An unknown parameter is refused, so a mistyped filter is not silently
no filter.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sonde.api.schemas.common import CostState, Status
from sonde.filters.parsing import TEXT_MAX as FILTER_TEXT_MAX

Format = Literal["json", "csv", "jsonl", "parquet"]
Severity = Literal["trace", "debug", "info", "warn", "error", "fatal", ""]


class Parameters(BaseModel):
    """Base of every set of query parameters."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ProjectParameters(Parameters):
    """Which project."""

    project: str | None = Field(
        default=None, max_length=100, description="Every project of the credential when left out"
    )


class WindowParameters(ProjectParameters):
    """Which project and time range."""

    from_: str | None = Field(
        default=None,
        alias="from",
        max_length=40,
        description="RFC 3339, or relative to now: -15m, -24h, -7d. The last 24 hours when left out",
    )
    to: str | None = Field(
        default=None, max_length=40, description="RFC 3339, `now`, or relative. Now when left out"
    )


class ListParameters(WindowParameters):
    """A page of a list."""

    cursor: str | None = Field(default=None, max_length=2000, description="`next_cursor` of the page before")
    limit: int = Field(default=50, ge=1, le=1000)


FilterText = Annotated[
    str | None,
    Field(
        default=None,
        max_length=FILTER_TEXT_MAX,
        description="Conditions in the filter language: `model:gpt-4o cost>0.05 -env:dev`",
    ),
]


class ListExportParameters(Parameters):
    """A list as a file."""

    format: Format | None = Field(
        default=None, description="csv, jsonl or parquet exports every row of the filter"
    )
    columns: str | None = Field(
        default=None,
        max_length=4000,
        description="Of an export: names of fields with a comma between them; all when left out",
    )


DIMENSIONS = Field(
    default_factory=list,
    max_length=30,
    description="Fields of the filter language to count by; the main ones when left out",
)


class CallFilters(WindowParameters):
    """Filters on calls. A repeated parameter means any of its values; different parameters all have to hold.

    An empty value (``user=``) finds the calls where it is unknown.
    """

    model: list[str] = Field(default_factory=list, description="Asked-for or answering model")
    provider: list[str] = Field(default_factory=list)
    status: list[Status] = Field(default_factory=list[Status])
    operation: list[str] = Field(default_factory=list)
    service: list[str] = Field(default_factory=list)
    environment: list[str] = Field(default_factory=list)
    user: list[str] = Field(default_factory=list)
    session: list[str] = Field(default_factory=list)
    endpoint: list[str] = Field(default_factory=list)
    prompt_name: list[str] = Field(default_factory=list)
    tag: list[str] = Field(default_factory=list)
    cost_state: list[CostState] = Field(default_factory=list[CostState])
    error_type: list[str] = Field(default_factory=list)
    finish_reason: list[str] = Field(default_factory=list)
    min_cost_usd: str | None = Field(default=None, pattern=r"^\d{1,9}(\.\d{1,9})?$")
    max_cost_usd: str | None = Field(default=None, pattern=r"^\d{1,9}(\.\d{1,9})?$")
    min_duration_ms: float | None = Field(default=None, ge=0, le=1e12)
    max_duration_ms: float | None = Field(default=None, ge=0, le=1e12)
    min_tokens: int | None = Field(default=None, ge=0, lt=2**53)
    max_tokens: int | None = Field(default=None, ge=0, lt=2**53)
    trace_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    filter: FilterText = None
    counted: bool = Field(
        default=True, description="False: show the dropped duplicates instead (they are never summed)"
    )
    q: str | None = Field(
        default=None,
        min_length=2,
        max_length=200,
        description="Words to find in the content; needs scope content",
    )


class CallListParameters(CallFilters, ListParameters, ListExportParameters):
    """The list of calls."""

    order: Literal["time", "cost", "duration", "tokens"] = Field(
        default="time", description="Largest or newest first"
    )


class LiveParameters(ProjectParameters):
    """The live stream."""

    filter: FilterText = None


class FacetParameters(CallFilters):
    """Counts per value."""

    top: int = Field(default=10, ge=1, le=100, description="Values per dimension")
    dimension: list[str] = DIMENSIONS


class TraceListParameters(CallFilters, ListParameters, ListExportParameters):
    """The list of traces: filters hold for at least one call of the trace, ``name`` for its root span."""

    name: str | None = Field(
        default=None, max_length=200, description="Part of the root span's name, any case"
    )


class GroupListParameters(CallFilters, ListParameters):
    """A list of what calls name."""

    order: Literal["time", "cost", "calls", "errors", "tokens", "traces"] = Field(
        default="time", description="Latest or largest first"
    )


class SessionListParameters(GroupListParameters):
    """The list of sessions."""


class UserListParameters(GroupListParameters):
    """The list of users."""

    order: Literal["time", "cost", "calls", "errors", "tokens", "traces"] = Field(
        default="cost", description="Latest or largest first"
    )


class SessionParameters(ProjectParameters):
    """One session."""

    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=20, ge=1, le=100, description="Turns")


class TurnParameters(SessionParameters):
    """One session by its name."""

    session: str = Field(min_length=1, max_length=2000)


class TraceParameters(ProjectParameters):
    """One trace."""

    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=5000, ge=1, le=5000)


class LogFilters(WindowParameters):
    """Filters on log records, read as those on calls are. An empty severity finds records without one."""

    service: list[str] = Field(default_factory=list)
    severity: list[Severity] = Field(default_factory=list[Severity])
    event_name: list[str] = Field(default_factory=list)
    trace_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    span_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    filter: FilterText = None
    q: str | None = Field(
        default=None,
        min_length=2,
        max_length=200,
        description="Words of the body, in this order; needs content",
    )


class LogParameters(LogFilters, ListParameters):
    """The list of log records."""

    format: Format | None = Field(
        default=None, description="csv, jsonl or parquet exports every row of the filter"
    )


class LogSummaryParameters(LogFilters):
    """How many log records there are, over time and per value."""

    step: str = Field(default="auto", pattern=r"^(auto|[1-9]\d{0,7})$", description="auto, or seconds")
    top: int = Field(default=20, ge=1, le=100, description="Values per dimension")


class ScoreParameters(ListParameters):
    """The list of scores."""

    name: list[str] = Field(default_factory=list)
    source: list[str] = Field(default_factory=list)
    trace_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    session: list[str] = Field(default_factory=list)


class AnnotationParameters(WindowParameters):
    """What is marked on charts."""

    service: list[str] = Field(
        default_factory=list, description="Only of these services, and what is about every service"
    )
    kind: list[Literal["deploy", "config", "incident", "note"]] = Field(
        default_factory=list[Literal["deploy", "config", "incident", "note"]]
    )


class MetricNameParameters(WindowParameters):
    """Which metrics there are."""

    service: list[str] = Field(default_factory=list)


class MetricSeriesParameters(WindowParameters):
    """The series of one metric."""

    name: str = Field(min_length=1, max_length=1000)
    service: list[str] = Field(default_factory=list)
    step: str = Field(default="auto", pattern=r"^(auto|[1-9]\d{0,7})$")


class InfrastructureParameters(WindowParameters):
    """One service's processes and calls."""

    service: str | None = Field(
        default=None, max_length=1000, description="The busiest that sends metrics when left out"
    )
    step: str = Field(default="auto", pattern=r"^(auto|[1-9]\d{0,7})$", description="auto, or seconds")


class KeyParameters(ProjectParameters):
    """The list of keys."""


class UnknownKeyParameters(WindowParameters):
    """Unused attribute keys."""

    limit: int = Field(default=200, ge=1, le=1000)


class ExportParameters(Parameters):
    """How to answer."""

    format: Format | None = None
