"""The doors by which OpenTelemetry hands over log records and metrics. Loaded only where these are on."""

import copy
from collections.abc import Sequence
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.sdk._logs import LogRecordProcessor, ReadableLogRecord, ReadWriteLogRecord
from opentelemetry.sdk.resources import Resource

from sonde.sdk.config import Config
from sonde.sdk.export.batch import Batch
from sonde.sdk.export.encode import (
    redact_attributes,
    redact_value,
    remove_content,
    resource_attributes,
    set_resource,
)
from sonde.sdk.export.intake import Intake, Lane
from sonde.sdk.redacting import redacting
from sonde.sdk.safety import failed

LOG_BYTES = 512
_GENAI = "gen_ai."


class LogDoor(LogRecordProcessor):
    """Attached to a provider once; `sonde.init` and `shutdown` only change what is behind it."""

    def __init__(self) -> None:
        self._intake: Intake | None = None
        self._lane: Lane[ReadableLogRecord] | None = None

    def open(self, intake: Intake, lane: Lane[ReadableLogRecord]) -> None:
        """Let records in."""
        self._lane = lane
        self._intake = intake

    def shut(self) -> None:
        """Let nothing in any more."""
        self._intake = None

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Take a record."""
        intake, lane = self._intake, self._lane
        if intake is None or lane is None:
            return
        try:
            record = copy.copy(log_record.log_record)
            record.context = Context()  # it may hold anything the app put there
            readable = ReadableLogRecord(
                log_record=record,
                resource=log_record.resource or Resource.get_empty(),
                instrumentation_scope=log_record.instrumentation_scope,
                limits=log_record.limits,
            )
            body = record.body
            intake.put(lane, readable, LOG_BYTES + (len(body) if isinstance(body, str) else 0))
        except Exception as error:  # noqa: BLE001 — a log line is part of the app's call
            failed("taking a log record", error)

    def shutdown(self) -> None:
        """The provider ends: send what waits."""
        self.force_flush()

    def force_flush(self, timeout_millis: int = 5_000) -> bool:
        """Send what waits."""
        intake = self._intake
        return True if intake is None else intake.flush(timeout_millis / 1_000)


class LogEncoder:
    """Encodes by one set of settings."""

    def __init__(self, config: Config, default_service: str) -> None:
        self._config = config
        self._resource = resource_attributes(config)
        self._default_service = default_service

    def encode(self, records: Sequence[ReadableLogRecord]) -> Batch:
        """One request; what GenAI events hold of content is left out or redacted."""
        request = encode_logs(records)
        for resource_logs in request.resource_logs:
            set_resource(resource_logs.resource, self._resource, self._default_service)
            for scope_logs in resource_logs.scope_logs:
                for record in scope_logs.log_records:
                    self._finish(record)
        return Batch("logs", len(records), request)

    def _finish(self, record: Any) -> None:
        name = record.event_name or next(
            (a.value.string_value for a in record.attributes if a.key == "event.name"), ""
        )
        if self._config.capture_content:
            try:
                rules = redacting(self._config.redact)
                redact_attributes(record.attributes, rules, self._config.content_bytes_max, every=False)
                if name.startswith(_GENAI):
                    redact_value(record.body, rules, self._config.content_bytes_max)
                return
            except Exception as error:  # noqa: BLE001 — a rule of the app's own may raise: then no content is sent
                failed("redacting content", error)
        remove_content(record.attributes)
        if name.startswith(_GENAI):
            record.ClearField("body")
