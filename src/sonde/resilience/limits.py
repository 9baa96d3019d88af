"""Limits of our own: calls at once, requests per minute, tokens per minute. Who comes first is served first.

Waiting never polls: a slot is handed over by whoever leaves, and room in a window is reserved ahead of time.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from sonde.resilience import events
from sonde.resilience.errors import LimitExceeded
from sonde.resilience.steps import Await, Steps, pause
from sonde.resilience.streams import Stream, Tap
from sonde.resilience.usage import TokenUse, estimated_tokens, usage_of
from sonde.resilience.window import Reservation, Window
from sonde.resilience.wrapping import Call, Policy, Proceed

LIMIT = "sonde.limit"
WAITED = "sonde.limit.waited_s"


class Slots:
    """At most ``count`` holders at once; the others wait in a line, across threads and event loops."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._line: deque[Future[None]] = deque()
        # Re-entrant: a stream thrown away in a reference cycle is settled wherever the collector runs.
        self._lock = threading.RLock()

    def take(self) -> "Future[None]":
        """A future that is done once the caller holds a slot."""
        turn: Future[None] = Future()
        with self._lock:
            if self._free > 0:
                self._free -= 1
                turn.set_result(None)
            else:
                self._line.append(turn)
        return turn

    def leave(self) -> None:
        """Give a slot back: the first in the line has it now."""
        with self._lock:
            while self._line:
                turn = self._line.popleft()
                if turn.set_running_or_notify_cancel():
                    turn.set_result(None)
                    return
            self._free += 1

    def give_up(self, turn: "Future[None]") -> None:
        """Stop waiting, or give back what came in the same moment."""
        if not turn.cancel():
            self.leave()
            return
        with self._lock:
            if turn in self._line:
                self._line.remove(turn)


class Limits(Policy):
    """Keeps calls under a number at once and a number of requests and tokens per minute.

    A call that would go over waits for its turn, up to ``max_wait_s``, then ``LimitExceeded``. Within any
    60 s at most that many requests begin. Tokens are reserved by an estimate and corrected when the answer
    tells its usage, so a wrong estimate delays later calls instead of this one. A slot of a stream is held
    to its end.

    Args:
        concurrency: Calls at once.
        requests_per_minute: Requests that begin within any 60 s.
        tokens_per_minute: Input and output tokens within any 60 s.
        max_wait_s: How long a call may wait in all; 0 refuses at once.
        estimate: Tokens a call will take, in and out, before it is made.
        clock: Monotonic seconds.
        sleep: Called with seconds; may be a coroutine function for asynchronous calls.
    """

    def __init__(
        self,
        *,
        concurrency: int | None = None,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        max_wait_s: float = 60.0,
        estimate: Callable[[Call], int] = estimated_tokens,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] | None = None,
    ) -> None:
        given = (concurrency, requests_per_minute, tokens_per_minute)
        if all(limit is None for limit in given):
            raise ValueError(
                "Limits needs at least one of concurrency, requests_per_minute, tokens_per_minute."
            )
        if any(limit is not None and limit < 1 for limit in given) or max_wait_s < 0:
            raise ValueError("Limits are at least 1, and max_wait_s is not negative.")
        self._slots = Slots(concurrency) if concurrency is not None else None
        self._windows: dict[str, Window] = {}
        if requests_per_minute is not None:
            self._windows["requests_per_minute"] = Window(requests_per_minute, 60.0)
        if tokens_per_minute is not None:
            self._windows["tokens_per_minute"] = Window(tokens_per_minute, 60.0)
        self._max_wait_s = max_wait_s
        self._estimate = estimate
        self._clock = clock
        self._sleep = sleep
        # Re-entrant: a stream thrown away in a reference cycle is settled wherever the collector runs.
        self._lock = threading.RLock()

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Wait for room, make the call, and leave when it (or its stream) has ended."""
        arrived = self._clock()
        yield from self._take_slot()
        release = _Once(self._slots.leave) if self._slots is not None else _Once(_nothing)
        try:
            tokens = yield from self._reserve(call, arrived)
            waited = self._clock() - arrived
            if waited > 0.001:
                events.annotate({WAITED: waited})
            result = yield from proceed(call)
            if isinstance(result, Stream):
                result.tap(_Held(release, lambda use: self._correct(tokens, use)))
                return result
        except BaseException:
            release()
            raise
        release()
        self._correct(tokens, usage_of(result))
        return result

    def _take_slot(self) -> Steps[None]:
        if self._slots is None:
            return
        turn = self._slots.take()
        if turn.done():
            return
        try:
            yield Await(turn, self._max_wait_s)
        except TimeoutError:
            self._slots.give_up(turn)
            _tell("concurrency")
            raise LimitExceeded(
                "concurrency", f"No slot was free within {self._max_wait_s:g} s: all calls at once are taken."
            ) from None
        except BaseException:
            self._slots.give_up(turn)
            raise

    def _reserve(self, call: Call, arrived: float) -> Steps[Reservation | None]:
        """Reserve room in both windows for one moment, and wait for it. The tokens' reservation."""
        if not self._windows:
            return None
        amounts = {
            name: 1 if name == "requests_per_minute" else max(1, self._estimate(call))
            for name in self._windows
        }
        with self._lock:
            now = begins = self._clock()
            for window in self._windows.values():
                window.forget(now)
            decisive = ""
            moved = True
            while moved:
                moved = False
                for name, window in self._windows.items():
                    earliest = window.earliest(amounts[name], begins)
                    if earliest > begins:
                        begins, decisive, moved = earliest, name, True
            wait_s = begins - now
            if wait_s > 0 and begins - arrived > self._max_wait_s:
                _tell(decisive)
                raise LimitExceeded(
                    decisive,
                    f"The limit of {self._windows[decisive].limit} {decisive.replace('_', ' ')} is reached; "
                    f"there is room in {wait_s:.1f} s.",
                    retry_after_s=wait_s,
                )
            taken = {name: window.take(amounts[name], begins) for name, window in self._windows.items()}
        if wait_s > 0:
            events.emit("sonde.limit.wait", {LIMIT: decisive, "sonde.limit.wait_s": wait_s})
            try:
                yield pause(wait_s, self._sleep)
            except BaseException:
                with self._lock:
                    for name, reservation in taken.items():
                        self._windows[name].cancel(reservation)
                raise
        return taken.get("tokens_per_minute")

    def _correct(self, reservation: Reservation | None, use: TokenUse | None) -> None:
        total = None if use is None else use.total_tokens
        if reservation is not None and total is not None:
            with self._lock:
                self._windows["tokens_per_minute"].amend(reservation, total)


class UsageTap(Tap):
    """Collects what the items of a stream say about tokens."""

    def __init__(self) -> None:
        self.use: TokenUse | None = None

    def item(self, item: Any) -> tuple[Any]:
        """Look, and hand on."""
        found = usage_of(item)
        if found is not None:
            self.use = found if self.use is None else self.use.later(found)
        return (item,)


class _Held(UsageTap):
    """Holds the slot of a stream until it has ended."""

    def __init__(self, release: Callable[[], None], correct: Callable[[TokenUse | None], None]) -> None:
        super().__init__()
        self._release = release
        self._correct = correct

    def done(self, error: BaseException | None, complete: bool) -> None:
        self._release()
        self._correct(self.use)


class _Once:
    """A function that is called at most once."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function: Callable[[], None] | None = function

    def __call__(self) -> None:
        function, self._function = self._function, None
        if function is not None:
            function()


def _nothing() -> None:
    """There is no slot to give back."""


def _tell(limit: str) -> None:
    events.emit("sonde.limit.exceeded", {LIMIT: limit})
