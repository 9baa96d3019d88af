"""What the upstream will do next: a queue of steps, and what it does when the queue is empty."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sonde.testing.upstream.answers import Answer
from sonde.testing.upstream.dialect import Api, Json
from sonde.testing.upstream.failures import Failure


@dataclass(frozen=True, slots=True)
class Hang:
    """Take the request and never answer, until the client leaves or the upstream closes."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Begin an answer and break off.

    A stream ends after ``after_events`` events, another answer in the middle of its body. With ``failure`` a
    stream says it as an error event first, as providers do when they break down half-way.
    """

    answer: Answer
    after_events: int
    failure: Failure | None = None


Reply = Callable[[Json], Answer | Failure]
"""Makes the answer from the decoded request."""

Step = Answer | Failure | Hang | Cut | Reply


@dataclass(slots=True)
class Planned:
    """A step that waits. ``apis`` empty: for whatever comes."""

    step: Step
    apis: frozenset[Api]
    times: int

    def meant_for(self, api: Api) -> bool:
        """Whether this step answers a request to this API."""
        return not self.apis or api in self.apis


class Script:
    """Steps in order, each for some requests; then the standing step, then a plain answer. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[Planned] = deque()
        self._standing: list[Planned] = []

    def add(self, step: Step, apis: frozenset[Api], times: int | None) -> None:
        """Queue a step for this many requests; None: from the end of the queue on, for all that come."""
        if times is not None and times < 1:
            raise ValueError(f"times must be at least 1, not {times}")
        with self._lock:
            if times is None:
                self._standing.insert(0, Planned(step, apis, 0))
            else:
                self._queue.append(Planned(step, apis, times))

    def next(self, api: Api) -> Step:
        """Take the step for a request to this API."""
        with self._lock:
            for planned in self._queue:
                if planned.meant_for(api):
                    planned.times -= 1
                    if planned.times == 0:
                        self._queue.remove(planned)
                    return planned.step
            for planned in self._standing:
                if planned.meant_for(api):
                    return planned.step
        return Answer()

    def waiting(self) -> int:
        """For how many requests there are steps in the queue."""
        with self._lock:
            return sum(planned.times for planned in self._queue)

    def clear(self) -> None:
        """Forget all steps."""
        with self._lock:
            self._queue.clear()
            self._standing.clear()
