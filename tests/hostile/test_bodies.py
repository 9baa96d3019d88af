"""Hostile bodies (reliability H1 to H13, H18): the process lives, memory is bounded, others are served."""

import gzip
import json
import math
import resource
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from sonde.ingest.decode.attributes import TOO_DEEP
from sonde.model.limits import MEBIBYTE
from tests.contract.otlp import build
from tests.contract.otlp.client import JSON, grpc_export, post, post_json
from tests.contract.otlp.target import Listener

pytestmark = pytest.mark.hostile


@pytest.fixture(scope="module")
def shared() -> Iterator[Listener]:
    """One set of receivers."""
    with Listener() as listener:
        yield listener


@pytest.fixture
def listener(shared: Listener) -> Iterator[Listener]:
    """Receivers that have stored nothing yet, and still take an honest span afterwards."""
    shared.sink.spans.clear()
    yield shared
    trace_id = build.trace_id()
    assert post(shared.http_port, build.traces(build.span(trace_id)).SerializeToString()).status == 200
    assert len(shared.spans(trace_id)) == 1
    assert shared.intake.in_flight.bytes == 0


def rss_bytes() -> int:
    """Resident memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def peak_growth(action: Callable[[], object]) -> int:
    """How much resident memory grew at most while an action ran, bytes."""
    before = peak = rss_bytes()
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.005):
            peak = max(peak, rss_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        action()
    finally:
        done.set()
        watcher.join()
    return peak - before


def protobuf_answer(body: bytes) -> ExportTraceServiceResponse:
    """The answer as a message."""
    return ExportTraceServiceResponse.FromString(body)


@pytest.mark.slow
def test_h01_gzip_bomb(listener: Listener) -> None:
    # Members one after the other are one stream: 10 GiB in 10 MiB.
    bomb = gzip.compress(bytes(64 * MEBIBYTE), 9) * 160
    assert len(bomb) < 12 * MEBIBYTE
    answers: list[int] = []
    cpu = time.process_time()
    grown = peak_growth(lambda: answers.append(post(listener.http_port, bomb, encoding="gzip").status))
    assert answers == [413]
    assert grown < 300 * MEBIBYTE
    assert time.process_time() - cpu < 5


@pytest.mark.slow
def test_h02_zstd_bomb_and_window(listener: Listener) -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(256 * MEBIBYTE))
    assert len(bomb) < 10_000
    answers: list[int] = []
    grown = peak_growth(lambda: answers.append(post(listener.http_port, bomb, encoding="zstd").status))
    assert answers == [413]
    assert grown < 300 * MEBIBYTE
    # A frame that asks for a window of 2 GiB, with hardly anything in it.
    parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=True)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    wide = stream.compress(bytes(1000)) + stream.flush()
    assert post(listener.http_port, wide, encoding="zstd").status == 400


def test_h03_nested_gzip(listener: Listener) -> None:
    body = gzip.compress(gzip.compress(build.traces(build.span()).SerializeToString()))
    assert post(listener.http_port, body, encoding="gzip, gzip").status == 415
    assert post(listener.http_port, body, encoding="gzip").status == 400


@pytest.mark.slow
def test_h04_one_huge_attribute(listener: Listener) -> None:
    trace_id = build.trace_id()
    fits, too_long = "x" * (31 * MEBIBYTE), "y" * (32 * MEBIBYTE + 1)
    span = build.span(trace_id, attributes={"fits": fits, "too_long": too_long, "k": 1})
    answer = post(listener.http_port, build.traces(span).SerializeToString())
    assert answer.status == 200
    assert "over 32 MiB" in protobuf_answer(answer.body).partial_success.error_message
    (stored,) = listener.spans(trace_id)
    assert stored.attributes == {"fits": fits, "k": 1}
    listener.sink.spans.clear()


def test_h05_100000_attributes(listener: Listener) -> None:
    trace_id = build.trace_id()
    span = build.span(trace_id, attributes={f"k{number}": number for number in range(100_000)})
    answer = post(listener.http_port, build.traces(span).SerializeToString())
    assert answer.status == 200
    partial = protobuf_answer(answer.body).partial_success
    assert partial.rejected_spans == 0
    assert "beyond the first 1024" in partial.error_message
    (_, stored) = listener.sink.spans[0]
    assert len(stored.attributes) == 1024
    assert stored.dropped_attributes_count == 98_976
    document = build.json_traces(
        build.json_span(
            attributes=[{"key": f"k{number}", "value": {"intValue": number}} for number in range(5_000)]
        )
    )
    assert post_json(listener.http_port, document).status == 200
    (_, stored) = listener.sink.spans[1]
    assert (len(stored.attributes), stored.dropped_attributes_count) == (1024, 3_976)


def test_h05_many_events_and_links(listener: Listener) -> None:
    span = build.span()
    for number in range(1_500):
        span.events.add(name=f"e{number}")
        span.links.add(trace_id=b"\1" * 16, span_id=b"\2" * 8)
    span.links.add(trace_id=b"bad", span_id=b"")
    assert post(listener.http_port, build.traces(span).SerializeToString()).status == 200
    (_, stored) = listener.sink.spans[0]
    assert (len(stored.events), stored.dropped_events_count) == (1_000, 500)
    assert (len(stored.links), stored.dropped_links_count) == (1_000, 501)


@pytest.mark.slow
def test_h06_a_million_spans_in_one_request(listener: Listener) -> None:
    one = build.traces(build.span(name="", kind=0, start_time_unix_nano=0, end_time_unix_nano=0))
    inner = one.resource_spans[0].scope_spans[0].spans[0].SerializeToString()
    entry = b"\x12" + bytes([len(inner)]) + inner
    scope = entry * 1_000_000
    assert len(scope) < 64 * MEBIBYTE
    body = _nested(1, _nested(2, scope))
    answers: list[int] = []
    grown = peak_growth(lambda: answers.append(post(listener.http_port, body).status))
    assert answers == [413]
    assert grown < 600 * MEBIBYTE


AMPLIFIERS: dict[str, tuple[str, bytes]] = {
    # Two bytes on the wire, sixty in a parser that builds messages.
    "empty-events": ("protobuf", b"\x5a\x00"),
    "empty-links": ("protobuf", b"\x6a\x00"),
    "empty-attributes": ("protobuf", b"\x4a\x00"),
    "json-lists": ("json", b"[],"),
    "json-objects": ("json", b"{},"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", sorted(AMPLIFIERS))
def test_h06_bodies_that_grow_when_they_are_parsed(listener: Listener, case: str) -> None:
    media, piece = AMPLIFIERS[case]
    repeated = piece * (60 * MEBIBYTE // len(piece))
    answers: list[int] = []
    if media == "json":
        body = b'{"resourceSpans":[' + repeated + piece[:-1] + b"]}"
        grown = peak_growth(lambda: answers.append(post(listener.http_port, body, media=JSON).status))
        assert answers == [413]
    else:
        ids = b"\x0a\x10" + b"1" * 16 + b"\x12\x08" + b"2" * 8
        body = _nested(1, _nested(2, _nested(2, ids + repeated)))
        grown = peak_growth(lambda: answers.append(post(listener.http_port, body).status))
        assert answers == [200]
        assert listener.sink.spans == []
    assert grown < 600 * MEBIBYTE


def _nested(number: int, payload: bytes) -> bytes:
    size = len(payload)
    encoded = bytearray()
    while True:
        encoded.append(size & 127 | (128 if size > 127 else 0))
        size >>= 7
        if not size:
            return bytes([number << 3 | 2]) + bytes(encoded) + payload


def deep(levels: int, kind: str) -> bytes:
    """An encoded AnyValue of nested arrays or maps around a text."""
    value = b"\x0a\x01x"
    for _ in range(levels):
        if kind == "array":
            value = _nested(5, _nested(1, value))
        else:
            value = _nested(6, _nested(1, b"\x0a\x01k" + _nested(2, value)))
    return value


def request_with(value: bytes, trace_id: bytes) -> bytes:
    """A span with the attributes ``deep``, of this encoded value, and ``k``."""
    ids = b"\x0a\x10" + trace_id + b"\x12\x08" + b"2" * 8
    pairs = _nested(9, b"\x0a\x04deep" + _nested(2, value)) + _nested(9, b"\x0a\x01k\x12\x02\x18\x07")
    return _nested(1, _nested(2, _nested(2, ids + pairs)))


@pytest.mark.parametrize("levels", [30, 31, 32, 47, 48, 1_000, 10_000])
@pytest.mark.parametrize("kind", ["array", "map"])
def test_h08_deeply_nested_values(listener: Listener, levels: int, kind: str) -> None:
    trace_id = build.trace_id()
    body = request_with(deep(levels, kind), trace_id)
    answer = post(listener.http_port, body)
    assert answer.status == 200
    assert grpc_export(listener.grpc_port, body) == answer.body
    stored, _ = listener.spans(trace_id)
    assert stored.attributes["k"] == 7
    inner = stored.attributes["deep"]
    for _ in range(30):
        inner = inner[0] if kind == "array" else inner["k"]
    assert inner == ("x" if levels == 30 else TOO_DEEP)
    warned = protobuf_answer(answer.body).partial_success.error_message
    assert ("nested deeper than 30" in warned) == (levels > 30)


@pytest.mark.slow
def test_h08_200000_levels(listener: Listener) -> None:
    # Built from the inside: each level adds the lengths of all below, so only the head is exact.
    value = b"\x2a\xff\xff\xff\x7f" * 200_000
    answer = post(listener.http_port, request_with(value, build.trace_id()))
    assert answer.status in (200, 400)


@pytest.mark.parametrize("levels", [30, 31, 200, 1_000, 200_000])
@pytest.mark.parametrize("kind", ["array", "map"])
def test_h09_deeply_nested_json(listener: Listener, levels: int, kind: str) -> None:
    trace_id = build.trace_id()
    if kind == "array":
        opening, closing = '{"arrayValue":{"values":[', "]}}"
    else:
        opening, closing = '{"kvlistValue":{"values":[{"key":"k","value":', "}]}}"
    value = opening * levels + '{"stringValue":"x"}' + closing * levels
    span = json.dumps(build.json_span(trace_id))[:-1] + f',"attributes":[{{"key":"deep","value":{value}}}]}}'
    body = f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}'
    answer = post(listener.http_port, body.encode(), media=JSON)
    if answer.status == 400:
        # Deeper than the JSON parser goes at all.
        assert levels >= 200
        assert answer.rpc_status().code == 3
        return
    assert answer.status == 200
    inner = listener.spans(trace_id)[0].attributes["deep"]
    for _ in range(30):
        inner = inner[0] if kind == "array" else inner["k"]
    assert inner == ("x" if levels == 30 else TOO_DEEP)


def test_h10_strange_keys_are_text(listener: Listener) -> None:
    trace_id = build.trace_id()
    keys = [
        "__proto__",
        "constructor",
        "a.b.c",
        "0.0.0",
        "a",
        "a.b",
        "toString",
        "[0]",
        "$where",
        "a\0b",
        "'; drop",
        "k" * 512,
    ]
    span = build.span(trace_id, attributes={key: number for number, key in enumerate(keys)})
    span.attributes.extend(build.attributes({"k" * 513: 1, "ü" * 257: 1, "m" * MEBIBYTE: 1, "": 1}))
    answer = post(listener.http_port, build.traces(span).SerializeToString())
    assert answer.status == 200
    (_, stored) = listener.sink.spans[0]
    assert stored.attributes == {key: number for number, key in enumerate(keys)}
    assert stored.dropped_attributes_count == 4


STRANGE_TEXT = [
    "\0",
    "a\0b",
    "\u202eevil",
    "\x1b[31mred\x1b[0m",
    "😀" * 10_000,
    "\ufeff",
    "\ufffe",
    "\u2028",
    "<img src=x>",
    "\r\n",
]


@pytest.mark.parametrize("text", STRANGE_TEXT, ids=range(len(STRANGE_TEXT)))
def test_h11_strange_text_is_stored_as_sent(listener: Listener, text: str) -> None:
    trace_id = build.trace_id()
    span = build.span(trace_id, name=text, attributes={text: text})
    assert post(listener.http_port, build.traces(span).SerializeToString()).status == 200
    pair = {"key": text, "value": {"stringValue": text}}
    document = build.json_traces(build.json_span(trace_id, name=text, attributes=[pair]))
    assert post_json(listener.http_port, document).status == 200
    for stored in listener.spans(trace_id):
        assert stored.name == text
        if len(text.encode()) <= 512:
            assert stored.attributes == {text: text}


def test_h12_text_that_is_not_utf_8(listener: Listener) -> None:
    body = (
        build.traces(build.span(name="valid name"))
        .SerializeToString()
        .replace(b"valid name", b"\xff\xfe\xfd\xfcd name")
    )
    answer = post(listener.http_port, body)
    assert answer.status == 400
    assert "UTF-8" in answer.rpc_status().message
    body = build.traces(build.span(attributes={"k": "valid text"})).SerializeToString()
    answer = post(listener.http_port, body.replace(b"valid text", b"\xc3\x28\xa0\xa1\xe2t"))
    assert answer.status == 400
    answer = post(listener.http_port, b"", headers={"x-api-key": "ÿþ", "x-sonde-project": "ÿ"})
    assert answer.status in (400, 401)


@pytest.mark.parametrize("size", [0, 1, 7, 9, 15, 17, 32, 1_000])
def test_h13_ids_of_other_lengths(listener: Listener, size: int) -> None:
    good = build.trace_id()
    spans = [
        build.span(good),
        build.span(bytes([7]) * size),
        build.span(good, span_id=bytes([7]) * size),
        build.span(bytes(16)),
        build.span(good, span_id=bytes(8)),
    ]
    answer = post(listener.http_port, build.traces(*spans).SerializeToString())
    assert protobuf_answer(answer.body).partial_success.rejected_spans == 4
    assert len(listener.spans(good)) == 1


def test_h13_a_bad_parent_makes_a_root(listener: Listener) -> None:
    trace_id = build.trace_id()
    spans = [
        build.span(trace_id, parent_span_id=parent) for parent in (b"x", bytes(8), b"12345678", b"123456789")
    ]
    assert post(listener.http_port, build.traces(*spans).SerializeToString()).status == 200
    assert [span.parent_span_id for span in listener.spans(trace_id)] == ["", "", b"12345678".hex(), ""]


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (1, 2), (2**63 - 1, 2**63 - 1), (2**64 - 1, 2**64 - 1), (10**18, 10**18 - 1), (1, 2**64 - 1)],
)
def test_h18_impossible_times_reach_the_pipeline_exactly(listener: Listener, start: int, end: int) -> None:
    trace_id = build.trace_id()
    span = build.span(trace_id, start_time_unix_nano=start, end_time_unix_nano=end)
    assert post(listener.http_port, build.traces(span).SerializeToString()).status == 200
    (stored,) = listener.spans(trace_id)
    assert (stored.start_ns, stored.end_ns) == (start, end)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -5, 1e300, "12", True, 2**63 - 1, -(2**63), -0.0, None, [], {}]
)
def test_h21_values_that_are_no_token_counts_arrive_as_sent(listener: Listener, value: object) -> None:
    trace_id = build.trace_id()
    span = build.span(trace_id, attributes={"gen_ai.usage.input_tokens": value})
    assert post(listener.http_port, build.traces(span).SerializeToString()).status == 200
    found = listener.spans(trace_id)[0].attributes["gen_ai.usage.input_tokens"]
    assert type(found) is type(value)
    assert found == value or (isinstance(value, float) and math.isnan(value))


def test_random_bytes_never_break_the_server(listener: Listener) -> None:
    import random

    randomness = random.Random(20261121)
    valid = build.traces(
        *(build.span(attributes={"k": [1, {"a": "b"}]}) for _ in range(5))
    ).SerializeToString()
    assert ExportTraceServiceRequest.FromString(valid)
    for _ in range(300):
        body = bytearray(valid)
        for _ in range(randomness.randint(1, 8)):
            body[randomness.randrange(len(body))] = randomness.randrange(256)
        assert post(listener.http_port, bytes(body)).status in (200, 400)
