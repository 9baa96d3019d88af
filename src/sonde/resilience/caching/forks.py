"""What must begin anew in a child process: locks that a thread of the parent holds, connections, fetches."""

import os
import weakref
from typing import Protocol


class Forked(Protocol):
    """Something that has a lock or a connection."""

    def after_fork(self) -> None:
        """Begin anew; called in the child, where only this thread runs."""
        ...


_watched: "weakref.WeakSet[Forked]" = weakref.WeakSet()


def watch(one: Forked) -> None:
    """Tell ``one`` in every child process, as long as it lives."""
    _watched.add(one)


def _tell() -> None:
    for one in list(_watched):
        one.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_tell)
