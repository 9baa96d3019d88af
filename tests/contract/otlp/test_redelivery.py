"""C36, C37, C39: the same thing sent again, newer, or by a client that does not wait for the answer."""

import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.contract.otlp import build
from tests.contract.otlp.client import connected, grpc_export, post, post_json, until
from tests.contract.otlp.target import Served, served

pytestmark = pytest.mark.conformance

CHAT: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.usage.input_tokens": 1_000,
    "gen_ai.usage.output_tokens": 100,
}


def chat(trace_id: bytes, **changes: Any) -> Span:
    """A span that is one call of a model whose price is known."""
    return build.span(trace_id, **{"attributes": CHAT, **changes})


def totals(server: Served, trace_id: bytes) -> tuple[int, int, Decimal]:
    """Calls, tokens and cost of a trace."""
    (row,) = server.sql(
        "select count() as calls, sum(total_tokens) as tokens, sum(cost_usd) as cost from calls "
        f"where trace_id = '{trace_id.hex()}'"
    )
    return int(row["calls"]), int(row["tokens"] or 0), Decimal(str(row["cost"] or 0))


def test_c36_the_same_request_again_in_parallel_and_after_a_restart(tmp_path: Path) -> None:
    trace_id = build.trace_id()
    spans = [chat(trace_id) for _ in range(20)]
    body = build.traces(*spans).SerializeToString()
    with served(tmp_path) as server:
        assert post(server.http_port, body).status == 200
        once = totals(server, trace_id)
        assert once[:2] == (20, 22_000)
        assert once[2] > 0

        assert post(server.http_port, body).status == 200
        assert grpc_export(server.grpc_port, body) == b""
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: post(server.http_port, body).status, range(8)))
        assert answers == [200] * 8
        # The same spans in other company.
        for start in range(0, 20, 7):
            rebatched = build.traces(*reversed(spans[start : start + 7]), chat(trace_id, attributes={}))
            assert post(server.http_port, rebatched.SerializeToString()).status == 200
        assert totals(server, trace_id) == once
        assert len(server.spans(trace_id)) == 23

        assert server.stop() == 0
        server.start()
        assert post(server.http_port, body).status == 200
        assert totals(server, trace_id) == once

        server.stop(signal.SIGKILL)
        server.start()
        assert totals(server, trace_id) == once
        assert post(server.http_port, body).status == 200
        assert totals(server, trace_id) == once
        assert len(server.spans(trace_id)) == 23


def test_c36_log_records_points_and_scores_count_once(server: Served) -> None:
    service = f"service-{time.time_ns()}"
    logs = build.logs("one", "two", "two", service=service).SerializeToString()
    points = build.gauge("level", 0.5, service=service).SerializeToString()
    scores = [{"traceId": build.trace_id().hex(), "name": service, "value": 1}]
    for _ in range(3):
        assert post(server.http_port, logs, path="/v1/logs").status == 200
        assert post(server.http_port, points, path="/v1/metrics").status == 200
        assert post_json(server.http_port, scores, path="/api/public/scores").status == 202
    rows = server.sql(f"select body from logs where service = '{service}' order by body")
    assert [row["body"] for row in rows] == ["one", "two", "two"]
    rows = server.sql(f"select name, value from metrics where service = '{service}'")
    assert rows == [{"name": "level", "value": 0.5}]
    rows = server.sql(f"select value, source, trace_id from scores where name = '{service}'")
    assert rows == [{"value": 1.0, "source": "langfuse", "trace_id": scores[0]["traceId"]}]


def test_c37_a_later_version_of_a_span_wins(server: Served) -> None:
    trace_id = build.trace_id()
    pending = chat(trace_id, end_time_unix_nano=0, attributes={"gen_ai.request.model": "gpt-4o-mini"})
    complete = chat(trace_id, span_id=pending.span_id, name=pending.name)
    complete.start_time_unix_nano = pending.start_time_unix_nano
    for span in (pending, complete):
        assert post(server.http_port, build.traces(span).SerializeToString()).status == 200
        assert len(server.spans(trace_id)) == 1
    calls, tokens, cost = totals(server, trace_id)
    assert (calls, tokens) == (1, 1_100)
    assert cost > 0
    # The older version arriving last (a retry that was overtaken) changes nothing.
    assert post(server.http_port, build.traces(pending).SerializeToString()).status == 200
    (stored,) = server.spans(trace_id)
    assert stored.end_ns == complete.end_time_unix_nano
    assert totals(server, trace_id) == (calls, tokens, cost)


def test_c39_a_client_that_hangs_up_before_the_answer(server: Served) -> None:
    trace_id = build.trace_id()
    batches = [build.traces(*(chat(trace_id) for _ in range(10))).SerializeToString() for _ in range(30)]

    def send_and_leave(number: int) -> None:
        body = batches[number]
        head = (
            "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with connected(server.http_port) as connection:
            # A third of the clients leave in the middle of their body.
            sent = body if number % 3 else body[: len(body) // 2]
            connection.sendall(head.encode() + sent)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    threads = [threading.Thread(target=send_and_leave, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = {span.span_id for span in server.spans(trace_id)}
    assert len(stored) % 10 == 0, "a request was stored in part"
    for body in batches:
        assert post(server.http_port, body).status == 200
    until(lambda: len(server.spans(trace_id)) == 300)
    assert totals(server, trace_id)[0] == 300
