"""What leaves as content: nothing unless asked for; bounded, redacted, valid JSON whatever goes in."""

import dataclasses
import enum
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.sdk import config
from sonde.sdk.config import Config
from sonde.sdk.content import captured, cut


def on(**settings: Any) -> None:
    config.activate(Config(capture_content=True, **settings))


def shown(value: object) -> Any:
    text = captured(value)
    assert text is not None
    return json.loads(text)


def test_nothing_is_captured_unless_asked_for() -> None:
    assert captured({"a": 1}) is None
    config.activate(Config())
    assert captured("secret") is None


@dataclasses.dataclass
class Point:
    x: int
    y: "Point | None" = None


class Shape(msgspec.Struct):
    name: str


class Model:
    def model_dump(self) -> dict[str, object]:
        return {"field": 1}


class BrokenModel:
    def model_dump(self) -> dict[str, object]:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        (None, None),
        (True, True),
        (1.5, 1.5),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (2**80, 2**80),
        (b"12345", "<5 bytes>"),
        ({1: "a", None: "b"}, {"1": "a", "None": "b"}),
        ((1, 2), [1, 2]),
        ({3}, [3]),
        (Point(1, Point(2)), {"x": 1, "y": {"x": 2, "y": None}}),
        (Shape("s"), {"name": "s"}),
        (Model(), {"field": 1}),
        (BrokenModel(), "<BrokenModel>"),
        (Colour.RED, "red"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00+00:00"),
        ("lone \ud800 surrogate", "lone \ud800 surrogate"),
        (Point, repr(Point)),
    ],
)
def test_all_kinds_of_values(value: object, expected: object) -> None:
    on()
    assert shown(value) == expected


def test_generators_are_not_consumed() -> None:
    on()

    def numbers() -> Iterator[int]:
        yield 1

    generator = numbers()
    assert "generator" in shown(generator)
    assert list(generator) == [1]


def test_cycles_and_depth_end() -> None:
    on()
    loop: list[Any] = []
    loop.append(loop)
    text = captured(loop)
    assert text is not None
    assert "…" in text


@pytest.mark.parametrize(
    "value",
    ["word " * 1_000_000, ["x" * 100] * 100_000, {str(n): n for n in range(100_000)}, [[["y" * 9_000]] * 50]],
)
def test_huge_values_are_cut(value: object) -> None:
    on(content_bytes_max=10_000)
    text = captured(value)
    assert text is not None
    assert len(text) < 25_000
    assert "…" in text
    json.loads(text)


def test_a_cut_does_not_leave_half_of_a_word() -> None:
    assert cut("aaa bbbb cccc", 10) == "aaa bbbb…"
    assert cut("x" * 20, 10) == "x" * 10 + "…"


def test_personal_data_and_secrets_are_masked() -> None:
    on()
    text = captured(
        {
            "mail": "write to joe.doe@example.com or call +49 170 1234567",
            "card": "4111 1111 1111 1111",
            "key": "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789",
            "password": "hunter2",
        }
    )
    assert text is not None
    for secret in ("joe.doe", "1234567", "4111", "sk-proj", "hunter2"):
        assert secret not in text
    assert json.loads(text)["mail"] == "write to [email] or call [phone]"


def test_patterns_and_functions_of_the_app() -> None:
    def no_names(text: str) -> str:
        return text.replace("Ada", "[name]")

    on(redact=("ticket-[0-9]+", no_names))
    assert shown(["Ada asks about ticket-77", "a@b.example"]) == ["[name] asks about [custom]", "[email]"]


def test_redaction_can_be_switched_off() -> None:
    on(redact=False)
    assert shown("a@b.example") == "a@b.example"


def test_a_rule_that_fails_keeps_the_content_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(text: str) -> str:
        raise RuntimeError("no")

    monkeypatch.delenv("SONDE_RAISE")
    on(redact=fails)
    assert captured("secret") is None
    assert "capturing content failed" in caplog.text


@pytest.mark.parametrize("pattern", ["(", "x*", "a" * 2_000])
def test_a_pattern_that_is_not_valid_keeps_the_content_back(
    pattern: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("SONDE_RAISE")
    on(redact=pattern)
    assert captured("secret") is None
    assert len(caplog.records) == 1


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
)


@given(values)
def test_whatever_goes_in_json_comes_out(value: object) -> None:
    on(content_bytes_max=500)
    text = captured(value)
    assert text is not None
    json.loads(text)
    assert len(text) < 20_000
