"""What a server said to a batch."""

import email.utils
import math
import time
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Outcome:
    """``stored``; ``later``: send it again; ``held``: again, once the set-up is mended; ``refused``."""

    kind: Literal["stored", "later", "held", "refused"]
    detail: str = ""
    """What is wrong and what to do, for the log."""
    retry_after_s: float | None = None
    rejected: int = 0
    """Records the server did not take although it took the batch."""


def retry_after_s(value: str | None) -> float | None:
    """Seconds of a ``Retry-After`` header: a number or a date."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
