"""Saved views of the lists."""

from typing import Literal

from pydantic import Field

from sonde.api.schemas.common import Answer, Request, Time

ViewPage = Literal["calls", "traces", "spans", "logs"]
NAME = Field(min_length=1, max_length=100, pattern=r"\S")


class ViewColumn(Request):
    """One column, in its place."""

    id: str = Field(min_length=1, max_length=200)
    width: int | None = Field(default=None, ge=40, le=2000, description="Pixels; null: the usual width")


class ViewState(Request):
    """What a list shows. A part that is null is not the view's business and stays as it is."""

    filter: str = Field(default="", max_length=4000, description="Text of the filter language")
    columns: list[ViewColumn] | None = Field(
        default=None, max_length=200, description="Those that are shown, in order"
    )
    order: str | None = Field(default=None, max_length=50)
    range: str | None = Field(default=None, max_length=100, description="`24h`, or two times: `<from>--<to>`")
    charts: list[str] | None = Field(default=None, max_length=20, description="Names of measures")


class ViewItem(Answer):
    """One saved view."""

    view_id: str
    project: str
    page: ViewPage
    name: str
    state: ViewState
    created_time: Time
    changed_time: Time


class ViewList(Answer):
    """Views by page and name."""

    items: list[ViewItem]


class NewView(Request):
    """A view to save."""

    project: str = Field(min_length=1, max_length=100)
    page: ViewPage
    name: str = NAME
    state: ViewState


class ViewChange(Request):
    """What is left out stays as it is."""

    name: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"\S")
    state: ViewState | None = None
