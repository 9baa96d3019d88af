"""What the tests of the policies share: bent time, a listening sink, providers' errors by their shape."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Literal, get_args

from sonde.resilience.events import Attributes
from sonde.resilience.wrapping import Around, wrap

Kind = Literal["sync", "async", "generator", "async generator", "sync stream", "async stream"]
KINDS: tuple[Kind, ...] = get_args(Kind)
STREAMING: tuple[Kind, ...] = KINDS[2:]


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Listening:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.attributes: dict[str, Any] = {}

    def event(self, name: str, attributes: Attributes) -> None:
        self.events.append((name, dict(attributes)))

    def annotate(self, attributes: Attributes) -> None:
        self.attributes.update(attributes)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [attributes for told, attributes in self.events if told == name]


class ProviderError(Exception):
    """Shaped like openai's and anthropic's ``APIStatusError``."""

    def __init__(
        self,
        status_code: int,
        *,
        headers: Mapping[str, str] | None = None,
        code: str | None = None,
        message: str = "",
    ) -> None:
        super().__init__(message or f"Error code: {status_code}")
        self.status_code = status_code
        self.code = code
        self.body = {"message": message, "code": code}
        self.response = SimpleNamespace(status_code=status_code, headers=dict(headers or {}))


class ProviderStream:
    """Shaped like a client library's stream object."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items
        self.closed = 0
        self.response = SimpleNamespace(headers={"x-request-id": "req_stream"})

    def __iter__(self) -> "ProviderStream":
        return self

    def __next__(self) -> Any:
        return next(self._items)

    def close(self) -> None:
        self.closed += 1


class AsyncProviderStream(ProviderStream):
    __iter__ = None  # type: ignore[assignment]
    __next__ = None  # type: ignore[assignment]
    closed: int

    def __aiter__(self) -> "AsyncProviderStream":
        return self

    async def __anext__(self) -> Any:
        await asyncio.sleep(0)
        try:
            return next(self._items)
        except StopIteration:
            raise StopAsyncIteration from None

    async def close(self) -> None:  # type: ignore[override]
        self.closed += 1


class Script:
    """A model call that plays a script: each time an answer (a list is streamed item by item) or an error.

    An error inside a list is raised in the middle of the stream.
    """

    def __init__(self, *steps: Any) -> None:
        self._steps = list(steps)
        self.calls: list[dict[str, Any]] = []
        self.open = 0

    def _next(self, kwargs: dict[str, Any]) -> Any:
        self.calls.append(kwargs)
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, Exception):
            raise step
        return step

    def _items(self, step: Any) -> Iterator[Any]:
        for item in step if isinstance(step, list) else [step]:
            if isinstance(item, Exception):
                raise item
            yield item

    def as_kind(self, kind: Kind) -> Callable[..., Any]:
        """This script as a function of a kind."""

        def sync(**kwargs: Any) -> Any:
            return self._next(kwargs)

        async def coroutine(**kwargs: Any) -> Any:
            await asyncio.sleep(0)
            return self._next(kwargs)

        def generator(**kwargs: Any) -> Any:
            yield from self._items(self._next(kwargs))

        async def async_generator(**kwargs: Any) -> Any:
            for item in self._items(self._next(kwargs)):
                await asyncio.sleep(0)
                yield item

        def sync_stream(**kwargs: Any) -> Any:
            return ProviderStream(self._items(self._next(kwargs)))

        async def async_stream(**kwargs: Any) -> Any:
            return AsyncProviderStream(self._items(self._next(kwargs)))

        made: dict[Kind, Callable[..., Any]] = {
            "sync": sync,
            "async": coroutine,
            "generator": generator,
            "async generator": async_generator,
            "sync stream": sync_stream,
            "async stream": async_stream,
        }
        return made[kind]


def run(function: Callable[..., Any], kind: Kind, **kwargs: Any) -> Any:
    """Call a function of a kind to its end: the answer, or the list of a stream's items."""

    async def coroutine() -> Any:
        return await function(**kwargs)

    async def async_generator() -> Any:
        return [item async for item in function(**kwargs)]

    async def async_stream() -> Any:
        return [item async for item in await function(**kwargs)]

    if kind == "sync":
        return function(**kwargs)
    if kind in {"generator", "sync stream"}:
        return list(function(**kwargs))
    made = {"async": coroutine, "async generator": async_generator, "async stream": async_stream}[kind]
    return asyncio.run(made())


def call(script: Script, kind: Kind, *policies: Around, **kwargs: Any) -> Any:
    """Play a script through policies."""
    return run(wrap(script.as_kind(kind), policies), kind, **kwargs)
