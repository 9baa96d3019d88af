"""The command line against a real server on a real socket."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner

from sonde.cli.connection import EXIT_PROBLEM, EXIT_UNREACHABLE
from sonde.cli.main import app
from sonde.client import ApiProblem, CannotConnect, Client
from tests.contract.api.world import World, trace_of

RANGE = ["--from", "2026-11-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z", "--project", "alpha"]


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.local.app, lifespan="off", log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def sonde(url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("SONDE_URL", url)
    monkeypatch.delenv("SONDE_API_KEY", raising=False)
    return CliRunner()


def run(sonde: CliRunner, *arguments: str, code: int = 0, stdin: str | None = None) -> str:
    result = sonde.invoke(app, list(arguments), input=stdin, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def test_sql_in_three_styles(sonde: CliRunner, tmp_path: Path) -> None:
    query = "SELECT provider, count() AS n FROM calls GROUP BY provider ORDER BY provider"
    table = run(sonde, "sql", query, "-p", "alpha")
    assert "anthropic" in table
    assert run(sonde, "sql", query, "-p", "alpha", "--csv") == "provider,n\nanthropic,40\nopenai,40\n"
    answer = json.loads(run(sonde, "sql", query, "-p", "alpha", "--json"))
    assert answer["rows"] == [["anthropic", "40"], ["openai", "40"]]
    assert run(sonde, "sql", "-", "--csv", stdin="SELECT 1 AS one") == "one\n1\n"
    file = tmp_path / "query.sql"
    file.write_text("SELECT {a:String} AS a")
    assert run(sonde, "sql", "-f", str(file), "--param", "a=x=y", "--csv") == "a\nx=y\n"
    run(sonde, "sql", "DROP TABLE calls", code=EXIT_PROBLEM)
    run(sonde, "sql", "SELECT 1", "--json", "--csv", code=2)


def test_lists_and_a_tree(sonde: CliRunner) -> None:
    calls = json.loads(run(sonde, "calls", *RANGE, "-n", "1000", "--json"))
    assert len(calls) == 80
    assert "gpt-4o" in run(sonde, "calls", *RANGE, "--model", "gpt-4o")
    assert run(sonde, "calls", *RANGE, "-n", "3", "--csv").count("\n") == 4
    traces = json.loads(run(sonde, "traces", *RANGE, "-n", "5", "--json"))
    assert len(traces) == 5
    tree = run(sonde, "trace", trace_of(2), "-p", "alpha")
    assert "chat plain 7" in tree
    assert "not counted: same response id" in tree
    assert json.loads(run(sonde, "trace", trace_of(2), "-p", "alpha", "--json"))["calls"] == 2
    run(sonde, "trace", trace_of(70_000), code=EXIT_PROBLEM)
    assert "service-plain" in run(sonde, "status", "-p", "alpha")
    assert "app.note" in run(sonde, "doctor", "mapping", *RANGE)


def test_keys_are_made_used_and_revoked(sonde: CliRunner) -> None:
    key = run(sonde, "keys", "create", "reader", "-s", "read", "-p", "alpha").strip()
    assert key.startswith("sk-sonde-")
    listed = json.loads(run(sonde, "keys", "list", "--json"))
    assert key not in json.dumps(listed)
    key_id = next(item["id"] for item in listed if item["name"] == "reader")
    run(sonde, "status", "--api-key", key)
    run(sonde, "sql", "SELECT 1", "--api-key", key, code=EXIT_PROBLEM)
    run(sonde, "keys", "revoke", key_id)
    run(sonde, "status", "--api-key", key, code=EXIT_PROBLEM)


def test_a_span_from_a_file_is_explained(sonde: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "span.json"
    file.write_text(
        json.dumps(
            {
                "traceId": trace_of(0),
                "spanId": "0" * 15 + "1",
                "name": "n",
                "attributes": [{"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}}],
            }
        )
    )
    assert "gen_ai.request.model" in run(sonde, "mapping", "explain", str(file))
    file.write_text("no json")
    run(sonde, "mapping", "explain", str(file), code=2)


def test_deleting_asks_first(sonde: CliRunner) -> None:
    run(sonde, "delete", "-p", "alpha", code=2)
    run(sonde, "delete", "-p", "alpha", "--user", "u", "--session", "s", code=2)


def test_a_server_that_is_not_there_is_another_exit_code(sonde: CliRunner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    run(sonde, "status", "--url", f"http://127.0.0.1:{port}", code=EXIT_UNREACHABLE)


def test_the_client_raises_what_the_server_says(url: str) -> None:
    with Client(url) as client:
        with pytest.raises(ApiProblem) as caught:
            client.sql("SELECT file('/etc/passwd')")
        assert (caught.value.status, caught.value.code) == (400, "not-allowed")
        with pytest.raises(ApiProblem):
            client.trace("../../keys")
    with pytest.raises(CannotConnect), Client("http://nobody.invalid:1") as client:
        client.status()


def test_help_loads_nothing_heavy() -> None:
    """Also the light package's promise: the commands are there without the server's packages."""
    heavy = (
        "chdb",
        "fastapi",
        "sqlglot",
        "pyarrow",
        "grpc",
        "sqlalchemy",
        "uvicorn",
        "pydantic",
        "genai_prices",
        "httpx2",
        "orjson",
    )
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from sonde.cli.main import app\n"
        "result = CliRunner().invoke(app, ['--help'])\n"
        "assert result.exit_code == 0, result.output\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_without_the_servers_packages_serve_says_how_to_get_them() -> None:
    """The packages are hidden, as they are after `pip install sonde`."""
    script = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in "
        "{'chdb', 'fastapi', 'uvicorn', 'pydantic_settings', 'starlette'}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "from sonde.cli.main import app\n"
        "app(['serve'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == EXIT_PROBLEM
    assert "pip install 'sonde[server]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_filter_in_its_language(sonde: CliRunner) -> None:
    calls = json.loads(run(sonde, "calls", "-f", "model:gpt-* -has:error", "-n", "100", "--json", *RANGE))
    assert calls
    assert {(call["request_model"], call["status"]) for call in calls} == {("gpt-4o", "ok")}
    traces = json.loads(run(sonde, "traces", "--filter", "calls<3", "-n", "100", "--json", *RANGE))
    assert {trace["calls"] for trace in traces} == {2}
    run(sonde, "calls", "--filter", "modle:x", *RANGE, code=EXIT_PROBLEM)
