"""Deleting what was received: always with a preview of what goes."""

from pydantic import Field

from sonde.api.schemas.common import Answer, Request, TraceId


class Deletion(Request):
    """What to delete: exactly one of trace, session, user or the whole project."""

    project: str
    trace_id: TraceId | None = None
    session_id: str | None = Field(default=None, min_length=1, max_length=1000)
    user_id: str | None = Field(default=None, min_length=1, max_length=1000)
    whole_project: bool = False
    preview: bool = Field(default=True, description="Only count; send false to delete")


class DeletionAnswer(Answer):
    """Rows per table that go, or went."""

    preview: bool
    traces: int
    rows: dict[str, int]
    """spans, calls, contents, logs, metrics, scores; roll-ups are rebuilt."""
