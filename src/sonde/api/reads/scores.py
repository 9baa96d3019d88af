"""The list of scores."""

from typing import Any

from sonde.api.cursor import Cursor, decode, encode, fingerprint
from sonde.api.parameters import ScoreParameters
from sonde.api.reads.attributes import json_object
from sonde.api.reads.query import Conditions, finite, known
from sonde.api.schemas.common import Page
from sonde.api.schemas.scores import ScoreItem
from sonde.api.services import Services
from sonde.api.times import format_time, time_range
from sonde.auth.grant import Grant

COLUMNS = (
    "time, project, score_id, name, lower(hex(trace_id)) AS trace_hex, lower(hex(span_id)) AS span_hex, "
    "session_id, "
    "response_id, value, label, comment, source, author, data_type, attributes"
)
OF_TRACE_MAX = 500


def list_scores(shop: Services, grant: Grant, parameters: ScoreParameters) -> Page[ScoreItem]:
    """One page, newest first."""
    mark = fingerprint(parameters, grant.project or "")
    cursor = decode(parameters.cursor, mark, (int, str, str)) if parameters.cursor else None
    window = cursor.range if cursor else time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    conditions.any_of("name", parameters.name, "name")
    conditions.any_of("source", parameters.source, "source")
    conditions.any_of("session_id", parameters.session, "session")
    if parameters.trace_id:
        conditions.trace(parameters.trace_id)
    if cursor:
        time_ns, score_id, project = cursor.key
        conditions.add(
            "(time, score_id, toString(project)) < "
            "(fromUnixTimestamp64Nano({c_time:Int64}, 'UTC'), {c_id:String}, {c_project:String})",
            c_time=time_ns,
            c_id=score_id,
            c_project=project,
        )
    rows = shop.query(
        f"SELECT {COLUMNS} FROM scores FINAL {conditions.where} "
        "ORDER BY time DESC, score_id DESC, project DESC LIMIT {limit:UInt32}",
        {**conditions.params, "limit": parameters.limit + 1},
    ).dicts()
    next_cursor = None
    if len(rows) > parameters.limit:
        rows = rows[: parameters.limit]
        last = rows[-1]
        next_cursor = encode(Cursor((last["time"], last["score_id"], last["project"]), window), mark)
    return Page[ScoreItem].model_construct(
        items=[_item(row) for row in rows],
        next_cursor=next_cursor,
        from_=format_time(window.from_ns),
        to=format_time(window.to_ns),
    )


def of_trace(shop: Services, project: str, trace_id: str) -> list[ScoreItem]:
    """The scores of a trace, oldest first. Most have none, and to find that out one column is enough."""
    conditions = Conditions()
    conditions.project(project)
    conditions.trace(trace_id)
    if not shop.query(
        f"SELECT score_id FROM scores FINAL {conditions.where} LIMIT 1", conditions.params
    ).rows:
        return []
    rows = shop.query(
        f"SELECT {COLUMNS} FROM scores FINAL {conditions.where} ORDER BY time LIMIT {OF_TRACE_MAX}",
        conditions.params,
    ).dicts()
    return [_item(row) for row in rows]


def _item(row: dict[str, Any]) -> ScoreItem:
    return ScoreItem(
        time=format_time(row["time"]),
        project=row["project"],
        score_id=row["score_id"],
        name=row["name"],
        trace_id=known(row["trace_hex"]),
        span_id=known(row["span_hex"]),
        session_id=row["session_id"] or None,
        response_id=row["response_id"] or None,
        value=finite(row["value"]),
        label=row["label"] or None,
        comment=row["comment"] or None,
        source=row["source"],
        author=row["author"] or None,
        data_type=row["data_type"] or None,
        attributes=json_object(row["attributes"]),
    )
