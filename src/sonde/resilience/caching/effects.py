"""What a cache's logic asks of its driver beyond the effects every policy has."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Apart:
    """Call a plain function that may block: off the event loop when there is one.

    A task that is cancelled meanwhile leaves the function to end in its thread: a connection never gets an
    answer that belongs to somebody else.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()

    def perform(self) -> Any:
        """The function's result."""
        return self.function(*self.args)

    async def perform_async(self) -> Any:
        """The function's result, from another thread."""
        return await asyncio.to_thread(self.function, *self.args)
