"""A filter in words."""

from sonde.filters.fields import FieldTable
from sonde.filters.tree import And, Everything, Has, Leaf, Node, Not, Or, Range, Text, Value

_SIGNS = {":": "is", ">": "is more than", ">=": "is at least", "<": "is less than", "<=": "is at most"}


def explain(node: Node, table: FieldTable) -> str:
    """A sentence of what is found. Raises `FilterError` for a field that there is not."""
    if isinstance(node, Everything):
        return f"All {table.target}."
    return f"{table.target.capitalize()} where {_words(node, table)}."


def _words(node: Node, table: FieldTable, inside: bool = False) -> str:
    if isinstance(node, Everything):
        return "anything holds"
    if isinstance(node, And | Or):
        joined = (" and " if isinstance(node, And) else " or ").join(
            _words(item, table, inside=True) for item in node.items
        )
        return f"({joined})" if inside else joined
    if isinstance(node, Not):
        if isinstance(node.item, Has):
            return f"{_name(node.item, table)} is not known"
        return f"it does not hold that {_words(node.item, table, inside=True)}"
    return _leaf(node, table)


def _name(leaf: Has, table: FieldTable) -> str:
    return table.require(leaf.name, leaf.name_place).name


def _leaf(leaf: Leaf, table: FieldTable) -> str:
    if isinstance(leaf, Text):
        return f"the content has {_value(leaf.value)}"
    field = table.require(leaf.name, leaf.name_place)
    if isinstance(leaf, Has):
        return f"there is {field.name}" if field.kind == "presence" else f"{field.name} is known"
    if isinstance(leaf, Range):
        low = "anything" if leaf.low is None else _value(leaf.low)
        high = "anything" if leaf.high is None else _value(leaf.high)
        beyond = "" if leaf.low_included and leaf.high_included else " (without the ends in braces)"
        return f"{field.name} is between {low} and {high}{beyond}"
    sign = "has" if field.kind == "words" else _SIGNS[leaf.comparison]
    return f"{field.name} {sign} {' or '.join(_value(value) for value in leaf.values)}"


def _value(value: Value) -> str:
    if not value.is_pattern:
        return f'"{value.parts[0]}"'
    return f'like "{value.text}"'
