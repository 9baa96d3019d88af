"""Adding and taking away, words, completion."""

import pytest

from sonde.filters import TABLES, explain, format_filter, parse, with_term, without_field
from sonde.filters.completing import field_suggestions, here, known_values

CALLS = TABLES["calls"]


def test_terms_come_and_go() -> None:
    def added(text: str, name: str, value: str | None, negated: bool = False) -> str:
        return format_filter(with_term(parse(text), name, value, negated=negated))

    assert added("", "user", "u 1") == 'user:"u 1"'
    assert added("a OR b", "user", "u") == "(a OR b) user:u"
    assert added("user:u x", "user", "u") == "x user:u"
    assert added("-user:u x", "user", "u") == "x user:u"
    assert added("x", "user", "a*") == 'x user:"a*"'
    assert added("x", "user", None) == "x -has:user"
    assert added("x", "user", "u", negated=True) == "x -user:u"

    def without(text: str, name: str) -> str:
        return format_filter(without_field(parse(text), name, CALLS))

    assert without("env:a x -environment:b (env:c OR env:d)", "environment") == "x"
    assert without("(env:a OR model:b) has:env", "environment") == "env:a OR model:b"
    assert without("model:a refund", "content") == "model:a"
    assert without("nonsense:a x", "nonsense") == "x"


def test_aliases_become_names() -> None:
    assert format_filter(parse("env:a latency>2s -has:cost trace.cost>1"), CALLS) == (
        "environment:a duration_ms>2s -has:cost_usd trace.cost_usd>1"
    )


def test_a_filter_in_words() -> None:
    assert explain(parse(""), CALLS) == "All calls."
    text = 'model:gpt-* (status:error OR cost>0.05) -env:dev "free text" has:tool -has:user'
    assert explain(parse(text), CALLS) == (
        'Calls where model is like "gpt-*" and (status is "error" or cost_usd is more than "0.05") and it '
        'does not hold that environment is "dev" and the content has "free text" and there is tool and '
        "user is not known."
    )


@pytest.mark.parametrize(
    ("before", "after", "name", "begun", "start"),
    [
        ("", "", None, "", 0),
        ("mod", "", None, "mod", 0),
        ("mod", "el:x", None, "mod", 0),
        ("model:", "", "model", "", 6),
        ("model:gp", "t status:x", "model", "gp", 6),
        ("model:(a OR b", "", "model", "b", 12),
        ("model:(a OR b) st", "", None, "st", 15),
        ('model:"gpt 4', "", "model", "gpt 4", 6),
        ("cost > ", "", "cost", "", 7),
        ("a -en", "", None, "en", 3),
        ("(model:a", "", "model", "a", 7),
        ("has:us", "", "has", "us", 4),
        ('attributes."a b":x', "", "attributes.a b", "x", 17),
        ('"a ) (', "", None, "a ) (", 0),
    ],
)
def test_what_is_being_written(before: str, after: str, name: str | None, begun: str, start: int) -> None:
    found = here(before + after, len(before))
    assert (found.name, found.begun, found.start) == (name, begun, start)
    assert found.start <= len(before) <= found.end <= len(before + after)


def test_suggestions() -> None:
    assert field_suggestions(CALLS, "cost")[0].text == "cost_usd>"
    assert field_suggestions(CALLS, "")[0].text == "model:"
    assert "environment:" in [item.text for item in field_suggestions(CALLS, "env")]
    assert field_suggestions(CALLS, "too", names_only=True)[0].text == "tool"
    status = CALLS.find("status")
    assert status is not None
    assert [item.text for item in known_values(status, "e") or []] == ["error"]
    model = CALLS.find("model")
    assert model is not None
    assert known_values(model, "e") is None
