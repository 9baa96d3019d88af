"""Streams on their way through the policies, and what the caller gets in the end.

Inside, a streamed answer is a :class:`Stream`: a source and *taps*, which see every item, may change, hold
back or drop items, and are told exactly once how it ended. The caller gets an iterator that otherwise behaves
like the provider's own stream object: its other attributes, ``close`` and ``with`` go through to it.
"""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from types import GeneratorType, TracebackType
from typing import Any, Self, cast

from sonde.resilience.steps import END, Close, End, Pull, Steps, run_async, run_sync


class Tap:
    """Watches or changes one stream. Subclass what is needed; a tap belongs to one stream."""

    def item(self, item: Any) -> "Sequence[Any] | Steps[Sequence[Any]]":
        """What to hand on for this item: usually ``(item,)``. Raising ends the stream with that error."""
        return (item,)

    def end(self) -> "Sequence[Any] | Steps[Sequence[Any]]":
        """The source has no more; what was held back until now."""
        return ()

    def done(self, error: BaseException | None, complete: bool) -> None:
        """Told once. ``complete``: read to the end. No error and not complete: the caller stopped reading."""


class Stream:
    """A streamed answer inside the policies. ``original`` is what the function returned."""

    def __init__(
        self, source: Iterator[Any] | AsyncIterator[Any], *, original: Any = None, can_peek: bool = True
    ) -> None:
        self.source = source
        self.original: Any = source if original is None else original
        self.is_async = not isinstance(source, Iterator)
        self._can_peek = can_peek
        self._taps: list[Tap] = []
        # Items that were read ahead, each with the number of taps it has passed.
        self._ready: deque[tuple[int, Any]] = deque()
        self._exhausted = False
        self._flushed = 0
        self._settled = False

    @classmethod
    def replay(cls, items: Iterable[Any], *, is_async: bool) -> "Stream":
        """A stream of items that are there already, as a cache has them."""
        return cls(_later(items) if is_async else iter(list(items)))

    def tap(self, tap: Tap) -> Self:
        """Add a tap outside those there are."""
        self._taps.append(tap)
        return self

    def peek(self) -> Steps[None]:
        """Read the first item now, so that an error in opening the stream shows here. It is handed out later.

        Does nothing for an asynchronous stream that a synchronous function returned: it cannot be read here.
        """
        if self._can_peek and not self._ready:
            item = yield from self.pull()
            if not isinstance(item, End):
                self._ready.appendleft((len(self._taps), item))

    def pull(self) -> Steps[Any]:
        """The next item for the outside, or :data:`~sonde.resilience.steps.END`."""
        try:
            while True:
                if self._ready:
                    level, item = self._ready.popleft()
                elif self._exhausted:
                    if not (yield from self._flush()):
                        return END
                    continue
                else:
                    level, item = 0, (yield Pull(self.source))
                    if isinstance(item, End):
                        self._exhausted = True
                        continue
                if level == len(self._taps):
                    return item
                passed = yield from self._through(level, item)
                total = len(self._taps)
                self._ready.extendleft((total, one) for one in reversed(passed))
        except Exception as error:
            self.settle(error, complete=False)
            yield Close(self.original)
            raise
        except BaseException as error:
            self.settle(None if isinstance(error, GeneratorExit) else error, complete=False)
            raise

    def close(self) -> Steps[None]:
        """The caller reads no further (or has read everything). May be called twice."""
        self.finish()
        yield Close(self.original)

    def finish(self) -> None:
        """Settle without closing the source: it was read to its end, or was left to the garbage collector."""
        self.settle(None, complete=self._exhausted and not self._ready and self._flushed == len(self._taps))

    def settle(self, error: BaseException | None, *, complete: bool) -> None:
        """Tell every tap how it ended, once."""
        if self._settled:
            return
        self._settled = True
        for tap in self._taps:
            tap.done(error, complete)

    def _through(self, level: int, item: Any) -> Steps[list[Any]]:
        """Hand one item through the taps from ``level`` on."""
        items = [item]
        for tap in self._taps[level:]:
            passed: list[Any] = []
            for one in items:
                passed.extend((yield from _resolved(tap.item(one))))
            items = passed
        return items

    def _flush(self) -> Steps[bool]:
        """Let the next tap hand out what it held back. False when all have."""
        if self._flushed == len(self._taps):
            return False
        level = self._flushed
        self._flushed += 1
        rest = yield from _resolved(self._taps[level].end())
        self._ready.extend((level + 1, one) for one in rest)
        return True


def _resolved(result: "Sequence[Any] | Steps[Sequence[Any]]") -> Steps[Sequence[Any]]:
    """A tap answers at once, or with steps to take first."""
    if isinstance(result, GeneratorType):
        return (yield from cast("Steps[Sequence[Any]]", result))
    return cast("Sequence[Any]", result)


async def _later(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in list(items):
        yield item


def as_stream(value: Any, *, in_async: bool) -> Any:
    """A :class:`Stream` when the function returned something to read step by step; else the value."""
    if isinstance(value, Stream):
        return value
    if isinstance(value, Iterator):
        return Stream(cast("Iterator[Any]", value))
    if isinstance(value, AsyncIterator):
        return Stream(cast("AsyncIterator[Any]", value), can_peek=in_async)
    return value


class SyncStream:
    """What the caller iterates. Everything else goes to the provider's own stream object."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        item = run_sync(self._stream.pull())
        if isinstance(item, End):
            self._stream.finish()
            raise StopIteration
        return item

    def close(self) -> None:
        """Stop reading and release the connection."""
        run_sync(self._stream.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name == "_stream":  # not made by __init__, as when copied
            raise AttributeError(name)
        return getattr(self._stream.original, name)

    def __del__(self) -> None:
        # Thrown away half read: whoever holds a slot for it must learn so.
        self._stream.finish()


class AsyncStream:
    """The same for ``async for``."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        item = await run_async(self._stream.pull())
        if isinstance(item, End):
            self._stream.finish()
            raise StopAsyncIteration
        return item

    async def close(self) -> None:
        """Stop reading and release the connection."""
        await run_async(self._stream.close())

    async def aclose(self) -> None:
        """The name that asynchronous generators have for it."""
        await self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __getattr__(self, name: str) -> Any:
        if name == "_stream":  # not made by __init__, as when copied
            raise AttributeError(name)
        return getattr(self._stream.original, name)

    def __del__(self) -> None:
        # Thrown away half read: whoever holds a slot for it must learn so.
        self._stream.finish()
