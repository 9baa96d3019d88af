"""`sonde report`, `sonde tail` and `sonde top` against a real server on a real socket."""

import asyncio
import contextlib
import csv
import io
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from textual.widgets import DataTable, Input, Static
from typer.testing import CliRunner

from sonde.cli.main import app
from sonde.client import Client
from sonde.store.engine import WriteBatch
from sonde.tui.text import change, short_count, shown, sparkline
from sonde.tui.top import Top
from tests.contract.api.world import World
from tests.contract.store.sample import BASE_NS, Sampler, calls_of


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.local.app, lifespan="off", log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def sonde(url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("SONDE_URL", url)
    monkeypatch.delenv("SONDE_API_KEY", raising=False)
    return CliRunner()


def run(sonde: CliRunner, *arguments: str, code: int = 0) -> str:
    result = sonde.invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def test_a_report_adds_up(sonde: CliRunner) -> None:
    answer = json.loads(
        run(sonde, "report", "cost", "--by", "model", "--last", "7d", "-p", "alpha", "--json")
    )
    assert answer["totals"]["calls"] == sum(group["totals"]["calls"] for group in answer["groups"]) > 0
    table = run(sonde, "report", "cost", "--by", "model", "--last", "7d", "-p", "alpha")
    assert "gpt-4o" in table
    assert "total" in table
    rows = list(
        csv.DictReader(io.StringIO(run(sonde, "report", "calls", "-b", "provider", "-p", "alpha", "--csv")))
    )
    assert {row["provider"]: row["calls"] for row in rows} == {
        "anthropic": "40",
        "openai": "40",
        "total": "80",
    }


def test_a_report_day_by_day(sonde: CliRunner) -> None:
    text = run(sonde, "report", "calls", "--by", "provider", "--every", "day", "-p", "alpha", "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        days = [int(value) for name, value in row.items() if name.startswith("20")]
        assert sum(days) == int(row["total"])
    run(sonde, "report", "--every", "fortnight", code=2)
    run(sonde, "report", "--last", "soon", code=2)
    assert "Did you mean" in sonde.invoke(app, ["report", "calls", "--by", "modell"]).output


def test_tail_prints_what_arrives(world: World, url: str) -> None:
    command = [
        str(Path(sys.executable).with_name("sonde")),
        "tail",
        "user:u-tail",
        "-n",
        "3",
        "-p",
        "tail",
        "--url",
        url,
        "--json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout or []), daemon=True)
        reader.start()
        # Whether it listens already is not told outside, so calls come until it has enough.
        sampler = Sampler(9, project="tail")
        for index in range(600):
            spans = [
                sampler.span(BASE_NS + index * 10 + one, facts={"user_id": "u-tail"}) for one in range(2)
            ]
            world.engine.write(WriteBatch(spans, calls_of(spans)))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                break
        assert process.wait(60) == 0
        reader.join(10)
    assert [json.loads(line)["user_id"] for line in lines] == ["u-tail"] * 3


def test_top_shows_filters_and_survives_the_server(world: World, url: str) -> None:
    async def scene() -> None:
        with Client(url) as client:
            top = Top(client, ranges=("15m", "7d"), last="7d", text="", every_s=3_600, project="alpha")
            async with top.run_test(size=(160, 40)) as pilot:

                async def until(seen: str, name: str) -> None:
                    for _ in range(600):
                        if seen in text_of(top, name):
                            return
                        await pilot.pause(0.1)
                    raise AssertionError((seen, text_of(top, name)))

                await until("gpt-4o", "#models")
                await until("calls 80", "#figures")
                assert "plain" in text_of(top, "#calls")
                await pilot.press("slash")
                top.query_one("#filter", Input).value = "provider:openai"
                await pilot.press("enter")
                await until("calls 40", "#figures")
                await pilot.press("slash")
                top.query_one("#filter", Input).value = "providr:openai"
                await pilot.press("enter")
                await until("provider", "#problem")
                await pilot.press("s", "r", "p")
                assert "by calls" in text_of(top, "#figures") or top.query_one("#problem", Static).has_class(
                    "shown"
                )
                await pilot.press("q")

    asyncio.run(scene())


def text_of(top: Top, name: str) -> str:
    """What a part of the screen shows."""
    widget = top.query_one(name)
    if isinstance(widget, DataTable):
        return "\n".join(
            " ".join(str(cell) for cell in widget.get_row_at(row)) for row in range(widget.row_count)
        )
    assert isinstance(widget, Static)
    return str(widget.render())


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "usd", "–"), ("0.000000280", "usd", "<$0.000001"), ("0", "usd", "$0"),
        ("0.000150", "usd", "$0.00015"), ("1234.5", "usd", "$1,234.50"),
        (0.0512, "ratio", "5.1 %"), (1500.0, "ms", "1.50 s"), (12, "count", "12"),
        (12_345, "tokens", "12.3k"), (4_560_000, "tokens", "4.56M"),
        (0.0327, "per_second", "0.0327/s"), (2.5, "tokens", "2.5"),
    ],
)  # fmt: skip
def test_values_are_written_for_people(value: object, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_changes_and_series_are_written_for_people() -> None:
    assert [change("3", "2"), change(1, 2), change(None, 1), change(1, 0), change(30, 1)] == [
        "+50 %",
        "-50 %",
        "",
        "",
        "×30",
    ]
    assert sparkline([0, None, 4, 8]) == "▁ ▅█"
    assert short_count(9_999) == "9,999"
