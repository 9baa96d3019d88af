"""A server in a process of its own: what it costs, and how fast it grows."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.otlp.client import post
from tests.contract.otlp.target import Served, served

DAY_NS = 86_400 * 1_000_000_000
PER_DAY = 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("self")) as running:
        yield running


def get(server: Served, path: str) -> Any:
    answer = post(server.http_port, b"", path=f"/api/v1{path}", media=None, method="GET")
    assert answer.status == 200, answer.body
    return answer.json()


def send(server: Served, days_ago: int) -> None:
    start = time.time_ns() - days_ago * DAY_NS
    spans = [
        {
            "traceId": f"{days_ago:016x}{number:016x}",
            "spanId": f"{days_ago * 1000 + number + 1:016x}",
            "name": "chat",
            "startTimeUnixNano": str(start - number),
            "endTimeUnixNano": str(start),
        }
        for number in range(PER_DAY)
    ]
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()
    assert post(server.http_port, body, media="application/json").status == 200


def test_it_says_what_it_uses_of_the_machine(server: Served) -> None:
    found = get(server, "/self-cost")
    assert found["cpu_s"] > 0
    assert found["cores"] >= 1
    assert 10_000_000 < found["memory_bytes"] <= found["memory_peak_bytes"] < 1 << 36
    assert found["data_bytes"] > 0
    assert found["samples"][0]["cpu_share"] is None
    assert get(server, "/self-cost")["cpu_s"] >= found["cpu_s"]


def test_growth_is_unknown_until_a_whole_day_is_over(server: Served) -> None:
    send(server, 0)
    server.sql("select 1")
    found = get(server, "/storage")
    assert found["growth_days"] == 0
    assert (found["bytes_per_day"], found["disk_full_time"]) == (None, None)
    assert "whole day" in found["disk_full_note"]
    assert {table["bytes_per_day"] for table in found["tables"]} == {None}


def test_growth_is_that_of_whole_days_by_event_time(server: Served) -> None:
    for days_ago in (1, 2, 4):
        send(server, days_ago)
    server.sql("select 1")
    found = get(server, "/storage")
    assert found["growth_days"] == 4
    spans = next(table for table in found["tables"] if table["name"] == "spans")
    assert spans["signal"] == "spans"
    assert spans["bytes_per_day"] == pytest.approx(3 * PER_DAY / 4 * spans["bytes"] / spans["rows"])
    assert found["bytes_per_day"] == pytest.approx(sum(table["bytes_per_day"] for table in found["tables"]))
