"""A row the engine cannot take, or a record nobody can read, is set aside and told; all else goes on."""

import time
from pathlib import Path

import msgspec
import pytest

from sonde.ingest.journal import Journal
from sonde.ingest.set_aside import FILES
from sonde.model.rows import Batch
from tests.contract.otlp import build
from tests.contract.otlp.client import post, until
from tests.contract.otlp.target import served
from tests.contract.store.sample import Sampler
from tests.fault.test_disk_full import get

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

DAY_NS = 86_400 * 1_000_000_000


def journaled(folder: Path, *payloads: bytes) -> None:
    """A journal as a process leaves it that was killed after it had acknowledged these."""
    journal = Journal(folder)
    for payload in payloads:
        journal.append(payload, lambda _: None)
    journal.close()


def test_a_row_that_fits_no_column(tmp_path: Path) -> None:
    rows = Sampler(1).spans(40, time.time_ns() - 3_600 * 1_000_000_000)
    # No sender can make such a row: normalization keeps numbers in their range. A bug might.
    bad = msgspec.structs.replace(rows[7], duration_ns=2**63, content_hash="0" * 32)
    encode = msgspec.msgpack.Encoder().encode
    now = time.time_ns()
    journaled(
        tmp_path / "data" / "journal",
        encode(Batch("default", now, spans=rows[:5])),
        encode(Batch("default", now, spans=[*rows[5:7], bad, *rows[8:20]])),
        b"\xc1 no MessagePack",
        encode(Batch("default", now, spans=rows[20:])),
    )
    with served(tmp_path) as server:
        found = {row["span_id"] for row in server.sql("select span_id from spans")}
        assert found == {row.span_id for row in rows} - {bad.span_id}
        files = sorted((tmp_path / "data" / "journal").glob(FILES))
        assert len(files) == 2
        (item,) = msgspec.msgpack.decode(files[0].read_bytes())
        assert [row["span_id"] for row in item["rows"]["spans"]] == [bad.span_id]
        assert files[1].read_bytes() == b"\xc1 no MessagePack"
        assert server.metric('sonde_rows_set_aside_total{table="spans"}') == 1
        assert server.metric('sonde_rows_set_aside_total{table="unreadable"}') == 1
        # It is told, and it stops nobody.
        ready = get(server, "/readyz")
        assert ready.status == 200
        assert "2 file(s) with rows the engine did not take" in ready.json()["degraded"][0]
        integrity = get(server, "/api/v1/integrity").json()
        assert not integrity["ok"]
        assert "did not take" in integrity["findings"][0]["message"]
        assert post(server.http_port, build.traces(build.span()).SerializeToString()).status == 200
        assert len(server.sql("select span_id from spans")) == 40
        assert server.stop() == 0
        server.start()
        assert "degraded" in get(server, "/readyz").json()


def test_a_request_that_touches_more_days_than_one_insert_may(tmp_path: Path) -> None:
    now = time.time_ns()
    spans = [
        build.span(start_time_unix_nano=now - day * DAY_NS, end_time_unix_nano=now - day * DAY_NS + 1)
        for day in range(150)
    ]
    with served(tmp_path) as server:
        assert post(server.http_port, build.traces(*spans).SerializeToString()).status == 200
        until(lambda: len(server.sql("select span_id from spans limit 1000")) == 150, 60)
        assert list((tmp_path / "data" / "journal").glob(FILES)) == []
        assert server.metric("sonde_engine_write_failures_total") == 0
        # More days than we let one insert touch: written in parts, after some tries, and still whole.
        spans = [
            build.span(start_time_unix_nano=now - day * DAY_NS, end_time_unix_nano=now - day * DAY_NS + 1)
            for day in range(600)
        ]
        assert post(server.http_port, build.traces(*spans).SerializeToString()).status == 200
        until(lambda: len(server.sql("select span_id from spans limit 1000")) == 750, 90)
        assert list((tmp_path / "data" / "journal").glob(FILES)) == []


def test_a_damaged_journal_is_told_and_the_rest_replayed(tmp_path: Path) -> None:
    rows = Sampler(1).spans(9, time.time_ns() - 3_600 * 1_000_000_000)
    encode = msgspec.msgpack.Encoder().encode
    folder = tmp_path / "data" / "journal"
    journaled(
        folder, *(encode(Batch("default", time.time_ns(), spans=rows[at : at + 3])) for at in (0, 3, 6))
    )
    (segment,) = folder.glob("*.journal")
    content = bytearray(segment.read_bytes())
    content[content.index(rows[4].span_id.encode())] ^= 1
    segment.write_bytes(content)
    with served(tmp_path) as server:
        found = {row["span_id"] for row in server.sql("select span_id from spans")}
        assert found == {row.span_id for row in [*rows[:3], *rows[6:]]}
        messages = [item["message"] for item in get(server, "/api/v1/integrity").json()["findings"]]
        assert any("journal was damaged" in message for message in messages)
        assert [path.read_bytes() for path in folder.glob("*.damaged-*")] == [bytes(content)]
