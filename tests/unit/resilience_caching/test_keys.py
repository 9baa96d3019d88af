"""The canonical request hash: the same question has one key, different questions never share one."""

import dataclasses
import math
import re
from datetime import UTC, datetime
from enum import Enum
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from sonde.resilience.caching import Unkeyable, key


class Omit:
    """What client libraries pass for "not given"."""


class Colour(Enum):
    RED = "red"


@dataclasses.dataclass
class Place:
    name: str
    floor: int


class Reply(BaseModel):
    text: str


class OtherReply(BaseModel):
    words: list[str]


CHAT: dict[str, Any] = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0}


def test_a_key_is_a_whole_sha_256() -> None:
    assert re.fullmatch("[0-9a-f]{64}", key(CHAT))


@pytest.mark.parametrize(
    "same",
    [
        dict(reversed(CHAT.items())),
        {**CHAT, "temperature": 0.0},
        {**CHAT, "messages": ({"content": "Hi", "role": "user"},)},
        {**CHAT, "stop": None},
        {**CHAT, "stop": Omit()},
        {**CHAT, "timeout": 3, "max_retries": 9, "idempotency_key": "x"},
    ],
)
def test_what_does_not_change_the_question(same: dict[str, Any]) -> None:
    Omit.__name__ = "Omit"
    assert key(same) == key(CHAT)


DIFFERENT: list[dict[str, Any]] = [
    {},
    CHAT,
    {**CHAT, "model": "gpt-5-mini"},
    {**CHAT, "temperature": 0.1},
    {**CHAT, "messages": [{"role": "user", "content": "Hi "}]},
    {**CHAT, "messages": [{"role": "system", "content": "Hi"}]},
    {**CHAT, "messages": [{"role": "user", "content": "H"}, {"role": "user", "content": "i"}]},
    {**CHAT, "user": "ann"},
    {**CHAT, "extra_headers": {"x": "y"}},
    {"a": "1"},
    {"a": 1},
    {"a": True},
    {"a": [1]},
    {"a": [[1]]},
    {"a": [1, 2]},
    {"a": [2, 1]},
    {"a": {"1": 1}},
    {"a": {1: 1}},
    {"a": {"b": None}},
    {"a": {}},
    {"a": []},
    {"a": ""},
    {"a": b"1"},
    {"a": b""},
    {"a": {1, 2}},
    {"a": "nan"},
    {"a": math.nan},
    {"a": math.inf},
    {"a": "Aa"},
    {"a": "\u00e9"},
    {"a": "e\u0301"},
    {"a": "\ud800"},
    {"a": 2**70},
    {"a": 1.5},
    {"a": Place("x", 1)},
    {"a": Reply},
    {"a": OtherReply},
    {"a": datetime(2026, 1, 1, tzinfo=UTC)},
    {"a": "2026-01-01 00:00:00+00:00"},
    {"ab": "c"},
    {"a": "bc"},
]


def test_different_questions_have_different_keys() -> None:
    for one, other in combinations(DIFFERENT, 2):
        assert key(one) != key(other), (one, other)


def test_scopes_never_share_keys() -> None:
    keys = {key(CHAT), key(CHAT, scope="a"), key(CHAT, scope="b"), key({**CHAT, "scope": "a"})}
    assert len(keys) == 4


def test_an_enum_is_its_value() -> None:
    assert key({"a": Colour.RED}) == key({"a": "red"})


@pytest.mark.parametrize("value", [object(), open, (x for x in "ab"), re.compile("x")])
def test_what_has_no_content_is_refused(value: object) -> None:
    with pytest.raises(Unkeyable, match="content"):
        key({"a": value})


def test_a_circle_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(Unkeyable, match="circle"):
        key({"a": circle})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def plain(value: Any) -> Any:
    """What two values must share to be the same question."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, int | float):
        return ("number", value)
    if isinstance(value, list):
        return ("list", [plain(item) for item in value])
    return ("map", sorted((name, plain(item)) for name, item in value.items()))


@given(JSON, JSON)
def test_keys_are_equal_exactly_when_requests_are(one: Any, other: Any) -> None:
    # In a list, because an argument that is None is one that is not given.
    assert (key({"a": [one]}) == key({"a": [other]})) == (
        repr(plain(one)) == repr(plain(other)) or plain(one) == plain(other)
    )
