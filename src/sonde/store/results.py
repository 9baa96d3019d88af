"""An Arrow table as a `Result`, cut to its limits."""

from collections.abc import Callable
from typing import Any, cast

import pyarrow as pa

from sonde.model.errors import TooLarge
from sonde.store.engine import Column, QueryLimits, Result
from sonde.store.values import is_ambiguous, type_name


def to_result(table: "pa.Table", limits: QueryLimits, describe: Callable[[], list[str]]) -> Result:
    """Columns with ClickHouse types; ``describe`` is asked only where Arrow's types do not tell."""
    truncated = False
    if limits.rows is not None and table.num_rows > limits.rows:
        if not limits.truncate:
            raise TooLarge(f"The result has more than {limits.rows} rows.")
        table = table.slice(0, limits.rows)
        truncated = True
    if limits.bytes is not None and table.nbytes > limits.bytes:
        if not limits.truncate:
            raise TooLarge(f"The result has more than {limits.bytes} bytes.")
        table = _cut(table, limits.bytes)
        truncated = True
    fields: list[Any] = [cast("Any", table.schema).field(index) for index in range(table.num_columns)]
    names = describe() if is_ambiguous(table.schema) else [type_name(field) for field in fields]
    columns = [Column(name, kind) for name, kind in zip(table.column_names, names, strict=True)]
    return Result(columns, table, truncated)


def _cut(table: "pa.Table", most_bytes: int) -> "pa.Table":
    """The longest prefix of at most ``most_bytes``."""
    low, high = 0, table.num_rows
    while low < high:
        middle = (low + high + 1) // 2
        if table.slice(0, middle).nbytes <= most_bytes:
            low = middle
        else:
            high = middle - 1
    return table.slice(0, low)
