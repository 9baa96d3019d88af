"""A receiver that takes all and keeps nothing. python -m bench.sdk_sink prints its port; GET counts."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink(BaseHTTPRequestHandler):
    """Answers every POST with 200."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    posts = 0
    received_bytes = 0
    lock = threading.Lock()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class calls it so)
        """Say nothing."""

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Take it."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            size = self._chunks()
        else:
            size = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        with self.lock:
            Sink.posts += 1
            Sink.received_bytes += size
        kind = self.headers.get("Content-Type", "application/x-protobuf")
        self._answer(b"{}" if "json" in kind else b"", kind)

    def _chunks(self) -> int:
        total = 0
        while size := int(self.rfile.readline().split(b";")[0], 16):
            total += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return total

    def do_GET(self) -> None:
        """What came since the last time it was asked."""
        with self.lock:
            found = {"posts": Sink.posts, "bytes": Sink.received_bytes}
            Sink.posts = Sink.received_bytes = 0
        self._answer(json.dumps(found).encode(), "application/json")


def main() -> None:
    """Serve until the process is ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
