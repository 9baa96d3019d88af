"""Roll-ups are rebuilt from rows, and every answer is exact whether an hour is clean or dirty."""

from collections.abc import Callable
from typing import Any

import pytest

from sonde.store.engine import HOUR_NS, Engine, WriteBatch
from sonde.store.rollups import GRAINS, Rollups
from tests.contract.store.sample import BASE_NS, Sampler, call_of, calls_of

HOUR = next(grain for grain in GRAINS if grain.ns == HOUR_NS)
START, END = BASE_NS - 2 * HOUR_NS, BASE_NS + 10 * HOUR_NS


@pytest.fixture(params=[6, 30 * 24], ids=["recent", "old"])
def rollups(engine: Engine, request: pytest.FixtureRequest) -> Rollups:
    """With all grains, and with those that are kept for old calls."""
    hours: int = request.param
    return Rollups(engine, lambda: BASE_NS + hours * HOUR_NS)


def totals(
    engine: Engine, rollups: Rollups, step_s: int = 3_600, start: int = START, end: int = END
) -> list[tuple[Any, ...]]:
    source = rollups.source("default", start, end, step_s)
    return engine.query(
        "SELECT toUnixTimestamp(bucket), sum(calls), sum(errors), sum(input_tokens), sum(cost_usd), "
        f"quantilesTDigestMerge(0.5, 0.95, 0.99)(duration_digest) FROM {source.sql} GROUP BY bucket "
        f"ORDER BY bucket",
        source.params,
    ).rows


def from_rows(engine: Engine, step_s: int = 3_600) -> list[tuple[Any, ...]]:
    return engine.query(
        f"SELECT toUnixTimestamp(toStartOfInterval(time, INTERVAL {step_s} SECOND, 'UTC')) AS b, count(), "
        "countIf(status = 'error'), sum(ifNull(input_tokens, 0)), sum(cost_usd) FROM sql_calls "
        "GROUP BY b ORDER BY b"
    ).rows


def exact(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row[:5] for row in rows]


def test_dirty_hours_come_from_rows_and_clean_ones_from_rollups(
    engine: Engine, rollups: Rollups, sampler: Sampler
) -> None:
    spans = [
        sampler.span(BASE_NS + hour * HOUR_NS + second * 10**9) for hour in range(4) for second in range(50)
    ]
    engine.write(WriteBatch(spans, calls_of(spans)))
    assert len(rollups.dirty(HOUR)) == 4
    dirty_answer = totals(engine, rollups)
    assert exact(dirty_answer) == from_rows(engine)
    wanted = sum(len(rollups.dirty(grain)) for grain in GRAINS)
    assert rollups.rebuild() == wanted
    clean_answer = totals(engine, rollups)
    assert exact(clean_answer) == from_rows(engine)
    for clean, dirty in zip(clean_answer, dirty_answer, strict=True):
        assert clean[5] == pytest.approx(dirty[5], rel=0.05)


def test_a_clean_hour_is_read_from_its_rollup(engine: Engine, sampler: Sampler, rollups: Rollups) -> None:
    spans = sampler.spans(10)
    engine.write(WriteBatch(spans, calls_of(spans)))
    rollups.rebuild()
    if engine.kind == "server":  # on a shared server the last ten seconds always count as dirty
        assert rollups.dirty(HOUR) == [("default", BASE_NS)]
        return
    assert rollups.dirty(HOUR) == []
    engine.execute("TRUNCATE TABLE calls")
    assert [row[1] for row in totals(engine, rollups)] == [10]


def test_a_rewritten_call_moves_between_groups(engine: Engine, sampler: Sampler, rollups: Rollups) -> None:
    span = sampler.span()
    engine.write(WriteBatch([span], [call_of(span, version=1)]))
    rollups.rebuild()
    engine.write(WriteBatch([], [call_of(span, version=2, provider="azure", status="error")]))
    assert [row[1:3] for row in totals(engine, rollups)] == [(1, 1)]
    rollups.rebuild()
    source = rollups.source("default", START, END, 3_600)
    assert engine.query(
        f"SELECT provider, sum(calls) FROM {source.sql} GROUP BY provider", source.params
    ).rows == [("azure", 1)]


def test_uncounted_calls_leave_an_empty_hour(engine: Engine, sampler: Sampler, rollups: Rollups) -> None:
    span = sampler.span()
    engine.write(WriteBatch([span], [call_of(span, version=1)]))
    rollups.rebuild()
    engine.write(WriteBatch([], [call_of(span, version=2, counted=False)]))
    rollups.rebuild()
    assert totals(engine, rollups) == []


@pytest.mark.parametrize("step_s", [300, 3_600, 7_200, 86_400])
@pytest.mark.parametrize("built", [True, False])
def test_any_step_and_any_edges(
    engine: Engine, sampler: Sampler, rollups: Rollups, step_s: int, built: bool
) -> None:
    spans = sampler.spans(60, BASE_NS + 1_800 * 10**9, 180 * 10**9)
    engine.write(WriteBatch(spans, calls_of(spans)))
    if built:
        rollups.rebuild()
    start, end = spans[7].time_ns, spans[50].time_ns
    counted = sum(row[1] for row in totals(engine, rollups, step_s, start, end))
    assert counted == 43
    if step_s < 86_400:
        assert exact(totals(engine, rollups, step_s)) == from_rows(engine, step_s)


def test_hours_marked_by_hand_are_read_from_rows(engine: Engine, sampler: Sampler, rollups: Rollups) -> None:
    spans = sampler.spans(10)
    engine.write(WriteBatch(spans, calls_of(spans)))
    rollups.rebuild()
    rollups.mark_dirty([("default", BASE_NS)])
    assert ("default", BASE_NS) in rollups.dirty(HOUR)
    engine.execute("DELETE FROM calls WHERE span_id = unhex({id:String})", {"id": spans[0].span_id})
    assert [row[1] for row in totals(engine, rollups)] == [9]
    rollups.rebuild()
    assert [row[1] for row in totals(engine, rollups)] == [9]


def test_marks_survive_a_new_process(engine: Engine, sampler: Sampler, count: Callable[[str], int]) -> None:
    first = sampler.spans(5)
    engine.write(WriteBatch(first, calls_of(first)))
    Rollups(engine).rebuild()
    late = sampler.spans(5, BASE_NS + HOUR_NS)
    engine.write(WriteBatch(late, calls_of(late)))
    again = Rollups(engine)  # what a process started after a kill has: nothing but the tables
    assert ("default", BASE_NS + HOUR_NS) in again.dirty(HOUR)
    assert [row[1] for row in totals(engine, again)] == [5, 5]
    assert count("calls") == 10


def test_every_grain_answers_alike(engine: Engine, sampler: Sampler) -> None:
    spans = sampler.spans(200, BASE_NS + 90 * 10**9, 97 * 10**9)
    engine.write(WriteBatch(spans, calls_of(spans)))
    rollups = Rollups(engine, lambda: BASE_NS + 6 * HOUR_NS)
    rollups.rebuild()
    late = sampler.spans(3, BASE_NS + 2 * HOUR_NS + 61 * 10**9, 1_000 * 10**9)
    engine.write(WriteBatch(late, calls_of(late)))  # an hour that is read from its quarters, minutes and rows
    for step_s in (60, 120, 900, 1_800, 3_600, 7_200, 21_600, 86_400):
        source = rollups.source("default", START, END, step_s)
        sums = f"sum(calls), sum(input_tokens), sum(cost_usd), uniqMerge(users) FROM {source.sql}"
        from_calls = "count(), sum(input_tokens), sum(cost_usd), uniq(user_id) FROM sql_calls"
        assert engine.query(f"SELECT {sums}", source.params).rows == engine.query(f"SELECT {from_calls}").rows
        assert exact(totals(engine, rollups, step_s)) == from_rows(engine, step_s)


def test_a_clean_minute_is_read_from_its_rollup(engine: Engine, sampler: Sampler) -> None:
    if engine.kind == "server":  # there the last ten seconds always count as dirty
        return
    spans = sampler.spans(10, BASE_NS, 60 * 10**9)
    engine.write(WriteBatch(spans, calls_of(spans)))
    rollups = Rollups(engine, lambda: BASE_NS + HOUR_NS)
    rollups.rebuild()
    engine.execute("TRUNCATE TABLE calls")
    for step_s in (60, 300, 900, 3_600):
        assert sum(row[1] for row in totals(engine, rollups, step_s)) == 10
    assert totals(engine, rollups, 30) == []
