"""Scores as Langfuse's SDKs send them: they do not travel over OTLP.

``POST /api/public/scores`` takes a list (SDK 5) or one object (older); ``POST /api/public/ingestion`` takes
events, of which scores are understood and everything else is refused by name: spans come over OTLP.
"""

import hashlib
from datetime import UTC, datetime
from typing import cast

import orjson

from sonde.ingest.decode import Malformed
from sonde.ingest.receivers import metrics
from sonde.ingest.receivers.intake import Intake
from sonde.model.errors import BadInput, TooLarge
from sonde.model.limits import SPANS_PER_REQUEST_MAX
from sonde.model.rows import Score

_TEXT_CHARACTERS_MAX = 100_000


class BadScore(BadInput):
    """One score cannot be stored; the others are."""


async def take(path: str, intake: Intake, project: str, body: bytes) -> tuple[int, bytes]:
    """Store the scores of a request: HTTP status and body in Langfuse's own forms."""
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error.msg}") from None
    received_ns = intake.clock_ns()
    if path.endswith("/ingestion"):
        return await _events(document, intake, project, received_ns, len(body))
    single = isinstance(document, dict)
    items = [cast("object", document)] if single else document
    if not isinstance(items, list):
        raise Malformed("The body is neither a score nor a list of scores")
    entries = cast("list[object]", items)
    _check_count(entries)
    scores: list[Score] = []
    errors: list[str] = []
    for number, entry in enumerate(entries):
        try:
            scores.append(_score(entry, project, received_ns))
        except BadScore as error:
            if single:
                raise
            errors.append(f"Score {number}: {error.message}")
    await _store(intake, project, scores, received_ns, len(body), len(errors))
    if single:
        return 200, orjson.dumps({"id": scores[0].score_id})
    if errors:
        listed = [{"message": message} for message in errors[:100]]
        counts = {"accepted": len(scores), "rejected": len(errors), "errors": listed}
        return 207, orjson.dumps(counts)
    return 202, orjson.dumps({"message": "Accepted"})


async def _events(
    document: object, intake: Intake, project: str, received_ns: int, body_bytes: int
) -> tuple[int, bytes]:
    batch = cast("dict[str, object]", document).get("batch") if isinstance(document, dict) else None
    if not isinstance(batch, list):
        raise Malformed("The body has no list 'batch'")
    events = cast("list[object]", batch)
    _check_count(events)
    scores: list[Score] = []
    successes: list[dict[str, object]] = []
    errors: list[dict[str, object]] = []
    for item in events:
        event = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        event_id = str(event.get("id", ""))[:200]
        try:
            if event.get("type") != "score-create":
                raise BadScore("Only score-create events are taken here; send spans over OTLP.")
            scores.append(_score(event.get("body"), project, received_ns))
            successes.append({"id": event_id, "status": 201})
        except BadScore as error:
            errors.append({"id": event_id, "status": 400, "message": error.message})
    await _store(intake, project, scores, received_ns, body_bytes, len(errors))
    return 207, orjson.dumps({"successes": successes, "errors": errors})


async def _store(
    intake: Intake, project: str, scores: list[Score], received_ns: int, body_bytes: int, rejected: int
) -> None:
    await intake.store(lambda: intake.sink.accept_scores(project, scores, received_ns, body_bytes))
    metrics.ACCEPTED.of(signal="scores").increment(len(scores))
    metrics.REJECTED.of(signal="scores", reason="score").increment(rejected)


def _check_count(items: list[object]) -> None:
    if len(items) > SPANS_PER_REQUEST_MAX:
        raise TooLarge(
            f"More than {SPANS_PER_REQUEST_MAX} scores in one request.", hint="Send smaller batches."
        )


def _score(item: object, project: str, received_ns: int) -> Score:
    if not isinstance(item, dict):
        raise BadScore("A score is an object.")
    score = cast("dict[str, object]", item)
    name = _text(score, "name")
    if not name:
        raise BadScore("A score needs a name.")
    trace_id, span_id, session_id = (
        _text(score, "traceId"),
        _text(score, "observationId"),
        _text(score, "sessionId"),
    )
    if not (trace_id or session_id):
        raise BadScore("A score needs a traceId or a sessionId.")
    data_type = _text(score, "dataType").lower()
    value, label = _value(score.get("value"), data_type)
    metadata = score.get("metadata")
    attributes: dict[str, object] = {}
    for key in ("environment", "datasetRunId", "configId", "queueId", "source"):
        if _text(score, key):
            attributes[f"langfuse.score.{key}"] = _text(score, key)
    if metadata is not None:
        attributes["langfuse.score.metadata"] = orjson.dumps(metadata).decode()
    # Before ``attributes_json``: an id that is none of OpenTelemetry's goes to the attributes.
    trace_id = _identifier(trace_id, 32, "traceId", attributes)
    span_id = _identifier(span_id, 16, "observationId", attributes)
    return Score(
        project=project,
        time_ns=_time_ns(score.get("timestamp")) or received_ns,
        score_id=_text(score, "id") or _identity(project, score),
        name=name,
        trace_id=trace_id,
        span_id=span_id,
        session_id=session_id,
        value=value,
        label=label,
        comment=_text(score, "comment"),
        source="langfuse",
        author=_text(score, "authorUserId"),
        data_type=data_type if data_type in ("numeric", "boolean", "categorical") else "",
        attributes_json=orjson.dumps(attributes).decode(),
    )


def _identifier(text: str, digits: int, name: str, attributes: dict[str, object]) -> str:
    """A trace or span id in lower-case hex, dashes or not. Other text is kept as an attribute."""
    plain = text.replace("-", "").lower()
    if len(plain) == digits and not plain.strip("0123456789abcdef"):
        return plain
    if text:
        attributes[f"langfuse.score.{name}"] = text
    return ""


def _value(value: object, data_type: str) -> tuple[float | None, str]:
    """Number and label. A boolean score arrives as 1.0 or 0.0."""
    if isinstance(value, bool):
        return float(value), "true" if value else "false"
    if isinstance(value, int | float):
        label = {1.0: "true", 0.0: "false"}.get(float(value), "") if data_type == "boolean" else ""
        return float(value), label
    if isinstance(value, str):
        return None, value[:_TEXT_CHARACTERS_MAX]
    raise BadScore("The value of a score is a number or a text.")


def _text(score: dict[str, object], name: str) -> str:
    value = score.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadScore(f"'{name}' is not a text.")
    return value[:_TEXT_CHARACTERS_MAX]


def _time_ns(value: object) -> int | None:
    """Nanoseconds of an ISO 8601 time; without an offset it is UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadScore("The timestamp is not an ISO 8601 time.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def _identity(project: str, score: dict[str, object]) -> str:
    """The same score sent again has the same id."""
    text = orjson.dumps([project, score], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()
