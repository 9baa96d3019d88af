"""Entry point of the console script."""

import typer

from sonde._version import __version__

app = typer.Typer(name="sonde", no_args_is_help=True, help="LLM observability and cost control.")


@app.callback()
def root() -> None:
    """Hold the commands together."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def run() -> None:
    """Run the command line."""
    app()
