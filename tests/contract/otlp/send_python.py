"""A program with the OpenTelemetry SDK for Python that sends numbered spans: started by test_exporters.py.

Arguments: transport (http or grpc), endpoint, compression (none or gzip), service name, spans, start in ns.
"""

import sys
from collections.abc import Sequence

import grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, set_span_in_context

QUEUE = 4_096


class Persistent(SpanExporter):
    """Under load the server says 503, and the exporter gives up after ten seconds: this program does not."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send until it is acknowledged."""
        for _ in range(100):
            if self._exporter.export(spans) is SpanExportResult.SUCCESS:
                return SpanExportResult.SUCCESS
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Close the connection."""
        self._exporter.shutdown()


def main(transport: str, endpoint: str, compression: str, service: str, count: int, start_ns: int) -> None:
    """Send the spans and wait until each is acknowledged."""
    if transport == "grpc":
        packing = grpc.Compression.Gzip if compression == "gzip" else grpc.Compression.NoCompression
        exporter = GrpcExporter(endpoint, insecure=True, compression=packing)
    else:
        exporter = HttpExporter(f"{endpoint}/v1/traces", compression=Compression(compression))
    provider = TracerProvider(resource=Resource({"service.name": service}))
    processor = BatchSpanProcessor(Persistent(exporter), max_queue_size=QUEUE, max_export_batch_size=512)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("conformance", "1.0")
    context = None
    for number in range(count):
        start = start_ns + number * 1_000
        if number % 10 == 0:
            context = None
        span = tracer.start_span(
            f"span {number % 7}",
            context=context,
            kind=SpanKind.CLIENT,
            start_time=start,
            attributes={
                "n": number,
                "text": f"text {number} ü 😀\n\0",
                "half": number / 2 + 0.25,
                "even": number % 2 == 0,
                "list": [f"a{number}", "b"],
                "empty": "",
            },
        )
        if context is None:
            context = set_span_in_context(span)
        span.end(start + 1_000_000 + number)
        # The SDK drops what does not fit in its queue.
        if number % QUEUE == QUEUE - 1 and not provider.force_flush(600_000):
            raise SystemExit("spans were not acknowledged within ten minutes")
    if not provider.force_flush(600_000):
        raise SystemExit("spans were not acknowledged within ten minutes")
    provider.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6]))
