"""The traffic follows the published figures it says it is calibrated on."""

import itertools
import statistics
from collections import Counter

import pytest

from sonde.demo import figures
from sonde.demo.assumptions import ERROR_SHARE, weekend_factor
from sonde.demo.calendar import DAY, HOUR, rate_factor, week_start_ns
from sonde.demo.calls import Call
from sonde.demo.figures import HourProfile, Quantiles
from sonde.demo.record import Hour
from sonde.demo.sampling import Sampler, arrivals, heavy_tail, seeded, weibull_shape
from sonde.demo.world import SERVICES, users
from tests.unit.demo.conftest import WEEK

TABLES = [value for value in vars(figures).values() if isinstance(value, Quantiles)]
PROFILES = [value for value in vars(figures).values() if isinstance(value, HourProfile)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.source)
def test_a_sampler_gives_back_the_published_quantiles(table: Quantiles) -> None:
    sampler = Sampler(table)
    rng = seeded(table.source)
    drawn = sorted(sampler.draw(rng) for _ in range(20_000))
    for probability, value in table.points:
        assert sampler.at(probability) == pytest.approx(value, rel=1e-6)
        if 0.04 < probability < 0.96:
            assert drawn[int(probability * len(drawn))] == pytest.approx(value, rel=0.12)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.source)
def test_the_rate_follows_the_published_hours(profile: HourProfile) -> None:
    assert len(profile.weights) == 24
    monday = week_start_ns(WEEK)
    rates = [rate_factor(profile, monday + hour * HOUR, office=False) for hour in range(24)]
    assert statistics.correlation(rates, profile.weights) > 0.999
    assert statistics.mean(profile.relative) == pytest.approx(1)


def test_weekends_are_quieter_where_people_work_and_the_week_keeps_its_mean() -> None:
    flat = HourProfile((1.0,) * 24, "")
    monday = week_start_ns(WEEK)
    office = [rate_factor(flat, monday + day * DAY, office=True) for day in range(14)]
    always = [rate_factor(flat, monday + day * DAY, office=False) for day in range(14)]
    assert office[5] / office[4] < 0.7 * always[5] / always[4]
    weekend = office[5] / always[5] * (1 - (1 - weekend_factor()) * 0.35)
    assert weekend == pytest.approx(weekend_factor())
    assert statistics.mean(office) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("cv", [1.09, 1.32, 3.95])
def test_arrivals_have_the_asked_rate_and_burstiness(cv: float) -> None:
    rng = seeded(f"arrivals/{cv}")
    hours = [list(arrivals(rng, 60, cv)) for _ in range(600)]
    assert statistics.mean(len(hour) for hour in hours) == pytest.approx(60, rel=0.08)
    gaps = [late - early for hour in hours for early, late in itertools.pairwise(hour)]
    # Gaps longer than what is left of an hour are not seen, which takes some of the tail away.
    assert 0.75 * cv < statistics.stdev(gaps) / statistics.mean(gaps) < 1.15 * cv
    assert all(0 <= at < 3_600 for hour in hours for at in hour)


@pytest.mark.parametrize("cv", [0.6, 1.0, 1.5, 4.0])
def test_weibull_shape_has_that_variation(cv: float) -> None:
    rng = seeded("weibull")
    drawn = [rng.weibullvariate(1, weibull_shape(cv)) for _ in range(60_000)]
    assert statistics.stdev(drawn) / statistics.mean(drawn) == pytest.approx(cv, rel=0.2)


@pytest.mark.parametrize("service", list(SERVICES))
def test_few_clients_make_most_of_the_traffic(service: str) -> None:
    rng = seeded(service)
    drawn = Counter(users(service).draw(rng).tenant for _ in range(20_000))
    top = [count / 20_000 for _, count in drawn.most_common(5)]
    low, high = figures.TOP_CLIENT_SHARE
    assert low - 0.02 < top[0] < high + 0.02
    low, high = figures.TOP_FIVE_CLIENTS_SHARE
    assert low - 0.03 < sum(top) < high + 0.25
    assert heavy_tail(20, 0.3)[0] == pytest.approx(0.3, abs=1e-3)


def quiet_calls(week: list[Hour], service: str) -> list[Call]:
    """Calls of a service on which no incident has a hold."""
    return [
        call
        for hour in week
        for origin, call in hour.calls
        if origin.service == service and not call.incidents
    ]


@pytest.mark.parametrize(
    ("service", "inputs", "outputs"),
    [
        ("support-chat", figures.CHAT_INPUT, figures.CHAT_OUTPUT),
        ("doc-search", figures.LONG_CONTEXT_INPUT, figures.LONG_CONTEXT_OUTPUT),
        ("ticket-triage", figures.LABEL_INPUT, figures.LABEL_OUTPUT),
        ("shop-assistant", figures.ASSISTANT_INPUT, figures.ASSISTANT_OUTPUT),
        ("coding-agent", figures.AGENT_INPUT, figures.AGENT_OUTPUT),
    ],
)
def test_token_counts_are_those_of_the_workload(
    week: list[Hour], service: str, inputs: Quantiles, outputs: Quantiles
) -> None:
    calls = [
        call for call in quiet_calls(week, service) if call.failure is None and call.want.operation == "chat"
    ]
    assert len(calls) > 200
    published = dict(inputs.points)
    # Prompt versions make inputs longer or shorter by up to half.
    assert (
        published[0.5] * 0.55 < statistics.median(call.input_tokens for call in calls) < published[0.5] * 1.9
    )
    visible = statistics.median(call.output_tokens - call.reasoning_tokens for call in calls)
    assert visible == pytest.approx(dict(outputs.points)[0.5], rel=0.25)


def test_error_shares_on_a_quiet_day_are_the_stated_ones(week: list[Hour]) -> None:
    for service, share in ({**ERROR_SHARE, "coding-agent": figures.AGENT_ERROR_SHARE}).items():
        calls = [call for call in quiet_calls(week, service) if call.want.operation == "chat"]
        failed = sum(call.failure is not None for call in calls)
        expected = share * len(calls)
        assert abs(failed - expected) < 4 * expected**0.5 + 2, service


def test_streams_start_as_quickly_as_was_measured(week: list[Hour]) -> None:
    first = [
        call.ttft_s for call in quiet_calls(week, "shop-assistant") if call.ttft_s and call.attempts == 1
    ]
    factor = 0.55  # gpt-4.1-mini against the model that was measured
    assert statistics.median(first) == pytest.approx(1.14 * factor, rel=0.1)
