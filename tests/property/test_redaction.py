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


FORMS = [
    r"[a-z.+%]{1,9}(@|%40)[a-z0-9-]{1,9}\.[a-z]{2,5}",
    r"(\+|00)[1-9][0-9]{0,2}[ .-]?\(?[0-9]{1,4}\)?([ .-]?[0-9]{2,4}){1,4}",
    r"\(?[2-9][0-9]{2}[)]?[ .-]?[2-9][0-9]{2}[.-][0-9]{4}",
    (
        r"(Tel|phone|MOBILE|fax|Telefon|cell)[ _-]?(no|number|nr)?[.:#= ]{1,4}(is |at )?"
        r"[+(]?[0-9]([ ()./-]{0,2}[0-9]){5,12}"
    ),
    r"[0-9]{0,4} ?(4111 ?1111 ?1111 ?1111|5500-0000-0000-0004|3782 822463 10005)",
    r"(DE89|GB82) ?[A-Z0-9]{4} ?[A-Z0-9]{4} ?[A-Z0-9]{4} ?[A-Z0-9]{4}( ?[A-Z0-9]{2})?",
    r"(sk-|sk-ant-|sk_live_|whsec_|gho_|glpat-|xoxp-|AIza|hf_|gsk_|pplx-|r8_|npm_|shpat_|lsv2_pt_|ya29\.)[A-Za-z0-9]{16,40}",
    r"(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
    r"(?i:bearer|basic)[ ]{1,4}[A-Za-z0-9._~+/-]{16,40}={0,2}",
    (
        r"(?i:password|pwd|api[_-]?key|client_secret|auth-token|SECRET_ACCESS_KEY)"
        r"[\"']?[ ]{0,3}[:=][ ]{0,3}[\"']?[A-Za-z0-9!/+]{6,40}"
    ),
    r"[a-z]{2,8}://[a-z]{0,5}:[a-z0-9]{3,9}@[a-z]{2,5}",
    r"eyJ[A-Za-z0-9_-]{8,20}\.eyJ[A-Za-z0-9_-]{4,20}\.[A-Za-z0-9_-]{8,20}",
]
"""Each kind in more spellings than the detectors take."""


@settings(max_examples=1_500, deadline=None)
@given(
    pieces=st.lists(st.one_of(*(st.from_regex(form, fullmatch=True) for form in FORMS), TEXTS), max_size=3)
)
def test_the_hints_hide_nothing(pieces: list[str]) -> None:
    """The one pass that lets clean text through must not let through what a detector would find."""
    text = " ".join(pieces)
    raw = text.encode("utf-8", "surrogatepass")
    assert REDACTOR.text(text) == REDACTOR._masked(raw).decode("utf-8", "surrogatepass")


@settings(max_examples=200, deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_secret_between_blanks_is_found(before: str, after: str) -> None:
    for secret in ("jane@example.com", "AKIAIOSFODNN7EXAMPLE", "GB82WEST12345698765432"):
        assert secret not in REDACTOR.text(f"{before} {secret} {after}")
