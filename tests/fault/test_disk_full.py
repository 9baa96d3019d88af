"""H37: a full disk. Writes are told to come back, reads go on; it is over by itself when there is room."""

import contextlib
import signal
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from tests.contract.otlp import build
from tests.contract.otlp.client import Answer, grpc_failure, post, post_json, retry_delay_s, until
from tests.contract.otlp.target import Served, served
from tests.fault.volumes import small_volume

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

SMALL = build.traces(build.span()).SerializeToString()


def get(server: Served, path: str) -> Answer:
    """A GET."""
    return post(server.http_port, b"", path=path, media=None, method="GET")


def spans(count: int, text: int = 4_000) -> tuple[list[str], bytes]:
    """Span ids and a request of spans with text that does not compress to nothing."""
    made = [build.span(attributes={"text": build.trace_id().hex() * (text // 32)}) for _ in range(count)]
    return [span.span_id.hex() for span in made], build.traces(*made).SerializeToString()


def rows_now(server: Served, sql: str) -> list[list[str]]:
    """Rows of a query, asked while the engine may not be able to write."""
    answer = post_json(server.http_port, {"sql": sql}, path="/api/v1/sql")
    assert answer.status == 200, answer.body
    return answer.json()["rows"]


def assert_told_to_come_back(server: Served) -> None:
    """Both transports, and whoever watches."""
    answer = post(server.http_port, SMALL)
    assert answer.status == 503, answer.body
    assert 1 <= int(answer.headers["retry-after"]) <= 5
    code, details = grpc_failure(server.grpc_port, SMALL)
    assert code is grpc.StatusCode.UNAVAILABLE
    assert 1 <= (retry_delay_s(details) or 0) <= 5
    ready = get(server, "/readyz")
    assert ready.status == 503
    assert ready.json()["reason"] == "storage-full"
    alive = get(server, "/healthz")
    assert (alive.status, alive.json()["status"]) == (200, "degraded")


def assert_each_once(server: Served, acknowledged: Iterable[str]) -> None:
    """Every acknowledged span is there once; none is there twice."""
    found = Counter(row["span_id"] for row in server.sql("select span_id from spans limit 10000"))
    assert set(acknowledged) <= set(found)
    assert set(found.values()) <= {1}


def test_the_guard_refuses_before_the_disk_is_full(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        small_volume(tmp_path_factory.mktemp("guard"), 192) as volume,
        served(volume.path, free_mib_min="64") as server,
    ):
        ids, body = spans(20)
        assert post(server.http_port, body).status == 200
        until(lambda: len(server.sql("select span_id from spans")) == 20)
        volume.leave(40)
        until(lambda: get(server, "/readyz").status == 503)  # nothing is sent until the guard has looked
        assert_told_to_come_back(server)
        assert "MiB are free" in get(server, "/readyz").json()["detail"]
        assert len(rows_now(server, "select span_id from spans")) == 20
        volume.make_room()
        until(lambda: get(server, "/readyz").status == 200)
        more, body = spans(20)
        assert post(server.http_port, body).status == 200
        assert len(server.sql("select span_id from spans limit 10000")) >= 40
        assert_each_once(server, [*ids, *more])


@pytest.mark.slow
def test_no_space_left_at_all(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        small_volume(tmp_path_factory.mktemp("full"), 160) as volume,
        served(volume.path, free_mib_min="0") as server,
    ):
        acknowledged, body = spans(50)
        assert post(server.http_port, body).status == 200
        until(lambda: len(server.sql("select span_id from spans")) == 50)
        volume.leave(6)

        def send(_: int) -> list[str]:
            for _ in range(40):
                ids, body = spans(20)
                answer = post(server.http_port, body)
                if answer.status != 200:
                    assert answer.status == 503, answer.body
                    assert 1 <= int(answer.headers["retry-after"]) <= 5
                    break
                acknowledged.extend(ids)
            return []

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(send, range(3)))

        # The disk may be full for a moment only (the engine gives room back): keep it so.
        def is_full() -> bool:
            volume.leave(0)
            return post(server.http_port, SMALL).status == 503 and get(server, "/readyz").status == 503

        until(is_full, 60)
        assert_told_to_come_back(server)
        assert int(rows_now(server, "select count() from spans")[0][0]) >= 50
        assert get(server, "/api/v1/calls").status == 200
        volume.make_room()
        until(lambda: get(server, "/readyz").status == 200, 60)
        ids, body = spans(20)
        until(lambda: post(server.http_port, body).status == 200)
        acknowledged.extend(ids)
        assert_each_once(server, acknowledged)


@pytest.mark.slow
def test_killed_while_the_disk_is_full(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        small_volume(tmp_path_factory.mktemp("killed"), 160) as volume,
        served(volume.path, free_mib_min="0") as server,
    ):
        acknowledged: list[str] = []
        volume.leave(8)
        for _ in range(100):
            ids, body = spans(20)
            if post(server.http_port, body).status != 200:
                break
            acknowledged.extend(ids)
        assert acknowledged
        volume.leave(0)
        server.stop(signal.SIGKILL)
        with pytest.raises(AssertionError, match="full"):
            server.start()  # it says so and ends with status 1, instead of half starting
        assert server._process is not None
        assert server._process.wait(30) == 1
        volume.make_room()
        server.start()
        assert_each_once(server, acknowledged)
        with contextlib.suppress(FileNotFoundError):
            volume.make_room()
