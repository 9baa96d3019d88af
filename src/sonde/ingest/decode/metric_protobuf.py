"""Metrics in protobuf → `Point`."""

from collections.abc import Iterator, Sequence

from sonde.ingest.decode import schema
from sonde.ingest.decode.attributes import decode_attributes
from sonde.ingest.decode.point import (
    LARGE_POINT,
    NO_DATA,
    POINT_BYTES_MAX,
    Buckets,
    Exemplar,
    MetricHead,
    Point,
)
from sonde.ingest.decode.report import Report
from sonde.ingest.decode.wire import RECORD_FIELDS_MAX, Budget, has_too_many_fields
from sonde.model.errors import TooLarge


def points_from_protobuf(
    record: bytes, report: Report, nesting: Budget, count: Budget
) -> Iterator[tuple[MetricHead, Point]]:
    """The data points of one metric. ``count`` bounds those of the request."""
    if has_too_many_fields(record):
        raise TooLarge(f"More than {RECORD_FIELDS_MAX} fields in one metric.", hint="Send smaller batches.")
    metric = schema.metric(record)
    known = False
    for kind, encoded in (
        ("gauge", metric.gauge),
        ("sum", metric.sum),
        ("histogram", metric.histogram),
        ("exponential_histogram", metric.exponential_histogram),
        ("summary", metric.summary),
    ):
        if not encoded:
            continue
        known = True
        if has_too_many_fields(encoded):
            raise TooLarge(
                f"More than {RECORD_FIELDS_MAX} points in one metric.", hint="Send smaller batches."
            )
        data = schema.metric_data(encoded)
        head = MetricHead(
            metric.name,
            metric.description,
            metric.unit,
            kind,
            data.aggregation_temporality if kind not in ("gauge", "summary") else 0,
            data.is_monotonic if kind == "sum" else False,
        )
        points = data.data_points
        count.take(len(points))
        for point in points:
            if len(point) > POINT_BYTES_MAX:
                report.reject(LARGE_POINT)
                continue
            yield head, _READERS[kind](point, report, nesting)
    if not known:
        report.warn(NO_DATA)


def _number(encoded: bytes, report: Report, nesting: Budget) -> Point:
    message = schema.number_point(encoded)
    attributes, _ = decode_attributes(message.attributes, report, nesting)
    value: int | float | None = None
    if message.HasField("as_int"):
        value = message.as_int
    elif message.HasField("as_double"):
        value = message.as_double
    return Point(
        attributes,
        message.time_unix_nano,
        message.start_time_unix_nano,
        message.flags,
        _exemplars(message.exemplars, report, nesting),
        value=value,
    )


def _histogram(encoded: bytes, report: Report, nesting: Budget) -> Point:
    message = schema.histogram_point(encoded)
    attributes, _ = decode_attributes(message.attributes, report, nesting)
    return Point(
        attributes,
        message.time_unix_nano,
        message.start_time_unix_nano,
        message.flags,
        _exemplars(message.exemplars, report, nesting),
        count=message.count,
        sum=message.sum if message.HasField("sum") else None,
        min=message.min if message.HasField("min") else None,
        max=message.max if message.HasField("max") else None,
        bounds=list(message.explicit_bounds),
        bucket_counts=list(message.bucket_counts),
    )


def _exponential(encoded: bytes, report: Report, nesting: Budget) -> Point:
    message = schema.exponential_point(encoded)
    attributes, _ = decode_attributes(message.attributes, report, nesting)
    return Point(
        attributes,
        message.time_unix_nano,
        message.start_time_unix_nano,
        message.flags,
        _exemplars(message.exemplars, report, nesting),
        count=message.count,
        sum=message.sum if message.HasField("sum") else None,
        min=message.min if message.HasField("min") else None,
        max=message.max if message.HasField("max") else None,
        scale=message.scale,
        zero_count=message.zero_count,
        zero_threshold=message.zero_threshold,
        positive=_buckets(message.positive),
        negative=_buckets(message.negative),
    )


def _summary(encoded: bytes, report: Report, nesting: Budget) -> Point:
    message = schema.summary_point(encoded)
    attributes, _ = decode_attributes(message.attributes, report, nesting)
    quantiles = [schema.quantile(item) for item in message.quantile_values]
    return Point(
        attributes,
        message.time_unix_nano,
        message.start_time_unix_nano,
        message.flags,
        count=message.count,
        sum=message.sum,
        quantiles=[(item.quantile, item.value) for item in quantiles],
    )


_READERS = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
    "summary": _summary,
}


def _buckets(encoded: bytes) -> Buckets | None:
    if not encoded:
        return None
    message = schema.buckets(encoded)
    return Buckets(message.offset, list(message.bucket_counts))


def _exemplars(encoded: Sequence[bytes], report: Report, nesting: Budget) -> list[Exemplar]:
    found: list[Exemplar] = []
    for item in encoded:
        message = schema.exemplar(item)
        value: int | float | None = None
        if message.HasField("as_int"):
            value = message.as_int
        elif message.HasField("as_double"):
            value = message.as_double
        attributes, _ = decode_attributes(message.filtered_attributes, report, nesting)
        trace_id, span_id = message.trace_id.hex(), message.span_id.hex()
        found.append(Exemplar(message.time_unix_nano, value, trace_id, span_id, attributes))
    return found
