"""C35: who may send, whatever header the key comes in."""

import base64
from collections.abc import Callable, Iterator

import grpc
import pytest

from tests.contract.otlp import build
from tests.contract.otlp.client import grpc_export, grpc_failure, post
from tests.contract.otlp.target import Listener

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module")
def guarded() -> Iterator[Listener]:
    """Receivers that want a key on loopback too."""
    with Listener(require_key=True) as listener:
        yield listener


@pytest.fixture(scope="module")
def key(guarded: Listener) -> str:
    """A key that may send to project ``shop`` and read nothing."""
    text, _ = guarded.keyring.create(name="app", project="shop", scopes=["ingest"])
    return text


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


FORMS: dict[str, Callable[[str], dict[str, str]]] = {
    "bearer": lambda key: {"authorization": f"Bearer {key}"},
    "bearer-lower": lambda key: {"authorization": f"bearer {key}"},
    "bare-as-logfire-sends-it": lambda key: {"authorization": key},
    "basic-as-langfuse-sends-it": lambda key: {"authorization": _basic("pk-lf-1234", key)},
    "x-api-key-as-langsmith-sends-it": lambda key: {"x-api-key": key},
    "api-key": lambda key: {"api-key": key},
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_c35_a_key_is_found_in_every_header_clients_use(guarded: Listener, key: str, form: str) -> None:
    headers = FORMS[form](key)
    trace_id = build.trace_id()
    body = build.traces(build.span(trace_id)).SerializeToString()
    assert post(guarded.http_port, body, headers=headers).status == 200
    assert grpc_export(guarded.grpc_port, body, metadata=headers.items()) == b""
    assert [span.project for span in guarded.spans(trace_id)] == ["shop", "shop"]


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize(
    "wrong", ["sk-sonde-" + "A" * 43, "nonsense", "", "é", "sk-sonde-'; drop table keys"]
)
def test_c35_a_wrong_key_is_refused_in_every_header(guarded: Listener, form: str, wrong: str) -> None:
    with Listener(require_key=True) as listener:
        headers = FORMS[form](wrong)
        body = build.traces(build.span()).SerializeToString()
        answer = post(
            listener.http_port,
            body,
            headers={name: value.encode().decode("latin-1") for name, value in headers.items()},
        )
        assert answer.status == 401
        assert answer.rpc_status().code == 16
        if all(value.isascii() for value in headers.values()):
            code, _ = grpc_failure(listener.grpc_port, body, metadata=headers.items())
            assert code is grpc.StatusCode.UNAUTHENTICATED
        assert listener.sink.spans == []


def test_c35_no_key_at_all(guarded: Listener) -> None:
    body = build.traces(build.span()).SerializeToString()
    for path in ("/v1/traces", "/v1/logs", "/v1/metrics", "/otel/v1/traces", "/api/public/otel/v1/traces"):
        answer = post(guarded.http_port, body, path=path)
        assert answer.status == 401
        assert answer.rpc_status().code == 16
        assert answer.headers["www-authenticate"].startswith("Bearer")
    answer = post(guarded.http_port, b"[]", path="/api/public/scores", media="application/json")
    assert answer.status == 401
    for signal in ("traces", "logs", "metrics"):
        code, _ = grpc_failure(guarded.grpc_port, b"", signal=signal)
        assert code is grpc.StatusCode.UNAUTHENTICATED


def test_c35_another_project_is_forbidden_whether_it_exists_or_not(guarded: Listener, key: str) -> None:
    guarded.keyring.create(name="other", project="exists", scopes=["ingest"])
    body = build.traces(build.span()).SerializeToString()
    answers = []
    for project in ("exists", "does-not-exist"):
        headers = {"authorization": f"Bearer {key}", "x-sonde-project": project}
        answer = post(guarded.http_port, body, headers=headers)
        assert answer.status == 403
        assert answer.rpc_status().code == 7
        answers.append(answer.body)
        code, _ = grpc_failure(guarded.grpc_port, body, metadata=headers.items())
        assert code is grpc.StatusCode.PERMISSION_DENIED
    assert answers[0] == answers[1]


def test_c35_a_key_without_the_scope(guarded: Listener) -> None:
    text, _ = guarded.keyring.create(name="reader", project="shop", scopes=["read"])
    body = build.traces(build.span()).SerializeToString()
    answer = post(guarded.http_port, body, headers={"authorization": f"Bearer {text}"})
    assert (answer.status, answer.rpc_status().code) == (403, 7)
    code, _ = grpc_failure(guarded.grpc_port, body, metadata=[("authorization", f"Bearer {text}")])
    assert code is grpc.StatusCode.PERMISSION_DENIED


def test_c35_a_revoked_key(guarded: Listener) -> None:
    text, row = guarded.keyring.create(name="short-lived", project="shop", scopes=["ingest"])
    body = build.traces(build.span()).SerializeToString()
    headers = {"authorization": f"Bearer {text}"}
    assert post(guarded.http_port, body, headers=headers).status == 200
    guarded.keyring.revoke(row.key_id)
    assert post(guarded.http_port, body, headers=headers).status == 401
    code, _ = grpc_failure(guarded.grpc_port, body, metadata=headers.items())
    assert code is grpc.StatusCode.UNAUTHENTICATED


def test_a_large_body_of_a_stranger_is_not_read_first(guarded: Listener) -> None:
    head = (
        "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
        "Content-Length: 60000000\r\n\r\n"
    )
    from tests.contract.otlp.client import connected

    with connected(guarded.http_port) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_a_browser_page_of_another_site_cannot_send(listener: Listener) -> None:
    body = build.traces(build.span()).SerializeToString()
    answer = post(listener.http_port, body, headers={"origin": "https://evil.example"})
    assert answer.status == 403
    answer = post(listener.http_port, body, headers={"host": "rebound.example"})
    assert answer.status == 403
    assert listener.sink.spans == []


@pytest.mark.parametrize("name", ["UPPER", "a b", "../x", "a" * 64, "-a", "é", ""])
def test_a_project_name_is_checked(listener: Listener, name: str) -> None:
    body = build.traces(build.span()).SerializeToString()
    headers = {"x-sonde-project": name.encode().decode("latin-1")}
    assert post(listener.http_port, body, headers=headers).status == 400


def test_without_keys_the_header_names_the_project(listener: Listener) -> None:
    trace_id = build.trace_id()
    body = build.traces(build.span(trace_id)).SerializeToString()
    assert post(listener.http_port, body, headers={"x-sonde-project": "team.a_1"}).status == 200
    grpc_export(listener.grpc_port, body, metadata=[("x-sonde-project", "team.a_1")])
    assert [span.project for span in listener.spans(trace_id)] == ["team.a_1", "team.a_1"]
