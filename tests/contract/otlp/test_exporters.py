"""C40: programs with real SDKs send numbered spans; each arrives once and exactly as it was made.

``make conformance`` sends 1,000,000 spans per exporter (100,000 with gzip), ``make test`` 3,000. Run: the
exporters of Python (HTTP, gRPC) and of Node (HTTP with JSON and with protobuf), plain and with gzip. Not run,
as their tool chains are not here: Go, Java, .NET, Rust and the Collector; nor the gRPC exporter of Node.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.contract.otlp.target import Served
from tests.needs import ROOT

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(3_600)]

HERE = Path(__file__).parent
FEW, MANY, MANY_PACKED = 3_000, 1_000_000, 100_000
PAGE = 3_000
NODE = [
    pytest.param("node", encoding, compression, marks=pytest.mark.node)
    for encoding in ("json", "protobuf")
    for compression in ("none", "gzip")
]


def spans_to_send(config: pytest.Config, compression: str) -> int:
    """Many when only the protocol checks were asked for."""
    chosen = os.environ.get("SONDE_CONFORMANCE_SPANS")
    if chosen is not None:
        return int(chosen)
    if config.getoption("markexpr") != "conformance":
        return FEW
    return MANY if compression == "none" else MANY_PACKED


@pytest.mark.parametrize(
    ("language", "transport", "compression"),
    [
        ("python", "http", "none"),
        ("python", "http", "gzip"),
        ("python", "grpc", "none"),
        ("python", "grpc", "gzip"),
        *NODE,
    ],
)
def test_c40_every_span_arrives_once_and_unchanged(
    pytestconfig: pytest.Config, server: Served, language: str, transport: str, compression: str
) -> None:
    count = spans_to_send(pytestconfig, compression)
    service = f"{language}-{transport}-{compression}"
    start_ns = time.time_ns() - 3_600_000_000_000
    port = server.grpc_port if transport == "grpc" else server.http_port
    options = [transport, f"http://127.0.0.1:{port}", compression, service, str(count), str(start_ns)]
    if language == "python":
        command = [sys.executable, str(HERE / "send_python.py"), *options]
    else:
        node = shutil.which("node")
        assert node is not None
        command = [node, str(HERE / "send_node.mjs"), str(ROOT / "web" / "package.json"), *options]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr

    (row,) = server.sql(
        "select count() as spans, uniqExact(span_id) as ids, uniqExact(trace_id) as traces, "
        "countIf(parent_span_id = '') as roots, "
        "uniqExact(JSONExtractInt(attributes, 'n')) as numbers, "
        "sum(JSONExtractInt(attributes, 'n')) as total "
        f"from spans where service = '{service}'"
    )
    assert {name: int(value) for name, value in row.items()} == {
        "spans": count,
        "ids": count,
        "traces": -(-count // 10),
        "roots": -(-count // 10),
        "numbers": count,
        "total": count * (count - 1) // 2,
    }
    # Every value of some spans, spread over the whole run.
    for first in sorted({0, count // 2, max(0, count - PAGE)}):
        last = min(count, first + PAGE)
        rows = server.sql(
            "select name, kind, toUnixTimestamp64Nano(time) as start_ns, "
            "toUnixTimestamp64Nano(end_time) as end_ns, attributes, scope_name, scope_version "
            f"from spans where service = '{service}' "
            f"and time >= fromUnixTimestamp64Nano({start_ns + first * 1_000}) "
            f"and time < fromUnixTimestamp64Nano({start_ns + last * 1_000}) order by time limit {PAGE}"
        )
        assert len(rows) == last - first
        for number, stored in enumerate(rows, first):
            assert _as_made(stored) == _made(number, start_ns)


def _made(number: int, start_ns: int) -> dict[str, Any]:
    """What the program says about span ``number``."""
    return {
        "name": f"span {number % 7}",
        "kind": "client",
        "scope": ("conformance", "1.0"),
        "start_ns": start_ns + number * 1_000,
        "end_ns": start_ns + number * 1_000 + 1_000_000 + number,
        "attributes": {
            "n": number,
            "text": f"text {number} ü 😀\n\0",
            "half": number / 2 + 0.25,
            "even": number % 2 == 0,
            "list": [f"a{number}", "b"],
            "empty": "",
        },
    }


def _as_made(row: dict[str, Any]) -> dict[str, Any]:
    """A stored span in the same form."""
    return {
        "name": row["name"],
        "kind": row["kind"],
        "scope": (row["scope_name"], row["scope_version"]),
        "start_ns": int(row["start_ns"]),
        "end_ns": int(row["end_ns"]),
        "attributes": json.loads(row["attributes"]),
    }
