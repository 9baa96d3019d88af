"""What arrived, from whom and when: the set-up page asks this until the first span is there."""

from pydantic import Field

from sonde.api.schemas.common import Answer, Time


class SignalStatus(Answer):
    """One signal's rows and times. Times are event times; null before the first."""

    rows: int = 0
    first_time: Time | None = None
    last_time: Time | None = None


class ServiceStatus(Answer):
    """One service that has sent spans."""

    project: str
    service: str
    spans: int
    calls: int
    last_time: Time
    conventions: list[str]
    scopes: list[str] = Field(description="Instrumentation scopes seen, at most 20")


class ReceiverStatus(Answer):
    """Where to send telemetry to."""

    otlp_http_url: str
    otlp_grpc_url: str | None = None


class StatusAnswer(Answer):
    """What has been received so far."""

    version: str
    project: str | None
    receivers: ReceiverStatus
    spans: SignalStatus
    calls: SignalStatus
    logs: SignalStatus
    metrics: SignalStatus
    scores: SignalStatus
    services: list[ServiceStatus]
    last_received_time: Time | None = Field(default=None, description="Receive time of the newest span")
