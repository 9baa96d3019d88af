"""The values of a field as SQL, for counting and offering them."""

import re
from dataclasses import dataclass, field
from typing import Any

from sonde.filters.conditions import Bound, expression
from sonde.filters.fields import Field, Kind, Table, Target

COUNTABLE: frozenset[Kind] = frozenset({"text", "choice", "level", "flag", "list", "number", "attribute"})
"""Kinds whose values are worth counting."""

_COLUMN = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True)
class ValueSql:
    """An expression over the columns of ``tables``: text, empty where it is not known."""

    sql: str
    tables: tuple[Table, ...]
    many: bool = False
    """Whether a row has several values and comes once for each."""
    params: dict[str, Any] = field(default_factory=dict[str, Any])


def value_sql(found: Field, target: Target, *, prefix: str = "v", time_zone: str = "UTC") -> ValueSql | None:
    """The values of a field of a target; None where they are too many or in another row than the target's."""
    tables: tuple[Table, ...] = found.tables or (("spans",) if target == "traces" else (target,))
    own = target == "traces" or tables == (target,)
    if found.kind not in COUNTABLE or found.total or not own or not found.sql:
        return None
    bound = Bound(prefix, time_zone)
    if found.kind == "list":
        sql = f"arrayJoin(if(empty({found.sql[0]}), [''], {found.sql[0]}))"
    else:
        # Attributes are read from spans, where every table but calls keeps them as JSON text.
        parts = [expression(found, sql, bound, tables[0]) for sql in found.sql]
        whole = parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"
        sql = f"ifNull(toString({whole}), '')"
    return ValueSql(_COLUMN.sub(lambda name: name[1], sql), tables, found.kind == "list", bound.params)
