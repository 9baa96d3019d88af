"""One leaf of a filter as a condition on the columns of a table."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn

from sonde.filters import reading
from sonde.filters.errors import FilterError
from sonde.filters.fields import ORDERED, Field, Kind, Table
from sonde.filters.tree import Comparison, Has, Range, Term, Value

READERS: dict[Kind, Callable[[str], Decimal | None]] = {
    "number": reading.read_number,
    "count": reading.read_count,
    "bytes": reading.read_bytes,
    "money": reading.read_money,
    "duration": reading.read_duration,
}
EXPECTED: dict[Kind, str] = {
    "number": "a number, as in 9",
    "count": "a number, as in 500, 10k or 1.5M",
    "bytes": "a size, as in 512, 10kB or 1MiB",
    "money": "an amount in US dollars, as in 0.05 or $0.05",
    "duration": "a duration, as in 500ms, 2s or 1m30s (without a unit: milliseconds)",
    "time": "a time, as in 2026-11-21 or 2026-11-21T10:00:00Z",
    "flag": "true or false",
}
COST_STEP = Decimal("0.000000001")
_ENGINE_COMPARISON = {":": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
_HOLDS: dict[Comparison, Callable[[Any, Any], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, ":": operator.eq,
}  # fmt: skip
_NOT_IN_IDENTIFIERS = frozenset("\\\t\n\r'\"`")
"""Signs that travel escaped, which the engine undoes for values but not for identifiers."""


class Bound:
    """Values bound to parameters of a statement."""

    def __init__(self, prefix: str, time_zone: str) -> None:
        self.prefix = prefix
        self.time_zone = time_zone
        self.params: dict[str, Any] = {}

    def add(self, value: Any, kind: str) -> str:
        """A value's place in the SQL."""
        name = f"{self.prefix}{len(self.params)}"
        self.params[name] = value
        return f"{{{name}:{kind}}}"

    def named(self, name: str, value: Any, kind: str) -> str:
        """A value that is used in several places."""
        self.params[f"{self.prefix}_{name}"] = value
        return f"{{{self.prefix}_{name}:{kind}}}"

    def zone(self) -> str:
        """The time zone."""
        return self.named("zone", self.time_zone, "String")


def condition(leaf: Term | Range | Has, field: Field, bound: Bound, table: Table) -> str:
    """The condition, with columns as ``$column``. NULL and false both mean no. Raises `FilterError`."""
    if isinstance(leaf, Has):
        return _known(field, bound, table)
    if field.kind == "presence":
        suggestion = "error_type" if field.name == "error" else f"has:{field.name}"
        raise FilterError(
            f"{leaf.name} has no values: write has:{field.name}.",
            leaf.name_place.start,
            leaf.name_place.length,
            suggestions=(suggestion,),
        )
    expressions = [expression(field, sql, bound, table) for sql in field.sql]
    found = [_compared(leaf, field, sql, bound) for sql in expressions]
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})"


def expression(field: Field, sql: str, bound: Bound, table: Table) -> str:
    """What is compared: the field's SQL with the time zone and the attribute's key in it."""
    if "{zone}" in sql:
        return sql.replace("{zone}", bound.zone())
    if field.kind != "attribute":
        return sql
    key = field.name.partition(".")[2]
    if table != "calls" or sql != "$attributes":
        return f"JSONExtract({sql}, {bound.add(key, 'String')}, 'Nullable(String)')"
    # A JSON column: the keys' dots are escaped there, and a list is not JSON by itself.
    path = key.replace(".", "%2E")
    if set(path) & _NOT_IN_IDENTIFIERS:
        value = f"getSubcolumn({sql}, {bound.add(path, 'String')})"
    else:
        # Reads one path instead of the whole column: ten times less work.
        value = f"{sql}.{bound.add(path, 'Identifier')}"
    return (
        f"if(startsWith(dynamicType({value}), 'Array'), toJSONString({value}), "
        f"CAST({value}, 'Nullable(String)'))"
    )


def _known(field: Field, bound: Bound, table: Table) -> str:
    if field.known:
        return field.known
    parts: list[str] = []
    for sql in field.sql:
        value = expression(field, sql, bound, table)
        if field.kind in ("text", "choice", "level"):
            parts.append(f"ifNull({value}, '') != ''")
        elif field.kind == "list":
            parts.append(f"notEmpty({value})")
        elif field.kind == "id":
            parts.append(f"{value} != toFixedString(unhex('{'00' * field.width}'), {field.width})")
        else:
            parts.append(f"isNotNull({value})")
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _compared(leaf: Term | Range, field: Field, sql: str, bound: Bound) -> str:
    if isinstance(leaf, Range):
        _need_order(leaf, field, ":")
        parts: list[str] = []
        if leaf.low is not None:
            parts.append(_one(leaf.low, ">=" if leaf.low_included else ">", field, sql, bound))
        if leaf.high is not None:
            parts.append(_one(leaf.high, "<=" if leaf.high_included else "<", field, sql, bound))
        if not parts:
            return f"isNotNull({sql})"
        return f"({' AND '.join(parts)})" if len(parts) > 1 else parts[0]
    if leaf.comparison != ":":
        _need_order(leaf, field, leaf.comparison)
    if leaf.comparison == ":" and field.kind in ("text", "choice", "id", "list"):
        return _any_text(leaf, field, sql, bound)
    parts = [_one(value, leaf.comparison, field, sql, bound) for value in leaf.values]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _need_order(leaf: Term | Range, field: Field, sign: str) -> None:
    if field.kind in ORDERED:
        return
    what = "a range" if isinstance(leaf, Range) else sign
    value = leaf.values[0].text if isinstance(leaf, Term) else "…"
    raise FilterError(
        f"{leaf.name} is not a number or a time, so {what} cannot compare it.",
        leaf.place.start,
        leaf.place.length,
        suggestions=(f"{leaf.name}:{value}",) if isinstance(leaf, Term) else (),
    )


def like(parts: tuple[str, ...]) -> str:
    """A pattern for LIKE."""
    signs = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
    return "%".join(part.translate(signs) for part in parts)


def _any_text(leaf: Term, field: Field, sql: str, bound: Bound) -> str:
    """Any of several texts."""
    plain: list[str] = []
    parts: list[str] = []
    column = (
        f"lower(hex({sql}))" if field.kind == "id" else f"toString({sql})" if field.kind == "choice" else sql
    )
    for value in leaf.values:
        if value.is_pattern:
            pattern = tuple(part.lower() for part in value.parts) if field.kind == "id" else value.parts
            place = bound.add(like(pattern), "String")
            parts.append(
                f"arrayExists(item -> item LIKE {place}, {column})"
                if field.kind == "list"
                else f"{column} LIKE {place}"
            )
        else:
            plain.append(_plain_text(value, field))
    if plain:
        parts.insert(0, _equal(plain, field, sql, bound))
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _plain_text(value: Value, field: Field) -> str:
    text = value.parts[0]
    if field.kind == "choice":
        return _choice(value, field)
    if field.kind == "id":
        digits = text.strip().lower()
        if len(digits) != 2 * field.width or set(digits) - set("0123456789abcdef"):
            raise FilterError(
                f"{field.name} expects {2 * field.width} hex digits, or a beginning with *.",
                value.place.start,
                value.place.length,
                suggestions=(f"{digits}*",) if digits and len(digits) < 2 * field.width else (),
            )
        return digits
    return text


def _choice(value: Value, field: Field) -> str:
    word = value.parts[0].strip().lower()
    if value.is_pattern or word not in field.choices:
        import difflib

        near = tuple(difflib.get_close_matches(word[:100], field.choices, 3, 0.5)) or field.choices
        raise FilterError(
            f"{field.name} is one of {', '.join(field.choices)}.",
            value.place.start,
            value.place.length,
            suggestions=near,
        )
    return word


def _equal(plain: list[str], field: Field, sql: str, bound: Bound) -> str:
    if field.kind == "list":
        return f"hasAny({sql}, {bound.add(plain, 'Array(String)')})"
    if field.kind == "id":
        places = [f"toFixedString(unhex({bound.add(text, 'String')}), {field.width})" for text in plain]
        return f"{sql} = {places[0]}" if len(places) == 1 else f"{sql} IN ({', '.join(places)})"
    if len(plain) == 1:
        return f"{sql} = {bound.add(plain[0], 'String')}"
    return f"{sql} IN {bound.add(plain, 'Array(String)')}"


def _one(value: Value, sign: Comparison, field: Field, sql: str, bound: Bound) -> str:
    """One value of a kind that is not plain text."""
    if field.kind == "attribute":
        return _attribute(value, sign, sql, bound)
    if field.kind == "level":
        rank = field.choices.index(_choice(value, field))
        names = [name for other, name in enumerate(field.choices) if _HOLDS[sign](other, rank)]
        return f"{sql} IN {bound.add(names, 'Array(String)')}" if names else "false"
    if value.is_pattern:
        _refuse(value, field)
    if field.kind == "flag":
        flag = reading.read_flag(value.text)
        if flag is None:
            _refuse(value, field)
        return f"{sql} = {bound.add(flag, 'Bool')}"
    if field.kind == "time":
        return _time(value, sign, field, sql, bound)
    number = READERS[field.kind](value.text)
    if number is None:
        _refuse(value, field)
    return _number(number, sign, field, sql, bound)


def _refuse(value: Value, field: Field) -> NoReturn:
    raise FilterError(
        f"{field.name} expects {EXPECTED[field.kind]}; this is {value.text[:60]!r}.",
        value.place.start,
        value.place.length,
        suggestions=field.examples,
    )


def _number(number: Decimal, sign: Comparison, field: Field, sql: str, bound: Bound) -> str:
    number /= field.unit
    if field.storage == "float":
        return f"{sql} {_ENGINE_COMPARISON[sign]} {bound.add(float(number), 'Float64')}"
    step = COST_STEP if field.storage == "decimal" else Decimal(1)
    # Between two values that the column can have, a comparison is one with the right neighbour.
    below, above = reading.floor(number, step), reading.ceiling(number, step)
    if sign == ":" and below != above:
        return "false"
    nearest = below if sign in (">", "<=") else above
    if field.storage == "decimal":
        return f"{sql} {_ENGINE_COMPARISON[sign]} {bound.add(nearest, 'Decimal(38, 9)')}"
    return f"{sql} {_ENGINE_COMPARISON[sign]} {bound.add(int(nearest), 'Int64')}"


def holds_for_zero(leaf: Term | Range | Has, field: Field) -> bool:
    """Whether a count of none meets the condition. The values have been read once without an error."""
    if isinstance(leaf, Has):
        return True
    read = READERS[field.kind]

    def holds(sign: Comparison, value: Value | None) -> bool:
        return value is None or _HOLDS[sign](0, read(value.text) or 0)

    if isinstance(leaf, Term):
        return any(holds(leaf.comparison, value) for value in leaf.values)
    low: Comparison = ">=" if leaf.low_included else ">"
    high: Comparison = "<=" if leaf.high_included else "<"
    return holds(low, leaf.low) and holds(high, leaf.high)


def _time(value: Value, sign: Comparison, field: Field, sql: str, bound: Bound) -> str:
    instants = reading.read_time(value.text, bound.time_zone)
    if instants is None:
        _refuse(value, field)

    def at(ns: int) -> str:
        return f"fromUnixTimestamp64Nano({bound.add(ns, 'Int64')}, 'UTC')"

    if sign == ":":
        return f"({sql} >= {at(instants.first_ns)} AND {sql} < {at(instants.after_ns)})"
    comparison, ns = {
        ">": (">=", instants.after_ns),
        ">=": (">=", instants.first_ns),
        "<": ("<", instants.first_ns),
        "<=": ("<", instants.after_ns),
    }[sign]
    return f"{sql} {comparison} {at(ns)}"


def _attribute(value: Value, sign: Comparison, sql: str, bound: Bound) -> str:
    number = None if value.is_pattern else reading.read_number(value.text)
    if sign != ":":
        if number is None:
            raise FilterError(
                f"{sign} compares an attribute with a number; this is {value.text[:60]!r}.",
                value.place.start,
                value.place.length,
            )
        place = bound.add(float(number), "Float64")
        return f"toFloat64OrNull({sql}) {_ENGINE_COMPARISON[sign]} {place}"
    if value.is_pattern:
        return f"{sql} LIKE {bound.add(like(value.parts), 'String')}"
    place = bound.add(value.text, "String")
    items = f"JSONExtract(ifNull({sql}, ''), 'Array(Nullable(String))')"
    parts = [f"{sql} = {place}", f"(startsWith({sql}, '[') AND has({items}, {place}))"]
    if number is not None and not value.quoted:
        parts.append(f"toFloat64OrNull({sql}) = {bound.add(float(number), 'Float64')}")
    return f"({' OR '.join(parts)})"
