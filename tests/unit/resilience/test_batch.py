import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.batch import AsyncBatch, Batch, batch
from tests.unit.resilience.kit import Listening, ProviderError

PATIENT_S = 30.0
"""Longer than any test: whatever is sent before was sent because the list was full."""


class Embedder:
    """Answers each text with its length, in lists; fails as it is told."""

    def __init__(self, fails: dict[str, Exception] | None = None) -> None:
        self.lists: list[list[str]] = []
        self._fails = fails or {}

    def __call__(self, texts: list[str]) -> Sequence[int | Exception]:
        self.lists.append(list(texts))
        for text in texts:
            if text in self._fails:
                raise self._fails[text]
        return [len(text) for text in texts]


def test_map_packs_lists_by_items(told: Listening) -> None:
    embedder = Embedder()
    embed = batch(max_items=3)(embedder)
    outcome = embed.map(["a", "bb", "ccc", "dddd"])
    assert embedder.lists == [["a", "bb", "ccc"], ["dddd"]]
    assert outcome.complete
    assert outcome.in_order() == [1, 2, 3, 4]
    assert told.named("sonde.batch") == [
        {"sonde.batch.items": 3, "sonde.batch.failed": 0},
        {"sonde.batch.items": 1, "sonde.batch.failed": 0},
    ]


def test_map_packs_lists_by_weight() -> None:
    embedder = Embedder()
    batch(max_weight=5, weight=len)(embedder).map(["aaa", "bb", "c", "dddddddd", "e"])
    assert embedder.lists == [["aaa", "bb"], ["c"], ["dddddddd"], ["e"]]


def test_nothing_to_do_calls_nothing() -> None:
    embedder = Embedder()
    assert batch()(embedder).map([]).in_order() == []
    assert embedder.lists == []


@given(
    st.lists(st.text(alphabet="ab", min_size=1, max_size=6), max_size=40),
    st.integers(1, 7),
    st.integers(1, 9),
    st.sets(st.text(alphabet="ab", min_size=1, max_size=6)),
)
def test_every_item_gets_its_own_answer_or_error(
    items: list[str], max_items: int, max_weight: int, bad: set[str]
) -> None:
    embedder = Embedder({text: ProviderError(400, message=text) for text in bad})
    outcome = batch(max_items=max_items, max_weight=max_weight, weight=len)(embedder).map(items)
    assert set(outcome.answers) | set(outcome.errors) == set(range(len(items)))
    for index, item in enumerate(items):
        if item in bad:
            assert str(outcome.errors[index]) == item
        else:
            assert outcome.answers[index] == len(item)
    for sent in embedder.lists:
        assert len(sent) <= max_items
        assert len(sent) == 1 or sum(len(text) for text in sent) <= max_weight


def test_one_bad_item_among_many_is_found_by_halving() -> None:
    embedder = Embedder({"bad": ProviderError(400, code="context_length_exceeded")})
    outcome = batch(max_items=64)(embedder).map(["x"] * 31 + ["bad"] + ["x"] * 32)
    assert list(outcome.errors) == [31]
    assert len(outcome.answers) == 63
    assert len(embedder.lists) == 13  # 1 + 2 for each of 6 halvings
    with pytest.raises(ExceptionGroup, match="1 of 64 items failed"):
        outcome.in_order()


def test_an_outage_is_everyones_error_and_is_not_halved() -> None:
    embedder = Embedder({"a": ProviderError(503)})
    outcome = batch()(embedder).map(["a", "b"])
    assert len(outcome.errors) == 2
    assert len(embedder.lists) == 1


def test_errors_in_the_list_are_their_items() -> None:
    embed = batch()(lambda texts: [ValueError(text) if text == "b" else text for text in texts])
    outcome = embed.map(["a", "b", "c"])
    assert outcome.answers == {0: "a", 2: "c"}
    assert isinstance(outcome.errors[1], ValueError)


def test_a_wrong_number_of_answers_is_everyones_error() -> None:
    outcome = batch()(lambda texts: texts[:-1]).map(["a", "b"])
    assert [str(error) for error in outcome.errors.values()] == [
        "the batch function gave 1 answers to 2 items"
    ] * 2


def test_threads_share_lists() -> None:
    embedder = Embedder()
    embed: Batch[str, int] = batch(max_items=8, max_wait_s=PATIENT_S)(embedder)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(embed, ["x" * n for n in range(16)], timeout=20))
    assert answers == list(range(16))
    assert [len(one) for one in embedder.lists] == [8, 8]


def test_a_list_that_does_not_fill_is_sent_in_time() -> None:
    embed = batch(max_items=100, max_wait_s=0.01)(Embedder())
    assert embed("abc") == 3


def test_a_thread_whose_item_is_bad_gets_the_error_alone() -> None:
    embed = batch(max_items=4, max_wait_s=PATIENT_S)(Embedder({"bad": ProviderError(400)}))
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(embed, text) for text in ("a", "bad", "b", "c")]
        errors = [one.exception(timeout=20) for one in running]
    assert [type(error) for error in errors] == [type(None), ProviderError, type(None), type(None)]


def test_no_thread_is_left_behind() -> None:
    before = threading.active_count()
    batch(max_wait_s=0.0)(Embedder())("a")
    assert threading.active_count() == before


class AsyncEmbedder(Embedder):
    async def __call__(self, texts: list[str]) -> Sequence[int | Exception]:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().__call__(texts)


def test_tasks_share_lists() -> None:
    embedder = AsyncEmbedder()
    embed: Any = batch(max_items=8, max_wait_s=PATIENT_S)(embedder)
    assert isinstance(embed, AsyncBatch)

    async def main() -> list[int]:
        return await asyncio.gather(*(embed("x" * n) for n in range(16)))

    assert asyncio.run(main()) == list(range(16))
    assert [len(one) for one in embedder.lists] == [8, 8]
    # A second event loop has lists of its own.
    assert asyncio.run(main()) == list(range(16))


def test_tasks_do_not_wait_longer_than_the_time_limit() -> None:
    embed: Any = batch(max_items=100, max_wait_s=0.01)(AsyncEmbedder())

    async def main() -> list[int]:
        return await asyncio.gather(embed("a"), embed("bb"))

    assert asyncio.run(main()) == [1, 2]


def test_map_in_tasks() -> None:
    embed: Any = batch(max_items=2)(AsyncEmbedder({"bad": ProviderError(422)}))
    outcome = asyncio.run(embed.map(["a", "bad", "ccc"]))
    assert outcome.answers == {0: 1, 2: 3}
    assert list(outcome.errors) == [1]


def test_a_cancelled_task_does_not_take_the_others_along() -> None:
    gate, sent = asyncio.Event(), asyncio.Event()
    began: list[int] = []

    async def answer(texts: list[str]) -> list[int]:
        began.append(len(texts))
        sent.set()
        await gate.wait()
        return [len(text) for text in texts]

    embed: Any = batch(max_items=3, max_wait_s=PATIENT_S)(answer)

    async def main() -> list[Any]:
        tasks = [asyncio.ensure_future(embed(text)) for text in ("a", "bb", "ccc")]
        await sent.wait()
        tasks[2].cancel()  # the one that filled the list and sends it
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert results[:2] == [1, 2]
    assert isinstance(results[2], asyncio.CancelledError)
    assert began == [3]


def test_an_item_nobody_waits_for_is_not_sent() -> None:
    embedder = AsyncEmbedder()
    embed: Any = batch(max_items=2, max_wait_s=PATIENT_S)(embedder)

    async def main() -> list[int]:
        gone = asyncio.ensure_future(embed("gone"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        return await asyncio.gather(embed("a"), embed("b"))

    assert asyncio.run(main()) == [1, 1]
    assert embedder.lists == [["a", "b"]]


@pytest.mark.parametrize(
    "options", [{"max_items": 0}, {"max_weight": 5}, {"weight": len}, {"max_wait_s": -1}]
)
def test_bad_settings_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="max_"):
        batch(**options)(Embedder())
