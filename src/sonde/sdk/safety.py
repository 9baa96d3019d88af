"""An error in Sonde never reaches the host's call: it is logged once for each place and then passed over."""

import functools
import inspect
import logging
import os
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger("sonde")

_PLACES_MAX = 1_000
_told: set[tuple[str, str]] = set()


def raises() -> bool:
    """Whether errors are to be raised instead (``SONDE_RAISE=1``: tests, and the search for a fault)."""
    return os.environ.get("SONDE_RAISE", "") not in ("", "0", "false")


def tell_once(place: str, message: str, *, level: int = logging.WARNING) -> None:
    """One log line for a place and message in the life of the process. Never raises."""
    key = (place, message)
    if key in _told:
        return
    if len(_told) < _PLACES_MAX:
        _told.add(key)
    try:
        log.log(level, "%s", message)
    except Exception:  # noqa: BLE001 — a host's broken log handler is not for its calls to bear
        return


def failed(what: str, error: Exception) -> None:
    """Tell about an error once, or raise it under ``SONDE_RAISE=1``."""
    if raises():
        raise error
    tell_once(
        what,
        f"sonde: {what} failed ({type(error).__name__}: {_text(error)}). "
        "The app is not affected; SONDE_RAISE=1 raises it.",
    )


def forget() -> None:
    """Tell everything anew: for tests and after `shutdown`."""
    _told.clear()


def _text(error: Exception) -> str:
    try:
        return str(error)[:300]
    except Exception:  # noqa: BLE001 — some errors cannot say what they are
        return "no message"


class safely:  # noqa: N801 — reads as a word where it is used
    """``with safely("reading the answer"): …`` or ``@safely("…")``: None where it would raise.

    Only `Exception` is held back: cancellation, exit and interrupts pass.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        """``what`` is a phrase that goes before "failed"."""
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Exception):
            failed(self._what, error)
            return True
        return False

    def __call__(self, function: Callable[P, R]) -> Callable[P, R | None]:
        """The function, giving None where it would have raised. Coroutine functions stay such."""
        what = self._what
        if inspect.iscoroutinefunction(function):
            asynchronous = cast("Callable[..., Awaitable[Any]]", function)

            @functools.wraps(function)
            async def guarded_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                try:
                    return await asynchronous(*args, **kwargs)
                except Exception as error:  # noqa: BLE001 — the purpose of this decorator
                    failed(what, error)
                    return None

            return cast("Callable[P, R | None]", guarded_async)

        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
            try:
                return function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 — the purpose of this decorator
                failed(what, error)
                return None

        return guarded
