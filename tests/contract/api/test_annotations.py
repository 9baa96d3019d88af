"""What is marked on charts: posted marks, and releases seen in the telemetry."""

from collections.abc import Iterator
from typing import Any

import pytest

from sonde.store.engine import WriteBatch
from tests.contract.api.world import NOW_NS, SECOND_NS, World, call_row, facts, make_world, span_row

HOUR_NS = 3600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
WINDOW = {"from": "2026-11-20T12:00:00Z", "to": "2026-11-21T00:00:00Z", "project": "alpha"}
HOSTILE = '<img src=x onerror="alert(1)">'

SEEN = (
    # service, environment, release, hours before now
    ("chat", "production", "v6", 30),
    ("chat", "production", "v7", 6),
    ("chat", "production", "v6", 5),  # both run for a while: not a deploy of v6
    ("chat", "production", "v7", 4),
    ("chat", "staging", "v7", 20),  # the first of staging
    ("worker", "production", "1.0", 3),  # the first ever of this service
    ("worker", "production", HOSTILE, 2),
)


def call(number: int, service: str, environment: str, release: str, hours: float, **changes: Any) -> Any:
    start = NOW_NS - int(hours * HOUR_NS)
    return facts(
        1_000 + number,
        "alpha",
        service=service,
        environment=environment,
        release=release,
        start_ns=start,
        end_ns=start + SECOND_NS,
        **changes,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("annotations"), count=9)
    calls = [call(number, *seen) for number, seen in enumerate(SEEN)]
    # A service without model calls has releases too, and an unknown release is none.
    plain = [
        call(20, "gateway", "production", "a", 10, operation="http"),
        call(21, "gateway", "production", "b", 1, operation="http"),
        call(22, "gateway", "production", "", 0.5, operation="http"),
    ]
    made.engine.write(
        WriteBatch(
            spans=[span_row(fact, "alpha") for fact in [*calls, *plain]],
            calls=[call_row(fact, "alpha") for fact in calls],
        )
    )
    yield made
    made.close()


def listed(world: World, **params: Any) -> list[dict[str, Any]]:
    answer = world.local.get("/api/v1/annotations", params={**WINDOW, **params})
    assert answer.status_code == 200, answer.text
    assert not answer.json()["truncated"]
    return answer.json()["items"]


def releases(world: World, **params: Any) -> list[tuple[str, str, str]]:
    return [
        (item["service"], item["previous_release"], item["release"])
        for item in listed(world, **params)
        if item["source"] == "release"
    ]


def test_a_version_not_seen_before_is_a_deploy_and_the_first_ever_is_not(world: World) -> None:
    assert releases(world) == [("chat", "v6", "v7"), ("worker", "1.0", HOSTILE), ("gateway", "a", "b")]
    deploy = listed(world, service="chat")[0]
    assert deploy["time"] == "2026-11-20T18:00:00.000000000Z"
    assert (deploy["kind"], deploy["environment"], deploy["end_time"]) == ("deploy", "production", None)


def test_a_deploy_is_marked_only_in_the_range_it_happened_in(world: World) -> None:
    assert releases(world, **{"from": "2026-11-20T20:00:00Z"}) == [
        ("worker", "1.0", HOSTILE),
        ("gateway", "a", "b"),
    ]
    assert releases(world, service="chat", **{"from": "2026-11-19T00:00:00Z"}) == [("chat", "v6", "v7")]
    assert releases(world, project="beta") == []


def test_a_version_that_comes_back_after_more_than_a_week_is_marked_again(world: World) -> None:
    world.engine.write(
        WriteBatch(
            calls=[
                call_row(call(40 + number, "old", "production", release, days * 24), "alpha")
                for number, (release, days) in enumerate((("a", 60), ("b", 50), ("a", 49)))
            ]
        )
    )
    wide = {"from": "2026-09-01T00:00:00Z", "service": "old"}
    assert releases(world, **wide) == [("old", "a", "b")]
    narrow = {**wide, "from": "2026-10-02T12:00:00Z", "to": "2026-10-04T00:00:00Z"}
    assert releases(world, **narrow) == [("old", "b", "a")]


def test_what_is_posted_is_listed_where_it_touches_the_range_and_can_be_deleted(world: World) -> None:
    sent = {
        "project": "alpha",
        "title": HOSTILE,
        "kind": "incident",
        "time": "2026-11-20T11:00:00Z",
        "end_time": "2026-11-20T13:00:00Z",
        "text": "queue full",
        "tags": ["disk", "disk", "eu"],
        "service": "chat",
    }
    made = world.local.post("/api/v1/annotations", json=sent)
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["title"], body["tags"], body["source"]) == (HOSTILE, ["disk", "eu"], "posted")
    assert body in listed(world)
    assert body in listed(world, service="chat", kind="incident")
    assert body not in listed(world, service="worker")
    assert body not in listed(world, kind="deploy")
    assert body not in listed(world, **{"from": "2026-11-20T13:00:00Z"})
    where = f"/api/v1/annotations/{body['annotation_id']}"
    assert world.remote.delete(where, headers=world.key(["admin"], "beta")).status_code == 404
    assert world.local.delete(where).status_code == 204
    assert world.local.delete(where).status_code == 404
    assert body not in listed(world)


def test_a_deploy_script_needs_no_more_than_the_key_it_sends_with(world: World) -> None:
    headers = world.key(["ingest"], "alpha")
    answer = world.remote.post(
        "/api/v1/annotations", json={"title": "deploy v8", "kind": "deploy"}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["project"], body["author"], body["time"]) == (
        "alpha",
        "test",
        "2026-11-21T00:00:00.000000000Z",
    )
    foreign = world.remote.post(
        "/api/v1/annotations", json={"title": "x", "project": "beta"}, headers=headers
    )
    assert foreign.status_code == 404
    assert world.local.delete(f"/api/v1/annotations/{body['annotation_id']}").status_code == 204


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"end_time": "2026-11-20T10:00:00Z"}, 400, "end_time"),
        ({"time": "yesterday"}, 400, "yesterday"),
        ({"title": "  "}, 400, "title"),
        ({"title": "x" * 201}, 422, "title"),
        ({"kind": "party"}, 422, "kind"),
        ({"titel": "x"}, 422, "titel"),
        ({"project": "nowhere"}, 404, "nowhere"),
    ],
)
def test_what_is_wrong_with_an_annotation_is_named(
    world: World, change: dict[str, Any], status: int, named: str
) -> None:
    sent = {"project": "alpha", "title": "x", "time": "2026-11-20T11:00:00Z", **change}
    answer = world.local.post("/api/v1/annotations", json=sent)
    assert answer.status_code == status
    assert named in answer.json()["detail"]


def test_a_mark_of_a_release_cannot_be_deleted(world: World) -> None:
    mark = next(item for item in listed(world) if item["source"] == "release")
    answer = world.local.delete(f"/api/v1/annotations/{mark['annotation_id']}")
    assert answer.status_code == 404
    assert "telemetry" in answer.json()["hint"]
