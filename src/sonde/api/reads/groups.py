"""Pages of what calls name: sessions, users. One pass over the calls of the range, in order of a measure."""

from decimal import Decimal
from typing import Any, NamedTuple

from sonde.api.cursor import Cursor, decode, encode, fingerprint
from sonde.api.parameters import GroupListParameters
from sonde.api.reads.filters import call_conditions
from sonde.api.reads.query import money
from sonde.api.services import Services
from sonde.api.times import TimeRange, format_time, time_range
from sonde.auth.grant import Grant

MODELS = (
    "arraySort(groupUniqArrayIf(20)(assumeNotNull(ifNull(request_model, response_model)), "
    "isNotNull(response_model) OR isNotNull(request_model)))"
)
# Names of their own: an alias that is also a column would be put in for it.
SUMS = (
    "toUnixTimestamp64Nano(min(time)) AS first_ns, "
    "max(toUnixTimestamp64Nano(time) + duration_ns) AS last_ns, "
    "count() AS n_calls, countIf(status = 'error') AS n_errors, uniq(trace_id) AS n_traces, "
    "sumOrNull(input_tokens) AS n_input, sumOrNull(output_tokens) AS n_output, "
    "sumOrNull(cost_usd) AS n_cost, countIf(cost_state = 'unpriced') AS n_unpriced, "
    f"{MODELS} AS n_models"
)
ORDERS = {
    "time": ("last_ns", "Int64"),
    "cost": ("ifNull(n_cost, toDecimal128(-1, 9))", "Decimal(38, 9)"),
    "calls": ("n_calls", "UInt64"),
    "errors": ("n_errors", "UInt64"),
    "tokens": ("toInt64(ifNull(n_input, 0) + ifNull(n_output, 0))", "Int64"),
    "traces": ("n_traces", "UInt64"),
}
"""Order → the sort key and its type. Unknown cost sorts last."""


class Group(NamedTuple):
    """What calls are put together by."""

    column: str
    sums: str
    """Further aggregates of this group."""


class Found(NamedTuple):
    """One page."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    window: TimeRange


def page_of_groups(shop: Services, grant: Grant, parameters: GroupListParameters, group: Group) -> Found:
    """Groups after the cursor in the list's order. A group is there when any of its calls is in the range."""
    mark = fingerprint(parameters, group.column, grant.project or "")
    cursor = decode(parameters.cursor, mark, (str, int, str, str)) if parameters.cursor else None
    window = cursor.range if cursor else time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = call_conditions(grant, parameters, window)
    conditions.add(f"ifNull({group.column}, '') != ''")
    key, kind = ORDERS[parameters.order]
    params = {**conditions.params, "limit": parameters.limit + 1}
    having = ""
    if cursor is not None:
        place = f"({{c_key:{kind}}}, {{c_last:Int64}}, {{c_name:String}}, {{c_project:String}})"
        having = f"HAVING (sort_key, last_ns, name, toString(project)) < {place}"
        params |= dict(zip(("c_key", "c_last", "c_name", "c_project"), cursor.key, strict=True))
    sql = (
        f"SELECT project, assumeNotNull({group.column}) AS name, {SUMS}, {group.sums}, {key} AS sort_key "
        f"FROM calls FINAL {conditions.where} GROUP BY project, name {having} "
        "ORDER BY sort_key DESC, last_ns DESC, name DESC, project DESC LIMIT {limit:UInt32}"
    )
    rows = shop.query(sql, params).dicts()
    next_cursor = None
    if len(rows) > parameters.limit:
        rows = rows[: parameters.limit]
        next_cursor = encode(Cursor(_place(rows[-1]), window), mark)
    return Found(rows, next_cursor, window)


def _place(row: dict[str, Any]) -> tuple[str | int, ...]:
    value = row["sort_key"]
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return (text, int(row["last_ns"]), row["name"], row["project"])


def sum_fields(row: dict[str, Any]) -> dict[str, Any]:
    """The fields that sessions and users share, from a row of `SUMS`."""
    tokens = [int(row[name]) for name in ("n_input", "n_output") if row[name] is not None]
    return {
        "project": row["project"],
        "time": format_time(int(row["first_ns"])),
        "end_time": format_time(int(row["last_ns"])),
        "traces": int(row["n_traces"]),
        "calls": int(row["n_calls"]),
        "errors": int(row["n_errors"]),
        "input_tokens": None if row["n_input"] is None else int(row["n_input"]),
        "output_tokens": None if row["n_output"] is None else int(row["n_output"]),
        "total_tokens": sum(tokens) if tokens else None,
        "cost_usd": money(row["n_cost"]),
        "unpriced_calls": int(row["n_unpriced"]),
        "models": list(row["n_models"]),
    }
