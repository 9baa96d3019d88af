"""`sonde demo`: send demo traffic to a running server."""

from typing import Annotated

import typer

from sonde.cli.needs_server import server_packages


def demo(
    url: Annotated[
        str, typer.Option(help="Address of the server.", envvar="SONDE_URL")
    ] = "http://127.0.0.1:4318",
    project: Annotated[str, typer.Option(help="Project to send to.")] = "demo",
    days: Annotated[float, typer.Option(help="Days of past traffic to send first.")] = 14,
    scale: Annotated[float, typer.Option(help="Times the usual traffic.")] = 1.0,
    live: Annotated[bool, typer.Option("--live/--no-live", help="Go on sending until stopped.")] = True,
    incidents: Annotated[
        bool, typer.Option("--incidents", help="Print the labelled incidents as JSON lines and stop.")
    ] = False,
) -> None:
    """Send made-up traffic of an invented company: the past first, then live."""
    arguments = ["--url", url, "--project", project, "--days", str(days), "--scale", str(scale)]
    if not live:
        arguments.append("--no-live")
    if incidents:
        arguments.append("--incidents")
    with server_packages():
        from sonde.demo.run import main

        raise typer.Exit(main(arguments))
