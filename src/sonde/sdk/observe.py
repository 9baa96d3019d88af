"""``@sonde.observe``: a span around each run of a function."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextvars import Token
from typing import Any, TypeVar, cast, overload

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN, SpanKind
from opentelemetry.trace import Span as OtelSpan

from sonde.sdk import config, providers
from sonde.sdk.attached import leave
from sonde.sdk.caller import FUNCTION, name_of
from sonde.sdk.running import wrapped
from sonde.sdk.safety import failed
from sonde.sdk.spans import kind_of, mark_failed, opening, set_input, set_output
from sonde.sdk.values import Value, clean_all

F = TypeVar("F", bound=Callable[..., Any])

ITEMS_MAX = 1_000
"""Items of a generator that are kept for its output; the rest is counted."""

_RECEIVERS = ("self", "cls")


@overload
def observe(function: F, /) -> F: ...


@overload
def observe(
    *,
    name: str | None = None,
    kind: str | None = None,
    inputs: bool | Iterable[str] = True,
    outputs: bool = True,
    attributes: Mapping[str, object] | None = None,
) -> Callable[[F], F]: ...


def observe(
    function: F | None = None,
    /,
    *,
    name: str | None = None,
    kind: str | None = None,
    inputs: bool | Iterable[str] = True,
    outputs: bool = True,
    attributes: Mapping[str, object] | None = None,
) -> F | Callable[[F], F]:
    """A span around each run of a function: plain, coroutine, generator or async generator.

    A generator's span lasts from its first step to its end and is current only while its own code runs;
    closed early it is incomplete, not failed.

    Args:
        function: Given when used without parentheses.
        name: Default: the function's name.
        kind: None for plain work; ``tool``, ``agent``, ``retrieval`` or ``workflow``.
        inputs: Which arguments are sent as content: all, none, or those with these names. Nothing is sent
            unless
            content capture is on.
        outputs: Whether the result (of a generator: its items) is sent as content, under the same condition.
        attributes: Facts that are on each of its spans.
    """

    def decorate(target: F) -> F:
        recipe = _Recipe(target, name, kind_of(kind, "observe"), inputs, outputs, attributes)
        # Given above @staticmethod or @classmethod: the function inside is the one that runs.
        around = wrapped(recipe.function, lambda args, kwargs: _Run(recipe, args, kwargs))
        if isinstance(target, staticmethod):
            return cast("F", staticmethod(around))
        if isinstance(target, classmethod):
            return cast("F", classmethod(around))
        return cast("F", around)

    return decorate if function is None else decorate(function)


class _Recipe:
    """What is known of an observed function before it runs."""

    __slots__ = ("attributes", "chosen", "function", "inputs", "kind", "name", "outputs", "signature")

    def __init__(
        self,
        function: Callable[..., Any],
        name: str | None,
        kind: str,
        inputs: bool | Iterable[str],
        outputs: bool,
        attributes: Mapping[str, object] | None,
    ) -> None:
        target = cast("Callable[..., Any]", getattr(function, "__func__", function))
        short = name or getattr(target, "__name__", None) or type(target).__name__
        self.function = target
        self.kind = kind
        self.name, facts = opening(str(short), kind)
        self.attributes: dict[str, Value] = {
            **facts,
            FUNCTION: name_of(target),
            **clean_all(attributes or {}),
        }
        self.inputs = bool(inputs) if isinstance(inputs, bool) else True
        self.chosen = None if isinstance(inputs, bool) else frozenset(inputs)
        self.outputs = outputs
        self.signature: inspect.Signature | None = None

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by name, without the receiver."""
        if self.signature is None:
            self.signature = inspect.signature(self.function)
        try:
            bound = self.signature.bind(*args, **kwargs).arguments
        except TypeError:
            return {}  # the call itself is about to fail with the same words
        found: dict[str, Any] = {}
        for position, (key, value) in enumerate(bound.items()):
            if position == 0 and key in _RECEIVERS:
                continue
            if self.chosen is None or key in self.chosen:
                found[key] = value
        return found


class _Run:
    """The span of one run: a `sonde.sdk.running.Scope`."""

    __slots__ = ("_context", "_items", "_kept", "_recipe", "_span", "_token", "_yielded")

    def __init__(self, recipe: _Recipe, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        self._recipe = recipe
        self._span: OtelSpan = INVALID_SPAN
        self._context: otel.Context | None = None
        self._token: Token[otel.Context] | None = None
        self._items: list[Any] | None = None
        self._yielded = 0
        self._kept = 0
        try:
            self._span = providers.tracer().start_span(
                recipe.name, kind=SpanKind.INTERNAL, attributes=recipe.attributes
            )
            if recipe.inputs and config.active().capture_content and self._span.is_recording():
                self._take(recipe.arguments(args, kwargs))
            self._context = trace.set_span_in_context(self._span)
        except Exception as error:  # noqa: BLE001 - the host's function runs whatever happens here
            failed(f"observing {recipe.name}", error)

    def _take(self, arguments: dict[str, Any]) -> None:
        kind = self._recipe.kind
        if not arguments:
            return
        if kind == "retrieval" or (kind in ("agent", "workflow") and len(arguments) == 1):
            query = next(iter(arguments.values()))
            set_input(self._span, kind, query)
        else:
            set_input(self._span, kind, arguments)

    def enter(self) -> None:
        if self._context is not None:
            self._token = otel.attach(self._context)

    def leave(self) -> None:
        if self._token is not None:
            self._context = otel.get_current()  # what a generator's body opened before it yielded
            leave(self._token)
            self._token = None

    def item(self, item: object) -> None:
        self._yielded += 1
        if self._recipe.outputs and config.active().capture_content:
            if self._items is None:
                self._items = []
            if len(self._items) < ITEMS_MAX and self._kept < config.active().content_bytes_max:
                self._items.append(item)
                self._kept += len(item) if isinstance(item, str) else 64

    def done(self, result: object) -> None:
        try:
            if self._yielded:
                self._generated()
            elif self._recipe.outputs and result is not None:
                set_output(self._span, self._recipe.kind, result)
        except Exception as error:  # noqa: BLE001 - the host's function has ended whatever happens here
            failed(f"observing {self._recipe.name}", error)
        self._end()

    def failed(self, error: BaseException) -> None:
        try:
            if self._yielded:
                self._generated()
            mark_failed(self._span, error)
        except Exception as problem:  # noqa: BLE001 - the host's own error goes on
            failed(f"observing {self._recipe.name}", problem)
        self._end()

    def _generated(self) -> None:
        self._span.set_attribute("sonde.items", self._yielded)
        items, self._items = self._items, None
        if items:
            texts = all(isinstance(item, str) for item in items)
            set_output(self._span, self._recipe.kind, "".join(items) if texts else items)

    def _end(self) -> None:
        try:
            self._span.end()
        except Exception as error:  # noqa: BLE001 - the host's function has ended whatever happens here
            failed(f"observing {self._recipe.name}", error)
