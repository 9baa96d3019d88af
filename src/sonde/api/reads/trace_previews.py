"""The beginnings of what spans took in and gave out. Only called for callers with scope ``content``."""

from collections.abc import Iterator
from typing import Any, cast

from sonde.api.reads.attributes import json_list
from sonde.api.reads.query import Conditions
from sonde.api.schemas.trace_outline import Previews, SpanPreview, TextPreview, ToolCallPreview
from sonde.api.services import Services
from sonde.auth.grant import Grant
from sonde.normalize.parts import as_text

TEXT_BYTES = 1_200
"""Of each text."""
ARGUMENTS_CHARACTERS = 240
PARTS_BYTES_MAX = 32_768
"""Larger parts are not read: the text beside them has to do."""
PIECES_MAX = 12
"""Pieces read of one span and direction: of inputs the last, of all else the first."""
INPUTS_SHOWN = 3
TOOL_CALLS_MAX = 20

Row = dict[str, Any]
Part = dict[str, Any]


def get_previews(
    shop: Services, grant: Grant, wanted: str | None, trace_id: str, span_ids: list[str]
) -> Previews:
    """Previews of those of the spans that have content, in the order they were asked for."""
    conditions = Conditions()
    conditions.project(grant.project_for(wanted))
    conditions.trace(trace_id)
    conditions.add(
        "span_id IN (SELECT toFixedString(unhex(arrayJoin({span_ids:Array(String)})), 8))",
        span_ids=sorted(set(span_ids)),
    )
    rows = shop.query(
        "SELECT lower(hex(span_id)) AS span_hex, record, position, direction, role, version, "
        f"substring(text, 1, {TEXT_BYTES}) AS beginning, length(text) AS bytes, "
        f"if(length(parts) <= {PARTS_BYTES_MAX}, parts, '') AS few_parts "
        f"FROM contents {conditions.where} AND direction NOT IN ('tools', 'documents') "
        "ORDER BY span_id, direction, if(direction = 'input', -toInt64(position), toInt64(position)) "
        f"LIMIT {PIECES_MAX} BY span_id, direction",
        conditions.params,
    ).dicts()
    by_span: dict[str, dict[tuple[int, int], Row]] = {}
    for row in rows:
        pieces = by_span.setdefault(row["span_hex"], {})
        key = row["record"], row["position"]
        if key not in pieces or row["version"] > pieces[key]["version"]:
            pieces[key] = row
    return Previews(
        items=[
            _preview(span_id, sorted(by_span[span_id].values(), key=_place))
            for span_id in dict.fromkeys(span_ids)
            if span_id in by_span
        ]
    )


def _place(row: Row) -> tuple[bool, int, int]:
    return row["record"] > 0, row["record"], row["position"]


def _preview(span_id: str, rows: list[Row]) -> SpanPreview:
    systems = [row for row in rows if "system" in (row["direction"], row["role"])]
    given = [row for row in rows if row["direction"] == "output"]
    parts = [part for row in given for part in _parts(row)]
    inputs = [
        row
        for row in rows
        if row["direction"] in ("input", "tool_input", "embedding_input") and row not in systems
    ]
    outputs = [row for row in rows if row["direction"] in ("output", "tool_output")]
    return SpanPreview(
        span_id=span_id,
        system=_text(systems[0]) if systems else None,
        input=[_text(row) for row in inputs[-INPUTS_SHOWN:]],
        thinking=next(_thoughts(parts), None),
        output=next((_text(row) for row in outputs if row["beginning"]), None),
        tool_calls=[
            ToolCallPreview(
                id=as_text(part.get("id")),
                name=as_text(part.get("name")),
                arguments=" ".join(as_text(part.get("arguments")).split())[:ARGUMENTS_CHARACTERS],
            )
            for part in parts
            if part.get("type") == "tool_call"
        ][:TOOL_CALLS_MAX],
        attachments=sum(
            1
            for row in (*inputs, *given)
            for part in _parts(row)
            if part.get("type") in ("blob", "uri", "file")
        ),
    )


def _thoughts(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        if part.get("type") in ("reasoning", "thinking"):
            text = as_text(part.get("content") or part.get("text"))
            if text:
                yield text[:TEXT_BYTES]


def _parts(row: Row) -> list[Part]:
    found: list[Any] = json_list(row["few_parts"]) if row["few_parts"] else []
    return [cast("Part", part) for part in found if isinstance(part, dict)]


def _text(row: Row) -> TextPreview:
    # A cut in the middle of a character leaves a replacement character at the end.
    text = str(row["beginning"])
    return TextPreview(
        role=row["role"],
        text=text.rstrip("\ufffd") if row["bytes"] > TEXT_BYTES else text,
        bytes=row["bytes"],
    )
