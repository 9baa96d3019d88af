"""Scores: judgements of a span, a trace or a session."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, JsonObject, Request, SpanId, Time, TraceId


class ScoreItem(Answer):
    """One score."""

    time: Time
    project: str
    score_id: str
    name: str
    trace_id: str | None = None
    span_id: str | None = None
    session_id: str | None = None
    response_id: str | None = None
    value: float | None = None
    label: str | None = None
    comment: str | None = None
    source: str
    author: str | None = None
    data_type: str | None = None
    attributes: JsonObject


class NewScore(Request):
    """A score to record. It needs something to judge (trace, span, session or response id) and a value or a
    label.
    """

    name: str = Field(min_length=1, max_length=200)
    value: float | None = Field(default=None, allow_inf_nan=False)
    label: str | None = Field(default=None, max_length=1000)
    comment: str | None = Field(default=None, max_length=20_000)
    trace_id: TraceId | None = None
    span_id: SpanId | None = None
    session_id: str | None = Field(default=None, max_length=1000)
    response_id: str | None = Field(default=None, max_length=1000)
    score_id: str | None = Field(
        default=None, max_length=200, description="Your own id: sending it again changes nothing"
    )
    author: str | None = Field(default=None, max_length=200)
    data_type: Literal["numeric", "boolean", "categorical"] | None = None
    time: Time | None = None
    attributes: JsonObject = Field(default_factory=dict)


class NewScores(Request):
    """A batch of scores, taken whole or not at all."""

    scores: list[NewScore] = Field(min_length=1, max_length=1000)


class ScoresTaken(Answer):
    """The ids of the scores, in order. They are durable."""

    score_ids: list[str]
