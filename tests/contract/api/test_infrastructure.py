"""Processes and hosts beside calls: rates, shares, quantiles and correlations, against plain arithmetic."""

import json
import math
import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from sonde.api.reads.correlation import STEPS_MIN, correlations
from sonde.model.rows import MetricPoint
from sonde.store.engine import WriteBatch
from tests.contract.api.world import NOW_NS, SECOND_NS, World, call_row, digest, facts, make_world

MINUTES = 40
START_NS = NOW_NS - MINUTES * 60 * SECOND_NS
WINDOW = {"from": "2026-11-20T23:20:00Z", "to": "2026-11-21T00:00:00Z", "project": "alpha", "step": "60"}
HOSTILE = '<svg onload="alert(1)">'
LAG_BOUNDS = [0.01, 0.1, 1.0]


def cpu_of(minute: int) -> float:
    """Goes up and down, never twice the same."""
    return 0.2 + 0.015 * ((minute * 7) % MINUTES)


def point(name: str, minute: float, value: float | None, process: int = 0, **changes: Any) -> MetricPoint:
    attributes: dict[str, str] = changes.pop("attributes", {})
    resource = json.dumps({"service.name": "chat", "process.pid": process})
    whole = isinstance(value, int)
    time_ns = START_NS + int(minute * 60) * SECOND_NS
    base = MetricPoint(
        project="alpha",
        time_ns=time_ns,
        start_ns=time_ns - 60 * SECOND_NS,
        received_ns=time_ns,
        service="chat",
        name=name,
        unit="1",
        description="",
        kind="gauge",
        temporality="",
        monotonic=False,
        attributes_json=json.dumps(attributes),
        resource_json=resource,
        scope_name="system_metrics",
        series_id=digest(f"{name} {process} {sorted(attributes.items())}"),
        value=None if whole else value,
        value_int=value if whole else None,
    )
    return msgspec.structs.replace(base, **changes)


def counter(name: str, minute: float, value: float, process: int = 0, **changes: Any) -> MetricPoint:
    kind = {"kind": "sum", "temporality": "cumulative", "monotonic": True}
    return point(name, minute, value, process, **{**kind, **changes})


def lag(minute: int, counts: list[int]) -> MetricPoint:
    return point(
        "sonde.event_loop.lag",
        minute + 0.5,
        None,
        kind="histogram",
        temporality="cumulative",
        count=sum(counts),
        sum=1.0,
        bounds=LAG_BOUNDS,
        bucket_counts=counts,
    )


def points() -> list[MetricPoint]:
    """Two processes on one host for forty minutes."""
    made: list[MetricPoint] = []
    for minute in range(MINUTES):
        at = minute + 0.5
        for process in (1, 2):
            made.append(point("process.cpu.utilization", at, cpu_of(minute) * process, process))
            made.append(point("process.memory.usage", at, 100_000_000 * process, process))
            # 600 bytes a minute; the process starts anew at minute 20.
            sent = 600 * (minute + 1 if minute < 20 else minute - 19)
            made.append(counter("process.disk.io", at, sent, process, attributes={"direction": HOSTILE}))
        for core in ("1", "2"):
            for state, share in (("idle", 0.9 if core == "1" else 0.5), ("user", 0.1), ("system", 0.0)):
                made.append(
                    point("system.cpu.utilization", at, share, attributes={"state": state, "cpu": core})
                )
        for device, each in (("eth0", 60), ("lo", 6_000_000)):
            made.append(
                counter(
                    "system.network.io",
                    at,
                    each * minute,
                    attributes={"device": device, "direction": "transmit"},
                )
            )
        # One value a minute below 10 ms, and from minute 30 on as many between 0.1 and 1 s.
        made.append(lag(minute, [10 * minute, 0, 10 * max(0, minute - 29), 0]))
        made.append(
            counter("cpython.gc.collections", at, 3, temporality="delta", attributes={"generation": "2"})
        )
    return made


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("infrastructure"), count=9)
    calls = []
    for number in range(MINUTES * 2):
        minute = number // 2
        start = START_NS + minute * 60 * SECOND_NS + (number % 2 + 1) * SECOND_NS
        # As slow as the CPU is busy; the odd minutes of the second half fail.
        fact = facts(
            3_000 + number,
            "alpha",
            service="chat",
            start_ns=start,
            end_ns=start + int(cpu_of(minute) * 1e9),
            status="error" if minute >= 20 and minute % 2 else "ok",
        )
        calls.append(call_row(fact, "alpha"))
    silent = facts(4_000, "alpha", service="worker", start_ns=START_NS, end_ns=START_NS + SECOND_NS)
    made.engine.write(WriteBatch(calls=[*calls, call_row(silent, "alpha")], metrics=points()))
    yield made
    made.close()


def ask(world: World, **params: Any) -> Any:
    answer = world.local.get("/api/v1/infrastructure", params={**WINDOW, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def line(answer: Any, measure: str, name: str = "") -> list[float | None]:
    found = next(item for item in answer["measures"] if item["name"] == measure)
    return next(item["values"] for item in found["lines"] if item["line"] == name)


def test_the_service_with_metrics_and_calls_comes_first(world: World) -> None:
    answer = ask(world)
    assert answer["service"] == "chat"
    assert answer["services"][0]["service"] == "chat"
    assert answer["services"][0]["instances"] == 3
    assert answer["services"][0]["calls"] == MINUTES * 2
    assert {item["service"]: item["metrics"] for item in answer["services"]}["worker"] == []
    assert len(answer["times"]) == MINUTES
    worker = ask(world, service="worker")
    assert worker["measures"] == []
    assert sum(worker["calls"]["calls"]) == 1
    assert worker["correlations"] == []


def test_gauges_are_per_process_or_in_total_and_a_host_is_busy_when_it_is_not_idle(world: World) -> None:
    answer = ask(world)
    cpu = line(answer, "process_cpu")
    assert cpu == pytest.approx([cpu_of(minute) * 1.5 for minute in range(MINUTES)])
    assert line(answer, "process_memory") == [300_000_000] * MINUTES
    assert line(answer, "host_cpu") == pytest.approx([0.3] * MINUTES)


def test_counters_are_rates_and_a_restart_is_no_fall(world: World) -> None:
    answer = ask(world)
    # Two processes with 600 bytes a minute each; nothing is known before their first point.
    assert line(answer, "process_disk", HOSTILE) == [None, *[pytest.approx(20.0)] * (MINUTES - 1)]
    assert line(answer, "host_network", "transmit") == [None, *[pytest.approx(1.0)] * (MINUTES - 1)]
    assert line(answer, "gc", "2") == [pytest.approx(0.05)] * MINUTES
    later = ask(world, **{"from": "2026-11-20T23:30:00Z"})
    assert line(later, "process_disk", HOSTILE)[0] == pytest.approx(20.0)


def test_a_counter_over_longer_steps_is_the_same_rate(world: World) -> None:
    answer = ask(world, step="600")
    assert line(answer, "process_disk", HOSTILE) == [pytest.approx(20.0)] * 4
    assert line(answer, "process_cpu") == pytest.approx(
        [sum(cpu_of(minute) for minute in range(at, at + 10)) * 0.15 for at in range(0, MINUTES, 10)]
    )


def test_event_loop_lag_is_the_95th_percentile_of_what_was_added(world: World) -> None:
    lags = line(ask(world), "event_loop_lag")
    assert lags[0] is None
    assert lags[1:30] == [pytest.approx(0.0095)] * 29
    # Half of twenty values lie between 0.1 and 1: the nineteenth is nine tenths into that bucket.
    assert lags[30:] == [pytest.approx(0.1 + 0.9 * 0.9)] * 10


def test_calls_stand_on_the_same_steps(world: World) -> None:
    calls = ask(world)["calls"]
    assert calls["calls"] == [2] * MINUTES
    assert calls["error_rate"] == [1.0 if minute >= 20 and minute % 2 else 0.0 for minute in range(MINUTES)]
    assert calls["latency_p95_ms"] == pytest.approx(
        [cpu_of(minute) * 1000 for minute in range(MINUTES)], rel=1e-4
    )
    assert all(cost is None or float(cost) > 0 for cost in calls["cost_usd"])


def ranks(values: list[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) + 1) / 2 for value in values]


def spearman(xs: list[float], ys: list[float]) -> float:
    a, b = ranks(xs), ranks(ys)
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    over = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return over / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def test_the_strongest_correlation_comes_first_and_a_flat_series_has_none(world: World) -> None:
    found = ask(world)["correlations"]
    best = found[0]
    assert (best["measure"], best["calls_measure"], best["steps"]) == (
        "process_cpu",
        "latency_p95_ms",
        MINUTES,
    )
    assert best["rho"] == pytest.approx(1.0)
    assert not best["by_chance"]
    assert [abs(item["rho"]) for item in found if item["rho"] is not None] == sorted(
        (abs(item["rho"]) for item in found if item["rho"] is not None), reverse=True
    )
    flat = [item for item in found if item["measure"] == "process_memory"]
    assert {(item["rho"], item["note"]) for item in flat} == {(None, "one of the two does not change")}


def test_too_few_steps_are_said(world: World) -> None:
    found = ask(world, **{"from": "2026-11-20T23:55:00Z"})["correlations"]
    assert {item["rho"] for item in found} == {None}
    assert found[0]["note"] == f"too few: 5 steps have both, {STEPS_MIN} are needed"


def test_correlations_are_those_of_the_textbook_with_ties_and_holes(world: World) -> None:
    rng = random.Random(20)
    firsts = [[rng.choice([None, 0.0, 0.0, rng.random()]) for _ in range(120)] for _ in range(4)]
    seconds = [
        [None if rng.random() < 0.2 else rng.randint(0, 5) * 1e9 for _ in range(120)] for _ in range(3)
    ]
    found = {(item.first, item.second): item for item in correlations(world.services, firsts, seconds)}
    assert len(found) == 12
    for (first, second), item in found.items():
        pairs = [
            (x, y)
            for x, y in zip(firsts[first], seconds[second], strict=True)
            if x is not None and y is not None
        ]
        assert item.steps == len(pairs)
        assert item.rho == pytest.approx(spearman([x for x, _ in pairs], [y for _, y in pairs]), abs=1e-6)


def test_a_project_sees_only_its_own_processes(world: World) -> None:
    answer = world.remote.get(
        "/api/v1/infrastructure",
        params={"from": WINDOW["from"], "to": WINDOW["to"]},
        headers=world.key(["read"], "beta"),
    )
    assert "chat" not in [item["service"] for item in answer.json()["services"]]
    assert answer.json()["measures"] == []
