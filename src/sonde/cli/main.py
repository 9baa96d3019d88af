"""Entry point of the console script. Nothing heavy is imported here: help has to be quick."""

import typer

from sonde._version import __version__
from sonde.cli import asking, backup, demo, doctor, keys, mapping, removal, report, status, tail, top, trace
from sonde.cli.serve import serve

app = typer.Typer(
    name="sonde",
    no_args_is_help=True,
    help="LLM observability and cost control.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve)
app.command()(demo.demo)
app.command()(asking.sql)
app.command()(asking.calls)
app.command()(asking.traces)
app.command()(trace.trace)
app.command()(status.status)
app.command()(report.report)
app.command()(tail.tail)
app.command()(top.top)
app.add_typer(doctor.app)
app.add_typer(keys.app)
app.add_typer(removal.projects_app)
app.command()(removal.delete)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(mapping.app)


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
