"""Judgements that travel with telemetry → `Score`s."""

import hashlib
from typing import Any

import orjson

from sonde.model.rows import Score, SpanRow
from sonde.normalize.events import EventReading
from sonde.normalize.flat import unflatten
from sonde.normalize.rendering import to_json
from sonde.normalize.walk import Values
from sonde.semconv.convert import mapping, number, text

_OTEL_KEYS = frozenset(
    {
        "gen_ai.evaluation.name",
        "gen_ai.evaluation.score.value",
        "gen_ai.evaluation.score.label",
        "gen_ai.evaluation.explanation",
        "gen_ai.response.id",
        "event.name",
    }
)


def make_score(
    *,
    project: str,
    time_ns: int,
    name: str,
    trace_id: str = "",
    span_id: str = "",
    session_id: str = "",
    response_id: str = "",
    value: float | None = None,
    label: str = "",
    comment: str = "",
    source: str = "",
    author: str = "",
    attributes: dict[str, Any] | None = None,
) -> Score:
    """A score whose id is a hash of what it says and about what; not of when or by which signal it came.

    OpenLIT sends each score as a span event and as a log record: both have one id.
    """
    identity = "\x00".join(
        (
            project,
            trace_id,
            span_id,
            session_id,
            "" if span_id else response_id,
            name,
            "" if value is None else repr(value),
            label,
            comment,
            author,
        )
    )
    kind = "numeric" if value is not None else "categorical" if label else ""
    if value in (0.0, 1.0) and label.lower() in ("true", "false"):
        kind = "boolean"
    return Score(
        project=project,
        time_ns=time_ns,
        score_id=hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        name=name,
        trace_id=trace_id,
        span_id=span_id,
        session_id=session_id,
        response_id=response_id,
        value=value,
        label=label,
        comment=comment,
        source=source,
        author=author,
        data_type=kind,
        attributes_json=to_json(attributes) if attributes else "{}",
    )


def evaluation_result(
    attributes: dict[str, Any], *, project: str, time_ns: int, trace_id: str, span_id: str, source: str
) -> Score | None:
    """OpenTelemetry's ``gen_ai.evaluation.result``; None without a name.

    Without a trace, ``session.id`` says what is judged: a session as a whole.
    """
    name = text(attributes.get("gen_ai.evaluation.name"))
    if name is None:
        return None
    session = "" if trace_id or span_id else text(attributes.get("session.id")) or ""
    left_out = _OTEL_KEYS | {"session.id"} if session else _OTEL_KEYS
    rest = {key: value for key, value in attributes.items() if key not in left_out}
    return make_score(
        project=project,
        time_ns=time_ns,
        name=name,
        trace_id=trace_id,
        span_id=span_id,
        session_id=session,
        response_id=text(attributes.get("gen_ai.response.id")) or "",
        value=number(attributes.get("gen_ai.evaluation.score.value")),
        label=text(attributes.get("gen_ai.evaluation.score.label")) or "",
        comment=text(attributes.get("gen_ai.evaluation.explanation")) or "",
        source=source,
        attributes=rest,
    )


def scores_of_span(row: SpanRow, values: Values, events: EventReading) -> list[Score]:
    """All scores a span carries: events, OpenInference's flat keys, Logfire feedback, plain attributes."""
    found: dict[str, Score] = {}

    def add(score: Score | None) -> None:
        if score is not None:
            found.setdefault(score.score_id, score)

    source = row.facts.convention or "otel"
    for event in events.scored:
        if event.name == "guard.evaluation":
            add(_guard(row, event.attributes, event.time_ns))
        else:
            add(
                evaluation_result(
                    event.attributes,
                    project=row.project,
                    time_ns=event.time_ns,
                    trace_id=row.trace_id,
                    span_id=row.span_id,
                    source=source,
                )
            )
    if "score_name" in values:
        add(
            make_score(
                project=row.project,
                time_ns=row.time_ns,
                name=values["score_name"],
                trace_id=row.trace_id,
                span_id=row.span_id,
                response_id=values.get("response_id") or "",
                value=values.get("score_value"),
                label=values.get("score_label") or "",
                comment=values.get("score_comment") or "",
                source=source,
            )
        )
    for field in (
        "flat_evaluations",
        "flat_annotations",
        "flat_trace_evaluations",
        "flat_session_evaluations",
    ):
        if field in values:
            for score in _flat(row, field, values[field]):
                add(score)
    if "feedback_name" in values:
        add(_feedback(row, values))
    return list(found.values())


def _flat(row: SpanRow, field: str, gathered: Any) -> list[Score]:
    scores: list[Score] = []
    for item in unflatten(gathered):
        entry = mapping(item)
        one = mapping(entry.get("evaluation") or entry.get("annotation") or entry)
        name = text(one.get("name"))
        if name is None:
            continue
        of_session = field == "flat_session_evaluations"
        of_trace = field == "flat_trace_evaluations"
        scores.append(
            make_score(
                project=row.project,
                time_ns=row.time_ns,
                name=name,
                trace_id="" if of_session else row.trace_id,
                span_id="" if of_session or of_trace else row.span_id,
                session_id=(row.facts.session_id or "") if of_session else "",
                value=number(one.get("score")),
                label=text(one.get("label")) or "",
                comment=text(one.get("explanation")) or "",
                source="openinference",
                author=text(one.get("annotator_kind")) or "",
            )
        )
    return scores


def _guard(row: SpanRow, attributes: dict[str, Any], time_ns: int) -> Score | None:
    name = text(attributes.get("guard.name"))
    if name is None:
        return None
    return make_score(
        project=row.project,
        time_ns=time_ns,
        name=f"guard:{name}",
        trace_id=row.trace_id,
        span_id=row.span_id,
        value=number(attributes.get("guard.score")),
        label=text(attributes.get("guard.action")) or "",
        comment=text(attributes.get("guard.explanation")) or "",
        source="openlit",
        attributes=attributes,
    )


def _feedback(row: SpanRow, values: Values) -> Score:
    """Logfire puts the value under a key named like the feedback; the parent is what was judged."""
    name: str = values["feedback_name"]
    attributes = mapping(orjson.loads(row.attributes_json))
    raw = attributes.get(name)
    value = number(raw)
    return make_score(
        project=row.project,
        time_ns=row.time_ns,
        name=name,
        trace_id=row.trace_id,
        span_id=row.parent_span_id or row.span_id,
        value=float(raw) if isinstance(raw, bool) else value,
        label=raw if isinstance(raw, str) and value is None else "",
        comment=values.get("feedback_comment") or "",
        source="logfire",
        author=text(attributes.get("by")) or "",
    )
