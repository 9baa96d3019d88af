"""Rows as files: CSV, JSON lines, Parquet."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from sonde.api.parameters import Format

PARQUET_ROWS = 5_000
"""Rows of a Parquet row group, which is what is held in memory."""
MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
EXPORT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def wanted_format(request: Request, parameter: Format | None) -> Format:
    """The format of the ``format`` parameter, else of Accept, else JSON."""
    if parameter is not None:
        return parameter
    accepted = request.headers.get("accept", "").lower()
    for kind, media in MEDIA_TYPES.items():
        if kind != "json" and media in accepted:
            return kind
    return "json"


def cell(value: Any) -> str:
    """One CSV cell. Stored text is not ours: one that a spreadsheet would run as a formula gets a quote
    before it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return orjson.dumps(value).decode()
    text = str(value)
    if isinstance(value, str) and text.startswith(FORMULA_STARTS) and not is_number(text):
        return "'" + text
    return text


def is_number(text: str) -> bool:
    """Whether text is a plain number, which may begin with a minus."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Lines of a CSV file (RFC 4180)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([cell(name) for name in header])
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def json_lines(header: list[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows:
        yield orjson.dumps(dict(zip(header, row, strict=True))).decode() + "\n"


def parquet_bytes(
    header: list[str], rows: Iterable[Iterable[Any]], annotations: Mapping[str, Any] | None
) -> Iterator[bytes]:
    """A Parquet file in pieces. Money becomes decimals and times timestamps where ``annotations`` (of a
    model's fields) say what they are; without them the types are those that all values fit.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    writer: pq.ParquetWriter | None = None
    for group in _groups(rows, PARQUET_ROWS if annotations is not None else None):
        columns = list(zip(*group, strict=True)) or [()] * len(header)
        arrays = [
            _column(list(values), None if annotations is None else annotations[name])
            for name, values in zip(header, columns, strict=True)
        ]
        table = pa.Table.from_arrays(arrays, names=header)
        if writer is None:
            writer = pq.ParquetWriter(sink, table.schema, compression="zstd")
        writer.write_table(table)
        yield _drained(sink)
    assert writer is not None
    writer.close()
    yield sink.getvalue()


def _drained(sink: io.BytesIO) -> bytes:
    """What is in it, which then is forgotten. The writer only ever appends and counts for itself."""
    written = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return written


def _groups(rows: Iterable[Iterable[Any]], size: int | None) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in groups, at least one, which may be empty."""
    group: list[tuple[Any, ...]] = []
    sent = False
    for row in rows:
        group.append(tuple(row))
        if size is not None and len(group) >= size:
            yield group
            group, sent = [], True
    if group or not sent:
        yield group


def _column(values: list[Any], annotation: Any) -> Any:
    """One column. What is no plain value is JSON text."""
    import pyarrow as pa

    plain = [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in values]
    if annotation is None:
        try:
            found = pa.array(plain)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            found = pa.array([None if value is None else str(value) for value in plain])
        return found.cast(pa.string()) if pa.types.is_null(found.type) else found
    kind = _kind(annotation)
    if kind in ("decimal", "date-time"):
        target = pa.decimal128(38, 9) if kind == "decimal" else pa.timestamp("ns", "UTC")
        return pa.array(plain, pa.string()).cast(target)
    types = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
    if kind in types:
        return pa.array(plain, types[kind])
    return pa.array([None if value is None else str(value) for value in plain], pa.string())


def _kind(annotation: Any) -> str:
    """``decimal`` or ``date-time`` when a field's notes say so, else the name of its type without None."""
    for note in getattr(annotation, "__metadata__", ()):
        extra: dict[str, str] = getattr(note, "json_schema_extra", None) or {}
        if extra.get("format") in ("decimal", "date-time"):
            return extra["format"]
    inner = [part for part in get_args(annotation) if part is not type(None)]
    if len(inner) == 1:
        return _kind(inner[0])
    return getattr(annotation, "__name__", "str")


def download(
    kind: Format,
    name: str,
    header: list[str],
    rows: Iterable[Iterable[Any]],
    annotations: Mapping[str, Any] | None = None,
) -> Response:
    """A streamed file. ``annotations`` are those of the fields in the header, for formats with types."""
    pieces: Iterator[str] | Iterator[bytes]
    if kind == "parquet":
        pieces = parquet_bytes(header, rows, annotations)
    else:
        pieces = csv_lines(header, rows) if kind == "csv" else json_lines(header, rows)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    media = MEDIA_TYPES[kind] + ("" if kind == "parquet" else "; charset=utf-8")
    return StreamingResponse(pieces, media_type=media, headers=headers)
