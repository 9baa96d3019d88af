"""What the receivers count about themselves."""

from sonde.ingest.decode import attributes, body_json, logs, metrics, point, traces
from sonde.ingest.decode.report import Reason
from sonde.model.errors import SondeError
from sonde.telemetry.counters import REGISTRY

SIGNALS = ("traces", "logs", "metrics", "scores")
TRANSPORTS = ("http", "grpc")
OUTCOMES = (
    "ok",
    "bad-request",
    "unauthenticated",
    "forbidden",
    "too-large",
    "unsupported-media",
    "rate-limited",
    "unavailable",
    "failed",
    "gone",
)
"""How a request ended. ``gone``: the client hung up before its body was complete."""

_OUTCOME_OF_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    413: "too-large",
    415: "unsupported-media",
    429: "rate-limited",
    503: "unavailable",
}


def _codes() -> list[str]:
    """Codes of every reason the decoders know."""
    found = {
        value.code
        for module in (attributes, body_json, logs, metrics, point, traces)
        for value in vars(module).values()
        if isinstance(value, Reason)
    }
    return sorted(found | {"score"})


REQUESTS = REGISTRY.counter(
    "sonde_receiver_requests_total",
    "Requests by how they ended.",
    {"signal": SIGNALS, "transport": TRANSPORTS, "outcome": OUTCOMES},
)
ACCEPTED = REGISTRY.counter(
    "sonde_receiver_accepted_records_total",
    "Spans, log records, data points and scores acknowledged.",
    {"signal": SIGNALS},
)
REJECTED = REGISTRY.counter(
    "sonde_receiver_rejected_records_total",
    "Records refused inside an accepted request, by reason.",
    {"signal": SIGNALS, "reason": _codes()},
)
CHANGED = REGISTRY.counter(
    "sonde_receiver_changed_records_total",
    "Things stored not as sent (dropped attributes, repaired values), by reason.",
    {"signal": SIGNALS, "reason": _codes()},
)
BYTES = REGISTRY.counter(
    "sonde_receiver_received_bytes_total",
    "Bytes of request bodies after decompression.",
    {"signal": SIGNALS, "transport": TRANSPORTS},
)
SECONDS = REGISTRY.histogram(
    "sonde_receiver_request_duration_seconds",
    "From the complete body to the acknowledgement, fsync included.",
    {"signal": SIGNALS},
)
IN_FLIGHT_BYTES = REGISTRY.gauge(
    "sonde_receiver_in_flight_bytes", "Bodies being read, decoded or committed now."
)
CONNECTIONS = REGISTRY.gauge("sonde_http_connections", "Open HTTP connections.")
CONNECTIONS_CLOSED = REGISTRY.counter(
    "sonde_http_connections_closed_total",
    "Connections the server ended for its own protection, by reason.",
    {"reason": ("too-many", "idle-evicted", "slow-header", "slow-body", "malformed")},
)


def outcome_of(error: SondeError) -> str:
    """The label of an error."""
    return _OUTCOME_OF_STATUS.get(error.status, "failed")
