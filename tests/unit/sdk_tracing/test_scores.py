"""``sonde.score``."""

import math

import pytest

from sonde.sdk.scores import score
from sonde.sdk.spans import span
from tests.unit.sdk_tracing.conftest import Telemetry


def test_a_score_of_the_work_at_hand(telemetry: Telemetry) -> None:
    with span("work") as work:
        assert score("helpful", 0.9, comment="yes", attributes={"judge": "me"})
    (record,) = telemetry.logs
    assert record.event_name == "gen_ai.evaluation.result"
    assert dict(record.attributes) == {
        "gen_ai.evaluation.name": "helpful",
        "gen_ai.evaluation.score.value": 0.9,
        "gen_ai.evaluation.explanation": "yes",
        "judge": "me",
    }
    assert (f"{record.trace_id:032x}", f"{record.span_id:016x}") == (work.trace_id, work.span_id)


def test_a_score_that_comes_later(telemetry: Telemetry) -> None:
    assert score("thumbs", True, trace_id="ab" * 16, span_id="cd" * 8)
    assert score("topic", "sports", trace_id="ab" * 16)
    thumbs, topic = telemetry.logs
    assert (f"{thumbs.trace_id:032x}", f"{thumbs.span_id:016x}") == ("ab" * 16, "cd" * 8)
    assert thumbs.attributes["gen_ai.evaluation.score.value"] == 1.0
    assert thumbs.attributes["gen_ai.evaluation.score.label"] == "true"
    assert topic.span_id == 0
    assert topic.attributes["gen_ai.evaluation.score.label"] == "sports"
    assert "gen_ai.evaluation.score.value" not in topic.attributes


def test_only_the_answer_is_known(telemetry: Telemetry) -> None:
    assert score("right", 1, response_id="chatcmpl-1")
    assert telemetry.logs[0].attributes["gen_ai.response.id"] == "chatcmpl-1"


def test_a_session_is_judged_as_a_whole(telemetry: Telemetry, caplog: pytest.LogCaptureFixture) -> None:
    with span("work"):
        assert score("solved", True, session="s-4")
        assert score("solved", False, session="s-5", trace_id="ab" * 16)
    for record, session in zip(telemetry.logs, ("s-4", "s-5"), strict=True):
        assert record.attributes["session.id"] == session
        assert not record.trace_id
        assert not record.span_id
    assert len(caplog.records) == 1


def test_bad_scores_are_told_and_left_out(telemetry: Telemetry, caplog: pytest.LogCaptureFixture) -> None:
    assert not score("", 1)
    assert not score("x", math.nan)
    assert not score("x", 1, trace_id="not hex")
    assert telemetry.logs == []
    assert len(caplog.records) == 3
