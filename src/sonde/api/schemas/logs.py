"""Log records."""

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
