"""Logic around a call written once, run from synchronous and asynchronous code.

A policy is a generator, a :data:`Steps`: it yields *effects* (call this, sleep, wait for that) and is sent
what came of them; errors are thrown in where it yielded. :func:`run_sync` and :func:`run_async` are the two
drivers. Policies nest with ``yield from``. A policy must not yield while it handles ``GeneratorExit`` or a
cancellation: catch ``Exception`` around yields, and release things in ``finally`` without yielding.
"""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")


class Effect(Protocol):
    """One thing the driver does for a policy."""

    def perform(self) -> Any:
        """Do it, blocking."""
        ...

    async def perform_async(self) -> Any:
        """Do it without blocking the event loop."""
        ...


Steps = Generator[Effect, Any, T]


class End:
    """The type of :data:`END`: a stream has no further item."""

    def __repr__(self) -> str:
        return "END"


END: Final = End()


@dataclass(frozen=True, slots=True)
class Do:
    """Call a function. Asynchronously, an awaitable result is awaited; synchronously it is an error."""

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def perform(self) -> Any:
        """The function's result."""
        result = self.function(*self.args, **self.kwargs)
        if inspect.iscoroutine(result):
            result.close()
            name = getattr(self.function, "__qualname__", repr(self.function))
            raise TypeError(
                f"{name} returned a coroutine where synchronous code was running. Wrap it as a coroutine "
                'function: `kind="async"` where it is wrapped, or call it from `async def`.'
            )
        return result

    async def perform_async(self) -> Any:
        """The function's result, awaited when it is awaitable."""
        result = self.function(*self.args, **self.kwargs)
        return await result if inspect.isawaitable(result) else result


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let time pass."""

    seconds: float

    def perform(self) -> None:
        """Block this thread."""
        time.sleep(self.seconds)

    async def perform_async(self) -> None:
        """Let other tasks run meanwhile."""
        await asyncio.sleep(self.seconds)


@dataclass(frozen=True, slots=True)
class Await:
    """Wait for a future that any thread may resolve; its result. ``TimeoutError`` after ``timeout_s``.

    The future is never cancelled by the waiting, so several may wait for one.
    """

    future: "Future[Any]"
    timeout_s: float | None = None

    def perform(self) -> Any:
        """Block this thread."""
        return self.future.result(self.timeout_s)

    async def perform_async(self) -> Any:
        """Let other tasks run meanwhile."""
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self.future)), self.timeout_s)


@dataclass(frozen=True, slots=True)
class Pull:
    """The next item of a synchronous or asynchronous iterator, or :data:`END`."""

    source: Iterator[Any] | AsyncIterator[Any]

    def perform(self) -> Any:
        """Block until the item is there."""
        assert isinstance(self.source, Iterator), "an asynchronous stream cannot be read by synchronous code"
        return next(self.source, END)

    async def perform_async(self) -> Any:
        """Let other tasks run until the item is there."""
        if isinstance(self.source, Iterator):
            return next(self.source, END)
        try:
            return await self.source.__anext__()
        except StopAsyncIteration:
            return END


@dataclass(frozen=True, slots=True)
class Close:
    """Close what a stream reads from, by whichever of ``close`` and ``aclose`` it has."""

    source: Any

    def perform(self) -> None:
        """Close, blocking. What only closes asynchronously is left to its own clean-up."""
        close = getattr(self.source, "close", None)
        if close is not None and not inspect.iscoroutinefunction(close):
            close()

    async def perform_async(self) -> None:
        """Close, awaiting where needed."""
        close = getattr(self.source, "aclose", None) or getattr(self.source, "close", None)
        if close is not None:
            result = close()
            if inspect.isawaitable(result):
                await result


def pause(seconds: float, sleep: Callable[[float], Any] | None) -> Effect:
    """The effect of waiting: ``sleep`` when the user brought one, which may be a coroutine function."""
    return Sleep(seconds) if sleep is None else Do(sleep, (seconds,))


def run_sync(steps: Steps[T]) -> T:
    """Run a policy to its end in this thread."""
    value: Any = None
    error: BaseException | None = None
    try:
        while True:
            try:
                effect = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as stop:
                return stop.value
            value = error = None
            try:
                value = effect.perform()
            except BaseException as raised:  # noqa: BLE001 - it is the policy's to handle
                error = raised
    finally:
        del error  # it and this frame would keep each other, and the response it carries, alive


async def run_async(steps: Steps[T]) -> T:
    """Run a policy to its end in this task."""
    value: Any = None
    error: BaseException | None = None
    try:
        while True:
            try:
                effect = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as stop:
                return stop.value
            value = error = None
            try:
                value = await effect.perform_async()
            except BaseException as raised:  # noqa: BLE001 - it is the policy's to handle
                error = raised
    finally:
        del error  # it and this frame would keep each other, and the response it carries, alive
