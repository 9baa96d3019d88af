"""H40 with the whole server: damage in the engine's folder is found at start and told; no crash loop."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.otlp import build
from tests.contract.otlp.client import post, post_json, until
from tests.contract.otlp.target import Served, served
from tests.fault.test_disk_full import get, spans

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]


def parts_of(data: Path, table: str) -> list[Path]:
    """The folders of a table's parts with rows, oldest first."""
    found = (data / "engine" / "data" / "default" / table).resolve()
    return sorted(path for path in found.iterdir() if (path / "count.txt").exists())


def truncate_part(data: Path) -> None:
    """Cut the files with the rows of one part in half."""
    part = parts_of(data, "spans")[0]
    for file in part.glob("*.bin"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def lose_part(data: Path) -> None:
    """One part is gone."""
    part = parts_of(data, "spans")[0]
    part.rename(data.parent / "lost")


def lose_definition(data: Path) -> None:
    """A table is no longer known."""
    (data / "engine" / "metadata" / "default").resolve().joinpath("spans.sql").unlink()


def scramble_definitions(data: Path) -> None:
    """No table can be read."""
    for file in (data / "engine" / "metadata" / "default").resolve().glob("*.sql"):
        file.write_bytes(b"\0" * 64)


def flip_bits(data: Path) -> None:
    """Rot inside one part's largest file: sizes stay, checksums do not."""
    part = parts_of(data, "spans")[0]
    file = max(part.glob("*.bin"), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    for at in range(0, len(content), 97):
        content[at] ^= 0x55
    file.write_bytes(content)


CASES: list[tuple[Callable[[Path], None], int]] = [
    (truncate_part, 20),
    (lose_part, 20),
    (lose_definition, 40),
    (scramble_definitions, 40),
]


def filled(folder: Path, server: Served) -> None:
    """Two parts of twenty spans."""
    for expected in (20, 40):
        _, body = spans(20)
        assert post(server.http_port, body).status == 200
        until(lambda expected=expected: len(server.sql("select span_id from spans")) == expected)
    assert server.stop() == 0
    assert len(parts_of(folder / "data", "spans")) == 2


@pytest.mark.parametrize(("damage", "left"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_damage_is_told_and_the_rest_is_there(
    tmp_path: Path, damage: Callable[[Path], None], left: int
) -> None:
    with served(tmp_path) as server:
        filled(tmp_path, server)
        damage(tmp_path / "data")
        for _ in range(2):  # the second start must not fall over what the first one did
            server.start()
            assert len(server.sql("select span_id from spans")) == left
            integrity = get(server, "/api/v1/integrity").json()
            assert not integrity["ok"]
            assert integrity["findings"]
            assert server.stop() == 0
        server.start()
        _, body = spans(20)
        assert post(server.http_port, body).status == 200
        until(lambda: len(server.sql("select span_id from spans")) == left + 20)
        assert b"ERROR sonde.store" in (tmp_path / "log.txt").read_bytes()


def test_rot_inside_a_part_stops_neither_start_nor_ingest(tmp_path: Path) -> None:
    """The engine sees it when the rows are read: such a query is refused in words, nothing else suffers."""
    with served(tmp_path) as server:
        filled(tmp_path, server)
        flip_bits(tmp_path / "data")
        server.start()
        _, body = spans(20)
        assert post(server.http_port, body).status == 200
        log = build.logs("after the damage").SerializeToString()
        assert post(server.http_port, log, path="/v1/logs").status == 200
        until(lambda: server.metric("sonde_pending_bytes") == 0, 60)
        assert len(server.sql("select body from logs")) == 1
        answer = post_json(server.http_port, {"sql": "select * from spans"}, path="/api/v1/sql")
        assert answer.status in (200, 503), answer.body
        assert answer.status == 200 or "hecksum" in answer.json()["detail"]
        assert get(server, "/readyz").status == 200
        assert server.stop() == 0
