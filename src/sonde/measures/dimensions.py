"""What measures can be grouped by: columns of calls, parts of the clock, attributes."""

import re
from dataclasses import dataclass

from sonde.store.rollups import DIMENSIONS as ROLLED_UP


@dataclass(frozen=True, slots=True)
class Dimension:
    """A name to group by."""

    name: str
    title: str
    expression: str
    """Over rows of ``calls`` (and of roll-ups, when they have the columns): text, or a small number."""
    description: str = ""
    columns: tuple[str, ...] = ()
    """What the expression reads, when roll-ups may have it."""
    many: bool = False
    """A call may have several values, and is counted with each."""
    clock: bool = False
    """Made from the time of the call, in the time zone of the question."""
    of_span: str = ""
    """What is kept with the span only: its expression over ``spans``; ``expression`` is its alias then."""

    @property
    def in_rollup(self) -> bool:
        """Whether roll-ups can be grouped by it."""
        return self.clock or (bool(self.columns) and set(self.columns) <= set(ROLLED_UP))


def _column(name: str, title: str, description: str = "", column: str | None = None) -> Dimension:
    read = column or name
    return Dimension(name, title, f"toString({read})", description, (read,))


DIMENSIONS: tuple[Dimension, ...] = (
    _column("provider", "Provider"),
    Dimension(
        "model", "Model", "ifNull(toString(request_model), toString(response_model))",
        "The model asked for; the answering one when that is not known.", ("request_model", "response_model"),
    ),
    _column("request_model", "Requested model"),
    _column("response_model", "Answering model"),
    _column("service", "Service"),
    _column("environment", "Environment"),
    _column("release", "Release", "`service.version` of the sender."),
    _column("operation", "Operation", "chat, text_completion, embeddings, rerank …"),
    _column("endpoint", "Endpoint", "The application's route or feature."),
    _column("function", "Function", "The function of the application that made the call."),
    _column("user", "User", column="user_id"),
    _column("session", "Session", column="session_id"),
    _column("status", "Status", "ok or error."),
    _column("error_type", "Error type"),
    _column("finish_reason", "Finish reason"),
    _column("prompt_name", "Prompt"),
    _column("prompt_version", "Prompt version"),
    _column("prompt_hash", "Prompt hash"),
    Dimension(
        "tag", "Tag", "arrayJoin(if(empty(tags), [NULL], tags))", "A call counts with each of its tags.",
        many=True,
    ),
    _column("convention", "Convention", "Which instrumentation's words the call came in."),
    _column("scope", "Instrumentation", "Name of the instrumentation scope.", "scope_name"),
    _column("streaming", "Streaming"),
    _column("incomplete", "Incomplete"),
    _column("batch", "Batch"),
    _column("service_tier", "Service tier"),
    _column("cost_state", "Cost state", "priced, unpriced or free."),
    _column("cost_source", "Cost source", "computed, billed, claimed or none."),
    _column("cache_hit", "Cache hit"),
    _column("fallback", "Fallback"),
    _column("fallback_from", "Fallback from"),
    _column("attempts", "Attempts"),
    Dimension("hour", "Hour of day", "toString(toHour({time}, '{zone}'))", "0 to 23.", clock=True),
    Dimension(
        "weekday", "Weekday", "toString(toDayOfWeek({time}, 0, '{zone}'))", "1 (Monday) to 7.", clock=True
    ),
)  # fmt: skip

BY_NAME = {dimension.name: dimension for dimension in DIMENSIONS}
_PATH = re.compile(r"(attributes|resource)\.([^`'\\%\x00-\x1f]{1,200})")


def attribute_dimension(name: str) -> Dimension | None:
    """The dimension of ``attributes.<key>`` or ``resource.<key>``; None when it is no such name."""
    match = _PATH.fullmatch(name)
    if match is None:
        return None
    kind, key = match.groups()
    if kind == "resource":
        return Dimension(
            name, key, f"resource_{key.encode().hex()}", "An attribute of the sender.",
            of_span=f"JSONExtract(resource, '{key}', 'Nullable(String)')",
        )  # fmt: skip
    path = key.replace(".", "%2E")
    expression = f"CAST(attributes.`{path}`, 'Nullable(String)')"
    return Dimension(name, key, expression, "An attribute of the call's span.")
