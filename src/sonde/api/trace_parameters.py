"""Parameters of the questions the trace page asks."""

from typing import Annotated

from pydantic import Field

from sonde.api.parameters import ProjectParameters


class PreviewParameters(ProjectParameters):
    """Some spans of a trace."""

    span_id: list[Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]] = Field(min_length=1, max_length=100)


class TraceSearchParameters(ProjectParameters):
    """A text to find in a trace."""

    q: str = Field(min_length=2, max_length=200, description="In any case of letters")
