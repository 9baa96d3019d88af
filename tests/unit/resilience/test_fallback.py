from typing import Any

import pytest

from sonde.resilience.errors import FallbacksExhausted
from sonde.resilience.events import stated
from sonde.resilience.failures import Failure
from sonde.resilience.fallback import Fallback, Target
from tests.unit.resilience.kit import KINDS, STREAMING, Kind, Listening, ProviderError, Script, call


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_model_takes_over(kind: Kind, told: Listening) -> None:
    answer = ["a"] if kind in STREAMING else "answer"
    script = Script(ProviderError(503), ProviderError(429), answer)
    assert call(script, kind, Fallback("b", "c"), model="a", temperature=0) == answer
    assert [one["model"] for one in script.calls] == ["a", "b", "c"]
    assert all(one["temperature"] == 0 for one in script.calls)
    assert told.attributes == {"sonde.fallback.from": "b"}
    assert [
        (one["sonde.fallback.from"], one["sonde.fallback.to"], one["sonde.failure"]) for _, one in told.events
    ] == [
        ("a", "b", "outage"),
        ("b", "c", "rate_limit"),
    ]


@pytest.mark.parametrize("kind", STREAMING)
def test_a_stream_falls_back_only_before_its_first_item(kind: Kind) -> None:
    early = Script([ProviderError(503)], ["x"])
    assert call(early, kind, Fallback("b"), model="a") == ["x"]
    late = Script(["x", ProviderError(503)], ["y"])
    with pytest.raises(ProviderError):
        call(late, kind, Fallback("b"), model="a")
    assert len(late.calls) == 1


@pytest.mark.parametrize("error", [ProviderError(401), ProviderError(422), KeyError("x")])
def test_what_fails_everywhere_does_not_fall_back(error: Exception) -> None:
    script = Script(error)
    with pytest.raises(type(error)) as caught:
        call(script, "sync", Fallback("b"), model="a")
    assert caught.value is error
    assert len(script.calls) == 1


def test_when_all_fail_each_error_is_told() -> None:
    errors = [ProviderError(503), ProviderError(429), ProviderError(500)]
    with pytest.raises(FallbacksExhausted) as caught:
        call(Script(*errors), "sync", Fallback("b", "c"), model="a")
    assert caught.value.errors == (("a", errors[0]), ("b", errors[1]), ("c", errors[2]))
    assert caught.value.__cause__ is errors[2]


def test_chains_by_kind_of_failure() -> None:
    fallback = Fallback("other", by_failure={Failure.CONTEXT_WINDOW: ["long", "longer"]})
    script = Script(
        ProviderError(400, code="context_length_exceeded"),
        ProviderError(400, code="context_length_exceeded"),
        "x",
    )
    assert call(script, "sync", fallback, model="a") == "x"
    assert [one["model"] for one in script.calls] == ["a", "long", "longer"]
    outage = Script(ProviderError(503), "x")
    assert call(outage, "sync", fallback, model="a") == "x"
    assert outage.calls[1]["model"] == "other"


def test_no_target_is_tried_twice() -> None:
    fallback = Fallback("b", by_failure={Failure.CONTEXT_WINDOW: [Target(model="long")]})
    script = Script(ProviderError(400, code="context_length_exceeded"))
    with pytest.raises(FallbacksExhausted):
        call(script, "sync", fallback, model="a")
    assert [one["model"] for one in script.calls] == ["a", "long"]


def test_another_client_takes_over_with_the_same_arguments() -> None:
    other = Script("from the other")
    target = Target(function=other.as_kind("sync"), model="b", arguments={"top_p": 1}, name="other cloud")
    assert call(Script(ProviderError(500)), "sync", Fallback(target), model="a", seed=1) == "from the other"
    assert other.calls == [{"model": "b", "seed": 1, "top_p": 1}]


def test_spans_that_begin_inside_learn_who_failed() -> None:
    seen: list[Any] = []

    def make(model: str) -> str:
        seen.append(stated().get("sonde.fallback.from"))
        if model == "a":
            raise ProviderError(500)
        return model

    assert Fallback("b")(make)(model="a") == "b"
    assert seen == [None, "a"]


def test_a_model_given_by_position_is_replaced_there() -> None:
    seen: list[tuple[str, str]] = []

    class Client:
        @Fallback("b")
        def create(self, model: str, prompt: str = "") -> str:
            seen.append((model, prompt))
            if model == "a":
                raise ProviderError(500)
            return model

    assert Client().create("a", "hi") == "b"
    assert seen == [("a", "hi"), ("b", "hi")]


def test_a_fallback_without_targets_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one target"):
        Fallback()
    with pytest.raises(ValueError, match="changes something"):
        Target()
