"""What may come at a place of an unfinished filter."""

import re
from dataclasses import dataclass

from sonde.filters.fields import Field, FieldTable
from sonde.filters.formatting import format_value

SUGGESTIONS_MAX = 20

_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r'[^\W\d][\w.\-/@]*(?:(?<=\.)"(?:\\.|[^"\\])*")?(?=\s*(?:[<>]|!?=|:))')
_SIGN = re.compile(r"\s*(?::?(?:>=|<=|>|<)|!=|=|:)")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_WORD = re.compile(r'(?:\\.|[^\s()"\\])+', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Here:
    """What is being written at a place: the beginning of a field or word (``name`` is None) or of a value."""

    name: str | None
    begun: str
    start: int
    end: int
    """The characters that a completion replaces."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on."""

    text: str
    """What replaces the characters."""
    label: str
    kind: str
    """field | value."""
    description: str = ""
    count: int | None = None
    """How many rows have the value."""


def here(text: str, cursor: int) -> Here:
    """What is being written at ``cursor`` (characters), however unfinished the text is."""
    cursor = min(max(cursor, 0), len(text))
    before = text[:cursor]
    at = 0
    name: str | None = None
    listed = False
    while at < cursor:
        space = _SPACE.match(before, at)
        if space:
            at = space.end()
            continue
        sign = before[at]
        if name is not None and sign == "(" and not listed:
            listed, at = True, at + 1
        elif sign in "()" or (name is None and sign == "-"):
            name, listed, at = (name if sign == "-" else None), False, at + 1
        elif name is None and (field := _FIELD.match(before, at)):
            name = field[0].replace('"', "")
            found = _SIGN.match(before, field.end())
            at = found.end() if found else field.end()
        else:
            end = _token_end(before, at, cursor)
            if end == cursor:
                return Here(name, _begun(before[at:end]), at, _rest(text, cursor))
            at = max(end, at + 1)
            name = name if listed else None
    return Here(name, "", cursor, _rest(text, cursor))


def _token_end(before: str, at: int, cursor: int) -> int:
    if before[at] == '"':
        quoted = _QUOTED.match(before, at)
        return quoted.end() if quoted else cursor
    word = _WORD.match(before, at)
    return word.end() if word else at + 1


def _begun(raw: str) -> str:
    text = raw[1:].removesuffix('"') if raw.startswith('"') else raw
    return _ESCAPE.sub(r"\1", text)


def _rest(text: str, cursor: int) -> int:
    """Where the token under the cursor ends."""
    word = re.compile(r'[^\s()":<>=]*"?').match(text, cursor)
    return word.end() if word else cursor


def field_suggestions(table: FieldTable, begun: str, *, names_only: bool = False) -> list[Suggestion]:
    """Fields by the beginning of a name or alias, then by a part of one. ``names_only`` for has:."""
    wanted = begun.lower()
    ranked: list[tuple[int, int, Field]] = []
    for place, field in enumerate(table.fields):
        if field.kind == "presence" and not names_only:
            continue
        every = (field.name, *field.aliases)
        if field.name.startswith(wanted):
            ranked.append((0, place, field))
        elif any(name.startswith(wanted) for name in every):
            ranked.append((1, place, field))
        elif any(wanted in name for name in every):
            ranked.append((2, place, field))
    # What is nearest to complete comes first; with nothing begun, the order of the table.
    ranked.sort(key=lambda item: (item[0], len(item[2].name) if wanted else 0, item[1]))
    found = [
        Suggestion(_begin(field, names_only), field.name, "field", field.description)
        for _, _, field in ranked[:SUGGESTIONS_MAX]
    ]
    if not names_only and wanted and "has".startswith(wanted):
        found.insert(0, Suggestion("has:", "has", "field", "Whether a field is known"))
    return found[:SUGGESTIONS_MAX]


def _begin(field: Field, names_only: bool) -> str:
    if field.kind == "attribute":
        return field.name.removesuffix("*")
    if names_only:
        return field.name
    numbers = ("number", "count", "bytes", "money", "duration")
    return field.name + (">" if field.kind in numbers else ">=" if field.kind == "time" else ":")


def known_values(field: Field, begun: str) -> list[Suggestion] | None:
    """The values of a field that has only a few by nature; None where the data has to be asked."""
    words = ("true", "false") if field.kind == "flag" else field.choices
    if not words:
        return None
    wanted = begun.lower()
    return [Suggestion(word, word, "value") for word in words if word.startswith(wanted)]


def value_suggestion(value: str, count: int) -> Suggestion:
    """A value from the data."""
    return Suggestion(format_value(value), value, "value", count=count)
