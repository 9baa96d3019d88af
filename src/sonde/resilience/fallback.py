"""When a call fails for good, the next model or client takes over, chosen by the kind of failure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sonde.resilience import events
from sonde.resilience.errors import FallbacksExhausted
from sonde.resilience.failures import PASSING, Failure, classify
from sonde.resilience.steps import Steps
from sonde.resilience.streams import Stream
from sonde.resilience.wrapping import Call, Policy, Proceed

FROM = "sonde.fallback.from"

FALLBACK_ON = PASSING | {
    Failure.QUOTA,
    Failure.CONTEXT_WINDOW,
    Failure.CONTENT_FILTER,
    Failure.NOT_FOUND,
}
"""Failures after which another model may do better. A wrong key or a broken request fails everywhere."""


@dataclass(frozen=True)
class Target:
    """Where a call goes instead.

    Args:
        model: Replaces the argument ``model``.
        function: Called instead, with the same arguments: another client's method, or a function that
            translates to another provider's shape. Of the same kind (plain, coroutine, …) as the first.
        arguments: Further keyword arguments that are replaced.
        name: What telemetry calls it; the model or the function's name by default.
    """

    model: str | None = None
    function: Callable[..., Any] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    name: str = ""

    def __post_init__(self) -> None:
        if self.model is None and self.function is None and not self.arguments:
            raise ValueError("A fallback target changes something: a model, a function or arguments.")

    @property
    def label(self) -> str:
        """What telemetry calls it."""
        return self.name or self.model or getattr(self.function, "__qualname__", "") or "fallback"

    def take(self, call: Call) -> Call:
        """The call as it goes to this target."""
        changed = dict(self.arguments)
        if self.model is not None:
            changed["model"] = self.model
        return call.with_(self.function, changed)


class Fallback(Policy):
    """Tries targets in order until one answers.

    A stream may fall back until its first item was read. When only the first target was tried its own error
    comes out; when several were, ``FallbacksExhausted`` with each one's error, raised from the last.

    Args:
        targets: Models or :class:`Target` in order. A plain function is a target too.
        on: Failures after which the next one is tried.
        by_failure: Own chains for some failures, such as a long-context model for ``Failure.CONTEXT_WINDOW``.
    """

    def __init__(
        self,
        *targets: str | Target | Callable[..., Any],
        on: Collection[Failure] = FALLBACK_ON,
        by_failure: Mapping[Failure, Sequence[str | Target | Callable[..., Any]]] | None = None,
    ) -> None:
        self._targets = [_target(one) for one in targets]
        self._on = frozenset(on)
        self._by_failure = {kind: [_target(one) for one in each] for kind, each in (by_failure or {}).items()}
        if not self._targets and not self._by_failure:
            raise ValueError("A fallback needs at least one target.")

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call, or the same call elsewhere."""
        current, label = call, call.model or call.name
        errors: list[tuple[str, Exception]] = []
        tried: list[Target] = []
        while True:
            stated = {FROM: errors[-1][0]} if errors else {}
            try:
                with events.stating(stated):
                    result = yield from proceed(current)
                    if isinstance(result, Stream):
                        yield from result.peek()
            except Exception as error:
                errors.append((label, error))
                target = self._next(error, tried)
                if target is None and len(errors) == 1:
                    raise
                if target is None:
                    raise FallbacksExhausted(errors) from error
            else:
                events.annotate(stated)
                return result
            tried.append(target)
            events.emit(
                "sonde.fallback",
                {
                    FROM: label,
                    "sonde.fallback.to": target.label,
                    "sonde.failure": str(classify(errors[-1][1])),
                    "error.type": type(errors[-1][1]).__name__,
                },
            )
            current, label = target.take(call), target.label

    def _next(self, error: Exception, tried: Sequence[Target]) -> Target | None:
        kind = classify(error)
        chain = self._by_failure.get(kind)
        if chain is None:
            chain = self._targets if kind in self._on else []
        return next((target for target in chain if not any(target is one for one in tried)), None)


def _target(given: str | Target | Callable[..., Any]) -> Target:
    if isinstance(given, Target):
        return given
    return Target(model=given) if isinstance(given, str) else Target(function=given)
