"""The client. Answers are the JSON of the REST API (docs/reference/api.md) as Python values."""

import json
import os
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx2

from sonde._version import __version__
from sonde.client.errors import ApiProblem, CannotConnect

DEFAULT_URL = "http://127.0.0.1:4318"
TIMEOUT_S = 60.0
CONNECT_S = 5.0
LIVE_S = 60.0
"""A live stream says something at least every 15 seconds."""
ANSWER_BYTES_MAX = 64 << 20

Json = dict[str, Any]


class Client:
    """One server and one key. Not for use by several threads at once.

    Every method raises `CannotConnect` when nothing answers and `ApiProblem` for the server's own errors.
    """

    def __init__(
        self, url: str | None = None, key: str | None = None, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        """Address and key default to ``SONDE_URL`` and ``SONDE_API_KEY``. Redirects are never followed: a
        key goes to the address that was named and to no other.
        """
        self.url = (url or os.environ.get("SONDE_URL") or DEFAULT_URL).rstrip("/")
        key = key or os.environ.get("SONDE_API_KEY")
        headers = {"User-Agent": f"sonde/{__version__}", "Accept": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._http = httpx2.Client(
            base_url=self.url,
            headers=headers,
            timeout=httpx2.Timeout(TIMEOUT_S, connect=CONNECT_S),
            transport=transport,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """One call below /api/v1; parameters that are None are left out."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        extra: dict[str, Any] = {} if timeout_s is None else {"timeout": timeout_s}
        try:
            answer = self._http.request(method, f"/api/v1{path}", params=given, json=body, **extra)
        except httpx2.TimeoutException:
            raise CannotConnect(f"{self.url} did not answer in time.") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise CannotConnect(
                f"Cannot reach Sonde at {self.url}: {error}",
                hint="Start it with `sonde serve`, or set SONDE_URL.",
            ) from None
        if len(answer.content) > ANSWER_BYTES_MAX:
            raise CannotConnect(f"{self.url} sent an answer of more than {ANSWER_BYTES_MAX} bytes.")
        if answer.status_code >= 400:
            raise ApiProblem(answer.status_code, _document(answer))
        if answer.status_code == 204 or not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise CannotConnect(f"{self.url} does not answer like Sonde.", hint="Check SONDE_URL.") from None

    # Asking

    def session(self) -> Json:
        """Who am I."""
        return self.request("GET", "/session")

    def status(self, project: str | None = None) -> Json:
        """What has been received."""
        return self.request("GET", "/status", params={"project": project})

    def ledger(self, **params: Any) -> Json:
        """What senders made, sampled out, dropped and delivered."""
        return self.request("GET", "/ledger", params=params)

    def query(self, body: Json) -> Json:
        """Measures by dimension and over time: the body of POST /query."""
        return self.request("POST", "/query", body=body)

    def calls(self, **params: Any) -> Json:
        """One page of calls."""
        return self.request("GET", "/calls", params=params)

    def traces(self, **params: Any) -> Json:
        """One page of traces."""
        return self.request("GET", "/traces", params=params)

    def trace(self, trace_id: str, project: str | None = None, cursor: str | None = None) -> Json:
        """One trace with its spans."""
        return self.request(
            "GET", f"/traces/{quote(trace_id, safe='')}", params={"project": project, "cursor": cursor}
        )

    def pages(self, path: str, most: int, **params: Any) -> Iterator[Json]:
        """Items of a list, page by page, at most ``most``."""
        left = most
        cursor: str | None = None
        while left > 0:
            page = self.request("GET", path, params={**params, "limit": min(left, 1000), "cursor": cursor})
            items = cast("list[Json]", page["items"])
            yield from items
            left -= len(items)
            cursor = page["next_cursor"]
            if cursor is None or not items:
                return

    def live(self, filter_: str = "", project: str | None = None) -> Iterator[Json]:
        """Pushes of GET /live as they come, ``{"items": [...], "more": n}``. Ends when the server does."""
        given = {"filter": filter_ or None, "project": project}
        params = {name: value for name, value in given.items() if value is not None}
        try:
            with self._http.stream("GET", "/api/v1/live", params=params, timeout=LIVE_S) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise ApiProblem(answer.status_code, _document(answer))
                kind = ""
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data" and kind == "calls":
                        yield json.loads(value)
        except httpx2.HTTPError as error:
            raise CannotConnect(f"The stream from {self.url} broke off: {error}") from None

    def sql(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        *,
        project: str | None = None,
        limit: int | None = None,
    ) -> Json:
        """A result of SQL."""
        body: Json = {"sql": sql, "params": dict(params or {})}
        if project is not None:
            body["project"] = project
        if limit is not None:
            body["limit"] = limit
        return self.request("POST", "/sql", body=body)

    def unknown_keys(self, **params: Any) -> Json:
        """Attribute keys that no rule uses."""
        return self.request("GET", "/mapping/unknown-keys", params=params)

    def explain(self, document: Json) -> Json:
        """How pasted OTLP JSON is read."""
        return self.request("POST", "/mapping/explain", body=document)

    def storage(self) -> Json:
        """Sizes."""
        return self.request("GET", "/storage")

    def integrity(self) -> Json:
        """Health of what is stored."""
        return self.request("GET", "/integrity", timeout_s=600)

    # Changing

    def projects(self) -> Json:
        """Projects."""
        return self.request("GET", "/projects")

    def delete_project(self, name: str, *, preview: bool) -> Json:
        """Delete a project, or count what would go."""
        path = f"/projects/{quote(name, safe='')}"
        return self.request("DELETE", path, params={"preview": str(preview).lower()}, timeout_s=600)

    def keys(self, project: str | None = None) -> Json:
        """Keys without their secrets."""
        return self.request("GET", "/keys", params={"project": project})

    def create_key(
        self, name: str, scopes: list[str], project: str | None = None, expires_time: str | None = None
    ) -> Json:
        """A new key; its text is in this answer only."""
        body = {"name": name, "scopes": scopes, "project": project, "expires_time": expires_time}
        return self.request("POST", "/keys", body=body)

    def revoke_key(self, key_id: str) -> None:
        """End a key."""
        self.request("DELETE", f"/keys/{quote(key_id, safe='')}")

    def delete(self, target: Json, *, preview: bool) -> Json:
        """Delete by trace, session or user, or count what would go."""
        return self.request("POST", "/deletions", body={**target, "preview": preview}, timeout_s=600)

    def backup(self, directory: str) -> Json:
        """Make a backup on the server's disk."""
        return self.request("POST", "/backups", body={"directory": directory}, timeout_s=3600)


def _document(answer: httpx2.Response) -> Json:
    """The problem document of an error, or what can be said without one."""
    try:
        document = answer.json()
    except ValueError:
        document = None
    if isinstance(document, dict):
        return cast("Json", document)
    return {"detail": f"HTTP {answer.status_code} {answer.reason_phrase}"}
