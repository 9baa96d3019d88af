"""The built front end as it is served."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sonde.ui import SECURITY_HEADERS, ui_app
from sonde.ui.files import accepted_encodings


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A small build."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Sonde</title>")
    (tmp_path / "theme.js").write_text("theme")
    (tmp_path / "assets" / "app-1a2b.js").write_text("plain")
    (tmp_path / "assets" / "app-1a2b.js.br").write_bytes(b"brotli")
    (tmp_path / "assets" / "app-1a2b.js.gz").write_bytes(b"gzip")
    return tmp_path


@pytest.fixture
def client(dist: Path) -> TestClient:
    """Somebody who asks."""
    return TestClient(ui_app(dist))


@pytest.mark.parametrize("path", ["/", "/calls", "/traces/0123", "/no/such/page"])
def test_every_address_of_a_page_gets_the_index(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "Sonde" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/v1/none", "/v1/traces", "/assets/none.js", "/favicon.ico", "/assets/app-1a2b.js.br"],
)
def test_addresses_of_programs_and_missing_files_are_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret", "/assets/../../secret", "/%2e%2e/secret", "/assets/%2e%2e%2fsecret"]
)
def test_nothing_outside_of_the_build_is_served(client: TestClient, dist: Path, path: str) -> None:
    (dist.parent / "secret").write_text("secret")
    assert "secret" not in client.get(path).text


@pytest.mark.parametrize("path", ["/", "/theme.js", "/assets/app-1a2b.js", "/assets/none.js"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.head(path).headers
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize(
    ("accept", "encoding", "size"),
    [
        ("br, gzip", "br", 6),
        ("gzip", "gzip", 4),
        ("identity", None, 5),
        ("br;q=0, gzip", "gzip", 4),
        ("", None, 5),
    ],
)
def test_the_best_encoding_is_chosen(
    client: TestClient, accept: str, encoding: str | None, size: int
) -> None:
    answer = client.head("/assets/app-1a2b.js", headers={"Accept-Encoding": accept})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-length"] == str(size)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]


def test_a_known_version_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/theme.js")
    again = client.get("/theme.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_new_build_is_served_without_a_restart(client: TestClient, dist: Path) -> None:
    assert client.get("/assets/app-2c3d.js").status_code == 404
    (dist / "assets" / "app-2c3d.js").write_text("new")
    index = dist / "index.html"
    index.write_text("<!doctype html><title>Newer</title>")
    assert client.get("/assets/app-2c3d.js").text == "new"
    assert "Newer" in client.get("/").text


def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    answer = TestClient(ui_app(tmp_path)).get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text


def test_pages_are_only_read(client: TestClient) -> None:
    answer = client.post("/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {""}),
        ("gzip, deflate, br", {"gzip", "deflate", "br"}),
        ("gzip;q=0", set[str]()),
        ("br;q=0.5,gzip;q=x", {"br"}),
    ],
)
def test_refused_encodings_are_left_out(header: str, expected: set[str]) -> None:
    assert accepted_encodings(header) == expected
