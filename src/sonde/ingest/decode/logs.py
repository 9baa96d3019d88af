"""Log records from an OTLP log export, protobuf or JSON."""

from msgspec import Struct

from sonde.ingest.decode import body_json, body_protobuf, schema
from sonde.ingest.decode.attributes import any_value, decode_attributes, nesting_budget
from sonde.ingest.decode.report import Reason, Report
from sonde.ingest.decode.traces import TOO_MANY_FIELDS, Media
from sonde.ingest.decode.wire import Budget, has_too_many_fields
from sonde.model.span import LogRecord, Resource, Scope

BAD_TRACE_ID = Reason("trace-id", "trace_id is not 16 bytes, log record kept without a trace")
BAD_SPAN_ID = Reason("span-id", "span_id is not 8 bytes, log record kept without a span")

_SEVERITIES = (
    "UNSPECIFIED",
    *(
        f"{name}{step}"
        for name in ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
        for step in ("", "2", "3", "4")
    ),
)


class DecodedLogs(Struct):
    """Log records that can be stored, and what happened to the others."""

    records: list[LogRecord]
    report: Report


def decode_logs(body: bytes, media: Media) -> DecodedLogs:
    """Decode an ``ExportLogsServiceRequest``. Raises like `decode_traces`."""
    nesting = nesting_budget()
    records: list[LogRecord] = []
    if media == "json":
        report = Report(("resourceLogs", "scopeLogs", "logRecords"))
        document = body_json.parse(body, report)
        for resource, scope, record in body_json.records(document, report, nesting):
            try:
                records.append(_from_json(record, resource, scope, report, nesting))
            except body_json.WrongType as error:
                report.reject(body_json.WRONG_TYPE, field_name=error.field_name)
        return DecodedLogs(records, report)
    report = Report(("resource_logs", "scope_logs", "log_records"))
    with body_protobuf.located(report):
        for resource, scope, record in body_protobuf.records(body, report, nesting):
            if has_too_many_fields(record):
                report.reject(TOO_MANY_FIELDS)
                continue
            records.append(_from_protobuf(record, resource, scope, report, nesting))
    return DecodedLogs(records, report)


def _from_protobuf(
    record: bytes, resource: Resource, scope: Scope, report: Report, nesting: Budget
) -> LogRecord:
    message = schema.log_record(record)
    attributes, dropped = decode_attributes(message.attributes, report, nesting)
    trace_id, span_id = _ids(message.trace_id.hex(), message.span_id.hex(), report)
    encoded = message.body
    return LogRecord(
        message.time_unix_nano,
        message.observed_time_unix_nano,
        message.severity_number,
        message.severity_text,
        any_value(encoded, 0, len(encoded), report, nesting) if encoded else None,
        message.event_name,
        attributes,
        trace_id,
        span_id,
        resource,
        scope,
        message.flags,
        message.dropped_attributes_count + dropped,
    )


def _from_json(
    record: body_json.JsonObject, resource: Resource, scope: Scope, report: Report, nesting: Budget
) -> LogRecord:
    attributes, dropped = body_json.attributes_of(record, report, nesting)
    trace_id, span_id = _ids(
        body_json.identifier(record, "traceId"), body_json.identifier(record, "spanId"), report
    )
    return LogRecord(
        body_json.unsigned(record, "timeUnixNano"),
        body_json.unsigned(record, "observedTimeUnixNano"),
        body_json.enumeration(record, "severityNumber", "SEVERITY_NUMBER_", _SEVERITIES, report),
        body_json.text(record, "severityText"),
        body_json.any_value(record.get("body"), report, nesting, 0),
        body_json.text(record, "eventName"),
        attributes,
        trace_id,
        span_id,
        resource,
        scope,
        body_json.unsigned(record, "flags") & 0xFFFF_FFFF,
        body_json.unsigned(record, "droppedAttributesCount") + dropped,
    )


def _ids(trace_id: str, span_id: str, report: Report) -> tuple[str, str]:
    """Ids in hex; empty for those that are invalid, as the protocol tells a receiver to treat them."""
    if trace_id and (len(trace_id) != 32 or not trace_id.strip("0")):
        if trace_id.strip("0"):
            report.warn(BAD_TRACE_ID)
        trace_id = ""
    if span_id and (len(span_id) != 16 or not span_id.strip("0")):
        if span_id.strip("0"):
            report.warn(BAD_SPAN_ID)
        span_id = ""
    return trace_id, span_id
