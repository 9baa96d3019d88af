"""Without a server: OTLP JSON lines, DuckDB, and the summary of both."""

import json
from pathlib import Path

import pytest

from tests.contract.otlp.target import Served, post_json
from tests.contract.sdk.collector import printed
from tests.contract.sdk.conftest import Run

CALLS = """
import json, sonde, sys
from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode
def tracer(): return trace.get_tracer("opentelemetry.instrumentation.genai.openai")
NOW = __import__("time").time_ns()
def call(number, model="gpt-4o-2024-08-06", took_ms=100, failed=False, at=NOW, tokens=True):
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model, "gen_ai.response.model": model, "gen_ai.response.id": f"r-{number}"}
    if tokens:
        attributes |= {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}
    with trace.use_span(tracer().start_span("step", start_time=at), end_on_exit=True):
        span = tracer().start_span("chat", start_time=at, attributes=attributes)
        if failed:
            span.set_status(Status(StatusCode.ERROR, "it broke"))
        span.end(at + took_ms * 1_000_000)
def show(found):
    print(json.dumps({
        "calls": found.calls, "errors": found.errors, "success": found.success_rate,
        "cost": None if found.cost_usd is None else str(found.cost_usd.normalize()),
        "unpriced": found.unpriced_calls, "p50": found.p50_ms, "p95": found.p95_ms, "p99": found.p99_ms,
        "in": found.input_tokens, "out": found.output_tokens, "total": found.total_tokens,
        "models": {model: figures.calls for model, figures in found.by_model.items()}}))
"""
EXPORTS = ["file:calls.jsonl", "duckdb:llm_monitoring.db"]


@pytest.mark.parametrize("export", EXPORTS)
def test_a_summary_of_what_happened(run: Run, export: str) -> None:
    result = run(
        CALLS
        + f"""
sonde.init(service="nb", export={export!r}, quiet=True)
for n in range(90): call(n, took_ms=n + 1)
for n in range(10): call(100 + n, model="gpt-4o-mini-2024-07-18", took_ms=1000, failed=n < 5, tokens=False)
call(999, at=NOW - 48 * 3_600 * 1_000_000_000)
show(sonde.summary(hours=24))
"""
    )
    found = printed(result.stdout)
    # 90 × (1000 × 2.50 + 100 × 10.00) / 1,000,000 USD; the calls without tokens have no price.
    assert found == {
        "calls": 100,
        "errors": 5,
        "success": pytest.approx(0.95),
        "cost": "0.315",
        "unpriced": 10,
        "p50": pytest.approx(50.5),
        "p95": pytest.approx(1000),
        "p99": pytest.approx(1000),
        "in": 90_000,
        "out": 9_000,
        "total": 99_000,
        "models": {"gpt-4o-2024-08-06": 90, "gpt-4o-mini-2024-07-18": 10},
    }


@pytest.mark.parametrize("export", EXPORTS)
def test_a_summary_later_and_in_words(run: Run, export: str) -> None:
    run(CALLS + f"sonde.init(export={export!r}, quiet=True)\nfor n in range(3): call(n)")
    result = run(f"import sonde\nprint(sonde.summary(hours=1, export={export!r}))")
    lines = result.stdout.splitlines()
    assert lines[0] == "3 calls in 1 hours"
    assert lines[1].split() == ["model", "calls", "ok", "cost", "p50", "p95", "p99", "in", "out"]
    assert lines[2].split()[:4] == ["gpt-4o-2024-08-06", "3", "100.0%", "$0.0105"]
    assert lines[3].split()[0] == "all"


@pytest.mark.parametrize("export", EXPORTS)
def test_nothing_yet_is_unknown_not_zero(run: Run, export: str) -> None:
    result = run(CALLS + f"sonde.init(export={export!r}, quiet=True)\nshow(sonde.summary())")
    found = printed(result.stdout)
    assert found["calls"] == 0
    assert [found[name] for name in ("success", "cost", "p50", "in", "total")] == [None] * 5


def test_a_summary_needs_a_local_export(run: Run) -> None:
    result = run(
        """
import sonde
for arguments in ({}, {"export": "otlp"}, {"export": "file:no"}, {"hours": -1}, {"hours": float("nan")}):
    try:
        sonde.summary(**arguments)
    except (ValueError, FileNotFoundError) as error:
        print(error)
"""
    )
    lines = result.stdout.splitlines()
    assert len(lines) == 5
    assert "sonde calls" in lines[0]
    assert "nothing has been exported" in lines[2]
    assert "positive" in lines[3]


def test_lines_are_otlp_json_that_a_server_takes(run: Run, server: Served, tmp_path: Path) -> None:
    run(
        CALLS
        + "sonde.init(service='by-file', export='file:calls.jsonl', quiet=True)\nfor n in range(5): call(n)"
    )
    path = tmp_path / "calls.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    for line in path.read_text().splitlines():
        document = json.loads(line)
        span = document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
        assert len(bytes.fromhex(span["traceId"])) == 16
        answer = post_json(server.http_port, document, path="/v1/traces")
        assert answer.status == 200, answer.body
    found = server.sql("select count() as n, sum(total_tokens) as t from calls where service = 'by-file'")
    assert found == [{"n": "5", "t": "5500"}]


def test_files_grow_over_runs_and_processes(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        run(
            CALLS
            + """
import os
sonde.init(export='file:calls.jsonl', quiet=True)
children = [os.fork() for _ in range(2)]
call(os.getpid())
"""
        )
    lines = (tmp_path / "calls.jsonl").read_text().splitlines()
    spans = [
        span
        for line in lines
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    assert len(spans) == 2 * 4 * 2


def test_a_line_cut_short_is_left_out(run: Run, tmp_path: Path) -> None:
    run(CALLS + "sonde.init(export='file:calls.jsonl', quiet=True)\ncall(1)")
    with (tmp_path / "calls.jsonl").open("a") as file:
        file.write('{"resourceSpans": [{"res\n{"resourceSpans": 7}\nnoise\n')
    result = run(CALLS + "show(sonde.summary(export='file:calls.jsonl'))")
    assert printed(result.stdout)["calls"] == 1
    assert "left out" in result.stderr


def test_tables_of_duckdb(run: Run, tmp_path: Path) -> None:
    result = run(
        CALLS
        + """
import duckdb
sonde.init(service="nb", export="duckdb:llm.db", quiet=True, environment="dev")
call(1)
sonde.flush()
call(2)
sonde.flush()
with duckdb.connect("llm.db", read_only=True) as db:
    print(json.dumps(db.sql(
        "SELECT service, environment, request_model, status, duration_ms, cost_usd::VARCHAR, cost_source, "
        "total_tokens, reasoning_tokens, tags FROM calls ORDER BY response_id").fetchall()))
"""
    )
    row = ["nb", "dev", "gpt-4o-2024-08-06", "ok", 100.0, "0.003500000000", "computed", 1100, None, []]
    assert printed(result.stdout) == [row, row]


def test_spans_of_one_invocation_in_different_batches_are_one_call(run: Run) -> None:
    result = run(
        CALLS
        + """
sonde.init(export="duckdb:llm.db", quiet=True)
inner = tracer().start_span("outer", attributes={
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"})
with trace.use_span(inner):
    span = trace.get_tracer("openinference.instrumentation.openai").start_span("ChatCompletion", attributes={
        "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o", "llm.provider": "openai",
        "llm.token_count.prompt": 10, "llm.token_count.completion": 2})
    span.end()
    show(sonde.summary())
inner.end()
show(sonde.summary())
"""
    )
    counts = [json.loads(line) for line in result.stdout.splitlines()]
    assert [found["calls"] for found in counts] == [1, 1]
    assert counts[1]["total"] == 12


def test_a_file_another_program_holds_is_waited_for_then_counted(run: Run) -> None:
    result = run(
        CALLS
        + """
import subprocess
from sonde.sdk.export import duckdb as export
export.LOCKED_S = 0.3
sonde.init(export="duckdb:llm.db", quiet=True)
holder = subprocess.Popen([sys.executable, "-c",
    "import duckdb, sys; c = duckdb.connect('llm.db'); print('held', flush=True); sys.stdin.read()"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
holder.stdout.readline()
call(1)
sonde.flush(30)
print(json.dumps(sonde.ledger()["traces"]))
holder.communicate("")
call(2)
sonde.flush(30)
print(json.dumps(sonde.ledger()["traces"]))
"""
    )
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["dropped"], first["stored"]) == (2, 0)
    assert (second["dropped"], second["stored"]) == (2, 2)
    assert "cannot be written" in result.stderr


def test_a_file_that_cannot_be_written_is_told_and_the_app_runs(run: Run, tmp_path: Path) -> None:
    for export in ("file:folder", "duckdb:folder"):
        (tmp_path / "folder").mkdir(exist_ok=True)
        result = run(
            CALLS + f"sonde.init(export={export!r}, quiet=True)\ncall(1)\nprint('ran')", SONDE_RAISE="0"
        )
        assert result.stdout == "ran\n"
        assert len(result.stderr.splitlines()) == 1, result.stderr
        assert "sonde.init failed" in result.stderr


def test_export_to_nowhere_is_counted_as_that(run: Run) -> None:
    result = run(
        CALLS
        + "sonde.init(export='none', quiet=True)\ncall(1)\nsonde.flush()\nprint(json.dumps(sonde.ledger()))"
    )
    assert printed(result.stdout)["traces"] == {
        "created": 2,
        "sampled": 0,
        "dropped": 2,
        "stored": 0,
        "waiting": 0,
    }
