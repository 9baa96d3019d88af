"""Adding conditions to a filter and taking them away, for facets and for clicks on values."""

from sonde.filters.fields import FieldTable
from sonde.filters.tree import (
    And,
    Everything,
    Has,
    Leaf,
    Node,
    Not,
    Term,
    Text,
    Value,
    both,
    conjunction,
    leaves,
)


def with_term(node: Node, name: str, value: str | None, *, negated: bool = False) -> Node:
    """The filter and a condition on a field: its value, or with None that it is not known. A condition
    that is there already is not repeated, and its opposite goes.
    """
    leaf: Node = Has(name) if value is None else Term(name, ":", (Value((value,)),))
    added: Node = Not(leaf) if negated != (value is None) else leaf
    opposite = added.item if isinstance(added, Not) else Not(added)
    kept = [item for item in _conditions(node) if item not in (added, opposite)]
    return both(conjunction(kept), added)


def without_field(node: Node, name: str, table: FieldTable) -> Node:
    """The filter without the conditions that are only about a field, under any of its names. One that also
    speaks about another field (``model:a OR user:b``) stays.
    """
    wanted = table.find(name)
    wanted_name = wanted.name if wanted else name
    return conjunction([item for item in _conditions(node) if not _is_only_about(item, wanted_name, table)])


def _conditions(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Everything):
        return ()
    return node.items if isinstance(node, And) else (node,)


def _is_only_about(node: Node, name: str, table: FieldTable) -> bool:
    return all(_name(leaf, table) == name for leaf in leaves(node))


def _name(leaf: Leaf, table: FieldTable) -> str:
    if isinstance(leaf, Text):
        return "content"
    found = table.find(leaf.name)
    return found.name if found else leaf.name
