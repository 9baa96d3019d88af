"""`sonde status`: one screen about everything."""

from typing import Annotated, Any

import typer
from rich.columns import Columns
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sonde.cli import output
from sonde.cli.connection import AsJson, Key, Project, Url, connected
from sonde.cli.output import Style
from sonde.cli.report import LENGTH
from sonde.tui.text import change, safe, short_time, shown, sparkline

BLOCKS = {
    "Latency": ("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "ttft_p50_ms"),
    "Reliability": ("calls", "error_rate", "retry_rate", "fallback_rate"),
    "Cost": ("cost_usd", "cost_per_call_avg_usd", "saved_usd", "unpriced_calls"),
    "Tokens": ("total_tokens", "input_tokens", "output_tokens", "prompt_cache_rate"),
}
"""Title → measures; the first one is drawn as a series."""
POINTS = 30


def status(
    last: Annotated[str, typer.Option("--last", help="Range of the figures: 1h, 24h, 7d.")] = "24h",
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
) -> None:
    """One screen: latency, reliability, cost and tokens; what has been received, and from whom."""
    if not LENGTH.fullmatch(last):
        raise typer.BadParameter(f"'{last}' is no length of time: 1h, 24h, 7d.", param_hint="--last")
    measures = [name for names in BLOCKS.values() for name in names]
    question = {"from": f"-{last}", "measures": measures, "interval": "auto", "compare": True}
    with connected(url, api_key) as client:
        answer = client.status(project)
        senders = client.ledger(project=project)["items"]
        figures = client.query(question | ({"project": project} if project else {}))
    if as_json:
        output.print_json(answer | {"senders": senders, "figures": figures})
        return
    output.say(
        f"Sonde {safe(answer['version'])} takes OTLP/HTTP at {safe(answer['receivers']['otlp_http_url'])}"
    )
    output.console().print(blocks(figures, last))
    signals = ("spans", "calls", "logs", "metrics", "scores")
    output.print_rows(
        ("signal", "rows", "first", "last"),
        [
            (
                name,
                answer[name]["rows"],
                short_time(answer[name]["first_time"]),
                short_time(answer[name]["last_time"]),
            )
            for name in signals
        ],
        Style.TABLE,
        right=("rows",),
    )
    if answer["services"]:
        output.say("")
        output.print_rows(
            ("project", "service", "spans", "calls", "last", "conventions"),
            [
                (
                    item["project"],
                    item["service"],
                    item["spans"],
                    item["calls"],
                    short_time(item["last_time"]),
                    ", ".join(item["conventions"]),
                )
                for item in answer["services"]
            ],
            Style.TABLE,
            right=("spans", "calls"),
        )
    if senders:
        output.say("\nWhat Sonde's SDK says it sent:")
        _print_ledger(senders)


def blocks(figures: dict[str, Any], last: str) -> Group:
    """The four blocks side by side, each value against the range before."""
    units = {one["name"]: one for one in figures["measures"]}
    panels: list[Panel] = []
    for title, names in BLOCKS.items():
        table = Table.grid(padding=(0, 2))
        table.add_column()
        table.add_column(justify="right")
        table.add_column(justify="right", style="dim")
        for name in names:
            value, before = figures["totals"][name], figures["previous"][name]
            table.add_row(
                Text(units[name]["title"]),
                Text(shown(value, units[name]["unit"])),
                Text(change(value, before)),
            )
        series = Text(sparkline(figures["series"][names[0]][-POINTS:]), style="green")
        panels.append(Panel(Group(table, series), title=f"{title}, last {last}", title_align="left"))
    return Group(Columns(panels, equal=True))


def _print_ledger(senders: list[dict[str, Any]]) -> None:
    counts = ("created", "sampled", "dropped", "stored", "waiting")
    output.print_rows(
        ("project", "service", "signal", *counts, "why dropped"),
        [
            (
                item["project"],
                item["service"],
                item["signal"],
                *(item[name] for name in counts),
                ", ".join(f"{reason} {records}" for reason, records in item["reasons"].items()),
            )
            for item in senders
        ],
        Style.TABLE,
        right=counts,
    )
