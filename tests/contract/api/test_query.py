"""POST /query and GET /measures over real rows and real HTTP."""

from decimal import Decimal
from typing import Any

import pytest

from sonde.measures.catalogue import MEASURES
from sonde.measures.dimensions import DIMENSIONS
from tests.contract.api.world import World

RANGE = {"project": "alpha", "from": "-7d", "to": "now"}


def ask(world: World, **body: object) -> dict[str, Any]:
    answer = world.local.post("/api/v1/query", json={**RANGE, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_catalogue_is_told(world: World) -> None:
    found = world.local.get("/api/v1/measures").json()
    assert [measure["name"] for measure in found["measures"]] == [measure.name for measure in MEASURES]
    assert [one["name"] for one in found["dimensions"]] == [dimension.name for dimension in DIMENSIONS]


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_rollups_and_rows_agree(world: World, built: bool, measure: Any) -> None:
    if built:
        world.rollups.rebuild()
    body = {"measures": [measure.name], "from": "-7d", "to": "-1m"}
    whole = ask(world, **body)
    rows = ask(world, **body, filter="status:ok OR status:error")  # nothing roll-ups know
    assert rows["source"] == "rows"
    wanted, got = rows["totals"][measure.name], whole["totals"][measure.name]
    assert (wanted is None) == (got is None)
    if measure.name == "throughput_rps":
        assert got == pytest.approx(wanted, rel=1e-3)  # the range is rounded to the minute
    elif wanted is not None:
        assert float(got) == pytest.approx(float(wanted), rel=0.02)  # t-digests of parts, merged


def test_groups_and_other_add_up(world: World) -> None:
    found = ask(
        world, measures=["calls", "cost_usd"], dimensions=["provider", "model"], limit=1, interval="auto"
    )
    assert len(found["groups"]) == 2
    assert found["groups"][-1]["other"]
    assert sum(group["totals"]["calls"] for group in found["groups"]) == found["totals"]["calls"]
    paid = sum(Decimal(group["totals"]["cost_usd"] or 0) for group in found["groups"])
    assert paid == Decimal(found["totals"]["cost_usd"])
    for group in found["groups"]:
        assert sum(value or 0 for value in group["series"]["calls"]) == group["totals"]["calls"]
        assert len(group["series"]["calls"]) == len(found["times"])
    assert sum(value or 0 for value in found["series"]["calls"]) == found["totals"]["calls"]


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda dimension: dimension.name)
def test_every_dimension_can_be_grouped_by(world: World, dimension: Any) -> None:
    found = ask(world, measures=["calls"], dimensions=[dimension.name], limit=1_000, compare=True)
    calls = sum(group["totals"]["calls"] for group in found["groups"])
    assert calls >= found["totals"]["calls"] if dimension.many else calls == found["totals"]["calls"]
    assert all(set(group["values"]) == {dimension.name} for group in found["groups"])


def test_attributes_of_span_and_sender_can_be_grouped_by(world: World) -> None:
    for name, values in (
        ("resource.service.name", {"service-plain"}),
        ("attributes.no.such.key", {None}),
        ("resource.no.such.key", {None}),
    ):
        found = ask(world, measures=["calls"], dimensions=[name], interval="day")
        assert {group["values"][name] for group in found["groups"]} & values, (name, found["groups"])
        assert sum(group["totals"]["calls"] for group in found["groups"]) == found["totals"]["calls"]


def test_the_range_before_is_the_one_before(world: World) -> None:
    whole = ask(world, measures=["calls"], **{"from": "-2d", "to": "now"})
    half = ask(world, measures=["calls"], compare=True, **{"from": "-1d", "to": "now"})
    # Both ends are rounded outwards to the minute, so the two may share one.
    assert half["totals"]["calls"] + half["previous"]["calls"] >= whole["totals"]["calls"]
    by_model = ask(world, measures=["calls"], compare=True, dimensions=["model"], **{"from": "-1d"})
    assert by_model["previous"] == half["previous"]
    assert sum(group["previous"]["calls"] for group in by_model["groups"]) == half["previous"]["calls"]


def test_days_follow_the_time_zone(world: World) -> None:
    for zone in ("UTC", "Europe/Vienna", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"):
        found = ask(world, measures=["calls"], interval="day", time_zone=zone)
        assert sum(value or 0 for value in found["series"]["calls"]) == found["totals"]["calls"]
        rows = ask(
            world, measures=["calls"], interval="day", time_zone=zone, filter="status:ok OR status:error"
        )
        assert sum(found["series"]["calls"]) == pytest.approx(sum(rows["series"]["calls"]), abs=2)
        hours = ask(world, measures=["calls"], dimensions=["weekday", "hour"], limit=168, time_zone=zone)
        assert sum(group["totals"]["calls"] for group in hours["groups"]) == found["totals"]["calls"]


def test_a_filter_narrows_and_stays_in_the_rollup_when_it_can(world: World) -> None:
    every = ask(world, measures=["calls"], dimensions=["model"])
    one = every["groups"][0]
    narrowed = ask(world, measures=["calls"], filter=f'model:"{one["values"]["model"]}"')
    assert narrowed["source"] == "rollup"
    assert narrowed["totals"]["calls"] == one["totals"]["calls"]


def test_it_is_exported(world: World) -> None:
    body = {**RANGE, "measures": ["calls", "cost_usd"], "dimensions": ["model"], "interval": "day"}
    answer = world.local.post("/api/v1/query?format=csv", json=body)
    lines = answer.text.splitlines()
    assert lines[0] == "model,time,calls,cost_usd"
    found = ask(world, **{name: body[name] for name in ("measures", "dimensions", "interval")})
    assert len(lines) == 1 + len(found["groups"]) * len(found["times"])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"measures": ["call"]}, "Did you mean calls"),
        ({"measures": ["calls"], "dimensions": ["modell"]}, "Did you mean model"),
        ({"measures": ["calls"], "time_zone": "Vienna"}, "Europe/Vienna"),
        ({"measures": ["calls"], "time_zone": "../../etc/passwd"}, "Europe/Vienna"),
        ({"measures": ["calls"], "interval": "1"}, "longer interval"),
        ({"measures": ["calls"], "interval": "fortnight"}, "Use auto"),
        ({"measures": ["calls"], "dimensions": ["attributes.`"]}, "dimension"),
        ({"measures": ["calls"], "from": "now", "to": "-1d"}, "before"),
        ({"measures": ["calls"], "filter": "modell:x"}, "model"),
        (
            {"measures": ["calls", "errors"], "dimensions": ["model"], "limit": 999, "interval": 3600},
            "values",
        ),
    ],
)  # fmt: skip
def test_bad_questions_are_told_what_to_do(world: World, body: dict[str, object], text: str) -> None:
    answer = world.local.post("/api/v1/query", json={**RANGE, **body})
    assert answer.status_code == 400, answer.text
    assert text in answer.text


def test_strangers_and_other_projects_stay_out(world: World) -> None:
    body = {**RANGE, "measures": ["calls"]}
    assert world.remote.post("/api/v1/query", json=body).status_code == 401
    other = world.remote.post("/api/v1/query", json=body, headers=world.key(["read"], "beta"))
    assert other.status_code in (403, 404)
    own = world.remote.post(
        "/api/v1/query", json={**body, "project": "beta"}, headers=world.key(["read"], "beta")
    )
    assert own.status_code == 200
    words = {**body, "project": "beta", "filter": "refund"}
    assert (
        world.remote.post("/api/v1/query", json=words, headers=world.key(["read"], "beta")).status_code == 403
    )


COUNTED = [number for number in range(90) if number % 9 != 8]
DAY = {"from": "2026-11-20T22:00:00Z", "to": "2026-11-21T00:30:00Z"}


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("filter_", ["", "user:user-plain-*"], ids=["rollup", "rows"])
def test_sums_are_exact(world: World, built: bool, filter_: str) -> None:
    if built:
        world.rollups.rebuild()
    names = [
        *("calls", "errors", "error_rate", "usage_missing_rate", "input_tokens", "cached_input_tokens"),
        *("uncached_input_tokens", "cache_write_tokens", "output_tokens", "unpriced_calls", "cost_usd"),
        *("users", "sessions", "latency_p50_ms", "latency_p99_ms"),
    ]
    found = ask(world, measures=names, filter=filter_, interval=300, compare=True, **DAY)
    assert found["source"] == ("rows" if filter_ else "rollup")
    totals = found["totals"]
    known = [number for number in COUNTED if number % 8 != 7]
    priced = [number for number in COUNTED if number % 5 != 4]
    assert totals["calls"] == sum(found["series"]["calls"]) == 80
    assert totals["errors"] == sum(1 for number in COUNTED if number % 10 == 9)
    assert totals["error_rate"] == pytest.approx(totals["errors"] / 80)
    assert totals["usage_missing_rate"] == pytest.approx(1 - len(known) / 80)
    assert totals["input_tokens"] == sum(100 + number for number in known)
    assert totals["cached_input_tokens"] == 40 * len(known)
    parts = totals["uncached_input_tokens"] + totals["cached_input_tokens"] + totals["cache_write_tokens"]
    assert parts == totals["input_tokens"]
    assert totals["output_tokens"] == 10 * len(known)
    assert totals["unpriced_calls"] == 80 - len(priced)
    assert Decimal(totals["cost_usd"]) == sum(Decimal(n) / 1000 + Decimal("0.001") for n in priced)
    assert (totals["users"], totals["sessions"]) == (4, 1)
    assert 400 <= totals["latency_p50_ms"] <= 700
    assert totals["latency_p99_ms"] <= 1_000
    # Nothing before: counts are 0, everything else is unknown.
    assert found["previous"]["calls"] == 0
    assert found["previous"]["cost_usd"] is None
    assert found["previous"]["error_rate"] is None


def test_the_parts_of_a_range_are_compared(world: World) -> None:
    quarter = {"from": "2026-11-20T23:15:00Z", "to": "2026-11-20T23:30:00Z"}
    found = ask(world, measures=["calls"], compare=True, **quarter)
    first = sum(1 for number in COUNTED if number * 20 < 900)
    second = sum(1 for number in COUNTED if 900 <= number * 20 < 1800)
    assert (found["previous"]["calls"], found["totals"]["calls"]) == (first, second)


@pytest.mark.parametrize("interval", [60, 300, 3_600, 86_400, "auto", "day", "week", "month"])
def test_steps_cover_the_range_without_holes(world: World, interval: int | str) -> None:
    found = ask(world, measures=["calls", "throughput_rps"], interval=interval, **DAY)
    assert found["times"] == sorted(set(found["times"]))
    assert sum(found["series"]["calls"]) == 80
    rate = [value for value in found["series"]["throughput_rps"] if value]
    assert all(0 < value < 1 for value in rate)
