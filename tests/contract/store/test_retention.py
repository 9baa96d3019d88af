"""Old rows go by event time, per project; younger ones stay."""

from sonde.store.catalog.project_settings import RetentionDays
from sonde.store.engine import Engine, WriteBatch
from sonde.store.retention import expire
from sonde.store.rollups import Rollups
from tests.contract.store.sample import BASE_NS, DAY_NS, Sampler, calls_of

NOW = BASE_NS + DAY_NS // 2


def ages(engine: Engine, table: str) -> list[int]:
    """Ages in whole days of what a table has."""
    rows = engine.query(
        f"SELECT DISTINCT intDiv({NOW} - toUnixTimestamp64Nano(time), {DAY_NS}) AS age FROM {table} "
        f"ORDER BY age"
    ).rows
    return [row[0] for row in rows]


def test_defaults(engine: Engine, sampler: Sampler) -> None:
    days = (0, 29, 31, 89, 91, 399, 401)
    spans = [sampler.span(NOW - day * DAY_NS) for day in days]
    logs = [sampler.log(NOW - day * DAY_NS) for day in days]
    engine.write(WriteBatch(spans, calls_of(spans), logs=logs))
    Rollups(engine).rebuild()
    expire(engine, {}, RetentionDays(), now_ns=NOW)
    assert ages(engine, "contents") == [0, 29]
    assert ages(engine, "spans") == [0, 29, 31, 89]
    assert ages(engine, "logs") == [0, 29, 31, 89]
    assert ages(engine, "calls") == [0, 29, 31, 89, 91, 399]
    assert engine.query("SELECT sum(calls) FROM calls_rollup WHERE grain = 3600").scalar() == 6


def test_projects_differ_in_one_partition(engine: Engine, sampler: Sampler) -> None:
    short = Sampler(3, project="short")
    spans = [*sampler.spans(3, NOW - 5 * DAY_NS), *short.spans(3, NOW - 5 * DAY_NS), *short.spans(2, NOW)]
    engine.write(WriteBatch(spans))
    removed = expire(engine, {"short": RetentionDays(content=2, spans=4)}, RetentionDays(), now_ns=NOW)
    assert removed.rows == {"contents": 9, "spans": 3}
    left = engine.query("SELECT project, count() FROM spans GROUP BY project ORDER BY project").rows
    assert left == [("default", 3), ("short", 2)]


def test_nothing_old_nothing_done(engine: Engine, sampler: Sampler) -> None:
    engine.write(WriteBatch(sampler.spans(3, NOW)))
    assert expire(engine, {}, RetentionDays(), now_ns=NOW).rows == {}


def test_an_emptied_partition_is_dropped_whole(engine: Engine, sampler: Sampler) -> None:
    engine.write(WriteBatch(sampler.spans(3, NOW - 200 * DAY_NS)))
    assert expire(engine, {}, RetentionDays(), now_ns=NOW).partitions == 2
