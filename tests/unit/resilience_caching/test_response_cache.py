"""The same question is answered from the store, whatever kind of function asks it."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sonde.model.errors import BadInput
from sonde.resilience.caching import (
    MemoryStore,
    RedisStore,
    ResponseCache,
    SqliteStore,
    Store,
    bypass,
    refresh,
)
from sonde.resilience.events import stated
from tests.unit.resilience_caching.conftest import Clock
from tests.unit.resilience_caching.sink import Remembering, told

__all__ = ["told"]


class Reply(BaseModel):
    text: str
    model: str = "gpt-4o-mini"
    usage: dict[str, int] = {"prompt_tokens": 1000, "completion_tokens": 1000}


class Provider:
    """Counts its calls; each kind of function a client library has."""

    def __init__(self) -> None:
        self.calls = 0
        self.lock = threading.Lock()

    def count(self) -> int:
        with self.lock:
            self.calls += 1
            return self.calls

    def functions(self) -> dict[str, Callable[..., Any]]:
        def ask(prompt: str, **more: Any) -> Reply:
            return Reply(text=f"{prompt} {self.count()}")

        async def ask_async(prompt: str, **more: Any) -> Reply:
            await asyncio.sleep(0)
            return Reply(text=f"{prompt} {self.count()}")

        def stream(prompt: str, **more: Any) -> Iterator[Any]:
            number = self.count()
            yield from [{"delta": prompt}, {"delta": f" {number}"}, Reply(text="end")]

        async def stream_async(prompt: str, **more: Any) -> AsyncIterator[Any]:
            number = self.count()
            for chunk in [{"delta": prompt}, {"delta": f" {number}"}, Reply(text="end")]:
                await asyncio.sleep(0)
                yield chunk

        def opens_stream(prompt: str, **more: Any) -> Iterator[Any]:
            return stream(prompt)

        async def opens_stream_async(prompt: str, **more: Any) -> AsyncIterator[Any]:
            return stream_async(prompt)

        functions = (ask, ask_async, stream, stream_async, opens_stream, opens_stream_async)
        return {function.__name__: function for function in functions}


def outcome(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The answer, or the list of chunks, of any kind of function."""

    async def gathered(result: Any) -> Any:
        if hasattr(result, "__await__"):
            result = await result
        if hasattr(result, "__aiter__"):
            return [chunk async for chunk in result]
        return result

    result = function(*args, **kwargs)
    if hasattr(result, "__await__") or hasattr(result, "__aiter__"):
        return asyncio.run(gathered(result))
    return list(result) if hasattr(result, "__next__") else result


KINDS = ["ask", "ask_async", "stream", "stream_async", "opens_stream", "opens_stream_async"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_time_is_answered_from_the_store(
    kind: str, store: Store, told: Remembering, clock: Clock
) -> None:
    provider = Provider()
    cache = ResponseCache(store, clock=clock, cost=lambda _: 0.5)
    function = cache(provider.functions()[kind])
    first = outcome(function, "hello", temperature=0)
    assert told.names() == ["sonde.cache.miss"]
    clock.now_s += 10
    assert outcome(function, prompt="hello", temperature=0.0) == first
    assert provider.calls == 1
    assert outcome(function, "other") != first
    assert provider.calls == 2
    assert cache.stats.hits == 1
    assert cache.stats.misses == cache.stats.stored == 2
    assert cache.stats.saved_usd == 0.5
    event = dict(told.events[1][1])
    assert len(str(event.pop("sonde.cache.key"))) == 64
    assert event == {
        "sonde.cache.hit": True,
        "sonde.cache.kind": "exact",
        "sonde.cache.hits": 1,
        "sonde.cache.age_s": 10.0,
        "sonde.cache.saved_usd": 0.5,
    }
    assert cache.top()[0].hits == 1


def test_the_event_of_a_hit_names_the_model(told: Remembering) -> None:
    cached = ResponseCache()(lambda prompt, model: prompt)
    for _ in range(2):
        cached("x", model="gpt-5")
    assert told.events[-1][1]["gen_ai.request.model"] == "gpt-5"
    assert "gen_ai.request.model" not in told.attributes


def test_redis_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(BadInput, match="needs the package `redis`") as caught:
        RedisStore()
    assert caught.value.hint == "pip install 'sonde[redis]'"


def test_an_address_that_is_none() -> None:
    with pytest.raises(BadInput, match="not an address of Redis"):
        RedisStore("http://127.0.0.1")


def test_answers_are_objects_of_their_own() -> None:
    cached = ResponseCache()(Provider().functions()["ask"])
    first = cached("x")
    first.text = "changed by its first reader"
    second = cached("x")
    assert second.text == "x 1"
    second.text = "changed again"
    assert cached("x").text == "x 1"


def test_an_answer_ends_with_its_time(clock: Clock) -> None:
    provider = Provider()
    cached = ResponseCache(ttl_s=60, clock=clock)(provider.functions()["ask"])
    cached("x")
    clock.now_s += 59
    cached("x")
    assert provider.calls == 1
    clock.now_s += 2
    cached("x")
    assert provider.calls == 2


def test_the_call_inside_is_marked_as_no_hit() -> None:
    seen: list[Any] = []
    cached = ResponseCache()(lambda prompt: seen.append(dict(stated())) or prompt)
    cached("x")
    assert seen[0]["sonde.cache.hit"] is False


@pytest.mark.parametrize(("model", "expected"), [("gpt-4o-mini", 0.00075), ("no-such-model", None)])
def test_cost_saved_is_that_of_the_answer(model: str, expected: float | None) -> None:
    cache = ResponseCache()
    cached = cache(lambda prompt: Reply(text=prompt, model=model))
    cached("x")
    cached("x")
    cached("x")
    saved = None if expected is None else pytest.approx(2 * expected)
    assert cache.stats.saved_usd == saved
    assert [(one.hits, one.saved_usd) for one in cache.top()] == [(2, saved)]


def test_errors_are_not_kept() -> None:
    calls: list[str] = []

    def ask(prompt: str) -> str:
        calls.append(prompt)
        if len(calls) == 1:
            raise ConnectionError("down")
        return "fine"

    cached = ResponseCache()(ask)
    with pytest.raises(ConnectionError):
        cached("x")
    assert cached("x") == "fine"
    assert cached("x") == "fine"
    assert len(calls) == 2


def test_scopes_functions_and_objects_do_not_share(store: Store) -> None:
    provider = Provider()
    tenant = "a"
    cache = ResponseCache(store, scope=lambda: tenant)
    functions = provider.functions()
    ask = cache(functions["ask"])
    assert ask("x").text == "x 1"
    tenant = "b"
    assert ask("x").text == "x 2"
    tenant = "a"
    assert ask("x").text == "x 1"
    assert outcome(cache(functions["ask_async"]), "x").text == "x 3"


class Client:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url


class Completions:
    def __init__(self, base_url: str) -> None:
        self._client = Client(base_url)

    def create(self, *, model: str) -> str:
        return f"{model} from {self._client.base_url}"


def test_clients_of_other_addresses_do_not_share() -> None:
    cache = ResponseCache()
    one, other = Completions("https://a.example"), Completions("https://b.example")
    assert cache(one.create)(model="m") == "m from https://a.example"
    assert cache(other.create)(model="m") == "m from https://b.example"
    assert cache(Completions("https://a.example").create)(model="m") == "m from https://a.example"
    assert cache.stats.hits == 1


CACHE_OF_BOTS = ResponseCache()


class Bot:
    def __init__(self, tone: str) -> None:
        self.tone = tone

    @CACHE_OF_BOTS
    def ask(self, prompt: str) -> str:
        return f"{self.tone} {prompt}"


def test_a_method_of_an_object_without_content_is_not_cached(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        assert Bot("kind").ask("x") == "kind x"
        assert Bot("rude").ask("x") == "rude x"
    assert CACHE_OF_BOTS.stats.bypassed == 6
    assert CACHE_OF_BOTS.stats.hits == 0
    assert len(caplog.records) == 1
    assert "Bot has no content to hash. Give the cache a key=" in caplog.records[0].message


def test_a_key_of_ones_own() -> None:
    provider = Provider()
    cached = ResponseCache(key=lambda request: request["prompt"].lower())(provider.functions()["ask"])
    assert cached("Hello").text == cached("HELLO", trace=object()).text
    assert provider.calls == 1


def test_bypass_and_refresh() -> None:
    provider = Provider()
    cached = ResponseCache()(provider.functions()["ask"])
    assert cached("x").text == "x 1"
    with bypass():
        assert cached("x").text == "x 2"
    assert cached("x").text == "x 1"
    with refresh():
        assert cached("x").text == "x 3"
    assert cached("x").text == "x 3"


def test_unwanted_and_large_and_unknown_answers_are_not_stored(caplog: pytest.LogCaptureFixture) -> None:
    cache = ResponseCache(cacheable=lambda answer: answer != "no", entry_bytes_max=1000)
    answers = {"no": "no", "large": os.urandom(5000), "odd": object(), "yes": "yes"}
    cached = cache(lambda prompt: answers[prompt])
    for prompt, answer in answers.items():
        assert cached(prompt) is answer
    assert cache.stats.stored == 1
    assert cache.stats.uncacheable == 3
    assert cached("odd") is answers["odd"]
    assert len(caplog.records) == 1


def test_none_is_not_an_answer() -> None:
    cache = ResponseCache()
    cached = cache(lambda prompt: None)
    assert cached("x") is None
    assert cache.stats.uncacheable == 1


def test_functions_of_the_host_that_fail_do_not_hurt(caplog: pytest.LogCaptureFixture) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("of the host")

    caches = [
        ResponseCache(cost=fails), ResponseCache(cacheable=fails),
        ResponseCache(key=fails), ResponseCache(scope=fails),
    ]  # fmt: skip
    for cache in caches:
        assert cache(lambda prompt: prompt)("x") == "x"
        assert cache.stats.stored == 0
    assert len(caplog.records) == 4


@pytest.mark.parametrize("kind", ["stream", "stream_async"])
def test_a_stream_that_is_not_read_to_its_end_is_not_stored(kind: str) -> None:
    provider = Provider()
    cache = ResponseCache()
    function = cache(provider.functions()[kind])

    async def first_chunk() -> Any:
        stream = function("x")
        chunk = await anext(stream)
        await stream.aclose()
        return chunk

    if kind == "stream":
        stream = function("x")
        assert next(stream) == {"delta": "x"}
        stream.close()
    else:
        assert asyncio.run(first_chunk()) == {"delta": "x"}
    assert cache.stats.stored == 0
    outcome(function, "x")
    assert provider.calls == 2
    assert cache.stats.stored == 1


def test_a_stream_that_breaks_is_not_stored() -> None:
    attempts: list[int] = []

    def stream(prompt: str) -> Iterator[str]:
        attempts.append(1)
        yield prompt
        if len(attempts) == 1:
            raise ConnectionError("reset")

    cache = ResponseCache()
    cached = cache(stream)
    with pytest.raises(ConnectionError):
        list(cached("x"))
    assert list(cached("x")) == ["x"]
    assert list(cached("x")) == ["x"]
    assert len(attempts) == 2


def test_chunks_are_taken_down_as_they_pass() -> None:
    def stream(prompt: str) -> Iterator[dict[str, str]]:
        yield {"delta": prompt}

    cached = ResponseCache()(stream)
    for chunk in cached("x"):
        chunk["delta"] = "changed by its reader"
    assert list(cached("x")) == [{"delta": "x"}]


def test_a_stream_too_long_to_keep_passes_through() -> None:
    cache = ResponseCache(entry_bytes_max=1000)
    cached = cache(lambda prompt: (os.urandom(100) for _ in range(1000)))
    assert len(list(cached("x"))) == 1000
    assert cache.stats.uncacheable == 1


# The same call at the same time.


def test_threads_that_ask_the_same_make_one_call(store: Store) -> None:
    provider = Provider()
    inside = threading.Event()

    def ask(prompt: str) -> str:
        provider.count()
        assert inside.wait(60)
        return prompt

    cache = ResponseCache(store)
    cached = cache(ask)
    with ThreadPoolExecutor(20) as pool:
        futures = [pool.submit(cached, "x") for _ in range(20)]
        time.sleep(0.05)  # most are waiting by now; correct in any case
        inside.set()
        assert [future.result(60) for future in futures] == ["x"] * 20
    assert provider.calls == 1
    assert cache.stats.hits == 19


def test_tasks_that_ask_the_same_make_one_call(store: Store) -> None:
    provider = Provider()

    async def main() -> list[str]:
        started, inside = asyncio.Event(), asyncio.Event()

        async def ask(prompt: str) -> str:
            provider.count()
            started.set()
            await inside.wait()
            return prompt

        cached = ResponseCache(store)(ask)
        tasks = [asyncio.create_task(cached("x")) for _ in range(20)]
        await started.wait()
        inside.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(main()) == ["x"] * 20
    assert provider.calls == 1


def test_who_waits_gets_an_answer_when_the_caller_is_cancelled() -> None:
    provider = Provider()

    async def main() -> list[Any]:
        started = asyncio.Event()

        async def ask(prompt: str) -> str:
            if provider.count() == 1:
                started.set()
                await asyncio.Event().wait()
            return prompt

        cached = ResponseCache()(ask)
        first = asyncio.create_task(cached("x"))
        await started.wait()
        others = [asyncio.create_task(cached("x")) for _ in range(5)]
        await asyncio.sleep(0)
        others[0].cancel()  # one who waits may leave without hurting the others
        first.cancel()
        return await asyncio.gather(first, *others, return_exceptions=True)

    first, gone, *rest = asyncio.run(main())
    assert isinstance(first, asyncio.CancelledError)
    assert isinstance(gone, asyncio.CancelledError)
    assert rest == ["x"] * 4
    assert provider.calls == 2


def test_who_waits_hears_of_the_error() -> None:
    provider = Provider()
    inside = threading.Event()

    def ask(prompt: str) -> str:
        provider.count()
        assert inside.wait(60)
        raise TimeoutError("the provider's own")

    cached = ResponseCache()(ask)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(cached, "x") for _ in range(4)]
        time.sleep(0.05)
        inside.set()
        errors = [future.exception(60) for future in futures]
    assert all(isinstance(error, TimeoutError) for error in errors)


def test_nobody_waits_longer_than_allowed() -> None:
    provider = Provider()
    inside = threading.Event()

    def ask(prompt: str) -> int:
        number = provider.count()
        if number == 1:
            assert inside.wait(60)
        return number

    cached = ResponseCache(wait_s=0.05)(ask)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(cached, "x")
        while not provider.calls:
            time.sleep(0.001)
        assert cached("x") == 2
        inside.set()
        assert slow.result(60) == 1


def test_a_function_that_asks_itself_does_not_wait_for_itself() -> None:
    depth: list[int] = []

    def ask(prompt: str) -> str:
        depth.append(1)
        return prompt if len(depth) > 1 else cached(prompt) + "!"

    cached = ResponseCache(wait_s=60)(ask)
    assert cached("x") == "x!"


def test_streams_at_the_same_time_are_opened_once() -> None:
    provider = Provider()
    opened = threading.Event()
    inside = threading.Event()

    def stream(prompt: str) -> Iterator[str]:
        provider.count()
        yield prompt
        opened.set()
        assert inside.wait(60)
        yield "end"

    cached = ResponseCache()(stream)
    with ThreadPoolExecutor(5) as pool:
        futures = [pool.submit(lambda: list(cached("x"))) for _ in range(5)]
        assert opened.wait(60)
        inside.set()
        assert [future.result(60) for future in futures] == [["x", "end"]] * 5
    assert provider.calls == 1


def test_a_stream_thrown_away_lets_the_next_one_through() -> None:
    provider = Provider()
    cached = ResponseCache(wait_s=60)(provider.functions()["opens_stream"])
    stream = cached("x")
    next(stream)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: list(cached("x")))
        del stream  # never read to its end, never closed
        assert len(waiting.result(60)) == 3


# Stores that fail.


class Broken(MemoryStore):
    """Fails in every way a disk or a network does."""

    blocking = True

    def _fail(self, *_: Any) -> Any:
        raise OSError("disk")

    get = put = hit = delete = lease = release = _fail  # type: ignore[assignment]


def test_a_store_that_fails_is_done_without(told: Remembering, caplog: pytest.LogCaptureFixture) -> None:
    provider = Provider()
    cache = ResponseCache(Broken())
    for kind in KINDS:
        function = cache(provider.functions()[kind])
        outcome(function, "x")
        outcome(function, "x")
    assert provider.calls == 12
    assert cache.stats.store_errors == 1  # left alone for some seconds after the first
    assert told.names().count("sonde.cache.error") == 1
    assert len(caplog.records) == 1
    assert "OSError: disk" in caplog.records[0].message


def test_a_damaged_answer_is_forgotten(caplog: pytest.LogCaptureFixture, clock: Clock) -> None:
    provider = Provider()
    store = MemoryStore()
    cached = ResponseCache(store, clock=clock)(provider.functions()["ask"])
    cached("x")
    key = next(iter(store._state.kept))
    entry = store.get(key, clock.now_s)
    assert entry is not None
    store.put(key, type(entry)(entry.body[:-1], entry.created_s, entry.expires_s))
    assert cached("x").text == "x 2"
    assert cached("x").text == "x 2"
    assert "damaged" in caplog.records[0].message


@pytest.mark.parametrize("damage", [b"", b"not a database at all, but long enough to be read as one" * 100])
def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(damage)
    cache = ResponseCache(SqliteStore(path))
    cached = cache(lambda prompt: prompt)
    assert cached("x") == cached("x") == "x"
    cache.close()
    if damage:
        assert cache.stats.store_errors == 1
        assert path.read_bytes() == damage
    else:
        assert cache.stats.hits == 1


def test_a_file_of_answers_is_its_owners(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "cache.sqlite")
    ResponseCache(store)(lambda prompt: prompt)("x")
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
    store.close()


def test_a_redis_that_is_away_is_done_without() -> None:
    cache = ResponseCache(RedisStore("redis://127.0.0.1:1/0", timeout_s=0.2))
    cached = cache(lambda prompt: prompt)
    assert [cached("x") for _ in range(3)] == ["x"] * 3
    assert cache.stats.store_errors == 1
    cache.close()
