"""Keys of the anti-join as SQL: cast from an Arrow table, or as arrays of query parameters."""

from typing import Any, cast

import pyarrow as pa

_TYPES = {
    "project": "String",
    "name": "String",
    "time": "DateTime64(9, 'UTC')",
    "span_id": "FixedString(8)",
    "record": "UInt64",
    "series": "UInt64",
    "score_id": "String",
}


def key_casts(key_columns: tuple[str, ...], prefix: str) -> str:
    """Columns ``prefix + name`` of an Arrow table as the table's types."""
    quoted = {name: _TYPES[name].replace("'", "\\'") for name in key_columns}
    return ", ".join(f"CAST({prefix}{name}, '{kind}')" for name, kind in quoted.items())


def key_selection(key_columns: tuple[str, ...]) -> str:
    """A condition on ``key_columns`` over one array parameter per column (see `key_arrays`)."""
    items: list[str] = []
    for position, name in enumerate(key_columns, start=1):
        value = f"key.{position}"
        match name:
            case "time":
                value = f"fromUnixTimestamp64Nano({value}, 'UTC')"
            case "span_id":
                value = f"CAST(unhex({value}), 'FixedString(8)')"
            case _:
                pass
        items.append(value)
    arrays = ", ".join(f"{{key_{name}:{_array_type(name)}}}" for name in key_columns)
    return (
        f"({', '.join(key_columns)}) IN "
        f"(SELECT {', '.join(items)} FROM (SELECT arrayJoin(arrayZip({arrays})) AS key))"
    )


def _array_type(name: str) -> str:
    return {"time": "Array(Int64)", "record": "Array(UInt64)", "series": "Array(UInt64)"}.get(
        name, "Array(String)"
    )


def key_arrays(key_columns: tuple[str, ...], keys: "pa.Table") -> dict[str, Any]:
    """Parameters for `key_selection`."""
    params: dict[str, Any] = {}
    for name in key_columns:
        column = keys.column(name)
        if pa.types.is_timestamp(column.type):
            params[f"key_{name}"] = column.cast(pa.int64()).to_pylist()
        elif pa.types.is_fixed_size_binary(column.type):
            params[f"key_{name}"] = [item.hex() for item in cast("list[bytes]", column.to_pylist())]
        else:
            params[f"key_{name}"] = column.to_pylist()
    return params
