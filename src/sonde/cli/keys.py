"""`sonde keys`: create, list and revoke API keys."""

from typing import Annotated

import typer

from sonde.cli import output
from sonde.cli.connection import AsCsv, AsJson, Key, Project, Url, connected, style_of
from sonde.tui.text import safe, short_time

app = typer.Typer(name="keys", help="API keys.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            "-s",
            help="ingest, read, content, sql or admin; repeatable. Default: ingest",
            show_default=False,
        ),
    ] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="RFC 3339.", show_default=False)] = None,
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Create a key and print it. It is shown this once."""
    with connected(url, api_key) as client:
        answer = client.create_key(name, scope or ["ingest"], project, expires)
    if as_json:
        output.print_json(answer)
        return
    output.say(answer["key"])
    where = f"project {answer['project']}" if answer["project"] else "every project"
    output.complain(
        f"{', '.join(answer['scopes'])} for {safe(where)}, id {answer['key_id']}. Keep it: it is "
        "not shown again."
    )


@app.command("list")
def list_keys(
    project: Project = None,
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List keys, without their secrets."""
    style = style_of(as_json, as_csv)
    with connected(url, api_key) as client:
        items = client.keys(project)["items"]
    output.print_rows(
        ("id", "name", "project", "scopes", "ends with", "created", "last used", "expires"),
        [
            (
                item["key_id"],
                item["name"],
                item["project"] or "(every)",
                " ".join(item["scopes"]),
                item["hint"],
                short_time(item["created_time"]),
                short_time(item["last_used_time"]),
                short_time(item["expires_time"]),
            )
            for item in items
        ],
        style,
    )


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id, from `sonde keys list`.")],
    url: Url = None,
    api_key: Key = None,
) -> None:
    """End a key, effective within five seconds."""
    with connected(url, api_key) as client:
        client.revoke_key(key_id)
    output.say(f"revoked {safe(key_id)}")
