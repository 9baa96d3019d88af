"""What a mapping table is made of.

A `Rule` says: this attribute key states that field, read by this converter, with this rank. Several keys may
state one field; the lowest rank wins, whatever the order of the attributes. A `Family` is the same for keys
that hold an index or a free part (``llm.input_messages.0.message.role``).
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from sonde.semconv.convert import Convert, keep, text

INDEX_DIGITS_MAX = 6


class Rule(Struct, frozen=True):
    """One attribute key."""

    key: str
    field: str
    """A field of `SpanFacts`, a raw ingredient of one (see normalize), or empty: known, but only kept."""
    rank: int = 50
    """Lower wins. 10–19 explicit and specific, 20–39 the usual name, 40–69 older or looser, 70+ hints."""
    convert: Convert = keep
    content: bool = False
    """Prompt or answer text: stored as messages, never among the attributes."""
    gather: bool = False
    """Values of several keys are collected into one list of (path, value)."""
    path: tuple[str, ...] = ()
    convention: str = ""


class Family(Struct, frozen=True):
    """All keys that begin with a prefix."""

    prefix: str
    field: str = ""
    rank: int = 50
    convert: Convert = keep
    content: bool = False
    gather: bool = False
    convention: str = ""

    def rule(self, key: str) -> Rule:
        """The rule for one concrete key. A key without an index where one belongs is only kept."""
        path = tuple(key[len(self.prefix) :].split("."))
        if self.gather and not (path[0].isascii() and path[0].isdigit() and len(path[0]) <= INDEX_DIGITS_MAX):
            return Rule(key, "", convention=self.convention)
        return Rule(
            key, self.field, self.rank, self.convert, self.content, self.gather, path, self.convention
        )


class Table(Struct, frozen=True):
    """One convention's mapping."""

    convention: str
    rules: tuple[Rule, ...]
    families: tuple[Family, ...] = ()


def says(key: str, field: str, rank: int, convert: Convert = text) -> Rule:
    """A key that states a field and stays among the attributes."""
    return Rule(key, field, rank, convert)


def holds(key: str, field: str, rank: int) -> Rule:
    """A key that holds content."""
    return Rule(key, field, rank, keep, content=True)


def known(*keys: str) -> tuple[Rule, ...]:
    """Keys we know and only keep."""
    return tuple(Rule(key, "") for key in keys)


def lookup(table: Mapping[str, str]) -> Convert:
    """A converter that translates words, without regard to case and JSON quotes; None for unknown words."""
    words = {key.lower(): value for key, value in table.items()}

    def convert(value: Any) -> str | None:
        if not isinstance(value, str):
            return None
        return words.get(value) or words.get(value.strip('"').lower())

    return convert
