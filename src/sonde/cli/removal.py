"""`sonde delete` and `sonde projects`: what goes is shown and confirmed first."""

from typing import Annotated, Any

import typer

from sonde.cli import output
from sonde.cli.connection import AsCsv, AsJson, Key, Url, connected, style_of
from sonde.tui.text import safe, short_time

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")]

projects_app = typer.Typer(name="projects", help="Projects.", no_args_is_help=True)


def delete(
    project: Annotated[str, typer.Option("--project", "-p", help="In this project.")],
    trace: Annotated[str | None, typer.Option("--trace", help="A trace id.", show_default=False)] = None,
    session: Annotated[
        str | None, typer.Option("--session", help="A session id.", show_default=False)
    ] = None,
    user: Annotated[str | None, typer.Option("--user", help="A user id.", show_default=False)] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    url: Url = None,
    api_key: Key = None,
) -> None:
    """Delete everything of one trace, session or user: rows, content and its part of the roll-ups."""
    named = {"trace_id": trace, "session_id": session, "user_id": user}
    target: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
    if len(target) != 1:
        raise typer.BadParameter("Name one of --trace, --session or --user.")
    target["project"] = project
    with connected(url, api_key) as client:
        show(client.delete(target, preview=True))
        if dry_run:
            return
        confirm(yes)
        show(client.delete(target, preview=False))


def show(answer: dict[str, Any]) -> None:
    """What goes, or went."""
    verb = "would go" if answer["preview"] else "deleted"
    counts = (
        ", ".join(f"{count} {safe(name)}" for name, count in answer["rows"].items() if count) or "nothing"
    )
    output.say(f"{verb}: {answer['traces']} traces ({counts})")


def confirm(yes: bool) -> None:
    """Ask, unless told not to. No leaves with exit status 1."""
    if not yes:
        typer.confirm("Delete this for good?", abort=True)


@projects_app.command("list")
def list_projects(
    url: Url = None, api_key: Key = None, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """List projects with their settings."""
    style = style_of(as_json, as_csv)
    with connected(url, api_key) as client:
        items = client.projects()["items"]
    if style is output.Style.JSON:
        output.print_json(items)
        return
    output.print_rows(
        ("project", "created", "content", "days: content", "spans", "calls", "masks"),
        [
            (
                item["name"],
                short_time(item["created_time"]),
                "kept" if item["capture_content"] else "off",
                item["retention_days"]["content"],
                item["retention_days"]["spans"],
                item["retention_days"]["calls"],
                " ".join(item["redaction"]["masks"]),
            )
            for item in items
        ],
        style,
        right=("days: content", "spans", "calls"),
    )


@projects_app.command("delete")
def delete_project(
    name: Annotated[str, typer.Argument(help="The project.")],
    yes: Yes = False,
    dry_run: DryRun = False,
    url: Url = None,
    api_key: Key = None,
) -> None:
    """Delete a project with everything in it and its keys."""
    with connected(url, api_key) as client:
        show(client.delete_project(name, preview=True))
        if dry_run:
            return
        confirm(yes)
        show(client.delete_project(name, preview=False))
