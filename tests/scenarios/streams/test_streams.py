"""``sonde.stream`` around the streams of real clients whose calls real instrumentations trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sonde.testing import FakeUpstream
from tests.contract.otlp.target import Served, served
from tests.scenarios.examples.environments import made
from tests.scenarios.examples.stage import Stage

# An environment may have to be made first.
pytestmark = [pytest.mark.slow, pytest.mark.examples, pytest.mark.timeout(900)]

APP = Path(__file__).parent / "app_streams.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("streams")) as running:
        yield running


def test_measures_are_in_the_columns(server: Served, tmp_path: Path) -> None:
    with FakeUpstream() as upstream:
        upstream.answer("one two three four", reasoning="let me count", times=None)
        upstream.delay(0.05, 0.02)
        stage = Stage(server, upstream, tmp_path)
        assert stage.run([made("clients"), APP]).splitlines()[-1] == "one two three four"
        stage.calls("streams", 3)
    rows = server.sql(
        "select request_model, duration_ms, ttft_ms, thinking_ms, itl_p95_ms, stalls, incomplete, status, "
        "function, user_id from calls where service = 'streams' order by time"
    )
    whole, given_up, of_an_async_client = rows
    for row in (whole, of_an_async_client):
        assert 0 < float(row["ttft_ms"]) < float(row["duration_ms"])
        assert float(row["thinking_ms"]) >= 15, "a chunk of reasoning, 20 ms, then text"
        assert float(row["itl_p95_ms"]) >= 15
        assert int(row["stalls"]) >= 0
        assert not row["incomplete"]
    assert (whole["function"], whole["user_id"]) == ("__main__.whole", "ada")
    assert of_an_async_client["function"] == "__main__.of_an_async_client"
    assert given_up["request_model"] == "gpt-5-nano"
    assert given_up["incomplete"]
    assert given_up["status"] == "ok"
    lines = server.sql("select body from logs where event_name = 'sonde.call' and service = 'streams'")
    assert len(lines) == 3
