"""Detects a runaway loop: the same call again and again within one run, session or task."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

from sonde.resilience import events
from sonde.resilience.caching.keys import Unkeyable, key
from sonde.resilience.errors import LoopDetected
from sonde.resilience.scope import scope_or_task
from sonde.resilience.steps import Steps
from sonde.resilience.wrapping import Call, Policy, Proceed

REPEATS = "sonde.loop.repeats"
CALLS_MAX = 10_000
"""Different calls remembered at once; beyond it the one unseen for longest is forgotten."""


def whole_call(call: Call) -> str:
    """The same call is one with the same arguments."""
    return key({"function": call.name, **call.arguments})


def last_message(call: Call) -> str:
    """The same call is one with the same model and the same last message.

    An agent's messages grow with each turn, so that no whole call ever repeats; what repeats is the last one.
    """
    arguments = call.arguments
    for name in ("messages", "input", "contents"):
        messages = arguments.get(name)
        if isinstance(messages, Sequence) and not isinstance(messages, str) and messages:
            last = cast("Sequence[object]", messages)[-1]
            return key({"function": call.name, "model": call.model, "last": last})
    return whole_call(call)


class LoopDetector(Policy):
    """Stops a call with ``LoopDetected`` when the same one was made ``repeats`` times within ``window_s``.

    Counted within the current :func:`~sonde.resilience.scope.scope`, or outside of any within the running
    task or thread, so that many users who ask the same are no loop. A call whose arguments have no stable
    content (open files, plain objects) is not looked at.

    Args:
        repeats: How many same calls are let through.
        window_s: Seconds in which they come.
        same: From a call to what makes it the same: :func:`whole_call`, :func:`last_message` or your own.
        action: ``stop`` raises, ``flag`` only tells the event and the span's ``sonde.loop.repeats``.
        within: The run or session of a call.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        repeats: int = 5,
        *,
        window_s: float = 60.0,
        same: Callable[[Call], str] = whole_call,
        action: Literal["stop", "flag"] = "stop",
        within: Callable[[Call], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if repeats < 1 or window_s <= 0:
            raise ValueError("repeats is at least 1 and window_s above 0.")
        self._repeats = repeats
        self._window_s = window_s
        self._same = same
        self._action = action
        self._within = within
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call unless it is one too many."""
        came = self._count(call)
        if came > self._repeats:
            events.annotate({REPEATS: came})
            events.emit("sonde.loop", {REPEATS: came, "sonde.loop.action": self._action})
            if self._action == "stop":
                raise LoopDetected(call.name, came, self._window_s)
        return (yield from proceed(call))

    def _count(self, call: Call) -> int:
        """How often this call came within the window, this time included."""
        try:
            what = self._same(call)
        except Unkeyable:
            return 0
        where = scope_or_task() if self._within is None else self._within(call)
        now = self._clock()
        with self._lock:
            times = self._seen.setdefault((where, what), deque(maxlen=self._repeats + 1))
            self._seen.move_to_end((where, what))
            if len(self._seen) > CALLS_MAX:
                self._seen.popitem(last=False)
            while times and times[0] <= now - self._window_s:
                times.popleft()
            times.append(now)
            return len(times)
