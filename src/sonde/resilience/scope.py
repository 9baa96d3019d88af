"""Which run or session the work at hand belongs to: what cost stops and loop detectors count within.

with scope("session-42"):
    agent.run(...)
"""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

_scope: ContextVar[str | None] = ContextVar("sonde_scope", default=None)


class _State:
    def __init__(self) -> None:
        self.source: Callable[[], str | None] | None = None


_state = _State()


def set_scope_source(source: Callable[[], str | None] | None) -> None:
    """Where the scope comes from outside of any `scope`: the SDK tells the session of ``sonde.context``."""
    _state.source = source


@contextmanager
def scope(name: str) -> Generator[None]:
    """Everything inside belongs to this run or session, also in tasks that begin inside."""
    token = _scope.set(name)
    try:
        yield
    finally:
        _scope.reset(token)


def current_scope() -> str | None:
    """The innermost scope, else what the source says, else ``None``."""
    named = _scope.get()
    return named if named is not None or _state.source is None else _state.source()


def scope_or_task() -> str:
    """The innermost scope; outside of any, the running task or thread, which mostly serves one request."""
    named = current_scope()
    if named is not None:
        return named
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return f"task {task.get_name()}" if task is not None else f"thread {threading.get_ident()}"
