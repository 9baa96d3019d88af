"""The envelope all three signals share, from protobuf: request → resources → scopes → records."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

from google.protobuf.message import DecodeError

from sonde.ingest.decode import schema
from sonde.ingest.decode.attributes import decode_attributes
from sonde.ingest.decode.errors import Malformed
from sonde.ingest.decode.report import Report
from sonde.ingest.decode.wire import Budget, fields
from sonde.model.limits import SPANS_PER_REQUEST_MAX
from sonde.model.span import Resource, Scope

_OWNER, _ITEMS, _SCHEMA_URL = 1 << 3 | 2, 2 << 3 | 2, 3 << 3 | 2
"""Resource or scope, the list under it, and the schema URL: the same numbers at both levels."""
_RESOURCES = 1 << 3 | 2
ENVELOPE_FIELDS_MAX = 2 * SPANS_PER_REQUEST_MAX


@contextmanager
def located(report: Report) -> Generator[None]:
    """Turns what the parser raises into a `Malformed` that says where."""
    try:
        yield
    except UnicodeDecodeError:
        raise Malformed("A string is not valid UTF-8", at=report.at()) from None
    except DecodeError:
        raise Malformed(
            "The protobuf message is broken, or a string is not valid UTF-8", at=report.at()
        ) from None
    except Malformed as error:
        if error.at:
            raise
        raise Malformed(error.reason, at=report.at()) from None


def records(body: bytes, report: Report, nesting: Budget) -> Iterator[tuple[Resource, Scope, bytes]]:
    """Each record of a request, undecoded, with its resource and scope. Keeps the position in ``report``."""
    envelope = Budget(ENVELOPE_FIELDS_MAX, "fields around the records")
    count = Budget(SPANS_PER_REQUEST_MAX, "records")
    for number, (_, start, stop) in enumerate(_only(fields(body, 0, len(body), envelope), _RESOURCES)):
        report.resource, report.scope, report.record = number, -1, -1
        parts = fields(body, start, stop, envelope)
        resource = _resource(_joined(body, parts, _OWNER), _text(body, parts), report, nesting)
        for scope_number, (_, scope_start, scope_stop) in enumerate(_only(parts, _ITEMS)):
            report.scope, report.record = scope_number, -1
            scope_parts = fields(body, scope_start, scope_stop, envelope)
            scope = _scope(_joined(body, scope_parts, _OWNER), _text(body, scope_parts), report, nesting)
            record_number = -1
            for tag, first, end in scope_parts:
                if tag == _ITEMS:
                    record_number += 1
                    count.take(1)
                    report.record = record_number
                    yield resource, scope, body[first:end]


def _only(parts: list[tuple[int, int, int]], tag: int) -> list[tuple[int, int, int]]:
    return [part for part in parts if part[0] == tag]


def _joined(body: bytes, parts: list[tuple[int, int, int]], tag: int) -> bytes:
    """A message field; several are one message in parts, as protobuf has it."""
    return b"".join(body[start:stop] for _, start, stop in _only(parts, tag))


def _text(body: bytes, parts: list[tuple[int, int, int]]) -> str:
    found = _only(parts, _SCHEMA_URL)
    return body[found[-1][1] : found[-1][2]].decode() if found else ""


def _resource(encoded: bytes, schema_url: str, report: Report, nesting: Budget) -> Resource:
    attributes, _ = decode_attributes(schema.resource(encoded).attributes, report, nesting)
    return Resource(attributes, schema_url)


def _scope(encoded: bytes, schema_url: str, report: Report, nesting: Budget) -> Scope:
    message = schema.scope(encoded)
    attributes, _ = decode_attributes(message.attributes, report, nesting)
    return Scope(message.name, message.version, attributes, schema_url)
