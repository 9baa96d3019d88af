"""What the policies tell ends in the columns of ``calls`` and in the spans' events: through a real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.otlp.target import Served, served

APP = Path(__file__).parent / "app_protected.py"

FAILED = [("gpt-4o", "error", 1, None), ("gpt-4o", "error", 2, None)]
TOOK_OVER = ("gpt-4o-mini", "ok", 1, "gpt-4o")
GAVE_UP = ["sonde.retry", "sonde.retry.gave_up"]


class Seen:
    """What the server has of one run of the app."""

    def __init__(self, server: Served, told: dict[str, Any]) -> None:
        self._server = server
        self.told = told

    def calls(self, name: str) -> list[dict[str, Any]]:
        return self._server.sql(
            f"select * from calls where trace_id = '{self.told['traces'][name]}' order by time"
        )

    def events(self, name: str) -> list[dict[str, Any]]:
        where = f"trace_id = '{self.told['traces'][name]}' and parent_span_id = ''"
        (row,) = self._server.sql(f"select events from spans where {where}")
        return json.loads(row["events"])


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("resilience")
    with served(tmp_path_factory.mktemp("server")) as server:
        own = {key: value for key, value in os.environ.items() if not key.startswith(("SONDE_", "OTEL_"))}
        own |= {"SONDE_URL": f"http://127.0.0.1:{server.http_port}", "SONDE_RAISE": "1"}
        done = subprocess.run(
            [sys.executable, str(APP)],
            env=own | {"SONDE_SPOOL_DIR": str(folder / "spool")},
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            timeout=100,
            check=True,
        )
        yield Seen(server, json.loads(done.stdout))


@pytest.mark.parametrize(
    ("name", "rows", "events"),
    [
        ("retried", [FAILED[0], ("gpt-4o", "ok", 2, None)], ["sonde.retry"]),
        ("fell back", [*FAILED, TOOK_OVER], [*GAVE_UP, "sonde.fallback"]),
        ("streamed", [*FAILED, TOOK_OVER], [*GAVE_UP, "sonde.fallback"]),
        ("opened", [*FAILED, TOOK_OVER], [*GAVE_UP, "sonde.breaker", "sonde.fallback"]),
        ("refused", [TOOK_OVER], ["sonde.fallback"]),
    ],
)
def test_each_attempt_is_a_call_and_each_decision_an_event(
    seen: Seen, name: str, rows: list[tuple[Any, ...]], events: list[str]
) -> None:
    columns = ("request_model", "status", "attempts", "fallback_from")
    assert [tuple(row[column] for column in columns) for row in seen.calls(name)] == rows
    assert [event["name"] for event in seen.events(name)] == events


def test_the_stream_that_took_over_is_measured(seen: Seen) -> None:
    row = seen.calls("streamed")[-1]
    assert row["streaming"] is True
    assert int(row["output_tokens"]) > 0
    assert seen.told["chunks"] > 1


def test_the_open_circuit_is_told(seen: Seen) -> None:
    assert seen.told["state"] == "open"
    (change,) = [one["attributes"] for one in seen.events("opened") if one["name"] == "sonde.breaker"]
    assert change["sonde.breaker.target"] == "gpt-4o"
    assert change["sonde.breaker.failure_share"] == 0.75


def test_headroom_and_request_id_are_on_the_call(seen: Seen) -> None:
    attributes = json.loads(seen.calls("retried")[-1]["attributes"])
    named = {key.replace("%2E", "."): value for key, value in attributes.items()}
    assert named["sonde.request_id"].startswith("req_")
    assert named["sonde.ratelimit.requests.remaining"] < named["sonde.ratelimit.requests.limit"]
    assert named["sonde.ratelimit.tokens.reset_s"] == 60
