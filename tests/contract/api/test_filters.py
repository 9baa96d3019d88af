"""The filter language over HTTP: lists, paging, facets, completions, checks, errors."""

from typing import Any

import pytest

from sonde.filters import TABLES, TARGETS
from tests.contract.api.world import World, span_of, trace_of

ALL: dict[str, Any] = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z", "project": "alpha"}


def get(world: World, path: str, status: int = 200, **params: Any) -> Any:
    answer = world.local.get(f"/api/v1{path}", params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def everything(world: World, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = get(world, path, **params)
        items += page["items"]
        params["cursor"] = page["next_cursor"]
        if params["cursor"] is None:
            return items


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("model:gpt-4o", lambda call: call["request_model"] == "gpt-4o"),
        ("model:claude-* status:error", lambda call: call["status"] == "error"),
        ("cost>=0.05", lambda call: call["cost_usd"] is not None and float(call["cost_usd"]) >= 0.05),
        ("-cost>=0.05", lambda call: call["cost_usd"] is None or float(call["cost_usd"]) < 0.05),
        ("-has:cost", lambda call: call["cost_usd"] is None),
        ("tag:blue OR user:*-0", lambda call: call["tags"] or call["user_id"].endswith("-0")),
        ("duration>900ms", lambda call: call["duration_ms"] > 900),
        ("attributes.region:eu", lambda call: True),
        ("resource.service.name:service-plain", lambda call: True),
        ("trace.calls<3", lambda call: int(call["trace_id"], 16) % 3 == 0),
        ("number7", lambda call: call["span_id"] == span_of(6)),
        (
            "trace.spans:3 -has:error env:production provider:openai",
            lambda call: call["status"] == "ok" and call["provider"] == "openai",
        ),
    ],
)
def test_a_filtered_list_is_the_list_filtered(world: World, text: str, holds: Any) -> None:
    every = everything(world, "/calls", limit=1000, **ALL)
    for order in ("time", "cost"):
        found = everything(world, "/calls", limit=7, filter=text, order=order, **ALL)
        assert len(found) == len({item["span_id"] for item in found})
        assert {item["span_id"] for item in found} == {item["span_id"] for item in every if holds(item)}
    assert everything(world, "/calls", limit=1000, filter="  ", **ALL) == every


def test_spans_are_listed_paged_and_exported(world: World) -> None:
    spans = everything(world, "/spans", limit=11, **ALL)
    assert [item["span_id"] for item in spans] == [span_of(number) for number in reversed(range(90))]
    calls = {item["span_id"]: item for item in everything(world, "/calls", limit=1000, **ALL)}
    for span in spans:
        if span["call"]["counted"]:
            assert span["call"]["cost_usd"] == calls[span["span_id"]]["cost_usd"]
    longest = everything(world, "/spans", limit=11, order="duration", **ALL)
    durations = [item["duration_ms"] for item in longest]
    assert durations == sorted(durations, reverse=True)
    assert len({item["span_id"] for item in longest}) == 90
    roots = everything(world, "/spans", limit=7, filter="-has:parent cost>0", **ALL)
    assert {item["parent_span_id"] for item in roots} == {None}
    answer = world.local.get("/api/v1/spans", params={"filter": "has:error", "format": "csv", **ALL})
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 1 + sum(item["status"] == "error" for item in spans)


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_traces_by_their_sums_and_their_parts(world: World, limit: int) -> None:
    every = everything(world, "/traces", limit=100, **ALL)

    def found(text: str) -> list[dict[str, Any]]:
        return everything(world, "/traces", limit=limit, filter=text, **ALL)

    assert found("calls<3") == found("trace.calls<3") == [item for item in every if item["calls"] < 3]
    assert found("errors>0 cost>0.05") == [
        item for item in every if item["errors"] and item["cost_usd"] and float(item["cost_usd"]) > 0.05
    ]
    assert found("number7") == [item for item in every if item["trace_id"] == trace_of(2)]
    # Users go round in fours, traces have three calls.
    assert found("-user:user-plain-1") == [
        item for item in every if (int(item["trace_id"], 16) - 1) * 3 % 4 == 2
    ]
    assert found("spans:3") == every


def test_logs_are_filtered(world: World) -> None:
    assert len(everything(world, "/logs", filter="severity>=warn body trace.spans:3", **ALL)) == 1
    assert everything(world, "/logs", filter="severity<error", **ALL) == []
    assert get(world, "/logs/summary", filter="severity:fatal", **ALL)["logs"] == 0
    facets = get(world, "/logs/facets", **ALL)
    assert facets["total"] == 1
    assert {facet["dimension"]: facet["values"] for facet in facets["facets"]}["severity"] == [
        {"value": "error", "count": 1}
    ]


def test_facets_leave_their_own_condition_out(world: World) -> None:
    answer = get(world, "/calls/facets", filter="model:gpt-4o status:ok", **ALL)
    by_name = {facet["dimension"]: facet for facet in answer["facets"]}
    assert answer["calls"] == len(everything(world, "/calls", filter="model:gpt-4o status:ok", **ALL))
    models = {value["value"]: value["calls"] for value in by_name["model"]["values"]}
    for model, count in models.items():
        assert count == len(everything(world, "/calls", filter=f"model:{model} status:ok", **ALL))
    assert set(models) == {"gpt-4o", "claude-sonnet-4-5"}
    providers = {value["value"]: value["calls"] for value in by_name["provider"]["values"]}
    assert providers == {"openai": answer["calls"]}


@pytest.mark.parametrize("target", ["spans", "traces"])
def test_facets_count_what_a_click_finds(world: World, target: str) -> None:
    answer = get(
        world, f"/{target}/facets", filter="-endpoint:x", dimension=["user", "model", "service"], **ALL
    )
    assert [facet["dimension"] for facet in answer["facets"]] == ["user", "model", "service"]
    for facet in answer["facets"]:
        assert facet["values"]
        for value in facet["values"]:
            text = f"-endpoint:x {facet['dimension']}:{value['value']}"
            assert len(everything(world, f"/{target}", filter=text, **ALL)) == value["count"]
    attribute = get(world, f"/{target}/facets", dimension=["attributes.app.note"], **ALL)
    assert attribute["facets"][0]["values"][0]["value"] == "plain"


def test_a_wrong_filter_says_where(world: World) -> None:
    for path in ("/calls", "/traces", "/spans", "/logs", "/calls/facets", "/spans/facets"):
        found = get(world, path, 400, filter="cost>1 modle:a", **ALL)
        assert found["code"] == "bad-filter"
        if path != "/logs":
            assert (found["position"], found["length"]) == (7, 5)
            assert found["suggestions"][0] == "model"
    found = get(world, "/calls", 400, filter="cost:abc", **ALL)
    assert (found["position"], found["length"]) == (5, 3)
    assert "US dollars" in found["detail"]
    assert get(world, "/calls", 422, filter="x" * 4001, **ALL)["code"] == "invalid-request"
    assert get(world, "/spans/facets", 400, dimension="nonsense", **ALL)["code"] == "bad-filter"
    assert get(world, "/spans/facets", 400, dimension="duration_ms", **ALL)["code"] == "bad-input"


def test_content_needs_its_scope(world: World) -> None:
    headers = world.key(["read"], project="alpha")
    for path in ("/calls", "/traces", "/spans", "/logs", "/calls/facets", "/traces/facets", "/logs/facets"):
        plain = world.remote.get(f"/api/v1{path}", params={**ALL, "filter": "service:x"}, headers=headers)
        assert plain.status_code == 200, path
        for text in ("hello", '-"hello"', "has:content", "service:x OR content:a"):
            answer = world.remote.get(f"/api/v1{path}", params={**ALL, "filter": text}, headers=headers)
            assert answer.status_code == 403, (path, text)


def test_a_filter_stays_inside_the_project(world: World) -> None:
    headers = world.key(["read", "content"], project="alpha")
    window = {"from": ALL["from"], "to": ALL["to"]}
    for path in ("/calls", "/traces", "/spans", "/logs"):
        for text in ("project:beta", "canary OR project:beta", "resource.service.name:*canary*"):
            answer = world.remote.get(f"/api/v1{path}", params={**window, "filter": text}, headers=headers)
            assert answer.status_code == 200
            assert "canary-of-beta" not in answer.text
    answer = world.remote.get(
        "/api/v1/filters/complete", params={**window, "text": "service:"}, headers=headers
    )
    assert [item["label"] for item in answer.json()["items"]] == ["service-plain"]


def test_a_cursor_belongs_to_its_filter(world: World) -> None:
    page = get(world, "/calls", limit=3, filter="model:gpt-4o", **ALL)
    found = get(world, "/calls", 400, limit=3, filter="model:*", cursor=page["next_cursor"], **ALL)
    assert "filters have changed" in found["hint"]


@pytest.mark.parametrize("target", TARGETS)
def test_fields_say_what_there_is(world: World, target: str) -> None:
    found = get(world, "/filters/fields", target=target)
    assert [field["name"] for field in found["fields"]] == [field.name for field in TABLES[target].fields]  # type: ignore[index]
    assert all(field["description"] and field["operators"] for field in found["fields"])


def test_completions(world: World) -> None:
    def complete(text: str, **more: Any) -> Any:
        return get(world, "/filters/complete", text=text, **ALL, **more)

    assert complete("mod")["items"][0]["text"] == "model:"
    models = complete("status:ok model:g")
    assert (models["start"], models["end"], models["field"]) == (16, 17, "model")
    assert models["items"][0]["text"] == "gpt-4o"
    assert {item["text"] for item in complete("status:")["items"]} == {"ok", "error"}
    assert complete("attributes.reg", target="logs")["items"] == []
    keys = complete("attributes.app", target="spans")["items"]
    assert [(item["text"], item["kind"]) for item in keys] == [("attributes.app.note:", "field")]
    assert complete("attributes.app.note:", target="spans")["items"][0]["text"] == "plain"
    assert complete("tag:b")["items"][0]["count"] == 40
    assert "user" in [item["text"] for item in complete("has:us")["items"]]
    assert complete("nonsense:x")["items"] == []
    assert complete("cost>")["items"] == []
    assert complete("mod status:x", cursor=3)["end"] == 3
    for target in TARGETS:
        assert complete("user:", target=target)["field"] in ("user", None)


def test_checks(world: World) -> None:
    def check(text: str, target: str = "calls") -> Any:
        answer = world.local.post("/api/v1/filters/check", json={"filter": text, "target": target})
        assert answer.status_code == 200
        return answer.json()

    good = check("env:a latency>2s refund")
    assert good["valid"]
    assert good["canonical"] == "environment:a duration_ms>2s refund"
    assert good["fields"] == ["content", "duration_ms", "environment"]
    assert good["needs_content"]
    assert good["explanation"].startswith("Calls where environment is")
    bad = check("severity:warn")
    assert not bad["valid"]
    assert (bad["error"]["position"], bad["error"]["length"]) == (0, 8)
    assert check("severity:warn", "logs")["valid"]
    assert not check("x" * 5000)["valid"]
