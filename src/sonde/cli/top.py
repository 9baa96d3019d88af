"""`sonde top`: the live dashboard of the terminal."""

from typing import Annotated

import typer

from sonde.cli.connection import EXIT_PROBLEM, Key, Project, Url, connected
from sonde.cli.output import complain

RANGES = ("5m", "15m", "1h", "6h", "24h", "7d")


def top(
    filter_: Annotated[
        str, typer.Argument(help="In the filter language: 'env:production'.", show_default=False)
    ] = "",
    last: Annotated[str, typer.Option("--last", help=f"Range: {', '.join(RANGES)}.")] = "15m",
    every: Annotated[float, typer.Option("--every", min=1, max=3600, help="Seconds between two looks.")] = 2,
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
) -> None:
    """Watch calls, errors, spend, models and users; ? shows the keys."""
    if last not in RANGES:
        raise typer.BadParameter(f"'{last}' is none of {', '.join(RANGES)}.", param_hint="--last")
    try:
        from sonde.tui.top import Top
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "sonde":
            raise
        complain("sonde top needs Textual. Install it:\n  pip install 'sonde[tui]'")
        raise typer.Exit(EXIT_PROBLEM) from None
    with connected(url, api_key) as client:
        client.session()  # a wrong address or key is told before the screen changes
        Top(client, ranges=RANGES, last=last, text=filter_, every_s=every, project=project).run()
