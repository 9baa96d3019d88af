"""Sees every span begin and end, whoever makes it: puts identity on it, and tells of each model call once."""

import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from opentelemetry.context import Context, get_current
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from sonde.resilience import events
from sonde.sdk import config, prices
from sonde.sdk.caller import FUNCTION, caller
from sonde.sdk.context import values_of
from sonde.sdk.facts import CallFacts, is_call_span, read
from sonde.sdk.safety import failed
from sonde.sdk.streams import Meter
from sonde.sdk.values import Value, plain
from sonde.semconv.words import SCOPES

EXPENSIVE = "sonde.expensive"
BILLED = "sonde.cost.billed_usd"

Observer = Callable[[CallFacts], None]
"""Is told of each model call, once, in the thread that ended it. Must be quick."""

_REMEMBERED_MAX = 1_024
_METERS_MAX = 4_096
_SCOPES_MAX = 1_024
_MODEL_SCOPES = tuple(prefix for prefix, convention in SCOPES if convention not in ("sonde", "vercel-ai"))

_Seen = tuple[str, int, int]
"""Scope, start and end of a call that was told: small, for a thousand of them are kept."""

_last_call: ContextVar["weakref.ref[Span] | None"] = ContextVar("sonde_last_call", default=None)
_meters: OrderedDict[int, Meter] = OrderedDict()
_scopes: dict[str, bool] = {}


class _Told:
    observers: tuple[Observer, ...] = ()
    on_start: tuple[Callable[[], None], ...] = ()


def observe_calls(*observers: Observer, on_start: tuple[Callable[[], None], ...] = ()) -> None:
    """Who is told of model calls from now on, and what is run whenever a span begins."""
    _Told.observers = observers
    _Told.on_start = on_start


def last_call() -> Span | None:
    """The span of the model call that this thread or task began last, while it runs."""
    reference = _last_call.get()
    span = reference() if reference is not None else None
    return span if span is not None and span.is_recording() else None


def measure(span: Span, meter: Meter) -> None:
    """Put what a meter measured on a span of somebody else when it ends."""
    _remember(_meters, span.get_span_context().span_id, meter, _METERS_MAX)  # some streams are never ended


class CallProcessor(SpanProcessor):
    """Stands before the processor that exports: hands every span on, with what is known here added to it.

    Added to a provider of the app's own as well as to ours. The attributes added at a span's start are seen
    by all processors of the provider; those added at its end only by the next one.
    """

    def __init__(self, following: SpanProcessor) -> None:
        self._following = following
        self._seen: OrderedDict[tuple[str, int | None, int | None], _Seen] = OrderedDict()
        self._told_inside: OrderedDict[int, bool] = OrderedDict()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Put identity, and on model calls the app's function and what the policies state, on a new span."""
        try:
            self._begin(span, parent_context)
        except Exception as error:  # noqa: BLE001 - beginning a span is part of the app's call
            failed("reading the context of a span", error)
        self._following.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Tell of a model call and hand the span on."""
        try:
            more = self._finish(span)
            if more:
                span = Enriched(span, more)
        except Exception as error:  # noqa: BLE001 - ending a span is part of the app's call
            failed("reading an ended span", error)
        self._following.on_end(span)

    def shutdown(self) -> None:
        """Hand it on."""
        self._following.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand it on."""
        return self._following.force_flush(timeout_millis)

    def _begin(self, span: Span, parent_context: Context | None) -> None:
        known = plain(span.attributes)
        values = values_of(parent_context if parent_context is not None else get_current())
        # Gathered and set at once: each setting locks and checks anew.
        new: dict[str, Any] = {key: value for key, value in values.items() if key not in known}
        is_call = is_call_span(known)
        scope = span.instrumentation_scope
        if is_call or (scope is not None and _is_model_scope(scope.name)):
            if FUNCTION not in known:
                function = caller()
                if function is not None:
                    new[FUNCTION] = function
            new.update(events.stated())
        if new:
            span.set_attributes(new)
        if is_call:
            _last_call.set(weakref.ref(span))
        for hook in _Told.on_start:
            hook()

    def _finish(self, span: ReadableSpan) -> Mapping[str, Value]:
        context = span.context
        if context is None:
            return {}
        more: dict[str, Value] = {}
        meter = _meters.pop(context.span_id, None) if _meters else None
        known = plain(span.attributes)
        if meter is not None:
            more.update((key, value) for key, value in meter.attributes().items() if key not in known)
        if not _Told.observers and BILLED not in known:
            return more
        call = read(span, {**known, **more})
        if call is None:
            return more
        settings = config.active()
        call.slow = (call.duration_ms or 0.0) >= settings.slow_ms
        prices.put_price(call)
        if call.cost_usd is not None and call.cost_usd >= settings.expensive_usd > 0:
            call.expensive = True
            more[EXPENSIVE] = True
        if _Told.observers and self._is_new(call, span):
            for observer in _Told.observers:
                _tell(observer, call)
        return more

    def _is_new(self, call: CallFacts, span: ReadableSpan) -> bool:
        """False for the second span of one call: around a span that was told, or with the same answer."""
        context, parent = span.context, span.parent
        again = context is not None and self._told_inside.pop(context.span_id, False)
        if call.response_id is not None:
            key = (call.response_id, call.input_tokens, call.output_tokens)
            told = self._seen.get(key)
            if told is not None and _is_one(told, call):
                again = True
            else:
                _remember(self._seen, key, (call.scope, call.start_ns, call.end_ns), _REMEMBERED_MAX)
        if parent is not None and not parent.is_remote:
            _remember(self._told_inside, parent.span_id, True, _REMEMBERED_MAX)
        return not again


def _is_one(told: _Seen, call: CallFacts) -> bool:
    """Whether two spans with one answer are one call. Some servers repeat ids, but one scope sees a call
    once.
    """
    scope, start_ns, end_ns = told
    return scope != call.scope and start_ns <= call.end_ns and call.start_ns <= end_ns


def _tell(observer: Observer, call: CallFacts) -> None:
    try:
        observer(call)
    except Exception as error:  # noqa: BLE001 - the other listeners are told all the same
        failed("telling of a model call", error)


def _remember(known: OrderedDict[Any, Any], key: object, value: object, length_max: int) -> None:
    known[key] = value
    while len(known) > length_max:
        try:
            known.popitem(last=False)
        except KeyError:  # another thread was first
            return


def _is_model_scope(name: str) -> bool:
    found = _scopes.get(name)
    if found is None:
        found = name.startswith(_MODEL_SCOPES)
        if len(_scopes) < _SCOPES_MAX:
            _scopes[name] = found
    return found


class Enriched(ReadableSpan):
    """An ended span with attributes beside its own."""

    def __init__(self, span: ReadableSpan, more: Mapping[str, Value]) -> None:
        super().__init__(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes={**(span.attributes or {}), **more},
            events=span.events,
            links=span.links,
            kind=span.kind,
            status=span.status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )
        self._dropped = (span.dropped_attributes, span.dropped_events, span.dropped_links)

    @property
    def dropped_attributes(self) -> int:
        """As the span said."""
        return self._dropped[0]

    @property
    def dropped_events(self) -> int:
        """As the span said."""
        return self._dropped[1]

    @property
    def dropped_links(self) -> int:
        """As the span said."""
        return self._dropped[2]
