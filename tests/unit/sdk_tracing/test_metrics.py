"""Client metrics with the conventions' buckets, process metrics, event-loop lag, Prometheus in the app."""

import asyncio
import sys
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sonde.sdk import config, metrics, prometheus, signals
from sonde.sdk.context import context
from sonde.sdk.facts import CallFacts
from sonde.sdk.metrics import DURATION_BUCKETS_S, TOKEN_BUCKETS, ClientMetrics, LoopLag, ProcessMetrics
from sonde.sdk.processor import observe_calls
from sonde.sdk.prometheus import OTHER, VALUES_MAX, ErrorRate, PrometheusMetrics
from sonde.sdk.record import record_call
from sonde.sdk.spans import span
from tests.unit.sdk_tracing.conftest import Telemetry


def test_client_metrics(telemetry: Telemetry) -> None:
    observe_calls(ClientMetrics())
    with context(user="ada"):
        recorded = record_call(
            "gpt-4o",
            provider="openai",
            input_tokens=100,
            output_tokens=7,
            duration_ms=500,
            ttft_ms=50,
            streaming=True,
        )
        record_call("gpt-4o", provider="openai", error="RateLimitError: no", duration_ms=20)
    ok, failed = telemetry.metric("gen_ai.client.operation.duration")
    assert ok.explicit_bounds == DURATION_BUCKETS_S
    assert ok.sum == pytest.approx(0.5)
    assert dict(ok.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
    }, "no user, no session: series stay few"
    assert failed.attributes["error.type"] == "RateLimitError"
    assert f"{ok.exemplars[0].trace_id:032x}" == recorded.trace_id
    tokens = {
        point.attributes["gen_ai.token.type"]: point
        for point in telemetry.metric("gen_ai.client.token.usage")
    }
    assert {kind: point.sum for kind, point in tokens.items()} == {"input": 100, "output": 7}
    assert tokens["input"].explicit_bounds == TOKEN_BUCKETS
    (first,) = telemetry.metric("gen_ai.client.operation.time_to_first_chunk")
    assert first.sum == pytest.approx(0.05)


def test_what_an_instrumentation_records_is_not_counted_again(telemetry: Telemetry) -> None:
    observe_calls(ClientMetrics())
    for scope in (
        "opentelemetry.instrumentation.openai_v2",
        "openlit.otel",
        "openinference.instrumentation.openai",
    ):
        telemetry.provider.get_tracer(scope).start_span(
            "chat", attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": scope}
        ).end()
    (only,) = telemetry.metric("gen_ai.client.operation.duration")
    assert only.attributes["gen_ai.request.model"] == "openinference.instrumentation.openai"


def test_process_and_host_metrics(telemetry: Telemetry) -> None:
    process = ProcessMetrics()
    assert process.start()
    try:
        for name in (
            "process.cpu.time",
            "process.memory.usage",
            "process.thread.count",
            "system.cpu.utilization",
            "system.memory.usage",
            "system.network.io",
            "system.disk.io",
            "cpython.gc.collections",
        ):
            assert telemetry.metric(name), name
        (memory,) = telemetry.metric("process.memory.usage")
        assert memory.value > 1 << 20
    finally:
        process.stop()


def test_without_the_extra_one_line_names_the_fix(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(metrics.importlib.util, "find_spec", lambda _: None)
    assert not ProcessMetrics().start()
    assert prometheus.start(0) is None
    assert "pip install 'sonde[metrics]'" in caplog.text
    assert "pip install 'sonde[prometheus]'" in caplog.text


async def seen(telemetry: Telemetry) -> None:
    """Until the lag was measured, or half a minute has gone."""
    for _ in range(3_000):
        if telemetry.metric("sonde.event_loop.lag"):
            return
        await asyncio.sleep(0.01)


def test_a_blocked_event_loop_is_seen(telemetry: Telemetry) -> None:
    lag = LoopLag(interval_s=0.01)

    async def app() -> None:
        for _ in range(3):
            lag.watch_running()
        await asyncio.sleep(0)
        time.sleep(0.2)  # noqa: ASYNC251 - the fault that is to be seen
        await seen(telemetry)

    asyncio.run(app())
    (point,) = telemetry.metric("sonde.event_loop.lag")
    assert point.max >= 0.15
    lag.stop()
    lag.watch_running()  # outside of a loop: nothing


def test_the_loop_of_an_app_is_found_by_its_first_span(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "LAG_INTERVAL_S", 0.01)
    settings = config.Config(metrics=True)
    config.activate(settings)
    signals.start(settings)
    assert signals._Running.lag is not None
    signals._Running.lag._interval_s = 0.01

    async def app() -> None:
        with span("work"):
            await seen(telemetry)

    try:
        asyncio.run(app())
    finally:
        signals.stop()
    assert telemetry.metric("sonde.event_loop.lag")


def read(page: str) -> dict[str, list[Any]]:
    return {family.name: list(family.samples) for family in text_string_to_metric_families(page)}


def value(samples: list[Any], name: str, **labels: str) -> float:
    (found,) = [s.value for s in samples if s.name == name and labels.items() <= s.labels.items()]
    return float(found)


def test_the_apps_own_prometheus_endpoint(telemetry: Telemetry) -> None:
    settings = config.Config(prometheus_port=0)
    config.activate(settings)
    signals.start(settings)
    port = signals.prometheus_port()
    try:
        with context(endpoint="/chat"):
            for _ in range(3):
                record_call("gpt-4o", provider="openai", input_tokens=100, output_tokens=10, duration_ms=500)
            record_call("gpt-4o", provider="openai", error="APIError: no", duration_ms=10)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            page = read(answer.read().decode())
    finally:
        signals.stop()
    requests = page["llm_requests"]
    labels = {"model": "gpt-4o", "endpoint": "/chat"}
    assert value(requests, "llm_requests_total", status="ok", **labels) == 3
    assert value(requests, "llm_requests_total", status="error", **labels) == 1
    duration = page["llm_request_duration_seconds"]
    assert value(duration, "llm_request_duration_seconds_count", **labels) == 4
    assert value(duration, "llm_request_duration_seconds_sum", **labels) == pytest.approx(1.51)
    tokens = page["llm_token_usage"]
    assert value(tokens, "llm_token_usage_sum", model="gpt-4o", token_type="input") == 300
    assert value(page["llm_error_rate"], "llm_error_rate", model="gpt-4o") == 0.25
    assert value(page["llm_cost_usd"], "llm_cost_usd_total", model="gpt-4o") == pytest.approx(3 * 0.00035)
    standard = page["gen_ai_client_operation_duration_seconds"]
    assert (
        value(
            standard,
            "gen_ai_client_operation_duration_seconds_count",
            error_type="",
            gen_ai_provider_name="openai",
        )
        == 3
    )
    assert (
        value(page["gen_ai_client_token_usage"], "gen_ai_client_token_usage_sum", gen_ai_token_type="output")
        == 30
    )
    if sys.platform == "linux":
        assert "process_resident_memory_bytes" in page
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5)


def test_a_port_that_is_taken_is_told(telemetry: Telemetry, caplog: pytest.LogCaptureFixture) -> None:
    started = prometheus.start(0)
    assert started is not None
    try:
        assert prometheus.start(started[1].port) is None
        assert "choose another prometheus_port" in caplog.text
    finally:
        started[1].close()


def test_error_rate_looks_back_five_minutes() -> None:
    now = [0.0]
    rate = ErrorRate(lambda: now[0])
    for failed in (True, True, False, False):
        rate.add("m", failed=failed)
    now[0] = 200
    rate.add("m", failed=False)
    assert rate.rates() == {"m": 0.4}
    now[0] = 309
    assert rate.rates() == {"m": 0.0}
    now[0] = 600
    assert rate.rates() == {}


def test_series_stay_few() -> None:
    shown = PrometheusMetrics(process=False)
    for number in range(500):
        shown(
            CallFacts(
                trace_id="",
                span_id="",
                scope="s",
                operation="chat",
                start_ns=0,
                end_ns=1,
                status="ok",
                attributes={},
                request_model=f"m{number}",
                endpoint=f"/{number}",
            )
        )
    samples = read(shown.text().decode())["llm_requests"]
    models = {s.labels["model"] for s in samples}
    assert len(models) == VALUES_MAX + 1
    assert OTHER in models
    assert sum(s.value for s in samples if s.name == "llm_requests_total") == 500


def test_everything_off_is_off(telemetry: Telemetry) -> None:
    settings = config.Config()
    config.activate(settings)
    signals.start(settings)
    try:
        record_call("m", input_tokens=1)
        assert telemetry.logs == []
        assert telemetry.metric("gen_ai.client.operation.duration") == []
        assert signals.prometheus_port() is None
    finally:
        signals.stop()
