"""Where in a trace a text is: names, errors, messages, attributes, events."""

from typing import Any, Literal

from sonde.api.reads.query import Conditions
from sonde.api.schemas.trace_outline import TraceHit, TraceHits
from sonde.api.services import Services
from sonde.auth.grant import Grant

PLACES_MAX = 1_000
BEFORE = 60
AROUND = 200
"""Characters of an excerpt, and how many of them stand before the find."""

Where = Literal["name", "error", "message", "attributes", "events"]

_SPAN_PLACES: tuple[tuple[Where, str], ...] = (
    ("name", "name"),
    ("error", "concat(ifNull(error_type, ''), ' ', status_message)"),
    ("attributes", "attributes"),
    ("events", "events"),
)


def search_trace(shop: Services, grant: Grant, wanted: str | None, trace_id: str, q: str) -> TraceHits:
    """Every place where the text is, in any case of letters; by time. No place is no error."""
    conditions = Conditions()
    conditions.project(grant.project_for(wanted))
    conditions.trace(trace_id)
    conditions.params["q"] = q
    hits = _in_spans(shop, conditions)
    content = grant.allows("content")
    if content:
        hits += _in_messages(shop, conditions)
    hits.sort(key=lambda item: item[0])
    return TraceHits(
        q=q,
        items=[hit for _, hit in hits[:PLACES_MAX]],
        count=sum(hit.count for _, hit in hits),
        truncated=len(hits) > PLACES_MAX,
        content_searched=content,
    )


def _finds(text: str) -> str:
    return f"countSubstringsCaseInsensitiveUTF8({text}, {{q:String}})"


def _excerpt(text: str) -> str:
    start = f"greatest(1, toInt64(positionCaseInsensitiveUTF8({text}, {{q:String}})) - {BEFORE})"
    return f"substringUTF8({text}, {start}, {AROUND})"


def _in_spans(shop: Services, conditions: Conditions) -> list[tuple[int, TraceHit]]:
    fields = ", ".join(
        f"{_finds(text)} AS {where}_finds, if({where}_finds > 0, {_excerpt(text)}, '') AS {where}_excerpt"
        for where, text in _SPAN_PLACES
    )
    rows = shop.query(
        f"SELECT time, lower(hex(span_id)) AS span_hex, version, {fields} FROM spans {conditions.where} "
        f"AND ({' OR '.join(f'{where}_finds > 0' for where, _ in _SPAN_PLACES)}) "
        f"LIMIT {PLACES_MAX + 1}",
        conditions.params,
    ).dicts()
    newest: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["span_hex"] not in newest or row["version"] > newest[row["span_hex"]]["version"]:
            newest[row["span_hex"]] = row
    return [
        (
            row["time"],
            TraceHit(
                span_id=row["span_hex"],
                where=where,
                excerpt=row[f"{where}_excerpt"],
                count=row[f"{where}_finds"],
            ),
        )
        for row in newest.values()
        for where, _ in _SPAN_PLACES
        if row[f"{where}_finds"]
    ]


def _in_messages(shop: Services, conditions: Conditions) -> list[tuple[int, TraceHit]]:
    """Parts are searched where the text does not say it: arguments of tool calls, thinking."""
    rows = shop.query(
        "SELECT time, lower(hex(span_id)) AS span_hex, record, position, "
        "if(role = '', direction, role) AS said_by, "
        f"{_finds('text')} AS text_finds, if(text_finds > 0, text_finds, {_finds('parts')}) AS finds, "
        f"if(text_finds > 0, {_excerpt('text')}, {_excerpt('parts')}) AS excerpt "
        f"FROM contents {conditions.where} AND finds > 0 "
        "ORDER BY time, span_id, record, position, version DESC "
        f"LIMIT 1 BY time, span_id, record, position LIMIT {PLACES_MAX + 1}",
        conditions.params,
    ).dicts()
    return [
        (
            row["time"],
            TraceHit(
                span_id=row["span_hex"],
                where="message",
                role=row["said_by"],
                excerpt=row["excerpt"],
                count=row["finds"],
            ),
        )
        for row in rows
    ]
