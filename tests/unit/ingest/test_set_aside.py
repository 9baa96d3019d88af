"""Rows the engine does not take: only they are set aside, and only when it is not the engine's fault."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from sonde.ingest.assembly import Entry
from sonde.ingest.journal import Journal, Segment
from sonde.ingest.resolver import Resolver
from sonde.ingest.set_aside import FILES, UNPROVEN_ROWS_MAX, SetAside
from sonde.ingest.writer import Writer
from sonde.model.errors import SondeError, StorageFull, TooLarge, Unavailable
from sonde.model.facts import SpanFacts
from sonde.model.rows import Batch, Cost, Score, SpanRow
from sonde.store.engine import Engine, WriteBatch, WriteResult
from tests.contract.store.sample import BASE_NS, Sampler


class PickyEngine:
    """Keeps names of spans and ids of scores. Refuses a span called "poison", or all when told to."""

    def __init__(self) -> None:
        self.spans: set[str] = set()
        self.scores: set[str] = set()
        self.writes = 0
        self.refusal: Exception = Unavailable("The engine failed: Cannot do that with this row.")
        self.down: SondeError | None = None
        self.broken_table = ""

    def write(self, batch: WriteBatch) -> WriteResult:
        self.writes += 1
        if self.down is not None:
            raise self.down
        if batch.spans and (self.broken_table == "spans" or any(row.name == "poison" for row in batch.spans)):
            raise self.refusal
        self.spans.update(row.span_id for row in batch.spans)
        self.scores.update(score.score_id for score in batch.scores)
        return WriteResult({"spans": len(batch.spans), "scores": len(batch.scores)})

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        assert sql.startswith("INSERT INTO marks")
        assert params
        if self.down is not None:
            raise self.down


@pytest.fixture
def engine() -> PickyEngine:
    return PickyEngine()


@pytest.fixture
def aside(engine: PickyEngine, tmp_path: Path) -> SetAside:
    return SetAside(cast("Engine", engine), tmp_path)


def spans(count: int, *poison: int) -> list[SpanRow]:
    rows = Sampler(3).spans(count)
    return [
        msgspec.structs.replace(row, name="poison") if index in poison else row
        for index, row in enumerate(rows)
    ]


def kept(folder: Path) -> list[dict[str, Any]]:
    """What is in the files."""
    return [item for path in sorted(folder.glob(FILES)) for item in msgspec.msgpack.decode(path.read_bytes())]


def never() -> bool:
    return False


def test_only_the_bad_rows_are_set_aside(engine: PickyEngine, aside: SetAside, tmp_path: Path) -> None:
    rows = spans(1_000, 0, 617)
    score = Score("p", BASE_NS, "score-1", "quality", value=1.0)
    aside.write_the_rest(WriteBatch(spans=rows, scores=[score]), never)
    assert engine.spans == {row.span_id for row in rows if row.name != "poison"}
    assert engine.scores == {"score-1"}
    assert engine.writes < 60
    items = kept(tmp_path)
    assert {row["span_id"] for item in items for row in item["rows"]["spans"]} == {
        rows[0].span_id,
        rows[617].span_id,
    }
    assert {item["reason"] for item in items} == {
        "Unavailable: The engine failed: Cannot do that with this row."
    }
    assert aside.files == 1
    assert SetAside(cast("Engine", engine), tmp_path).files == 1


@pytest.mark.parametrize("error", [StorageFull("full"), Unavailable("broken"), TooLarge("memory")])
def test_nothing_is_set_aside_when_the_engine_is_down(
    engine: PickyEngine, aside: SetAside, tmp_path: Path, error: SondeError
) -> None:
    engine.down = error
    with pytest.raises(type(error)):
        aside.write_the_rest(WriteBatch(spans=spans(500)), never)
    assert kept(tmp_path) == []
    assert engine.writes <= 1


def test_a_table_that_takes_nothing_costs_few_rows_and_then_waits(
    engine: PickyEngine, aside: SetAside, tmp_path: Path
) -> None:
    engine.broken_table = "spans"
    with pytest.raises(Unavailable):
        aside.write_the_rest(WriteBatch(spans=spans(UNPROVEN_ROWS_MAX * 5)), never)
    assert kept(tmp_path) == []
    for start in range(UNPROVEN_ROWS_MAX):
        aside.write_the_rest(WriteBatch(spans=[Sampler(start).span()]), never)
    with pytest.raises(Unavailable):
        aside.write_the_rest(WriteBatch(spans=spans(1)), never)
    assert len(kept(tmp_path)) == UNPROVEN_ROWS_MAX
    engine.broken_table = ""
    aside.saw(engine.write(WriteBatch(spans=spans(1))))
    aside.write_the_rest(WriteBatch(spans=spans(1, 0)), never)
    assert len(kept(tmp_path)) == UNPROVEN_ROWS_MAX + 1


def test_a_value_that_fits_no_column_needs_no_other_proof(
    engine: PickyEngine, aside: SetAside, tmp_path: Path
) -> None:
    engine.refusal = OverflowError("int too big to convert")
    rows = spans(300, *range(300))
    aside.write_the_rest(WriteBatch(spans=rows), never)
    assert sum(len(item["rows"]["spans"]) for item in kept(tmp_path)) == 300


def test_it_can_be_stopped(engine: PickyEngine, aside: SetAside, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="stopping"):
        aside.write_the_rest(WriteBatch(spans=spans(10, 3)), lambda: engine.writes > 3)
    assert kept(tmp_path) == []


def test_poison_does_not_keep_what_comes_after_it_waiting(engine: PickyEngine, tmp_path: Path) -> None:
    def unpriced(_facts: SpanFacts, _time_ns: int) -> Cost:
        return Cost("unpriced", "none")

    journal = Journal(tmp_path)
    resolver = Resolver(unpriced, lambda *_: [], complete_since_ns=0, now_ns=time.time_ns)
    writer = Writer(cast("Engine", engine), journal, resolver, linger_s=0)
    writer.start()
    encode = msgspec.msgpack.Encoder().encode
    batches = [Batch("p", BASE_NS, spans=spans(5, *poison)) for poison in ((), (2,), ())]
    batches[2].spans = Sampler(9).spans(5)
    for batch in batches:
        durable = threading.Event()

        def settle(
            outcome: Segment | SondeError, batch: Batch = batch, durable: threading.Event = durable
        ) -> None:
            assert isinstance(outcome, Segment)
            writer.submit(Entry(outcome, batch, 1))
            durable.set()

        journal.append(encode(batch), settle)
        assert durable.wait(10)
    assert writer.drain(30)
    assert writer.trouble is None
    good = {row.span_id for batch in batches for row in batch.spans if row.name != "poison"}
    assert engine.spans >= good
    assert len(kept(tmp_path)) == 1
    assert "did not take" in writer.notes()[0]
    writer.close()
    journal.close()
    assert list(tmp_path.glob("*.journal")) == []
