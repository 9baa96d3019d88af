"""Logs, processes and calls of a project ``ops``, with text in every field that must never run."""

import json
import time
from typing import Any

from tests.contract.otlp.client import post
from tests.contract.otlp.target import Served, until
from tests.e2e.traffic import HOSTILE, SCOPE, SECOND_NS, Json, attribute, chat, send, wait_for_spans

MINUTE_NS = 60 * SECOND_NS
MINUTES = 90
LOGS = 3_000
PEAK = (40, 46)
"""Minutes before now in which the CPU is busy and the calls are slow."""
OPS_TRACE = "0b5e" * 8
OPS_SPAN = "0b" * 8
OPS_SERVICE = "checkout"
RELEASE_MINUTE = 30
"""Minutes before now at which version 7 was first seen."""
LEVELS = ((9, "INFO"), (9, "INFO"), (5, "DEBUG"), (13, "WARN"), (17, "ERROR"))


def is_peak(minute: int) -> bool:
    """Whether a number of minutes before now lies in the peak."""
    return PEAK[0] <= minute < PEAK[1]


def resource(release: str = "6") -> Json:
    """The resource of the service."""
    pairs = {
        "service.name": OPS_SERVICE,
        "service.version": release,
        "host.name": HOSTILE,
        "deployment.environment.name": "production",
    }
    return {"attributes": [attribute(key, value) for key, value in pairs.items()]}


def log(now_ns: int, number: int) -> Json:
    """One record; the newest belongs to a span and is hostile, every 500th is structured."""
    level, text = LEVELS[number % len(LEVELS)]
    body: Json = {"stringValue": f"order {number} handled by worker {number % 7}"}
    if number % 500 == 3:
        items = [attribute("order", number), attribute("lines", [1, {"sku": HOSTILE}])]
        body = {"kvlistValue": {"values": items}}
    found: Json = {
        "timeUnixNano": str(now_ns - SECOND_NS - number * MINUTES * MINUTE_NS // LOGS),
        "severityNumber": level,
        "severityText": text,
        "body": body,
        "attributes": [attribute("order.id", number), attribute("note", HOSTILE)],
    }
    if number == 0:
        found |= {
            "severityNumber": 17,
            "severityText": "ERROR",
            "traceId": OPS_TRACE,
            "spanId": OPS_SPAN,
            "eventName": "checkout.failed",
            "body": {"stringValue": f"connection refused by the payment service {HOSTILE}"},
        }
    return found


def gauge(name: str, unit: str, points: list[Json]) -> Json:
    """A metric that goes up and down."""
    return {"name": name, "unit": unit, "gauge": {"dataPoints": points}}


def counter(name: str, unit: str, points: list[Json]) -> Json:
    """A metric that only grows."""
    return {
        "name": name,
        "unit": unit,
        "sum": {"dataPoints": points, "aggregationTemporality": 2, "isMonotonic": True},
    }


def metrics(now_ns: int) -> Json:
    """One process and its host, a point a minute."""
    cpu, memory, network, busy, lag = [], [], [], [], []
    counts = [0, 0, 0, 0]
    for minute in range(MINUTES, 0, -1):
        at = {
            "timeUnixNano": str(now_ns - minute * MINUTE_NS),
            "startTimeUnixNano": str(now_ns - MINUTES * MINUTE_NS),
        }
        share = 0.2 + minute % 7 / 100 + (0.7 if is_peak(minute) else 0)
        cpu.append({**at, "asDouble": share})
        memory.append({**at, "asInt": str((300 + minute % 5) << 20)})
        passed = MINUTES - minute
        network += [
            {
                **at,
                "asInt": str(passed * 60_000 * weight),
                "attributes": [attribute("device", "eth0"), attribute("direction", direction)],
            }
            for direction, weight in (("transmit", 3), ("receive", 1))
        ]
        busy += [
            {
                **at,
                "asDouble": value,
                "attributes": [attribute("state", state), attribute("cpu", 1)],
            }
            for state, value in (("idle", 1 - share), ("user", share))
        ]
        counts[2 if is_peak(minute) else 0] += 20
        lag.append(
            {
                **at,
                "count": str(sum(counts)),
                "sum": 1.0,
                "bucketCounts": [str(count) for count in counts],
                "explicitBounds": [0.005, 0.05, 0.5],
            }
        )
    return {
        "resourceMetrics": [
            {
                "resource": resource(),
                "scopeMetrics": [
                    {
                        "scope": {"name": "system_metrics"},
                        "metrics": [
                            gauge("process.cpu.utilization", "1", cpu),
                            gauge("process.memory.usage", "By", memory),
                            counter("system.network.io", "By", network),
                            gauge("system.cpu.utilization", "1", busy),
                            {
                                "name": "sonde.event_loop.lag",
                                "unit": "s",
                                "histogram": {"dataPoints": lag, "aggregationTemporality": 2},
                            },
                        ],
                    }
                ],
            }
        ]
    }


def calls(now_ns: int) -> list[tuple[str, Json]]:
    """Two calls a minute with their release; slow ones, one of them failing, in the peak."""
    found: list[tuple[str, Json]] = []
    for minute in range(MINUTES, 0, -1):
        release = "6" if minute > RELEASE_MINUTE else "7"
        for number in (0, 1):
            start = now_ns - minute * MINUTE_NS + (number * 20 + 5) * SECOND_NS
            more: Json = {"error": "timed out"} if is_peak(minute) and number else {}
            duration = 9_000 if is_peak(minute) else 600 + minute % 7 * 40
            found.append((release, chat(start, duration_ms=duration, **more)))
    own = chat(now_ns - 2 * SECOND_NS, trace_id=OPS_TRACE, span_id=OPS_SPAN)
    return [*found, ("7", own)]


def post_json(server: Served, path: str, document: Json) -> None:
    """Send to an OTLP path; the answer has to be a plain success."""
    answer = post(
        server.http_port,
        json.dumps(document).encode(),
        path=path,
        headers={"x-sonde-project": "ops"},
        media="application/json",
    )
    assert answer.status == 200, answer.body
    assert "partialSuccess" not in answer.json(), answer.body


def send_signals(server: Served) -> int:
    """Everything of project ``ops``; the time it is counted back from, in ns."""
    now_ns = time.time_ns()
    made = calls(now_ns)
    for release in ("6", "7"):
        spans = [span for of, span in made if of == release]
        scope: Any = [{"scope": {"name": SCOPE}, "spans": spans}]
        send(server, "ops", {"resourceSpans": [{"resource": resource(release), "scopeSpans": scope}]})
    records = [log(now_ns, number) for number in range(LOGS)]
    scopes = [{"scope": {"name": "shop.orders"}, "logRecords": records}]
    post_json(server, "/v1/logs", {"resourceLogs": [{"resource": resource(), "scopeLogs": scopes}]})
    post_json(server, "/v1/metrics", metrics(now_ns))
    wait_for_spans(server, "ops", len(made))
    query = "select count() as n from logs where project = 'ops'"
    until(lambda: int(server.sql(query)[0]["n"]) >= LOGS, 60)
    return now_ns
