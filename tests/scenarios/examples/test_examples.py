"""Each example runs against the fake upstream; then a real server has its calls with tokens, model, cost."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import httpx2
import pytest

from sonde.testing import ToolCall, Usage
from tests.contract.otlp.target import free_port
from tests.scenarios.examples.environments import EXAMPLES, long_round, made
from tests.scenarios.examples.stage import Stage, answered, assert_each_landed_once, wait_until

# An environment may have to be made first.
pytestmark = [pytest.mark.slow, pytest.mark.examples, pytest.mark.timeout(900)]

WEATHER = ToolCall("weather", {"city": "Paris"})
CACHED = Usage(input_tokens=1_117, cached_input_tokens=1_024, output_tokens=211, reasoning_tokens=128)


def test_script(stage: Stage) -> None:
    stage.upstream.answer(usage=CACHED)
    assert "2100000" in stage.run([sys.executable, EXAMPLES / "script.py"])
    (row,) = stage.calls("example-script", 1)
    assert_each_landed_once([row], answered(stage.upstream))
    assert (row["cached_input_tokens"], row["reasoning_tokens"]) == (1_024, 128)
    assert (row["user_id"], row["session_id"], row["endpoint"]) == (
        "user-script",
        "session-script",
        "population",
    )
    assert row["response_id"] == stage.upstream.calls[0].response_id
    spans = stage.spans("example-script")
    names = {span["name"] for span in spans}
    assert names == {"invoke_workflow answer a question", "chat gpt-5-mini", "execute_tool population"}
    assert len({span["trace_id"] for span in spans}) == 1
    scores = stage.server.sql("select name, value from scores where name = 'helpful'")
    assert scores == [{"name": "helpful", "value": 0.9}]


def test_openai(stage: Stage) -> None:
    upstream = stage.upstream
    upstream.answer(usage=CACHED)
    upstream.answer("The capital is Paris.")
    upstream.answer(tools=[WEATHER])
    upstream.answer("Rome.", api="openai.responses")
    output = stage.run([made("clients"), EXAMPLES / "openai_chat.py"])
    assert output.splitlines()[-3:] == ["weather", "Rome.", "2 vectors"]
    rows = stage.calls("example-openai", 5)
    assert_each_landed_once(rows, answered(upstream))
    assert (rows[0]["cached_input_tokens"], rows[0]["reasoning_tokens"]) == (1_024, 128)
    assert [row["operation"] for row in rows] == ["chat", "chat", "chat", "chat", "embeddings"]
    assert rows[1]["streaming"] is True
    assert rows[1]["ttft_ms"] is not None
    for row in rows:
        assert (row["user_id"], row["session_id"]) == ("user-openai", "session-openai")
        assert (row["prompt_name"], row["prompt_version"]) == ("capitals", "2")
        assert not row["content_bytes"], "content is off unless it is asked for"


def test_policy(stage: Stage) -> None:
    upstream = stage.upstream
    upstream.fail(429)
    upstream.answer("Paris.")
    upstream.fail(503, times=3)
    upstream.answer("Rome.", model="gpt-5-nano")
    output = stage.run([made("clients"), EXAMPLES / "policy.py"])
    assert output.splitlines()[-2:] == ["gpt-5-mini Paris.", "gpt-5-nano Rome."]
    rows = stage.calls("example-policy", 6)
    assert_each_landed_once(rows, answered(upstream))
    assert [row["status"] for row in rows] == ["error", "ok", "error", "error", "error", "ok"]
    assert {row["session_id"] for row in rows} == {"session-policy"}
    told = "attempts, fallback_from, attributes.`sonde.request_id`.:String as request_id"
    query = f"select {told} from calls where service = 'example-policy' order by time"
    facts = stage.server.sql(query)
    assert [fact["fallback_from"] for fact in facts] == [None] * 5 + ["gpt-5-mini"]
    assert [fact["attempts"] for fact in facts] == [1, 2, 1, 2, 3, 1]


def test_caching(stage: Stage) -> None:
    stage.upstream.answer("Paris.")
    output = stage.run([made("clients"), EXAMPLES / "caching.py"])
    assert output.splitlines()[-4:] == ["Paris."] * 3 + ["2 from the cache, 1 asked"]
    assert len(stage.upstream.calls) == 1
    rows = stage.calls("example-caching", 3)
    hits = stage.server.sql(
        "select cache_hit, cost_usd from calls where service = 'example-caching' order by time"
    )
    assert [hit["cache_hit"] for hit in hits] == [False, True, True]
    assert_each_landed_once(rows[:1], answered(stage.upstream))


def test_guardrails(stage: Stage) -> None:
    upstream = stage.upstream
    upstream.answer("Done.")
    upstream.answer("Write to ann@example.com, she will know what there is to be known about it all.")
    output = stage.run([made("clients"), EXAMPLES / "guardrails.py"])
    done, masked, blocked = output.splitlines()[-3:]
    assert done == "Done."
    assert masked == "Write to [email], she will know what there is to be known about it all."
    assert blocked.startswith("blocked: ")
    assert len(upstream.calls) == 2, "the question with a key is never sent"
    assert "ada@example.com" not in json.dumps(upstream.calls[0].body)
    rows = stage.calls("example-guardrails", 2)
    assert len(rows) == 2


@long_round
def test_anthropic(stage: Stage) -> None:
    upstream = stage.upstream
    written = Usage(input_tokens=2_653, cached_input_tokens=2_048, cache_write_tokens=512, output_tokens=145)
    upstream.answer(usage=written)
    upstream.answer(reasoning="The user asks for a capital.")
    upstream.fail(529)
    assert "failed with 529" in stage.run([made("clients"), EXAMPLES / "anthropic_messages.py"])
    rows = stage.calls("example-anthropic", 3)
    assert_each_landed_once(rows, answered(upstream))
    assert (rows[0]["cached_input_tokens"], rows[0]["cache_write_tokens"]) == (2_048, 512)
    assert [row["status"] for row in rows] == ["ok", "ok", "error"]
    assert {row["endpoint"] for row in rows} == {"capitals"}


@long_round
def test_google(stage: Stage) -> None:
    thinking = Usage(input_tokens=1_210, cached_input_tokens=1_000, output_tokens=110, reasoning_tokens=33)
    stage.upstream.answer(usage=thinking)
    stage.upstream.answer(reasoning="A capital is asked for.")
    assert "2 vectors" in stage.run([made("clients"), EXAMPLES / "google_gemini.py"])
    rows = [row for row in stage.calls("example-google", 2) if row["operation"] != "embeddings"]
    calls = [call for call in answered(stage.upstream) if call.api == "gemini"]
    assert_each_landed_once(rows, calls)
    assert (rows[0]["cached_input_tokens"], rows[0]["reasoning_tokens"]) == (1_000, 33)
    assert {row["user_id"] for row in rows} == {"user-google"}


@long_round
def test_langgraph(stage: Stage) -> None:
    stage.upstream.answer(tools=[WEATHER])
    stage.upstream.answer("It is sunny in Paris.")
    assert "sunny" in stage.run([made("agents"), EXAMPLES / "langgraph_agent.py"])
    rows = stage.calls("example-langgraph", 4)
    assert_each_landed_once(rows, answered(stage.upstream))
    assert {row["session_id"] for row in rows} == {"session-langgraph"}
    assert len({row["trace_id"] for row in rows}) == 2, "one trace for the agent, one for the graph"


@long_round
def test_pydantic_ai(stage: Stage) -> None:
    stage.upstream.answer(tools=[WEATHER])
    stage.upstream.answer("It is sunny in Paris.")
    assert "sunny" in stage.run([made("agents"), EXAMPLES / "pydantic_ai_agent.py"])
    rows = stage.calls("example-pydantic-ai", 2)
    assert_each_landed_once(rows, answered(stage.upstream))
    assert len({row["trace_id"] for row in rows}) == 1


@long_round
def test_llamaindex(stage: Stage) -> None:
    assert "Paris" in stage.run([made("routers"), EXAMPLES / "llamaindex_rag.py"])
    rows = stage.calls("example-llamaindex", 1)
    chats = [row for row in rows if row["operation"] == "chat"]
    assert_each_landed_once(chats, [call for call in answered(stage.upstream) if call.api == "openai.chat"])
    assert {row["endpoint"] for row in rows} == {"facts"}


@long_round
def test_litellm(stage: Stage) -> None:
    stage.upstream.answer("one")
    stage.upstream.answer("two")
    stage.upstream.fail(500, api="openai.chat", times=None)
    assert stage.run([made("routers"), EXAMPLES / "litellm_router.py"]).split()[:2] == ["one", "two"]
    calls = answered(stage.upstream)
    rows = stage.calls("example-litellm", len(calls) + 1)
    assert_each_landed_once(rows, calls)
    assert {row["provider"] for row in rows if row["status"] == "ok"} == {"openai", "anthropic"}
    assert [row["status"] for row in rows].count("error") == 1, "the call that the fallback rescued"


@long_round
def test_notebook(stage: Stage) -> None:
    target = stage.scratch / "run.ipynb"
    target.write_bytes((EXAMPLES / "notebook.ipynb").read_bytes())
    python = made("clients")
    run = (
        "import nbformat, nbclient, sys; path = sys.argv[1]; book = nbformat.read(path, 4);"
        "nbclient.NotebookClient(book, timeout=120, kernel_name='python3').execute();"
        "nbformat.write(book, path)"
    )
    kernels = stage.scratch / "jupyter" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    launch = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernels.joinpath("kernel.json").write_text(json.dumps({"argv": launch, "display_name": "Python 3"}))
    stage.run([python, "-c", run, target], JUPYTER_PATH=str(stage.scratch / "jupyter"))
    cells = json.loads(target.read_text())["cells"]
    texts = [
        output["data"]["text/plain"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert len(texts) == 3, "two answers, and that everything was sent"
    rows = stage.calls("example-notebook", 2)
    assert_each_landed_once(rows, answered(stage.upstream))
    assert {row["user_id"] for row in rows} == {"user-notebook"}


@contextmanager
def web_service(stage: Stage, name: str, **more: str) -> Generator[str]:
    """A FastAPI example as a process of its own; its address."""
    port = free_port()
    command = [str(made("clients")), "-m", "uvicorn", "--app-dir", str(EXAMPLES / "service")]
    command += [f"{name}:app", "--port", str(port), "--log-level", "warning"]
    with (stage.scratch / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=stage.environment(**more), stdout=log, stderr=log, cwd=stage.scratch
        )
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        said = (stage.scratch / f"{name}.log").read_text()
        assert process.poll() is None, said
        try:
            return httpx2.get(f"{address}/openapi.json", timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        wait_until(ready, lambda: f"{name} does not start")
        yield address
    finally:
        process.terminate()
        assert process.wait(30) is not None


@long_round
def test_two_services_share_one_trace(stage: Stage) -> None:
    with web_service(stage, "back") as back, web_service(stage, "front", BACK_URL=back) as front:
        question = {"question": "What is the capital of France?", "user": "ada"}
        found = httpx2.get(f"{front}/ask", params=question, timeout=60)
        assert found.json() == {"answer": "Paris is the capital of France."}
    (row,) = stage.calls("example-back", 1)
    assert_each_landed_once([row], answered(stage.upstream))
    assert (row["user_id"], row["session_id"], row["endpoint"]) == ("ada", "session-ada", "/ask")
    front_spans = [span for span in stage.spans("example-front") if span["trace_id"] == row["trace_id"]]
    assert front_spans, "the two processes are in one trace"
    (entry,) = [span for span in stage.spans("example-back") if span["name"] == "POST /answer"]
    assert entry["parent_span_id"] in {span["span_id"] for span in front_spans}


@long_round
@pytest.mark.node
def test_typescript(stage: Stage) -> None:
    stage.upstream.answer(usage=CACHED)
    assert "Paris" in stage.run(["node", made("typescript")])
    rows = stage.calls("example-typescript", 2)
    assert_each_landed_once(rows, answered(stage.upstream))
    assert rows[0]["cached_input_tokens"] == 1_024
    assert {row["session_id"] for row in rows} == {"session-typescript"}
