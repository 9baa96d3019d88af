"""Drawing from distributions: quantile tables, heavy-tailed choices, bursty arrival times."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from random import Random
from typing import Generic, TypeVar

from sonde.demo.figures import GAMMA_SHARE, Quantiles

HOUR_S = 3_600.0
Item = TypeVar("Item")


def seeded(text: str) -> Random:
    """A generator whose draws follow from the text alone, on every machine."""
    return Random(text)  # noqa: S311  (invented traffic, no secrets)


class Sampler:
    """Draws from published quantiles: linear in the logarithm between two points (sizes are heavy-tailed)."""

    __slots__ = ("_logs", "_probabilities")

    def __init__(self, quantiles: Quantiles) -> None:
        first = quantiles.points[0]
        points = (
            quantiles.points if first[0] == 0.0 else ((0.0, max(first[1] * 0.6, 0.01)), *quantiles.points)
        )
        last = points[-1]
        if last[0] < 1.0:
            points = (*points, (1.0, last[1] * 1.25))
        self._probabilities = [probability for probability, _ in points]
        self._logs = [math.log(value) for _, value in points]

    def at(self, probability: float) -> float:
        """The value below which this share of all values lies."""
        right = min(bisect_right(self._probabilities, probability), len(self._logs) - 1)
        left = right - 1
        width = self._probabilities[right] - self._probabilities[left]
        share = (probability - self._probabilities[left]) / width
        return math.exp(self._logs[left] + share * (self._logs[right] - self._logs[left]))

    def draw(self, rng: Random) -> float:
        """One value."""
        return self.at(rng.random())

    def count(self, rng: Random, factor: float = 1.0) -> int:
        """One value as a count of at least 1."""
        return max(1, round(self.at(rng.random()) * factor))


class Choice(Generic[Item]):
    """Weighted choice with the cumulative weights made once."""

    __slots__ = ("_bounds", "items")

    def __init__(self, items: Sequence[Item], weights: Sequence[float]) -> None:
        self.items = tuple(items)
        total = sum(weights)
        bounds: list[float] = []
        running = 0.0
        for weight in weights:
            running += weight / total
            bounds.append(running)
        self._bounds = bounds

    def draw(self, rng: Random) -> Item:
        """One of the items."""
        return self.items[min(bisect_right(self._bounds, rng.random()), len(self.items) - 1)]


def heavy_tail(count: int, top_share: float) -> list[float]:
    """Weights of `count` clients, largest first, falling as a power law whose first one has `top_share`."""
    low, high = 0.0, 6.0
    for _ in range(60):
        exponent = (low + high) / 2
        low, high = (exponent, high) if _power_law(count, exponent)[0] < top_share else (low, exponent)
    return _power_law(count, high)


def _power_law(count: int, exponent: float) -> list[float]:
    weights = [rank**-exponent for rank in range(1, count + 1)]
    total = sum(weights)
    return [weight / total for weight in weights]


def arrivals(rng: Random, expected: float, cv: float) -> Iterator[float]:
    """Seconds into one hour at which something starts: a renewal process with `expected` starts on average.

    Gaps are Gamma or Weibull distributed with the coefficient of variation `cv` (> 1 is bursty).
    """
    if expected <= 0:
        return
    mean = HOUR_S / expected
    gamma = rng.random() < GAMMA_SHARE
    shape = 1 / (cv * cv) if gamma else weibull_shape(cv)
    scale = mean / shape if gamma else mean / math.gamma(1 + 1 / shape)
    # An hour is a window on a process that runs already, so it is started well before the hour.
    at = -mean * 10 * cv * cv
    while at < HOUR_S:
        if at >= 0:
            yield at
        at += _gap(rng, gamma, shape, scale)


def weibull_shape(cv: float) -> float:
    """The Weibull shape whose coefficient of variation is `cv`, by bisection."""
    low, high = 0.15, 5.0
    for _ in range(50):
        shape = (low + high) / 2
        first, second = math.gamma(1 + 1 / shape), math.gamma(1 + 2 / shape)
        low, high = (shape, high) if math.sqrt(second / (first * first) - 1) > cv else (low, shape)
    return (low + high) / 2


def _gap(rng: Random, gamma: bool, shape: float, scale: float) -> float:
    return rng.gammavariate(shape, scale) if gamma else rng.weibullvariate(scale, shape)
