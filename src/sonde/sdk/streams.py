"""Measures of a stream: time to the first token, thinking time, the pauses between tokens."""

import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from sonde.sdk.chunks import KINDS, Classify, kind_of
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.values import Value

STALL_NS = 1_000_000_000
"""A pause between two tokens longer than this is a stall."""
GAPS_MAX = 8_192
"""Pauses kept exactly; of a longer stream every second, fourth … one is."""

FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INCOMPLETE = "sonde.incomplete"


class Meter:
    """Takes the time of each chunk of one stream.

    Args:
        started_ns: When the call began, on ``clock``.
        clock: Nanoseconds that only go forward.
    """

    __slots__ = (
        "_clock",
        "_first_ns",
        "_first_token_ns",
        "_gaps",
        "_last_token_ns",
        "_reasoning_ns",
        "_skip",
        "_stride",
        "_visible_ns",
        "chunks",
        "stalls",
        "started_ns",
        "tokens",
    )

    def __init__(self, started_ns: int, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._clock = clock
        self.started_ns = started_ns
        self.chunks = 0
        self.tokens = 0
        """Chunks that carried something a model made."""
        self.stalls = 0
        self._first_ns: int | None = None
        self._first_token_ns: int | None = None
        self._reasoning_ns: int | None = None
        self._visible_ns: int | None = None
        self._last_token_ns: int | None = None
        self._gaps: list[int] = []
        self._stride = 1
        self._skip = 0

    def chunk(self, kind: str) -> None:
        """A chunk of this kind has just arrived."""
        now = self._clock()
        self.chunks += 1
        if self._first_ns is None:
            self._first_ns = now
        if kind == "other":
            return
        self.tokens += 1
        if self._last_token_ns is None:
            self._first_token_ns = now
        else:
            self._gap(now - self._last_token_ns)
        self._last_token_ns = now
        if kind == "reasoning":
            if self._reasoning_ns is None:
                self._reasoning_ns = now
        elif self._visible_ns is None:
            self._visible_ns = now

    def _gap(self, gap_ns: int) -> None:
        if gap_ns > STALL_NS:
            self.stalls += 1
        self._skip += 1
        if self._skip < self._stride:
            return
        self._skip = 0
        self._gaps.append(gap_ns)
        if len(self._gaps) >= GAPS_MAX:
            del self._gaps[::2]
            self._stride *= 2

    def attributes(self) -> dict[str, Value]:
        """What was measured, as span attributes. Only what is known is in it."""
        found: dict[str, Value] = {}
        if self._first_ns is None:
            return found
        found[FIRST_CHUNK] = (self._first_ns - self.started_ns) / 1e9
        found["sonde.chunks"] = self.chunks
        if self._first_token_ns is None:
            return found
        found["sonde.ttft_ms"] = (self._first_token_ns - self.started_ns) / 1e6
        if self._visible_ns is not None:
            found["sonde.first_visible_ms"] = (self._visible_ns - self.started_ns) / 1e6
        if self._reasoning_ns is not None:
            until = self._visible_ns if self._visible_ns is not None else self._last_token_ns
            if until is not None and until >= self._reasoning_ns:
                found["sonde.thinking_ms"] = (until - self._reasoning_ns) / 1e6
        if self.tokens > 1:
            gaps = sorted(self._gaps)
            found["sonde.stalls"] = self.stalls
            if gaps:
                found["sonde.itl_p50_ms"] = _quantile(gaps, 0.5) / 1e6
                found["sonde.itl_p95_ms"] = _quantile(gaps, 0.95) / 1e6
        return found


def _quantile(ordered: list[int], share: float) -> int:
    """The smallest value that this share of them does not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


Ended = Callable[[BaseException | None], None]
"""Told once how a stream ended: None is exhausted, `GeneratorExit` is closed before that."""


class Measured:
    """A stream that hands on each chunk and takes its time. What it has no word for is the stream's own.

    Works with iterators, async iterators and the stream objects of provider libraries, which it stays for
    ``with``, ``async with`` and ``close``.
    """

    __slots__ = ("_classify", "_ended", "_inner", "_iterator", "_meter", "_over", "_seen")

    def __init__(
        self,
        inner: Any,
        meter: Meter,
        *,
        classify: Classify | None = None,
        seen: Callable[[Any], None] | None = None,
        ended: Ended | None = None,
    ) -> None:
        self._inner = inner
        self._iterator: Any = None
        self._meter = meter
        self._classify: Classify = classify or kind_of
        self._seen = seen
        self._ended = ended
        self._over = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __iter__(self) -> Iterator[Any]:
        self._iterator = iter(self._inner)
        return self

    def __next__(self) -> Any:
        if self._iterator is None:
            self._iterator = iter(self._inner)
        try:
            chunk = next(self._iterator)
        except StopIteration:
            self._end(None)
            raise
        except BaseException as error:
            self._end(error)
            raise
        self._take(chunk)
        return chunk

    def __aiter__(self) -> AsyncIterator[Any]:
        self._iterator = aiter(self._inner)
        return self

    async def __anext__(self) -> Any:
        if self._iterator is None:
            self._iterator = aiter(self._inner)
        try:
            chunk = await anext(self._iterator)
        except StopAsyncIteration:
            self._end(None)
            raise
        except BaseException as error:
            self._end(error)
            raise
        self._take(chunk)
        return chunk

    def __enter__(self) -> Self:
        enter = getattr(self._inner, "__enter__", None)
        if enter is not None:
            self._inner = _same_or(self._inner, enter())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        leave = getattr(self._inner, "__exit__", None)
        try:
            return leave(kind, error, trace) if leave is not None else None
        finally:
            self._end(error or GeneratorExit())

    async def __aenter__(self) -> Self:
        enter = getattr(self._inner, "__aenter__", None)
        if enter is not None:
            self._inner = _same_or(self._inner, await enter())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        leave = getattr(self._inner, "__aexit__", None)
        try:
            return await leave(kind, error, trace) if leave is not None else None
        finally:
            self._end(error or GeneratorExit())

    def close(self) -> Any:
        """Close the stream; an unfinished one is incomplete. A coroutine where the stream's own is one."""
        close = getattr(self._inner, "close", None)
        try:
            return close() if close is not None else None
        finally:
            self._end(GeneratorExit())

    async def aclose(self) -> Any:
        """Close the stream; an unfinished one is incomplete."""
        close = getattr(self._inner, "aclose", None)
        try:
            return await close() if close is not None else None
        finally:
            self._end(GeneratorExit())

    def __del__(self) -> None:
        if not self._over:
            self._end(GeneratorExit())

    def _take(self, chunk: Any) -> None:
        try:
            kind = self._classify(chunk)
            self._meter.chunk(kind if kind in KINDS else "other")
            if self._seen is not None:
                self._seen(chunk)
        except Exception as error:  # noqa: BLE001 - the host gets its chunk whatever happens here
            failed("measuring a stream", error)

    def _end(self, error: BaseException | None) -> None:
        if self._over:
            return
        self._over = True
        if self._ended is None:
            return
        try:
            self._ended(error)
        except Exception as problem:  # noqa: BLE001 - the host's stream has ended whatever happens here
            failed("ending a stream", problem)


def _same_or(before: Any, entered: Any) -> Any:
    return before if entered is None else entered


def is_stream(value: Any) -> bool:
    """Whether it can be iterated chunk by chunk; a text, a list or a mapping is no stream."""
    if isinstance(value, str | bytes | list | tuple | Mapping | set):
        return False
    return hasattr(value, "__iter__") or hasattr(value, "__aiter__") or hasattr(value, "__next__")


def not_a_stream(value: Any, place: str) -> None:
    """Say what to hand over instead."""
    tell_once(
        place,
        f"sonde.{place}: a {type(value).__name__} is no stream and is not measured; "
        "hand over what the client returned with stream=True (await it first).",
    )


def started_at(epoch_ns: int | None) -> int:
    """A moment of the wall clock on the clock of `Meter`."""
    now = time.perf_counter_ns()
    return now if epoch_ns is None else now - max(0, time.time_ns() - epoch_ns)
