"""Errors as OTLP wants them: a ``google.rpc.Status`` in the sender's own encoding."""

import orjson
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from sonde.ingest.decode import Malformed, Media
from sonde.model.errors import SondeError
from sonde.model.limits import RETRY_AFTER_S

_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 409: 6, 413: 8, 415: 3, 429: 8, 503: 14, 504: 4}
"""HTTP status → google.rpc.Code."""
_INTERNAL = 13
_TYPE_PREFIX = "type.googleapis.com/"
MESSAGE_CHARACTERS_MAX = 2_000


class MethodNotAllowed(SondeError):
    """OTLP is POST only."""

    status = 405
    code = "method-not-allowed"


def grpc_code(error: SondeError) -> int:
    """The gRPC status code of an error."""
    return _CODES.get(error.status, _INTERNAL)


def text_of(error: SondeError) -> str:
    """The message with its hint, of bounded length."""
    text = f"{error.message} {error.hint}".strip()
    return text if len(text) <= MESSAGE_CHARACTERS_MAX else text[: MESSAGE_CHARACTERS_MAX - 1] + "…"


def status_of(error: SondeError) -> status_pb2.Status:
    """The Status message, with RetryInfo for what can be retried and BadRequest for what cannot be read."""
    status = status_pb2.Status(code=grpc_code(error), message=text_of(error))
    if error.retryable:
        retry = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=RETRY_AFTER_S))
        status.details.append(_packed(retry))
    elif isinstance(error, Malformed):
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.at, description=error.reason)
        status.details.append(_packed(error_details_pb2.BadRequest(field_violations=[violation])))
    return status


def body_of(error: SondeError, media: Media) -> bytes:
    """The Status message in one of the two encodings."""
    if media == "protobuf":
        return status_of(error).SerializeToString()
    document: dict[str, object] = {"code": grpc_code(error), "message": text_of(error)}
    if error.retryable:
        document["details"] = [
            {"@type": f"{_TYPE_PREFIX}google.rpc.RetryInfo", "retryDelay": f"{RETRY_AFTER_S}s"}
        ]
    elif isinstance(error, Malformed):
        document["details"] = [
            {
                "@type": f"{_TYPE_PREFIX}google.rpc.BadRequest",
                "fieldViolations": [{"field": error.at, "description": error.reason}],
            }
        ]
    return orjson.dumps(document)


def _packed(message: error_details_pb2.RetryInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
