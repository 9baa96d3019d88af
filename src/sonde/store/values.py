"""Values in and out of the engine: query parameters to ClickHouse's text form, Arrow columns to Python."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

import pyarrow as pa

_PARAMETER = re.compile(r"\{([A-Za-z_]\w*)\s*:\s*([^{}]+)\}")
_NS_PER_UNIT = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _quoted(value: Any) -> str:
    """One element inside an array literal."""
    if value is None:
        return "NULL"
    if isinstance(value, str | bytes):
        text = (
            _plain(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
        )
        return f"'{text}'"
    if isinstance(value, Sequence):
        return "[" + ",".join(_quoted(item) for item in cast("Sequence[Any]", value)) + "]"
    return _plain(value)


def render_parameter(value: Any) -> str:
    """The text a ClickHouse query parameter takes (escaped as in TabSeparated, arrays as literals)."""
    if value is None:
        return "\\N"
    if isinstance(value, list | tuple | set | frozenset):
        return _quoted(list(cast("Sequence[Any]", value)))
    return _plain(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def parameter_names(sql: str) -> set[str]:
    """Names of the ``{name:Type}`` parameters of a statement."""
    return {match.group(1) for match in _PARAMETER.finditer(sql)}


def render_parameters(sql: str, params: Mapping[str, Any]) -> dict[str, str]:
    """Rendered values of the parameters ``sql`` names. KeyError when one is missing (a bug of the caller)."""
    return {name: render_parameter(params[name]) for name in parameter_names(sql)}


def type_name(field: Any) -> str:
    """ClickHouse's name for an Arrow field; ambiguous ones (DateTime, Enum) need the engine's DESCRIBE."""
    kind = field.type
    if pa.types.is_map(kind):
        return f"Map({type_name(kind.key_field)}, {type_name(kind.item_field)})"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"Array({type_name(kind.value_field)})"
    if pa.types.is_struct(kind):
        items: list[Any] = [cast("Any", kind).field(index) for index in range(kind.num_fields)]
        return "Tuple(" + ", ".join(f"{item.name} {type_name(item)}" for item in items) + ")"
    if pa.types.is_dictionary(kind):
        name = "String"
    elif pa.types.is_decimal(kind):
        name = f"Decimal({kind.precision}, {kind.scale})"
    elif pa.types.is_timestamp(kind):
        digits = {"s": 0, "ms": 3, "us": 6, "ns": 9}[kind.unit]
        name = f"DateTime64({digits}, '{kind.tz}')" if kind.tz else f"DateTime64({digits})"
    elif pa.types.is_fixed_size_binary(kind):
        name = f"FixedString({kind.byte_width})"
    else:
        name = _SIMPLE.get(str(kind), "String")
    return f"Nullable({name})" if field.nullable else name


_SIMPLE = {
    "bool": "Bool",
    "int8": "Int8",
    "int16": "Int16",
    "int32": "Int32",
    "int64": "Int64",
    "uint8": "UInt8",
    "uint16": "UInt16",
    "uint32": "UInt32",
    "uint64": "UInt64",
    "float": "Float32",
    "double": "Float64",
    "date32[day]": "Date",
    "extension<arrow.uuid>": "UUID",
    "extension<arrow.json>": "JSON",
}


def is_ambiguous(schema: "pa.Schema") -> bool:
    """Whether Arrow's types do not say which ClickHouse types these were (DateTime comes as uint32, Enum as
    int8 or int16, IPv4 as uint32).
    """
    return any(str(kind) in ("uint32", "int8", "int16") for kind in schema.types)


def _column(column: "pa.ChunkedArray[Any]") -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        factor = _NS_PER_UNIT[kind.unit]
        ticks = column.cast(pa.int64()).to_pylist()
        return ticks if factor == 1 else [None if tick is None else tick * factor for tick in ticks]
    if pa.types.is_map(kind):
        return [None if item is None else dict(item) for item in column.to_pylist()]
    try:
        return column.to_pylist()
    except UnicodeDecodeError:  # bytes that are no UTF-8 got into a text column
        raw = column.cast(pa.binary()).to_pylist()
        return [None if item is None else item.decode("utf-8", "replace") for item in raw]


def rows_of(table: "pa.Table") -> list[tuple[Any, ...]]:
    """Rows of an Arrow table as tuples of Python values (see `Result.rows`)."""
    if table.num_columns == 0:
        return []
    columns = [_column(column) for column in table.columns]
    return list(zip(*columns, strict=True))
