"""All policies together, in the order that makes sense.

    protect = policy(retry=3, fallback=["gpt-5-mini"], breaker=True, cache=ResponseCache(ttl_s=3600))
    create = protect(client.chat.completions.create)

What goes in passes guardrails → cache → limits → fallback → breaker → retry → call; what comes out passes
them in the opposite order. So a cached answer costs no limit but is checked by the guardrails, each
fallback target has its own circuit and its own retries, and the breaker counts a call once, however often
it was tried.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeGuard, cast

from sonde.resilience.breaker import Breaker
from sonde.resilience.fallback import Fallback, Target
from sonde.resilience.ratelimit_headers import Headroom
from sonde.resilience.retry import Retry
from sonde.resilience.steps import Steps
from sonde.resilience.wrapping import Around, Call, Kind, P, Policy, Proceed, R, wrap

Several = Around | Iterable[Around] | None


class Policies(Policy):
    """Policies that are used as one, the first outermost. Decorates functions, and can be part of another."""

    def __init__(self, policies: Sequence[Around]) -> None:
        self.policies = tuple(policies)

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Go through all of them."""
        for one in reversed(self.policies):
            proceed = _around(one, proceed)
        return (yield from proceed(call))

    def wrap(
        self, function: Callable[P, R], *, kind: Kind | None = None, name: str | None = None
    ) -> Callable[P, R]:
        """The function with these policies around it; ``kind`` where it cannot be told from the function."""
        return wrap(function, self.policies, kind=kind, name=name)


def policy(
    *,
    guardrails: Several = None,
    cache: Several = None,
    limits: Several = None,
    fallback: Fallback | str | Target | Sequence[str | Target | Callable[..., Any]] | None = None,
    breaker: Breaker | bool = False,
    retry: Retry | int | bool = False,
    headroom: bool = True,
) -> Policies:
    """One policy out of several, each of which may be left out.

    Objects keep their state: a breaker or a limit that is given to two policies counts for both.

    Args:
        guardrails: Checks of what goes in and out, outermost first.
        cache: Response, semantic or embedding cache, or several, the first asked first.
        limits: ``Limits``, ``CostStop``, ``LoopDetector`` or several.
        fallback: Targets in order, or a ``Fallback``.
        breaker: A ``Breaker``, or True for one with its defaults.
        retry: A ``Retry``, a number of attempts, or True for its defaults.
        headroom: Whether rate-limit headers and the request id are put on the span.
    """
    parts: list[Around] = [*_several(guardrails), *_several(cache), *_several(limits)]
    if fallback is not None:
        parts.append(_fallback(fallback))
    if breaker is not False:
        parts.append(Breaker() if breaker is True else breaker)
    if retry is not False:
        parts.append(retry if isinstance(retry, Retry) else Retry() if retry is True else Retry(retry))
    if headroom:
        parts.append(Headroom())
    for part in parts:
        if not callable(getattr(part, "around", None)):
            raise TypeError(f"{part!r} is no policy: it has no method `around(call, proceed)`.")
    return Policies(parts)


def _several(given: Several) -> list[Around]:
    if given is None:
        return []
    return [given] if _is_one(given) else list(cast("Iterable[Around]", given))


def _is_one(given: Around | Iterable[Around]) -> TypeGuard[Around]:
    return hasattr(given, "around")


def _fallback(given: Fallback | str | Target | Sequence[str | Target | Callable[..., Any]]) -> Fallback:
    if isinstance(given, Fallback):
        return given
    return Fallback(given) if isinstance(given, (str, Target)) else Fallback(*given)


def _around(one: Around, proceed: Proceed) -> Proceed:
    return lambda call: one.around(call, proceed)
