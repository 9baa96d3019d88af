"""Text → tree, with errors that say where and what to do."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, TypeVar, cast

import lark
from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput

from sonde.filters.errors import FilterError
from sonde.filters.tree import (
    Comparison,
    Everything,
    Has,
    Node,
    Place,
    Range,
    Term,
    Text,
    Value,
    both,
    either,
    opposite,
)

TEXT_MAX = 4_000
"""Characters of a filter."""
DEPTH_MAX = 20
"""Parentheses inside each other."""
WORDS_MAX = 300
"""Words, values and fields of a filter."""

ClassT = TypeVar("ClassT")
_QUOTED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_BETWEEN = ("AND", "OR", "NOT")
_NOT_IN_LISTS = ("AND", "NOT")
_ESCAPED = re.compile(r"\\(.)|(\*)", re.DOTALL)
_QUOTED_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _inline(kind: type[ClassT]) -> type[ClassT]:
    """Hands the children to the methods of a builder one by one. The library's own types are incomplete."""
    return cast("type[ClassT]", cast("Any", lark).v_args(inline=True)(kind))


def parse(text: str) -> Node:
    """The tree of a filter; `Everything` for empty text. Raises `FilterError`.

    Names of fields are as written: which fields there are depends on what is filtered (`compile_filter`).
    """
    if len(text) > TEXT_MAX:
        raise FilterError(
            f"A filter has at most {TEXT_MAX:,} characters; this one has {len(text):,}.", TEXT_MAX, 0
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterError("This character is half of one.", error.start, error.end - error.start) from None
    try:
        return cast("Node", _parser().parse(text))
    except UnexpectedInput as error:
        raise _explained(text, cast("Any", error)) from None


@cache
def _parser() -> Any:  # the library's own types are incomplete
    grammar = files("sonde.filters").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=False,
        transformer=_Builder(),
        postlex=_Bounds(),
    )


class _Bounds:
    """Stops reading where a filter is deeper or longer than any that a person writes."""

    always_accept: ClassVar[tuple[str, ...]] = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens as they are."""
        depth = words = 0
        for token in stream:
            if token.type == "LPAR":
                depth += 1
                if depth > DEPTH_MAX:
                    raise FilterError(
                        f"Parentheses go at most {DEPTH_MAX} deep.", _place(token).start, len(token)
                    )
            elif token.type == "RPAR":
                depth -= 1
            elif token.type in _COUNTED:
                words += 1
                if words > WORDS_MAX:
                    raise FilterError(
                        f"A filter has at most {WORDS_MAX} fields and values.",
                        _place(token).start,
                        len(token),
                    )
            yield token


_COUNTED = frozenset({"FIELD", "VALUE", "QUOTED", "BOUND", "WORD", "NOT", "MINUS"})


def _place(first: Token, last: Token | None = None) -> Place:
    return Place(cast("int", first.start_pos), cast("int", (last or first).end_pos))


def read_value(token: Token) -> Value:
    """A value without its quotes and escapes. Stars are wildcards unless quoted or escaped."""
    raw = str(token)
    if raw.startswith('"'):
        text = _QUOTED_ESCAPED.sub(lambda found: _QUOTED_ESCAPES.get(found[1], found[1]), raw[1:-1])
        return Value((text,), True, _place(token))
    parts = [""]
    end = 0
    for found in _ESCAPED.finditer(raw):
        parts[-1] += raw[end : found.start()]
        end = found.end()
        if found[2]:
            parts.append("")
        else:
            parts[-1] += found[1]
    parts[-1] += raw[end:]
    # Two stars side by side are one.
    kept = [part for place, part in enumerate(parts) if part or place in (0, len(parts) - 1)]
    return Value(tuple(kept), False, _place(token))


def field_name(token: Token) -> str:
    """A field's name; an attribute's key may be quoted."""
    raw = str(token)
    head, quote, rest = raw.partition('"')
    if not quote:
        return raw
    return head + _QUOTED_ESCAPED.sub(lambda found: found[1], rest[:-1])


@_inline
class _Builder(Transformer[Token, Node]):
    """Builds the tree while the text is read, so nothing recurses over what hostile text nests."""

    def start(self, item: Node | None = None) -> Node:
        return item if item is not None else Everything()

    def disjunction(self, first: Node, *rest: Any) -> Node:
        for item in rest:
            if not isinstance(item, Token):
                first = either(first, item)
        return first

    def conjunction(self, first: Node, *rest: Any) -> Node:
        for item in rest:
            if not isinstance(item, Token):
                first = both(first, item)
        return first

    def negated(self, _: Token, item: Node) -> Node:
        return opposite(item)

    def group(self, _: Token, item: Node, __: Token) -> Node:
        return item

    def value(self, token: Token) -> Token:
        return token

    def choice(self, token: Token) -> Token:
        return token

    def bound(self, token: Token) -> Token:
        return token

    def word(self, token: Token) -> Node:
        if token in _BETWEEN:
            raise FilterError(
                f"{token} needs a condition on both sides.",
                *_where(token),
                suggestions=(f'"{token}"',),
                hint=f'Write "{token}" in quotes to search for the word.',
            )
        value = read_value(token)
        if value.parts == ("", ""):
            return Everything()
        if not value.text.strip():
            raise FilterError("There is nothing to search for between these quotes.", *_where(token))
        return Text(value, _place(token))

    def single(self, field: Token, sign: Token, value: Token) -> Node:
        return _term(field, sign, [value], value)

    def listed(self, field: Token, sign: Token, _: Token, *rest: Token) -> Node:
        values = [token for token in rest[:-1] if token.type != "OR"]
        for token in values:
            if token.type == "VALUE" and token in _NOT_IN_LISTS:
                raise FilterError(
                    f"Values in a list are alternatives: {token} cannot stand between them.",
                    *_where(token),
                    suggestions=("OR",),
                    hint=f'Write "{token}" in quotes to mean the word.',
                )
        return _term(field, sign, values, rest[-1])

    def ranged(
        self, field: Token, sign: Token, opening: Token, low: Token, _: Token, high: Token, closing: Token
    ) -> Node:
        if sign not in (":", "=", "!="):
            raise FilterError(
                f"A range is written with a colon: {field}:[… TO …].", *_where(sign), suggestions=(":",)
            )
        found = Range(
            field_name(field),
            _open(low),
            _open(high),
            opening == "[",
            closing == "]",
            _place(field, closing),
            _place(field),
        )
        return opposite(found) if sign == "!=" else found


def _open(token: Token) -> Value | None:
    return None if str(token) == "*" else read_value(token)


def _where(token: Token) -> tuple[int, int]:
    place = _place(token)
    return place.start, place.length


def _term(field: Token, sign: Token, tokens: list[Token], last: Token) -> Node:
    name = field_name(field)
    place, name_place = _place(field, last), _place(field)
    values = tuple(dict.fromkeys(read_value(token) for token in tokens))
    comparison = str(sign).lstrip(":") or ":"
    opposed = comparison == "!="
    if comparison in ("=", "!="):
        comparison = ":"
    if comparison != ":" and len(tokens) > 1:
        raise FilterError(f"{comparison} compares with one value.", *_where(sign), suggestions=(":",))
    node: Node
    if name == "has":
        node = _has(values, place, sign)
    elif comparison == ":" and any(value.parts == ("", "") for value in values):
        node = Has(name, place, name_place)
    else:
        node = Term(name, cast("Comparison", comparison), values, place, name_place)
    return opposite(node) if opposed else node


def _has(values: tuple[Value, ...], place: Place, sign: Token) -> Node:
    if str(sign) not in (":", "=", "!="):
        raise FilterError("has: takes the name of a field.", *_where(sign), suggestions=(":",))
    found: Node | None = None
    for value in values:
        if value.is_pattern:
            raise FilterError(
                "has: takes the name of a field, without wildcards.", value.place.start, value.place.length
            )
        has = Has(value.text, place, value.place)
        found = has if found is None else either(found, has)
    assert found is not None, "the grammar wants a value"
    return found


def _explained(text: str, error: Any) -> FilterError:
    """The library's error in our words."""
    if isinstance(error, UnexpectedCharacters):
        untyped = cast("Any", error)
        return _unreadable(text, untyped.pos_in_stream, set(untyped.allowed or ()))
    return _unexpected(text, error.token, set(error.expected))


def _unreadable(text: str, position: int, allowed: set[str]) -> FilterError:
    """A place where no token begins."""
    sign = text[position]
    if sign == '"':
        return FilterError(
            "This quote is not closed.", position, len(text) - position, hint='Write \\" for a quote inside.'
        )
    if sign == "\\":
        return FilterError("A backslash needs a character after it.", position, 1, suggestions=("\\\\",))
    if allowed & {"VALUE"}:
        return FilterError(
            "A value is missing here.", position, 1, hint="Quote a value that begins with a special sign."
        )
    if allowed & {"BOUND", "TO", "CLOSE"}:
        return _range_error(position, 1)
    return FilterError(f"{sign} cannot stand here.", position, 1)


def _range_error(position: int, length: int) -> FilterError:
    return FilterError(
        "A range is written [low TO high]; * leaves a side open.",
        position,
        length,
        suggestions=("[1 TO 2]", "[1 TO *]"),
    )


def _unexpected(text: str, token: Token, expected: set[str]) -> FilterError:
    """A token where another one belongs."""
    if token.type == "$END":
        position, length, found = len(text.rstrip()), 0, "the end"
    else:
        (position, length), found = _where(token), str(token)
    if expected & {"BOUND", "TO", "CLOSE"}:
        return _range_error(position, length)
    if "WORD" in expected and found[0] in "<>=:":
        return FilterError(
            f"Before {found[0]} comes the name of a field.",
            position,
            1,
            hint="Quote text to search for it as it is.",
        )
    if "COMPARE" in expected:
        return FilterError("After a field comes a comparison.", position, length, suggestions=(":",))
    if "VALUE" in expected and "RPAR" in expected:
        return FilterError("This list of values is not closed.", position, length, suggestions=(")",))
    if "VALUE" in expected:
        return FilterError(f"A value is missing before {found}.", position, length, suggestions=('""',))
    if token.type == "RPAR":
        if "WORD" in expected and "RPAR" not in expected and _opens_before(text, position):
            return FilterError("There is nothing between these parentheses.", position, length)
        return FilterError("This parenthesis closes nothing.", position, length)
    if "RPAR" in expected and token.type == "$END":
        return FilterError("A parenthesis is not closed.", position, length, suggestions=(")",))
    return FilterError(f"A field or a word is missing before {found}.", position, length)


def _opens_before(text: str, position: int) -> bool:
    """Whether some parenthesis may be open at a place. Quotes aside: this only chooses the words."""
    return text.count("(", 0, position) > text.count(")", 0, position)
