"""GET /live over a real socket: what was written is pushed once, bounded, and ends with the server."""

import json
import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest
import uvicorn

from sonde.api.live import CALLS_MAX
from sonde.api.viewers import VIEWERS_MAX
from sonde.store.engine import WriteBatch
from tests.contract.api.world import World
from tests.contract.store.sample import BASE_NS, Sampler, calls_of

PARAMETERS = {"project": "live"}


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.local.app, lifespan="off", log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1/live"
    server.should_exit = True
    thread.join(10)
    listener.close()


class Events:
    """Server-sent events of one stream."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.iter_lines()

    def next(self, kind: str) -> dict[str, str]:
        """The next event of a kind, with its fields."""
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif fields.get("event") == kind:
                return fields
            else:
                fields = {}
        raise AssertionError("the stream ended")


def write(world: World, seed: int, count: int, project: str = "live", **facts: object) -> set[str]:
    """Spans of now; returns the ids."""
    sampler = Sampler(seed, project=project)
    spans = [sampler.span(BASE_NS + index, facts=dict(facts)) for index in range(count)]
    world.engine.write(WriteBatch(spans, calls_of(spans)))
    return {span.span_id for span in spans}


def test_what_is_written_is_pushed_once_and_bounded(world: World, url: str) -> None:
    write(world, 1, 3)
    with httpx2.Client(timeout=60) as http, http.stream("GET", url, params=PARAMETERS) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = Events(response)
        events.next("ready")
        wanted = write(world, 2, 5)
        push = events.next("calls")
        shown = json.loads(push["data"])
        assert {item["span_id"] for item in shown["items"]} == wanted
        assert shown["more"] == 0
        write(world, 3, CALLS_MAX + 7)
        shown = json.loads(events.next("calls")["data"])
        assert len(shown["items"]) == CALLS_MAX
        assert shown["more"] == 7
        last = push["id"]
    # Who comes again is told what it missed.
    with httpx2.Client(timeout=60) as http:
        headers = {"Last-Event-ID": last}
        with http.stream("GET", url, params=PARAMETERS, headers=headers) as response:
            assert json.loads(Events(response).next("calls")["data"])["more"] == 7


def test_a_filter_is_obeyed(world: World, url: str) -> None:
    with httpx2.Client(timeout=60) as http:
        parameters = {**PARAMETERS, "filter": "user:u-wanted"}
        with http.stream("GET", url, params=parameters) as response:
            events = Events(response)
            events.next("ready")
            write(world, 4, 5)
            wanted = write(world, 5, 2, user_id="u-wanted")
            shown = json.loads(events.next("calls")["data"])
            assert {item["span_id"] for item in shown["items"]} == wanted
        wrong = http.get(url, params={**PARAMETERS, "filter": "usr:x"})
        assert wrong.status_code == 400
        assert "user" in wrong.text


def test_viewers_are_counted_and_let_go(world: World, url: str) -> None:
    viewers = world.services.viewers
    before = viewers.count
    with httpx2.Client(timeout=60) as http:
        with http.stream("GET", url, params=PARAMETERS) as response:
            Events(response).next("ready")
            assert viewers.count == before + 1
            viewers.count += VIEWERS_MAX
            assert http.get(url, params=PARAMETERS).status_code == 429
            viewers.count -= VIEWERS_MAX
        write(world, 6, 1)  # a stream notices that nobody listens when it has something to say


def test_strangers_and_other_projects_stay_out(world: World, url: str) -> None:
    assert world.remote.get("/api/v1/live").status_code == 401
    headers = world.key(["read"], "beta")
    assert world.remote.get("/api/v1/live", params=PARAMETERS, headers=headers).status_code == 404
    # A key of one project that names none sees its own.
    host = {**headers, "Host": "127.0.0.1"}
    with httpx2.Client(timeout=60) as http, http.stream("GET", url, headers=host) as response:
        events = Events(response)
        events.next("ready")
        write(world, 7, 3)
        wanted = write(world, 8, 2, project="beta")
        shown = json.loads(events.next("calls")["data"])
        assert {item["span_id"] for item in shown["items"]} == wanted


def test_streams_end_when_the_server_stops(world: World, url: str) -> None:
    with httpx2.Client(timeout=60) as http, http.stream("GET", url, params=PARAMETERS) as response:
        events = Events(response)
        events.next("ready")
        world.services.viewers.close()
        with pytest.raises(AssertionError, match="the stream ended"):
            events.next("calls")
