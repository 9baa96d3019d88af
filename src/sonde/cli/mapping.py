"""`sonde mapping explain FILE`: how a pasted span is read."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sonde.cli import output
from sonde.cli.connection import AsJson, Key, Url, connected
from sonde.cli.output import Style
from sonde.tui.text import safe

app = typer.Typer(name="mapping", help="How attributes are read.", no_args_is_help=True)


@app.callback()
def mapping() -> None:
    """How attributes are read."""


@app.command("explain")
def explain(
    file: Annotated[
        Path, typer.Argument(help="OTLP JSON: an export request or one span; - reads standard input.")
    ],
    url: Url = None,
    api_key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Say which rule produces each field of a span, and which attributes nothing uses. Nothing is stored."""
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{file} is no JSON: {error}") from None
    with connected(url, api_key) as client:
        answer = client.explain(document)
    if as_json:
        output.print_json(answer)
        return
    for span in answer["spans"]:
        kind = "a call" if span["is_call"] else f"no call ({safe(span['operation'])})"
        output.say(f"{safe(span['name'])}: {safe(span['convention']) or 'no known convention'}, {kind}")
        output.print_rows(
            ("field", "value", "rule", "attributes"),
            [
                (item["field"], item["value"], item["rule"], ", ".join(item["keys"]))
                for item in span["fields"]
            ],
            Style.TABLE,
        )
        if span["unused_keys"]:
            output.say("used by no rule: " + ", ".join(safe(key) for key in span["unused_keys"]))
