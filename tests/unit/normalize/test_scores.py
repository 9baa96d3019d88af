"""Judgements on the wire."""

from sonde.model.rows import Score
from sonde.model.span import Event
from tests.unit.normalize.spans import NOW, log_of, reading_of

RESULT = {
    "gen_ai.evaluation.name": "quality",
    "gen_ai.evaluation.score.value": 0.85,
    "gen_ai.evaluation.explanation": "ok",
    "reviewer": "human",
}


def short(score: Score) -> tuple[str, float | None, str, str, str]:
    return (score.name, score.value, score.label, score.comment, score.data_type)


def test_one_score_by_two_signals_has_one_id() -> None:
    """OpenLIT sends a span event and a log record for each."""
    [by_event] = reading_of(
        scope="openlit", events=[Event("gen_ai.evaluation.result", NOW + 7, RESULT)]
    ).scores
    [by_log] = log_of(RESULT, event_name="gen_ai.evaluation.result", scope="openlit.score").scores
    assert by_event.score_id == by_log.score_id
    assert short(by_event) == short(by_log) == ("quality", 0.85, "", "ok", "numeric")
    assert by_event.span_id == "b" * 16
    assert by_event.attributes_json == '{"reviewer":"human"}'


def test_a_session_is_judged_where_there_is_no_trace() -> None:
    said = {**RESULT, "session.id": "s-4"}
    [of_session] = log_of(said, event_name="gen_ai.evaluation.result", trace_id="", span_id="").scores
    assert (of_session.session_id, of_session.trace_id, of_session.span_id) == ("s-4", "", "")
    assert of_session.attributes_json == '{"reviewer":"human"}'
    [of_span] = log_of(said, event_name="gen_ai.evaluation.result").scores
    assert of_span.session_id == ""
    assert of_span.span_id


def test_booleans_and_words() -> None:
    def one(**changes: object) -> Score:
        [score] = log_of({**RESULT, **changes}, event_name="gen_ai.evaluation.result").scores
        return score

    yes = one(**{"gen_ai.evaluation.score.value": 1.0, "gen_ai.evaluation.score.label": "true"})
    assert yes.data_type == "boolean"
    word = one(**{"gen_ai.evaluation.score.value": None, "gen_ai.evaluation.score.label": "good"})
    assert (word.value, word.label, word.data_type) == (None, "good", "categorical")
    assert log_of({}, event_name="gen_ai.evaluation.result").scores == []


def test_openinference_by_index() -> None:
    scores = reading_of(
        {
            "openinference.span.kind": "LLM",
            "session.id": "s1",
            "evaluations.0.evaluation.name": "correctness",
            "evaluations.0.evaluation.score": 0.8,
            "evaluations.0.evaluation.label": "correct",
            "evaluations.0.evaluation.explanation": "matches",
            "evaluations.0.evaluation.annotator_kind": "LLM",
            "annotations.0.annotation.name": "tone",
            "annotations.0.annotation.label": "kind",
            "trace.evaluations.0.evaluation.name": "whole",
            "trace.evaluations.0.evaluation.score": 1,
            "session.evaluations.0.evaluation.name": "visit",
            "session.evaluations.0.evaluation.score": 0,
        }
    ).scores
    assert [short(score)[:2] for score in scores] == [
        ("correctness", 0.8),
        ("tone", None),
        ("whole", 1.0),
        ("visit", 0.0),
    ]
    assert scores[0].author == "LLM"
    assert [bool(score.span_id) for score in scores] == [True, True, False, False]
    assert (scores[3].trace_id, scores[3].session_id) == ("", "s1")


def test_logfire_feedback_judges_the_parent() -> None:
    [score] = reading_of(
        {
            "logfire.span_type": "annotation",
            "logfire.feedback.name": "helpful",
            "logfire.feedback.comment": "nice",
            "helpful": 0.9,
        },
        scope="logfire.feedback",
        parent="c" * 16,
    ).scores
    assert short(score) == ("helpful", 0.9, "", "nice", "numeric")
    assert (score.span_id, score.source) == ("c" * 16, "logfire")


def test_guardrails_are_scores() -> None:
    attributes = {
        "guard.name": "pii",
        "guard.score": 0.7,
        "guard.action": "redact",
        "guard.explanation": "e-mail",
    }
    [score] = reading_of(events=[Event("guard.evaluation", NOW, attributes)]).scores
    assert short(score) == ("guard:pii", 0.7, "redact", "e-mail", "numeric")
