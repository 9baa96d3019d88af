"""What a field of a filter is, and finding one by its name."""

import difflib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sonde.filters.errors import FilterError
from sonde.filters.tree import Place

Target: TypeAlias = Literal["calls", "spans", "traces", "logs"]
TARGETS: tuple[Target, ...] = ("calls", "spans", "traces", "logs")

Kind: TypeAlias = Literal[
    "text",  # any text; wildcards
    "choice",  # one of a few words
    "level",  # one of a few words that have an order
    "words",  # the content: words and phrases
    "list",  # several texts
    "id",  # hex digits
    "flag",  # true or false
    "number",  # a plain number
    "count",  # a whole number, with k and m
    "bytes",
    "money",  # US dollars
    "duration",
    "time",
    "presence",  # only has:
    "attribute",  # an attribute by its key
]
Table: TypeAlias = Literal["calls", "spans", "logs"]

ORDERED: frozenset[Kind] = frozenset(
    {"number", "count", "bytes", "money", "duration", "time", "level", "attribute"}
)
"""Kinds that > and < compare."""
ATTRIBUTE_PREFIXES = ("attributes.", "resource.")
ATTRIBUTE_KEY_MAX = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One field. SQL is over the columns of a table, each written ``$column``."""

    name: str
    kind: Kind
    description: str
    sql: tuple[str, ...] = ()
    """Expressions; more than one means any of them."""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    known: str = ""
    """A condition for has:, when it is not what the kind says."""
    storage: Literal["whole", "float", "decimal"] = "whole"
    """How the engine keeps a number."""
    unit: int = 1
    """What is read, in ns, bytes, dollars or one, per unit of the column: 1,000,000 for a column of ms."""
    tables: tuple[Table, ...] = ()
    """Where it is found when that is not the table that is filtered: any of them."""
    total: Table | None = None
    """For a roll-up: ``sql`` is an aggregate over a trace's rows of this table."""
    empty: bool = False
    """For a roll-up: a trace without such rows has 0, instead of an unknown value."""
    width: int = 0
    """Bytes of an id."""
    suggest: bool = True
    """Whether its values may be offered from the data."""

    @property
    def operators(self) -> tuple[str, ...]:
        """What may stand between it and a value."""
        if self.kind == "presence":
            return ("has:",)
        common = (":",) if self.kind == "words" else (":", "has:")
        return (":", ">", ">=", "<", "<=", "[TO]", "has:") if self.kind in ORDERED else common


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields of a target."""

    target: Target
    fields: tuple[Field, ...]

    def names(self) -> dict[str, Field]:
        """By name and alias, in lower case."""
        found = {field.name: field for field in self.fields}
        for field in self.fields:
            for alias in field.aliases:
                found.setdefault(alias, field)
        return found

    def find(self, name: str) -> Field | None:
        """A field by its name or alias, upper or lower case; None when there is none."""
        for prefix in ATTRIBUTE_PREFIXES:
            if name.startswith(prefix) and 0 < len(name) - len(prefix) <= ATTRIBUTE_KEY_MAX:
                return self._attribute(prefix, name)
        return self.names().get(name.lower())

    def require(self, name: str, place: Place) -> Field:
        """A field by its name. Raises `FilterError` with the nearest names."""
        found = self.find(name)
        if found is not None:
            return found
        near = self.nearest(name)
        hint = (
            f"Write attributes.{name} for an attribute of that name, or quote the text to search for it."
            if not name.startswith(ATTRIBUTE_PREFIXES)
            else f"The key of an attribute has 1 to {ATTRIBUTE_KEY_MAX} characters."
        )
        also = f" Did you mean {near[0]}?" if near else ""
        raise FilterError(
            f"There is no field {name[:100]} in {self.target}.{also}",
            place.start,
            place.length,
            suggestions=near,
            hint=hint,
        )

    def nearest(self, name: str) -> tuple[str, ...]:
        """Up to three names like this one, best first."""
        names = self.names()
        wanted = name.lower()
        near = difflib.get_close_matches(wanted[:100], names, 5, 0.6)
        near += [other for other in names if len(wanted) > 2 and wanted in other]
        return tuple(dict.fromkeys(names[other].name for other in near))[:3]

    def _attribute(self, prefix: str, name: str) -> Field | None:
        model = next((field for field in self.fields if field.name == prefix + "*"), None)
        if model is None:
            return None
        return Field(
            name, "attribute", model.description, model.sql, tables=model.tables, examples=model.examples
        )
