"""Tree → text, in one way: what `parse` reads back as the same tree."""

import re

from sonde.filters.fields import ATTRIBUTE_PREFIXES, FieldTable
from sonde.filters.tree import And, Everything, Has, Leaf, Node, Not, Or, Range, Text, Value

_PLAIN_VALUE = re.compile(r"[\w.\-/@:+%#$,;=&?~!'|]+")
_PLAIN_WORD = re.compile(r"[\w.@+%#$,;&?~'|][\w.\-/@+%#$,;&?~!'|]*")
_PLAIN_KEY = re.compile(r"[\w.\-/@]+")
_RESERVED = frozenset({"AND", "OR", "NOT", "TO"})
_IN_PATTERN = re.compile(r"[^\w.\-/@+%#$,;&?~!'|]")


def format_filter(node: Node, table: FieldTable | None = None) -> str:
    """The text of a filter. With a table of fields, aliases become the names they stand for (raises
    `FilterError` for a field that there is not).
    """
    if isinstance(node, Everything):
        return ""
    if isinstance(node, And):
        return " ".join(_inside(item, table) for item in node.items)
    if isinstance(node, Or):
        return " OR ".join(format_filter(item, table) for item in node.items)
    return _inside(node, table)


def _inside(node: Node, table: FieldTable | None) -> str:
    if isinstance(node, Not):
        return f"-{_inside(node.item, table)}"
    if isinstance(node, And | Or):
        return f"({format_filter(node, table)})"
    if isinstance(node, Everything):
        return "*"
    return _leaf(node, table)


def _leaf(leaf: Leaf, table: FieldTable | None) -> str:
    if isinstance(leaf, Text):
        return _written(leaf.value, _PLAIN_WORD)
    name = table.require(leaf.name, leaf.name_place).name if table else leaf.name
    if isinstance(leaf, Has):
        return f"has:{_written(Value((name,)), _PLAIN_VALUE)}"
    if isinstance(leaf, Range):
        low, high = (
            "*" if bound is None else _written(bound, _PLAIN_VALUE) for bound in (leaf.low, leaf.high)
        )
        opening, closing = "[" if leaf.low_included else "{", "]" if leaf.high_included else "}"
        return f"{format_name(name)}:{opening}{low} TO {high}{closing}"
    values = [_written(value, _PLAIN_VALUE) for value in leaf.values]
    text = values[0] if len(values) == 1 else f"({' OR '.join(values)})"
    return f"{format_name(name)}{leaf.comparison}{text}"


def format_name(name: str) -> str:
    """A field's name; an attribute's key in quotes where it needs them."""
    for prefix in ATTRIBUTE_PREFIXES:
        if name.startswith(prefix) and not _PLAIN_KEY.fullmatch(name):
            return prefix + _quoted(name[len(prefix) :], newlines=False)
    return name


def format_value(text: str) -> str:
    """A plain value, in quotes where it needs them."""
    return _written(Value((text,)), _PLAIN_VALUE)


def _written(value: Value, plain: re.Pattern[str]) -> str:
    if value.is_pattern:
        return "*".join(_IN_PATTERN.sub(lambda found: "\\" + found[0], part) for part in value.parts)
    text = value.parts[0]
    return text if plain.fullmatch(text) and text not in _RESERVED else _quoted(text)


def _quoted(text: str, *, newlines: bool = True) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if newlines:
        escaped = escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return f'"{escaped}"'
