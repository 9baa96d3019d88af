"""The load generator's requests are valid OTLP and follow from their number: the crash oracle rests on it."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.bodies import CALLS_PER_TRACE, SPANS_PER_TRACE, VARIANTS, Stream, span_id, trace_id
from sonde.ingest.decode.traces import decode_traces
from sonde.normalize import assemble, read_span

START_NS = 1_795_000_000_000_000_000


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_request_follows_from_its_number(variant: str) -> None:
    stream = Stream(50, variant, 7, START_NS, 10_000_000)
    body = bytes(stream.request(123))
    assert bytes(Stream(50, variant, 7, START_NS, 10_000_000).request(123)) == body
    assert bytes(stream.request(124)) != body
    spans = ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans
    assert [span.span_id for span in spans] == [span_id(7, 123, index) for index in range(50)]
    assert {span.trace_id for span in spans} == {trace_id(7, 123, first) for first in range(0, 50, 5)}
    for index, span in enumerate(spans):
        assert span.parent_span_id == (span_id(7, 123, index - index % 5) if index % 5 else b"")
        assert START_NS <= span.start_time_unix_nano <= span.end_time_unix_nano
        sessions = {pair.value.string_value for pair in span.attributes if pair.key == "session.id"}
        assert len(sessions) == 1


def test_ids_differ_between_runs_requests_and_spans() -> None:
    ids = {span_id(run, number, index) for run in (1, 2) for number in (0, 1, 2**31) for index in range(50)}
    assert len(ids) == 2 * 3 * 50


@pytest.mark.parametrize("variant", VARIANTS)
def test_four_of_five_spans_are_calls_and_no_more(variant: str) -> None:
    stream = Stream(50, variant, 1, START_NS, 10_000_000)
    for number in range(16):
        spans = decode_traces(bytes(stream.request(number)), "protobuf").spans
        facts = [read_span(span, project="p", received_ns=START_NS).row.facts for span in spans]
        by_trace = {one.trace_id for one in facts}
        counted = 0
        for wanted in by_trace:
            counted += sum(
                call.counted for call in assemble([one for one in facts if one.trace_id == wanted])
            )
        assert counted == 50 // SPANS_PER_TRACE * CALLS_PER_TRACE
