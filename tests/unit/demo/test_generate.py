"""The traffic hangs together: ids, parents, times, conventions; and it is the same whenever it is made."""

from collections import Counter

import orjson
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sonde.demo.calendar import HOUR
from sonde.demo.generate import Generator
from sonde.demo.phrases import HOSTILE
from sonde.demo.record import Hour
from sonde.demo.stream import SPILL_HOURS
from sonde.demo.world import MODELS, SERVICES


def spans_of(hours: list[Hour]) -> list[tuple[str, Span]]:
    return [(sent.origin.service, Span.FromString(sent.body)) for hour in hours for sent in hour.spans]


def test_an_hour_is_the_same_whenever_and_in_whatever_order_it_is_made(week: list[Hour]) -> None:
    number = week[40].start_ns // HOUR
    fresh = Generator()
    fresh.hour(number + 9)
    again = fresh.hour(number)
    assert [span.body for span in again.spans] == [span.body for span in week[40].spans]
    assert again.logs == week[40].logs
    other = Generator(seed="other").hour(number)
    assert {span.body for span in other.spans}.isdisjoint(span.body for span in again.spans)


def test_ids_are_unique_and_parents_are_in_the_same_trace_and_around_their_children(week: list[Hour]) -> None:
    by_id = {}
    for _, span in spans_of(week[30:54]):
        assert len(span.trace_id) == 16
        assert any(span.span_id)
        assert (span.trace_id, span.span_id) not in by_id
        by_id[span.trace_id, span.span_id] = span
    assert len(by_id) > 5_000
    for span in by_id.values():
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        if span.parent_span_id:
            parent = by_id[span.trace_id, span.parent_span_id]
            assert parent.start_time_unix_nano <= span.start_time_unix_nano
            assert span.end_time_unix_nano <= parent.end_time_unix_nano


def test_a_trace_that_starts_in_an_hour_is_over_within_the_spill(week: list[Hour]) -> None:
    for hour in week:
        for sent in hour.spans:
            assert sent.end_ns < hour.start_ns + (1 + SPILL_HOURS) * HOUR


def test_every_service_speaks_its_own_convention(week: list[Hour]) -> None:
    marks = {
        "support-chat": "gen_ai.provider.name",
        "doc-search": "openinference.span.kind",
        "coding-agent": "traceloop.span.kind",
        "digest-batch": "gen_ai.system",
        "voice-notes": "gen_ai.usage.audio.input_tokens",
        "shop-assistant": "ai.operationId",
        "ticket-triage": "llm.token_count.prompt",
    }
    seen: dict[str, set[str]] = {name: set() for name in SERVICES}
    for service, span in spans_of(week[30:54]):
        seen[service].update(pair.key for pair in span.attributes)
    assert set(marks) == set(SERVICES)
    for service, key in marks.items():
        assert key in seen[service], service


def test_content_that_says_it_is_json_is_json(week: list[Hour]) -> None:
    checked = 0
    for _, span in spans_of(week[34:37]):
        for pair in span.attributes:
            if pair.key in {"gen_ai.input.messages", "gen_ai.output.messages", "ai.prompt.messages"}:
                assert orjson.loads(pair.value.string_value)
                checked += 1
    assert checked > 100


def test_a_week_shows_what_a_first_look_should_show(week: list[Hour]) -> None:
    calls = [call for hour in week for _, call in hour.calls]
    assert {call.model.name for call in calls} == set(MODELS)
    assert any(call.fallback_from for call in calls)
    assert any(call.attempts > 1 and call.failure is None for call in calls)
    assert any(call.aborted for call in calls)
    assert any(call.cached_tokens for call in calls)
    assert any(call.cache_write_tokens for call in calls)
    assert any(call.reasoning_tokens for call in calls)
    assert any(call.audio_output_tokens for call in calls)
    kinds = Counter(call.failure.kind for call in calls if call.failure)
    assert {"rate_limit", "timeout", "context_length", "content_filter", "server_error", "overloaded"} <= set(
        kinds
    )
    assert Counter(call.finish for call in calls)["length"] > 20
    environments = {origin.environment for hour in week for origin, _ in hour.calls}
    assert environments == {"production", "staging"}
    assert (
        len({origin.version for hour in week for origin, _ in hour.calls if origin.service == "doc-search"})
        > 1
    )
    text = b"".join(
        sent.body for hour in week for sent in hour.spans if sent.origin.service == "support-chat"
    )
    assert any(orjson.dumps(hostile)[1:-1] in text for hostile in HOSTILE)
    assert "食洗機".encode() in text


def test_tokens_are_consistent_within_a_call(week: list[Hour]) -> None:
    for hour in week:
        for _, call in hour.calls:
            assert (
                call.cached_tokens + call.cache_write_tokens + call.audio_input_tokens <= call.input_tokens
                or (call.failure)
            )
            assert call.reasoning_tokens + call.audio_output_tokens <= call.output_tokens
            assert call.end_ns >= call.start_ns
            if call.failure:
                assert call.input_tokens == call.output_tokens == 0
