"""The sampling rule: by trace id, alike everywhere; slow, failed and expensive spans always."""

import random

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Status, StatusCode

from sonde.sdk.sampling import in_share, notable


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25, 0.9, 1.0])
def test_the_share_is_kept(share: float) -> None:
    rng = random.Random(7)
    kept = sum(in_share(rng.getrandbits(128), share) for _ in range(20_000))
    assert kept == pytest.approx(20_000 * share, abs=300)


def test_a_larger_share_holds_the_smaller_one() -> None:
    rng = random.Random(8)
    for trace_id in (rng.getrandbits(128) for _ in range(2_000)):
        assert not in_share(trace_id, 0.2) or in_share(trace_id, 0.3)


def test_edges() -> None:
    assert in_share(2**128 - 1, 1.0)
    assert not in_share(0, 0.0)
    assert in_share(0, 1e-12)


@pytest.mark.parametrize(
    ("took_ms", "failed", "expensive", "expected"),
    [
        (99, False, False, False),
        (100, False, False, True),
        (1, True, False, True),
        (1, False, True, True),
    ],
)
def test_what_is_always_kept(took_ms: int, failed: bool, expensive: bool, expected: bool) -> None:
    span = ReadableSpan(
        "chat",
        start_time=0,
        end_time=took_ms * 1_000_000,
        status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
        attributes={"sonde.expensive": True} if expensive else {},
    )
    assert notable(span, 100) is expected


def test_a_span_without_times_is_not_slow() -> None:
    assert not notable(ReadableSpan("chat"), 0)
