"""Query parameters of the filter language, of facets and of the list of spans."""

from typing import Literal

from pydantic import Field

from sonde.api.parameters import (
    DIMENSIONS,
    FilterText,
    ListExportParameters,
    ListParameters,
    Parameters,
    WindowParameters,
)
from sonde.filters.fields import Target
from sonde.filters.parsing import TEXT_MAX


class RowFacetParameters(WindowParameters):
    """Counts per value for traces, spans and log records."""

    filter: FilterText = None
    top: int = Field(default=10, ge=1, le=100, description="Values per dimension")
    dimension: list[str] = DIMENSIONS


class SpanListParameters(ListParameters, ListExportParameters):
    """The list of spans."""

    filter: FilterText = None
    order: Literal["time", "duration"] = Field(default="time", description="Newest or longest first")


class FilterFieldParameters(Parameters):
    """Which fields there are."""

    target: Target = "calls"


class CompleteParameters(WindowParameters):
    """How an unfinished filter may go on."""

    target: Target = "calls"
    text: str = Field(default="", max_length=TEXT_MAX)
    cursor: int | None = Field(
        default=None,
        ge=0,
        le=TEXT_MAX,
        description="Where in the text, in characters; its end when left out",
    )
