"""What the policies themselves raise. A provider's own error is not hidden behind one of these without need.

SondeError
└── ResilienceError
    ├── CircuitOpen         the breaker refuses the call; ``retry_after_s``
    ├── LimitExceeded       a rate or concurrency limit, and waiting for room would take too long
    ├── BudgetExceeded      the cost stop of this run or session
    ├── LoopDetected        the same call again and again
    ├── GuardrailBlocked    a guardrail refused what goes in or comes out
    ├── RetriesExhausted    only with ``Retry(wrap_errors=True)``; ``__cause__`` is the last error
    └── FallbacksExhausted  every target of a chain failed; ``errors`` has each one's error, in order

Each carries what a gateway needs to answer: status, code, whether trying again can help.
"""

from collections.abc import Sequence

from sonde.model.errors import SondeError


class ResilienceError(SondeError):
    """Base of everything a policy raises on its own account."""

    code = "resilience"


class CircuitOpen(ResilienceError):
    """The breaker of ``target`` is open; the call was not made. ``retry_after_s``: until the next trial."""

    status = 503
    code = "circuit-open"
    retryable = True

    def __init__(self, target: str, retry_after_s: float) -> None:
        super().__init__(
            f"The circuit breaker for {target!r} is open: recent calls failed or were slow.",
            hint=f"It lets a trial call through in {retry_after_s:.1f} s.",
        )
        self.target = target
        self.retry_after_s = retry_after_s


class LimitExceeded(ResilienceError):
    """No room within the time the caller wants to wait.

    ``limit`` is ``concurrency``, ``requests_per_minute`` or ``tokens_per_minute``. ``retry_after_s`` is when
    there will be room, ``None`` when that depends on others finishing.
    """

    status = 429
    code = "limit-exceeded"
    retryable = True

    def __init__(self, limit: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.retry_after_s = retry_after_s


class BudgetExceeded(ResilienceError):
    """The cost stop of ``scope``: ``spent_usd`` of ``budget_usd`` are gone, the call was not made."""

    status = 402
    code = "budget-exceeded"

    def __init__(self, scope: str, spent_usd: float, budget_usd: float) -> None:
        super().__init__(
            f"The cost stop of {scope} is reached: {spent_usd:.4f} USD of {budget_usd:.4f} USD are spent.",
            hint="Raise the budget or start a new run.",
        )
        self.scope = scope
        self.spent_usd = spent_usd
        self.budget_usd = budget_usd


class LoopDetected(ResilienceError):
    """The same call came ``repeats`` times within ``window_s``; the last one was not made."""

    status = 409
    code = "loop-detected"

    def __init__(self, name: str, repeats: int, window_s: float) -> None:
        super().__init__(
            f"The same call of {name} came {repeats} times within {window_s:g} s: this looks like a loop.",
            hint="Change the input, or raise the loop detector's `repeats`.",
        )
        self.name = name
        self.repeats = repeats
        self.window_s = window_s


class GuardrailBlocked(ResilienceError):
    """A guardrail refused. ``direction`` is ``in`` or ``out``; ``reason`` never has the offending text."""

    status = 422
    code = "guardrail-blocked"

    def __init__(self, guardrail: str, direction: str, reason: str) -> None:
        super().__init__(f"The guardrail {guardrail!r} blocked what went {direction}: {reason}")
        self.guardrail = guardrail
        self.direction = direction
        self.reason = reason


class RetriesExhausted(ResilienceError):
    """All attempts failed. ``__cause__`` is the last error."""

    status = 502
    code = "retries-exhausted"

    def __init__(self, attempts: int, reason: str) -> None:
        super().__init__(f"Gave up after {attempts} attempt{'s' if attempts != 1 else ''}: {reason}")
        self.attempts = attempts
        self.reason = reason


class FallbacksExhausted(ResilienceError):
    """Every target failed. ``errors`` pairs each target's name with its error, in the order of trying."""

    status = 502
    code = "fallbacks-exhausted"

    def __init__(self, errors: Sequence[tuple[str, Exception]]) -> None:
        told = "; ".join(f"{target}: {type(error).__name__}" for target, error in errors)
        super().__init__(f"All {len(errors)} targets failed ({told}).")
        self.errors = tuple(errors)
