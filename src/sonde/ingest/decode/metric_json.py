"""Metrics in JSON → `Point`."""

from collections.abc import Iterator
from typing import cast

from sonde.ingest.decode import body_json as json
from sonde.ingest.decode.point import NO_DATA, Buckets, Exemplar, MetricHead, Point
from sonde.ingest.decode.report import Report
from sonde.ingest.decode.wire import Budget

_TEMPORALITIES = ("UNSPECIFIED", "DELTA", "CUMULATIVE")
_KINDS = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponentialHistogram": "exponential_histogram",
    "summary": "summary",
}


def points_from_json(
    record: json.JsonObject, report: Report, nesting: Budget, count: Budget
) -> Iterator[tuple[MetricHead, Point]]:
    """The data points of one metric. ``count`` bounds those of the request.

    A point that cannot be read is rejected by itself; `WrongType` means the metric around it.
    """
    known = False
    for name, kind in _KINDS.items():
        if record.get(name) is None:
            continue
        known = True
        data = json.member(record, name)
        head = MetricHead(
            json.text(record, "name"),
            json.text(record, "description"),
            json.text(record, "unit"),
            kind,
            json.enumeration(
                data, "aggregationTemporality", "AGGREGATION_TEMPORALITY_", _TEMPORALITIES, report
            ),
            json.flag(data, "isMonotonic"),
        )
        points = json.objects(data, "dataPoints")
        count.take(len(points))
        for point in points:
            try:
                yield head, _point(point, kind, report, nesting)
            except json.WrongType as error:
                report.reject(json.WRONG_TYPE, field_name=f"dataPoints.{error.field_name}")
    if not known:
        report.warn(NO_DATA)


def _point(point: json.JsonObject, kind: str, report: Report, nesting: Budget) -> Point:
    attributes, _ = json.attributes_of(point, report, nesting)
    read = Point(
        attributes,
        json.unsigned(point, "timeUnixNano"),
        json.unsigned(point, "startTimeUnixNano"),
        json.unsigned(point, "flags"),
        [_exemplar(item, report, nesting) for item in json.objects(point, "exemplars")],
    )
    if kind in ("gauge", "sum"):
        read.value = _value(point)
        return read
    read.count = json.unsigned(point, "count")
    read.sum = _optional(point, "sum")
    if kind == "summary":
        read.sum = read.sum or 0.0
        read.quantiles = [
            (json.double(item.get("quantile"), "quantile"), json.double(item.get("value"), "value"))
            for item in json.objects(point, "quantileValues")
        ]
        return read
    read.min, read.max = _optional(point, "min"), _optional(point, "max")
    if kind == "histogram":
        read.bounds = [json.double(item, "explicitBounds") for item in _list(point, "explicitBounds")]
        read.bucket_counts = _counts(point)
        return read
    read.scale = json.signed(point, "scale")
    read.zero_count = json.unsigned(point, "zeroCount")
    read.zero_threshold = json.double(point.get("zeroThreshold"), "zeroThreshold")
    read.positive, read.negative = _buckets(point, "positive"), _buckets(point, "negative")
    return read


def _exemplar(item: json.JsonObject, report: Report, nesting: Budget) -> Exemplar:
    attributes, _ = json.attributes_of(item, report, nesting, "filteredAttributes")
    return Exemplar(
        json.unsigned(item, "timeUnixNano"),
        _value(item),
        json.identifier(item, "traceId"),
        json.identifier(item, "spanId"),
        attributes,
    )


def _value(owner: json.JsonObject) -> int | float | None:
    if owner.get("asInt") is not None:
        return json.signed(owner, "asInt")
    return _optional(owner, "asDouble")


def _optional(owner: json.JsonObject, name: str) -> float | None:
    value = owner.get(name)
    return None if value is None else json.double(value, name)


def _buckets(owner: json.JsonObject, name: str) -> Buckets | None:
    if owner.get(name) is None:
        return None
    buckets = json.member(owner, name)
    return Buckets(json.signed(buckets, "offset"), _counts(buckets))


def _counts(owner: json.JsonObject) -> list[int]:
    name = "bucketCounts"
    return [json.integer(item, 0, (1 << 64) - 1, name) for item in _list(owner, name)]


def _list(owner: json.JsonObject, name: str) -> list[object]:
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise json.WrongType(name)
    return cast("list[object]", value)
