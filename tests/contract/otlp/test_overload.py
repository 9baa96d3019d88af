"""C32 to C34: not now, and how to say so."""

import threading
import time
from pathlib import Path

import grpc
import pytest

from sonde.ingest.receivers.budget import InFlight
from sonde.model.errors import Overloaded, RateLimited, StorageFull, StorageReadOnly, Unavailable
from tests.contract.otlp import build
from tests.contract.otlp.client import grpc_failure, post, post_json, retry_delay_s
from tests.contract.otlp.target import Listener, Served, served

pytestmark = pytest.mark.conformance


def assert_come_back(listener: Listener) -> None:
    """Both transports are told to try again, and nothing is stored."""
    body = build.traces(build.span()).SerializeToString()
    for answer in (
        post(listener.http_port, body),
        post_json(listener.http_port, build.json_traces(build.json_span())),
    ):
        assert answer.status == 503
        assert 1 <= int(answer.headers["retry-after"]) <= 5
        assert answer.rpc_status().code == 14
    assert 1 <= (retry_delay_s(post(listener.http_port, body).rpc_status()) or 0) <= 5
    code, details = grpc_failure(listener.grpc_port, body)
    assert code is grpc.StatusCode.UNAVAILABLE
    assert 1 <= (retry_delay_s(details) or 0) <= 5
    assert listener.sink.spans == []


def test_c32_a_full_queue(listener: Listener) -> None:
    listener.sink.no_room = Overloaded("The queue is full.")
    assert_come_back(listener)


def test_c32_a_queue_that_fills_while_the_request_is_decoded(listener: Listener) -> None:
    listener.sink.broken = Overloaded("The queue is full.")
    assert_come_back(listener)


def test_c32_more_bodies_at_once_than_fit() -> None:
    body = build.traces(build.span(attributes={"text": "x" * 50_000})).SerializeToString()
    with Listener(in_flight=InFlight(40_000)) as listener:
        answer = post(listener.http_port, body)
        assert answer.status == 503
        code, _ = grpc_failure(listener.grpc_port, body)
        assert code is grpc.StatusCode.UNAVAILABLE
        assert listener.intake.in_flight.bytes == 0
        small = build.traces(build.span()).SerializeToString()
        assert post(listener.http_port, small).status == 200
        assert listener.intake.in_flight.bytes == 0


def test_c33_a_limit_of_one_key(listener: Listener) -> None:
    listener.sink.no_room = RateLimited("This key sends too much.")
    body = build.traces(build.span()).SerializeToString()
    answer = post(listener.http_port, body)
    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 5
    assert answer.rpc_status().code == 8
    code, details = grpc_failure(listener.grpc_port, body)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert retry_delay_s(details) is not None, "without RetryInfo a client has to drop"


@pytest.mark.parametrize(
    "failure",
    [
        StorageFull("Full."),
        StorageReadOnly("Read only."),
        Unavailable("Stopping."),
        OSError(5, "I/O error"),
        MemoryError(),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_c34_storage_fails_in_the_middle_of_a_request(listener: Listener, failure: Exception) -> None:
    listener.sink.broken = failure
    assert_come_back(listener)
    listener.sink.broken = None
    trace_id = build.trace_id()
    assert post(listener.http_port, build.traces(build.span(trace_id)).SerializeToString()).status == 200
    assert len(listener.spans(trace_id)) == 1


@pytest.mark.slow
def test_c32_a_flood_into_a_small_queue_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[bytes] = []
    statuses: set[int] = set()

    def flood(server: Served) -> None:
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            trace_id = build.trace_id()
            text = trace_id.hex() * 200
            spans = [build.span(trace_id, attributes={"text": text}) for _ in range(50)]
            answer = post(server.http_port, build.traces(*spans).SerializeToString())
            statuses.add(answer.status)
            if answer.status == 200:
                acknowledged.append(trace_id)
            else:
                assert 1 <= int(answer.headers["retry-after"]) <= 5
                assert answer.rpc_status().code == 14

    with served(tmp_path, pending_mib_max="1") as server:
        threads = [threading.Thread(target=flood, args=(server,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == {200, 503}
        rows = server.sql("select trace_id, count() as spans from spans group by trace_id limit 10000")
    assert {row["trace_id"]: int(row["spans"]) for row in rows} == {id_.hex(): 50 for id_ in acknowledged}
