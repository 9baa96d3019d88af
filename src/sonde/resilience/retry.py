"""Retries: exponential backoff with full jitter, Retry-After honoured, only what is safe, within a budget.

The loop and the vocabulary of ``stop`` and ``wait`` strategies are tenacity's; what may be repeated, how long
to wait and how much repeating is affordable in all is decided here. The call's own error comes out unchanged.
"""

import random
import threading
import time
from collections.abc import Callable, Collection
from typing import Any, cast

import tenacity

from sonde.resilience import events
from sonde.resilience.errors import RetriesExhausted
from sonde.resilience.failures import (
    PASSING,
    Failure,
    asked_to_retry,
    classify,
    never_processed,
    retry_after_s,
)
from sonde.resilience.steps import Steps, pause
from sonde.resilience.streams import Stream
from sonde.resilience.wrapping import Call, Policy, Proceed

ATTEMPT = "sonde.attempt"
JITTER_OF_RETRY_AFTER = 0.1
"""What is added at random to the time a provider asks for, so that its clients do not all return at once."""

_STATEFUL = ("store", "background", "conversation", "previous_response_id")


class RetryBudget:
    """Repeating is affordable while most calls go well: each call pays ``share`` in, each retry takes 1 out.

    So in any stretch of *n* calls at most ``reserve + share × n`` retries happen, also when every call fails:
    an outage is not made worse by repeating everything three times. May be shared between policies.
    """

    def __init__(self, share: float = 0.2, reserve: float = 10.0) -> None:
        if share < 0 or reserve < 0:
            raise ValueError("A retry budget's share and reserve are not negative.")
        self._share = share
        self._reserve = reserve
        self._balance = reserve
        self._lock = threading.Lock()

    def deposit(self) -> None:
        """A call begins."""
        with self._lock:
            self._balance = min(self._reserve, self._balance + self._share)

    def withdraw(self) -> bool:
        """A retry is wanted; False when it cannot be afforded."""
        with self._lock:
            if self._balance < 1.0:
                return False
            self._balance -= 1.0
            return True


def looks_idempotent(call: Call) -> bool:
    """Whether making this call twice does no more than cost money.

    False for calls that leave something behind at the provider (``store=True``, ``background=True``, a
    conversation), unless they carry an idempotency key.
    """
    headers = call.kwargs.get("extra_headers")
    if isinstance(headers, dict) and any(str(name).lower() == "idempotency-key" for name in headers):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - foreign
        return True
    return not any(call.kwargs.get(name) for name in _STATEFUL)


class Retry(Policy):
    """Makes a failed call again when that is safe and can help.

    Repeated are failures of ``kinds`` (rate limit, outage, timeout, connection). A call that is not
    idempotent is repeated only when the provider surely did nothing for it (no connection, 429, 503). A
    stream is repeated only until its first item was read. A provider's ``x-should-retry: false`` is obeyed;
    a Retry-After longer than ``max_wait_s`` ends the attempts at once.

    Args:
        attempts: How often the call is made at most, the first time included.
        first_wait_s: Upper bound of the first wait; it doubles each time. Waits are drawn evenly from 0 to
            it.
        max_wait_s: Upper bound of any wait.
        deadline_s: No attempt begins later than this after the first one began.
        kinds: Failures worth repeating.
        idempotent: True, False, or a function of the call.
        budget: Bounds retries over all calls of this policy; one to share with others; False for no bound.
        wrap_errors: Raise ``RetriesExhausted`` from the last error instead of that error itself.
        wait: A tenacity strategy instead of the jittered backoff; Retry-After still counts.
        stop: A further tenacity strategy that ends the attempts.
        clock: Monotonic seconds.
        wall_clock: Seconds since 1970, to read dates in Retry-After.
        sleep: Called with seconds; may be a coroutine function for asynchronous calls.
        rng: Where jitter comes from.
    """

    def __init__(
        self,
        attempts: int = 3,
        *,
        first_wait_s: float = 0.5,
        max_wait_s: float = 30.0,
        deadline_s: float | None = None,
        kinds: Collection[Failure] = PASSING,
        idempotent: bool | Callable[[Call], bool] = looks_idempotent,
        budget: RetryBudget | bool = True,
        wrap_errors: bool = False,
        wait: Callable[[tenacity.RetryCallState], float] | None = None,
        stop: Callable[[tenacity.RetryCallState], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Any] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        if attempts < 1:
            raise ValueError("attempts counts the first one too: it is at least 1.")
        if first_wait_s < 0 or max_wait_s < 0:
            raise ValueError("Waits are not negative.")
        self.attempts = attempts
        self.first_wait_s = first_wait_s
        self.max_wait_s = max_wait_s
        self.deadline_s = deadline_s
        self.kinds = frozenset(kinds)
        self.idempotent = idempotent
        self.budget = RetryBudget() if budget is True else budget or None
        self.wrap_errors = wrap_errors
        self.wait = wait
        self.stop = stop
        self.clock = clock
        self.wall_clock = wall_clock
        self.sleep = sleep
        self.rng = rng or random.Random()  # noqa: S311 - jitter, not a secret

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call until it goes well or there is no point in trying again."""
        if self.budget is not None:
            self.budget.deposit()
        began = self.clock()
        failing: _Failing | None = None
        attempt = 1
        while True:
            try:
                with events.stating({ATTEMPT: attempt}):
                    result = yield from proceed(call)
                    if isinstance(result, Stream):
                        yield from result.peek()
            except Exception as error:  # noqa: BLE001 - raised again when there is no point in repeating
                failing = failing or _Failing(self, call, began)
                wait_s = failing.next_wait_s(error)
            else:
                if attempt > 1:
                    events.annotate({ATTEMPT: attempt})
                return result
            yield pause(wait_s, self.sleep)
            attempt += 1

    def backoff_s(self, attempt: int) -> float:
        """A wait after this many attempts, drawn evenly between 0 and the doubling bound."""
        bound = min(self.max_wait_s, self.first_wait_s * 2.0 ** min(attempt - 1, 60))
        return self.rng.uniform(0.0, bound)

    def why_not(self, call: Call, error: BaseException) -> str:
        """Why this failure is not worth repeating; empty when it is."""
        kind = classify(error)
        asked = asked_to_retry(error)
        if kind not in self.kinds and not (asked and kind is not Failure.QUOTA):
            return f"{kind} is not repeated"
        if asked is False:
            return "the provider asks not to repeat"
        safe = self.idempotent if isinstance(self.idempotent, bool) else self.idempotent(call)
        if not safe and not never_processed(error):
            return "it may have been done already"
        return ""


class _Failing:
    """The retries of one call that failed: tenacity's state, and why they came to an end."""

    def __init__(self, policy: Retry, call: Call, began: float) -> None:
        self._policy = policy
        self._call = call
        self._reason = ""
        self._asked_s: float | None = None
        self._retrying = tenacity.Retrying(retry=self._worth, wait=self._wait, stop=self._stop, reraise=True)
        self._retrying.begin()
        self._state = tenacity.RetryCallState(self._retrying, call.function, call.args, dict(call.kwargs))
        self._state.start_time = began

    def next_wait_s(self, error: Exception) -> float:
        """How long to wait before the next attempt. Raises the error when there is none."""
        attempt = self._state.attempt_number
        told: dict[str, events.AttributeValue] = {
            ATTEMPT: attempt,
            "error.type": type(error).__name__,
            "sonde.failure": str(classify(error)),
        }
        self._reason = ""
        self._asked_s = retry_after_s(error, self._policy.wall_clock())
        self._state.set_exception((type(error), error, error.__traceback__))
        self._state.outcome_timestamp = self._policy.clock()
        try:
            action = self._retrying.iter(self._state)
        except Exception:
            if attempt > 1 or self._worth(self._state):
                events.annotate({ATTEMPT: attempt})
                events.emit("sonde.retry.gave_up", {**told, "sonde.retry.reason": self._reason})
                error.add_note(f"sonde: gave up after {attempt} attempts: {self._reason}")
                if self._policy.wrap_errors:
                    raise RetriesExhausted(attempt, self._reason) from error
            raise
        wait_s = float(cast("tenacity.DoSleep", action))
        self._state.prepare_for_next_attempt()
        events.emit("sonde.retry", {**told, "sonde.retry.wait_s": wait_s})
        return wait_s

    def _worth(self, state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome is not None else None
        assert error is not None, "only failures come here"
        why_not = self._policy.why_not(self._call, error)
        self._reason = self._reason or why_not
        return not why_not

    def _wait(self, state: tenacity.RetryCallState) -> float:
        policy = self._policy
        wait_s = policy.wait(state) if policy.wait is not None else policy.backoff_s(state.attempt_number)
        if self._asked_s is None:
            return wait_s
        spread = max(self._asked_s * JITTER_OF_RETRY_AFTER, policy.first_wait_s * JITTER_OF_RETRY_AFTER)
        return self._asked_s + policy.rng.uniform(0.0, spread)

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        policy = self._policy
        elapsed_s = state.seconds_since_start or 0.0
        if state.attempt_number >= policy.attempts:
            self._reason = f"{policy.attempts} attempts were made"
        elif self._asked_s is not None and self._asked_s > policy.max_wait_s:
            self._reason = f"the provider asks to wait {self._asked_s:g} s"
        elif policy.deadline_s is not None and elapsed_s + state.upcoming_sleep > policy.deadline_s:
            self._reason = f"the deadline of {policy.deadline_s:g} s would pass"
        elif policy.stop is not None and policy.stop(state):
            self._reason = "the stop strategy says so"
        elif policy.budget is not None and not policy.budget.withdraw():
            self._reason = "the retry budget is used up"
        return bool(self._reason)
