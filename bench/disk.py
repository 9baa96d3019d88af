"""Bytes on disk per span, both servers fed the same slices of real documentation, none of them twice.

python -m bench disk [--megabytes 30] [--peer-python PATH/TO/python]
"""

import argparse
import http.client
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench import bodies
from bench.phoenix import Phoenix
from bench.process import folder_bytes
from bench.prose import Slices, collect
from bench.report import publish, ratio
from bench.sonde_server import Sonde

PUBLISHED_PHOENIX_BYTES = 8_900
BATCH = 50
CHARACTERS = (500, 1_500, 1_000)
"""System prompt, question and answer of one span."""


def requests(slices: Slices, megabytes: float) -> Iterator[bytes]:
    """Export requests whose content is prose that no other request has."""
    rng = random.Random("disk")
    per_request = BATCH * sum(CHARACTERS)
    start_ns = time.time_ns() - 3_600_000_000_000
    for number in range(int(megabytes * 1e6 / per_request) + 1):
        request: ExportTraceServiceRequest = bodies.empty_request()
        for index in range(BATCH):
            content = [slices.take(size) for size in CHARACTERS]
            first = index - index % bodies.SPANS_PER_TRACE
            attributes = bodies.span_attributes(rng, content, agent=index == first)
            span = bodies.add_span(request, attributes)
            span.trace_id = bodies.trace_id(9, number, first)
            span.span_id = bodies.span_id(9, number, index)
            if first != index:
                span.parent_span_id = bodies.span_id(9, number, first)
            span.start_time_unix_nano = start_ns + (number * BATCH + index) * 1_000_000
            span.end_time_unix_nano = span.start_time_unix_nano + rng.randint(200, 6_000) * 1_000_000
        yield request.SerializeToString()


def post_all(url: str, sent: Iterator[bytes]) -> tuple[int, int]:
    """Send on one connection, trying again while the server is busy; spans and bytes."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=120)
    spans = size = 0
    for body in sent:
        while True:
            connection.request("POST", address.path, body, {"Content-Type": "application/x-protobuf"})
            response = connection.getresponse()
            answer = response.read()
            if response.status == 200:
                break
            if response.status not in {429, 503}:
                raise RuntimeError(f"{response.status} {answer[:200]!r}")
            time.sleep(1)
        spans += BATCH
        size += len(body)
    connection.close()
    return spans, size


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench disk")
    options.add_argument("--megabytes", type=float, default=30, help="of prose; a million bytes each")
    options.add_argument("--peer-python", type=Path, help="interpreter with arize-phoenix (bench/peers.md)")
    chosen = options.parse_args(arguments)
    prose = collect(chosen.megabytes + 1)
    if sum(map(len, prose)) < chosen.megabytes * 1e6:
        raise SystemExit("this machine holds too little documentation; install more or lower --megabytes")
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as scratch:
        folder = Path(scratch)
        sonde = Sonde(folder / "sonde")
        try:
            empty = sonde.quiet_bytes()
            spans, size = post_all(sonde.traces_url, requests(Slices(prose), chosen.megabytes))
            sonde.wait_for_rows(spans)
            ours = (sonde.quiet_bytes() - empty) / spans
            by_part = {part.name: folder_bytes(part) for part in sonde.data_dir.iterdir() if part.is_dir()}
        finally:
            sonde.server.kill()
        theirs = None
        if chosen.peer_python:
            phoenix = Phoenix(chosen.peer_python, folder / "phoenix")
            try:
                base = phoenix.database_bytes()
                post_all(phoenix.traces_url, requests(Slices(prose), chosen.megabytes))
                stored, _ = phoenix.wait_for_rows(spans)
                theirs = (phoenix.database_bytes() - base) / stored
            finally:
                phoenix.server.kill()
    peer = theirs or PUBLISHED_PHOENIX_BYTES
    origin = "Phoenix, same run" if theirs else "Phoenix as published: no peer installed"
    publish(
        "disk",
        [
            ("bytes on disk per span", round(ours), f"{peer:,.0f} ({origin}): {ratio(peer, ours)} less"),
            ("bytes on the wire per span", round(size / spans), f"stored in {ours * spans / size:.0%}"),
            ("spans, MB of prose", f"{spans:,}, {spans * sum(CHARACTERS) / 1e6:.0f}", "no slice sent twice"),
        ],
        {"sonde": ours, "phoenix": theirs, "spans": spans, "wire_bytes": size, "sonde_folders": by_part},
    )
