"""What commands print: tables for people, JSON and CSV for programs.

What is shown was sent by others. Control characters would move the cursor, retitle the window or worse, so
every one of them is written out, and nothing is ever read as markup.
"""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sonde.tui.text import is_harmless, safe

PIPE_WIDTH = 200
UNBROKEN = frozenset({"time", "first", "last", "created", "last used", "expires", "oldest", "newest", "id"})
"""Columns that are never folded."""


class Style(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def console() -> Console:
    """Standard output. Without a terminal there is no width to fit into."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)


def say(text: str) -> None:
    """One line for people, on standard output."""
    console().print(Text(text), soft_wrap=True)


def complain(text: str) -> None:
    """One line on standard error."""
    Console(stderr=True, highlight=False, markup=False, emoji=False).print(Text(text), soft_wrap=True)


def print_json(value: object) -> None:
    """JSON; control characters are escapes by JSON's own rules, other text is kept."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    sys.stdout.write(
        "".join(char if char == "\n" or is_harmless(char) else json.dumps(char)[1:-1] for char in text)
    )
    sys.stdout.write("\n")


def print_rows(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    style: Style,
    *,
    right: Sequence[str] = (),
    title: str | None = None,
) -> None:
    """Rows in the wanted style. ``right`` names the columns of numbers."""
    if style is Style.JSON:
        print_json([dict(zip(header, row, strict=True)) for row in rows])
    elif style is Style.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([safe(name) for name in header])
        for row in rows:
            writer.writerow([safe(cell_text(value)) for value in row])
    else:
        table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
        for name in header:
            unbroken = name in UNBROKEN or name in right
            table.add_column(
                Text(safe(name)),
                justify="right" if name in right else "left",
                overflow="fold",
                no_wrap=unbroken,
            )
        for row in rows:
            table.add_row(*(Text(safe(cell_text(value))) for value in row))
        console().print(table)


def cell_text(value: Any) -> str:
    """One cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
