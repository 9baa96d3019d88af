"""Users, as the applications name them."""

from pydantic import Field

from sonde.api.schemas.common import Answer, Money, Page, Time


class UserSummary(Answer):
    """One row of the list of users. Figures are of the counted calls in the range."""

    user_id: str
    project: str
    time: Time = Field(description="Start of the first call")
    end_time: Time = Field(description="Latest end of a call")
    calls: int
    errors: int = Field(description="Failed calls")
    traces: int = Field(description="Different traces; approximate beyond some ten thousand")
    sessions: int = Field(description="Different sessions; approximate beyond some ten thousand")
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cost_usd: Money | None = Field(default=None, description="Null when no call has a known cost")
    unpriced_calls: int = 0
    models: list[str] = Field(description="Models that were asked for, or answered: at most 20")


class UserPage(Page[UserSummary]):
    """One page of users."""
