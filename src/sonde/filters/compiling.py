"""A filter as a boolean expression of the engine."""

import re
from dataclasses import dataclass, field
from typing import Any

from sonde.filters import words
from sonde.filters.conditions import Bound, condition, holds_for_zero, like
from sonde.filters.errors import FilterError
from sonde.filters.fields import Field, FieldTable, Table, Target
from sonde.filters.parsing import parse
from sonde.filters.tables import TABLES, ZERO_TRACE
from sonde.filters.tree import And, Everything, Has, Leaf, Node, Not, Or, Place, Range, Term, Text, Value

HOUR_NS = 3_600 * 1_000_000_000
CONTENT_MARGIN_NS = HOUR_NS
"""Content that came as a log event has times of its own: it is looked for this much around the range."""
TRACE_MARGIN_NS = 24 * HOUR_NS
"""Rows of a trace are looked for this much around the range."""
LOOKUPS_MAX = 20
"""Conditions that read another table: each is a scan of its own."""

_COLUMN = re.compile(r"\$(\w+)")
_SPAN_KEY = "project, trace_id, span_id"
_TRACE_KEY = "project, trace_id"


@dataclass(frozen=True, slots=True)
class Scope:
    """What bounds the reading of other tables: the range (ns, half open) and the project of the list."""

    from_ns: int | None = None
    to_ns: int | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A boolean SQL expression, never NULL, over the columns of the target's table (for traces: over
    ``project`` and ``trace_id`` of any table), and the values of its parameters.
    """

    sql: str
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    fields: frozenset[str] = frozenset()
    """Canonical names of the fields it reads."""
    needs_content: bool = False
    """Whether it reads prompts, answers or bodies of logs."""
    direct: bool = True
    """Whether it reads the target's own table only."""


def compile_filter(
    text: str | Node,
    target: Target,
    *,
    alias: str = "",
    prefix: str = "f",
    scope: Scope | None = None,
    time_zone: str = "UTC",
) -> Compiled:
    """The SQL of a filter; ``true`` for an empty one. Raises `FilterError`.

    ``alias`` qualifies the columns ("c" or "c."), ``prefix`` begins the names of all parameters. Give the
    ``scope`` wherever there is one: without it a roll-up over traces reads all there is.
    """
    compiler = _Compiler(TABLES[target], alias, Bound(prefix, time_zone), scope or Scope())
    node = parse(text) if isinstance(text, str) else text
    sql = compiler.node(node)
    return Compiled(
        sql, compiler.bound.params, frozenset(compiler.fields), compiler.needs_content, compiler.lookups == 0
    )


class _Compiler:
    def __init__(self, table: FieldTable, alias: str, bound: Bound, scope: Scope) -> None:
        self.table = table
        self.alias = f"{alias.removesuffix('.')}." if alias else ""
        self.bound = bound
        self.scope = scope
        self.fields: set[str] = set()
        self.needs_content = False
        self.lookups = 0

    def node(self, node: Node) -> str:
        if isinstance(node, Everything):
            return "true"
        if isinstance(node, Not):
            return f"NOT {self.node(node.item)}"
        if isinstance(node, And | Or):
            word = " AND " if isinstance(node, And) else " OR "
            return f"({word.join(self.node(item) for item in node.items)})"
        return self.leaf(node)

    def leaf(self, leaf: Leaf) -> str:
        if isinstance(leaf, Text):
            self.fields.add("content")
            return self.content(leaf.value, leaf.place)
        found = self.table.require(leaf.name, leaf.name_place)
        self.fields.add(found.name)
        if found.kind == "words":
            return self.content_field(leaf)
        if found.total:
            return self.total(leaf, found, found.total)
        return self.row(leaf, found)

    def row(self, leaf: Term | Range | Has, found: Field) -> str:
        """A condition on a row, here or in another table."""
        own: Table | None = self.table.target if self.table.target != "traces" else None
        if not found.tables:
            assert own is not None or found.name in ("project", "trace"), "a trace has two columns of its own"
            sql = condition(leaf, found, self.bound, own or "spans")
            return f"ifNull({self.columns(sql)}, false)"
        parts: list[str] = []
        for table in found.tables:
            sql = condition(leaf, found, self.bound, table)
            key = _TRACE_KEY if own is None else _SPAN_KEY
            parts.append(self.lookup(leaf.place, table, key, sql))
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def total(self, leaf: Term | Range | Has, found: Field, table: Table) -> str:
        """A condition on a sum over a whole trace."""
        having = condition(leaf, found, self.bound, table)
        if not found.empty or not holds_for_zero(leaf, found):
            return self.lookup(leaf.place, table, _TRACE_KEY, having=having)
        # A trace without such rows has none, and no group to say so: all but those where it does not hold.
        others = self.lookup(leaf.place, table, _TRACE_KEY, having=f"NOT ({having})")
        if self.table.target != "logs":
            return f"NOT {others}"
        return f"({self.alias}trace_id != {ZERO_TRACE} AND NOT {others})"

    def lookup(self, place: Place, table: Table, key: str, where: str = "", *, having: str = "") -> str:
        """Rows whose key is among those of another table."""
        clauses = ["counted"] if table == "calls" else []
        if where:
            clauses.append(f"ifNull({_unqualified(where)}, false)")
        margin = TRACE_MARGIN_NS if key == _TRACE_KEY else 0
        grouped = f" GROUP BY {key} HAVING {_unqualified(having)}" if having else ""
        return self._among(place, f"{table} FINAL", key, clauses, margin, grouped)

    def _among(
        self, place: Place, source: str, key: str, clauses: list[str], margin_ns: int, rest: str = ""
    ) -> str:
        self.lookups += 1
        if self.lookups > LOOKUPS_MAX:
            raise FilterError(
                f"At most {LOOKUPS_MAX} conditions of a filter may look beyond the row itself "
                "(content, sums over a trace, fields of another list).",
                place.start,
                place.length,
            )
        scope = self.scope
        bounds: list[str] = []
        if scope.project is not None:
            bounds.append(f"project = {self.bound.named('project', scope.project, 'String')}")
        for name, sign, ns in (("from", ">=", scope.from_ns), ("to", "<", scope.to_ns)):
            if ns is None:
                continue
            wide = max(0, ns - margin_ns) if name == "from" else min(ns + margin_ns, (1 << 63) - 1)
            at = self.bound.named(f"{name}{margin_ns // HOUR_NS}", wide, "Int64")
            bounds.append(f"time {sign} fromUnixTimestamp64Nano({at}, 'UTC')")
        every = [*bounds, *clauses]
        condition = f" WHERE {' AND '.join(every)}" if every else ""
        columns = ", ".join(f"{self.alias}{name}" for name in key.split(", "))
        return f"({columns}) IN (SELECT {key} FROM {source}{condition}{rest})"

    def content_field(self, leaf: Term | Range | Has) -> str:
        if isinstance(leaf, Has):
            self.needs_content = True
            if self.table.target == "logs":
                return f"{self.alias}body != ''"
            return self._contents(leaf.place, "")
        if isinstance(leaf, Range) or leaf.comparison != ":":
            raise FilterError(
                f"{leaf.name} is text: search for words with {leaf.name}:word.",
                leaf.place.start,
                leaf.place.length,
            )
        parts = [self.content(value, value.place) for value in leaf.values]
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def content(self, value: Value, place: Place) -> str:
        """A word or phrase of the content."""
        self.needs_content = True
        column = f"{self.alias}body" if self.table.target == "logs" else "text"
        if value.is_pattern:
            pattern = self.bound.add(f"%{like(tuple(words.lower(part) for part in value.parts))}%", "String")
            sql = f"lower({column}) LIKE {pattern}"
        else:
            found = words.contains(
                value.parts[0], column, prefix=f"{self.bound.prefix}{len(self.bound.params)}"
            )
            self.bound.params |= found.params
            sql = found.sql
        return sql if self.table.target == "logs" else self._contents(place, sql)

    def _contents(self, place: Place, sql: str) -> str:
        key = _TRACE_KEY if self.table.target == "traces" else _SPAN_KEY
        margin = TRACE_MARGIN_NS if key == _TRACE_KEY else CONTENT_MARGIN_NS
        return self._among(place, "contents", key, [sql] if sql else [], margin)

    def columns(self, sql: str) -> str:
        """The SQL with its columns named."""
        return _COLUMN.sub(lambda found: self.alias + found[1], sql)


def _unqualified(sql: str) -> str:
    return _COLUMN.sub(lambda found: found[1], sql)
