"""What was deleted does not come back from the journal, also not after a kill."""

import signal
from pathlib import Path

import pytest

from tests.contract.otlp import build
from tests.contract.otlp.client import post, post_json, until
from tests.contract.otlp.target import served

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]


def test_a_deleted_trace_stays_deleted_after_a_kill(tmp_path: Path) -> None:
    gone, kept = build.trace_id(), build.trace_id()
    body = build.traces(*(build.span(trace) for trace in (gone, kept) for _ in range(5))).SerializeToString()
    with served(tmp_path) as server:
        assert post(server.http_port, body).status == 200
        until(lambda: len(server.spans(gone)) == 5)
        wanted = {"project": "default", "trace_id": gone.hex(), "preview": False}
        answer = post_json(
            server.http_port,
            wanted,
            path="/api/v1/deletions",
            headers={"Origin": f"http://127.0.0.1:{server.http_port}"},
        )
        assert answer.status == 200, answer.body
        assert server.spans(gone) == []
        assert len(server.spans(kept)) == 5
        server.stop(signal.SIGKILL)
        server.start()
        assert server.spans(gone) == []
        assert len(server.spans(kept)) == 5
