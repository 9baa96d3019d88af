"""H38 at run time: the data folder stops being writable under a running server, and comes back."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from tests.contract.otlp.client import grpc_failure, post, until
from tests.contract.otlp.target import served
from tests.fault.test_disk_full import SMALL, assert_each_once, get, rows_now, spans

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]


@pytest.fixture
def freeze(tmp_path: Path) -> Iterator[Callable[[bool], None]]:
    """Nothing can be made, renamed or removed in any folder below, or again. Files that are open stay so:
    what a volume does that the kernel turned read-only differs in that, but cannot be had on purpose.
    """

    def change(frozen: bool) -> None:
        folders = [
            str(path) for path in (tmp_path, *tmp_path.rglob("*")) if path.is_dir() and not path.is_symlink()
        ]
        done = subprocess.run(
            ["chattr", "+i" if frozen else "-i", *folders], check=False, capture_output=True, text=True
        )
        if done.returncode and frozen:
            pytest.skip(f"no immutable folders here: {done.stderr.strip()[:200]}")

    yield change
    change(False)


def test_going_read_only_and_back(tmp_path: Path, freeze: Callable[[bool], None]) -> None:
    with served(tmp_path) as server:
        acknowledged, body = spans(20)
        assert post(server.http_port, body).status == 200
        assert len(server.sql("select span_id from spans")) == 20
        freeze(True)

        # The open journal still takes some; from the first write the engine refuses on, senders wait.
        def refused() -> bool:
            ids, body = spans(5)
            answer = post(server.http_port, body)
            if answer.status == 200:
                acknowledged.extend(ids)
            else:
                assert answer.status == 503, answer.body
                assert 1 <= int(answer.headers["retry-after"]) <= 5
            return answer.status == 503

        until(refused)
        code, _ = grpc_failure(server.grpc_port, SMALL)
        assert code is grpc.StatusCode.UNAVAILABLE
        ready = get(server, "/readyz")
        assert (ready.status, ready.json()["reason"]) == (503, "storage-read-only")
        assert len(rows_now(server, "select span_id from spans")) >= 20
        freeze(False)
        until(lambda: get(server, "/readyz").status == 200, 60)
        ids, body = spans(5)
        assert post(server.http_port, body).status == 200
        assert_each_once(server, [*acknowledged, *ids])
        assert server.stop() == 0
        assert list((tmp_path / "data" / "journal").glob("*.journal")) == []
