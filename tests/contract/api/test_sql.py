"""The SQL endpoint over the real engine: same answers as raw SQL, nothing of other projects, limits that
hold.
"""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sonde.api.schemas.sql import SqlQuery
from sonde.api.sql.engine_names import VIEWS, read_catalogue
from sonde.api.sql.functions import AGGREGATE_NAMES, SCALAR_NAMES, is_allowed_function
from sonde.api.sql.rewrite import prepare
from sonde.api.sql.run import answer
from sonde.api.sql.views import Catalogue, View
from sonde.auth.grant import EVERYTHING, Grant
from sonde.model.errors import SondeError
from sonde.store.engine import Result
from tests.contract.api.world import CANARY, World

CORPUS = [
    line
    for line in Path(__file__).with_name("sql_corpus.sql").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("--")
]
TABLES = Path(__file__).with_name("sql_corpus_tables.sql").read_text(encoding="utf-8")
NAMES = ("calls", "spans", "messages", "logs", "metrics", "scores", "alerts")


def ask(world: World, sql: str, *, headers: dict[str, str] | None = None, **more: Any) -> Any:
    client = world.remote if headers else world.local
    return client.post("/api/v1/sql", json={"sql": sql, **more}, headers=headers)


def rows(world: World, sql: str, **more: Any) -> list[list[Any]]:
    found = ask(world, sql, **more)
    assert found.status_code == 200, found.text
    return found.json()["rows"]


@pytest.fixture(scope="module")
def corpus(world: World) -> Iterator[Catalogue]:
    """Tables of a fixed content in a database of their own: ``mixed`` holds two projects, ``pure`` only one
    of them.
    """
    for database in ("mixed", "pure"):
        world.engine.execute(f"CREATE DATABASE {database}")
        for statement in TABLES.split(";\n"):
            if statement.strip():
                world.engine.execute(statement.replace("DB.", f"{database}."))
    for table in NAMES:
        world.engine.execute(
            f"ALTER TABLE pure.{table} DELETE WHERE project != 'default' SETTINGS mutations_sync = 2"
        )
    catalogue = read_catalogue(world.engine)
    views = {
        name: View(
            name,
            f"mixed.{name}",
            tuple(str(row[0]) for row in world.engine.query(f"DESCRIBE TABLE mixed.{name}").rows),
        )
        for name in NAMES
    }
    yield Catalogue(views, catalogue.engine_functions)
    for database in ("mixed", "pure"):
        world.engine.execute(f"DROP DATABASE {database}")


VIEW_REFERENCE = re.compile(rf"(?i)(\bfrom |\bjoin |from calls a, )({'|'.join(NAMES)})\b(?!\.)")


def raw_in(database: str, sql: str) -> str:
    """A corpus query as it would be sent raw, where its views are tables of a database."""
    sql = sql.replace("FROM calls a, calls b", f"FROM {database}.calls a, {database}.calls b")
    return VIEW_REFERENCE.sub(rf"\g<1>{database}.\g<2>", sql)


def comparable(result: Result, sql: str) -> tuple[list[tuple[str, str]], list[Any]]:
    """Columns and rows. Names that the engine makes from an expression are left out (they follow how it is
    written), and without an order the rows are a set."""
    columns = [
        ("" if "(" in column.name or "_subquery" in column.name else column.name, column.type)
        for column in result.columns
    ]
    values = [repr(row) for row in result.rows]
    return columns, values if "ORDER BY" in sql else sorted(values)


@pytest.mark.parametrize("sql", CORPUS)
def test_rendered_and_raw_answer_the_same(world: World, corpus: Catalogue, sql: str) -> None:
    rendered = prepare(sql, corpus, project=None, may_read_content=True, limit=10_000)
    raw = raw_in("mixed", sql)
    assert comparable(world.engine.query(rendered), sql) == comparable(world.engine.query(raw), sql)


@pytest.mark.parametrize("sql", CORPUS)
def test_other_projects_make_no_difference(world: World, corpus: Catalogue, sql: str) -> None:
    """The answer for one project beside another is the answer where the other does not exist."""
    rendered = prepare(sql, corpus, project="default", may_read_content=True, limit=10_000)
    alone = {
        name: View(name, view.relation.replace("mixed.", "pure."), view.columns)
        for name, view in corpus.views.items()
    }
    reference = prepare(
        sql, Catalogue(alone, corpus.engine_functions), project=None, may_read_content=True, limit=10_000
    )
    mixed = world.engine.query(rendered, {"sonde_project": "default"})
    assert comparable(mixed, sql) == comparable(world.engine.query(reference), sql)


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 300


LEAKS = [
    "SELECT count() FROM calls WHERE toInt32(substring(user_id, 6, 5)) >= 0",
    "SELECT count() FROM calls WHERE intDiv(1, if(user_id LIKE '%canary%', 0, 1)) = 1",
    "SELECT toInt32(replaceAll(assumeNotNull(user_id), 'user-plain-', '')) FROM calls ORDER BY 1",
    "SELECT max(toInt32(replaceAll(assumeNotNull(user_id), 'user-plain-', ''))) FROM calls",
    "SELECT count() FROM calls WHERE toInt32(replaceAll(assumeNotNull(user_id), 'user-plain-', '')) < 9",
    (
        "SELECT count() FROM calls a JOIN (SELECT 1 AS k) b ON toInt32(replaceAll(assumeNotNull(a.user_id), "
        "'user-plain-', '')) = b.k"
    ),
    (
        "WITH x AS (SELECT * FROM calls) SELECT count() FROM x WHERE "
        "toInt32(replaceAll(assumeNotNull(user_id), 'user-plain-', '')) < 9"
    ),
    (
        "SELECT count() FROM calls WHERE arrayExists(z -> toInt32(z) < 9, "
        "[replaceAll(assumeNotNull(user_id), 'user-plain-', '')])"
    ),
    "SELECT groupUniqArray(user_id) FROM calls",
    "SELECT * FROM spans",
    "SELECT * FROM messages",
    "SELECT * FROM logs",
    "SELECT * FROM metrics",
    "SELECT * FROM scores",
    "SELECT * FROM calls",
    "SELECT name, count() FROM spans GROUP BY name UNION ALL SELECT user_id, 1 FROM calls",
    "SELECT * FROM calls WHERE project = 'beta' OR 1 = 1",
    "SELECT * FROM calls WHERE project IN (SELECT project FROM calls)",
    "SELECT a.user_id, b.user_id FROM calls a CROSS JOIN calls b LIMIT 100",
    (
        "SELECT a.user_id, b.user_id FROM calls a FULL OUTER JOIN calls b ON a.span_id = b.span_id AND "
        "a.user_id != b.user_id LIMIT 100"
    ),
    "SELECT (SELECT groupUniqArray(text) FROM messages) AS t",
    "SELECT dictionary FROM (SELECT groupUniqArray(name) AS dictionary FROM spans)",
    "SELECT any(user_id) FROM calls WHERE trace_id IN (SELECT trace_id FROM spans)",
    "SELECT anyLast(user_id), topK(100)(user_id), groupConcat(',')(service) FROM calls",
    "SELECT user_id FROM calls ORDER BY rand() LIMIT 50",
    "SELECT DISTINCT project FROM calls",
]


@pytest.mark.parametrize("sql", LEAKS)
def test_no_query_and_no_error_shows_another_project(world: World, sql: str) -> None:
    """Also not through errors: a condition that fails on foreign rows must never be put to them (H47)."""
    found = ask(world, sql, headers=world.key(["sql", "read", "content"], "alpha"))
    assert CANARY not in found.text
    assert "beta" not in found.json().get("detail", "")
    if "toInt32(substring" not in sql:
        assert found.status_code == 200, found.text


def test_a_key_of_one_project_cannot_name_another(world: World) -> None:
    headers = world.key(["sql", "read"], "alpha")
    assert ask(world, "SELECT count() FROM calls", headers=headers, project="beta").status_code == 404
    assert ask(world, "SELECT 1", headers=headers, params={"sonde_project": "beta"}).status_code == 200
    found = ask(
        world, "SELECT DISTINCT project FROM calls", headers=headers, params={"sonde_project": "beta"}
    )
    assert found.json()["rows"] == [["alpha"]]


def test_loopback_asks_all_projects_or_the_one_named(world: World) -> None:
    assert rows(world, "SELECT DISTINCT project FROM calls ORDER BY project") == [["alpha"], ["beta"]]
    assert rows(world, "SELECT DISTINCT project FROM calls", project="beta") == [["beta"]]
    assert rows(world, "SELECT DISTINCT project FROM calls", project="nobody") == []


def test_values_keep_their_meaning_in_json(world: World) -> None:
    found = ask(
        world,
        "SELECT toUInt64(18446744073709551615) AS big, toInt32(5) AS small, toDecimal64('1.000000001', "
        "9) AS money, "
        "nan AS n, -inf AS i, NULL AS unknown, true AS yes, 'ü' AS text, [toUInt64(1), 2] AS bigs, "
        "toDate('2026-01-02') AS day, toDateTime('2026-01-02 03:04:05', 'UTC') AS moment, "
        "toDateTime64('2026-01-02 03:04:05.123456789', 9, 'UTC') AS exact, map('a', 1) AS m, (1, 'x') AS "
        "pair, "
        "toFixedString('ab', 4) AS fixed, toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') AS id",
    ).json()
    values = dict(zip([column["name"] for column in found["columns"]], found["rows"][0], strict=True))
    assert values == {
        "big": "18446744073709551615",
        "small": 5,
        "money": "1.000000001",
        "n": None,
        "i": None,
        "unknown": None,
        "yes": True,
        "text": "ü",
        "bigs": ["1", "2"],
        "day": "2026-01-02",
        "moment": "2026-01-02T03:04:05.000000000Z",
        "exact": "2026-01-02T03:04:05.123456789Z",
        "m": {"a": 1},
        "pair": [1, "x"],
        "fixed": "ab",
        "id": "61f0c404-5cb3-11e7-907b-a6006ad3dba0",
    }


def test_parameters_are_bound_never_pasted(world: World) -> None:
    sql = "SELECT {a:String} AS a, {b:Array(String)} AS b, {c:UInt8} AS c, {d:Nullable(Float64)} AS d"
    hostile = "'; DROP TABLE calls; --\\"
    assert rows(world, sql, params={"a": hostile, "b": [hostile, "x"], "c": 5, "d": None}) == [
        [hostile, [hostile, "x"], 5, None]
    ]
    missing = ask(world, "SELECT {a:String}")
    assert missing.status_code == 400
    assert "a" in missing.json()["detail"]
    assert ask(world, "SELECT {a:UInt8}", params={"a": "x"}).status_code == 400


def test_results_are_cut_and_say_so(world: World) -> None:
    found = ask(world, "SELECT number FROM numbers(100000)").json()
    assert len(found["rows"]) == 10_000
    assert found["truncated"] is True
    exact = ask(world, "SELECT number FROM numbers(10000)").json()
    assert (len(exact["rows"]), exact["truncated"]) == (10_000, False)
    few = ask(world, "SELECT number FROM numbers(10)", limit=3).json()
    assert (len(few["rows"]), few["truncated"]) == (3, True)
    union = ask(world, "SELECT number FROM numbers(9000) UNION ALL SELECT number FROM numbers(9000)").json()
    assert (len(union["rows"]), union["truncated"]) == (10_000, True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 1000000000)",
        "SELECT repeat(repeat('x', 100000), 100000)",
        "SELECT repeat('x', 100000) FROM numbers(10000)",
        "SELECT range(1000000000)",
        "SELECT arrayJoin(range(100000000)) AS x ORDER BY x",
        "SELECT groupArray(number) FROM numbers(1000000000)",
        "SELECT uniqExact(number) FROM numbers(10000000000)",
        "SELECT count() FROM calls a, calls b, calls c, calls d, calls e, calls f, calls g",
        "SELECT sum(sipHash64(a.number, b.number)) FROM numbers(10000000) a CROSS JOIN numbers(1000000) b",
    ],
)
def test_greedy_queries_are_stopped_and_the_store_goes_on(world: World, sql: str) -> None:
    """By time (10 s), rows, bytes or memory (H48)."""
    found = ask(world, sql)
    assert found.status_code in (200, 400, 413, 503, 504), found.text
    assert len(found.content) <= 24 << 20
    assert rows(world, "SELECT 1") == [[1]]


def test_two_at_a_time_for_each_key(world: World) -> None:
    headers = world.key(["sql"], "alpha")
    statuses: list[int] = []

    def slow() -> None:
        status = 429
        while status == 429:
            # The probes below take slots too.
            query = "SELECT sum(sipHash64(number)) FROM numbers(100000000000)"
            status = ask(world, query, headers=headers).status_code
        statuses.append(status)

    threads = [threading.Thread(target=slow) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 8
    while True:
        found = ask(world, "SELECT 1", headers=headers)
        if found.status_code == 429:
            assert found.headers["retry-after"]
            break
        assert time.monotonic() < deadline, "both slots should be taken by now"
    other = ask(world, "SELECT 1", headers=world.key(["sql"], "alpha"))
    assert other.status_code == 200
    for thread in threads:
        thread.join()
    assert statuses == [504, 504]
    assert ask(world, "SELECT 1", headers=headers).status_code == 200


def test_a_running_query_can_be_cancelled(world: World) -> None:
    grant = Grant(kind="loopback", project=None, scopes=EVERYTHING)
    body = SqlQuery(sql="SELECT sum(sipHash64(number)) FROM numbers(100000000000)")
    failure: list[SondeError] = []

    def run() -> None:
        try:
            answer(world.services, grant, body, "cancel-me")
        except SondeError as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    began = time.monotonic()
    thread.start()
    while thread.is_alive():
        world.engine.cancel("cancel-me")
        thread.join(0.2)
    assert time.monotonic() - began < 9, "it ended by its time limit, not by the cancellation"
    assert type(failure[0]).__name__ == "QueryTimeout"


def test_hanging_up_cancels(world: World) -> None:
    """A client that goes away ends its query: driven through the application's own interface."""
    app = world.local.app
    sent: list[dict[str, Any]] = []
    body = b'{"sql": "SELECT sum(sipHash64(number)) FROM numbers(100000000000)"}'
    events = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        try:
            return next(events)
        except StopIteration:
            return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/api/v1/sql",
        "raw_path": b"/api/v1/sql",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1:4318"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 4318),
    }
    began = time.monotonic()
    asyncio.run(app(scope, receive, send))  # pyright: ignore[reportArgumentType]
    assert time.monotonic() - began < 9, "it ended by its time limit, not by the hang-up"


def test_every_view_can_be_asked_and_has_no_column_that_reads_as_a_forbidden_function(world: World) -> None:
    catalogue = read_catalogue(world.engine)
    assert set(catalogue.views) == set(VIEWS)
    for name, view in catalogue.views.items():
        assert "project" in view.columns
        assert ask(world, f"SELECT * FROM {name} LIMIT 1").status_code == 200
        for column in view.columns:
            assert column.lower() not in catalogue.engine_functions or is_allowed_function(column), column


def test_the_columns_of_calls_that_are_promised_are_there(world: World) -> None:
    promised = (
        "time, end_time, project, trace_id, span_id, parent_span_id, response_id, service, environment, "
        "release, operation, "
        "provider, request_model, response_model, endpoint, function, tags, prompt_name, prompt_version, "
        "user_id, session_id, "
        "status, error_type, incomplete, finish_reason, streaming, service_tier, duration_ms, ttft_ms, "
        "thinking_ms, "
        "itl_p95_ms, stalls, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, "
        "reasoning_tokens, "
        "audio_input_tokens, audio_output_tokens, total_tokens, tool_calls, content_bytes, cost_usd, "
        "input_cost_usd, "
        "output_cost_usd, cost_state, cost_source, claimed_cost_usd, cache_hit, fallback, fallback_from, "
        "attempts, "
        "prompt_hash, convention, attributes"
    )
    found = ask(world, f"SELECT {promised} FROM calls ORDER BY time LIMIT 1", project="alpha")
    assert found.status_code == 200, found.text
    kinds = {column["name"]: column["type"] for column in found.json()["columns"]}
    assert "Decimal" in kinds["cost_usd"]


def test_the_function_lists_hold_names_the_engine_has(world: World) -> None:
    known = {str(row[0]).lower() for row in world.engine.query("SELECT name FROM system.functions").rows}
    windows = {
        "lag",
        "lead",
        "rank",
        "dense_rank",
        "row_number",
        "percent_rank",
        "cume_dist",
        "ntile",
        "nth_value",
    }
    assert known >= SCALAR_NAMES
    assert {name.lower() for name in AGGREGATE_NAMES} - windows <= known


def test_everything_the_engine_has_and_the_lists_do_not_is_refused(world: World) -> None:
    catalogue = read_catalogue(world.engine)
    refused = [
        str(row[0])
        for row in world.engine.query("SELECT name FROM system.functions").rows
        if not is_allowed_function(str(row[0]))
    ]
    assert len(refused) > 300
    for name in refused:
        found = ask(world, f"SELECT {name}(1)")
        assert found.status_code == 400 or name.lower() in ("untuple", "grouping", "exists"), name
    assert catalogue.engine_functions
    for (table_function,) in world.engine.query("SELECT name FROM system.table_functions").rows:
        found = ask(world, f"SELECT * FROM {table_function}('x')")
        assert found.status_code == 400, table_function


def test_queries_as_csv_and_json_lines(world: World) -> None:
    found = world.local.post(
        "/api/v1/sql?format=csv",
        json={"sql": "SELECT '=1+1' AS a, -5 AS b, 'x,\"y' AS c, NULL AS d, ' =x' AS e"},
    )
    assert found.text == 'a,b,c,d,e\r\n\'=1+1,-5,"x,""y",, =x\r\n'
    assert found.headers["x-sonde-truncated"] == "false"
    lines = world.local.post(
        "/api/v1/sql",
        json={"sql": "SELECT number AS n FROM numbers(2)"},
        headers={"Accept": "application/x-ndjson"},
    )
    assert lines.text == '{"n":"0"}\n{"n":"1"}\n'
