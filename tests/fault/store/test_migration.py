"""A migration that was killed half-way is run again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sonde.store.embedded import ENGINE_FOLDER, EmbeddedEngine
from sonde.store.integrity import Manifest, checkpoint
from sonde.store.migrations import Migration, applied, load, migrate
from sonde.store.opening import Store
from tests.fault.store.child import SPANS_PER_BATCH, batch


@pytest.mark.parametrize("statements_done", [1, 5, 11])
def test_killed_between_statements(
    tmp_path: Path, opened: Callable[[Path], Store], statements_done: int
) -> None:
    engine = EmbeddedEngine(tmp_path)
    first = load()[0]
    applied(engine)  # makes the table of migrations
    for statement in first.statements[:statements_done]:
        engine.execute(statement)
    engine.close()  # the number was never written: this is what a kill leaves
    store = opened(tmp_path)
    assert sorted(applied(store.engine)) == [migration.number for migration in load()]
    store.engine.write(batch(0))
    assert store.engine.query("SELECT count() FROM sql_calls").scalar() == SPANS_PER_BATCH


def test_later_migrations_keep_rows(tmp_path: Path, opened: Callable[[Path], Store]) -> None:
    store = opened(tmp_path)
    store.engine.write(batch(0))
    later = Migration(
        900, "more", ("ALTER TABLE calls ADD COLUMN IF NOT EXISTS extra Nullable(String)",), "x"
    )
    assert migrate(store.engine, [*load(), later]) == [900]
    assert migrate(store.engine, [*load(), later]) == []
    assert store.engine.query("SELECT count(), any(extra) FROM calls").rows == [(SPANS_PER_BATCH, None)]


def test_a_table_that_a_migration_dropped_is_not_missed(
    tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    engine = EmbeddedEngine(tmp_path)
    migrate(engine, load()[:3])
    engine.execute(
        "INSERT INTO rollup_hours (project, hour, version, clean) "
        "SELECT 'default', toDateTime(1795219200, 'UTC'), 1, true"
    )
    manifest = Manifest()
    checkpoint(engine, tmp_path / ENGINE_FOLDER, tmp_path, manifest)
    assert "rollup_hours" in manifest.parts
    engine.close()
    for _ in range(2):
        store = opened(tmp_path)
        assert store.found == []
        assert store.engine.query("EXISTS TABLE rollup_hours").scalar() == 0
        store.close()
