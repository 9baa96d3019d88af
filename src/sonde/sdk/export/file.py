"""``export="file:calls.jsonl"``: OTLP JSON, one export request a line, as the Collector writes files."""

import base64
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sonde.sdk.export.batch import Batch
from sonde.sdk.ledger import Ledger
from sonde.sdk.safety import tell_once

_IDS = frozenset(("traceId", "spanId", "parentSpanId"))


class JsonLines:
    """Appends to one file. Several processes may share it: a line is one write."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        """Raises OSError when the file cannot be opened for writing."""
        self._path = path
        self._ledger = ledger
        self._begin()
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(self._open())

    def _begin(self) -> None:
        self._lock = threading.Lock()

    def deliver(self, batch: Batch) -> None:
        """Append one line. The ledger's own report is for servers and left out."""
        if not batch.counted:
            return
        line = msgspec.json.encode(otlp_json(batch)) + b"\n"
        try:
            with self._lock:
                descriptor = self._open()
                try:
                    _write_all(descriptor, line)
                finally:
                    os.close(descriptor)
        except OSError as error:
            tell_once("file export", f"sonde: {self._path} cannot be written ({error}); telemetry is dropped")
            self._ledger.add(batch.signal, "dropped", batch.records, "file")
            return
        self._ledger.add(batch.signal, "stored", batch.records)

    def flush(self, timeout_s: float) -> bool:
        """Every line is written at once."""
        return True

    def close(self, timeout_s: float) -> None:
        """The file is closed after every line."""

    def after_fork(self) -> None:
        """The lock may be held by a thread that is not here."""
        self._begin()

    def _open(self) -> int:
        # Content may be in it: for the owner only.
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def otlp_json(batch: Batch) -> dict[str, Any]:
    """The request in OTLP's JSON: protobuf's mapping, but ids in hex and enums as numbers."""
    document = MessageToDict(batch.request, use_integers_for_enums=True)
    _hex_ids(document)
    return document


def requests_of(path: Path) -> Iterator[ExportTraceServiceRequest]:
    """The trace requests of such a file. Lines that are cut short or of another kind are left out."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if '"resourceSpans"' not in line:
                continue
            try:
                document = msgspec.json.decode(line)
                _base64_ids(document)
                yield ParseDict(document, ExportTraceServiceRequest(), ignore_unknown_fields=True)
            except (msgspec.DecodeError, ParseError, ValueError):
                tell_once("reading an export", f"sonde: {path} has lines that are not OTLP JSON; left out")


def _base64_ids(node: object) -> None:
    _each_id(node, lambda text: base64.b64encode(bytes.fromhex(text)).decode())


def _hex_ids(node: object) -> None:
    _each_id(node, lambda text: base64.b64decode(text).hex())


def _each_id(node: object, change: Callable[[str], str]) -> None:
    """Rewrite trace and span ids in place, but nothing of that name that an app made up."""
    if isinstance(node, dict):
        fields = cast("dict[str, Any]", node)
        for key, value in fields.items():
            if key in _IDS and isinstance(value, str):
                fields[key] = change(value)
            elif key not in ("attributes", "body"):
                _each_id(value, change)
    elif isinstance(node, list):
        for item in cast("list[object]", node):
            _each_id(item, change)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
