"""Questions that do not wait for one another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

_workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sonde-read")
"""As many as the engine has cores and connections to spare; threads are made when they are needed."""


def together(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Both answers; the second is asked for in another thread meanwhile. Raises what either raises.

    When no thread came to it by then, it is asked for here: so these may be nested without end.
    """
    other = _workers.submit(second)
    try:
        mine = first()
    except BaseException:
        other.cancel()
        raise
    return mine, second() if other.cancel() else other.result()
