"""The called service of test_two_processes.py: a plain HTTP server that makes a model call for each
request.
"""

from http.server import BaseHTTPRequestHandler, HTTPServer

import sonde


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with sonde.continued(self.headers), sonde.span("answer"):
            sonde.record_call("gpt-4o", provider="openai", input_tokens=12, output_tokens=3, duration_ms=50)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


def main() -> None:
    sonde.init(service="back")
    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    for _ in range(2):
        server.handle_request()
    assert sonde.flush()


if __name__ == "__main__":
    main()
