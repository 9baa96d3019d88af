"""`sonde.init` beside whatever OpenTelemetry set-up, in threads, forks, coroutines and notebooks."""

import json
from pathlib import Path

import pytest

from tests.contract.sdk.collector import Collector, attributes_of, printed
from tests.contract.sdk.conftest import Run

TRACER = "from opentelemetry import trace\ntracer = trace.get_tracer('app')\n"


def test_one_line_says_what_it_did(run: Run, collector: Collector) -> None:
    result = run("import sonde\nsonde.init(service='chat')", SONDE_URL=collector.url)
    assert result.stderr == (
        f"sonde: chat → {collector.url}, own TracerProvider, content off; nothing to instrument\n"
    )


def test_the_line_is_a_log_record_where_logging_is_set_up(run: Run, collector: Collector) -> None:
    result = run(
        "import logging, sonde\nlogging.basicConfig(level='INFO', format='%(name)s %(levelname)s')\n"
        "sonde.init()",
        SONDE_URL=collector.url,
    )
    assert result.stderr == "sonde INFO\n"


def test_an_existing_provider_is_added_to_and_keeps_its_exporters(run: Run, collector: Collector) -> None:
    result = run(
        """
import sonde
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
mine = InMemorySpanExporter()
provider = TracerProvider(resource=Resource.create({"service.name": "existing", "team": "blue"}))
provider.add_span_processor(SimpleSpanProcessor(mine))
trace.set_tracer_provider(provider)
sonde.init()
with trace.get_tracer("app").start_as_current_span("a"), sonde.span("b"):
    pass
assert trace.get_tracer_provider() is provider
print(len(mine.get_finished_spans()))
""",
        SONDE_URL=collector.url,
    )
    assert "added to the app's TracerProvider" in result.stderr
    assert printed(result.stdout) == 2
    assert sorted(collector.names()) == ["a", "b"]
    assert collector.resources()[0]["service.name"] == "existing"
    assert collector.resources()[0]["team"] == "blue"


def test_what_init_is_told_goes_before_an_existing_resource(run: Run, collector: Collector) -> None:
    run(
        """
import sonde
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
sonde.init(service="told", environment="prod")
trace.get_tracer("app").start_span("a").end()
""",
        SONDE_URL=collector.url,
    )
    assert collector.resources()[0]["service.name"] == "told"
    assert collector.resources()[0]["deployment.environment.name"] == "prod"


def test_a_provider_that_takes_nothing_is_left_alone(run: Run, collector: Collector) -> None:
    result = run(
        """
import sonde
from opentelemetry import trace
trace.set_tracer_provider(trace.NoOpTracerProvider())
sonde.init(service="x")
with sonde.span("b"):
    pass
""",
        SONDE_URL=collector.url,
    )
    assert "beside NoOpTracerProvider" in result.stderr
    assert collector.names() == ["b"]


def test_spans_made_before_init_by_kept_tracers_come_through_after_it(run: Run, collector: Collector) -> None:
    run(
        TRACER + "import sonde\nsonde.init()\nwith tracer.start_as_current_span('a'): pass",
        SONDE_URL=collector.url,
    )
    assert collector.names() == ["a"]


def test_init_twice_changes_nothing_and_once_more_changes_the_target(run: Run, collector: Collector) -> None:
    other = Collector()
    try:
        result = run(
            f"""
import sonde
for _ in range(3):
    sonde.init(service="a")
with sonde.span("first"): pass
sonde.init(service="a", url={other.url!r})
with sonde.span("second"): pass
""",
            SONDE_URL=collector.url,
        )
    finally:
        other.stop()
    assert collector.names() == ["first"]
    assert other.names() == ["second"]
    assert len(result.stderr.splitlines()) == 2


def test_shutdown_ends_it_and_init_begins_anew(run: Run, collector: Collector) -> None:
    run(
        """
import sonde, threading
sonde.init(service="a", quiet=True)
with sonde.span("first"): pass
assert sonde.shutdown()
assert sonde.shutdown() and sonde.flush()
with sonde.span("nowhere"): pass
assert not [t.name for t in threading.enumerate() if t.name.startswith("sonde")]
sonde.init(service="a", quiet=True)
with sonde.span("second"): pass
""",
        SONDE_URL=collector.url,
    )
    assert sorted(collector.names()) == ["first", "second"]


def test_disabled_does_nothing(run: Run, collector: Collector) -> None:
    for name in ("SONDE_DISABLED", "OTEL_SDK_DISABLED"):
        result = run(
            "import sonde\nsonde.init()\nwith sonde.span('a'): pass",
            SONDE_URL=collector.url,
            **{name: "true"},
        )
        assert "disabled" in result.stderr
    assert collector.attempts == 0


def test_without_init_everything_is_quiet(run: Run) -> None:
    result = run(
        "import sonde\nwith sonde.span('a'): pass\nassert sonde.flush()\nassert sonde.ledger() == {}"
    )
    assert result.stderr == ""


@pytest.mark.parametrize("extra", ["grpc", "duckdb"])
def test_a_missing_extra_is_named_and_the_app_runs(run: Run, extra: str) -> None:
    export = "grpc" if extra == "grpc" else "duckdb:x.db"
    result = run(
        f"""
import sys
sys.modules[{extra!r}] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == {extra!r} else find(name, *rest)
import sonde
sonde.init(export={export!r})
with sonde.span("a"): pass
print("ran")
""",
        SONDE_RAISE="0",
    )
    assert result.stdout == "ran\n"
    assert f"pip install 'sonde[{extra}]'" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_bad_input_leaves_the_app_untouched(run: Run, collector: Collector) -> None:
    result = run(
        """
import sonde
sonde.init(servce="x", url="htp:/nowhere", slow_ms="soon", api_key="two words", redact=7)
with sonde.span("a"): pass
""",
        SONDE_RAISE="0",
        SONDE_EXIT_TIMEOUT_S="0.1",
    )
    lines = result.stderr.splitlines()
    for words in ("did you mean 'service'?", "not an address", "'soon'", "sonde keys create", "redact="):
        assert [line for line in lines if words in line], (words, lines)


def test_metrics_come_from_the_apps_own_provider(run: Run, collector: Collector) -> None:
    run(
        """
import sonde
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
mine = InMemoryMetricReader()
provider = MeterProvider([mine])
metrics.set_meter_provider(provider)
sonde.init(service="x", quiet=True, metrics=True)
metrics.get_meter("app").create_counter("my.counter").add(3)
assert sonde.flush(30)
sonde.shutdown()
found = [m.name for r in mine.get_metrics_data().resource_metrics for s in r.scope_metrics for m in s.metrics]
assert "my.counter" in found
""",
        SONDE_URL=collector.url,
    )
    assert any(b"my.counter" in body for path, body, _ in collector.requests if path == "/v1/metrics")


def test_log_records_of_the_app_stay_where_the_app_sends_them(run: Run, collector: Collector) -> None:
    run(
        """
import sonde
from opentelemetry import _logs
from opentelemetry.sdk._logs import LoggerProvider
_logs.set_logger_provider(LoggerProvider())
sonde.init(service="x", quiet=True)
_logs.get_logger("app").emit(body="private")
with sonde.span("a"):
    sonde.score("helpful", 1.0)
""",
        SONDE_URL=collector.url,
    )
    assert [record.event_name for record in collector.logs()] == ["gen_ai.evaluation.result"]


def test_a_proxy_is_for_the_outside(run: Run, collector: Collector) -> None:
    run(
        "import sonde\nsonde.init(quiet=True)\nwith sonde.span('a'): pass",
        SONDE_URL=collector.url,
        HTTP_PROXY="http://127.0.0.1:1",
        http_proxy="http://127.0.0.1:1",
        ALL_PROXY="http://127.0.0.1:1",
        NO_PROXY="",
        no_proxy="",
    )
    assert collector.names() == ["a"]


def test_an_error_in_the_app_passes_through(run: Run, collector: Collector) -> None:
    result = run(
        """
import sonde
sonde.init(quiet=True)
try:
    with sonde.span("a"):
        raise KeyError("the app's own")
except KeyError as error:
    print(error)
""",
        SONDE_URL=collector.url,
    )
    assert result.stdout == '"the app\'s own"\n'
    assert collector.spans()[0].status.code == 2


POOL = """
import multiprocessing, sys, sonde
def work(number):
    sonde.init(service="pool", quiet=True)
    with sonde.span(f"child-{number}"): pass
if __name__ == "__main__":
    sonde.init(service="pool", quiet=True)
    with sonde.span("parent"): pass
    context = multiprocessing.get_context(sys.argv[1])
    children = [context.Process(target=work, args=(n,)) for n in range(3)]
    for child in children: child.start()
    for child in children:
        child.join(60)
        assert child.exitcode == 0
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_send_their_spans(
    run: Run, collector: Collector, tmp_path: Path, method: str
) -> None:
    # A child that is spawned imports the program, so it has to be a file.
    (tmp_path / "pool.py").write_text(POOL)
    run(
        f"import subprocess, sys\nsubprocess.run([sys.executable, 'pool.py', {method!r}], check=True)",
        SONDE_URL=collector.url,
    )
    assert sorted(collector.names()) == ["child-0", "child-1", "child-2", "parent"]
    assert collector.ledger() == {"created": 4, "stored": 4}


def test_a_preforking_server_initialised_in_the_parent(run: Run, collector: Collector) -> None:
    run(
        """
import os, sys, sonde
sonde.init(service="workers", quiet=True)
with sonde.span("parent"): pass
children = []
for number in range(4):
    child = os.fork()
    if child == 0:
        for step in range(100):
            with sonde.span(f"child-{number}"): pass
        sys.exit(0)
    children.append(child)
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
""",
        SONDE_URL=collector.url,
    )
    assert len(collector.names()) == 401
    assert collector.names().count("parent") == 1
    assert collector.ledger() == {"created": 401, "stored": 401}


def test_fork_while_other_threads_make_spans(run: Run, collector: Collector) -> None:
    run(
        """
import os, sys, threading, time, sonde
sonde.init(service="busy", quiet=True)
go = True
def work():
    while go:
        with sonde.span("busy"): pass
        time.sleep(0.0005)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for _ in range(20):
    child = os.fork()
    if child == 0:
        with sonde.span("child"): pass
        sonde.shutdown()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
go = False
for thread in threads: thread.join()
""",
        SONDE_URL=collector.url,
        SONDE_QUEUE_SPANS_MAX="100000",
    )
    assert collector.names().count("child") == 20


def test_coroutines_keep_their_own_parents(run: Run, collector: Collector) -> None:
    run(
        """
import asyncio, sonde
sonde.init(service="aio", quiet=True)
async def work(number):
    with sonde.span(f"outer-{number}"):
        await asyncio.sleep(0.01)
        with sonde.span(f"inner-{number}"):
            await asyncio.sleep(0)
async def main():
    await asyncio.gather(*(work(n) for n in range(50)))
    assert await asyncio.to_thread(sonde.flush)
asyncio.run(main())
""",
        SONDE_URL=collector.url,
    )
    spans = {span.name: span for span in collector.spans()}
    assert len(spans) == 100
    for number in range(50):
        assert spans[f"inner-{number}"].parent_span_id == spans[f"outer-{number}"].span_id


def test_cells_of_a_notebook_run_again(run: Run, collector: Collector) -> None:
    result = run(
        """
import sys
sys.argv = ["/usr/lib/python3/ipykernel_launcher.py"]
cell = "import sonde; sonde.init()\\nwith sonde.span('cell'): pass"
for _ in range(3):
    exec(cell, {})
""",
        SONDE_URL=collector.url,
    )
    assert len(collector.names()) == 3
    assert collector.resources()[0]["service.name"] == "notebook"
    assert len(result.stderr.splitlines()) == 1


CALL = """
import json, sonde
from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode
tracer = trace.get_tracer("some.instrumentation")
def call(number=0, failed=False, took_ms=1):
    start = 1_790_000_000_000_000_000
    span = tracer.start_span("chat m", start_time=start, attributes={
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "number": number,
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [
            {"type": "text", "content": "I am joe@example.com"}]}]),
        "input.value": "plain prompt", "llm.input_messages.0.message.content": "flat prompt",
        "gen_ai.usage.input_tokens": 5})
    span.add_event("gen_ai.user.message", {"content": "event prompt", "role": "user"})
    if failed:
        span.set_status(Status(StatusCode.ERROR, "it broke"))
    span.end(start + took_ms * 1_000_000)
"""
CONTENT_KEYS = {"gen_ai.input.messages", "input.value", "llm.input_messages.0.message.content"}


def test_content_of_instrumentations_stays_in_the_process_by_default(run: Run, collector: Collector) -> None:
    run(CALL + "sonde.init(service='x', quiet=True)\ncall()", SONDE_URL=collector.url)
    span = collector.spans()[0]
    assert attributes_of(span)["gen_ai.usage.input_tokens"] == 5
    assert not CONTENT_KEYS & set(attributes_of(span))
    assert b"prompt" not in span.SerializeToString()
    assert b"joe" not in span.SerializeToString()


def test_content_is_redacted_when_it_is_on(run: Run, collector: Collector) -> None:
    run(
        CALL + "sonde.init(service='x', quiet=True, capture_content=True, redact=['flat'])\ncall()",
        SONDE_URL=collector.url,
    )
    found = attributes_of(collector.spans()[0])
    assert set(found) > CONTENT_KEYS
    parts = json.loads(found["gen_ai.input.messages"])[0]["parts"]
    assert parts == [{"type": "text", "content": "I am [email]"}]
    assert found["llm.input_messages.0.message.content"] == "[custom] prompt"
    assert b"event prompt" in collector.spans()[0].SerializeToString()


def test_a_redaction_that_fails_sends_the_span_without_content(run: Run, collector: Collector) -> None:
    result = run(
        CALL
        + "def broken(text): raise RuntimeError('no')\n"
        + "sonde.init(service='x', quiet=True, capture_content=True, redact=broken)\ncall()",
        SONDE_URL=collector.url,
        SONDE_RAISE="0",
    )
    assert not CONTENT_KEYS & set(attributes_of(collector.spans()[0]))
    assert "redacting content failed" in result.stderr


def test_a_pattern_that_is_not_valid_switches_content_off(run: Run, collector: Collector) -> None:
    result = run(
        CALL + "sonde.init(service='x', quiet=True, capture_content=True, redact='(')\ncall()",
        SONDE_URL=collector.url,
    )
    assert not CONTENT_KEYS & set(attributes_of(collector.spans()[0]))
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    assert "mend redact=" in lines[0]


def test_slow_and_failed_calls_keep_their_content_whatever_the_share(run: Run, collector: Collector) -> None:
    run(
        CALL
        + "sonde.init(service='x', quiet=True, capture_content=True, content_sample_rate=0, slow_ms=500)\n"
        + "call(0)\ncall(1, failed=True)\ncall(2, took_ms=500)\ncall(3, took_ms=499)",
        SONDE_URL=collector.url,
    )
    found = {attributes_of(span)["number"]: attributes_of(span) for span in collector.spans()}
    kept = {number: set(attributes) >= CONTENT_KEYS for number, attributes in found.items()}
    assert kept == {0: False, 1: True, 2: True, 3: False}
    assert [number for number, attributes in found.items() if attributes.get("sonde.slow")] == [2]


def test_sampling_keeps_slow_and_failed_calls_and_counts_the_others(run: Run, collector: Collector) -> None:
    run(
        CALL
        + "sonde.init(service='x', quiet=True, sample_rate=0.25, slow_ms=500)\n"
        + "for n in range(1000): call(n)\n"
        + "for n in range(20): call(5000 + n, failed=True)\n"
        + "for n in range(20): call(6000 + n, took_ms=900)",
        SONDE_URL=collector.url,
    )
    numbers = [attributes_of(span)["number"] for span in collector.spans()]
    assert sum(number >= 5000 for number in numbers) == 40
    assert 150 < len(numbers) - 40 < 350
    ledger = collector.ledger()
    assert ledger["created"] == 1_040
    assert ledger["sampled"] + ledger["stored"] == 1_040


def test_a_trace_is_sampled_as_a_whole(run: Run, collector: Collector) -> None:
    run(
        """
import sonde
sonde.init(service="x", quiet=True, sample_rate=0.5)
for _ in range(200):
    with sonde.span("root"), sonde.span("middle"), sonde.span("leaf"): pass
""",
        SONDE_URL=collector.url,
    )
    names = collector.names()
    assert names.count("root") == names.count("middle") == names.count("leaf")
    assert 50 < names.count("root") < 150
