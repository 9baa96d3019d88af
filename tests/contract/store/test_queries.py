"""Limits, cancelling, errors by kind, and reading while writing."""

import threading
import time

import pytest

from sonde.model.errors import BadInput, QueryTimeout, TooLarge
from sonde.store.engine import Engine, QueryLimits, WriteBatch
from tests.contract.store.sample import Sampler, calls_of

SLOW = "SELECT sum(cityHash64(number, 1)) FROM numbers(1000000000000)"


def test_too_long(engine: Engine) -> None:
    with pytest.raises(QueryTimeout):
        engine.query(SLOW, limits=QueryLimits(seconds=1))


def test_too_much_memory(engine: Engine) -> None:
    with pytest.raises(TooLarge):
        engine.query(
            "SELECT groupArray(toString(number)) FROM numbers(10000000)",
            limits=QueryLimits(memory_bytes=10_000_000),
        )


def test_too_many_rows(engine: Engine) -> None:
    with pytest.raises(TooLarge):
        engine.query("SELECT number FROM numbers(1000)", limits=QueryLimits(rows=10))


@pytest.mark.parametrize(
    "sql", ["SELEC 1", "SELECT nothing FROM calls", "SELECT 1 FROM nowhere", "SELECT toDate('x')"]
)
def test_wrong_sql(engine: Engine, sql: str) -> None:
    with pytest.raises(BadInput) as caught:
        engine.query(sql)
    assert "DB::Exception" not in caught.value.message


def test_what_a_failed_query_had_put_out_is_in_nobodys_answer(engine: Engine) -> None:
    failing = "SELECT number, throwIf(number = 5000000) FROM numbers(10000000)"
    unlimited = QueryLimits()  # with limits the engine holds rows back until they are checked
    for _ in range(3):
        with pytest.raises(BadInput):
            engine.query(failing, limits=unlimited)
        assert engine.query("SELECT 'mine' AS own").rows == [("mine",)]
        with pytest.raises(BadInput):
            engine.query_format(failing, "TSV", limits=unlimited)
        assert engine.query_format("SELECT 'mine'", "TSV") == b"mine\n"


def test_cancelled_from_another_thread(engine: Engine) -> None:
    caught: list[BaseException] = []

    def slow() -> None:
        try:
            engine.query(SLOW, limits=QueryLimits(seconds=60), query_id="slow one")
        except BaseException as error:  # noqa: BLE001  looked at below
            caught.append(error)

    thread = threading.Thread(target=slow)
    thread.start()
    deadline = time.monotonic() + 40
    while thread.is_alive() and time.monotonic() < deadline:
        engine.cancel("slow one")
        engine.cancel("nobody's")
        thread.join(0.2)
    assert [type(error) for error in caught] == [QueryTimeout]
    assert engine.query("SELECT 1").scalar() == 1


def test_limits_of_one_query_do_not_stay(engine: Engine) -> None:
    engine.query_format("SELECT 1", "JSONCompact", settings={"output_format_json_quote_64bit_integers": 1})
    with pytest.raises(QueryTimeout):
        engine.query(SLOW, limits=QueryLimits(seconds=1))
    plain = engine.query_format("SELECT toUInt64(7) AS n", "JSONEachRow")
    quoted = engine.query_format(
        "SELECT toUInt64(7) AS n", "JSONEachRow", settings={"output_format_json_quote_64bit_integers": 1}
    )
    assert (plain, quoted) == (b'{"n":7}\n', b'{"n":"7"}\n')


def test_readers_see_whole_batches_while_writing(engine: Engine) -> None:
    stop = threading.Event()
    odd: list[int] = []
    answers = [0]

    def read() -> None:
        while not stop.is_set():
            found = engine.query("SELECT count() FROM sql_calls").scalar()
            answers[0] += 1
            if found % 50:
                odd.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    sampler = Sampler(5)
    for _ in range(8):
        spans = sampler.spans(50)
        engine.write(WriteBatch(spans, calls_of(spans)))
    stop.set()
    for reader in readers:
        reader.join()
    assert odd == []
    assert answers[0] > 0
    assert engine.query("SELECT count() FROM sql_calls").scalar() == 400
