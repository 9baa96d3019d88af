"""One line per model call."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from sonde.sdk import config
from sonde.sdk.calllog import CallLog
from sonde.sdk.context import context
from sonde.sdk.lines import LineFile
from sonde.sdk.processor import observe_calls
from sonde.sdk.record import record_call
from tests.unit.sdk_tracing.conftest import Telemetry


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_on_stdout_and_to_the_server(telemetry: Telemetry, capsys: pytest.CaptureFixture[str]) -> None:
    config.activate(config.Config(service="chat"))
    observe_calls(CallLog("stdout"))
    with context(user="ada", session="s", endpoint="/chat", tags=["x"]):
        recorded = record_call(
            "gpt-4o",
            provider="openai",
            input_tokens=120,
            output_tokens=45,
            duration_ms=812,
            ttft_ms=100,
            cost_usd=0.00123,
            request_id="req",
            response_id="r",
            finish_reason="stop",
            attributes={"team": "search", "n": 2},
        )
    (line,) = lines(capsys.readouterr().out)
    assert line.pop("time").endswith("Z")
    assert line.pop("function").endswith("test_a_line_on_stdout_and_to_the_server")
    assert line == {
        "level": "info",
        "logger": "sonde.call",
        "message": "chat gpt-4o ok 812 ms, 120 → 45 tokens, $0.00123",
        "trace_id": recorded.trace_id,
        "span_id": recorded.span_id,
        "service": "chat",
        "operation": "chat",
        "provider": "openai",
        "model": "gpt-4o",
        "request_model": "gpt-4o",
        "status": "ok",
        "duration_ms": 812.0,
        "ttft_ms": 100.0,
        "input_tokens": 120,
        "output_tokens": 45,
        "cost_usd": 0.00123,
        "cost_source": "billed",
        "finish_reason": "stop",
        "response_id": "r",
        "request_id": "req",
        "endpoint": "/chat",
        "user_id": "ada",
        "session_id": "s",
        "tags": ["x"],
        "metadata": {"team": "search", "n": 2},
    }
    (record,) = telemetry.logs
    assert (record.event_name, record.body) == ("sonde.call", line["message"])
    assert f"{record.span_id:016x}" == recorded.span_id
    assert record.attributes["input_tokens"] == 120


def test_failed_slow_and_incomplete_calls_stand_out(
    telemetry: Telemetry, capsys: pytest.CaptureFixture[str]
) -> None:
    config.activate(config.Config(slow_ms=1_000))
    observe_calls(CallLog("stdout", otlp=False))
    record_call("a", error="APIError: asked by joe@example.com", parameters={"temperature": 1.0})
    record_call("b", duration_ms=2_000, input_tokens=1)
    record_call("c", incomplete=True, input_tokens=1)
    failed, slow, given_up = lines(capsys.readouterr().out)
    assert (failed["level"], failed["status"], failed["error_type"]) == ("error", "error", "APIError")
    assert "joe@" not in json.dumps(failed)
    assert failed["detail"]["gen_ai.request.temperature"] == 1.0
    assert (slow["level"], slow["slow"]) == ("warn", True)
    assert "detail" in slow
    assert (given_up["level"], given_up["status"]) == ("warn", "incomplete")
    assert "detail" not in given_up
    assert telemetry.logs == []


@pytest.mark.parametrize("scope", ["sonde", "openinference.instrumentation.openai"])
@pytest.mark.parametrize("capture", [False, True])
def test_no_content_unless_it_was_captured_and_redacted(
    telemetry: Telemetry, capsys: pytest.CaptureFixture[str], scope: str, capture: bool
) -> None:
    config.activate(config.Config(capture_content=capture, slow_ms=0.000001))
    observe_calls(CallLog("stdout", otlp=False))
    content = {"gen_ai.input.messages": "secret-1", "llm.input_messages.0.message.content": "secret-2"}
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "input.value": "secret-3"}
    if scope == "sonde":
        attributes.pop("input.value")
        content.pop("llm.input_messages.0.message.content")
    telemetry.provider.get_tracer(scope).start_span("c", attributes={**content, **attributes}).end()
    shown = capsys.readouterr().out
    assert ("secret-1" in shown) is (scope == "sonde" and capture)
    assert "secret-2" not in shown
    assert "secret-3" not in shown


def test_lines_in_a_file_of_many_threads(telemetry: Telemetry, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "calls.log"
    log = CallLog(f"file:{path}", otlp=False)
    observe_calls(log)

    def work(number: int) -> None:
        for _ in range(50):
            record_call(f"m{number}", input_tokens=number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    found = lines(path.read_text())
    assert len(found) == 400
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_full_begins_anew(tmp_path: Path) -> None:
    file = LineFile(tmp_path / "x.log", size_max=1_000)
    for number in range(105):
        assert file.write(f"{number:050d}")
    file.close()
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {"x.log", "x.log.1"}
    assert max(sizes.values()) <= 1_051


def test_lines_of_two_processes_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    code = (
        "import sys\nfrom sonde.sdk.lines import LineFile\n"
        "file = LineFile(sys.argv[1])\nfor _ in range(200): file.write(sys.argv[2] * 3000)\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(path), letter]) for letter in "ab"]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert set(path.read_text().splitlines()) == {"a" * 3_000, "b" * 3_000}


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_costs_one_line_and_no_call(
    telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    observe_calls(CallLog("file:/dev/full", otlp=False))
    for _ in range(3):
        record_call("m", input_tokens=1)
    assert len(caplog.records) == 1
    assert "/dev/full cannot be written" in caplog.text
