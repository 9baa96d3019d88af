"""A record with an unusable clock lies where it arrived first, and is found there when it is sent again."""

import msgspec

from sonde.ingest.flagged import FlaggedTimes
from sonde.store.engine import Engine, WriteBatch
from tests.contract.store.sample import BASE_NS, Sampler

SECOND = 1_000_000_000


def test_a_redelivered_span_from_the_future_is_one_row(engine: Engine, sampler: Sampler) -> None:
    first = sampler.span(BASE_NS, time_flag="future")
    again = msgspec.structs.replace(first, time_ns=BASE_NS + 5 * SECOND, received_ns=BASE_NS + 5 * SECOND)
    for row in (first, again):
        engine.write(WriteBatch(spans=FlaggedTimes(engine).of_spans(row.project, [row])))
    assert engine.query("SELECT count() FROM sql_spans").scalar() == 1
    assert engine.query("SELECT time FROM sql_spans").scalar() == BASE_NS


def test_two_deliveries_in_one_write_share_the_first_time(engine: Engine, sampler: Sampler) -> None:
    first = sampler.span(BASE_NS, time_flag="invalid")
    again = msgspec.structs.replace(first, time_ns=BASE_NS + SECOND)
    flagged = FlaggedTimes(engine)
    rows = [*flagged.of_spans(first.project, [first]), *flagged.of_spans(first.project, [again])]
    assert [row.time_ns for row in rows] == [BASE_NS, BASE_NS]


def test_a_redelivered_log_without_any_time_is_one_row(engine: Engine, sampler: Sampler) -> None:
    first = msgspec.structs.replace(sampler.log(BASE_NS), time_flag="invalid")
    again = msgspec.structs.replace(first, time_ns=BASE_NS + SECOND)
    for row in (first, again):
        engine.write(WriteBatch(logs=FlaggedTimes(engine).of_logs(row.project, [row])))
    assert engine.query("SELECT count() FROM sql_logs").scalar() == 1


def test_rows_with_a_good_clock_are_left_alone(engine: Engine, sampler: Sampler) -> None:
    rows = [sampler.span(BASE_NS)]
    assert FlaggedTimes(engine).of_spans("p", rows) is rows
