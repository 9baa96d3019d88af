"""Redaction keeps JSON valid, is done after one pass, and leaves structure alone."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sonde.redaction import CustomPattern, RedactionRules, Redactor

REDACTOR = Redactor(RedactionRules(custom=(CustomPattern("badge", r"EMP-\d{5}"),)))
FOUND = [
    "a@b.io",
    "+49 30 1234567",
    "4111111111111111",
    "GB82WEST12345698765432",
    "AKIAIOSFODNN7EXAMPLE",
    "EMP-12345",
]
PIECES = [
    "password=",
    "Bearer ",
    "\\",
    '"',
    "\n",
    "[email]",
    "://u:",
    "@",
    "eyJ",
    "sk-",
    "tel: ",
    "%40",
    "\ud800",
]
SEEDS = st.sampled_from([*FOUND, *PIECES])
TEXTS = st.lists(st.one_of(st.text(max_size=12), SEEDS), max_size=8).map("".join)
KEYS = st.one_of(TEXTS, st.sampled_from(["password", "api_key", "x.access_token"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        TEXTS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


def shape(value: Any) -> Any:
    """The structure: keys and strings forgotten, long numbers too (a card may become a string)."""
    if isinstance(value, dict):
        return [shape(item) for item in value.values()]
    if isinstance(value, list):
        return ["list", *map(shape, value)]
    return "leaf" if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value


@settings(max_examples=500, deadline=None)
@given(value=VALUES, ascii_only=st.booleans())
@example(value={"a": "\\nbob@example.com"}, ascii_only=True)
def test_json_stays_json(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    masked = json.loads(REDACTOR.json_text(text))
    if not isinstance(value, dict):
        assert shape(masked) == shape(value) or "{" in text  # two keys may become one


@settings(max_examples=300, deadline=None)
@given(
    words=st.lists(
        st.one_of(st.sampled_from(FOUND), st.from_regex(r"[a-z]{1,9}", fullmatch=True)), max_size=12
    )
)
def test_a_second_pass_finds_nothing(words: list[str]) -> None:
    once = REDACTOR.text(" / ".join(words))
    assert not any(word in once for word in FOUND)
    assert REDACTOR.text(once) == once


@settings(max_examples=200, deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_secret_between_blanks_is_found(before: str, after: str) -> None:
    for secret in ("jane@example.com", "AKIAIOSFODNN7EXAMPLE", "GB82WEST12345698765432"):
        assert secret not in REDACTOR.text(f"{before} {secret} {after}")
