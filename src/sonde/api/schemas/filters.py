"""The filter language: its fields, completions, checks and counts per value."""

from pydantic import Field

from sonde.api.schemas.common import Answer, Request, Time
from sonde.filters.fields import Target
from sonde.filters.parsing import TEXT_MAX


class RowFacetValue(Answer):
    """One value and how many traces, spans or records have it."""

    value: str | None
    count: int


class RowFacet(Answer):
    """The most frequent values of one field; ``other`` counts those of the values left out."""

    dimension: str
    values: list[RowFacetValue]
    other: int = 0


class RowFacets(Answer):
    """Counts per value under the filter, each without the filter's own conditions on that field."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    total: int = Field(description="How many there are under the whole filter")
    facets: list[RowFacet]


class FilterField(Answer):
    """A field to filter by."""

    name: str
    kind: str = Field(
        description="text, choice, level, words, list, id, flag, number, count, bytes, money, duration, "
        "time, presence or attribute"
    )
    description: str
    aliases: list[str]
    operators: list[str]
    values: list[str] = Field(description="All its values, where there are only a few")
    examples: list[str]
    facet: bool = Field(description="Whether its values can be counted as a facet")


class FilterFields(Answer):
    """Every field of a target."""

    target: Target
    fields: list[FilterField]


class Completion(Answer):
    """One way to go on."""

    text: str = Field(description="What replaces the characters from start to end")
    label: str
    kind: str = Field(description="field or value")
    description: str = ""
    count: int | None = Field(default=None, description="How many of the rows looked at have the value")


class Completions(Answer):
    """How an unfinished filter may go on at a place."""

    start: int = Field(description="First character that a completion replaces")
    end: int
    field: str | None = Field(default=None, description="The field whose value is being written")
    items: list[Completion]


class FilterCheckRequest(Request):
    """A filter to check."""

    filter: str = Field(max_length=10 * TEXT_MAX)
    target: Target = "calls"


class FilterFault(Answer):
    """What is wrong, and where."""

    message: str
    position: int
    length: int
    suggestions: list[str]
    hint: str | None = None


class FilterCheck(Answer):
    """Whether a filter can be understood, and how it was."""

    valid: bool
    canonical: str | None = Field(default=None, description="The same filter in one way of writing")
    explanation: str | None = Field(default=None, description="The filter in words")
    fields: list[str] = Field(default_factory=list)
    needs_content: bool = Field(default=False, description="Whether it needs scope content")
    error: FilterFault | None = None
