"""Puts policies around a function: plain, coroutine, generator, asynchronous generator, or one that returns a
provider's stream object. The result is a function of the same kind with the same signature.

    class Timed(Policy):
        def around(self, call, proceed):
            began = clock()
            result = yield from proceed(call)       # the call, with whatever policies are inside
            ...
            return result
"""

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, ParamSpec, Protocol, TypeVar, cast

from sonde.resilience.steps import Do, End, Steps, run_async, run_sync
from sonde.resilience.streams import AsyncStream, Stream, SyncStream, as_stream

P = ParamSpec("P")
R = TypeVar("R")
Kind = Literal["sync", "async", "generator", "async generator"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call on its way in. Policies hand on a changed copy (:meth:`with_`), never change it."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    name: str
    is_async: bool
    notes: dict[str, Any] = field(default_factory=dict[str, Any])
    """What policies of this one call leave for each other."""

    @property
    def arguments(self) -> dict[str, Any]:
        """All arguments by name, without ``self``. What has no name is called ``*0``, ``*1``, and so on."""
        if not self.args:
            return dict(self.kwargs)
        names = _positional(self.function)
        named: dict[str, Any] = {}
        for index, value in enumerate(self.args):
            name = names[index] if index < len(names) else f"*{index}"
            if not (index == 0 and name in {"self", "cls"}):
                named[name] = value
        return {**named, **self.kwargs}

    @property
    def model(self) -> str | None:
        """The model asked for, when the call names one."""
        model = self.kwargs.get("model")
        if model is None and self.args:
            model = self.arguments.get("model")
        return model if isinstance(model, str) else None

    def with_(
        self, function: Callable[..., Any] | None = None, kwargs: Mapping[str, Any] | None = None
    ) -> "Call":
        """A copy with another function or with these arguments changed, also those given by position."""
        changed = dict(self.kwargs)
        args = list(self.args)
        names = _positional(self.function)[: len(args)] if args else ()
        for name, value in (kwargs or {}).items():
            if name in names:
                args[names.index(name)] = value
            else:
                changed[name] = value
        return replace(self, function=function or self.function, args=tuple(args), kwargs=changed)


Proceed = Callable[[Call], Steps[Any]]
"""What is inside: makes the call. Its result is the answer, or a ``Stream`` for streamed answers."""


class Around(Protocol):
    """Logic around a call. Must hand on what ``proceed`` gives, or something of the same kind."""

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call through ``proceed``, never, once or several times."""
        ...


class Policy(ABC):
    """An :class:`Around` that decorates functions: ``@Retry()``, ``Retry()(client.responses.create)``."""

    @abstractmethod
    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call through ``proceed``, never, once or several times."""

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function with this policy around it."""
        return wrap(function, [self])


def wrap(
    function: Callable[P, R], policies: Sequence[Around], *, kind: Kind | None = None, name: str | None = None
) -> Callable[P, R]:
    """The function with the policies around it, the first one outermost.

    Args:
        function: What makes the call.
        policies: Outermost first.
        kind: Only when it cannot be told from the function (a plain function that returns an awaitable).
        name: What telemetry and messages call it; its qualified name by default.
    """
    told = name or str(getattr(function, "__qualname__", None) or type(function).__qualname__)
    kind = kind or kind_of(function)
    proceed: Proceed = invoke
    for policy in reversed(policies):
        proceed = functools.partial(policy.around, proceed=proceed)

    def begin(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Steps[Any]:
        return proceed(Call(function, args, kwargs, told, is_async=kind in {"async", "async generator"}))

    return cast("Callable[P, R]", functools.update_wrapper(_MAKERS[kind](begin), function))


def invoke(call: Call) -> Steps[Any]:
    """The innermost step: the call itself."""
    return as_stream((yield Do(call.function, call.args, call.kwargs)), in_async=call.is_async)


def kind_of(function: Callable[..., Any]) -> Kind:
    """Which of the four kinds a function is. Looks through ``functools.wraps`` and ``functools.partial``."""
    unwrapped = inspect.unwrap(function)
    for one in (function, unwrapped, type(function).__call__):
        if inspect.isasyncgenfunction(one):
            return "async generator"
        if inspect.iscoroutinefunction(one):
            return "async"
        if inspect.isgeneratorfunction(one):
            return "generator"
    return "sync"


Begin = Callable[[tuple[Any, ...], Mapping[str, Any]], Steps[Any]]


def _sync(begin: Begin) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return _outside(run_sync(begin(args, kwargs)))

    return call


def _async(begin: Begin) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        return _outside(await run_async(begin(args, kwargs)))

    return call


def _generator(begin: Begin) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any]:
        stream = run_sync(begin(args, kwargs))
        try:
            while not isinstance(item := run_sync(stream.pull()), End):
                yield item
        finally:
            run_sync(stream.close())

    return call


def _async_generator(begin: Begin) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
        stream = await run_async(begin(args, kwargs))
        try:
            while not isinstance(item := await run_async(stream.pull()), End):
                yield item
        finally:
            await run_async(stream.close())

    return call


def _outside(result: Any) -> Any:
    if not isinstance(result, Stream):
        return result
    return AsyncStream(result) if result.is_async else SyncStream(result)


_MAKERS: dict[Kind, Callable[[Begin], Callable[..., Any]]] = {
    "sync": _sync,
    "async": _async,
    "generator": _generator,
    "async generator": _async_generator,
}


@functools.lru_cache(maxsize=512)
def _names(code_of: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(code_of).parameters.values()
    except (TypeError, ValueError):
        return ()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(parameter.name for parameter in parameters if parameter.kind in kinds)


def _positional(function: Callable[..., Any]) -> tuple[str, ...]:
    # By the plain function, so that remembering its names keeps no client object alive.
    plain = getattr(function, "__func__", None)
    try:
        return _names(function) if plain is None else _names(plain)[1:]
    except TypeError:  # a callable that cannot be hashed
        return ()
