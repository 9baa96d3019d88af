"""The filters on calls as conditions on the table ``calls``."""

from decimal import Decimal

from sonde.api.parameters import CallFilters
from sonde.api.reads.filter_text import add_filter
from sonde.api.reads.query import Conditions
from sonde.api.times import HOUR_NS, TimeRange
from sonde.auth.grant import Grant
from sonde.filters.words import contains, has_words

COLUMNS = {
    "provider": "provider",
    "operation": "operation",
    "service": "service",
    "environment": "environment",
    "user": "user_id",
    "session": "session_id",
    "endpoint": "endpoint",
    "prompt_name": "prompt_name",
    "cost_state": "cost_state",
    "error_type": "error_type",
    "finish_reason": "finish_reason",
}
"""Filter → column."""

TOTAL_TOKENS = (
    "if(isNull(input_tokens) AND isNull(output_tokens), NULL, "
    "ifNull(input_tokens, 0) + ifNull(output_tokens, 0))"
)


def call_conditions(
    grant: Grant, filters: CallFilters, window: TimeRange | None, *, counted: bool = True
) -> Conditions:
    """Conditions of a caller's filters. Raises `Forbidden` for a search in content without its scope."""
    conditions = Conditions()
    conditions.project(grant.project_for(filters.project))
    if window is not None:
        conditions.time(window)
    if counted:
        conditions.clauses.append("counted" if filters.counted else "NOT counted")
    for name, column in COLUMNS.items():
        conditions.any_of(column, getattr(filters, name), f"f_{name}")
    if filters.status:
        conditions.add("status IN {f_status:Array(String)}", f_status=list(filters.status))
    if filters.model:
        model_condition(conditions, filters.model)
    if filters.tag:
        conditions.add("hasAny(tags, {f_tag:Array(String)})", f_tag=filters.tag)
    if filters.trace_id:
        conditions.trace(filters.trace_id)
    _numbers(conditions, filters)
    add_filter(conditions, grant, filters, "calls", window)
    if filters.q:
        grant.need("content")
        _content(conditions, filters.q, window)
    return conditions


def model_condition(conditions: Conditions, models: list[str]) -> None:
    """The model that was asked for or the one that answered."""
    conditions.add(
        "(request_model IN {f_model:Array(String)} OR response_model IN {f_model:Array(String)})",
        f_model=models,
    )


def _numbers(conditions: Conditions, filters: CallFilters) -> None:
    """Lower and upper bounds; a call whose value is unknown is within none."""
    for bound, sign in (("min", ">="), ("max", "<=")):
        cost = getattr(filters, f"{bound}_cost_usd")
        if cost is not None:
            conditions.add(
                f"cost_usd {sign} {{{bound}_cost:Decimal(18, 9)}}", **{f"{bound}_cost": Decimal(cost)}
            )
        duration = getattr(filters, f"{bound}_duration_ms")
        if duration is not None:
            conditions.add(f"duration_ns {sign} {{{bound}_ns:Int64}}", **{f"{bound}_ns": int(duration * 1e6)})
        tokens = getattr(filters, f"{bound}_tokens")
        if tokens is not None:
            conditions.add(f"{TOTAL_TOKENS} {sign} {{{bound}_tokens:UInt64}}", **{f"{bound}_tokens": tokens})


def _content(conditions: Conditions, words: str, window: TimeRange | None) -> None:
    """Calls whose content has all the words. Content that came as a log event has times of its own, so its
    range is an hour wider on both sides.
    """
    found = has_words(words, prefix="q")
    if not found.params:
        found = contains(words, prefix="q")
    where = found.sql
    if "project" in conditions.params:
        where += " AND project = {project:String}"
    if window is not None:
        where += (
            " AND time >= fromUnixTimestamp64Nano({q_from_ns:Int64}, 'UTC')"
            " AND time < fromUnixTimestamp64Nano({q_to_ns:Int64}, 'UTC')"
        )
        conditions.params["q_from_ns"] = max(0, window.from_ns - HOUR_NS)
        conditions.params["q_to_ns"] = window.to_ns + HOUR_NS
    conditions.add(
        f"(project, trace_id, span_id) IN (SELECT project, trace_id, span_id FROM contents WHERE {where})",
        **found.params,
    )
