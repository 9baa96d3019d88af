"""One way around the four kinds of functions: plain, coroutine, generator, async generator.

What is around a function may need to be set aside while a generator waits for its consumer: the consumer's
own work must not see the generator's span as its parent. So a `Scope` is entered and left for every step.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from typing import Any, Protocol


class Scope(Protocol):
    """What is around one run of a function. None of its methods may raise."""

    def enter(self) -> None:
        """The function's code goes on from here."""

    def leave(self) -> None:
        """The function has yielded or ended."""

    def item(self, item: object) -> None:
        """A generator yielded this."""

    def done(self, result: object) -> None:
        """The function ended with this result (None for an exhausted async generator)."""

    def failed(self, error: BaseException) -> None:
        """The function raised; `GeneratorExit` means that nobody wants the rest."""


Opening = Callable[[tuple[Any, ...], Mapping[str, Any]], Scope]
"""Makes the scope of one run from the arguments it was called with."""


def wrapped(function: Callable[..., Any], opening: Opening) -> Callable[..., Any]:
    """The function with a scope around each of its runs; it stays of its kind."""
    if inspect.isasyncgenfunction(function):
        return _around_async_generator(function, opening)
    if inspect.iscoroutinefunction(function):
        return _around_coroutine(function, opening)
    if inspect.isgeneratorfunction(function):
        return _around_generator(function, opening)
    return _around_plain(function, opening)


def _around_plain(function: Callable[..., Any], opening: Opening) -> Callable[..., Any]:
    @functools.wraps(function)
    def around(*args: Any, **kwargs: Any) -> Any:
        scope = opening(args, kwargs)
        scope.enter()
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            scope.leave()
            scope.failed(error)
            raise
        scope.leave()
        scope.done(result)
        return result

    return around


def _around_coroutine(function: Callable[..., Any], opening: Opening) -> Callable[..., Any]:
    @functools.wraps(function)
    async def around(*args: Any, **kwargs: Any) -> Any:
        scope = opening(args, kwargs)
        scope.enter()
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            scope.leave()
            scope.failed(error)
            raise
        scope.leave()
        scope.done(result)
        return result

    return around


def _around_generator(function: Callable[..., Any], opening: Opening) -> Callable[..., Any]:
    @functools.wraps(function)
    def around(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        scope = opening(args, kwargs)
        inner: Generator[Any, Any, Any] = function(*args, **kwargs)
        step: Callable[[], Any] = functools.partial(next, inner)
        while True:
            scope.enter()
            try:
                item = step()
            except StopIteration as stop:
                scope.leave()
                scope.done(stop.value)
                return stop.value
            except BaseException as error:
                scope.leave()
                scope.failed(error)
                raise
            scope.leave()
            scope.item(item)
            try:
                sent = yield item
            except GeneratorExit as gone:
                _close(inner, scope, gone)
                raise
            except BaseException as error:  # noqa: BLE001 - the function's to handle
                step = functools.partial(inner.throw, error)
            else:
                step = functools.partial(inner.send, sent)

    return around


def _close(inner: Generator[Any, Any, Any], scope: Scope, gone: GeneratorExit) -> None:
    scope.enter()
    try:
        inner.close()
    except BaseException as error:
        scope.leave()
        scope.failed(error)
        raise
    scope.leave()
    scope.failed(gone)


def _around_async_generator(function: Callable[..., Any], opening: Opening) -> Callable[..., Any]:
    @functools.wraps(function)
    async def around(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        scope = opening(args, kwargs)
        inner: AsyncGenerator[Any, Any] = function(*args, **kwargs)
        step: Callable[[], Any] = inner.__anext__
        while True:
            scope.enter()
            try:
                item = await step()
            except StopAsyncIteration:
                scope.leave()
                scope.done(None)
                return
            except BaseException as error:
                scope.leave()
                scope.failed(error)
                raise
            scope.leave()
            scope.item(item)
            try:
                sent = yield item
            except GeneratorExit as gone:
                await _close_async(inner, scope, gone)
                raise
            except BaseException as error:  # noqa: BLE001 - the function's to handle
                step = functools.partial(inner.athrow, error)
            else:
                step = functools.partial(inner.asend, sent)

    return around


async def _close_async(inner: AsyncGenerator[Any, Any], scope: Scope, gone: GeneratorExit) -> None:
    scope.enter()
    try:
        await inner.aclose()
    except BaseException as error:
        scope.leave()
        scope.failed(error)
        raise
    scope.leave()
    scope.failed(gone)
