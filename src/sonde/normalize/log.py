"""`read_log`: one decoded log record → its row, and what a GenAI event says of a call."""

import hashlib
from typing import Any

from msgspec import Struct

from sonde.model.facts import SpanFacts
from sonde.model.limits import FUTURE_TOLERANCE_NS, TIME_MAX_NS, TIME_MIN_NS
from sonde.model.rows import LogContent, LogRow, Score
from sonde.model.span import LogRecord
from sonde.normalize.events import MESSAGE_EVENTS, NO_EVENTS
from sonde.normalize.failure import read_failure
from sonde.normalize.identity import read_operation
from sonde.normalize.messages import Thread, read
from sonde.normalize.rendering import to_json
from sonde.normalize.resource import ResourceReading, read_resource
from sonde.normalize.scores import evaluation_result
from sonde.normalize.span import content_of
from sonde.normalize.statement import convention_of, finish_word, prepare, state
from sonde.normalize.walk import Stated, walk
from sonde.semconv.convert import mapping, text

_DETAILS = frozenset({"gen_ai.client.inference.operation.details", "gen_ai.client.operation.exception"})
_SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")
_SEVERITY_WORDS = {
    "trace": "trace",
    "verbose": "trace",
    "debug": "debug",
    "info": "info",
    "information": "info",
    "notice": "info",
    "warn": "warn",
    "warning": "warn",
    "error": "error",
    "err": "error",
    "fatal": "fatal",
    "critical": "fatal",
    "emergency": "fatal",
}


class LogReading(Struct, frozen=True, gc=False):
    """What a log record becomes."""

    row: LogRow
    facts: SpanFacts | None
    content: LogContent | None
    scores: list[Score]


def read_log(
    record: LogRecord, *, project: str, received_ns: int, position: int, repeat: int = 0
) -> LogReading:
    """Read one log record. Pure; never raises on anything a sender can put into it.

    Args:
        record: As decoded.
        project: Whose data it is.
        received_ns: When it arrived.
        position: Its place in the request; orders the messages of one span that have one time.
        repeat: How many equal records came before it in the same request, so that they stay apart.
    """
    stated = walk(record.attributes)
    event_name = record.event_name or text(stated.values.get("event_name")) or ""
    resource = read_resource(record.resource)
    time_ns, time_flag = _placed(record, received_ns)
    record_id = _record_id(record, repeat)
    facts = None
    thread = None
    if event_name in MESSAGE_EVENTS:
        thread = _message(record, event_name)
        facts = _choice_facts(record, stated, resource, thread, time_ns, event_name)
    elif event_name in _DETAILS:
        facts, thread = _details(record, stated, resource, time_ns)
    content = None
    if thread is not None and thread.messages:
        content = LogContent(
            trace_id=record.trace_id,
            span_id=record.span_id,
            response_id=(facts.response_id if facts is not None else None) or "",
            time_ns=time_ns,
            position=position,
            messages=thread.messages,
            record_id=record_id,
        )
    row = LogRow(
        project=project,
        time_ns=time_ns,
        observed_ns=record.observed_ns,
        received_ns=received_ns,
        trace_id=record.trace_id,
        span_id=record.span_id,
        service=resource.service,
        severity_number=record.severity_number,
        severity=_severity(record),
        event_name=event_name,
        body="" if event_name in MESSAGE_EVENTS else _body(record.body),
        attributes_json=to_json(stated.kept),
        resource_json=resource.attributes_json,
        scope_name=record.scope.name,
        time_flag=time_flag,
        record_id=record_id,
    )
    return LogReading(row, facts, content, _scores(record, event_name, project, time_ns))


def _placed(record: LogRecord, received_ns: int) -> tuple[int, str]:
    """The event's own time, else when it was observed; else when it came, with a flag that says so."""
    time_ns = record.time_ns or record.observed_ns
    if time_ns < TIME_MIN_NS or time_ns > TIME_MAX_NS:
        return received_ns, "invalid"
    if time_ns > received_ns + FUTURE_TOLERANCE_NS:
        return received_ns, "future"
    return time_ns, ""


def _message(record: LogRecord, event_name: str) -> Thread:
    """One message of the 1.28–1.36 era: the body is the message."""
    direction, role = MESSAGE_EVENTS[event_name]
    thread = Thread([])
    body: Any = record.body if record.body is not None else record.attributes.get("gen_ai.event.content")
    if direction == "output":
        body = _choice(body)
    elif isinstance(body, dict) and "role" not in body:
        body = {"role": role, **_tool_answer(mapping(body))}
    if body:
        read(thread, body, direction, role)
    return thread


def _tool_answer(body: dict[str, Any]) -> dict[str, Any]:
    if "id" in body and "tool_call_id" not in body and "tool_calls" not in body:
        return {**body, "tool_call_id": body["id"]}
    return body


def _choice(body: Any) -> Any:
    """``gen_ai.choice``: the message inside, with tool calls and reason wherever they were put."""
    choice = mapping(body)
    if not choice:
        return body
    inner = choice.get("message")
    message = dict(mapping(inner)) or {"content": inner}
    message.setdefault("role", "assistant")
    if "tool_calls" in choice:
        message.setdefault("tool_calls", choice["tool_calls"])
    if "finish_reason" in choice:
        message["finish_reason"] = choice["finish_reason"]
    return {"choices": [{"message": message, "finish_reason": choice.get("finish_reason")}]}


def _choice_facts(
    record: LogRecord,
    stated: Stated,
    resource: ResourceReading,
    thread: Thread,
    time_ns: int,
    event_name: str,
) -> SpanFacts | None:
    """What an answer's event adds to its span: how it finished and how many tools it asked for."""
    if event_name != "gen_ai.choice" or not record.span_id:
        return None
    return SpanFacts(
        trace_id=record.trace_id,
        span_id=record.span_id,
        parent_span_id="",
        start_ns=time_ns,
        end_ns=time_ns,
        scope=record.scope.name,
        convention=convention_of(record.scope.name, stated),
        operation="chat",
        source="log",
        service=resource.service,
        finish_reason=finish_word(thread.finish_reason),
        tool_calls=thread.tool_calls if thread.messages else None,
    )


def _details(
    record: LogRecord, stated: Stated, resource: ResourceReading, time_ns: int
) -> tuple[SpanFacts, Thread | None]:
    """The one event per call of the 1.37+ era: the span's attributes once more, with content."""
    values = stated.values
    scope = record.scope.name
    convention = convention_of(scope, stated)
    prepare(values, convention)
    operation = read_operation(values, convention, "")
    thread = content_of(stated, NO_EVENTS, operation)
    failure = read_failure(values, NO_EVENTS, failed=False, message="")
    facts = state(
        ids=(record.trace_id, record.span_id, ""),
        times=(time_ns, time_ns),
        source="log",
        name="",
        kind=0,
        scope=scope,
        convention=convention,
        operation=operation,
        role="",
        resource=resource,
        values=values,
        events=NO_EVENTS,
        failure=failure,
        thread=thread,
    )
    return facts, thread


def _scores(record: LogRecord, event_name: str, project: str, time_ns: int) -> list[Score]:
    if event_name != "gen_ai.evaluation.result":
        return []
    body: Any = record.body
    attributes = record.attributes
    if not attributes.get("gen_ai.evaluation.name") and isinstance(body, dict):
        attributes = {**attributes, **mapping(body)}
    source = "openlit" if record.scope.name.startswith("openlit") else "otel"
    score = evaluation_result(
        attributes,
        project=project,
        time_ns=time_ns,
        trace_id=record.trace_id,
        span_id=record.span_id,
        source=source,
    )
    return [score] if score is not None else []


def _severity(record: LogRecord) -> str:
    number = record.severity_number
    if 1 <= number <= 24:
        return _SEVERITIES[(number - 1) // 4]
    return _SEVERITY_WORDS.get(record.severity_text.strip().lower(), "")


def _body(body: Any) -> str:
    if body is None:
        return ""
    return body if isinstance(body, str) else to_json(body)


def _record_id(record: LogRecord, repeat: int) -> str:
    """Hash of all the sender said, and of the repeat among equal records."""
    pieces = (
        f"{record.time_ns}.{record.observed_ns}.{record.severity_number}.{record.flags}.{repeat}",
        record.severity_text,
        record.event_name,
        record.trace_id,
        record.span_id,
        to_json(record.body),
        to_json(record.attributes),
        to_json(record.resource.attributes),
        record.scope.name,
    )
    encoded = "\x00".join(pieces).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(encoded, digest_size=16).hexdigest()
