"""Python lists to Arrow columns, quickly and without ever failing a batch over one bad value.

A value the engine could not hold (a lone surrogate, an integer beyond 64 bits, a cost beyond Decimal(18, 9))
becomes unknown or is replaced; it must not stop the nine thousand rows around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import pyarrow as pa

NANOSECONDS = pa.timestamp("ns", "UTC")
MICROSECONDS = pa.timestamp("us", "UTC")
COST = pa.decimal128(18, 9)
ZERO_SPAN_ID = "0" * 16
_COST_LIMIT = Decimal(10) ** 9
_COST_STEP = Decimal(1).scaleb(-9)
_UINT_LIMITS = {"uint64": 1 << 63, "uint32": 1 << 32}

if TYPE_CHECKING:
    Array = pa.Array[Any]


def _encode(value: str | None) -> str | None:
    return None if value is None else value.encode("utf-8", "replace").decode("utf-8")


def texts(values: Sequence[str | None]) -> Array:
    """Text column; lone surrogates become question marks."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([_encode(value) for value in values], pa.string())


def text_lists(values: Sequence[Sequence[str]]) -> Array:
    """Column of lists of text."""
    try:
        return pa.array(values, pa.list_(pa.string()))
    except UnicodeEncodeError:
        return pa.array([[_encode(item) for item in value] for value in values], pa.list_(pa.string()))


def ids(values: Sequence[str], width: int) -> Array:
    """Hex ids as fixed-size binary of ``width`` bytes; the empty id is all zeros.

    Raises AssertionError when an id has another length: ids are checked at decoding.
    """
    zero = "0" * (2 * width)
    raw = bytes.fromhex("".join([value or zero for value in values]))
    assert len(raw) == width * len(values), "an id of the wrong length reached the store"
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(values), [None, pa.py_buffer(raw)])


def _clamp(value: int | None, limit: int) -> int | None:
    return None if value is None or not 0 <= value < limit else value


UINT64 = pa.uint64()


def counts(values: Sequence[int | None], kind: pa.DataType = UINT64) -> Array:
    """Unsigned integers; what does not fit is unknown."""
    try:
        return pa.array(values, kind)
    except (OverflowError, pa.ArrowInvalid, pa.ArrowTypeError):
        limit = _UINT_LIMITS[str(kind)]
        return pa.array([_clamp(value, limit) for value in values], kind)


def floats(values: Sequence[float | None]) -> Array:
    """64-bit floats."""
    return pa.array(values, pa.float64())


def flags(values: Sequence[bool | None]) -> Array:
    """True, false or unknown."""
    return pa.array(values, pa.bool_())


def times(values: Sequence[int], unit_type: pa.DataType = NANOSECONDS) -> Array:
    """Integer ticks since 1970 as timestamps (nanoseconds, or microseconds with `MICROSECONDS`)."""
    return pa.array(values, pa.int64()).view(unit_type)


def integers(values: Sequence[int]) -> Array:
    """Signed 64-bit integers."""
    return pa.array(values, pa.int64())


def _fitting(value: Decimal | None) -> Decimal | None:
    if value is None or not value.is_finite() or abs(value) >= _COST_LIMIT:
        return None
    try:
        return value.quantize(_COST_STEP)
    except InvalidOperation:
        return None


def costs(values: Sequence[Decimal | None]) -> Array:
    """Amounts in USD with nine decimals; an amount that does not fit is unknown."""
    try:
        return pa.array(values, COST)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([_fitting(value) for value in values], COST)


def guarded(make: Callable[[], Array], fallback: Callable[[], Array]) -> Array:
    """``make()``, or ``fallback()`` when a value does not fit."""
    try:
        return make()
    except (OverflowError, UnicodeEncodeError, pa.ArrowInvalid, pa.ArrowTypeError):
        return fallback()


def hash_number(text: str) -> int:
    """A content hash as 64 bits: its first 16 hex digits, or FNV-1a of any other text."""
    try:
        return int(text[:16], 16)
    except ValueError:
        number = 0xCBF29CE484222325
        for byte in text.encode("utf-8", "replace"):
            number = ((number ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        return number


def stream_bytes(table: pa.Table) -> bytes:
    """The table in Arrow's stream format."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
