"""Steps of a time series."""

from sonde.api.times import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TimeRange
from sonde.model.errors import BadInput

POINTS_MAX = 2_000
AUTO = (
    (15 * MINUTE_NS, 15),
    (2 * HOUR_NS, 60),
    (6 * HOUR_NS, 300),
    (DAY_NS, 900),
    (7 * DAY_NS, 3_600),
    (31 * DAY_NS, 6 * 3_600),
)
"""Ranges up to this length → step in seconds; longer ones go by days."""


def step_seconds(text: str, window: TimeRange) -> int:
    """The step that was asked for, or a fitting one for ``auto``. Raises `BadInput` for too many points."""
    length = window.to_ns - window.from_ns
    if text != "auto":
        step = int(text)
    else:
        step = next((seconds for longest, seconds in AUTO if length <= longest), 24 * 3_600)
        while length // (step * SECOND_NS) > POINTS_MAX:
            step *= 2
    if length // (step * SECOND_NS) > POINTS_MAX:
        raise BadInput(f"That are more than {POINTS_MAX} points.", hint="Use a longer step.")
    return step


def bucket_starts(window: TimeRange, step: int) -> list[int]:
    """Starts of the steps that touch a range, in seconds since 1970, as the engine cuts them."""
    first = window.from_ns // SECOND_NS // step * step
    return list(range(first, -(-window.to_ns // SECOND_NS), step))
