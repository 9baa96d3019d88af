"""What the demo says happened is what Sonde makes of it: calls, tokens, errors, in every convention."""

from collections import defaultdict

import pytest

from sonde.demo.calendar import HOUR, week_start_ns
from sonde.demo.calls import Call
from sonde.demo.generate import Generator
from sonde.demo.record import Hour
from sonde.demo.signals import log_request, trace_requests
from sonde.demo.world import SERVICES
from sonde.ingest.decode.logs import decode_logs
from sonde.ingest.decode.traces import decode_traces
from sonde.model.facts import SpanFacts
from sonde.normalize import assemble, read_log, read_span
from tests.unit.demo.conftest import WEEK


@pytest.fixture(scope="module")
def hours() -> list[Hour]:
    """Six hours of a working day, with an incident in them."""
    generator = Generator()
    first = week_start_ns(WEEK) // HOUR + 4 * 24 + 10
    return [generator.hour(number) for number in range(first, first + 6)]


@pytest.fixture(scope="module")
def seen(hours: list[Hour]) -> dict[str, list[SpanFacts]]:
    """Counted calls per service, as the server reads them."""
    traces: dict[str, list[SpanFacts]] = defaultdict(list)
    for hour in hours:
        for body, _ in trace_requests(hour.spans):
            decoded = decode_traces(body, "protobuf")
            assert decoded.report.rejected == 0
            for span in decoded.spans:
                facts = read_span(span, project="demo", received_ns=hour.start_ns).row.facts
                traces[facts.trace_id].append(facts)
        records = decode_logs(log_request(hour.logs), "protobuf").records
        for position, record in enumerate(records):
            reading = read_log(record, project="demo", received_ns=hour.start_ns, position=position)
            if reading.facts:
                traces[reading.facts.trace_id].append(reading.facts)
    found: dict[str, list[SpanFacts]] = defaultdict(list)
    for facts in traces.values():
        for invocation in assemble(facts):
            if invocation.counted:
                found[invocation.facts.service].append(invocation.facts)
    return found


def made(hours: list[Hour], service: str) -> list[Call]:
    return [call for hour in hours for origin, call in hour.calls if origin.service == service]


@pytest.mark.parametrize("service", list(SERVICES))
def test_each_call_is_counted_once(hours: list[Hour], seen: dict[str, list[SpanFacts]], service: str) -> None:
    assert len(seen[service]) == len(made(hours, service))


@pytest.mark.parametrize("service", list(SERVICES))
def test_tokens_are_those_that_were_used(
    hours: list[Hour], seen: dict[str, list[SpanFacts]], service: str
) -> None:
    known = [call for call in made(hours, service) if call.failure is None and not call.aborted]
    usages = [facts.usage for facts in seen[service]]
    assert sum(usage.input_tokens or 0 for usage in usages) == sum(call.input_tokens for call in known)
    assert sum(usage.output_tokens or 0 for usage in usages) == sum(
        call.output_tokens for call in known if call.want.operation == "chat"
    )
    if service != "digest-batch":  # its convention has no attribute for cached or reasoning tokens
        cached = sum(usage.cached_input_tokens or 0 for usage in usages)
        assert cached == sum(call.cached_tokens for call in known)
    if service == "coding-agent":
        written = sum(usage.cache_write_tokens or 0 for usage in usages)
        assert written == sum(call.cache_write_tokens for call in known)
    if service == "voice-notes":
        heard = sum(usage.audio_input_tokens or 0 for usage in usages)
        assert heard == sum(call.audio_input_tokens for call in known)


@pytest.mark.parametrize("service", list(SERVICES))
def test_errors_streams_models_and_people_are_known(
    hours: list[Hour], seen: dict[str, list[SpanFacts]], service: str
) -> None:
    calls = made(hours, service)
    facts = seen[service]
    assert sum(one.status == "error" for one in facts) == sum(call.failure is not None for call in calls)
    assert all(one.error_type for one in facts if one.status == "error")
    assert {one.request_model for one in facts} <= {call.model.name for call in calls} | {None}
    assert all(one.user_id for one in facts)
    assert all(one.endpoint for one in facts)
    assert {one.prompt_version for one in facts if one.operation == "chat"} - {None}
    streams = sum(call.ttft_s is not None for call in calls)
    assert sum(one.ttft_ms is not None for one in facts) == streams
    fallbacks = sum(bool(call.fallback_from) for call in calls)
    assert sum(bool(one.fallback_from) for one in facts) == fallbacks
