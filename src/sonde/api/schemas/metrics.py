"""OpenTelemetry metrics: which there are, and their points over time."""

from pydantic import Field

from sonde.api.schemas.common import Answer, JsonObject, Text64, Time


class MetricName(Answer):
    """One metric of one project."""

    project: str
    name: str
    unit: str
    description: str
    kind: str = Field(description="gauge, sum, histogram, exponential_histogram or summary")
    series: int
    points: int
    services: list[str]
    last_time: Time


class MetricNames(Answer):
    """The metrics that had points in the range."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    items: list[MetricName]


class MetricPointItem(Answer):
    """The last point of a series in one step."""

    time: Time
    value: float | None = None
    value_int: Text64 | None = Field(
        default=None, description="The exact value when it was sent as an integer"
    )
    count: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None


class MetricSeries(Answer):
    """One time series: a metric with one set of attributes from one resource."""

    series_id: str
    project: str
    name: str
    unit: str
    kind: str
    temporality: str
    monotonic: bool
    service: str
    attributes: JsonObject
    resource: JsonObject
    points: list[MetricPointItem]


class MetricSeriesList(Answer):
    """The series of one metric, at most 100, with at most 1,000 points each."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    step_seconds: int
    series: list[MetricSeries]
    truncated: bool = Field(description="There are more series than are shown")
