"""When Python looks for reference cycles: on a clock, not after so many allocations.

Decoding makes hundreds of thousands of objects a second and the resolver keeps a hundred thousand; none are
in cycles, so counting references frees them. Left to itself the collector walked them over and over: 60 % of
the receiving thread's time under load.
"""

import gc

EVERY_S = 15.0
WHOLE_EVERY = 240
"""Every so many runs (an hour) everything is looked at, what was set apart too."""


def take_over() -> None:
    """Switch the automatic collector off; from now on `Collector` does its work."""
    gc.collect()
    gc.freeze()
    gc.disable()


class Collector:
    """Collects what is young, then sets the survivors apart so that the next run need not walk them."""

    def __init__(self) -> None:
        self._runs = 0

    def __call__(self) -> None:
        """One run."""
        self._runs += 1
        if self._runs % WHOLE_EVERY == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
