"""Arize Phoenix as the peer: on its default SQLite, installed in an environment of its own (peers.md)."""

import os
import sqlite3
import time
from pathlib import Path

from bench.process import Server, free_port


class Phoenix:
    """A `phoenix serve` on a fresh folder. `python` is the interpreter of its environment."""

    def __init__(self, python: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        port = free_port()
        env = {
            "PHOENIX_WORKING_DIR": str(folder),
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        }
        command = [str(python.parent / "phoenix"), "serve"]
        self.server = Server(
            command, port, "/healthz", folder.parent / f"{folder.name}.log", cwd=folder, env=env
        )
        self.traces_url = f"{self.server.url}/v1/traces"

    def _ask(self, sql: str) -> int:
        """One number from its database, read beside it."""
        last: sqlite3.Error | None = None
        for _ in range(100):
            try:
                connection = sqlite3.connect(f"file:{self.folder}/phoenix.db?mode=ro", uri=True, timeout=10)
                try:
                    return int(connection.execute(sql).fetchone()[0])
                finally:
                    connection.close()
            except sqlite3.Error as error:
                last = error
                time.sleep(0.2)
        raise RuntimeError(f"phoenix.db cannot be read: {last}")

    def count(self) -> int:
        """Spans in the database."""
        return self._ask("SELECT count(*) FROM spans")

    def database_bytes(self) -> int:
        """Pages in use by the database."""
        return self._ask("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")

    def wait_for_rows(self, wanted: int, stall_s: float = 45) -> tuple[int, float]:
        """Poll until this many spans are stored or nothing moves; how many, and when (of `perf_counter`)."""
        newest, changed = self.count(), time.perf_counter()
        while newest < wanted and time.perf_counter() - changed < stall_s:
            time.sleep(0.25)
            rows = self.count()
            if rows != newest:
                newest, changed = rows, time.perf_counter()
        return newest, changed
