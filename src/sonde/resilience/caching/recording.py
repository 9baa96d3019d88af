"""A streamed answer, taken down as it goes by."""

from collections.abc import Callable, Sequence
from typing import Any

from sonde.resilience.steps import Steps
from sonde.resilience.streams import Tap


class Recording(Tap):
    """Takes down each chunk as it is when it passes, since the caller may change it."""

    def __init__(
        self,
        freeze: Callable[[Any], list[bytes] | None],
        finish: Callable[[list[bytes] | None], Steps[None]],
        broken: Callable[[BaseException | None], None],
        bytes_max: int,
    ) -> None:
        """``finish`` gets the chunks of the whole stream, or None when they cannot be stored."""
        self._freeze = freeze
        self._finish = finish
        self._broken = broken
        self._left = bytes_max
        self._frozen: list[bytes] | None = []

    def item(self, item: Any) -> Sequence[Any]:
        """Hand it on."""
        if self._frozen is not None:
            frozen = self._freeze(item)
            self._left -= len(frozen[0]) if frozen else 0
            if frozen is None or self._left < 0:
                self._frozen = None
            else:
                self._frozen += frozen
        return (item,)

    def end(self) -> Steps[Sequence[Any]]:
        """The source has no more."""
        yield from self._finish(self._frozen)
        return ()

    def done(self, error: BaseException | None, complete: bool) -> None:
        """How it ended; after `end` that changes nothing any more."""
        if not complete:
            self._broken(error)
