"""Sonde as the server under measurement, asked only through its public API."""

import contextlib
import http.client
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.process import Server, folder_bytes, free_port

ROOT = Path(__file__).resolve().parent.parent


class Sonde:
    """A `sonde serve` on a data folder, on a free port of the loopback interface."""

    def __init__(self, data_dir: Path, *options: str, port: int = 0) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        data_dir.mkdir(parents=True, exist_ok=True)
        command = [str(Path(sys.executable).parent / "sonde"), "serve", "--data-dir", str(data_dir)]
        command += ["--port", str(self.port), "--otlp-grpc-port", "0", *options]
        self.server = Server(
            command, self.port, "/readyz", data_dir.parent / f"{data_dir.name}.log", cwd=data_dir.parent
        )
        self.url = self.server.url
        self.traces_url = f"{self.url}/v1/traces"

    def sql(self, text: str, **params: str | int) -> list[list[Any]]:
        """Rows of a query over the public SQL endpoint."""
        rows: list[list[Any]] = self._post("sql", {"sql": text, "params": params})["rows"]
        return rows

    def query(self, **body: object) -> dict[str, Any]:
        """Measures of the past day, or of ``from`` on."""
        return self._post("query", {"project": "default", "from": "-24h", **body})

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(
                "POST", f"/api/v1/{path}", json.dumps(body), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f"{response.status} {answer.get('detail')}: {body}")
        return answer

    def count(self, view: str = "spans") -> int:
        """How many rows a view has."""
        return int(self.sql(f"SELECT count() FROM {view}")[0][0])

    def wait_for_rows(self, wanted: int, patience_s: float = 300) -> float | None:
        """Poll until this many spans are queryable; the time (of `perf_counter`) or None if it stalls."""
        newest, changed = -1, time.perf_counter()
        while time.perf_counter() - changed < patience_s:
            with contextlib.suppress(RuntimeError, OSError):
                rows = self.count()
                now = time.perf_counter()
                if rows >= wanted:
                    return now
                if rows != newest:
                    newest, changed = rows, now
            time.sleep(0.05)
        return None

    def quiet_bytes(self, patience_s: float = 120) -> int:
        """Size of the data folder once it has not changed for some seconds (merges done, journal emptied)."""
        deadline = time.perf_counter() + patience_s
        size, since = -1, time.perf_counter()
        while time.perf_counter() < deadline:
            now = folder_bytes(self.data_dir)
            if now != size:
                size, since = now, time.perf_counter()
            elif time.perf_counter() - since > 8:
                break
            time.sleep(0.5)
        return size
