"""Posting OTLP over HTTP: a few connections, bounded memory, patience when the server says "not now"."""

import http.client
import threading
import time
from collections.abc import Mapping
from queue import Queue
from urllib.parse import urlsplit

TRACES, LOGS, METRICS = "/v1/traces", "/v1/logs", "/v1/metrics"
_RETRY = frozenset({408, 429, 502, 503, 504})
_TIMEOUT_S = 60.0
_PATIENCE_S = 120.0
"""How long one request is tried again before the demo gives up."""


class SendFailed(Exception):
    """The server refused a request for good, or could not be reached for too long."""


class Sender:
    """Posts requests on `connections` threads. `submit` blocks when all are busy, so memory stays bounded."""

    def __init__(self, url: str, headers: Mapping[str, str], connections: int = 2) -> None:
        self._address = urlsplit(url)
        self._headers = {**headers, "Content-Type": "application/x-protobuf"}
        self._waiting: Queue[tuple[str, bytes] | None] = Queue(maxsize=connections * 2)
        self._stopped = threading.Event()
        self._failure: SendFailed | None = None
        self._threads = [
            threading.Thread(target=self._work, name=f"demo-send-{number}", daemon=True)
            for number in range(connections)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, path: str, body: bytes) -> None:
        """Queue one request. Raises `SendFailed` when an earlier one failed for good."""
        if self._failure:
            raise self._failure
        if body:
            self._waiting.put((path, body))

    def flush(self) -> None:
        """Wait until all that was submitted is acknowledged. Raises `SendFailed` as `submit` does."""
        self._waiting.join()
        if self._failure:
            raise self._failure

    def close(self) -> None:
        """Stop without waiting for what is not sent."""
        self._stopped.set()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=5)

    def _work(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while True:
            item = self._waiting.get()
            try:
                # After a failure the queue is emptied unsent, so that nobody waits for it forever.
                if item is not None and self._failure is None and not self._stopped.is_set():
                    connection = self._post(connection, *item)
            except SendFailed as failure:
                self._failure = failure
            finally:
                self._waiting.task_done()
            if item is None:
                break
        if connection:
            connection.close()

    def _post(
        self, connection: http.client.HTTPConnection | None, path: str, body: bytes
    ) -> http.client.HTTPConnection:
        """Send until acknowledged. The same bytes again count once at the server, so twice is safe."""
        deadline = time.monotonic() + _PATIENCE_S
        said = ""
        while time.monotonic() < deadline and not self._stopped.is_set():
            connection = connection or self._connect()
            wait_s = 0.5
            try:
                connection.request("POST", self._address.path.rstrip("/") + path, body, self._headers)
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                connection = None
                said = f"{type(error).__name__}: {error}"
            else:
                if response.status == 200:
                    return connection
                said = f"{response.status} {answer[:300].decode('utf-8', 'replace')}"
                if response.status not in _RETRY:
                    connection.close()
                    raise SendFailed(f"The server refused {path}: {said}")
                wait_s = _retry_after(response.headers.get("Retry-After"))
            self._stopped.wait(wait_s)
        if connection:
            connection.close()
        raise SendFailed(f"Gave up on {path} after {_PATIENCE_S:.0f} s: {said or 'stopped'}")

    def _connect(self) -> http.client.HTTPConnection:
        secure = self._address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(self._address.hostname or "127.0.0.1", self._address.port, timeout=_TIMEOUT_S)


def _retry_after(value: str | None) -> float:
    """Seconds to wait; a server that names none gets one second."""
    try:
        return min(max(float(value or 1), 0.1), 30.0)
    except ValueError:
        return 1.0


def wait_until_ready(url: str, timeout_s: float, stop: threading.Event) -> bool:
    """Poll ``/readyz`` until it answers 200; False when it does not within the time or `stop` is set."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and not stop.is_set():
        connection = kind(address.hostname or "127.0.0.1", address.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        stop.wait(0.1)
    return False
