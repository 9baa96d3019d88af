"""What becomes of spans when the server is down, slow, full or rude: nothing is lost within the bounds, the
rest is counted, and the app does not wait.
"""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.otlp.target import until
from tests.contract.sdk.collector import Collector, printed
from tests.contract.sdk.conftest import Run

SPANS = """
import json, sys, time, sonde
sonde.init(service="app", quiet=True)
def make(count, name="work"):
    longest = 0.0
    for number in range(count):
        before = time.perf_counter()
        with sonde.span(f"{name}-{number}"):
            pass
        longest = max(longest, time.perf_counter() - before)
    return longest
"""
STEPS = (
    SPANS
    + """
flushed = None
for line in sys.stdin:
    what, _, argument = line.strip().partition(" ")
    if what == "make":
        make(int(argument), argument)
    elif what == "flush":
        flushed = sonde.flush(float(argument))
    elif what == "end":
        break
    print(json.dumps({"flushed": flushed, **sonde.ledger().get("traces", {})}), flush=True)
"""
)


class App:
    """A running program that does what it is told."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def tell(self, line: str) -> dict[str, int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, self.process.stderr.read() if self.process.stderr else ""
        return printed(answer)

    def end(self) -> str:
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.write("end\n")
        self.process.stdin.close()
        assert self.process.wait(60) == 0
        return self.process.stderr.read()


@pytest.fixture
def app(start: Callable[..., "subprocess.Popen[str]"], collector: Collector) -> App:
    return App(start(STEPS, SONDE_URL=collector.url))


def test_spans_arrive_with_the_name_of_the_app(run: Run, collector: Collector) -> None:
    run(SPANS + "make(3)", SONDE_URL=collector.url, SONDE_ENVIRONMENT="prod", SONDE_RELEASE="1.2")
    assert sorted(collector.names()) == ["work-0", "work-1", "work-2"]
    assert collector.resources()[0]["service.name"] == "app"
    assert collector.resources()[0]["deployment.environment.name"] == "prod"
    assert collector.resources()[0]["service.version"] == "1.2"
    assert collector.ledger() == {"created": 3, "stored": 3}


def test_the_end_of_the_program_sends_what_waits(run: Run, collector: Collector) -> None:
    run(SPANS + "make(500)\nsys.exit(0)", SONDE_URL=collector.url, SONDE_FLUSH_INTERVAL_S="3600")
    assert len(collector.names()) == 500


def test_down_and_up_again_nothing_is_lost(app: App, collector: Collector) -> None:
    assert app.tell("make 10")["created"] == 10
    assert app.tell("flush 30")["stored"] == 10
    collector.stop()
    for _ in range(5):
        app.tell("make 100")
        assert not app.tell("flush 0.2")["flushed"]
    assert app.tell("make 0")["waiting"] == 500
    collector.start()
    until(lambda: app.tell("make 0")["stored"] == 510, 60)
    assert len(collector.names()) == 510
    assert "the server" not in app.end().replace("telemetry", "")
    assert collector.ledger() == {"created": 510, "stored": 510}


def test_a_flush_does_not_wait_for_the_pause(app: App, collector: Collector) -> None:
    collector.stop()
    app.tell("make 50")
    assert not app.tell("flush 0.5")["flushed"]
    collector.start()
    found = app.tell("flush 30")
    assert found["flushed"]
    assert found["stored"] == 50


def test_down_at_the_end_the_next_process_sends_it(run: Run, collector: Collector, tmp_path: Path) -> None:
    collector.stop()
    result = run(
        SPANS + "make(200, 'first')", SONDE_URL=collector.url, SONDE_EXIT_TIMEOUT_S="0.5", SONDE_RAISE="0"
    )
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert "cannot be reached" in result.stderr
    assert "waits on disk" in result.stderr
    collector.start()
    run(SPANS + "make(1, 'second')\nsonde.flush(30)", SONDE_URL=collector.url)
    assert len(collector.names()) == 201
    assert collector.ledger() == {"created": 201, "stored": 201}
    assert not list(tmp_path.glob("spool/*/*.otlp.gz"))


def test_a_killed_app_leaves_its_spool(app: App, run: Run, collector: Collector) -> None:
    collector.stop()
    app.tell("make 100")
    app.tell("flush 0.1")
    app.process.kill()
    app.process.wait(30)
    collector.start()
    run(SPANS + "sonde.flush(30)", SONDE_URL=collector.url)
    assert len(collector.names()) == 100


def test_the_rest_is_dropped_and_counted(
    start: Callable[..., "subprocess.Popen[str]"], collector: Collector
) -> None:
    collector.stop()
    app = App(start(STEPS, SONDE_URL=collector.url, SONDE_SPOOL_BYTES_MAX="20000"))
    for _ in range(20):
        app.tell("make 200")
        app.tell("flush 0.01")
    counts = app.tell("make 0")
    assert counts["created"] == 4_000
    assert counts["dropped"] > 0
    assert counts["waiting"] > 0
    collector.start()
    until(lambda: app.tell("make 0")["waiting"] == 0, 60)
    counts = app.tell("flush 30")
    assert counts["stored"] + counts["dropped"] == 4_000
    assert len(collector.names()) == counts["stored"]
    app.end()
    assert collector.ledger() == {
        "created": 4_000,
        "stored": counts["stored"],
        "spool_full": counts["dropped"],
    }


def test_without_a_spool_memory_is_bounded_and_the_rest_counted(
    start: Callable[..., "subprocess.Popen[str]"], collector: Collector
) -> None:
    collector.stop()
    app = App(start(STEPS, SONDE_URL=collector.url, SONDE_SPOOL_BYTES_MAX="0", SONDE_QUEUE_SPANS_MAX="1000"))
    app.tell("make 5000")
    assert app.tell("make 0")["dropped"] >= 3_000
    collector.start()
    until(lambda: app.tell("make 0")["waiting"] == 0, 60)
    counts = app.tell("make 0")
    assert counts["stored"] + counts["dropped"] == 5_000
    assert len(collector.names()) == counts["stored"] >= 1_000


def test_a_spool_that_cannot_be_written_costs_one_line(
    start: Callable[..., "subprocess.Popen[str]"], collector: Collector, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    collector.stop()
    app = App(start(STEPS, SONDE_URL=collector.url, SONDE_SPOOL_DIR=str(tmp_path / "file")))
    app.tell("make 10")
    assert not app.tell("flush 0.5")["flushed"]
    collector.start()
    until(lambda: app.tell("make 0")["stored"] == 10, 60)
    assert [line for line in app.end().splitlines() if "SONDE_SPOOL_DIR" in line]


def test_the_app_does_not_wait_for_a_server_that_hangs(run: Run, collector: Collector) -> None:
    collector.answering.clear()
    result = run(
        SPANS + "print(json.dumps([make(2_000), sonde.ledger()]))",
        SONDE_URL=collector.url,
        SONDE_TIMEOUT_S="1",
        SONDE_EXIT_TIMEOUT_S="1",
    )
    longest, ledger = printed(result.stdout)
    # A call that waited for the server would take its timeout, 1 s.
    assert longest < 0.5
    assert ledger["traces"]["created"] == 2_000


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_busy_servers_are_asked_again_as_they_wish(app: App, collector: Collector, status: int) -> None:
    collector.status = status
    collector.headers = {"Retry-After": "1"}
    app.tell("make 5")
    until(lambda: collector.attempts == 1)
    began = time.monotonic()
    until(lambda: collector.attempts >= 2)
    assert time.monotonic() - began > 0.9
    collector.status = 200
    until(lambda: app.tell("make 0")["stored"] == 5)
    assert len(collector.names()) == 5


def test_a_batch_that_is_refused_is_dropped_counted_and_told_once(app: App, collector: Collector) -> None:
    collector.status = 400
    app.tell("make 5")
    until(lambda: app.tell("make 0")["dropped"] == 5)
    app.tell("make 6")
    until(lambda: app.tell("make 0")["dropped"] == 11)
    collector.status = 200
    app.tell("make 7")
    assert app.tell("flush 30")["stored"] == 7
    told = app.end().splitlines()
    assert len(told) == 1, told
    assert "refuses a batch (400): not today" in told[0]


def test_records_the_server_leaves_out_are_counted(app: App, collector: Collector) -> None:
    collector.rejected = 2
    app.tell("make 5")
    counts = app.tell("flush 30")
    assert (counts["stored"], counts["dropped"]) == (3, 2)
    assert "left out 2 records: a bad span" in app.end()


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, ["api_key=", "SONDE_API_KEY", "sonde keys create"]), (404, ["url=", "SONDE_URL"])],
)
def test_a_wrong_key_or_address_is_one_line_that_names_the_fix(
    run: Run, collector: Collector, status: int, words: list[str]
) -> None:
    collector.status = status
    result = run(
        SPANS + "make(50)\nsonde.flush(0.3)\nmake(50)",
        SONDE_URL=collector.url,
        SONDE_API_KEY="sk_wrong",
        SONDE_EXIT_TIMEOUT_S="0.5",
    )
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    for word in words:
        assert word in lines[0]
    assert "sk_wrong" not in result.stderr
    # Mended: what waited is sent.
    collector.status = 200
    run(SPANS + "sonde.flush(30)", SONDE_URL=collector.url, SONDE_API_KEY="sk_wrong")
    assert len(collector.names()) == 100


def test_another_key_does_not_get_the_spool_of_the_first(run: Run, collector: Collector) -> None:
    collector.stop()
    run(SPANS + "make(5)", SONDE_URL=collector.url, SONDE_API_KEY="sk_one", SONDE_EXIT_TIMEOUT_S="0.2")
    collector.start()
    run(SPANS + "make(1, 'other')\nsonde.flush(5)", SONDE_URL=collector.url, SONDE_API_KEY="sk_two")
    assert collector.names() == ["other-0"]


def test_the_key_and_headers_travel(run: Run, collector: Collector) -> None:
    run(
        SPANS + "make(1)",
        SONDE_URL=collector.url,
        SONDE_API_KEY="sk_right",
        OTEL_EXPORTER_OTLP_HEADERS="x-team=blue",
    )
    headers = {key.lower(): value for key, value in collector.requests[0][2].items()}
    assert headers["authorization"] == "Bearer sk_right"
    assert headers["x-team"] == "blue"
    assert headers["content-encoding"] == "gzip"


def test_two_processes_share_a_spool_and_one_replays(
    start: Callable[..., "subprocess.Popen[str]"], collector: Collector
) -> None:
    collector.stop()
    apps = [App(start(STEPS, SONDE_URL=collector.url)) for _ in range(2)]
    for app in apps:
        app.tell("make 100")
        app.tell("flush 0.1")
    collector.start()
    answers: list[dict[str, int]] = []
    threads = [threading.Thread(target=lambda a=app: answers.append(a.tell("flush 60"))) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer["flushed"] for answer in answers] == [True, True]
    assert sum(answer["stored"] for answer in answers) == 200
    assert len(collector.names()) == 200


def test_own_requests_make_no_spans(run: Run, collector: Collector) -> None:
    run(
        SPANS
        + """
import httpx2
from opentelemetry import context, trace
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY as KEY
sent = httpx2.Client.send
def traced(self, *arguments, **options):
    if context.get_value(KEY):
        return sent(self, *arguments, **options)
    with trace.get_tracer("http").start_as_current_span("POST"):
        return sent(self, *arguments, **options)
httpx2.Client.send = traced
make(5)
sonde.flush(30)
make(5)
""",
        SONDE_URL=collector.url,
    )
    assert "POST" not in collector.names()
