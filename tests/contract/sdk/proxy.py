"""A forward proxy on loopback, for plain requests and CONNECT. Every name leads to one port."""

import contextlib
import http.client
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Proxy:
    """Says in ``asked`` what it was asked for, and hands all of it to 127.0.0.1:``port``."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_POST(self) -> None:
                proxy.asked.append(self.path)
                body = self.rfile.read(int(self.headers["content-length"]))
                onward = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                path = "/" + self.path.split("/", 3)[3]
                onward.request("POST", path, body, dict(self.headers.items()))
                answer = onward.getresponse()
                said = answer.read()
                self.send_response(answer.status)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
                onward.close()

            def do_CONNECT(self) -> None:
                proxy.asked.append(f"CONNECT {self.path}")
                with socket.create_connection(("127.0.0.1", port), timeout=30) as onward:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=_copy, args=(onward, self.connection), daemon=True)
                    back.start()
                    _copy(self.connection, onward)
                    back.join(30)
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name there
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Until one of both ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
