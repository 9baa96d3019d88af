"""Circuit breaker: stops calling what fails or has become slow, and tries again carefully.

Closed: calls pass and are counted over a sliding window. Open: calls are refused at once. Half-open: a few
trial calls decide. One breaker keeps a circuit per target, by default per model.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sonde.resilience import events
from sonde.resilience.errors import CircuitOpen
from sonde.resilience.failures import PASSING, Failure, classify
from sonde.resilience.steps import Steps
from sonde.resilience.streams import Stream, Tap
from sonde.resilience.wrapping import Call, Policy, Proceed

STATE = "sonde.breaker.state"
TARGETS_MAX = 1_000
"""Circuits kept at once; beyond it the one unused for longest is forgotten."""
SLICES = 10
"""The window moves in tenths of its length."""

BREAKS_ON = PASSING | {Failure.QUOTA}
"""Failures that say the provider is not well. A refused request says the opposite."""
_SAYS_NOTHING = frozenset({Failure.POLICY, Failure.UNKNOWN})


class State(StrEnum):
    """Where a circuit stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Change:
    """A circuit went from one state to another, and the shares that made it."""

    target: str
    before: State
    after: State
    calls: int
    failure_share: float
    slow_share: float


@dataclass(slots=True)
class Slice:
    """Counts of one stretch of time."""

    number: int
    calls: int = 0
    failures: int = 0
    slow: int = 0


@dataclass(slots=True)
class Circuit:
    """One target's circuit. Only touched under the breaker's lock."""

    state: State = State.CLOSED
    generation: int = 0
    """Rises with each change of state: a call that began before the change does not count after it."""
    since: float = 0.0
    """When the open state began; in half-open, when this round of trials did."""
    slices: deque[Slice] = field(default_factory=deque[Slice])
    trials_begun: int = 0


class Breaker(Policy):
    """Refuses calls with ``CircuitOpen`` while their target fails or is slow.

    Args:
        failure_share: Opens when at least this share of the window's calls failed, above 0 and at most 1.
        slow_share: Opens when at least this share took longer than ``slow_s``.
        slow_s: What is slow, in seconds; ``None`` counts no call as slow. For a stream: to its first item.
        window_s: Length of the sliding window.
        min_calls: Fewer calls in the window decide nothing.
        open_s: How long an open circuit refuses before it lets trial calls through.
        trials: Trial calls that decide in half-open.
        counts: Failures that count. Own policies' refusals and unknown errors count neither way.
        target: The circuit a call belongs to; its model, or the function's name.
        on_change: Told of every change of state, outside the lock.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        failure_share: float = 0.5,
        slow_share: float = 0.8,
        slow_s: float | None = None,
        window_s: float = 60.0,
        min_calls: int = 10,
        open_s: float = 30.0,
        trials: int = 3,
        counts: Collection[Failure] = BREAKS_ON,
        target: Callable[[Call], str] | None = None,
        on_change: Callable[[Change], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < failure_share <= 1 or not 0 < slow_share <= 1:
            raise ValueError("failure_share and slow_share are shares: above 0, at most 1.")
        if window_s <= 0 or open_s < 0 or min_calls < 1 or trials < 1:
            raise ValueError(
                "window_s is above 0, open_s is not negative, min_calls and trials are at least 1."
            )
        self._failure_share = failure_share
        self._slow_share = slow_share
        self._slow_s = slow_s
        self._slice_s = window_s / SLICES
        self._min_calls = min_calls
        self._open_s = open_s
        self._trials = trials
        self._counts = frozenset(counts)
        self._target = target or _model_or_name
        self._on_change = on_change
        self._clock = clock
        # Re-entrant: a stream thrown away in a reference cycle is settled wherever the collector runs.
        self._lock = threading.RLock()
        self._circuits: OrderedDict[str, Circuit] = OrderedDict()

    def state(self, target: str) -> State:
        """The state of a target's circuit; ``CLOSED`` for one never seen."""
        with self._lock:
            circuit = self._circuits.get(target)
            return State.CLOSED if circuit is None else circuit.state

    def reset(self, target: str) -> None:
        """Close a circuit by hand and forget what it counted."""
        with self._lock:
            self._circuits.pop(target, None)

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call when the circuit lets it, and count how it went."""
        target = self._target(call)
        generation, state = self._enter(target)
        began = self._clock()
        try:
            with events.stating({STATE: str(state)}):
                result = yield from proceed(call)
                if isinstance(result, Stream):
                    yield from result.peek()
        except BaseException as error:
            self._leave(target, generation, self._clock() - began, error)
            raise
        duration_s = self._clock() - began
        if isinstance(result, Stream):
            result.tap(_Outcome(lambda error: self._leave(target, generation, duration_s, error)))
        else:
            self._leave(target, generation, duration_s, None)
        return result

    def _enter(self, target: str) -> tuple[int, State]:
        """Let a call in, or raise ``CircuitOpen``."""
        now = self._clock()
        change: Change | None = None
        with self._lock:
            circuit = self._circuit(target)
            if circuit.state is State.OPEN and now - circuit.since >= self._open_s:
                change = self._change(target, circuit, State.HALF_OPEN, now)
            refused_s: float | None = None
            if circuit.state is State.OPEN:
                refused_s = self._open_s - (now - circuit.since)
            elif circuit.state is State.HALF_OPEN:
                if circuit.trials_begun >= self._trials and now - circuit.since >= self._open_s:
                    # The trials hang: they must not keep the circuit half-open for ever.
                    circuit.generation += 1
                    circuit.trials_begun, circuit.since = 0, now
                    circuit.slices.clear()
                if circuit.trials_begun >= self._trials:
                    refused_s = self._open_s - (now - circuit.since)
                else:
                    circuit.trials_begun += 1
            generation, state = circuit.generation, circuit.state
        self._tell(change)
        if refused_s is not None:
            events.annotate({STATE: str(state)})
            raise CircuitOpen(target, refused_s)
        return generation, state

    def _leave(self, target: str, generation: int, duration_s: float, error: BaseException | None) -> None:
        """Count how a call went."""
        kind = None if error is None else classify(error)
        says_nothing = error is not None and (not isinstance(error, Exception) or kind in _SAYS_NOTHING)
        now = self._clock()
        change: Change | None = None
        with self._lock:
            circuit = self._circuits.get(target)
            if circuit is None or circuit.generation != generation:
                return
            if says_nothing:
                # The trial told nothing: another one may be made.
                circuit.trials_begun = max(0, circuit.trials_begun - 1)
                return
            current = self._slice(circuit, now)
            current.calls += 1
            current.failures += kind in self._counts
            current.slow += self._slow_s is not None and duration_s > self._slow_s
            change = self._judge(target, circuit, now)
        self._tell(change)

    def _judge(self, target: str, circuit: Circuit, now: float) -> Change | None:
        """Open or close by what the window says."""
        calls, failures, slow = _sums(circuit)
        needed = self._trials if circuit.state is State.HALF_OPEN else self._min_calls
        if calls < needed:
            return None
        if failures >= self._failure_share * calls or slow >= self._slow_share * calls:
            return self._change(target, circuit, State.OPEN, now)
        if circuit.state is State.HALF_OPEN:
            return self._change(target, circuit, State.CLOSED, now)
        return None

    def _change(self, target: str, circuit: Circuit, after: State, now: float) -> Change:
        calls, failures, slow = _sums(circuit)
        of = max(1, calls)
        change = Change(target, circuit.state, after, calls, failures / of, slow / of)
        circuit.state = after
        circuit.generation += 1
        circuit.slices.clear()
        circuit.trials_begun = 0
        circuit.since = now
        return change

    def _tell(self, change: Change | None) -> None:
        if change is None:
            return
        events.emit(
            "sonde.breaker",
            {
                STATE: str(change.after),
                "sonde.breaker.from": str(change.before),
                "sonde.breaker.target": change.target,
                "sonde.breaker.calls": change.calls,
                "sonde.breaker.failure_share": change.failure_share,
                "sonde.breaker.slow_share": change.slow_share,
            },
        )
        if self._on_change is not None:
            self._on_change(change)

    def _circuit(self, target: str) -> Circuit:
        circuit = self._circuits.get(target)
        if circuit is None:
            circuit = self._circuits[target] = Circuit()
            if len(self._circuits) > TARGETS_MAX:
                self._circuits.popitem(last=False)
        else:
            self._circuits.move_to_end(target)
        return circuit

    def _slice(self, circuit: Circuit, now: float) -> Slice:
        """The slice of this moment; those that left the window are dropped. Half-open has one alone."""
        number = 0 if circuit.state is State.HALF_OPEN else int(now / self._slice_s)
        while circuit.slices and circuit.slices[0].number <= number - SLICES:
            circuit.slices.popleft()
        if not circuit.slices or circuit.slices[-1].number != number:
            circuit.slices.append(Slice(number))
        return circuit.slices[-1]


class _Outcome(Tap):
    """Tells the breaker how a stream ended. One that the caller stopped reading went well so far."""

    def __init__(self, tell: Callable[[BaseException | None], None]) -> None:
        self._tell = tell

    def done(self, error: BaseException | None, complete: bool) -> None:
        self._tell(error)


def _sums(circuit: Circuit) -> tuple[int, int, int]:
    return (
        sum(one.calls for one in circuit.slices),
        sum(one.failures for one in circuit.slices),
        sum(one.slow for one in circuit.slices),
    )


def _model_or_name(call: Call) -> str:
    return call.model or call.name
