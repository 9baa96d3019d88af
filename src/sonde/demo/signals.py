"""Hours as OTLP requests: spans, logs and metrics."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import cast

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, HistogramDataPoint, Metric

from sonde.demo import wire
from sonde.demo.calendar import MINUTE
from sonde.demo.calls import Call
from sonde.demo.conventions.otel import provider
from sonde.demo.record import LogLine, Origin, SentSpan, origin_body, scope_body
from sonde.demo.sampling import seeded

SPANS_PER_REQUEST = 1_000
DURATION_BOUNDS = tuple(0.01 * 2**step for step in range(14))
TOKEN_BOUNDS = tuple(4**step for step in range(14))
_SEVERITY = {9: "INFO", 13: "WARN", 17: "ERROR"}
_DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
_CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE


def trace_requests(spans: Sequence[SentSpan]) -> Iterator[tuple[bytes, int]]:
    """Encoded export requests and how many spans each holds, in the order given."""
    for start in range(0, len(spans), SPANS_PER_REQUEST):
        part = spans[start : start + SPANS_PER_REQUEST]
        yield _trace_request(part), len(part)


def _trace_request(spans: Sequence[SentSpan]) -> bytes:
    by_place: dict[Origin, dict[bytes, tuple[str, list[bytes]]]] = {}
    for span in spans:
        scopes = by_place.setdefault(span.origin, {})
        scope = scope_body(span.scope)
        if scope not in scopes:
            scopes[scope] = (span.scope.schema_url, [])
        scopes[scope][1].append(span.body)
    return b"".join(
        wire.resource_spans(
            origin_body(origin),
            [wire.scope_spans(scope, bodies, url) for scope, (url, bodies) in scopes.items()],
        )
        for origin, scopes in by_place.items()
    )


def any_value(value: object) -> AnyValue:
    """A Python value as OTLP's AnyValue."""
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value)
        return AnyValue(kvlist_value=KeyValueList(values=key_values(pairs)))
    if isinstance(value, Sequence):
        items = cast("Sequence[object]", value)
        return AnyValue(array_value=ArrayValue(values=[any_value(item) for item in items]))
    return AnyValue()


def key_values(pairs: Mapping[str, object]) -> list[KeyValue]:
    """Attributes; a value of None is left out."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in pairs.items() if value is not None]


def log_request(lines: Iterable[LogLine]) -> bytes:
    """One export request for log lines."""
    request = ExportLogsServiceRequest()
    ordered = sorted(
        lines, key=lambda line: (line.origin.service, line.origin.environment, line.origin.version)
    )
    for origin, group in groupby(ordered, key=lambda line: line.origin):
        resource = request.resource_logs.add()
        resource.resource.attributes.extend(key_values(origin.attributes()))
        scope = resource.scope_logs.add()
        scope.scope.name = f"harrow_vale.{origin.service.replace('-', '_')}"
        for line in group:
            body = line.text if line.body is None else line.body
            scope.log_records.add(
                time_unix_nano=line.time_ns,
                observed_time_unix_nano=line.time_ns,
                severity_number=line.severity,
                severity_text=_SEVERITY[line.severity],
                body=any_value(body) if body else None,
                attributes=key_values(line.attributes),
                trace_id=line.trace_id,
                span_id=line.span_id,
                event_name=line.event_name,
            )
    return request.SerializeToString()


def metric_request(
    calls: Iterable[tuple[Origin, Call]], services: Iterable[Origin], window: tuple[int, int]
) -> bytes:
    """One export request for a window: what the services' processes use, and the calls that ended in it."""
    request = ExportMetricsServiceRequest()
    by_origin: dict[Origin, list[Call]] = {origin: [] for origin in services}
    for origin, call in calls:
        by_origin.setdefault(origin, []).append(call)
    for origin, made in by_origin.items():
        resource = request.resource_metrics.add()
        resource.resource.attributes.extend(key_values(origin.attributes()))
        process = resource.scope_metrics.add()
        process.scope.name = "opentelemetry.instrumentation.system_metrics"
        process.metrics.extend(_process_metrics(origin, len(made), window))
        if made:
            scope = resource.scope_metrics.add()
            scope.scope.name = "opentelemetry.util.genai"
            scope.metrics.extend(_call_metrics(made, window))
    return request.SerializeToString()


def _process_metrics(origin: Origin, calls: int, window: tuple[int, int]) -> list[Metric]:
    start, end = window
    rng = seeded(f"process/{origin}/{end // MINUTE}")
    load = calls / max((end - start) / MINUTE, 1)
    cpu = min(0.02 + load * 0.03 + rng.expovariate(90), 1.0)
    # Memory climbs between releases, as with a slow leak, and falls when a new version starts.
    memory = int((180 + 12 * math.log1p(load) + rng.random() * 9) * (1 << 20))
    used = Metric(name="process.cpu.utilization", unit="1", description="CPU time as a share of one core")
    used.gauge.data_points.add(time_unix_nano=end, as_double=round(cpu, 4))
    held = Metric(name="process.memory.usage", unit="By", description="Resident memory")
    held.sum.aggregation_temporality = _CUMULATIVE
    held.sum.is_monotonic = False
    held.sum.data_points.add(time_unix_nano=end, start_time_unix_nano=start, as_int=memory)
    return [used, held]


def _call_metrics(calls: list[Call], window: tuple[int, int]) -> list[Metric]:
    duration = _histogram("gen_ai.client.operation.duration", "s")
    tokens = _histogram("gen_ai.client.token.usage", "{token}")
    first = _histogram("gen_ai.client.operation.time_to_first_chunk", "s")
    grouped: dict[tuple[str, str, str, str], list[Call]] = {}
    for call in calls:
        error = call.failure.exception(call.model.provider) if call.failure else ""
        key = (call.want.operation, call.model.provider, call.model.name, error)
        grouped.setdefault(key, []).append(call)
    for (operation, made_by, model, error), group in grouped.items():
        pairs: dict[str, object] = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": provider(made_by),
            "gen_ai.request.model": model,
            "error.type": error or None,
        }
        _point(duration, pairs, [call.seconds for call in group], DURATION_BOUNDS, window)
        known = [call for call in group if call.failure is None and not call.aborted]
        for kind, values in (
            ("input", [call.input_tokens for call in known]),
            ("output", [call.output_tokens for call in known if operation == "chat"]),
        ):
            _point(tokens, {**pairs, "gen_ai.token.type": kind}, values, TOKEN_BOUNDS, window)
        _point(
            first, pairs, [call.ttft_s for call in group if call.ttft_s is not None], DURATION_BOUNDS, window
        )
    return [metric for metric in (duration, tokens, first) if metric.histogram.data_points]


def _histogram(name: str, unit: str) -> Metric:
    metric = Metric(name=name, unit=unit)
    metric.histogram.aggregation_temporality = _DELTA
    return metric


def _point(
    metric: Metric,
    pairs: Mapping[str, object],
    values: Sequence[float],
    bounds: Sequence[float],
    window: tuple[int, int],
) -> None:
    if not values:
        return
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    metric.histogram.data_points.append(
        HistogramDataPoint(
            attributes=key_values(pairs),
            start_time_unix_nano=window[0],
            time_unix_nano=window[1],
            count=len(values),
            sum=sum(values),
            min=min(values),
            max=max(values),
            bucket_counts=counts,
            explicit_bounds=bounds,
        )
    )
