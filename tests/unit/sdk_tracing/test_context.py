"""``sonde.context``: on spans, across tasks and threads, and as W3C baggage."""

import asyncio
import threading
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace

from sonde.sdk import context as context_module
from sonde.sdk.context import ENCODED_MAX, VALUE_MAX, context, continued, headers, values_of
from sonde.sdk.spans import span
from tests.unit.sdk_tracing.conftest import Telemetry


def test_every_span_inside_has_it(telemetry: Telemetry) -> None:
    with context(user="ada", session="s1", prompt="p", prompt_version=3, endpoint="/chat", tags=["a", "b"]):
        with span("inside"):
            pass
        # As an instrumentation does it: any tracer of the provider.
        telemetry.provider.get_tracer("other").start_span("theirs").end()
    with span("outside"):
        pass
    expected = {
        "user.id": "ada",
        "session.id": "s1",
        "gen_ai.prompt.name": "p",
        "gen_ai.prompt.version": "3",
        "sonde.endpoint": "/chat",
        "sonde.tags": ("a", "b"),
    }
    assert telemetry.attributes("inside") == expected
    assert telemetry.attributes("theirs") == expected
    assert telemetry.attributes("outside") == {}


def test_what_a_span_says_itself_wins(telemetry: Telemetry) -> None:
    with context(user="ada"):
        telemetry.provider.get_tracer("other").start_span("theirs", attributes={"user.id": "eve"}).end()
    assert telemetry.attributes("theirs")["user.id"] == "eve"


def test_inner_values_win_and_tags_add_up() -> None:
    with context(user="ada", session="s", tags=["a"]), context(user="eve", tags=["b", "a"]):
        assert values_of() == {"user.id": "eve", "session.id": "s", "sonde.tags": ["a", "b"]}
    assert values_of() == {}


def test_tasks_and_threads_do_not_mix() -> None:
    async def task(user: str) -> object:
        async with context(user=user):
            await asyncio.sleep(0)
            return values_of()["user.id"]

    async def tasks() -> list[object]:
        return list(await asyncio.gather(*(task(f"u{n}") for n in range(20))))

    assert asyncio.run(tasks()) == [f"u{n}" for n in range(20)]
    seen: list[object] = []
    with context(user="main"):
        thread = threading.Thread(target=lambda: seen.append(dict(values_of())))
        thread.start()
        thread.join()
    assert seen == [{}]


def test_as_a_decorator_for_each_kind_of_function(telemetry: Telemetry) -> None:
    @context(user="ada")
    def plain() -> object:
        return values_of().get("user.id")

    @context(user="bob")
    async def coroutine() -> object:
        await asyncio.sleep(0)
        return values_of().get("user.id")

    @context(user="eve")
    def generator() -> Iterator[object]:
        yield values_of().get("user.id")
        yield values_of().get("user.id")

    assert plain() == "ada"
    assert asyncio.run(coroutine()) == "bob"
    seen: list[object] = []
    for value in generator():
        seen += [value, values_of().get("user.id")]
    assert seen == ["eve", None, "eve", None]


def test_headers_and_back(telemetry: Telemetry) -> None:
    with context(user="ädä", session="s 1", tags=["x,y", "z"]), span("ask") as ask:
        sent = dict(headers({"accept": "json"}))
    assert sent["accept"] == "json"
    assert sent["traceparent"].split("-")[1] == ask.trace_id
    with continued({name.title(): value for name, value in sent.items()}):
        assert values_of() == {"user.id": "ädä", "session.id": "s 1", "sonde.tags": ["x,y", "z"]}
        with context(user="inner"):
            assert values_of()["session.id"] == "s 1"
        with span("answer"):
            pass
    answer = telemetry.span("answer")
    assert answer.parent is not None
    assert f"{answer.parent.span_id:016x}" == ask.span_id
    assert telemetry.attributes("answer")["sonde.tags"] == ("x,y", "z")


def test_what_is_kept_does_not_travel(telemetry: Telemetry) -> None:
    with context(session="s"), context(user="ada", propagate=False), span("ask"):
        sent = headers()
        assert values_of()["user.id"] == "ada"
    assert sent["baggage"] == "session.id=s"


def test_foreign_baggage_is_not_ours_to_read() -> None:
    with continued({"baggage": "tenant=t1,user.id=ada,sonde.tags="}):
        assert values_of() == {"user.id": "ada"}


@pytest.mark.parametrize("broken", ["", "=", "user.id", "user.id=", "a" * 9_000, "user.id=%zz", "\x00=\x00"])
def test_broken_headers_are_no_headers(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    with continued({"baggage": broken, "traceparent": broken}):
        assert not trace.get_current_span().get_span_context().is_valid
        assert set(values_of()) <= {"user.id"}


@given(st.text(max_size=400), st.lists(st.text(max_size=40), max_size=25))
def test_any_text_survives_the_journey(user: str, tags: list[str]) -> None:
    with context(user=user, tags=tags):
        here = dict(values_of())
        sent = dict(headers())
    for value in sent.values():
        value.encode("latin-1")
        assert "\n" not in value
    with continued(sent):
        there = dict(values_of())
    whole = "user.id" not in here or here["user.id"] == there.get("user.id")
    too_long = len(quote(user.strip()[:VALUE_MAX].encode("utf-8", "replace"), safe="")) > ENCODED_MAX
    assert whole or too_long or any(0xD800 <= ord(c) <= 0xDFFF for c in user)
    assert len(str(here.get("user.id", ""))) <= VALUE_MAX


def test_nothing_and_nonsense_are_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with context(user="", session=None, tags="one", usr="ada"), context(tags=5):  # pyright: ignore[reportArgumentType]
        assert values_of() == {"sonde.tags": ["one"]}
    assert "unknown argument 'usr' is ignored" in caplog.text
    assert "tags=5 is ignored" in caplog.text


def test_values_and_tags_are_bounded() -> None:
    with context(user="u" * 9_999, tags=[f"t{n}" for n in range(500)]):
        found = values_of()
    assert len(str(found["user.id"])) == VALUE_MAX
    assert len(list(found["sonde.tags"])) == context_module.TAGS_MAX  # pyright: ignore[reportArgumentType]


def test_what_is_too_long_for_a_header_stays_at_home(caplog: pytest.LogCaptureFixture) -> None:
    with context(user="outer", session="s"), context(user="ä" * VALUE_MAX, tags=["t"]):
        assert values_of()["user.id"] == "ä" * VALUE_MAX
        sent = dict(headers())
    with continued(sent):
        assert values_of() == {"session.id": "s", "sonde.tags": ["t"]}, "not the outer user either"
    assert "user.id is too long to travel" in caplog.text


def test_the_longest_that_travels_arrives() -> None:
    long = "x" * VALUE_MAX
    with context(
        user=long, session=long, prompt=long, prompt_version=long, endpoint=long, tags=["t" * 50] * 3
    ):
        here, sent = dict(values_of()), dict(headers())
    assert len(sent["baggage"]) < 8_192
    with continued(sent):
        assert dict(values_of()) == here
