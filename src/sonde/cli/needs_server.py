"""Commands that run the server need its packages, which the light installation does not have."""

from collections.abc import Generator
from contextlib import contextmanager

import typer

from sonde.cli.connection import EXIT_PROBLEM
from sonde.cli.output import complain

INSTALL = "pip install 'sonde[server]'"


@contextmanager
def server_packages() -> Generator[None]:
    """Turn a missing package into the line that installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "sonde":
            raise
        complain(
            f"This command needs the server's packages ({error.name} is missing). Install them:\n  {INSTALL}"
        )
        raise typer.Exit(EXIT_PROBLEM) from None
