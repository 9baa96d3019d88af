"""What callers see when the store does not answer. Alone in its file: one folder per process at a time."""

from pathlib import Path

from tests.contract.api.world import make_world


def test_a_store_that_does_not_answer_is_503_with_retry_after(tmp_path: Path) -> None:
    world = make_world(tmp_path, 3)
    world.close()
    answer = world.local.get("/api/v1/calls")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
