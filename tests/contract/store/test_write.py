"""Rows are written once, whatever is sent twice, by both engines."""

import json
from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest

from sonde.store.engine import HOUR_NS, Engine, WriteBatch
from tests.contract.store.sample import BASE_NS, Sampler, call_of, calls_of, hashed

Count = Callable[[str], int]


def test_every_table_takes_rows(engine: Engine, sampler: Sampler, count: Count) -> None:
    spans = sampler.spans(20)
    batch = WriteBatch(
        spans,
        calls_of(spans),
        [("default", sampler.event(spans[0]))],
        [sampler.log() for _ in range(3)],
        [sampler.point() for _ in range(4)],
        [sampler.score()],
        [("default", msgspec.structs.replace(spans[0].facts, source="log"))],
    )
    result = engine.write(batch)
    assert result.inserted == {
        "spans": 20, "contents": 61, "calls": 20, "logs": 3, "metrics": 4, "scores": 1
    }  # fmt: skip
    assert {(name, minute // HOUR_NS * HOUR_NS) for name, minute in result.minutes} == {("default", BASE_NS)}
    assert {name: count(name) for name in result.inserted} == result.inserted
    assert count("log_facts") == 1


def test_redelivery_adds_nothing(engine: Engine, sampler: Sampler, count: Count) -> None:
    spans = sampler.spans(30)
    logs, points, scores = [sampler.log()], [sampler.point()], [sampler.score()]
    events = [("default", sampler.event(spans[1], position)) for position in range(2)]
    batch = WriteBatch(spans, calls_of(spans), events, logs, points, scores)
    engine.write(batch)
    before = {name: count(name) for name in ("spans", "contents", "calls", "logs", "metrics", "scores")}
    again = engine.write(batch)
    other_split = engine.write(
        WriteBatch(spans[5:9] + sampler.spans(2, BASE_NS + HOUR_NS), calls_of(spans[:3]))
    )
    assert sum(again.inserted.values()) == 0
    assert other_split.inserted["spans"] == 2
    assert {name: count(name) for name in before} == before | {"spans": 32, "contents": 98}


def test_doubled_inside_one_batch(engine: Engine, sampler: Sampler, count: Count) -> None:
    spans = sampler.spans(3)
    engine.write(WriteBatch(spans + spans, calls_of(spans) + calls_of(spans), logs=[sampler.log()] * 2))
    assert (count("spans"), count("contents"), count("calls"), count("logs")) == (3, 9, 3, 1)


def test_later_version_of_a_span_replaces(engine: Engine, sampler: Sampler) -> None:
    first = sampler.span()
    longer = hashed(
        msgspec.structs.replace(
            first, end_ns=first.end_ns + 5_000_000_000, name="done", messages=first.messages[:1]
        )
    )
    engine.write(WriteBatch([first]))
    result = engine.write(WriteBatch([longer]))
    assert result.replaced["spans"] == 1
    engine.write(WriteBatch([first]))  # the older version again: latest end time wins
    rows = engine.query("SELECT name, end_time FROM sql_spans").rows
    assert rows == [("done", longer.end_ns)]
    assert engine.query("SELECT direction FROM sql_messages").rows == [("system",)]


def test_same_end_the_last_written_wins(engine: Engine, sampler: Sampler) -> None:
    first = sampler.span()
    engine.write(WriteBatch([first]))
    engine.write(WriteBatch([hashed(msgspec.structs.replace(first, status="error"))]))
    assert engine.query("SELECT status FROM sql_spans").rows == [("error",)]


def test_content_comes_back_after_a_kill_between_tables(
    engine: Engine, sampler: Sampler, count: Count
) -> None:
    spans = sampler.spans(4)
    engine.write(WriteBatch(spans, calls_of(spans)))
    engine.execute("TRUNCATE TABLE contents")
    engine.write(WriteBatch(spans, calls_of(spans)))
    assert count("contents") == 12
    engine.execute("TRUNCATE TABLE calls")
    engine.write(WriteBatch(spans, calls_of(spans)))
    assert count("calls") == 4


def test_a_decision_made_again_is_a_newer_version(engine: Engine, sampler: Sampler) -> None:
    span = sampler.span(facts={"user_id": None})
    engine.write(WriteBatch([span], [call_of(span, version=10)]))
    engine.write(WriteBatch([], [call_of(span, version=20, user_id="ada")]))
    assert engine.query("SELECT user_id FROM sql_calls").rows == [("ada",)]
    engine.write(WriteBatch([], [call_of(span, version=15, counted=False)]))  # a clock that went back
    assert engine.query("SELECT count() FROM sql_calls").scalar() == 0
    unchanged = engine.write(WriteBatch([], [call_of(span, version=99, counted=False)]))
    assert unchanged.inserted["calls"] == 0


def test_call_columns_come_back_as_sent(engine: Engine, sampler: Sampler) -> None:
    span = sampler.span(facts={"tags": ("a", "b'c"), "incomplete": True, "ttft_ms": 12.5})
    call = call_of(span)
    engine.write(WriteBatch([span], [call]))
    row = engine.query("SELECT * FROM sql_calls").dicts()[0]
    usage = span.facts.usage
    assert row["trace_id"] == span.trace_id
    assert row["span_id"] == span.span_id
    assert row["time"] == span.time_ns
    assert row["end_time"] == span.end_ns
    assert row["tags"] == ["a", "b'c"]
    assert row["incomplete"] is True
    assert row["streaming"] is None
    assert row["ttft_ms"] == 12.5
    assert (row["input_tokens"], row["reasoning_tokens"]) == (usage.input_tokens, None)
    assert row["total_tokens"] == usage.total_tokens
    assert row["cost_usd"] == call.cost.cost_usd
    assert isinstance(row["cost_usd"], Decimal)


def test_values_the_engine_cannot_hold_become_unknown(engine: Engine, sampler: Sampler) -> None:
    span = msgspec.structs.replace(sampler.span(), name="lone \ud800 surrogate")
    call = call_of(span)
    huge = msgspec.structs.replace(call.cost, cost_usd=Decimal("1e30"), input_cost_usd=Decimal("NaN"))
    usage = msgspec.structs.replace(span.facts.usage, input_tokens=1 << 70)
    call = msgspec.structs.replace(call, cost=huge, facts=msgspec.structs.replace(span.facts, usage=usage))
    engine.write(WriteBatch([span], [call]))
    row = engine.query("SELECT cost_usd, input_cost_usd, output_cost_usd, input_tokens FROM sql_calls").rows[
        0
    ]
    assert row[:2] == (None, None)
    assert row[2] is not None
    assert row[3] is None
    assert engine.query("SELECT name FROM sql_spans").scalar() == "lone ? surrogate"


@pytest.mark.parametrize(
    "attributes",
    [{"a.b": 1, "a%2Eb": 2}, {"a": 1, "a.b": 2}, {"a": {"b": 1}, "a.b": 3}, {"": 1}, {"%2E": 1, ".": 2}],
)
def test_keys_that_become_one_path_do_not_stop_the_rest(
    engine: Engine, sampler: Sampler, attributes: dict[str, object]
) -> None:
    odd = sampler.span(attributes_json=json.dumps(attributes))
    spans = [sampler.span(), odd, sampler.span()]
    engine.write(WriteBatch(spans, calls_of(spans)))
    assert engine.query("SELECT count() FROM calls").scalar() == 3
    sql = "SELECT attributes FROM spans WHERE span_id = unhex({id:String})"
    kept = engine.query(sql, {"id": odd.span_id})
    assert json.loads(kept.scalar()) == attributes
