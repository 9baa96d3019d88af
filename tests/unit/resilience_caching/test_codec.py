"""Answers come back exactly as they were, or are not stored."""

import dataclasses
import zlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack
from pydantic import BaseModel, ConfigDict, PrivateAttr

from sonde.resilience.caching import codec
from sonde.resilience.caching.codec import Damaged, Uncacheable, freeze, seal, unseal


class Kind(Enum):
    STOP = "stop"


class Message(BaseModel):
    model_config = ConfigDict(extra="allow")
    content: str | None = None
    kind: Kind = Kind.STOP


class Answer(BaseModel):
    model_config = ConfigDict(extra="allow")
    id: str
    choices: list[Message]
    _request_id: str | None = PrivateAttr(default=None)


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    notes: dict[str, Any]


class Record(msgspec.Struct, frozen=True):
    name: str
    parts: tuple[int, ...]


class Slotted:
    __slots__ = ("x",)


class Counting(dict[str, int]):
    """Plain to look at, and not what would come back."""


@dataclasses.dataclass
class Secretive:
    x: int
    shared: ClassVar[int] = 0


def back(value: Any) -> Any:
    body, parts = seal("answer", [freeze(value)])
    form, again = unseal(body)
    assert form == "answer"
    assert len(again) == len(parts) == 1
    return again[0]


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -1, 2**63, -(2**70), "", "é\u0000", b"\x00\xff", [], {}, (), [1, [(3, {"a": b""})]],
        {1: "a", (2, 3): "b", None: 4}, {1, 2}, frozenset({"a"}), Decimal("1.10"), UUID(int=7),
        datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), Kind.STOP, Point(1.0, {"a": [Point(2.0, {})]}),
        Record("n", (1, 2)), SimpleNamespace(a=1, b=SimpleNamespace(c=[])),
    ],
    ids=repr,
)  # fmt: skip
def test_plain_values_and_records(value: Any) -> None:
    again = back(value)
    assert again == value
    assert type(again) is type(value)


def test_models_keep_what_they_were_given_and_what_they_hide() -> None:
    answer = Answer.model_validate(
        {"id": "a", "choices": [{"content": "x", "annotations": [1]}], "usage": {"total": 3}}
    )
    answer._request_id = "req-1"
    again = back(answer)
    assert again == answer
    assert again._request_id == "req-1"
    assert again.choices[0].model_extra == {"annotations": [1]}
    assert again.choices[0].model_fields_set == answer.choices[0].model_fields_set
    again.choices[0].content = "changed"
    assert answer.choices[0].content == "x"


def test_models_with_values_their_types_forbid() -> None:
    answer = Answer.model_construct(id=7, choices="odd", future="field")
    assert back(answer) == answer


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: 1,
        Slotted(),
        Counting(a=1),
        timedelta(1),
        float,
        [object()],
        "\ud800",
        (x for x in "a"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_come_back_is_refused(value: Any) -> None:
    with pytest.raises(Uncacheable):
        back(value)


def test_a_dataclass_with_more_than_its_fields_is_refused() -> None:
    secretive = Secretive(1)
    secretive.__dict__["extra"] = 2
    with pytest.raises(Uncacheable, match="more than its fields"):
        freeze(secretive)


def test_a_class_that_cannot_be_found_is_refused() -> None:
    @dataclasses.dataclass
    class Local:
        x: int

    with pytest.raises(Uncacheable, match="by its name"):
        freeze(Local(1))


def test_a_circle_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(Uncacheable, match="circle"):
        freeze(circle)


def test_every_damaged_byte_is_noticed() -> None:
    body, _ = seal("answer", [freeze({"text": "some answer", "n": [1, 2, 3]})])
    for index in range(len(body)):
        damaged = bytearray(body)
        damaged[index] ^= 0x55
        with pytest.raises(Damaged):
            unseal(bytes(damaged))
    for end in range(len(body)):
        with pytest.raises(Damaged):
            unseal(body[:end])


def forged(content: object) -> bytes:
    raw = msgpack.encode(["answer", [content]])
    return bytes((1, 0)) + zlib.crc32(raw).to_bytes(4, "big") + raw


@pytest.mark.parametrize(
    ("module", "qualname"),
    [
        ("os", "system"),
        ("subprocess", "Popen"),
        ("antigravity", "x"),
        ("builtins", "dict"),
        ("sys", "modules"),
    ],
)
def test_a_forged_entry_makes_no_other_objects(module: str, qualname: str) -> None:
    ext = msgpack.Ext(2, msgpack.encode([module, qualname, {"args": ["true"]}]))
    with pytest.raises(Damaged):
        unseal(forged(ext))


def test_a_forged_entry_cannot_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "DECODED_BYTES_MAX", 100_000)
    body = zlib.compress(bytes(1_000_000))
    with pytest.raises(Damaged, match="more than"):
        unseal(bytes((1, 1)) + zlib.crc32(body).to_bytes(4, "big") + body)


def test_repetitive_streams_take_little_room() -> None:
    chunks = [{"id": "chatcmpl-1", "choices": [{"delta": {"content": f"word {n}"}}]} for n in range(500)]
    body, parts = seal("stream", [freeze(chunk) for chunk in chunks])
    assert parts == chunks
    assert unseal(body) == ("stream", chunks)
    assert len(body) < sum(len(freeze(chunk)) for chunk in chunks) / 5


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.binary() | st.text(),
        lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_plain_comes_back(value: Any) -> None:
    again = back(value)
    assert again == value
    assert repr(again) == repr(value)
