"""Damage on disk: found at start, told with its size, set aside; the rest is there and the store works."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sonde.store.embedded import ENGINE_FOLDER
from sonde.store.integrity import covers, definitions_folder
from sonde.store.opening import Store
from sonde.store.retention import DAY_NS
from tests.contract.store.sample import BASE_NS
from tests.fault.store.child import SPANS_PER_BATCH, batch

Open = Callable[[Path], Store]


@pytest.fixture
def data(tmp_path: Path, opened: Open) -> Path:
    """A closed store with two batches in two parts per table."""
    store = opened(tmp_path)
    for table in ("spans", "contents", "calls"):
        store.engine.execute(f"SYSTEM STOP MERGES {table}")
    store.engine.write(batch(0))
    store.engine.write(batch(1))
    store.close()
    return tmp_path


def parts(folder: Path, table: str, opened: Open) -> list[Path]:
    store = opened(folder)
    found = store.engine.query(
        "SELECT path FROM system.parts WHERE table = {table:String} AND active ORDER BY name",
        {"table": table},
    ).rows
    store.close()
    return [Path(row[0]) for row in found]


def working(store: Store) -> None:
    store.engine.write(batch(7))
    ids = [span.span_id for span in batch(7).spans]
    found = store.engine.query(
        "SELECT count() FROM sql_spans WHERE span_id IN {ids:Array(String)}", {"ids": ids}
    ).scalar()
    assert found == SPANS_PER_BATCH


def test_a_lost_part_is_reported_with_its_rows(data: Path, opened: Open) -> None:
    lost = parts(data, "spans", opened)
    for path in lost[:1]:
        shutil.rmtree(path)
    store = opened(data)
    assert [(item.kind, item.table) for item in store.found] == [("part-missing", "spans")]
    assert store.found[0].rows in (SPANS_PER_BATCH, 2 * SPANS_PER_BATCH)
    working(store)
    store.close()
    assert opened(data).found == [], "told once, kept in the manifest"


def test_lost_rollups_are_built_anew(data: Path, opened: Open) -> None:
    store = opened(data)
    store.rollups.rebuild()
    store.close()
    for path in parts(data, "calls_rollup", opened):
        shutil.rmtree(path)
    store = opened(data)
    assert {item.table for item in store.found} == {"calls_rollup"}

    def calls() -> int:
        source = store.rollups.source("default", BASE_NS - DAY_NS, BASE_NS + DAY_NS, 3_600)
        return store.engine.query(f"SELECT sum(calls) FROM {source.sql}", source.params).scalar()

    assert calls() == 2 * SPANS_PER_BATCH
    store.rollups.rebuild()
    assert calls() == 2 * SPANS_PER_BATCH


def test_a_truncated_part_is_set_aside_and_reported(data: Path, opened: Open) -> None:
    for file in parts(data, "spans", opened)[0].glob("*"):
        if file.suffix in (".bin", ".txt"):
            file.write_bytes(b"")
    store = opened(data)
    assert {item.table for item in store.found} == {"spans"}
    assert sum(item.rows or 0 for item in store.found) in (SPANS_PER_BATCH, 2 * SPANS_PER_BATCH)
    assert store.engine.query("SELECT count() FROM calls").scalar() == 2 * SPANS_PER_BATCH
    working(store)


@pytest.mark.parametrize("damage", ["deleted", "emptied"])
def test_a_lost_definition_is_put_back(data: Path, opened: Open, damage: str) -> None:
    file = definitions_folder(data / ENGINE_FOLDER) / "calls.sql"
    if damage == "deleted":
        file.unlink()
    else:
        file.write_text("")
    store = opened(data)
    assert [(item.kind, item.rows) for item in store.found] == [("definition-restored", 0)]
    assert store.engine.query("SELECT count() FROM calls").scalar() == 2 * SPANS_PER_BATCH


def test_a_folder_beyond_repair_is_set_aside_whole(data: Path, opened: Open) -> None:
    metadata = data / ENGINE_FOLDER / "metadata"
    shutil.rmtree(metadata)
    metadata.write_text("not a folder")
    store = opened(data)
    assert [item.kind for item in store.found] == ["engine-quarantined"]
    assert (store.found[0].rows or 0) >= 10 * SPANS_PER_BATCH
    assert list(data.glob("engine.corrupt-*"))
    working(store)


def test_merged_parts_cover_their_sources() -> None:
    assert covers("20261121_1_5_1", "20261121_2_2_0")
    assert covers("20261121_1_1_0_7", "20261121_1_1_0")
    assert not covers("20261121_1_5_1", "20261122_2_2_0")
    assert not covers("20261121_1_5_1", "20261121_6_6_0")
