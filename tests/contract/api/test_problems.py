"""Errors are problem documents, whatever goes wrong, and say nothing they should not."""

import json

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from sonde.api.problems import install_problems
from tests.contract.api.world import World, trace_of

PROBLEM = "application/problem+json"


def test_every_error_has_the_same_shape(world: World) -> None:
    cases = [
        ("GET", "/api/v1/nothing", None, 404),
        ("PUT", "/api/v1/calls", None, 405),
        ("GET", "/api/v1/calls?limit=x", None, 422),
        ("GET", "/api/v1/calls?from=x", None, 400),
        ("GET", f"/api/v1/traces/{trace_of(70_000)}", None, 404),
        ("GET", "/api/v1/traces/xyz", None, 422),
        ("GET", f"/api/v1/calls/{trace_of(70_000)}/{'0' * 15}1", None, 404),
        ("POST", "/api/v1/sql", {"sql": "DROP TABLE calls"}, 400),
        ("POST", "/api/v1/sql", {"sql": ""}, 422),
        ("POST", "/api/v1/sql", {"query": "SELECT 1"}, 422),
        ("POST", "/api/v1/keys", {"name": "k", "scopes": ["root"]}, 422),
        ("POST", "/api/v1/projects", {"name": "Not A Name"}, 422),
        ("POST", "/api/v1/projects", {"name": "alpha"}, 409),
        ("DELETE", "/api/v1/keys/nobody", None, 404),
        ("PATCH", "/api/v1/projects/nobody", {"capture_content": True}, 404),
        ("POST", "/api/v1/deletions", {"project": "alpha"}, 400),
        ("POST", "/api/v1/deletions", {"project": "alpha", "user_id": "u", "session_id": "s"}, 400),
        ("POST", "/api/v1/mapping/explain", {}, 400),
        ("POST", "/api/v1/mapping/explain", {"resourceSpans": 5}, 400),
        ("POST", "/api/v1/scores", {"scores": []}, 422),
        ("POST", "/api/v1/scores", {"scores": [{"name": "n", "value": 1}]}, 400),
        ("POST", "/api/v1/scores", {"scores": [{"name": "n", "trace_id": trace_of(0)}]}, 400),
    ]
    for method, path, body, status in cases:
        answer = world.local.request(method, path, json=body)
        assert answer.status_code == status, (method, path, answer.text)
        assert answer.headers["content-type"] == PROBLEM, (method, path)
        document = answer.json()
        assert document["status"] == status
        assert document["type"] == f"/problems/{document['code']}"
        assert document["title"]
        assert document["detail"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[]", b'"x"', b"\xff", b"{" * 100_000, b"1" * 10_000, b'{"sql": NaN}']
)
def test_broken_bodies_are_problems(world: World, content: bytes) -> None:
    for path in (
        "/api/v1/sql",
        "/api/v1/keys",
        "/api/v1/scores",
        "/api/v1/mapping/explain",
        "/api/v1/deletions",
    ):
        answer = world.local.post(path, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), (path, answer.status_code, answer.text[:200])
        assert answer.headers["content-type"] == PROBLEM


def test_secrets_are_not_repeated_in_errors(world: World) -> None:
    secret = "sk-sonde-" + "s" * 300
    answer = world.local.post("/api/v1/session", json={"key": secret})
    assert answer.status_code == 422
    assert "ssss" not in answer.text


def test_a_bug_is_500_and_keeps_its_details_to_the_log() -> None:
    app = FastAPI()
    install_problems(app)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a secret path")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert "secret" not in answer.text


def test_the_description_fits_the_committed_one_and_its_page_needs_no_script(world: World) -> None:
    document = world.local.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    page = world.local.get("/api/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "http:" not in page.text.replace("http://127.0.0.1", "")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in document["paths"]:
        assert path in page.text
    assert json.dumps(document)
