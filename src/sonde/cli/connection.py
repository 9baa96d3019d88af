"""What every command that talks to a server has: its options, its client, its exit codes."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from sonde.cli.output import Style, complain
from sonde.model.errors import SondeError
from sonde.tui.text import safe

if TYPE_CHECKING:
    from sonde.client import Client

EXIT_PROBLEM = 1
"""The server refused, or something was found to be wrong."""
EXIT_UNREACHABLE = 3
"""No server answered."""

Url = Annotated[
    str | None, typer.Option("--url", envvar="SONDE_URL", help="Address of the server.", show_default=False)
]
Key = Annotated[
    str | None,
    typer.Option("--api-key", envvar="SONDE_API_KEY", help="API key.", show_envvar=True, show_default=False),
]
Project = Annotated[
    str | None,
    typer.Option("--project", "-p", help="Only this project; every one by default.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
Since = Annotated[str, typer.Option("--from", help="RFC 3339, or -15m, -24h, -7d.")]
Until = Annotated[
    str | None, typer.Option("--to", help="RFC 3339, or relative. Now by default.", show_default=False)
]


def style_of(as_json: bool, as_csv: bool) -> Style:
    """The wanted style. Raises typer's error for both at once."""
    if as_json and as_csv:
        raise typer.BadParameter("Choose --json or --csv.")
    return Style.JSON if as_json else Style.CSV if as_csv else Style.TABLE


@contextmanager
def connected(url: str | None, key: str | None) -> "Generator[Client]":
    """A client; errors become one line and an exit code."""
    from sonde.client import CannotConnect, Client

    try:
        with Client(url, key) as client:
            yield client
    except CannotConnect as error:
        fail(error, EXIT_UNREACHABLE)
    except SondeError as error:
        fail(error, EXIT_PROBLEM)


def fail(error: SondeError, code: int) -> None:
    """Say what is wrong and end with an exit code."""
    lines = f"sonde: {error.message}".splitlines() + error.hint.splitlines()
    for line in lines:
        complain(safe(line))
    raise typer.Exit(code)
