"""Rows to filter, as the store takes them and as plain dictionaries."""

import json
import random
from decimal import Decimal
from typing import Any, TypeAlias

from sonde.model.facts import SpanFacts, Usage
from sonde.model.rows import CallRow, Cost, LogRow, Message, SpanRow

SECOND_NS = 1_000_000_000
BASE_NS = 1_795_219_200 * SECOND_NS
"""2026-11-21 00:00 UTC."""
TEXTS = [
    "a",
    "A",
    "gpt-4o",
    "it's",
    'say "x"',
    "50%",
    "under_score",
    "back\\slash",
    "a*b",
    "ü",
    "two words",
    "(x)",
]
WORDS = ["refund", "voucher", "late", "Parcel"]
ATTRIBUTES: list[Any] = ["x", "5", 5, 2.5, True, -3, ["x", "y"], "[x", "a b", None]
Row: TypeAlias = dict[str, Any]


def make_rows(rng: random.Random) -> tuple[list[SpanRow], list[CallRow], list[LogRow], dict[str, list[Row]]]:
    spans: list[SpanRow] = []
    calls: list[CallRow] = []
    logs: list[LogRow] = []
    plain: dict[str, list[Row]] = {"spans": [], "calls": [], "traces": [], "logs": []}

    def maybe(values: list[Any]) -> Any:
        return rng.choice([*values, None])

    for number in range(16):
        trace_id = f"{number + 1:030x}00"
        of_trace: list[Row] = []
        for index in range(rng.randint(1, 5)):
            start = BASE_NS + rng.randrange(7200) * SECOND_NS // 2
            duration = rng.choice([0, 1_000_000, 500_000_000, 2_000_000_000, 2_000_000_001, 61_000_000_000])
            is_call = number % 4 != 0 and rng.random() < 0.7
            tokens = (maybe([0, 5, 1000, 1500]), maybe([0, 7, 1000]))
            facts = SpanFacts(
                trace_id=trace_id,
                span_id=f"{number * 16 + index + 1:014x}00",
                parent_span_id="" if index == 0 else f"{number * 16 + 1:014x}00",
                start_ns=start,
                end_ns=start + duration,
                scope="scope",
                convention="genai",
                operation="chat" if is_call else "tool",
                name=rng.choice(TEXTS),
                service=rng.choice(TEXTS),
                environment=maybe(["dev", "production"]),
                provider=maybe(TEXTS),
                request_model=maybe(TEXTS),
                response_model=maybe(TEXTS),
                user_id=maybe(TEXTS),
                session_id=maybe(TEXTS),
                tags=tuple(rng.sample(TEXTS, rng.randint(0, 3))),
                status=rng.choice(["ok", "error"]),
                error_type=maybe(TEXTS),
                finish_reason=maybe(["stop", "length"]),
                streaming=maybe([True, False]),
                ttft_ms=maybe([0.0, 50.0, 800.5]),
                tool_calls=maybe([0, 1, 3]),
                usage=Usage(input_tokens=tokens[0], output_tokens=tokens[1]),
            )
            attributes = {
                key: value
                for key in ("k", "dotted.key", "odd key", "back\\slash key")
                if (value := rng.choice(ATTRIBUTES)) is not None
            }
            resource = {"host.name": rng.choice(TEXTS)} if rng.random() < 0.6 else {}
            messages = [" ".join(rng.sample(WORDS, rng.randint(1, 3))) for _ in range(rng.randint(0, 2))]
            status = "error" if facts.status == "error" else rng.choice(["unset", "ok"])
            span = SpanRow(
                project="p",
                trace_id=trace_id,
                span_id=facts.span_id,
                parent_span_id=facts.parent_span_id,
                time_ns=start,
                end_ns=start + duration,
                received_ns=start,
                duration_ns=duration,
                name=facts.name,
                kind=rng.choice(["client", "server"]),
                status=status,
                status_message="",
                service=facts.service,
                scope_name="scope",
                scope_version="1",
                trace_state="",
                flags=0,
                time_flag="",
                attributes_json=json.dumps(attributes),
                resource_json=json.dumps(resource),
                events_json="",
                links_json="",
                dropped_count=0,
                facts=facts,
                messages=[Message("input", "user", text) for text in messages],
                content_hash=f"{len(spans) + 1:064x}",
            )
            spans.append(span)
            cost = maybe([Decimal(0), Decimal("0.05"), Decimal("0.050000001"), Decimal(2)])
            row: Row = {
                "key": (trace_id, facts.span_id),
                "trace": trace_id,
                "span": facts.span_id,
                "root": index == 0,
                "time": start,
                "duration": duration,
                "name": [facts.name],
                "service": [facts.service],
                "environment": [facts.environment],
                "provider": [facts.provider],
                "model": [facts.request_model, facts.response_model],
                "user": [facts.user_id],
                "session": [facts.session_id],
                "error_type": [facts.error_type],
                "status": status,
                "attributes": attributes,
                "resource": resource,
                "content": messages,
                "call": None,
            }
            of_trace.append(row)
            plain["spans"].append(row)
            if not is_call:
                continue
            counted = rng.random() < 0.8
            calls.append(
                CallRow(
                    project="p",
                    time_ns=start,
                    facts=facts,
                    cost=Cost("priced" if cost is not None else "unpriced", "computed", cost),
                    counted=counted,
                    duplicate_of="",
                    duplicate_reason="",
                    attributes_json=json.dumps(attributes),
                    time_flag="",
                    content_hash=f"{len(calls) + 1:064x}",
                    version=2,
                )
            )
            if counted:
                known = [value for value in tokens if value is not None]
                row["call"] = {
                    "cost": cost,
                    "tokens": sum(known) if known else None,
                    "input": tokens[0],
                    "ttft": None if facts.ttft_ms is None else Decimal(str(facts.ttft_ms)) * 1_000_000,
                    "streaming": facts.streaming,
                    "tool_calls": facts.tool_calls,
                    "tags": list(facts.tags),
                    "finish_reason": [facts.finish_reason],
                }
                plain["calls"].append(row | {"status": facts.status})
        plain["traces"].append({"key": trace_id, "trace": trace_id, "rows": of_trace})
        for row in of_trace:
            row["of_trace"] = plain["traces"][-1]
        plain["traces"][-1]["of_trace"] = plain["traces"][-1]
    for row in plain["calls"]:
        row["of_trace"] = next(item for item in plain["traces"] if item["trace"] == row["trace"])
    for number in range(30):
        trace = rng.choice([None, *plain["traces"]])
        log = LogRow(
            project="p",
            time_ns=BASE_NS + number * 60 * SECOND_NS,
            observed_ns=BASE_NS,
            received_ns=BASE_NS,
            trace_id=trace["trace"] if trace else "",
            span_id="",
            service=rng.choice(TEXTS),
            severity_number=0,
            severity=rng.choice(["", "debug", "info", "warn", "error"]),
            event_name=rng.choice(["", "a", "ü"]),
            body=" ".join(rng.sample(WORDS, rng.randint(0, 3))),
            attributes_json=json.dumps(
                {"k": rng.choice([value for value in ATTRIBUTES if value is not None])}
            ),
            resource_json=json.dumps({"deployment.environment.name": "dev"} if number % 3 == 0 else {}),
            scope_name="",
            time_flag="",
            record_id=f"{number + 1:016x}",
        )
        logs.append(log)
        plain["logs"].append(
            {
                "key": number + 1,
                "time": log.time_ns,
                "service": [log.service],
                "environment": ["dev" if number % 3 == 0 else None],
                "severity": log.severity,
                "content": [log.body],
                "attributes": json.loads(log.attributes_json),
                "resource": json.loads(log.resource_json),
                "of_trace": trace,
            }
        )
    return spans, calls, logs, plain
