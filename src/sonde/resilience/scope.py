"""Which run or session the work at hand belongs to: what cost stops and loop detectors count within.

with scope("session-42"):
    agent.run(...)
"""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_scope: ContextVar[str | None] = ContextVar("sonde_scope", default=None)


@contextmanager
def scope(name: str) -> Generator[None]:
    """Everything inside belongs to this run or session, also in tasks that begin inside."""
    token = _scope.set(name)
    try:
        yield
    finally:
        _scope.reset(token)


def current_scope() -> str | None:
    """The innermost scope, ``None`` outside of any."""
    return _scope.get()


def scope_or_task() -> str:
    """The innermost scope; outside of any, the running task or thread, which mostly serves one request."""
    named = _scope.get()
    if named is not None:
        return named
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return f"task {task.get_name()}" if task is not None else f"thread {threading.get_ident()}"
