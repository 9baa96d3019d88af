"""Metric points from an OTLP metric export, protobuf or JSON: one row per data point, all five kinds."""

import base64
import hashlib
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import cast

import orjson
from msgspec import Struct

from sonde.ingest.decode import body_json, body_protobuf
from sonde.ingest.decode.attributes import nesting_budget
from sonde.ingest.decode.metric_json import points_from_json
from sonde.ingest.decode.metric_protobuf import points_from_protobuf
from sonde.ingest.decode.point import Buckets, Exemplar, MetricHead, Point
from sonde.ingest.decode.report import Reason, Report
from sonde.ingest.decode.traces import Media
from sonde.ingest.decode.wire import Budget
from sonde.model.limits import FUTURE_TOLERANCE_NS, SPANS_PER_REQUEST_MAX, TIME_MAX_NS, TIME_MIN_NS
from sonde.model.rows import MetricPoint
from sonde.model.span import Attributes, AttributeValue, Resource, Scope

UNEVEN_BUCKETS = Reason("uneven-buckets", "histogram whose bucket counts do not fit its bounds")
NOT_FINITE = Reason("not-finite", "NaN or infinite value stored as unknown")
BAD_TIME = Reason("time", "point without a usable time, stored at the time it arrived")
NO_NAME = Reason("no-name", "metric without a name")

_TEMPORALITIES = {1: "delta", 2: "cumulative"}


class DecodedMetrics(Struct):
    """Rows that can be stored, and what happened to the other points."""

    points: list[MetricPoint]
    report: Report


def decode_metrics(body: bytes, media: Media, project: str, received_ns: int) -> DecodedMetrics:
    """Decode an ``ExportMetricsServiceRequest`` into rows of one project. Raises like `decode_traces`."""
    nesting = nesting_budget()
    count = Budget(SPANS_PER_REQUEST_MAX, "data points")
    if media == "json":
        report = Report(("resourceMetrics", "scopeMetrics", "metrics"))
        found = _read_json(body, report, nesting, count)
    else:
        report = Report(("resource_metrics", "scope_metrics", "metrics"))
        found = _read_protobuf(body, report, nesting, count)
    rows: list[MetricPoint] = []
    series = _Series(project)
    for resource, scope, head, point in found:
        if not head.name:
            report.reject(NO_NAME)
            continue
        if head.kind == "histogram" and not _fits(point):
            report.reject(UNEVEN_BUCKETS)
            continue
        rows.append(_row(project, received_ns, resource, scope, head, point, series, report))
    return DecodedMetrics(rows, report)


_Read = Iterator[tuple[Resource, Scope, MetricHead, Point]]


def _read_protobuf(body: bytes, report: Report, nesting: Budget, count: Budget) -> _Read:
    with body_protobuf.located(report):
        for resource, scope, record in body_protobuf.records(body, report, nesting):
            for head, point in points_from_protobuf(record, report, nesting, count):
                yield resource, scope, head, point


def _read_json(body: bytes, report: Report, nesting: Budget, count: Budget) -> _Read:
    document = body_json.parse(body, report)
    for resource, scope, record in body_json.records(document, report, nesting):
        try:
            for head, point in points_from_json(record, report, nesting, count):
                yield resource, scope, head, point
        except body_json.WrongType as error:
            report.reject(body_json.WRONG_TYPE, _points_in(record), field_name=error.field_name)


def _points_in(metric: body_json.JsonObject) -> int:
    """How many points a metric that cannot be read would have had."""
    count = 0
    for data in metric.values():
        if isinstance(data, dict):
            points = cast("body_json.JsonObject", data).get("dataPoints")
            count += len(cast("list[object]", points)) if isinstance(points, list) else 0
    return max(1, count)


def _fits(point: Point) -> bool:
    """Whether there is one more count than bounds, or neither."""
    bounds, counts = point.bounds, point.bucket_counts
    if not counts and not bounds:
        return True
    ascending = all(low < high for low, high in pairwise(bounds))
    return len(counts) == len(bounds) + 1 and ascending and not any(map(math.isnan, bounds))


def _row(
    project: str,
    received_ns: int,
    resource: Resource,
    scope: Scope,
    head: MetricHead,
    point: Point,
    series: "_Series",
    report: Report,
) -> MetricPoint:
    time_ns = point.time_ns
    if not TIME_MIN_NS <= time_ns <= min(TIME_MAX_NS, received_ns + FUTURE_TOLERANCE_NS):
        report.warn(BAD_TIME)
        time_ns = received_ns
    start_ns = point.start_ns if TIME_MIN_NS <= point.start_ns <= time_ns else 0
    attributes_json = _json(point.attributes)
    resource_json = series.resource_json(resource)
    value = point.value
    positive, negative = point.positive, point.negative
    quantiles = [(quantile, value) for quantile, value in point.quantiles if not math.isnan(value)]
    return MetricPoint(
        project=project,
        time_ns=time_ns,
        start_ns=start_ns,
        received_ns=received_ns,
        service=_service(resource),
        name=head.name,
        unit=head.unit,
        description=head.description,
        kind=head.kind,
        temporality=_TEMPORALITIES.get(head.temporality, ""),
        monotonic=head.monotonic,
        attributes_json=attributes_json,
        resource_json=resource_json,
        scope_name=scope.name,
        series_id=series.id_of(resource_json, scope, head, attributes_json),
        value=_finite(None if value is None else float(value), report),
        value_int=value if isinstance(value, int) else None,
        count=point.count,
        sum=_finite(point.sum, report),
        min=_finite(point.min, report),
        max=_finite(point.max, report),
        bounds=[quantile for quantile, _ in quantiles] if head.kind == "summary" else point.bounds,
        bucket_counts=point.bucket_counts,
        quantile_values=[value for _, value in quantiles],
        scale=point.scale,
        zero_count=point.zero_count,
        zero_threshold=_finite(point.zero_threshold, report),
        positive_offset=positive.offset if positive else None,
        positive_counts=_counts(positive),
        negative_offset=negative.offset if negative else None,
        negative_counts=_counts(negative),
        exemplars_json=_exemplars_json(point.exemplars),
        flags=point.flags,
    )


class _Series:
    """Names time series; keeps what the points of one request share."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._resources: dict[int, tuple[Resource, str]] = {}

    def resource_json(self, resource: Resource) -> str:
        known = self._resources.get(id(resource))
        if known is None:
            # The resource is kept beside its text so that its id stays its own.
            known = self._resources[id(resource)] = (resource, _json(resource.attributes))
        return known[1]

    def id_of(self, resource_json: str, scope: Scope, head: MetricHead, attributes_json: str) -> str:
        parts = (self._project, resource_json, scope.name, scope.version, head.name, attributes_json)
        digest = hashlib.blake2b(digest_size=16)
        for part in parts:
            encoded = part.encode()
            digest.update(len(encoded).to_bytes(8, "little"))
            digest.update(encoded)
        return digest.hexdigest()


def _service(resource: Resource) -> str:
    name = resource.attributes.get("service.name")
    return name if isinstance(name, str) else ""


def _finite(value: float | None, report: Report) -> float | None:
    if value is None or math.isfinite(value):
        return value
    report.warn(NOT_FINITE)
    return None


def _counts(buckets: Buckets | None) -> list[int]:
    return buckets.counts if buckets else []


def _exemplars_json(exemplars: list[Exemplar]) -> str:
    if not exemplars:
        return ""
    documents = [
        {
            "time_ns": exemplar.time_ns,
            "value": _plain(exemplar.value),
            "trace_id": exemplar.trace_id,
            "span_id": exemplar.span_id,
            "attributes": _plain(exemplar.attributes),
        }
        for exemplar in exemplars
    ]
    return orjson.dumps(documents).decode()


def _json(attributes: Attributes) -> str:
    """Attributes as JSON with sorted keys, so that equal ones are equal text."""
    return orjson.dumps(_plain(attributes), option=orjson.OPT_SORT_KEYS).decode()


def _plain(value: AttributeValue) -> AttributeValue:
    """The same with what JSON has no form for as text: bytes as base64, NaN and infinities by name."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in cast("dict[str, object]", value).items()}
    return value
