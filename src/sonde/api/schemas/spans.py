"""The list of spans, of every trace."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Time
from sonde.api.schemas.traces import SpanCall


class SpanItem(Answer):
    """One row of the list of spans."""

    time: Time
    end_time: Time
    project: str
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    name: str
    kind: str
    service: str
    environment: str | None = None
    release: str | None = None
    operation: str
    status: Literal["unset", "ok", "error"]
    status_message: str
    error_type: str | None = None
    duration_ms: float
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    endpoint: str | None = None
    function: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    convention: str
    scope_name: str
    time_flag: str | None = None
    call: SpanCall | None = Field(default=None, description="What it cost, when the span is a call")
