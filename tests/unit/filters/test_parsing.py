"""Text → tree → text, and what is said about wrong text."""

import pytest

from sonde.filters import FilterError, format_filter, parse
from sonde.filters.parsing import DEPTH_MAX, TEXT_MAX, WORDS_MAX
from sonde.filters.tree import And, Everything, Has, Not, Or, Range, Term, Text, Value, leaves


def term(name: str, text: str, sign: str = ":") -> Term:
    return Term(name, sign, (Value((text,)),))  # pyright: ignore[reportArgumentType]


def word(text: str) -> Text:
    return Text(Value((text,)))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("  ", Everything()),
        ("*", Everything()),
        ("model:gpt-4o", term("model", "gpt-4o")),
        ("model=gpt-4o", term("model", "gpt-4o")),
        ("model!=gpt-4o", Not(term("model", "gpt-4o"))),
        ("-model:gpt-4o", Not(term("model", "gpt-4o"))),
        ("NOT NOT model:a", term("model", "a")),
        ("cost > 0.05", term("cost", "0.05", ">")),
        ("cost:>0.05", term("cost", "0.05", ">")),
        ("model:openai/gpt-4o:free", term("model", "openai/gpt-4o:free")),
        ("time>=2026-11-21T10:00:00Z", term("time", "2026-11-21T10:00:00Z", ">=")),
        ('name:"a \\"b\\" \\\\ *"', term("name", 'a "b" \\ *')),
        ("name:a\\ b\\*", term("name", "a b*")),
        ("model:gpt-*", Term("model", ":", (Value(("gpt-", "")),))),
        ("model:**a**", Term("model", ":", (Value(("", "a", "")),))),
        ("model:(a OR b)", Term("model", ":", (Value(("a",)), Value(("b",))))),
        ('model:(a "b c" d)', Term("model", ":", (Value(("a",)), Value(("b c",)), Value(("d",))))),
        ("user:*", Has("user")),
        ("has:user", Has("user")),
        ("has:(a OR b)", Or((Has("a"), Has("b")))),
        ("cost:[0.01 TO 1}", Range("cost", Value(("0.01",)), Value(("1",)), True, False)),
        ("cost:[* TO 1]", Range("cost", None, Value(("1",)))),
        ("a OR b c", Or((word("a"), And((word("b"), word("c")))))),
        ("(a OR b) c", And((Or((word("a"), word("b"))), word("c")))),
        ("a b AND c", And((word("a"), word("b"), word("c")))),
        ('"free text"', word("free text")),
        ("ANDROID ORder", And((word("ANDROID"), word("ORder")))),
        ('attributes."odd key":1', term("attributes.odd key", "1")),
        ("attributes.a.b/c-d:1", term("attributes.a.b/c-d", "1")),
        ("user:-x", term("user", "-x")),
        ("user:OR", term("user", "OR")),
    ],
)
def test_text_becomes_a_tree_and_back(text: str, tree: object) -> None:
    assert parse(text) == tree
    assert parse(format_filter(parse(text))) == tree


@pytest.mark.parametrize(
    ("text", "position", "length", "said"),
    [
        ('model:a "free', 8, 5, "quote is not closed"),
        ("a)", 1, 1, "closes nothing"),
        ("(a", 2, 0, "not closed"),
        ("()", 1, 1, "nothing between"),
        ("model:", 6, 0, "value is missing"),
        ("model: )", 7, 1, "value is missing"),
        ("model:(a", 8, 0, "list of values is not closed"),
        ("model:(a AND b)", 9, 3, "alternatives"),
        ("cost>(1 2)", 4, 1, "one value"),
        ("cost:[1 2]", 8, 2, "[low TO high]"),
        ("cost:[1 TO", 10, 0, "[low TO high]"),
        ("cost>[1 TO 2]", 4, 1, "with a colon"),
        (":x", 0, 1, "Before : comes the name"),
        ("a > b > c", 6, 1, "Before > comes the name"),
        ("a OR", 4, 0, "missing before the end"),
        ("OR a", 0, 2, "both sides"),
        ("a AND OR b", 6, 2, "both sides"),
        ("a\\", 1, 1, "backslash"),
        ('""', 0, 2, "nothing to search for"),
        ("has:us*", 4, 3, "without wildcards"),
        ("has>user", 3, 1, "name of a field"),
    ],
)
def test_errors_say_where(text: str, position: int, length: int, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert (caught.value.position, caught.value.length) == (position, length)
    assert said in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "(" * (DEPTH_MAX + 1) + "a" + ")" * (DEPTH_MAX + 1),
        "(a OR " * 300 + "b" + ")" * 300,
        "a " * (WORDS_MAX + 1),
        "-" * (TEXT_MAX - 1) + "a",
        "x" * (TEXT_MAX + 1),
        "model:(" + "a " * 1000 + ")",
        "\ud800",
        '"' + '\\"' * (TEXT_MAX // 2),
        "NOT " * 990 + "a",
    ],
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    with pytest.raises(FilterError):
        parse(text)


def test_as_long_and_deep_as_allowed() -> None:
    deep = "(a OR (b " * (DEPTH_MAX // 2) + "c" + "))" * (DEPTH_MAX // 2)
    assert parse(format_filter(parse(deep))) == parse(deep)
    assert len(leaves(parse("a " * WORDS_MAX))) == WORDS_MAX
    assert parse("a" * TEXT_MAX) == word("a" * TEXT_MAX)
