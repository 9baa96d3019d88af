"""Gathers single calls into one by size and time, as embeddings like it; one item's failure stays its own.

    @batch(max_items=64)
    def embed(texts: list[str]) -> list[list[float]]:
        return [one.embedding for one in client.embeddings.create(model=MODEL, input=texts).data]

    vector = embed("one text")      # called by many threads at once; a coroutine function by many tasks
    outcome = embed.map(texts)      # all of them, answers and errors apart

There is no thread in the background: whoever fills a list sends it, else the first whose patience ends.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, overload

from sonde.resilience import events
from sonde.resilience.failures import Failure, classify
from sonde.resilience.outcome import BatchOutcome
from sonde.resilience.steps import Await, Do, Steps, run_async, run_sync
from sonde.resilience.wrapping import kind_of

T = TypeVar("T")
V = TypeVar("V")

ITEM_FAILURES = frozenset({Failure.BAD_REQUEST, Failure.CONTEXT_WINDOW, Failure.CONTENT_FILTER})
"""Failures that one item causes for all of its list. The list is halved until that item is alone."""


@dataclass(slots=True, eq=False)
class Entry(Generic[T, V]):
    """One item that waits in a list."""

    item: T
    weight: int
    answer: "Future[V]"


class Packer(Generic[T, V]):
    """The list that is being filled. Safe for threads."""

    def __init__(self, max_items: int, max_weight: int | None, max_wait_s: float) -> None:
        self._max_items = max_items
        self._max_weight = max_weight
        self._max_wait_s = max_wait_s
        self._lock = threading.Lock()
        self._entries: list[Entry[T, V]] = []
        self._weight = 0
        self._due = 0.0

    def add(self, entry: Entry[T, V], now: float) -> list[list[Entry[T, V]]]:
        """Put an item in; the lists that became full by it."""
        full: list[list[Entry[T, V]]] = []
        with self._lock:
            if self._entries and not self._fits(entry):
                full.append(self._take())
            if not self._entries:
                self._due = now + self._max_wait_s
            self._entries.append(entry)
            self._weight += entry.weight
            heavy = self._max_weight is not None and self._weight >= self._max_weight
            if len(self._entries) >= self._max_items or heavy:
                full.append(self._take())
        return full

    def patience_s(self, entry: Entry[T, V], now: float) -> float | None:
        """How long until the list with this item must go; ``None`` when it has gone."""
        with self._lock:
            return max(0.0, self._due - now) if entry in self._entries else None

    def take(self, entry: Entry[T, V]) -> list[Entry[T, V]]:
        """The list with this item, to be sent by the caller; empty when it has gone."""
        with self._lock:
            return self._take() if entry in self._entries else []

    def drop(self, entry: Entry[T, V]) -> None:
        """Nobody waits for this item any more."""
        with self._lock:
            if entry in self._entries:
                self._entries.remove(entry)
                self._weight -= entry.weight

    def _fits(self, entry: Entry[T, V]) -> bool:
        return self._max_weight is None or self._weight + entry.weight <= self._max_weight

    def _take(self) -> list[Entry[T, V]]:
        taken, self._entries, self._weight = self._entries, [], 0
        return taken


class _Gathering(Generic[T, V]):
    """What the synchronous and the asynchronous batch share."""

    def __init__(
        self,
        function: Callable[[list[T]], Any],
        *,
        max_items: int,
        max_weight: int | None,
        weight: Callable[[T], int] | None,
        max_wait_s: float,
        clock: Callable[[], float],
    ) -> None:
        if max_items < 1 or max_wait_s < 0 or (max_weight is not None and max_weight < 1):
            raise ValueError("max_items and max_weight are at least 1, max_wait_s is not negative.")
        if (max_weight is None) != (weight is None):
            raise ValueError("max_weight and weight go together.")
        self._function = function
        self._weigh = weight
        self._clock = clock
        self._new_packer = lambda wait_s=max_wait_s: Packer[T, V](max_items, max_weight, wait_s)
        self._packer = self._new_packer()

    def _one(self, item: T, packer: Packer[T, V]) -> Steps[V]:
        """Put one item in a list and wait for its answer, sending lists that are ready."""
        entry = self._entry(item)
        try:
            for full in packer.add(entry, self._clock()):
                yield Shielded(lambda full=full: self._send(full))
            while not entry.answer.done():
                patience_s = packer.patience_s(entry, self._clock())
                try:
                    yield Await(entry.answer, patience_s)
                except Exception:  # noqa: BLE001 - patience ended, or it is the answer
                    if entry.answer.done():
                        break
                    taken = packer.take(entry)
                    if taken:
                        yield Shielded(lambda taken=taken: self._send(taken))
        except BaseException:
            packer.drop(entry)
            raise
        return entry.answer.result()

    def _all(self, items: Iterable[T]) -> Steps[BatchOutcome[int, V]]:
        packer = self._new_packer(0.0)
        entries = [self._entry(item) for item in items]
        for entry in entries:
            for full in packer.add(entry, 0.0):
                yield from self._send(full)
        if entries and (rest := packer.take(entries[-1])):
            yield from self._send(rest)
        answers: dict[int, V] = {}
        errors: dict[int, Exception] = {}
        for index, entry in enumerate(entries):
            error = entry.answer.exception()
            if error is None:
                answers[index] = entry.answer.result()
            elif isinstance(error, Exception):
                errors[index] = error
            else:
                raise error
        return BatchOutcome(answers, errors)

    def _entry(self, item: T) -> Entry[T, V]:
        return Entry(item, self._weigh(item) if self._weigh is not None else 1, Future())

    def _send(self, entries: Sequence[Entry[T, V]]) -> Steps[None]:
        """Make the call for a list and give everyone an answer, whatever happens."""
        try:
            answers = yield from self._answers([entry.item for entry in entries])
        except BaseException as error:
            for entry in entries:
                entry.answer.set_exception(error)
            raise
        failed = 0
        for entry, answer in zip(entries, answers, strict=True):
            if isinstance(answer, Exception):
                failed += 1
                entry.answer.set_exception(answer)
            else:
                entry.answer.set_result(answer)
        events.emit("sonde.batch", {"sonde.batch.items": len(entries), "sonde.batch.failed": failed})

    def _answers(self, items: list[T]) -> Steps[Sequence[V | Exception]]:
        try:
            answers = cast("Sequence[V | Exception]", (yield Do(self._function, (items,))))
            if len(answers) != len(items):
                told = f"the batch function gave {len(answers)} answers to {len(items)} items"
                raise ValueError(told)
        except Exception as error:  # noqa: BLE001 - it becomes the items' own
            if len(items) == 1 or classify(error) not in ITEM_FAILURES:
                return [error] * len(items)
            middle = len(items) // 2
            first = yield from self._answers(items[:middle])
            return [*first, *(yield from self._answers(items[middle:]))]
        return answers


class Batch(_Gathering[T, V]):
    """Gathers the calls of threads. See :func:`batch`."""

    def __call__(self, item: T) -> V:
        """This item's answer. Blocks until its list was sent and answered."""
        return run_sync(self._one(item, self._packer))

    def map(self, items: Iterable[T]) -> BatchOutcome[int, V]:
        """All items, packed and sent one list after the other; answers and errors by position."""
        return run_sync(self._all(items))


class AsyncBatch(_Gathering[T, V]):
    """Gathers the calls of tasks in one event loop. See :func:`batch`."""

    async def __call__(self, item: T) -> V:
        """This item's answer."""
        return await run_async(self._one(item, self._mine()))

    async def map(self, items: Iterable[T]) -> BatchOutcome[int, V]:
        """All items, packed and sent one list after the other; answers and errors by position."""
        return await run_async(self._all(items))

    def _mine(self) -> Packer[T, V]:
        """The list of this event loop: a client's connections belong to one."""
        loop = asyncio.get_running_loop()
        if getattr(self, "_loop", None) is not loop:
            self._loop = loop
            self._packer = self._new_packer()
        return self._packer


class Shielded:
    """Effect: steps that go on when the one who waits for them is cancelled, because others wait as well."""

    def __init__(self, steps: Callable[[], Steps[None]]) -> None:
        self._steps = steps

    def perform(self) -> None:
        """Run them."""
        run_sync(self._steps())

    async def perform_async(self) -> None:
        """Run them in a task of their own."""
        task = asyncio.ensure_future(run_async(self._steps()))
        _running.add(task)
        task.add_done_callback(_running.discard)
        await asyncio.shield(task)


_running: set["asyncio.Future[None]"] = set()
"""The event loop itself holds tasks only weakly."""


class _Decorator(Generic[T]):
    def __init__(self, **options: Any) -> None:
        self._options = options

    @overload
    def __call__(
        self, function: Callable[[list[T]], Coroutine[Any, Any, Sequence[V | Exception]]]
    ) -> AsyncBatch[T, V]: ...
    @overload
    def __call__(self, function: Callable[[list[T]], Sequence[V | Exception]]) -> Batch[T, V]: ...
    def __call__(self, function: Callable[[list[T]], Any]) -> Any:
        made = AsyncBatch[T, Any] if kind_of(function) == "async" else Batch[T, Any]
        return made(function, **self._options)


def batch(
    *,
    max_items: int = 100,
    max_weight: int | None = None,
    weight: Callable[[Any], int] | None = None,
    max_wait_s: float = 0.02,
    clock: Callable[[], float] = time.monotonic,
) -> _Decorator[Any]:
    """Turn a function of a list into one of a single item, whose calls are gathered.

    A list is sent when it is full, or ``max_wait_s`` after its first item came. The function returns one
    answer for each item, in their order; an ``Exception`` in its place is that item's failure. When it
    raises because of the input (a broken request, a text that is too long, a filter), the list is halved
    until the culprits are alone; any other error is every item's.

    Args:
        max_items: Items in one list.
        max_weight: Sum of weights in one list; an item that is heavier goes alone.
        weight: Weight of an item, for instance its tokens or bytes.
        max_wait_s: How long the first item of a list waits for others.
        clock: Monotonic seconds.
    """
    return _Decorator(
        max_items=max_items, max_weight=max_weight, weight=weight, max_wait_s=max_wait_s, clock=clock
    )
