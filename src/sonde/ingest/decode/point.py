"""A data point of any kind between its encoding and its row."""

from msgspec import Struct, field

from sonde.ingest.decode.report import Reason
from sonde.model.span import Attributes

KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")

POINT_BYTES_MAX = 1 << 20
"""A data point larger than this is refused: no real one has so many buckets."""

LARGE_POINT = Reason("large-point", f"data point over {POINT_BYTES_MAX >> 20} MiB")
NO_DATA = Reason("no-data", "metric without data of a kind we know, nothing to store")


class MetricHead(Struct, frozen=True):
    """What all points of one metric share."""

    name: str
    description: str
    unit: str
    kind: str
    """One of `KINDS`."""
    temporality: int = 0
    """0 unspecified, 1 delta, 2 cumulative."""
    monotonic: bool = False


class Exemplar(Struct, frozen=True):
    """One measurement behind a point."""

    time_ns: int
    value: int | float | None
    trace_id: str
    span_id: str
    attributes: Attributes


class Buckets(Struct, frozen=True):
    """One sign of an exponential histogram."""

    offset: int
    counts: list[int]


class Point(Struct):
    """A data point as sent. What a kind does not have is left at its default."""

    attributes: Attributes
    time_ns: int
    start_ns: int
    flags: int
    exemplars: list[Exemplar] = field(default_factory=list[Exemplar])
    value: int | float | None = None
    count: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    bounds: list[float] = field(default_factory=list[float])
    bucket_counts: list[int] = field(default_factory=list[int])
    quantiles: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    scale: int | None = None
    zero_count: int | None = None
    zero_threshold: float | None = None
    positive: Buckets | None = None
    negative: Buckets | None = None
