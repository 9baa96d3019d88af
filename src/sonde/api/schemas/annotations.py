"""Moments and stretches of time that are marked on charts."""

from typing import Annotated, Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Request, Time

AnnotationKind = Literal["deploy", "config", "incident", "note"]
Tag = Annotated[str, Field(min_length=1, max_length=60)]


class AnnotationItem(Answer):
    """One annotation."""

    annotation_id: str
    project: str
    kind: AnnotationKind
    source: Literal["posted", "release"] = Field(
        description="release: Sonde saw a service send a version it had not sent before"
    )
    time: Time
    end_time: Time | None = Field(default=None, description="Null: a moment")
    title: str
    text: str
    tags: list[str]
    service: str | None = Field(description="Null: about every service")
    environment: str | None = Field(default=None, description="Of a release, as the service names it")
    release: str | None = None
    previous_release: str | None = Field(default=None, description="The version that was new before this one")
    author: str | None = Field(default=None, description="The key it was posted with")
    created_time: Time | None = None


class AnnotationList(Answer):
    """The annotations that touch the range, in order of time."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    items: list[AnnotationItem]
    truncated: bool = Field(description="There are older ones in the range that are not shown")


class NewAnnotation(Request):
    """An annotation to make."""

    project: str | None = Field(default=None, max_length=100, description="The key's project, else `default`")
    title: str = Field(min_length=1, max_length=200)
    kind: AnnotationKind = "note"
    time: str | None = Field(
        default=None, max_length=40, description="RFC 3339 or relative to now (-15m). Now when left out"
    )
    end_time: str | None = Field(default=None, max_length=40, description="Makes it a stretch of time")
    text: str = Field(default="", max_length=4_000)
    tags: list[Tag] = Field(default_factory=list[Tag], max_length=20)
    service: str | None = Field(default=None, min_length=1, max_length=200)
