"""A filter as a tree of frozen nodes. Positions do not take part in comparisons: two texts that mean the same
structure are equal.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Comparison = Literal[":", ">", ">=", "<", "<="]


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the text, in characters."""

    start: int = 0
    end: int = 0

    @property
    def length(self) -> int:
        """Characters."""
        return self.end - self.start


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written. ``parts`` are the texts between its wildcards: one part is a plain value."""

    parts: tuple[str, ...]
    quoted: bool = field(default=False, compare=False)
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def is_pattern(self) -> bool:
        """Whether it has wildcards."""
        return len(self.parts) > 1

    @property
    def text(self) -> str:
        """The text of a plain value; of a pattern, with its stars."""
        return "*".join(self.parts)


@dataclass(frozen=True, slots=True)
class Term:
    """A field against values. ``:`` means any of the values, the other comparisons have exactly one."""

    name: str
    comparison: Comparison
    values: tuple[Value, ...]
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    name_place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Range:
    """A field between two bounds; None is open."""

    name: str
    low: Value | None
    high: Value | None
    low_included: bool = True
    high_included: bool = True
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    name_place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Has:
    """Whether a field is known."""

    name: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)
    name_place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a phrase in the content."""

    value: Value
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite: also true where the inside is unknown."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty filter."""


Leaf: TypeAlias = Term | Range | Has | Text
Node: TypeAlias = Leaf | Not | And | Or | Everything


def both(left: Node, right: Node) -> Node:
    """``left AND right``, flat."""
    if isinstance(left, Everything):
        return right
    if isinstance(right, Everything):
        return left
    return And((*_items(And, left), *_items(And, right)))


def either(left: Node, right: Node) -> Node:
    """``left OR right``, flat."""
    if isinstance(left, Everything) or isinstance(right, Everything):
        return Everything()
    return Or((*_items(Or, left), *_items(Or, right)))


def conjunction(items: list[Node]) -> Node:
    """All of the items, flat."""
    found: Node = Everything()
    for item in items:
        found = both(found, item)
    return found


def opposite(item: Node) -> Node:
    """``NOT item``; two NOTs are none."""
    return item.item if isinstance(item, Not) else Not(item)


def _items(kind: type[And] | type[Or], node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, kind) else (node,)


def leaves(node: Node) -> list[Leaf]:
    """Every leaf, from left to right."""
    if isinstance(node, Everything):
        return []
    if isinstance(node, Not):
        return leaves(node.item)
    if isinstance(node, And | Or):
        return [leaf for item in node.items for leaf in leaves(item)]
    return [node]
