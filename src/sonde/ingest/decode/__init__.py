"""OTLP bodies, protobuf or JSON → decoded records. Pure: no network, no storage, no clock."""

from sonde.ingest.decode.errors import Malformed
from sonde.ingest.decode.logs import DecodedLogs, decode_logs
from sonde.ingest.decode.metrics import DecodedMetrics, decode_metrics
from sonde.ingest.decode.report import Report
from sonde.ingest.decode.traces import DecodedTraces, Media, decode_traces

__all__ = [
    "DecodedLogs",
    "DecodedMetrics",
    "DecodedTraces",
    "Malformed",
    "Media",
    "Report",
    "decode_logs",
    "decode_metrics",
    "decode_traces",
]
