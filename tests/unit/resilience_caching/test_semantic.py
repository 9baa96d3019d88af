"""Questions that mean the same share an answer; everything around them must be the same to the letter."""

import asyncio
import math
from types import SimpleNamespace
from typing import Any

import pytest

from sonde.resilience.caching import MemoryStore, SemanticCache, Store
from sonde.resilience.caching import vectors as vectors_module
from sonde.resilience.caching.asked import details_of, question_of
from sonde.resilience.caching.vectors import nearest, packed
from tests.unit.resilience_caching.conftest import Clock
from tests.unit.resilience_caching.sink import Remembering, told

__all__ = ["told"]

WORDS = [
    "capital",
    "france",
    "germany",
    "weather",
    "paris",
    "currency",
    "what",
    "is",
    "the",
    "of",
    "in",
    "population",
]


def embed(text: str) -> list[float]:
    """Counts of words: near when most words are the same."""
    words = text.lower().replace("?", " ").replace(",", " ").split()
    return [float(words.count(word)) for word in WORDS] + [0.1]


class Model:
    """A client library's resource: its client says where requests go."""

    def __init__(self) -> None:
        self.calls = 0
        self._client = SimpleNamespace(base_url="https://a.example")

    def create(self, *, messages: list[Any], model: str = "m", temperature: float = 0) -> str:
        self.calls += 1
        return f"answer {self.calls}"


def asked(text: str, system: str = "Be brief.") -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": text}]


def test_a_near_question_has_the_same_answer(store: Store, told: Remembering, clock: Clock) -> None:
    model = Model()
    cache = SemanticCache(embed, store, threshold=0.9, clock=clock, cost=lambda _: 0.5)
    create = cache(model.create)
    assert create(messages=asked("What is the capital of France?")) == "answer 1"
    clock.now_s += 1
    assert create(messages=asked("the capital of France is what?")) == "answer 1"
    assert create(messages=asked("What is the weather in Paris?")) == "answer 2"
    assert create(messages=asked("What is the capital of France?")) == "answer 1"
    kinds = [event["sonde.cache.kind"] for name, event in told.events if name == "sonde.cache.hit"]
    assert kinds == ["semantic", "exact"]
    near = told.events[1][1]
    assert near["sonde.cache.similarity"] == 1.0
    assert near["sonde.cache.saved_usd"] == 0.5
    assert cache.stats.hits == 2
    assert cache.top()[0].hits == 2
    clock.now_s += 3601
    assert create(messages=asked("the capital of France is what?")) == "answer 3"


def test_everything_around_the_question_must_be_the_same() -> None:
    model = Model()
    tenant = "a"
    create = SemanticCache(embed, threshold=0.9, scope=lambda: tenant)(model.create)
    question = "What is the capital of France?"
    create(messages=asked(question))
    create(messages=asked(question + " ", system="Be rude."))
    create(messages=asked(question + " "), temperature=1)
    create(messages=asked(question + " "), model="other")
    create(messages=[{"role": "user", "content": "Hi"}, *asked(question + " ")])
    tenant = "b"
    create(messages=asked(question + " "))
    assert model.calls == 6
    tenant = "a"
    create(messages=asked(question + " "))
    assert model.calls == 6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the population of France in 2023", "the population of France in 2024"),
        ("What is the capital of France", "What is not the capital of France"),
        ('What is "gift" in the capital of Germany', 'What is "poison" in the capital of Germany'),
        ("the population of France, 10.5", "the population of France, 10.6"),
        ("Was ist die Hauptstadt of the capital", "Was ist keine Hauptstadt of the capital"),
    ],
)
def test_details_that_embeddings_blur(one: str, other: str) -> None:
    model = Model()
    strict = SemanticCache(embed, threshold=0.9)(model.create)
    assert strict(messages=asked(one)) != strict(messages=asked(other))
    loose = SemanticCache(embed, threshold=0.9, strict_details=False)(model.create)
    assert loose(messages=asked(one)) == loose(messages=asked(other))


def test_details_are_the_same_in_other_words() -> None:
    assert details_of("In 2023, what is it?") == details_of("what was it in 2023")
    assert details_of("is it 3 or 4") == details_of("4 or 3, is it")


def test_an_embedder_that_fails_leaves_an_exact_cache(caplog: pytest.LogCaptureFixture) -> None:
    def broken(text: str) -> list[float]:
        raise ConnectionError("no embedder")

    for embedder in (broken, lambda text: [], lambda text: [0.0, 0.0], lambda text: [math.nan]):
        model = Model()
        create = SemanticCache(embedder, threshold=0.9)(model.create)
        assert create(messages=asked("x")) == create(messages=asked("x")) == "answer 1"
        assert create(messages=asked("x y")) == "answer 2"
    assert len(caplog.records) == 4


def test_a_coroutine_embedder() -> None:
    model = Model()

    async def embed_later(text: str) -> list[float]:
        await asyncio.sleep(0)
        return embed(text)

    async def main() -> list[str]:
        async def create(*, messages: list[Any]) -> str:
            return model.create(messages=messages)

        cached = SemanticCache(embed_later, threshold=0.9)(create)
        return [
            await cached(messages=asked(text)) for text in ("the capital of France", "of France the capital")
        ]

    assert asyncio.run(main()) == ["answer 1", "answer 1"]


def test_a_question_that_is_long_or_no_text_is_cached_exactly() -> None:
    calls: list[str] = []

    def counting(text: str) -> list[float]:
        calls.append(text)
        return embed(text)

    create = SemanticCache(counting, threshold=0.9, question_characters_max=100)(Model().create)
    create(messages=asked("the capital " * 20))
    create(
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "image", "data": "y"}]}
        ]
    )
    create(messages=[{"role": "tool", "content": "x"}])
    assert calls == []


def test_a_threshold_is_a_similarity() -> None:
    for wrong in (0, 1.1, -1):
        with pytest.raises(ValueError, match="threshold"):
            SemanticCache(embed, threshold=wrong)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"messages": asked("hello")}, "hello"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]}, "hello"),
        ({"input": "hello", "model": "m", "instructions": "be kind"}, "hello"),
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": "hello"}]}]}, "hello"),
        ({"contents": "hello"}, "hello"),
        ({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}, "hello"),
        ({"contents": ["before", "hello"]}, "hello"),
        ({"prompt": "hello", "model": "m"}, "hello"),
        ({"anything": "hello", "model": "m", "n": 3}, "hello"),
        ({"one": "hello", "other": "there"}, None),
        ({"messages": []}, None),
        ({"messages": [{"role": "assistant", "content": "x"}]}, None),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}]},
            None,
        ),
        ({"n": 3}, None),
    ],
)
def test_the_question_of_a_request(request_: dict[str, Any], text: str | None) -> None:
    split = question_of(request_)
    assert (split and split[0]) == text
    if split is not None:
        assert "hello" not in repr(split[1])
        assert split[1].keys() == request_.keys()


@pytest.mark.parametrize("with_numpy", [True, False])
def test_the_nearest_vector(with_numpy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not with_numpy:
        monkeypatch.setattr(vectors_module, "_numpy", lambda: None)
    others = [packed([1, 0, 0]), packed([1, 1]), packed([3, 4, 0]), packed([0, 0, 5])]
    best = nearest(packed([30, 41, 0]), others)
    assert best is not None
    assert best[0] == 2
    assert best[1] == pytest.approx(0.99993, abs=1e-5)
    assert nearest(packed([1]), others) is None
    assert nearest(packed([1]), []) is None


def test_a_store_of_another_embedder_gives_no_answer() -> None:
    store, model = MemoryStore(), Model()
    SemanticCache(lambda text: [1.0, 0.0], store, threshold=0.5)(model.create)(messages=asked("a"))
    assert (
        SemanticCache(lambda text: [1.0], store, threshold=0.5)(model.create)(messages=asked("b"))
        == "answer 2"
    )
