"""How attributes are read: keys that no rule uses, and what a pasted span becomes."""

from typing import Any

from pydantic import Field

from sonde.api.schemas.common import Answer, JsonObject, Time


class UnknownKey(Answer):
    """An attribute key that was seen and that no mapping rule uses. It is stored all the same."""

    key: str
    spans: int
    services: list[str]
    scopes: list[str]
    last_time: Time


class UnknownKeys(Answer):
    """The unused keys of the range, most frequent first."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    spans_read: int
    items: list[UnknownKey]


class ExplainedField(Answer):
    """One field of the result and the rule that produced it."""

    field: str
    value: Any = None
    rule: str
    keys: list[str] = Field(description="Attribute keys that were read")


class ExplainedSpan(Answer):
    """One pasted span as Sonde reads it."""

    trace_id: str
    span_id: str
    name: str
    convention: str
    operation: str
    is_call: bool
    fields: list[ExplainedField]
    unused_keys: list[str]
    messages: int
    cost: JsonObject | None = Field(default=None, description="The price this call would get")


class Explained(Answer):
    """The pasted spans."""

    spans: list[ExplainedSpan]
