"""`sonde tail [filter]`: calls as they arrive, a line each."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.text import Text

from sonde.cli import output
from sonde.cli.connection import AsJson, Key, Project, Url, connected
from sonde.tui.text import dollars, milliseconds, safe, short_count

Filter = Annotated[
    str, typer.Argument(help="In the filter language: 'status:error cost>0.05'.", show_default=False)
]


def tail(
    filter_: Filter = "",
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="End after so many.", show_default=False)
    ] = None,
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Print calls as they arrive, until Ctrl-C. With --json one JSON object a line."""
    left = count
    console = output.console()
    with connected(url, api_key) as client:
        try:
            for push in client.live(filter_, project):
                # A push has the newest first; a terminal reads downwards.
                for item in reversed(push["items"]):
                    if as_json:
                        sys.stdout.write(json.dumps(item, ensure_ascii=True) + "\n")
                    else:
                        console.print(line_of(item), soft_wrap=True)
                    if left is not None:
                        left -= 1
                        if left == 0:
                            return
                if push["more"] and not as_json:
                    console.print(Text(f"… and {push['more']} more in the same second", style="dim"))
                sys.stdout.flush()
        except (KeyboardInterrupt, BrokenPipeError):
            return


def line_of(item: dict[str, Any]) -> Text:
    """One call."""
    failed = item["status"] == "error"
    line = Text(item["time"][11:23], style="dim")
    line.append(f"  {safe(item['service']):<16.16}", style="blue")
    line.append(f"  {safe(item['response_model'] or item['request_model'] or '?'):<28.28}", style="cyan")
    line.append(
        f"  {safe(item['error_type'] or item['status']):<10.20}", style="red bold" if failed else "green"
    )
    line.append(f"  {milliseconds(item['duration_ms']):>8}")
    tokens = "?" if item["total_tokens"] is None else short_count(item["total_tokens"])
    line.append(f"  {tokens:>6} tok")
    line.append(f"  {dollars(item['cost_usd'], item['cost_state']):>10}")
    for name in ("user_id", "endpoint"):
        if item[name]:
            line.append(f"  {safe(item[name])[:40]}", style="dim")
    line.append(f"  {item['trace_id']}", style="dim")
    return line
