"""A filter finds the same rows in the engine as a plain reading of it in Python, unknown values included."""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonde.filters import TABLES, FilterError, Node, Scope, Target, compile_filter, format_filter, parse
from sonde.model.rows import Cost
from sonde.store.embedded import EmbeddedEngine
from sonde.store.engine import Engine, WriteBatch
from sonde.store.migrations import migrate
from tests.property.filter_cases import cases
from tests.property.filter_rows import BASE_NS, SECOND_NS, Row, make_rows


class Data(NamedTuple):
    engine: Engine
    rows: dict[str, list[Row]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Data]:
    engine = EmbeddedEngine(tmp_path_factory.mktemp("filters"))
    migrate(engine)
    spans, calls, logs, rows = make_rows(random.Random(11))
    # Most rows were written once before with other values: a filter must not see what was replaced.
    engine.write(
        WriteBatch(
            spans=[
                msgspec.structs.replace(span, status="error", name="old", content_hash="f" * 64, messages=[])
                for span in spans[::2]
            ],
            calls=[
                msgspec.structs.replace(
                    call,
                    counted=True,
                    cost=Cost("priced", "computed", Decimal(100)),
                    content_hash="f" * 64,
                    version=1,
                )
                for call in calls[::2]
            ],
        )
    )
    engine.write(WriteBatch(spans=spans, calls=calls, logs=logs))
    yield Data(engine, rows)
    engine.close()


SELECT: dict[str, str] = {
    "calls": "SELECT lower(hex(trace_id)), lower(hex(span_id)) FROM calls FINAL WHERE counted AND ({})",
    "spans": "SELECT lower(hex(trace_id)), lower(hex(span_id)) FROM spans FINAL WHERE ({})",
    "traces": "SELECT DISTINCT lower(hex(trace_id)) FROM spans FINAL WHERE ({})",
    "logs": "SELECT record FROM logs WHERE ({})",
}


def keys(data: Data, target: Target, condition: str, params: dict[str, Any]) -> set[Any]:
    rows: list[tuple[Any, ...]] = data.engine.query(SELECT[target].format(condition), params).rows
    return {row[0] if target in ("traces", "logs") else row for row in rows}


@pytest.mark.parametrize("target", ["calls", "spans", "traces", "logs"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data(), scoped=st.booleans())
def test_the_engine_finds_what_plain_reading_finds(
    data: Data, target: Target, draw: st.DataObject, scoped: bool
) -> None:
    case = draw.draw(cases(target))
    scope = Scope(BASE_NS, BASE_NS + 3600 * 2 * SECOND_NS, "p") if scoped else None
    compiled = compile_filter(case.text, target, scope=scope)
    assert keys(data, target, compiled.sql, compiled.params) == {
        row["key"] for row in data.rows[target] if case.holds(row)
    }, case.text
    # Never NULL: an opposite of it is the rest.
    assert keys(data, target, f"NOT ({compiled.sql})", compiled.params) == {
        row["key"] for row in data.rows[target] if not case.holds(row)
    }, case.text
    tree = parse(case.text)
    assert parse(format_filter(tree)) == tree
    canonical = format_filter(tree, TABLES[target])
    assert format_filter(parse(canonical), TABLES[target]) == canonical


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    found = read(text)
    if isinstance(found, FilterError):
        assert 0 <= found.position <= len(text)
        assert 0 <= found.length <= len(text) - found.position
        assert found.message
    else:
        assert parse(format_filter(found)) == found


def read(text: str) -> Node | FilterError:
    try:
        return parse(text)
    except FilterError as error:
        return error
