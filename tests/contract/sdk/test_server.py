"""Against `sonde serve`: calls land in their columns, the ledger is shown, gRPC and restarts work."""

import json
import subprocess
import sys
from pathlib import Path

import httpx2

from tests.contract.otlp.target import Served, served, until
from tests.contract.sdk.conftest import Run

CALLS = """
import sonde, sys
from opentelemetry import trace
sonde.init(service=sys.argv[1] if sys.argv[1:] else "chat", quiet=True, environment="prod", release="7")
tracer = trace.get_tracer("opentelemetry.instrumentation.genai.openai")
def call(number):
    with tracer.start_as_current_span("chat gpt-4o", attributes={
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.response.id": f"r-{number}",
        "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}): pass
"""


def url(server: Served) -> str:
    return f"http://127.0.0.1:{server.http_port}"


def ledger(server: Served, service: str) -> list[dict[str, object]]:
    until(lambda: server.metric("sonde_pending_bytes") == 0, 60)
    answer = httpx2.get(f"{url(server)}/api/v1/ledger", trust_env=False).raise_for_status()
    return [item for item in answer.json()["items"] if item["service"] == service]


def test_calls_are_priced_and_the_ledger_balances(run: Run, server: Served) -> None:
    run(CALLS + "for n in range(100): call(n)", SONDE_URL=url(server), SONDE_SERVICE="")
    rows = server.sql(
        "select count() as calls, sum(cost_usd) as cost, any(environment) as env, any(release) as rel "
        "from calls where service = 'chat'"
    )
    assert rows == [{"calls": "100", "cost": rows[0]["cost"], "env": "prod", "rel": "7"}]
    assert float(rows[0]["cost"]) > 0
    found = ledger(server, "chat")[0]
    assert {name: found[name] for name in ("signal", "processes", "created", "stored", "dropped")} == {
        "signal": "traces",
        "processes": 1,
        "created": 100,
        "stored": 100,
        "dropped": 0,
    }


def test_losses_are_shown_with_their_reason(run: Run, server: Served) -> None:
    code = CALLS.replace('"chat", quiet', '"lossy", quiet').replace(
        "sonde.init(", "sonde.init(sample_rate=0, "
    )
    for _ in range(2):
        run(
            code + "for n in range(500): call(n)\nwith sonde.span('x'): raise SystemExit(0)",
            SONDE_URL=url(server),
            SONDE_QUEUE_SPANS_MAX="10",
        )
    run(
        CALLS.replace('"chat", quiet', '"lossy", quiet') + "for n in range(500): call(n)",
        SONDE_URL=url(server),
        SONDE_QUEUE_SPANS_MAX="10",
        SONDE_FLUSH_INTERVAL_S="60",
    )
    found = ledger(server, "lossy")[0]
    assert found["processes"] == 3
    assert found["created"] == 1_502
    assert found["sampled"] == 1_002
    assert found["reasons"] == {"queue_full": found["dropped"]}
    assert found["dropped"] == 500 - int(str(found["stored"]))
    told = subprocess.run(
        [str(Path(sys.executable).parent / "sonde"), "status", "--url", url(server)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"queue_full {found['dropped']}" in " ".join(told.split())


def test_grpc(run: Run, server: Served) -> None:
    run(
        CALLS.replace('"chat", quiet', '"by-grpc", quiet')
        + "for n in range(50): call(n)\nassert sonde.flush(30)",
        SONDE_URL=f"http://127.0.0.1:{server.grpc_port}",
        SONDE_EXPORT="grpc",
    )
    assert server.sql("select count() as n from calls where service = 'by-grpc'") == [{"n": "50"}]
    assert ledger(server, "by-grpc")[0]["stored"] == 50


def test_a_wrong_key_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    with served(tmp_path / "server", require_key="true") as server:
        result = run(
            CALLS + "call(1)\nsonde.flush(1)",
            SONDE_URL=url(server),
            SONDE_API_KEY="sk_of_nobody",
            SONDE_EXIT_TIMEOUT_S="0.2",
        )
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    assert "does not take the API key (401)" in lines[0]


def test_a_server_that_is_killed_and_comes_back_has_every_span_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    with served(tmp_path / "server") as server:
        address = url(server)
        run(CALLS + "for n in range(200): call(n)", SONDE_URL=address)
        server.stop()
        run(CALLS + "for n in range(300): call(n)", SONDE_URL=address, SONDE_EXIT_TIMEOUT_S="0.5")
        server.start()
        result = run(
            CALLS + "call(1)\nimport json\nprint(json.dumps([sonde.flush(60), sonde.ledger()]))",
            SONDE_URL=address,
        )
        flushed, counts = json.loads(result.stdout)
        assert flushed
        assert counts["traces"]["stored"] == 301
        assert server.sql("select count() as n from calls") == [{"n": "501"}]
        found = ledger(server, "chat")[0]
        assert (found["created"], found["stored"], found["waiting"]) == (501, 501, 0)
