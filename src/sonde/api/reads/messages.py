"""Content of spans. Only called for callers with scope ``content``."""

from typing import Any

from sonde.api.reads.attributes import json_list
from sonde.api.reads.query import Conditions
from sonde.api.schemas.common import Message
from sonde.api.services import Services
from sonde.auth.grant import Grant
from sonde.model.errors import NotFound
from sonde.model.limits import RESPONSE_BYTES_MAX

MESSAGES_MAX = 2_000
TEXT_BYTES_MAX = 256 * 1024
"""Of one message in a list; the whole text has an address of its own."""

ORDER = "ORDER BY record > 0, time, record, position"


def of_span(shop: Services, project: str, trace_id: str, span_id: str) -> list[Message]:
    """The content of a span in order, texts cut so that the whole answer stays within
    `RESPONSE_BYTES_MAX`.
    """
    conditions = _of(project, trace_id, span_id)
    # The cut texts have names of their own: an alias that is also a column would be put in for it.
    sql = (
        "SELECT record, direction, role, length(text) AS bytes, substring(text, 1, {cut:UInt32}) AS "
        "cut_text, "
        "if(length(parts) <= {cut:UInt32}, parts, '') AS cut_parts "
        f"FROM ({_newest(conditions)}) {ORDER} LIMIT {{limit:UInt32}}"
    )
    params = {**conditions.params, "cut": TEXT_BYTES_MAX, "limit": MESSAGES_MAX}
    room = RESPONSE_BYTES_MAX
    found: list[Message] = []
    for position, row in enumerate(shop.query(sql, params).dicts()):
        text, parts = str(row["cut_text"]), str(row["cut_parts"])
        # A cut in the middle of a character leaves a replacement character at the end.
        if row["bytes"] > TEXT_BYTES_MAX:
            text = text.rstrip("\ufffd")
        if len(text) > room:
            text = text[: max(room, 0)]
        room -= len(text)
        keep_parts = len(parts) <= room
        room -= len(parts) if keep_parts else 0
        found.append(_message(row, position, text, parts if keep_parts else ""))
    return found


def _message(row: dict[str, Any], position: int, text: str, parts: str) -> Message:
    return Message(
        position=position,
        direction=row["direction"],
        role=row["role"],
        text=text,
        parts=json_list(parts) if parts else None,
        bytes=row["bytes"],
        truncated=len(text.encode("utf-8", "replace")) < row["bytes"],
        source="span" if row["record"] == 0 else "log",
    )


def whole_text(
    shop: Services, grant: Grant, project: str | None, trace_id: str, span_id: str, position: int
) -> str:
    """The whole text of one message. Raises `NotFound`."""
    conditions = _of(grant.project_for(project), trace_id, span_id)
    rows = shop.query(
        f"SELECT text FROM ({_newest(conditions)}) {ORDER} LIMIT 1 OFFSET {{position:UInt32}}",
        {**conditions.params, "position": position},
    ).rows
    if not rows:
        raise NotFound("There is no such message.")
    return str(rows[0][0])


def _of(project: str | None, trace_id: str, span_id: str) -> Conditions:
    conditions = Conditions()
    conditions.project(project)
    conditions.trace(trace_id)
    conditions.span(span_id)
    return conditions


def _newest(conditions: Conditions) -> str:
    """The newest version of each piece. Not with FINAL, which would make the index on trace ids read far
    more.
    """
    return (
        f"SELECT record, time, position, direction, role, text, parts FROM contents {conditions.where} "
        "ORDER BY version DESC LIMIT 1 BY project, time, record, position"
    )
