"""`sonde sql`, `sonde calls`, `sonde traces`."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sonde.cli import output
from sonde.cli.connection import (
    AsCsv,
    AsJson,
    Key,
    Project,
    Since,
    Until,
    Url,
    connected,
    style_of,
)
from sonde.cli.output import Style
from sonde.tui.text import dollars, milliseconds, short_time

FilterText = Annotated[
    str | None,
    typer.Option("--filter", "-f", help="In the filter language: 'cost>0.05 -env:dev'.", show_default=False),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=100_000, help="At most this many.")]
NUMBER_TYPES = ("Int", "UInt", "Float", "Decimal")


def sql(
    query: Annotated[str | None, typer.Argument(help="The query; - or none reads standard input.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Read the query from a file.", show_default=False)
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", help="name=value for {name:Type}; repeatable.", show_default=False),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, max=10_000, show_default=False)] = None,
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Query with SQL: ClickHouse's dialect over spans, calls, messages, logs, metrics, scores, alerts."""
    style = style_of(as_json, as_csv)
    text = file.read_text(encoding="utf-8") if file else query
    if text is None or text == "-":
        text = sys.stdin.read()
    with connected(url, api_key) as client:
        result = client.sql(text, parameters(param or []), project=project, limit=limit)
        header = [column["name"] for column in result["columns"]]
        right = [c["name"] for c in result["columns"] if any(kind in c["type"] for kind in NUMBER_TYPES)]
        if style is Style.JSON:
            output.print_json(result)
        else:
            output.print_rows(header, result["rows"], style, right=right)
        if result["truncated"]:
            output.complain("The result was cut: add a LIMIT, or ask for less.")


def parameters(pairs: list[str]) -> dict[str, str]:
    """name=value pairs."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise typer.BadParameter(f"'{pair}' is not name=value.", param_hint="--param")
        found[name] = value
    return found


def calls(
    model: Annotated[list[str] | None, typer.Option("--model", show_default=False)] = None,
    provider: Annotated[list[str] | None, typer.Option("--provider", show_default=False)] = None,
    status_is: Annotated[
        list[str] | None, typer.Option("--status", help="ok or error.", show_default=False)
    ] = None,
    service: Annotated[list[str] | None, typer.Option("--service", show_default=False)] = None,
    user: Annotated[list[str] | None, typer.Option("--user", show_default=False)] = None,
    session: Annotated[list[str] | None, typer.Option("--session", show_default=False)] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", show_default=False)] = None,
    search: Annotated[
        str | None, typer.Option("--search", "-q", help="Words in the content.", show_default=False)
    ] = None,
    filter_: FilterText = None,
    order: Annotated[str, typer.Option(help="time, cost, duration or tokens.")] = "time",
    limit: Limit = 20,
    since: Since = "-24h",
    until: Until = None,
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List calls, newest (or largest) first."""
    style = style_of(as_json, as_csv)
    filters: dict[str, Any] = {
        "model": model,
        "provider": provider,
        "status": status_is,
        "service": service,
        "user": user,
        "session": session,
        "tag": tag,
        "q": search,
        "filter": filter_,
        "order": order,
        "from": since,
        "to": until,
        "project": project,
    }
    with connected(url, api_key) as client:
        items = list(client.pages("/calls", limit, **filters))
    if style is not Style.TABLE:
        print_items(items, style)
        return
    header = ("time", "service", "model", "status", "duration", "in", "out", "cost", "trace")
    rows = [
        (
            short_time(item["time"]),
            item["service"],
            item["response_model"] or item["request_model"] or "?",
            item["error_type"] or item["status"],
            milliseconds(item["duration_ms"]),
            item["input_tokens"],
            item["output_tokens"],
            dollars(item["cost_usd"], item["cost_state"]),
            item["trace_id"],
        )
        for item in items
    ]
    output.print_rows(header, rows, style, right=("duration", "in", "out", "cost"))


def print_items(items: list[dict[str, Any]], style: Style) -> None:
    """Whole items for programs."""
    if style is Style.JSON:
        output.print_json(items)
        return
    header = list(items[0]) if items else []
    output.print_rows(header, [list(item.values()) for item in items], style)


def traces(
    name: Annotated[
        str | None, typer.Option("--name", help="Part of the root span's name.", show_default=False)
    ] = None,
    model: Annotated[list[str] | None, typer.Option("--model", show_default=False)] = None,
    status_is: Annotated[
        list[str] | None, typer.Option("--status", help="ok or error.", show_default=False)
    ] = None,
    service: Annotated[list[str] | None, typer.Option("--service", show_default=False)] = None,
    user: Annotated[list[str] | None, typer.Option("--user", show_default=False)] = None,
    filter_: FilterText = None,
    limit: Limit = 20,
    since: Since = "-24h",
    until: Until = None,
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List traces, newest first."""
    style = style_of(as_json, as_csv)
    filters: dict[str, Any] = {
        "name": name,
        "model": model,
        "status": status_is,
        "service": service,
        "user": user,
        "filter": filter_,
        "from": since,
        "to": until,
        "project": project,
    }
    with connected(url, api_key) as client:
        items = list(client.pages("/traces", limit, **filters))
    if style is not Style.TABLE:
        print_items(items, style)
        return
    header = ("time", "name", "service", "duration", "spans", "calls", "errors", "tokens", "cost", "trace")
    rows = [
        (
            short_time(item["time"]),
            item["name"],
            item["service"],
            milliseconds(item["duration_ms"]),
            item["spans"],
            item["calls"],
            item["errors"],
            item["total_tokens"],
            dollars(item["cost_usd"], "unpriced" if item["unpriced_calls"] else ""),
            item["trace_id"],
        )
        for item in items
    ]
    output.print_rows(header, rows, style, right=("duration", "spans", "calls", "errors", "tokens", "cost"))
