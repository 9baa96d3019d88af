"""Every route × every kind of caller: closed to strangers, scopes hold, projects do not mix (H47, H58,
H59).
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from sonde.api.application import PUBLIC_PATHS, bare_api
from tests.contract.api.world import CANARY, World, span_of, trace_of

VALUES = {
    "trace_id": trace_of(0),
    "span_id": span_of(0),
    "position": "0",
    "project": "alpha",
    "key_id": "0123456789abcdef",
    "annotation_id": "0123456789abcdef",
    "view_id": "0123456789abcdef",
    "session_id": "session-plain",
}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/v1/annotations"): {"title": "deploy v7", "project": "alpha"},
    ("POST", "/api/v1/sql"): {"sql": "SELECT * FROM calls"},
    ("POST", "/api/v1/query"): {
        "project": "alpha",
        "from": "-30d",
        "measures": ["calls"],
        "dimensions": ["service", "user", "endpoint"],
    },
    ("POST", "/api/v1/filters/check"): {"text": "model:gpt-4o"},
    ("POST", "/api/v1/views"): {"project": "alpha", "page": "calls", "name": "v", "state": {}},
    ("PATCH", "/api/v1/views/{view_id}"): {"name": "w"},
    ("POST", "/api/v1/scores"): {"scores": [{"name": "n", "value": 1, "trace_id": trace_of(0)}]},
    ("POST", "/api/v1/projects"): {"name": "gamma"},
    ("PATCH", "/api/v1/projects/{project}"): {"capture_content": True},
    ("POST", "/api/v1/projects/{project}/redaction/test"): {"text": "a@b.com"},
    ("POST", "/api/v1/keys"): {"name": "k", "scopes": ["read"], "project": "alpha"},
    ("POST", "/api/v1/session"): {"key": "sk-sonde-x"},
    ("POST", "/api/v1/deletions"): {"project": "alpha", "trace_id": trace_of(0)},
    ("POST", "/api/v1/backups"): {"directory": "/nowhere/at/all"},
    ("POST", "/api/v1/mapping/explain"): {"traceId": trace_of(0), "spanId": span_of(0), "name": "x"},
}
QUERIES = {
    "/api/v1/metrics/series": "?name=metric.plain",
    "/api/v1/traces/{trace_id}/previews": f"?span_id={span_of(0)}",
    "/api/v1/traces/{trace_id}/search": "?q=plain",
    "/api/v1/turns": "?session=session-plain",
    "/api/v1/filters/complete": "?text=service:",
}
ENDLESS = "/api/v1/live"
"""Tried in test_live.py."""


def routes() -> Iterator[tuple[str, str]]:
    """Every route of the application, from the application itself."""

    def walk(items: Any, prefix: str) -> Iterator[tuple[str, str]]:
        for route in items:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods or ()):
                    yield method, prefix + route.path
            else:
                router = getattr(route, "original_router", None) or getattr(route, "router", None)
                assert router is not None, f"an unknown kind of route: {route!r}"
                context = getattr(route, "include_context", None)
                yield from walk(router.routes, prefix + getattr(context, "prefix", ""))

    yield from walk(bare_api().routes, "")


def described() -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, methods in bare_api().openapi()["paths"].items()
        for method in methods
    }


ALL_ROUTES = [
    *sorted(described()),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/docs.css"),
]


def ask(client: Any, method: str, path: str, headers: dict[str, str] | None = None) -> Any:
    where = path.format(**VALUES) + QUERIES.get(path, "")
    return client.request(method, where, json=BODIES.get((method, path)), headers=headers)


def test_no_route_is_left_out_of_these_tests() -> None:
    """The list above comes from the description; here it is held against the routes themselves."""
    found = {(method, path) for method, path in routes() if method != "HEAD"}
    assert {path for _, path in found} == {path for _, path in ALL_ROUTES}
    assert found == set(ALL_ROUTES)


@pytest.mark.parametrize(("method", "path"), ALL_ROUTES)
def test_strangers_are_refused_everywhere_but_at_log_in(world: World, method: str, path: str) -> None:
    for headers in (None, {"Authorization": "Bearer sk-sonde-" + "x" * 43}, {"Cookie": "sonde_session=x"}):
        answer = ask(world.remote, method, path, headers)
        if (method, path) in PUBLIC_PATHS:
            assert answer.status_code in (401, 429)
            continue
        assert answer.status_code in (401, 429), (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert CANARY not in answer.text
        assert "plain" not in answer.text


@pytest.mark.parametrize(("method", "path"), ALL_ROUTES)
def test_foreign_hosts_and_origins_are_refused_everywhere(world: World, method: str, path: str) -> None:
    for headers in (
        {"Host": "evil.com"},
        {"Origin": "http://evil.com"},
        {"Origin": "null"},
    ):
        answer = ask(world.local, method, path, headers)
        assert answer.status_code == 403, (method, path, headers, answer.text)


def test_a_second_host_header_is_refused(world: World) -> None:
    answer = world.local.get("/api/v1/session", headers=[("Host", "127.0.0.1:4318"), ("Host", "evil.com")])
    assert answer.status_code in (400, 403)


NEEDS = {
    ("GET", "/api/v1/session"): None,
    ("DELETE", "/api/v1/session"): None,
    ("GET", "/api/v1/projects"): None,
    ("GET", "/api/docs"): None,
    ("GET", "/api/docs.css"): None,
    ("GET", "/api/openapi.json"): None,
    ("POST", "/api/v1/scores"): "ingest",
    ("POST", "/api/v1/annotations"): "ingest",
    ("POST", "/api/v1/sql"): "sql",
    ("POST", "/api/v1/query"): "read",
    ("POST", "/api/v1/filters/check"): "read",
    # Views are how people who read share what they look at.
    ("POST", "/api/v1/views"): "read",
    ("PATCH", "/api/v1/views/{view_id}"): "read",
    ("DELETE", "/api/v1/views/{view_id}"): "read",
    ("GET", "/api/v1/traces/{trace_id}/previews"): "content",
    ("GET", "/api/v1/traces/{trace_id}/spans/{span_id}/messages/{position}"): "content",
    ("GET", "/api/v1/integrity"): "admin",
    ("GET", "/api/v1/keys"): "admin",
}
ADMIN_METHODS = {"POST", "PATCH", "DELETE", "PUT"}


def needed(method: str, path: str) -> str | None:
    if (method, path) in NEEDS:
        return NEEDS[method, path]
    if path == "/api/v1/mapping/explain":
        return "read"
    return "admin" if method in ADMIN_METHODS else "read"


@pytest.mark.parametrize(("method", "path"), [pair for pair in ALL_ROUTES if pair not in PUBLIC_PATHS])
def test_each_route_needs_its_scope_and_no_other_opens_it(world: World, method: str, path: str) -> None:
    scope = needed(method, path)
    if scope is None:
        assert ask(world.remote, method, path, world.key(["ingest"], "alpha")).status_code < 300
        return
    others = [name for name in ("ingest", "read", "content", "sql") if name != scope]
    answer = ask(world.remote, method, path, world.key(others, "alpha"))
    assert answer.status_code == 403, (method, path, answer.text)
    assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize(("method", "path"), [pair for pair in ALL_ROUTES if pair not in PUBLIC_PATHS])
@pytest.mark.parametrize("named", [False, True])
def test_a_key_of_one_project_sees_nothing_of_another(
    world: World, method: str, path: str, named: bool
) -> None:
    """The same ids exist in both projects. With its own project, with none and with the foreign one named,
    an answer to a key of alpha never holds what only beta has."""
    if path in ("/api/v1/keys/{key_id}", "/api/v1/projects/{project}") and method == "DELETE":
        return
    if path == ENDLESS and not named:
        return
    headers = world.key(["ingest", "read", "content", "sql", "admin"], "alpha")
    where = path.format(**{**VALUES, "project": "beta" if named else "alpha"}) + QUERIES.get(path, "")
    body = BODIES.get((method, path))
    if named and body is not None:
        body = json.loads(json.dumps(body).replace('"alpha"', '"beta"'))
    if named:
        where += ("&" if "?" in where else "?") + "project=beta"
    wide = "from=2026-11-01T00:00:00Z"
    if method == "GET" and path.startswith("/api/v1/") and named is False and "{" not in path:
        probe = world.remote.get(where + ("&" if "?" in where else "?") + wide, headers=headers)
        assert CANARY not in probe.text
    answer = world.remote.request(method, where, json=body, headers=headers)
    assert CANARY not in answer.text, (method, where)
    if named and answer.status_code < 300:
        assert path in (
            "/api/v1/projects",
            "/api/v1/session",
            "/api/v1/sql",
            "/api/v1/mapping/explain",
            "/api/v1/measures",
            "/api/v1/filters/check",
            "/api/v1/storage",
            "/api/docs",
            "/api/docs.css",
            "/api/openapi.json",
            "/api/v1/keys",
        ), (method, where, answer.text[:300])


def test_without_scope_content_no_answer_holds_content(world: World) -> None:
    headers = world.key(["read", "sql"], "beta")
    for path in (
        f"/traces/{trace_of(0)}/spans/{span_of(0)}",
        f"/calls/{trace_of(0)}/{span_of(0)}",
        "/logs",
    ):
        answer = world.remote.get(f"/api/v1{path}", headers=headers)
        assert answer.status_code == 200
        assert "onerror" not in answer.text
        assert "hello number" not in answer.text
        assert "body canary" not in answer.text
    for path in (
        "/calls?q=hello",
        "/logs?q=body",
        "/traces?q=hello",
        "/calls/facets?q=hello",
    ):
        assert world.remote.get(f"/api/v1{path}", headers=headers).status_code == 403
    for sql in ("SELECT * FROM messages", "SELECT body FROM logs", "SELECT events FROM spans"):
        answer = world.remote.post("/api/v1/sql", json={"sql": sql}, headers=headers)
        assert answer.status_code == 403, answer.text
    for sql in ("SELECT * FROM logs", "SELECT * FROM spans"):
        answer = world.remote.post("/api/v1/sql", json={"sql": sql}, headers=headers)
        assert answer.status_code == 200
        assert not {"body", "events"} & {column["name"] for column in answer.json()["columns"]}


def test_an_admin_of_one_project_rules_only_there(world: World) -> None:
    headers = world.key(["admin"], "alpha")
    for body in (
        {"name": "k", "scopes": ["read"], "project": "beta"},
        {"name": "k", "scopes": ["admin"], "project": None},
        {"name": "k", "scopes": ["admin"]},
    ):
        assert world.remote.post("/api/v1/keys", json=body, headers=headers).status_code == 403
    foreign, row = world.services.door.keyring.create(name="foreign", project="beta", scopes=["read"])
    assert foreign
    assert world.remote.delete(f"/api/v1/keys/{row.key_id}", headers=headers).status_code == 404
    assert row.key_id not in world.remote.get("/api/v1/keys", headers=headers).text
    for method, path, body in (
        ("POST", "/api/v1/projects", {"name": "gamma"}),
        ("DELETE", "/api/v1/projects/alpha", None),
        ("GET", "/api/v1/integrity", None),
        ("POST", "/api/v1/backups", {"directory": "/x"}),
    ):
        assert world.remote.request(method, path, json=body, headers=headers).status_code == 403
    for method, path, body in (
        ("PATCH", "/api/v1/projects/beta", {"capture_content": False}),
        ("POST", "/api/v1/projects/beta/redaction/test", {"text": "x"}),
        ("POST", "/api/v1/deletions", {"project": "beta", "user_id": "u"}),
    ):
        assert world.remote.request(method, path, json=body, headers=headers).status_code == 404
    assert {
        item["name"] for item in world.remote.get("/api/v1/projects", headers=headers).json()["items"]
    } == {"alpha"}


def test_log_in_use_and_log_out(world: World) -> None:
    key, _ = world.services.door.keyring.create(name="k", project="alpha", scopes=["admin"])
    own = "http://sonde.example.com"
    answer = world.remote.post("/api/v1/session", json={"key": key}, headers={"Origin": own})
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert key not in answer.text
    csrf = answer.json()["csrf_token"]
    try:
        me = world.remote.get("/api/v1/session").json()
        assert (me["kind"], me["project"], me["csrf_token"]) == ("session", "alpha", csrf)
        change = {"capture_content": True}
        assert world.remote.patch("/api/v1/projects/alpha", json=change).status_code == 403
        assert (
            world.remote.patch("/api/v1/projects/alpha", json=change, headers={"Origin": own}).status_code
            == 403
        )
        right = {"Origin": own, "X-Sonde-CSRF": csrf}
        assert world.remote.patch("/api/v1/projects/alpha", json=change, headers=right).status_code == 200
        form = world.remote.post(
            "/api/v1/deletions", content="project=alpha", headers={"Content-Type": "text/plain"}
        )
        assert form.status_code == 403
        assert world.remote.delete("/api/v1/session", headers=right).status_code == 204
        world.remote.cookies.set("sonde_session", answer.cookies["sonde_session"])
        assert world.remote.get("/api/v1/session").status_code == 401
    finally:
        world.remote.cookies.clear()


def test_a_revoked_key_is_refused_at_once_by_the_process_that_revoked_it(world: World) -> None:
    headers = world.key(["read"], "alpha")
    assert world.remote.get("/api/v1/status", headers=headers).status_code == 200
    hint = headers["Authorization"][-4:]
    items = world.local.get("/api/v1/keys").json()["items"]
    key_id = next(item["key_id"] for item in items if item["hint"] == hint and item["scopes"] == ["read"])
    assert world.local.delete(f"/api/v1/keys/{key_id}").status_code == 204
    # 429 when the tests before have used up this address's failures.
    assert world.remote.get("/api/v1/status", headers=headers).status_code in (401, 429)


def test_a_key_in_the_address_is_never_looked_at(world: World) -> None:
    key = world.key(["read"], "alpha")["Authorization"].removeprefix("Bearer ")
    for name in ("api_key", "key", "token", "access_token", "authorization"):
        assert world.remote.get("/api/v1/session", params={name: key}).status_code in (401, 429)
