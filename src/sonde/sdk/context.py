"""Who and what the work at hand is for: user, session, prompt, endpoint, tags.

The values live in OpenTelemetry's context, so they follow threads of control through coroutines. Every span
that begins inside gets them as attributes. Unless told otherwise they also travel as W3C baggage, so that a
service that is called over HTTP puts them on its spans too.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextvars import Token
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, Self, cast
from urllib.parse import quote, unquote

from opentelemetry import baggage, propagate
from opentelemetry import context as otel

from sonde.sdk.attached import leave
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.values import Value

USER = "user.id"
SESSION = "session.id"
PROMPT = "gen_ai.prompt.name"
PROMPT_VERSION = "gen_ai.prompt.version"
ENDPOINT = "sonde.endpoint"
TAGS = "sonde.tags"

KEYS = (USER, SESSION, PROMPT, PROMPT_VERSION, ENDPOINT, TAGS)
"""Attribute keys, which are the baggage keys as well."""

VALUE_MAX = 256
"""Characters kept of one value: it goes on every span and on every request to another service."""
TAGS_MAX = 20
ENCODED_MAX = 1_200
"""Characters of one value in the baggage header, which others refuse as a whole beyond 8,192."""

_KEY = otel.create_key("sonde.context")
_NOTHING: Mapping[str, Value] = MappingProxyType({})


class context:  # noqa: N801 - reads as a word where it is used
    """``with sonde.context(user="ada", session="s1", endpoint="/chat"): …``; also ``async with``, and a
    decorator.

    Inner values win over outer ones; tags add up. One object is for one block at a time; as a decorator it
    serves any number of runs at once.

    Args:
        user: Who asks: the id of a user, not a name or an address.
        session: The conversation or run.
        prompt: Name of the prompt in use.
        prompt_version: Its version.
        endpoint: The route or feature of the app, never the provider's URL.
        tags: Free words.
        propagate: Whether the values travel to other services as W3C baggage. HTTP clients that OpenTelemetry
            instruments send baggage to *every* host they call; False keeps the values in this process.
    """

    __slots__ = ("_entered", "_propagate", "_values")

    def __init__(
        self,
        *,
        user: str | None = None,
        session: str | None = None,
        prompt: str | None = None,
        prompt_version: str | int | None = None,
        endpoint: str | None = None,
        tags: Iterable[str] | None = None,
        propagate: bool = True,
        **unknown: object,
    ) -> None:
        self._entered: list[Token[otel.Context]] = []
        self._propagate = propagate
        values: dict[str, Value] = {}
        for key, given in ((USER, user), (SESSION, session), (PROMPT, prompt),
                           (PROMPT_VERSION, prompt_version), (ENDPOINT, endpoint)):  # fmt: skip
            text = _short(given)
            if text:
                values[key] = text
        words = _words(tags)
        if words:
            values[TAGS] = words
        self._values = values
        for name in unknown:
            tell_once(
                f"context.{name}",
                f"sonde.context: unknown argument {name!r} is ignored; it takes user, session, prompt, "
                "prompt_version, endpoint, tags, propagate. Other facts are attributes of a span.",
            )

    def __enter__(self) -> Self:
        try:
            self._entered.append(otel.attach(self.applied()))
        except Exception as error:  # noqa: BLE001 - the host's block runs whatever happens here
            failed("entering a context", error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._entered:
            leave(self._entered.pop())

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with these values around each of its calls: plain, coroutine or generator function."""
        from sonde.sdk.running import wrapped

        return wrapped(function, lambda _arguments, _keywords: _Around(self))

    def applied(self) -> otel.Context:
        """The context in force with these values added, to be attached."""
        current = otel.get_current()
        values = merged(values_of(current), self._values)
        changed = otel.set_value(_KEY, values, current)
        if self._propagate:
            for key, value in self._values.items():
                text = _as_baggage(values[key] if key == TAGS else value)
                if len(quote(text.encode("utf-8", "replace"), safe="")) <= ENCODED_MAX:
                    changed = baggage.set_baggage(key, text, changed)
                else:
                    changed = baggage.remove_baggage(key, changed)  # rather none than an outer one
                    tell_once(
                        f"baggage {key}",
                        f"sonde.context: {key} is too long to travel to other services; it stays here.",
                    )
        return changed

    def again(self) -> "context":
        """The same values, to be entered on their own."""
        other = context(propagate=self._propagate)
        other._values = self._values
        return other


class _Around:
    """A context around one run of a function, resumable: see `sonde.sdk.running.Scope`."""

    __slots__ = ("_context", "_token")

    def __init__(self, values: context) -> None:
        self._context = values.again().applied()
        self._token: Token[otel.Context] | None = None

    def enter(self) -> None:
        self._token = otel.attach(self._context)

    def leave(self) -> None:
        if self._token is not None:
            self._context = otel.get_current()  # what a generator's body opened before it yielded
            leave(self._token)
            self._token = None

    def item(self, item: object) -> None:
        return None

    def done(self, result: object) -> None:
        return None

    def failed(self, error: BaseException) -> None:
        return None


class Headers(Protocol):
    """Headers of a request: a dict, or what any web framework has."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Names and values."""
        ...


def values_of(current: otel.Context | None = None) -> Mapping[str, Value]:
    """The values in force as span attributes: set in this process, else arrived as baggage."""
    if current is None:
        current = otel.get_current()
    if not current:
        return _NOTHING
    own = current.get(_KEY)
    if own is not None:
        return cast("Mapping[str, Value]", own)
    arrived = baggage.get_all(current)
    return _from_baggage(arrived) if arrived else _NOTHING


def merged(outer: Mapping[str, Value], inner: Mapping[str, Value]) -> Mapping[str, Value]:
    """Both, the inner ones first; tags of both."""
    if not outer:
        return inner
    both = {**outer, **inner}
    if TAGS in outer and TAGS in inner:
        tags = dict.fromkeys((*cast("Iterable[str]", outer[TAGS]), *cast("Iterable[str]", inner[TAGS])))
        both[TAGS] = list(tags)[:TAGS_MAX]
    return both


def headers(carrier: MutableMapping[str, str] | None = None) -> MutableMapping[str, str]:
    """Adds ``traceparent`` and ``baggage`` of the work at hand to the headers of a request, and returns them.

    Needed only where the HTTP client is not instrumented by OpenTelemetry.
    """
    carrier = {} if carrier is None else carrier
    try:
        propagate.inject(carrier)
    except Exception as error:  # noqa: BLE001 - the host's request is sent whatever happens here
        failed("writing trace headers", error)
    return carrier


class continued:  # noqa: N801 - reads as a word where it is used
    """``with sonde.continued(request.headers): …`` — the work of a service for the caller whose headers came.

    Spans inside belong to the caller's trace and have its user, session, endpoint and tags. Needed only
    where the web framework is not instrumented by OpenTelemetry. Header names may be in any case.
    """

    __slots__ = ("_headers", "_tokens")

    def __init__(self, headers: "Headers") -> None:
        self._headers = headers
        self._tokens: list[Token[otel.Context]] = []

    def __enter__(self) -> Self:
        try:
            plain = {str(name).lower(): str(value) for name, value in self._headers.items()}
            self._tokens.append(otel.attach(propagate.extract(plain, otel.Context())))
        except Exception as error:  # noqa: BLE001 - the host's block runs whatever happens here
            failed("reading trace headers", error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tokens:
            leave(self._tokens.pop())

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


def _short(value: object) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception:  # noqa: BLE001 - anything may be in a host's __str__
        return None
    return text.strip()[:VALUE_MAX] or None


def _words(tags: Iterable[str] | None) -> list[str]:
    if tags is None:
        return []
    given = [tags] if isinstance(tags, str) else tags
    try:
        found = [word for tag in given if (word := _short(tag))]
    except TypeError:
        tell_once("context.tags", f"sonde.context: tags={tags!r:.40} is ignored; give a list of words.")
        return []
    return list(dict.fromkeys(found))[:TAGS_MAX]


def _as_baggage(value: Value) -> str:
    # The propagator escapes the whole; a comma inside a tag must be told from one between tags.
    if isinstance(value, str) or not isinstance(value, list | tuple):
        return str(value)
    return ",".join(quote(word, safe="") for word in value)


def _from_baggage(arrived: Mapping[str, object]) -> Mapping[str, Value]:
    values: dict[str, Value] = {}
    for key in KEYS:
        text = _short(arrived.get(key)) if key != TAGS else arrived.get(key)
        if not text:
            continue
        if key == TAGS:
            words = _words(unquote(word) for word in str(text)[: TAGS_MAX * VALUE_MAX].split(","))
            if words:
                values[key] = words
        else:
            values[key] = str(text)
    return values
