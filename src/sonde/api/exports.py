"""Lists, results and answers as files."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

from fastapi import Response
from pydantic import BaseModel

from sonde.api.files import download
from sonde.api.parameters import CallListParameters, Format, LogParameters, TraceListParameters
from sonde.api.reads.calls import every_call
from sonde.api.reads.logs import every_log
from sonde.api.reads.traces import list_traces
from sonde.api.schemas.calls import CallSummary
from sonde.api.schemas.common import ItemT, Page
from sonde.api.schemas.logs import LogItem
from sonde.api.schemas.sql import SqlResult
from sonde.api.schemas.traces import TraceSummary
from sonde.api.services import Services
from sonde.auth.grant import Grant
from sonde.model.errors import BadInput

CALLS_MAX = 100_000
TRACES_MAX = 100_000
LOGS_MAX = 100_000


def chosen_columns(model: type[BaseModel], columns: str | None) -> list[str]:
    """The fields of a file. Raises `BadInput` naming those that there are not."""
    known = list(model.model_fields)
    if columns is None:
        return known
    chosen = list(dict.fromkeys(name.strip() for name in columns.split(",") if name.strip()))
    unknown = [name for name in chosen if name not in model.model_fields]
    if unknown or not chosen:
        what = f"There is no column {', '.join(unknown)[:200]}." if unknown else "No column is named."
        raise BadInput(what, hint=f"There are: {', '.join(known)}.")
    return chosen


def export_items(
    kind: Format, name: str, model: type[BaseModel], items: Iterator[BaseModel], columns: str | None
) -> Response:
    """Items as a file. The first is read before the answer begins, so that an error is still an error."""
    header = chosen_columns(model, columns)
    first = next(items, None)
    every = itertools.chain([first] if first is not None else [], items)
    rows = ([_plain(getattr(item, field)) for field in header] for item in every)
    return download(kind, name, header, rows, annotations_of(model, header))


def annotations_of(model: type[BaseModel], header: list[str]) -> dict[str, Any]:
    """What the fields of a file are, their notes included."""
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in header}


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


def export_calls(shop: Services, grant: Grant, parameters: CallListParameters, kind: Format) -> Response:
    """Every call of the filter in order, at most `CALLS_MAX`."""
    calls = every_call(shop, grant, parameters, CALLS_MAX)
    return export_items(kind, "calls", CallSummary, calls, parameters.columns)


def export_traces(shop: Services, grant: Grant, parameters: TraceListParameters, kind: Format) -> Response:
    """Every trace of the filter, newest first, at most `TRACES_MAX`."""

    def page(cursor: str | None) -> Page[TraceSummary]:
        return list_traces(shop, grant, parameters.model_copy(update={"cursor": cursor, "limit": 1000}))

    return export_items(kind, "traces", TraceSummary, every_item(page, TRACES_MAX), parameters.columns)


def every_item(page: Callable[[str | None], Page[ItemT]], most: int) -> Iterator[ItemT]:
    """The items of all pages of a list, at most so many. Each page begins where the one before ended."""
    sent = 0
    cursor: str | None = None
    while sent < most:
        found = page(cursor)
        yield from found.items[: most - sent]
        sent += len(found.items)
        cursor = found.next_cursor
        if cursor is None:
            return


def export_logs(shop: Services, grant: Grant, parameters: LogParameters, kind: Format) -> Response:
    """Every log record of the filter, newest first, at most `LOGS_MAX`."""
    header = list(LogItem.model_fields)
    logs = every_log(shop, grant, parameters, LOGS_MAX)
    first = next(logs, None)  # before the answer begins, so that an error is still an error
    rows = ([getattr(item, name) for name in header] for item in itertools.chain([first], logs) if item)
    return download(kind, "logs", header, rows, annotations_of(LogItem, header))


def export_sql(result: SqlResult, kind: Format) -> Response:
    """A result of SQL. Whether it was cut is in the header ``X-Sonde-Truncated``."""
    header = [column.name for column in result.columns]
    answer = download(kind, "result", header, result.rows)
    answer.headers["X-Sonde-Truncated"] = "true" if result.truncated else "false"
    return answer
