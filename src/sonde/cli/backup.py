"""`sonde backup` (asks the running server) and `sonde restore` (into an empty folder, no server running on
it).
"""

from pathlib import Path
from typing import Annotated

import typer

from sonde.cli import output
from sonde.cli.connection import EXIT_PROBLEM, AsJson, Key, Url, connected, fail
from sonde.cli.needs_server import server_packages
from sonde.model.errors import SondeError
from sonde.tui.text import safe

MEBIBYTE = 1 << 20


def backup(
    directory: Annotated[str, typer.Argument(help="A folder on the server's machine that is not there yet.")],
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Back the server's data up while it runs; the copy is verified before this returns."""
    with connected(url, api_key) as client:
        answer = client.backup(directory)
    if as_json:
        output.print_json(answer)
        return
    size = answer["bytes"] / MEBIBYTE
    output.say(
        f"{safe(answer['directory'])}: {answer['files']} files, {size:.1f} MiB, {answer['duration_s']:.1f} s"
    )


def restore(
    source: Annotated[Path, typer.Argument(help="A backup made by `sonde backup`.")],
    data_dir: Annotated[Path, typer.Option("--data-dir", help="The folder to restore into; new or empty.")],
) -> None:
    """Restore a backup into a new data folder, after checking every file of it."""
    with server_packages():
        from sonde.store.backup import restore as restore_store
    try:
        summary = restore_store(source, data_dir)
    except SondeError as error:
        fail(error, EXIT_PROBLEM)
        return
    rows = ", ".join(f"{count} {name}" for name, count in summary.rows.items() if count)
    output.say(f"restored into {safe(data_dir)}: {safe(rows) or 'an empty store'}")
    output.say(f"start it with:  sonde serve --data-dir {safe(data_dir)}")
