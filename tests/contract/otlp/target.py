"""The two servers the checks run against.

`Listener` is the real receivers in this process over a list: what arrived is there at once, and storage can
be made to fail. `Served` is ``sonde serve`` in a process of its own, asked through its SQL endpoint.
"""

import asyncio
import base64
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from starlette.applications import Starlette

from sonde.app.http import HttpServer, listen
from sonde.auth.door import Door, DoorSettings
from sonde.auth.keyring import Keyring
from sonde.auth.keys import KeyRow
from sonde.auth.middleware import PlaceGuard
from sonde.ingest.receivers import ConnectionLimits, HttpReceiver, Intake, guarded_protocol, start_grpc
from sonde.ingest.receivers.budget import InFlight
from sonde.model.errors import SondeError
from sonde.model.rows import MetricPoint, Score
from sonde.model.span import LogRecord, Span
from tests.contract.otlp.client import post, post_json, until


@dataclass
class Stored:
    """A span as it can be asked for."""

    project: str
    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    start_ns: int
    end_ns: int
    status: str
    attributes: dict[str, Any]
    service: str


class Target(Protocol):
    """A server under test."""

    http_port: int
    grpc_port: int

    def spans(self, trace_id: bytes) -> list[Stored]:
        """The spans of one trace, by start. All that was acknowledged is there."""
        ...

    def shown(self, value: object) -> object:
        """What an attribute of this value looks like when it is asked for."""
        ...


KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUSES = ("unset", "ok", "error")


@dataclass
class ListSink:
    """Keeps what it is given; can be told to refuse it, or to wait."""

    spans: list[tuple[str, Span]] = field(default_factory=list[tuple[str, Span]])
    logs: list[LogRecord] = field(default_factory=list[LogRecord])
    points: list[MetricPoint] = field(default_factory=list[MetricPoint])
    scores: list[Score] = field(default_factory=list[Score])
    no_room: SondeError | None = None
    """Raised before a body is read."""
    broken: Exception | None = None
    """Raised when storing."""
    delay_s: float = 0

    def check_room(self, body_bytes: int) -> None:
        """Refuse or not."""
        if self.no_room is not None:
            raise self.no_room

    async def accept_traces(self, project: str, spans: list[Span], received_ns: int, body_bytes: int) -> None:
        """Keep spans."""
        await self._store()
        self.spans += [(project, span) for span in spans]

    async def accept_logs(
        self, project: str, records: list[LogRecord], received_ns: int, body_bytes: int
    ) -> None:
        """Keep log records."""
        await self._store()
        self.logs += records

    async def accept_metrics(
        self, project: str, points: list[MetricPoint], received_ns: int, body_bytes: int
    ) -> None:
        """Keep points."""
        await self._store()
        self.points += points

    async def accept_scores(
        self, project: str, scores: list[Score], received_ns: int, body_bytes: int
    ) -> None:
        """Keep scores."""
        await self._store()
        self.scores += scores

    async def _store(self) -> None:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.broken is not None:
            raise self.broken


class MemoryKeys:
    """A key table without a database."""

    def __init__(self) -> None:
        self.rows: list[KeyRow] = []

    def all_keys(self) -> list[KeyRow]:
        """Every key."""
        return list(self.rows)

    def add_key(self, row: KeyRow) -> None:
        """Store a key."""
        self.rows.append(row)

    def revoke_key(self, key_id: str) -> bool:
        """Remove a key."""
        before = len(self.rows)
        self.rows = [row for row in self.rows if row.key_id != key_id]
        return len(self.rows) < before

    def touch_keys(self, used_ns: dict[str, int]) -> None:
        """Not kept."""


class Listener:
    """The receivers on free ports, in a thread with a loop of its own."""

    def __init__(
        self,
        *,
        require_key: bool = False,
        limits: ConnectionLimits | None = None,
        in_flight: InFlight | None = None,
    ) -> None:
        self.sink = ListSink()
        self.keyring = Keyring(MemoryKeys())
        door = Door(DoorSettings(require_key=require_key), self.keyring)
        self.intake = Intake(self.sink, door, in_flight=in_flight)
        routes = Starlette(routes=HttpReceiver(self.intake).routes())
        routes.router.redirect_slashes = False
        app = PlaceGuard(routes, door)
        self._socket = listen("127.0.0.1", 0)
        self.http_port: int = self._socket.getsockname()[1]
        self.grpc_port = 0
        self._started = threading.Event()
        self._http = HttpServer(app, guarded_protocol(limits or ConnectionLimits()), self._started.set)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="listener")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(20), "the listener did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._http.stop)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the listener did not stop"
        self.intake.close()

    def shown(self, value: object) -> object:
        """The value itself."""
        return value

    def spans(self, trace_id: bytes) -> list[Stored]:
        """What arrived for one trace, in that order."""
        return [
            _stored(project, span) for project, span in self.sink.spans if span.trace_id == trace_id.hex()
        ]

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        grpc_server, self.grpc_port = await start_grpc("127.0.0.1", 0, self.intake)
        await self._http.run_until_told(self._socket)
        await grpc_server.stop(grace=1)


def _stored(project: str, span: Span) -> Stored:
    return Stored(
        project=project,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=span.name,
        kind=KINDS[span.kind],
        start_ns=span.start_ns,
        end_ns=span.end_ns,
        status=STATUSES[span.status_code],
        attributes=span.attributes,
        service=str(span.resource.attributes.get("service.name", "")),
    )


class Served:
    """``sonde serve`` on a folder; can be stopped, killed and started again."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.http_port = free_port()
        self.grpc_port = free_port()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None

    def start(self) -> None:
        """Start the process and wait until it accepts."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SONDE_")}
        environment |= {f"SONDE_{name.upper()}": value for name, value in self._settings.items()}
        with (self._folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(str(Path(sys.executable).parent / "sonde"), "serve"),
                    *("--data-dir", str(self._folder / "data")),
                    *("--port", str(self.http_port), "--otlp-grpc-port", str(self.grpc_port)),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self._folder,
            )
        until(self._is_ready, 60)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the process; its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        status = self._process.wait(30)
        self._process = None
        return status

    def sql(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query, once everything acknowledged is in the engine."""
        until(lambda: self.metric("sonde_pending_bytes") == 0, 900)
        answer = post_json(self.http_port, {"sql": query}, path="/api/v1/sql")
        assert answer.status == 200, answer.body
        document = answer.json()
        names = [column["name"] for column in document["columns"]]
        return [dict(zip(names, row, strict=True)) for row in document["rows"]]

    def metric(self, series: str) -> float:
        """A value of ``/metrics``."""
        answer = post(self.http_port, b"", path="/metrics", media=None, method="GET")
        for line in answer.body.decode().splitlines():
            if line.startswith(f"{series} "):
                return float(line.rpartition(" ")[2])
        raise AssertionError(f"there is no series {series}")

    def spans(self, trace_id: bytes) -> list[Stored]:
        """The spans of one trace that can be asked for, by start."""
        rows = self.sql(
            "select project, trace_id, span_id, parent_span_id, name, kind, status, service, attributes, "
            "toUnixTimestamp64Nano(time) as start_ns, toUnixTimestamp64Nano(end_time) as end_ns "
            f"from spans where trace_id = '{trace_id.hex()}' order by time"
        )
        for row in rows:
            row["attributes"] = json.loads(row["attributes"])
            row["start_ns"], row["end_ns"] = int(row["start_ns"]), int(row["end_ns"])
        return [Stored(**row) for row in rows]

    def shown(self, value: object) -> object:
        """The value as JSON has it: bytes as base64, no NaN and no infinities."""
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return value

    def _is_ready(self) -> bool:
        assert self._process is not None
        text = (self._folder / "log.txt").read_text(errors="replace")
        assert self._process.poll() is None, f"the server ended: {text}"
        try:
            return post(self.http_port, b"", path="/readyz", media=None, method="GET").status == 200
        except OSError:
            return False


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def served(folder: Path, **settings: str) -> Generator[Served]:
    """A started server that is ended afterwards."""
    server = Served(folder, settings)
    server.start()
    try:
        yield server
    finally:
        if server.is_running:
            server.stop()
