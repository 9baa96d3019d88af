"""The views are a contract: their columns are those of the reference page, in both engines."""

import re
from pathlib import Path

import pytest

from sonde.filters.words import contains, has_words
from sonde.store.engine import Engine, QueryLimits, WriteBatch
from tests.contract.store.sample import Sampler, calls_of
from tests.needs import ROOT

VIEWS = ("spans", "calls", "messages", "logs", "metrics", "scores", "alerts")
PUBLIC_CALL_COLUMNS = """
time, end_time, project, trace_id, span_id, parent_span_id, response_id, service, environment, release,
operation, provider, request_model, response_model, endpoint, function, tags, prompt_name, prompt_version,
user_id, session_id, status, error_type, incomplete, finish_reason, streaming, service_tier, duration_ms,
ttft_ms, thinking_ms, itl_p95_ms, stalls, input_tokens, cached_input_tokens, cache_write_tokens,
output_tokens, reasoning_tokens,
audio_input_tokens, audio_output_tokens, total_tokens, tool_calls, content_bytes,
cost_usd, input_cost_usd, output_cost_usd, cost_state, cost_source, claimed_cost_usd, cache_hit, fallback,
fallback_from, attempts, prompt_hash, convention, attributes
"""


def documented(page: Path) -> dict[str, list[str]]:
    """View → its columns in docs/reference/sql.md."""
    views: dict[str, list[str]] = {}
    for section in re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        views[section.split("`")[1]] = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    return views


@pytest.mark.parametrize("view", VIEWS)
def test_columns_are_documented(engine: Engine, view: str) -> None:
    columns = [row[0] for row in engine.query(f"DESCRIBE TABLE sql_{view}").rows]
    assert columns == documented(ROOT / "docs" / "reference" / "sql.md")[view]


def test_columns_of_calls_that_hold_for_ever(engine: Engine) -> None:
    columns = {row[0] for row in engine.query("DESCRIBE TABLE sql_calls").rows}
    assert set(PUBLIC_CALL_COLUMNS.replace("\n", " ").replace(" ", "").split(",")) <= columns


def test_grouping_by_an_attribute(engine: Engine, sampler: Sampler) -> None:
    spans = sampler.spans(50)
    engine.write(WriteBatch(spans, calls_of(spans)))
    rows = engine.query(
        "SELECT attributes.`app%2Efeature`.:String AS feature, count() FROM sql_calls GROUP BY feature"
    ).rows
    assert {row[0] for row in rows} == {"search", "support", "summarise"}
    assert sum(row[1] for row in rows) == 50


def test_text_is_found_through_the_index(engine: Engine) -> None:
    texts = iter(["Late ORDER from Café Nord", "order came late", "nothing here", "lateness of orders"])
    sampler = Sampler(3, text=lambda _: ("system words", next(texts), "an answer"))
    spans = sampler.spans(4)
    engine.write(WriteBatch(spans))
    for _ in range(2):  # without the index, as fresh parts are, then with it
        found = {
            needle: engine.query(f"SELECT count() FROM contents WHERE {where.sql}", where.params).scalar()
            for needle, where in {
                "late order": contains("late order"),
                "words in any order": has_words("order Late"),
                "Café": contains("Café"),
                "orders": contains("ORDERS"),
                "...": contains("..."),
                "": contains("  "),
            }.items()
        }
        assert found == {"late order": 1, "words in any order": 2, "Café": 1, "orders": 1, "...": 0, "": 12}
        engine.execute("OPTIMIZE TABLE contents FINAL")
    where = contains("late order")
    plan = engine.query(
        f"EXPLAIN indexes = 1 SELECT count() FROM contents WHERE {where.sql}", where.params
    ).rows
    assert any("ix_text" in row[0] for row in plan)


def test_results_are_cut_or_refused(engine: Engine) -> None:
    sql = "SELECT number, repeat('x', 100) AS text FROM numbers(100000)"
    cut = engine.query(sql, limits=QueryLimits(rows=10, truncate=True))
    assert (len(cut.rows), cut.truncated) == (10, True)
    small = engine.query(sql, limits=QueryLimits(bytes=10_000, truncate=True))
    assert small.truncated
    assert small.arrow.nbytes <= 10_000
    whole = engine.query("SELECT 1", limits=QueryLimits(rows=10, truncate=True))
    assert not whole.truncated


def test_types_come_back(engine: Engine) -> None:
    result = engine.query(
        "SELECT toDateTime('2026-11-21 00:00:00') AS a, CAST('x', 'Enum8(\\'x\\' = 1)') AS b, "
        "toDecimal64('1.5', 9) AS c, map('k', 1) AS d, toUInt32(7) AS e, {text:String} AS f, "
        "{list:Array(String)} AS g, {none:Nullable(Int64)} AS h",
        {"text": "tab\tquote'\\n back\\slash\nline", "list": ["a'b", "c\\d", ""], "none": None},
    )
    assert [column.type for column in result.columns][:5] == [
        "DateTime",
        "Enum8('x' = 1)",
        "Decimal(18, 9)",
        "Map(String, UInt8)",
        "UInt32",
    ]
    row = result.rows[0]
    assert row[3:] == ({"k": 1}, 7, "tab\tquote'\\n back\\slash\nline", ["a'b", "c\\d", ""], None)
