"""Saved views: what was saved comes back, names are unique, a foreign project's views are not there."""

from typing import Any

import pytest

from tests.contract.api.world import World

STATE: dict[str, Any] = {
    "filter": 'status:error user:"<b>"',
    "columns": [{"id": "time", "width": None}, {"id": "model", "width": 300}],
    "order": "cost",
    "range": "7d",
    "charts": ["calls", "cost_usd"],
}


@pytest.fixture(autouse=True)
def projects(world: World) -> None:
    for name in ("alpha", "beta"):
        world.catalog.ensure_project(name)


def save(world: World, name: str, **changes: Any) -> dict[str, Any]:
    body = {"project": "alpha", "page": "calls", "name": name, "state": STATE, **changes}
    answer = world.local.post("/api/v1/views", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_view_is_saved_changed_and_deleted(world: World) -> None:
    made = save(world, "  Errors  ")
    assert made["name"] == "Errors"
    assert made["state"] == STATE
    path = f"/api/v1/views/{made['view_id']}"
    listed = world.local.get("/api/v1/views", params={"project": "alpha", "page": "calls"}).json()
    assert listed["items"] == [made]
    renamed = world.local.patch(path, json={"name": "Failures"}).json()
    assert (renamed["name"], renamed["state"]) == ("Failures", STATE)
    state = {**STATE, "filter": "cost>1", "columns": None}
    assert world.local.patch(path, json={"state": state}).json()["state"] == state
    assert world.local.delete(path).status_code == 204
    assert world.local.delete(path).status_code == 404
    assert world.local.get("/api/v1/views", params={"project": "alpha"}).json()["items"] == []


def test_a_name_is_taken_once_per_page(world: World) -> None:
    made = save(world, "mine")
    body = {"project": "alpha", "page": "calls", "name": "mine", "state": STATE}
    assert world.local.post("/api/v1/views", json=body).status_code == 409
    other = save(world, "mine", page="traces")
    for view in (made, other):
        world.local.delete(f"/api/v1/views/{view['view_id']}")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "   "},
        {"page": "settings"},
        {"state": {**STATE, "surprise": 1}},
        {"state": {**STATE, "columns": [{"id": "time", "width": 5}]}},
        {"state": {**STATE, "filter": "x" * 4001}},
    ],
)
def test_what_does_not_fit_is_refused(world: World, changes: dict[str, Any]) -> None:
    body = {"project": "alpha", "page": "calls", "name": "wrong", "state": STATE, **changes}
    assert world.local.post("/api/v1/views", json=body).status_code == 422


def test_views_of_another_project_are_not_there(world: World) -> None:
    made = save(world, "of beta", project="beta")
    path = f"/api/v1/views/{made['view_id']}"
    key = world.key(["read"], "alpha")
    assert world.remote.get("/api/v1/views", headers=key).json()["items"] == []
    assert world.remote.get("/api/v1/views", params={"project": "beta"}, headers=key).status_code == 404
    assert world.remote.patch(path, json={"name": "x"}, headers=key).status_code == 404
    assert world.remote.delete(path, headers=key).status_code == 404
    body = {"project": "beta", "page": "calls", "name": "mine", "state": STATE}
    assert world.remote.post("/api/v1/views", json=body, headers=key).status_code == 404
    assert world.local.delete(path).status_code == 204


def test_without_a_project_it_says_what_to_give(world: World) -> None:
    answer = world.local.get("/api/v1/views")
    assert answer.status_code == 400
    assert "project" in answer.json()["hint"]
