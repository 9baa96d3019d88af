"""`sonde doctor`: is everything as it should be; `sonde doctor mapping`: attribute keys that no rule uses."""

from typing import Annotated, Any

import typer

from sonde.cli import output
from sonde.cli.connection import (
    EXIT_PROBLEM,
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
from sonde.tui.text import safe, short_time

app = typer.Typer(
    name="doctor", help="Check connection, storage and what is stored.", invoke_without_command=True
)
GIBIBYTE = 1 << 30
LOW_DISK = 2 * GIBIBYTE


@app.callback()
def doctor(context: typer.Context, url: Url = None, api_key: Key = None, as_json: AsJson = False) -> None:
    """Check connection, storage and integrity. Exit status 1 when something is wrong."""
    if context.invoked_subcommand is not None:
        return
    with connected(url, api_key) as client:
        session, storage, integrity = client.session(), client.storage(), client.integrity()
        address = client.url
    findings = [*integrity["findings"], *room_findings(storage)]
    if as_json:
        output.print_json(
            {"session": session, "storage": storage, "integrity": integrity, "findings": findings}
        )
    else:
        report(address, session, storage, findings)
    if any(item["severity"] == "error" for item in findings):
        raise typer.Exit(EXIT_PROBLEM)


def room_findings(storage: dict[str, Any]) -> list[dict[str, Any]]:
    """A warning when the disk is nearly full."""
    free = storage["disk_free_bytes"]
    if free is None or free >= LOW_DISK:
        return []
    message = f"Only {free / GIBIBYTE:.1f} GiB of disk are free."
    return [
        {"severity": "warning", "table": None, "message": message, "hint": "Shorten retention, or add disk."}
    ]


def report(
    address: str, session: dict[str, Any], storage: dict[str, Any], findings: list[dict[str, Any]]
) -> None:
    """For people."""
    output.say(f"connected to {safe(address)}, Sonde {safe(session['version'])}, as {session['kind']}")
    output.print_rows(
        ("table", "rows", "MiB", "oldest", "newest"),
        [
            (
                table["name"],
                table["rows"],
                f"{table['bytes'] / (1 << 20):.1f}",
                short_time(table["oldest_time"]),
                short_time(table["newest_time"]),
            )
            for table in storage["tables"]
        ],
        Style.TABLE,
        right=("rows", "MiB"),
    )
    if storage["disk_free_bytes"] is not None:
        output.say(f"disk: {storage['disk_free_bytes'] / GIBIBYTE:.1f} GiB free")
    for item in findings:
        where = f" [{safe(item['table'])}]" if item["table"] else ""
        output.say(f"{item['severity']}{where}: {safe(item['message'])}")
        if item["hint"]:
            output.say(f"  {safe(item['hint'])}")
    if not findings:
        output.say("all is well")


@app.command("mapping")
def mapping(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = 50,
    since: Since = "-24h",
    until: Until = None,
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List attribute keys that arrive and that no mapping rule uses. They are stored all the same."""
    style = style_of(as_json, as_csv)
    filters = {"from": since, "to": until, "project": project, "limit": limit}
    with connected(url, api_key) as client:
        answer = client.unknown_keys(**filters)
    header = ("key", "spans", "services", "scopes", "last")
    rows = [
        (
            item["key"],
            item["spans"],
            ", ".join(item["services"]),
            ", ".join(item["scopes"]),
            short_time(item["last_time"]),
        )
        for item in answer["items"]
    ]
    output.print_rows(header, rows, style, right=("spans",))
    if style is Style.TABLE:
        output.say(f"{len(rows)} unused keys in {answer['spans_read']} spans")
