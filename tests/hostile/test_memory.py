"""H1, H4, H6, H8 against the running server: memory stays bounded in bytes, and others are served."""

import contextlib
import gzip
import http.client
import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.process import rss_bytes
from sonde.model.limits import MEBIBYTE
from tests.contract.otlp import build
from tests.contract.otlp.client import post, until
from tests.contract.otlp.target import Served, served
from tests.fault.rounds import rounds

pytestmark = [pytest.mark.hostile, pytest.mark.slow, pytest.mark.timeout(600)]

RSS_BYTES_MAX = 3_000 * MEBIBYTE
"""Idle 0.4 GB, 256 MiB being decoded, 256 MiB accepted and waiting (as Python objects several times that)."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One running ``sonde serve``."""
    with served(tmp_path_factory.mktemp("hostile")) as running:
        yield running


def field(number: int, payload: bytes) -> bytes:
    """A length-delimited protobuf field."""
    size, encoded = len(payload), bytearray()
    while True:
        encoded.append(size & 127 | (128 if size > 127 else 0))
        size >>= 7
        if not size:
            return bytes([number << 3 | 2]) + bytes(encoded) + payload


def gzip_bomb() -> bytes:
    """2 GiB of zeros in 2 MB."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6) as stream:
        for _ in range(128):
            stream.write(bytes(16 * MEBIBYTE))
    return packed.getvalue()


def tiny_spans(count: int) -> bytes:
    """Spans of an id and nothing else, in one request."""
    spans = b"".join(
        field(
            2, b"\x0a\x10" + (number + 1).to_bytes(16, "big") + b"\x12\x08" + (number + 1).to_bytes(8, "big")
        )
        for number in range(count)
    )
    return field(1, field(2, spans))


def nested(levels: int) -> bytes:
    """A span with an attribute of lists in lists."""
    value = b"\x0a\x01x"
    for _ in range(levels):
        value = field(5, field(1, value))
    ids = b"\x0a\x10" + b"1" * 16 + b"\x12\x08" + b"2" * 8
    return field(1, field(2, field(2, ids + field(9, b"\x0a\x01k" + field(2, value)))))


def attacked(server: Served, attack: Callable[[], None]) -> tuple[int, int]:
    """Run an attack four at a time beside an honest client; (most memory, honest spans acknowledged)."""
    assert server._process is not None
    pid = server._process.pid
    done = threading.Event()
    most = 0

    def watch() -> None:
        nonlocal most
        while not done.wait(0.02):
            most = max(most, rss_bytes(pid))

    def strike() -> None:
        # A connection that is refused while the body is still being sent may be cut: that is an answer.
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            attack()

    watcher = threading.Thread(target=watch)
    attackers = [threading.Thread(target=strike) for _ in range(4)]
    watcher.start()
    honest = 0
    try:
        for attacker in attackers:
            attacker.start()
        while any(attacker.is_alive() for attacker in attackers) or not honest:
            honest += post(server.http_port, build.traces(build.span()).SerializeToString()).status == 200
            assert done.wait(0.05) is False
    finally:
        for attacker in attackers:
            attacker.join()
        until(lambda: server.metric("sonde_pending_bytes") == 0, 120)
        done.set()
        watcher.join()
    return most, honest


@pytest.mark.parametrize(
    "attack", ["gzip bomb", "64 MiB of nothing", "64 MiB of text", "a million spans", "depth"]
)
def test_memory_is_bounded_and_others_are_served(server: Served, attack: str, tmp_path: Path) -> None:
    port = server.http_port
    statuses: list[int] = []
    if attack == "gzip bomb":
        body, wanted = gzip_bomb(), {413, 503}

        def strike() -> None:
            statuses.append(post(port, body, encoding="gzip").status)

    elif attack == "64 MiB of nothing":
        body, wanted = bytes(64 * MEBIBYTE), {400, 503}

        def strike() -> None:
            statuses.append(post(port, body).status)

    elif attack == "64 MiB of text":
        span = build.span(attributes={"text": "x" * (31 * MEBIBYTE), "more": "y" * (31 * MEBIBYTE)})
        body, wanted = build.traces(span).SerializeToString(), {200, 503}

        def strike() -> None:
            statuses.append(post(port, body).status)

    elif attack == "a million spans":
        body, wanted = tiny_spans(100_000), {200, 503}
        assert len(body) < 64 * MEBIBYTE

        def strike() -> None:
            statuses.extend(post(port, body).status for _ in range(rounds(1, 3)))  # by each of four

    else:
        body, wanted = nested(200_000), {200, 400}

        def strike() -> None:
            statuses.extend(post(port, deep).status for deep in (nested(40), nested(1_000), body))

    most, honest = attacked(server, strike)
    print(f"{attack}: at most {most >> 20} MiB, {honest} honest answered, attack {sorted(set(statuses))}")
    assert set(statuses) <= wanted
    assert most < RSS_BYTES_MAX
    assert honest > 0
    assert post(port, build.traces(build.span()).SerializeToString()).status == 200
