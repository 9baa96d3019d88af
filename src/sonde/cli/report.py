"""`sonde report cost --by model --last 7d`: measures by dimension, against before or day by day."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from sonde.cli import output
from sonde.cli.connection import AsCsv, AsJson, Key, Project, Url, connected, style_of
from sonde.cli.output import Style
from sonde.tui.text import change, shown

READY = {
    "cost": ("cost_usd", "calls", "total_tokens", "cost_per_call_avg_usd", "unpriced_calls"),
    "tokens": ("total_tokens", "input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens"),
    "errors": ("errors", "error_rate", "calls", "fallback_rate", "retry_rate"),
    "latency": (
        "latency_p50_ms",
        "latency_p95_ms",
        "latency_p99_ms",
        "ttft_p50_ms",
        "output_tokens_per_second",
    ),
}
"""Reports by name; any measure is a report too. The first measure orders the groups."""
STEPS_MAX = 31
LENGTH = re.compile(r"[1-9]\d{0,5}[smhdw]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    measures: tuple[str, ...]
    by: tuple[str, ...]
    last: str
    every: str | None
    filter: str
    limit: int
    zone: str
    project: str | None

    def body(self) -> dict[str, Any]:
        """The question for POST /query."""
        return {
            "from": f"-{self.last}",
            "measures": list(self.measures),
            "dimensions": list(self.by),
            "filter": self.filter,
            "interval": self.every,
            "compare": self.every is None,
            "limit": self.limit,
            "time_zone": self.zone,
        } | ({"project": self.project} if self.project else {})


def report(
    what: Annotated[str, typer.Argument(help="cost, tokens, errors, latency, or any measure.")] = "cost",
    by: Annotated[
        list[str] | None, typer.Option("--by", "-b", help="Dimension; repeatable.", show_default=False)
    ] = None,
    last: Annotated[str, typer.Option("--last", help="How far back: 24h, 7d, 4w.")] = "7d",
    every: Annotated[
        str | None,
        typer.Option("--every", help="A column per day, week or month.", show_default=False),
    ] = None,
    filter_: Annotated[
        str, typer.Option("--filter", "-f", help="In the filter language.", show_default=False)
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1000, help="Groups; the rest is one.")
    ] = 20,
    zone: Annotated[str, typer.Option("--time-zone", help="Whose days, as an IANA name.")] = "UTC",
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Report measures by dimension: each against the range before, or day by day with --every."""
    style = style_of(as_json, as_csv)
    if not LENGTH.fullmatch(last):
        raise typer.BadParameter(f"'{last}' is no length of time: 24h, 7d, 4w.", param_hint="--last")
    if every not in (None, "day", "week", "month"):
        raise typer.BadParameter(f"'{every}' is not day, week or month.", param_hint="--every")
    measures = READY.get(what, (what,))
    dimensions = tuple(by or ["model"])
    wanted = Wanted(measures, dimensions, last, every, filter_, limit, zone, project)
    with connected(url, api_key) as client:
        answer = client.query(wanted.body())
    if style is Style.JSON:
        output.print_json(answer)
        return
    header, rows, right = steps(answer) if every else totals(answer, plain=style is Style.CSV)
    output.print_rows(header, rows, style, right=right)


def totals(answer: dict[str, Any], *, plain: bool) -> tuple[list[str], list[list[Any]], list[str]]:
    """A row per group, each measure with its change; then everything."""
    measures = answer["measures"]
    names = [one["name"] for one in answer["dimensions"]]
    header = list(names)
    for measure in measures:
        header += [measure["name"], f"{measure['name']} before"] if plain else [measure["title"], "±"]
    rows: list[list[Any]] = []
    parts = [(_names(group, names), group) for group in answer["groups"]]
    for labels, part in [*parts, (["total", *[""] * (len(names) - 1)], answer)]:
        row: list[Any] = list(labels)
        for measure in measures:
            name = measure["name"]
            value, before = part["totals"][name], part["previous"][name]
            row += [value, before] if plain else [shown(value, measure["unit"]), change(value, before)]
        rows.append(row)
    return header, rows, header[len(names) :]


def steps(answer: dict[str, Any]) -> tuple[list[str], list[list[Any]], list[str]]:
    """A row per group, a column per step, of the first measure."""
    measure = answer["measures"][0]
    names = [one["name"] for one in answer["dimensions"]]
    times = [time[:10] for time in answer["times"]][-STEPS_MAX:]
    header = [*names, *times, "total"]
    rows: list[list[Any]] = []
    parts = [(_names(group, names), group) for group in answer["groups"]]
    for labels, part in [*parts, (["total", *[""] * (len(names) - 1)], answer)]:
        series = part["series"][measure["name"]][-STEPS_MAX:]
        values = [*series, part["totals"][measure["name"]]]
        rows.append([*labels, *(shown(value, measure["unit"]) for value in values)])
    return header, rows, header[len(names) :]


def _names(group: dict[str, Any], names: list[str]) -> list[str]:
    if group["other"]:
        return ["(other)", *[""] * (len(names) - 1)]
    return [group["values"][name] if group["values"][name] is not None else "(unknown)" for name in names]
