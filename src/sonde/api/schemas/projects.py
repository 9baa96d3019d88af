"""Projects and their settings."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Request, Time

ProjectName = str
MaskName = Literal["email", "phone", "card", "iban", "secret"]


class RetentionDays(Answer):
    """Days that rows are kept, counted from event time."""

    content: int = Field(ge=1, le=36_500)
    spans: int = Field(ge=1, le=36_500)
    logs: int = Field(ge=1, le=36_500)
    metrics: int = Field(ge=1, le=36_500)
    calls: int = Field(ge=1, le=36_500)


class RedactionPattern(Answer):
    """An own pattern (RE2 syntax) that is masked before anything is stored."""

    name: str = Field(max_length=32, pattern=r"^[a-z][a-z0-9_-]{0,31}$")
    pattern: str = Field(min_length=1, max_length=1000)


class RedactionSettings(Answer):
    """What is masked in texts and attributes before the commit."""

    masks: list[MaskName]
    patterns: list[RedactionPattern] = Field(default_factory=list[RedactionPattern], max_length=50)


class ProjectItem(Answer):
    """One project with its settings."""

    name: str
    created_time: Time
    demo: bool = Field(description="Holds generated demo traffic")
    capture_content: bool
    retention_days: RetentionDays
    redaction: RedactionSettings


class ProjectList(Answer):
    """The projects this credential may see."""

    items: list[ProjectItem]


class NewProject(Request):
    """A project to create."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$",
        description="Lower-case letters, digits, dot, dash, underscore",
    )


class RetentionChange(Request):
    """Days to set; what is left out stays."""

    content: int | None = Field(default=None, ge=1, le=36_500)
    spans: int | None = Field(default=None, ge=1, le=36_500)
    logs: int | None = Field(default=None, ge=1, le=36_500)
    metrics: int | None = Field(default=None, ge=1, le=36_500)
    calls: int | None = Field(default=None, ge=1, le=36_500)


class ProjectChange(Request):
    """Settings to change; what is left out stays. Takes effect for new spans within five seconds."""

    capture_content: bool | None = None
    retention_days: RetentionChange | None = None
    redaction: RedactionSettings | None = None


class RedactionTest(Request):
    """A text to try masks on; nothing is stored."""

    text: str = Field(max_length=100_000)
    redaction: RedactionSettings | None = Field(
        default=None, description="Settings to try; the project's own when left out"
    )


class RedactionPiece(Answer):
    """A part of the text that was given."""

    text: str
    rule: str | None = Field(description="The mask or pattern that hides it; null: it stays")


class RedactionTested(Answer):
    """The text as it would be stored."""

    text: str
    masked: int = Field(description="How many places were masked")
    pieces: list[RedactionPiece] = Field(description="The text that was given, in order")
