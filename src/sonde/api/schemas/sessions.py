"""Sessions and their turns."""

from pydantic import Field

from sonde.api.schemas.calls import CallSummary
from sonde.api.schemas.common import Answer, Money, Page, Time
from sonde.api.schemas.traces import TraceSummary


class SessionSummary(Answer):
    """One row of the list of sessions. Figures are of the counted calls in the range."""

    session_id: str
    project: str
    user_id: str | None = Field(default=None, description="The last user named in it")
    time: Time = Field(description="Start of the first call")
    end_time: Time = Field(description="End of the last call")
    traces: int
    calls: int
    errors: int = Field(description="Failed calls")
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cost_usd: Money | None = Field(default=None, description="Null when no call has a known cost")
    unpriced_calls: int = 0
    services: list[str]
    models: list[str] = Field(description="Models that were asked for, or answered: at most 20")


class Preview(Answer):
    """The beginning of one text. The whole is in the span that it belongs to."""

    text: str
    bytes: int = Field(description="Size of the whole text in UTF-8")
    truncated: bool


class TurnCall(CallSummary):
    """One call of a turn; previews are null without scope ``content`` and where nothing was sent."""

    asked: Preview | None = Field(default=None, description="The last message of the user")
    answered: Preview | None = Field(default=None, description="The last output")


class SessionTurn(TraceSummary):
    """One trace of a session with its calls in order. Figures are of the session's calls in this trace."""

    items: list[TurnCall]
    more_calls: int = Field(default=0, description="Calls of this trace that are not in ``items``")


class SessionDetail(SessionSummary):
    """A whole session, whenever its parts were, with a page of its turns, oldest first."""

    turns: int = Field(description="Traces of the session")
    items: list[SessionTurn]
    next_cursor: str | None = None
    content: bool = Field(description="Whether the caller may see content")


class SessionPage(Page[SessionSummary]):
    """One page of sessions."""
