"""What the terminal gets to see."""

import io
import json
from contextlib import redirect_stdout

import pytest

from sonde.cli.output import Style, cell_text, print_json, print_rows
from sonde.tui.text import dollars, milliseconds, safe

HOSTILE = [
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]52;c;cHduZWQ=\x07",
    "\x9b31m",
    "a\rb",
    "a\x08b",
    "\x7f",
    "\u202egpj.exe",
    "\u2066x\u2069",
    "line\nbreak",
    "tab\there",
    "\x00",
    "[bold red]markup[/]",
    "[link=http://evil]x[/link]",
    ":smile:",
    "\ud800",
]


def printed(style: Style, value: object) -> str:
    buffer = io.StringIO()
    with redirect_stdout(buffer):
        print_rows(("name", "n"), [(value, 1)], style)
    return buffer.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    for style in Style:
        out = printed(style, text)
        for char in out:
            assert char == "\n" or (ord(char) >= 0x20 and not 0x7F <= ord(char) <= 0x9F), (style, out)
            assert char not in "\u202e\u2066\u2069"


def test_markup_is_text() -> None:
    for text in ("[bold red]markup[/]", "[link=http://evil]x[/link]", ":smile:"):
        assert text in printed(Style.TABLE, text)


def test_json_stays_json() -> None:
    value = {"text": "\x1b[31m\u202e\n\x9b", "plain": "ü€😀"}
    buffer = io.StringIO()
    with redirect_stdout(buffer):
        print_json(value)
    assert json.loads(buffer.getvalue()) == value
    assert "ü€😀" in buffer.getvalue()


def test_plain_text_is_left_alone() -> None:
    assert safe("gpt-4o ü€😀 日本語") == "gpt-4o ü€😀 日本語"
    assert safe(None) == ""


def test_cells() -> None:
    assert [cell_text(value) for value in (None, True, 5, 1.5, [1, "a"], {"a": None})] == [
        "",
        "true",
        "5",
        "1.5",
        '[1, "a"]',
        '{"a": null}',
    ]
    assert [milliseconds(value) for value in (None, 0.4, 12.6, 1500)] == ["", "0 ms", "13 ms", "1.50 s"]
    assert [dollars("0.001230000"), dollars("0"), dollars(None, "unpriced"), dollars(None)] == [
        "$0.00123",
        "$0",
        "unpriced",
        "",
    ]
