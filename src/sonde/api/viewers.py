"""How many are looking at live streams."""

import asyncio
from dataclasses import dataclass, field

from sonde.model.errors import RateLimited

VIEWERS_MAX = 32


@dataclass(slots=True)
class Viewers:
    """Belongs to one event loop. `close` ends every stream, so that a server that stops need not wait."""

    count: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        """End all streams."""
        self.closed.set()

    def enter(self) -> None:
        """One more. Raises `RateLimited`."""
        if self.count >= VIEWERS_MAX:
            raise RateLimited(
                f"{VIEWERS_MAX} viewers are watching already.",
                hint="Close a live page, or ask /calls instead.",
            )
        self.count += 1

    def leave(self) -> None:
        """One less."""
        self.count -= 1
