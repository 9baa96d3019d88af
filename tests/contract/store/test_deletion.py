"""What is deleted is gone from rows, content and roll-ups, and nothing else is."""

import pytest

from sonde.model.errors import BadInput
from sonde.model.rows import SpanRow
from sonde.store.deletion import delete, preview, resume
from sonde.store.engine import HOUR_NS, Engine, WriteBatch
from sonde.store.rollups import Rollups
from tests.contract.store.sample import BASE_NS, Sampler, calls_of


@pytest.fixture
def spans(engine: Engine, sampler: Sampler) -> list[SpanRow]:
    rows = [
        *sampler.spans(10),
        *(
            sampler.span(BASE_NS + HOUR_NS + index, facts={"user_id": "ada", "session_id": "s1"})
            for index in range(5)
        ),
        *(Sampler(9, project="other").spans(5)),
    ]
    engine.write(WriteBatch(rows, calls_of(rows), logs=[sampler.log()], scores=[sampler.score()]))
    Rollups(engine).rebuild()
    return rows


def stored(engine: Engine) -> dict[str, int]:
    tables = ("spans", "contents", "calls", "logs", "scores")
    return {table: engine.query(f"SELECT count() FROM {table} FINAL").scalar() for table in tables}


@pytest.mark.parametrize(("kind", "value"), [("user", "ada"), ("session", "s1")])
def test_by_user_or_session(engine: Engine, spans: list[SpanRow], kind: str, value: str) -> None:
    rollups = Rollups(engine)
    expected = {"spans": 5, "contents": 15, "calls": 5}
    assert preview(engine, "default", kind, value).rows == expected
    assert stored(engine)["spans"] == 20
    taken = delete(engine, rollups, "default", kind, value)
    assert (taken.rows, taken.traces) == (expected, 1)
    assert stored(engine) == {"spans": 15, "contents": 45, "calls": 15, "logs": 1, "scores": 1}
    source = rollups.source("default", BASE_NS, BASE_NS + 2 * HOUR_NS, 3_600)
    assert engine.query(f"SELECT sum(calls) FROM {source.sql}", source.params).scalar() == 10
    assert engine.query("SELECT count() FROM deletions").scalar() == 0


def test_by_trace_and_only_in_its_project(engine: Engine, spans: list[SpanRow]) -> None:
    trace = spans[0].trace_id
    assert delete(engine, Rollups(engine), "other", "trace", trace).rows == {}
    assert delete(engine, Rollups(engine), "default", "trace", trace).rows["spans"] == 5
    assert stored(engine)["spans"] == 15


def test_a_whole_project(engine: Engine, spans: list[SpanRow]) -> None:
    taken = delete(engine, Rollups(engine), "default", "project")
    assert taken.rows["spans"] == 15
    assert stored(engine) == {"spans": 5, "contents": 15, "calls": 5, "logs": 0, "scores": 0}
    source = Rollups(engine).source("default", BASE_NS, BASE_NS + 2 * HOUR_NS, 3_600)
    assert engine.query(f"SELECT sum(calls) FROM {source.sql}", source.params).scalar() == 0


def test_a_deletion_that_was_killed_is_finished(engine: Engine, spans: list[SpanRow]) -> None:
    engine.execute(
        "INSERT INTO deletions (job, project, session_id, trace_id) "
        "SELECT 'abc', 'default', '', unhex({id:String})",
        {"id": spans[0].trace_id},
    )
    engine.execute(
        "ALTER TABLE contents DELETE WHERE trace_id = unhex({id:String}) SETTINGS mutations_sync = 2",
        {"id": spans[0].trace_id},
    )
    assert resume(engine, Rollups(engine)) == 1
    assert stored(engine)["spans"] == 15
    assert stored(engine)["calls"] == 15
    assert resume(engine, Rollups(engine)) == 0


@pytest.mark.parametrize(("kind", "value"), [("trace", "xyz"), ("span", "1"), ("user", "")])
def test_nonsense_is_refused(engine: Engine, kind: str, value: str) -> None:
    with pytest.raises(BadInput):
        preview(engine, "default", kind, value)
