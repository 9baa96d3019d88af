"""Incidents are known beforehand, marked on the spans they touch, and visible in the figures."""

import statistics

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sonde.demo import incidents
from sonde.demo.calendar import DAY, HOUR, week_start_ns
from sonde.demo.calls import Call
from sonde.demo.generate import Generator
from sonde.demo.incidents import Disturbances, Incident
from sonde.demo.record import Hour
from tests.unit.demo.conftest import WEEK


def calls_during(incident: Incident) -> list[tuple[str, Call]]:
    generator = Generator()
    hours = range(incident.start_ns // HOUR - 1, incident.end_ns // HOUR + 1)
    made = [made for number in hours for made in generator.hour(number).calls]
    return [(origin.service, call) for origin, call in made if incident.active(call.start_ns)]


def calls_before(incident: Incident) -> list[tuple[str, Call]]:
    before = Incident("", "", incident.start_ns - DAY, incident.start_ns, "")
    return calls_during(before)


def first(kind: str, scope: str = "") -> Incident:
    found = [one for week in range(WEEK - 60, WEEK) for one in incidents.of_week(week)]
    return next(one for one in found if one.kind == kind and (not scope or one.scope == scope))


def test_every_week_has_a_few_and_the_schedule_finds_them() -> None:
    start = week_start_ns(WEEK)
    for week in range(WEEK - 20, WEEK):
        assert 4 <= len(incidents.of_week(week)) <= 5
    listed = incidents.schedule(start - 14 * DAY, start)
    assert {incidents.OUTAGE, incidents.LATENCY, incidents.RUNAWAY} <= {one.kind for one in listed}
    assert listed == sorted(listed, key=lambda one: one.start_ns)
    assert len({one.id for one in listed}) == len(listed)


def test_an_outage_makes_errors_and_fallbacks_and_both_are_marked() -> None:
    outage = first(incidents.OUTAGE, "openai")
    hit = [call for _, call in calls_during(outage) if call.model.provider == "openai"]
    assert statistics.mean(call.failure is not None for call in hit) > 0.3
    calm = [call for _, call in calls_before(outage) if call.model.provider == "openai"]
    assert statistics.mean(call.failure is not None for call in calm) < 0.05
    jumped_in = [call for _, call in calls_during(outage) if call.fallback_from]
    assert jumped_in
    assert all(outage.id in call.incidents for call in jumped_in)


def test_a_slow_model_is_several_times_slower() -> None:
    slow = first(incidents.LATENCY, "gpt-5-mini")
    during = [call.ttft_s for _, call in calls_during(slow) if call.model.name == slow.scope and call.ttft_s]
    before = [call.ttft_s for _, call in calls_before(slow) if call.model.name == slow.scope and call.ttft_s]
    assert statistics.median(during) > 2.5 * statistics.median(before)


def test_a_runaway_burns_more_than_everybody_else_together() -> None:
    runaway = first(incidents.RUNAWAY)
    during = [call for service, call in calls_during(runaway) if service == "coding-agent"]
    burnt = sum(call.input_tokens for call in during if runaway.id in call.incidents)
    assert burnt > sum(call.input_tokens for call in during if runaway.id not in call.incidents)


def test_a_broken_prompt_release_shortens_answers_until_it_is_rolled_back() -> None:
    drop = first(incidents.OUTPUT_DROP, "ticket-label")
    during = [c.output_tokens for s, c in calls_during(drop) if s == "ticket-triage" and not c.failure]
    before = [c.output_tokens for s, c in calls_before(drop) if s == "ticket-triage" and not c.failure]
    assert statistics.mean(during) < 0.5 * statistics.mean(before)


def test_a_cache_collapse_takes_the_cached_tokens_away() -> None:
    collapse = first(incidents.CACHE_COLLAPSE, "coding-agent")
    during = [c for s, c in calls_during(collapse) if s == "coding-agent" and not c.failure]
    before = [c for s, c in calls_before(collapse) if s == "coding-agent" and not c.failure]

    def cached(calls: list[Call]) -> float:
        return sum(call.cached_tokens for call in calls) / sum(call.input_tokens for call in calls)

    assert cached(before) > 0.6
    assert cached(during) < 0.1


def test_touched_spans_carry_the_label_and_quiet_hours_have_none(week: list[Hour]) -> None:
    labels: set[str] = set()
    for hour in week:
        known = {one.id for one in incidents.schedule(hour.start_ns, hour.start_ns + 4 * HOUR)}
        for sent in hour.spans:
            for pair in Span.FromString(sent.body).attributes:
                if pair.key == "sonde.demo.incident":
                    assert pair.value.string_value in known
                    labels.add(pair.value.string_value)
    assert labels == {one.id for one in incidents.of_week(WEEK)}


def test_most_hours_are_undisturbed() -> None:
    start = week_start_ns(WEEK)
    quiet = [
        hour
        for hour in range(168)
        if not any(
            Disturbances(start + hour * HOUR).all(kind) for kind in (incidents.OUTAGE, incidents.LATENCY)
        )
    ]
    assert len(quiet) > 140
