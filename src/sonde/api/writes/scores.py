"""Recording scores."""

import hashlib

import orjson

from sonde.api.schemas.scores import NewScore, NewScores, ScoresTaken
from sonde.api.services import Services
from sonde.api.times import parse_time
from sonde.auth.grant import Grant
from sonde.model.errors import BadInput
from sonde.model.rows import Score

DEFAULT_PROJECT = "default"
SOURCE = "api"


async def add_scores(shop: Services, grant: Grant, project: str | None, body: NewScores) -> ScoresTaken:
    """Take a batch; returns when it is durable. Raises `BadInput` naming the first score that is wrong."""
    now_ns = shop.now_ns()
    target = grant.project_for(project) or DEFAULT_PROJECT
    scores = [score_of(item, position, target, now_ns) for position, item in enumerate(body.scores)]
    size = sum(len(score.comment) + len(score.attributes_json) + 200 for score in scores)
    await shop.sink.accept_scores(target, scores, now_ns, size)
    return ScoresTaken(score_ids=[score.score_id for score in scores])


def score_of(item: NewScore, position: int, project: str, now_ns: int) -> Score:
    """One score with its id: the sender's, else a hash of what it says, so that sending it again changes
    nothing.
    """
    if not any((item.trace_id, item.span_id, item.session_id, item.response_id)):
        raise BadInput(f"Score {position} judges nothing: give a trace, span, session or response id.")
    if item.span_id and not item.trace_id:
        raise BadInput(f"Score {position} names a span without its trace.")
    if item.value is None and item.label is None:
        raise BadInput(f"Score {position} has neither a value nor a label.")
    attributes = orjson.dumps(item.attributes, option=orjson.OPT_SORT_KEYS).decode()
    says = item.model_dump_json(exclude={"score_id"})
    digest = hashlib.sha256(f"{project}\0{says}".encode()).hexdigest()[:32]
    return Score(
        project=project,
        time_ns=parse_time(item.time, now_ns) if item.time else now_ns,
        score_id=item.score_id or digest,
        name=item.name,
        trace_id=item.trace_id or "",
        span_id=item.span_id or "",
        session_id=item.session_id or "",
        response_id=item.response_id or "",
        value=item.value,
        label=item.label or "",
        comment=item.comment or "",
        source=SOURCE,
        author=item.author or "",
        data_type=item.data_type or "",
        attributes_json=attributes,
    )
