"""ClickHouse's HTTP interface, as much of it as our server engine uses, over chDB in a process of its own.

Run as a script: ``chdb_http.py DATA_FOLDER``. Prints its port, serves until stdin closes. It stands in for a
ClickHouse server because chDB cannot listen and Debian's server is of 2018; what it proves is that our SQL,
our Arrow inserts and our parameters travel over HTTP through the real client to the real engine.
"""

import gzip
import json
import os
import sys
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import pyarrow as pa

TRANSPORT = frozenset(
    (
        *("database", "query", "query_id", "session_id", "default_format", "client_protocol_version"),
        *("send_progress_in_http_headers", "wait_end_of_query", "enable_http_compression"),
        "cancel_http_readonly_queries_on_client_close",
    )
)
"""Parameters of the transport; every other one is a setting."""


class Connections:
    """A pool: one chDB connection serialises its callers."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(4):
            self.free.put(chdb.connect(path))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pool: Connections

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        """Quiet."""

    def do_GET(self) -> None:
        if self.path.startswith("/ping"):
            self.answer(200, b"Ok.\n")
        else:
            self.handle_query(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts: list[bytes] = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(parts)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.handle_query(body)

    def handle_query(self, body: bytes) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):  # how the client sends long parameters
            form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
            for part in form.iter_parts():
                name = part.get_param("name", header="content-disposition")
                query[str(name)] = bytes(part.get_payload(decode=True)).decode().removesuffix("\r\n")
            body = b""
        params = {name[6:]: value for name, value in query.items() if name.startswith("param_")}
        settings = {
            name: value
            for name, value in query.items()
            if name not in TRANSPORT and not name.startswith("param_")
        }
        sql = query.get("query")
        data = b""
        if sql is None:
            head, mark, tail = body.partition(b" FORMAT ArrowStream\n")
            if head.lstrip().upper().startswith(b"INSERT") and mark:
                sql, data = head.decode(), tail
            else:
                sql = body.decode()
        elif body:
            sql, data = sql.replace(" FORMAT ArrowStream", ""), body
        connection = self.pool.free.get()
        try:
            restore = self.set_all(connection, settings)
            try:
                if data:
                    sonde_rows = pa.ipc.open_stream(data).read_all()
                    names = ", ".join(sonde_rows.column_names)
                    target = sql.strip().removesuffix("FORMAT ArrowStream")
                    connection.query(f"{target} SELECT {names} FROM Python(sonde_rows)", "Null")
                    self.answer(200, b"")
                else:
                    sql, output_format = split_format(sql, query.get("default_format", "TabSeparated"))
                    result = connection.query(sql, output_format, params=params)
                    self.answer(200, bytes(result.bytes()), output_format)
            finally:
                if restore:
                    connection.query("SET " + ", ".join(f"{name} = DEFAULT" for name in restore))
        except Exception as error:  # noqa: BLE001  whatever the engine says is the answer
            # What the failed statement had put out would come first in this connection's next answer.
            failed, connection = connection, chdb.connect(self.pool.path)
            failed.close()
            self.answer(500, str(error).encode("utf-8", "replace"), code=str(error)[6:10].strip(". :"))
        finally:
            self.pool.free.put(connection)

    def set_all(self, connection: Any, settings: dict[str, str]) -> list[str]:
        if settings:
            connection.query(
                "SET " + ", ".join(f"{name} = {json_literal(value)}" for name, value in settings.items())
            )
        return list(settings)

    def answer(self, status: int, body: bytes, output_format: str = "", code: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-ClickHouse-Summary", json.dumps({"written_rows": "0"}))
        if output_format:
            self.send_header("X-ClickHouse-Format", output_format)
        if code:
            self.send_header("X-ClickHouse-Exception-Code", code)
        self.end_headers()
        self.wfile.write(body)


def json_literal(value: str) -> str:
    if value.lstrip("-").isdigit():
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def split_format(sql: str, default: str) -> tuple[str, str]:
    """The statement without a trailing FORMAT clause, and the format."""
    text = sql.strip().rstrip(";")
    head, mark, tail = text.rpartition("FORMAT ")
    if mark and tail.strip().isalnum():
        return head.strip(), tail.strip()
    return text, default


def main() -> None:
    Handler.pool = Connections(str(Path(sys.argv[1]).resolve()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
