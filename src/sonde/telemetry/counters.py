"""Counters, gauges and histograms of the process itself, in Prometheus' text format.

Every label has a closed set of values, given when the family is made, and every series exists from the
start: what arrives from outside can never make a new one.
"""

import itertools
import math
import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = Mapping[str, Sequence[str]]
"""Label name → all its values."""


class Counter:
    """A number that only grows. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value = 0

    def increment(self, by: int = 1) -> None:
        """Add. Negative amounts are a bug."""
        assert by >= 0
        with self._lock:
            self._value += by

    @property
    def value(self) -> int:
        """What it has come to."""
        return self._value

    def lines(self, name: str, labels: str) -> list[str]:
        """Exposition lines."""
        return [f"{name}{_braced(labels)} {self._value}"]


class Gauge:
    """A number that goes up and down, or is asked for when it is shown. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value = 0.0
        self._read: Callable[[], float] | None = None

    def set(self, value: float) -> None:
        """Replace the value."""
        with self._lock:
            self._value = value

    def add(self, by: float) -> None:
        """Change the value."""
        with self._lock:
            self._value += by

    def read_from(self, read: Callable[[], float]) -> None:
        """Ask a function whenever the gauge is shown."""
        self._read = read

    @property
    def value(self) -> float:
        """What it is now."""
        return self._read() if self._read is not None else self._value

    def lines(self, name: str, labels: str) -> list[str]:
        """Exposition lines."""
        return [f"{name}{_braced(labels)} {_number(self.value)}"]


class Histogram:
    """How values are spread over buckets. Thread-safe."""

    def __init__(self, bounds: Sequence[float] = LATENCY_BUCKETS_S) -> None:
        assert list(bounds) == sorted(bounds)
        self._lock = threading.Lock()
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        position = bisect_left(self._bounds, value)
        with self._lock:
            self._counts[position] += 1
            self._sum += value

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self._counts)

    def lines(self, name: str, labels: str) -> list[str]:
        """Exposition lines: cumulative buckets, sum and count."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        lines: list[str] = []
        edges = [*map(_number, self._bounds), "+Inf"]
        for edge, running in zip(edges, itertools.accumulate(counts), strict=True):
            inner = f'{labels},le="{edge}"' if labels else f'le="{edge}"'
            lines.append(f"{name}_bucket{{{inner}}} {running}")
        lines.append(f"{name}_sum{_braced(labels)} {_number(total)}")
        lines.append(f"{name}_count{_braced(labels)} {sum(counts)}")
        return lines


Kind = TypeVar("Kind", Counter, Gauge, Histogram)


class Family(Generic[Kind]):
    """All series of one name."""

    def __init__(
        self, name: str, help_text: str, kind: str, labels: Labels, make: Callable[[], Kind]
    ) -> None:
        self.name = name
        self.help_text = help_text
        self.kind = kind
        self._names = tuple(labels)
        self._series = {values: make() for values in itertools.product(*labels.values())}

    def of(self, **labels: str) -> Kind:
        """The series of some label values. KeyError for one that was not declared: a bug."""
        return self._series[tuple(labels[name] for name in self._names)]

    def render(self) -> str:
        """Exposition text of the family."""
        lines = [f"# HELP {self.name} {self.help_text}", f"# TYPE {self.name} {self.kind}"]
        for values, series in self._series.items():
            labels = ",".join(
                f'{name}="{_escaped(value)}"' for name, value in zip(self._names, values, strict=True)
            )
            lines += series.lines(self.name, labels)
        return "\n".join(lines)


class Registry:
    """The families of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._families: dict[str, Family[Counter] | Family[Gauge] | Family[Histogram]] = {}

    def counter(self, name: str, help_text: str, labels: Labels | None = None) -> Family[Counter]:
        """Make a family of counters; its name ends in ``_total``."""
        assert name.endswith("_total"), name
        family = Family(name, help_text, "counter", labels or {}, Counter)
        self._add(family)
        return family

    def gauge(self, name: str, help_text: str, labels: Labels | None = None) -> Family[Gauge]:
        """Make a family of gauges."""
        family = Family(name, help_text, "gauge", labels or {}, Gauge)
        self._add(family)
        return family

    def histogram(
        self,
        name: str,
        help_text: str,
        labels: Labels | None = None,
        bounds: Sequence[float] = LATENCY_BUCKETS_S,
    ) -> Family[Histogram]:
        """Make a family of histograms."""
        family = Family(name, help_text, "histogram", labels or {}, lambda: Histogram(bounds))
        self._add(family)
        return family

    def render(self) -> str:
        """Everything, as text exposition format 0.0.4."""
        with self._lock:
            families = list(self._families.values())
        return "".join(f"{family.render()}\n" for family in families)

    def _add(self, family: Family[Counter] | Family[Gauge] | Family[Histogram]) -> None:
        with self._lock:
            assert family.name not in self._families, f"metric {family.name} exists already"
            self._families[family.name] = family


REGISTRY = Registry()
"""Of this process: what ``/metrics`` shows."""


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(value)


def _braced(labels: str) -> str:
    return f"{{{labels}}}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
