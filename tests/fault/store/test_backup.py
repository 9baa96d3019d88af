"""Backup during ingest, verified; restore elsewhere gives the same rows; damage is refused."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sonde.model.errors import BadInput, StorageFull
from sonde.store.backup import CATALOG, backup, restore, verify
from sonde.store.opening import Store
from tests.fault.store.child import SPANS_PER_BATCH, batch

Open = Callable[[Path], Store]


def test_taken_during_ingest_and_restored(tmp_path: Path, opened: Open) -> None:
    store = opened(tmp_path / "data")
    store.engine.write(batch(0))
    catalog = tmp_path / "data" / CATALOG
    with sqlite3.connect(catalog) as connection:
        connection.execute("CREATE TABLE projects (name TEXT)")
        connection.execute("INSERT INTO projects VALUES ('default')")
    connection.close()
    stop = threading.Event()

    def ingest() -> None:
        number = 1
        while not stop.is_set():
            store.engine.write(batch(number))
            number += 1

    writer = threading.Thread(target=ingest)
    writer.start()
    try:
        summary = backup(store.engine, tmp_path / "copy", catalog=catalog)
    finally:
        stop.set()
        writer.join()
    assert summary.rows["contents"] == 3 * summary.rows["spans"] == 3 * summary.rows["calls"]
    assert summary.rows["spans"] % SPANS_PER_BATCH == 0
    store.close()
    restored = restore(tmp_path / "copy", tmp_path / "new")
    assert restored.rows == summary.rows
    again = opened(tmp_path / "new")
    assert again.found == []
    assert again.engine.query("SELECT count() FROM sql_spans").scalar() == summary.rows["spans"]
    again.engine.write(batch(0))
    assert again.engine.query("SELECT count() FROM spans").scalar() == summary.rows["spans"]
    with sqlite3.connect(tmp_path / "new" / CATALOG) as connection:
        assert connection.execute("SELECT name FROM projects").fetchall() == [("default",)]
    connection.close()


def test_damage_and_misuse_are_refused(tmp_path: Path, opened: Open) -> None:
    store = opened(tmp_path / "data")
    store.engine.write(batch(0))
    backup(store.engine, tmp_path / "copy")
    with pytest.raises(BadInput, match="exists already"):
        backup(store.engine, tmp_path / "copy")
    with pytest.raises(BadInput, match="not empty"):
        restore(tmp_path / "copy", tmp_path / "data")
    store.close()
    file = next((tmp_path / "copy" / "tables" / "spans").rglob("*.bin"))
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BadInput, match="another checksum"):
        restore(tmp_path / "copy", tmp_path / "new")
    file.unlink()
    with pytest.raises(BadInput, match="missing"):
        verify(tmp_path / "copy")
    assert not (tmp_path / "new").exists()
    with pytest.raises(BadInput, match="not a Sonde backup"):
        verify(tmp_path)


def test_a_full_disk_leaves_nothing(tmp_path: Path, small_volume: Path, opened: Open) -> None:
    store = opened(tmp_path / "data")
    store.engine.write(batch(0))
    with (small_volume / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65_536) == 65_536:
                pass
        except OSError:
            pass
    with pytest.raises(StorageFull):
        backup(store.engine, small_volume / "copy")
    assert [path.name for path in small_volume.iterdir()] == ["filler"]
