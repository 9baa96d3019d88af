"""Entry point of the console script."""

import typer

from sonde._version import __version__
from sonde.cli.serve import serve

app = typer.Typer(name="sonde", no_args_is_help=True, help="LLM observability and cost control.")


@app.callback()
def root() -> None:
    """Hold the commands together."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


app.command()(serve)


def run() -> None:
    """Run the command line."""
    app()
