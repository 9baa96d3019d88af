"""Sessions and users: lists in every order, a session's turns, previews for those who may see them."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from sonde.model.rows import Message
from sonde.store.engine import WriteBatch
from tests.contract.api.world import (
    CANARY,
    NOW_NS,
    SECOND_NS,
    World,
    call_row,
    digest,
    facts,
    span_of,
    span_row,
    trace_of,
)

ALL = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z", "project": "gamma"}
CALLS = 120
SESSIONS = 9
ODD = "a/b ?#%2F <script>alert(1)</script>\u202e 雪"
LONG = "snow " * 5000


def name_of(number: int) -> str | None:
    """Session of a call by its trace: a third of the traces has none."""
    trace = number // 3
    return None if trace % 3 == 2 else f"s{trace % SESSIONS}"


def cost_of(number: int) -> Decimal | None:
    return None if number % 5 == 4 else Decimal(number) / 1000 + Decimal("0.001")


@pytest.fixture(scope="module", autouse=True)
def gamma(world: World) -> None:
    """Calls of a project of its own, three to a trace; one session of an odd name."""
    world.catalog.create_project("gamma")
    made = [
        facts(number, "gamma", session_id=name_of(number), user_id=f"u{number % 7}" if number % 4 else None)
        for number in range(CALLS)
    ]
    odd = facts(
        900, "gamma", session_id=ODD, user_id=ODD, start_ns=NOW_NS - SECOND_NS, end_ns=NOW_NS - SECOND_NS // 2
    )
    odd_span = span_row(odd, "gamma")
    odd_span.messages[:] = [
        Message("system", "system", "be brief"),
        Message("input", "user", "first question"),
        Message("input", "assistant", "first answer"),
        Message("input", "user", LONG),
        Message("output", "assistant", "the last word"),
    ]
    world.engine.write(
        WriteBatch(
            spans=[*(span_row(fact, "gamma") for fact in made), odd_span],
            calls=[call_row(fact, "gamma") for fact in [*made, odd]],
        )
    )
    # A call that repeats another is shown nowhere here; a newer version of a call takes its place.
    repeat = facts(901, "gamma", session_id="s0", user_id="u1")
    world.engine.write(
        WriteBatch(
            calls=[
                call_row(repeat, "gamma", counted=False, duplicate_of=span_of(0), duplicate_reason="same"),
                call_row(made[0], "gamma", content_hash=digest("newer"), version=2),
            ]
        )
    )


def get(world: World, path: str, **params: Any) -> Any:
    answer = world.local.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def everything(world: World, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = get(world, path, **params)
        items += page["items"]
        params["cursor"] = page["next_cursor"]
        if params["cursor"] is None:
            return items


KEYS: dict[str, Any] = {
    "time": lambda item: item["end_time"],
    "cost": lambda item: Decimal(item["cost_usd"] or -1),
    "calls": lambda item: item["calls"],
    "errors": lambda item: item["errors"],
    "tokens": lambda item: item["total_tokens"] or 0,
    "traces": lambda item: item["traces"],
}


@pytest.mark.parametrize("path", ["/sessions", "/users"])
@pytest.mark.parametrize("order", list(KEYS))
@pytest.mark.parametrize("limit", [1, 4, 100])
def test_pages_hold_everything_once_in_order(world: World, path: str, order: str, limit: int) -> None:
    items = everything(world, path, order=order, limit=limit, **ALL)
    names: list[str] = [item["session_id" if path == "/sessions" else "user_id"] for item in items]
    wanted = (
        {name for number in range(CALLS) if (name := name_of(number))}
        if path == "/sessions"
        else {f"u{number % 7}" for number in range(CALLS) if number % 4}
    )
    assert sorted(names) == sorted({*wanted, ODD})
    if not (path == "/sessions" and order == "time"):
        values = [KEYS[order](item) for item in items]
        assert values == sorted(values, reverse=True)


def test_the_sums_of_a_session_are_those_of_its_calls(world: World) -> None:
    by_name: dict[str, list[int]] = defaultdict(list)
    for number in range(CALLS):
        if name := name_of(number):
            by_name[name].append(number)
    for item in everything(world, "/sessions", **ALL):
        if item["session_id"] == ODD:
            continue
        numbers = by_name[item["session_id"]]
        assert item["calls"] == len(numbers)
        assert item["traces"] == len({number // 3 for number in numbers})
        assert item["errors"] == sum(number % 10 == 9 for number in numbers)
        known = [cost for number in numbers if (cost := cost_of(number)) is not None]
        assert Decimal(item["cost_usd"]) == sum(known)
        assert item["unpriced_calls"] == len(numbers) - len(known)
        assert item["input_tokens"] == sum(100 + number for number in numbers if number % 8 != 7)
        assert item["services"] == ["service-plain"]
        assert set(item["models"]) <= {"gpt-4o", "claude-sonnet-4-5"}


def test_a_session_counts_when_any_of_its_calls_is_in_the_range(world: World) -> None:
    start_ns = NOW_NS - 3600 * SECOND_NS
    cut = {**ALL, "from": "2026-11-20T23:00:00Z", "to": "2026-11-20T23:00:30Z"}
    assert start_ns % SECOND_NS == 0
    items = everything(world, "/sessions", **cut)
    assert [(item["session_id"], item["calls"]) for item in items] == [("s0", 2)]
    # Its page shows all of it.
    assert get(world, "/sessions/s0", project="gamma")["calls"] > 2


def test_filters_hold_for_the_calls(world: World) -> None:
    users = everything(world, "/users", status="error", **ALL)
    assert sum(item["calls"] for item in users) == sum(
        item["errors"] for item in everything(world, "/users", **ALL)
    )
    sessions = everything(world, "/sessions", user="u1", **ALL)
    wanted = {name_of(n) for n in range(CALLS) if n % 4 and n % 7 == 1} - {None}
    assert {item["session_id"] for item in sessions} == wanted


def test_turns_are_in_order_and_add_up(world: World) -> None:
    whole = get(world, "/sessions/s4", project="gamma", limit=100)
    paged = everything(world, "/sessions/s4", project="gamma", limit=1)
    assert whole["items"] == paged
    assert [turn["trace_id"] for turn in paged] == [
        trace_of(trace) for trace in range(CALLS // 3) if trace % 3 != 2 and trace % SESSIONS == 4
    ]
    assert whole["turns"] == len(paged)
    assert sum(turn["calls"] for turn in paged) == whole["calls"]
    assert sum(Decimal(turn["cost_usd"]) for turn in paged) == Decimal(whole["cost_usd"])
    assert all(turn["root_seen"] and turn["spans"] == 3 for turn in paged)
    for turn in paged:
        assert [call["span_id"] for call in turn["items"]] == sorted(c["span_id"] for c in turn["items"])
        assert all(call["asked"]["text"].startswith("hello") for call in turn["items"])
        assert all(call["answered"]["text"].startswith("<img") for call in turn["items"])


def test_any_text_may_be_the_name_of_a_session(world: World) -> None:
    answer = world.local.get("/api/v1/turns", params={"project": "gamma", "session": ODD})
    assert answer.status_code == 200, answer.text
    (turn,) = answer.json()["items"]
    (call,) = turn["items"]
    assert call["asked"]["bytes"] == len(LONG)
    assert call["asked"]["truncated"]
    assert LONG.startswith(call["asked"]["text"])
    assert call["answered"] == {"text": "the last word", "bytes": 13, "truncated": False}


def test_previews_need_the_scope_content(world: World) -> None:
    params = {"project": "gamma"}
    without = world.remote.get("/api/v1/sessions/s0", params=params, headers=world.key(["read"])).json()
    assert without["content"] is False
    assert "hello" not in str(without)
    assert all(call["asked"] is None for turn in without["items"] for call in turn["items"])
    content = world.key(["read", "content"])
    assert "hello" in world.remote.get("/api/v1/sessions/s0", params=params, headers=content).text


def test_a_foreign_project_is_not_seen(world: World) -> None:
    key = world.key(["read", "content"], project="alpha")
    for path in (f"/sessions/session-{CANARY}", "/sessions/s0", "/sessions/nobody"):
        assert world.remote.get(f"/api/v1{path}", headers=key).status_code == 404
    for path in ("/sessions", "/users"):
        answer = world.remote.get(f"/api/v1{path}", params={"from": "-2d"}, headers=key)
        assert answer.status_code == 200
        assert answer.json()["items"]
        assert CANARY not in answer.text
    assert world.remote.get("/api/v1/users", headers=world.key(["ingest"])).status_code == 403


def test_a_session_is_found_without_naming_the_project(world: World) -> None:
    assert get(world, "/sessions/s0")["project"] == "gamma"
    assert get(world, "/turns", session="s0") == get(world, "/sessions/s0")
    assert world.local.get("/api/v1/sessions/nobody").status_code == 404


@pytest.mark.parametrize("path", ["/sessions", "/users"])
def test_wrong_questions_are_refused(world: World, path: str) -> None:
    cursor = get(world, path, limit=1, **ALL)["next_cursor"]
    for params, status in (
        ({**ALL, "order": "name"}, 422),
        ({**ALL, "sort": "cost"}, 422),
        ({**ALL, "limit": 0}, 422),
        ({**ALL, "order": "calls", "cursor": cursor}, 400),
        ({"cursor": "x"}, 400),
    ):
        assert world.local.get(f"/api/v1{path}", params=params).status_code == status, params


def test_a_cursor_of_one_session_is_not_another_s(world: World) -> None:
    cursor = get(world, "/sessions/s0", project="gamma", limit=1)["next_cursor"]
    answer = world.local.get("/api/v1/sessions/s1", params={"project": "gamma", "cursor": cursor})
    assert answer.status_code == 400
