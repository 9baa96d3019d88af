"""Processes and hosts beside the model calls their service made."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Money, Time

CallMeasure = Literal["latency_p95_ms", "error_rate", "cost_usd", "calls"]


class InfrastructureService(Answer):
    """One service that sent calls or process metrics in the range."""

    service: str
    calls: int
    metrics: list[str] = Field(description="The metrics it sends that this page reads")
    instances: int = Field(description="Different resources that sent them")


class HostLine(Answer):
    """One line of a measure."""

    line: str = Field(description="Direction, generation, kind …; empty when there is one line only")
    values: list[float | None] = Field(description="Per step; null where nothing was reported")


class HostMeasureSeries(Answer):
    """One measure of the processes or hosts of the service."""

    name: str
    title: str
    unit: str = Field(description="UCUM: 1 (a share or cores), By, By/s, s, {thread} …")
    about: Literal["process", "host"]
    description: str
    metric: str = Field(description="The OpenTelemetry metric it was read from")
    lines: list[HostLine]


class CallSeries(Answer):
    """The model calls of the service on the same steps."""

    calls: list[int]
    errors: list[int]
    error_rate: list[float | None] = Field(description="Null without a call")
    latency_p50_ms: list[float | None]
    latency_p95_ms: list[float | None]
    cost_usd: list[Money | None] = Field(description="Null when no call of the step has a price")


class CorrelationItem(Answer):
    """How a line of a measure goes together with a measure of the calls. A hint where to look, no proof."""

    measure: str
    line: str
    calls_measure: CallMeasure
    rho: float | None = Field(description="Spearman's ρ, −1 to 1; null where `note` says why")
    steps: int = Field(description="Steps where both are known")
    by_chance: bool = Field(description="No more than unrelated series show in 19 of 20 cases")
    note: str | None


class Infrastructure(Answer):
    """One service: its processes, its hosts and its calls on one time axis."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    step_seconds: int
    times: list[Time] = Field(description="Starts of the steps")
    service: str | None = Field(description="Null when no service sent anything in the range")
    services: list[InfrastructureService]
    measures: list[HostMeasureSeries]
    calls: CallSeries
    correlations: list[CorrelationItem] = Field(description="Strongest first; those without ρ last")
