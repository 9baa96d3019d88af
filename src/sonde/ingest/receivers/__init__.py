"""The ways in: OTLP over HTTP and gRPC, and the score endpoints of Langfuse's SDK.

`Intake` is what they share: who may send, how much at once, decode, hand over, answer.
"""

from sonde.ingest.receivers.connection import (
    KEEP_ALIVE_S,
    ConnectionLimits,
    GuardedProtocol,
    guarded_protocol,
)
from sonde.ingest.receivers.intake import Intake
from sonde.ingest.receivers.otlp_grpc import GrpcReceiver, start_grpc
from sonde.ingest.receivers.otlp_http import HttpReceiver

__all__ = [
    "KEEP_ALIVE_S",
    "ConnectionLimits",
    "GrpcReceiver",
    "GuardedProtocol",
    "HttpReceiver",
    "Intake",
    "guarded_protocol",
    "start_grpc",
]
