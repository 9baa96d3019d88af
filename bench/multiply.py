"""Ten million calls in minutes: what came in through the real door, copied inside the engine.

    python -m bench.multiply FOLDER COPIES STEP_NS

Every copy gets ids of its own (MD5 of id and number, so traces and parents stay together) and times that lie
between those of the originals; roll-ups are then built from rows as always. Ingest is measured elsewhere.
"""

import sys
from pathlib import Path

from sonde.store.embedded import EmbeddedEngine
from sonde.store.rollups import Rollups

TABLES = {
    "spans": ("trace_id", "span_id", "parent_span_id"),
    "calls": ("trace_id", "span_id", "parent_span_id"),
    "contents": ("trace_id", "span_id"),
}
"""Table → its columns with ids."""


def multiply(folder: Path, copies: int, step_ns: int) -> None:
    """Make `copies` rows of each. `step_ns` is the time between two of the originals' requests."""
    engine = EmbeddedEngine(folder)
    try:
        for table, ids in TABLES.items():
            if not engine.query(f"SELECT count() FROM {table}").scalar():
                continue
            engine.execute("DROP TABLE IF EXISTS originals")
            engine.execute(
                f"CREATE TABLE originals ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM {table}"
            )
            for number in range(1, copies):
                engine.execute(_copy(table, ids, number, max(step_ns // copies, 1)))
            engine.execute("DROP TABLE originals")
        rollups = Rollups(engine)
        rollups.start_over()
        rollups.rebuild()
        for table in TABLES:
            engine.execute(f"OPTIMIZE TABLE {table}")
    finally:
        engine.close()


def _copy(table: str, ids: tuple[str, ...], number: int, step_ns: int) -> str:
    changed = [
        f"fromUnixTimestamp64Nano(toUnixTimestamp64Nano(time) + {number * step_ns:d}, 'UTC') AS time",
        *(f"{_own(name, number)} AS {name}" for name in ids),
    ]
    return f"INSERT INTO {table} SELECT * REPLACE ({', '.join(changed)}) FROM originals"


def _own(name: str, number: int) -> str:
    """An id of the copy's own; none stays none."""
    width = 16 if name == "trace_id" else 8
    none = f"toFixedString(unhex('{'00' * width}'), {width})"
    made = f"toFixedString(substring(MD5(concat({name}, '{number:d}')), 1, {width}), {width})"
    return f"if({name} = {none}, {name}, {made})"


if __name__ == "__main__":
    multiply(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
