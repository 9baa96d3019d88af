"""kill -9 at any moment: what was acknowledged is there, once, in rows and in roll-ups."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sonde.store.engine import HOUR_NS
from sonde.store.opening import Store
from tests.contract.store.sample import BASE_NS
from tests.fault.store.child import SPANS_PER_BATCH, batch
from tests.fault.store.conftest import Child

ROUNDS = 5


@pytest.mark.timeout(300)
def test_killed_under_load(
    tmp_path: Path, child: Callable[..., Child], opened: Callable[[Path], Store]
) -> None:
    rng = random.Random(20)
    acknowledged = -1
    for _ in range(ROUNDS):
        process = child("write", tmp_path, acknowledged + 1)
        assert process.stdout is not None
        assert process.stdout.readline() == "open 0\n", "nothing may be missing after a kill"
        deadline = time.monotonic() + 30
        goal = acknowledged + rng.randint(1, 8)
        while acknowledged < goal and time.monotonic() < deadline:
            acknowledged = int(process.stdout.readline())
        time.sleep(rng.random() * 0.1)  # somewhere inside the next write
        process.kill()
        process.wait(20)
        acknowledged = max([acknowledged, *(int(line) for line in process.stdout.read().split())])
    store = opened(tmp_path)
    assert store.found == []
    engine = store.engine
    for table, each in (("spans", 1), ("contents", 3), ("calls", 1)):
        rows, keys = engine.query(
            f"SELECT count(), uniqExact(span_id, {'position' if table == 'contents' else '1'}) FROM {table}"
        ).rows[0]
        assert rows == keys, f"{table} has rows twice"
        assert rows >= (acknowledged + 1) * SPANS_PER_BATCH * each
    written = engine.query("SELECT lower(hex(span_id)) FROM spans").arrow.column(0).to_pylist()
    for number in range(acknowledged + 1):
        assert {span.span_id for span in batch(number).spans} <= set(written)
    for _ in range(2):  # dirty, then clean
        source = store.rollups.source("default", BASE_NS, BASE_NS + 4 * HOUR_NS, 3_600)
        answer = engine.query(f"SELECT sum(calls), sum(cost_usd) FROM {source.sql}", source.params).rows
        assert answer == engine.query("SELECT count(), sum(cost_usd) FROM sql_calls").rows
        store.rollups.rebuild()
