"""Walks protobuf by offset, without building messages.

The envelopes (resources, scopes, lists of records) are walked here, and only one record at a time goes
through the real parser. So the memory a request takes is bounded by what was counted before: two bytes on
the wire would otherwise become a whole message, and 60 MiB of them 1.9 GB.
"""

from sonde.ingest.decode.errors import Malformed
from sonde.model.errors import TooLarge
from sonde.model.limits import MEBIBYTE

RECORD_BYTES_UNCHECKED = MEBIBYTE
"""A record up to this size is parsed without counting its fields first."""
RECORD_FIELDS_MAX = 250_000
"""Fields of one record (attributes, events, links …) beyond which it is refused."""

FIELDS_AT_ONCE_MAX = 250_000
"""Fields of one message that are listed here."""

Field = tuple[int, int, int]
"""Tag (field number << 3 | wire type), first byte of the value, byte after the value."""


class Budget:
    """How many more of something one request may have."""

    __slots__ = ("left", "maximum", "what")

    def __init__(self, maximum: int, what: str) -> None:
        self.left = self.maximum = maximum
        self.what = what

    def take(self, count: int) -> None:
        """Count some. TooLarge when there are not so many left."""
        self.left -= count
        if self.left < 0:
            raise TooLarge(
                f"More than {self.maximum} {self.what} in one request.", hint="Send smaller batches."
            )


def fields(body: bytes, position: int, end: int, budget: Budget) -> list[Field]:
    """The fields between two offsets, in order, the unknown ones too.

    Raises:
        Malformed: truncated, or a wire type that OTLP does not use.
        TooLarge: more fields than the budget has left.
    """
    found: list[Field] = []
    append = found.append
    left = min(budget.left, FIELDS_AT_ONCE_MAX)
    try:
        while position < end:
            tag = body[position]
            position += 1
            if tag > 127:
                tag, position = varint(body, position - 1)
            wire_type = tag & 7
            if wire_type == 2:
                size = body[position]
                position += 1
                if size > 127:
                    size, position = varint(body, position - 1)
                stop = position + size
            elif wire_type == 0:
                _, stop = varint(body, position)
            elif wire_type == 1:
                stop = position + 8
            elif wire_type == 5:
                stop = position + 4
            else:
                raise Malformed(f"A protobuf field has wire type {wire_type}, which OTLP does not use")
            if stop > end or tag < 8:
                raise Malformed("The protobuf message is truncated or is not OTLP")
            if len(found) >= left:
                budget.take(budget.left + 1)
            append((tag, position, stop))
            position = stop
    except IndexError:
        raise Malformed("The protobuf message is truncated") from None
    budget.left -= len(found)
    return found


def varint(body: bytes, position: int) -> tuple[int, int]:
    """An unsigned 64-bit varint and the offset after it. IndexError when the body ends inside it."""
    value = shift = 0
    while True:
        byte = body[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
        shift += 7
        if shift > 63:
            raise Malformed("A protobuf number is longer than ten bytes")


def has_too_many_fields(record: bytes) -> bool:
    """Whether parsing this record could take much more memory than its bytes."""
    if len(record) <= RECORD_BYTES_UNCHECKED:
        return False
    try:
        fields(record, 0, len(record), Budget(RECORD_FIELDS_MAX, "fields"))
    except TooLarge:
        return True
    return False
