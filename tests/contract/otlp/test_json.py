"""C21 to C28: OTLP's own JSON mapping, which is not protobuf's."""

import base64
import math

import pytest

from tests.contract.otlp import build
from tests.contract.otlp.client import Answer, post_json
from tests.contract.otlp.target import Listener, Stored, Target

pytestmark = pytest.mark.conformance


def send_value(target: Target, value: object) -> tuple[Answer, Stored]:
    """One span with the attribute ``k`` of this AnyValue."""
    trace_id = build.trace_id()
    span = build.json_span(trace_id, attributes=[{"key": "k", "value": value}])
    answer = post_json(target.http_port, build.json_traces(span))
    assert answer.status == 200, answer.body
    (stored,) = target.spans(trace_id)
    return answer, stored


def test_c21_ids_are_hex_in_any_case(target: Target) -> None:
    trace_id = bytes.fromhex("aBcDeF0123456789aBcDeF0123456789")
    for number, write in enumerate((str.lower, str.upper, str.title)):
        span = build.json_span(
            trace_id, traceId=write(trace_id.hex()), spanId=write(f"{number}0ffeeddccbbaa99")
        )
        span["parentSpanId"] = write("a0ffeeddccbbaa99")
        answer = post_json(target.http_port, build.json_traces(span))
        assert (answer.status, answer.json()) == (200, {})
    stored = target.spans(trace_id)
    assert {span.span_id for span in stored} == {f"{number}0ffeeddccbbaa99" for number in range(3)}
    assert {span.parent_span_id for span in stored} == {"a0ffeeddccbbaa99"}


@pytest.mark.parametrize(
    "changes",
    [
        {"traceId": base64.b64encode(b"0123456789abcdef").decode()},
        {"spanId": base64.b64encode(b"01234567").decode()},
        {"traceId": "abc"},
        {"traceId": "0" * 31},
        {"spanId": "12345"},
        {"traceId": "g" * 32},
        {"spanId": "0x12345678901234"},
        {"traceId": " " + "1" * 31},
        {"traceId": "١" * 32},
    ],
)
def test_c22_other_ids_reject_their_span_only(target: Target, changes: dict[str, str]) -> None:
    trace_id = build.trace_id()
    spans = [build.json_span(trace_id), build.json_span(trace_id, **changes), build.json_span(trace_id)]
    answer = post_json(target.http_port, build.json_traces(*spans))
    assert answer.status == 200
    partial = answer.json()["partialSuccess"]
    assert partial["rejectedSpans"] == "1"
    assert "resourceSpans[0].scopeSpans[0].spans[1]" in partial["errorMessage"]
    assert len(target.spans(trace_id)) == 2


def test_c23_enumerations_by_name_are_accepted_with_a_warning(target: Target) -> None:
    trace_id = build.trace_id()
    span = build.json_span(trace_id, kind="SPAN_KIND_SERVER", status={"code": "STATUS_CODE_ERROR"})
    answer = post_json(target.http_port, build.json_traces(span))
    partial = answer.json()["partialSuccess"]
    assert partial["rejectedSpans"] == "0"
    assert "its number" in partial["errorMessage"]
    (stored,) = target.spans(trace_id)
    assert (stored.kind, stored.status) == ("server", "error")

    span = build.json_span(trace_id, kind="SERVER")
    assert (
        post_json(target.http_port, build.json_traces(span)).json()["partialSuccess"]["rejectedSpans"] == "1"
    )


@pytest.mark.parametrize("number", [0, -1, 2**53 + 1, 2**63 - 1, -(2**63)])
def test_c24_64_bit_integers_as_text_and_as_numbers(target: Target, number: int) -> None:
    for sent in (number, str(number)):
        _, stored = send_value(target, {"intValue": sent})
        assert stored.attributes["k"] == number
        assert type(stored.attributes["k"]) is int


def test_c24_unsigned_times_are_exact(listener: Listener) -> None:
    trace_id = build.trace_id()
    for sent in (2**64 - 1, str(2**64 - 1), 2**63 - 1, "1795245394222476085"):
        span = build.json_span(trace_id, startTimeUnixNano=sent, endTimeUnixNano=sent)
        assert post_json(listener.http_port, build.json_traces(span)).json() == {}
    assert [span.start_ns for span in listener.spans(trace_id)] == [
        2**64 - 1,
        2**64 - 1,
        2**63 - 1,
        1795245394222476085,
    ]


@pytest.mark.parametrize("sent", [2**63, str(2**63), "1e3", "0x10", "1_000", "", " 1", 1.5, True, "１"])
def test_c24_what_is_not_a_64_bit_integer_rejects_its_span(listener: Listener, sent: object) -> None:
    span = build.json_span(attributes=[{"key": "k", "value": {"intValue": sent}}])
    answer = post_json(listener.http_port, build.json_traces(span))
    assert answer.status == 200
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("NaN", math.nan), ("Infinity", math.inf), ("-Infinity", -math.inf), ("1.5", 1.5), (2, 2.0)],
)
def test_c25_doubles_that_json_has_no_numbers_for(target: Target, sent: object, expected: float) -> None:
    answer, stored = send_value(target, {"doubleValue": sent})
    assert answer.json() == {}
    found, shown = stored.attributes["k"], target.shown(expected)
    assert type(found) is type(shown)
    assert found == shown or (math.isnan(expected) and str(found) == str(shown))


@pytest.mark.parametrize("sent", ["+/8=", "+/8", "-_8=", "-_8"])
def test_c26_bytes_are_base64_with_or_without_padding(target: Target, sent: str) -> None:
    _, stored = send_value(target, {"bytesValue": sent})
    assert stored.attributes["k"] == target.shown(b"\xfb\xff")


def test_c27_null_is_the_default_of_every_field(listener: Listener) -> None:
    trace_id = build.trace_id()
    span = build.json_span(
        trace_id,
        name=None, kind=None, parentSpanId=None, attributes=None, events=None, links=None, status=None,
        traceState=None, flags=None, endTimeUnixNano=None, droppedAttributesCount=None,
    )  # fmt: skip
    document = build.json_traces(span)
    document["resourceSpans"][0]["schemaUrl"] = None
    document["resourceSpans"][0]["resource"] = None
    document["resourceSpans"][0]["scopeSpans"][0]["scope"] = None
    answer = post_json(listener.http_port, document)
    assert (answer.status, answer.json()) == (200, {})
    (stored,) = listener.spans(trace_id)
    assert (stored.name, stored.kind, stored.parent_span_id, stored.end_ns) == ("", "unspecified", "", 0)
    for value in (None, {}, {"stringValue": None}, {"arrayValue": None}):
        _, stored = send_value(listener, value)
        assert stored.attributes == {"k": None}
    _, stored = send_value(listener, {"arrayValue": {"values": None}})
    assert stored.attributes == {"k": []}
    for document in ({"resourceSpans": None}, {"resourceSpans": [{"scopeSpans": None}]}):
        assert post_json(listener.http_port, document).status == 200


def test_c28_snake_case_is_unknown_and_said_so(listener: Listener) -> None:
    answer = post_json(
        listener.http_port, {"resource_spans": build.json_traces(build.json_span())["resourceSpans"]}
    )
    assert answer.status == 200
    partial = answer.json()["partialSuccess"]
    assert partial["rejectedSpans"] == "0"
    assert "lowerCamelCase" in partial["errorMessage"]
    assert listener.sink.spans == []
    trace_id = build.trace_id()
    span = build.json_span(trace_id, parent_span_id="1" * 16, trace_state="a=b")
    assert post_json(listener.http_port, build.json_traces(span)).status == 200
    assert listener.spans(trace_id)[0].parent_span_id == ""


def test_half_an_emoji_does_not_cost_the_batch(target: Target) -> None:
    trace_id = build.trace_id()
    # Not json.dumps of a str: the escapes have to be on the wire as a cut JavaScript string has them.
    whole, halves, text = r"ok \ud83d\ude00", r"\ud83d \ude00 \ud83d", r"\\ud83d"
    attributes = ",".join(
        f'{{"key":"{key}","value":{{"stringValue":"{value}"}}}}'
        for key, value in (("whole", whole), ("halves", halves), ("text", text))
    )
    body = (
        f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{trace_id.hex()}",'
        f'"spanId":"1111111111111111","attributes":[{attributes}]}}]}}]}}]}}'
    )
    from tests.contract.otlp.client import JSON, post

    answer = post(target.http_port, body.encode(), media=JSON)
    assert answer.status == 200
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "0"
    (stored,) = target.spans(trace_id)
    assert stored.attributes == {"whole": "ok 😀", "halves": "� � �", "text": r"\ud83d"}
