"""Every text is embedded once."""

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sonde.resilience.caching import EmbeddingCache, MemoryStore, Store, bypass, refresh
from tests.unit.resilience_caching.conftest import Clock
from tests.unit.resilience_caching.sink import Remembering, told

__all__ = ["told"]


class Embedder:
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def embed(self, texts: list[str], model: str = "m", dimensions: int = 3) -> list[list[float]]:
        self.batches.append(list(texts))
        return [self.vector(text, dimensions) for text in texts]

    def vector(self, text: str, dimensions: int = 3) -> list[float]:
        return [len(text) / 3 + index * 0.1 for index in range(dimensions)]


def test_only_unknown_texts_are_embedded(store: Store, told: Remembering) -> None:
    embedder = Embedder()
    cache = EmbeddingCache(store, cost=lambda text: 0.25)

    @cache
    def embed(texts: list[str], model: str = "m") -> list[list[float]]:
        return embedder.embed(texts, model)

    expected = [embedder.vector(text) for text in ["a", "bb", "a", "ccc"]]
    assert embed(["a", "bb", "a", "ccc"]) == expected
    assert embed(["ccc", "dddd", "a"]) == [expected[3], embedder.vector("dddd"), expected[0]]
    assert embed(texts=["a"]) == [expected[0]]
    assert embedder.batches == [["a", "bb", "ccc"], ["dddd"]]
    assert cache.stats.hits == 3
    assert cache.stats.misses == cache.stats.stored == 4
    assert cache.stats.saved_usd == 0.75
    assert cache.top()[0].hits == 2
    assert told.attributes == {
        "sonde.cache.hit": True,
        "sonde.cache.kind": "embedding",
        "sonde.cache.texts": 1,
        "sonde.cache.texts_found": 1,
    }


def test_models_and_dimensions_are_kept_apart() -> None:
    embedder = Embedder()

    @EmbeddingCache()
    def embed(texts: list[str], model: str, dimensions: int = 3) -> list[list[float]]:
        return embedder.embed(texts, model, dimensions)

    for model, dimensions in [("a", 3), ("b", 3), ("a", 4), ("a", 3)]:
        assert len(embed(["x"], model, dimensions=dimensions)[0]) == dimensions
    assert len(embedder.batches) == 3


def test_one_text_and_its_vector() -> None:
    calls: list[str] = []

    @EmbeddingCache()
    def embed(text: str) -> list[float]:
        calls.append(text)
        return [1.5]

    assert embed("x") == embed("x") == [1.5]
    assert calls == ["x"]


def test_vectors_come_back_bit_for_bit(store: Store) -> None:
    vector = [0.1, -1e-300, 1e300, float("inf"), 3.0]
    cached = EmbeddingCache(store)(lambda texts: [vector])
    assert cached(["x"]) == cached(["x"]) == [vector]


def test_coroutines_and_other_orders_of_arguments() -> None:
    batches: list[Sequence[str]] = []

    @EmbeddingCache()
    async def embed(model: str, texts: Sequence[str]) -> list[tuple[int, ...]]:
        batches.append(texts)
        await asyncio.sleep(0)
        return [(len(text), 1) for text in texts]

    async def main() -> Any:
        return await asyncio.gather(
            embed("m", ("a", "bb")), embed("m", ["bb", "ccc"]), embed("m", ["ccc", "a"])
        )

    assert asyncio.run(main()) == [
        [[1.0, 1.0], [2.0, 1.0]],
        [[2.0, 1.0], [3.0, 1.0]],
        [[3.0, 1.0], [1.0, 1.0]],
    ]
    assert sorted(text for batch in batches for text in batch) == ["a", "bb", "ccc"]


def test_threads_that_share_texts_embed_each_once(store: Store) -> None:
    embedder = Embedder()
    barrier = threading.Barrier(4, timeout=60)

    @EmbeddingCache(store)
    def embed(texts: list[str]) -> list[list[float]]:
        return embedder.embed(texts)

    def ask(number: int) -> list[list[float]]:
        barrier.wait()
        return embed([f"{n}" for n in range(number, number + 5)])

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert all(len(answer) == 5 for answer in answers)
    embedded = [text for batch in embedder.batches for text in batch]
    assert sorted(embedded) == sorted(set(embedded))


def test_an_error_of_one_caller_is_not_anothers() -> None:
    attempts: list[list[str]] = []
    inside = threading.Event()

    @EmbeddingCache()
    def embed(texts: list[str]) -> list[list[float]]:
        attempts.append(texts)
        if len(attempts) == 1:
            assert inside.wait(60)
            raise ConnectionError("reset")
        return [[1.0] for _ in texts]

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(embed, ["a", "b"])
        while not attempts:
            pass
        second = pool.submit(embed, ["b"])
        inside.set()
        assert isinstance(first.exception(60), ConnectionError)
        assert second.result(60) == [[1.0]]
    assert embed(["a"]) == [[1.0]]


def test_a_function_that_returns_something_else() -> None:
    cached = EmbeddingCache()(lambda texts: [[1.0]])
    with pytest.raises(ValueError, match="given 2 texts and returned 1"):
        cached(["a", "b"])
    odd = EmbeddingCache()
    assert odd(lambda texts: ["base64", "text"])(["a", "b"]) == ["base64", "text"]
    assert odd.stats.uncacheable == 2


@pytest.mark.parametrize("texts", [[], None, 3, ["a", 3], [["a"]], {"a": 1}])
def test_what_are_no_texts_passes_through(texts: Any) -> None:
    cache = EmbeddingCache()
    assert cache(lambda texts: ("as it is", texts))(texts) == ("as it is", texts)
    assert cache.stats.bypassed == 1


def test_bypass_refresh_and_time(clock: Clock) -> None:
    numbers = iter(range(100))
    cached = EmbeddingCache(ttl_s=60, clock=clock)(lambda texts: [[float(next(numbers))] for _ in texts])
    assert cached(["a"]) == cached(["a"]) == [[0.0]]
    with bypass():
        assert cached(["a"]) == [[1.0]]
    with refresh():
        assert cached(["a"]) == [[2.0]]
    assert cached(["a"]) == [[2.0]]
    clock.now_s += 61
    assert cached(["a"]) == [[3.0]]


def test_a_damaged_vector_is_embedded_again() -> None:
    store = MemoryStore()
    embedder = Embedder()

    @EmbeddingCache(store)
    def cached(texts: list[str]) -> list[list[float]]:
        return embedder.embed(texts)

    cached(["a"])
    key, kept = next(iter(store._state.kept.items()))
    broken = bytearray(kept.entry.body)
    broken[8] ^= os.urandom(1)[0] | 1
    store.put(key, type(kept.entry)(bytes(broken), kept.entry.created_s, kept.entry.expires_s))
    assert cached(["a"]) == [embedder.vector("a")]
